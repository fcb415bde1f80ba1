//! Queued writes: `POST /v1/ops`.
//!
//! A batch is one transaction, and each operation a savepoint in it. The record of an operation (its
//! id, the hash of its content, its outcome) is written in the transaction of its effect, so after a
//! crash either both are there or neither. The device's row is locked first: the same batch sent
//! twice at once is applied by one of the two and answered from the record by the other. What was
//! refused is not recorded; the same id may come again once the person has mended it.
//!
//! Trouble of the database is not an outcome: it ends the whole batch, which the client sends again. An
//! operation that cannot be read, as a newer app's, is refused like any other and holds up only its lane.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use linli_wire::{
    Code, WireError,
    id::{OpId, RepairEventId},
    ops::{Action, Effect, MAX_BATCH, Op, OpsReply, Outcome},
    sync::Scope,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::{
    Error,
    auth::{self, Caller},
    chat, community,
    db::{Tx, Value},
    devices,
    error::json,
    http::policy,
    notices, params, payments, repairs, rounds, settings,
};

/// Longest lane, in characters.
const MAX_LANE: usize = 80;

/// An operation as it came.
#[derive(Debug)]
pub enum Given {
    /// One that can be read.
    Op(Op),
    /// One that goes no further.
    Refused {
        /// Its lane.
        lane: String,
        /// Why: `unknown_command`, `invalid_input` or `too_many_tries`.
        error: WireError,
    },
}

impl Given {
    fn lane(&self) -> &str {
        match self {
            Self::Op(op) => &op.lane,
            Self::Refused { lane, .. } => lane,
        }
    }
}

/// The body of `POST /v1/ops`, whose operations are read one by one.
#[derive(Deserialize)]
pub(crate) struct Body {
    ops: Vec<Box<RawValue>>,
}

/// Reads the operations of a body.
///
/// # Errors
/// `invalid_input` for one without a lane.
pub(crate) fn read(body: &Body) -> Result<Vec<Given>, Error> {
    #[derive(Deserialize)]
    struct Head {
        lane: String,
        action: Kind,
    }
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let given = body.ops.iter().map(|text| {
        let error = match serde_json::from_str(text.get()) {
            Ok(op) => return Ok(Given::Op(op)),
            Err(error) => error,
        };
        let head: Head = serde_json::from_str(text.get()).map_err(|_| unreadable())?;
        let error = match policy::op(&head.action.kind) {
            Ok(_) => WireError::invalid("ops.action", format!("cannot be read at column {}", error.column())),
            Err(unknown) => unknown.into_wire(),
        };
        Ok(Given::Refused { lane: head.lane, error })
    });
    given.collect()
}

/// Refuses what is told to a whole room, or to all who know a person, where `draw` does: each of them draws once. Messages have a limit of their own, and
/// taking one back has none.
pub(crate) fn limit_talk(batch: &mut [Given], mut draw: impl FnMut() -> Result<(), Error>) {
    for given in batch {
        let Given::Op(op) = &*given else { continue };
        let is_told = matches!(
            op.action,
            Action::EditMessage { .. }
                | Action::ReactToMessage { .. }
                | Action::VoteInPoll { .. }
                | Action::PinMessage { .. }
                | Action::SaveRoom { .. }
                | Action::InviteToRoom { .. }
                | Action::SavePhoto { .. }
                | Action::ChangeProfile { .. }
        );
        if is_told && let Err(error) = draw() {
            *given = Given::Refused { lane: op.lane.clone(), error: error.into_wire() };
        }
    }
}

fn unreadable() -> Error {
    Error::invalid("ops", "does not have the expected fields")
}

/// Applies a batch.
///
/// # Errors
/// `invalid_input` for a batch of another form, `device_revoked`, or the database's.
pub fn apply(tx: &mut Tx<'_>, caller: &Caller, batch: &[Given]) -> Result<OpsReply, Error> {
    check(batch)?;
    tx.query_locked("SELECT id FROM device WHERE id = $1", params![caller.device])?;
    let caller = auth::again(tx, caller.device)?;
    let mut seen = auth::scopes(tx, &caller)?;
    let mut steps = Vec::with_capacity(batch.len());
    let mut done: BTreeMap<OpId, (usize, [u8; 32])> = BTreeMap::new();
    let mut broken: BTreeSet<&str> = BTreeSet::new();
    for (at, given) in batch.iter().enumerate() {
        let step = match given {
            _ if broken.contains(given.lane()) => Step::Skipped,
            Given::Op(op) => step(tx, &caller, &seen, op, at, &mut done)?,
            Given::Refused { error, .. } => Step::Refused(Error::Refused(error.clone())),
        };
        match &step {
            Step::Refused(_) => drop(broken.insert(given.lane())),
            // A room that was begun just now may be written in by what comes behind it.
            Step::Applied { .. } if moves_scopes(given) => seen = auth::scopes(tx, &caller)?,
            _ => {}
        }
        steps.push(step);
    }
    let sealed = tx.seal()?;
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(steps.len());
    let mut records = Vec::new();
    for step in steps {
        outcomes.push(match step {
            Step::Skipped => Outcome::Skipped,
            Step::Refused(error) => Outcome::Refused { error: error.into_wire() },
            Step::Recorded(outcome) => outcome,
            Step::Repeated(first) => outcomes.get(first).cloned().unwrap_or(Outcome::Skipped),
            Step::Applied { id, from, to, hash } => {
                let effects = effects(sealed.effects.get(from..to).unwrap_or_default(), &seen);
                let outcome = Outcome::Done { effects };
                records.push(record(tx, &caller, id, hash, &outcome)?);
                outcome
            }
        });
    }
    tx.execute_each(
        "INSERT INTO op (device_id, op_id, community_id, hash, outcome, at) VALUES ($1, $2, $3, $4, $5, $6)",
        &records,
    )?;
    Ok(OpsReply { outcomes })
}

