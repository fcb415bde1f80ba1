//! Notices in the cache: taken in from the log, listed, opened, marked as read.
//!
//! `visible` says that a notice is here as a resident's (through its audience), not only as the
//! office's; `rank` puts emergencies before pinned ones. The words for search are indexed after the
//! list can be shown ([`index_some`]): indexing costs several times the insert.

use linli_wire::{
    Language, Timestamp,
    attachments::Attachment,
    command::HomeView,
    id::{AttachmentId, NoticeId},
    markdown::Block,
    notices::{
        Audience, CategoryCount, Notice, NoticeGet, NoticeRow, NoticeState, NoticeText, NoticeView,
        NoticesPage, NoticesQuery, ReadMark,
    },
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params, types::Value};
use serde_json::value::RawValue;

use crate::{
    cache::Cache,
    community,
    error::{Result, not_found},
    markdown, outbox,
    ports::System,
    search::{self, Terms},
};

pub mod office;

/// Rows in a window unless asked otherwise, and at most.
const WINDOW: (u32, u32) = (50, 200);
/// Condition for a notice that a resident sees now; `?1` is the clock.
const SHOWN: &str = "visible = 1 AND (expires_at IS NULL OR expires_at > ?1)";

/// Condition for a notice that the person has not opened on any device. Who joins today does not find
/// two years of unread notices: what is older than [`NEWS_MILLIS`] before the first joining counts as
/// read, emergencies excepted.
const UNREAD: &str = "((rank >= 2 OR published_at >= (SELECT unread_since FROM progress))
    AND NOT EXISTS (SELECT 1 FROM read_mark WHERE notice_id = notice.id))";
/// How far back a newcomer's news begins.
const NEWS_MILLIS: i64 = 14 * 24 * 3600 * 1000;

/// Takes a notice in. Returns it if a resident sees it for the first time.
pub(crate) fn take(
    tx: &Transaction<'_>,
    id: uuid::Uuid,
    version: u64,
    body: &RawValue,
    resident: bool,
) -> Result<Option<Notice>> {
    // A notice that this version cannot read is passed over; an update of the app takes it again.
    let Ok(notice) = serde_json::from_str::<Notice>(body.get()) else { return Ok(None) };
    let before: Option<(i64, bool)> = tx
        .prepare_cached("SELECT version, visible FROM notice WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let published = matches!(notice.state, NoticeState::Published { .. });
    let visible = (resident && published) || before.is_some_and(|(_, visible)| visible && published);
    if before.is_some_and(|(held, _)| held > version as i64) {
        return Ok(None);
    }
    let content = &notice.content;
    let state = match notice.state {
        NoticeState::Draft => "draft",
        NoticeState::Scheduled { .. } => "scheduled",
        NoticeState::Published { .. } => "published",
        NoticeState::Withdrawn { .. } => "withdrawn",
    };
    let order = match notice.state {
        NoticeState::Scheduled { publish_at } => publish_at.0,
        ref other => other.published_at().map_or(i64::MAX, |at| at.0),
    };
    let key: i64 = tx
        .prepare_cached(
            "INSERT INTO notice (id, version, visible, rank, category, state, published_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET indexed = (indexed AND version = excluded.version),
               version = excluded.version, visible = excluded.visible, rank = excluded.rank, category = excluded.category,
               state = excluded.state, published_at = excluded.published_at, expires_at = excluded.expires_at
             RETURNING key",
        )?
        .query_row(
            params![
                id,
                version,
                visible,
                2 * i64::from(content.emergency) + i64::from(content.pinned),
                content.category,
                state,
                order,
                content.expires_at.map(|at| at.0),
            ],
            |row| row.get(0),
        )?;
    tx.prepare_cached("INSERT OR REPLACE INTO notice_body (key, body) VALUES (?1, ?2)")?
        .execute(params![key, body.get()])?;
    Ok((visible && !before.is_some_and(|(_, visible)| visible)).then_some(notice))
}

/// A notice left a scope and is still held by another: is it still a resident's?
pub(crate) fn review_visibility(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    tx.prepare_cached(
        "UPDATE notice SET visible = (state = 'published' AND EXISTS (
           SELECT 1 FROM holding JOIN scope ON scope.key = holding.scope
           WHERE entity = ?2 AND id = ?1 AND scope.name NOT LIKE 'staff:%')) WHERE id = ?1",
    )?
    .execute(params![id, Entity::Notice.as_str()])?;
    Ok(())
}

