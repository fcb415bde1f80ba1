//! Searching messages.

use linli_core::chat;
use linli_testkit::pages::{
    Thing,
    chat::{block, message_with, person_id, room_id, room_with},
};
use linli_wire::{
    Language,
    chat::{BlockPerson, Choice, EditMessage, MessageContent, MessageHits, MessageSearch, Poll},
    community::Role,
    id::RoomId,
};
use proptest::prelude::*;

use super::{Here, room};
use crate::pages::NOW;

fn search(here: &Here, words: &str, room_id: Option<RoomId>) -> MessageHits {
    let query = MessageSearch { words: words.to_owned(), room_id, offset: 0, limit: 100 };
    chat::search(&here.cache, &query, &Language::en(), NOW).unwrap()
}

fn numbers(here: &Here, words: &str) -> Vec<u64> {
    let found = search(here, words, None);
    assert_eq!(found.total as usize, found.hits.len());
    found.hits.into_iter().map(|hit| hit.number).collect()
}

#[test]
fn words_are_found_in_both_languages_newest_first() {
    let here = Here::new(Role::Resident);
    let text = |number, words: &str| message_with(room(), number, 1, words, |_| {});
    here.arrive(&[
        text(1, "今天下午2点到5点停水"),
        text(2, "Underwater **pump**, flat 1201."),
        text(3, "停电，不停水。"),
        text(4, "A座B1层 caffè"),
    ]);
    for (words, expected) in [
        ("停水", vec![3, 1]),
        ("停 电", vec![3]),
        ("water", vec![2]),
        ("WATER pump", vec![2]),
        ("1201", vec![2]),
        ("座b", vec![4]),
        ("２点", vec![1]),
        ("a", vec![4, 2]),
        ("p", vec![2]),
        ("è", vec![4]),
        ("nothing of this", vec![]),
        ("**", vec![]),
        ("\"", vec![]),
    ] {
        assert_eq!(numbers(&here, words), expected, "{words}");
    }
    let hit = search(&here, "pump", None).hits.remove(0);
    assert_eq!((hit.room_id, hit.name.as_str()), (room(), "Neighbour 1"));
    let shown: Vec<(String, bool)> = hit.words.into_iter().map(|piece| (piece.text, piece.hit)).collect();
    let plain = |text: &str| (text.to_owned(), false);
    assert_eq!(shown, [plain("Underwater "), ("pump".to_owned(), true), plain(", flat 1201.")]);
}

#[test]
fn a_hit_says_whether_the_person_wrote_it() {
    let here = Here::new(Role::Resident);
    let (me, gone) = (here.garden.person, person_id(7));
    here.arrive(&[
        message_with(room(), 1, 1, "tea", |message| message.from = me),
        message_with(room(), 2, 1, "tea", |_| {}),
        message_with(room(), 3, 1, "tea", |message| message.from = gone),
    ]);
    let hits = search(&here, "tea", None).hits;
    let who: Vec<_> = hits.iter().map(|hit| (hit.number, hit.own, hit.name.is_empty())).collect();
    assert_eq!(
        who,
        [(3, false, true), (2, false, false), (1, true, false)],
        "nobody's name is not one's own"
    );
}

