//! Losing a room, taking everything again, and what nobody should send.

use linli_core::{chat, outbox, sync, typed};
use linli_testkit::pages::{
    Thing,
    chat::{
        message_id, message_with, moderation_id, neighbour_with, person_id, reaction, room_id, room_with,
        rubbish,
    },
};
use linli_wire::{
    Code, Timestamp,
    attachments::Attachment,
    chat::{MessageContent, MessageSearch, SeenRoom},
    command::{KeepTyped, Topic},
    community::Role,
    id::AttachmentId,
    sync::{Entity, Scope},
    typed::{Typed, TypedPlace},
};
use uuid::Uuid;

use super::{Here, kinds, room};
use crate::{
    pages::NOW,
    repairs::{batch, refuse},
};

fn file(number: u128) -> Attachment {
    Attachment {
        id: AttachmentId(Uuid::from_u128(number)),
        name: "photo.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 3,
        sha256: "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069".to_owned(),
        pixels: Some((1, 1)),
    }
}

fn with_photo(words: &str, number: u128) -> MessageContent {
    MessageContent::Said { words: words.to_owned(), files: vec![file(number)], about: None }
}

/// Puts a file into the cache as one that was fetched.
fn fetched(here: &Here, number: u128) {
    let about = serde_json::to_string(&file(number)).unwrap();
    here.cache
        .write(|tx| {
            tx.execute(
                "INSERT INTO attachment (id, about, size, used_at) VALUES (?1, ?2, 3, 0)",
                (file(number).id.0, about),
            )?;
            Ok(tx.execute("INSERT INTO file (id, bytes) VALUES (?1, x'010203')", [file(number).id.0])?)
        })
        .unwrap();
}

#[test]
fn a_lost_room_leaves_nothing_of_its_history_behind() {
    let here = Here::new(Role::Resident);
    let other = room_id(2);
    here.arrive(&[
        message_with(room(), 1, 1, "", |message| message.content = with_photo("canary", 1)),
        message_with(room(), 2, 1, "", |message| message.content = with_photo("canary", 2)),
        reaction(message_id(room(), 1), person_id(2), 1, "👍"),
    ]);
    here.take(|page| {
        page.in_room(
            other,
            &[
                room_with(2, 1, |_| {}),
                message_with(other, 1, 1, "", |message| message.content = with_photo("stays", 2)),
            ],
        )
    });
    fetched(&here, 1);
    fetched(&here, 2);
    let search = |words: &str| {
        let query = MessageSearch { words: words.to_owned(), ..MessageSearch::default() };
        chat::search(&here.cache, &query, &linli_wire::Language::en(), NOW).unwrap().total
    };
    assert_eq!(search("canary"), 2);
    let indexed = "SELECT count(*) > 0 FROM message_words_data WHERE instr(block, CAST('anary' AS BLOB)) > 0";
    assert_eq!(here.count(indexed), 1, "the index has them in so many letters");
    chat::read(&here.cache, &here.system, SeenRoom { room_id: room(), number: 2 }).unwrap();
    here.say("sent");
    let sent = batch(&here.cache);
    here.acknowledge(&sent, room(), 1);
    here.say("What I wanted to say");
    let lost = here.take(|page| page.lost(Scope::Room(room())));
    assert!(lost.topics.contains(&Topic::Chat) && lost.topics.contains(&Topic::Outbox));
    assert_eq!((search("canary"), search("stays")), (0, 1));
    for (sql, left) in [
        ("SELECT count(*) FROM message", 1),
        ("SELECT count(*) FROM message_body WHERE body LIKE '%canary%'", 0),
        ("SELECT count(*) FROM message_words", 1),
        ("SELECT count(*) FROM message_words_data WHERE instr(block, CAST('anary' AS BLOB)) > 0", 0),
        ("SELECT count(*) FROM reaction", 0),
        ("SELECT count(*) FROM attachment", 1),
        ("SELECT count(*) FROM file", 1),
        ("SELECT count(*) FROM record WHERE entity = 'room'", 1),
        ("SELECT count(*) FROM outbox", 1),
    ] {
        assert_eq!(here.count(sql), left, "{sql}");
    }
    // What was not sent stays, is refused, and can be copied.
    let waiting = batch(&here.cache);
    assert_eq!(kinds(&waiting), ["send_message"]);
    refuse(&here.cache, &waiting, Code::NotFound);
    let row = here.cache.read(outbox::rows).unwrap().remove(0);
    assert_eq!(row.words, "What I wanted to say");
    let gone = chat::open(&here.cache, room(), &[], &linli_wire::Language::en(), NOW).unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

#[test]
fn rooms_that_are_lost_together_leave_no_word_behind_and_cost_one_merge() {
    let here = Here::new(Role::Resident);
    let rooms: Vec<_> = (2..12).map(room_id).collect();
    for (number, room) in (2..).zip(&rooms) {
        let things = [room_with(number, 1, |_| {}), message_with(*room, 1, 1, "canary", |_| {})];
        here.take(|page| page.in_room(*room, &things));
        while chat::index_some(&here.cache, 10).unwrap() > 0 {}
    }
    here.arrive(&[message_with(room(), 1, 1, "stays", |_| {})]);
    while chat::index_some(&here.cache, 10).unwrap() > 0 {}
    // Each merge writes a segment anew, from its first page on; see "Segment B-Tree Format" in fts5_index.c.
    here.cache
        .write(|tx| {
            Ok(tx.execute_batch(
                "CREATE TABLE merged (id INTEGER) STRICT;
                 CREATE TRIGGER merges AFTER INSERT ON message_words_data
                   WHEN new.id > 10 AND new.id < 1 << 53 AND new.id & ((1 << 31) - 1) = 1
                 BEGIN INSERT INTO merged VALUES (new.id); END;",
            )?)
        })
        .unwrap();
    here.take(|page| rooms.iter().fold(page, |page, room| page.lost(Scope::Room(*room))));
    assert_eq!(here.count("SELECT count(*) FROM message"), 1);
    let words = |word: &str| {
        here.count(&format!(
            "SELECT count(*) FROM message_words_data WHERE instr(block, CAST('{word}' AS BLOB)) > 0"
        ))
    };
    assert_eq!((words("anary"), words("tays")), (0, 1));
    assert_eq!(here.count("SELECT count(*) FROM merged"), 1);
}

#[test]
fn a_message_that_is_taken_back_takes_its_words_and_files_with_it() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 1, "", |message| message.content = with_photo("canary", 1))]);
    fetched(&here, 1);
    while chat::index_some(&here.cache, 10).unwrap() > 0 {}
    here.arrive(&[message_with(room(), 1, 2, "", |message| message.content = MessageContent::Deleted)]);
    assert_eq!(here.count("SELECT count(*) FROM attachment"), 0);
    assert_eq!(here.count("SELECT count(*) FROM message_words"), 0);
    assert_eq!(here.count("SELECT count(*) FROM message_body WHERE body LIKE '%canary%'"), 0);
    // A file of one's own that was not sent yet is not the server's to take.
    here.arrive(&[message_with(room(), 2, 1, "", |message| message.content = with_photo("", 2))]);
    fetched(&here, 2);
    here.cache.write(|tx| Ok(tx.execute("UPDATE attachment SET upload = 'queued'", [])?)).unwrap();
    here.arrive(&[message_with(room(), 2, 2, "", |message| message.content = MessageContent::Deleted)]);
    assert_eq!(here.count("SELECT count(*) FROM attachment"), 1);
}

