//! Files that people send: pictures and documents.
//!
//! A file is sent under an id that its sender made. The same id with the same bytes gives the same
//! answer however often it comes; with other bytes it is `operation_reused`. What is stored is not
//! what was sent ([`intake`]) but what remains of it, under the hash of its content ([`files`]).
//!
//! Who may fetch a file: whoever sent it, and everyone who sees a notice or a repair that shows it. For
//! everybody else it does not exist.

pub mod files;
pub mod intake;
pub mod response;

use std::{collections::BTreeSet, io};

use linli_wire::{
    Code, Timestamp, WireError,
    attachments::{Attachment, file_name},
    id::{AttachmentId, CommunityId, PersonId},
};

use crate::{
    Error,
    auth::Caller,
    config,
    db::{Database, Row, Tx},
    notices, params, repairs,
};

/// Over which time a person's files are counted.
const QUOTA_MS: i64 = 24 * 60 * 60 * 1000;
/// Files of a resident in that time, whatever the office may send: fifty reports with their photos.
const RESIDENT_FILES: u32 = 300;
/// Bytes of a resident in that time: so many photos, scaled as the app scales them.
const RESIDENT_BYTES: u64 = 300 * 1024 * 1024;

const COLUMNS: &str = "id, name, media_type, bytes, sha256, width, height";

/// What taking files in needs, shared by all requests.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// Where the bytes lie.
    pub files: files::Files,
    /// The decoders.
    pub intake: intake::Intake,
    /// How much one person may send.
    pub limits: config::Attachments,
}

impl Shelf {
    /// Takes a file in for `caller`: `PUT /v1/attachments/{id}`.
    ///
    /// # Errors
    /// `operation_reused`, `too_large`, `unsupported_file`, `too_many_tries` over the day's quota or
    /// when too many arrive, `storage_full`.
    pub async fn put(
        &self,
        db: &Database,
        caller: &Caller,
        id: AttachmentId,
        name: &str,
        bytes: bytes::Bytes,
    ) -> Result<Attachment, Error> {
        let name = name.to_owned();
        let received = intake::digest(&bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let (before, who, limits) = (received.clone(), caller.clone(), self.limits.clone());
        if let Some(known) = db.read(move |tx| repeat(tx, &who, id, &before, length, &limits)).await? {
            return Ok(known);
        }
        let taken = self.intake.take(bytes).await.map_err(|trouble| Error::Refused(trouble.into_wire()))?;
        let files = self.files.clone();
        let stored = tokio::task::spawn_blocking(move || {
            files.put(&taken.sha256, &taken.bytes).map(|()| intake::Taken { bytes: Vec::new(), ..taken })
        });
        let taken = stored
            .await
            .map_err(|_| Error::refused(Code::Internal, "storing a file failed"))?
            .map_err(|error| disk(&error))?;
        let (who, limits) = (caller.clone(), self.limits.clone());
        db.write(move |tx| {
            // Asked again under the lock of this transaction: the same file may have come twice at once.
            if let Some(known) = repeat(tx, &who, id, &received, length, &limits)? {
                return Ok(known);
            }
            insert(tx, who.community, who.person, id, &name, &taken, &received)?;
            get(tx, who.community, id)?.ok_or_else(Error::not_found)
        })
        .await
    }

    /// A file, to read from its beginning, for someone who may see it: `GET /v1/attachments/{id}`.
    ///
    /// # Errors
    /// `not_found`, for a foreign file as for a missing one; `internal` for one that is not whole.
    pub async fn file(
        &self,
        db: &Database,
        caller: &Caller,
        id: AttachmentId,
    ) -> Result<(Attachment, std::fs::File), Error> {
        let who = caller.clone();
        let attachment = db.read(move |tx| visible(tx, &who, id)).await?;
        let (files, hash) = (self.files.clone(), attachment.sha256.clone());
        let (file, length) = tokio::task::spawn_blocking(move || files.file(&hash))
            .await
            .map_err(|_| Error::refused(Code::Internal, "reading a file failed"))?
            .map_err(|error| disk(&error))?;
        if length != attachment.bytes {
            return Err(Error::refused(Code::Internal, "a file is not whole"));
        }
        Ok((attachment, file))
    }

    /// Removes rows that neither a notice nor a repair has used for a day, then files that no row has used for a day.
    /// Tells how many of each.
    ///
    /// # Errors
    /// The database's or the disk's.
    pub async fn sweep(&self, db: &Database) -> Result<(u64, usize), Error> {
        let rows = db.write(sweep_rows).await?;
        let wanted = db.read(hashes).await?;
        let (files, now) = (self.files.clone(), std::time::SystemTime::now());
        let swept = tokio::task::spawn_blocking(move || files.sweep(now, |hash| Ok(wanted.contains(hash))))
            .await
            .map_err(|_| Error::refused(Code::Internal, "sweeping files failed"))?
            .map_err(|error| disk(&error))?;
        Ok((rows, swept))
    }
}

/// The file under this id when it was sent before with the same bytes; none when it is new and the
/// day's quota has room for it.
fn repeat(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: AttachmentId,
    received: &str,
    length: u64,
    limits: &config::Attachments,
) -> Result<Option<Attachment>, Error> {
    let sql = "SELECT received_sha256, person_id FROM attachment WHERE community_id = $1 AND id = $2";
    if let Some(row) = tx.query_opt(sql, params![caller.community, id])? {
        let same =
            row.get::<String>(0)? == received && row.get::<Option<PersonId>>(1)? == Some(caller.person);
        if !same {
            return Err(Error::refused(Code::OperationReused, "another file was sent under this id"));
        }
        return get(tx, caller.community, id);
    }
    let since = tx.now().plus_millis(-QUOTA_MS);
    let row = tx.query_one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT), COALESCE(MIN(at), 0) FROM attachment
         WHERE community_id = $1 AND person_id = $2 AND at > $3",
        params![caller.community, caller.person, since],
    )?;
    let (count, bytes, oldest): (u32, u64, Timestamp) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (files_per_day, bytes_per_day) = if caller.role.is_office() {
        (limits.files_per_day, limits.bytes_per_day)
    } else {
        (limits.files_per_day.min(RESIDENT_FILES), limits.bytes_per_day.min(RESIDENT_BYTES))
    };
    if count >= files_per_day || bytes.saturating_add(length) > bytes_per_day {
        let wait = oldest.plus_millis(QUOTA_MS).millis_since(tx.now()).max(0) / 1000 + 1;
        let error = WireError::new(Code::TooManyTries, "the day's quota of files is used up");
        return Err(Error::Refused(error.with_details(serde_json::json!({ "retry_after_seconds": wait }))));
    }
    Ok(None)
}

