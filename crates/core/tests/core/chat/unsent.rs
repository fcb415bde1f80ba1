//! What is typed about a message, or asked of a room, and not sent: it stands in exactly one place.

use linli_core::{chat, typed};
use linli_testkit::pages::chat::{message_id, message_with, moderation, moderation_id, person_id};
use linli_wire::{
    Code, Language, Localized,
    chat::{
        AnswerAppeal, Appeal, AskInRoom, Choice, Complaint, DecideCase, EditMessage, Measure, MessageContent,
        Poll, ReportMessage, RoomContent, SaveRoom, SayInRoom, What,
    },
    command::KeepTyped,
    community::Role,
    typed::{Typed, TypedPlace},
};

use super::{Here, room};
use crate::{
    pages::NOW,
    repairs::{batch, give_up, refuse},
};

#[test]
fn what_is_sent_is_typed_no_more_and_what_is_given_up_stands_there_again() {
    let here = Here::new(Role::Manager);
    let me = here.garden.person;
    here.take(|page| {
        page.in_moderators(&[moderation(3, 1, person_id(1), |act| {
            act.appeal = Some(Appeal { words: "No".to_owned(), at: NOW, answer: None });
        })])
    });
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
    let decision = DecideCase {
        id: theirs,
        measure: Measure::Mute { days: 7 },
        why: "Again".to_owned(),
        rule: "Be kind".to_owned(),
    };
    let chess =
        RoomContent { name: Localized::one(en.clone(), "Chess"), open: true, ..RoomContent::default() };
    let chess = SaveRoom { room_id: None, content: chess };
    let answer = AnswerAppeal { id: moderation_id(3), lift: false, words: "It stays".to_owned() };
    let places = [
        (TypedPlace::Decision { id: theirs }, "Again\nBe kind", serde_json::to_string(&decision).unwrap()),
        (TypedPlace::Room { id: None }, "Chess", serde_json::to_string(&chess).unwrap()),
        (TypedPlace::AppealAnswer { id: answer.id }, "It stays", String::new()),
        (TypedPlace::MessageEdit { id: own }, "mine, mended", String::new()),
        (TypedPlace::Poll { id: room() }, "When?\nToday\nNever", serde_json::to_string(&poll).unwrap()),
        (TypedPlace::Complaint { id: theirs }, "To whom?", String::new()),
    ];
    let stands = |place| cache.read(|db| typed::get(db, place)).unwrap();
    let send = |place, words: &str| match place {
        TypedPlace::MessageEdit { id } => {
            chat::edit(cache, system, &en, EditMessage { id, words: words.to_owned() }).unwrap();
        }
        TypedPlace::Decision { .. } => chat::decide(cache, system, &en, decision.clone()).unwrap(),
        TypedPlace::Room { .. } => drop(chat::save(cache, system, &en, chess.clone()).unwrap()),
        TypedPlace::AppealAnswer { .. } => chat::answer(cache, system, &en, answer.clone()).unwrap(),
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

#[test]
fn a_draft_that_answers_shows_after_a_restart_what_it_answers() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.arrive(&[
        message_with(room(), 1, 1, "Whose **ladder** is it?", |_| {}),
        message_with(room(), 2, 1, "Not mine", |message| message.from = me),
    ]);
    let keep = |number: Option<u64>| {
        let say = SayInRoom {
            room_id: room(),
            words: "Mine".to_owned(),
            files: Vec::new(),
            reply_to: number.map(|number| message_id(room(), number)),
            mentions: Vec::new(),
            about: None,
        };
        let form = serde_json::to_string(&say).unwrap();
        let typed = Typed { words: say.words, photos: Vec::new(), form };
        let place = TypedPlace::Message { id: room() };
        typed::keep(&here.cache, &here.system, &KeepTyped { place, typed }).unwrap();
    };
    assert_eq!(here.view(room()).answered, None, "nothing is being written");
    keep(Some(1));
    let line = here.view(room()).answered.unwrap();
    assert_eq!((line.number, line.own, line.name.as_str()), (1, false, "Neighbour 1"));
    assert_eq!((line.words.as_str(), line.what), ("Whose ladder is it?", What::Words));
    here.arrive(&[message_with(room(), 1, 2, "", |message| message.content = MessageContent::Deleted)]);
    assert_eq!(here.view(room()).answered.unwrap().what, What::Deleted, "no word of what was taken back");
    keep(Some(2));
    assert!(here.view(room()).answered.unwrap().own);
    keep(Some(9));
    let far = here.view(room()).answered.unwrap();
    assert_eq!((far.number, far.what), (0, What::Unknown), "it is not here");
    keep(None);
    assert_eq!(here.view(room()).answered, None);
}
