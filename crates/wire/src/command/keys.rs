//! How this device keeps what it receives, and how it is opened.

use serde::{Deserialize, Serialize};

/// How a device keeps what it receives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Keeping {
    /// Encrypted, with a key in the system's key store.
    KeyStore {
        /// Whether a passphrase opens it too.
        passphrase: bool,
    },
    /// Encrypted, with a passphrase. When choosing, the passphrase; when told, empty.
    Passphrase {
        /// At least 8 characters.
        passphrase: String,
    },
    /// Nothing is kept when the app closes.
    Nothing,
}

/// How to open the cache.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum UnlockWith {
    /// The key store.
    KeyStore,
    /// The passphrase.
    Passphrase {
        /// As typed.
        passphrase: String,
    },
}
