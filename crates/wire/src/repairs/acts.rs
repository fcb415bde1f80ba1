//! What somebody does to a repair.

use serde::{Deserialize, Serialize};

use super::{Part, Slot, Urgency};
use crate::{
    Timestamp,
    attachments::Attachment,
    id::{PersonId, RepairId},
    money::Money,
};

/// What somebody does to a repair, with what belongs to it. `words` are the reason where one is asked for.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum RepairAct {
    /// Name somebody of the office for it.
    Assign {
        /// Who.
        worker: PersonId,
    },
    /// Hand it to somebody else of the office.
    Transfer {
        /// To whom.
        worker: PersonId,
        /// Why; may be empty.
        #[serde(default)]
        words: String,
    },
    /// Take it on.
    Accept,
    /// Nothing will happen until a day.
    Pause {
        /// The day; the server takes it up again then.
        until: Timestamp,
        /// The reason.
        words: String,
    },
    /// Take it up again.
    Resume,
    /// Propose when to come, or another time than the one proposed.
    ProposeVisit {
        /// The time.
        slot: Slot,
        /// May be empty.
        #[serde(default)]
        words: String,
    },
    /// Agree to the time that the other side proposed.
    AgreeVisit,
    /// Say what it costs, before the work.
    Quote {
        /// The price.
        price: Money,
        /// What for.
        words: String,
    },
    /// Take the price back.
    TakeQuoteBack,
    /// Agree to the price.
    ApproveQuote,
    /// Do not agree to the price.
    DeclineQuote {
        /// May be empty.
        #[serde(default)]
        words: String,
    },
    /// Note parts that were used.
    UseParts {
        /// At least one.
        parts: Vec<Part>,
    },
    /// Say that it is done, and ask.
    Finish {
        /// What was done.
        words: String,
        /// How it looks now.
        #[serde(default)]
        photos: Vec<Attachment>,
        /// Parts used.
        #[serde(default)]
        parts: Vec<Part>,
    },
    /// It is fixed.
    Confirm,
    /// It is not fixed.
    Reopen {
        /// The reason.
        words: String,
        /// How it looks.
        #[serde(default)]
        photos: Vec<Attachment>,
    },
    /// The office will not do it.
    Refuse {
        /// The reason.
        words: String,
    },
    /// The office gives it up.
    CloseUnfixed {
        /// The reason.
        words: String,
    },
    /// Do not accept how it was closed.
    Dispute {
        /// The reason.
        words: String,
        /// How it looks.
        #[serde(default)]
        photos: Vec<Attachment>,
    },
    /// Take the report back.
    Withdraw {
        /// May be empty.
        #[serde(default)]
        words: String,
    },
    /// It is a duplicate.
    Merge {
        /// Of this one.
        into: RepairId,
    },
    /// Move it to the right category and urgency.
    Move {
        /// Key of the category.
        category: String,
        /// How urgent it is.
        urgency: Urgency,
    },
}

impl RepairAct {
    /// Which kind of act it is.
    pub const fn kind(&self) -> ActKind {
        match self {
            Self::Assign { .. } => ActKind::Assign,
            Self::Transfer { .. } => ActKind::Transfer,
            Self::Accept => ActKind::Accept,
            Self::Pause { .. } => ActKind::Pause,
            Self::Resume => ActKind::Resume,
            Self::ProposeVisit { .. } => ActKind::ProposeVisit,
            Self::AgreeVisit => ActKind::AgreeVisit,
            Self::Quote { .. } => ActKind::Quote,
            Self::TakeQuoteBack => ActKind::TakeQuoteBack,
            Self::ApproveQuote => ActKind::ApproveQuote,
            Self::DeclineQuote { .. } => ActKind::DeclineQuote,
            Self::UseParts { .. } => ActKind::UseParts,
            Self::Finish { .. } => ActKind::Finish,
            Self::Confirm => ActKind::Confirm,
            Self::Reopen { .. } => ActKind::Reopen,
            Self::Refuse { .. } => ActKind::Refuse,
            Self::CloseUnfixed { .. } => ActKind::CloseUnfixed,
            Self::Dispute { .. } => ActKind::Dispute,
            Self::Withdraw { .. } => ActKind::Withdraw,
            Self::Merge { .. } => ActKind::Merge,
            Self::Move { .. } => ActKind::Move,
        }
    }

