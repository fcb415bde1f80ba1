//! What a person does to repairs, through the outbox.

use linli_wire::{
    WireError,
    command::{ActOnRepair, RateRepair, SaveRepairCategory, SayOnRepair},
    id::{RepairCategoryId, RepairEventId, RepairId, RepairNoteId},
    ops::{Action, Op},
    outbox::PendingState,
    repairs::{MAX_MESSAGE, RepairCategory},
    sync::Entity,
    text,
    typed::TypedPlace,
};
use rusqlite::{Connection, Transaction};

use super::{CATEGORY_LANE, beside, going, lane, load, reported, waiting};
use crate::{
    cache::Cache,
    community::record,
    error::{Result, not_found},
    outbox::{self, Open, is_stuck},
    ports::System,
    typed,
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
        typed::forget(tx, TypedPlace::RepairAct { id })?;
        let subject = subject(tx, id)?;
        let open = waiting(tx, id)?;
        // Decided anew after a lost race: the act takes the place of the one that lost. What only adds to a
        // repair has lost none.
        let again = open.iter().rev().find(|open| {
            is_stuck(&open.pending)
                && act.kind().needs_turn()
                && matches!(&open.op.action, Action::ActOnRepair { act: lost, .. } if lost.kind() == act.kind())
        });
        let is_stopped = |lane: &str, before: i64| {
            open.iter().any(|open| open.op.lane == lane && open.seq < before && is_stuck(&open.pending))
        };
        let in_place = again.filter(|lost| !is_stopped(&lost.op.lane, lost.seq));
        let place = in_place.map_or(i64::MAX, |lost| lost.seq);
        // The page may show a turn that an own act has raised since, or will have raised once it has come back.
        let turn = outbox::settled_about(tx, &id.to_string())?.iter().fold(turn, |turn, done| {
            match &done.op.action {
                Action::ActOnRepair { turn: sent, act, .. } if act.kind().needs_turn() && *sent == turn => sent + 1,
                _ => turn,
            }
        });
        let turn = going(&open).filter(|open| open.seq < place).fold(turn, |turn, open| match &open.op.action {
            Action::ActOnRepair { turn: sent, act, .. } if act.kind().needs_turn() && *sent >= turn => sent + 1,
            _ => turn,
        });
        let action = Action::ActOnRepair { repair_id: id, turn, act };
        if let Some(lost) = in_place {
            outbox::put_in_place(tx, system, lost, system.now(), action)?;
            return rebase(tx, system, lost, &open, turn);
        }
        if let Some(lost) = again {
            outbox::discard(tx, lost.op.id)?;
        }
        let (mut free, mut tries) = (lane(id), 0);
        while is_stopped(&free, i64::MAX) {
            let again = beside("repair-again", id);
            free = if tries == 0 { again } else { format!("{again}:{tries}") };
            tries += 1;
        }
        outbox::enqueue(tx, system, &free, &subject, action).map(drop)
    })
}

/// What waits behind an act that was decided anew follows it.
fn rebase(tx: &Transaction<'_>, system: &dyn System, lost: &Open, open: &[Open], turn: u64) -> Result<()> {
    let mut turn = turn;
    let behind = open.iter().filter(|open| open.op.lane == lost.op.lane && open.seq > lost.seq);
    for follower in behind.take_while(|open| !is_stuck(&open.pending)) {
        if let Action::ActOnRepair { repair_id, act, .. } = &follower.op.action
            && act.kind().needs_turn()
            && follower.pending.state == PendingState::Waiting
        {
            turn += 1;
            let action = Action::ActOnRepair { repair_id: *repair_id, turn, act: act.clone() };
            outbox::put_in_place(tx, system, follower, follower.op.at, action)?;
        }
    }
    Ok(())
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
        outbox::enqueue(tx, system, &lane, &subject, action)?;
        typed::forget(tx, TypedPlace::RepairMessage { id })
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
        outbox::replace(tx, system, &lane(id), &subject, action)?;
        typed::forget(tx, TypedPlace::RepairRating { id })
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
        outbox::enqueue(tx, system, &beside("repair-notes", id), &subject, action)?;
        typed::forget(tx, TypedPlace::RepairNote { id })
    })
}

/// Saves a kind of repair.
///
/// # Errors
/// Trouble of the cache.
pub fn save_category(cache: &Cache, system: &dyn System, request: SaveRepairCategory) -> Result<()> {
    let SaveRepairCategory { id, base_version, content } = request;
    let place = TypedPlace::RepairCategory { id };
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 10];
        system.random(&mut random);
        RepairCategoryId::new(system.now(), random)
    });
    cache.write(|tx| {
        let subject = content.key.clone();
        let lane = format!("{CATEGORY_LANE}{id}");
        let going = outbox::take_out_stopped(tx, &lane)?;
        // The page may show a version that an own save, which has left and not come back yet, will have raised.
        let base_version =
            going.iter().filter(|open| open.tried).fold(base_version, |base, open| match &open.op.action {
                Action::SaveRepairCategory { base_version: sent, .. } if *sent >= base => sent + 1,
                _ => base,
            });
        let action = Action::SaveRepairCategory { category_id: id, base_version, content };
        outbox::replace(tx, system, &lane, &subject, action)?;
        typed::forget(tx, place)
    })
}

/// A kind of repair that is given up goes back into its form; saves behind it stand on what it stood on.
///
/// # Errors
/// Trouble of the cache.
pub fn given_up(tx: &Transaction<'_>, system: &dyn System, op: &Op) -> Result<()> {
    let Action::SaveRepairCategory { category_id, base_version, ref content } = op.action else {
        return Ok(());
    };
    let behind = outbox::open_in_lane(tx, &op.lane)?;
    if behind.is_empty() {
        let known: Option<RepairCategory> = record(tx, Entity::RepairCategory, category_id.0)?;
        let id = known.map(|known| known.id);
        let form = SaveRepairCategory { id, base_version, content: content.clone() };
        let place = TypedPlace::RepairCategory { id };
        return typed::give_back_form(
            tx,
            place,
            outbox::words(&op.action),
            serde_json::to_string(&form)?,
            op.at,
        );
    }
    for open in behind {
        if let Action::SaveRepairCategory { category_id, content, .. } = &open.op.action
            && open.pending.state == PendingState::Waiting
        {
            let (category_id, content) = (*category_id, content.clone());
            let action = Action::SaveRepairCategory { category_id, base_version, content };
            outbox::put_in_place(tx, system, &open, open.op.at, action)?;
        }
    }
    Ok(())
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
        None => reported(db, &waiting(db, id)?)?.ok_or_else(|| not_found("repair"))?.0.words,
    };
    Ok(words.lines().next().unwrap_or_default().chars().take(60).collect())
}
