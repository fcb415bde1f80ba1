//! The files that repairs name.

use linli_wire::{attachments::Attachment, id::AttachmentId, repairs::Repair};
use rusqlite::Connection;

use crate::error::Result;

/// What is known of a file: from any repair that names it.
pub(crate) fn attachment_about(db: &Connection, id: AttachmentId) -> Result<Option<Attachment>> {
    let mut select = db.prepare_cached("SELECT body FROM repair_body WHERE instr(body, ?1) > 0")?;
    let mut rows = select.query([id.to_string()])?;
    while let Some(row) = rows.next()? {
        let repair: Repair = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if let Some(about) = photos(repair).find(|file| file.id == id) {
            return Ok(Some(about));
        }
    }
    Ok(None)
}

/// The files that are wanted when the network is gone: of the person's own open repairs, and of those that a
/// worker takes into the cellar.
pub(crate) fn wanted_files(db: &Connection) -> Result<Vec<Attachment>> {
    let mut select = db.prepare_cached(
        "SELECT body FROM repair JOIN repair_body USING (key) WHERE is_open = 1
         AND (mine = 1 OR assignee = (SELECT person_id FROM session)) ORDER BY reported_at DESC LIMIT 100",
    )?;
    let mut rows = select.query([])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.extend(photos(serde_json::from_str(&row.get::<_, String>(0)?)?));
    }
    Ok(files)
}

fn photos(repair: Repair) -> impl Iterator<Item = Attachment> {
    repair.report.photos.into_iter().chain(repair.events.into_iter().flat_map(|event| event.photos))
}