#[test]
fn one_room_is_searched_or_all_of_them_and_windows_meet() {
    let here = Here::new(Role::Resident);
    let other = room_id(2);
    let things: Vec<Thing> =
        (1..=60_u64).map(|number| message_with(room(), number, 1, "tea", |_| {})).collect();
    here.arrive(&things);
    let latest = message_with(other, 1000, 1, "more tea", |_| {});
    here.take(|page| page.in_room(other, &[room_with(2, 1, |_| {}), latest]));
    assert_eq!((search(&here, "tea", None).total, search(&here, "tea", Some(room())).total), (61, 60));
    assert_eq!(search(&here, "tea", Some(other)).total, 1);
    assert_eq!(search(&here, "e", Some(other)).total, 1, "also where the index cannot decide");
    assert_eq!(search(&here, "tea", None).hits[0].room_id, other, "the newest first, whatever the room");
    let mut seen = Vec::new();
    for offset in (0..60).step_by(7) {
        let query = MessageSearch { words: "tea".to_owned(), room_id: Some(room()), offset, limit: 7 };
        let page = chat::search(&here.cache, &query, &Language::en(), NOW).unwrap();
        assert_eq!(page.total, 60);
        seen.extend(page.hits.into_iter().map(|hit| hit.number));
    }
    assert_eq!(seen, (1..=60).rev().collect::<Vec<_>>());
    let all = MessageSearch { words: "tea".to_owned(), limit: 9999, ..MessageSearch::default() };
    assert_eq!(chat::search(&here.cache, &all, &Language::en(), NOW).unwrap().hits.len(), 61);
    let nothing = MessageSearch { words: "  ".to_owned(), ..MessageSearch::default() };
    assert_eq!(chat::search(&here.cache, &nothing, &Language::en(), NOW).unwrap(), MessageHits::default());
}

#[test]
fn windows_meet_and_totals_are_right_where_somebody_is_not_heard() {
    let here = Here::new(Role::Resident);
    let from = |number: u64| if number.is_multiple_of(3) { 2 } else { 1 };
    let tea = |number: u64| {
        message_with(room(), number, 1, "tea", |message| message.from = person_id(from(number)))
    };
    here.arrive(&(1..=60).map(tea).collect::<Vec<_>>());
    here.take(|page| page.in_person(&[block(2), block(9)]));
    let expected: Vec<u64> = (1..=60).rev().filter(|number| from(*number) == 1).collect();
    for words in ["tea", "e"] {
        for room_id in [None, Some(room())] {
            let mut seen = Vec::new();
            for offset in (0..40).step_by(7) {
                let query = MessageSearch { words: words.to_owned(), room_id, offset, limit: 7 };
                let page = chat::search(&here.cache, &query, &Language::en(), NOW).unwrap();
                assert_eq!(page.total, 40, "{words}");
                seen.extend(page.hits.into_iter().map(|hit| hit.number));
            }
            assert_eq!(seen, expected, "{words}");
        }
    }
}

#[test]
fn search_follows_edits_and_what_is_taken_away() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 1, "water", |_| {}), message_with(room(), 2, 1, "water", |_| {})]);
    assert_eq!(numbers(&here, "water"), [2, 1]);
    here.arrive(&[message_with(room(), 1, 2, "power", |_| {})]);
    assert_eq!((numbers(&here, "water"), numbers(&here, "power")), (vec![2], vec![1]));
    here.arrive(&[message_with(room(), 2, 2, "", |message| message.content = MessageContent::Deleted)]);
    here.arrive(&[message_with(room(), 1, 3, "", |message| {
        message.content = MessageContent::Hidden { rule: "No water".to_owned() };
    })]);
    assert_eq!((numbers(&here, "water"), numbers(&here, "power")), (vec![], vec![]));
    // An appeal succeeded: it is back.
    here.arrive(&[message_with(room(), 1, 4, "power", |_| {})]);
    assert_eq!(numbers(&here, "power"), [1]);
}

#[test]
fn a_poll_is_found_by_its_question_and_its_choices() {
    let here = Here::new(Role::Resident);
    let choice = |words: &str| Choice { words: words.to_owned(), votes: 0 };
    let poll = Poll {
        question: "Which day?".to_owned(),
        choices: vec![choice("Saturday"), choice("星期天")],
        multiple: false,
        closes_at: None,
        voters: 0,
    };
    here.arrive(&[message_with(room(), 1, 1, "", |message| message.content = MessageContent::Poll { poll })]);
    for words in ["which", "saturday", "星期"] {
        assert_eq!(numbers(&here, words), [1], "{words}");
    }
}

