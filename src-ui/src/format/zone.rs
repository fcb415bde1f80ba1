//! The community's time zone: the browser knows its rules, the arithmetic is ours.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use linli_wire::Timestamp;
use wasm_bindgen::{JsCast, JsValue};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A point in time as a calendar and a clock on the wall show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Civil {
    /// Days since 1970-01-01.
    pub(super) days: i64,
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
}

impl Civil {
    /// From milliseconds that already carry the zone's offset. Howard Hinnant's `civil_from_days`.
    pub(super) fn from_local_millis(millis: i64) -> Self {
        let days = millis.div_euclid(DAY);
        let minutes = millis.rem_euclid(DAY) / MINUTE;
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let part = (5 * day_of_year + 2) / 153;
        let month = if part < 10 { part + 3 } else { part - 9 };
        let byte = |value: i64| u8::try_from(value).unwrap_or_default();
        Self {
            days,
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: byte(month),
            day: byte(day_of_year - (153 * part + 2) / 5 + 1),
            hour: byte(minutes / 60),
            minute: byte(minutes % 60),
        }
    }

    /// 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday.
    pub(super) fn weekday(self) -> u8 {
        u8::try_from((self.days + 3).rem_euclid(7) + 1).unwrap_or(1)
    }

    /// `at` in `zone`.
    pub(super) fn of(at: Timestamp, zone: &str) -> Self {
        Self::from_local_millis(at.0.saturating_add(offset_millis(at, zone)))
    }
}

/// Milliseconds since 1970 of a wall clock's reading, as if it hung in UTC. Hinnant's `days_from_civil`.
fn local_millis(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let part = if month > 2 { month - 3 } else { month + 9 };
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * part + 2) / 5 + day - 1;
    (era * 146_097 + day_of_era - 719_468) * DAY + (hour * 60 + minute) * MINUTE
}

/// The value of `<input type="datetime-local">` for `at` in `zone`.
pub fn to_local_input(at: Timestamp, zone: &str) -> String {
    let Civil { year, month, day, hour, minute, .. } = Civil::of(at, zone);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")
}

/// The point in time that `<input type="datetime-local">` means in `zone`; none while it is incomplete.
///
/// A time that a clock change skips is moved on by the change; of a time that comes twice, the first is meant.
pub fn from_local_input(text: &str, zone: &str) -> Option<Timestamp> {
    let local = read_local(text)?;
    let first = local - offset_millis(Timestamp(local), zone);
    Some(Timestamp(local - offset_millis(Timestamp(first), zone)))
}

fn read_local(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let mut time = time.split(':').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (hour, minute) = (time.next()??, time.next()??);
    ((1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| local_millis(year, month, day, hour, minute))
}

/// How far the wall clock in `zone` is ahead of UTC at `at`; 0 for a zone that the browser does not know.
fn offset_millis(at: Timestamp, zone: &str) -> i64 {
    let minute = at.0.div_euclid(MINUTE) * MINUTE;
    wall_clock(minute, zone).map_or(0, |local| local - minute)
}

fn wall_clock(at: i64, zone: &str) -> Option<i64> {
    let format = format_of(zone)?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any calendar date fit f64 exactly")]
    let parts = format.format_to_parts(&Date::new(&JsValue::from_f64(at as f64)));
    let part = |wanted: &str| -> Option<i64> {
        let found = parts.iter().find(|part| text(part, "type") == wanted)?;
        text(&found, "value").parse().ok()
    };
    Some(local_millis(part("year")?, part("month")?, part("day")?, part("hour")?, part("minute")?))
}

/// The browser's knowledge of a zone. The last one is kept: making it takes a hundred times as long as asking it, and a
/// conversation asks for every message.
fn format_of(zone: &str) -> Option<Intl::DateTimeFormat> {
    thread_local!(static LAST: RefCell<Option<(String, Intl::DateTimeFormat)>> = const { RefCell::new(None) });
    let last =
        LAST.with_borrow(|last| last.as_ref().filter(|last| last.0 == zone).map(|last| last.1.clone()));
    if last.is_some() {
        return last;
    }
    let format = make_format(zone)?;
    LAST.set(Some((zone.to_owned(), format.clone())));
    Some(format)
}

fn make_format(zone: &str) -> Option<Intl::DateTimeFormat> {
    let options = Object::new();
    for (key, value) in [
        ("timeZone", zone),
        ("hourCycle", "h23"),
        ("calendar", "gregory"),
        ("numberingSystem", "latn"),
        ("year", "numeric"),
        ("month", "numeric"),
        ("day", "numeric"),
        ("hour", "numeric"),
        ("minute", "numeric"),
    ] {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    // Constructed by reflection, because an unknown zone throws.
    let constructor: Function = Reflect::get(&js_sys::global(), &"Intl".into())
        .ok()
        .and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()).ok())?
        .dyn_into()
        .ok()?;
    let format = Reflect::construct(&constructor, &Array::of2(&"en-US".into(), &options)).ok()?;
    Some(format.unchecked_into())
}

fn text(part: &JsValue, key: &str) -> String {
    Reflect::get(part, &key.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn calendar_arithmetic_goes_there_and_back() {
        for (year, month, day) in [(1970, 1, 1), (2024, 2, 29), (2025, 12, 31), (2026, 3, 1), (2000, 2, 29)] {
            let civil = Civil::from_local_millis(local_millis(year, month, day, 23, 59));
            assert_eq!((civil.year, i64::from(civil.month), i64::from(civil.day)), (year, month, day));
            assert_eq!((civil.hour, civil.minute), (23, 59));
        }
        assert_eq!(local_millis(1970, 1, 2, 0, 0), DAY);
        let weekday =
            |year, month, day| Civil::from_local_millis(local_millis(year, month, day, 12, 0)).weekday();
        assert_eq!((weekday(1970, 1, 1), weekday(2026, 11, 22), weekday(2026, 11, 23)), (4, 7, 1));
    }

    /// Where the zone's rules come from the browser.
    #[cfg(target_arch = "wasm32")]
    #[test]
    fn a_time_on_the_wall_is_a_moment_in_its_zone() {
        let moment = |text: &str, zone: &str| from_local_input(text, zone).unwrap();
        let noon = moment("2026-11-22T12:00", "Asia/Shanghai");
        assert_eq!(noon, moment("2026-11-22T04:00", "UTC"));
        assert_eq!(to_local_input(noon, "Asia/Shanghai"), "2026-11-22T12:00");
        // The night in which clocks go forward in Berlin has no half past two.
        assert_eq!(moment("2026-03-29T01:59", "Europe/Berlin"), moment("2026-03-29T00:59", "UTC"));
        assert_eq!(moment("2026-03-29T03:00", "Europe/Berlin"), moment("2026-03-29T01:00", "UTC"));
        assert_eq!(
            to_local_input(moment("2026-03-29T02:30", "Europe/Berlin"), "Europe/Berlin"),
            "2026-03-29T03:30"
        );
        // Half an hour off, and a zone that nobody knows.
        assert_eq!(moment("2026-11-22T05:30", "Asia/Kolkata"), moment("2026-11-22T00:00", "UTC"));
        assert_eq!(moment("2026-11-22T05:30", "Nowhere/Land"), moment("2026-11-22T05:30", "UTC"));
    }

    #[test]
    fn incomplete_input_is_no_time() {
        assert_eq!(read_local(""), None);
        assert_eq!(read_local("2026-11-22"), None);
        assert_eq!(read_local("2026-13-01T10:00"), None);
        assert_eq!(read_local("1970-01-01T00:01"), Some(MINUTE));
    }
}
