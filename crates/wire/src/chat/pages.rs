//! What the face asks of the core.

use serde::{Deserialize, Serialize};

use super::{
    About, Complaint, Duty, Measure, Moderation, Moderator, Neighbour, Poll, ReportedMessage, RoomContent,
    RoomInvitation, RoomKind, Tell,
};
use crate::{
    Localized, Timestamp,
    attachments::Attachment,
    id::{AttachmentId, MessageId, ModerationId, PersonId, RoomId},
    markdown::Block,
    notices::Piece,
    outbox::Pending,
};

/// The person's rooms.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomsView {
    /// The rooms that they are in, the one with the newest message first.
    pub rooms: Vec<RoomRow>,
    /// Invitations that wait for an answer.
    pub invitations: Vec<InvitationRow>,
    /// Rooms that they may come into.
    pub open: Vec<OpenRoom>,
    /// Unread messages in all rooms that they are told of.
    pub unread: u32,
    /// Whether they keep it civil, and how many reports and appeals wait.
    pub duty: Option<Duty>,
    /// Reports and appeals that wait; 0 for those who do not decide.
    pub cases: u32,
    /// What moderators did about the person's own messages, newest first.
    pub measures: Vec<Moderation>,
    /// How many of these the person has not seen on this device, or not what was answered to their objection.
    #[serde(default)]
    pub unseen: u32,
    /// When the cache last was level with the server; none before the first time.
    pub updated_at: Option<Timestamp>,
}

/// A room in a list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomRow {
    /// The room.
    pub id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// Its name in the language of the face: of the building, of the other person, of the interest; empty for the
    /// community's and, for a resident, the office's.
    pub name: String,
    /// Code of the other person's building, or of the building.
    pub building: Option<String>,
    /// The photo of the other person, where they show it.
    #[serde(default)]
    pub photo: Option<AttachmentId>,
    /// The newest message.
    pub last: Option<LastMessage>,
    /// Messages of others that the person has not seen.
    pub unread: u32,
    /// Whether one of them names or answers the person.
    pub named: bool,
    /// Of what they are told.
    pub tell: Tell,
    /// Whether something typed stands there that was not sent.
    pub draft: bool,
    /// Whether only the office writes.
    pub announce: bool,
    /// Whether nobody writes any more.
    pub closed: bool,
}

/// The newest message of a room.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMessage {
    /// First name of who wrote it; none for the person's own.
    pub from: Option<String>,
    /// The beginning of its words.
    pub words: String,
    /// What it is where there are no words.
    pub what: What,
    /// When.
    pub at: Timestamp,
    /// The write that waits or failed.
    pub pending: Option<Pending>,
}

/// What a message is, for a line about it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Words.
    Words,
    /// A photo.
    Photo,
    /// A recorded voice.
    Voice,
    /// Another file.
    File,
    /// A poll.
    Poll,
    /// Taken back by its author.
    Deleted,
    /// Hidden by a moderator.
    Hidden,
    /// Of somebody whom the person does not want to hear.
    Blocked,
    /// Of a newer version.
    Unknown,
}

/// An invitation that waits for an answer.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationRow {
    /// The room.
    pub id: RoomId,
    /// What is known of it.
    pub invitation: RoomInvitation,
    /// Its name in the language of the face.
    pub name: String,
    /// What it is for, in the language of the face.
    pub about: String,
}

/// A room that the person may come into.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenRoom {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Whether the person asked to come in and the network has not let it through.
    pub pending: Option<Pending>,
}

/// A room opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomView {
    /// As in the list.
    pub row: RoomRow,
    /// What it is for.
    pub about: String,
    /// Its rules.
    pub rules: String,
    /// What it says of itself in all languages, for those who may change it.
    pub content: Option<RoomContent>,
    /// The edition of the rules that the person has to agree to before writing; none where they have, or need not.
    pub agree: Option<u32>,
    /// Whether the person may write.
    pub may_write: MayWrite,
    /// Whether they may put signs on messages and choose in polls.
    pub may_react: bool,
    /// Whether they may pin messages.
    pub may_pin: bool,
    /// Whether they may change the room, invite, and let people go.
    pub may_change: bool,
    /// Whether they may leave.
    pub may_leave: bool,
    /// Whether they moderate.
    pub moderates: bool,
    /// The number of the newest message; 0 where there is none.
    pub last: u64,
    /// The number of the last message that the person has seen.
    pub read: u64,
    /// The number of the first message that is unread; none where there is none.
    pub first_unread: Option<u64>,
    /// Pinned messages, the newest first.
    pub pinned: Vec<MessageRow>,
    /// Own messages that have no number yet, and those that got stuck, in the order of writing.
    pub waiting: Vec<MessageRow>,
    /// The message that what is being written answers, as it was last kept.
    #[serde(default)]
    pub answered: Option<ReplyLine>,
    /// First names of those who are typing just now.
    pub typing: Vec<String>,
    /// People who can be named here: who has written.
    pub people: Vec<Neighbour>,
    /// The other person of a room of two.
    pub other: Option<Neighbour>,
    /// Whether the person does not want to hear them.
    pub blocked: bool,
}

