//! Work that outlives its membership.
//!
//! A server may end a membership without anybody wanting it: it came back from a backup that is older
//! than this device (`signed_out`). What the community told this device goes then, as always. What the
//! person *wrote* does not, as far as the server may not have it: drafts, queued and stuck operations,
//! those of the last seven days (the backup may be older), and the files they name.
//!
//! It stays where it is: [`end`] takes everything else out of the account's database, tokens and device
//! key included, and marks the membership as ended, in one transaction. From then on the database is no
//! account; it is shown ([`items`]) so that its texts can be copied, until the same person joins the same
//! community on this device again ([`adopt`]), or gives it up. What was taken over is not sent before the
//! first synchronisation has shown what the server has of it ([`review`]): the same notice is neither
//! lost nor a conflict with itself.
//!
//! A device that was *removed* (`device_revoked`) keeps nothing of this: whoever holds it may be a thief.

mod said;

use std::collections::BTreeSet;

use linli_wire::{
    Timestamp,
    attachments::Attachment,
    chat::SayInRoom,
    id::NoticeId,
    notices::{NoticeContent, NoticeState},
    ops::{Action, Op},
    outbox::{KeptItem, KeptMembership, KeptPage},
    payments::Fee,
    repairs::RepairCategory,
    rounds::RoundPlan,
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::JOURNAL_MILLIS;
use crate::{
    app::Core,
    attachments,
    cache::Cache,
    chat, community, device,
    error::Result,
    notices,
    repairs::{self, drafts as forms},
    rounds, typed,
};
pub(crate) use said::typed_item;
use said::{checklist_item, form_item, is_empty, item, written};

/// Ends the membership of a cache. Returns whether work of the person's is left in it; if not, the file
/// can go.
///
/// # Errors
/// Trouble of the cache; then nothing has changed.
pub fn end(cache: &Cache, now: Timestamp) -> Result<bool> {
    let left = cache.write(|tx| {
        tx.execute(
            "UPDATE session SET ended_at = coalesce(ended_at, ?1), access = '', refresh = '', refresh_nonce = '',
             device_key = zeroblob(32)",
            [now.0],
        )?;
        tx.execute(
            "DELETE FROM outbox WHERE state = 'settled' AND settled_at < ?1",
            [now.0 - JOURNAL_MILLIS],
        )?;
        tx.execute("UPDATE outbox SET state = 'queued' WHERE state = 'sending'", [])?;
        tx.execute("UPDATE outbox SET state = 'settled', settled_at = ?1 WHERE state = 'acked'", [now.0])?;
        for (id, content) in drafts(tx)? {
            if is_empty(&content) {
                tx.execute("DELETE FROM draft WHERE notice_id = ?1", [id.0])?;
            }
        }
        for draft in forms::all(tx)? {
            if forms::is_empty(&draft.form) {
                tx.execute("DELETE FROM repair_draft WHERE repair_id = ?1", [draft.id.0])?;
            }
        }
        for draft in rounds::all_drafts(tx)? {
            if rounds::is_empty_form(&draft.form) {
                let key = params![draft.key.round_id.0, draft.key.point_id.0];
                tx.execute("DELETE FROM round_draft WHERE round_id = ?1 AND point_id = ?2", key)?;
            }
        }
        forget_files(tx)?;
        tx.execute_batch(
            "DELETE FROM holding;
             DELETE FROM scope;
             DELETE FROM record;
             DELETE FROM notice;
             DELETE FROM repair;
             DELETE FROM round;
             DELETE FROM read_mark;
             DELETE FROM message;
             DELETE FROM reaction;
             DELETE FROM seen_measure;
             INSERT INTO notice_words (notice_words) VALUES ('delete-all');
             INSERT INTO message_words (message_words) VALUES ('delete-all');
             UPDATE progress SET cursor = '', retaking = 0, updated_at = NULL;",
        )?;
        Ok(tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM draft)
             OR EXISTS (SELECT 1 FROM repair_draft) OR EXISTS (SELECT 1 FROM typed)
             OR EXISTS (SELECT 1 FROM round_draft)",
            [],
            |row| row.get(0),
        )?)
    })?;
    if left {
        // The room of what went. Without room for it the file stays as large as it was.
        let _ = cache.shrink();
    }
    Ok(left)
}

/// When the membership of a cache was ended, if it was.
///
/// # Errors
/// Trouble of the cache.
pub fn ended_at(cache: &Cache) -> Result<Option<Timestamp>> {
    cache.read(|db| {
        let at: Option<Option<i64>> =
            db.query_row("SELECT ended_at FROM session", [], |row| row.get(0)).optional()?;
        Ok(at.flatten().map(Timestamp))
    })
}

