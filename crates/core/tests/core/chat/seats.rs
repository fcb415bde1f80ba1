//! Rooms that are made, found, entered and left, and people in them.

use linli_core::chat;
use linli_testkit::pages::chat::{
    block, message_with, neighbour_with, person_id, room_card, room_id, room_seat, room_with,
};
use linli_wire::{
    Code, Language, Localized,
    chat::{BlockPerson, MayWrite, PersonInRoom, RoomContent, RoomInvitation, RoomKind, SaveRoom, SeatState},
    community::Role,
    ops::Action,
};

use super::{Here, kinds, room};
use crate::{
    pages::NOW,
    repairs::{batch, give_up, refuse},
};

fn named(name: &str) -> RoomContent {
    RoomContent { name: Localized::one(Language::en(), name), open: true, ..RoomContent::default() }
}

fn save(
    here: &Here,
    room_id: Option<linli_wire::id::RoomId>,
    content: RoomContent,
) -> linli_core::Result<linli_wire::id::RoomId> {
    chat::save(&here.cache, &here.system, &Language::en(), SaveRoom { room_id, content })
}

#[test]
fn a_room_of_ones_own_can_be_talked_in_before_the_server_knows_it() {
    let here = Here::new(Role::Resident);
    assert_eq!(save(&here, None, named(" ")).unwrap_err().code(), Code::InvalidInput);
    let long = named(&"x".repeat(61));
    assert_eq!(save(&here, None, long).unwrap_err().code(), Code::InvalidInput);
    let id = save(&here, None, named("Ches")).unwrap();
    save(&here, Some(id), named("Chess")).unwrap();
    let view = here.view(id);
    assert_eq!(
        (view.row.name.as_str(), view.may_change, view.may_write.clone()),
        ("Chess", true, MayWrite::Yes)
    );
    assert!(!view.may_leave && !view.may_pin, "it is not there yet");
    assert!(here.rooms().rooms.iter().any(|row| row.id == id));
    here.try_say(id, "Who plays?").unwrap();
    let request = PersonInRoom { room_id: id, person_id: person_id(1) };
    chat::invite(&here.cache, &here.system, &Language::en(), request).unwrap();
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["save_room", "send_message", "invite_to_room"]);
    assert!(sent.iter().all(|op| op.lane == sent[0].lane), "one behind the other");
    let Action::SaveRoom { content, .. } = &sent[0].action else { panic!("{sent:?}") };
    assert_eq!(
        content.name.in_language(&Language::en()),
        "Chess",
        "what never left was changed where it waited"
    );
    // In a room of everybody nobody is invited.
    let request = PersonInRoom { room_id: room(), person_id: person_id(1) };
    let refused = chat::invite(&here.cache, &here.system, &Language::en(), request).unwrap_err();
    assert_eq!(refused.code(), Code::NotAllowed);
}

#[test]
fn an_open_room_is_found_entered_and_left() {
    let here = Here::new(Role::Resident);
    let id = room_id(5);
    here.take(|page| page.in_community(&[room_card(5, "Chess")]));
    assert_eq!(here.rooms().open[0].name, "Chess");
    assert_eq!(here.rooms().open[0].pending, None);
    let enter = || chat::enter(&here.cache, &here.system, &Language::en(), id);
    let leave = || chat::leave(&here.cache, &here.system, &Language::en(), id);
    enter().unwrap();
    assert!(here.rooms().open[0].pending.is_some());
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["enter_room"]);
    here.acknowledge(&sent, id, 1);
    let interest = |room: &mut linli_wire::chat::Room| {
        room.kind = RoomKind::Interest { owner: person_id(1), open: true };
        room.name = Localized::one(Language::en(), "Chess");
    };
    here.take(|page| page.in_room(id, &[room_with(5, 1, interest)]));
    assert_eq!((here.rooms().open.len(), here.rooms().rooms.len()), (0, 2));
    assert!(here.view(id).may_leave && !here.view(id).may_change);
    leave().unwrap();
    assert_eq!((here.rooms().open.len(), here.rooms().rooms.len()), (1, 1), "at once");
    let refused = batch(&here.cache);
    refuse(&here.cache, &refused, Code::Conflict);
    assert_eq!(here.rooms().rooms.len(), 2, "it was refused: the person is still in");
    give_up(&here.cache, refused[0].id);
    // Who was let go is not offered the room again.
    here.take(|page| page.lost(linli_wire::sync::Scope::Room(id)));
    here.take(|page| page.in_person(&[room_seat(id, 2, |seat| seat.state = SeatState::Removed)]));
    assert_eq!(here.rooms().open, []);
    let unknown = chat::enter(&here.cache, &here.system, &Language::en(), room_id(77)).unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let home = chat::leave(&here.cache, &here.system, &Language::en(), room()).unwrap_err();
    assert_eq!(home.code(), Code::NotAllowed, "what comes with living here stays");
}

