//! Money: whole numbers of the smallest unit, never a float.

use serde::{Deserialize, Serialize};

/// An amount.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// In the smallest unit of the currency, such as 分 or cents.
    pub minor: i64,
    /// ISO 4217 code, such as `CNY`.
    pub currency: String,
}
