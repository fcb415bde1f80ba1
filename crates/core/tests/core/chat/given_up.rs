//! Giving up what the server may have already, as when its answer was lost: it is in one place afterwards.

use linli_core::{chat, outbox, typed};
use linli_testkit::pages::chat::{message_id, message_with, person_id, room_seat};
use linli_wire::{
    Code, Language, WireError,
    chat::{AskInRoom, Choice, EditMessage, Message, Poll, SeatState, What},
    command::KeepTyped,
    community::Role,
    id::{MessageId, RoomId},
    ops::{Action, Op, Outcome},
    outbox::PendingState,
    typed::{Typed, TypedPlace},
};

use super::{Here, come_back, kinds, room};
use crate::{
    pages::NOW,
    repairs::{batch, give_up, refuse},
};

fn stands(here: &Here, place: TypedPlace) -> String {
    here.cache.read(|db| typed::get(db, place)).unwrap().words
}

fn edit(here: &Here, id: MessageId, words: &str) {
    let request = EditMessage { id, words: words.to_owned() };
    chat::edit(&here.cache, &here.system, &Language::en(), request).unwrap();
}

/// What goes now, and does not get through: the server may have it.
fn leaves(here: &Here) -> Vec<Op> {
    let sent = batch(&here.cache);
    outbox::put_back(&here.cache).unwrap();
    sent
}

fn waits(here: &Here) -> Vec<&'static str> {
    let sent = batch(&here.cache);
    outbox::put_back(&here.cache).unwrap();
    kinds(&sent)
}

#[test]
fn a_message_whose_answer_was_lost_is_taken_back_and_stands_in_the_field_alone() {
    let here = Here::new(Role::Resident);
    let place = TypedPlace::Message { id: room() };
    here.say("Frist");
    let sent = leaves(&here);
    let Action::SendMessage { message } = &sent[0].action else { panic!("{sent:?}") };
    edit(&here, message.id, "First");
    give_up(&here.cache, sent[0].id);
    assert_eq!((here.waiting(), stands(&here, place)), (Vec::new(), "First".to_owned()));
    // It had arrived after all: nobody reads it here any more, and it goes.
    here.arrive(&[come_back(&sent[0], 1, here.garden.person)]);
    assert_eq!(here.messages()[0].what, What::Deleted);
    let sent = batch(&here.cache);
    let Action::DeleteMessage { message_id } = sent[0].action else { panic!("{sent:?}") };
    assert_eq!((message_id, sent.len()), (message.id, 1));
    assert_eq!(sent[0].lane, format!("room:{}", room()), "behind what was sent in the room");
    assert_eq!(stands(&here, place), "First");
}

#[test]
fn taking_back_what_never_arrived_is_of_no_matter() {
    let here = Here::new(Role::Resident);
    here.say("Lost on the way");
    let sent = leaves(&here);
    give_up(&here.cache, sent[0].id);
    refuse(&here.cache, &batch(&here.cache), Code::NotFound);
    assert_eq!(here.cache.read(outbox::rows).unwrap(), []);
    // What never left is simply not sent.
    here.say("Never left");
    give_up(&here.cache, here.cache.read(outbox::rows).unwrap()[0].op_id);
    assert_eq!(waits(&here), Vec::<&str>::new());
    assert_eq!(stands(&here, TypedPlace::Message { id: room() }), "Never left");
}

#[test]
fn what_stands_with_everybody_is_not_taken_back() {
    let here = Here::new(Role::Resident);
    here.say("Said a week ago");
    let sent = leaves(&here);
    // The log has brought it, and it is offered once more, as after a restore.
    here.arrive(&[come_back(&sent[0], 1, here.garden.person)]);
    give_up(&here.cache, sent[0].id);
    assert_eq!((waits(&here), here.messages()[0].what), (Vec::new(), What::Words));
    assert_eq!(stands(&here, TypedPlace::Message { id: room() }), "");
}

#[test]
fn who_is_out_of_a_room_is_told_that_what_they_said_stays() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.arrive(&[message_with(room(), 1, 1, "Too much", |message| message.from = me)]);
    chat::delete(&here.cache, &here.system, &Language::en(), message_id(room(), 1)).unwrap();
    here.take(|page| page.in_person(&[room_seat(room(), 2, |seat| seat.state = SeatState::Removed)]));
    refuse(&here.cache, &batch(&here.cache), Code::NotFound);
    let rows = here.cache.read(outbox::rows).unwrap();
    assert!(matches!(rows[0].state, PendingState::Stuck { .. }), "{rows:?}");
}

#[test]
fn a_poll_whose_answer_was_lost_is_taken_back() {
    let here = Here::new(Role::Resident);
    chat::ask(&here.cache, &here.system, &Language::en(), lunch(room())).unwrap();
    let sent = leaves(&here);
    give_up(&here.cache, sent[0].id);
    assert_eq!(waits(&here), ["delete_message"]);
    assert_eq!(stands(&here, TypedPlace::Poll { id: room() }), "Lunch?\nYes\nNo");
}

fn lunch(room_id: RoomId) -> AskInRoom {
    let choices = ["Yes", "No"].map(|words| Choice { words: words.to_owned(), votes: 0 }).to_vec();
    let poll = Poll { question: "Lunch?".to_owned(), choices, multiple: false, closes_at: None, voters: 0 };
    AskInRoom { room_id, poll }
}

