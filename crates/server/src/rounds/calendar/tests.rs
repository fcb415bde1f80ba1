#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::{ToSpan, civil::date, tz::TimeZone};
use linli_wire::{Localized, rounds::Interval};
use proptest::prelude::*;

use super::*;

fn plan(first: &str, count: u16, unit: IntervalUnit) -> RoundPlanContent {
    RoundPlanContent {
        name: Localized::default(),
        every: Interval { count, unit },
        first: first.to_owned(),
        days: 1,
        points: Vec::new(),
        retired: false,
    }
}

fn calendar(zone: &str) -> Calendar {
    Calendar::in_zone(TimeZone::get(zone).unwrap())
}

fn days(plan: &RoundPlanContent, mut from: Date, count: usize) -> Vec<String> {
    let calendar = calendar("UTC");
    let mut days = Vec::new();
    for _ in 0..count {
        let day = calendar.first_from(plan, from).unwrap();
        days.push(day.to_string());
        from = day.tomorrow().unwrap();
    }
    days
}

#[test]
fn a_month_is_counted_from_the_first_day_and_ends_where_it_ends() {
    let monthly = plan("2027-01-31", 1, IntervalUnit::Months);
    let expected = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"];
    assert_eq!(days(&monthly, date(2026, 1, 1), 5), expected);
    let quarterly = plan("2027-11-30", 3, IntervalUnit::Months);
    assert_eq!(days(&quarterly, date(2028, 1, 1), 3), ["2028-02-29", "2028-05-30", "2028-08-30"]);
    let yearly = plan("2028-02-29", 12, IntervalUnit::Months);
    assert_eq!(days(&yearly, date(2029, 1, 1), 4), ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
}

#[test]
fn weeks_and_days_run_over_every_border() {
    let weekly = plan("2026-12-21", 1, IntervalUnit::Weeks);
    assert_eq!(days(&weekly, date(2026, 12, 22), 2), ["2026-12-28", "2027-01-04"]);
    assert_eq!(
        days(&plan("2026-12-30", 3, IntervalUnit::Days), date(2027, 1, 1), 2),
        ["2027-01-02", "2027-01-05"]
    );
}

#[test]
fn a_day_lasts_as_long_as_it_lasts() {
    const HOUR: i64 = 60 * 60 * 1000;
    let berlin = calendar("Europe/Berlin");
    let length = |day: Date| berlin.ends(day, 1).unwrap().millis_since(berlin.begins(day).unwrap()) / HOUR;
    assert_eq!(
        [length(date(2027, 3, 28)), length(date(2027, 3, 29)), length(date(2027, 10, 31))],
        [23, 24, 25]
    );
    // In Beirut the clocks change at midnight: the day begins at one.
    let beirut = calendar("Asia/Beirut");
    let begins = beirut.begins(date(2027, 3, 28)).unwrap();
    assert_eq!(beirut.today(begins).unwrap(), date(2027, 3, 28));
    assert_eq!(beirut.today(begins.plus_millis(-1)).unwrap(), date(2027, 3, 27));
}

#[test]
fn a_day_that_is_none_and_the_end_of_the_calendar_lead_nowhere() {
    assert_eq!(calendar("UTC").first_from(&plan("soon", 1, IntervalUnit::Days), date(2027, 1, 1)), None);
    let far = plan("9999-12-01", 12, IntervalUnit::Months);
    assert_eq!(calendar("UTC").first_from(&far, date(9999, 12, 2)), None);
}

proptest! {
    /// Against the plainest reckoning: day by day from the first one.
    #[test]
    fn the_day_that_is_reckoned_is_the_one_that_is_counted(
        first in 0i64..2000, count in 1u16..40, ahead in 0i64..4000, unit in 0usize..3,
    ) {
        let unit = [IntervalUnit::Days, IntervalUnit::Weeks, IntervalUnit::Months][unit];
        let first = date(2026, 1, 1).checked_add(first.days()).unwrap();
        let plan = plan(&first.to_string(), count, unit);
        let from = first.checked_add((ahead - 100).days()).unwrap();
        let counted = (0..).filter_map(|number| nth(&plan, first, number)).find(|day| *day >= from);
        prop_assert_eq!(calendar("UTC").first_from(&plan, from), counted);
    }
}
