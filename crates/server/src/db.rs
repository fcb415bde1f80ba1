//! The community's data on two engines: embedded SQLite, or PostgreSQL.
//!
//! **What it guarantees.** A domain function is plain code over a [`Tx`]. [`Database::write`] runs it
//! in one transaction: all of it happens or nothing does, and the answer comes after the commit is on
//! disk. Statements are portable SQL with `$1…` parameters and are written once. What a transaction
//! tells the sync log ([`Tx::log`]) is numbered as its last act, so that commit order is the order of
//! numbers on both engines ([`crate::log`]).
//!
//! **How.** SQLite has one writer thread. Closures that wait together share one commit, each in a
//! savepoint of its own, since one fsync serves all of them. Readers are query-only connections on
//! tokio's blocking pool, bounded by a semaphore. PostgreSQL runs a closure on the blocking pool with
//! one connection of a bounded pool and blocks on each statement.
//!
//! **What can fail.** On PostgreSQL two transactions may meet in a deadlock; the engine ends one and
//! the closure runs again, which is why it is `FnMut` and must not keep effects outside of the `Tx`.
//! A full disk ends the transaction with `storage_full`, a database that is gone or does not answer in time
//! with `server_unreachable`. A commit whose answer was lost is an error
//! here though it may have happened: what must not happen twice carries an operation id.
//!
//! **Turned down.** sqlx (cannot be linked beside this rusqlite), an ORM (hides `RETURNING` and
//! upserts), async domain functions (two colours of code for one engine that is synchronous anyway).

mod error;
mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;

use std::{path::PathBuf, sync::Arc, time::Duration};

use linli_wire::Timestamp;
use tokio::sync::broadcast;

pub use error::DbError;
pub use migrate::newest as newest_migration;
pub use tx::Tx;
pub use value::{FromValue, Row, Value};

use crate::{Error, clock::Clock, log::Logged};

/// What a committed transaction wrote to the log; shared by everyone who listens.
pub type Commit = Arc<Vec<Logged>>;

/// How many commits a listener may fall behind before it has to read the log instead.
const COMMITS_KEPT: usize = 1024;

/// Where a community server keeps its data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// One file, and its `-wal` and `-shm` beside it.
    Sqlite(PathBuf),
    /// A `postgres://` address.
    Postgres(String),
}

impl Location {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// The text is none of these.
    pub fn read(text: &str) -> Result<Self, DbError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else {
            Err(DbError::Location)
        }
    }
}

#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(Box<postgres::Engine>),
}

/// An open database; clones share it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
    patience: Option<Duration>,
}

struct Inner {
    engine: Engine,
    clock: Clock,
    commits: broadcast::Sender<Commit>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.engine.fmt(f)
    }
}

impl Database {
    /// Opens `location`, makes it if it is new, and brings it to the newest migration.
    ///
    /// # Errors
    /// Unreachable, damaged, or from a newer server ([`DbError::Newer`]).
    pub async fn open(location: &Location, clock: Clock) -> Result<Self, Error> {
        let (commits, _) = broadcast::channel(COMMITS_KEPT);
        let engine = match location {
            Location::Sqlite(path) => {
                let (path, clock, commits) = (path.clone(), clock.clone(), commits.clone());
                Engine::Sqlite(blocking(move || sqlite::Engine::open(&path, clock, commits)).await?)
            }
            Location::Postgres(url) => Engine::Postgres(Box::new(postgres::Engine::open(url)?)),
        };
        let database = Self { inner: Arc::new(Inner { engine, clock, commits }), patience: None };
        database.write(migrate::run).await?;
        Ok(database)
    }

    /// The same database for those who are waited for: on PostgreSQL a transaction takes no longer than
    /// this, and is `server_unreachable` then.
    #[must_use]
    pub fn hurried(&self, patience: Duration) -> Self {
        Self { inner: Arc::clone(&self.inner), patience: Some(patience) }
    }

    /// The same database for work that may take its time.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), patience: None }
    }

    /// Runs `work` in a transaction that may write, and answers when it is committed.
    ///
    /// `work` may run more than once (see the module), each time on a clean transaction.
    ///
    /// # Errors
    /// Its own, upon which nothing has happened, or the database's.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => {
                engine.write(self.patience, self.inner.clock.clone(), self.inner.commits.clone(), work).await
            }
        }
    }

    /// Runs `work` on one consistent view of the data, without the right to write.
    ///
    /// # Errors
    /// Its own, or the database's.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let now = self.now();
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.read(now, work).await,
            Engine::Postgres(engine) => engine.read(self.patience, now, work).await,
        }
    }

    /// What is committed from now on through this handle, in order on SQLite; on PostgreSQL commits
    /// that touch different scopes may arrive in either order.
    pub fn commits(&self) -> broadcast::Receiver<Commit> {
        self.inner.commits.subscribe()
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The clock handed to [`Database::open`].
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match &self.inner.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// The PostgreSQL address, for the connection that listens for wake-ups.
    pub(crate) fn postgres_config(&self) -> Option<tokio_postgres::Config> {
        match &self.inner.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(engine) => Some(engine.config().clone()),
        }
    }
}

/// Runs blocking work on tokio's pool; a panic in it is an error here.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(DbError::Panicked.into()),
    }
}
