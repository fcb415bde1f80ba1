//! Files on their way to the server, and which may not leave this device.
//!
//! A file goes up as soon as it is taken in, while its notice or report is still being written. The server
//! forgets a file that neither has used for a day, and after a restore it may never have had it: then it is sent
//! again from here. So whatever a draft or an operation names is kept.

use linli_wire::{WireError, attachments::Attachment, id::AttachmentId, ops::Action};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{cache::Cache, error::Result};

/// Selects the ids that drafts and operations name: nothing else may still bring these files back.
pub(super) const NAMED: &str = "
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM draft, json_each(draft.content, '$.attachments') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM repair_draft,
        json_each(repair_draft.form, '$.photos') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM typed, json_each(typed.photos) AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM round_draft,
        json_each(round_draft.form, '$.photos') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM outbox,
        json_each(outbox.op, '$.action.content.attachments') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM outbox,
        json_each(outbox.op, '$.action.report.photos') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM outbox,
        json_each(outbox.op, '$.action.act.photos') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM outbox,
        json_each(outbox.op, '$.action.photos') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM typed,
        json_each(iif(typed.place = 'message' AND json_valid(typed.form), typed.form, '{}'), '$.files') AS file
    UNION
    SELECT unhex(replace(file.value ->> 'id', '-', '')) FROM outbox,
        json_each(outbox.op, '$.action.message.content.files') AS file
    UNION
    SELECT unhex(replace(op ->> '$.action.photo.id', '-', '')) FROM outbox WHERE op ->> '$.action.photo.id' IS NOT NULL";

/// How the files stand that an operation names.
pub(crate) enum Files {
    /// On the server.
    Sent,
    /// On their way.
    Waiting,
    /// One of them will never be taken.
    Refused(WireError),
}

/// The files that wait to be sent, the oldest first.
///
/// # Errors
/// Trouble of the cache.
pub fn uploads(cache: &Cache) -> Result<Vec<AttachmentId>> {
    cache.read(|db| {
        let sql = "SELECT id FROM attachment WHERE upload IS NOT NULL ORDER BY used_at, id";
        let mut select = db.prepare_cached(sql)?;
        let rows = select.query_map([], |row| Ok(AttachmentId(row.get(0)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    })
}

/// Whether the server may have the beginning of a file: parts of it were sent.
///
/// # Errors
/// Trouble of the cache.
pub fn has_begun(cache: &Cache, id: AttachmentId) -> Result<bool> {
    cache.read(|db| {
        let sql = "SELECT EXISTS (SELECT 1 FROM attachment WHERE id = ?1 AND upload = 'sending')";
        Ok(db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0))?)
    })
}

/// Parts of a file are sent from now on.
///
/// # Errors
/// Trouble of the cache.
pub fn begin(cache: &Cache, id: AttachmentId) -> Result<()> {
    cache.write(|tx| {
        tx.execute("UPDATE attachment SET upload = 'sending' WHERE id = ?1 AND upload = 'queued'", [id.0])?;
        Ok(())
    })
}

/// The server has the file. What stands here stays: the same picture, even where the server wrote it
/// anew, and its author sees it without network, too.
///
/// # Errors
/// Trouble of the cache.
pub fn uploaded(cache: &Cache, id: AttachmentId) -> Result<()> {
    cache.write(|tx| {
        tx.execute("UPDATE attachment SET upload = NULL WHERE id = ?1", [id.0])?;
        Ok(())
    })
}

/// The server will never take this file, and says why: it waits no longer.
///
/// # Errors
/// Trouble of the cache.
pub fn refused(cache: &Cache, id: AttachmentId, error: &WireError) -> Result<()> {
    cache.write(|tx| {
        tx.execute(
            "UPDATE attachment SET upload = NULL, refused = ?2 WHERE id = ?1",
            params![id.0, serde_json::to_string(error)?],
        )?;
        Ok(())
    })
}

/// How the files of an operation stand.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn files_of(db: &Connection, action: &Action) -> Result<Files> {
    let mut waiting = false;
    for id in named_by(action) {
        let row: Option<(bool, Option<String>)> = db
            .prepare_cached("SELECT upload IS NOT NULL, refused FROM attachment WHERE id = ?1")?
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match row {
            Some((_, Some(error))) => return Ok(Files::Refused(serde_json::from_str(&error)?)),
            Some((true, None)) => waiting = true,
            Some((false, None)) | None => {}
        }
    }
    Ok(if waiting { Files::Waiting } else { Files::Sent })
}

/// Sends the files of an operation again, as far as they are here. Returns whether any is.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn send_again(db: &Connection, action: &Action) -> Result<bool> {
    let mut any = false;
    for id in named_by(action) {
        let sql = "UPDATE attachment SET upload = 'queued', refused = NULL WHERE id = ?1";
        any |= db.prepare_cached(sql)?.execute([id.0])? > 0;
    }
    Ok(any)
}

fn named_by(action: &Action) -> Vec<AttachmentId> {
    of_action(action).iter().map(|file| file.id).collect()
}

/// The files that an operation names.
pub(crate) fn of_action(action: &Action) -> &[Attachment] {
    match action {
        Action::SaveNotice { content, .. } | Action::SaveTemplate { content, .. } => &content.attachments,
        Action::ReportRepair { report, .. } => &report.photos,
        Action::ActOnRepair { act, .. } => act.photos(),
        Action::MessageOnRepair { photos, .. } | Action::InspectPoint { photos, .. } => photos,
        Action::SendMessage { message } => message.content.files(),
        Action::SavePhoto { photo } => photo.as_slice(),
        _ => &[],
    }
}
