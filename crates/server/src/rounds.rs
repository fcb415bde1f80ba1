//! Rounds: the office plans inspections, the calendar makes them fall due, somebody walks them.
//!
//! A plan falls due once for each of its days ([`tend`]): its row is locked, the round's id follows from plan
//! and day, and the table takes no second one. After a long stop of the server all days that passed are
//! there, and those whose time is up are said to be missed. What a wrong clock made of that is put right ([`mend`]).
//!
//! What fails at a point becomes one repair in the same transaction, under an id that the device made, so
//! that a worker without network sees it at once and it is never made twice. Of two who inspect the same
//! point the first one counts; the other is refused with the round as it stands, and what they typed stays
//! with them.

mod calendar;
mod check;
mod mend;
mod record;
mod store;

use jiff::civil::Date;
use linli_wire::{
    Language, Timestamp,
    attachments::Attachment,
    community::Community,
    id::{CommunityId, RepairId, RoundId, RoundPlanId, RoundPointId},
    repairs::{RepairReport, Urgency},
    rounds::{
        CheckAnswer, PointResult, Round, RoundEvent, RoundPlan, RoundPlanContent, RoundPoint, RoundState,
        next_round, repair_words,
    },
};

pub use mend::mend;
pub(crate) use mend::zone_changed;
pub use record::Walked;
pub use store::{StoredRound, all_plans, get, plan};

use crate::{
    Error,
    auth::Caller,
    calendar::{Calendar, beyond},
    community::{self, Put},
    db::Tx,
    params, repairs, session,
};

/// After which time a plan that could not fall due is looked at again.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// How long after its time is up a round stays on the office's devices: a year and what is looked back upon.
const ARCHIVE_MS: i64 = 400 * 24 * 60 * 60 * 1000;

/// An inspection of a point, as it came.
#[derive(Debug)]
pub struct Inspection<'a> {
    /// The round.
    pub round: RoundId,
    /// The point.
    pub point: RoundPointId,
    /// When, as the device says.
    pub at: Timestamp,
    /// Whether the label was scanned.
    pub scanned: bool,
    /// What was found.
    pub answers: &'a [CheckAnswer],
    /// What it looks like.
    pub photos: &'a [Attachment],
    /// How urgent the repair is.
    pub urgency: Urgency,
    /// The repair to make of what failed.
    pub repair: Option<RepairId>,
}

/// Saves a plan from the app.
///
/// # Errors
/// `not_allowed`; `invalid_input`; `conflict` with `details.current` when it is not at `base_version`;
/// `not_found` when it does not exist or is of another community.
pub fn save_plan(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RoundPlanId,
    base_version: u64,
    content: &RoundPlanContent,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let known = store::find_plan(tx, caller.community, id)?;
    match &known {
        None if base_version > 0 => return Err(Error::not_found()),
        Some(known) if known.version != base_version => {
            return Err(Error::conflict(known, "somebody else changed the plan")?);
        }
        _ => {}
    }
    let content = check::plan(tx, caller.community, id, content)?;
    put_plan(tx, caller.community, id, &content, &[]).map(drop)
}

/// A plan from the office's folder, checked like one from the app.
///
/// # Errors
/// `invalid_input`.
pub fn checked(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoundPlanId,
    content: &RoundPlanContent,
) -> Result<RoundPlanContent, Error> {
    check::plan(tx, community, id, content)
}

/// Puts a plan, unchecked, and reckons when it falls due next: today at the earliest, and then at once, so that an
/// inspection that was offered behind its plan finds its round. What it missed so far is made first, as it was
/// planned then; how it was `walked` before is written down.
///
/// # Errors
/// The database's; the time zone of the community is not known here; those of [`Walked`].
pub fn put_plan(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoundPlanId,
    content: &RoundPlanContent,
    walked: &[Walked],
) -> Result<Put, Error> {
    let calendar = Calendar::of(&community_of(tx, community)?)?;
    let before = store::find_plan(tx, community, id)?;
    let is_same = before.as_ref().is_some_and(|before| before.content == *content);
    if !is_same {
        if let Some(before) = &before {
            fall_due(tx, community, &calendar, before)?;
        }
        let next = next_day(tx, community, &calendar, id, content)?;
        let plan = RoundPlan {
            id,
            version: before.as_ref().map_or(0, |before| before.version) + 1,
            content: content.clone(),
            next_on: next.map(|day| day.to_string()),
        };
        store::put_plan(tx, community, &plan, next.map(|day| calendar.begins(day)).transpose()?)?;
    }
    for walked in walked {
        record::record(tx, community, id, walked)?;
    }
    if is_same {
        return Ok(Put::Same);
    }
    if let Some(plan) = store::find_plan(tx, community, id)? {
        fall_due(tx, community, &calendar, &plan)?;
    }
    Ok(if before.is_some() { Put::Changed } else { Put::Created })
}

