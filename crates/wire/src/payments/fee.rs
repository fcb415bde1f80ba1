//! What is charged for, and how much.

use serde::{Deserialize, Serialize};

use crate::{
    Localized, Timestamp,
    id::{FeeId, UnitId},
};

/// A fee. It ends, it is never deleted: older bills are still made of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// The fee.
    pub id: FeeId,
    /// Raised by one with every save; a save names the version it was made from.
    pub version: u64,
    /// What the office settled.
    pub content: FeeContent,
}

/// What the office settles about a fee.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeeContent {
    /// Its name on bills.
    pub name: Localized,
    /// The heading under which the ledger counts it: small letters, digits and dashes, such as `property-fee`.
    pub heading: String,
    /// What it is reckoned by.
    pub basis: Basis,
    /// The price of one of what it is reckoned by.
    pub rate: Rate,
    /// Every how many months it falls due: 1, 2, 3, 6 or 12. Without meaning for what is charged once.
    pub every_months: u8,
    /// The first day that it is charged for, such as `2026-01-01`.
    pub from: String,
    /// The last day that it is charged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Tax on it.
    #[serde(default)]
    pub tax: Tax,
    /// The units that pay it; all with a household where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitId>,
    /// Discounts; the first one that holds for a unit counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
}

/// How often fees can fall due, in months.
pub const EVERY_MONTHS: [u8; 5] = [1, 2, 3, 6, 12];

/// What a fee is reckoned by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Basis {
    /// The area of the unit, for each month.
    SquareMetre,
    /// The unit itself, for each month.
    Unit,
    /// What its meter counted since it was read last.
    Meter {
        /// What it counts, such as `m³` or `kWh`; at most 8 characters.
        measure: String,
    },
    /// Once, in the month in which it begins.
    Once,
}

/// A price, in ten-thousandths of the smallest unit of the currency: 2.35 yuan are 2,350,000.
///
/// Water at 0.0391 and heat at 1.23456 euros are told exactly, and the product with a quantity in thousandths
/// stays whole until it is rounded once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Rate(pub i64);

impl Rate {
    /// How many of it are one of the smallest unit.
    pub const PER_MINOR: i64 = 10_000;
    /// Largest price: that of [`super::MAX_MINOR`].
    pub const MAX: Self = Self(super::MAX_MINOR * Self::PER_MINOR);
}

/// Tax on a fee.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tax {
    /// In hundredths of a per cent: 900 for 9 %.
    pub basis_points: u16,
    /// Whether the price holds it already.
    pub included: bool,
}

/// Largest tax or discount: 100 %.
pub const WHOLE_BASIS_POINTS: u16 = 10_000;

/// Something is cheaper for some.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Discount {
    /// Why, on the bill.
    pub name: Localized,
    /// How much, in hundredths of a per cent; at least 1.
    pub basis_points: u16,
    /// The units that get it; all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitId>,
    /// The last day of a period that gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The meter of a unit for a fee, with what was read of it last: the office alone sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meter {
    /// What it counts for.
    pub fee_id: FeeId,
    /// Where it is.
    pub unit_id: UnitId,
    /// Raised by one with every reading.
    pub version: u64,
    /// What was read, newest first; the last 13.
    pub readings: Vec<Reading>,
}

/// What somebody read off a meter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reading {
    /// The day, such as `2026-11-30`. There is one reading for each day; until it is billed it may be put right.
    pub day: String,
    /// In thousandths of what the meter counts.
    pub value_milli: i64,
    /// Whether the meter is a new one and this is where it begins: it may be less than what the old one told.
    #[serde(default)]
    pub is_new_meter: bool,
    /// What the old meter showed in the end, in thousandths; without it what it counted last is not billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_final_milli: Option<i64>,
    /// When it came in.
    pub at: Timestamp,
}

/// A reading, as it is given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReading {
    /// Where.
    pub unit_id: UnitId,
    /// The day.
    pub day: String,
    /// In thousandths of what the meter counts; not below 0.
    pub value_milli: i64,
    /// Whether the meter is a new one, or began again from nothing.
    #[serde(default)]
    pub is_new_meter: bool,
    /// What the old meter showed in the end, in thousandths, only with a new one: at least what was read of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_final_milli: Option<i64>,
}
