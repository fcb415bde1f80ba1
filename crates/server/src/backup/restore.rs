//! Bringing a backup back.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use super::{BackupError, Carried, Endings, FORMAT, Manifest, TABLES, carry::carry};
use crate::{
    Error,
    attachments::{files::Files, intake},
    db::{self, Database, Tx, Value},
    instance,
};

/// Largest manifest or attachment in a backup, in bytes.
const MAX_ENTRY: u64 = 64 * 1024 * 1024;

/// Restores the backup `from` into an empty database and folder, and gives it a new epoch.
///
/// # Errors
/// See [`BackupError`]; then the database is as empty as it was.
pub async fn restore(db: &Database, files: &Files, from: &Path) -> Result<Manifest, BackupError> {
    Ok(restored(db, files, from, None).await?.0)
}

/// [`restore`] in the place of a database that can still be read: what ended there after the backup
/// stays ended.
///
/// # Errors
/// See [`BackupError`]; then the database is as empty as it was.
pub async fn restore_over(
    db: &Database,
    files: &Files,
    from: &Path,
    old: Endings,
) -> Result<(Manifest, Carried), BackupError> {
    restored(db, files, from, Some(old)).await
}

async fn restored(
    db: &Database,
    files: &Files,
    from: &Path,
    old: Option<Endings>,
) -> Result<(Manifest, Carried), BackupError> {
    if !db.read(is_empty).await? {
        return Err(BackupError::NotEmpty);
    }
    let (source, place) = (from.to_owned(), files.clone());
    let unpacked = tokio::task::spawn_blocking(move || unpack(&source, &place))
        .await
        .map_err(|_| BackupError::Broken("reading it failed".to_owned()))??;
    let (manifest, tables) = unpacked;
    if let Some(old) = &old
        && tables.get("instance").and_then(|text| instance_of(text)) != Some(old.instance)
    {
        return Err(BackupError::Stranger);
    }
    let tables = Arc::new(tables);
    let carried = db.write(move |tx| {
        if !is_empty(tx)? {
            return Err(Error::refused(linli_wire::Code::Conflict, "not empty"));
        }
        for table in TABLES {
            let sql = table.insert();
            for line in tables.get(table.name).map(String::as_str).unwrap_or_default().lines() {
                let values = row(line).ok_or_else(|| Error::invalid(table.name, "a row cannot be read"))?;
                tx.execute(&sql, &values)?;
            }
        }
        instance::mark_restored(tx)?;
        old.as_ref().map_or_else(|| Ok(Carried::default()), |old| carry(tx, old))
    });
    Ok((manifest, carried.await?))
}

/// Reads and verifies a backup; attachments go to `files`, tables stay in memory as text.
///
/// # Errors
/// [`BackupError::Broken`] with what does not fit, [`BackupError::OtherVersion`].
pub fn unpack(from: &Path, files: &Files) -> Result<(Manifest, BTreeMap<&'static str, String>), BackupError> {
    let broken = |what: &str| BackupError::Broken(what.to_owned());
    let file = File::open(from).map_err(BackupError::file(from))?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut manifest: Option<Manifest> = None;
    let mut tables = BTreeMap::new();
    let mut attachments = 0;
    for entry in archive.entries().map_err(BackupError::file(from))? {
        let mut entry = entry.map_err(|error| BackupError::Broken(error.to_string()))?;
        let name = entry.path().map_err(|_| broken("a name cannot be read"))?.to_string_lossy().into_owned();
        match (&manifest, name.split_once('/')) {
            (None, None) if name == "manifest.json" => {
                let read: Manifest = serde_json::from_slice(&bytes(&mut entry)?)
                    .map_err(|error| BackupError::Broken(format!("manifest.json: {error}")))?;
                if read.format != FORMAT || read.migration != db::newest_migration() {
                    return Err(BackupError::OtherVersion { server: read.server });
                }
                manifest = Some(read);
            }
            (Some(_), Some(("attachments", hash))) => {
                let bytes = bytes(&mut entry)?;
                if intake::digest(&bytes) != hash {
                    return Err(BackupError::Broken(format!("attachment {hash} is damaged")));
                }
                files.put(hash, &bytes).map_err(BackupError::file(from))?;
                attachments += 1;
            }
            (Some(manifest), Some(("tables", file))) => {
                let table = TABLES.iter().find(|table| file.strip_suffix(".jsonl") == Some(table.name));
                let table = table.ok_or_else(|| BackupError::Broken(format!("{name} is not known")))?;
                let mut text = String::new();
                entry
                    .read_to_string(&mut text)
                    .map_err(|error| BackupError::Broken(format!("{name}: {error}")))?;
                let sha256: String =
                    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
                let expected = manifest
                    .tables
                    .get(table.name)
                    .ok_or_else(|| broken("a table is not in the manifest"))?;
                let rows = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
                if expected.sha256 != sha256 || expected.rows != rows {
                    return Err(BackupError::Broken(format!("{name} is damaged")));
                }
                tables.insert(table.name, text);
            }
            _ => return Err(BackupError::Broken(format!("{name} does not belong into a backup"))),
        }
    }
    let manifest = manifest.ok_or_else(|| broken("it has no manifest.json"))?;
    if tables.len() != TABLES.len() || attachments != manifest.attachments {
        return Err(broken("it is cut off"));
    }
    Ok((manifest, tables))
}

fn bytes(entry: &mut impl Read) -> Result<Vec<u8>, BackupError> {
    let mut bytes = Vec::new();
    let read = entry.take(MAX_ENTRY + 1).read_to_end(&mut bytes);
    match read {
        Ok(count) if u64::try_from(count).is_ok_and(|count| count <= MAX_ENTRY) => Ok(bytes),
        Ok(_) => Err(BackupError::Broken("an entry is too large".to_owned())),
        Err(error) => Err(BackupError::Broken(error.to_string())),
    }
}

fn row(line: &str) -> Option<Vec<Value<'static>>> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(line).ok()?;
    cells
        .into_iter()
        .map(|cell| match cell {
            serde_json::Value::Null => Some(Value::Null),
            serde_json::Value::Number(number) => number.as_i64().map(Value::Int),
            serde_json::Value::String(text) => Some(Value::Text(text.into())),
            serde_json::Value::Object(map) => {
                let bytes = BASE64.decode(map.get("base64")?.as_str()?).ok()?;
                Some(Value::Bytes(bytes.into()))
            }
            serde_json::Value::Bool(_) | serde_json::Value::Array(_) => None,
        })
        .collect()
}

/// The database's name, the second cell of the one row of `instance`.
fn instance_of(text: &str) -> Option<[u8; 16]> {
    match row(text.lines().next()?)?.get(1)? {
        Value::Bytes(bytes) => bytes.as_ref().try_into().ok(),
        _ => None,
    }
}

fn is_empty(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let row =
        tx.query_one("SELECT (SELECT COUNT(*) FROM instance) + (SELECT COUNT(*) FROM community)", &[])?;
    Ok(row.get::<i64>(0)? == 0)
}
