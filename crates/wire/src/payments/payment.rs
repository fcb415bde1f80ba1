//! Money that comes in, and what is kept for a household.

use serde::{Deserialize, Serialize};

use super::ReminderSteps;
use crate::{
    Localized, Timestamp,
    id::{BillId, HouseholdId, PaymentId},
};

/// A payment of a household.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    /// The payment, named by whoever began it.
    pub id: PaymentId,
    /// Raised by one with every change.
    pub version: u64,
    /// Whose bills it pays.
    pub household_id: HouseholdId,
    /// How.
    pub way: Way,
    /// How it stands.
    pub state: PaymentState,
    /// The full name of who paid, where that was in the app; none for what came otherwise or by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// How much.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When it began.
    pub at: Timestamp,
    /// When it was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<Timestamp>,
    /// The number of its receipt, such as `R-2026-000017`; none before it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The bills that it is meant for, of a payment by card; they are paid when the money comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meant_for: Vec<BillId>,
    /// What it paid, in the order in which bills were named.
    pub parts: Vec<PaymentPart>,
    /// What was left over and is kept for the household.
    #[serde(default)]
    pub kept: i64,
    /// Why it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_back: Option<GivenBack>,
}

/// What went to a bill.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentPart {
    /// The bill.
    pub bill_id: BillId,
    /// Its number.
    pub number: String,
    /// How much.
    pub minor: i64,
}

/// A payment was given back, or had never come.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenBack {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether no money moved: it had been booked for this household by mistake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub booked_wrongly: bool,
}

/// A way to pay.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A card, on the pay page.
    Card,
    /// From a bank, with a reference.
    Transfer,
    /// At the office's counter.
    Counter,
    /// From what is kept for the household.
    Balance,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

impl Way {
    /// As it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Transfer => "transfer",
            Self::Counter => "counter",
            Self::Balance => "balance",
            Self::Other => "other",
        }
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Self {
        let known = [Self::Card, Self::Transfer, Self::Counter, Self::Balance];
        known.into_iter().find(|way| way.as_str() == name).unwrap_or(Self::Other)
    }
}

/// How a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Begun; whoever pays has something to do.
    Begun,
    /// The provider has not said yet.
    Checking,
    /// The money is there.
    Paid,
    /// Nothing was paid.
    NotPaid,
    /// It was paid and given back.
    GivenBack,
    /// Of a newer server.
    #[serde(other)]
    Other,
}

impl PaymentState {
    const KNOWN: [Self; 5] = [Self::Begun, Self::Checking, Self::Paid, Self::NotPaid, Self::GivenBack];

    /// As it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Checking => "checking",
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::GivenBack => "given_back",
            Self::Other => "other",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Self {
        Self::KNOWN.into_iter().find(|state| state.as_str() == name).unwrap_or(Self::Other)
    }

    /// Whether it may still become paid by itself.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Begun | Self::Checking)
    }
}

/// What moves a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaymentEvent {
    /// The money is there.
    Came,
    /// Whoever pays has done their part; the provider has not said.
    Unclear,
    /// The provider says that nothing was paid, or too long has passed.
    Failed,
    /// All of it was given back.
    GaveBack,
}

/// All that moves a payment: from, what happens, to. Money that comes after it was thought lost is money all the same, and
/// after a card that was declined another one may be under way.
pub const PAYMENT_TRANSITIONS: &[(PaymentState, PaymentEvent, PaymentState)] = &[
    (PaymentState::Begun, PaymentEvent::Came, PaymentState::Paid),
    (PaymentState::Begun, PaymentEvent::Unclear, PaymentState::Checking),
    (PaymentState::Begun, PaymentEvent::Failed, PaymentState::NotPaid),
    (PaymentState::Checking, PaymentEvent::Came, PaymentState::Paid),
    (PaymentState::Checking, PaymentEvent::Failed, PaymentState::NotPaid),
    (PaymentState::NotPaid, PaymentEvent::Came, PaymentState::Paid),
    (PaymentState::NotPaid, PaymentEvent::Unclear, PaymentState::Checking),
    (PaymentState::Paid, PaymentEvent::GaveBack, PaymentState::GivenBack),
];

/// Where an event leads; what the table does not name stays where it is.
pub fn next_payment(from: PaymentState, event: PaymentEvent) -> PaymentState {
    let row = PAYMENT_TRANSITIONS.iter().find(|(state, happens, _)| *state == from && *happens == event);
    row.map_or(from, |(_, _, to)| *to)
}

/// What is kept for a household, and how it pays.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdAccount {
    /// The household.
    pub household_id: HouseholdId,
    /// Raised by one with every change.
    pub version: u64,
    /// What was paid before it was owed, by the ledger, and is not on its way back.
    pub kept: i64,
    /// Up to how much a bill is paid from it by itself, on the day on which it is due; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<i64>,
    /// ISO 4217 code.
    pub currency: String,
}

/// How bills can be paid here; everybody sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentWays {
    /// Raised by one with every change.
    pub version: u64,
    /// The community's account, for transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankAccount>,
    /// Whether cards can be paid with, on the pay page of the community's server.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub card: bool,
    /// What can be paid with at the counter, and when; none where nothing can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<Localized>,
    /// Days from the publishing of a bill to the day on which it is due, as a run proposes it.
    #[serde(default)]
    pub days_to_pay: u16,
    /// When bills that are not paid are reminded of.
    #[serde(default)]
    pub reminders: ReminderSteps,
    /// What the community spends money on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spending: Vec<SpendingHeading>,
}

/// A heading under which the community spends money.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendingHeading {
    /// Stable key, such as `cleaning`.
    pub key: String,
    /// Its name.
    pub name: Localized,
}

/// An account at a bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankAccount {
    /// Whose it is; at most 70 characters.
    pub holder: String,
    /// IBAN, or the number that banks use there; without spaces.
    pub number: String,
    /// The bank.
    pub bank: String,
    /// BIC, where one is asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bic: String,
}
