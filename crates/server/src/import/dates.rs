//! Dates that a notice counts from its own day: `{{day}}`, `{{day+2}}`, `{{day-1}}`, `{{month}}`,
//! `{{month+1}}`.
//!
//! They are filled in when the folder is read, in the words of each language, because a notice is a
//! text and not a form: what was announced for Monday stays Monday.

use jiff::civil::{Date, Weekday};
use linli_wire::Language;

/// `text` with every placeholder filled in, relative to `day`.
///
/// # Errors
/// The placeholders that are not known, each with the byte at which it stands.
pub(super) fn fill(text: &str, language: &Language, day: Date) -> Result<String, Vec<(usize, String)>> {
    let mut filled = String::with_capacity(text.len());
    let mut troubles = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let at = text.len() - rest.len() + before.len();
        filled.push_str(before);
        let Some((inside, tail)) = after.split_once("}}").filter(|(inside, _)| !inside.contains('\n')) else {
            troubles.push((at, "“{{” is not closed by “}}”.".to_owned()));
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match one(inside.trim(), language, day) {
            Some(words) => filled.push_str(&words),
            None => troubles.push((
                at,
                format!("“{{{{{inside}}}}}” is not known. Write {{{{day}}}}, {{{{day+2}}}}, {{{{day-2}}}}, {{{{month}}}} or {{{{month+1}}}}."),
            )),
        }
        rest = tail;
    }
    filled.push_str(rest);
    if troubles.is_empty() { Ok(filled) } else { Err(troubles) }
}

fn one(inside: &str, language: &Language, day: Date) -> Option<String> {
    let split = inside.find(['+', '-']).unwrap_or(inside.len());
    let (unit, count) = inside.split_at(split);
    let count: i32 =
        if count.is_empty() { 0 } else { count.strip_prefix('+').unwrap_or(count).parse().ok()? };
    if count.unsigned_abs() > 3660 {
        return None;
    }
    let span = jiff::Span::new();
    match unit {
        "day" => Some(in_words(day.checked_add(span.try_days(count).ok()?).ok()?, language)),
        "month" => Some(month_in_words(day.checked_add(span.try_months(count).ok()?).ok()?, language)),
        _ => None,
    }
}

fn in_words(date: Date, language: &Language) -> String {
    match language.as_str() {
        "zh" => format!("{}月{}日（周{}）", date.month(), date.day(), zh_weekday(date.weekday())),
        "en" => date.strftime("%A %-d %B").to_string(),
        _ => date.to_string(),
    }
}

fn month_in_words(date: Date, language: &Language) -> String {
    match language.as_str() {
        "zh" => format!("{}月", date.month()),
        "en" => date.strftime("%B").to_string(),
        _ => date.strftime("%Y-%m").to_string(),
    }
}

const fn zh_weekday(day: Weekday) -> char {
    match day {
        Weekday::Monday => '一',
        Weekday::Tuesday => '二',
        Weekday::Wednesday => '三',
        Weekday::Thursday => '四',
        Weekday::Friday => '五',
        Weekday::Saturday => '六',
        Weekday::Sunday => '日',
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use jiff::civil::date;
    use linli_wire::Language;

    use super::fill;

    #[test]
    fn days_and_months_are_written_in_the_language_of_the_text() {
        let day = date(2026, 11, 22);
        let zh = fill("{{day+1}}停水，{{day-1}}通知，{{ month+2 }}恢复", &Language::zh(), day).unwrap();
        assert_eq!(zh, "11月23日（周一）停水，11月21日（周六）通知，1月恢复");
        let en = fill("No water on {{day+1}}; {{day}} is today. {{month}}.", &Language::en(), day).unwrap();
        assert_eq!(en, "No water on Monday 23 November; Sunday 22 November is today. November.");
        assert_eq!(fill("{{month+1}}", &Language::en(), date(2026, 1, 31)).unwrap(), "February");
    }

    #[test]
    fn unknown_placeholders_are_named_with_their_place() {
        let troubles =
            fill("a {{days}} {{day+x}} {{day+99999}} {{open", &Language::en(), date(2026, 1, 1)).unwrap_err();
        assert_eq!(troubles.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2, 11, 21, 35]);
        assert!(troubles[0].1.starts_with("“{{days}}” is not known."), "{}", troubles[0].1);
    }
}
