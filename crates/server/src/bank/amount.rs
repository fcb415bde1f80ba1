//! Amounts as banks write them, in the smallest unit of their currency. A currency that is not known is refused, since an
//! amount that is read with a wrong exponent is wrong by a factor of ten.

use linli_wire::money::exponent;

/// An amount such as `1234.5`, without sign or separators, in the smallest unit of its currency.
///
/// Decimals beyond those of the currency must be zeros. None for anything else, for a currency that is not listed, and
/// for what no `i64` holds.
pub fn minor(text: &str, currency: &str) -> Option<i64> {
    let places = usize::try_from(exponent(currency)?).ok()?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || !digits(whole) || !digits(part) {
        return None;
    }
    let (kept, beyond) = part.split_at(part.len().min(places));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let number = format!("{whole}{kept:0<places$}");
    if number.is_empty() { Some(0) } else { number.parse().ok() }
}

/// An amount as banks read it, such as `1234.50`; none for a currency that is not listed.
pub fn decimal(minor: i64, currency: &str) -> Option<String> {
    let unit = 10_u64.checked_pow(exponent(currency)?)?;
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    let places = usize::try_from(exponent(currency)?).ok()?;
    Some(if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0places$}") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use linli_wire::money::exponent;

    use super::{decimal, minor};

    #[test]
    fn decimals_are_those_of_the_currency() {
        assert_eq!(minor("12.5", "EUR"), Some(1250));
        assert_eq!(minor("12", "JPY"), Some(12));
        assert_eq!(minor("12.00", "JPY"), Some(12), "zeros change nothing");
        assert_eq!(minor("12.5", "BHD"), Some(12_500));
        assert_eq!(minor("0.00010", "CLF"), Some(1));
        assert_eq!(minor(".5", "EUR"), Some(50));
        assert_eq!(minor("92233720368547758.07", "CNY"), Some(i64::MAX));
        for (text, currency) in [
            ("12.345", "EUR"),
            ("12.5", "JPY"),
            ("", "EUR"),
            (".", "EUR"),
            ("-1", "EUR"),
            ("+1", "EUR"),
            ("1,00", "EUR"),
            ("1e3", "EUR"),
            ("１", "EUR"),
            ("1.2.3", "EUR"),
            ("92233720368547758.08", "EUR"),
            ("1", "XXX"),
            ("1", "eur"),
            ("1", ""),
        ] {
            assert_eq!(minor(text, currency), None, "{text} {currency}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(amount in 0..=i64::MAX, at in 0_usize..4) {
            let currency = ["EUR", "JPY", "BHD", "CLF"][at];
            prop_assert_eq!(minor(&decimal(amount, currency).unwrap(), currency), Some(amount));
        }

        #[test]
        fn rubbish_is_none_or_an_amount(text in "[0-9.,'+-]{0,24}", currency in "[A-Z]{3}") {
            if let Some(amount) = minor(&text, &currency) {
                prop_assert!(amount >= 0 && exponent(&currency).is_some());
            }
        }
    }
}
