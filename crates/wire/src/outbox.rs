//! The outbox as the face shows it.

use serde::{Deserialize, Serialize};

use crate::{
    Localized, Timestamp, WireError,
    id::{AccountId, OpId},
    typed::TypedPlace,
};

/// A write that is on its way or got stuck.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pending {
    /// The operation.
    pub op_id: OpId,
    /// Where it stands.
    pub state: PendingState,
}

/// Where a write stands.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PendingState {
    /// Waits for the network or for its turn.
    Waiting,
    /// On its way.
    Sending,
    /// The server refused it; the person decides: edit, retry or discard.
    Stuck {
        /// Why.
        error: WireError,
    },
}

/// A line of the outbox page.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxRow {
    /// The operation.
    pub op_id: OpId,
    /// Its kind, such as `save_notice`: [`crate::ops::Action::kind`].
    pub kind: String,
    /// What it is about, in the person's own words, such as a title; may be empty.
    pub subject: String,
    /// What the person typed with it, to be read and copied; empty where that is a thing with a place of its own,
    /// such as a notice.
    pub words: String,
    /// When it was done.
    pub at: Timestamp,
    /// Where it stands.
    pub state: PendingState,
}

/// The outbox.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxPage {
    /// What waits and what is stuck, oldest first.
    pub rows: Vec<OutboxRow>,
    /// What was typed and not sent, and stands on no page any more, newest first.
    #[serde(default)]
    pub drafts: Vec<LeftDraft>,
}

/// What was typed into a field whose page is gone, as that of a room which the person is not in any more.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftDraft {
    /// The field: for giving it up.
    pub place: TypedPlace,
    /// What was typed.
    pub item: KeptItem,
}

/// How much waits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxCounts {
    /// Waiting or on their way.
    pub waiting: u32,
    /// Stuck: they need the person.
    pub stuck: u32,
}

/// What is left of memberships that the server ended: the person's own work that it may not have. It is
/// taken up by itself when the same person joins the same community on this device again.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptPage {
    /// One for each membership, in the order of joining.
    pub memberships: Vec<KeptMembership>,
}

/// A membership that the server ended, and what is kept of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptMembership {
    /// Key of what is kept: for giving it up.
    pub id: AccountId,
    /// Address of the server.
    pub server: String,
    /// Name of the community, if it was known.
    pub community: Option<Localized>,
    /// Name of the person there.
    pub name: String,
    /// When it ended, by the device's clock.
    pub ended_at: Timestamp,
    /// What is kept, newest first; drafts before what was saved.
    pub items: Vec<KeptItem>,
}

/// Something that a person wrote.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptItem {
    /// `draft`, or the kind of the write: [`crate::ops::Action::kind`].
    pub kind: String,
    /// What it is about, in the person's own words, such as a title; may be empty.
    pub subject: String,
    /// When it was written.
    pub at: Timestamp,
    /// The whole text as it was typed, title first, one language after the other; to be copied. Empty for
    /// writes that hold none.
    pub text: String,
    /// Names of the files that belong to it; they are kept, too.
    pub files: Vec<String>,
    /// The server had it once; if it came back from a backup, it may not have it any more.
    pub sent: bool,
}
