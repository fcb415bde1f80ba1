//! Notices: the office writes, people read.
//!
//! The office's scope holds every notice in every state. Its audience's scopes (`notice_scope`) hold
//! it from publishing until withdrawal; changing the audience takes it out of the scopes it leaves
//! and brings it into those it enters. Expiry is left to the clients' clocks: an expired notice stays
//! in the log, so that a device that was long away shows the same list as one that was not.

mod audience;
mod check;
mod read;
mod templates;

use std::collections::BTreeSet;

use linli_wire::{
    Code, Timestamp, WireError,
    community::Role,
    id::{AttachmentId, CommunityId, NoticeId},
    notices::{Audience, Author, Notice, NoticeContent, NoticeState, Publish},
};

pub use read::{mark_read, readers};
pub use templates::{delete_template, save_template};

use crate::{
    Error,
    auth::Caller,
    db::{Row, Tx},
    error::json,
    params,
};

const NOTICE: &str = "id, version, author_id, author_name, author_role, state, publish_at, published_at,
     changed_at, withdrawn_at, content";

/// A notice in any state but deleted: for the office.
///
/// # Errors
/// The database's.
pub fn get(tx: &mut Tx<'_>, community: CommunityId, id: NoticeId) -> Result<Option<Notice>, Error> {
    // Not `find`: a lock cannot be taken where nothing may be written.
    let sql = format!("SELECT {NOTICE} FROM notice WHERE community_id = $1 AND id = $2");
    let known = tx.query_opt(&sql, params![community, id])?.as_ref().map(known_of).transpose()?;
    Ok(known.filter(|known| !known.deleted).map(|known| known.notice))
}

/// Saves a notice, and publishes it if that is asked for.
///
/// # Errors
/// `invalid_input`; `conflict` with `details.current` when it is not at `base_version`; `not_found`
/// when it was deleted meanwhile or is of another community.
pub fn save(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: NoticeId,
    base_version: u64,
    content: &NoticeContent,
    publish: Publish,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let known = find(tx, caller.community, id)?;
    if known.as_ref().is_some_and(|known| known.deleted) {
        return Err(Error::not_found());
    }
    let known = known.map(|known| known.notice);
    let version = known.as_ref().map_or(0, |notice| notice.version);
    if version != base_version {
        return Err(match known {
            Some(current) => conflict(&current)?,
            None => Error::not_found(),
        });
    }
    let before = known.as_ref().map_or(NoticeState::Draft, |notice| notice.state.clone());
    let was_out = matches!(before, NoticeState::Published { .. });
    let state = next_state(before, publish, tx.now())?;
    check::times(content, publish, was_out, &state, tx.now())?;
    check::content(tx, caller.community, content, state != NoticeState::Draft)?;
    let content = check::described(tx, caller.community, content)?;
    let author = known.map_or_else(
        || Author { id: caller.person, name: caller.name.clone(), role: caller.role },
        |notice| notice.author,
    );
    put(tx, caller.community, &Notice { id, version: version + 1, author, state, content })
}

/// Takes a published or scheduled notice back, or deletes a draft. What is withdrawn or deleted
/// already stays so.
///
/// # Errors
/// `not_found`, also for a notice of another community.
pub fn withdraw(tx: &mut Tx<'_>, caller: &Caller, id: NoticeId) -> Result<(), Error> {
    caller.must_be_office()?;
    let Some(Known { mut notice, deleted }) = find(tx, caller.community, id)? else {
        return Err(Error::not_found());
    };
    if deleted {
        return Ok(());
    }
    let now = tx.now();
    notice.version += 1;
    match notice.state {
        NoticeState::Withdrawn { .. } => return Ok(()),
        NoticeState::Published { published_at, .. } => {
            notice.state = NoticeState::Withdrawn { published_at, withdrawn_at: now };
        }
        // What nobody but the office has seen goes back to a draft first; a draft goes altogether.
        NoticeState::Scheduled { .. } => notice.state = NoticeState::Draft,
        NoticeState::Draft => return delete(tx, caller.community, &notice),
    }
    put(tx, caller.community, &notice)
}

/// Publishes every notice whose time has come, and tells when the next one is due.
///
/// # Errors
/// The database's.
pub fn publish_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let now = tx.now();
    let sql = format!(
        "SELECT {NOTICE}, community_id FROM notice
         WHERE state = 'scheduled' AND publish_at <= $1 ORDER BY publish_at, id LIMIT 100"
    );
    for row in tx.query(&sql, params![now])? {
        let community: CommunityId = row.get(11)?;
        // Another server, or the office, may have been here since.
        let Some(Known { mut notice, deleted: false }) = find(tx, community, row.get(0)?)? else { continue };
        let NoticeState::Scheduled { publish_at } = notice.state else { continue };
        if publish_at <= now {
            notice.version += 1;
            notice.state = NoticeState::Published { published_at: publish_at, changed_at: None };
            put(tx, community, &notice)?;
        }
    }
    let next = tx.query_opt(
        "SELECT publish_at FROM notice WHERE state = 'scheduled' AND publish_at IS NOT NULL
         ORDER BY publish_at LIMIT 1",
        &[],
    )?;
    next.map(|row| row.get(0)).transpose().map_err(Error::from)
}

