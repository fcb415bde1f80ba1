//! Rooms: making and changing them, coming in and going out, and how far somebody has read.

use linli_wire::{
    Code, Language, Localized,
    chat::{
        MAX_ROOM_ABOUT, MAX_ROOM_NAME, MAX_RULES, Room, RoomContent, RoomInvitation, RoomKind, SeatState,
        Tell, scopes_of,
    },
    id::{BuildingId, CommunityId, PersonId, RepairId, RoomId},
    sync::Scope,
};

use super::{DAY_MS, blocks, civil, entered, is_muted, neighbours, store};
use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    error::too_many,
    input, params,
};

/// Interest rooms that one person makes within a day, and rooms with new people that they begin.
const ROOMS_A_DAY: u32 = 10;

/// What the rooms of a community and its buildings begin with; whoever runs the community may change it.
fn first_rules() -> Localized {
    let mut rules = Localized::one(
        Language::en(),
        "Speak to others as you would at the door.\nTell of others only what is theirs to be told.\nNo advertising.\n\
         What is broken, report under Repairs: there somebody sees to it.",
    );
    let zh = "像在门口碰面一样好好说话。\n别人的私事，由别人自己说。\n不发广告。\n东西坏了，请在“报修”里报告，那里有人处理。";
    rules.0.insert(Language::zh(), zh.to_owned());
    rules
}

fn new_room(id: RoomId, kind: RoomKind) -> Room {
    Room {
        id,
        version: 0,
        kind,
        name: Localized::default(),
        about: Localized::default(),
        rules: Localized::default(),
        rules_edition: 0,
        announce: false,
        closed: false,
        pinned: Vec::new(),
    }
}

/// Makes a room that comes with living here, unless it is there.
fn make_public(tx: &mut Tx<'_>, community: CommunityId, id: RoomId, kind: RoomKind) -> Result<(), Error> {
    if store::find(tx, community, id)?.is_some() {
        return Ok(());
    }
    let mut room = Room { rules: first_rules(), rules_edition: 1, ..new_room(id, kind) };
    store::put(tx, community, &mut room)
}

/// Makes the room of a community, unless it is there.
///
/// # Errors
/// The database's.
pub fn open_for_community(tx: &mut Tx<'_>, id: CommunityId) -> Result<(), Error> {
    make_public(tx, id, RoomId::of_community(id), RoomKind::Community)
}

/// Makes the room of a building, unless it is there.
///
/// # Errors
/// The database's.
pub fn open_for_building(tx: &mut Tx<'_>, community: CommunityId, id: BuildingId) -> Result<(), Error> {
    make_public(tx, community, RoomId::of_building(id), RoomKind::Building { building_id: id })
}

/// Makes the rooms that come with living here where they are missing: a community may be older than chat.
///
/// # Errors
/// The database's.
pub fn open_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    for community in crate::community::list(tx)? {
        open_for_community(tx, community.id)?;
        for building in crate::community::buildings(tx, community.id)? {
            open_for_building(tx, community.id, building.id)?;
        }
    }
    Ok(())
}

/// Somebody waits for a repair of a building or of everybody, too: those who wait get a room, and whoever comes later comes
/// into it.
///
/// # Errors
/// The database's.
pub fn open_for_repair(
    tx: &mut Tx<'_>,
    community: CommunityId,
    repair: RepairId,
    persons: &[PersonId],
) -> Result<(), Error> {
    let id = RoomId::of_repair(repair);
    make_public(tx, community, id, RoomKind::Repair { repair_id: repair })?;
    store::find_locked(tx, community, id)?;
    for person in persons {
        if store::seat(tx, community, id, *person)?.is_some() {
            continue;
        }
        neighbours::show(tx, community, *person, &[Scope::Room(id)])?;
        let mut seat = store::new_seat(id);
        if !store::has_place(tx, community, *person)? {
            // It refuses nobody's wait: once they have left another room, they may come into this one.
            seat.state = SeatState::Left;
        }
        store::put_seat(tx, community, *person, seat)?;
    }
    Ok(())
}

/// A repair was closed, or goes on: its room, if it has one, is to be read only as long as it is closed.
///
/// # Errors
/// The database's.
pub fn follow_repair(
    tx: &mut Tx<'_>,
    community: CommunityId,
    repair: RepairId,
    is_open: bool,
) -> Result<(), Error> {
    match store::find_locked(tx, community, RoomId::of_repair(repair))? {
        Some(mut room) if room.closed == is_open => {
            room.closed = !is_open;
            store::put(tx, community, &mut room)
        }
        _ => Ok(()),
    }
}