/// Whether two caches are of the same person in the same community.
///
/// # Errors
/// Trouble of a cache.
pub fn is_same_person(one: &Cache, other: &Cache) -> Result<bool> {
    let who = |cache: &Cache| {
        cache.read(|db| {
            let sql = "SELECT community_id, person_id FROM session";
            let who: Option<(Uuid, Uuid)> =
                db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            Ok(who)
        })
    };
    let (one, other) = (who(one)?, who(other)?);
    Ok(one.is_some() && one == other)
}

/// What is kept, for the person to see: the last text of each thing, drafts first.
///
/// # Errors
/// Trouble of the cache.
pub fn items(cache: &Cache) -> Result<Vec<KeptItem>> {
    cache.read(|db| {
        let mut items: Vec<(String, KeptItem)> = Vec::new();
        let mut select = db.prepare("SELECT notice_id, content, kept_at FROM draft ORDER BY kept_at DESC")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let content: NoticeContent = serde_json::from_str(&row.get::<_, String>(1)?)?;
            let lane = format!("notice:{}", NoticeId(row.get(0)?));
            let item = item("draft", Timestamp(row.get(2)?), Some(&content), false);
            items.push((lane, item));
        }
        for draft in forms::all(db)? {
            items.push((repairs::lane(draft.id), form_item(&draft.form, draft.kept_at)));
        }
        for kept in typed::all(db)? {
            items.push((String::new(), typed_item(kept)));
        }
        for draft in rounds::all_drafts(db)? {
            let lane = rounds::lane(draft.key.round_id, draft.key.point_id);
            items.push((lane, checklist_item(&draft)));
        }
        let mut select = db.prepare("SELECT op, subject, state FROM outbox ORDER BY seq DESC")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
            let sent = row.get::<_, String>(2)? == "settled";
            let content = match &op.action {
                // Readings are no text; they are taken over without a word.
                Action::ReadNotices { .. } => continue,
                Action::SaveNotice { content, .. } | Action::SaveTemplate { content, .. } => Some(content),
                // Nor is how far somebody read, or a sign that they put somewhere.
                Action::ReadRoom { .. }
                | Action::TellOfRoom { .. }
                | Action::ReactToMessage { .. }
                | Action::VoteInPoll { .. }
                | Action::PinMessage { .. }
                | Action::OpenRoom { .. } => continue,
                // An act without a word is no text either.
                Action::ActOnRepair { act, .. } if sent && act.words().is_empty() => continue,
                // Each message is a text of its own, also once it was sent: the backup may be older.
                Action::ReportRepair { .. }
                | Action::InspectPoint { .. }
                | Action::MessageOnRepair { .. }
                | Action::NoteOnRepair { .. }
                | Action::SendMessage { .. }
                | Action::ActOnRepair { .. } => None,
                _ if sent => continue,
                _ => None,
            };
            let several = matches!(
                op.action,
                Action::MessageOnRepair { .. }
                    | Action::NoteOnRepair { .. }
                    | Action::ActOnRepair { .. }
                    | Action::SendMessage { .. }
                    | Action::EditMessage { .. }
            );
            if !several && items.iter().any(|(lane, _)| *lane == op.lane) {
                continue;
            }
            let mut item = match &op.action {
                Action::SaveNotice { .. } | Action::SaveTemplate { .. } => {
                    item(op.action.kind(), op.at, content, sent)
                }
                action => written(action, op.at, sent),
            };
            item.subject = row.get(1)?;
            items.push((if several { op.id.to_string() } else { op.lane }, item));
        }
        Ok(items.into_iter().map(|(_, item)| item).collect())
    })
}

