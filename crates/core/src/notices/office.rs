//! The office's side of notices: the list, the editor, what waits to be saved.
//!
//! What stands in an editor is kept in `draft` while it is typed, valid or not. Saving moves it into
//! the outbox in one transaction; giving a stuck save up moves it back. So what was typed is always in
//! exactly one place: the draft, the outbox, or the log.

use linli_wire::{
    Language, Timestamp,
    community::{Person, Role},
    id::NoticeId,
    notices::{
        Audience, KeepDraft, MAX_TITLE, Notice, NoticeContent, NoticeState, NoticeTemplate, NoticeText,
        OfficeFilter, OfficeNotice, OfficeNoticeRow, OfficeNoticesPage, OfficeNoticesQuery, Publish,
        SaveNotice,
    },
    ops::{Action, Op},
    outbox::{Pending, PendingState},
    sync::Entity,
    text,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{WINDOW, in_language, load};
use crate::{
    cache::Cache,
    community,
    error::{Result, not_found},
    outbox,
    ports::System,
};

/// A window of the office's list. What exists only here comes first, then the newest.
///
/// # Errors
/// Trouble of the cache.
pub fn list(
    cache: &Cache,
    query: &OfficeNoticesQuery,
    language: &Language,
    now: Timestamp,
) -> Result<OfficeNoticesPage> {
    cache.read(|db| {
        let mut rows = Vec::new();
        // Drafts and saves that the server has no row for yet.
        for id in local_only(db)? {
            if let Some(notice) = opened(db, id)?
                && matches!(query.filter, OfficeFilter::All | OfficeFilter::Drafts)
            {
                rows.push(row_of(&notice, &me_name(db)?, language, now));
            }
        }
        let condition = match query.filter {
            OfficeFilter::All => "1",
            OfficeFilter::Drafts => "state = 'draft'",
            OfficeFilter::Scheduled => "state = 'scheduled'",
            OfficeFilter::Published => "state = 'published' AND (expires_at IS NULL OR expires_at > ?1)",
            OfficeFilter::Past => "(state = 'withdrawn' OR expires_at <= ?1)",
        };
        // The clock is bound in every statement, whether the condition asks for it or not.
        let condition = format!("{condition} AND ?1 IS NOT NULL");
        let local = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let on_server: u32 =
            db.prepare_cached(&format!("SELECT count(*) FROM notice WHERE {condition}"))?.query_row([now.0], |row| row.get(0))?;
        let limit = if query.limit == 0 { WINDOW.0 } else { query.limit.min(WINDOW.1) };
        let rows: Vec<OfficeNoticeRow> = rows.into_iter().skip(query.offset as usize).take(limit as usize).collect();
        let mut page = OfficeNoticesPage { rows, total: local + on_server };
        let room = limit - u32::try_from(page.rows.len()).unwrap_or(limit);
        let offset = query.offset.saturating_sub(local);
        let sql = format!("SELECT id FROM notice WHERE {condition} ORDER BY published_at DESC, key DESC LIMIT {room} OFFSET {offset}");
        let ids: Vec<NoticeId> = {
            let mut select = db.prepare_cached(&sql)?;
            let rows = select.query_map([now.0], |row| Ok(NoticeId(row.get(0)?)))?;
            rows.collect::<std::result::Result<_, _>>()?
        };
        for id in ids {
            if let (Some(opened), Some(notice)) = (opened(db, id)?, load(db, id)?) {
                page.rows.push(row_of(&opened, &notice.author.name, language, now));
            }
        }
        Ok(page)
    })
}

/// A notice opened for editing.
///
/// # Errors
/// `not_found` when it is nowhere.
pub fn open(cache: &Cache, id: NoticeId) -> Result<OfficeNotice> {
    cache.read(|db| opened(db, id)?.ok_or_else(|| not_found("notice")))
}

/// A new notice, empty or from a template, kept as a draft at once.
///
/// # Errors
/// `not_found` when the template is gone.
pub fn new(
    cache: &Cache,
    system: &dyn System,
    template: Option<linli_wire::id::TemplateId>,
) -> Result<OfficeNotice> {
    let now = system.now();
    let mut random = [0; 10];
    system.random(&mut random);
    let id = NoticeId::new(now, random);
    cache.write(|tx| {
        let content = match template {
            Some(template) => {
                let template: NoticeTemplate = community::record(tx, Entity::NoticeTemplate, template.0)?
                    .ok_or_else(|| not_found("template"))?;
                NoticeContent { expires_at: None, attachments: Vec::new(), ..template.content }
            }
            None => empty(tx)?,
        };
        put_draft(tx, id, 0, &content, now)?;
        opened(tx, id)?.ok_or_else(|| not_found("notice"))
    })
}

/// Keeps what stands in the editor.
///
/// # Errors
/// Trouble of the cache.
pub fn keep(cache: &Cache, system: &dyn System, draft: &KeepDraft) -> Result<()> {
    cache.write(|tx| put_draft(tx, draft.id, draft.base_version, &draft.content, system.now()))
}

/// Forgets the local copy, and a save that got stuck.
///
/// # Errors
/// Trouble of the cache.
pub fn forget(cache: &Cache, id: NoticeId) -> Result<()> {
    cache.write(|tx| {
        tx.execute("DELETE FROM draft WHERE notice_id = ?1", [id.0])?;
        tx.execute("DELETE FROM outbox WHERE lane = ?1 AND state = 'stuck'", [lane(id)])?;
        Ok(())
    })
}

/// Saves through the outbox: the draft becomes an operation.
///
/// # Errors
/// Trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, request: SaveNotice) -> Result<()> {
    let SaveNotice { id, base_version, content, publish } = request;
    for (language, words) in &content.texts {
        // What the server would refuse is said while it can still be mended in its place; the draft stays.
        if publish != Publish::Keep || !words.title.trim().is_empty() {
            text::line_of(&format!("texts.{language}.title"), &words.title, MAX_TITLE)?;
        }
    }
    cache.write(|tx| {
        let lane = lane(id);
        // The editor may have been opened before an own save was through, and stands on the text of that
        // one: this save is made from what the own ones have become. One that never left is replaced and
        // keeps what it was made from.
        let base_version =
            outbox::saves_of(tx, &lane)?.into_iter().fold(base_version, |base, open| match open.op.action {
                Action::SaveNotice { base_version: sent, .. } if open.tried && sent == base => sent + 1,
                Action::SaveNotice { base_version: queued, .. }
                    if !open.tried && open.pending.state == PendingState::Waiting =>
                {
                    queued
                }
                _ => base,
            });
        let subject = content
            .texts
            .values()
            .map(|text| text.title.as_str())
            .find(|title| !title.is_empty())
            .unwrap_or_default();
        let subject = subject.to_owned();
        outbox::replace(
            tx,
            system,
            &lane,
            &subject,
            Action::SaveNotice { notice_id: id, base_version, content, publish },
        )?;
        tx.execute("DELETE FROM draft WHERE notice_id = ?1", [id.0])?;
        Ok(())
    })
}

