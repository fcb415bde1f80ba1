//! What is typed about a message, or asked of a room, and not sent: it stands in exactly one place.

use linli_core::{chat, typed};
use linli_testkit::pages::chat::{message_id, message_with};
use linli_wire::{
    Code, Language,
    chat::{AskInRoom, Choice, Complaint, EditMessage, Poll, ReportMessage},
    command::KeepTyped,
    community::Role,
    typed::{Typed, TypedPlace},
};

use super::{Here, room};
use crate::repairs::{batch, give_up, refuse};

#[test]
fn what_is_sent_is_typed_no_more_and_what_is_given_up_stands_there_again() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.arrive(&[
        message_with(room(), 1, 1, "Rude", |_| {}),
        message_with(room(), 2, 1, "mine", |message| message.from = me),
    ]);
    let (cache, system, en) = (&here.cache, &here.system, Language::en());
    let [theirs, own] = [1, 2].map(|number| message_id(room(), number));
    let poll = AskInRoom {
        room_id: room(),
        poll: Poll {
            question: "When?".to_owned(),
            choices: ["Today", "Never"].map(|words| Choice { words: words.to_owned(), votes: 0 }).to_vec(),
            multiple: true,
            closes_at: None,
            voters: 0,
        },
    };
    let complaint = ReportMessage { id: theirs, complaint: Complaint::Other, words: "To whom?".to_owned() };
    let places = [
        (TypedPlace::MessageEdit { id: own }, "mine, mended", String::new()),
        (TypedPlace::Poll { id: room() }, "When?\nToday\nNever", serde_json::to_string(&poll).unwrap()),
        (TypedPlace::Complaint { id: theirs }, "To whom?", String::new()),
    ];
    let stands = |place| cache.read(|db| typed::get(db, place)).unwrap();
    let send = |place, words: &str| match place {
        TypedPlace::MessageEdit { id } => {
            chat::edit(cache, system, &en, EditMessage { id, words: words.to_owned() }).unwrap();
        }
        TypedPlace::Poll { .. } => drop(chat::ask(cache, system, &en, poll.clone()).unwrap()),
        _ => chat::report(cache, system, &en, complaint.clone()).unwrap(),
    };
    for (place, words, form) in places {
        let kept = Typed { words: words.to_owned(), photos: Vec::new(), form };
        typed::keep(cache, system, &KeepTyped { place, typed: kept.clone() }).unwrap();
        send(place, words);
        assert_eq!(stands(place), Typed::default(), "{place:?} was sent");
        let sent = batch(cache);
        refuse(cache, &sent, Code::InvalidInput);
        give_up(cache, sent[0].id);
        assert_eq!(stands(place), kept, "{place:?} was given up");
        // What is typed there meanwhile is not replaced.
        let other = Typed { words: "Something else".to_owned(), ..Typed::default() };
        send(place, words);
        typed::keep(cache, system, &KeepTyped { place, typed: other.clone() }).unwrap();
        let sent = batch(cache);
        refuse(cache, &sent, Code::InvalidInput);
        give_up(cache, sent[0].id);
        assert_eq!(stands(place), other, "{place:?}");
    }
}
