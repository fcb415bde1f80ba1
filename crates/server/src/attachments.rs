//! Files that people send: pictures and documents.
//!
//! A file is sent under an id that its sender made. The same id with the same bytes gives the same
//! answer however often it comes; with other bytes it is `operation_reused`. What is stored is not
//! what was sent ([`intake`]) but what remains of it, under the hash of its content ([`files`]). A large one may
//! arrive in [`parts`].
//!
//! Who may fetch a file: whoever sent it, and everyone who sees a notice, a repair, a message or the card of a person that
//! shows it. For everybody else it does not exist.

pub mod files;
pub mod intake;
pub mod parts;
pub mod response;

use std::{collections::BTreeSet, io};

use linli_wire::{
    Code, Timestamp, WireError,
    attachments::{Attachment, MAX_FILE_BYTES, file_name},
    id::{AttachmentId, CommunityId, PersonId},
};

use crate::{
    Error,
    auth::Caller,
    config,
    db::{Database, Row, Tx},
    params,
    shown::sees_file,
};
use parts::{Appended, Arrived, Key, Promised};

/// Over which time a person's files are counted.
const QUOTA_MS: i64 = 24 * 60 * 60 * 1000;
/// Files of a resident in that time, whatever the office may send: fifty reports with their photos.
const RESIDENT_FILES: u32 = 300;
/// Bytes of a resident in that time: so many photos, scaled as the app scales them.
const RESIDENT_BYTES: u64 = 300 * 1024 * 1024;

/// Bytes by which every kind is told.
const SNIFFED: usize = 12;

/// The tables that say what a file stands on.
const USERS: [&str; 4] = ["notice_attachment", "repair_attachment", "message_attachment", "photo"];

const COLUMNS: &str = "id, name, media_type, bytes, sha256, width, height";

/// What taking files in needs, shared by all requests.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// Where the bytes lie.
    pub files: files::Files,
    /// Where the bytes of those lie that are not whole yet.
    pub parts: parts::Parts,
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
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let promised = Promised { length, sha256: intake::digest(&bytes), name: name.to_owned() };
        // Room that is promised to parts is not given away to whole files.
        let (key, parts) = (key(caller, id), self.parts.clone());
        let under_way = on_disk(move || parts.others(key)).await?;
        let taken = self.take_in(db, caller, id, promised, under_way, move || Ok(bytes)).await?;
        // It may have begun in parts: they are not needed any more.
        self.parts.forget(key);
        Ok(taken)
    }

    /// Begins an upload in parts: the file, when it is here already, or how much of it is.
    ///
    /// # Errors
    /// As for [`Shelf::put`], as far as it can be told from the first part; `invalid_input` for a promise of
    /// nothing, or a first part longer than the whole.
    pub async fn begin(
        &self,
        db: &Database,
        caller: &Caller,
        id: AttachmentId,
        promised: Promised,
        bytes: bytes::Bytes,
    ) -> Result<Part, Error> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if promised.length == 0 || length > promised.length {
            return Err(Error::invalid("upload-length", "must be that of the whole file"));
        }
        let promised = named(promised)?;
        if promised.length > MAX_FILE_BYTES {
            return Err(Error::Refused(intake::Trouble::TooManyBytes.into_wire()));
        }
        // What is of no kind that is taken need not arrive as a whole to be refused.
        if bytes.len() >= SNIFFED && intake::sniff(&bytes).is_none() {
            return Err(Error::Refused(intake::Trouble::Unknown.into_wire()));
        }
        let (key, parts) = (key(caller, id), self.parts.clone());
        let under_way = on_disk(move || parts.others(key)).await?;
        let (who, limits, claim) = (caller.clone(), self.limits.clone(), promised.clone());
        let known = db.read(move |tx| repeat(tx, &who, id, &claim, under_way, &limits)).await?;
        if let Some(known) = known {
            return Ok(Part::Whole(known));
        }
        let parts = self.parts.clone();
        on_disk(move || parts.begin(key, &promised, &bytes)).await.map(Part::Arrived)
    }

    /// How much of the caller's upload of a file is here.
    ///
    /// # Errors
    /// `not_found` when it never began, is whole, or is forgotten: it begins anew then.
    pub async fn arrived(&self, caller: &Caller, id: AttachmentId) -> Result<Arrived, Error> {
        let (key, parts) = (key(caller, id), self.parts.clone());
        on_disk(move || parts.arrived(key)).await?.ok_or_else(Error::not_found)
    }

    /// Takes the next part of the caller's upload of a file, which begins at `at`. The last one makes it whole.
    ///
    /// # Errors
    /// `not_found` as for [`Shelf::arrived`]; `conflict` when the whole is not what was promised, upon which it is
    /// forgotten; `invalid_input` for a part that does not fit; and as for [`Shelf::put`].
    pub async fn append(
        &self,
        db: &Database,
        caller: &Caller,
        id: AttachmentId,
        at: u64,
        is_last: bool,
        bytes: bytes::Bytes,
    ) -> Result<Part, Error> {
        let (key, parts) = (key(caller, id), self.parts.clone());
        let appended = on_disk(move || parts.append(key, at, is_last, &bytes)).await?;
        let promised = match appended.ok_or_else(Error::not_found)? {
            Appended::Elsewhere(arrived) => return Ok(Part::Elsewhere(arrived)),
            Appended::Unfit => return Err(Error::invalid("upload-complete", "does not fit the length")),
            Appended::Done(arrived) if !is_last => return Ok(Part::Arrived(arrived)),
            Appended::Done(arrived) => arrived.promised,
        };
        let parts = self.parts.clone();
        let digest = on_disk(move || parts.digest(key)).await?.ok_or_else(Error::not_found)?;
        if digest != promised.sha256 {
            self.parts.forget(key);
            return Err(Error::refused(Code::Conflict, "the parts do not make the file that was promised"));
        }
        let parts = self.parts.clone();
        let taken = self.take_in(db, caller, id, promised, (0, 0), move || parts.bytes(key)).await;
        // What may be taken later is not asked for again until then.
        if taken.as_ref().map_or_else(|error| !is_passing(error.code()), |_| true) {
            self.parts.forget(key);
        }
        taken.map(Part::Whole)
    }

    /// Takes in what `load` gives, which is as it was promised, where the quota has room for it beside what is
    /// `under_way`. What can be refused without it is refused first: a file that gets no row counts for nobody.
    async fn take_in<B: AsRef<[u8]>>(
        &self,
        db: &Database,
        caller: &Caller,
        id: AttachmentId,
        promised: Promised,
        under_way: (u32, u64),
        load: impl FnOnce() -> io::Result<B> + Send + 'static,
    ) -> Result<Attachment, Error> {
        let promised = named(promised)?;
        let (before, who, limits) = (promised.clone(), caller.clone(), self.limits.clone());
        if let Some(known) = db.read(move |tx| repeat(tx, &who, id, &before, under_way, &limits)).await? {
            return Ok(known);
        }
        let taken = self.intake.take(load).await?;
        let files = self.files.clone();
        let taken = on_disk(move || {
            files.put(&taken.sha256, &taken.bytes).map(|()| intake::Taken { bytes: Vec::new(), ..taken })
        })
        .await?;
        let (who, limits) = (caller.clone(), self.limits.clone());
        db.write(move |tx| {
            // Asked again under the lock of this transaction: the same file may have come twice at once.
            if let Some(known) = repeat(tx, &who, id, &promised, under_way, &limits)? {
                return Ok(known);
            }
            insert(tx, who.community, who.person, id, &promised.name, &taken, &promised.sha256)?;
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
        let (file, length) = on_disk(move || files.file(&hash)).await?;
        if length != attachment.bytes {
            return Err(Error::refused(Code::Internal, "a file is not whole"));
        }
        Ok((attachment, file))
    }

    /// Removes rows that nothing has used for a day, then files that no row has used for a day,
    /// and uploads that came no further for as long. Tells how many rows and how many files.
    ///
    /// # Errors
    /// The database's or the disk's.
    pub async fn sweep(&self, db: &Database) -> Result<(u64, usize), Error> {
        let rows = db.write(sweep_rows).await?;
        let wanted = db.read(hashes).await?;
        let (files, parts, now) = (self.files.clone(), self.parts.clone(), std::time::SystemTime::now());
        let swept =
            on_disk(move || Ok(files.sweep(now, |hash| Ok(wanted.contains(hash)))? + parts.sweep(now)?));
        Ok((rows, swept.await?))
    }
}

/// What became of a part.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// So much is here now.
    Arrived(Arrived),
    /// So much is here, and the part does not begin there.
    Elsewhere(Arrived),
    /// The file is here.
    Whole(Attachment),
}

