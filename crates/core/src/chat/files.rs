//! The files that messages name.

use linli_wire::{Timestamp, attachments::Attachment, chat::Message, id::AttachmentId};
use rusqlite::{Connection, params};

use super::known::blocked;
use crate::{error::Result, outbox};

/// What is fetched without being asked for: of the newest messages with files, none older than this, in milliseconds.
const FETCHED_MS: i64 = 14 * 24 * 60 * 60 * 1000;
const FETCHED: u32 = 60;

/// What is known of a file: from any message that names it.
pub(crate) fn attachment_about(db: &Connection, id: AttachmentId) -> Result<Option<Attachment>> {
    let sql = "SELECT body FROM message_file JOIN message_body USING (key) WHERE file = ?1";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([id.0])?;
    while let Some(row) = rows.next()? {
        let message: Message = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if let Some(about) = message.content.files().iter().find(|file| file.id == id) {
            return Ok(Some(about.clone()));
        }
    }
    Ok(None)
}

/// The photos and voices of the last messages, for when the network is gone.
pub(crate) fn wanted_files(db: &Connection, now: Timestamp) -> Result<Vec<Attachment>> {
    let blocked = serde_json::to_string(&blocked(db, &outbox::open_in_chat(db)?)?)?;
    let mut select = db.prepare_cached(
        "SELECT body FROM message JOIN message_body USING (key)
         WHERE key IN (SELECT key FROM message_file) AND at >= ?1
           AND sender NOT IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?2))
         ORDER BY key DESC LIMIT ?3",
    )?;
    let mut rows = select.query(params![now.0 - FETCHED_MS, blocked, FETCHED])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let message: Message = serde_json::from_str(&row.get::<_, String>(0)?)?;
        let shown = |file: &&Attachment| file.is_picture() || file.media_type.starts_with("audio/");
        files.extend(message.content.files().iter().filter(shown).cloned());
    }
    Ok(files)
}
