//! Files: taken in from the person, sent once, kept for reading offline.
//!
//! A picture is decoded, turned upright, scaled and written anew *here*, so that where it was taken
//! never leaves the device; the server does the same again. Bytes stand in the encrypted cache like
//! everything else. What has not been sent, or is named by a draft or an operation, is never evicted; what
//! can be fetched again goes first, least recently used.

mod upload;

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use linli_wire::{
    Code, Timestamp, WireError,
    attachments::{
        Attachment, FileBytes, MAX_EDGE, MAX_FILE_BYTES, MAX_PIXELS, NewFile, file_name, is_voice, media_type,
    },
    id::AttachmentId,
    markdown::Block,
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::{
    cache::Cache,
    error::{Error, Result, internal},
    markdown,
    ports::System,
};

use upload::NAMED;
pub(crate) use upload::{Files, files_of, of_action, send_again};
pub use upload::{begin, has_begun, refused, uploaded, uploads};

/// Room for files that can be fetched again, in bytes.
const ROOM: u64 = 256 * 1024 * 1024;
/// A look at a file is written down when the last one is this old, in milliseconds.
const USED_MILLIS: i64 = 24 * 3600 * 1000;

/// A file in the cache.
pub struct Kept {
    /// What it is.
    pub about: Attachment,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Takes a file in: checked, cleaned, kept, queued for sending.
///
/// # Errors
/// `too_large`, `unsupported_file`, `storage_full`.
pub fn add(cache: &Cache, system: &dyn System, file: &NewFile) -> Result<Attachment> {
    let Kept { about, bytes } = named(system, &file.name, clean(bytes_of(file)?)?);
    cache.write(|tx| put(tx, &about, &bytes, Some("queued"), system.now()))?;
    Ok(about)
}

/// A picture as a square of at most `edge` pixels, checked and cleaned; it is not kept yet. It has a name that tells
/// nothing of the file.
///
/// # Errors
/// `too_large`, `unsupported_file` for what is no picture.
pub(crate) fn square(system: &dyn System, file: &NewFile, edge: u32) -> Result<Kept> {
    let bytes = bytes_of(file)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large());
    }
    let square =
        linli_picture::square(&decode(&bytes)?, edge).map_err(|error| unsupported(&error.to_string()))?;
    Ok(named(system, "photo", written(square)?))
}

fn named(system: &dyn System, name: &str, (bytes, media_type, pixels): Cleaned) -> Kept {
    let mut random = [0; 10];
    system.random(&mut random);
    let about = Attachment {
        id: AttachmentId::new(system.now(), random),
        name: tidy_name(name, &media_type),
        media_type,
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        pixels,
    };
    Kept { about, bytes: bytes.into() }
}

/// Keeps a file, unless it is here already.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn put(
    tx: &Connection,
    about: &Attachment,
    bytes: &[u8],
    upload: Option<&str>,
    used_at: Timestamp,
) -> Result<()> {
    let new = tx
        .prepare_cached(
            "INSERT INTO attachment (id, about, size, upload, used_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![about.id.0, serde_json::to_string(about)?, bytes.len(), upload, used_at.0])?;
    if new > 0 {
        tx.prepare_cached("INSERT INTO file (id, bytes) VALUES (?1, ?2)")?
            .execute(params![about.id.0, bytes])?;
    }
    Ok(())
}

/// A file from the cache.
///
/// # Errors
/// Trouble of the cache.
pub fn kept(cache: &Cache, id: AttachmentId) -> Result<Option<Kept>> {
    cache.read(|db| {
        let row: Option<(String, Vec<u8>)> = db
            .prepare_cached("SELECT about, bytes FROM attachment JOIN file USING (id) WHERE id = ?1")?
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(about, bytes)| Ok(Kept { about: serde_json::from_str(&about)?, bytes: bytes.into() }))
            .transpose()
    })
}

/// Tells the pictures of a text that is being written how large they are.
///
/// # Errors
/// Trouble of the cache.
pub fn size_pictures(cache: &Cache, blocks: &mut [Block]) -> Result<()> {
    cache.read(|db| {
        let mut about = db.prepare_cached("SELECT about FROM attachment WHERE id = ?1")?;
        let about = std::cell::RefCell::new(&mut about);
        markdown::size_pictures(blocks, &|id| {
            let about: String = about.borrow_mut().query_row([id.0], |row| row.get(0)).ok()?;
            serde_json::from_str::<Attachment>(&about).ok()?.pixels
        });
        Ok(())
    })
}

/// Somebody looks at a file: it is not the next to go when room is needed. Written at most once a day for
/// each file; a clock that was set back counts as another day.
///
/// # Errors
/// Trouble of the cache.
pub fn used(cache: &Cache, id: AttachmentId, now: Timestamp) -> Result<()> {
    let stale = "SELECT EXISTS (SELECT 1 FROM attachment WHERE id = ?1 AND abs(used_at - ?2) >= ?3)";
    let values = params![id.0, now.0, USED_MILLIS];
    if cache.read(|db| Ok(db.prepare_cached(stale)?.query_row(values, |row| row.get::<_, bool>(0))?))? {
        cache.write(|tx| {
            tx.execute("UPDATE attachment SET used_at = ?2 WHERE id = ?1", params![id.0, now.0])?;
            Ok(())
        })?;
    }
    Ok(())
}

/// Whether a file is in the cache.
///
/// # Errors
/// Trouble of the cache.
pub fn is_kept(cache: &Cache, id: AttachmentId) -> Result<bool> {
    cache.read(|db| {
        Ok(db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM attachment WHERE id = ?1)")?
            .query_row([id.0], |row| row.get(0))?)
    })
}

