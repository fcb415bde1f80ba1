//! Money: whole numbers of the smallest unit, never a float.

use serde::{Deserialize, Serialize};

/// An amount.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// In the smallest unit of the currency, such as 分 or cents.
    pub minor: i64,
    /// ISO 4217 code, such as `CNY`.
    pub currency: String,
}

/// How many decimals a currency has, by list one of ISO 4217; none for one that it does not list. Browsers say what shops
/// show, which is another number for forints, rupiah and others.
pub fn exponent(currency: &str) -> Option<u32> {
    [(2, TWO), (0, NONE), (3, THREE), (4, FOUR)]
        .into_iter()
        .find_map(|(exponent, codes)| codes.split(' ').any(|code| code == currency).then_some(exponent))
}

/// Currencies without decimals.
const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Currencies with two decimals, with those that ended in the last years, which stand in older statements.
const TWO: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
    CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK \
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
    SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG \
    YER ZAR ZMW ZWG ZWL";
/// Currencies with three decimals.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Units of account with four decimals.
const FOUR: &str = "CLF UYW";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_currency_is_listed_twice() {
        let mut codes: Vec<&str> = [NONE, TWO, THREE, FOUR].iter().flat_map(|list| list.split(' ')).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(
            codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
        );
    }

    #[test]
    fn decimals_are_those_of_the_standard() {
        for (currency, decimals) in [
            ("JPY", Some(0)),
            ("HUF", Some(2)),
            ("CNY", Some(2)),
            ("BHD", Some(3)),
            ("CLF", Some(4)),
            ("XXX", None),
            ("eur", None),
        ] {
            assert_eq!(exponent(currency), decimals, "{currency}");
        }
    }
}
