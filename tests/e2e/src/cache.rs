//! What can befall the files of a device that is not running: written by a newer app, or damaged.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, ensure};
use linli_core::{
    account,
    cache::{Cache, DataKey},
    device, keys,
};
use linli_wire::Code;

/// More versions than any app has had.
static LATER: [&str; 100] = [""; 100];

/// The database of the device itself, in the folder of a device.
pub fn device_database(folder: &Path) -> PathBuf {
    folder.join("linli/device.db")
}

/// The databases of the communities, in the folder of a device.
///
/// # Errors
/// When there is no such folder.
pub fn community_databases(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.join("linli"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "db") && path != device_database(folder) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Gives the device's own database the version that an app of years later gives it. The device must have `passphrase`.
///
/// # Errors
/// When it does not open.
pub fn make_newer(folder: &Path, passphrase: &str) -> Result<()> {
    open_later(folder, passphrase).map(drop)
}

/// Gives the device's own database its version back.
///
/// # Errors
/// When it does not open.
pub fn make_current(folder: &Path, passphrase: &str) -> Result<()> {
    let current = device::MIGRATIONS.len();
    let back =
        open_later(folder, passphrase)?.write(|tx| Ok(tx.pragma_update(None, "user_version", current)?));
    back.map_err(|error| anyhow!("{error}"))
}

fn open_later(folder: &Path, passphrase: &str) -> Result<Cache> {
    let opened = Cache::open(&device_database(folder), &key(folder, passphrase)?, &LATER);
    opened.map_err(|error| anyhow!("{error}"))
}

fn key(folder: &Path, passphrase: &str) -> Result<DataKey> {
    keys::open_with_passphrase(&folder.join("linli"), passphrase).map_err(|error| anyhow!("{error}"))
}

/// Brings everything that stands beside the communities' databases into them, as the last one to close a database does.
///
/// # Errors
/// When one does not open.
pub fn settle(folder: &Path, passphrase: &str) -> Result<()> {
    let key = key(folder, passphrase)?;
    for database in community_databases(folder)? {
        // An app without a single version of it refuses it as too new, which opens and closes it and changes nothing.
        let refused = Cache::open(&database, &key, &[]).map(drop).map_err(|error| error.code());
        ensure!(refused == Err(Code::DatabaseNewer), "{}: {refused:?}", database.display());
    }
    Ok(())
}

/// Whether anything in the databases of the communities, the index of words included, holds these letters.
///
/// # Errors
/// When one does not open.
pub fn holds(folder: &Path, passphrase: &str, letters: &str) -> Result<bool> {
    let key = key(folder, passphrase)?;
    let mut found = false;
    for database in community_databases(folder)? {
        let cache = Cache::open(&database, &key, account::MIGRATIONS).map_err(|error| anyhow!("{error}"))?;
        let read = cache.read(|db| {
            let mut select = db.prepare(
                "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
                 WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'",
            )?;
            let columns = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let columns: Vec<(String, String)> = columns.collect::<std::result::Result<_, _>>()?;
            for (table, column) in columns {
                let sql = format!(
                    r#"SELECT EXISTS (SELECT 1 FROM "{table}" WHERE instr(CAST("{column}" AS BLOB), CAST(?1 AS BLOB)))"#
                );
                found |= db.query_row(&sql, [letters], |row| row.get::<_, bool>(0))?;
            }
            Ok(())
        });
        read.map_err(|error| anyhow!("{error}"))?;
    }
    Ok(found)
}

/// Overwrites a database with rubbish, from `from` on to its end, as a failing disk does.
///
/// # Errors
/// When there is no such file.
pub fn damage(database: &Path, from: u64) -> Result<()> {
    for beside in ["db-wal", "db-shm"] {
        // What is not there cannot mend anything.
        let _ = fs::remove_file(database.with_extension(beside));
    }
    let length = fs::metadata(database)?.len();
    let mut file = File::options().write(true).open(database)?;
    file.seek(SeekFrom::Start(from))?;
    let count = usize::try_from(length.checked_sub(from).context("it is shorter than that")?)?;
    Ok(file.write_all(&vec![0xA5; count])?)
}
