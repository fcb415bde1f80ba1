//! Sync: how a device's cache follows the community's log.
//!
//! The log has *scopes*; a person may see some of them. Within a scope every change has a number,
//! raised by one under a lock as the last act of the writing transaction, so that the order of
//! numbers is the order of commits. The log keeps one row for each entity and scope, the newest:
//! reading a scope from zero is a snapshot, and reading on from a position is a delta. There is no
//! second way.
//!
//! A device asks with its cursor and gets a bounded page. It applies page and cursor in one
//! transaction; applying twice changes nothing. A scope that the cursor does not name is sent from
//! zero; a scope that the person may no longer see is named in [`SyncPage::lost`] and deleted on the
//! device. A cursor of another database (`epoch`), or one that is ahead of the log, is answered
//! with `cursor_expired`: the device takes every scope again and keeps its outbox.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Timestamp,
    community::Role,
    id::{BuildingId, CommunityId, HouseholdId, PersonId, RoomId},
};

/// Most changes in one page.
pub const MAX_PAGE_CHANGES: usize = 500;
/// A page is closed after this many bytes of bodies.
pub const MAX_PAGE_BYTES: usize = 256 * 1024;

/// A part of the log, and who may see it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everyone in the community.
    Community(CommunityId),
    /// Everyone in a building.
    Building(BuildingId),
    /// The members of a household.
    Household(HouseholdId),
    /// The members of a household and those whom it lets pay, for what it owes and pays.
    Payments(HouseholdId),
    /// One person's devices.
    Person(PersonId),
    /// Everyone with a role in the community.
    Role(CommunityId, Role),
    /// The office: staff and managers.
    Staff(CommunityId),
    /// Those who are in a room of the neighbour chat.
    Room(RoomId),
    /// Those who keep the neighbour chat civil: moderators, readers of their log, the manager.
    Moderators(CommunityId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community(id) => write!(f, "community:{id}"),
            Self::Building(id) => write!(f, "building:{id}"),
            Self::Household(id) => write!(f, "household:{id}"),
            Self::Payments(id) => write!(f, "payments:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Role(id, role) => write!(f, "role:{id}:{}", role.as_str()),
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::Room(id) => write!(f, "room:{id}"),
            Self::Moderators(id) => write!(f, "moderators:{id}"),
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a scope of this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAScope;

impl fmt::Display for NotAScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a scope")
    }
}

impl std::error::Error for NotAScope {}