/// What came of an operation before the log has numbered its effects.
enum Step {
    /// Applied now; its log entries are `from..to`.
    Applied {
        id: OpId,
        from: usize,
        to: usize,
        hash: [u8; 32],
    },
    /// Applied by an earlier batch.
    Recorded(Outcome),
    /// The same operation stands earlier in this batch.
    Repeated(usize),
    Refused(Error),
    Skipped,
}

fn step(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    op: &Op,
    at: usize,
    done: &mut BTreeMap<OpId, (usize, [u8; 32])>,
) -> Result<Step, Error> {
    let hash: [u8; 32] = Sha256::digest(json(&(&op.lane, &op.at, &op.action))?.as_bytes()).into();
    let reused = || Error::refused(Code::OperationReused, "the operation id stands for another content");
    let place = match done.entry(op.id) {
        Entry::Occupied(first) if first.get().1 == hash => return Ok(Step::Repeated(first.get().0)),
        Entry::Occupied(_) => return Ok(Step::Refused(reused())),
        Entry::Vacant(place) => place,
    };
    let sql = "SELECT hash, outcome FROM op WHERE device_id = $1 AND op_id = $2";
    if let Some(row) = tx.query_opt(sql, params![caller.device, op.id])? {
        if row.get::<[u8; 32]>(0)? != hash {
            return Ok(Step::Refused(reused()));
        }
        return Ok(Step::Recorded(row.json(1)?));
    }
    let from = tx.log_len();
    match tx.savepoint(|tx| perform(tx, caller, seen, op)) {
        Ok(()) => {
            place.insert((at, hash));
            Ok(Step::Applied { id: op.id, from, to: tx.log_len(), hash })
        }
        Err(error @ Error::Refused(_)) if error.code() != Code::Internal => Ok(Step::Refused(error)),
        Err(error) => Err(error),
    }
}

