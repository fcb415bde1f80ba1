//! What each act does to a repair, once the table allows it.

use linli_wire::{
    Code, Timestamp, WireError,
    community::Community,
    id::{PersonId, RepairEventId, RepairId},
    repairs::{
        ActKind, Pause, Promise, Quote, QuoteAnswer, RepairAct, RepairEvent, RepairPerson, RepairReport,
        RepairState, Slot, Urgency, Visit,
    },
};

use super::{CONFIRM_MS, OBJECT_MS, check, hours::Hours, settings, store, store::Stored};
use crate::{
    Error,
    auth::Caller,
    clock, community,
    db::{Row, Tx},
    params,
};

/// An event of now.
pub(super) fn event(
    tx: &Tx<'_>,
    by: Option<RepairPerson>,
    did: ActKind,
    state: RepairState,
) -> Result<RepairEvent, Error> {
    Ok(RepairEvent {
        id: RepairEventId::new(tx.now(), clock::random()?),
        at: tx.now(),
        by,
        did,
        state,
        words: String::new(),
        photos: Vec::new(),
        whom: None,
        slot: None,
        until: None,
        price: None,
        parts: Vec::new(),
        category: None,
        into: None,
    })
}

/// Somebody as they stand on a repair, also when they have left.
pub(crate) fn person(tx: &mut Tx<'_>, caller: &Caller, id: PersonId) -> Result<RepairPerson, Error> {
    let sql = "SELECT name, given_name, role FROM person WHERE community_id = $1 AND id = $2";
    let row: Row = tx.query_opt(sql, params![caller.community, id])?.ok_or_else(Error::not_found)?;
    Ok(RepairPerson { id, name: row.get(0)?, given_name: row.get(1)?, role: row.get(2)? })
}

/// The promise for what was reported at a time.
pub(super) fn promise(
    tx: &mut Tx<'_>,
    caller: &Caller,
    community: &Community,
    report: &RepairReport,
    reported_at: Timestamp,
) -> Result<Option<Promise>, Error> {
    let category = settings::category(tx, caller.community, &report.category)?;
    let hours = category.and_then(|category| category.content.promised.of(report.urgency));
    let Some(hours) = hours else { return Ok(None) };
    Ok(Hours::of(community)?.after(reported_at, hours).map(|by| Promise { by, kept: None }))
}

