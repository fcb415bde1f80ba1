//! What the community's bank tells, and what becomes of it.

use serde::{Deserialize, Serialize};

use super::SpendingHeading;
use crate::{
    id::{BankMovementId, BillId, HouseholdId, LedgerEntryId, PaymentId},
    money::Money,
};

/// What a statement brought: the answer to `POST /v1/bank-statements`. The same file again brings nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankImport {
    /// Movements that are new.
    pub new: u32,
    /// Movements that were here before.
    pub known: u32,
    /// Of the new ones, those that were booked by themselves: reference and amount are those of bills.
    pub booked: u32,
    /// Of the new ones, those for a person to decide.
    pub open: u32,
    /// Movements of other accounts, which were passed over.
    pub elsewhere: u32,
    /// Those other accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_accounts: Vec<String>,
    /// Statements whose movements do not make up for what changed in the account: the bank left something out.
    #[serde(default)]
    pub incomplete: u32,
}

/// Which movements to list: the query of `GET /v1/bank-movements`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct BankMovementsQuery {
    /// How they stand.
    pub state: BankMovementState,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 100; 0 means 50.
    pub limit: u32,
}

/// Movements of one state, the newest day first.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankMovementsPage {
    /// The rows.
    pub rows: Vec<BankMovement>,
    /// How many there are of this state in all.
    pub total: u32,
    /// How many are open in all.
    pub open: u32,
    /// What spending can be booked under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<SpendingHeading>,
}

/// How a movement stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BankMovementState {
    /// For a person to decide.
    #[default]
    Open,
    /// It stands in the ledger.
    Booked,
    /// It is none of the ledger's business, for a reason.
    SetAside,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

impl BankMovementState {
    /// As it stands in tables and queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Booked => "booked",
            Self::SetAside => "set_aside",
            Self::Other => "other",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Self {
        let known = [Self::Open, Self::Booked, Self::SetAside];
        known.into_iter().find(|state| state.as_str() == name).unwrap_or(Self::Other)
    }
}

/// A movement on the community's account.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankMovement {
    /// The movement.
    pub id: BankMovementId,
    /// How it stands.
    pub state: BankMovementState,
    /// The day on which the bank booked it.
    pub day: String,
    /// How much: what came in is positive.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The other side's name; may be empty.
    pub name: String,
    /// The other side's account; may be empty.
    pub account: String,
    /// What else the bank told.
    pub told: BankTold,
    /// Why it is not booked by itself, where there is something to say besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<BankHint>,
    /// What it may be for, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<BankProposal>,
    /// The payment that it was booked as, or that it seems to return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<BankPayment>,
    /// What the books hold of it already: for one that is open, what it may be; for one that was settled so, what it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<BankCounted>,
    /// That it was booked as money which the community only moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<BankOwn>,
    /// Why it was set aside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What a bank tells of a movement besides amount, day and the other side.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct BankTold {
    /// What the payer wrote.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Structured references.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// What its payer's bank called it from end to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_to_end: Option<String>,
    /// Whether it takes an earlier movement back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_reversal: bool,
    /// What banks took for it; the amount is what reached the account all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Money>,
    /// What was paid, where that was another currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<Money>,
}

/// What there is to say of a movement that is open.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BankHint {
    /// It is in another currency than the community's ledger: it can be set aside only.
    OtherCurrency,
    /// It takes an earlier movement back: it is not booked here.
    Reversal,
    /// Money went out: it is spending, or to be set aside.
    WentOut,
    /// It names a bill of which nothing is owed any more.
    PaidBill,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// Bills of a household that a movement may be for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankProposal {
    /// The household.
    pub household_id: HouseholdId,
    /// The office's code of it.
    pub code: String,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// Its bills in the order in which they would be paid; none where all of it would be kept for the household.
    pub bills: Vec<ProposedBill>,
    /// What would be kept for the household.
    pub kept: i64,
    /// Why.
    pub why: ProposedBecause,
}

/// A bill that a movement may be for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedBill {
    /// The bill.
    pub id: BillId,
    /// Its number.
    pub number: String,
    /// What is owed of it.
    pub owed: i64,
}

/// Why bills are proposed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProposedBecause {
    /// Their references stand in it.
    Reference,
    /// It names a bill that was paid before.
    PaidBill,
    /// The amount is theirs, and the household paid from this account before.
    AccountAndAmount,
    /// The amount is theirs, and the name is one of the household.
    NameAndAmount,
    /// The household paid from this account before.
    Account,
    /// As much went back to the household by transfer a short while before: it may have come back, from an account that is
    /// closed.
    CameBack,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// A payment that a movement has to do with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankPayment {
    /// The payment.
    pub id: PaymentId,
    /// Whose it is.
    pub household_id: HouseholdId,
    /// The office's code of the household.
    pub code: String,
    /// The number of its receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Money that the books counted out before the bank told of it: a refund by transfer, or spending that somebody noted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankCounted {
    /// Its entry of the ledger.
    pub entry_id: LedgerEntryId,
    /// The day it counts for.
    pub day: String,
    /// Why, in somebody's words; may be empty.
    pub words: String,
    /// The household that it went back to; none for spending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_id: Option<HouseholdId>,
    /// The units of the household, such as `3-1201`, or else the office's code of it; empty for spending.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub home: String,
}

/// Say that a movement is what the books hold already: `POST /v1/bank-movements/{id}/settle`. The same again is the same.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettleMovement {
    /// One of [`BankMovement::counted`].
    pub entry_id: LedgerEntryId,
}

/// Book what came in as a household's payment: `POST /v1/bank-movements/{id}/book`. The same again is the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookMovement {
    /// The household.
    pub household_id: HouseholdId,
    /// Its bills in the order in which they are paid; what is left over is kept for it.
    pub bills: Vec<BillId>,
}

/// Book what went out as spending: `POST /v1/bank-movements/{id}/spend`. The same again is the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendMovement {
    /// One of [`super::PaymentWays::spending`].
    pub heading: String,
    /// For what.
    pub words: String,
    /// That it is something else than what the books hold already ([`BankMovement::counted`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_other: bool,
}

/// Set a movement aside: `POST /v1/bank-movements/{id}/set-aside`. The same again is the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetMovementAside {
    /// Why.
    pub reason: String,
}

/// Where the community has money besides its bank.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OwnPlace {
    /// With the provider of card payments, until it pays out.
    Card,
    /// In the till of the office.
    Cash,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

/// A movement that was booked as money which the community only moved.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankOwn {
    /// Where it was before, or is now where it went out.
    pub place: OwnPlace,
    /// Whether the person who asks may open it again: somebody else booked it.
    #[serde(default)]
    pub may_open_again: bool,
}

/// Book a movement as money which the community only moved: paid out by the provider of card payments, or cash brought to
/// the bank; or the other way, where it went out: `POST /v1/bank-movements/{id}/own`. The same again is the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookOwnMovement {
    /// From where, or to where.
    pub place: OwnPlace,
    /// What was kept of it on the way; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<MovementFee>,
    /// That it is something else than what the books hold already ([`BankMovement::counted`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_other: bool,
}

/// What somebody kept of money on its way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovementFee {
    /// One of [`super::PaymentWays::spending`].
    pub heading: String,
    /// How much, above zero, in the smallest unit of the community's currency.
    pub minor: i64,
}

/// Open a movement again that somebody else booked with [`BookOwnMovement`]: `POST /v1/bank-movements/{id}/open-again`.
/// What is open stays so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenMovementAgain {
    /// Why.
    pub reason: String,
}
