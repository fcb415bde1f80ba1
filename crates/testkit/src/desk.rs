//! A desktop that writes down what it was asked to show.

use std::sync::{Mutex, PoisonError};

use linli_core::ports::{Desktop, Notification};

/// A recording [`Desktop`].
#[derive(Default)]
pub struct Desk {
    shown: Mutex<Vec<Notification>>,
    opened: Mutex<Vec<(String, Vec<u8>)>>,
}

impl Desk {
    /// Every notification so far, oldest first.
    pub fn shown(&self) -> Vec<Notification> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Names and bytes of the files that were handed out to be opened, oldest first.
    pub fn opened(&self) -> Vec<(String, Vec<u8>)> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Desktop for Desk {
    fn notify(&self, notification: Notification) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).push(notification);
    }

    fn open_url(&self, _: &str) -> bool {
        true
    }

    fn open_file(&self, name: &str, bytes: &[u8]) -> bool {
        let file = (name.to_owned(), bytes.to_vec());
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        true
    }
}
