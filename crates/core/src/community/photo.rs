//! Photos of people: the person's own through the outbox, and those that others show.
//!
//! A photo is here as long as a record names it: the person's own, or the card of somebody who shows theirs. Who takes a
//! photo back, or no longer shows it, changes that record, and the file goes in the same transaction.

use linli_wire::{
    attachments::{Attachment, NewFile},
    command::OwnPhoto,
    community::{PHOTO_EDGE, Photo},
    id::{AttachmentId, PersonId},
    ops::{Action, Op},
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::record;
use crate::{
    attachments::{self, Kept},
    cache::Cache,
    error::Result,
    outbox::{self, Open},
    ports::System,
};

/// Lane of the person's own photo.
const LANE: &str = "photo";
/// Photos that are fetched without being asked for: some megabytes.
const FETCHED: u32 = 300;
/// The records that name photos, as the index over them has it.
const NAMING: &str = "entity IN ('neighbour', 'photo')";

/// Chooses a photo of the person: made a small square and cleaned here, kept, and saved through the outbox.
///
/// # Errors
/// `too_large`; `unsupported_file` for what is no picture; trouble of the cache.
pub fn save_photo(cache: &Cache, system: &dyn System, file: &NewFile) -> Result<()> {
    let Kept { about, bytes } = attachments::square(system, file, PHOTO_EDGE)?;
    cache.write(|tx| {
        attachments::put(tx, &about, &bytes, Some("queued"), system.now())?;
        save(tx, system, Some(about))
    })
}

/// Takes the person's photo away, through the outbox.
///
/// # Errors
/// Trouble of the cache.
pub fn remove_photo(cache: &Cache, system: &dyn System) -> Result<()> {
    cache.write(|tx| save(tx, system, None))
}

fn save(tx: &Transaction<'_>, system: &dyn System, photo: Option<Attachment>) -> Result<()> {
    let earlier: Vec<String> = {
        let sql = "SELECT op ->> '$.action.photo.id' FROM outbox WHERE lane = ?1
             AND op ->> '$.action.photo.id' IS NOT NULL";
        let mut select = tx.prepare_cached(sql)?;
        let rows = select.query_map([LANE], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    outbox::replace_newest(tx, system, LANE, Action::SavePhoto { photo })?;
    earlier.iter().filter_map(|id| id.parse().ok()).try_for_each(|id| let_go(tx, id))
}

/// What was chosen and given up again is not sent.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn give_photo_up(tx: &Transaction<'_>, op: &Op) -> Result<()> {
    match &op.action {
        Action::SavePhoto { photo: Some(photo) } => let_go(tx, photo.id.0),
        _ => Ok(()),
    }
}

fn let_go(tx: &Connection, photo: Uuid) -> Result<()> {
    if is_photo(tx, photo)? { Ok(()) } else { attachments::let_go(tx, photo) }
}

/// The person's photo, with what waits in the outbox.
pub(super) fn own(db: &Connection, person: PersonId) -> Result<OwnPhoto> {
    let newest = outbox::open_in_lane(db, LANE)?.into_iter().next_back();
    if let Some(Open { op: Op { action: Action::SavePhoto { photo }, .. }, pending, .. }) = newest {
        return Ok(OwnPhoto { id: photo.map(|photo| photo.id), pending: Some(pending) });
    }
    let known: Option<Photo> = record(db, Entity::Photo, person.0)?;
    Ok(OwnPhoto { id: known.map(|known| known.photo.id), pending: None })
}

/// What is known of a file: from a record that names it as a photo.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn attachment_about(db: &Connection, id: AttachmentId) -> Result<Option<Attachment>> {
    let sql = format!(
        "SELECT body ->> '$.photo' FROM record WHERE {NAMING} AND body ->> '$.photo.id' = ?1 LIMIT 1"
    );
    let about: Option<String> =
        db.prepare_cached(&sql)?.query_row([id.to_string()], |row| row.get(0)).optional()?;
    Ok(about.map(|about| serde_json::from_str(&about)).transpose()?)
}

/// Photos for when the network is gone, the person's own first.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn wanted_photos(db: &Connection) -> Result<Vec<Attachment>> {
    let sql = format!(
        "SELECT body ->> '$.photo' FROM record WHERE {NAMING} AND body ->> '$.photo.id' IS NOT NULL
         ORDER BY entity DESC, id LIMIT ?1"
    );
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query([FETCHED])?;
    let mut wanted = Vec::new();
    while let Some(row) = rows.next()? {
        wanted.extend(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).ok());
    }
    Ok(wanted)
}

/// The photo that a record names, before the record changes.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn photo_named_by(db: &Connection, entity: Entity, id: Uuid) -> Result<Option<Uuid>> {
    if !matches!(entity, Entity::Neighbour | Entity::Photo) {
        return Ok(None);
    }
    let sql = "SELECT body ->> '$.photo.id' FROM record WHERE entity = ?1 AND id = ?2";
    let known: Option<Option<String>> =
        db.prepare_cached(sql)?.query_row(params![entity.as_str(), id], |row| row.get(0)).optional()?;
    Ok(known.flatten().and_then(|known| known.parse().ok()))
}

/// A photo that no record names any more leaves this device.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn forget_photo(db: &Connection, photo: Option<Uuid>) -> Result<()> {
    match photo {
        Some(id) if !is_photo(db, id)? => attachments::forget(db, id),
        _ => Ok(()),
    }
}

/// Whether a record names a file as somebody's photo.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn is_photo(db: &Connection, photo: Uuid) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM record WHERE {NAMING} AND body ->> '$.photo.id' = ?1)");
    Ok(db.prepare_cached(&sql)?.query_row([photo.to_string()], |row| row.get(0))?)
}
