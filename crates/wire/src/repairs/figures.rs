//! What the server answers about repairs at once, from everything it has.

use serde::{Deserialize, Serialize};

use super::{Repair, RepairEvent};

/// `GET /v1/repairs`: a page over all repairs of the community, newest first. The office only.
///
/// Query: `state`, `urgency`, `building`, `category`, `assignee`, `overdue=true`, `open=true`, and `after`
/// with what the page before said as `next`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairList {
    /// At most 50, without their events.
    pub repairs: Vec<Repair>,
    /// To ask for what is behind; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `GET /v1/repairs/{id}/events`: what happened to a repair, in pages backwards from its end, for everybody who
/// has it. Query: `before` with what the page behind it said.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairEvents {
    /// At most 100, oldest first.
    pub events: Vec<RepairEvent>,
    /// The number of the first of them among all; to ask for those before it. None when it is the very first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// `GET /v1/repairs/figures`: how repairs go, by month and category. Everybody may know; no person stands
/// in it. Query: `from` and `until`, months such as `2026-11`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairFigures {
    /// By month, then by category.
    pub rows: Vec<RepairFiguresRow>,
}

/// The repairs of one category that were reported in one month.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairFiguresRow {
    /// The month, such as `2026-11`, by the community's clock.
    pub month: String,
    /// Key of the category.
    pub category: String,
    /// How many were reported. Those taken back or merged do not count, here and below.
    pub opened: u32,
    /// How many of them are fixed.
    pub fixed: u32,
    /// Half of those that are fixed took no longer than this, in minutes of working time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_minutes: Option<u64>,
    /// Nine in ten of those that are fixed took no longer than this, in minutes of working time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_minutes: Option<u64>,
    /// How many were reopened or disputed at least once.
    pub reopened: u32,
    /// How many were not done by the promised time.
    pub overdue: u32,
    /// Mean of all stars, in hundredths. Residents are told it of three at least, once the month is over: while
    /// ratings come in one by one, two answers would tell what one neighbour thinks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_hundredths: Option<u32>,
    /// How many were rated; 0 where the mean is not told.
    pub rated: u32,
}
