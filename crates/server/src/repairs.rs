//! Repairs: residents report, the office works, residents confirm.
//!
//! Everything goes through the table of the wire ([`linli_wire::repairs::TRANSITIONS`]): what somebody stands
//! there as ([`seen`]) and where the repair stands decide what they may do, within the transaction that does
//! it. An act names the turn it was made from; if something moved since, it is refused with the repair as it
//! stands, and nothing is overwritten. What only adds (messages, ratings, parts, "me too") names none.
//!
//! Nothing is closed as fixed by the office. It says that it is done; whoever reported it confirms or says
//! that it is not so, and a week of silence confirms ([`tend`]).

mod check;
mod export;
mod figures;
mod hours;
mod list;
mod moves;
pub mod seen;
pub mod settings;
mod store;
mod story;

use linli_wire::{
    Code, Timestamp, WireError,
    attachments::Attachment,
    id::{CommunityId, PersonId, RepairEventId, RepairId, RepairNoteId, RoomId},
    repairs::{
        ActKind, MAX_MESSAGE, Party, Rating, Repair, RepairAct, RepairEvent, RepairNote, RepairReport,
        RepairState, may, next,
    },
    sync::Scope,
};

pub use export::export;
pub use figures::figures;
pub use list::list;
pub(crate) use moves::person;
pub use settings::save_category;
pub use store::{Stored, get, notes};
pub use story::story;

use crate::{
    Error,
    auth::{self, Caller},
    chat, community,
    db::Tx,
    error::{json, too_many},
    params, session,
};
use hours::Hours;

/// How long the reporter has to say whether it is fixed; then silence confirms. A week, so that who is away
/// from Monday to Friday finds the question at home.
const CONFIRM_MS: i64 = 7 * DAY_MS;
/// How long after it was closed a repair can be reopened or disputed. Later it is another damage.
const OBJECT_MS: i64 = 30 * DAY_MS;
/// How long after its last change a closed repair stays on the office's devices: these shall not hold a
/// decade. It stays with those affected, and with the server.
const ARCHIVE_MS: i64 = 90 * DAY_MS;
/// Reports of one resident in a day. Who moves into a new flat lists some thirty defects; who sends more than
/// this keeps the office from everybody else's.
const REPORTS_A_DAY: u32 = 50;
/// Acts and messages of one resident on one repair in a day: a quick conversation, and no more.
const EVENTS_A_DAY: u32 = 60;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Takes a report in. Sent again under the same id, by whichever device, it is the same report.
///
/// # Errors
/// `invalid_input`; `operation_reused` when the id stands for something else; `too_many_tries` over the day's
/// limit.
pub fn report(tx: &mut Tx<'_>, caller: &Caller, id: RepairId, given: &RepairReport) -> Result<(), Error> {
    if let Some(known) = store::find(tx, caller.community, id)? {
        let same = known.repair.reporter.id == caller.person && check::is_same(&known.repair.report, given);
        let reused = Error::refused(Code::OperationReused, "the repair id stands for another report");
        return if same { Ok(()) } else { Err(reused) };
    }
    within_reports(tx, caller)?;
    let place = check::place(tx, caller, given.place)?;
    let report = check::report(tx, caller, given)?;
    take_in(tx, caller, id, report, place)
}

/// Takes in what the office found itself, on a round. Its category was chosen by the server.
///
/// # Errors
/// `invalid_input`; `operation_reused` when the id stands for something else.
pub fn found(tx: &mut Tx<'_>, caller: &Caller, id: RepairId, given: &RepairReport) -> Result<(), Error> {
    if store::find(tx, caller.community, id)?.is_some() {
        return Err(Error::refused(Code::OperationReused, "the repair id stands for another report"));
    }
    let place = check::place(tx, caller, given.place)?;
    let report = RepairReport { photos: check::photos(tx, caller, &given.photos)?, ..given.clone() };
    take_in(tx, caller, id, report, place)
}

