//! Repairs: from what a resident reports to what the resident confirms as fixed.
//!
//! A [`Repair`] is one entity with its timeline in it. Who may move it from where to where stands in one
//! table, [`TRANSITIONS`], which the server enforces and from which the face takes its buttons.
//!
//! Two numbers count changes. `version` rises with each, so that the newer body wins on a device. `turn`
//! rises only with an act of the table that moves something: an act names the turn it was made from, and
//! a message that arrived meanwhile does not undo what a worker did in a cellar.
//!
//! Who sees it: the office all of it; the household whose home it is, or who reported it, all of it; those
//! who joined ("me too") without what only the office needs for reaching somebody, and residents by the
//! name that neighbours know. Everybody of the building or community sees a [`RepairCard`], on which no
//! person stands. What the office writes for itself is an entity of its own ([`RepairNotes`]), so that it
//! cannot slip into what residents get.

mod acts;
mod figures;
mod pages;
mod settings;
mod table;
mod timeline;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    attachments::Attachment,
    community::Role,
    id::{BuildingId, CommonAreaId, PersonId, RepairId, UnitId},
    money::Money,
};

pub use acts::{ActKind, RepairAct};
pub use figures::{RepairEvents, RepairFigures, RepairFiguresRow, RepairList};
pub use pages::*;
pub use settings::{
    CommonArea, PromisedHours, RepairCard, RepairCategory, RepairCategoryContent, RepairNote, RepairNotes,
};
pub use table::{Next, Party, TRANSITIONS, Transition, may, next};
pub use timeline::RepairEvent;

/// Longest description of what is broken, in characters.
pub const MAX_WORDS: usize = 2000;
/// Longest message, reason or note, in characters.
pub const MAX_MESSAGE: usize = 1000;
/// Longest way to reach somebody, in characters.
pub const MAX_REACH: usize = 100;
/// Key of the kind that takes what fits no other, where a community has it.
pub const OTHER: &str = "other";
/// Most photos of one report, act or message.
pub const MAX_PHOTOS: usize = 6;
/// Most times that suit.
pub const MAX_TIMES: usize = 6;
/// Most kinds of parts in one act.
pub const MAX_PARTS: usize = 20;
/// Longest name of a part, in characters.
pub const MAX_PART: usize = 80;
/// Most events that a repair carries: its first, and the newest.
pub const MAX_EVENTS: usize = 60;
/// Most notes that travel, the newest ones.
pub const MAX_NOTES: usize = 60;

/// Something broken, and what became of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repair {
    /// The repair.
    pub id: RepairId,
    /// Raised by one with every change.
    pub version: u64,
    /// Raised by one with every act that moves something; an act names the turn it was made from.
    pub turn: u64,
    /// Who reported it.
    pub reporter: RepairPerson,
    /// When, by the server's clock.
    pub reported_at: Timestamp,
    /// What was reported. Category and urgency are those that the office moved it to.
    pub report: RepairReport,
    /// The building that it is in, wherever there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building_id: Option<BuildingId>,
    /// Where it stands.
    pub state: RepairState,
    /// Since when.
    pub since: Timestamp,
    /// People who wait for it: who reported it and who joined.
    pub affected: u32,
    /// Who of the office is on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<RepairPerson>,
    /// When the office promised to have it done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// When somebody comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// What it costs, where it may be charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Why nothing happens just now, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// While it is done: when silence confirms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_by: Option<Timestamp>,
    /// How often it was not fixed after all.
    #[serde(default)]
    pub reopened: u32,
    /// Parts used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What the reporter thinks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The repair that this one is a duplicate of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<RepairId>,
    /// What happened, oldest first: the report, and the newest events behind it.
    pub events: Vec<RepairEvent>,
    /// Events between the first and the second that are left out here.
    #[serde(default)]
    pub left_out: u32,
}

impl Repair {
    /// A repair of a building or common area as somebody affected sees it: residents by the name that
    /// neighbours know; when and how to reach who reported it is theirs and the office's.
    #[must_use]
    pub fn for_person(&self, person: PersonId) -> Self {
        let mut seen = self.clone();
        let shorten = |who: &mut RepairPerson| {
            if !who.role.is_office() {
                who.name.clone_from(&who.given_name);
            }
        };
        shorten(&mut seen.reporter);
        for event in &mut seen.events {
            event.by.iter_mut().chain(&mut event.whom).for_each(shorten);
        }
        if self.reporter.id != person {
            seen.report.times = Vec::new();
            seen.report.may_enter = false;
            seen.report.reach = String::new();
        }
        seen
    }
}

/// Somebody on a repair, as they were when they did something.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairPerson {
    /// The person.
    pub id: PersonId,
    /// Full name; for neighbours the one below.
    pub name: String,
    /// How they like to be addressed: what neighbours may know.
    pub given_name: String,
    /// Their role.
    pub role: Role,
}

