//! What a unit owes of a fee for a month: plain reckoning, without a database.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use linli_wire::{
    id::UnitId,
    payments::{
        Basis, BillDiscount, BillLine, Discount, Fee, FeeContent, MAX_MINOR, Measure, Metered, Month, Share,
        TroubleKind, line_amounts,
    },
};

use super::Payer;

/// A line to be billed.
#[derive(Clone, PartialEq, serde::Serialize, Debug)]
pub(super) struct Due {
    pub(super) unit: UnitId,
    /// What it is for, once for each fee and unit: a month, `once`, or the day of a reading.
    pub(super) period: String,
    pub(super) line: BillLine,
}

/// A reading, and whether it was billed.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) day: String,
    pub(super) value_milli: i64,
    pub(super) is_new_meter: bool,
    /// What the old meter showed in the end, where this is a new one.
    pub(super) old_final_milli: Option<i64>,
    pub(super) is_billed: bool,
}

/// A fee, ready for many units.
pub(super) struct Charged<'a> {
    fee: &'a Fee,
    only: BTreeSet<UnitId>,
    from: Date,
    until: Date,
}

/// How many months later something that is charged once can be billed.
const LATE_MONTHS: i32 = 2;
/// What is billed once has this period.
pub(super) const ONCE: &str = "once";

impl<'a> Charged<'a> {
    /// None for a fee whose days cannot be read.
    pub(super) fn of(fee: &'a Fee) -> Option<Self> {
        let content = &fee.content;
        let until = content.until.as_ref().map_or(Some(Date::MAX), |day| day.parse().ok())?;
        let only = content.units.iter().copied().collect();
        Some(Self { fee, only, from: content.from.parse().ok()?, until })
    }

    /// The period that a unit pays for in a month, as lines name it; none where it pays nothing then. A metered one is
    /// named by its reading.
    pub(super) fn period(&self, month: Month) -> Option<String> {
        let content = &self.fee.content;
        let first = Month::of_day(&content.from)?;
        let passed = month.months_since(first);
        match content.basis {
            // It may have been settled after the run of its month.
            Basis::Once => (0..=LATE_MONTHS).contains(&passed).then(|| ONCE.to_owned()),
            _ if passed < 0 || passed % i32::from(content.every_months.max(1)) != 0 => None,
            _ => Some(month.to_string()),
        }
    }

    /// What a unit owes for a month, unless it was billed; `readings` oldest first.
    pub(super) fn line(
        &self,
        month: Month,
        payer: &Payer,
        readings: &[Read],
    ) -> Result<Option<Due>, TroubleKind> {
        let is_meant = self.only.is_empty() || self.only.contains(&payer.unit);
        let Some(period) = self.period(month).filter(|_| is_meant) else { return Ok(None) };
        let content = &self.fee.content;
        let Some((from, until, share)) = self.days(month) else { return Ok(None) };
        let months = content.every_months;
        let part = match &content.basis {
            Basis::Unit => {
                Part { measure: Measure::Months, quantity_milli: i64::from(months) * 1000, meter: None }
            }
            Basis::Once => Part { measure: Measure::Once, quantity_milli: 1000, meter: None },
            Basis::SquareMetre => {
                let area_milli =
                    payer.area.ok_or(TroubleKind::NoArea)?.checked_mul(10).ok_or(TroubleKind::TooMuch)?;
                let quantity_milli = area_milli.checked_mul(i64::from(months)).ok_or(TroubleKind::TooMuch)?;
                Part {
                    measure: Measure::SquareMetreMonths { area_milli, months },
                    quantity_milli,
                    meter: None,
                }
            }
            Basis::Meter { measure } => {
                let (since, used_milli, meter) = used(readings, &content.from, &until.to_string())?;
                let period = format!("read {}", meter.read_on);
                let read_on = meter.read_on.clone();
                let measure = Measure::Metered { measure: measure.clone() };
                let part = Part { measure, quantity_milli: used_milli, meter: Some(meter) };
                return self.made(payer, period, (since, read_on), None, part).map(Some);
            }
        };
        self.made(payer, period, (from.to_string(), until.to_string()), share, part).map(Some)
    }