fn take_in(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairId,
    report: RepairReport,
    place: check::Where,
) -> Result<(), Error> {
    let community = community::get(tx, caller.community)?.ok_or_else(Error::not_found)?;
    let now = tx.now();
    let promise = moves::promise(tx, caller, &community, &report, now)?;
    let reporter = moves::person(tx, caller, caller.person)?;
    let state = RepairState::Reported;
    let mut event = moves::event(tx, Some(reporter.clone()), ActKind::Report, state)?;
    report.words.clone_into(&mut event.words);
    event.photos.clone_from(&report.photos);
    let repair = Repair {
        id,
        version: 0,
        turn: 0,
        reporter,
        reported_at: now,
        report,
        building_id: place.building,
        state,
        since: now,
        affected: 1,
        assignee: None,
        promise,
        visit: None,
        quote: None,
        pause: None,
        confirm_by: None,
        reopened: 0,
        parts: Vec::new(),
        rating: None,
        merged_into: None,
        events: Vec::new(),
        left_out: 0,
    };
    let mut stored = Stored {
        repair,
        household: place.household,
        month: Hours::of(&community)?.month(now),
        changed_at: now,
        worked_ms: None,
        archived: false,
        card_scope: None,
    };
    store::change(tx, caller.community, &mut stored, &event)
}

/// Does an act of the table. The event that it makes bears the id of its operation: sent again by another
/// membership of the same person, which the record of operations does not know, it is the same act.
///
/// # Errors
/// `not_found` when it does not exist for the caller; `not_allowed` when it is not theirs to do, or this repair
/// does not allow it (`details.reason`); `conflict` with `details.current` when something moved since `turn`
/// or the repair stands where this cannot be done; `operation_reused` when somebody else's event bears the id;
/// `invalid_input`.
pub fn act(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairId,
    event_id: RepairEventId,
    turn: u64,
    act: &RepairAct,
) -> Result<(), Error> {
    let kind = act.kind();
    let mut stored = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    // Who says in time that it is not so is not told that silence was faster.
    let objects =
        kind == ActKind::Reopen && stored.repair.turn == turn + 1 && confirmed_itself(&stored.repair);
    let moved = kind.needs_turn() && stored.repair.turn != turn && !objects;
    // Silence was a little faster: what they say now is what already holds.
    let holds = moved && kind == ActKind::Confirm && stored.repair.state == RepairState::Fixed;
    let parties = seen::parties(tx, caller, &stored)?;
    if parties.is_empty() {
        return Err(Error::not_found());
    }
    if let Some(by) = store::author(tx, caller.community, id, event_id)? {
        let reused = || Error::refused(Code::OperationReused, "the event is somebody else's");
        return if by == Some(caller.person) { Ok(()) } else { Err(reused()) };
    }
    if !parties.iter().any(|who| RepairState::KNOWN.iter().any(|state| may(kind, *who, *state))) {
        return Err(auth::not_allowed());
    }
    if holds {
        return Ok(());
    }
    let state = stored.repair.state;
    if moved || !parties.iter().any(|who| may(kind, *who, state)) {
        return Err(conflict(&stored.repair, caller)?);
    }
    within_events(tx, caller, id)?;
    let before = stored.repair.pause.as_ref().map_or(RepairState::Reported, |pause| pause.before);
    let to = next(kind, state, before).ok_or_else(auth::not_allowed)?;
    let event = RepairEvent { id: event_id, ..moves::apply(tx, caller, &mut stored, act, to)? };
    store::change(tx, caller.community, &mut stored, &event)
}

/// Waits for a repair of a building or common area, too. `scopes` are those of the caller.
///
/// # Errors
/// `not_found` when its card is not, or no longer, to be seen by the caller.
pub fn join(tx: &mut Tx<'_>, caller: &Caller, scopes: &[Scope], id: RepairId) -> Result<(), Error> {
    let mut stored = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let parties = seen::parties(tx, caller, &stored)?;
    if parties.contains(&Party::Affected) {
        return Ok(());
    }
    if parties.contains(&Party::Office) {
        // It has all of them.
        return Err(auth::not_allowed());
    }
    let sees_card = stored.card_scope.is_some_and(|scope| scopes.contains(&scope));
    let state = stored.repair.state;
    if !sees_card || !may(ActKind::Join, Party::Neighbour, state) {
        return Err(Error::not_found());
    }
    let now = tx.now();
    tx.execute(
        "INSERT INTO repair_joined (community_id, repair_id, person_id, at) VALUES ($1, $2, $3, $4)",
        params![caller.community, id, caller.person, now],
    )?;
    let who = moves::person(tx, caller, caller.person)?;
    let event = moves::event(tx, Some(who), ActKind::Join, state)?;
    store::change(tx, caller.community, &mut stored, &event)?;
    open_room(tx, caller.community, &stored.repair)
}