fn perform(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], op: &Op) -> Result<(), Error> {
    policy::op(op.action.kind())?.allow(caller)?;
    match &op.action {
        Action::SaveNotice { notice_id, base_version, content, publish } => {
            notices::save(tx, caller, *notice_id, *base_version, content, *publish)
        }
        Action::WithdrawNotice { notice_id } => notices::withdraw(tx, caller, *notice_id),
        Action::ReadNotices { marks } => notices::mark_read(tx, caller, seen, marks),
        Action::SaveTemplate { template_id, name, content } => {
            notices::save_template(tx, caller, *template_id, name, content)
        }
        Action::DeleteTemplate { template_id } => notices::delete_template(tx, caller, *template_id),
        Action::ChangeProfile { change } => community::change_profile(tx, caller, change),
        Action::SavePhoto { photo } => community::save_photo(tx, caller, photo.as_ref()),
        Action::SavePreferences { preferences } => settings::save_preferences(tx, caller, preferences),
        Action::RenameDevice { device_id, name } => devices::rename(tx, caller, *device_id, name),
        Action::ReportRepair { repair_id, report } => repairs::report(tx, caller, *repair_id, report),
        Action::ActOnRepair { repair_id, turn, act } => {
            repairs::act(tx, caller, *repair_id, RepairEventId(op.id.0), *turn, act)
        }
        Action::JoinRepair { repair_id } => repairs::join(tx, caller, seen, *repair_id),
        Action::MessageOnRepair { repair_id, event_id, words, photos } => {
            repairs::message(tx, caller, *repair_id, *event_id, words, photos)
        }
        Action::RateRepair { repair_id, rating } => repairs::rate(tx, caller, *repair_id, rating),
        Action::NoteOnRepair { repair_id, note_id, words } => {
            repairs::note(tx, caller, *repair_id, *note_id, words)
        }
        Action::SaveRepairCategory { category_id, base_version, content } => {
            repairs::save_category(tx, caller, *category_id, *base_version, content)
        }
        Action::SaveRoundPlan { plan_id, base_version, content } => {
            rounds::save_plan(tx, caller, *plan_id, *base_version, content)
        }
        Action::InspectPoint { round_id, point_id, at, scanned, answers, photos, urgency, repair_id } => {
            let inspection = rounds::Inspection {
                round: *round_id,
                point: *point_id,
                at: *at,
                scanned: *scanned,
                answers,
                photos,
                urgency: *urgency,
                repair: *repair_id,
            };
            rounds::inspect(tx, caller, &inspection)
        }
        Action::SaveFee { fee_id, base_version, content } => {
            payments::save_fee(tx, caller, *fee_id, *base_version, content)
        }
        Action::SaveReadings { fee_id, readings } => payments::save_readings(tx, caller, *fee_id, readings),
        Action::SendMessage { message } => chat::send(tx, caller, seen, message),
        Action::OpenRoom { room_id, person_id } => chat::open(tx, caller, seen, *room_id, *person_id),
        Action::EditMessage { message_id, words } => chat::edit(tx, caller, seen, *message_id, words),
        Action::DeleteMessage { message_id } => chat::delete(tx, caller, seen, *message_id),
        Action::ReactToMessage { message_id, emoji } => {
            chat::react(tx, caller, seen, *message_id, emoji.as_deref())
        }
        Action::VoteInPoll { message_id, choices } => chat::vote(tx, caller, seen, *message_id, choices),
        Action::PinMessage { message_id, pinned } => chat::pin(tx, caller, seen, *message_id, *pinned),
        Action::ReadRoom { room_id, number } => chat::read(tx, caller, seen, *room_id, *number),
        Action::TellOfRoom { room_id, tell } => chat::tell(tx, caller, seen, *room_id, *tell),
        Action::SaveRoom { room_id, content } => chat::save(tx, caller, seen, *room_id, content),
        Action::EnterRoom { room_id } => chat::enter(tx, caller, *room_id),
        Action::LeaveRoom { room_id } => chat::leave(tx, caller, *room_id),
        Action::InviteToRoom { room_id, person_id } => chat::invite(tx, caller, seen, *room_id, *person_id),
        Action::RemoveFromRoom { room_id, person_id } => chat::remove(tx, caller, seen, *room_id, *person_id),
        Action::AgreeToRules { room_id, edition } => chat::agree(tx, caller, seen, *room_id, *edition),
        Action::BlockPerson { person_id, blocked } => chat::block(tx, caller, seen, *person_id, *blocked),
        Action::ReportMessage { message_id, complaint, words } => {
            chat::report(tx, caller, seen, *message_id, *complaint, words)
        }
        Action::Moderate { moderation } => chat::moderate(tx, caller, seen, moderation),
        Action::Appeal { moderation_id, words } => chat::appeal(tx, caller, *moderation_id, words),
        Action::AnswerAppeal { moderation_id, lift, words } => {
            chat::answer_appeal(tx, caller, *moderation_id, *lift, words)
        }
        Action::NameModerator { person_id, duty } => chat::name_moderator(tx, caller, *person_id, *duty),
    }
}

/// Whether the caller may see other scopes after an operation.
const fn moves_scopes(given: &Given) -> bool {
    let Given::Op(op) = given else { return false };
    matches!(
        op.action,
        Action::OpenRoom { .. }
            | Action::SaveRoom { .. }
            | Action::EnterRoom { .. }
            | Action::LeaveRoom { .. }
            | Action::BlockPerson { .. }
            | Action::NameModerator { .. }
    )
}

fn check(batch: &[Given]) -> Result<(), Error> {
    if batch.len() > MAX_BATCH {
        return Err(Error::invalid("ops", format!("must not be more than {MAX_BATCH}")));
    }
    for given in batch {
        if given.lane().is_empty() || given.lane().chars().count() > MAX_LANE {
            return Err(Error::invalid("ops.lane", format!("must be 1 to {MAX_LANE} characters")));
        }
    }
    Ok(())
}

/// The last place in each scope that the caller follows.
fn effects(all: &[Effect], seen: &[Scope]) -> Vec<Effect> {
    let mut last: BTreeMap<Scope, u64> = BTreeMap::new();
    for effect in all.iter().filter(|effect| seen.contains(&effect.scope)) {
        let seq = last.entry(effect.scope).or_default();
        *seq = effect.seq.max(*seq);
    }
    last.into_iter().map(|(scope, seq)| Effect { scope, seq }).collect()
}

fn record(
    tx: &Tx<'_>,
    caller: &Caller,
    op: OpId,
    hash: [u8; 32],
    outcome: &Outcome,
) -> Result<Vec<Value<'static>>, Error> {
    let hash = Value::Bytes(hash.to_vec().into());
    Ok(params![caller.device, op, caller.community, hash, json(outcome)?, tx.now()].to_vec())
}