/// Takes a notice back, or deletes a draft; what exists only here is simply forgotten.
///
/// # Errors
/// Trouble of the cache.
pub fn withdraw(cache: &Cache, system: &dyn System, id: NoticeId, language: &Language) -> Result<()> {
    cache.write(|tx| {
        let on_server = load(tx, id)?;
        let lane = lane(id);
        let on_its_way = outbox::open_in_lane(tx, &lane)?.iter().any(|open| open.tried);
        tx.execute("DELETE FROM draft WHERE notice_id = ?1", [id.0])?;
        tx.execute(
            "DELETE FROM outbox WHERE lane = ?1 AND (state = 'stuck' OR (state = 'queued' AND tried = 0))",
            [&lane],
        )?;
        if on_server.is_some() || on_its_way {
            let subject = on_server
                .as_ref()
                .map(|notice| in_language(notice, language).1.title.clone())
                .unwrap_or_default();
            outbox::enqueue(tx, system, &lane, &subject, Action::WithdrawNotice { notice_id: id })?;
        }
        Ok(())
    })
}

/// A save that is given up goes back into the editor.
///
/// # Errors
/// Trouble of the cache.
pub fn take_back(tx: &Transaction<'_>, op: &Op) -> Result<()> {
    if let Action::SaveNotice { notice_id, base_version, content, .. } = &op.action {
        let drafted: bool =
            tx.query_row("SELECT EXISTS (SELECT 1 FROM draft WHERE notice_id = ?1)", [notice_id.0], |row| {
                row.get(0)
            })?;
        if !drafted {
            put_draft(tx, *notice_id, *base_version, content, op.at)?;
        }
    }
    Ok(())
}

fn lane(id: NoticeId) -> String {
    format!("notice:{id}")
}

fn put_draft(
    db: &Connection,
    id: NoticeId,
    base_version: u64,
    content: &NoticeContent,
    now: Timestamp,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO draft (notice_id, base_version, content, kept_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (notice_id) DO UPDATE SET base_version = excluded.base_version, content = excluded.content, kept_at = excluded.kept_at",
    )?
    .execute(params![id.0, base_version as i64, serde_json::to_string(content)?, now.0])?;
    Ok(())
}

