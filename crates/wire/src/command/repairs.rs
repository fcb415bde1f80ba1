//! What the face says about repairs.

use serde::{Deserialize, Serialize};

use crate::{
    attachments::Attachment,
    id::{RepairCategoryId, RepairId},
    repairs::{Rating, RepairAct, RepairCategoryContent, RepairDraft, RepairPlace, RepairState},
};

/// A repair.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairKey {
    /// Its id.
    pub id: RepairId,
}

/// Which page of what happened to a repair.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairOlder {
    /// The repair.
    pub id: RepairId,
    /// What the page behind it said; none for the newest.
    pub before: Option<u64>,
}

/// Which repairs stand in a spreadsheet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RepairExport {
    /// Reported from this month on, such as `2026-11`; without one, in the last twelve.
    pub from: Option<String>,
    /// Reported until this month; without one, this month.
    pub until: Option<String>,
    /// Only this state.
    pub state: Option<RepairState>,
    /// Only this category.
    pub category: Option<String>,
}

/// Reports in the making, newest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairDrafts {
    /// Them.
    pub drafts: Vec<RepairDraft>,
}

/// What is about to be reported, to find open reports like it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairLike {
    /// Where.
    pub place: RepairPlace,
    /// Key of the category; empty for all.
    pub category: String,
}

/// Do something to a repair, through the outbox.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActOnRepair {
    /// The repair.
    pub id: RepairId,
    /// The turn that the person saw.
    pub turn: u64,
    /// What to do.
    pub act: RepairAct,
}

/// Write a message, or for the office a note.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SayOnRepair {
    /// The repair.
    pub id: RepairId,
    /// What.
    pub words: String,
    /// Photos; a note has none.
    #[serde(default)]
    pub photos: Vec<Attachment>,
}

/// Rate a repair.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateRepair {
    /// The repair.
    pub id: RepairId,
    /// The rating.
    pub rating: Rating,
}

/// Save a kind of repair; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveRepairCategory {
    /// Which.
    pub id: Option<RepairCategoryId>,
    /// The version that the editing began from; 0 for a new one.
    pub base_version: u64,
    /// What it says.
    pub content: RepairCategoryContent,
}