    fn made(
        &self,
        payer: &Payer,
        period: String,
        (from, until): (String, String),
        share: Option<Share>,
        part: Part,
    ) -> Result<Due, TroubleKind> {
        let content = &self.fee.content;
        let discount = discount_of(content, payer.unit, &until);
        let days = share.map_or((1, 1), |share| (share.days, share.of));
        let points = discount.map_or(0, |discount| discount.basis_points);
        let amounts = line_amounts(content.rate, part.quantity_milli, days, points, content.tax)
            .filter(|amounts| (0..=MAX_MINOR).contains(&amounts.total))
            .ok_or(TroubleKind::TooMuch)?;
        let line = BillLine {
            fee_id: self.fee.id,
            name: content.name.clone(),
            heading: content.heading.clone(),
            unit: payer.name.clone(),
            from,
            until,
            quantity_milli: part.quantity_milli,
            measure: part.measure,
            rate: content.rate,
            share,
            meter: part.meter,
            discount: discount.map(|discount| BillDiscount {
                name: discount.name.clone(),
                basis_points: discount.basis_points,
                minor: amounts.discount,
            }),
            net: amounts.net,
            tax_basis_points: content.tax.basis_points,
            tax: amounts.tax,
            total: amounts.total,
        };
        Ok(Due { unit: payer.unit, period, line })
    }

    /// The days of the period that begins in a month, as far as the fee is charged for them, and which part of them
    /// that is where it is not all.
    fn days(&self, month: Month) -> Option<(Date, Date, Option<Share>)> {
        let content = &self.fee.content;
        if content.basis == Basis::Once {
            return Some((self.from, self.from, None));
        }
        let first: Date = month.first_day().parse().ok()?;
        let last = first.checked_add(i64::from(content.every_months).months()).ok()?.yesterday().ok()?;
        let (from, until) = (first.max(self.from), last.min(self.until));
        let count =
            |from: Date, until: Date| u32::try_from(from.until(until).ok()?.get_days()).ok()?.checked_add(1);
        let (days, of) = (count(from, until).filter(|_| from <= until)?, count(first, last)?);
        Some((from, until, (days < of).then_some(Share { days, of })))
    }
}

struct Part {
    measure: Measure,
    quantity_milli: i64,
    meter: Option<Metered>,
}

/// The first discount that a unit has for a period that ends on `until`.
fn discount_of<'a>(content: &'a FeeContent, unit: UnitId, until: &str) -> Option<&'a Discount> {
    content.discounts.iter().find(|discount| {
        let is_meant = discount.units.is_empty() || discount.units.contains(&unit);
        is_meant && discount.until.as_ref().is_none_or(|last| until <= last.as_str())
    })
}

/// What was used since the reading that was billed last, until the newest one that is not after `until`; and the day
/// since when. What was never billed begins with the last reading until the fee began, else with the first one.
fn used(readings: &[Read], from: &str, until: &str) -> Result<(String, i64, Metered), TroubleKind> {
    let billed = readings.iter().rposition(|read| read.is_billed);
    let begins = billed.or_else(|| readings.iter().rposition(|read| read.day.as_str() <= from)).unwrap_or(0);
    let ours: Vec<&Read> = readings.iter().skip(begins).filter(|read| read.day.as_str() <= until).collect();
    let (Some(before), Some(now)) = (ours.first(), ours.last()) else { return Err(TroubleKind::NoReading) };
    if ours.len() < 2 {
        return Err(if before.is_billed { TroubleKind::NoReading } else { TroubleKind::FirstReading });
    }
    let mut used: i64 = 0;
    for pair in ours.windows(2) {
        let [earlier, later] = pair else { continue };
        let end = if later.is_new_meter { later.old_final_milli } else { Some(later.value_milli) };
        if let Some(end) = end {
            let step = end.checked_sub(earlier.value_milli).filter(|step| *step >= 0);
            used = step.and_then(|step| used.checked_add(step)).ok_or(TroubleKind::TooMuch)?;
        }
    }
    let meter =
        Metered { before_milli: before.value_milli, now_milli: now.value_milli, read_on: now.day.clone() };
    Ok((before.day.clone(), used, meter))
}

#[cfg(test)]
mod tests;
