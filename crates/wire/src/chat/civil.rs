//! Keeping it civil: reports, what moderators do about them, and appeals.
//!
//! Moderators are people of the community, named by its manager and known to everybody. What they do is told to the
//! person, with the rule and how to object, and stands in a log that moderators, readers (such as a committee) and the
//! manager can see. Who reported a message is known to nobody but the server.

use serde::{Deserialize, Serialize};

use super::{Message, RoomKind};
use crate::{
    Localized, Timestamp,
    id::{MessageId, ModerationId, PersonId, RoomId},
};

/// Longest reason, rule or appeal, in characters.
pub const MAX_REASON: usize = 500;
/// Most reports of one person within a day.
pub const MAX_REPORTS: usize = 10;
/// Messages before and behind a reported one that moderators see with it.
pub const CONTEXT: u64 = 4;
/// Longest time without writing, in days.
pub const MAX_MUTE_DAYS: u32 = 90;

/// What somebody finds wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    /// Insults or threatens somebody.
    Insult,
    /// Tells of others what is theirs to tell.
    Privacy,
    /// Advertises.
    Advertising,
    /// Is untrue and does harm.
    Untrue,
    /// Something else; the words say it.
    #[serde(other)]
    Other,
}

/// A message that was reported: an entity of the moderators' scope, under the message's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportedMessage {
    /// The message as it was when it was first reported.
    pub message: Message,
    /// The message as it was at later reports, where its words had changed; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Message>,
    /// The room, which moderators may not be in; none of a server of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<ReportedRoom>,
    /// Those who wrote it and what is around it, and both of a room of two, as neighbours know them; none of a server of
    /// before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(PersonId, String)>,
    /// Messages around it, by number.
    pub context: Vec<Message>,
    /// Raised by one with every change.
    pub version: u64,
    /// What was found wrong, oldest first. By whom is told to nobody.
    pub complaints: Vec<Complained>,
    /// What was done about it, the last time; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<ModerationId>,
}

impl ReportedMessage {
    /// The message as it was at the newest report that found other words: what a decision is about.
    pub fn newest(&self) -> &Message {
        self.later.last().unwrap_or(&self.message)
    }
}

/// The room of a reported message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportedRoom {
    /// What kind of room it is.
    pub kind: RoomKind,
    /// Its name; empty where the kind says it.
    #[serde(default)]
    pub name: Localized,
}

/// What somebody found wrong.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Complained {
    /// What.
    pub complaint: Complaint,
    /// In their words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// What a moderator does.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Measure {
    /// Finds nothing wrong.
    Nothing,
    /// Says what is wrong and leaves it.
    Warn,
    /// Takes the message away.
    Hide,
    /// Takes the message away and lets the person only read for some days.
    Mute {
        /// 1 to [`MAX_MUTE_DAYS`].
        days: u32,
    },
    /// Takes the message away and lets the person go from the room.
    Remove,
    /// Something of a newer server.
    #[serde(other)]
    Unknown,
}

/// What was done about a message: an entity of the moderators' scope and, but for [`Measure::Nothing`], of the person's
/// whom it concerns, there without who did it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moderation {
    /// The act.
    pub id: ModerationId,
    /// Raised by one with every change.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it; none for whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Moderator>,
    /// Whom it concerns.
    pub person_id: PersonId,
    /// Their name, as neighbours know it.
    pub person: String,
    /// The room.
    pub room_id: RoomId,
    /// The message.
    pub message_id: MessageId,
    /// What it said.
    pub words: String,
    /// What was done.
    pub measure: Measure,
    /// Why, in the moderator's words.
    pub why: String,
    /// By which rule.
    pub rule: String,
    /// What the person has to say to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<Appeal>,
}

/// What a person has to say to what was done to them.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appeal {
    /// Their words.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AppealAnswer>,
}

/// What came of an appeal.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealAnswer {
    /// Whether it was taken back.
    pub lifted: bool,
    /// Why.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// Who answered; none for whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Moderator>,
}

/// What a moderator decides about a message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewModeration {
    /// The act: sent twice under one id, it is done once.
    pub id: ModerationId,
    /// The message.
    pub message_id: MessageId,
    /// The last decision about its case that the moderator saw, where there was one: a later one of somebody else stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<ModerationId>,
    /// What to do.
    pub measure: Measure,
    /// Why, 1 to [`MAX_REASON`] characters unless nothing is done.
    pub why: String,
    /// By which rule, 1 to [`MAX_REASON`] characters unless nothing is done.
    pub rule: String,
}

/// Somebody who keeps it civil: an entity of the community's scope, under the person's id. Everybody may know them.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moderator {
    /// The person.
    pub id: PersonId,
    /// First name; the full name of people of the office.
    pub name: String,
    /// What they may do.
    pub duty: Duty,
}

/// What somebody may do who keeps it civil.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Decides about reports and appeals.
    Moderate,
    /// Reads the log: a committee.
    #[serde(other)]
    Read,
}

impl Duty {
    /// The duty as it stands in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moderate => "moderate",
            Self::Read => "read",
        }
    }

    /// The duty with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Moderate, Self::Read].into_iter().find(|duty| duty.as_str() == name)
    }
}

/// Somebody whom the person does not want to hear: an entity of the person's scope, under the other's id. The other
/// never learns of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Block {
    /// The other.
    pub person_id: PersonId,
    /// Their name when they were blocked.
    pub name: String,
    /// Since when.
    pub at: Timestamp,
}
