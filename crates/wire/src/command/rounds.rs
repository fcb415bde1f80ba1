//! What the face says about rounds.

use serde::{Deserialize, Serialize};

use crate::{
    id::{RoundId, RoundPlanId},
    rounds::{PointForm, PointKey, RoundPlanContent},
};

/// A round.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundKey {
    /// Its id.
    pub id: RoundId,
}

/// A plan.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundPlanKey {
    /// Its id.
    pub id: RoundPlanId,
}

/// What stands in the checklist of a point.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InspectPoint {
    /// The point.
    pub point: PointKey,
    /// What was found.
    pub form: PointForm,
}

/// Save a plan; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveRoundPlan {
    /// Which.
    pub id: Option<RoundPlanId>,
    /// The version that the editing began from; 0 for a new one.
    pub base_version: u64,
    /// What it says.
    pub content: RoundPlanContent,
}