/// Whether a person may write in a room.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MayWrite {
    /// They may.
    Yes,
    /// Only the office writes here.
    Announce,
    /// Nobody writes here any more.
    Closed,
    /// Not before then: a moderator decided so.
    Muted {
        /// When they may again.
        until: Timestamp,
    },
    /// The other person has left.
    Gone,
}

/// Which messages of a room: those with the numbers `first` and following.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagesQuery {
    /// The room.
    pub room_id: RoomId,
    /// The first number.
    pub first: u64,
    /// How many, at most 200.
    pub count: u32,
}

/// Messages of a room.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagesPage {
    /// Them, by number.
    pub rows: Vec<MessageRow>,
    /// The number of the newest message of the room.
    pub last: u64,
}

/// A message as it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageRow {
    /// The message.
    pub id: MessageId,
    /// Its place in the room; 0 while it has none.
    pub number: u64,
    /// Who wrote it.
    pub from: PersonId,
    /// Their first name; empty where it is not known here.
    pub name: String,
    /// Code of their building.
    pub building: Option<String>,
    /// Their photo, where they show it; none on the person's own messages.
    #[serde(default)]
    pub photo: Option<AttachmentId>,
    /// Whether they work for the community.
    pub office: bool,
    /// Whether it is the person's own.
    pub own: bool,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub what: What,
    /// Its words as they were typed: for editing and copying.
    pub words: String,
    /// Its words as they are shown.
    pub blocks: Vec<Block>,
    /// Files.
    pub files: Vec<Attachment>,
    /// What it is about.
    pub about: Option<About>,
    /// The poll, and what the person chose.
    pub poll: Option<PollRow>,
    /// By which rule it was hidden.
    pub rule: String,
    /// The message that it answers.
    pub reply: Option<ReplyLine>,
    /// Whether it names the person.
    pub named: bool,
    /// Whether its words were changed later.
    pub edited: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// What was put on it, in the order of [`super::EMOJI`].
    pub reactions: Vec<ReactionCount>,
    /// The newest write about it that waits or failed.
    pub pending: Option<Pending>,
}

/// A poll as it is shown.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PollRow {
    /// The poll.
    pub poll: Poll,
    /// What the person chose, what waits included.
    pub chosen: Vec<u8>,
    /// Whether it is over.
    pub closed: bool,
}

/// The message that another one answers.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyLine {
    /// It.
    pub id: MessageId,
    /// Its place in the room; 0 where it is not here.
    pub number: u64,
    /// Whether it is the person's own.
    #[serde(default)]
    pub own: bool,
    /// First name of who wrote it; empty where it is not known here.
    pub name: String,
    /// The beginning of its words.
    pub words: String,
    /// What it is where there are no words.
    pub what: What,
}

/// How often something was put on a message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReactionCount {
    /// What.
    pub emoji: String,
    /// How often.
    pub count: u32,
    /// Whether the person did, too.
    pub own: bool,
    /// First names of those who did and are known here, at most ten.
    pub names: Vec<String>,
}

/// What to search messages for.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct MessageSearch {
    /// The words.
    pub words: String,
    /// Only in this room.
    pub room_id: Option<RoomId>,
    /// Hits to skip.
    pub offset: u32,
    /// Hits to give, at most 200; 0 means 30.
    pub limit: u32,
}

/// What was found, the newest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageHits {
    /// The hits.
    pub hits: Vec<MessageHit>,
    /// How many there are in all.
    pub total: u32,
}

/// A message that was found.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageHit {
    /// Its room.
    pub room_id: RoomId,
    /// What kind of room it is.
    pub kind: RoomKind,
    /// The room's name, as in the list.
    pub room: String,
    /// Its place there.
    pub number: u64,
    /// Whether it is the person's own.
    #[serde(default)]
    pub own: bool,
    /// First name of who wrote it; empty where it is not known here.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// The words around the first hit.
    pub words: Vec<Piece>,
}

/// Neighbours of the directory.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeighboursView {
    /// They, by building and name.
    pub people: Vec<Neighbour>,
    /// People whom the person does not want to hear.
    pub blocked: Vec<Blocked>,
    /// Whether the person stands in the directory.
    pub listed: bool,
}

