//! What the bookkeeper takes over: files of a few months, for the office.

use serde::{Deserialize, Serialize};

use super::Month;

/// A file for the bookkeeper.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BookSheet {
    /// Bills that were published, as CSV.
    Bills,
    /// Payments that were booked, as CSV.
    Payments,
    /// Every line of the ledger, as CSV: debits and credits of each entry are the same.
    Journal,
    /// The same as plain text, as hledger and ledger read it.
    Ledger,
}

impl BookSheet {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Journal, Self::Ledger, Self::Bills, Self::Payments];

    /// As in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bills => "bills",
            Self::Payments => "payments",
            Self::Journal => "journal",
            Self::Ledger => "ledger",
        }
    }

    /// The file with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sheet| sheet.as_str() == name)
    }

    /// How its name ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Bills | Self::Payments | Self::Journal => "csv",
            Self::Ledger => "journal",
        }
    }
}

/// Which file of which months: the query of `GET /v1/payments/export`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentsExport {
    /// Which file.
    pub sheet: BookSheet,
    /// The first month.
    pub from: Month,
    /// The last month, at most three years later.
    pub until: Month,
}

/// Most months of a file.
pub const MAX_EXPORT_MONTHS: i32 = 36;
