//! The code on a bill that a banking app scans, so that nobody types an IBAN: EPC069-12 of the European Payments Council.
//!
//! Twelve lines, those at the end left out while they are empty; at most 331 bytes, which is what a QR code of version 13
//! holds with error level M. It is a SEPA credit transfer, so it is in euros and for euros alone.

use linli_wire::{Code, join::Qr};

use super::{amount, iban, reference::Reference};
use crate::{Error, qr};

/// Most bytes of the text.
pub const MAX_BYTES: usize = 331;
/// Most characters of the payee's name.
pub const MAX_NAME: usize = 70;
/// Most characters of a text to the payee.
pub const MAX_TEXT: usize = 140;
/// Most characters of the information to the payer.
pub const MAX_INFORMATION: usize = 70;
/// Largest amount, in cents.
pub const MAX_CENTS: i64 = 99_999_999_999;

/// A transfer that is asked for.
#[derive(Clone, Debug)]
pub struct Transfer<'a> {
    /// The payee's bank, where it is asked for: the code is of version 001 then, else of 002, which leaves it out.
    pub bic: Option<&'a str>,
    /// The payee.
    pub name: &'a str,
    /// The payee's account, in groups or in one piece.
    pub iban: &'a str,
    /// How much, in the smallest unit.
    pub minor: i64,
    /// ISO 4217 code: `EUR` alone is taken.
    pub currency: &'a str,
    /// Four letters of ISO 20022's list of purposes; may be empty.
    pub purpose: &'a str,
    /// What it is about.
    pub about: About<'a>,
    /// A line that the banking app may show to the payer; may be empty.
    pub information: &'a str,
}

/// What a transfer is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Nothing is said.
    Nothing,
    /// A creditor reference.
    Reference(&'a Reference),
    /// Words.
    Text(&'a str),
}

/// The lines of the code.
///
/// # Errors
/// `invalid_input` for a currency other than the euro, an amount out of range, a wrong IBAN or BIC, a text that is too
/// long or holds a line break; `too_large` when all of it together is.
pub fn text(transfer: &Transfer<'_>) -> Result<String, Error> {
    if transfer.currency != "EUR" {
        return Err(Error::invalid("currency", "must be EUR"));
    }
    if !(1..=MAX_CENTS).contains(&transfer.minor) {
        return Err(Error::invalid("amount", "must be from 0.01 to 999999999.99"));
    }
    let euros = amount::decimal(transfer.minor, "EUR").unwrap_or_default();
    let iban = iban::read(transfer.iban).ok_or_else(|| Error::invalid("iban", "must be an IBAN"))?;
    if transfer.bic.is_some_and(|bic| !is_bic(bic)) {
        return Err(Error::invalid("bic", "must have eight or eleven capital letters and digits"));
    }
    if transfer.name.trim().is_empty() {
        return Err(Error::invalid("name", "must not be blank"));
    }
    let purpose = transfer.purpose;
    if purpose.len() > 4 || !purpose.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Err(Error::invalid("purpose", "must have at most four capital letters"));
    }
    let (reference, words) = match transfer.about {
        About::Nothing => ("", ""),
        About::Reference(reference) => (reference.as_str(), ""),
        About::Text(words) => ("", line("text", words, MAX_TEXT)?),
    };
    let lines = [
        "BCD",
        if transfer.bic.is_some() { "001" } else { "002" },
        "1", // UTF-8
        "SCT",
        transfer.bic.unwrap_or_default(),
        line("name", transfer.name, MAX_NAME)?,
        &iban,
        &format!("EUR{euros}"),
        purpose,
        reference,
        words,
        line("information", transfer.information, MAX_INFORMATION)?,
    ];
    let text = lines.join("\n");
    let text = text.trim_end_matches('\n');
    if text.len() > MAX_BYTES {
        let error = linli_wire::WireError::new(Code::TooLarge, "the code would have too many bytes");
        return Err(Error::Refused(error.with_details(serde_json::json!({ "limit": MAX_BYTES }))));
    }
    Ok(text.to_owned())
}

/// The code, as a path for a window.
///
/// # Errors
/// As of [`text`].
pub fn code(transfer: &Transfer<'_>) -> Result<Qr, Error> {
    qr::code(&text(transfer)?)
}

/// The code, as SVG for paper.
///
/// # Errors
/// As of [`text`].
pub fn svg(transfer: &Transfer<'_>) -> Result<String, Error> {
    Ok(qr::svg(&code(transfer)?))
}

/// A text without blanks around it that is one line of at most so many characters.
fn line<'a>(field: &str, text: &'a str, most: usize) -> Result<&'a str, Error> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must be one line"));
    }
    if text.chars().count() > most {
        return Err(Error::invalid(field, format!("must have at most {most} characters")));
    }
    Ok(text)
}