/// Does an act to a repair in hand and gives the event for its timeline. `to` is where it leads.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    caller: &Caller,
    stored: &mut Stored,
    act: &RepairAct,
    to: RepairState,
) -> Result<RepairEvent, Error> {
    let kind = act.kind();
    check::words(kind, act.words())?;
    let who = person(tx, caller, caller.person)?;
    let mut event = event(tx, Some(who.clone()), kind, to)?;
    act.words().clone_into(&mut event.words);
    event.photos = check::photos(tx, caller, act.photos())?;
    event.parts = check::parts(act.parts(), &stored.repair.parts)?;
    let now = tx.now();
    match act {
        RepairAct::Assign { worker } | RepairAct::Transfer { worker, .. } => {
            let worker = worker_of(tx, caller, *worker)?;
            event.whom = Some(worker.clone());
            stored.repair.assignee = Some(worker);
        }
        RepairAct::Accept => stored.repair.assignee = Some(who),
        RepairAct::Pause { until, words } => {
            check::until(*until, now)?;
            event.until = Some(*until);
            let before = stored.repair.state;
            stored.repair.pause = Some(Pause { until: *until, words: words.clone(), before });
        }
        RepairAct::ProposeVisit { slot, .. } => propose(caller, stored, *slot, now, &mut event)?,
        RepairAct::AgreeVisit => agree(caller, stored, &mut event)?,
        RepairAct::Quote { price, words } => {
            let chargeable = settings::category(tx, caller.community, &stored.repair.report.category)?;
            if !chargeable.is_some_and(|category| category.content.chargeable) {
                return Err(Error::invalid("price", "may not be asked for in this category"));
            }
            check::price(price, &community_of(tx, caller)?)?;
            event.price = Some(price.clone());
            let answer = QuoteAnswer::Open;
            stored.repair.quote = Some(Quote { price: price.clone(), words: words.clone(), answer });
        }
        RepairAct::TakeQuoteBack => stored.repair.quote = None,
        RepairAct::ApproveQuote => answer(stored, QuoteAnswer::Approved, &mut event),
        RepairAct::DeclineQuote { .. } => answer(stored, QuoteAnswer::Declined, &mut event),
        RepairAct::UseParts { parts } if parts.is_empty() => {
            return Err(Error::invalid("parts", "must not be empty"));
        }
        RepairAct::Finish { .. } => {
            let worked = Hours::of(&community_of(tx, caller)?)?.between(stored.repair.reported_at, now);
            stored.worked_ms = Some(worked);
            stored.repair.confirm_by = Some(now.plus_millis(CONFIRM_MS));
        }
        RepairAct::Reopen { .. } | RepairAct::Dispute { .. } => {
            object(stored, now)?;
        }
        RepairAct::Withdraw { .. } => {
            if !stored.repair.report.place.is_home() && stored.repair.affected > 1 {
                return Err(not_now("others_wait"));
            }
        }
        RepairAct::Merge { into } => {
            event.into = Some(*into);
            merge(tx, caller, stored, *into)?;
        }
        RepairAct::Move { category, urgency } => {
            shift(tx, caller, stored, category, *urgency)?;
            event.category = Some(category.clone());
        }
        RepairAct::Resume
        | RepairAct::UseParts { .. }
        | RepairAct::Confirm
        | RepairAct::Refuse { .. }
        | RepairAct::CloseUnfixed { .. } => {}
    }
    stored.repair.parts.extend(event.parts.iter().cloned());
    enter(stored, kind, to, now);
    Ok(event)
}

/// What follows from where a repair now stands, whoever moved it.
pub(super) fn enter(stored: &mut Stored, kind: ActKind, to: RepairState, now: Timestamp) {
    let repair = &mut stored.repair;
    if kind.needs_turn() {
        repair.turn += 1;
    }
    if matches!(kind, ActKind::Finish | ActKind::Refuse | ActKind::CloseUnfixed)
        && let Some(promise) = &mut repair.promise
    {
        // Late once is late: what is done a second time was not done in time the first.
        promise.kept = Some(promise.kept.unwrap_or(true) && now <= promise.by);
    }
    if to == repair.state {
        return;
    }
    repair.state = to;
    repair.since = now;
    if to != RepairState::Paused {
        repair.pause = None;
    }
    if to != RepairState::Done {
        repair.confirm_by = None;
    }
}

/// A refusal with its reason: the table allows it, but this repair does not.
pub(super) fn not_now(reason: &str) -> Error {
    let error = WireError::new(Code::NotAllowed, "this repair does not allow it now");
    Error::Refused(error.with_details(serde_json::json!({ "reason": reason })))
}

fn community_of(tx: &mut Tx<'_>, caller: &Caller) -> Result<Community, Error> {
    community::get(tx, caller.community)?.ok_or_else(Error::not_found)
}

fn worker_of(tx: &mut Tx<'_>, caller: &Caller, id: PersonId) -> Result<RepairPerson, Error> {
    let nobody = || Error::invalid("worker", "is nobody of this office");
    let known = community::person(tx, caller.community, id)?.filter(|person| person.role.is_office());
    known.ok_or_else(nobody)?;
    person(tx, caller, id)
}

fn propose(
    caller: &Caller,
    stored: &mut Stored,
    slot: Slot,
    now: Timestamp,
    event: &mut RepairEvent,
) -> Result<(), Error> {
    check::slot("slot", slot, now, now)?;
    let by_office = caller.role.is_office();
    if !by_office && stored.repair.visit.is_none() {
        // The times that suit stand in the report; the office begins.
        return Err(not_now("no_visit"));
    }
    event.slot = Some(slot);
    stored.repair.visit = Some(Visit { slot, by_office, agreed: false });
    Ok(())
}

