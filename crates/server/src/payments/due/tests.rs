#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use linli_wire::{
    Localized, Timestamp,
    id::{FeeId, HouseholdId},
    payments::{Rate, Tax},
};

use super::*;

fn fee(basis: Basis, rate: i64, every_months: u8, from: &str, until: Option<&str>) -> Fee {
    let content = FeeContent {
        name: Localized::default(),
        heading: "fee".to_owned(),
        basis,
        rate: Rate(rate),
        every_months,
        from: from.to_owned(),
        until: until.map(ToOwned::to_owned),
        tax: Tax::default(),
        units: Vec::new(),
        discounts: Vec::new(),
    };
    Fee { id: FeeId::new(Timestamp(0), [1; 10]), version: 1, content }
}

fn payer() -> Payer {
    Payer {
        unit: UnitId::new(Timestamp(0), [2; 10]),
        name: "3-1201".to_owned(),
        household: HouseholdId::new(Timestamp(0), [3; 10]),
        area: Some(9_345),
    }
}

fn due(fee: &Fee, month: &str, readings: &[Read]) -> Result<Option<Due>, TroubleKind> {
    Charged::of(fee).unwrap().line(month.parse().unwrap(), &payer(), readings)
}

fn read(day: &str, value: i64, is_new_meter: bool, is_billed: bool) -> Read {
    Read { day: day.to_owned(), value_milli: value * 1000, is_new_meter, old_final_milli: None, is_billed }
}

#[test]
fn a_fee_is_due_every_so_many_months_from_its_beginning() {
    let quarterly = fee(Basis::SquareMetre, 2_350_000, 3, "2026-02-01", None);
    let months = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2027-02"];
    let is_due = months.map(|month| due(&quarterly, month, &[]).unwrap().is_some());
    assert_eq!(is_due, [false, true, false, false, true, true]);
    let line = due(&quarterly, "2026-05", &[]).unwrap().unwrap();
    assert_eq!(
        (line.period.as_str(), line.line.from.as_str(), line.line.until.as_str()),
        ("2026-05", "2026-05-01", "2026-07-31")
    );
    // 3 × 93.45 m² × 2.35 = 658.8225.
    assert_eq!((line.line.quantity_milli, line.line.total), (280_350, 65_882));
}

#[test]
fn the_first_and_the_last_period_are_charged_by_the_day() {
    let monthly = fee(Basis::Unit, 30_000_000, 1, "2026-11-16", Some("2027-01-10"));
    let totals = ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"]
        .map(|month| due(&monthly, month, &[]).unwrap().map(|due| (due.line.total, due.line.share)));
    let part = |days, of| Some(Share { days, of });
    // 3000 × 15/30; 3000 × 10/31 = 967.74…
    let expected = [None, Some((1500, part(15, 30))), Some((3000, None)), Some((968, part(10, 31))), None];
    assert_eq!(totals, expected);
}

#[test]
fn what_is_charged_once_is_charged_in_its_month_alone() {
    let once = fee(Basis::Once, 80_000_000, 1, "2026-11-16", None);
    let is_due =
        ["2026-10", "2026-12", "2027-01", "2027-02"].map(|month| due(&once, month, &[]).unwrap().is_some());
    assert_eq!(is_due, [false, true, true, false], "until the second month after it");
    let line = due(&once, "2026-11", &[]).unwrap().unwrap();
    assert_eq!((line.period.as_str(), line.line.total), ("once", 8_000));
}

#[test]
fn a_meter_is_charged_for_what_it_counted_since_it_was_billed_last() {
    let water = fee(Basis::Meter { measure: "m³".to_owned() }, 3_910_000, 1, "2026-01-01", None);
    let november = |readings: &[Read]| due(&water, "2026-11", readings).map(|due| due.unwrap());
    assert_eq!(november(&[]), Err(TroubleKind::NoReading));
    assert_eq!(november(&[read("2026-10-31", 100, false, false)]), Err(TroubleKind::FirstReading));
    assert_eq!(november(&[read("2026-10-31", 100, false, true)]), Err(TroubleKind::NoReading));
    let line = november(&[
        read("2026-09-30", 90, false, false),
        read("2026-10-31", 100, false, true),
        read("2026-11-29", 112, false, false),
        // After the month: for the next bill.
        read("2026-12-01", 113, false, false),
    ])
    .unwrap();
    // 12 × 3.91.
    assert_eq!((line.line.quantity_milli, line.line.total), (12_000, 4_692));
    assert_eq!((line.period.as_str(), line.line.from.as_str()), ("read 2026-11-29", "2026-10-31"));
    // What was read before the fee began is not charged.
    let line = november(&[
        read("2025-06-30", 40, false, false),
        read("2025-12-31", 60, false, false),
        read("2026-11-29", 112, false, false),
    ])
    .unwrap();
    assert_eq!(line.line.quantity_milli, 52_000);
    // A new meter begins where it begins; what the old one counted until its last reading counts.
    let line = november(&[
        read("2026-10-31", 100, false, true),
        read("2026-11-10", 104, false, false),
        read("2026-11-11", 0, true, false),
        read("2026-11-30", 5, false, false),
    ])
    .unwrap();
    assert_eq!(line.line.quantity_milli, 9_000);
}

#[test]
fn what_is_not_known_or_too_much_is_said_and_not_billed() {
    let by_area = fee(Basis::SquareMetre, 2_350_000, 1, "2026-01-01", None);
    let charged = Charged::of(&by_area).unwrap();
    let without = Payer { area: None, ..payer() };
    assert_eq!(charged.line("2026-11".parse().unwrap(), &without, &[]), Err(TroubleKind::NoArea));
    let mut dear = fee(Basis::Unit, Rate::MAX.0, 12, "2026-01-01", None);
    assert_eq!(due(&dear, "2026-01", &[]), Err(TroubleKind::TooMuch));
    dear.content.units = vec![UnitId::new(Timestamp(0), [9; 10])];
    assert_eq!(due(&dear, "2026-01", &[]), Ok(None), "it is another unit's");
}

#[test]
fn the_first_discount_that_holds_counts() {
    let mut rented = fee(Basis::Unit, 10_000_000, 1, "2026-01-01", None);
    let discount = |basis_points, until: Option<&str>, units| Discount {
        name: Localized::default(),
        basis_points,
        units,
        until: until.map(ToOwned::to_owned),
    };
    rented.content.discounts = vec![
        discount(5000, None, vec![UnitId::new(Timestamp(0), [9; 10])]),
        discount(2500, Some("2026-11-30"), vec![payer().unit]),
        discount(1000, None, Vec::new()),
    ];
    let total = |month| due(&rented, month, &[]).unwrap().unwrap().line.total;
    assert_eq!((total("2026-11"), total("2026-12")), (750, 900));
}