/// An empty notice in the community's first language and category.
fn empty(db: &Connection) -> Result<NoticeContent> {
    let community = community::community(db)?;
    let language = community
        .as_ref()
        .and_then(|community| community.languages.first().cloned())
        .unwrap_or_else(Language::en);
    let category =
        community.and_then(|community| community.categories.first().map(|category| category.key.clone()));
    Ok(NoticeContent {
        texts: [(language, NoticeText::default())].into(),
        category: category.unwrap_or_default(),
        audience: Audience::Community,
        emergency: false,
        pinned: false,
        expires_at: None,
        attachments: Vec::new(),
    })
}

/// The draft if there is one, else the save under way, else the server's.
fn opened(db: &Connection, id: NoticeId) -> Result<Option<OfficeNotice>> {
    let on_server = load(db, id)?;
    let draft: Option<(i64, String)> = db
        .prepare_cached("SELECT base_version, content FROM draft WHERE notice_id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let last = outbox::open_in_lane(db, &lane(id))?.into_iter().next_back();
    let pending: Option<Pending> = last.as_ref().map(|open| open.pending.clone());
    let saving = last.and_then(|open| match open.op.action {
        Action::SaveNotice { base_version, content, .. } => Some((base_version, content)),
        _ => None,
    });
    let has_local_changes = draft.is_some();
    let (base_version, content) = match (draft, saving, &on_server) {
        (Some((base, content)), ..) => (base as u64, serde_json::from_str(&content)?),
        (None, Some(saving), _) => saving,
        (None, None, Some(notice)) => (notice.version, notice.content.clone()),
        (None, None, None) => return Ok(None),
    };
    let stuck = pending.as_ref().is_some_and(|pending| matches!(pending.state, PendingState::Stuck { .. }));
    let theirs =
        on_server.as_ref().filter(|notice| notice.version > base_version && (has_local_changes || stuck));
    Ok(Some(OfficeNotice {
        id,
        content,
        state: on_server.as_ref().map_or(NoticeState::Draft, |notice| notice.state.clone()),
        base_version,
        has_local_changes,
        theirs: theirs.cloned().map(Box::new),
        pending,
    }))
}

fn row_of(notice: &OfficeNotice, author: &str, language: &Language, now: Timestamp) -> OfficeNoticeRow {
    let texts = &notice.content.texts;
    let title = texts
        .get(language)
        .or_else(|| texts.values().next())
        .map(|text| text.title.clone())
        .unwrap_or_default();
    OfficeNoticeRow {
        id: notice.id,
        title,
        state: notice.state.clone(),
        category: notice.content.category.clone(),
        emergency: notice.content.emergency,
        pinned: notice.content.pinned,
        languages: texts.keys().cloned().collect(),
        author: author.to_owned(),
        has_local_changes: notice.has_local_changes,
        pending: notice.pending.clone(),
        expired: notice.content.expires_at.is_some_and(|at| at <= now),
    }
}

fn local_only(db: &Connection) -> Result<Vec<NoticeId>> {
    let mut select = db.prepare_cached(
        "SELECT notice_id FROM draft WHERE notice_id NOT IN (SELECT id FROM notice) ORDER BY kept_at DESC",
    )?;
    let rows = select.query_map([], |row| Ok(NoticeId(row.get(0)?)))?;
    let mut ids: Vec<NoticeId> = rows.collect::<std::result::Result<_, _>>()?;
    let mut select = db.prepare_cached(
        "SELECT op FROM outbox WHERE kind = 'save_notice' AND state <> 'settled' ORDER BY seq DESC",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if let Action::SaveNotice { notice_id, .. } = op.action
            && !ids.contains(&notice_id)
            && load(db, notice_id)?.is_none()
        {
            ids.push(notice_id);
        }
    }
    Ok(ids)
}

fn me_name(db: &Connection) -> Result<String> {
    Ok(community::me(db)?.map(|person: Person| person.name).unwrap_or_default())
}

/// Whether this account sees the office's side.
///
/// # Errors
/// Trouble of the cache.
pub fn is_office(db: &Connection) -> Result<bool> {
    Ok(community::me(db)?.is_some_and(|person| Role::is_office(person.role)))
}

/// The server's copy of a notice, for comparison in tests and conflict views.
///
/// # Errors
/// Trouble of the cache.
pub fn on_server(cache: &Cache, id: NoticeId) -> Result<Option<Notice>> {
    cache.read(|db| load(db, id))
}