/// Keeps a file that was fetched, making room first.
///
/// # Errors
/// `not_linli_server` when the bytes are not those that the notice names; trouble of the cache.
pub fn keep(cache: &Cache, about: &Attachment, bytes: &Bytes, now: Timestamp) -> Result<()> {
    keep_if(cache, about, bytes, now, |_| Ok(true))
}

/// [`keep`] for a file that may have been taken back while it was on its way.
///
/// # Errors
/// As for [`keep`].
pub(crate) fn keep_if(
    cache: &Cache,
    about: &Attachment,
    bytes: &Bytes,
    now: Timestamp,
    is_wanted: impl FnOnce(&Connection) -> Result<bool>,
) -> Result<()> {
    if sha256(bytes) != about.sha256 {
        return Err(Error::new(
            Code::NotLinliServer,
            "the file does not have the hash that the notice names",
        ));
    }
    cache.write(|tx| {
        if !is_wanted(tx)? {
            return Ok(());
        }
        let used: u64 =
            tx.query_row("SELECT coalesce(sum(size), 0) FROM attachment WHERE upload IS NULL", [], |row| {
                row.get(0)
            })?;
        let mut over = (used + about.bytes).saturating_sub(ROOM);
        while over > 0 {
            let oldest: Option<u64> = tx
                .query_row(
                    &format!(
                        "DELETE FROM attachment WHERE id = (
                           SELECT id FROM attachment WHERE upload IS NULL AND id NOT IN ({NAMED})
                           ORDER BY used_at LIMIT 1
                         ) RETURNING size"
                    ),
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(freed) = oldest else { break };
            over = over.saturating_sub(freed);
        }
        put(tx, about, bytes, None, now)
    })
}

/// A file leaves this device, unless something that was not sent yet names it.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn forget(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    let sql = format!("DELETE FROM attachment WHERE id = ?1 AND upload IS NULL AND id NOT IN ({NAMED})");
    tx.prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

/// A file that nothing is to send any more leaves this device, also while it waits, unless something else names it.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn let_go(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    let sql = format!("DELETE FROM attachment WHERE id = ?1 AND id NOT IN ({NAMED})");
    tx.prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

/// For the face.
pub fn file_bytes(kept: &Kept) -> FileBytes {
    FileBytes { media_type: kept.about.media_type.clone(), base64: BASE64.encode(&kept.bytes) }
}

/// The bytes of a file that the face handed over.
///
/// # Errors
/// `too_large`, before anything is decoded.
pub(crate) fn bytes_of(file: &NewFile) -> Result<Vec<u8>> {
    if file.base64.len() as u64 > MAX_FILE_BYTES / 3 * 4 + 4 {
        return Err(too_large());
    }
    Ok(BASE64.decode(&file.base64).map_err(|_| WireError::invalid("file", "not base64"))?)
}

/// A picture, upright. Its format and its size are looked at before it is decoded.
///
/// # Errors
/// `too_large`, `unsupported_file`.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    let format = image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP));
    let format = format.ok_or_else(|| unsupported("neither JPEG, PNG, WebP nor PDF"))?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unsupported(&error.to_string()))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error(
            WireError::new(Code::TooLarge, "too many pixels")
                .with_details(serde_json::json!({ "limit": MAX_PIXELS })),
        ));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unsupported(&error.to_string()))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Bytes as they may leave this device, their media type and, for pictures, their size.
type Cleaned = (Vec<u8>, String, Option<(u32, u32)>);

fn clean(bytes: Vec<u8>) -> Result<Cleaned> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large());
    }
    if bytes.starts_with(b"%PDF-") {
        return Ok((bytes, "application/pdf".to_owned(), None));
    }
    if let Some(sound) = media_type(&bytes).filter(|kind| is_voice(kind)) {
        return Ok((bytes, sound.to_owned(), None));
    }
    let picture =
        linli_picture::fit(decode(&bytes)?, MAX_EDGE).map_err(|error| unsupported(&error.to_string()))?;
    written(picture)
}

/// A picture written anew, with nothing beside its pixels.
fn written(picture: DynamicImage) -> Result<Cleaned> {
    let pixels = (picture.width(), picture.height());
    let (bytes, media_type) = if picture.color().has_alpha() {
        let mut png = Cursor::new(Vec::new());
        let written = picture.into_rgba8().write_to(&mut png, ImageFormat::Png);
        written.map_err(|error| internal(error.to_string()))?;
        (png.into_inner(), "image/png")
    } else {
        (linli_picture::jpeg(&picture).map_err(|error| unsupported(&error.to_string()))?, "image/jpeg")
    };
    Ok((bytes, media_type.to_owned(), Some(pixels)))
}

/// A name to show and to save under, with the ending of the media type.
fn tidy_name(name: &str, media_type: &str) -> String {
    let tidy = file_name(name, media_type).or_else(|| file_name("file", media_type));
    tidy.unwrap_or_default()
}

/// The name under which a file leaves the app to be opened by another program. Its ending is told by the
/// bytes once more: what the server said of them is not believed.
///
/// # Errors
/// `unsupported_file` when the bytes are of no kind that Linli takes.
pub fn opened_as(kept: &Kept) -> Result<String> {
    let media_type = media_type(&kept.bytes).ok_or_else(|| unsupported("neither a picture nor a PDF"))?;
    Ok(tidy_name(&kept.about.name, media_type))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn too_large() -> Error {
    Error(
        WireError::new(Code::TooLarge, "file too large")
            .with_details(serde_json::json!({ "limit": MAX_FILE_BYTES })),
    )
}

fn unsupported(why: &str) -> Error {
    Error::new(Code::UnsupportedFile, why)
}

#[cfg(test)]
mod tests;