#[test]
fn an_edit_whose_answer_was_lost_is_taken_back_unless_it_has_come() {
    let here = Here::new(Role::Resident);
    let (me, id) = (here.garden.person, message_id(room(), 1));
    let own = |message: &mut Message| message.from = me;
    here.arrive(&[message_with(room(), 1, 1, "old", own)]);
    let place = TypedPlace::MessageEdit { id };
    edit(&here, id, "new");
    let sent = leaves(&here);
    give_up(&here.cache, sent[0].id);
    assert_eq!(stands(&here, place), "new");
    let back = batch(&here.cache);
    let Action::EditMessage { words, .. } = &back[0].action else { panic!("{back:?}") };
    assert_eq!((words.as_str(), back.len()), ("old", 1), "as it was");
    here.acknowledge(&back, room(), 1);
    here.arrive(&[message_with(room(), 1, 3, "old", own)]);
    // A later edit goes over it by itself.
    edit(&here, id, "second");
    let second = leaves(&here);
    edit(&here, id, "third");
    give_up(&here.cache, second[0].id);
    assert_eq!((here.words(), waits(&here)), (vec!["third".to_owned()], vec!["edit_message"]));
    // The log was faster than the answer: there it stands.
    let third = leaves(&here);
    here.arrive(&[message_with(room(), 1, 5, "third", own)]);
    typed::keep(&here.cache, &here.system, &KeepTyped { place, typed: Typed::default() }).unwrap();
    give_up(&here.cache, third[0].id);
    assert_eq!((waits(&here), stands(&here, place)), (vec![], String::new()));
}

#[test]
fn an_edit_that_was_skipped_does_not_overwrite_a_later_one() {
    let here = Here::new(Role::Resident);
    let (me, id) = (here.garden.person, message_id(room(), 1));
    here.arrive(&[message_with(room(), 1, 1, "old", |message| message.from = me)]);
    let skipped_behind_a_refused_one = |change: &dyn Fn()| {
        here.say("Refused");
        change();
        let sent = batch(&here.cache);
        let refused = Outcome::Refused { error: WireError::new(Code::InvalidInput, "no") };
        outbox::conclude(&here.cache, &sent, &[refused, Outcome::Skipped], NOW).unwrap();
        sent[0].id
    };
    let refused = skipped_behind_a_refused_one(&|| edit(&here, id, "earlier"));
    assert_eq!(here.words(), ["old"], "it goes no further");
    edit(&here, id, "later");
    assert_eq!(here.words(), ["later"]);
    give_up(&here.cache, refused);
    let sent = batch(&here.cache);
    let Action::EditMessage { words, .. } = &sent[0].action else { panic!("{sent:?}") };
    assert_eq!((words.as_str(), sent.len()), ("later", 1));
    here.acknowledge(&sent, room(), 1);
    // Nor does taking the message back wait behind what was refused.
    let delete = || chat::delete(&here.cache, &here.system, &Language::en(), id).unwrap();
    skipped_behind_a_refused_one(&delete);
    delete();
    assert_eq!((here.messages()[0].what, waits(&here)), (What::Deleted, vec!["delete_message"]));
}

#[test]
fn everything_said_in_a_room_that_is_not_begun_comes_back_together() {
    let here = Here::new(Role::Resident);
    let id = chat::direct(&here.cache, &here.system, &Language::en(), person_id(1)).unwrap();
    let place = TypedPlace::Message { id };
    let poll = TypedPlace::Poll { id };
    for lost in [false, true] {
        here.try_say(id, "Hello").unwrap();
        chat::ask(&here.cache, &here.system, &Language::en(), lunch(id)).unwrap();
        here.try_say(id, "Are you there?").unwrap();
        let keep = |place, words: &str| {
            let typed = Typed { words: words.to_owned(), ..Typed::default() };
            typed::keep(&here.cache, &here.system, &KeepTyped { place, typed }).unwrap();
        };
        keep(place, "One thing more");
        if lost {
            keep(poll, "Dinner?");
        }
        let sent = leaves(&here);
        assert_eq!(kinds(&sent), ["open_room", "send_message", "send_message", "send_message"]);
        if !lost {
            let sent = batch(&here.cache);
            let refused = Outcome::Refused { error: WireError::new(Code::NotFound, "no") };
            outbox::conclude(&here.cache, &sent, &[refused], NOW).unwrap();
        }
        give_up(&here.cache, sent[0].id);
        let taken_back = if lost { vec!["delete_message"; 3] } else { vec![] };
        assert_eq!(waits(&here), taken_back, "what the server refused to begin is not there");
        // Where another poll is being written, the words of this one stand with the others.
        let (asks, asked) = if lost { ("Dinner?", "\n\nLunch?\nYes\nNo") } else { ("Lunch?\nYes\nNo", "") };
        assert_eq!(stands(&here, poll), asks);
        let all = format!("One thing more\n\nHello{asked}\n\nAre you there?");
        assert_eq!(stands(&here, place), all, "{lost}");
        assert_eq!(here.view(id).waiting, []);
    }
}