    /// Whether it is about what something costs: that is not shown as done before the server says so.
    pub const fn is_about_money(&self) -> bool {
        matches!(
            self,
            Self::Quote { .. } | Self::TakeQuoteBack | Self::ApproveQuote | Self::DeclineQuote { .. }
        )
    }

    /// What is said with it; empty where nothing is.
    pub fn words(&self) -> &str {
        match self {
            Self::Transfer { words, .. }
            | Self::Pause { words, .. }
            | Self::ProposeVisit { words, .. }
            | Self::Quote { words, .. }
            | Self::DeclineQuote { words }
            | Self::Finish { words, .. }
            | Self::Reopen { words, .. }
            | Self::Refuse { words }
            | Self::CloseUnfixed { words }
            | Self::Dispute { words, .. }
            | Self::Withdraw { words } => words,
            _ => "",
        }
    }

    /// What is shown with it.
    pub fn photos(&self) -> &[Attachment] {
        match self {
            Self::Finish { photos, .. } | Self::Reopen { photos, .. } | Self::Dispute { photos, .. } => {
                photos
            }
            _ => &[],
        }
    }

    /// Parts used with it.
    pub fn parts(&self) -> &[Part] {
        match self {
            Self::UseParts { parts } | Self::Finish { parts, .. } => parts,
            _ => &[],
        }
    }
}

/// What can happen to a repair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// It was reported. Not an act of the table: nothing stands before it.
    Report,
    /// [`RepairAct::Assign`].
    Assign,
    /// [`RepairAct::Transfer`].
    Transfer,
    /// [`RepairAct::Accept`].
    Accept,
    /// [`RepairAct::Pause`].
    Pause,
    /// [`RepairAct::Resume`].
    Resume,
    /// [`RepairAct::ProposeVisit`].
    ProposeVisit,
    /// [`RepairAct::AgreeVisit`].
    AgreeVisit,
    /// [`RepairAct::Quote`].
    Quote,
    /// [`RepairAct::TakeQuoteBack`].
    TakeQuoteBack,
    /// [`RepairAct::ApproveQuote`].
    ApproveQuote,
    /// [`RepairAct::DeclineQuote`].
    DeclineQuote,
    /// [`RepairAct::UseParts`].
    UseParts,
    /// [`RepairAct::Finish`].
    Finish,
    /// [`RepairAct::Confirm`].
    Confirm,
    /// [`RepairAct::Reopen`].
    Reopen,
    /// [`RepairAct::Refuse`].
    Refuse,
    /// [`RepairAct::CloseUnfixed`].
    CloseUnfixed,
    /// [`RepairAct::Dispute`].
    Dispute,
    /// [`RepairAct::Withdraw`].
    Withdraw,
    /// [`RepairAct::Merge`].
    Merge,
    /// [`RepairAct::Move`].
    Move,
    /// Somebody wrote. An operation of its own: it carries no turn.
    Message,
    /// The reporter rated it. An operation of its own.
    Rate,
    /// Somebody waits for it, too. An operation of its own.
    Join,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

impl ActKind {
    /// Every row of the table is about one of these.
    pub const KNOWN: [Self; 24] = [
        Self::Assign,
        Self::Transfer,
        Self::Accept,
        Self::Pause,
        Self::Resume,
        Self::ProposeVisit,
        Self::AgreeVisit,
        Self::Quote,
        Self::TakeQuoteBack,
        Self::ApproveQuote,
        Self::DeclineQuote,
        Self::UseParts,
        Self::Finish,
        Self::Confirm,
        Self::Reopen,
        Self::Refuse,
        Self::CloseUnfixed,
        Self::Dispute,
        Self::Withdraw,
        Self::Merge,
        Self::Move,
        Self::Message,
        Self::Rate,
        Self::Join,
    ];

    /// Whether it must say why.
    pub const fn needs_words(self) -> bool {
        matches!(
            self,
            Self::Pause
                | Self::Quote
                | Self::Finish
                | Self::Reopen
                | Self::Refuse
                | Self::CloseUnfixed
                | Self::Dispute
                | Self::Message
        )
    }

    /// Whether it is refused when something else moved meanwhile. What only adds to a repair is not.
    pub const fn needs_turn(self) -> bool {
        !matches!(self, Self::UseParts | Self::Message | Self::Rate | Self::Join)
    }
}