#[test]
fn taking_everything_again_keeps_the_outbox_and_drops_what_the_other_history_does_not_have() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 5, "stays", |_| {}), message_with(room(), 2, 1, "gone", |_| {})]);
    here.say("acknowledged");
    let sent = batch(&here.cache);
    here.acknowledge(&sent, room(), 1);
    here.say("waits");
    sync::retake(&here.cache).unwrap();
    assert_eq!(here.words(), ["stays", "gone"], "until the log has been read, what is known stays readable");
    // The other history gave the number to somebody else, and knows an older version.
    let applied = here.arrive(&[
        room_with(1, 1, |_| {}),
        message_with(room(), 1, 2, "older", |_| {}),
        message_with(room(), 3, 1, "another", |message| message.number = 2),
    ]);
    assert!(applied.topics.contains(&Topic::Chat));
    assert_eq!(here.words(), ["older", "another"]);
    let again = batch(&here.cache);
    assert_eq!(kinds(&again), ["send_message", "send_message"], "what was acknowledged is offered again");
    assert_eq!(again[0].id, sent[0].id);
}

#[test]
fn a_room_that_was_lost_before_everything_was_taken_again_leaves_nothing_behind() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 5, "theirs", |_| {})]);
    here.say("acknowledged");
    let sent = batch(&here.cache);
    here.acknowledge(&sent, room(), 1);
    sync::retake(&here.cache).unwrap();
    here.take(|page| page.in_community(&[neighbour_with(1, 1, |_| {})]));
    assert_eq!(here.count("SELECT count(*) FROM message"), 0);
    assert_eq!(
        here.count("SELECT count(*) FROM outbox"),
        0,
        "nor is it offered to a room that is not theirs"
    );
}