fn must_have_place(tx: &mut Tx<'_>, community: CommunityId, person: PersonId) -> Result<(), Error> {
    if store::has_place(tx, community, person)? { Ok(()) } else { Err(too_many(24 * 60 * 60)) }
}

/// Begins the room of two, or of a person and the office; a second time nothing happens.
///
/// # Errors
/// `not_found` for somebody whom the caller does not know; `invalid_input` for another id; `too_many_tries`.
pub fn open(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: RoomId,
    other: Option<PersonId>,
) -> Result<(), Error> {
    let community = caller.community;
    let office_of = match other {
        None if !caller.role.is_office() => Some(caller.person),
        Some(person) if caller.role.is_office() && id == RoomId::of_office(person) => Some(person),
        _ => None,
    };
    if let Some(person) = office_of {
        return open_office(tx, caller, id, person);
    }
    let other = other.filter(|other| *other != caller.person).ok_or_else(Error::not_found)?;
    if id != RoomId::of_two(caller.person, other) {
        return Err(Error::invalid("room_id", "is not that of the two"));
    }
    blocks::lock_two(tx, community, caller.person, other)?;
    let known = store::find(tx, community, id)?;
    let sits = store::seat(tx, community, id, caller.person)?.is_some_and(|seat| seat.state == SeatState::In);
    if known.is_some() && sits {
        return Ok(());
    }
    if known.is_none() && !neighbours::is_known_to(tx, caller, seen, other)? {
        return Err(Error::not_found());
    }
    if known.is_none() {
        within_rooms(tx, caller)?;
        let persons = if caller.person <= other { [caller.person, other] } else { [other, caller.person] };
        store::put(tx, community, &mut new_room(id, RoomKind::Direct { persons }))?;
        // Who began it is nobody's to know, but counts for how many somebody begins.
        tx.execute(
            "UPDATE room SET owner_id = $3 WHERE community_id = $1 AND id = $2",
            params![community, id, caller.person],
        )?;
    }
    for (person, from) in [(caller.person, other), (other, caller.person)] {
        neighbours::show(tx, community, person, &[Scope::Room(id)])?;
        // Whoever does not want to hear the other gets no seat, and the other does not learn of it.
        if store::seat(tx, community, id, person)?.is_none() && !blocks::stands(tx, community, person, from)?
        {
            must_have_place(tx, community, person)?;
            store::put_seat(tx, community, person, store::new_seat(id))?;
        }
    }
    Ok(())
}

fn open_office(tx: &mut Tx<'_>, caller: &Caller, id: RoomId, person: PersonId) -> Result<(), Error> {
    let community = caller.community;
    if id != RoomId::of_office(person) {
        return Err(Error::invalid("room_id", "is not that of the person and the office"));
    }
    if store::find(tx, community, id)?.is_some() {
        return Ok(());
    }
    if crate::community::person(tx, community, person)?.is_none_or(|person| person.role.is_office()) {
        return Err(Error::not_found());
    }
    let mut room = new_room(id, RoomKind::Office { person_id: person });
    store::put(tx, community, &mut room)?;
    neighbours::show(tx, community, person, &scopes_of(&room, community))?;
    store::put_seat(tx, community, person, store::new_seat(id))
}

fn within_rooms(tx: &mut Tx<'_>, caller: &Caller) -> Result<(), Error> {
    if caller.role.is_office() {
        return Ok(());
    }
    let now = tx.now();
    let sql = "SELECT COUNT(*) FROM room WHERE community_id = $1 AND owner_id = $2 AND made_at > $3 AND made_at <= $4";
    let made: u32 =
        tx.query_one(sql, params![caller.community, caller.person, now.plus_millis(-DAY_MS), now])?.get(0)?;
    if made >= ROOMS_A_DAY { Err(too_many(60 * 60)) } else { Ok(()) }
}

