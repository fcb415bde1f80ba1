//! Days of a plan, by the calendar of the community.
//!
//! A day is a date first and turned into moments last, so that one on which the clocks change begins and ends
//! at its own midnights. Months are counted from the first day, never from the last one: what began on the
//! 31st of January is on the 28th of February and on the 31st of March.

use jiff::{Span, ToSpan, civil::Date, tz::TimeZone};
use linli_wire::{
    Code, Timestamp,
    community::Community,
    rounds::{IntervalUnit, RoundPlanContent},
};

use crate::Error;

/// The calendar of a community.
pub(super) struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The calendar of a community.
    ///
    /// # Errors
    /// Its time zone is not known here.
    pub(super) fn of(community: &Community) -> Result<Self, Error> {
        let zone = TimeZone::get(&community.time_zone)
            .map_err(|_| Error::invalid("time_zone", "is not a time zone"))?;
        Ok(Self { zone })
    }

    /// The day of a moment.
    pub(super) fn today(&self, at: Timestamp) -> Result<Date, Error> {
        let moment = jiff::Timestamp::from_millisecond(at.0).map_err(beyond)?;
        Ok(moment.to_zoned(self.zone.clone()).date())
    }

    /// The moment at which a day begins.
    pub(super) fn begins(&self, day: Date) -> Result<Timestamp, Error> {
        let moment = day.to_zoned(self.zone.clone()).map_err(beyond)?;
        Ok(Timestamp(moment.timestamp().as_millisecond()))
    }

    /// The midnight behind the last of `days` days.
    pub(super) fn ends(&self, day: Date, days: u16) -> Result<Timestamp, Error> {
        self.begins(day.checked_add(i64::from(days).days()).map_err(beyond)?)
    }

    /// The first day of a plan that is not before `day`; none when the calendar ends before.
    #[allow(clippy::unused_self, reason = "a plan's days are this calendar's")]
    pub(super) fn first_from(&self, plan: &RoundPlanContent, day: Date) -> Option<Date> {
        let first: Date = plan.first.parse().ok()?;
        let count = i64::from(plan.every.count.max(1));
        let passed = match plan.every.unit {
            _ if day <= first => 0,
            IntervalUnit::Days => days_between(first, day) / count,
            IntervalUnit::Weeks => days_between(first, day) / (7 * count),
            IntervalUnit::Months => {
                let years = i64::from(day.year()) - i64::from(first.year());
                (12 * years + i64::from(day.month()) - i64::from(first.month())) / count
            }
        };
        // The one that is reckoned lies on the day or shortly before it.
        (passed..passed + 3).filter_map(|number| nth(plan, first, number)).find(|found| *found >= day)
    }
}

/// The day on which a plan falls due after `number` intervals.
fn nth(plan: &RoundPlanContent, first: Date, number: i64) -> Option<Date> {
    let count = number.checked_mul(i64::from(plan.every.count.max(1)))?;
    let span = match plan.every.unit {
        IntervalUnit::Days => Span::new().try_days(count),
        IntervalUnit::Weeks => Span::new().try_weeks(count),
        IntervalUnit::Months => Span::new().try_months(count),
    };
    first.checked_add(span.ok()?).ok()
}

fn days_between(from: Date, until: Date) -> i64 {
    from.until(until).map_or(0, |span| i64::from(span.get_days()))
}

/// A moment that no calendar reaches.
pub(super) fn beyond(_: jiff::Error) -> Error {
    Error::refused(Code::Internal, "the calendar ends before this")
}

#[cfg(test)]
mod tests;
