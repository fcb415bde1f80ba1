//! A bill, and what became of it.

use serde::{Deserialize, Serialize};

use super::{Month, Rate, Reminder, Way};
use crate::{
    Localized, Timestamp,
    id::{BillId, BillRunId, CreditId, FeeId, HouseholdId, PaymentId},
};

/// A bill as its household sees it. What stands on it never changes; what is credited, paid and owed does.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bill {
    /// The bill.
    pub id: BillId,
    /// Raised by one whenever something about it changes.
    pub version: u64,
    /// Its number, such as `2026-000123`: without gaps within a year.
    pub number: String,
    /// What to name when paying it from a bank: an ISO 11649 creditor reference, without spaces.
    pub reference: String,
    /// Who owes it.
    pub household_id: HouseholdId,
    /// The run that made it.
    pub run_id: BillRunId,
    /// The month that it is for.
    pub month: Month,
    /// The day on which it was published, such as `2026-11-28`.
    pub issued_on: String,
    /// The day until which it is to be paid.
    pub due_on: String,
    /// ISO 4217 code of all its amounts.
    pub currency: String,
    /// What it is made of.
    pub lines: Vec<BillLine>,
    /// What the lines come to.
    pub total: i64,
    /// What was taken back of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// What was paid of it, oldest first; what was given back again is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<BillPaid>,
    /// What was written to remind of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// What is owed of it by the ledger; never below zero, since what is too much is kept for the household.
    pub owed: i64,
}

/// How a bill stands on a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BillState {
    /// To be paid, and the day has passed.
    Overdue,
    /// To be paid.
    Due,
    /// Nothing is owed of it, and something was paid.
    Paid,
    /// All of it was taken back.
    Credited,
}

impl Bill {
    /// How it stands on `today`, such as `2026-11-28`, by the calendar of the community.
    pub fn state(&self, today: &str) -> BillState {
        let credited: i64 = self.credits.iter().map(|credit| credit.minor).sum();
        BillState::of(self.owed, self.total, credited, &self.due_on, today)
    }
}

impl BillState {
    /// How a bill stands of which so much is owed and so much was taken back.
    pub fn of(owed: i64, total: i64, credited: i64, due_on: &str, today: &str) -> Self {
        match owed {
            1.. if due_on < today => Self::Overdue,
            1.. => Self::Due,
            _ if total > 0 && credited >= total => Self::Credited,
            _ => Self::Paid,
        }
    }
}

/// A line of a bill: one fee for one unit.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillLine {
    /// The fee.
    pub fee_id: FeeId,
    /// Its name on that day.
    pub name: Localized,
    /// The heading of the ledger.
    pub heading: String,
    /// The unit, such as `3-1201`.
    pub unit: String,
    /// The first day that it is for.
    pub from: String,
    /// The last day that it is for.
    pub until: String,
    /// How much of it, in thousandths.
    pub quantity_milli: i64,
    /// Of what.
    pub measure: Measure,
    /// The price of one.
    pub rate: Rate,
    /// The part of the time that is charged, where it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// What the meter told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<Metered>,
    /// What is taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<BillDiscount>,
    /// Without tax.
    pub net: i64,
    /// Tax in hundredths of a per cent.
    pub tax_basis_points: u16,
    /// The tax.
    pub tax: i64,
    /// `net + tax`.
    pub total: i64,
}

/// What a quantity is of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Measure {
    /// Square metres, for each of the months.
    SquareMetreMonths {
        /// The area in thousandths of a square metre.
        area_milli: i64,
        /// The months.
        months: u8,
    },
    /// The unit, for each of the months.
    Months,
    /// What the meter counts.
    Metered {
        /// Such as `m³`.
        measure: String,
    },
    /// Once.
    Once,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// A part of a period.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Days that are charged.
    pub days: u32,
    /// Days of the period.
    pub of: u32,
}

/// Two readings of a meter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metered {
    /// Before, in thousandths.
    pub before_milli: i64,
    /// Now, in thousandths.
    pub now_milli: i64,
    /// The day of the reading now.
    pub read_on: String,
}

/// What was taken off a line.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillDiscount {
    /// Why.
    pub name: Localized,
    /// In hundredths of a per cent.
    pub basis_points: u16,
    /// How much; the line's amounts are without it.
    pub minor: i64,
}

/// A credit note: a part of a bill is taken back, with its tax.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credit {
    /// The credit note.
    pub id: CreditId,
    /// Its number, such as `C-2026-000004`.
    pub number: String,
    /// The day.
    pub on: String,
    /// Why.
    pub reason: String,
    /// How much in all.
    pub minor: i64,
    /// Of which lines of the bill, from 0, and how much with tax.
    pub parts: Vec<CreditPart>,
}

/// What is taken back of a line.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditPart {
    /// The place of the line on the bill, from 0.
    pub line: u16,
    /// How much, with tax.
    pub minor: i64,
}

/// What was paid of a bill.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillPaid {
    /// The payment.
    pub payment_id: PaymentId,
    /// When it was booked.
    pub at: Timestamp,
    /// How.
    pub way: Way,
    /// How much of it went to this bill.
    pub minor: i64,
}
