//! Days of a plan.
//!
//! Months are counted from the first day, never from the last one: what began on the 31st of January is on the 28th of
//! February and on the 31st of March.

use jiff::{Span, civil::Date};
use linli_wire::rounds::{IntervalUnit, RoundPlanContent};

use crate::calendar::Calendar;

impl Calendar {
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

#[cfg(test)]
mod tests;
