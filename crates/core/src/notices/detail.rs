//! A notice opened.

use linli_wire::{
    Language,
    attachments::Attachment,
    id::AttachmentId,
    markdown::Block,
    notices::{Audience, NoticeGet, NoticeView},
};
use rusqlite::Connection;

use super::{UNREAD, in_language, list::row_of, load};
use crate::{
    cache::Cache,
    community,
    error::{Result, not_found},
    markdown,
};

/// A notice opened.
///
/// # Errors
/// `not_found` when it is not here, or no longer.
pub fn open(cache: &Cache, request: &NoticeGet, face: &Language) -> Result<NoticeView> {
    cache.read(|db| {
        let notice = load(db, request.id)?.ok_or_else(|| not_found("notice"))?;
        let language = request.language.as_ref().unwrap_or(face);
        let sql = format!("SELECT {UNREAD} FROM notice WHERE id = ?1");
        let unread: bool = db.prepare_cached(&sql)?.query_row([request.id.0], |row| row.get(0))?;
        let (_, text) = in_language(&notice, language);
        let mut blocks = markdown::parse(&text.body);
        markdown::size_pictures(&mut blocks, &|id| {
            notice.content.attachments.iter().find(|file| file.id == id)?.pixels
        });
        Ok(NoticeView {
            row: row_of(&notice, language, unread, None),
            audience_names: audience_names(db, &notice.content.audience)?,
            audience: notice.content.audience.clone(),
            plain: format!("{}\n{}", text.title, markdown::plain(&blocks)),
            languages: notice.content.texts.keys().cloned().collect(),
            attachments: attachments_beside(&notice.content.attachments, &blocks),
            blocks,
            expires_at: notice.content.expires_at,
        })
    })
}

/// Files that the text does not show as pictures.
fn attachments_beside(attachments: &[Attachment], blocks: &[Block]) -> Vec<Attachment> {
    let mut shown = Vec::new();
    pictures(blocks, &mut shown);
    attachments.iter().filter(|file| !shown.contains(&file.id)).cloned().collect()
}

fn pictures(blocks: &[Block], shown: &mut Vec<AttachmentId>) {
    for block in blocks {
        match block {
            Block::Picture { id, .. } => shown.push(*id),
            Block::Quote { blocks } => pictures(blocks, shown),
            Block::List { items, .. } => items.iter().for_each(|item| pictures(item, shown)),
            _ => {}
        }
    }
}

fn audience_names(db: &Connection, audience: &Audience) -> Result<Vec<String>> {
    match audience {
        Audience::Community | Audience::Role { .. } => Ok(Vec::new()),
        Audience::Buildings { buildings } => {
            let known = community::buildings(db)?;
            Ok(buildings
                .iter()
                .filter_map(|id| known.iter().find(|building| building.id == *id))
                .map(|b| b.code.clone())
                .collect())
        }
        Audience::Units { units } => community::unit_names(db, units),
    }
}
