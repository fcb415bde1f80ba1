//! What the face asks of the core.

use serde::{Deserialize, Serialize};

use super::{
    ActKind, CommonArea, Promise, Repair, RepairCard, RepairCategory, RepairNotes, RepairPerson, RepairPlace,
    RepairState, Slot, Urgency,
};
use crate::{
    Timestamp,
    attachments::Attachment,
    community::{Building, HouseholdUnit},
    id::{AttachmentId, BuildingId, PersonId, RepairId},
    ops::Action,
    outbox::Pending,
};

/// A report in the making, kept on this device while it is typed.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairDraft {
    /// The repair it will be.
    pub id: RepairId,
    /// When it was last kept.
    pub kept_at: Timestamp,
    /// What stands in the form.
    pub form: RepairForm,
}

/// The form of a report; it need not be complete yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RepairForm {
    /// Where.
    pub place: Option<RepairPlace>,
    /// Key of a category; empty before one is chosen.
    pub category: String,
    /// How urgent.
    pub urgency: Urgency,
    /// What is broken.
    pub words: String,
    /// What it looks like.
    pub photos: Vec<Attachment>,
    /// Times that suit.
    pub times: Vec<Slot>,
    /// Whether the office may enter when nobody is home.
    pub may_enter: bool,
    /// How to reach the person.
    pub reach: String,
}

/// What a report can be made of.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairChoices {
    /// Categories; retired ones are for naming older repairs.
    pub categories: Vec<RepairCategory>,
    /// The person's homes.
    pub homes: Vec<HouseholdUnit>,
    /// The person's buildings; for the office, all.
    pub buildings: Vec<Building>,
    /// Common areas that the person may report.
    pub areas: Vec<CommonArea>,
    /// For the office: whom a repair can be assigned to.
    pub workers: Vec<RepairPerson>,
    /// For the office: saves of categories that wait or were refused, oldest first, with all that was typed. A lost
    /// race is stuck with `conflict`; what stands now is among the categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saving: Vec<PendingRepair>,
}

/// Which of the person's repairs to list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RepairsQuery {
    /// Only open ones, or only closed ones.
    pub open: Option<bool>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the person's repairs: what is only here first, then the newest.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairsPage {
    /// The rows.
    pub rows: Vec<RepairRow>,
    /// How many there are in all under this filter.
    pub total: u32,
    /// How many wait for the person, without filter.
    pub needing: u32,
    /// When the cache last was level with the server; none before the first time.
    pub updated_at: Option<Timestamp>,
}

/// A repair in a list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairRow {
    /// The repair.
    pub id: RepairId,
    /// Where.
    pub place: RepairPlace,
    /// Where in words, such as `3-1201`; empty where this device does not know.
    pub place_name: String,
    /// Key of its category.
    pub category: String,
    /// Name of its category in the language of the face.
    pub category_name: String,
    /// Symbol of its category.
    pub icon: String,
    /// How urgent.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: RepairState,
    /// Since when.
    pub since: Timestamp,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// Who reported it.
    pub reporter: String,
    /// Who of the office is on it.
    pub assignee: Option<String>,
    /// What is broken, its beginning.
    pub words: String,
    /// Its first photo.
    pub photo: Option<AttachmentId>,
    /// People who wait for it.
    pub affected: u32,
    /// When the office promised to have it done.
    pub promise: Option<Promise>,
    /// Whether that has passed and it is still not done, or was not in time.
    pub overdue: bool,
    /// What the person is asked for.
    pub need: Option<RepairNeed>,
    /// The newest write that waits or failed.
    pub pending: Option<Pending>,
}

/// What a repair wants of the person.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RepairNeed {
    /// Agree to the proposed time, or propose another.
    Visit,
    /// Approve or decline the price.
    Quote,
    /// Confirm that it is fixed, or say that it is not.
    Confirm,
    /// Rate it, if they like.
    Rate,
}

/// A repair opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairView {
    /// What the list shows of it.
    pub row: RepairRow,
    /// The repair as the server sent it; as it was reported, at version 0, before the server has it.
    pub repair: Repair,
    /// What the person may do now, by the table of acts.
    pub may: Vec<ActKind>,
    /// What the person did and the log has not brought back yet, oldest first, with all that was typed.
    pub pending: Vec<PendingRepair>,
    /// For the office: its own notes.
    pub notes: Option<RepairNotes>,
}

/// A write about repairs that waits or failed.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingRepair {
    /// Where it stands. A lost race is stuck with `conflict`, and `details.current` is the repair then.
    pub pending: Pending,
    /// When it was done.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
}

/// Open reports.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairCards {
    /// Newest first.
    pub cards: Vec<RepairCardRow>,
}

/// An open report that others made, or the person.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairCardRow {
    /// The card.
    pub card: RepairCard,
    /// Name of its category in the language of the face.
    pub category_name: String,
    /// Whether the person reported it or joined, also while that waits.
    pub joined: bool,
}

/// Which repairs of the office's queue to list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RepairQueueQuery {
    /// Only this state; without one, everything that is open.
    pub state: Option<RepairState>,
    /// Only this urgency.
    pub urgency: Option<Urgency>,
    /// Only what is late.
    pub overdue: bool,
    /// Only this building, homes and areas in it included.
    pub building: Option<BuildingId>,
    /// Only this category.
    pub category: Option<String>,
    /// Only what is assigned to this person.
    pub assignee: Option<PersonId>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the queue: most urgent first, then what was promised soonest, then the oldest.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairQueuePage {
    /// The rows.
    pub rows: Vec<RepairRow>,
    /// How many there are in all under this filter.
    pub total: u32,
}

/// How much is on the office's board, as far as this device knows: closed ones leave it after 90 days.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairBoard {
    /// One for each state, in the order of the board.
    pub columns: Vec<RepairColumn>,
    /// Open ones that are late.
    pub overdue: u32,
    /// Open ones that are emergencies.
    pub emergencies: u32,
    /// Open ones that are assigned to the person.
    pub mine: u32,
}

/// A column of the board.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairColumn {
    /// The state.
    pub state: RepairState,
    /// How many.
    pub count: u32,
}