fn agree(caller: &Caller, stored: &mut Stored, event: &mut RepairEvent) -> Result<(), Error> {
    match &mut stored.repair.visit {
        Some(visit) if !visit.agreed && visit.by_office != caller.role.is_office() => {
            visit.agreed = true;
            event.slot = Some(visit.slot);
            Ok(())
        }
        _ => Err(not_now("no_visit")),
    }
}

fn answer(stored: &mut Stored, answer: QuoteAnswer, event: &mut RepairEvent) {
    if let Some(quote) = &mut stored.repair.quote {
        quote.answer = answer;
        event.price = Some(quote.price.clone());
    }
}

/// It goes on after it was closed, or called done: within a time after which nobody can tell any more.
fn object(stored: &mut Stored, now: Timestamp) -> Result<(), Error> {
    let repair = &mut stored.repair;
    if !repair.state.is_open() && now.millis_since(repair.since) > OBJECT_MS {
        return Err(not_now("too_late"));
    }
    repair.reopened += 1;
    repair.visit = None;
    repair.merged_into = None;
    repair.rating = None;
    stored.worked_ms = None;
    if let Some(promise) = &mut repair.promise
        && promise.kept == Some(true)
    {
        promise.kept = None;
    }
    Ok(())
}

/// Everybody who waits for the duplicate waits for the other one from now on.
fn merge(tx: &mut Tx<'_>, caller: &Caller, stored: &mut Stored, into: RepairId) -> Result<(), Error> {
    let trouble = || Error::invalid("into", "is no repair that this one can be a duplicate of");
    if into == stored.repair.id {
        return Err(trouble());
    }
    let mut other = store::find(tx, caller.community, into)?.ok_or_else(trouble)?;
    // Nobody comes to see another household's home by being taken for its double.
    let same_home = other.repair.report.place == stored.repair.report.place;
    if !other.repair.state.is_open() || (other.repair.report.place.is_home() && !same_home) {
        return Err(trouble());
    }
    if !other.repair.report.place.is_home() {
        let (community, from, now) = (caller.community, stored.repair.id, tx.now());
        tx.execute(
            "INSERT INTO repair_joined (community_id, repair_id, person_id, at)
             SELECT community_id, CAST($3 AS TEXT), person_id, CAST($4 AS BIGINT) FROM (
               SELECT community_id, reporter_id AS person_id FROM repair WHERE community_id = $1 AND id = $2
               UNION SELECT community_id, person_id FROM repair_joined WHERE community_id = $1 AND repair_id = $2
             ) AS waiting WHERE person_id <> $5
             ON CONFLICT (community_id, repair_id, person_id) DO NOTHING",
            params![community, from, into, now, other.repair.reporter.id],
        )?;
        let reporter = Some(stored.repair.reporter.clone());
        let event = event(tx, reporter, ActKind::Join, other.repair.state)?;
        store::change(tx, community, &mut other, &event)?;
        super::open_room(tx, community, &other.repair)?;
    }
    stored.repair.merged_into = Some(into);
    Ok(())
}

/// The right category and urgency, and what is promised for them.
fn shift(
    tx: &mut Tx<'_>,
    caller: &Caller,
    stored: &mut Stored,
    category: &str,
    urgency: Urgency,
) -> Result<(), Error> {
    let known = settings::category(tx, caller.community, category)?;
    if known.is_none_or(|known| known.content.retired) {
        return Err(Error::invalid("category", "is no category of repairs of this community"));
    }
    let community = community_of(tx, caller)?;
    let repair = &mut stored.repair;
    category.clone_into(&mut repair.report.category);
    repair.report.urgency = urgency;
    let promised = promise(tx, caller, &community, &repair.report, repair.reported_at)?;
    // Once late is late, whatever it is sorted under.
    let is_late = |old: &Promise| old.kept == Some(false) || (old.kept.is_none() && old.by < tx.now());
    repair.promise = match repair.promise.filter(is_late) {
        Some(old) => Some(Promise { by: promised.map_or(old.by, |new| new.by), kept: Some(false) }),
        None => promised,
    };
    Ok(())
}
