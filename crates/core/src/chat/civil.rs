//! Keeping it civil: what moderators see and decide, and what a person says to what was done to them.

use std::collections::BTreeMap;

use linli_wire::{
    Language, Timestamp, WireError,
    chat::{
        AnswerAppeal, Appeal, AppealAnswer, AppealTo, CaseRow, CivilView, Complaint, DecideCase, Duty,
        MAX_MUTE_DAYS, MAX_REASON, Measure, Moderation, Moderator, NameModerator, NewModeration,
        ReportMessage, ReportedMessage,
    },
    community::Role,
    id::{MessageId, ModerationId, PersonId},
    ops::Action,
    outbox::Pending,
    sync::Entity,
    text,
    typed::TypedPlace,
};

use super::{
    known::Known,
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
        let waits = |act: &Moderation| act.appeal.as_ref().is_some_and(|appeal| appeal.answer.is_none());
        let mut place = 0;
        log.retain(|act| {
            place += 1;
            place <= LOG || waits(act)
        });
        log.iter_mut().for_each(|act| anticipate(&known, act));
        Ok(CivilView {
            open,
            log,
            moderators: moderators(&known)?,
            decides: duty == Duty::Moderate,
            names: known.role() == Role::Manager,
        })
    })
}

fn case(known: &Known<'_>, report: ReportedMessage) -> Result<CaseRow> {
    let mut names: BTreeMap<PersonId, String> = BTreeMap::new();
    for message in std::iter::once(&report.message).chain(&report.context) {
        names.insert(message.from, known.name(message.from)?);
    }
    let room = known.room(report.message.room_id)?.map(|room| known.room_name(&room)).transpose()?;
    let pending = decision(known, report.message.id).cloned();
    Ok(CaseRow { room: room.unwrap_or_default(), names: names.into_iter().collect(), pending, report })
}

/// The decision about a message that waits, or got stuck.
fn decision<'a>(known: &'a Known<'_>, id: MessageId) -> Option<&'a Pending> {
    let mut about = known.open.iter().filter(
        |open| matches!(&open.op.action, Action::Moderate { moderation } if moderation.message_id == id),
    );
    about.next_back().map(|open| &open.pending)
}

/// What is said to an act and waits stands there already.
fn anticipate(known: &Known<'_>, act: &mut Moderation) {
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
    let waits = |act: &&Moderation| {
        !known.is_me(act.person_id) && act.appeal.as_ref().is_some_and(|appeal| appeal.answer.is_none())
    };
    Ok(u32::try_from(open + acts.iter().filter(waits).count()).unwrap_or(u32::MAX))
}

/// What moderators did about the person's own messages, newest first. Not who did it, also for those who could know.
pub(super) fn measures(known: &Known<'_>) -> Result<Vec<Moderation>> {
    let mut acts: Vec<Moderation> = records(known.db, Entity::Moderation)?;
    acts.retain(|act| known.is_me(act.person_id) && act.measure != Measure::Nothing);
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
/// `not_allowed` for who does not moderate; `invalid_input`; trouble of the cache.
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
        let room = match reported {
            Some(report) => report.message.room_id,
            None => super::load(tx, message_id)?.ok_or_else(|| not_found("message"))?.room_id,
        };
        let subject = known.room(room)?.map(|room| subject(&known, &room)).transpose()?.unwrap_or_default();
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
/// `not_allowed` for who does not moderate; `not_found`; `invalid_input`; trouble of the cache.
pub fn answer(cache: &Cache, system: &dyn System, language: &Language, request: AnswerAppeal) -> Result<()> {
    let AnswerAppeal { id, lift, words } = request;
    needed("words", &words)?;
    within("words", &words)?;
    cache.write(|tx| {
        let known = Known::read(tx, language, system.now())?;
        must_moderate(&known)?;
        record::<Moderation>(tx, Entity::Moderation, id.0)?.ok_or_else(|| not_found("moderation"))?;
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
