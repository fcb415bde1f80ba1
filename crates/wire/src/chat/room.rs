//! Rooms, and who is in them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Localized, Timestamp,
    attachments::Attachment,
    id::{BuildingId, CommunityId, MessageId, PersonId, RepairId, RoomId},
    sync::Scope,
};

/// Longest name of a room, in characters.
pub const MAX_ROOM_NAME: usize = 60;
/// Longest description of a room, in characters.
pub const MAX_ROOM_ABOUT: usize = 300;
/// Longest rules of a room, in characters.
pub const MAX_RULES: usize = 2000;

/// A room as those see it who are in it: an entity of its own scope.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Raised by one with every change.
    pub version: u64,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// Its name; empty where the kind says it.
    #[serde(default)]
    pub name: Localized,
    /// What it is for.
    #[serde(default)]
    pub about: Localized,
    /// What one agrees to before the first message. Empty: none.
    #[serde(default)]
    pub rules: Localized,
    /// Raised when the rules change; who agreed to an earlier one is asked again.
    #[serde(default)]
    pub rules_edition: u32,
    /// Whether only the office writes.
    #[serde(default)]
    pub announce: bool,
    /// Whether nobody writes any more.
    #[serde(default)]
    pub closed: bool,
    /// Pinned messages, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<MessageId>,
}

/// What kind of room it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RoomKind {
    /// Everybody of the community.
    Community,
    /// Everybody of a building.
    Building {
        /// The building.
        building_id: BuildingId,
    },
    /// Those who share an interest.
    Interest {
        /// Who made it; they can change it, invite, and let people go.
        owner: PersonId,
        /// Whether everybody of the community finds it and may come in; else by invitation.
        open: bool,
    },
    /// Two people.
    Direct {
        /// They.
        persons: [PersonId; 2],
    },
    /// Those who wait for one repair of their building or community.
    Repair {
        /// The repair.
        repair_id: RepairId,
    },
    /// One person and the office.
    Office {
        /// The person.
        person_id: PersonId,
    },
    /// A kind of a newer server.
    #[serde(other)]
    Unknown,
}

impl RoomKind {
    /// The kind as it stands in tables.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Building { .. } => "building",
            Self::Interest { .. } => "interest",
            Self::Direct { .. } => "direct",
            Self::Repair { .. } => "repair",
            Self::Office { .. } => "office",
            Self::Unknown => "unknown",
        }
    }

    /// Whether one can leave: what comes with living here stays.
    pub const fn can_be_left(&self) -> bool {
        matches!(self, Self::Interest { .. } | Self::Repair { .. })
    }

    /// Whether people who do not know each other meet here: then there are rules, and moderators.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Community | Self::Building { .. } | Self::Interest { .. } | Self::Repair { .. })
    }
}

/// Ids that follow from what a room is for, so that two devices that make it without network make the same.
impl RoomId {
    /// The room of a community.
    pub fn of_community(id: CommunityId) -> Self {
        Self(named("community", &[id.0]))
    }

    /// The room of a building.
    pub fn of_building(id: BuildingId) -> Self {
        Self(named("building", &[id.0]))
    }

    /// The room of two people, whoever of them asks.
    pub fn of_two(a: PersonId, b: PersonId) -> Self {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        Self(named("direct", &[first.0, second.0]))
    }

    /// The room of a repair.
    pub fn of_repair(id: RepairId) -> Self {
        Self(named("repair", &[id.0]))
    }

    /// The room of a person and the office.
    pub fn of_office(person: PersonId) -> Self {
        Self(named("office", &[person.0]))
    }
}

/// The id of a reaction: a person puts one thing on a message.
pub fn reaction_id(message: MessageId, person: PersonId) -> Uuid {
    named("reaction", &[message.0, person.0])
}

/// `UUIDv5` of what a thing is (RFC 9562, §5.5). It is no secret and opens nothing.
fn named(kind: &str, ids: &[Uuid]) -> Uuid {
    const CHAT: Uuid = Uuid::from_u128(0x6c69_6e6c_6920_6368_6174_2072_6f6f_6d73);
    let mut name = kind.as_bytes().to_vec();
    ids.iter().for_each(|id| name.extend(id.as_bytes()));
    Uuid::new_v5(&CHAT, &name)
}

/// A room that anybody may come into: an entity of the community's scope, under the room's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomCard {
    /// The room.
    pub id: RoomId,
    /// The room's version.
    pub version: u64,
    /// Its name.
    pub name: Localized,
    /// What it is for.
    pub about: Localized,
}

