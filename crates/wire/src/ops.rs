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
    community::ProfileChange,
    id::{
        DeviceId, FeeId, NoticeId, OpId, RepairCategoryId, RepairEventId, RepairId, RepairNoteId, RoundId,
        RoundPlanId, RoundPointId, TemplateId,
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