/// Makes an interest room, or changes what a room says of itself.
///
/// # Errors
/// `not_found`; `not_allowed` for who may not change it; `invalid_input`; `too_many_tries`.
pub fn save(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: RoomId,
    content: &RoomContent,
) -> Result<(), Error> {
    let community = caller.community;
    let Some(known) = store::find_locked(tx, community, id)? else {
        check(content, true)?;
        within_rooms(tx, caller)?;
        must_have_place(tx, community, caller.person)?;
        let kind = RoomKind::Interest { owner: caller.person, open: content.open };
        let mut room = Room {
            name: content.name.clone(),
            about: content.about.clone(),
            rules: content.rules.clone(),
            rules_edition: u32::from(!is_empty(&content.rules)),
            announce: content.announce && caller.role.is_office(),
            ..new_room(id, kind)
        };
        store::put(tx, community, &mut room)?;
        neighbours::show(tx, community, caller.person, &[Scope::Room(id)])?;
        return store::put_seat(tx, community, caller.person, store::new_seat(id));
    };
    let mut room = known;
    if !(caller.role.is_office() && room.kind.is_public()) {
        // An owner whom a moderator removed or muted has no say either.
        entered(tx, caller, seen, id)?;
        let is_owner = matches!(&room.kind, RoomKind::Interest { owner, .. } if *owner == caller.person);
        if !is_owner || is_muted(tx, caller, &room)? {
            return Err(auth::not_allowed());
        }
    }
    check(content, matches!(room.kind, RoomKind::Interest { .. }))?;
    if let RoomKind::Interest { open, .. } = &mut room.kind {
        if content.open && !*open && has_words(tx, community, id)? {
            return Err(Error::invalid("open", "was not when people wrote in it"));
        }
        *open = content.open;
        room.name.clone_from(&content.name);
    }
    room.about.clone_from(&content.about);
    if room.rules != content.rules {
        room.rules.clone_from(&content.rules);
        room.rules_edition += 1;
    }
    if caller.role.is_office() {
        room.announce = content.announce;
    }
    store::put(tx, community, &mut room)
}

fn has_words(tx: &mut Tx<'_>, community: CommunityId, id: RoomId) -> Result<bool, Error> {
    let sql = "SELECT last FROM room WHERE community_id = $1 AND id = $2";
    Ok(tx.query_one(sql, params![community, id])?.get::<u64>(0)? > 0)
}

fn is_empty(text: &Localized) -> bool {
    text.0.values().all(|text| linli_wire::text::is_blank(text))
}

fn check(content: &RoomContent, needs_name: bool) -> Result<(), Error> {
    const LANGUAGES: usize = 8;
    let fields = [("name", &content.name), ("about", &content.about), ("rules", &content.rules)];
    if fields.iter().any(|(_, text)| text.0.len() > LANGUAGES) {
        return Err(Error::invalid("name", format!("must not be in more than {LANGUAGES} languages")));
    }
    if needs_name && is_empty(&content.name) {
        return Err(Error::invalid("name", "must not be empty"));
    }
    if needs_name {
        for name in content.name.0.values() {
            input::line("name", name, MAX_ROOM_NAME)?;
        }
    }
    for about in content.about.0.values() {
        input::lines("about", about, MAX_ROOM_ABOUT)?;
    }
    for rules in content.rules.0.values() {
        input::lines("rules", rules, MAX_RULES)?;
    }
    Ok(())
}

/// Comes into an open room, or follows an invitation.
///
/// # Errors
/// `not_found` for a room that is not open and into which nobody invited; `not_allowed` for who was let go.
pub fn enter(tx: &mut Tx<'_>, caller: &Caller, id: RoomId) -> Result<(), Error> {
    let room = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let seat = store::seat_locked(tx, caller.community, id, caller.person)?;
    let state = seat.as_ref().map(|seat| seat.state);
    let open = matches!(room.kind, RoomKind::Interest { open: true, .. }) && !room.closed;
    // Who left a repair's room may come back to it.
    let back = matches!(room.kind, RoomKind::Repair { .. }) && state == Some(SeatState::Left);
    match state {
        Some(SeatState::In) => return Ok(()),
        Some(SeatState::Removed) => return Err(auth::not_allowed()),
        Some(SeatState::Invited) => {}
        _ if open || back => {}
        _ => return Err(Error::not_found()),
    }
    must_have_place(tx, caller.community, caller.person)?;
    let mut seat = seat.unwrap_or_else(|| store::new_seat(id));
    (seat.state, seat.invitation) = (SeatState::In, None);
    store::put_seat(tx, caller.community, caller.person, seat)?;
    neighbours::show(tx, caller.community, caller.person, &[Scope::Room(id)])
}

/// Leaves a room, or turns an invitation down.
///
/// # Errors
/// `not_found`; `not_allowed` for a room that comes with living here.
pub fn leave(tx: &mut Tx<'_>, caller: &Caller, id: RoomId) -> Result<(), Error> {
    let room = store::find(tx, caller.community, id)?.ok_or_else(Error::not_found)?;
    let seat = store::seat_locked(tx, caller.community, id, caller.person)?;
    let Some(mut seat) = seat.filter(|_| room.kind.can_be_left()) else {
        return Err(if room.kind.can_be_left() { Error::not_found() } else { auth::not_allowed() });
    };
    if matches!(seat.state, SeatState::In | SeatState::Invited) {
        (seat.state, seat.invitation) = (SeatState::Left, None);
        store::put_seat(tx, caller.community, caller.person, seat)?;
    }
    Ok(())
}

