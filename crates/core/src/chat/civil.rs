//! Keeping it civil: what moderators see and decide, and what a person says to what was done to them.

use std::collections::BTreeMap;

use linli_wire::{
    Language, Timestamp, WireError,
    chat::{
        AnswerAppeal, Appeal, AppealAnswer, AppealRow, AppealTo, CaseRow, CivilView, Complaint, DecideCase,
        Duty, MAX_MUTE_DAYS, MAX_REASON, Measure, Moderation, Moderator, NameModerator, NewModeration,
        ReportMessage, ReportedMessage, Room, RoomKind,
    },
    community::{Person, Role},
    id::{MessageId, ModerationId, PersonId},
    ops::Action,
    outbox::Pending,
    sync::Entity,
    text,
    typed::TypedPlace,
};

use super::{
    known::{Known, new_room},
    queued::{is_own, not_allowed, subject, too_long},
};
use crate::{
    cache::Cache,
    community::{record, records},
    error::{Error, Result, not_found},
    outbox::{self, is_stuck},
    ports::System,
    typed,
};

/// Acts in the log, at most; those to which somebody objects and nobody has answered are never left out.
const LOG: usize = 2000;

/// What those see who keep it civil.
///
/// # Errors
/// `not_allowed` for everybody else; trouble of the cache.
pub fn civil(cache: &Cache, language: &Language, now: Timestamp) -> Result<CivilView> {
    cache.read(|db| {
        let known = Known::read(db, language, now)?;
        let duty = known.duty()?.ok_or_else(not_allowed)?;
        let mut open: Vec<CaseRow> = Vec::new();
        for report in records::<ReportedMessage>(db, Entity::ReportedMessage)? {
            if report.decided.is_none() {
                open.push(case(&known, report)?);
            }
        }
        open.sort_by_key(|case| {
            (case.report.complaints.first().map(|first| first.at), case.report.message.id)
        });
        let mut log: Vec<Moderation> = records(db, Entity::Moderation)?;
        log.sort_by_key(|act| std::cmp::Reverse((act.at, act.id)));
        let mut appeals = Vec::new();
        for act in log.iter().filter(|act| waits(act)) {
            appeals.push(AppealRow {
                may_answer: answers(&known, act)?,
                pending: answer_to(&known, act.id).cloned(),
                act: act.clone(),
            });
        }
        let mut place = 0;
        log.retain(|act| {
            place += 1;
            place <= LOG || waits(act)
        });
        log.iter_mut().for_each(|act| anticipate(&known, act));
        Ok(CivilView {
            open,
            appeals,
            log,
            moderators: moderators(&known)?,
            decides: duty == Duty::Moderate,
            names: known.role() == Role::Manager,
        })
    })
}

fn case(known: &Known<'_>, report: ReportedMessage) -> Result<CaseRow> {
    // Those whom this device knows are called as everywhere; the others as the report calls them.
    let mut names: BTreeMap<PersonId, String> = report.names.iter().cloned().collect();
    for message in std::iter::once(&report.message).chain(&report.context) {
        names.entry(message.from).or_default();
    }
    for (id, name) in &mut names {
        let here = known.name(*id)?;
        if !here.is_empty() {
            *name = here;
        }
    }
    let room = room_of(known, &report)?;
    let is_among = |persons: &[PersonId; 2]| persons.iter().any(|person| known.is_me(*person));
    let name = match &room.kind {
        RoomKind::Direct { persons } if !is_among(persons) => String::new(),
        _ => known.room_name(&room)?,
    };
    let pending = decision(known, report.message.id).cloned();
    let building = match room.kind {
        RoomKind::Building { .. } => known.building_of(&room)?,
        _ => None,
    };
    Ok(CaseRow { kind: room.kind, room: name, building, names: names.into_iter().collect(), pending, report })
}

/// The room of a report, as this device has it or as the report says.
fn room_of(known: &Known<'_>, report: &ReportedMessage) -> Result<Room> {
    let id = report.message.room_id;
    let told = || match report.room.clone() {
        Some(told) => Room { name: told.name, ..new_room(id, told.kind) },
        None => new_room(id, RoomKind::Unknown),
    };
    Ok(known.room(id)?.unwrap_or_else(told))
}

/// The decision about a message that waits, or got stuck.
fn decision<'a>(known: &'a Known<'_>, id: MessageId) -> Option<&'a Pending> {
    let mut about = known.open.iter().filter(
        |open| matches!(&open.op.action, Action::Moderate { moderation } if moderation.message_id == id),
    );
    about.next_back().map(|open| &open.pending)
}

/// The answer to an appeal that waits, or got stuck.
fn answer_to<'a>(known: &'a Known<'_>, id: ModerationId) -> Option<&'a Pending> {
    let mut about = known.open.iter().filter(
        |open| matches!(&open.op.action, Action::AnswerAppeal { moderation_id, .. } if *moderation_id == id),
    );
    about.next_back().map(|open| &open.pending)
}

