//! `payments.toml` and `meter-readings.csv`: how bills are paid, fees, what meters showed, and how it went before. A
//! folder without them is whole all the same.

use std::{collections::BTreeMap, path::Path};

use jiff::{Span, civil::Date};
use linli_wire::{
    money::exponent,
    payments::{MAX_REMINDER_STEPS, Month, REMINDER_STEPS, Rate},
    text::is_blank,
};
use serde::Deserialize;
use toml::Spanned;

use super::{
    cell::{self, code_trouble},
    folder::{FeeRow, Folder, PastMonthRow, PaymentsFile, ReadingRow, SpentRow, UnitCode, WaysRow},
    problem::Problems,
    table::{Columns, Table},
};
use crate::{bank, repairs::settings::is_key};

const FILE: &str = "payments.toml";
const READINGS: &str = "meter-readings.csv";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    ways: Spanned<WaysRow>,
    #[serde(default)]
    fees: Vec<Spanned<FeeRow>>,
    #[serde(default)]
    months: Vec<Spanned<PastMonthRow>>,
    #[serde(default)]
    spent: Vec<Spanned<SpentRow>>,
}

/// Reads both files against what else stands in the folder; days move by `shift_days`, months by whole ones.
pub(super) fn payments(
    folder: &Path,
    known: &Folder,
    shift_days: i32,
    problems: &mut Problems,
) -> Option<PaymentsFile> {
    if !folder.join(FILE).exists() {
        return None;
    }
    let text = super::read_text(folder, FILE, problems)?;
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count() as u64 + 1);
    let document: Document = match toml::from_str(&text) {
        Ok(document) => document,
        Err(error) => {
            let row = error.span().map_or(0, |span| line(span.start));
            problems.at(FILE, row, None, format!("{}.", error.message()));
            return None;
        }
    };
    let shift = Shift::of(known, shift_days);
    let mut tell = |at: usize, found: Vec<(&str, String)>| {
        for (column, message) in found {
            problems.at(FILE, line(at), Some(column), message);
        }
    };
    let at = document.ways.span().start;
    let ways = document.ways.into_inner();
    tell(at, of_ways(&ways));
    let mut fees = BTreeMap::new();
    for fee in document.fees {
        let at = fee.span().start;
        let fee = fee.into_inner();
        tell(at, of_fee(&fee, known));
        if fees.insert(fee.code.clone(), fee).is_some() {
            tell(at, vec![("code", "Another fee has this code.".to_owned())]);
        }
    }
    let mut months = BTreeMap::new();
    for month in document.months {
        let at = month.span().start;
        let mut month = month.into_inner();
        tell(at, of_month(&month, known));
        let key = month.month;
        month.month = shift.month(month.month);
        months.insert(key, month);
    }
    let mut spent = Vec::new();
    for one in document.spent {
        let at = one.span().start;
        let mut one = one.into_inner();
        tell(at, of_spent(&one, &ways, known));
        if spent.iter().any(|other: &SpentRow| other.code == one.code) {
            tell(at, vec![("code", "Something else that was spent has this code.".to_owned())]);
        }
        one.day = shift.day(one.day);
        spent.push(one);
    }
    let readings = readings(folder, known, &fees, &shift, problems);
    Some(PaymentsFile { ways, fees, months, spent, readings, shift_days })
}

/// How far the folder's days are moved.
struct Shift {
    days: i32,
    months: i32,
}

impl Shift {
    fn of(known: &Folder, days: i32) -> Self {
        let moved = Self { days, months: 0 };
        let (from, to) = (known.community.as_of, moved.day(known.community.as_of));
        let month = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        Self { days, months: month(to) - month(from) }
    }

    fn day(&self, day: Date) -> Date {
        day.checked_add(Span::new().days(self.days)).unwrap_or(day)
    }

    fn month(&self, month: Month) -> Month {
        month.plus(self.months).unwrap_or(month)
    }
}

