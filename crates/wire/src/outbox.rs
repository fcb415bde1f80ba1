//! The outbox as the face shows it.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, WireError, id::OpId};

/// A write that is on its way or got stuck.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Pending {
    /// The operation.
    pub op_id: OpId,
    /// Where it stands.
    pub state: PendingState,
}

/// Where a write stands.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
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
pub struct OutboxRow {
    /// The operation.
    pub op_id: OpId,
    /// Its kind, such as `save_notice`: [`crate::ops::Action::kind`].
    pub kind: String,
    /// What it is about, in the person's own words, such as a title; may be empty.
    pub subject: String,
    /// When it was done.
    pub at: Timestamp,
    /// Where it stands.
    pub state: PendingState,
}

/// The outbox.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
pub struct OutboxPage {
    /// What waits and what is stuck, oldest first.
    pub rows: Vec<OutboxRow>,
}

/// How much waits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub struct OutboxCounts {
    /// Waiting or on their way.
    pub waiting: u32,
    /// Stuck: they need the person.
    pub stuck: u32,
}
