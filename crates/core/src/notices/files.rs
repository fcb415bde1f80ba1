//! The files that notices name.

use linli_wire::{Timestamp, attachments::Attachment, id::AttachmentId, notices::Notice};
use rusqlite::{Connection, params};

use super::SHOWN;
use crate::error::Result;

/// What is known of a file: from any notice that names it.
pub(crate) fn attachment_about(db: &Connection, id: AttachmentId) -> Result<Option<Attachment>> {
    let mut select = db.prepare_cached("SELECT body FROM notice_body WHERE instr(body, ?1) > 0")?;
    let mut rows = select.query([id.to_string()])?;
    while let Some(row) = rows.next()? {
        let notice: Notice = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if let Some(about) = notice.content.attachments.into_iter().find(|file| file.id == id) {
            return Ok(Some(about));
        }
    }
    Ok(None)
}

/// The files of the newest notices.
pub(crate) fn newest_files(db: &Connection, notices: u32, now: Timestamp) -> Result<Vec<Attachment>> {
    let sql = format!(
        "SELECT body FROM notice JOIN notice_body USING (key) WHERE {SHOWN} ORDER BY published_at DESC LIMIT ?2"
    );
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query(params![now.0, notices])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let notice: Notice = serde_json::from_str(&row.get::<_, String>(0)?)?;
        files.extend(notice.content.attachments);
    }
    Ok(files)
}