type Found = Vec<(&'static str, String)>;

fn of_ways(ways: &WaysRow) -> Found {
    let mut found = Vec::new();
    if let Some(bank) = &ways.bank
        && (is_blank(&bank.holder) || bank.holder.chars().count() > 70 || is_blank(&bank.number))
    {
        found.push(("bank", "Name the holder in at most 70 characters, and the number.".to_owned()));
    }
    let (first, last) = REMINDER_STEPS;
    if ways.reminders.0.len() > MAX_REMINDER_STEPS
        || ways.reminders.0.iter().any(|step| !(first..=last).contains(step))
    {
        let most =
            format!("Write at most {MAX_REMINDER_STEPS} days from {first} to {last}: [-3, 3, 14, 30].");
        found.push(("reminders", most));
    }
    for heading in &ways.spending {
        if !is_key(&heading.key) {
            found.push((
                "spending",
                format!("“{}” has something else than small letters, digits and dashes.", heading.key),
            ));
        }
    }
    found
}

fn of_fee(fee: &FeeRow, known: &Folder) -> Found {
    let mut found = Vec::new();
    found.extend(code_trouble(&fee.code).map(|trouble| ("code", trouble)));
    if !is_key(&fee.code) {
        found.push(("code", "It becomes a heading: small letters, digits and dashes.".to_owned()));
    }
    if rate(&fee.rate, &known.community.fields.currency).is_none() {
        found.push(("rate", format!("“{}” is not a price such as 2.35.", fee.rate)));
    }
    if !matches!(fee.by.as_str(), "square_metre" | "unit" | "once") && fee.by.strip_prefix("meter ").is_none()
    {
        found.push((
            "by",
            "Write square_metre, unit, once, or meter and what it counts: meter m³.".to_owned(),
        ));
    }
    let units = fee.units.iter().chain(fee.discounts.iter().flat_map(|discount| &discount.units));
    for unit in units {
        if UnitCode::read(unit).is_none_or(|code| !known.units.contains_key(&code)) {
            found.push(("units", format!("There is no unit {unit} in units.csv.")));
        }
    }
    found
}

fn of_month(month: &PastMonthRow, known: &Folder) -> Found {
    let mut found = Vec::new();
    for code in &month.unpaid {
        if !known.households.contains_key(code) {
            found.push(("unpaid", format!("There is no household {code} in households.csv.")));
        }
    }
    if !known.people.get(&month.by).is_some_and(|person| person.role.is_office()) {
        found.push(("by", "Name somebody of the office.".to_owned()));
    }
    if !(1..=28).contains(&month.issued) || !(1..=28).contains(&month.due) || month.due < month.issued {
        found.push(("due", "Write days of the month from 1 to 28, the due one last.".to_owned()));
    }
    found
}

fn of_spent(spent: &SpentRow, ways: &WaysRow, known: &Folder) -> Found {
    let mut found = Vec::new();
    if !ways.spending.iter().any(|heading| heading.key == spent.heading) {
        found.push(("heading", format!("There is no heading {} in ways.spending.", spent.heading)));
    }
    if bank::amount::minor(&spent.amount, &known.community.fields.currency).is_none_or(|minor| minor <= 0) {
        found.push(("amount", format!("“{}” is not an amount such as 120.50.", spent.amount)));
    }
    if !known.people.get(&spent.by).is_some_and(|person| person.role.is_office()) {
        found.push(("by", "Name somebody of the office.".to_owned()));
    }
    found
}

/// A price in ten-thousandths of the smallest unit of a currency.
pub(super) fn rate(text: &str, currency: &str) -> Option<Rate> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let width = usize::try_from(exponent(currency)?).ok()? + 4;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if text.ends_with('.') || whole.is_empty() || !digits(whole) || !digits(part) || part.len() > width {
        return None;
    }
    let number: i64 = format!("{whole}{part:0<width$}").parse().ok()?;
    (1..=Rate::MAX.0).contains(&number).then_some(Rate(number))
}

