//! The list: order, filters, counts, hits of a search; and what Home shows of it.

use linli_wire::{
    Language, Timestamp,
    attachments::Attachment,
    command::HomeView,
    notices::{CategoryCount, Notice, NoticeRow, NoticeState, NoticeText, NoticesPage, NoticesQuery},
};
use rusqlite::{Connection, types::Value};

use super::{SHOWN, UNREAD, WINDOW, in_language, index::searchable, index_some};
use crate::{
    cache::Cache,
    error::Result,
    markdown,
    search::{self, Terms},
};

/// A window of the list.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache, query: &NoticesQuery, language: &Language, now: Timestamp) -> Result<NoticesPage> {
    let terms = Terms::read(&query.search);
    let knows_all = terms.is_none() || search::knows_all(cache, index_some)?;
    cache.read(|db| {
        let mut page = NoticesPage { updated_at: updated_at(db)?, ..NoticesPage::default() };
        count(db, &mut page, now)?;
        let (offset, limit) =
            (query.offset, if query.limit == 0 { WINDOW.0 } else { query.limit.min(WINDOW.1) });
        let mut condition = SHOWN.to_owned();
        let mut values = vec![Value::Integer(now.0)];
        if let Some(category) = &query.category {
            values.push(Value::Text(category.clone()));
            condition.push_str(&format!(" AND category = ?{}", values.len()));
        }
        if query.unread_only {
            condition.push_str(&format!(" AND {UNREAD}"));
        }
        let mut verify = false;
        if let Some(terms) = &terms {
            let (expression, unsure) = terms.expression();
            verify = unsure || !knows_all;
            if let Some(expression) = expression {
                values.push(Value::Text(expression));
                let left = if knows_all { "" } else { "indexed = 0 OR " };
                condition.push_str(&format!(
                    " AND ({left}key IN (SELECT rowid FROM notice_words WHERE notice_words MATCH ?{}))",
                    values.len()
                ));
            }
        }
        // A search is answered newest first; rank orders the plain list only.
        let order =
            if terms.is_some() { "published_at DESC, key" } else { "rank DESC, published_at DESC, key" };
        if verify {
            verified(db, &condition, order, &values, terms.as_ref(), (offset, limit), language, &mut page)?;
        } else {
            page.total = match query {
                NoticesQuery { category: None, unread_only: false, search, .. }
                    if search.trim().is_empty() =>
                {
                    page.categories.values().map(|count| count.total).sum()
                }
                _ => db
                    .prepare_cached(&format!("SELECT count(*) FROM notice WHERE {condition}"))?
                    .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?,
            };
            let sql = window(&condition, order, limit, offset);
            let mut select = db.prepare_cached(&sql)?;
            let mut rows = select.query(rusqlite::params_from_iter(&values))?;
            while let Some(row) = rows.next()? {
                page.rows.push(row_of(
                    &serde_json::from_str(&row.get::<_, String>(0)?)?,
                    language,
                    row.get(1)?,
                    terms.as_ref(),
                ));
            }
        }
        Ok(page)
    })
}

/// A window of bodies with their unread marks. The rows are chosen before any body is read.
fn window(condition: &str, order: &str, limit: u32, offset: u32) -> String {
    format!(
        "SELECT body, {UNREAD} FROM
           (SELECT key, id, rank, published_at FROM notice WHERE {condition} ORDER BY {order} LIMIT {limit} OFFSET {offset}) AS notice
         JOIN notice_body USING (key) ORDER BY {order}"
    )
}

/// Where the index could not decide: every candidate is looked at.
#[allow(clippy::too_many_arguments, reason = "the parts of one statement, named at its only call")]
fn verified(
    db: &Connection,
    condition: &str,
    order: &str,
    values: &[Value],
    terms: Option<&Terms>,
    (offset, limit): (u32, u32),
    language: &Language,
    page: &mut NoticesPage,
) -> Result<()> {
    let mut select = db.prepare_cached(&format!(
        "SELECT body, {UNREAD} FROM notice JOIN notice_body USING (key) WHERE {condition} ORDER BY {order}"
    ))?;
    let mut rows = select.query(rusqlite::params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let notice: Notice = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if terms.is_some_and(|terms| terms.found_in(&searchable(&notice))) {
            if page.total >= offset && page.total - offset < limit {
                page.rows.push(row_of(&notice, language, row.get(1)?, terms));
            }
            page.total += 1;
        }
    }
    Ok(())
}

