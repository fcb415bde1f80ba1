//! Rounds: inspections of equipment on a schedule.
//!
//! A [`RoundPlan`] says what is looked at, where, and how often. When it falls due the server makes a
//! [`Round`] of it, with the points as they were on that day: a plan that is changed later changes no round
//! that somebody is walking. At each point stands a label with a code ([`PointCode`]); whoever scans it there
//! shows that they stood there. What fails becomes one repair for the point, made with the same commit as the
//! result.
//!
//! Only the office sees plans and rounds. Residents see the repairs that come of them, like any other.

mod code;
mod pages;
mod table;
mod words;

use serde::{Deserialize, Serialize};

use crate::{
    Localized, Timestamp,
    id::{RepairId, RoundId, RoundPlanId, RoundPointId},
    repairs::{RepairPerson, RepairPlace},
};

pub use code::PointCode;
pub use pages::*;
pub use table::{ROUND_TRANSITIONS, RoundEvent, RoundTransition, next_round};
pub use words::repair_words;

/// Most points of a plan.
pub const MAX_POINTS: usize = 60;
/// Most checks at a point.
pub const MAX_CHECKS: usize = 20;
/// Most checks of a plan, at all its points: a round of it fits into a page of the log.
pub const MAX_PLAN_CHECKS: usize = 200;
/// Longest name of a plan or a point in one language, in characters.
pub const MAX_ROUND_NAME: usize = 80;
/// Longest words of a check in one language, in characters.
pub const MAX_CHECK: usize = 120;
/// Longest words about what was found at one check, in characters.
pub const MAX_FOUND: usize = 300;
/// Most days, weeks or months between two rounds.
pub const MAX_EVERY: u16 = 366;

/// What is inspected, and how often. It is retired, never deleted: older rounds are still called by it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlan {
    /// The plan.
    pub id: RoundPlanId,
    /// Raised by one with every save; a save names the version it was made from.
    pub version: u64,
    /// What it says.
    pub content: RoundPlanContent,
    /// The day on which it falls due next, such as `2026-11-30`; none once it is retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<String>,
}

/// What the office settles about a plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlanContent {
    /// Its name.
    pub name: Localized,
    /// How often it falls due.
    pub every: Interval,
    /// The first day on which it falls due, such as `2026-11-30`, by the calendar of the community. Later
    /// ones are counted from it, so that what began on a 31st is on the last day of shorter months.
    pub first: String,
    /// Days that a round may take, that of its beginning included; at least 1, and never into the next round.
    pub days: u16,
    /// Where to look, in the order of walking.
    pub points: Vec<RoundPoint>,
    /// Whether it falls due no more.
    #[serde(default)]
    pub retired: bool,
}

/// A stretch of the calendar between two rounds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// How many of them, at least 1.
    pub count: u16,
    /// Of what.
    pub unit: IntervalUnit,
}

impl Interval {
    /// The fewest days that it can last: a February for a month.
    pub fn fewest_days(self) -> u32 {
        let days = match self.unit {
            IntervalUnit::Days => 1,
            IntervalUnit::Weeks => 7,
            IntervalUnit::Months => 28,
        };
        u32::from(self.count).saturating_mul(days)
    }
}

/// What an interval is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IntervalUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months of the calendar.
    Months,
}

/// A place where something is looked at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPoint {
    /// The point. It keeps its id while the plan is changed.
    pub id: RoundPointId,
    /// What stands on its label.
    pub code: PointCode,
    /// Its name.
    pub name: Localized,
    /// Where it is: a building or a common area.
    pub place: RepairPlace,
    /// Key of the kind of repair that comes of what fails.
    pub category: String,
    /// What to look at.
    pub checks: Vec<RoundCheck>,
}

/// One thing to look at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundCheck {
    /// Its number, unique at its point and kept while the plan is changed.
    pub number: u16,
    /// What is as it should be, such as "The door closes".
    pub words: Localized,
}

/// A plan that fell due, and what came of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Round {
    /// The round; it follows from plan and day, so that a restored server makes the same one again.
    pub id: RoundId,
    /// Raised by one with every change.
    pub version: u64,
    /// The plan it is of.
    pub plan_id: RoundPlanId,
    /// Name of the plan on that day.
    pub name: Localized,
    /// Its points on that day.
    pub points: Vec<RoundPoint>,
    /// The day on which it fell due, such as `2026-11-30`.
    pub due_on: String,
    /// When that day began.
    pub from: Timestamp,
    /// When its time is up: the midnight behind its last day.
    pub until: Timestamp,
    /// Where it stands.
    pub state: RoundState,
    /// What was found, in the order in which it came in; one for each point at most.
    #[serde(default)]
    pub results: Vec<PointResult>,
}

impl Round {
    /// What was found at a point.
    pub fn result(&self, point: RoundPointId) -> Option<&PointResult> {
        self.results.iter().find(|result| result.point_id == point)
    }

    /// Whether every point was inspected.
    pub fn is_walked(&self) -> bool {
        self.points.iter().all(|point| self.result(point.id).is_some())
    }
}

/// Where a round stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// It is due: points are left.
    Open,
    /// Every point was inspected in time.
    Done,
    /// Its time was up before every point was inspected. What is found later stands in it all the same.
    Missed,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

impl RoundState {
    /// All that this version knows.
    pub const KNOWN: [Self; 3] = [Self::Open, Self::Done, Self::Missed];

    /// The state as it stands in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Missed => "missed",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|state| state.as_str() == name)
    }
}

/// What was found at a point.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointResult {
    /// The point.
    pub point_id: RoundPointId,
    /// When, as the device said; between the beginning of the round and its coming in.
    pub at: Timestamp,
    /// When it came in, by the server's clock.
    pub received_at: Timestamp,
    /// Who was there.
    pub by: RepairPerson,
    /// Whether the label was scanned or its code typed; else nothing shows that somebody stood there.
    pub scanned: bool,
    /// One for each check of the point, in their order.
    pub answers: Vec<CheckAnswer>,
    /// The repair that came of what failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_id: Option<RepairId>,
}

impl PointResult {
    /// Whether anything was not in order.
    pub fn failed(&self) -> bool {
        self.answers.iter().any(|answer| answer.found.is_failed())
    }
}

/// What was found at one check.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckAnswer {
    /// Number of the check.
    pub number: u16,
    /// What was found.
    pub found: Found,
}

/// What can be found at a check.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Found {
    /// It is in order.
    Fine,
    /// It is not.
    Failed {
        /// What is wrong; may be empty where a photo shows it.
        #[serde(default)]
        words: String,
    },
    /// It could not be looked at.
    NotPossible {
        /// The reason.
        words: String,
    },
}

impl Found {
    /// Whether it is not in order.
    pub const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

    /// What was said about it; empty where nothing was.
    pub fn words(&self) -> &str {
        match self {
            Self::Fine => "",
            Self::Failed { words } | Self::NotPossible { words } => words,
        }
    }
}

#[cfg(test)]
mod tests;
