//! The encrypted cache: SQLite with SQLCipher under a raw 256-bit key.
//!
//! What it guarantees: one writer; readers that can only read; every write is one transaction that is
//! on disk when the call returns (`synchronous=FULL`: the outbox lives here). What can fail: the disk
//! is full (`storage_full`, nothing half-written), the file is damaged or the key is not its own
//! (`database_damaged`), a newer app wrote it (`database_newer`, untouched).
//!
//! Turned down: SQLite's own busy loop between writers (a mutex in front of one connection is fair
//! and never times out), and `mmap` (part of a reported WAL corruption).

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use linli_wire::Code;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The key of a cache: 32 random bytes.
pub type DataKey = Zeroizing<[u8; 32]>;

/// Numbered SQL, append-only: the number of a migration is its place in the list, from 1.
pub type Migrations = &'static [&'static str];

/// Readers kept open beside the writer.
const READERS: usize = 3;

/// One database.
pub struct Cache {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    origin: Option<(PathBuf, DataKey)>,
}

impl Cache {
    /// Opens or creates the database at `path` and brings it up to date.
    ///
    /// # Errors
    /// `database_damaged` when the key does not fit or the file is broken, `database_newer`,
    /// `storage_full`.
    pub fn open(path: &Path, key: &DataKey, migrations: Migrations) -> Result<Self> {
        let mut writer = Connection::open(path)?;
        prepare(&writer, Some(key))?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrate(&mut writer, migrations)?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            origin: Some((path.to_owned(), key.clone())),
        })
    }

    /// A database that is gone when the app closes.
    ///
    /// # Errors
    /// Only when memory runs out.
    pub fn in_memory(migrations: Migrations) -> Result<Self> {
        let mut writer = Connection::open_in_memory()?;
        prepare(&writer, None)?;
        migrate(&mut writer, migrations)?;
        Ok(Self { writer: Mutex::new(writer), readers: Mutex::default(), origin: None })
    }

    /// Runs `work` in one transaction; commits when it returns `Ok`, else nothing happened.
    ///
    /// # Errors
    /// Those of `work`, and of the commit.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Gives the room of what was deleted back to the disk.
    ///
    /// # Errors
    /// `storage_full`: it needs room itself. Then the file is as it was.
    pub fn shrink(&self) -> Result<()> {
        lock(&self.writer).execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }

    /// Runs `work` on a snapshot.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let Some((path, key)) = &self.origin else {
            return work(&lock(&self.writer));
        };
        let idle = lock(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => open_reader(path, key)?,
        };
        // One read transaction, so that several statements see the same moment.
        let value = work(&*reader.transaction()?);
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
        value
    }
}

fn open_reader(path: &Path, key: &DataKey) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    prepare(&reader, Some(key))?;
    reader.pragma_update(None, "query_only", "ON")?;
    Ok(reader)
}

fn prepare(connection: &Connection, key: Option<&DataKey>) -> Result<()> {
    if let Some(key) = key {
        let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
        let statement = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.as_str()));
        connection.execute_batch(&statement)?;
        connection.execute_batch("PRAGMA cipher_memory_security = OFF")?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    // The first read is where a wrong key or a broken file shows.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;",
    )?;
    Ok(())
}

fn migrate(connection: &mut Connection, migrations: Migrations) -> Result<()> {
    let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > migrations.len() {
        return Err(Error::new(
            Code::DatabaseNewer,
            format!("cache is at {version}, this app knows {}", migrations.len()),
        ));
    }
    for (at, migration) in migrations.iter().enumerate().skip(version) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", at + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// A mutex whose holder panicked still guards a consistent connection: its transaction rolled back.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