fn waits(act: &Moderation) -> bool {
    act.appeal.as_ref().is_some_and(|appeal| appeal.answer.is_none())
}

/// Whether the person may answer an appeal, as far as this device knows: nobody answers one about themselves, nor what they
/// decided while somebody else could.
fn answers(known: &Known<'_>, act: &Moderation) -> Result<bool> {
    if known.is_me(act.person_id) {
        return Ok(false);
    }
    if !act.by.as_ref().is_some_and(|by| known.is_me(by.id)) {
        return Ok(true);
    }
    let is_office = known.role().is_office();
    let is_gone = |id: PersonId| {
        // The office knows everybody who lives here; others know who has written.
        let has_left = is_office && record::<Person>(known.db, Entity::Person, id.0)?.is_none();
        Ok::<_, Error>(has_left || known.neighbour(id)?.is_some_and(|neighbour| neighbour.gone))
    };
    for other in records::<Moderator>(known.db, Entity::Moderator)? {
        let is_other = !known.is_me(other.id) && other.id != act.person_id;
        if is_other && other.duty == Duty::Moderate && !is_gone(other.id)? {
            return Ok(false);
        }
    }
    // The manager decides, too. Who that is only the office knows: of an act about one of the office it may be them.
    let may_be_manager = known.neighbour(act.person_id)?.is_some_and(|neighbour| neighbour.office);
    Ok(known.role() == Role::Manager || may_be_manager)
}

/// What is said to an act and waits stands there already.
pub(super) fn anticipate(known: &Known<'_>, act: &mut Moderation) {
    for open in known.going() {
        match &open.op.action {
            Action::Appeal { moderation_id, words } if *moderation_id == act.id && act.appeal.is_none() => {
                act.appeal = Some(Appeal { words: words.clone(), at: open.op.at, answer: None });
            }
            Action::AnswerAppeal { moderation_id, lift, words } if *moderation_id == act.id => {
                let answer = AppealAnswer { lifted: *lift, words: words.clone(), at: open.op.at, by: None };
                if let Some(appeal) = &mut act.appeal {
                    appeal.answer.get_or_insert(answer);
                }
            }
            _ => {}
        }
    }
}

fn moderators(known: &Known<'_>) -> Result<Vec<Moderator>> {
    let mut moderators: Vec<Moderator> = records(known.db, Entity::Moderator)?;
    for open in known.going() {
        if let Action::NameModerator { person_id, duty } = open.op.action {
            moderators.retain(|moderator| moderator.id != person_id);
            if let Some(duty) = duty {
                moderators.push(Moderator { id: person_id, name: known.name(person_id)?, duty });
            }
        }
    }
    moderators.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(moderators)
}

/// Reports and appeals that wait for a decision, without those that this person decided and the network has not let
/// through.
pub(super) fn cases(known: &Known<'_>) -> Result<u32> {
    let is_going = |id: MessageId| decision(known, id).is_some_and(|pending| !is_stuck(pending));
    let reports = records::<ReportedMessage>(known.db, Entity::ReportedMessage)?;
    let open =
        reports.iter().filter(|report| report.decided.is_none() && !is_going(report.message.id)).count();
    let mut acts: Vec<Moderation> = records(known.db, Entity::Moderation)?;
    acts.iter_mut().for_each(|act| anticipate(known, act));
    let mut count = open;
    for act in acts.iter().filter(|act| waits(act)) {
        count += usize::from(answers(known, act)?);
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Reports a message.
///
/// # Errors
/// `not_found`; `not_allowed` for one's own; `invalid_input`; trouble of the cache.
pub fn report(cache: &Cache, system: &dyn System, language: &Language, request: ReportMessage) -> Result<()> {
    let ReportMessage { id, complaint, words } = request;
    if complaint == Complaint::Other {
        needed("words", &words)?;
    }
    within("words", &words)?;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        if is_own(&known, id)?.ok_or_else(|| not_found("message"))? {
            return Err(not_allowed());
        }
        let room = super::load(tx, id)?.map(|message| known.room(message.room_id)).transpose()?.flatten();
        let subject = room.map(|room| subject(&known, &room)).transpose()?.unwrap_or_default();
        typed::forget(tx, TypedPlace::Complaint { id })?;
        let action = Action::ReportMessage { message_id: id, complaint, words };
        outbox::replace(tx, system, &format!("report:{id}"), &subject, action).map(drop)
    })
}

