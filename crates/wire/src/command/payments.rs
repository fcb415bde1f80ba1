//! What the face says about payments.

use serde::{Deserialize, Serialize};

use crate::{
    id::{BankMovementId, BillId, FeeId, HouseholdId, OpId},
    payments::{BookMovement, CreditPart, FeeContent, Month, NewReading, SetMovementAside, SpendMovement},
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
