//! Writing a backup.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use super::{BackupError, Contents, FORMAT, Manifest, TABLES, Table, restore};
use crate::{
    Error, attachments,
    attachments::{files::Files, intake},
    db::{self, Database, Tx, Value},
    scratch::Scratch,
};

/// Rows that are read at a time.
const ROWS: usize = 500;

/// Writes everything into the new file `to`, verifies it, and tells what is in it.
///
/// # Errors
/// See [`BackupError`]; then there is no file.
pub async fn backup(db: &Database, files: &Files, to: &Path) -> Result<Manifest, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let folder = match to.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let scratch = Scratch::new(&folder).map_err(BackupError::file(&folder))?;
    let tables = Arc::new(scratch.path().join("tables"));
    fs::create_dir(&*tables).map_err(BackupError::file(&*tables))?;
    let place = Arc::clone(&tables);
    let made_at = db.now();
    let (contents, hashes) = db
        .read(move |tx| {
            let contents: BTreeMap<String, Contents> = TABLES
                .iter()
                .map(|table| {
                    Ok((
                        table.name.to_owned(),
                        dump(tx, table, &place.join(format!("{}.jsonl", table.name)))?,
                    ))
                })
                .collect::<Result<_, Error>>()?;
            Ok((contents, attachments::hashes(tx)?))
        })
        .await?;
    let manifest = Manifest {
        format: FORMAT,
        migration: db::newest_migration(),
        server: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        tables: contents,
        attachments: hashes.len(),
    };
    let part = scratch.path().join("backup.part");
    pack(&part, &manifest, &tables, files, &hashes)?;
    fs::remove_dir_all(&*tables).map_err(BackupError::file(&*tables))?;
    let findings = verify(&part, &scratch.path().join("verify")).await?;
    if !findings.is_empty() {
        return Err(BackupError::Unsound(findings));
    }
    // A hard link fails when somebody made the file meanwhile; a rename would replace it.
    fs::hard_link(&part, to)
        .or_else(|_| {
            if to.exists() { Err(std::io::ErrorKind::AlreadyExists.into()) } else { fs::rename(&part, to) }
        })
        .map_err(BackupError::file(to))?;
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(BackupError::file(&folder))?;
    Ok(manifest)
}

/// Restores into a scratch SQLite database and checks that.
async fn verify(backup: &Path, scratch: &Path) -> Result<Vec<String>, BackupError> {
    fs::create_dir(scratch).map_err(BackupError::file(scratch))?;
    let location = db::Location::Sqlite(scratch.join("linli.db"));
    let copy = Database::open(&location, crate::clock::Clock::system()).await?;
    let files = Files::open(scratch).map_err(BackupError::file(scratch))?;
    restore(&copy, &files, backup).await?;
    Ok(crate::check::check(&copy, &files).await?)
}

fn dump(tx: &mut Tx<'_>, table: &Table, path: &Path) -> Result<Contents, Error> {
    let trouble = |error: std::io::Error| attachments::disk(&error);
    let mut out = Hashing { out: BufWriter::new(private(path).map_err(trouble)?), hash: Sha256::new() };
    let mut after: Option<Vec<Value<'static>>> = None;
    let mut rows = 0;
    loop {
        let page = tx.query(&table.select(after.is_some(), ROWS), after.as_deref().unwrap_or_default())?;
        for row in &page {
            let cells: Vec<serde_json::Value> = row.values().iter().map(cell).collect();
            serde_json::to_writer(&mut out, &cells).map_err(|error| attachments::disk(&error.into()))?;
            out.write_all(b"\n").map_err(trouble)?;
            rows += 1;
        }
        match page.last() {
            Some(last) if page.len() == ROWS => {
                after = Some(last.values().iter().take(table.key).cloned().collect());
            }
            _ => break,
        }
    }
    out.out.flush().map_err(trouble)?;
    let sha256 = out.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Contents { rows, sha256 })
}

/// A value as JSON; bytes as `{"base64": …}`.
fn cell(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Bytes(bytes) => serde_json::json!({ "base64": BASE64.encode(bytes) }),
    }
}

fn pack(
    part: &Path,
    manifest: &Manifest,
    tables: &Path,
    files: &Files,
    hashes: &std::collections::BTreeSet<String>,
) -> Result<(), BackupError> {
    let file = private(part).map_err(BackupError::file(part))?;
    let mut tar = tar::Builder::new(BufWriter::new(file));
    let seconds = u64::try_from(manifest.made_at.0 / 1000).unwrap_or(0);
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o600);
        header.set_mtime(seconds);
        tar.append_data(&mut header, name, bytes).map_err(BackupError::file(part))
    };
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| BackupError::Broken(error.to_string()))?;
    add("manifest.json", &text)?;
    for hash in hashes {
        let bytes = files.read(hash).ok().filter(|bytes| intake::digest(bytes) == *hash);
        add(&format!("attachments/{hash}"), &bytes.ok_or_else(|| BackupError::Attachment(hash.clone()))?)?;
    }
    for table in TABLES {
        let name = format!("{}.jsonl", table.name);
        let path = tables.join(&name);
        let mut file = File::open(&path).map_err(BackupError::file(&path))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(file.metadata().map_err(BackupError::file(&path))?.len());
        header.set_mode(0o600);
        header.set_mtime(seconds);
        tar.append_data(&mut header, format!("tables/{name}"), &mut file).map_err(BackupError::file(part))?;
    }
    let file = tar.into_inner().map_err(BackupError::file(part))?;
    let file = file.into_inner().map_err(|error| BackupError::file(part)(error.into_error()))?;
    file.sync_all().map_err(BackupError::file(part))
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<File> {
    crate::private::file().write(true).create_new(true).open(path)
}

struct Hashing<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
