//! What the community spends, as the office notes it.

use serde::{Deserialize, Serialize};

use super::SpendingHeading;
use crate::{Localized, Timestamp, id::LedgerEntryId};

/// The community spent something: `POST /v1/spending`. The same again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spend {
    /// Its entry in the ledger, named by the device.
    pub id: LedgerEntryId,
    /// The day; not in the future.
    pub day: String,
    /// One of [`super::PaymentWays::spending`].
    pub heading: String,
    /// How much.
    pub minor: i64,
    /// For what, and whose bill it was.
    pub words: String,
    /// Whether it was paid in cash, or else from the bank.
    pub in_cash: bool,
}

/// What was spent, as it stands in the ledger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spending {
    /// Its entry in the ledger.
    pub id: LedgerEntryId,
    /// The day.
    pub day: String,
    /// The key of its heading.
    pub heading: String,
    /// The name of its heading; empty where there is no such heading any more.
    pub name: Localized,
    /// How much.
    pub minor: i64,
    /// For what, and whose bill it was.
    pub words: String,
    /// Whether it was paid in cash, or else from the bank.
    pub in_cash: bool,
    /// Whether a statement of the bank told of it: then it is not taken back here.
    #[serde(default)]
    pub from_statement: bool,
    /// When it was noted.
    pub at: Timestamp,
    /// The full name of who noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether the person who asks noted it: then somebody else takes it back.
    #[serde(default)]
    pub is_own: bool,
    /// That it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<SpendingTakenBack>,
}

/// Spending was taken back, by an entry that says the opposite.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendingTakenBack {
    /// The day for which it counts.
    pub day: String,
    /// Why.
    pub reason: String,
    /// The full name of who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What was spent, the newest day first: `GET /v1/spending`, for the office.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spendings {
    /// The last 200.
    pub rows: Vec<Spending>,
    /// Headings to choose from.
    pub headings: Vec<SpendingHeading>,
    /// ISO 4217 code.
    pub currency: String,
}

/// Take spending back that somebody else noted: `POST /v1/spending/{id}/take-back`. The same again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeSpendingBack {
    /// The entry that says the opposite, named by the device.
    pub id: LedgerEntryId,
    /// Why.
    pub reason: String,
}
