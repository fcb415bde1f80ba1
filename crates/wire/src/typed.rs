//! What somebody has typed into a field and not sent: it stands there again after a restart.
//!
//! A notice, a report and a checklist are drafts of their own ([`crate::notices`], [`crate::repairs`],
//! [`crate::rounds`]). This is for everything that is typed about something which exists already, or is not worth a
//! list: a message, a reason, a plan of the office. It stays on the device on which it was typed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    attachments::Attachment,
    id::{
        FeeId, HouseholdId, MessageId, ModerationId, PaymentId, RepairCategoryId, RepairId, RoomId,
        RoundPlanId,
    },
};

/// A field, or several that are sent together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum TypedPlace {
    /// The next message on a repair.
    RepairMessage {
        /// The repair.
        id: RepairId,
    },
    /// The next note of the office on a repair.
    RepairNote {
        /// The repair.
        id: RepairId,
    },
    /// The next act on a repair: a reason, what was done, photos, a time, a price.
    RepairAct {
        /// The repair.
        id: RepairId,
    },
    /// The rating of a repair.
    RepairRating {
        /// The repair.
        id: RepairId,
    },
    /// A kind of repair; its form is the [`crate::command::SaveRepairCategory`] that it would become.
    RepairCategory {
        /// The kind; none for a new one.
        id: Option<RepairCategoryId>,
    },
    /// A fee; its form is the [`crate::command::SaveFee`] that it would become.
    Fee {
        /// The fee; none for a new one.
        id: Option<FeeId>,
    },
    /// Why a payment is to be given back.
    PaymentRefund {
        /// The payment.
        id: PaymentId,
    },
    /// Why something of what is kept for a household is to be given back.
    KeptRefund {
        /// The household.
        id: HouseholdId,
    },
    /// A payment that was asked for and is not answered yet.
    Pay {
        /// The household.
        id: HouseholdId,
    },
    /// Money at the counter whose booking is not answered yet.
    Counter {
        /// The household.
        id: HouseholdId,
    },
    /// What was spent.
    Spending {},
    /// What was done about a payment by card that does not fit.
    CardTrouble {
        /// The payment.
        id: PaymentId,
    },
    /// The next message in a room; its form is the [`crate::chat::SayInRoom`] that it would become.
    Message {
        /// The room.
        id: RoomId,
    },
    /// A poll for a room; its form is the [`crate::chat::AskInRoom`] that it would become, with choices that may be empty.
    Poll {
        /// The room.
        id: RoomId,
    },
    /// What a message shall say instead.
    MessageEdit {
        /// The message.
        id: MessageId,
    },
    /// What is wrong with a message.
    Complaint {
        /// The message.
        id: MessageId,
    },
    /// An appeal.
    Appeal {
        /// What was done.
        id: ModerationId,
    },
    /// What a moderator has to say to an appeal.
    AppealAnswer {
        /// What was done.
        id: ModerationId,
    },
    /// What to do about a reported message; its form is the [`crate::chat::DecideCase`] that it would become.
    Decision {
        /// The message.
        id: MessageId,
    },
    /// What a room says of itself; its form is the [`crate::chat::SaveRoom`] that it would become.
    Room {
        /// The room; none for a new one.
        id: Option<RoomId>,
    },
    /// A plan of rounds; its form is the [`crate::command::SaveRoundPlan`] that it would become.
    RoundPlan {
        /// The plan; none for a new one.
        id: Option<RoundPlanId>,
    },
}

impl TypedPlace {
    /// The kind of place as it stands in tables.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::RepairMessage { .. } => "repair_message",
            Self::RepairNote { .. } => "repair_note",
            Self::RepairAct { .. } => "repair_act",
            Self::RepairRating { .. } => "repair_rating",
            Self::RepairCategory { .. } => "repair_category",
            Self::Fee { .. } => "fee",
            Self::PaymentRefund { .. } => "payment_refund",
            Self::KeptRefund { .. } => "kept_refund",
            Self::Pay { .. } => "pay",
            Self::Counter { .. } => "counter",
            Self::Spending {} => "spending",
            Self::CardTrouble { .. } => "card_trouble",
            Self::Message { .. } => "message",
            Self::Poll { .. } => "poll",
            Self::MessageEdit { .. } => "message_edit",
            Self::Complaint { .. } => "complaint",
            Self::Appeal { .. } => "appeal",
            Self::AppealAnswer { .. } => "appeal_answer",
            Self::Decision { .. } => "decision",
            Self::Room { .. } => "room",
            Self::RoundPlan { .. } => "round_plan",
        }
    }

    /// What it is about; nil for something new.
    pub fn about(self) -> Uuid {
        match self {
            Self::RepairMessage { id }
            | Self::RepairNote { id }
            | Self::RepairAct { id }
            | Self::RepairRating { id } => id.0,
            Self::RepairCategory { id } => id.map_or_else(Uuid::nil, |id| id.0),
            Self::PaymentRefund { id } | Self::CardTrouble { id } => id.0,
            Self::KeptRefund { id } | Self::Pay { id } | Self::Counter { id } => id.0,
            Self::Spending {} => Uuid::nil(),
            Self::Message { id } | Self::Poll { id } => id.0,
            Self::MessageEdit { id } | Self::Complaint { id } | Self::Decision { id } => id.0,
            Self::Appeal { id } | Self::AppealAnswer { id } => id.0,
            Self::Room { id } => id.map_or_else(Uuid::nil, |id| id.0),
            Self::Fee { id } => id.map_or_else(Uuid::nil, |id| id.0),
            Self::RoundPlan { id } => id.map_or_else(Uuid::nil, |id| id.0),
        }
    }
}

/// What was typed.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Typed {
    /// Its words, as a person would copy them.
    pub words: String,
    /// Files that belong to it.
    pub photos: Vec<Attachment>,
    /// Everything else that was entered, as JSON; empty where there is nothing else. Where the place does not say
    /// its shape, only the face reads it.
    pub form: String,
}

impl Typed {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.words.trim().is_empty() && self.photos.is_empty() && self.form.is_empty()
    }
}
