//! Amounts of money as both languages write them; the browser knows the currencies, the arithmetic stays whole.

use js_sys::{Array, Function, Object, Reflect};
use linli_wire::money::Money;
use wasm_bindgen::{JsCast, JsValue};

use crate::words::tag;

/// `¥120.50`, with the currency always there.
pub fn money(money: &Money) -> String {
    let plain = plain(money.minor, digits(&money.currency));
    // The text is handed over, not a float, so that nothing is rounded on the way.
    shown(&plain, &money.currency).unwrap_or_else(|| format!("{}\u{a0}{plain}", money.currency))
}

/// What somebody typed as an amount, such as `120` or `120.5`; none when it is none above zero.
pub fn read_money(typed: &str, currency: &str) -> Option<Money> {
    let digits = digits(currency);
    let typed: String = typed
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, ' ' | ',' | '，' | '¥' | '￥' | '元'))
        .collect();
    let (whole, part) = typed.split_once(['.', '。']).unwrap_or((&typed, ""));
    let numeric = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(part) || part.len() > digits {
        return None;
    }
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

/// How many digits stand behind the point; two where the browser does not know.
fn digits(currency: &str) -> usize {
    let options = |format: &JsValue| -> Option<f64> {
        let resolve: Function = Reflect::get(format, &"resolvedOptions".into()).ok()?.dyn_into().ok()?;
        let options = resolve.call0(format).ok()?;
        Reflect::get(&options, &"maximumFractionDigits".into()).ok()?.as_f64()
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of at most twenty")]
    formatter(currency).and_then(|format| options(&format)).map_or(2, |digits| digits as usize)
}

fn shown(amount: &str, currency: &str) -> Option<String> {
    let format = formatter(currency)?;
    let write: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
    write.call1(&format, &amount.into()).ok()?.as_string()
}

/// Constructed by reflection, because an unknown currency throws.
fn formatter(currency: &str) -> Option<JsValue> {
    let options = Object::new();
    for (key, value) in [("style", "currency"), ("currency", currency)] {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
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
        for wrong in ["", "0", "-5", "1.234", "ten"] {
            assert_eq!(read_money(wrong, "CNY"), None, "{wrong}");
        }
        assert_eq!(money(&of(12_050)), "¥120.50");
        assert_eq!(plain(5, 2), "0.05");
        assert_eq!(plain(-12_345, 2), "-123.45");
    }
}
