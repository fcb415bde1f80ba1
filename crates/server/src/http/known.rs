//! Access tokens that were good a moment ago.
//!
//! Whoever shows tokens that nobody has seen is slowed down by address, before the database is asked. A
//! whole building may share that address, so a token known here passes all the same: a neighbour who makes
//! tokens up slows nobody down but themselves and those who have just come. Knowing a token decides nothing
//! else; the database is asked at every request.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use linli_wire::Timestamp;

/// SHA-256 of tokens, and when they end.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<[u8; 32], Timestamp>>);

impl Known {
    /// Whether this token was good and has not ended.
    pub(crate) fn has(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        self.tokens().get(hash).is_some_and(|ends_at| *ends_at > now)
    }

    /// A token that is good.
    pub(crate) fn remember(&self, hash: [u8; 32], ends_at: Timestamp) {
        self.tokens().insert(hash, ends_at);
    }

    /// A token that is good no longer.
    pub(crate) fn forget(&self, hash: &[u8; 32]) {
        self.tokens().remove(hash);
    }

    /// Forgets those that have ended.
    pub(crate) fn forget_ended(&self, now: Timestamp) {
        self.tokens().retain(|_, ends_at| *ends_at > now);
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<[u8; 32], Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
