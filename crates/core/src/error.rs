//! One error type inside the core: a [`WireError`] in the making.

use linli_wire::{Code, WireError};

/// What went wrong, ready to cross to the face.
#[derive(Clone, PartialEq, Debug)]
pub struct Error(pub WireError);

/// A result of the core.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(WireError::new(code, message))
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.0.code
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

/// Something that cannot be, was.
pub(crate) fn internal(message: impl Into<String>) -> Error {
    Error::new(Code::Internal, message)
}

/// It is not here.
pub(crate) fn not_found(what: &str) -> Error {
    Error::new(Code::NotFound, what)
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Self(error)
    }
}

impl From<Error> for WireError {
    fn from(error: Error) -> Self {
        error.0
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let code = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Code::StorageFull,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Code::DatabaseDamaged,
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => Code::KeyStoreOtherUser,
            _ => Code::Internal,
        };
        Self::new(code, format!("cache: {error}"))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        internal(format!("json: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::StorageFull,
            std::io::ErrorKind::PermissionDenied => Code::KeyStoreOtherUser,
            _ => Code::Internal,
        };
        Self::new(code, format!("file: {error}"))
    }
}
