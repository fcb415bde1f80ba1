//! What repairs are sorted by, and what of them others may see.

use serde::{Deserialize, Serialize};

use super::{RepairPerson, RepairPlace, RepairState, Urgency};
use crate::{
    Localized, Timestamp,
    id::{BuildingId, CommonAreaId, RepairCategoryId, RepairId, RepairNoteId},
};

/// A kind of repair. It is retired, never deleted: older repairs are still called by it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairCategory {
    /// The category.
    pub id: RepairCategoryId,
    /// Raised by one with every change; a save names the version it was made from.
    pub version: u64,
    /// What it says.
    pub content: RepairCategoryContent,
}

/// What the office settles about a kind of repair.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairCategoryContent {
    /// Stable key, such as `plumbing`.
    pub key: String,
    /// Its name.
    pub name: Localized,
    /// Name of its symbol in the icon sprite.
    pub icon: String,
    /// Working hours within which the office promises to have it done.
    #[serde(default)]
    pub promised: PromisedHours,
    /// Whether it may be charged.
    #[serde(default)]
    pub chargeable: bool,
    /// Whether nothing new may be reported under it.
    #[serde(default)]
    pub retired: bool,
}

/// Working hours by urgency; none where nothing is promised.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PromisedHours {
    /// For an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<u16>,
    /// For what is urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgent: Option<u16>,
    /// For everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normal: Option<u16>,
}

impl PromisedHours {
    /// The hours for an urgency.
    pub const fn of(&self, urgency: Urgency) -> Option<u16> {
        match urgency {
            Urgency::Emergency => self.emergency,
            Urgency::Urgent => self.urgent,
            Urgency::Normal => self.normal,
        }
    }
}

/// A place that nobody lives in and everybody uses.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommonArea {
    /// The area.
    pub id: CommonAreaId,
    /// Short code, such as `gate-east`.
    pub code: String,
    /// Its name.
    pub name: Localized,
    /// The building it is in; none when it is everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building_id: Option<BuildingId>,
}

/// An open repair of a building or common area as everybody there sees it. No person stands on it, and no
/// words or photos of anybody.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairCard {
    /// The repair.
    pub id: RepairId,
    /// Where.
    pub place: RepairPlace,
    /// Key of its category.
    pub category: String,
    /// Where it stands.
    pub state: RepairState,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// When the office promised to have it done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_by: Option<Timestamp>,
    /// People who wait for it.
    pub affected: u32,
}

/// What the office writes about a repair for itself, under the repair's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairNotes {
    /// The repair.
    pub repair_id: RepairId,
    /// The newest notes, oldest first.
    pub notes: Vec<RepairNote>,
}

/// A note of the office.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairNote {
    /// The note.
    pub id: RepairNoteId,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who.
    pub by: RepairPerson,
    /// What.
    pub words: String,
}