/// The file, if `caller` may see it.
///
/// # Errors
/// `not_found`.
pub fn visible(tx: &mut Tx<'_>, caller: &Caller, id: AttachmentId) -> Result<Attachment, Error> {
    let found = get(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let own = tx.query_opt(
        "SELECT 1 FROM attachment WHERE community_id = $1 AND id = $2 AND person_id = $3",
        params![caller.community, id, caller.person],
    )?;
    let seen =
        own.is_some() || notices::can_see_file(tx, caller, id)? || repairs::can_see_file(tx, caller, id)?;
    if seen { Ok(found) } else { Err(Error::not_found()) }
}

/// A file's row.
///
/// # Errors
/// The database's.
pub fn get(tx: &mut Tx<'_>, community: CommunityId, id: AttachmentId) -> Result<Option<Attachment>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM attachment WHERE community_id = $1 AND id = $2");
    tx.query_opt(&sql, params![community, id])?.as_ref().map(attachment_of).transpose()
}

/// The ids of all files of a community.
///
/// # Errors
/// The database's.
pub fn ids(tx: &mut Tx<'_>, community: CommunityId) -> Result<BTreeSet<AttachmentId>, Error> {
    let rows = tx.query("SELECT id FROM attachment WHERE community_id = $1", params![community])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// The hashes of all files that a row knows.
///
/// # Errors
/// The database's.
pub fn hashes(tx: &mut Tx<'_>) -> Result<BTreeSet<String>, Error> {
    let rows = tx.query("SELECT DISTINCT sha256 FROM attachment", &[])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Adds a row for a file that is on disk already.
///
/// # Errors
/// The database's.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    id: AttachmentId,
    name: &str,
    taken: &intake::Taken,
    received: &str,
) -> Result<(), Error> {
    let name =
        file_name(name, taken.media_type).ok_or_else(|| Error::invalid("name", "must be a file name"))?;
    let (width, height) = taken.pixels.map_or((None, None), |(width, height)| (Some(width), Some(height)));
    let now = tx.now();
    tx.execute(
        "INSERT INTO attachment (community_id, id, name, media_type, bytes, sha256, received_sha256, width, height,
         person_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (community_id, id) DO NOTHING",
        params![community, id, &name, taken.media_type, taken.length, &taken.sha256, received, width, height, person, now],
    )?;
    Ok(())
}

fn sweep_rows(tx: &mut Tx<'_>) -> Result<u64, Error> {
    let age = i64::try_from(files::ORPHAN_AGE.as_millis()).unwrap_or(i64::MAX);
    let before = tx.now().plus_millis(-age);
    Ok(tx.execute(
        "DELETE FROM attachment WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM notice_attachment
         WHERE notice_attachment.community_id = attachment.community_id
         AND notice_attachment.attachment_id = attachment.id) AND NOT EXISTS (SELECT 1 FROM repair_attachment
         WHERE repair_attachment.community_id = attachment.community_id
         AND repair_attachment.attachment_id = attachment.id)",
        params![before],
    )?)
}

fn attachment_of(row: &Row) -> Result<Attachment, Error> {
    let pixels = row.get::<Option<u32>>(5)?.zip(row.get::<Option<u32>>(6)?);
    let (name, media_type): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(Attachment {
        id: row.get(0)?,
        // Servers of before took names as they came.
        name: file_name(&name, &media_type).unwrap_or_else(|| "file".to_owned()),
        media_type,
        bytes: row.get(3)?,
        sha256: row.get(4)?,
        pixels,
    })
}

/// Trouble of the disk as the client gets it.
pub(crate) fn disk(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::refused(Code::StorageFull, "the server's disk is full")
        }
        _ => Error::refused(Code::Internal, "a file could not be read or written"),
    }
}
