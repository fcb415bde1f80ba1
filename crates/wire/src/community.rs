//! The community and its people: buildings, units, households, persons and their roles.

use serde::{Deserialize, Serialize};

use crate::{
    Language, Localized,
    attachments::Attachment,
    id::{BuildingId, CommunityId, HouseholdId, PersonId, UnitId},
};

/// A housing community as every member sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Community {
    /// Its id.
    pub id: CommunityId,
    /// Its name.
    pub name: Localized,
    /// IANA time zone in which every date of the community is shown.
    pub time_zone: String,
    /// ISO 4217 code of its money.
    pub currency: String,
    /// Languages that notices are written in, the first one first.
    pub languages: Vec<Language>,
    /// The property office.
    pub office: Office,
    /// Categories of notices, in the order to show.
    pub categories: Vec<Category>,
}

/// The property office: whom to call.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Office {
    /// Telephone number in international form.
    pub phone: String,
    /// Opening hours in words.
    pub hours: Localized,
    /// Where it is.
    pub address: Localized,
    /// When it is open in a week, for "open today until 18:00"; empty where only `hours` tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opening: Vec<Opening>,
    /// Days on which it is closed all the same, such as `2027-02-17`, by the calendar of the community.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
}

/// Times of a week, by the clock of the community.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// Days, 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// Minutes after midnight at which it opens.
    pub from: u16,
    /// Minutes after midnight at which it closes; later than `from`, at most 1440.
    pub until: u16,
}

/// A category of notices.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    /// Stable key, such as `water-power`.
    pub key: String,
    /// Its name.
    pub name: Localized,
    /// Name of its symbol in the icon sprite.
    pub icon: String,
}

/// A building.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Building {
    /// Its id.
    pub id: BuildingId,
    /// Short code, such as `3`.
    pub code: String,
    /// Its name.
    pub name: Localized,
}

/// A flat or another unit.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// The building it is in.
    pub building_id: BuildingId,
    /// Number on the door, such as `1201`.
    pub code: String,
    /// Who lives there or owns it.
    pub household_id: Option<HouseholdId>,
}

/// A household with its units, as its members and the office see it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Household {
    /// Its id.
    pub id: HouseholdId,
    /// The office's code, such as `H-0412`.
    pub code: String,
    /// Its units.
    pub units: Vec<HouseholdUnit>,
}

/// A unit of a household, with the building's code beside it so that `3-1201` can be shown at once.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdUnit {
    /// The unit.
    pub id: UnitId,
    /// Its building.
    pub building_id: BuildingId,
    /// Code of its building.
    pub building_code: String,
    /// Number on the door.
    pub code: String,
}

/// What a person may do. The order is the order of rank within the office; residents have none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lives here.
    Resident,
    /// Lives here and speaks for the household.
    HouseholdHead,
    /// Works for the community.
    Staff,
    /// Leads the property office.
    Manager,
    /// A role of a newer server: no rights beyond a resident's.
    #[serde(other)]
    Other,
}

impl Role {
    /// Roles that the office hands out.
    pub const KNOWN: [Self; 4] = [Self::Resident, Self::HouseholdHead, Self::Staff, Self::Manager];

    /// Whether the person works in the office and sees its side of the app.
    pub const fn is_office(self) -> bool {
        matches!(self, Self::Staff | Self::Manager)
    }

    /// Whether somebody with this role may make a letter for somebody with role `guest`. Whoever holds a
    /// letter can join as the person it is for, so nobody makes one for rights they do not have.
    pub const fn may_invite(self, guest: Self) -> bool {
        match self {
            Self::Manager => true,
            Self::Staff => !guest.is_office(),
            Self::Resident | Self::HouseholdHead | Self::Other => false,
        }
    }

    /// The role as it stands in tables and scopes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::HouseholdHead => "household_head",
            Self::Staff => "staff",
            Self::Manager => "manager",
            Self::Other => "other",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|role| role.as_str() == name)
    }
}

/// A person as they see themselves, and as the office sees them.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// The office's code, such as `P-0001`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// How they like to be addressed.
    pub given_name: String,
    /// What they may do.
    pub role: Role,
    /// Their household; staff have none.
    pub household_id: Option<HouseholdId>,
    /// Language of letters and of the app at first start.
    pub language: Language,
    /// Whether the app starts in Simple mode for them.
    #[serde(default)]
    pub simple: bool,
    /// What neighbours may see.
    #[serde(default)]
    pub visible: Visibility,
    /// Whether at least one device has joined.
    #[serde(default)]
    pub joined: bool,
    /// Counts changes; a save names the version it was made from.
    #[serde(default)]
    pub version: u64,
}

/// What neighbours may see of a person besides the first name and the building.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Visibility {
    /// Number on the door.
    pub flat: bool,
    /// Telephone number.
    pub phone: bool,
    /// Whether they stand in the directory.
    pub listed: bool,
    /// The photo of themselves; where a change says nothing of it, as apps from before there were photos, it stays as it
    /// was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<bool>,
}

impl Visibility {
    /// As it is once it was changed to this: the photo stays as it was where nothing is said of it.
    #[must_use]
    pub fn after(self, before: Self) -> Self {
        Self { photo: self.photo.or(before.photo), ..self }
    }
}

/// Longest edge of a photo of a person, in pixels: as large as it is shown anywhere on a fine screen.
pub const PHOTO_EDGE: u32 = 256;

/// The photo that a person chose of themselves: an entity of the person's scope, under the person's id. Others get it
/// with [`crate::chat::Neighbour`], where the person chose so.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Photo {
    /// A square picture of at most [`PHOTO_EDGE`].
    pub photo: Attachment,
}

impl Photo {
    /// Whether a file can stand as one: a square picture that is small enough.
    pub fn fits(file: &Attachment) -> bool {
        file.pixels.is_some_and(|(width, height)| width == height && width <= PHOTO_EDGE)
    }
}

/// What a person may change about themselves. Absent fields stay as they are.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ProfileChange {
    /// How they like to be addressed, 1 to 60 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Simple mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simple: Option<bool>,
    /// What neighbours may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Visibility>,
}

/// What anybody may know about a server before joining: `GET /v1/community`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// Always `linli`, so that a wrong address is recognised.
    pub server: String,
    /// Version of the protocol that this server speaks.
    pub protocol: u32,
    /// Oldest protocol version that it still serves.
    pub oldest_protocol: u32,
    /// The communities it serves, for the join screen.
    pub communities: Vec<CommunityCard>,
}

/// A community as a stranger sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunityCard {
    /// Its id.
    pub id: CommunityId,
    /// Its name.
    pub name: Localized,
    /// Telephone number of its office.
    pub office_phone: String,
}

/// The protocol version that this build speaks.
pub const PROTOCOL: u32 = 1;
