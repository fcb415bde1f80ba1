//! What moderators do about messages, and appeals.
//!
//! Everything that is done to a person is told to them and stands in the log that moderators and readers see; nothing
//! is done without a reason and a rule. Nobody decides about their own words, and an appeal is answered by somebody
//! else than who decided, where there is anybody.

use linli_wire::{
    Code,
    chat::{
        Appeal, AppealAnswer, Duty, MAX_MUTE_DAYS, MAX_REASON, Measure, Message, MessageContent, Moderation,
        Moderator, NewModeration, Room, SeatState,
    },
    id::{CommunityId, ModerationId, PersonId, RoomId},
    sync::{Entity, Scope},
    text,
};

use super::{DAY_MS, entered, messages, must_moderate, neighbours, reports, store};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    error::json,
    input, params,
};

/// Does something about a message, reported or of a room that the moderator is in.
///
/// # Errors
/// `not_allowed` for who does not moderate, and for their own words; `not_found`; `operation_reused` when the id stands
/// for something else; `conflict` when its case was decided otherwise than the moderator saw; `invalid_input`.
pub fn moderate(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    given: &NewModeration,
) -> Result<(), Error> {
    must_moderate(tx, caller)?;
    let community = caller.community;
    if let Some(known) = find(tx, community, given.id)? {
        let same = known.message_id == given.message_id && known.by.is_some_and(|by| by.id == caller.person);
        let reused = Error::refused(Code::OperationReused, "the act's id stands for something else");
        return if same { Ok(()) } else { Err(reused) };
    }
    let message = store::message(tx, community, given.message_id)?.ok_or_else(Error::not_found)?;
    let mut case = reports::reported(tx, community, message.id)?;
    let room = match &case {
        Some(_) => store::find(tx, community, message.room_id)?.ok_or_else(Error::not_found)?,
        None => entered(tx, caller, seen, message.room_id)?,
    };
    if message.from == caller.person {
        return Err(auth::not_allowed());
    }
    // Two who decide at once are not both heard; who has seen the first decision may add another.
    let decided = case.as_ref().and_then(|case| case.decided);
    if decided.is_some() && decided != given.decided {
        return Err(Error::refused(Code::Conflict, "somebody else has decided about it meanwhile"));
    }
    if given.measure == Measure::Unknown {
        return Err(Error::invalid("measure", "is not known here"));
    }
    if given.measure == Measure::Nothing {
        input::lines("why", &given.why, MAX_REASON)?;
        input::lines("rule", &given.rule, MAX_REASON)?;
    } else {
        needed("why", &given.why)?;
        needed("rule", &given.rule)?;
    }
    let words = match &case {
        Some(case) => case.newest().content.words().to_owned(),
        None => message.content.words().to_owned(),
    };
    let mut moderation = Moderation {
        id: given.id,
        version: 0,
        at: tx.now(),
        by: Some(keeper(tx, caller)?),
        person_id: message.from,
        person: neighbours::name(tx, community, message.from)?,
        room_id: room.id,
        message_id: message.id,
        words,
        measure: given.measure,
        why: given.why.trim().to_owned(),
        rule: given.rule.trim().to_owned(),
        appeal: None,
    };
    carry_out(tx, caller, &room, message, &moderation)?;
    put(tx, community, &mut moderation)?;
    if let Some(case) = &mut case {
        case.decided = Some(given.id);
        reports::put(tx, community, case)?;
    }
    reports::let_go_of_files(tx, community, given.message_id)
}

fn carry_out(
    tx: &mut Tx<'_>,
    caller: &Caller,
    room: &Room,
    message: Message,
    moderation: &Moderation,
) -> Result<(), Error> {
    let (community, person) = (caller.community, message.from);
    if matches!(moderation.measure, Measure::Nothing | Measure::Warn | Measure::Unknown) {
        return Ok(());
    }
    let seat = store::seat_locked(tx, community, room.id, person)?;
    let mut seat = seat.unwrap_or_else(|| store::new_seat(room.id));
    match moderation.measure {
        Measure::Nothing | Measure::Warn | Measure::Unknown => {}
        Measure::Hide => {}
        Measure::Mute { days } => {
            if !(1..=MAX_MUTE_DAYS).contains(&days) {
                return Err(Error::invalid("measure.days", format!("must be 1 to {MAX_MUTE_DAYS}")));
            }
            let until = tx.now().plus_millis(i64::from(days) * DAY_MS);
            seat.muted_until = Some(seat.muted_until.map_or(until, |known| known.max(until)));
            store::put_seat(tx, community, person, seat)?;
        }
        Measure::Remove => {
            if !room.kind.is_public() {
                return Err(auth::not_allowed());
            }
            (seat.state, seat.invitation) = (SeatState::Removed, None);
            store::put_seat(tx, community, person, seat)?;
        }
    }
    hide(tx, caller, room, message, &moderation.rule)
}