/// The room of those who wait for a repair together: whoever joined, and who reported it unless the office found it. Of
/// those only who has not moved out and has no seat there yet, or each who comes would cost as many questions as wait.
fn open_room(tx: &mut Tx<'_>, community: CommunityId, repair: &Repair) -> Result<(), Error> {
    let reporter = (!repair.reporter.role.is_office()).then_some(repair.reporter.id);
    let rows = tx.query(
        "SELECT id FROM person WHERE community_id = $1 AND left_at IS NULL AND role NOT IN ('staff', 'manager')
         AND (id = $3 OR id IN (SELECT person_id FROM repair_joined WHERE community_id = $1 AND repair_id = $2))
         AND id NOT IN (SELECT person_id FROM room_seat WHERE community_id = $1 AND room_id = $4) ORDER BY id",
        params![community, repair.id, reporter, RoomId::of_repair(repair.id)],
    )?;
    let persons: Vec<PersonId> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    chat::open_for_repair(tx, community, repair.id, &persons)
}

/// Writes a message to everybody on a repair. Sent twice under one id, it stands there once.
///
/// # Errors
/// `not_found`, `conflict` when nobody is spoken to there any more, `invalid_input`, `too_many_tries`.
pub fn message(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairId,
    event_id: RepairEventId,
    words: &str,
    photos: &[Attachment],
) -> Result<(), Error> {
    let mut stored = open_for(tx, caller, id, ActKind::Message, Some(event_id))?;
    let Some(stored) = &mut stored else { return Ok(()) };
    if photos.is_empty() {
        check::required("words", words, MAX_MESSAGE)?;
    }
    crate::input::lines("words", words, MAX_MESSAGE)?;
    let who = moves::person(tx, caller, caller.person)?;
    let mut event = moves::event(tx, Some(who), ActKind::Message, stored.repair.state)?;
    event.id = event_id;
    words.clone_into(&mut event.words);
    event.photos = check::photos(tx, caller, photos)?;
    store::change(tx, caller.community, stored, &event)
}

/// Rates a repair that is fixed; the last rating stays.
///
/// # Errors
/// `not_found`, `not_allowed`, `conflict` when it is not fixed any more, `invalid_input`.
pub fn rate(tx: &mut Tx<'_>, caller: &Caller, id: RepairId, rating: &Rating) -> Result<(), Error> {
    let Some(mut stored) = open_for(tx, caller, id, ActKind::Rate, None)? else { return Ok(()) };
    check::rating(rating)?;
    if stored.repair.rating.as_ref() == Some(rating) {
        return Ok(());
    }
    let who = moves::person(tx, caller, caller.person)?;
    let mut event = moves::event(tx, Some(who), ActKind::Rate, stored.repair.state)?;
    rating.words.clone_into(&mut event.words);
    stored.repair.rating = Some(rating.clone());
    store::change(tx, caller.community, &mut stored, &event)
}

/// Writes a note for the office itself. Sent twice under one id, it stands there once.
///
/// # Errors
/// `not_allowed`, `not_found`, `invalid_input`.
pub fn note(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairId,
    note_id: RepairNoteId,
    words: &str,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let stored = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    check::required("words", words, MAX_MESSAGE)?;
    let sql = "SELECT 1 FROM repair_note WHERE community_id = $1 AND repair_id = $2 AND id = $3";
    if tx.query_opt(sql, params![caller.community, id, note_id])?.is_some() {
        return Ok(());
    }
    let (by, at) = (moves::person(tx, caller, caller.person)?, tx.now());
    let note = RepairNote { id: note_id, at, by, words: words.to_owned() };
    tx.execute(
        "INSERT INTO repair_note (community_id, repair_id, number, id, at, body)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COALESCE(MAX(number), 0) + 1, CAST($3 AS TEXT),
         CAST($4 AS BIGINT), CAST($5 AS TEXT) FROM repair_note WHERE community_id = $1 AND repair_id = $2",
        params![caller.community, id, note_id, at, &json(&note)?],
    )?;
    store::log_notes(tx, caller.community, id, stored.archived)
}