fn count(db: &Connection, page: &mut NoticesPage, now: Timestamp) -> Result<()> {
    let sql = format!(
        "SELECT category, count(*), count(*) FILTER (WHERE {UNREAD}) FROM notice WHERE {SHOWN} GROUP BY category"
    );
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query([now.0])?;
    while let Some(row) = rows.next()? {
        let count = CategoryCount { total: row.get(1)?, unread: row.get(2)? };
        page.unread += count.unread;
        page.categories.insert(row.get(0)?, count);
    }
    Ok(())
}

/// How many are unread.
///
/// # Errors
/// Trouble of the cache.
pub fn unread(db: &Connection, now: Timestamp) -> Result<u32> {
    let sql = format!("SELECT count(*) FROM notice WHERE {SHOWN} AND {UNREAD}");
    Ok(db.prepare_cached(&sql)?.query_row([now.0], |row| row.get(0))?)
}

/// What Home shows of the notices.
///
/// # Errors
/// Trouble of the cache.
pub fn home(cache: &Cache, language: &Language, now: Timestamp) -> Result<HomeView> {
    cache.read(|db| {
        let some = |condition: &str| -> Result<Vec<NoticeRow>> {
            let sql = window(&format!("{SHOWN} AND {condition}"), "published_at DESC, key", 5, 0);
            let mut select = db.prepare_cached(&sql)?;
            let mut rows = select.query([now.0])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(row_of(
                    &serde_json::from_str(&row.get::<_, String>(0)?)?,
                    language,
                    row.get(1)?,
                    None,
                ));
            }
            Ok(found)
        };
        Ok(HomeView {
            emergencies: some("rank >= 2")?,
            unread: some(&format!("rank < 2 AND {UNREAD}"))?,
            unread_total: unread(db, now)?,
            newest: some("rank < 2")?,
            new_devices: Vec::new(),
            rounds_due: 0,
        })
    })
}

/// A notice as the list shows it.
pub(super) fn row_of(notice: &Notice, language: &Language, unread: bool, terms: Option<&Terms>) -> NoticeRow {
    // A search may hit a language other than the face's: then that one is shown.
    let hit = terms.and_then(|terms| {
        let (_, own) = in_language(notice, language);
        let all = std::iter::once((language, own)).chain(notice.content.texts.iter());
        all.map(|(language, text)| (language, text, plain_of(text)))
            .find(|(_, text, plain)| terms.found_in(&format!("{}\n{plain}", text.title)))
    });
    let (language, text) = match &hit {
        Some((language, text, _)) if notice.content.texts.contains_key(language) => {
            ((*language).clone(), *text)
        }
        _ => in_language(notice, language),
    };
    let plain = plain_of(text);
    let changed_at = match notice.state {
        NoticeState::Published { changed_at, .. } => changed_at,
        _ => None,
    };
    NoticeRow {
        id: notice.id,
        title: text.title.clone(),
        title_pieces: terms.map_or_else(Vec::new, |terms| terms.marked(&text.title)),
        language,
        excerpt: terms.map_or_else(|| search::beginning(&plain), |terms| terms.excerpt(&plain)),
        category: notice.content.category.clone(),
        emergency: notice.content.emergency,
        pinned: notice.content.pinned,
        unread,
        published_at: notice.state.published_at().unwrap_or_default(),
        changed_at,
        author: notice.author.name.clone(),
        has_picture: notice.content.attachments.iter().any(Attachment::is_picture),
    }
}

/// A text without its marks.
pub(super) fn plain_of(text: &NoticeText) -> String {
    markdown::plain(&markdown::parse(&text.body))
}

fn updated_at(db: &Connection) -> Result<Option<Timestamp>> {
    Ok(db
        .query_row("SELECT updated_at FROM progress", [], |row| row.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}
