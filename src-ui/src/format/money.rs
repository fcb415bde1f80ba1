//! Amounts of money as both languages write them; the browser knows the signs of currencies, the arithmetic stays whole.

use js_sys::{Array, Function, Object, Reflect};
use linli_wire::money::{Money, exponent};
use wasm_bindgen::{JsCast, JsValue};

use crate::words::tag;

/// `¥120.50`, with the currency always there.
pub fn money(money: &Money) -> String {
    let plain = plain(money.minor, digits(&money.currency));
    // The text is handed over, not a float, so that nothing is rounded on the way.
    shown(&plain, &money.currency).unwrap_or_else(|| format!("{}\u{a0}{plain}", money.currency))
}

/// [`money`] of a currency that is known.
pub fn amount(minor: i64, currency: &str) -> String {
    money(&Money { minor, currency: currency.to_owned() })
}

/// A price in ten-thousandths of the smallest unit: `¥2.35`, with more digits where it has them.
pub fn price(rate: i64, currency: &str) -> String {
    if rate % PER_MINOR == 0 {
        return amount(rate / PER_MINOR, currency);
    }
    format!("{currency}\u{a0}{}", typed_price(rate, currency))
}

/// A price as somebody would type it: `2.35`.
pub fn typed_price(rate: i64, currency: &str) -> String {
    let digits = digits(currency);
    let text = plain(rate, digits + PRICE_DIGITS);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let kept = part.trim_end_matches('0').len().max(if part.bytes().all(|b| b == b'0') { 0 } else { digits });
    let part = part.get(..kept).unwrap_or(part);
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// What somebody typed as a price; none when it is none above zero.
pub fn read_price(typed: &str, currency: &str) -> Option<i64> {
    let (whole, part) = decimal(typed)?;
    let width = digits(currency) + PRICE_DIGITS;
    (part.len() <= width).then_some(())?;
    format!("{whole}{part:0<width$}").parse().ok().filter(|rate| *rate > 0)
}

/// Thousandths as a number: `4.5`.
pub fn thousandths(milli: i64) -> String {
    let text = plain(milli, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What somebody typed as a number with at most three digits behind the point, in thousandths.
pub fn read_thousandths(typed: &str) -> Option<i64> {
    let (whole, part) = decimal(typed)?;
    (part.len() <= 3).then_some(())?;
    format!("{whole}{part:0<3}").parse().ok()
}

/// Ten-thousandths of the smallest unit in one of it.
const PER_MINOR: i64 = 10_000;
/// Digits that a price may have beyond those of an amount.
const PRICE_DIGITS: usize = 4;

/// The two parts of a number that somebody typed. Commas stand between groups of three digits or nowhere: `12,50` is
/// twelve and a half to some and twelve hundred to others, and so to nobody here.
fn decimal(typed: &str) -> Option<(String, String)> {
    let typed: String = typed
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '¥' | '￥' | '€' | '$' | '元'))
        .collect();
    let (whole, part) = typed.split_once(['.', '。']).unwrap_or((&typed, ""));
    let numeric = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let mut groups = whole.split([',', '，']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let is_grouped =
        rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    let whole = format!("{first}{}", rest.concat());
    (!whole.is_empty() && is_grouped && numeric(&whole) && numeric(part)).then(|| (whole, part.to_owned()))
}

/// What somebody typed as an amount, such as `120` or `120.5`; none when it is none above zero.
pub fn read_money(typed: &str, currency: &str) -> Option<Money> {
    let digits = digits(currency);
    let (whole, part) = decimal(typed)?;
    (part.len() <= digits).then_some(())?;
    let minor: i64 = format!("{whole}{part:0<digits$}").parse().ok()?;
    (minor > 0).then(|| Money { minor, currency: currency.to_owned() })
}

fn plain(minor: i64, digits: usize) -> String {
    if digits == 0 {
        return minor.to_string();
    }
    let (sign, size) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let text = format!("{size:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    format!("{sign}{whole}.{part}")
}

/// How many digits stand behind the point; two of a currency that is not listed.
fn digits(currency: &str) -> usize {
    exponent(currency).and_then(|digits| usize::try_from(digits).ok()).unwrap_or(2)
}

fn shown(amount: &str, currency: &str) -> Option<String> {
    let format = formatter(currency)?;
    let write: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
    write.call1(&format, &amount.into()).ok()?.as_string()
}

/// Constructed by reflection, because an unknown currency throws.
fn formatter(currency: &str) -> Option<JsValue> {
    let options = Object::new();
    for (key, value) in [("style", "currency"), ("currency", currency), ("currencyDisplay", "narrowSymbol")] {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    for key in ["minimumFractionDigits", "maximumFractionDigits"] {
        Reflect::set(&options, &key.into(), &JsValue::from(exponent(currency).unwrap_or(2))).ok()?;
    }
    let constructor: Function = Reflect::get(&js_sys::global(), &"Intl".into())
        .ok()
        .and_then(|intl| Reflect::get(&intl, &"NumberFormat".into()).ok())?
        .dyn_into()
        .ok()?;
    Reflect::construct(&constructor, &Array::of2(&tag().into(), &options)).ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Language;

    use super::*;

    #[test]
    fn amounts_are_read_and_written_without_a_float() {
        crate::words::speak(&Language::zh());
        let of = |minor| Money { minor, currency: "CNY".to_owned() };
        assert_eq!(read_money("120.5", "CNY"), Some(of(12_050)));
        assert_eq!(read_money("¥1,200", "CNY"), Some(of(120_000)));
        assert_eq!(read_money("80元", "CNY"), Some(of(8_000)));
        for wrong in ["", "0", "-5", "1.234", "ten", "12,50", "1,2,3", ",500", "1,234,5"] {
            assert_eq!(read_money(wrong, "CNY"), None, "{wrong}");
        }
        assert_eq!(money(&of(12_050)), "¥120.50");
        assert_eq!(
            (price(2_350_000, "CNY").as_str(), typed_price(2_350_000, "CNY").as_str()),
            ("¥2.35", "2.35")
        );
        assert_eq!(typed_price(391, "CNY"), "0.000391");
        assert_eq!(typed_price(2_500_000, "CNY"), "2.50");
        assert_eq!(read_price("2.35", "CNY"), Some(2_350_000));
        assert_eq!(read_price("0.000391", "CNY"), Some(391));
        assert_eq!((read_price("0", "CNY"), read_price("1.0000001", "CNY")), (None, None));
        assert_eq!(
            (thousandths(4_500), thousandths(92_000), thousandths(5)),
            ("4.5".into(), "92".into(), "0.005".into())
        );
        assert_eq!((read_thousandths("112.5"), read_thousandths("1.0001")), (Some(112_500), None));
        // Browsers would write neither with decimals.
        for (typed, currency, minor) in [("12000", "HUF", 1_200_000), ("1.5", "BHD", 1_500), ("7", "JPY", 7)]
        {
            let read = Money { minor, currency: currency.to_owned() };
            assert_eq!(read_money(typed, currency), Some(read.clone()));
            let digits: String = money(&read).chars().filter(char::is_ascii_digit).collect();
            assert_eq!(digits, minor.to_string(), "{currency}");
        }
        assert_eq!(plain(5, 2), "0.05");
        assert_eq!(plain(-12_345, 2), "-123.45");
    }
}
