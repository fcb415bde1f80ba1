//! Notices in the cache: taken in from the log, listed, opened, marked as read.
//!
//! `visible` says that a notice is here as a resident's (through its audience), not only as the
//! office's; `rank` puts emergencies before pinned ones. The words for search are indexed after the
//! list can be shown ([`index_some`]): indexing costs several times the insert.

mod detail;
mod files;
mod index;
mod list;
mod marks;
pub mod office;
mod take;
pub mod templates;

use linli_wire::{
    Language,
    id::NoticeId,
    notices::{Notice, NoticeText},
};
use rusqlite::{Connection, OptionalExtension};

use crate::error::Result;

pub use detail::open;
pub(crate) use files::{attachment_about, newest_files};
pub use index::index_some;
pub use list::{home, list, unread};
pub use marks::read;
pub(crate) use marks::{arrived, offer_again, take_read_mark};
pub(crate) use take::{drop, review_news, review_visibility, take};

/// Rows in a window unless asked otherwise, and at most.
const WINDOW: (u32, u32) = (50, 200);
/// Condition for a notice that a resident sees now; `?1` is the clock.
const SHOWN: &str = "visible = 1 AND (expires_at IS NULL OR expires_at > ?1)";

/// Condition for a notice that the person has not opened on any device. Who joins today does not find
/// two years of unread notices: what is older than two weeks before the first joining counts as
/// read, emergencies excepted.
const UNREAD: &str = "((rank >= 2 OR published_at >= (SELECT unread_since FROM progress))
    AND NOT EXISTS (SELECT 1 FROM read_mark WHERE notice_id = notice.id))";

/// A notice as the server sent it.
pub(crate) fn load(db: &Connection, id: NoticeId) -> Result<Option<Notice>> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM notice JOIN notice_body USING (key) WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// The text in a language, else in the first one there is.
pub(crate) fn in_language<'a>(notice: &'a Notice, language: &Language) -> (Language, &'a NoticeText) {
    static NOTHING: NoticeText = NoticeText { title: String::new(), body: String::new() };
    match notice.content.texts.get(language) {
        Some(text) => (language.clone(), text),
        None => notice
            .content
            .texts
            .iter()
            .next()
            .map_or((language.clone(), &NOTHING), |(language, text)| (language.clone(), text)),
    }
}