/// No scope holds the notice any more.
pub(crate) fn drop(tx: &Connection, id: uuid::Uuid) -> Result<()> {
    let key: Option<i64> = tx
        .prepare_cached("DELETE FROM notice WHERE id = ?1 RETURNING key")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(key) = key {
        tx.prepare_cached("DELETE FROM notice_words WHERE rowid = ?1")?.execute([key])?;
    }
    Ok(())
}

/// A reading on another device; the earliest one stays.
pub(crate) fn take_read_mark(tx: &Connection, mark: &ReadMark) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO read_mark (notice_id, read_at) VALUES (?1, ?2)
         ON CONFLICT (notice_id) DO UPDATE SET read_at = min(read_at, excluded.read_at)",
    )?
    .execute(params![mark.notice_id.0, mark.read_at.0])?;
    Ok(())
}

/// The person's devices changed: the earliest of them says when their news began.
pub(crate) fn review_news(tx: &Connection) -> Result<()> {
    tx.execute(
        "UPDATE progress SET unread_since = coalesce(
           (SELECT min(json_extract(body, '$.joined_at')) FROM record WHERE entity = ?1) - ?2, 0)",
        params![Entity::Device.as_str(), NEWS_MILLIS],
    )?;
    Ok(())
}

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

/// A window of the list.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache, query: &NoticesQuery, language: &Language, now: Timestamp) -> Result<NoticesPage> {
    let terms = Terms::read(&query.search);
    if terms.is_some() {
        // What came in a moment ago is searched too.
        while index_some(cache, 500)? > 500 {}
    }
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
            verify = unsure;
            if let Some(expression) = expression {
                values.push(Value::Text(expression));
                condition.push_str(&format!(
                    " AND key IN (SELECT rowid FROM notice_words WHERE notice_words MATCH ?{})",
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
        })
    })
}

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

/// Marks notices as read here and queues the marks; without ids, all of them.
///
/// # Errors
/// Trouble of the cache.
pub fn read(cache: &Cache, system: &dyn System, ids: &[NoticeId]) -> Result<bool> {
    let now = system.now();
    cache.write(|tx| {
        let ids: Vec<NoticeId> = if ids.is_empty() {
            let mut select = tx.prepare(&format!("SELECT id FROM notice WHERE {SHOWN} AND {UNREAD}"))?;
            let rows = select.query_map([now.0], |row| Ok(NoticeId(row.get(0)?)))?;
            rows.collect::<std::result::Result<_, _>>()?
        } else {
            ids.to_vec()
        };
        let mut marks = Vec::new();
        for notice_id in ids {
            let fresh = tx
                .prepare_cached(
                    "INSERT INTO read_mark (notice_id, read_at) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM notice WHERE id = ?1 AND visible = 1)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![notice_id.0, now.0])?;
            if fresh == 1 {
                marks.push(ReadMark { notice_id, read_at: now });
            }
        }
        if !marks.is_empty() {
            outbox::enqueue_reads(tx, system, &marks)?;
        }
        Ok(!marks.is_empty())
    })
}

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

fn row_of(notice: &Notice, language: &Language, unread: bool, terms: Option<&Terms>) -> NoticeRow {
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

fn plain_of(text: &NoticeText) -> String {
    markdown::plain(&markdown::parse(&text.body))
}

/// Everything of a notice that a search may hit, all languages.
pub(crate) fn searchable(notice: &Notice) -> String {
    notice.content.texts.values().map(|text| format!("{}\n{}\n", text.title, plain_of(text))).collect()
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

fn updated_at(db: &Connection) -> Result<Option<Timestamp>> {
    Ok(db
        .query_row("SELECT updated_at FROM progress", [], |row| row.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}