fn key(caller: &Caller, id: AttachmentId) -> Key {
    Key { community: caller.community, person: caller.person, id }
}

/// A promise under a name that a file can have; its kind will decide about the ending alone.
fn named(promised: Promised) -> Result<Promised, Error> {
    let name = file_name(&promised.name, "application/pdf");
    let name = name.ok_or_else(|| Error::invalid("name", "must be a file name"))?;
    Ok(Promised { name, ..promised })
}

/// Does what waits for the disk.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Error::refused(Code::Internal, "a file could not be handled"))?
        .map_err(|error| disk(&error))
}

/// Whether a file that is refused so may be taken later.
const fn is_passing(code: Code) -> bool {
    matches!(code, Code::TooManyTries | Code::StorageFull | Code::Internal | Code::ServerUnreachable)
}

/// The file under this id when it was sent before with the same bytes; none when it is new and the
/// day's quota has room for it beside what is `under_way`, in files and bytes.
fn repeat(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: AttachmentId,
    promised: &Promised,
    under_way: (u32, u64),
    limits: &config::Attachments,
) -> Result<Option<Attachment>, Error> {
    let sql = "SELECT received_sha256, person_id FROM attachment WHERE community_id = $1 AND id = $2";
    if let Some(row) = tx.query_opt(sql, params![caller.community, id])? {
        let same = row.get::<String>(0)? == promised.sha256
            && row.get::<Option<PersonId>>(1)? == Some(caller.person);
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
    let bytes = bytes.saturating_add(under_way.1).saturating_add(promised.length);
    if count.saturating_add(under_way.0) >= files_per_day || bytes > bytes_per_day {
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
    if own.is_some() || sees_file(tx, caller, id)? { Ok(found) } else { Err(Error::not_found()) }
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
    let unused = USERS.map(|table| {
        format!(
            " AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.community_id = attachment.community_id
             AND {table}.attachment_id = attachment.id)"
        )
    });
    Ok(tx.execute(&format!("DELETE FROM attachment WHERE at < $1{}", unused.concat()), params![before])?)
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
