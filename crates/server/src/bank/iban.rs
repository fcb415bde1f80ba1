//! International bank account numbers (ISO 13616), checked by `iban_validate` with the registry's form of each country.

use iban::{BaseIban, Iban, IbanLike as _, ParseIbanError};

/// An IBAN as people write it, in one piece: blanks, hyphens and lower case are forgiven.
///
/// None for wrong check digits, or for a form that its country does not have. A country that the registry had not heard
/// of when the library was made is taken by its check digits alone.
pub fn read(text: &str) -> Option<String> {
    let piece: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '\u{2011}'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let piece = piece.strip_prefix("IBAN").unwrap_or(&piece).trim_start_matches(':');
    let known = match piece.parse::<Iban>() {
        Ok(known) => known.electronic_str().to_owned(),
        Err(ParseIbanError::UnknownCountry(known)) => BaseIban::electronic_str(&known).to_owned(),
        Err(_) => return None,
    };
    Some(known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::read;

    #[test]
    fn an_iban_is_taken_as_people_write_it() {
        for text in [
            "DE89370400440532013000",
            "de89 3704 0044 0532 0130 00",
            "IBAN: DE89-3704-0044-0532-0130-00",
            "DE89 3704 0044\n0532 0130 00 ",
        ] {
            assert_eq!(read(text).unwrap(), "DE89370400440532013000", "{text}");
        }
        assert_eq!(read("NO93 8601 1117 947").unwrap(), "NO9386011117947", "the shortest");
    }

    #[test]
    fn wrong_digits_and_wrong_lengths_are_none() {
        for text in
            ["", "DE89", "DE88370400440532013000", "DE8937040044053201300", "6222021234567890123", "王梅"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_wrong_digit_is_always_seen(at in 4_usize..22, by in 1_u8..10) {
            let mut bytes = b"DE89370400440532013000".to_vec();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            prop_assert_eq!(read(std::str::from_utf8(&bytes).unwrap()), None);
        }

        #[test]
        fn rubbish_is_none_or_an_iban(text in ".{0,60}") {
            if let Some(iban) = read(&text) {
                prop_assert_eq!(read(&iban), Some(iban));
            }
        }
    }
}