#[test]
fn no_word_is_shown_of_somebody_who_is_not_heard() {
    let here = Here::new(Role::Resident);
    let (me, bad) = (here.garden.person, person_id(2));
    here.arrive(&[
        message_with(room(), 1, 1, "canary", |message| {
            message.from = bad;
            message.mentions = vec![me];
        }),
        message_with(room(), 2, 1, "canary, he says", |message| {
            message.reply_to = Some(linli_testkit::pages::chat::message_id(room_id(1), 1));
        }),
        message_with(room(), 3, 1, "last canary", |message| message.from = bad),
        linli_testkit::pages::chat::reaction(linli_testkit::pages::chat::message_id(room(), 2), bad, 1, "👍"),
    ]);
    let block_him = |blocked| {
        let request = BlockPerson { person_id: bad, blocked };
        chat::block(&here.cache, &here.system, &Language::en(), request).unwrap();
    };
    assert_eq!((numbers(&here, "canary").len(), here.rooms().unread), (3, 3));
    block_him(true);
    let unheard = || {
        assert_eq!(numbers(&here, "canary"), [2]);
        assert_eq!(numbers(&here, "c"), [2]);
        let rooms = here.rooms();
        assert_eq!((rooms.unread, rooms.rooms[0].named), (1, false));
        assert_eq!(rooms.rooms[0].last.as_ref().unwrap().words, "");
        let view = chat::open(&here.cache, room(), &[bad, person_id(1)], &Language::en(), NOW).unwrap();
        assert_eq!(view.typing, ["Neighbour 1"]);
        assert_eq!(view.people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Neighbour 1"]);
        let rows = here.messages();
        assert!(!serde_json::to_string(&(&rows[0], &rows[2])).unwrap().contains("canary"));
        assert_eq!((rows[1].reply.as_ref().unwrap().words.as_str(), rows[1].reactions.len()), ("", 0));
    };
    unheard();
    block_him(false);
    assert_eq!(numbers(&here, "canary").len(), 3, "the other learns of neither");
    here.take(|page| page.in_person(&[block(2)]));
    let kept = chat::neighbours(&here.cache, &Language::en(), NOW).unwrap().blocked;
    assert_eq!(kept, [], "what waits goes before what the log says");
    for op in here.cache.read(linli_core::outbox::rows).unwrap() {
        crate::repairs::give_up(&here.cache, op.op_id);
    }
    unheard();
    let request = BlockPerson { person_id: me, blocked: true };
    assert!(chat::block(&here.cache, &here.system, &Language::en(), request).is_err(), "not oneself");
    let edit = EditMessage { id: linli_testkit::pages::chat::message_id(room(), 1), words: "x".to_owned() };
    assert!(chat::edit(&here.cache, &here.system, &Language::en(), edit).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What is found is what `LIKE '%…%'` finds, in texts without marks.
    #[test]
    fn recall_is_that_of_like(
        texts in prop::collection::vec("[水电梯停 ,。aAbc12]{0,12}", 1..20),
        term in "[水电梯停,。aAbc12]{1,4}",
    ) {
        let here = Here::new(Role::Resident);
        let things: Vec<Thing> = (1_u64..)
            .zip(&texts)
            .map(|(number, words)| message_with(room(), number, 1, words, |_| {}))
            .collect();
        here.arrive(&things);
        // As they are shown: without the spaces around a line.
        let fold = |text: &str| text.trim_end().to_lowercase();
        let mut expected: Vec<u64> = (1_u64..)
            .zip(&texts)
            .filter(|(_, words)| fold(words).contains(&term.to_lowercase()))
            .map(|(number, _)| number)
            .collect();
        expected.reverse();
        prop_assert_eq!(numbers(&here, &term), expected);
        let one = search(&here, &term, Some(room()));
        prop_assert_eq!(one.total as usize, numbers(&here, &term).len());
    }
}
