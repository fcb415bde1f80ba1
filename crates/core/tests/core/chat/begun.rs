//! Rooms with one neighbour and with the office: the first message begins them.

use linli_core::{chat, outbox, typed};
use linli_testkit::pages::chat::{message_with, neighbour_with, person_id, room_with};
use linli_wire::{
    Code, Language,
    chat::{MayWrite, RoomKind, RoomView},
    community::Role,
    id::RoomId,
    ops::Action,
    outbox::PendingState,
    sync::Scope,
    typed::TypedPlace,
};

use super::{Here, come_back, kinds};
use crate::{
    pages::NOW,
    repairs::{batch, give_up, refuse},
};

#[test]
fn a_room_of_two_is_begun_by_the_first_message() {
    let here = Here::new(Role::Resident);
    let other = person_id(1);
    let id = chat::direct(&here.cache, &here.system, &Language::en(), other).unwrap();
    assert_eq!(id, RoomId::of_two(here.garden.person, other));
    let view = here.view(id);
    assert_eq!((view.row.name.as_str(), view.last, view.may_write), ("Neighbour 1", 0, MayWrite::Yes));
    assert!(matches!(view.row.kind, RoomKind::Direct { .. }));
    assert_eq!(here.rooms().rooms.len(), 1, "a room that was only looked at is not begun");
    here.try_say(id, "Hello").unwrap();
    here.try_say(id, "Are you there?").unwrap();
    assert_eq!(here.rooms().rooms.len(), 2);
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["open_room", "send_message", "send_message"]);
    assert!(sent.iter().all(|op| op.lane == format!("room:{id}")));
    // Acknowledged before the room is followed here: what was said does not vanish meanwhile.
    here.acknowledge(&sent, id, 3);
    here.cache.write(|tx| outbox::settle(tx, NOW)).unwrap();
    let said = |view: &RoomView| view.waiting.iter().map(|row| row.words.clone()).collect::<Vec<_>>();
    assert_eq!(said(&here.view(id)), ["Hello", "Are you there?"]);
    let me = here.garden.person;
    let persons = [me.min(other), me.max(other)];
    let direct = room_with(9, 1, |room| (room.id, room.kind) = (id, RoomKind::Direct { persons }));
    here.take(|page| page.in_room(id, &[direct, come_back(&sent[1], 1, me), come_back(&sent[2], 2, me)]));
    assert_eq!((said(&here.view(id)), here.view(id).last), (Vec::new(), 2));
    // Nobody knows a stranger, and nobody writes to themselves.
    for nobody in [person_id(77), me] {
        let refused = chat::direct(&here.cache, &here.system, &Language::en(), nobody).unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    }
    here.take(|page| page.in_community(&[neighbour_with(1, 2, |neighbour| neighbour.gone = true)]));
    assert_eq!(here.view(id).may_write, MayWrite::Gone);
    assert_eq!(here.try_say(id, "Hello?").unwrap_err().code(), Code::Conflict);
}

#[test]
fn a_room_that_is_not_begun_after_all_gives_everything_back() {
    let here = Here::new(Role::Resident);
    let id = chat::direct(&here.cache, &here.system, &Language::en(), person_id(1)).unwrap();
    let first = here.try_say(id, "Hello").unwrap();
    chat::delete(&here.cache, &here.system, &Language::en(), first).unwrap();
    assert_eq!(batch(&here.cache), [], "taken back before it left: the room is not begun");
    here.try_say(id, "Given up").unwrap();
    let waiting = here.cache.read(outbox::rows).unwrap();
    give_up(&here.cache, waiting[1].op_id);
    assert_eq!(here.cache.read(outbox::rows).unwrap(), []);
    here.try_say(id, "Hello again").unwrap();
    here.try_say(id, "Are you there?").unwrap();
    let sent = batch(&here.cache);
    refuse(&here.cache, &sent[..1], Code::NotFound);
    outbox::put_back(&here.cache).unwrap();
    let waiting = here.view(id).waiting.remove(0).pending.unwrap();
    assert!(matches!(waiting.state, PendingState::Stuck { .. }), "it says what holds it up");
    give_up(&here.cache, waiting.op_id);
    assert_eq!(here.view(id).waiting, []);
    let place = TypedPlace::Message { id };
    let back = "Hello again\n\nAre you there?";
    assert_eq!(here.cache.read(|db| typed::get(db, place)).unwrap().words, back, "not the first alone");
}

#[test]
fn the_office_has_one_room_with_each_resident() {
    let here = Here::new(Role::Resident);
    let id = chat::office_room(&here.cache, &here.system).unwrap();
    assert_eq!(here.view(id).row.name, "");
    here.try_say(id, "The bill is wrong").unwrap();
    let sent = batch(&here.cache);
    let Action::OpenRoom { room_id, person_id: None } = sent[0].action else { panic!("{sent:?}") };
    assert_eq!(room_id, id);

    let office = Here::new(Role::Staff);
    let resident = person_id(5);
    office.take(|page| page.in_office(&[office.garden.neighbour(5)]));
    let id = RoomId::of_office(resident);
    assert_eq!(chat::direct(&office.cache, &office.system, &Language::en(), resident).unwrap(), id);
    assert_eq!(office.view(id).row.name, "邻居 5");
    assert_eq!(chat::office_room(&office.cache, &office.system).unwrap_err().code(), Code::NotAllowed);
    // It stands in the office's scope as well as, for somebody, in the room's.
    let kind = RoomKind::Office { person_id: resident };
    let things = || {
        [
            room_with(9, 1, |room| (room.id, room.kind) = (id, kind.clone())),
            message_with(id, 1, 1, "Hello office", |message| message.from = resident),
        ]
    };
    office.take(|page| page.in_office(&things()).in_room(id, &things()));
    assert_eq!(office.view(id).last, 1);
    office.take(|page| page.lost(Scope::Room(id)));
    assert_eq!(office.view(id).last, 1, "the office still holds it");
    office.take(|page| page.lost(Scope::Staff(office.garden.community)));
    assert_eq!(office.count("SELECT count(*) FROM message"), 0);
}
