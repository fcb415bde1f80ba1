//! The code on a bill that a banking app scans, so that nobody types an IBAN: EPC069-12 of the European Payments Council.
//!
//! Twelve lines, those at the end left out while they are empty; at most 331 bytes, which is what a QR code of version 13
//! holds with error level M. It is a SEPA credit transfer, so it is in euros and for euros alone.

use iban::{Iban, IbanLike as _};

/// Most bytes of the text.
const MAX_BYTES: usize = 331;
/// Most characters of the payee's name.
const MAX_NAME: usize = 70;
/// Largest amount, in cents.
const MAX_CENTS: i64 = 99_999_999_999;
/// Longest creditor reference (ISO 11649).
const MAX_REFERENCE: usize = 25;

/// A transfer that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Transfer<'a> {
    /// The payee's bank, where it is asked for: the code is of version 001 then, else of 002, which leaves it out.
    pub(super) bic: Option<&'a str>,
    /// The payee.
    pub(super) name: &'a str,
    /// The payee's account, in groups or in one piece.
    pub(super) iban: &'a str,
    /// How much, in the smallest unit.
    pub(super) minor: i64,
    /// ISO 4217 code: `EUR` alone is taken.
    pub(super) currency: &'a str,
    /// A creditor reference, which says what it is about.
    pub(super) reference: &'a str,
}

/// The lines of the code; none for what the standard does not allow: a currency other than the euro, an amount out of
/// range, what is no IBAN, BIC or creditor reference, and a name that is blank, too long or of several lines.
pub(super) fn text(transfer: &Transfer<'_>) -> Option<String> {
    let Transfer { bic, name, iban, minor, currency, reference } = transfer;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    let is_reference = reference.starts_with("RF")
        && reference.len() <= MAX_REFERENCE
        && reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_fit = *currency == "EUR"
        && (1..=MAX_CENTS).contains(minor)
        && bic.is_none_or(is_bic)
        && is_name
        && is_reference;
    let iban: Iban = iban.chars().filter(|c| *c != ' ').collect::<String>().parse().ok()?;
    let amount = format!("EUR{}.{:02}", minor / 100, minor % 100);
    let version = if bic.is_some() { "001" } else { "002" };
    // The third line says that it is UTF-8; the ninth would say for what purpose.
    let lines = [
        "BCD",
        version,
        "1",
        "SCT",
        bic.unwrap_or_default(),
        name,
        iban.electronic_str(),
        &amount,
        "",
        reference,
    ];
    Some(lines.join("\n")).filter(|text| is_fit && text.len() <= MAX_BYTES)
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

    use std::{fs, process::Command};

    use proptest::prelude::*;

    use super::{MAX_BYTES, Transfer, text};
    use crate::qr;

    fn transfer() -> Transfer<'static> {
        Transfer {
            bic: None,
            name: "Hausverwaltung Sonnengarten",
            iban: "DE89 3704 0044 0532 0130 00",
            minor: 12_050,
            currency: "EUR",
            reference: "RF18539007547034",
        }
    }

    #[test]
    fn lines_stand_in_their_order() {
        assert_eq!(
            text(&transfer()).unwrap(),
            "BCD\n002\n1\nSCT\n\nHausverwaltung Sonnengarten\nDE89370400440532013000\nEUR120.50\n\nRF18539007547034"
        );
        let other = Transfer { bic: Some("COBADEFFXXX"), minor: 1, name: " 邻里 ", ..transfer() };
        assert_eq!(
            text(&other).unwrap(),
            "BCD\n001\n1\nSCT\nCOBADEFFXXX\n邻里\nDE89370400440532013000\nEUR0.01\n\nRF18539007547034"
        );
    }

    #[test]
    fn what_the_standard_does_not_allow_is_no_code() {
        let long = "n".repeat(71);
        let wrong = [
            Transfer { currency: "CNY", ..transfer() },
            Transfer { minor: 0, ..transfer() },
            Transfer { minor: -1, ..transfer() },
            Transfer { minor: 100_000_000_000, ..transfer() },
            Transfer { iban: "DE88 3704 0044 0532 0130 00", ..transfer() },
            Transfer { iban: "", ..transfer() },
            Transfer { bic: Some("COBADEFFXX"), ..transfer() },
            Transfer { bic: Some("COBA1EFF"), ..transfer() },
            Transfer { bic: Some(""), ..transfer() },
            Transfer { name: " ", ..transfer() },
            Transfer { name: "A\nB", ..transfer() },
            Transfer { name: &long, ..transfer() },
            Transfer { reference: "", ..transfer() },
            Transfer { reference: "RF18\n5390", ..transfer() },
            Transfer { reference: "RF185390075470345390075470", ..transfer() },
        ];
        for transfer in wrong {
            assert_eq!(text(&transfer), None, "{transfer:?}");
        }
        assert!(text(&Transfer { minor: 99_999_999_999, ..transfer() }).unwrap().contains("EUR999999999.99"));
    }

    #[test]
    fn a_scanner_reads_what_was_written() {
        let name = "名".repeat(70);
        let transfers = [
            transfer(),
            Transfer { bic: Some("COBADEFFXXX"), name: "Müller & Söhne <邻里>", ..transfer() },
            Transfer { name: &name, minor: 99_999_999_999, ..transfer() },
        ];
        let folder = tempfile::tempdir().unwrap();
        for (number, transfer) in transfers.iter().enumerate() {
            let (drawing, picture) = ("svg", "png");
            let place = |end: &str| folder.path().join(format!("{number}.{end}"));
            let qr = qr::draw(&text(transfer).unwrap()).unwrap();
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="{0}" height="{0}"><path d="M0 0h{0}v{0}h-{0}z" fill="white"/><path d="{1}"/></svg>"#,
                qr.size, qr.path
            );
            fs::write(place(drawing), svg).unwrap();
            run(Command::new("rsvg-convert")
                .arg("--zoom=6")
                .arg(place(drawing))
                .arg("-o")
                .arg(place(picture)));
            let scanner = ["--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", "-Sbinary"];
            let scanned = run(Command::new("zbarimg").args(scanner).arg(place(picture)));
            assert_eq!(scanned, text(transfer).unwrap());
        }
    }

    fn run(command: &mut Command) -> String {
        let output =
            command.output().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    proptest! {
        #[test]
        fn rubbish_is_no_code_or_has_ten_lines(name in "(?s).{0,80}", iban in "(?s).{0,40}", reference in "(?s)RF.{0,30}", minor: i64) {
            for iban in [iban.as_str(), "DE89 3704 0044 0532 0130 00"] {
                if let Some(text) = text(&Transfer { name: &name, iban, reference: &reference, minor, ..transfer() }) {
                    prop_assert!(text.len() <= MAX_BYTES);
                    prop_assert_eq!(text.split('\n').count(), 10);
                }
            }
        }
    }
}
