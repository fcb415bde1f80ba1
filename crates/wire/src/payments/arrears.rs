//! Arrears: which households have something overdue, for the office.

use serde::{Deserialize, Serialize};

use crate::id::HouseholdId;

/// What arrears are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArrearsOrder {
    /// The largest sum first.
    #[default]
    Sum,
    /// The longest overdue first.
    Age,
}

impl ArrearsOrder {
    /// As in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Age => "age",
        }
    }

    /// The order with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sum, Self::Age].into_iter().find(|order| order.as_str() == name)
    }
}

/// Which arrears to list: the query of `GET /v1/arrears`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ArrearsQuery {
    /// What is first.
    pub by: ArrearsOrder,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// Households with something overdue.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrearsPage {
    /// The rows.
    pub rows: Vec<ArrearsRow>,
    /// How many there are in all.
    pub total: u32,
    /// What is overdue of all of them.
    pub overdue: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A household with something overdue.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrearsRow {
    /// The household.
    pub household_id: HouseholdId,
    /// The office's code.
    pub code: String,
    /// Its units, such as `3-1201`.
    pub units: String,
    /// Full names of its people.
    pub people: Vec<String>,
    /// Bills that are overdue.
    pub bills: u32,
    /// What is overdue of them, by the ledger.
    pub overdue: i64,
    /// The day on which the oldest of them was due.
    pub oldest_due_on: String,
    /// How many days ago that was.
    pub days_overdue: u32,
    /// How many reminders of these bills were written.
    pub reminders: u32,
    /// On which days, oldest first.
    pub reminded_on: Vec<String>,
}
