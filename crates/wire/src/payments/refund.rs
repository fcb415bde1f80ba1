//! Money that goes back to a household: one of the office asks for it, another one decides.

use serde::{Deserialize, Serialize};

use super::Way;
use crate::{
    Timestamp,
    id::{HouseholdId, PaymentId, RefundId},
};

/// Money that goes back, or is to.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refund {
    /// The refund.
    pub id: RefundId,
    /// To whom.
    pub household_id: HouseholdId,
    /// The office's code of the household.
    pub code: String,
    /// The payment that is given back as a whole; none for what is kept for the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The number of the receipt of that payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// How it goes back; [`Way::Other`] where nothing does.
    pub way: Way,
    /// Whether nothing goes back: the payment was booked wrongly, and is taken out of the books.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub booked_wrongly: bool,
    /// How much.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Why; the household reads it.
    pub reason: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Who asked for it.
    pub asked_by: String,
    /// How it stands.
    pub state: RefundState,
    /// When somebody decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Whether the person who asks may decide: it is open, and somebody else asked for it.
    #[serde(default)]
    pub may_decide: bool,
}

/// Something of what was kept for a household went back to it: as the household reads it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyBack {
    /// The refund.
    pub id: RefundId,
    /// Raised by one with every change.
    pub version: u64,
    /// To whom.
    pub household_id: HouseholdId,
    /// How.
    pub way: Way,
    /// How much.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// How a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// It waits for a second person.
    Asked,
    /// It was agreed to, and the provider of card payments is asked for it: it ends by itself.
    Going,
    /// The money went back.
    Done,
    /// The second person said no.
    Refused,
    /// The provider of card payments said no: nothing moved.
    Failed,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

impl RefundState {
    /// As it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Going => "going",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Other => "other",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Self {
        let known = [Self::Asked, Self::Going, Self::Done, Self::Refused, Self::Failed];
        known.into_iter().find(|state| state.as_str() == name).unwrap_or(Self::Other)
    }
}

/// Ask for a refund: `POST /v1/refunds`. The same again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskRefund {
    /// The refund, named by the device.
    pub id: RefundId,
    /// To whom.
    pub household_id: HouseholdId,
    /// The payment that is to be given back as a whole; none for what is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// How it goes back: [`Way::Counter`] or [`Way::Transfer`]; for a payment, as it came.
    pub way: Way,
    /// How much; for a payment, all of it.
    pub minor: i64,
    /// Why; the household reads it.
    pub reason: String,
    /// Whether nothing is to go back: a payment that came from the bank or at the counter was booked for the wrong
    /// household. What the bank told is open again then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub booked_wrongly: bool,
}

/// Decide about a refund that somebody else asked for: `POST /v1/refunds/{id}/decide`. The same again is answered the
/// same.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideRefund {
    /// Whether the money goes back.
    pub goes_back: bool,
}

/// Refunds: `GET /v1/refunds`, for the office.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refunds {
    /// All that wait, oldest first; then the last 50 that were decided.
    pub refunds: Vec<Refund>,
}
