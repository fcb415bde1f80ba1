//! What the face asks of the core. Names come in the language of the face.

use serde::{Deserialize, Serialize};

use super::{CheckAnswer, PointResult, RoundPlan, RoundState};
use crate::{
    Timestamp,
    attachments::Attachment,
    id::{RepairId, RoundId, RoundPlanId, RoundPointId},
    join::Qr,
    outbox::Pending,
    repairs::Urgency,
};

/// Which rounds to list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RoundsQuery {
    /// Only those of this plan.
    pub plan: Option<RoundPlanId>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the rounds: those that are due, the most pressing first, then the others, the newest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundsPage {
    /// The rows.
    pub rows: Vec<RoundRow>,
    /// How many there are in all under this filter.
    pub total: u32,
    /// How many are due and have points left.
    pub due: u32,
    /// When the cache last was level with the server; none before the first time.
    pub updated_at: Option<Timestamp>,
}

/// A round in a list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRow {
    /// The round.
    pub id: RoundId,
    /// The plan it is of.
    pub plan_id: RoundPlanId,
    /// Its name.
    pub name: String,
    /// When the day began on which it fell due.
    pub from: Timestamp,
    /// When its time is up.
    pub until: Timestamp,
    /// Where it stands, with what waits here already in its place.
    pub state: RoundState,
    /// How many points it has.
    pub points: u32,
    /// How many of them were inspected, those that wait here included.
    pub inspected: u32,
    /// How many of them had something that was not in order.
    pub failed: u32,
    /// How many were inspected without scanning their label.
    pub unscanned: u32,
    /// The write that waits or failed.
    pub pending: Option<Pending>,
}

/// A round opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundView {
    /// What the list shows of it.
    pub row: RoundRow,
    /// Its points, in the order of walking.
    pub points: Vec<PointView>,
}

/// A point of a round opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointView {
    /// The point.
    pub id: RoundPointId,
    /// Its name.
    pub name: String,
    /// Where it is; empty where this device does not know.
    pub place_name: String,
    /// What to look at.
    pub checks: Vec<CheckView>,
    /// What was found, as the server has it.
    pub result: Option<PointResult>,
    /// What was found here and waits, or was refused.
    pub waiting: Option<WaitingPoint>,
    /// A checklist that is half filled in.
    pub draft: Option<PointForm>,
}

/// A thing to look at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckView {
    /// Its number at its point.
    pub number: u16,
    /// What is as it should be.
    pub words: String,
}

/// An inspection that the log has not brought back yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingPoint {
    /// Where it stands. Somebody else who was faster leaves it stuck with `conflict`.
    pub pending: Pending,
    /// When it was done.
    pub at: Timestamp,
    /// What was filled in.
    pub form: PointForm,
    /// The repair that will come of what failed.
    pub repair_id: Option<RepairId>,
}

/// The checklist of a point; it need not be complete yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PointForm {
    /// Whether the label was scanned. The core knows it: what a page says of it adds nothing.
    pub scanned: bool,
    /// Answers so far.
    pub answers: Vec<CheckAnswer>,
    /// What it looks like, where something failed.
    pub photos: Vec<Attachment>,
    /// How urgent the repair is.
    pub urgency: Urgency,
}

/// A point of a round.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointKey {
    /// The round.
    pub round_id: RoundId,
    /// The point.
    pub point_id: RoundPointId,
}

/// Somebody stands before a label that they cannot take a picture of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FindPoint {
    /// Its code, as it was typed.
    pub code: String,
}

/// Plans of the office.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlans {
    /// By name; retired ones last.
    pub plans: Vec<RoundPlanRow>,
}

/// A plan in the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlanRow {
    /// The plan, as it will be once what waits has gone through.
    pub plan: RoundPlan,
    /// Its name.
    pub name: String,
    /// A save that waits or failed.
    pub pending: Option<Pending>,
}

/// The labels of a plan, to be printed.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundLabels {
    /// Name of the plan.
    pub name: String,
    /// One for each point.
    pub labels: Vec<RoundLabel>,
}

/// The label of a point.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundLabel {
    /// Name of the point in each language of the community.
    pub names: Vec<String>,
    /// Where it is, in each language of the community.
    pub places: Vec<String>,
    /// Its code, for typing.
    pub code: String,
    /// Its code, for scanning.
    pub qr: Qr,
}
