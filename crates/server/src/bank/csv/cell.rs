//! Days and amounts as banks write them into cells.

use jiff::civil::Date;

use crate::bank::amount;

/// What is known of the amounts of a file: whether a comma or a full stop begins their decimals.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Marks {
    decimal: Option<char>,
    /// A mark before three digits, which may group them or begin three decimals.
    unclear: Option<char>,
}

impl Marks {
    /// Learns from one amount of a currency with so many decimals; false when it contradicts those before.
    pub(super) fn learn(&mut self, text: &str, decimals: u32) -> bool {
        let marks: Vec<char> = text.chars().filter(|c| matches!(c, '.' | ',')).collect();
        let (Some(first), Some(last)) = (marks.first(), marks.last()) else { return true };
        let behind =
            text.rsplit(*last).next().unwrap_or_default().chars().filter(char::is_ascii_digit).count();
        let told = if first != last {
            *last
        } else if marks.len() > 1 {
            other(*last)
        } else if behind != 3 {
            *last
        } else if decimals < 3 {
            // Nobody writes decimals that the currency does not have, unless the file says so elsewhere.
            other(*last)
        } else {
            self.unclear = Some(*last);
            return true;
        };
        *self.decimal.get_or_insert(told) == told
    }
}

/// A signed amount in the smallest unit of its currency: `1.234,56`, `1,234.56`, `1 234,56`, `1'234.56`, `12.00-`,
/// `(12.00)`, with the currency before or behind. None when it cannot be read, or could be read in two ways.
pub(super) fn amount(text: &str, currency: &str, marks: Marks) -> Option<i64> {
    let text = text.trim_matches(is_blank);
    let text = text
        .strip_prefix(currency)
        .or_else(|| text.strip_suffix(currency))
        .unwrap_or(text)
        .trim_matches(is_blank);
    let (is_out, text) = unsigned(text)?;
    let signs: &[char] = match currency {
        "EUR" => &['€'],
        "CNY" | "JPY" => &['¥', '￥', '元'],
        "USD" => &['$'],
        "GBP" => &['£'],
        _ => &[],
    };
    let text = text.trim_matches(|c| is_blank(c) || signs.contains(&c));
    let (still_out, text) = if is_out { (true, text) } else { unsigned(text)? };
    if marks.decimal.is_none() && marks.unclear.is_some_and(|mark| text.contains(mark)) {
        return None;
    }
    let decimal = marks.decimal.unwrap_or('.');
    let (whole, part) = text.rsplit_once(decimal).unwrap_or((text, ""));
    let whole = ungrouped(whole, other(decimal))?;
    let minor = amount::minor(&format!("{whole}.{part}"), currency)?;
    Some(if still_out { -minor } else { minor })
}

/// A day: `2026-11-30`, `30.11.2026`, `30.11.26`, `30/11/2026`, `2026/11/30`, `20261130`, `2026年11月30日`, with a time
/// behind or without.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T', '\u{A0}']).next()?;
    let numbers: Vec<&str> =
        text.split(['-', '.', '/', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !numbers.iter().all(|part| digits(part)) {
        return None;
    }
    let (year, month, day) = match *numbers {
        [whole] if whole.len() == 8 => (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?),
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] if year.len() == 4 || (year.len() == 2 && text.contains('.')) => {
            (year, month, day)
        }
        _ => return None,
    };
    let year: i16 = year.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Whether an amount has a minus somewhere, and the amount without it.
fn unsigned(text: &str) -> Option<(bool, &str)> {
    const MINUS: [char; 3] = ['-', '−', '－'];
    if let Some(inside) = text.strip_prefix('(') {
        return Some((true, inside.strip_suffix(')')?.trim_matches(is_blank)));
    }
    let bare = text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS));
    Some(match bare {
        Some(bare) => (true, bare.trim_matches(is_blank)),
        None => (
            false,
            text.strip_prefix('+').or_else(|| text.strip_suffix('+')).unwrap_or(text).trim_matches(is_blank),
        ),
    })
}

/// The digits of a whole number, whose groups have three digits, or two as in India; the first may be shorter.
fn ungrouped(text: &str, mark: char) -> Option<String> {
    let is_mark = |c: char| c == mark || is_blank(c) || matches!(c, '\'' | '’');
    let groups: Vec<&str> = text.split(is_mark).collect();
    if let [first, between @ .., last] = groups.as_slice() {
        let fits = (1..=3).contains(&first.len())
            && last.len() == 3
            && between.iter().all(|group| matches!(group.len(), 2 | 3));
        if !fits {
            return None;
        }
    }
    Some(groups.concat())
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

fn other(mark: char) -> char {
    if mark == ',' { '.' } else { ',' }
}
