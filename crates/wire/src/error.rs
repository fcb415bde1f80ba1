//! What went wrong, as data. Nobody matches message strings; the face translates [`Code`].

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)*) => {
        /// Every kind of trouble a person or a client can meet.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, for tests that every one has a sentence in every language.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it travels.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 {
                match self { $(Code::$name => $status,)* }
            }

            fn from_text(text: &str) -> Self {
                // A newer server may know codes that this app does not.
                match text { $($text => Code::$name,)* _ => Code::Internal }
            }
        }
    };
}

codes! {
    /// The code on the letter does not exist here.
    InvitationUnknown = "invitation_unknown", 404;
    /// The invitation was used before, by another device.
    InvitationUsed = "invitation_used", 409;
    /// The invitation is too old.
    InvitationExpired = "invitation_expired", 410;
    /// The code with which a household lets somebody pay does not exist here.
    RelativeCodeUnknown = "relative_code_unknown", 404;
    /// That code was used before, is too old, or was ended.
    RelativeCodeEnded = "relative_code_ended", 410;
    /// Too many requests; `details.retry_after_seconds` says how long to wait.
    TooManyTries = "too_many_tries", 429;
    /// The community server did not answer, or the database behind it did not.
    ServerUnreachable = "server_unreachable", 503;
    /// Something answered at this address, but it is not a Linli server.
    NotLinliServer = "not_linli_server", 502;
    /// The server is older than this app can talk to.
    ServerTooOld = "server_too_old", 502;
    /// The app is older than this server serves.
    AppTooOld = "app_too_old", 426;
    /// No valid access token was given.
    SignedOut = "signed_out", 401;
    /// This device was removed from the person's devices.
    DeviceRevoked = "device_revoked", 401;
    /// The person's role does not allow this.
    NotAllowed = "not_allowed", 403;
    /// It does not exist, or belongs to others: the two are never told apart.
    NotFound = "not_found", 404;
    /// Somebody else changed it meanwhile; `details.current` is the row as it stands.
    Conflict = "conflict", 409;
    /// What is to be taken back is being sent at this moment.
    OnItsWay = "on_its_way", 409;
    /// The request is malformed; `details.field` and `details.reason` say where and why.
    InvalidInput = "invalid_input", 422;
    /// The same operation id came with a different content.
    OperationReused = "operation_reused", 422;
    /// The sync position is unknown here; the scopes are taken again.
    CursorExpired = "cursor_expired", 410;
    /// Larger than allowed; `details.limit` says how much is.
    TooLarge = "too_large", 413;
    /// A file of a kind that is not taken, or broken.
    UnsupportedFile = "unsupported_file", 415;
    /// The disk is full.
    StorageFull = "storage_full", 507;
    /// This computer has no key store.
    KeyStoreMissing = "key_store_missing", 500;
    /// The key store is locked.
    KeyStoreLocked = "key_store_locked", 500;
    /// The person or the system refused access to the key store, or it did not answer.
    KeyStoreRefused = "key_store_refused", 500;
    /// The key store no longer has the key of an existing cache.
    KeyStoreWiped = "key_store_wiped", 500;
    /// The cache on this computer belongs to another account of the operating system.
    KeyStoreOtherUser = "key_store_other_user", 500;
    /// The passphrase does not open the cache.
    PassphraseWrong = "passphrase_wrong", 403;
    /// The cache was written by a newer app.
    DatabaseNewer = "database_newer", 500;
    /// The cache cannot be read.
    DatabaseDamaged = "database_damaged", 500;
    /// This needs the network, and there is none.
    Offline = "offline", 503;
    /// The request is not known to this version.
    UnknownCommand = "unknown_command", 404;
    /// Something broke inside; the log has more.
    Internal = "internal", 500;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_text(&std::borrow::Cow::<'de, str>::deserialize(deserializer)?))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Code {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Code {}

/// An error that crosses a boundary.
///
/// `message` is English for logs and developers and holds no personal data and no internals;
/// `details` is structured and depends on the code. Over HTTP it is the body of an RFC 9457 problem.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WireError {
    /// What happened.
    pub code: Code,
    /// For logs; people read the sentence for `code`.
    #[serde(default)]
    pub message: String,
    /// More, depending on `code`.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
}

impl WireError {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: serde_json::Value::Null }
    }

    /// A malformed request: which field, and what about it.
    pub fn invalid(field: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            code: Code::InvalidInput,
            message: format!("{field}: {reason}"),
            details: serde_json::json!({ "field": field, "reason": reason }),
        }
    }

    /// The same error with details.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = details;
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            write!(f, "{}", self.code)
        } else {
            write!(f, "{}: {}", self.code, self.message)
        }
    }
}

impl std::error::Error for WireError {}
