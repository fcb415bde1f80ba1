//! The photo that somebody chose of themselves.
//!
//! The person has it in their own scope. Others have it on the person's card ([`crate::chat`]), where the person chose to
//! show it and where the card stands; whoever does not have it there is not given the file either. Blocking changes
//! nothing of this: who is not heard would learn it from a face that is gone.

use linli_wire::{
    attachments::{Attachment, file_name},
    community::{PHOTO_EDGE, Photo},
    id::{AttachmentId, CommunityId, PersonId},
    sync::{Entity, Scope},
};
use uuid::Uuid;

use crate::{Error, attachments, auth::Caller, chat, db::Tx, params};

/// Chooses a photo of the caller, or takes it away.
///
/// # Errors
/// `invalid_input` for a file that the caller has not sent to this server, and for one that is no small square picture.
pub fn save_photo(tx: &mut Tx<'_>, caller: &Caller, given: Option<&Attachment>) -> Result<(), Error> {
    let chosen = given.map(|file| fitting(tx, caller, file.id)).transpose()?;
    put(tx, caller.community, caller.person, chosen)
}

fn fitting(tx: &mut Tx<'_>, caller: &Caller, id: AttachmentId) -> Result<AttachmentId, Error> {
    let sql = "SELECT 1 FROM attachment WHERE community_id = $1 AND id = $2 AND person_id = $3";
    // What somebody else sent is theirs to show.
    let own = tx.query_opt(sql, params![caller.community, id, caller.person])?;
    let file = if own.is_some() { attachments::get(tx, caller.community, id)? } else { None };
    let file = file.ok_or_else(|| Error::invalid("attachments", "has not been sent to this server"))?;
    if Photo::fits(&file) {
        Ok(id)
    } else {
        Err(Error::invalid("photo", format!("must be a square picture of at most {PHOTO_EDGE} pixels")))
    }
}

/// Takes the photo of somebody away who leaves.
///
/// # Errors
/// The database's.
pub(super) fn forget_photo(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<(), Error> {
    put(tx, community, id, None)
}

fn put(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PersonId,
    chosen: Option<AttachmentId>,
) -> Result<(), Error> {
    let sql = "SELECT attachment_id FROM photo WHERE community_id = $1 AND person_id = $2";
    let known = tx.query_locked(sql, params![community, id])?;
    let known: Option<AttachmentId> = known.map(|row| row.get(0)).transpose()?.flatten();
    if known == chosen {
        return Ok(());
    }
    let row = tx.query_one(
        "INSERT INTO photo (community_id, person_id, version, attachment_id) VALUES ($1, $2, 1, $3)
         ON CONFLICT (community_id, person_id) DO UPDATE SET version = photo.version + 1,
         attachment_id = excluded.attachment_id RETURNING version",
        params![community, id, chosen],
    )?;
    let body = photo(tx, community, id)?.map(|photo| Photo { photo });
    tx.log_as(community, &[Scope::Person(id)], Entity::Photo, id.0, row.get(0)?, body.as_ref())?;
    chat::people_changed(tx, community, None, Some(id))
}

/// The photo of a person, whether they show it or not.
///
/// # Errors
/// The database's.
pub(crate) fn photo(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PersonId,
) -> Result<Option<Attachment>, Error> {
    let sql = "SELECT attachment_id FROM photo WHERE community_id = $1 AND person_id = $2";
    let known = tx.query_opt(sql, params![community, id])?;
    let Some(file) = known.map(|row| row.get::<Option<AttachmentId>>(0)).transpose()?.flatten() else {
        return Ok(None);
    };
    let file = attachments::get(tx, community, file)?;
    // What somebody called their file is nobody else's.
    Ok(file.map(|file| Attachment { name: file_name("photo", &file.media_type).unwrap_or_default(), ..file }))
}

/// Whether a file is the photo of somebody who shows it, and whose card stands in one of the scopes.
///
/// # Errors
/// The database's.
pub(crate) fn sees_photo(
    tx: &mut Tx<'_>,
    community: CommunityId,
    scopes: &[Scope],
    id: AttachmentId,
) -> Result<bool, Error> {
    let rows = tx.query(
        "SELECT DISTINCT neighbour_scope.scope FROM photo
         JOIN person ON person.community_id = photo.community_id AND person.id = photo.person_id
         JOIN neighbour_scope ON neighbour_scope.community_id = photo.community_id
         AND neighbour_scope.neighbour_id = photo.person_id
         WHERE photo.community_id = $1 AND photo.attachment_id = $2 AND person.visible_photo = 1
         AND person.left_at IS NULL",
        params![community, id],
    )?;
    for row in &rows {
        if scopes.contains(&row.get(0)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the log of a community must hold of photos, for `linli-server check`: person, version and body.
///
/// # Errors
/// The database's.
pub(crate) fn photos(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<(PersonId, u64, Photo)>, Error> {
    let sql = "SELECT person_id, version FROM photo WHERE community_id = $1 AND attachment_id IS NOT NULL";
    let mut found = Vec::new();
    for row in tx.query(sql, params![community])? {
        let (id, version) = (row.get(0)?, row.get(1)?);
        found.extend(photo(tx, community, id)?.map(|photo| (id, version, Photo { photo })));
    }
    Ok(found)
}

/// What does not fit about photos: one that is no small square picture, one of somebody who has left.
///
/// # Errors
/// The database's.
pub(crate) fn check_photos(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let rows = tx.query(
        "SELECT photo.person_id, photo.community_id, photo.attachment_id, person.left_at FROM photo
         JOIN person ON person.community_id = photo.community_id AND person.id = photo.person_id
         WHERE photo.attachment_id IS NOT NULL",
        &[],
    )?;
    for row in &rows {
        let (person, community): (Uuid, CommunityId) = (row.get(0)?, row.get(1)?);
        if !attachments::get(tx, community, row.get(2)?)?.is_some_and(|file| Photo::fits(&file)) {
            found.push(format!("the photo of person {person} is no small square picture"));
        }
        if row.get::<Option<i64>>(3)?.is_some() {
            found.push(format!("person {person} has left, but their photo is still here"));
        }
    }
    Ok(found)
}