/// Does what is due: silence confirms, a pause ends, what was closed long ago leaves the office's devices.
/// Tells when the next one is due. Where the server was away for long, nobody could object: then silence confirms
/// a day after it is back, at the earliest.
///
/// # Errors
/// The database's.
pub fn tend(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let now = tx.now();
    let heard_from = session::look(tx)?.map(|back_at| back_at.plus_millis(session::ABSENCE_MS));
    // A clock that was set back makes nobody wait for the time that it told.
    let heard_from = heard_from.filter(|at| *at > now && at.millis_since(now) <= session::ABSENCE_MS);
    let rows = tx.query(
        "SELECT community_id, id FROM repair WHERE due_at <= $1 ORDER BY due_at, id LIMIT 100",
        params![now],
    )?;
    for row in rows {
        let community: CommunityId = row.get(0)?;
        // Another server, or somebody who acted, may have been here since.
        let Some(mut stored) = store::find(tx, community, row.get(1)?)? else { continue };
        let kind = match stored.repair.state {
            RepairState::Done if stored.repair.confirm_by.is_some_and(|at| at <= now) => {
                if heard_from.is_some() {
                    stored.repair.confirm_by = heard_from;
                    store::tell(tx, community, &mut stored)?;
                    continue;
                }
                ActKind::Confirm
            }
            RepairState::Paused if stored.repair.pause.as_ref().is_some_and(|pause| pause.until <= now) => {
                ActKind::Resume
            }
            state if !state.is_open() => {
                if now.millis_since(stored.changed_at) >= ARCHIVE_MS {
                    store::archive(tx, community, &mut stored)?;
                }
                continue;
            }
            _ => continue,
        };
        let before = stored.repair.pause.as_ref().map_or(RepairState::Reported, |pause| pause.before);
        let state = stored.repair.state;
        let Some(to) = next(kind, state, before).filter(|_| may(kind, Party::Clock, state)) else { continue };
        let event = moves::event(tx, None, kind, to)?;
        moves::enter(&mut stored, kind, to, now);
        store::change(tx, community, &mut stored, &event)?;
    }
    next_due(tx)
}

/// When the server next has something to do with a repair.
///
/// # Errors
/// The database's.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT due_at FROM repair WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1";
    Ok(tx.query_opt(sql, &[])?.map(|row| row.get(0)).transpose()?)
}

/// A repair for what only adds to it; none when it stands there already.
fn open_for(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairId,
    kind: ActKind,
    event: Option<RepairEventId>,
) -> Result<Option<Stored>, Error> {
    let stored = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let parties = seen::parties(tx, caller, &stored)?;
    if parties.is_empty() {
        return Err(Error::not_found());
    }
    if let Some(event) = event
        && store::author(tx, caller.community, id, event)?.is_some()
    {
        return Ok(None);
    }
    if !parties.iter().any(|who| RepairState::KNOWN.iter().any(|state| may(kind, *who, *state))) {
        return Err(auth::not_allowed());
    }
    if !parties.iter().any(|who| may(kind, *who, stored.repair.state)) {
        return Err(conflict(&stored.repair, caller)?);
    }
    within_events(tx, caller, id)?;
    Ok(Some(stored))
}

/// Whether nobody has moved a repair since silence confirmed it.
fn confirmed_itself(repair: &Repair) -> bool {
    let last = repair.events.iter().rev().find(|event| event.did.needs_turn());
    repair.state == RepairState::Fixed
        && last.is_some_and(|event| event.did == ActKind::Confirm && event.by.is_none())
}

fn within_reports(tx: &mut Tx<'_>, caller: &Caller) -> Result<(), Error> {
    if caller.role.is_office() {
        return Ok(());
    }
    let since = tx.now().plus_millis(-DAY_MS);
    let row = tx.query_one(
        "SELECT COUNT(*), COALESCE(MIN(reported_at), 0) FROM repair
         WHERE community_id = $1 AND reporter_id = $2 AND reported_at > $3",
        params![caller.community, caller.person, since],
    )?;
    within(tx, row.get(0)?, REPORTS_A_DAY, row.get(1)?)
}

fn within_events(tx: &mut Tx<'_>, caller: &Caller, id: RepairId) -> Result<(), Error> {
    if caller.role.is_office() {
        return Ok(());
    }
    let since = tx.now().plus_millis(-DAY_MS);
    let row = tx.query_one(
        "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM repair_event
         WHERE community_id = $1 AND repair_id = $2 AND person_id = $3 AND at > $4",
        params![caller.community, id, caller.person, since],
    )?;
    within(tx, row.get(0)?, EVENTS_A_DAY, row.get(1)?)
}

fn within(tx: &Tx<'_>, count: u32, most: u32, oldest: Timestamp) -> Result<(), Error> {
    if count < most {
        return Ok(());
    }
    let wait = oldest.plus_millis(DAY_MS).millis_since(tx.now()).max(0) / 1000 + 1;
    Err(too_many(wait.unsigned_abs()))
}

fn conflict(current: &Repair, caller: &Caller) -> Result<Error, Error> {
    let current = serde_json::to_value(seen::by(current, caller))
        .map_err(|_| Error::refused(Code::Internal, "a repair has no JSON form"))?;
    let error = WireError::new(Code::Conflict, "the repair has moved on");
    Ok(Error::Refused(error.with_details(serde_json::json!({ "current": current }))))
}