/// Takes what is kept over into the cache of the same person's new membership. Returns whether all of it
/// is there now; only then may the kept cache go. Doing it twice changes nothing.
///
/// # Errors
/// Trouble of a cache; then nothing is taken over.
pub fn adopt(kept: &Cache, into: &Cache) -> Result<bool> {
    let (before, now) = (device_of(kept)?, device_of(into)?);
    let ops = kept.read(|db| {
        let sql = "SELECT lane, kind, subject, op, state, error, settled_at, tried FROM outbox ORDER BY seq";
        let mut select = db.prepare(sql)?;
        let rows = select.query_map([], |row| {
            Ok(KeptOp {
                lane: row.get(0)?,
                kind: row.get(1)?,
                subject: row.get(2)?,
                op: row.get(3)?,
                state: row.get(4)?,
                error: row.get(5)?,
                settled_at: row.get(6)?,
                tried: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<std::result::Result<Vec<_>, _>>()?)
    })?;
    let drafts = kept.read(|db| {
        let mut select = db.prepare("SELECT notice_id, base_version, content, kept_at FROM draft")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(rows.collect::<std::result::Result<Vec<(Uuid, i64, String, i64)>, _>>()?)
    })?;
    let forms = kept.read(forms::all)?;
    let typed = kept.read(typed::all)?;
    let checklists = kept.read(rounds::all_drafts)?;
    let files: Vec<Uuid> = kept.read(|db| {
        let mut select = db.prepare("SELECT id FROM attachment")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    })?;
    into.write(|tx| {
        for op in &ops {
            insert_op(tx, op, before, now)?;
        }
        let mut all = true;
        for (id, base, content, at) in &drafts {
            tx.execute(
                "INSERT INTO draft (notice_id, base_version, content, kept_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![id, base, content, at],
            )?;
            let sql = "SELECT content = ?2 FROM draft WHERE notice_id = ?1";
            all &= tx.query_row(sql, params![id, content], |row| row.get::<_, bool>(0))?;
        }
        for draft in &forms {
            let form = serde_json::to_string(&draft.form)?;
            tx.execute(
                "INSERT INTO repair_draft (repair_id, form, kept_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![draft.id.0, form, draft.kept_at.0],
            )?;
            let sql = "SELECT form = ?2 FROM repair_draft WHERE repair_id = ?1";
            all &= tx.query_row(sql, params![draft.id.0, form], |row| row.get::<_, bool>(0))?;
        }
        for one in &typed {
            all &= typed::adopt(tx, one)?;
        }
        for draft in &checklists {
            match rounds::draft(tx, draft.key)? {
                Some(there) => all &= there == draft.form,
                None => rounds::put_draft(tx, draft.key, &draft.form, draft.kept_at)?,
            }
        }
        for id in files {
            // One at a time: a file may have some megabytes.
            let (about, bytes, used_at): (String, Vec<u8>, i64) = kept.read(|db| {
                let sql = "SELECT about, bytes, used_at FROM attachment JOIN file USING (id) WHERE id = ?1";
                Ok(db.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
            })?;
            let about: Attachment = serde_json::from_str(&about)?;
            attachments::put(tx, &about, &bytes, Some("queued"), Timestamp(used_at))?;
        }
        Ok(all)
    })
}

/// What was taken over and stands in the log already is done; the rest may be sent now. For when the cache
/// is level with the server. Returns whether anything was taken over.
pub(crate) fn review(tx: &Connection, now: Timestamp) -> Result<bool> {
    let adopted: Vec<(i64, String, bool)> = {
        let mut select = tx
            .prepare_cached("SELECT seq, op, state = 'settled' FROM outbox WHERE adopted = 1 ORDER BY seq")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for (seq, op, was_settled) in &adopted {
        let op: Op = serde_json::from_str(op)?;
        let stands = match &op.action {
            Action::SaveNotice { notice_id, base_version, content, .. } => notices::load(tx, *notice_id)?
                .is_some_and(|notice| {
                    notice.version > *base_version && (*was_settled || notice.content.texts == content.texts)
                }),
            Action::WithdrawNotice { notice_id } => notices::load(tx, *notice_id)?
                .is_none_or(|notice| matches!(notice.state, NoticeState::Withdrawn { .. })),
            // The same report, act, message or note under its id is the same to the server, whoever sends it again.
            Action::ReportRepair { repair_id, .. } => repairs::load(tx, *repair_id)?.is_some(),
            Action::ActOnRepair { repair_id, turn, act } => {
                repairs::load(tx, *repair_id)?.is_some_and(|(repair, _)| {
                    repair.events.iter().any(|event| event.id.0 == op.id.0)
                        || (*was_settled && act.kind().needs_turn() && repair.turn > *turn)
                })
            }
            Action::RateRepair { repair_id, .. } => {
                *was_settled
                    && repairs::load(tx, *repair_id)?.is_some_and(|(repair, _)| repair.rating.is_some())
            }
            Action::SaveRepairCategory { category_id, base_version, content } => {
                let known: Option<RepairCategory> =
                    community::record(tx, Entity::RepairCategory, category_id.0)?;
                known.is_some_and(|known| {
                    known.version > *base_version && (*was_settled || known.content == *content)
                })
            }
            Action::SaveRoundPlan { plan_id, base_version, content } => {
                let known: Option<RoundPlan> = community::record(tx, Entity::RoundPlan, plan_id.0)?;
                known.is_some_and(|known| {
                    known.version > *base_version && (*was_settled || known.content == *content)
                })
            }
            Action::SaveFee { fee_id, base_version, content } => {
                let known: Option<Fee> = community::record(tx, Entity::Fee, fee_id.0)?;
                known.is_some_and(|known| {
                    known.version > *base_version && (*was_settled || known.content == *content)
                })
            }
            // The same inspection is the same to the server, whichever device sends it again.
            Action::InspectPoint { round_id, point_id, repair_id, answers, .. } => {
                rounds::load(tx, *round_id)?.is_some_and(|round| {
                    round
                        .result(*point_id)
                        .is_some_and(|result| result.repair_id == *repair_id && result.answers == *answers)
                })
            }
            action => chat::stands(tx, action)?,
        };
        let state = if stands { "settled" } else { "queued" };
        tx.prepare_cached(
            "UPDATE outbox SET adopted = 0, effects = NULL, settled_at = coalesce(settled_at, ?3),
             state = CASE WHEN state = 'stuck' THEN 'stuck' ELSE ?2 END WHERE seq = ?1",
        )?
        .execute(params![seq, state, now.0])?;
    }
    Ok(!adopted.is_empty())
}

struct KeptOp {
    lane: String,
    kind: String,
    subject: String,
    op: String,
    state: String,
    error: Option<String>,
    settled_at: Option<i64>,
    tried: bool,
}

fn insert_op(tx: &Transaction<'_>, kept: &KeptOp, before: Option<Uuid>, now: Option<Uuid>) -> Result<()> {
    let mut op: Op = serde_json::from_str(&kept.op)?;
    let mut lane = kept.lane.clone();
    // This device has a new id; its name is meant for it as it was for the old one.
    if let (Action::RenameDevice { device_id, .. }, Some(now)) = (&mut op.action, now)
        && Some(device_id.0) == before
    {
        device_id.0 = now;
        lane = format!("device:{now}");
        op.lane.clone_from(&lane);
    }
    tx.prepare_cached(
        "INSERT INTO outbox (id, lane, kind, subject, op, state, error, settled_at, tried, adopted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1) ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        op.id.0,
        lane,
        kept.kind,
        kept.subject,
        serde_json::to_string(&op)?,
        kept.state,
        kept.error,
        kept.settled_at,
        kept.tried
    ])?;
    Ok(())
}

fn device_of(cache: &Cache) -> Result<Option<Uuid>> {
    cache.read(|db| Ok(db.query_row("SELECT device_id FROM session", [], |row| row.get(0)).optional()?))
}

fn drafts(db: &Connection) -> Result<Vec<(NoticeId, NoticeContent)>> {
    let mut select = db.prepare("SELECT notice_id, content FROM draft")?;
    let mut rows = select.query([])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        drafts.push((NoticeId(row.get(0)?), serde_json::from_str(&row.get::<_, String>(1)?)?));
    }
    Ok(drafts)
}

/// Files that neither a draft nor an operation names.
fn forget_files(tx: &Connection) -> Result<()> {
    let mut named: BTreeSet<Uuid> =
        drafts(tx)?.iter().flat_map(|(_, content)| &content.attachments).map(|file| file.id.0).collect();
    for draft in forms::all(tx)? {
        named.extend(draft.form.photos.iter().map(|file| file.id.0));
    }
    for kept in typed::all(tx)? {
        named.extend(kept.typed.photos.iter().map(|file| file.id.0));
        if let Ok(said) = serde_json::from_str::<SayInRoom>(&kept.typed.form) {
            named.extend(said.files.iter().map(|file| file.id.0));
        }
    }
    for draft in rounds::all_drafts(tx)? {
        named.extend(draft.form.photos.iter().map(|file| file.id.0));
    }
    {
        let mut select = tx.prepare("SELECT op FROM outbox")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let op: Op = serde_json::from_str(&row.get::<_, String>(0)?)?;
            named.extend(attachments::of_action(&op.action).iter().map(|file| file.id.0));
        }
    }
    let all: Vec<Uuid> = {
        let mut select = tx.prepare("SELECT id FROM attachment")?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for id in all.into_iter().filter(|id| !named.contains(id)) {
        tx.execute("DELETE FROM attachment WHERE id = ?1", [id])?;
    }
    Ok(())
}

impl Core {
    /// What is kept of memberships that the server ended.
    pub(crate) fn kept(&self) -> Result<KeptPage> {
        let opened = self.opened()?;
        let mut page = KeptPage::default();
        for row in device::accounts(&opened.device)? {
            let Some(old) = opened.kept.iter().find(|old| old.id == row.id) else { continue };
            page.memberships.push(KeptMembership {
                id: row.id,
                server: row.server,
                community: row.community,
                name: row.person_name,
                ended_at: ended_at(&old.cache)?.unwrap_or_default(),
                items: items(&old.cache)?,
            });
        }
        page.memberships.retain(|membership| !membership.items.is_empty());
        Ok(page)
    }
}
