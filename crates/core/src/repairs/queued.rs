//! What a person does to repairs, through the outbox.

use linli_wire::{
    WireError,
    command::{ActOnRepair, RateRepair, SaveRepairCategory, SayOnRepair},
    id::{RepairCategoryId, RepairEventId, RepairId, RepairNoteId},
    ops::Action,
    repairs::MAX_MESSAGE,
    text,
};
use rusqlite::Connection;

use super::{beside, lane, load, naming::is_stuck, waiting};
use crate::{
    cache::Cache,
    error::{Result, not_found},
    outbox,
    ports::System,
};

/// Does an act of the table.
///
/// # Errors
/// `not_found` when the repair is not here; `invalid_input` when a reason is missing; trouble of the cache.
pub fn act(cache: &Cache, system: &dyn System, request: ActOnRepair) -> Result<()> {
    let ActOnRepair { id, turn, act } = request;
    if act.kind().needs_words() {
        needed("words", act.words(), MAX_MESSAGE)?;
    }
    cache.write(|tx| {
        let subject = subject(tx, id)?;
        // The page may show a turn that an own act, which has not come back yet, will have raised.
        let open = waiting(tx, id)?;
        let turn = open.iter().fold(turn, |turn, open| match &open.op.action {
            Action::ActOnRepair { turn: sent, act, .. }
                if act.kind().needs_turn() && !is_stuck(&open.pending) && *sent >= turn =>
            {
                sent + 1
            }
            _ => turn,
        });
        // Decided anew after a lost race: the same act takes the place of the one that lost.
        let lost = open.iter().filter(|open| is_stuck(&open.pending));
        let (same, others): (Vec<_>, Vec<_>) = lost.partition(|open| {
            matches!(&open.op.action, Action::ActOnRepair { act: lost, .. } if lost.kind() == act.kind())
        });
        for stuck in &same {
            outbox::discard(tx, stuck.op.id)?;
        }
        let is_stopped = others.iter().any(|open| open.op.lane == lane(id));
        let lane = if is_stopped { beside("repair-again", id) } else { lane(id) };
        outbox::enqueue(tx, system, &lane, &subject, Action::ActOnRepair { repair_id: id, turn, act })?;
        Ok(())
    })
}

/// Waits for a repair that somebody else reported, too. Pressed twice, it is queued once.
///
/// # Errors
/// Trouble of the cache.
pub fn join(cache: &Cache, system: &dyn System, id: RepairId) -> Result<()> {
    cache.write(|tx| {
        let waits = waiting(tx, id)?;
        if !waits.iter().any(|open| matches!(open.op.action, Action::JoinRepair { .. })) {
            outbox::enqueue(tx, system, &lane(id), "", Action::JoinRepair { repair_id: id })?;
        }
        Ok(())
    })
}

/// Writes a message.
///
/// # Errors
/// `not_found`, `invalid_input` for one without words and photos, trouble of the cache.
pub fn message(cache: &Cache, system: &dyn System, request: SayOnRepair) -> Result<()> {
    let SayOnRepair { id, words, photos } = request;
    if photos.is_empty() {
        needed("words", &words, MAX_MESSAGE)?;
    }
    let mut random = [0; 10];
    system.random(&mut random);
    let event_id = RepairEventId::new(system.now(), random);
    cache.write(|tx| {
        let subject = subject(tx, id)?;
        let action = Action::MessageOnRepair { repair_id: id, event_id, words, photos };
        // Behind the report, as long as the server does not have it.
        let lane = if load(tx, id)?.is_some() { beside("repair-talk", id) } else { lane(id) };
        outbox::enqueue(tx, system, &lane, &subject, action).map(drop)
    })
}

/// Rates a repair.
///
/// # Errors
/// `not_found`, trouble of the cache.
pub fn rate(cache: &Cache, system: &dyn System, request: RateRepair) -> Result<()> {
    let RateRepair { id, rating } = request;
    cache.write(|tx| {
        let subject = subject(tx, id)?;
        let action = Action::RateRepair { repair_id: id, rating };
        outbox::replace(tx, system, &lane(id), &subject, action).map(drop)
    })
}

/// Writes a note for the office itself.
///
/// # Errors
/// `not_found`, `invalid_input`, trouble of the cache.
pub fn note(cache: &Cache, system: &dyn System, request: SayOnRepair) -> Result<()> {
    let SayOnRepair { id, words, .. } = request;
    needed("words", &words, MAX_MESSAGE)?;
    let mut random = [0; 10];
    system.random(&mut random);
    let note_id = RepairNoteId::new(system.now(), random);
    cache.write(|tx| {
        let subject = subject(tx, id)?;
        let action = Action::NoteOnRepair { repair_id: id, note_id, words };
        outbox::enqueue(tx, system, &beside("repair-notes", id), &subject, action).map(drop)
    })
}

/// Saves a kind of repair.
///
/// # Errors
/// Trouble of the cache.
pub fn save_category(cache: &Cache, system: &dyn System, request: SaveRepairCategory) -> Result<()> {
    let SaveRepairCategory { id, base_version, content } = request;
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 10];
        system.random(&mut random);
        RepairCategoryId::new(system.now(), random)
    });
    cache.write(|tx| {
        let subject = content.key.clone();
        let lane = format!("repair-category:{id}");
        let action = Action::SaveRepairCategory { category_id: id, base_version, content };
        outbox::replace(tx, system, &lane, &subject, action).map(drop)
    })
}

/// Text in which there is something to see.
pub(super) fn needed(field: &str, words: &str, max: usize) -> Result<()> {
    if text::is_blank(words) {
        return Err(WireError::invalid(field, "must not be empty").into());
    }
    if words.chars().count() > max {
        return Err(WireError::invalid(field, format!("must not be longer than {max} characters")).into());
    }
    Ok(())
}

/// What the outbox calls a write: the words of its repair.
fn subject(db: &Connection, id: RepairId) -> Result<String> {
    let words = match load(db, id)? {
        Some((repair, _)) => repair.report.words,
        None => outbox::open_in_lane(db, &lane(id))?
            .into_iter()
            .find_map(|open| match open.op.action {
                Action::ReportRepair { report, .. } => Some(report.words),
                _ => None,
            })
            .ok_or_else(|| not_found("repair"))?,
    };
    Ok(words.lines().next().unwrap_or_default().chars().take(60).collect())
}