/// Somebody whom the person does not want to hear.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blocked {
    /// They.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// What those see who keep it civil.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CivilView {
    /// Reports that wait, the oldest first.
    pub open: Vec<CaseRow>,
    /// Objections that wait, the newest first.
    #[serde(default)]
    pub appeals: Vec<AppealRow>,
    /// What was done, the newest first: the last two hundred.
    pub log: Vec<Moderation>,
    /// Who keeps it civil.
    pub moderators: Vec<Moderator>,
    /// Whether the person decides, or only reads.
    pub decides: bool,
    /// Whether the person names moderators.
    pub names: bool,
}

/// A report that waits.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseRow {
    /// The report.
    pub report: ReportedMessage,
    /// What kind of room it is; unknown where neither the report nor this device says so.
    #[serde(default = "unknown")]
    pub kind: RoomKind,
    /// Name of the room as in [`RoomRow::name`]; empty for one of two that the person is not in.
    pub room: String,
    /// Code of the building, for the room of one.
    #[serde(default)]
    pub building: Option<String>,
    /// Names of those who wrote it and what is around it, as neighbours know them.
    pub names: Vec<(PersonId, String)>,
    /// The decision that waits.
    pub pending: Option<Pending>,
}

const fn unknown() -> RoomKind {
    RoomKind::Unknown
}

/// An objection that waits.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealRow {
    /// What was done, with what the person has to say to it.
    pub act: Moderation,
    /// Whether the person of this device may answer: not about themselves, nor what they decided while there is
    /// somebody else.
    pub may_answer: bool,
    /// The answer that waits.
    pub pending: Option<Pending>,
}

/// Note what was seen of what moderators did about the person's own messages.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeeMeasures {
    /// Which.
    pub ids: Vec<ModerationId>,
}

/// Send something.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SayInRoom {
    /// Where.
    pub room_id: RoomId,
    /// The words.
    pub words: String,
    /// Files that were taken in.
    #[serde(default)]
    pub files: Vec<Attachment>,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// Whom it names.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
    /// What it is about.
    #[serde(default)]
    pub about: Option<About>,
}

/// Ask something with choices.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskInRoom {
    /// Where.
    pub room_id: RoomId,
    /// What.
    pub poll: Poll,
}

/// Change one's own words.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditMessage {
    /// The message.
    pub id: MessageId,
    /// What it says now.
    pub words: String,
}

/// Put something on a message, or take it off.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReactToMessage {
    /// The message.
    pub id: MessageId,
    /// One of [`super::EMOJI`]; none takes it off.
    pub emoji: Option<String>,
}

/// Choose in a poll.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoteInPoll {
    /// The message with the poll.
    pub id: MessageId,
    /// Places among its choices; none takes the choice back.
    pub choices: Vec<u8>,
}

/// Pin a message, or take it down.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinMessage {
    /// The message.
    pub id: MessageId,
    /// Whether it stays above.
    pub pinned: bool,
}

/// How far a room was seen.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenRoom {
    /// The room.
    pub room_id: RoomId,
    /// Number of the last message that was seen.
    pub number: u64,
}

/// Of what to be told in a room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TellOfRoom {
    /// The room.
    pub room_id: RoomId,
    /// Of what.
    pub tell: Tell,
}

/// Make or change an interest room.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveRoom {
    /// The room; none makes a new one.
    pub room_id: Option<RoomId>,
    /// What it says of itself.
    pub content: RoomContent,
}

/// Somebody and a room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonInRoom {
    /// The room.
    pub room_id: RoomId,
    /// The person.
    pub person_id: PersonId,
}

/// Agree to the rules of a room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreeToRules {
    /// The room.
    pub room_id: RoomId,
    /// The edition that was read.
    pub edition: u32,
}

/// Not to hear somebody any more, or again.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockPerson {
    /// They.
    pub person_id: PersonId,
    /// Whether they are not heard.
    pub blocked: bool,
}

/// Report a message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportMessage {
    /// The message.
    pub id: MessageId,
    /// What is wrong.
    pub complaint: Complaint,
    /// In the person's words.
    pub words: String,
}

/// Decide about a reported message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideCase {
    /// The message.
    pub id: MessageId,
    /// What to do.
    pub measure: Measure,
    /// Why.
    pub why: String,
    /// By which rule.
    pub rule: String,
}

/// Object to what a moderator did.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealTo {
    /// What was done.
    pub id: ModerationId,
    /// The person's words.
    pub words: String,
}

/// Answer an appeal.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerAppeal {
    /// What was done.
    pub id: ModerationId,
    /// Whether it is taken back.
    pub lift: bool,
    /// Why.
    pub words: String,
}

/// Name a moderator or a reader, or end it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NameModerator {
    /// The person.
    pub person_id: PersonId,
    /// What they may do; none ends it.
    pub duty: Option<Duty>,
}

/// The name of a room of the community's languages, made of one text.
pub fn in_one_language(language: &crate::Language, text: &str) -> Localized {
    if text.trim().is_empty() { Localized::default() } else { Localized::one(language.clone(), text.trim()) }
}
