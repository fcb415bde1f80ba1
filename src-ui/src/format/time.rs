//! Points in time in words, in the community's time zone.
//!
//! Standard says `today 7:40`, `yesterday 18:02`, `3 days ago`, `12 Nov`. Simple mode speaks:
//! `this morning at 20 to 8`, `今天下午 2 点`.

use linli_wire::Timestamp;

use super::zone::Civil;
use crate::words::{tag, time as words};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LONG_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The clock on the community's wall, and how its times are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    /// IANA name of the zone.
    pub zone: String,
    /// Told as one speaks, for Simple mode.
    pub spoken: bool,
}

impl Clock {
    /// When something was or will be, seen from now.
    pub fn when(&self, at: Timestamp) -> String {
        let now = now();
        let (then, today) = (Civil::of(at, &self.zone), Civil::of(now, &self.zone));
        let minutes = now.millis_since(at).div_euclid(60_000);
        if self.spoken { spoken(then, today, minutes) } else { short(then, today, minutes) }
    }

    /// A date and time in full, for what must not be mistaken: `Sat 22 Nov 2026, 14:00`.
    pub fn exactly(&self, at: Timestamp) -> String {
        let then = Civil::of(at, &self.zone);
        let date = date(then, 0, self.spoken);
        if chinese() { format!("{date} {}", clock(then)) } else { format!("{date}, {}", clock(then)) }
    }

    /// A stretch of time, seen from now: `tomorrow 9:00–10:00`.
    pub fn slot(&self, from: Timestamp, until: Timestamp) -> String {
        let (first, last) = (Civil::of(from, &self.zone), Civil::of(until, &self.zone));
        let today = Civil::of(now(), &self.zone);
        // Days that are gone are told without their times, which are what a slot is about.
        let begins = if today.days - first.days > 1 { self.exactly(from) } else { self.when(from) };
        let ends = match (first.days == last.days, self.spoken) {
            (false, _) => self.when(until),
            (true, true) => said(last),
            (true, false) => clock(last),
        };
        if self.spoken { words::spoken_slot(&begins, &ends) } else { words::slot(&begins, &ends) }
    }

    /// The hour of the day now, 0 to 23.
    pub fn hour(&self) -> u8 {
        Civil::of(now(), &self.zone).hour
    }

    /// Day of the week now, 1 Monday to 7 Sunday, and minutes since midnight.
    pub fn day_and_minute(&self) -> (u8, u16) {
        let now = Civil::of(now(), &self.zone);
        (now.weekday(), u16::from(now.hour) * 60 + u16::from(now.minute))
    }

    /// A time of day: `17:30`; spoken `half past 5 in the afternoon`.
    pub fn minute_of_day(&self, minute: u16) -> String {
        let at = Civil::from_local_millis(i64::from(minute) * 60_000);
        if self.spoken { said_with_part(at) } else { clock(at) }
    }

    /// Only the time of day.
    pub fn time(&self, at: Timestamp) -> String {
        let then = Civil::of(at, &self.zone);
        if self.spoken { said_with_part(then) } else { clock(then) }
    }

    /// The day of a moment in words: today, yesterday, or the date.
    pub fn day_words(&self, at: Timestamp) -> String {
        let (then, today) = (Civil::of(at, &self.zone), Civil::of(now(), &self.zone));
        match today.days - then.days {
            0 => words::today().to_owned(),
            1 => words::yesterday().to_owned(),
            _ => date(then, today.year, true),
        }
    }

    /// Only the date, with its year.
    pub fn date(&self, at: Timestamp) -> String {
        date(Civil::of(at, &self.zone), 0, true)
    }

    /// Today, such as `2026-11-29`.
    pub fn today(&self) -> String {
        self.day_of(now())
    }

    /// The day of a moment, such as `2026-11-29`.
    pub fn day_of(&self, at: Timestamp) -> String {
        let Civil { year, month, day, .. } = Civil::of(at, &self.zone);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// A day such as `2026-11-25` in words; what is no day stays as it is.
    pub fn day(&self, day: &str) -> String {
        let mut parts = day.split('-').map(str::parse::<i64>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(number))) = (parts.next(), parts.next(), parts.next())
        else {
            return day.to_owned();
        };
        let this_year = Civil::of(now(), &self.zone).year;
        let year_words = (year != this_year).then_some(year);
        let name =
            LONG_MONTHS.get(usize::try_from(month - 1).unwrap_or(usize::MAX)).copied().unwrap_or_default();
        match (chinese(), year_words) {
            (true, None) => format!("{month}月{number}日"),
            (true, Some(year)) => format!("{year}年{month}月{number}日"),
            (false, None) => format!("{number}\u{a0}{name}"),
            (false, Some(year)) => format!("{number}\u{a0}{name} {year}"),
        }
    }

    /// For the `datetime` attribute.
    pub fn machine(&self, at: Timestamp) -> String {
        let mut text = super::to_local_input(at, "UTC");
        text.push('Z');
        text
    }
}

/// A month such as `2026-11` in words; `long` for a sentence.
pub fn month(month: &str, long: bool) -> String {
    let (year, number) = month.split_once('-').unwrap_or((month, ""));
    let at: usize = number.parse().unwrap_or_default();
    if chinese() {
        return format!("{year}年{at}月");
    }
    let names = if long { &LONG_MONTHS } else { &MONTHS };
    format!("{} {year}", names.get(at.wrapping_sub(1)).unwrap_or(&""))
}

/// This moment by the device's clock.
pub fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "a clock's milliseconds are far below 2^53")]
    Timestamp(js_sys::Date::now() as i64)
}

