//! What moderators did about the person's own messages: told once, and counted until it was seen.
//!
//! Seen is noted for each device, as it is for what a notification told. What came of an objection is news of its own.

use linli_wire::{
    Language, Timestamp,
    chat::{Measure, Moderation},
    id::ModerationId,
    sync::Entity,
};
use rusqlite::{Connection, Transaction, params};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{civil::anticipate, known::Known, my_id};
use crate::{
    cache::Cache,
    community::{record, records},
    error::Result,
};

/// How long after it was done a measure is news.
const NEWS_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// Of what a person is newly told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// A moderator did something about a message of theirs.
    Done,
    /// Their objection was answered.
    Answered,
}

/// What moderators did about the person's own messages, newest first. Not who did it, also for those who could know.
pub(super) fn measures(known: &Known<'_>) -> Result<Vec<Moderation>> {
    let mut acts = own(known)?;
    acts.sort_by_key(|act| std::cmp::Reverse((act.at, act.id)));
    for act in &mut acts {
        anticipate(known, act);
        act.by = None;
        if let Some(answer) = act.appeal.as_mut().and_then(|appeal| appeal.answer.as_mut()) {
            answer.by = None;
        }
    }
    Ok(acts)
}

/// How many of them the person has not seen.
pub(super) fn unseen(known: &Known<'_>) -> Result<u32> {
    let mut count = 0_u32;
    for act in own(known)? {
        count += u32::from(!is_seen(known.db, &act)?);
    }
    Ok(count)
}

/// They were on the screen, with what is here of them.
///
/// # Errors
/// Trouble of the cache.
pub fn see(cache: &Cache, ids: &[ModerationId]) -> Result<()> {
    cache.write(|tx| {
        for id in ids {
            let Some(act) = record::<Moderation>(tx, Entity::Moderation, id.0)? else { continue };
            tx.prepare_cached(
                "INSERT INTO seen_measure (id, answered) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET answered = excluded.answered",
            )?
            .execute(params![id.0, is_answered(&act)])?;
        }
        Ok(())
    })
}

/// Of what an act that comes in tells the person whom it concerns; nothing of what was done long ago, by the server's clock.
pub(crate) fn newly(
    tx: &Transaction<'_>,
    id: Uuid,
    body: &RawValue,
    server_time: Timestamp,
) -> Result<Option<Told>> {
    // An act that this version cannot read is none that it could tell of.
    let Ok(act) = serde_json::from_str::<Moderation>(body.get()) else { return Ok(None) };
    if my_id(tx)? != Some(act.person_id) || act.measure == Measure::Nothing {
        return Ok(None);
    }
    let before: Option<Moderation> = record(tx, Entity::Moderation, id)?;
    let is_recent = |at: Timestamp| server_time.millis_since(at) <= NEWS_MS;
    let answer = act.appeal.as_ref().and_then(|appeal| appeal.answer.as_ref());
    Ok(match (before, answer) {
        (Some(before), Some(_)) if !is_answered(&before) => Some(Told::Answered),
        (None, Some(answer)) => is_recent(answer.at).then_some(Told::Answered),
        (None, None) => is_recent(act.at).then_some(Told::Done),
        (Some(_), _) => None,
    })
}

/// The sentence for them: not what was done, since it stands on locked screens.
pub(crate) fn words_of(told: &[Told], language: &Language) -> &'static str {
    let is_chinese = language.as_str() == "zh";
    match (told.contains(&Told::Done), is_chinese) {
        (true, false) => {
            "A moderator looked at a message of yours. Under Chat you read what was decided and why."
        }
        (true, true) => "管理员处理了您的一条消息。打开“聊天”，可看处理结果和原因。",
        (false, false) => "Your objection was answered. You read the answer under Chat.",
        (false, true) => "您的申诉有了答复。打开“聊天”可以看到。",
    }
}

fn own(known: &Known<'_>) -> Result<Vec<Moderation>> {
    let mut acts: Vec<Moderation> = records(known.db, Entity::Moderation)?;
    acts.retain(|act| known.is_me(act.person_id) && act.measure != Measure::Nothing);
    Ok(acts)
}

fn is_seen(db: &Connection, act: &Moderation) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM seen_measure WHERE id = ?1 AND answered >= ?2)";
    Ok(db.prepare_cached(sql)?.query_row(params![act.id.0, is_answered(act)], |row| row.get(0))?)
}

fn is_answered(act: &Moderation) -> bool {
    act.appeal.as_ref().is_some_and(|appeal| appeal.answer.is_some())
}