/// The first day from today of which a plan has no round yet; none once it is retired.
fn next_day(
    tx: &mut Tx<'_>,
    community: CommunityId,
    calendar: &Calendar,
    id: RoundPlanId,
    content: &RoundPlanContent,
) -> Result<Option<Date>, Error> {
    if content.retired {
        return Ok(None);
    }
    let mut next = calendar.first_from(content, calendar.today(tx.now())?);
    while let Some(day) = next
        && store::has_round(tx, community, id, &day.to_string())?
    {
        next = calendar.first_from(content, day.tomorrow().map_err(beyond)?);
    }
    Ok(next)
}

/// Takes in what was found at a point. The same again, by whichever device of the person, is the same.
///
/// # Errors
/// `not_allowed`; `not_found` when the round does not exist or is of another community; `conflict` with
/// `details.current` when somebody else was faster; `invalid_input`; `operation_reused` when the repair's id
/// stands for something else.
pub fn inspect(tx: &mut Tx<'_>, caller: &Caller, given: &Inspection<'_>) -> Result<(), Error> {
    caller.must_be_office()?;
    let mut stored = store::find(tx, caller.community, given.round)?.ok_or_else(Error::not_found)?;
    let no_point = || Error::invalid("point_id", "is no point of this round");
    let point = stored.round.points.iter().find(|point| point.id == given.point);
    let point = point.ok_or_else(no_point)?.clone();
    if let Some(there) = stored.round.result(given.point) {
        let is_same = there.by.id == caller.person
            && there.repair_id == given.repair
            && there.answers.iter().all(|answer| given.answers.contains(answer));
        let faster = Error::conflict(&stored.round, "somebody else inspected this point")?;
        return if is_same { Ok(()) } else { Err(faster) };
    }
    let answers = check::answers(&point, given)?;
    if let Some(repair) = given.repair {
        report(tx, caller, &stored.round, &point, &answers, given, repair)?;
    }
    let now = tx.now();
    let round = &mut stored.round;
    round.results.push(PointResult {
        point_id: given.point,
        // A clock may be wrong: nobody was there before it was due, nor after it came in.
        at: given.at.max(round.from).min(now),
        received_at: now,
        by: repairs::person(tx, caller, caller.person)?,
        scanned: given.scanned,
        answers,
        repair_id: given.repair,
    });
    if round.is_walked() {
        let in_time = round.results.iter().all(|result| result.at < round.until);
        let event = if in_time { RoundEvent::WalkedInTime } else { RoundEvent::WalkedLate };
        round.state = next_round(round.state, event);
    }
    store::change(tx, caller.community, &mut stored)
}

/// Makes the repair of a point, as the office reports. The category may be gone meanwhile: what was found is
/// not, so it goes under the most general one that is left.
fn report(
    tx: &mut Tx<'_>,
    caller: &Caller,
    round: &Round,
    point: &RoundPoint,
    answers: &[CheckAnswer],
    given: &Inspection<'_>,
    id: RepairId,
) -> Result<(), Error> {
    let community = community_of(tx, caller.community)?;
    let language = community.languages.first().cloned().unwrap_or_else(Language::en);
    let report = RepairReport {
        place: point.place,
        category: repairs::settings::open_category(tx, caller.community, &point.category)?,
        urgency: given.urgency,
        words: repair_words(&round.name, point, answers, &language),
        photos: given.photos.to_vec(),
        times: Vec::new(),
        may_enter: false,
        reach: String::new(),
    };
    repairs::found(tx, caller, id, &report)
}

