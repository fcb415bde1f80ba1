//! Backup and restore: one file for both engines.
//!
//! A backup is a tar file: `manifest.json`, `tables/NAME.jsonl` with one row a line, and
//! `attachments/HASH`. The rows are read through the same adapter as everything else, in one
//! transaction with one consistent view (a read transaction of SQLite, repeatable read on
//! PostgreSQL), while the server goes on; files never change, so they are copied after it. So one
//! format serves both engines, a community moves from SQLite to PostgreSQL by backup and restore, and
//! the file can be read without us in thirty years.
//!
//! **What it guarantees.** A backup that is there is whole: it is written beside its place, verified
//! by restoring it into a scratch database and checking that ([`crate::check`]), and only then
//! renamed. Every table is counted and hashed in the manifest. A restore refuses a place that holds
//! anything, happens in one transaction, and gives the database a new epoch, upon which every device
//! takes its scopes again and offers again what it had sent in the last days. What ended after the backup
//! is carried over from the old database where that can still be read ([`endings`]).
//!
//! **What it is not.** It is not encrypted: it holds names, hashes of tokens and the database's keys,
//! so the file is readable for its owner only, and belongs on an encrypted disk or into `age`.
//!
//! **Turned down.** SQLite's backup API and pg_dump (two formats, two sets of mistakes, and no way
//! from one engine to the other); compression (pictures do not shrink, and the rest is small).

mod carry;
mod dump;
mod restore;
mod tables;

use std::{collections::BTreeMap, io, path::PathBuf};

use linli_wire::Timestamp;
use serde::{Deserialize, Serialize};

pub use carry::{Carried, Endings, endings};
pub use dump::backup;
pub use restore::{restore, restore_over, unpack};
pub use tables::{TABLES, Table};

/// Version of the format.
pub const FORMAT: u32 = 1;

/// `manifest.json`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// Number of the newest migration.
    pub migration: i64,
    /// Version of the server that wrote it.
    pub server: String,
    /// When it was made, by the database's clock.
    pub made_at: Timestamp,
    /// What the tables hold.
    pub tables: BTreeMap<String, Contents>,
    /// Number of attachment files.
    pub attachments: usize,
}

/// What a table holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Contents {
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

/// Why a backup or a restore did not happen. Nothing was left half-done.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file to write exists.
    #[error("{} exists already and is never overwritten. Name another file.", .0.display())]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("{} cannot be read or written: {source}.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no backup, or a broken one.
    #[error("The backup is broken: {0}. Use another one.")]
    Broken(String),
    /// The file was written by another version.
    #[error(
        "The backup was written by linli-server {server}, whose database has another form. Restore it with that version, then upgrade."
    )]
    OtherVersion {
        /// The version that wrote it.
        server: String,
    },
    /// The place to restore into holds something.
    #[error(
        "The database already holds a community. Restore into an empty data folder or an empty PostgreSQL database, \
         and name this one with --carry-from, so that devices removed since the backup stay removed."
    )]
    NotEmpty,
    /// The database to carry endings over from is another community's.
    #[error("The database named with --carry-from is not the one of this backup. Nothing was restored.")]
    Stranger,
    /// An attachment that a row knows is not there.
    #[error(
        "The file {0} of an attachment is missing or damaged. `linli-server check` lists all that do not fit."
    )]
    Attachment(String),
    /// The backup was written but does not pass the checks.
    #[error("The backup does not pass the checks, and was removed:\n{}", .0.join("\n"))]
    Unsound(Vec<String>),
    /// The database's.
    #[error(transparent)]
    Database(#[from] crate::Error),
}

impl BackupError {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