/// The person's own seat in a room: an entity of the person's scope, under the room's id. Who is in a room that comes
/// with membership has one only once something was decided about it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomSeat {
    /// The room.
    pub room_id: RoomId,
    /// Raised by one with every change.
    pub version: u64,
    /// Whether they are in.
    pub state: SeatState,
    /// The edition of the rules that they agreed to; 0 for none.
    #[serde(default)]
    pub agreed: u32,
    /// Until when they may read and not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Who invited them, while they have not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<RoomInvitation>,
}

/// An invitation into a room.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomInvitation {
    /// Name of the room.
    pub room: Localized,
    /// What it is for.
    pub about: Localized,
    /// The first name of who invites.
    pub by: String,
    /// Who invites; none in one from before this was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_id: Option<PersonId>,
}

/// Whether somebody is in a room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// In.
    In,
    /// Invited, and has not answered.
    Invited,
    /// Left by themselves, or turned an invitation down.
    Left,
    /// Let go by a moderator or by the owner; they do not come back by themselves.
    Removed,
    /// Something of a newer server.
    #[serde(other)]
    Unknown,
}

impl SeatState {
    /// The state as it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Invited => "invited",
            Self::Left => "left",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::In, Self::Invited, Self::Left, Self::Removed].into_iter().find(|state| state.as_str() == name)
    }
}

/// How far the person has read in a room, and of what they want to be told: an entity of the person's scope, under the
/// room's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomMark {
    /// The room.
    pub room_id: RoomId,
    /// Raised by one with every change.
    pub version: u64,
    /// The number of the last message that they have seen.
    pub read: u64,
    /// Of what they are told.
    #[serde(default)]
    pub tell: Tell,
}

/// Of which messages a person is told while they do not look at the room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// As the kind of room has it: all with one neighbour and the office, mentions and answers elsewhere.
    #[default]
    Usual,
    /// All.
    All,
    /// Those that name them or answer them.
    Mentions,
    /// None.
    None,
}

impl Tell {
    /// The choice as it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }

    /// The choice with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Usual, Self::All, Self::Mentions, Self::None].into_iter().find(|tell| tell.as_str() == name)
    }

    /// What it comes to in a room of a kind.
    #[must_use]
    pub const fn in_room(self, kind: &RoomKind) -> Self {
        match (self, kind) {
            (Self::Usual, RoomKind::Direct { .. } | RoomKind::Office { .. }) => Self::All,
            (Self::Usual, _) => Self::Mentions,
            (chosen, _) => chosen,
        }
    }
}

/// Somebody as neighbours know them: an entity of each room in which they have written, and of the community's scope if
/// they stand in the directory; under the person's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Neighbour {
    /// The person.
    pub id: PersonId,
    /// Raised with every change.
    pub version: u64,
    /// First name; the full name of people of the office.
    pub name: String,
    /// Code of the building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// Number on the door, such as `3-1201`, where the person chose so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat: Option<String>,
    /// Telephone number, where the person chose so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The photo of themselves, where the person chose so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Attachment>,
    /// Whether they work for the community.
    #[serde(default)]
    pub office: bool,
    /// Whether they put themselves into the directory.
    #[serde(default)]
    pub listed: bool,
    /// Whether they no longer live here.
    #[serde(default)]
    pub gone: bool,
}

/// What a room says of itself, from whoever may change it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RoomContent {
    /// 1 to [`MAX_ROOM_NAME`] characters; of no effect where the kind names the room.
    pub name: Localized,
    /// At most [`MAX_ROOM_ABOUT`] characters.
    pub about: Localized,
    /// At most [`MAX_RULES`] characters.
    pub rules: Localized,
    /// Interest rooms: whether everybody finds it and may come in.
    pub open: bool,
    /// Whether only the office writes; the office decides.
    pub announce: bool,
}

/// Who is in a room: `GET /v1/rooms/{id}/people`, as far as neighbours know them.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomPeople {
    /// They, by name; the first five hundred.
    pub people: Vec<Neighbour>,
    /// How many there are.
    pub total: u32,
}

/// Where a room's messages stand in the log: in the room, and for the office in its own scope if it is the office's.
pub fn scopes_of(room: &Room, community: CommunityId) -> Vec<Scope> {
    let mut scopes = vec![Scope::Room(room.id)];
    if matches!(room.kind, RoomKind::Office { .. }) {
        scopes.push(Scope::Staff(community));
    }
    scopes
}