/// Does what is due: plans fall due, rounds are missed, old ones leave the office's devices. Tells when the
/// next one is due. Nothing is done by a clock that is doubted ([`session::doubted_until`]).
///
/// # Errors
/// The database's.
pub fn tend(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    if let Some(doubted_until) = session::doubted_until(tx)? {
        return Ok(Some(doubted_until));
    }
    let now = tx.now();
    let due = |table: &str| {
        format!("SELECT community_id, id FROM {table} WHERE due_at <= $1 ORDER BY due_at, id LIMIT 50")
    };
    for row in tx.query(&due("round_plan"), params![now])? {
        let (community, id): (CommunityId, RoundPlanId) = (row.get(0)?, row.get(1)?);
        let done = tx.savepoint(|tx| {
            // Another server, or the office, may have been here since: the row is read again under its lock.
            let Some(plan) = store::find_plan(tx, community, id)? else { return Ok(()) };
            let calendar = Calendar::of(&community_of(tx, community)?)?;
            fall_due(tx, community, &calendar, &plan)
        });
        // What one community got wrong is no trouble of the others.
        if let Some(error) = refused(done)? {
            tracing::error!(%error, "a plan of rounds could not fall due; tried again in an hour");
            store::put_off(tx, community, id, now.plus_millis(HOUR_MS))?;
        }
    }
    for row in tx.query(&due("round"), params![now])? {
        let community: CommunityId = row.get(0)?;
        let Some(mut stored) = store::find(tx, community, row.get(1)?)? else { continue };
        if stored.round.state == RoundState::Open && stored.round.until <= now {
            stored.round.state = next_round(stored.round.state, RoundEvent::TimeUp);
            store::change(tx, community, &mut stored)?;
        } else if stored.round.state != RoundState::Open {
            if stored.round.until.plus_millis(ARCHIVE_MS) <= now {
                store::archive(tx, community, &mut stored)?;
            } else {
                // Servers of before counted from its beginning.
                store::write(tx, community, &stored)?;
            }
        }
    }
    next_due(tx)
}

/// The refusal that a part of the work ended with; other trouble ends the whole.
fn refused(done: Result<(), Error>) -> Result<Option<Error>, Error> {
    match done {
        Ok(()) => Ok(None),
        Err(error @ Error::Refused(_)) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// When the server next has something to do with a plan or a round.
///
/// # Errors
/// The database's.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let mut next: Option<Timestamp> = None;
    for table in ["round_plan", "round"] {
        let sql = format!("SELECT due_at FROM {table} WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1");
        let due: Option<Timestamp> = tx.query_opt(&sql, &[])?.map(|row| row.get(0)).transpose()?;
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// Makes the rounds of all days of a plan, in hand and locked, that have come; those whose time is up are
/// missed. Nothing when none has.
fn fall_due(
    tx: &mut Tx<'_>,
    community: CommunityId,
    calendar: &Calendar,
    plan: &RoundPlan,
) -> Result<(), Error> {
    let Some(mut day) = plan.next_on.as_deref().and_then(|day| day.parse().ok()) else { return Ok(()) };
    let now = tx.now();
    let today = calendar.today(now)?;
    if day > today {
        return Ok(());
    }
    while day <= today {
        let (from, until) = (calendar.begins(day)?, calendar.ends(day, plan.content.days)?);
        // What would leave the office's devices at once is not made.
        if until.plus_millis(ARCHIVE_MS) > now {
            let state =
                if until > now { RoundState::Open } else { next_round(RoundState::Open, RoundEvent::TimeUp) };
            let id = store::round_id(plan.id, &day.to_string());
            let round = Round {
                id,
                version: store::last_version(tx, community, id)?,
                plan_id: plan.id,
                name: plan.content.name.clone(),
                points: plan.content.points.clone(),
                due_on: day.to_string(),
                from,
                until,
                state,
                results: Vec::new(),
            };
            if !store::has_round(tx, community, plan.id, &round.due_on)? {
                store::change(tx, community, &mut StoredRound { round, archived: false })?;
            }
        }
        let tomorrow = day.tomorrow().map_err(beyond)?;
        let Some(next) = calendar.first_from(&plan.content, tomorrow) else { break };
        day = next;
    }
    let plan = RoundPlan { next_on: Some(day.to_string()), ..plan.clone() };
    let due_at = calendar.begins(day)?;
    store::put_plan(tx, community, &plan, Some(due_at))
}

fn community_of(tx: &mut Tx<'_>, community: CommunityId) -> Result<Community, Error> {
    community::get(tx, community)?.ok_or_else(Error::not_found)
}