/// What a person reports.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairReport {
    /// Where.
    pub place: RepairPlace,
    /// Key of a [`RepairCategory`].
    pub category: String,
    /// How urgent.
    pub urgency: Urgency,
    /// What is broken.
    pub words: String,
    /// What it looks like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Attachment>,
    /// Times that suit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Slot>,
    /// Whether the office may enter when nobody is home.
    #[serde(default)]
    pub may_enter: bool,
    /// How to reach the person, if not as the office knows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reach: String,
}

/// Where something is broken.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RepairPlace {
    /// In a home.
    Home {
        /// The unit.
        unit_id: UnitId,
    },
    /// In or on a building.
    Building {
        /// The building.
        building_id: BuildingId,
    },
    /// In a common area that has a name.
    Area {
        /// The area.
        area_id: CommonAreaId,
    },
}

impl RepairPlace {
    /// Whether it is somebody's home.
    pub const fn is_home(self) -> bool {
        matches!(self, Self::Home { .. })
    }
}

/// How urgent something is. The order is the order of a queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Danger, or damage that grows by the hour.
    Emergency,
    /// Daily life does not go on without it.
    Urgent,
    /// It can wait for its turn; also what a newer server may say.
    #[default]
    #[serde(other)]
    Normal,
}

impl Urgency {
    /// All of them, most urgent first.
    pub const ALL: [Self; 3] = [Self::Emergency, Self::Urgent, Self::Normal];

    /// The name as it stands in tables and in spreadsheets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Urgent => "urgent",
            Self::Normal => "normal",
        }
    }

    /// The urgency with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.as_str() == name)
    }
}

/// Where a repair stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RepairState {
    /// Nobody has taken it yet.
    Reported,
    /// The office named somebody, who has not taken it yet.
    Assigned,
    /// Somebody is on it.
    Accepted,
    /// The price waits for the resident's word.
    Quoted,
    /// Nothing happens until a day, for a reason.
    Paused,
    /// The office says it is done; the resident is asked.
    Done,
    /// It was not fixed after all.
    Reopened,
    /// Somebody affected does not accept how it was closed.
    Disputed,
    /// Fixed, and confirmed or not spoken against.
    Fixed,
    /// The office will not do it, for a reason.
    Refused,
    /// The office gave it up, for a reason: it is not fixed.
    Unfixed,
    /// Who reported it took it back.
    Withdrawn,
    /// A duplicate of another one.
    Merged,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

impl RepairState {
    /// All that this version knows, in the order of a board.
    pub const KNOWN: [Self; 13] = [
        Self::Reported,
        Self::Assigned,
        Self::Accepted,
        Self::Quoted,
        Self::Paused,
        Self::Done,
        Self::Reopened,
        Self::Disputed,
        Self::Fixed,
        Self::Refused,
        Self::Unfixed,
        Self::Withdrawn,
        Self::Merged,
    ];

    /// Whether something is still to be done, be it by the office or by the resident.
    pub const fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Fixed | Self::Refused | Self::Unfixed | Self::Withdrawn | Self::Merged | Self::Unknown
        )
    }

    /// The state as it stands in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Quoted => "quoted",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Reopened => "reopened",
            Self::Disputed => "disputed",
            Self::Fixed => "fixed",
            Self::Refused => "refused",
            Self::Unfixed => "unfixed",
            Self::Withdrawn => "withdrawn",
            Self::Merged => "merged",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|state| state.as_str() == name)
    }
}

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, later than that.
    pub until: Timestamp,
}

/// When the office promised to have it done: working hours of the category, counted by the server.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promise {
    /// The time.
    pub by: Timestamp,
    /// Whether it was kept, once the office has done or closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
}

/// When somebody comes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visit {
    /// From when until when.
    pub slot: Slot,
    /// Whether the office proposed it; else the resident did.
    pub by_office: bool,
    /// Whether the other side agreed.
    pub agreed: bool,
}

/// What it costs. It must be approved before the work goes on.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// The price.
    pub price: Money,
    /// What for.
    pub words: String,
    /// What the resident said to it.
    pub answer: QuoteAnswer,
}

/// What the resident said to a price.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuoteAnswer {
    /// Nothing yet.
    Open,
    /// Yes.
    Approved,
    /// No.
    Declined,
}

/// Why nothing happens just now.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pause {
    /// The server takes it up again by itself then.
    pub until: Timestamp,
    /// The reason.
    pub words: String,
    /// Where it stood before, and will stand again.
    pub before: RepairState,
}

/// A part that was used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    /// What it is.
    pub name: String,
    /// How many, at least one.
    pub count: u32,
}

/// What the reporter thinks of a repair, in stars from 1 to 5.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// Of the result.
    pub result: u8,
    /// Of how fast it went.
    pub speed: u8,
    /// Of the manner.
    pub manner: u8,
    /// And in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}
