//! What happened to a repair, event by event.

use serde::{Deserialize, Serialize};

use super::{ActKind, Part, RepairPerson, RepairState, Slot};
use crate::{
    Timestamp,
    attachments::Attachment,
    id::{RepairEventId, RepairId},
    money::Money,
};

/// Something that happened. Which of the optional fields are there follows from `did`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairEvent {
    /// The event.
    pub id: RepairEventId,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who; none for what the server did by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RepairPerson>,
    /// What.
    pub did: ActKind,
    /// Where the repair stood after it.
    pub state: RepairState,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// In pictures: those of the report show how it was before, those of `finish` how it was after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Attachment>,
    /// Who was named for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<RepairPerson>,
    /// The time that was proposed or agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// Until when it pauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Parts used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The category that it was moved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The repair that it is a duplicate of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<RepairId>,
}
