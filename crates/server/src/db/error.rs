//! What can go wrong in the database, and which code a client gets for it.

use linli_wire::Code;
use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// A failure of the database. None of its texts reaches a client.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// From SQLite.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// From PostgreSQL.
    #[error("postgres: {}", postgres_text(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to PostgreSQL could be had.
    #[error("no connection to PostgreSQL: {0}")]
    Pool(String),
    /// PostgreSQL did not answer within the time that there was for it.
    #[error("PostgreSQL does not answer")]
    TimedOut,
    /// A row does not hold what the code expects of it.
    #[error("column {column} does not hold {expected}")]
    Row {
        /// Position of the column.
        column: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// One row was expected.
    #[error("a row is missing")]
    Missing,
    /// The database was written by a newer server.
    #[error("the database is at migration {found}, this server knows {known}")]
    Newer {
        /// Newest migration in the database.
        found: i64,
        /// Newest migration of this build.
        known: i64,
    },
    /// A migration that ran once has another text now.
    #[error("migration {number} is not the one that ran on this database")]
    Altered {
        /// Which.
        number: i64,
    },
    /// Not `sqlite:PATH` or `postgres://…`.
    #[error("a database is sqlite:PATH or postgres://…")]
    Location,
    /// The file or folder cannot be used.
    #[error("database file: {0}")]
    Io(#[from] std::io::Error),
    /// The engine ended a transaction that several shared, for the reason of one of them.
    #[error("the shared transaction ended: {0}")]
    Ended(Code),
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
    /// Code running in a transaction panicked; the transaction was rolled back.
    #[error("a transaction panicked")]
    Panicked,
}

impl DbError {
    pub(super) fn pool(error: &deadpool_postgres::PoolError) -> Self {
        Self::Pool(match error {
            deadpool_postgres::PoolError::Backend(cause) => postgres_text(cause),
            other => other.to_string(),
        })
    }

    /// The code that a client is answered with.
    pub fn code(&self) -> Code {
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Code::StorageFull,
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::DatabaseDamaged,
                // Another process holds the file for longer than we wait.
                Some(ErrorCode::DatabaseBusy) => Code::ServerUnreachable,
                _ => Code::Internal,
            },
            Self::Postgres(error) => match error.code() {
                Some(state) if *state == SqlState::DISK_FULL => Code::StorageFull,
                Some(state) if *state == SqlState::DATA_CORRUPTED => Code::DatabaseDamaged,
                Some(state) if is_passing(state) => Code::ServerUnreachable,
                Some(_) => Code::Internal,
                // Without a state it is the connection that failed.
                None if self.is_no_answer() => Code::ServerUnreachable,
                None => Code::Internal,
            },
            Self::Pool(_) | Self::TimedOut | Self::Closed => Code::ServerUnreachable,
            Self::Ended(code) => *code,
            Self::Newer { .. } | Self::Altered { .. } => Code::DatabaseNewer,
            Self::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Code::StorageFull,
            _ => Code::Internal,
        }
    }

    /// Whether a row with this key exists already.
    pub fn is_unique_violation(&self) -> bool {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => matches!(
                error.extended_code,
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            ),
            Self::Postgres(error) => error.code() == Some(&SqlState::UNIQUE_VIOLATION),
            _ => false,
        }
    }

    /// Whether PostgreSQL said nothing, so that nobody knows how far it came.
    pub(super) fn is_no_answer(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Postgres(error) => {
                let cause = std::error::Error::source(error);
                error.is_closed() || cause.is_some_and(|cause| cause.is::<std::io::Error>())
            }
            _ => false,
        }
    }

    /// Whether the same transaction may succeed when it runs again.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Postgres(error) => matches!(
                error.code(),
                Some(state) if *state == SqlState::T_R_SERIALIZATION_FAILURE
                    || *state == SqlState::T_R_DEADLOCK_DETECTED
            ),
            _ => false,
        }
    }
}

/// States that say that PostgreSQL is stopping, starting, full or slow, not that anything is wrong.
fn is_passing(state: &SqlState) -> bool {
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::QUERY_CANCELED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(state)
        || state.code().starts_with("08")
}

fn postgres_text(error: &tokio_postgres::Error) -> String {
    // The detail of a database error may quote row values, so only its state and message are kept.
    match error.as_db_error() {
        Some(inner) => format!("{}: {}", inner.code().code(), inner.message()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}
