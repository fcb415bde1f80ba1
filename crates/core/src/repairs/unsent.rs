//! What was typed with a write that was given up: the next message, or the next note of the office, begins with
//! it.
//!
//! The two are kept apart: what the office noted for itself must not stand in a box that writes to everybody.

use linli_wire::{Timestamp, attachments::Attachment, id::RepairId, repairs::RepairWords};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;

/// Where given up words go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Into the next message.
    Message,
    /// Into the next note.
    Note,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Note => "note",
        }
    }
}

/// Given up words as they are kept.
pub(crate) struct Unsent {
    pub(crate) id: RepairId,
    pub(crate) kind: Kind,
    pub(crate) said: RepairWords,
    pub(crate) at: Timestamp,
}

/// What the next message or note on a repair begins with.
pub(super) fn of(db: &Connection, id: RepairId, kind: Kind) -> Result<Option<RepairWords>> {
    let sql = "SELECT words, photos FROM repair_words WHERE repair_id = ?1 AND kind = ?2";
    let row: Option<(String, String)> = db
        .prepare_cached(sql)?
        .query_row(params![id.0, kind.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(words, photos)| Ok(RepairWords { words, photos: serde_json::from_str(&photos)? })).transpose()
}

/// Keeps what was given up, behind what was given up before.
pub(super) fn give_back(
    db: &Connection,
    id: RepairId,
    kind: Kind,
    words: &str,
    photos: &[Attachment],
    now: Timestamp,
) -> Result<()> {
    if words.trim().is_empty() && photos.is_empty() {
        return Ok(());
    }
    let mut said = of(db, id, kind)?.unwrap_or_default();
    if !said.words.is_empty() && !words.is_empty() {
        said.words.push_str("\n\n");
    }
    said.words.push_str(words);
    let known: Vec<_> = said.photos.iter().map(|file| file.id).collect();
    said.photos.extend(photos.iter().filter(|file| !known.contains(&file.id)).cloned());
    forget(db, id, kind)?;
    put(db, &Unsent { id, kind, said, at: now })?;
    Ok(())
}

/// They were written anew, or left out.
pub(super) fn forget(db: &Connection, id: RepairId, kind: Kind) -> Result<()> {
    let sql = "DELETE FROM repair_words WHERE repair_id = ?1 AND kind = ?2";
    db.prepare_cached(sql)?.execute(params![id.0, kind.as_str()])?;
    Ok(())
}

/// All that is kept, newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Unsent>> {
    let sql = "SELECT repair_id, kind, words, photos, kept_at FROM repair_words ORDER BY kept_at DESC";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = if row.get::<_, String>(1)? == Kind::Note.as_str() { Kind::Note } else { Kind::Message };
        let photos = serde_json::from_str(&row.get::<_, String>(3)?)?;
        let said = RepairWords { words: row.get(2)?, photos };
        found.push(Unsent { id: RepairId(row.get(0)?), kind, said, at: Timestamp(row.get(4)?) });
    }
    Ok(found)
}

/// Keeps words unless there are some already. Returns whether these are the ones that are kept.
pub(crate) fn put(db: &Connection, unsent: &Unsent) -> Result<bool> {
    let Unsent { id, kind, said, at } = unsent;
    db.prepare_cached(
        "INSERT INTO repair_words (repair_id, kind, words, photos, kept_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![id.0, kind.as_str(), said.words, serde_json::to_string(&said.photos)?, at.0])?;
    Ok(of(db, *id, *kind)?.as_ref() == Some(said))
}
