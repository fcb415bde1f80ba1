#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::{civil::DateTime, tz::TimeZone};
use linli_wire::{
    Localized, Timestamp,
    community::{Community, Office, Opening},
    id::CommunityId,
};

use super::Hours;

const WORKDAYS: &[u8] = &[1, 2, 3, 4, 5];

fn hours(zone: &str, opening: &[(&[u8], u16, u16)], holidays: &[&str]) -> Hours {
    let opening = opening.iter().map(|(days, from, until)| Opening {
        days: days.to_vec(),
        from: from * 60,
        until: until * 60,
    });
    Hours::of(&Community {
        id: CommunityId(uuid::Uuid::nil()),
        name: Localized::default(),
        time_zone: zone.to_owned(),
        currency: "CNY".to_owned(),
        languages: Vec::new(),
        office: Office {
            opening: opening.collect(),
            holidays: holidays.iter().map(|day| (*day).to_owned()).collect(),
            ..Office::default()
        },
        categories: Vec::new(),
    })
    .unwrap()
}

fn at(zone: &str, local: &str) -> Timestamp {
    let local: DateTime = local.parse().unwrap();
    Timestamp(local.to_zoned(TimeZone::get(zone).unwrap()).unwrap().timestamp().as_millisecond())
}

#[test]
fn a_promise_skips_nights_weekends_and_holidays() {
    let zone = "Asia/Shanghai";
    // Monday 23 November 2026.
    let office = hours(zone, &[(WORKDAYS, 9, 12), (WORKDAYS, 13, 18)], &["2026-11-25", "no date"]);
    for (from, count, by) in [
        ("2026-11-23T09:00", 2, "2026-11-23T11:00"),
        ("2026-11-23T11:00", 2, "2026-11-23T14:00"),
        ("2026-11-23T20:00", 1, "2026-11-24T10:00"),
        // The 25th is a holiday.
        ("2026-11-24T17:00", 2, "2026-11-26T10:00"),
        ("2026-11-27T17:30", 8, "2026-11-30T17:30"),
        ("2026-11-28T10:00", 8, "2026-11-30T18:00"),
        ("2026-11-23T06:00", 8, "2026-11-23T18:00"),
    ] {
        assert_eq!(office.after(at(zone, from), count), Some(at(zone, by)), "{count} h from {from}");
        assert_eq!(office.between(at(zone, from), at(zone, by)), i64::from(count) * 3_600_000, "{from}");
    }
    assert_eq!(office.between(at(zone, "2026-11-24T18:00"), at(zone, "2026-11-26T09:00")), 0);
    assert_eq!(office.between(at(zone, "2026-11-26T09:00"), at(zone, "2026-11-24T18:00")), 0, "backwards");
}

#[test]
fn a_day_on_which_the_clocks_change_has_the_hours_it_really_has() {
    let zone = "Europe/Berlin";
    let office = hours(zone, &[(&[7], 0, 24)], &[]);
    let day = |day: &str| (at(zone, &format!("{day}T00:00")), at(zone, &format!("{day}T23:59:59")));
    for (sunday, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)] {
        let (from, until) = day(sunday);
        assert_eq!(office.between(from, until) + 1000, hours * 3_600_000, "{sunday}");
    }
}

#[test]
fn an_office_without_opening_times_promises_by_the_clock_and_one_that_never_opens_not_at_all() {
    let zone = "Asia/Shanghai";
    let always = hours(zone, &[], &["2026-11-24"]);
    let by = always.after(at(zone, "2026-11-23T20:00"), 8);
    assert_eq!(by, Some(at(zone, "2026-11-25T04:00")));
    let never = hours(zone, &[(&[], 9, 18), (&[1], 18, 9)], &[]);
    assert_eq!(never.after(at(zone, "2026-11-23T20:00"), 1), None);
    assert_eq!(never.between(Timestamp(0), Timestamp(i64::MAX)), 0);
}

#[test]
fn opening_times_that_overlap_count_once() {
    let zone = "Asia/Shanghai";
    let office = hours(zone, &[(WORKDAYS, 9, 15), (WORKDAYS, 12, 18), (&[1], 17, 18)], &[]);
    let day = (at(zone, "2026-11-23T00:00"), at(zone, "2026-11-24T00:00"));
    assert_eq!(office.between(day.0, day.1), 9 * 3_600_000);
    assert_eq!(office.month(day.0), "2026-11");
    assert_eq!(office.local(day.0), "2026-11-23 00:00");
}