/// Writes a notice as it stands, unchecked, and brings the log level with it: scopes it enters or
/// stays in get its JSON, scopes it leaves a removal. For this module and for imports.
///
/// # Errors
/// The database's; an attachment that does not exist is one.
pub fn put(tx: &mut Tx<'_>, community: CommunityId, notice: &Notice) -> Result<(), Error> {
    let (state, publish_at, changed_at, withdrawn_at) = match notice.state {
        NoticeState::Draft => ("draft", None, None, None),
        NoticeState::Scheduled { publish_at } => ("scheduled", Some(publish_at), None, None),
        NoticeState::Published { changed_at, .. } => ("published", None, changed_at, None),
        NoticeState::Withdrawn { withdrawn_at, .. } => ("withdrawn", None, None, Some(withdrawn_at)),
    };
    tx.execute(
        "INSERT INTO notice (community_id, id, version, author_id, author_name, author_role, state,
         publish_at, published_at, changed_at, withdrawn_at, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version,
         author_id = excluded.author_id, author_name = excluded.author_name,
         author_role = excluded.author_role, state = excluded.state, publish_at = excluded.publish_at,
         published_at = excluded.published_at, changed_at = excluded.changed_at,
         withdrawn_at = excluded.withdrawn_at, content = excluded.content",
        params![
            community,
            notice.id,
            notice.version,
            notice.author.id,
            &notice.author.name,
            notice.author.role,
            state,
            publish_at,
            notice.state.published_at(),
            changed_at,
            withdrawn_at,
            &json(&notice.content)?
        ],
    )?;
    tx.execute(
        "DELETE FROM notice_attachment WHERE community_id = $1 AND notice_id = $2",
        params![community, notice.id],
    )?;
    let files: BTreeSet<AttachmentId> = notice.content.attachments.iter().map(|file| file.id).collect();
    for file in files {
        tx.execute(
            "INSERT INTO notice_attachment (community_id, notice_id, attachment_id) VALUES ($1, $2, $3)",
            params![community, notice.id, file],
        )?;
    }
    let published = matches!(notice.state, NoticeState::Published { .. });
    let seen_by =
        if published { audience::scopes(tx, community, &notice.content.audience)? } else { BTreeSet::new() };
    audience::log(tx, community, notice.id, notice.version, Some(notice), &seen_by)
}

fn delete(tx: &mut Tx<'_>, community: CommunityId, notice: &Notice) -> Result<(), Error> {
    // The row stays as a mark, so that a save that was made offline meets it; the text goes.
    tx.execute(
        "UPDATE notice SET state = 'deleted', version = $3, content = '' WHERE community_id = $1 AND id = $2",
        params![community, notice.id, notice.version],
    )?;
    tx.execute(
        "DELETE FROM notice_attachment WHERE community_id = $1 AND notice_id = $2",
        params![community, notice.id],
    )?;
    audience::log(tx, community, notice.id, notice.version, None, &BTreeSet::new())
}

fn next_state(before: NoticeState, publish: Publish, now: Timestamp) -> Result<NoticeState, Error> {
    let due = match publish {
        Publish::Keep => None,
        Publish::Now => Some(now),
        Publish::At { publish_at } => Some(publish_at),
    };
    Ok(match (before, due) {
        (NoticeState::Published { published_at, .. }, _) => {
            NoticeState::Published { published_at, changed_at: Some(now) }
        }
        (state @ (NoticeState::Draft | NoticeState::Scheduled { .. }), None) => state,
        (NoticeState::Withdrawn { published_at, withdrawn_at }, None) => {
            NoticeState::Withdrawn { published_at, withdrawn_at }
        }
        (_, Some(publish_at)) if publish_at > now => NoticeState::Scheduled { publish_at },
        (NoticeState::Withdrawn { published_at, .. }, Some(_)) => {
            NoticeState::Published { published_at, changed_at: Some(now) }
        }
        (_, Some(_)) => NoticeState::Published { published_at: now, changed_at: None },
    })
}

fn conflict(current: &Notice) -> Result<Error, Error> {
    let current = serde_json::to_value(current)
        .map_err(|_| Error::refused(Code::Internal, "a notice has no JSON form"))?;
    let error = WireError::new(Code::Conflict, "somebody else changed the notice");
    Ok(Error::Refused(error.with_details(serde_json::json!({ "current": current }))))
}

struct Known {
    notice: Notice,
    deleted: bool,
}

/// The notice, locked until the end of the transaction.
fn find(tx: &mut Tx<'_>, community: CommunityId, id: NoticeId) -> Result<Option<Known>, Error> {
    let sql = format!("SELECT {NOTICE} FROM notice WHERE community_id = $1 AND id = $2");
    let row = tx.query_locked(&sql, params![community, id])?;
    row.as_ref().map(known_of).transpose()
}

fn known_of(row: &Row) -> Result<Known, Error> {
    let state: String = row.get(5)?;
    let deleted = state == "deleted";
    let content = if deleted {
        NoticeContent {
            texts: std::collections::BTreeMap::new(),
            category: String::new(),
            audience: Audience::Role { role: Role::Other },
            emergency: false,
            pinned: false,
            expires_at: None,
            attachments: Vec::new(),
        }
    } else {
        row.json(10)?
    };
    let state = match state.as_str() {
        "scheduled" => NoticeState::Scheduled { publish_at: row.get(6)? },
        "published" => NoticeState::Published { published_at: row.get(7)?, changed_at: row.get(8)? },
        "withdrawn" => NoticeState::Withdrawn { published_at: row.get(7)?, withdrawn_at: row.get(9)? },
        _ => NoticeState::Draft,
    };
    let author = Author { id: row.get(2)?, name: row.get(3)?, role: row.get(4)? };
    Ok(Known { notice: Notice { id: row.get(0)?, version: row.get(1)?, author, state, content }, deleted })
}