/// Invites somebody into an interest room. Whoever does not want to hear the caller gets no invitation, and the caller does
/// not learn of it.
///
/// # Errors
/// `not_found` for a room or somebody unknown; `not_allowed` for who may not invite.
pub fn invite(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: RoomId,
    person: PersonId,
) -> Result<(), Error> {
    let room = entered(tx, caller, seen, id)?;
    let RoomKind::Interest { owner, open } = &room.kind else { return Err(auth::not_allowed()) };
    if !open && *owner != caller.person {
        return Err(auth::not_allowed());
    }
    if !neighbours::is_known_to(tx, caller, seen, person)? {
        return Err(Error::not_found());
    }
    let seat = store::seat_locked(tx, caller.community, id, person)?;
    let is_in = seat.as_ref().is_some_and(|seat| matches!(seat.state, SeatState::In | SeatState::Invited));
    let was_let_go = seat.as_ref().is_some_and(|seat| seat.state == SeatState::Removed);
    // What a moderator decided only an appeal undoes.
    if was_let_go && (*owner != caller.person || civil::was_removed(tx, caller.community, id, person)?) {
        return Err(auth::not_allowed());
    }
    if is_in || blocks::stands(tx, caller.community, person, caller.person)? {
        return Ok(());
    }
    let by = neighbours::name(tx, caller.community, caller.person)?;
    let mut seat = seat.unwrap_or_else(|| store::new_seat(id));
    seat.state = SeatState::Invited;
    let by_id = Some(caller.person);
    seat.invitation = Some(RoomInvitation { room: room.name, about: room.about, by, by_id });
    store::put_seat(tx, caller.community, person, seat)
}

/// Lets somebody go from an interest room; its owner does.
///
/// # Errors
/// `not_found`; `not_allowed`.
pub fn remove(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: RoomId,
    person: PersonId,
) -> Result<(), Error> {
    let room = entered(tx, caller, seen, id)?;
    let RoomKind::Interest { owner, .. } = &room.kind else { return Err(auth::not_allowed()) };
    if *owner != caller.person || person == caller.person {
        return Err(auth::not_allowed());
    }
    let Some(mut seat) = store::seat_locked(tx, caller.community, id, person)? else {
        // Whoever does not hear the caller has no seat after an invitation, and the caller does not learn of it.
        let known = neighbours::is_known_to(tx, caller, seen, person)?;
        return if known { Ok(()) } else { Err(Error::not_found()) };
    };
    if seat.state != SeatState::Removed {
        (seat.state, seat.invitation) = (SeatState::Removed, None);
        store::put_seat(tx, caller.community, person, seat)?;
    }
    Ok(())
}

/// Agrees to the rules of a room.
///
/// # Errors
/// `not_found`; `conflict` for an edition that does not exist.
pub fn agree(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    id: RoomId,
    edition: u32,
) -> Result<(), Error> {
    let room = entered(tx, caller, seen, id)?;
    if edition > room.rules_edition {
        return Err(Error::refused(Code::Conflict, "the rules have no such edition"));
    }
    let seat = store::seat_locked(tx, caller.community, id, caller.person)?;
    let seat = seat.unwrap_or_else(|| store::new_seat(id));
    if seat.agreed >= edition {
        return Ok(());
    }
    let seat = linli_wire::chat::RoomSeat { agreed: edition, ..seat };
    store::put_seat(tx, caller.community, caller.person, seat)
}

/// Notes how far the caller has read; the furthest stays.
///
/// # Errors
/// `not_found`.
pub fn read(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: RoomId, number: u64) -> Result<(), Error> {
    entered(tx, caller, seen, id)?;
    let sql = "SELECT last FROM room WHERE community_id = $1 AND id = $2";
    let last: u64 = tx.query_one(sql, params![caller.community, id])?.get(0)?;
    store::change_mark(tx, caller.community, (id, caller.person), |mark| {
        mark.read = mark.read.max(number.min(last));
    })
}

/// Chooses of what the caller is told.
///
/// # Errors
/// `not_found`.
pub fn tell(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: RoomId, tell: Tell) -> Result<(), Error> {
    entered(tx, caller, seen, id)?;
    store::change_mark(tx, caller.community, (id, caller.person), |mark| mark.tell = tell)
}
