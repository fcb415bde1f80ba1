//! What a domain function can answer instead of a result.

use std::sync::Arc;

use linli_wire::{Code, WireError};

use crate::db::DbError;

/// What a client is asked to wait while the database does not answer, in seconds.
const COME_BACK: u64 = 5;

/// A refusal that the client gets as it is, or trouble that it gets a code for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be granted; the error crosses the wire as it stands.
    #[error("{0}")]
    Refused(WireError),
    /// The database failed; only the code crosses the wire.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A commit that was shared with others failed.
    #[error("commit: {0}")]
    Commit(Arc<DbError>),
}

impl Error {
    /// A refusal with a code.
    pub fn refused(code: Code, message: &str) -> Self {
        Self::Refused(WireError::new(code, message))
    }

    /// What does not exist, or belongs to others: the two are never told apart.
    pub fn not_found() -> Self {
        Self::refused(Code::NotFound, "not found")
    }

    /// Somebody else was faster; `current` is what stands there now.
    ///
    /// # Errors
    /// When that has no JSON form.
    pub fn conflict(current: &impl serde::Serialize, message: &str) -> Result<Self, Self> {
        let current = serde_json::to_value(current)
            .map_err(|_| Self::refused(Code::Internal, "what stands there has no JSON form"))?;
        let error = WireError::new(Code::Conflict, message);
        Ok(Self::Refused(error.with_details(serde_json::json!({ "current": current }))))
    }

    /// A malformed field.
    pub fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::Refused(WireError::invalid(field, reason))
    }

    /// The code that a client is answered with.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(error) => error.code,
            Self::Database(error) => error.code(),
            Self::Commit(error) => error.code(),
        }
    }

    /// What crosses the wire: nothing of the inside.
    pub fn into_wire(self) -> WireError {
        match self {
            Self::Refused(error) => error,
            other if other.code() == Code::ServerUnreachable => {
                let error = WireError::new(Code::ServerUnreachable, "the database does not answer just now");
                error.with_details(serde_json::json!({ "retry_after_seconds": COME_BACK }))
            }
            other => WireError::new(other.code(), "the server could not do this"),
        }
    }
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Self::Refused(error)
    }
}

/// The JSON text of a value of ours.
pub(crate) fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::refused(Code::Internal, "a value has no JSON form"))
}

/// Slowed down: `seconds` to wait.
pub(crate) fn too_many(seconds: u64) -> Error {
    let error = WireError::new(Code::TooManyTries, "too many requests");
    Error::Refused(error.with_details(serde_json::json!({ "retry_after_seconds": seconds })))
}
