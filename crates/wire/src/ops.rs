//! Writes: `POST /v1/ops` takes a batch of operations and answers each one.
//!
//! An operation is applied once, however often it is sent: the server records its id, the hash of
//! its content and its outcome in the transaction of its effect. The same id with the same content
//! gives the recorded outcome; with another content, `operation_reused`. Within a batch, operations
//! of one lane are applied in order; when one is refused, the later ones of its lane are skipped and
//! the other lanes go on.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp, WireError,
    attachments::Attachment,
    chat::{Complaint, Duty, NewMessage, NewModeration, RoomContent, Tell},
    community::ProfileChange,
    id::{
        DeviceId, FeeId, MessageId, ModerationId, NoticeId, OpId, PersonId, RepairCategoryId, RepairEventId,
        RepairId, RepairNoteId, RoomId, RoundId, RoundPlanId, RoundPointId, TemplateId,
    },
    notices::{NoticeContent, Publish, ReadMark},
    payments::{FeeContent, NewReading},
    repairs::{Rating, RepairAct, RepairCategoryContent, RepairReport, Urgency},
    rounds::{CheckAnswer, RoundPlanContent},
    settings::Preferences,
    sync::Scope,
};

/// Most operations in one batch.
pub const MAX_BATCH: usize = 200;
/// Largest body of `POST /v1/ops`, in bytes.
pub const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// A batch, in the order in which the operations were queued.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpsRequest {
    /// At most [`MAX_BATCH`].
    pub ops: Vec<Op>,
}

/// One write.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Op {
    /// Made and stored before sending.
    pub id: OpId,
    /// Operations of one lane keep their order, such as `notice:<id>`; at most 80 characters.
    pub lane: String,
    /// When the person did it, by the device's clock: a claim for display, never an order.
    pub at: Timestamp,
    /// What to do.
    pub action: Action,
}