#[test]
fn an_invitation_waits_for_an_answer() {
    let here = Here::new(Role::Resident);
    let id = room_id(6);
    let invitation = RoomInvitation {
        room: Localized::one(Language::en(), "Choir"),
        about: Localized::one(Language::en(), "Thursdays"),
        by: "Hua".to_owned(),
        by_id: Some(person_id(2)),
    };
    here.take(|page| {
        page.in_person(&[room_seat(id, 1, |seat| {
            (seat.state, seat.invitation) = (SeatState::Invited, Some(invitation.clone()));
        })])
    });
    let row = here.rooms().invitations.remove(0);
    assert_eq!(
        (row.name.as_str(), row.about.as_str(), row.invitation.by.as_str()),
        ("Choir", "Thursdays", "Hua")
    );
    // Of somebody whom the person does not hear there is no invitation, until they hear them again.
    let block = |blocked| {
        let request = BlockPerson { person_id: person_id(2), blocked };
        chat::block(&here.cache, &here.system, &Language::en(), request).unwrap();
    };
    block(true);
    assert_eq!(here.rooms().invitations, []);
    here.take(|page| page.in_community(&[room_card(6, "Choir")]));
    assert_eq!(here.rooms().open[0].id, id, "into an open room the way is open as ever");
    block(false);
    assert_eq!((here.rooms().invitations.len(), here.rooms().open.len()), (1, 0));
    assert_eq!(kinds(&batch(&here.cache)), ["block_person"]);
    chat::leave(&here.cache, &here.system, &Language::en(), id).unwrap();
    assert_eq!(here.rooms().invitations, []);
    chat::enter(&here.cache, &here.system, &Language::en(), id).unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["enter_room"], "the last answer counts");
}

#[test]
fn the_directory_holds_those_who_chose_so() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.take(|page| {
        page.in_community(&[
            neighbour_with(12, 1, |one| one.listed = true),
            neighbour_with(3, 1, |one| (one.listed, one.flat) = (true, Some("3-1201".to_owned()))),
            neighbour_with(4, 1, |one| (one.listed, one.gone) = (true, true)),
            neighbour_with(5, 1, |one| one.listed = true),
            neighbour_with(6, 1, |one| (one.id, one.listed) = (me, true)),
        ])
        .in_person(&[block(5)])
    });
    let view = chat::neighbours(&here.cache, &Language::en(), NOW).unwrap();
    let names: Vec<&str> = view.people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Neighbour 3", "Neighbour 12"]);
    assert_eq!((view.blocked[0].name.as_str(), view.listed), ("Neighbour 5", false));
}

#[test]
fn rooms_are_called_by_what_they_are_for() {
    let here = Here::new(Role::Resident);
    let [category, area] = linli_testkit::pages::repair_ground();
    let building = here.garden.building;
    here.take(|page| {
        page.in_community(&[here.garden.building(), category, area, linli_testkit::pages::repair_card(1)])
    });
    let repair_id = linli_testkit::pages::repair_id(1);
    here.take(|page| {
        page.in_room(
            room_id(2),
            &[room_with(2, 1, |room| room.kind = RoomKind::Building { building_id: building })],
        )
        .in_room(room_id(3), &[room_with(3, 1, |room| room.kind = RoomKind::Repair { repair_id })])
        .in_room(room_id(3), &[message_with(room_id(3), 1, 1, "When does it come?", |_| {})])
    });
    let name = |number| here.view(room_id(number)).row.name;
    assert_eq!(
        (name(1), name(2), name(3)),
        (String::new(), "Building 3".to_owned(), "Plumbing ·\u{a0}Gate".to_owned())
    );
    assert_eq!(here.view(room_id(2)).row.building.as_deref(), Some("3"));
    assert_eq!(here.rooms().rooms[0].id, room_id(3), "the newest message first");
}