/// Whether a text has the form of ISO 9362: four letters or digits of the bank, two letters of its country, two of the
/// place, and three of a branch or none.
fn is_bic(text: &str) -> bool {
    let ours = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    matches!(text.len(), 8 | 11)
        && text.bytes().all(ours)
        && text.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use linli_wire::Code;
    use proptest::prelude::*;

    use super::{About, MAX_BYTES, Transfer, code, text};
    use crate::bank::reference::Reference;

    fn transfer() -> Transfer<'static> {
        Transfer {
            bic: None,
            name: "Hausverwaltung Sonnengarten",
            iban: "DE89 3704 0044 0532 0130 00",
            minor: 12_050,
            currency: "EUR",
            purpose: "",
            about: About::Nothing,
            information: "",
        }
    }

    #[test]
    fn lines_stand_in_their_order_and_end_with_the_last_that_says_something() {
        let reference = Reference::of_bill(42);
        let about = About::Reference(&reference);
        assert_eq!(
            text(&Transfer { about, ..transfer() }).unwrap(),
            format!(
                "BCD\n002\n1\nSCT\n\nHausverwaltung Sonnengarten\nDE89370400440532013000\nEUR120.50\n\n{}",
                reference.as_str()
            )
        );
        let all = Transfer {
            bic: Some("COBADEFFXXX"),
            minor: 1,
            purpose: "RENT",
            about: About::Text("Wohnung 3-1201, November"),
            information: "Danke",
            ..transfer()
        };
        assert_eq!(
            text(&all).unwrap(),
            "BCD\n001\n1\nSCT\nCOBADEFFXXX\nHausverwaltung Sonnengarten\nDE89370400440532013000\nEUR0.01\nRENT\n\n\
             Wohnung 3-1201, November\nDanke"
        );
        assert!(text(&transfer()).unwrap().ends_with("\nEUR120.50"));
    }

    #[test]
    fn what_the_standard_does_not_allow_is_refused() {
        let (name, words, information) = ("n".repeat(71), "t".repeat(141), "i".repeat(71));
        let wrong = [
            Transfer { currency: "CNY", ..transfer() },
            Transfer { minor: 0, ..transfer() },
            Transfer { minor: -1, ..transfer() },
            Transfer { minor: 100_000_000_000, ..transfer() },
            Transfer { iban: "DE88 3704 0044 0532 0130 00", ..transfer() },
            Transfer { bic: Some("COBADEFFXX"), ..transfer() },
            Transfer { bic: Some("COBA1EFF"), ..transfer() },
            Transfer { bic: Some(""), ..transfer() },
            Transfer { name: " ", ..transfer() },
            Transfer { name: "A\nB", ..transfer() },
            Transfer { name: &name, ..transfer() },
            Transfer { purpose: "RENTS", ..transfer() },
            Transfer { purpose: "ren", ..transfer() },
            Transfer { about: About::Text(&words), ..transfer() },
            Transfer { about: About::Text("a\r\nb"), ..transfer() },
            Transfer { information: &information, ..transfer() },
        ];
        for transfer in wrong {
            assert_eq!(text(&transfer).unwrap_err().code(), Code::InvalidInput, "{transfer:?}");
        }
        assert!(text(&Transfer { minor: 99_999_999_999, ..transfer() }).unwrap().contains("EUR999999999.99"));
    }

    #[test]
    fn the_longest_code_is_of_version_13_and_a_longer_one_is_refused() {
        let fixed = text(&Transfer { name: "n", about: About::Text("t"), ..transfer() }).unwrap().len() - 2;
        let mut name = "名".repeat(70);
        let left = MAX_BYTES - fixed - name.len();
        let words = "t".repeat(left);
        let longest = Transfer { name: &name.clone(), about: About::Text(&words), ..transfer() };
        assert_eq!(text(&longest).unwrap().len(), MAX_BYTES);
        assert_eq!(code(&longest).unwrap().size, 17 + 4 * 13 + 8);
        name.pop();
        name.push('😀');
        let longer = Transfer { name: &name, about: About::Text(&words), ..transfer() };
        assert_eq!(text(&longer).unwrap_err().code(), Code::TooLarge);
    }

    proptest! {
        #[test]
        fn rubbish_is_refused_or_makes_twelve_lines_at_most(name in "(?s).{0,80}", words in "(?s).{0,150}", minor: i64) {
            if let Ok(lines) = text(&Transfer { name: &name, about: About::Text(&words), minor, ..transfer() }) {
                prop_assert!(lines.len() <= MAX_BYTES && lines.split('\n').count() <= 12);
                prop_assert_eq!(lines.split('\n').nth(5), Some(name.trim()));
            }
        }
    }
}