/// Decides about a message.
///
/// # Errors
/// `not_allowed` for who does not moderate, and to let somebody go where nobody can be; `invalid_input`; trouble of the cache.
pub fn decide(cache: &Cache, system: &dyn System, language: &Language, request: DecideCase) -> Result<()> {
    let DecideCase { id: message_id, measure, why, rule } = request;
    if measure != Measure::Nothing {
        needed("why", &why)?;
        needed("rule", &rule)?;
    }
    within("why", &why)?;
    within("rule", &rule)?;
    if let Measure::Mute { days } = measure
        && !(1..=MAX_MUTE_DAYS).contains(&days)
    {
        return Err(WireError::invalid("measure.days", format!("must be 1 to {MAX_MUTE_DAYS}")).into());
    }
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        must_moderate(&known)?;
        if is_own(&known, message_id)? == Some(true) {
            return Err(not_allowed());
        }
        let reported: Option<ReportedMessage> = record(tx, Entity::ReportedMessage, message_id.0)?;
        let decided = reported.as_ref().and_then(|report| report.decided);
        let room = match &reported {
            Some(report) => Some(room_of(&known, report)?),
            None => known.room(super::load(tx, message_id)?.ok_or_else(|| not_found("message"))?.room_id)?,
        };
        // Of a room that is not known here, as in cases of before, the server decides.
        let is_private =
            room.as_ref().is_some_and(|room| room.kind != RoomKind::Unknown && !room.kind.is_public());
        if measure == Measure::Remove && is_private {
            return Err(not_allowed());
        }
        let subject = match room {
            Some(room) if room.kind != RoomKind::Unknown => subject(&known, &room)?,
            _ => String::new(),
        };
        let mut random = [0; 10];
        system.random(&mut random);
        let id = ModerationId::new(system.now(), random);
        typed::forget(tx, TypedPlace::Decision { id: message_id })?;
        let moderation = NewModeration { id, message_id, decided, measure, why, rule };
        let action = Action::Moderate { moderation };
        outbox::replace(tx, system, &format!("case:{message_id}"), &subject, action).map(drop)
    })
}

/// Objects to what was done.
///
/// # Errors
/// `not_found` for what does not concern the person; `invalid_input`; trouble of the cache.
pub fn appeal(cache: &Cache, system: &dyn System, request: AppealTo) -> Result<()> {
    let AppealTo { id, words } = request;
    needed("words", &words)?;
    within("words", &words)?;
    cache.write(|tx| {
        let act: Option<Moderation> = record(tx, Entity::Moderation, id.0)?;
        let mine = act.filter(|act| super::my_id(tx).is_ok_and(|me| me == Some(act.person_id)));
        mine.ok_or_else(|| not_found("moderation"))?;
        let action = Action::Appeal { moderation_id: id, words };
        outbox::replace(tx, system, &format!("appeal:{id}"), "", action)?;
        typed::forget(tx, TypedPlace::Appeal { id })
    })
}

/// Answers an appeal.
///
/// # Errors
/// `not_allowed` for who does not moderate, whom it concerns, and who decided if there is another; `not_found`;
/// `invalid_input`; trouble of the cache.
pub fn answer(cache: &Cache, system: &dyn System, language: &Language, request: AnswerAppeal) -> Result<()> {
    let AnswerAppeal { id, lift, words } = request;
    needed("words", &words)?;
    within("words", &words)?;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        must_moderate(&known)?;
        let act = record::<Moderation>(tx, Entity::Moderation, id.0)?;
        if !answers(&known, &act.ok_or_else(|| not_found("moderation"))?)? {
            return Err(not_allowed());
        }
        typed::forget(tx, TypedPlace::AppealAnswer { id })?;
        let action = Action::AnswerAppeal { moderation_id: id, lift, words };
        outbox::replace(tx, system, &format!("answer:{id}"), "", action).map(drop)
    })
}

/// Names a moderator or a reader, or ends it.
///
/// # Errors
/// `not_allowed` for everybody but the manager; trouble of the cache.
pub fn name_moderator(
    cache: &Cache,
    system: &dyn System,
    language: &Language,
    request: NameModerator,
) -> Result<()> {
    let NameModerator { person_id, duty } = request;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        if known.role() != Role::Manager {
            return Err(not_allowed());
        }
        let action = Action::NameModerator { person_id, duty };
        outbox::replace(tx, system, &format!("moderator:{person_id}"), &known.name(person_id)?, action)
            .map(drop)
    })
}

fn must_moderate(known: &Known<'_>) -> Result<()> {
    if known.duty()? == Some(Duty::Moderate) { Ok(()) } else { Err(not_allowed()) }
}

fn needed(field: &str, words: &str) -> Result<()> {
    let empty = || Error::from(WireError::invalid(field, "must not be empty"));
    if text::is_blank(words) { Err(empty()) } else { Ok(()) }
}

fn within(field: &str, words: &str) -> Result<()> {
    if words.chars().count() > MAX_REASON { Err(too_long(field, MAX_REASON)) } else { Ok(()) }
}
