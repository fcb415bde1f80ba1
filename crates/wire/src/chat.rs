//! Neighbour chat: rooms, messages, and how they are kept civil.
//!
//! A room has a scope of its own in the log ([`crate::sync::Scope::Room`]); who is in the room follows the scope, and
//! who is no longer in it loses the scope and with it the room's history on the device. The rooms of the community and of
//! each building come with membership; all others have seats that are taken and given up.
//!
//! Messages of a room are numbered by the server, without gaps; that is their order for everybody, whatever the clocks of
//! the devices say. Editing, deleting and hiding change a message in its place: what is taken away leaves a tombstone
//! with the same number. A reaction is an entity of its own, so that a thousand of them do not write one message a
//! thousand times.
//!
//! Who writes is known to a room by a [`Neighbour`]: the first name and the building, and more only where the person
//! chose so. Nobody who never wrote stands in any list but the directory, into which people put themselves.
//!
//! The server can read all of it: without that nobody could act on what is reported. The face says so.

mod civil;
mod pages;
mod room;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    attachments::Attachment,
    id::{BillId, MessageId, PersonId, RoomId},
};

pub use civil::*;
pub use pages::*;
pub use room::*;

/// Longest message, in characters.
pub const MAX_MESSAGE: usize = 4000;
/// Most files on one message.
pub const MAX_FILES: usize = 10;
/// Most people named in one message.
pub const MAX_MENTIONS: usize = 20;
/// Longest question and longest choice of a poll, in characters.
pub const MAX_CHOICE: usize = 120;
/// Most choices of a poll; two are the least.
pub const MAX_CHOICES: usize = 10;
/// Most messages pinned in one room.
pub const MAX_PINS: usize = 10;
/// What can be put on a message.
pub const EMOJI: [&str; 6] = ["👍", "❤️", "😄", "😮", "😢", "🙏"];

/// A message as its room sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Its room.
    pub room_id: RoomId,
    /// Its place in the room: 1 for the first, by one more for each that follows.
    pub number: u64,
    /// Raised by one with every change.
    pub version: u64,
    /// Who wrote it.
    pub from: PersonId,
    /// When it reached the server, by the server's clock.
    pub at: Timestamp,
    /// What it is.
    pub content: MessageContent,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whom it names: they are told even where they are told of little.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// When its words were last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// What a message is.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MessageContent {
    /// Words and files.
    Said {
        /// The words; empty where files say it all.
        words: String,
        /// Photos, documents, a recorded voice.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
    },
    /// A question with choices.
    Poll {
        /// The poll.
        poll: Poll,
    },
    /// Its author took it back.
    Deleted,
    /// A moderator hid it.
    Hidden {
        /// By which rule, in the moderator's words.
        rule: String,
    },
    /// Something of a newer server.
    #[serde(other)]
    Unknown,
}

impl MessageContent {
    /// Its words, such as are searched and shown in a list.
    pub fn words(&self) -> &str {
        match self {
            Self::Said { words, .. } => words,
            Self::Poll { poll } => &poll.question,
            Self::Deleted | Self::Hidden { .. } | Self::Unknown => "",
        }
    }

    /// Its files.
    pub fn files(&self) -> &[Attachment] {
        match self {
            Self::Said { files, .. } => files,
            _ => &[],
        }
    }

    /// Whether nothing of it is left.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Deleted | Self::Hidden { .. })
    }
}

/// What a message to the office is about.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum About {
    /// A bill of the person's household.
    Bill {
        /// The bill.
        id: BillId,
        /// Its number, as it is printed.
        number: String,
    },
    /// Something of a newer app.
    #[serde(other)]
    Unknown,
}

/// A poll as it stands.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Poll {
    /// What is asked, 1 to [`MAX_CHOICE`] characters.
    pub question: String,
    /// What can be chosen, 2 to [`MAX_CHOICES`].
    pub choices: Vec<Choice>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// Until when; by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// How many people have chosen. What each chose is known to themselves and the server.
    #[serde(default)]
    pub voters: u32,
}

/// A choice of a poll.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// Its words, 1 to [`MAX_CHOICE`] characters.
    pub words: String,
    /// How many chose it; what comes up from a device is not counted.
    #[serde(default)]
    pub votes: u32,
}

/// A message on its way up.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// The message: sent twice under one id, it stands there once.
    pub id: MessageId,
    /// Its room.
    pub room_id: RoomId,
    /// What it is; [`MessageContent::Said`] or [`MessageContent::Poll`].
    pub content: MessageContent,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whom it names, at most [`MAX_MENTIONS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
}

/// What one person put on one message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// The message.
    pub message_id: MessageId,
    /// Who.
    pub person_id: PersonId,
    /// One of [`EMOJI`].
    pub emoji: String,
}

/// What the person chose in a poll: an entity of the person's scope, under the message's id.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollVote {
    /// The message with the poll.
    pub message_id: MessageId,
    /// Places among its choices, beginning at 0.
    pub choices: Vec<u8>,
}