/// What a queued write does.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Save a notice; office only.
    SaveNotice {
        /// The notice.
        notice_id: NoticeId,
        /// The version it was made from; 0 creates it. Another version there is a `conflict`.
        base_version: u64,
        /// What it says.
        content: NoticeContent,
        /// And then.
        publish: Publish,
    },
    /// Take a published or scheduled notice back, or delete a draft; office only.
    WithdrawNotice {
        /// The notice.
        notice_id: NoticeId,
    },
    /// Mark notices as read; the earliest reading stays.
    ReadNotices {
        /// At most 500.
        marks: Vec<ReadMark>,
    },
    /// Save a template; office only.
    SaveTemplate {
        /// The template.
        template_id: TemplateId,
        /// Its name.
        name: String,
        /// Its content.
        content: NoticeContent,
    },
    /// Delete a template; office only.
    DeleteTemplate {
        /// The template.
        template_id: TemplateId,
    },
    /// Change what the person may change about themselves.
    ChangeProfile {
        /// The fields that change.
        change: ProfileChange,
    },
    /// Choose a photo of oneself, or take it away; the last one stays.
    SavePhoto {
        /// A square picture of at most [`crate::community::PHOTO_EDGE`]; none takes it away.
        photo: Option<Attachment>,
    },
    /// Replace the preferences.
    SavePreferences {
        /// The preferences.
        preferences: Preferences,
    },
    /// Rename one of the person's devices.
    RenameDevice {
        /// The device.
        device_id: DeviceId,
        /// 1 to 60 characters.
        name: String,
    },
    /// Report a repair. The same report under the same id is one report, whichever device sends it.
    ReportRepair {
        /// The repair.
        repair_id: RepairId,
        /// What is reported.
        report: RepairReport,
    },
    /// Do something to a repair. Another turn there is a `conflict`, unless the act only adds to it.
    ActOnRepair {
        /// The repair.
        repair_id: RepairId,
        /// The turn it was made from.
        turn: u64,
        /// What to do.
        act: RepairAct,
    },
    /// Wait for a repair of a building or common area, too.
    JoinRepair {
        /// The repair.
        repair_id: RepairId,
    },
    /// Write to everybody on a repair.
    MessageOnRepair {
        /// The repair.
        repair_id: RepairId,
        /// The message: sent twice under one id, it stands there once.
        event_id: RepairEventId,
        /// What.
        words: String,
        /// Photos.
        #[serde(default)]
        photos: Vec<Attachment>,
    },
    /// Rate a repair that is fixed; the last rating stays.
    RateRepair {
        /// The repair.
        repair_id: RepairId,
        /// The rating.
        rating: Rating,
    },
    /// Write a note for the office itself; office only.
    NoteOnRepair {
        /// The repair.
        repair_id: RepairId,
        /// The note: sent twice under one id, it stands there once.
        note_id: RepairNoteId,
        /// What.
        words: String,
    },
    /// Save a kind of repair; office only.
    SaveRepairCategory {
        /// The category.
        category_id: RepairCategoryId,
        /// The version it was made from; 0 creates it. Another version there is a `conflict`.
        base_version: u64,
        /// What it says.
        content: RepairCategoryContent,
    },
    /// Save a plan of rounds; office only.
    SaveRoundPlan {
        /// The plan.
        plan_id: RoundPlanId,
        /// The version it was made from; 0 creates it. Another version there is a `conflict`.
        base_version: u64,
        /// What it says.
        content: RoundPlanContent,
    },
    /// Say what was found at a point of a round; office only. Where somebody else was faster it is a
    /// `conflict`, and nothing comes of it.
    InspectPoint {
        /// The round.
        round_id: RoundId,
        /// The point.
        point_id: RoundPointId,
        /// When, by the device's clock.
        at: Timestamp,
        /// Whether the label was scanned or its code typed.
        scanned: bool,
        /// One for each check of the point.
        answers: Vec<CheckAnswer>,
        /// What it looks like, where something failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Attachment>,
        /// How urgent the repair is.
        #[serde(default)]
        urgency: Urgency,
        /// The repair to make of what failed; none where nothing did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repair_id: Option<RepairId>,
    },
    /// Save a fee; office only.
    SaveFee {
        /// The fee.
        fee_id: FeeId,
        /// The version it was made from; 0 creates it. Another version there is a `conflict`.
        base_version: u64,
        /// What it says.
        content: FeeContent,
    },
    /// Say what meters showed; office only.
    SaveReadings {
        /// Of which fee.
        fee_id: FeeId,
        /// At most 500.
        readings: Vec<NewReading>,
    },
    /// Send a message.
    SendMessage {
        /// The message.
        message: NewMessage,
    },
    /// Begin a room with one neighbour, or with the office; a second time nothing happens.
    OpenRoom {
        /// The room: its id follows from the persons in it.
        room_id: RoomId,
        /// The neighbour; none for the office.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person_id: Option<PersonId>,
    },
    /// Change the words of one's own message.
    EditMessage {
        /// The message.
        message_id: MessageId,
        /// What it says now.
        words: String,
    },
    /// Take one's own message back.
    DeleteMessage {
        /// The message.
        message_id: MessageId,
    },
    /// Put something on a message, or take it off.
    ReactToMessage {
        /// The message.
        message_id: MessageId,
        /// One of [`crate::chat::EMOJI`]; none takes it off.
        emoji: Option<String>,
    },
    /// Choose in a poll; the last choice stays.
    VoteInPoll {
        /// The message with the poll.
        message_id: MessageId,
        /// Places among its choices; none takes the choice back.
        choices: Vec<u8>,
    },
    /// Pin a message, or take it down.
    PinMessage {
        /// The message.
        message_id: MessageId,
        /// Whether it stays above.
        pinned: bool,
    },
    /// Say how far a room was seen; the furthest stays.
    ReadRoom {
        /// The room.
        room_id: RoomId,
        /// Number of the last message that was seen.
        number: u64,
    },
    /// Choose of what to be told.
    TellOfRoom {
        /// The room.
        room_id: RoomId,
        /// Of what.
        tell: Tell,
    },
    /// Make an interest room, or change what a room says of itself.
    SaveRoom {
        /// The room.
        room_id: RoomId,
        /// What it says of itself.
        content: RoomContent,
    },
    /// Come into an open room, or follow an invitation.
    EnterRoom {
        /// The room.
        room_id: RoomId,
    },
    /// Leave a room, or turn an invitation down.
    LeaveRoom {
        /// The room.
        room_id: RoomId,
    },
    /// Invite somebody into a room of one's own.
    InviteToRoom {
        /// The room.
        room_id: RoomId,
        /// Whom.
        person_id: PersonId,
    },
    /// Let somebody go from a room of one's own.
    RemoveFromRoom {
        /// The room.
        room_id: RoomId,
        /// Whom.
        person_id: PersonId,
    },
    /// Agree to the rules of a room.
    AgreeToRules {
        /// The room.
        room_id: RoomId,
        /// The edition that was read.
        edition: u32,
    },
    /// Not to hear somebody any more, or again.
    BlockPerson {
        /// They.
        person_id: PersonId,
        /// Whether they are not heard.
        blocked: bool,
    },
    /// Report a message to the moderators; the first report of a person on a message counts.
    ReportMessage {
        /// The message.
        message_id: MessageId,
        /// What is wrong.
        complaint: Complaint,
        /// In the person's words.
        words: String,
    },
    /// Do something about a message; moderators only.
    Moderate {
        /// What.
        moderation: NewModeration,
    },
    /// Object to what a moderator did; once.
    Appeal {
        /// What was done.
        moderation_id: ModerationId,
        /// The person's words.
        words: String,
    },
    /// Answer an appeal; moderators only, and not who did it if there is another.
    AnswerAppeal {
        /// What was done.
        moderation_id: ModerationId,
        /// Whether it is taken back.
        lift: bool,
        /// Why.
        words: String,
    },
    /// Name a moderator or a reader of their log, or end it; the manager only.
    NameModerator {
        /// The person.
        person_id: PersonId,
        /// What they may do; none ends it.
        duty: Option<Duty>,
    },
}