#[test]
fn rubbish_neither_panics_nor_stops_a_page() {
    let here = Here::new(Role::Manager);
    here.arrive(&[message_with(room(), 1, 1, "good", |_| {})]);
    let entities = [
        Entity::Room,
        Entity::RoomCard,
        Entity::RoomSeat,
        Entity::RoomMark,
        Entity::Message,
        Entity::Reaction,
        Entity::PollVote,
        Entity::Neighbour,
        Entity::Block,
        Entity::ReportedMessage,
        Entity::Moderation,
        Entity::Moderator,
    ];
    let id = message_id(room(), 7);
    let bodies = [
        serde_json::json!(null),
        serde_json::json!([1, "x"]),
        serde_json::json!("words"),
        serde_json::json!({ "id": 3, "number": -1 }),
        serde_json::json!({ "id": id, "room_id": room(), "number": u64::MAX, "version": 1, "from": person_id(1),
            "at": i64::MAX, "content": { "is": "said", "words": "far" } }),
        serde_json::json!({ "id": id, "room_id": room(), "number": 7, "version": 1, "from": person_id(1),
            "at": i64::MIN, "content": { "is": "hologram", "light": 3 } }),
        serde_json::json!({ "id": moderation_id(9), "room_id": room(), "number": 8, "version": 1, "from": person_id(1),
            "at": 1, "content": { "is": "said", "words": "under another id" } }),
    ];
    let mut number = 0_u128;
    for body in &bodies {
        for entity in entities {
            for id in [id.0, room().0, person_id(1).0, moderation_id(1).0, Uuid::from_u128(number)] {
                number += 1;
                here.arrive(&[rubbish(entity, id, body)]);
                here.take(|page| page.in_person(&[rubbish(entity, id, body)]));
                here.take(|page| page.in_moderators(&[rubbish(entity, id, body)]));
            }
        }
    }
    // Some of it took the place of the room and of people: what is asked is answered all the same.
    here.arrive(&[room_with(1, 9, |_| {}), message_with(room(), 9, 1, "behind it", |_| {})]);
    let words: Vec<String> = here.words().into_iter().filter(|words| !words.is_empty()).collect();
    assert_eq!(words, ["good", "behind it"]);
    assert_eq!(
        here.messages()[1].what,
        linli_wire::chat::What::Unknown,
        "of a newer version, and its place is kept"
    );
    let en = linli_wire::Language::en();
    chat::rooms(&here.cache, &en, NOW).unwrap();
    chat::civil(&here.cache, &en, NOW).unwrap();
    chat::neighbours(&here.cache, &en, NOW).unwrap();
    chat::unread(&here.cache, NOW).unwrap();
    here.view(room());
    let query = MessageSearch { words: "o".to_owned(), ..MessageSearch::default() };
    assert_eq!(chat::search(&here.cache, &query, &en, NOW).unwrap().total, 1);
    assert_eq!(here.count("SELECT count(*) FROM message"), 3);
}

#[test]
fn thousands_of_messages_of_one_second_find_a_place() {
    let here = Here::new(Role::Resident);
    let things: Vec<Thing> = (1..=3000)
        .map(|n| message_with(room(), n, 1, "same", |message| message.at = Timestamp(NOW.0 + 5)))
        .collect();
    here.arrive(&things);
    let later = |number| {
        message_with(room(), number, 1, "same", move |message| {
            message.at = Timestamp(NOW.0 + 1000 * i64::try_from(number).unwrap());
        })
    };
    here.arrive(&[later(3001), later(3002)]);
    assert_eq!(here.count("SELECT count(*) FROM message"), 3002);
    let query = MessageSearch { words: "same".to_owned(), limit: 1, ..MessageSearch::default() };
    let found = chat::search(&here.cache, &query, &linli_wire::Language::en(), NOW).unwrap();
    assert_eq!((found.total, found.hits[0].number), (3002, 3002));
}

#[test]
fn what_was_being_written_in_a_room_that_is_lost_is_listed_until_it_is_given_up() {
    let here = Here::new(Role::Resident);
    let place = TypedPlace::Message { id: room() };
    let keep = |words: &str| {
        let typed = Typed { words: words.to_owned(), ..Typed::default() };
        typed::keep(&here.cache, &here.system, &KeepTyped { place, typed }).unwrap();
    };
    let left = || here.cache.read(|db| chat::left_drafts(db, NOW)).unwrap();
    keep("Half a senten");
    assert_eq!(left(), [], "it stands in its room");
    here.take(|page| page.lost(Scope::Room(room())));
    let found: Vec<_> = left().into_iter().map(|left| (left.place, left.item.kind, left.item.text)).collect();
    assert_eq!(found, [(place, "send_message".to_owned(), "Half a senten".to_owned())]);
    keep("");
    assert_eq!(left(), []);
}