fn hide(
    tx: &mut Tx<'_>,
    caller: &Caller,
    room: &Room,
    mut message: Message,
    rule: &str,
) -> Result<(), Error> {
    if message.content.is_gone() {
        return Ok(());
    }
    tx.execute(
        "UPDATE message SET hidden = $3 WHERE community_id = $1 AND id = $2",
        params![caller.community, message.id, json(&message.content)?],
    )?;
    message.content = MessageContent::Hidden { rule: rule.to_owned() };
    store::change_message(tx, caller.community, room, &mut message)?;
    messages::take_down(tx, caller, room, message.id)
}

pub(super) fn needed(field: &str, given: &str) -> Result<(), Error> {
    input::lines(field, given, MAX_REASON)?;
    if text::is_blank(given) { Err(Error::invalid(field, "must not be empty")) } else { Ok(()) }
}

fn keeper(tx: &mut Tx<'_>, caller: &Caller) -> Result<Moderator, Error> {
    let name = neighbours::name(tx, caller.community, caller.person)?;
    Ok(Moderator { id: caller.person, name, duty: Duty::Moderate })
}

fn find(tx: &mut Tx<'_>, community: CommunityId, id: ModerationId) -> Result<Option<Moderation>, Error> {
    let sql = "SELECT body FROM moderation WHERE community_id = $1 AND id = $2";
    Ok(tx.query_locked(sql, params![community, id])?.map(|row| row.json(0)).transpose()?)
}

/// What whom it concerns is told of an act: not who did it. None where nothing was done.
pub(super) fn told(moderation: &Moderation) -> Option<Moderation> {
    if moderation.measure == Measure::Nothing {
        return None;
    }
    let mut told = Moderation { by: None, ..moderation.clone() };
    if let Some(answer) = told.appeal.as_mut().and_then(|appeal| appeal.answer.as_mut()) {
        answer.by = None;
    }
    Some(told)
}

fn put(tx: &mut Tx<'_>, community: CommunityId, moderation: &mut Moderation) -> Result<(), Error> {
    moderation.version += 1;
    let (id, version) = (moderation.id, moderation.version);
    tx.execute(
        "INSERT INTO moderation (community_id, id, version, message_id, person_id, at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, body = excluded.body",
        params![
            community,
            id,
            version,
            moderation.message_id,
            moderation.person_id,
            moderation.at,
            json(moderation)?
        ],
    )?;
    let keepers = [Scope::Moderators(community)];
    tx.log_as(community, &keepers, Entity::Moderation, id.0, version, Some(&*moderation))?;
    if let Some(told) = told(moderation) {
        let person = [Scope::Person(moderation.person_id)];
        tx.log_as(community, &person, Entity::Moderation, id.0, version, Some(&told))?;
    }
    Ok(())
}

/// Objects to what was done to the caller; once.
///
/// # Errors
/// `not_found` for what concerns others; `conflict` for a second time; `invalid_input`.
pub fn appeal(tx: &mut Tx<'_>, caller: &Caller, id: ModerationId, words: &str) -> Result<(), Error> {
    let known = find(tx, caller.community, id)?;
    let mine = known.filter(|act| act.person_id == caller.person && act.measure != Measure::Nothing);
    let mut moderation = mine.ok_or_else(Error::not_found)?;
    needed("words", words)?;
    let words = words.trim();
    if let Some(appeal) = &moderation.appeal {
        let conflict = Error::refused(Code::Conflict, "there is an appeal already");
        return if appeal.words == words { Ok(()) } else { Err(conflict) };
    }
    moderation.appeal = Some(Appeal { words: words.to_owned(), at: tx.now(), answer: None });
    put(tx, caller.community, &mut moderation)
}

/// Answers an appeal. What is lifted is as it was before: the message stands again unless its author took it back, the
/// person may write, and is in the room.
///
/// # Errors
/// `not_allowed` for who does not moderate, whom it concerns, and who decided if there is another; `not_found`; `conflict`
/// where it was answered; `invalid_input`.
pub fn answer_appeal(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ModerationId,
    lift: bool,
    words: &str,
) -> Result<(), Error> {
    must_moderate(tx, caller)?;
    let community = caller.community;
    let mut moderation = find(tx, community, id)?.ok_or_else(Error::not_found)?;
    if moderation.person_id == caller.person {
        return Err(auth::not_allowed());
    }
    let decided_it = moderation.by.as_ref().is_some_and(|by| by.id == caller.person);
    if decided_it && is_another(tx, community, caller.person, moderation.person_id)? {
        return Err(auth::not_allowed());
    }
    needed("words", words)?;
    let by = keeper(tx, caller)?;
    let (now, measure) = (tx.now(), moderation.measure);
    let Some(appeal) = &mut moderation.appeal else { return Err(Error::not_found()) };
    if let Some(answer) = &appeal.answer {
        let same = answer.lifted == lift && answer.by.as_ref().is_some_and(|by| by.id == caller.person);
        let conflict = Error::refused(Code::Conflict, "the appeal was answered");
        return if same { Ok(()) } else { Err(conflict) };
    }
    appeal.answer =
        Some(AppealAnswer { lifted: lift, words: words.trim().to_owned(), at: now, by: Some(by) });
    if lift {
        restore(tx, community, &moderation, measure)?;
    }
    put(tx, community, &mut moderation)?;
    reports::let_go_of_files(tx, community, moderation.message_id)
}

