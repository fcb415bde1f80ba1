//! What the face asks of the core.

use serde::{Deserialize, Serialize};

use super::{
    Bill, FeeContent, HouseholdAccount, Meter, MoneyBack, Month, NewReading, Payment, PaymentWays, Relative,
};
use crate::{
    Timestamp,
    id::{FeeId, HouseholdId, UnitId},
    join::Qr,
    outbox::Pending,
};

/// What the person's households owe and have paid.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentsView {
    /// By household; the person's own first, then those that let them pay.
    pub households: Vec<HouseholdView>,
    /// Who may pay for the person's household, and for whom they may: those that go on first, then the newest.
    pub relatives: Vec<Relative>,
    /// How bills can be paid.
    pub ways: PaymentWays,
    /// When the cache last was level with the server; none before the first time.
    pub updated_at: Option<Timestamp>,
}

/// What a household owes and has paid.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdView {
    /// Up to how much a bill is paid by itself from what is kept; none where nothing is.
    pub automatic: Option<i64>,
    /// By whose leave the person sees it; none for their own.
    pub lets: Option<Relative>,
    /// The household.
    pub id: HouseholdId,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What is owed in all.
    pub owed: i64,
    /// What is kept for it, and is the person's to use.
    pub kept: i64,
    /// Its bills: what is owed first, by the day on which it is due, then the newest.
    pub bills: Vec<Bill>,
    /// Its payments, newest first.
    pub payments: Vec<Payment>,
    /// What went back to it of what was kept, newest first.
    #[serde(default)]
    pub given_back: Vec<MoneyBack>,
}

/// A bill opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillView {
    /// The bill.
    pub bill: Bill,
    /// By whose leave the person sees it; none for their own household.
    pub lets: Option<Relative>,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// What the household was billed by month, oldest first: this month and up to five before.
    pub months: Vec<MonthTotal>,
    /// Payments that paid of it, newest first.
    pub payments: Vec<Payment>,
    /// What is kept for the household; none of another one that lets the person pay.
    pub account: Option<HouseholdAccount>,
    /// How it can be paid.
    pub ways: PaymentWays,
    /// What a banking app scans to pay what is owed by transfer; none where the account or the currency is not for it.
    pub transfer_code: Option<Qr>,
}

/// What a month came to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthTotal {
    /// The month.
    pub month: Month,
    /// All bills of it, less what was credited.
    pub total: i64,
}

/// Fees, for the office.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeesView {
    /// The fees; those that go on first.
    pub fees: Vec<FeeRow>,
    /// ISO 4217 code.
    pub currency: String,
}

/// A fee, with saves that wait.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeeRow {
    /// The fee.
    pub id: FeeId,
    /// Its version; 0 of one that only this device has.
    pub version: u64,
    /// What it says, with what waits already in its place.
    pub content: FeeContent,
    /// A save that waits or was refused. A lost race is stuck with `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// What was typed and refused; `content` is what stands then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<FeeContent>,
}

/// Which meters to read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetersQuery {
    /// Of which fee.
    pub fee_id: FeeId,
}

/// Meters of a fee, by building and unit.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetersView {
    /// The fee.
    pub fee: FeeRow,
    /// Units that pay it.
    pub meters: Vec<MeterRow>,
}

/// A unit's meter.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeterRow {
    /// The unit.
    pub unit_id: UnitId,
    /// Such as `3-1201`.
    pub unit: String,
    /// What was read; none where nobody ever did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<Meter>,
    /// A reading that waits or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingReading>,
}

/// A reading that the server does not have yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingReading {
    /// What was read.
    pub reading: NewReading,
    /// How far it is.
    pub pending: Pending,
}