impl Action {
    /// The kind as it stands in the policy table.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SaveNotice { .. } => "save_notice",
            Self::WithdrawNotice { .. } => "withdraw_notice",
            Self::ReadNotices { .. } => "read_notices",
            Self::SaveTemplate { .. } => "save_template",
            Self::DeleteTemplate { .. } => "delete_template",
            Self::ChangeProfile { .. } => "change_profile",
            Self::SavePhoto { .. } => "save_photo",
            Self::SavePreferences { .. } => "save_preferences",
            Self::RenameDevice { .. } => "rename_device",
            Self::ReportRepair { .. } => "report_repair",
            Self::ActOnRepair { .. } => "act_on_repair",
            Self::JoinRepair { .. } => "join_repair",
            Self::MessageOnRepair { .. } => "message_on_repair",
            Self::RateRepair { .. } => "rate_repair",
            Self::NoteOnRepair { .. } => "note_on_repair",
            Self::SaveRepairCategory { .. } => "save_repair_category",
            Self::SaveRoundPlan { .. } => "save_round_plan",
            Self::InspectPoint { .. } => "inspect_point",
            Self::SaveFee { .. } => "save_fee",
            Self::SaveReadings { .. } => "save_readings",
            Self::SendMessage { .. } => "send_message",
            Self::OpenRoom { .. } => "open_room",
            Self::EditMessage { .. } => "edit_message",
            Self::DeleteMessage { .. } => "delete_message",
            Self::ReactToMessage { .. } => "react_to_message",
            Self::VoteInPoll { .. } => "vote_in_poll",
            Self::PinMessage { .. } => "pin_message",
            Self::ReadRoom { .. } => "read_room",
            Self::TellOfRoom { .. } => "tell_of_room",
            Self::SaveRoom { .. } => "save_room",
            Self::EnterRoom { .. } => "enter_room",
            Self::LeaveRoom { .. } => "leave_room",
            Self::InviteToRoom { .. } => "invite_to_room",
            Self::RemoveFromRoom { .. } => "remove_from_room",
            Self::AgreeToRules { .. } => "agree_to_rules",
            Self::BlockPerson { .. } => "block_person",
            Self::ReportMessage { .. } => "report_message",
            Self::Moderate { .. } => "moderate",
            Self::Appeal { .. } => "appeal",
            Self::AnswerAppeal { .. } => "answer_appeal",
            Self::NameModerator { .. } => "name_moderator",
        }
    }
}

/// The answers, in the order of the batch.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpsReply {
    /// One for each operation.
    pub outcomes: Vec<Outcome>,
}

/// What became of one operation.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// Applied, now or earlier.
    Done {
        /// Where its effects stand in the log; the device is level with them once its own position
        /// in each scope it holds has reached them.
        effects: Vec<Effect>,
    },
    /// Not applied, and not recorded: the same id may be sent again after mending.
    Refused {
        /// Why.
        error: WireError,
    },
    /// Not tried, because an earlier operation of its lane was refused.
    Skipped,
}

/// A place in the log.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Effect {
    /// The scope.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub scope: Scope,
    /// The number of the change.
    pub seq: u64,
}