/// Whether anybody else decides, another moderator or the manager; whom it concerns does not.
fn is_another(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    concerned: PersonId,
) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person LEFT JOIN moderator ON moderator.community_id = person.community_id
         AND moderator.person_id = person.id WHERE person.community_id = $1 AND person.left_at IS NULL
         AND person.id <> $2 AND person.id <> $3 AND (person.role = 'manager' OR moderator.duty = 'moderate') LIMIT 1";
    Ok(tx.query_opt(sql, params![community, person, concerned])?.is_some())
}

/// The acts about somebody that still hold, but for one.
fn standing(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    but: Option<ModerationId>,
) -> Result<Vec<Moderation>, Error> {
    let sql = "SELECT body FROM moderation WHERE community_id = $1 AND person_id = $2";
    let mut acts = Vec::new();
    for row in tx.query(sql, params![community, person])? {
        let act: Moderation = row.json(0)?;
        let answer = act.appeal.as_ref().and_then(|appeal| appeal.answer.as_ref());
        if Some(act.id) != but && answer.is_none_or(|answer| !answer.lifted) {
            acts.push(act);
        }
    }
    Ok(acts)
}

/// Whether a moderator let somebody go from a room, and that still holds.
pub(super) fn was_removed(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: RoomId,
    person: PersonId,
) -> Result<bool, Error> {
    let acts = standing(tx, community, person, None)?;
    Ok(acts.iter().any(|act| act.room_id == room && act.measure == Measure::Remove))
}

/// Takes back what an act did, as far as no other act about the same person did it, too.
fn restore(
    tx: &mut Tx<'_>,
    community: CommunityId,
    moderation: &Moderation,
    measure: Measure,
) -> Result<(), Error> {
    let person = moderation.person_id;
    let room = store::find(tx, community, moderation.room_id)?.ok_or_else(Error::not_found)?;
    let others = standing(tx, community, person, Some(moderation.id))?;
    if let Some(mut seat) = store::seat_locked(tx, community, room.id, person)? {
        let here = || others.iter().filter(|act| act.room_id == room.id);
        match measure {
            Measure::Mute { .. } => {
                seat.muted_until = here()
                    .filter_map(|act| match act.measure {
                        Measure::Mute { days } => Some(act.at.plus_millis(i64::from(days) * DAY_MS)),
                        _ => None,
                    })
                    .max();
            }
            Measure::Remove
                if seat.state == SeatState::Removed && !here().any(|act| act.measure == Measure::Remove) =>
            {
                seat.state = SeatState::In;
            }
            _ => {}
        }
        store::put_seat(tx, community, person, seat)?;
    }
    let hides = |act: &Moderation| {
        act.message_id == moderation.message_id && !matches!(act.measure, Measure::Nothing | Measure::Warn)
    };
    if others.iter().any(hides) {
        return Ok(());
    }
    let sql = "SELECT hidden FROM message WHERE community_id = $1 AND id = $2 AND hidden IS NOT NULL";
    let Some(mut message) = store::message(tx, community, moderation.message_id)? else { return Ok(()) };
    if let Some(row) = tx.query_opt(sql, params![community, message.id])? {
        message.content = row.json(0)?;
        tx.execute(
            "UPDATE message SET hidden = NULL WHERE community_id = $1 AND id = $2",
            params![community, message.id],
        )?;
        store::change_message(tx, community, &room, &mut message)?;
        // Servers of before let go of the files of what was hidden.
        store::note_files(tx, community, &message)?;
    }
    Ok(())
}

/// Names a moderator or a reader of their log, or ends it.
///
/// # Errors
/// `not_found` for nobody of the community.
pub fn name_moderator(
    tx: &mut Tx<'_>,
    caller: &Caller,
    person: PersonId,
    duty: Option<Duty>,
) -> Result<(), Error> {
    let community = caller.community;
    crate::community::person(tx, community, person)?.ok_or_else(Error::not_found)?;
    let sql = "SELECT version, duty FROM moderator WHERE community_id = $1 AND person_id = $2";
    let known = tx.query_locked(sql, params![community, person])?;
    let (version, before) = match &known {
        Some(row) => (row.get::<u64>(0)?, row.get::<Option<String>>(1)?),
        None => (0, None),
    };
    if before.as_deref() == duty.map(Duty::as_str) {
        return Ok(());
    }
    let name = neighbours::name(tx, community, person)?;
    tx.execute(
        "INSERT INTO moderator (community_id, person_id, version, name, duty) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (community_id, person_id) DO UPDATE SET version = excluded.version, name = excluded.name,
         duty = excluded.duty",
        params![community, person, version + 1, &name, duty.map(Duty::as_str)],
    )?;
    let body = duty.map(|duty| Moderator { id: person, name, duty });
    // In the person's own scope, too: what they may see changes with it.
    let scopes = [Scope::Community(community), Scope::Person(person)];
    tx.log_as(community, &scopes, Entity::Moderator, person.0, version + 1, body.as_ref())
}
