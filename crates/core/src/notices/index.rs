//! The words of notices, for search: indexed after the list can be shown.

use linli_wire::notices::Notice;
use rusqlite::{Transaction, params};

use super::list::plain_of;
use crate::{cache::Cache, error::Result, search};

/// Indexes the words of some notices; returns how many were left to do before it began.
///
/// # Errors
/// Trouble of the cache.
pub fn index_some(cache: &Cache, at_most: u32) -> Result<u32> {
    let left: u32 = cache.read(|db| {
        Ok(db.query_row("SELECT count(*) FROM notice WHERE indexed = 0", [], |row| row.get(0))?)
    })?;
    if left > 0 {
        cache.write(|tx| index(tx, at_most))?;
    }
    Ok(left)
}

fn index(tx: &Transaction<'_>, at_most: u32) -> Result<()> {
    let rows: Vec<(i64, String)> = {
        let mut select =
            tx.prepare_cached("SELECT key, body FROM notice JOIN notice_body USING (key) WHERE indexed = 0 ORDER BY key LIMIT ?1")?;
        let rows = select.query_map([at_most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for (key, body) in rows {
        let notice: Notice = serde_json::from_str(&body)?;
        let (spaced, endings) = search::prepare(&searchable(&notice));
        tx.prepare_cached(
            "INSERT OR REPLACE INTO notice_words (rowid, spaced, endings) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![key, spaced, endings])?;
        tx.prepare_cached("UPDATE notice SET indexed = 1 WHERE key = ?1")?.execute([key])?;
    }
    Ok(())
}

/// Everything of a notice that a search may hit, all languages.
pub(crate) fn searchable(notice: &Notice) -> String {
    notice.content.texts.values().map(|text| format!("{}\n{}\n", text.title, plain_of(text))).collect()
}
