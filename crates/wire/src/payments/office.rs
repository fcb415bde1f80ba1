//! What the office asks its server: runs, bills of all households, the counter.

use serde::{Deserialize, Serialize};

use super::{Bill, BillState, CreditPart, HouseholdAccount, Month, Payment, Refund};
use crate::{
    Language, Localized, Timestamp,
    id::{BillId, BillRunId, CreditId, FeeId, HouseholdId, PaymentId},
};

/// A bill run: all bills of a month that are not made yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillRun {
    /// The run.
    pub id: BillRunId,
    /// The month.
    pub month: Month,
    /// The day on which its bills are due.
    pub due_on: String,
    /// When it was published.
    pub at: Timestamp,
    /// Bills that it made.
    pub bills: u32,
    /// What they come to.
    pub total: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Runs, newest first: `GET /v1/bill-runs`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillRuns {
    /// The last 36.
    pub runs: Vec<BillRun>,
    /// The month that a new run is for, unless somebody chooses another one.
    pub next_month: Month,
    /// The day on which its bills would be due.
    pub next_due_on: String,
}

/// What to look at before publishing: `POST /v1/bill-runs/preview`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewBills {
    /// The month.
    pub month: Month,
    /// The day on which they will be due; not before today.
    pub due_on: String,
}

/// What a run would make.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillRunPreview {
    /// The month.
    pub month: Month,
    /// The day on which its bills would be due.
    pub due_on: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Bills.
    pub bills: u32,
    /// What they come to.
    pub total: i64,
    /// What the same households were billed for the month before.
    pub total_before: i64,
    /// By fee.
    pub fees: Vec<PreviewFee>,
    /// Households whose bill differs most from their last one; at most 50.
    pub changes: Vec<PreviewChange>,
    /// What cannot be billed, and why; at most 200.
    pub troubles: Vec<PreviewTrouble>,
    /// How many troubles there are in all.
    pub trouble_count: u32,
    /// What is due of earlier months and not billed, by the oldest: a run of that month bills it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<PreviewLeftOut>,
    /// What all of this hangs on: to be named when publishing, so that nothing else is published than was looked at.
    pub digest: String,
}

/// What is due of an earlier month and not billed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewLeftOut {
    /// The month.
    pub month: Month,
    /// Lines.
    pub lines: u32,
}

/// What a fee comes to in a run.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewFee {
    /// The fee.
    pub fee_id: FeeId,
    /// Its name.
    pub name: Localized,
    /// Lines.
    pub lines: u32,
    /// What they come to.
    pub total: i64,
    /// What the lines of this fee came to on the bills for the month before.
    pub total_before: i64,
}

/// A household whose bill differs from its last one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewChange {
    /// The household.
    pub household_id: HouseholdId,
    /// The office's code.
    pub code: String,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// What it would be billed.
    pub total: i64,
    /// What it was billed for the month before; 0 where there was no bill.
    pub total_before: i64,
}

/// Something that a run cannot bill.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewTrouble {
    /// The unit, such as `3-1201`.
    pub unit: String,
    /// The name of the fee.
    pub fee: Localized,
    /// Why.
    pub why: TroubleKind,
}

/// Why something cannot be billed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// The area of the unit is not known.
    NoArea,
    /// Nobody has read the meter since the last bill.
    NoReading,
    /// The meter was read once only: there is nothing to compare it with.
    FirstReading,
    /// It comes to more than can be billed.
    TooMuch,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// Publish a run: `POST /v1/bill-runs`. The same run sent again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishBills {
    /// The run, named by the device.
    pub id: BillRunId,
    /// The month.
    pub month: Month,
    /// The day on which its bills are due.
    pub due_on: String,
    /// [`BillRunPreview::digest`]: where something changed since, it is a `conflict`.
    pub digest: String,
}

/// Which bills to list: the query of `GET /v1/bills`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct OfficeBillsQuery {
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<BillState>,
    /// Only those of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// Only those of households, units or numbers that begin like this.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// Bills of all households, the longest overdue first.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeBillsPage {
    /// The rows.
    pub rows: Vec<OfficeBillRow>,
    /// How many there are in all.
    pub total: u32,
    /// What is owed of all of them.
    pub owed: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A bill in the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeBillRow {
    /// The bill.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// The household.
    pub household_id: HouseholdId,
    /// The office's code of the household.
    pub code: String,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// The month.
    pub month: Month,
    /// When it is due.
    pub due_on: String,
    /// What it came to.
    pub total: i64,
    /// What is owed of it.
    pub owed: i64,
    /// How it stands.
    pub state: BillState,
}