impl FromStr for Scope {
    type Err = NotAScope;
    fn from_str(text: &str) -> Result<Self, NotAScope> {
        fn id<T: FromStr>(text: &str) -> Result<T, NotAScope> {
            text.parse().map_err(|_| NotAScope)
        }
        let (kind, rest) = text.split_once(':').ok_or(NotAScope)?;
        Ok(match kind {
            "community" => Self::Community(id(rest)?),
            "building" => Self::Building(id(rest)?),
            "household" => Self::Household(id(rest)?),
            "payments" => Self::Payments(id(rest)?),
            "person" => Self::Person(id(rest)?),
            "staff" => Self::Staff(id(rest)?),
            "room" => Self::Room(id(rest)?),
            "moderators" => Self::Moderators(id(rest)?),
            "role" => {
                let (community, role) = rest.split_once(':').ok_or(NotAScope)?;
                Self::Role(id(community)?, Role::from_name(role).ok_or(NotAScope)?)
            }
            _ => return Err(NotAScope),
        })
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a change is about. The entity's id is the id of the thing itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// [`crate::community::Community`], in the community scope.
    Community,
    /// [`crate::community::Building`], in the community scope.
    Building,
    /// [`crate::community::Unit`], in the staff scope.
    Unit,
    /// [`crate::community::Household`], in its own and the staff scope.
    Household,
    /// [`crate::community::Person`], in their own and the staff scope.
    Person,
    /// [`crate::community::Photo`], in the person's scope, under the person's id.
    Photo,
    /// [`crate::settings::Preferences`], in the person's scope, under the person's id.
    Preferences,
    /// [`crate::devices::Device`], in the person's scope.
    Device,
    /// [`crate::join::InvitationStatus`], in the staff scope.
    Invitation,
    /// [`crate::notices::Notice`], in the staff scope and, once published, in its audience's.
    Notice,
    /// [`crate::notices::ReadMark`], in the person's scope, under the notice's id.
    ReadMark,
    /// [`crate::notices::NoticeTemplate`], in the staff scope.
    NoticeTemplate,
    /// [`crate::repairs::Repair`], in the staff scope until 90 days after its last change once it is closed,
    /// and in the scopes of those affected.
    Repair,
    /// [`crate::repairs::RepairNotes`], in the staff scope only, under the repair's id.
    RepairNotes,
    /// [`crate::repairs::RepairCard`], in the scope of the building or of the community, under the repair's id.
    RepairCard,
    /// [`crate::repairs::RepairCategory`], in the community scope.
    RepairCategory,
    /// [`crate::repairs::CommonArea`], in the community scope.
    CommonArea,
    /// [`crate::rounds::RoundPlan`], in the staff scope.
    RoundPlan,
    /// [`crate::rounds::Round`], in the staff scope until 400 days after it fell due.
    Round,
    /// [`crate::payments::Fee`], in the staff scope.
    Fee,
    /// [`crate::payments::Meter`], in the staff scope, under an id of the fee and the unit.
    Meter,
    /// [`crate::payments::Bill`], in the payments scope of its household.
    Bill,
    /// [`crate::payments::Payment`], in the payments scope of its household.
    Payment,
    /// [`crate::payments::MoneyBack`], in the payments scope of its household.
    MoneyBack,
    /// [`crate::payments::HouseholdAccount`], in the household's payments scope, under its id.
    HouseholdAccount,
    /// [`crate::payments::Relative`], in the scope of the household and in the one of the person who may pay for it.
    Relative,
    /// [`crate::payments::PaymentWays`], in the community scope, under the community's id.
    PaymentWays,
    /// [`crate::chat::Room`], in its own scope; of the office's rooms in the staff scope, too.
    Room,
    /// [`crate::chat::RoomCard`], in the community scope, under the room's id.
    RoomCard,
    /// [`crate::chat::RoomSeat`], in the person's scope, under the room's id.
    RoomSeat,
    /// [`crate::chat::RoomMark`], in the person's scope, under the room's id.
    RoomMark,
    /// [`crate::chat::Message`], where its room stands.
    Message,
    /// [`crate::chat::Reaction`], where its message stands, under an id of message and person.
    Reaction,
    /// [`crate::chat::PollVote`], in the person's scope, under the message's id.
    PollVote,
    /// [`crate::chat::Neighbour`], in the rooms in which they have written and, if listed, in the community scope.
    Neighbour,
    /// [`crate::chat::Block`], in the person's scope, under the other's id.
    Block,
    /// [`crate::chat::ReportedMessage`], in the moderators' scope, under the message's id.
    ReportedMessage,
    /// [`crate::chat::Moderation`], in the moderators' scope and in that of whom it concerns.
    Moderation,
    /// [`crate::chat::Moderator`], in the community scope, under the person's id.
    Moderator,
    /// Of a newer server: passed over, and taken again after an update of the app.
    #[serde(other)]
    Unknown,
}

impl Entity {
    /// The name as it stands in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Building => "building",
            Self::Unit => "unit",
            Self::Household => "household",
            Self::Person => "person",
            Self::Photo => "photo",
            Self::Preferences => "preferences",
            Self::Device => "device",
            Self::Invitation => "invitation",
            Self::Notice => "notice",
            Self::ReadMark => "read_mark",
            Self::NoticeTemplate => "notice_template",
            Self::Repair => "repair",
            Self::RepairNotes => "repair_notes",
            Self::RepairCard => "repair_card",
            Self::RepairCategory => "repair_category",
            Self::CommonArea => "common_area",
            Self::RoundPlan => "round_plan",
            Self::Round => "round",
            Self::Fee => "fee",
            Self::Meter => "meter",
            Self::Bill => "bill",
            Self::Payment => "payment",
            Self::MoneyBack => "money_back",
            Self::HouseholdAccount => "household_account",
            Self::Relative => "relative",
            Self::PaymentWays => "payment_ways",
            Self::Room => "room",
            Self::RoomCard => "room_card",
            Self::RoomSeat => "room_seat",
            Self::RoomMark => "room_mark",
            Self::Message => "message",
            Self::Reaction => "reaction",
            Self::PollVote => "poll_vote",
            Self::Neighbour => "neighbour",
            Self::Block => "block",
            Self::ReportedMessage => "reported_message",
            Self::Moderation => "moderation",
            Self::Moderator => "moderator",
            Self::Unknown => "unknown",
        }
    }
}

/// One change of one entity in one scope.
#[derive(Clone, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// Number within the scope.
    pub seq: u64,
    /// What it is about.
    pub entity: Entity,
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: uuid::Uuid,
    /// The entity's version: the newer one wins on the device.
    pub version: u64,
    /// The entity as JSON, or none when it left the scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub body: Option<Box<RawValue>>,
}

/// Changes of one scope, in the order of their numbers.
#[derive(Clone, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeChanges {
    /// The scope.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub scope: Scope,
    /// Its changes.
    pub changes: Vec<Change>,
}

/// `GET /v1/sync?cursor=…`, and each event of `GET /v1/live`.
///
/// `/v1/live` is a stream of server-sent events named `page`, whose `id` is the page's cursor and
/// whose data is a [`SyncPage`]; the client names its cursor in `Last-Event-ID`.
#[derive(Clone, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncPage {
    /// What changed.
    pub scopes: Vec<ScopeChanges>,
    /// Scopes that the person may no longer see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub lost: Vec<Scope>,
    /// Where the device stands after this page. Opaque.
    pub cursor: String,
    /// Whether to ask again at once.
    #[serde(default)]
    pub more: bool,
    /// The server's clock.
    pub server_time: Timestamp,
}
