//! Reports of messages: the case that moderators see, and how long its files stay.
//!
//! A case keeps what the message said at each report, because its author may edit it or take it back; who reported is in
//! a table of its own and told to nobody.

use std::collections::BTreeSet;

use linli_wire::{
    chat::{
        CONTEXT, Complained, Complaint, MAX_REASON, MAX_REPORTS, Measure, Message, MessageContent,
        Moderation, ReportedMessage, ReportedRoom, Room, RoomKind,
    },
    id::{CommunityId, MessageId, PersonId},
    sync::{Entity, Scope},
};

use super::{DAY_MS, civil::needed, messages, neighbours, store, taken_back};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    error::{json, too_many},
    input, params,
};

/// Reports a message. A second report of the same person says nothing new.
///
/// # Errors
/// `not_found`; `not_allowed` for one's own; `conflict` when nothing of it is left, also of what was taken back; `too_many_tries` over the day's limit;
/// `invalid_input`.
pub fn report(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: MessageId,
    complaint: Complaint,
    words: &str,
) -> Result<(), Error> {
    let (room, mut message) = messages::found(tx, caller, seen, id)?;
    if message.from == caller.person {
        return Err(auth::not_allowed());
    }
    if complaint == Complaint::Other {
        needed("words", words)?;
    }
    input::lines("words", words, MAX_REASON)?;
    let community = caller.community;
    let sql = "SELECT 1 FROM message_report WHERE community_id = $1 AND message_id = $2 AND person_id = $3";
    if tx.query_opt(sql, params![community, id, caller.person])?.is_some() {
        return Ok(());
    }
    let stands = !message.content.is_gone();
    if !stands {
        message = taken_back::find(tx, community, id)?.ok_or_else(messages::gone)?;
    }
    let now = tx.now();
    let sql = "SELECT COUNT(*) FROM message_report WHERE community_id = $1 AND person_id = $2 AND at > $3
         AND at <= $4";
    let made: usize =
        tx.query_one(sql, params![community, caller.person, now.plus_millis(-DAY_MS), now])?.get(0)?;
    if made >= MAX_REPORTS {
        return Err(too_many(60 * 60));
    }
    tx.execute(
        "INSERT INTO message_report (community_id, message_id, person_id, at) VALUES ($1, $2, $3, $4)",
        params![community, id, caller.person, now],
    )?;
    let mut opens = stands;
    let mut reported = match reported(tx, community, id)? {
        Some(mut reported) => {
            // Editing is the author's way out of the first report, not out of the next.
            if reported.newest().content.words() != message.content.words() {
                opens = true;
                reported.later.push(message);
            }
            reported
        }
        None => ReportedMessage {
            context: around(tx, community, &message)?,
            message,
            later: Vec::new(),
            room: None,
            names: Vec::new(),
            version: 0,
            complaints: Vec::new(),
            decided: None,
        },
    };
    reported.names = names(tx, community, &room, &reported)?;
    reported.room = Some(ReportedRoom { kind: room.kind, name: room.name });
    reported.complaints.push(Complained { complaint, words: words.trim().to_owned(), at: now });
    // What was decided is decided; a new complaint opens the case again only if the message still stands, or said something
    // else since.
    if opens {
        reported.decided = None;
    }
    put(tx, community, &mut reported)
}

pub(super) fn reported(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: MessageId,
) -> Result<Option<ReportedMessage>, Error> {
    let sql = "SELECT body FROM reported_message WHERE community_id = $1 AND id = $2";
    Ok(tx.query_locked(sql, params![community, id])?.map(|row| row.json(0)).transpose()?)
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    community: CommunityId,
    reported: &mut ReportedMessage,
) -> Result<(), Error> {
    reported.version += 1;
    let id = reported.message.id;
    tx.execute(
        "INSERT INTO reported_message (community_id, id, version, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, body = excluded.body",
        params![community, id, reported.version, json(reported)?],
    )?;
    let scopes = [Scope::Moderators(community)];
    tx.log_as(community, &scopes, Entity::ReportedMessage, id.0, reported.version, Some(reported))
}

/// Those of a case by name: who wrote it and what is around it, and both of a room of two.
fn names(
    tx: &mut Tx<'_>,
    community: CommunityId,
    room: &Room,
    reported: &ReportedMessage,
) -> Result<Vec<(PersonId, String)>, Error> {
    let mut ids: BTreeSet<PersonId> = reported.context.iter().map(|message| message.from).collect();
    ids.insert(reported.message.from);
    if let RoomKind::Direct { persons } = &room.kind {
        ids.extend(persons);
    }
    ids.into_iter().map(|id| Ok((id, neighbours::name(tx, community, id)?))).collect()
}

fn around(tx: &mut Tx<'_>, community: CommunityId, message: &Message) -> Result<Vec<Message>, Error> {
    let (from, to) = (message.number.saturating_sub(CONTEXT), message.number.saturating_add(CONTEXT));
    let rows = tx.query(
        "SELECT body FROM message WHERE community_id = $1 AND room_id = $2 AND number >= $3 AND number <= $4
         AND number <> $5 ORDER BY number",
        params![community, message.room_id, from, to, message.number],
    )?;
    Ok(rows.iter().map(|row| row.json(0)).collect::<Result<_, _>>()?)
}

/// The files of a message that its author took back are nobody's any more, once it cannot be reported and nobody decides about
/// it: while a report waits, or what was done can be objected to or was and waits for an answer, they stay for who decides.
pub(super) fn let_go_of_files(tx: &mut Tx<'_>, community: CommunityId, id: MessageId) -> Result<(), Error> {
    let gone =
        store::message(tx, community, id)?.is_some_and(|message| message.content == MessageContent::Deleted);
    let may_be_reported = taken_back::find(tx, community, id)?.is_some();
    if gone && !may_be_reported && !is_a_case(tx, community, id)? {
        store::let_go_of_files(tx, community, id)?;
    }
    Ok(())
}

fn is_a_case(tx: &mut Tx<'_>, community: CommunityId, id: MessageId) -> Result<bool, Error> {
    let Some(case) = reported(tx, community, id)? else { return Ok(false) };
    if case.decided.is_none() {
        return Ok(true);
    }
    let sql = "SELECT body FROM moderation WHERE community_id = $1 AND message_id = $2";
    for row in tx.query(sql, params![community, id])? {
        let act: Moderation = row.json(0)?;
        let is_answered = act.appeal.is_some_and(|appeal| appeal.answer.is_some());
        if act.measure != Measure::Nothing && !is_answered {
            return Ok(true);
        }
    }
    Ok(false)
}