fn chinese() -> bool {
    tag() == "zh"
}

fn clock(at: Civil) -> String {
    format!("{}:{:02}", at.hour, at.minute)
}

/// `12 Nov`, with the year unless it is `this_year`.
fn date(at: Civil, this_year: i64, long: bool) -> String {
    let Civil { year, month, day, .. } = at;
    if chinese() {
        return if year == this_year {
            format!("{month}月{day}日")
        } else {
            format!("{year}年{month}月{day}日")
        };
    }
    let names = if long { &LONG_MONTHS } else { &MONTHS };
    let name = names.get(usize::from(month).saturating_sub(1)).unwrap_or(&"");
    if year == this_year { format!("{day} {name}") } else { format!("{day} {name} {year}") }
}

fn short(then: Civil, today: Civil, minutes_ago: i64) -> String {
    match today.days - then.days {
        0 if minutes_ago == 0 => words::just_now().to_owned(),
        0 => words::today_at(&clock(then)),
        1 => words::yesterday_at(&clock(then)),
        -1 => words::tomorrow_at(&clock(then)),
        days @ 2..=6 => words::days_ago(u32::try_from(days).unwrap_or_default()),
        ..=-2 => format!("{} {}", date(then, today.year, false), clock(then)),
        _ => date(then, today.year, false),
    }
}

fn spoken(then: Civil, today: Civil, minutes_ago: i64) -> String {
    match today.days - then.days {
        0 if minutes_ago == 0 => words::just_now().to_owned(),
        0 if then.hour < 12 => words::spoken_morning(&said(then)),
        0 if then.hour < 18 => words::spoken_afternoon(&said(then)),
        0 => words::spoken_evening(&said(then)),
        1 => words::spoken_yesterday(&said_with_part(then)),
        -1 => words::spoken_tomorrow(&said_with_part(then)),
        days @ 2..=6 => words::days_ago(u32::try_from(days).unwrap_or_default()),
        ..=-2 => words::spoken_date(&date(then, today.year, true), &said_with_part(then)),
        _ => date(then, today.year, true),
    }
}

/// `20 to 8`, `half past 7`, `8 o'clock`; `2 点`, `2 点半`, `2 点 20 分`.
fn said(at: Civil) -> String {
    let twelve = |hour: u8| if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    let (hour, next, minute) = (twelve(at.hour), twelve(at.hour + 1), at.minute);
    if chinese() {
        return match minute {
            0 => format!("{hour} 点"),
            30 => format!("{hour} 点半"),
            _ => format!("{hour} 点 {minute} 分"),
        };
    }
    match minute {
        0 => format!("{hour} o'clock"),
        15 => format!("quarter past {hour}"),
        30 => format!("half past {hour}"),
        45 => format!("quarter to {next}"),
        past @ 1..30 if past % 5 == 0 => format!("{past} past {hour}"),
        late if late % 5 == 0 => format!("{} to {next}", 60 - late),
        _ => format!("{hour}:{minute:02}"),
    }
}

/// The same with the part of the day, where no word before says it.
fn said_with_part(at: Civil) -> String {
    let said = said(at);
    match (chinese(), at.hour) {
        (true, 0..6) => format!("凌晨 {said}"),
        (true, 6..12) => format!("上午 {said}"),
        (true, 12..18) => format!("下午 {said}"),
        (true, _) => format!("晚上 {said}"),
        (false, 0..12) => format!("{said} in the morning"),
        (false, 12..18) => format!("{said} in the afternoon"),
        (false, _) => format!("{said} in the evening"),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Language;

    use super::*;
    use crate::words::speak;

    fn at(days: i64, hour: i64, minute: i64) -> Civil {
        // 2026-11-22 is day 20,779.
        Civil::from_local_millis(((20_779 + days) * 24 * 60 + hour * 60 + minute) * 60_000)
    }

    fn check(then: Civil, en: &str, en_spoken: &str, zh: &str, zh_spoken: &str) {
        let today = at(0, 20, 0);
        for (language, expect, expect_spoken) in
            [(Language::en(), en, en_spoken), (Language::zh(), zh, zh_spoken)]
        {
            speak(&language);
            assert_eq!(short(then, today, 500), expect);
            assert_eq!(spoken(then, today, 500), expect_spoken);
        }
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        check(at(0, 7, 40), "today 7:40", "this morning at 20 to 8", "今天 7:40", "今天上午 7 点 40 分");
        check(at(0, 14, 0), "today 14:00", "this afternoon at 2 o'clock", "今天 14:00", "今天下午 2 点");
        check(at(0, 18, 30), "today 18:30", "this evening at half past 6", "今天 18:30", "今天晚上 6 点半");
        check(
            at(-1, 9, 5),
            "yesterday 9:05",
            "yesterday at 5 past 9 in the morning",
            "昨天 9:05",
            "昨天上午 9 点 5 分",
        );
        check(at(-3, 9, 5), "3 days ago", "3 days ago", "3 天前", "3 天前");
        check(at(-10, 9, 5), "12 Nov", "12 November", "11月12日", "11月12日");
        check(at(-400, 9, 5), "18 Oct 2025", "18 October 2025", "2025年10月18日", "2025年10月18日");
    }

    #[test]
    fn the_hour_before_midnight_is_half_past_11_and_noon_is_12() {
        speak(&Language::en());
        assert_eq!(said(at(0, 23, 30)), "half past 11");
        assert_eq!(said(at(0, 11, 45)), "quarter to 12");
        assert_eq!(said(at(0, 12, 0)), "12 o'clock");
        assert_eq!(said(at(0, 0, 17)), "12:17");
    }
}