fn readings(
    folder: &Path,
    known: &Folder,
    fees: &BTreeMap<String, FeeRow>,
    shift: &Shift,
    problems: &mut Problems,
) -> BTreeMap<(String, UnitCode, Date), ReadingRow> {
    let mut readings = BTreeMap::new();
    if !folder.join(READINGS).exists() {
        return readings;
    }
    let columns =
        Columns { required: &["fee", "building", "unit", "day", "value"], optional: &[], localized: &[] };
    let Some(table) = Table::read(folder, READINGS, &columns, problems) else { return readings };
    for row in table.rows() {
        let fee = row.cell("fee").to_owned();
        if fees.get(&fee).is_none_or(|fee| !fee.by.starts_with("meter ")) {
            row.problem("fee", format!("There is no fee {fee} with meters in {FILE}."), problems);
        }
        let unit = UnitCode { building: row.cell("building").to_owned(), code: row.cell("unit").to_owned() };
        if !known.units.contains_key(&unit) {
            row.problem("unit", format!("There is no unit {unit} in units.csv."), problems);
        }
        let day = cell::date(&row, "day", problems);
        let value_milli = milli(row.cell("value"));
        if value_milli.is_none() {
            row.problem("value", "It is not what a meter shows, such as 112.5.", problems);
        }
        if let (Some(day), Some(value_milli)) = (day, value_milli) {
            let reading = ReadingRow { day: shift.day(day), value_milli };
            if readings.insert((fee, unit, day), reading).is_some() {
                row.problem("day", "Another row has this meter and day.", problems);
            }
        }
    }
    readings
}

/// A number with at most three digits behind the point, in thousandths.
fn milli(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !text.ends_with('.')
        && !whole.is_empty()
        && whole.len() <= 10
        && part.len() <= 3
        && digits(whole)
        && digits(part);
    is_number.then(|| format!("{whole}{part:0<3}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use linli_wire::payments::ReminderSteps;

    use super::*;

    #[test]
    fn steps_of_reminders_are_few_and_near() {
        let found = |text: &str| of_ways(&toml::from_str(text).unwrap());
        assert_eq!(found("").len(), 0);
        assert_eq!(toml::from_str::<WaysRow>("").unwrap().reminders, ReminderSteps::default());
        for sound in ["[]", "[-60, 0, 365]", "[3, 3, 3]"] {
            assert_eq!(found(&format!("reminders = {sound}")).len(), 0, "{sound}");
        }
        for rubbish in ["[-61]", "[366]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]"] {
            let found = found(&format!("reminders = {rubbish}"));
            assert_eq!(found.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["reminders"], "{rubbish}");
        }
        for rubbish in ["3", "[3.5]", "['3']", "[40000]"] {
            assert!(toml::from_str::<WaysRow>(&format!("reminders = {rubbish}")).is_err(), "{rubbish}");
        }
    }

    #[test]
    fn prices_are_read_exactly_in_every_currency() {
        assert_eq!(rate("2.35", "CNY"), Some(Rate(2_350_000)));
        assert_eq!(rate("0.039125", "EUR"), Some(Rate(39_125)));
        assert_eq!(rate("120", "JPY"), Some(Rate(1_200_000)));
        assert_eq!(rate("1.5", "BHD"), Some(Rate(15_000_000)));
        for rubbish in ["", ".5", "-1", "1,5", "0", "0.0000001", "1.2.3", "99999999999999999999", "２"] {
            assert_eq!(rate(rubbish, "CNY"), None, "{rubbish}");
        }
        assert_eq!((milli("112.5"), milli("7"), milli("0.001")), (Some(112_500), Some(7_000), Some(1)));
        for rubbish in ["", ".", "1.", "1.0001", "-3", "12345678901", "x"] {
            assert_eq!(milli(rubbish), None, "{rubbish}");
        }
    }
}
