//! What the face says about payments.

use serde::{Deserialize, Serialize};

use crate::{
    id::{BankMovementId, BillId, FeeId, HouseholdId, LedgerEntryId, OpId, PaymentId, RefundId, RelativeId},
    payments::{
        BookMovement, CreditPart, FeeContent, Month, NewReading, Payment, SetMovementAside, SpendMovement,
        Way,
    },
};

/// A bill.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillKey {
    /// Its id.
    pub id: BillId,
}

/// A household.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdKey {
    /// Its id.
    pub id: HouseholdId,
}

/// Save a fee; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveFee {
    /// Which.
    pub id: Option<FeeId>,
    /// The version that the editing began from; 0 for a new one.
    pub base_version: u64,
    /// What it says.
    pub content: FeeContent,
}

/// Save what a meter showed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveReading {
    /// Of which fee.
    pub fee_id: FeeId,
    /// What was read.
    pub reading: NewReading,
}

/// A try to move money: named before it is asked for, so that asking again after a lost answer is the same.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// Its id.
    pub id: OpId,
}

/// Take a part of a bill back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditOnBill {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The bill.
    pub bill_id: BillId,
    /// Why; the household reads it.
    pub reason: String,
    /// Of which lines, and how much.
    pub parts: Vec<CreditPart>,
}

/// Pay bills of a household.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayBills {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// Which bills, in the order in which they are paid.
    pub bills: Vec<BillId>,
    /// How much.
    pub minor: i64,
}

/// Let bills of a household be paid by themselves from what is kept, or not.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayAutomatically {
    /// Whose.
    pub household_id: HouseholdId,
    /// The most that a bill may come to; none for no bill.
    pub limit: Option<i64>,
}

/// A code of a household that lets somebody pay, as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypedRelativeCode {
    /// The code.
    pub code: String,
}

/// Pay for another household from now on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayForHousehold {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The code, as typed.
    pub code: String,
}

/// Somebody whom a household lets pay.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelativeKey {
    /// The arrangement.
    pub id: RelativeId,
}

/// A payment by card was begun.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardPage {
    /// The payment as it stands.
    pub payment: Payment,
    /// The page on which it is paid; none where there is nothing left to do.
    pub link: Option<String>,
    /// Whether that page was opened in a browser; a host that cannot do so leaves it to the face.
    pub is_open: bool,
}

/// A payment.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentKey {
    /// Its id.
    pub id: PaymentId,
}

/// The statement of a household for a year.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementKey {
    /// Whose.
    pub household_id: HouseholdId,
    /// Such as 2026.
    pub year: i16,
}

/// Ask for money to go back to a household.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundMoney {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// To whom.
    pub household_id: HouseholdId,
    /// The payment that is to be given back as a whole; none for what is kept.
    pub payment_id: Option<PaymentId>,
    /// How it goes back; for a payment, as it came.
    pub way: Way,
    /// How much; for a payment, all of it.
    pub minor: i64,
    /// Why; the household reads it.
    pub reason: String,
}

/// Decide about a refund that somebody else asked for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideOnRefund {
    /// Which.
    pub id: RefundId,
    /// Whether the money goes back.
    pub goes_back: bool,
}

/// Publish what a preview showed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishRun {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The month.
    pub month: Month,
    /// The day on which its bills are due.
    pub due_on: String,
    /// [`crate::payments::BillRunPreview::digest`].
    pub digest: String,
}

/// Note what was spent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteSpending {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The day, such as `2026-11-30`.
    pub day: String,
    /// The key of its heading.
    pub heading: String,
    /// How much.
    pub minor: i64,
    /// For what, and whose bill it was.
    pub words: String,
    /// Whether it was paid in cash, or else from the bank.
    pub in_cash: bool,
}

/// Take back what was noted as spent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeBackSpending {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// Which.
    pub id: LedgerEntryId,
    /// Why.
    pub reason: String,
}

/// Decide about a movement of the bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideMovement {
    /// Which.
    pub id: BankMovementId,
    /// What it is.
    pub decision: MovementDecision,
}

/// What becomes of a movement of the bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MovementDecision {
    /// A household's payment.
    Payment(BookMovement),
    /// Spending.
    Spending(SpendMovement),
    /// None of the ledger's business.
    SetAside(SetMovementAside),
}
