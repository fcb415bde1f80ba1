//! Working time: what a promise is counted in.
//!
//! An hour counts while the office is open by its opening times, in the community's time zone, on a day that
//! is no holiday. A day is laid out by its calendar and then turned into moments, so that a day on which the
//! clocks change has as many working minutes as it really has. An office that tells its hours only in words
//! promises by the clock: every hour of every day but holidays counts, which is never later than it meant.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use linli_wire::{
    Timestamp,
    community::{Community, Opening},
};

use crate::Error;

/// Days that are looked ahead for a promise; what takes longer is not promised.
const HORIZON: u32 = 2 * 366;
/// Days over which working time is added up.
const LONGEST: u32 = 10 * 366;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// The working time of a community.
pub struct Hours {
    zone: TimeZone,
    opening: Vec<Opening>,
    holidays: Vec<Date>,
}

impl Hours {
    /// The working time of a community. A holiday that is no date is none.
    ///
    /// # Errors
    /// Its time zone is not known here.
    pub fn of(community: &Community) -> Result<Self, Error> {
        let zone = TimeZone::get(&community.time_zone)
            .map_err(|_| Error::invalid("time_zone", "is not a time zone"))?;
        let every_day = Opening { days: (1..=7).collect(), from: 0, until: 24 * 60 };
        let opening = match community.office.opening.as_slice() {
            [] => vec![every_day],
            opening => opening.to_vec(),
        };
        let holidays = community.office.holidays.iter().filter_map(|day| day.parse().ok()).collect();
        Ok(Self { zone, opening, holidays })
    }

    /// The moment at which `hours` of working time have passed since `from`; none when they do not pass
    /// within two years.
    pub fn after(&self, from: Timestamp, hours: u16) -> Option<Timestamp> {
        let mut left = i64::from(hours) * HOUR_MS;
        let mut day = self.day(from)?;
        for _ in 0..HORIZON {
            for (opens, closes) in self.spans(day) {
                let begins = opens.max(from.0);
                let length = closes.saturating_sub(begins).max(0);
                if length >= left && length > 0 {
                    return Some(Timestamp(begins + left));
                }
                left -= length;
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// Working time between two moments, in milliseconds.
    pub fn between(&self, from: Timestamp, until: Timestamp) -> i64 {
        let (Some(mut day), Some(last)) = (self.day(from), self.day(until)) else { return 0 };
        let mut sum: i64 = 0;
        for _ in 0..LONGEST {
            if day > last {
                break;
            }
            for (opens, closes) in self.spans(day) {
                sum += closes.min(until.0).saturating_sub(opens.max(from.0)).max(0);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        sum
    }

    /// The month of a moment, such as `2026-11`.
    pub fn month(&self, at: Timestamp) -> String {
        self.day(at).map(|day| day.strftime("%Y-%m").to_string()).unwrap_or_default()
    }

    /// A moment by the community's clock, such as `2026-11-22 08:30`.
    pub fn local(&self, at: Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(self.zone.clone()));
        moment.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    }

    fn day(&self, at: Timestamp) -> Option<Date> {
        Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.zone.clone()).date())
    }

    /// From when until when the office is open on a day, in order and without overlaps.
    fn spans(&self, day: Date) -> Vec<(i64, i64)> {
        if self.holidays.contains(&day) {
            return Vec::new();
        }
        let weekday = u8::try_from(day.weekday().to_monday_one_offset()).unwrap_or(0);
        let mut spans: Vec<(i64, i64)> = self
            .opening
            .iter()
            .filter(|opening| opening.days.contains(&weekday))
            .filter_map(|opening| Some((self.moment(day, opening.from)?, self.moment(day, opening.until)?)))
            .filter(|(opens, closes)| opens < closes)
            .collect();
        spans.sort_unstable();
        let mut apart: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
        for (opens, closes) in spans {
            match apart.last_mut() {
                Some(last) if opens <= last.1 => last.1 = last.1.max(closes),
                _ => apart.push((opens, closes)),
            }
        }
        apart
    }

    /// Minutes after midnight of a day, as a moment; 1440 is the midnight behind it.
    fn moment(&self, day: Date, minutes: u16) -> Option<i64> {
        let (day, minutes) = if minutes >= 24 * 60 { (day.tomorrow().ok()?, 0) } else { (day, minutes) };
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        let local = DateTime::from_parts(day, Time::new(hour, minute, 0, 0).ok()?);
        Some(local.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
    }
}

#[cfg(test)]
mod tests;