/// A household's bills and payments, for the counter: `GET /v1/households/{id}/payments`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdPayments {
    /// The office's code.
    pub code: String,
    /// Its units.
    pub units: String,
    /// Full names of its people.
    pub people: Vec<String>,
    /// What is kept for it.
    pub account: HouseholdAccount,
    /// Its bills, newest first; the last 60 and all of which something is owed.
    pub bills: Vec<Bill>,
    /// Its payments, newest first; the last 60.
    pub payments: Vec<Payment>,
    /// Money that went back to it, or is to, newest first; the last 50.
    #[serde(default)]
    pub refunds: Vec<Refund>,
    /// What somebody has to look at together with the provider of card payments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub card_troubles: Vec<CardTrouble>,
}

/// A payment by card that does not fit what its provider says of it; nothing of it is booked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardTrouble {
    /// The payment.
    pub payment_id: PaymentId,
    /// What its provider calls it.
    pub intent: String,
    /// What does not fit.
    pub what: CardTroubleKind,
}

/// What does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CardTroubleKind {
    /// Another amount was paid.
    Amount,
    /// It was paid in another currency.
    Currency,
    /// The provider has it under another name.
    Payment,
    /// The provider knows nothing of it with the keys of now: whether it was paid is not known.
    Unknown,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// Say that such a payment is dealt with at its provider: `POST /v1/payments/{id}/close-trouble`. The same again is the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CloseCardTrouble {
    /// What was done there; the server keeps it.
    pub reason: String,
}

/// Money that was handed over at the counter: `POST /v1/payments/counter`. The same payment sent again is answered
/// the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterPayment {
    /// The payment, named by the device.
    pub id: PaymentId,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// Which bills, in the order in which they are paid; what is left over is kept for the household.
    pub bills: Vec<BillId>,
    /// How much was handed over.
    pub minor: i64,
}

/// Take a part of a bill back: `POST /v1/bills/{id}/credit`. The same credit sent again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditBill {
    /// The credit note, named by the device.
    pub id: CreditId,
    /// Why; the household reads it.
    pub reason: String,
    /// Of which lines, and how much.
    pub parts: Vec<CreditPart>,
}

/// Pay bills from what is kept: `POST /v1/payments/balance`. The same payment sent again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalancePayment {
    /// The payment, named by the device.
    pub id: PaymentId,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// Which bills, in the order in which they are paid.
    pub bills: Vec<BillId>,
    /// How much; not more than is kept, nor than is owed of the bills.
    pub minor: i64,
}

/// Let bills be paid by themselves from what is kept, or not: `POST /v1/households/{id}/automatic`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutomaticPayment {
    /// The most that a bill may come to; none for no bill.
    pub limit: Option<i64>,
}

/// Pay bills by card: `POST /v1/payments/card`. The same payment asked for again is answered as it stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardPayment {
    /// The payment, named by the device.
    pub id: PaymentId,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// Which bills, in the order in which they are paid.
    pub bills: Vec<BillId>,
    /// How much; not more than is owed of the bills.
    pub minor: i64,
    /// The language that the app speaks, for the pay page; none leaves it to the browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// A payment by card was begun.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardPaymentBegun {
    /// The payment as it stands.
    pub payment: Payment,
    /// The pay page, to be opened in a browser; none where there is nothing left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What the community earned and spent: `GET /v1/money`, for everybody.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyByMonth {
    /// ISO 4217 code.
    pub currency: String,
    /// By month and heading, newest month first.
    pub rows: Vec<MoneyRow>,
}

/// What came of a heading in a month.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyRow {
    /// The month.
    pub month: Month,
    /// The heading; `other` for what few households paid, which residents are told together.
    pub heading: String,
    /// Its name, as fees call it; the heading itself where none does.
    pub name: Localized,
    /// What was earned under it, without tax and after credits.
    pub earned: i64,
    /// What was spent under it.
    pub spent: i64,
}
