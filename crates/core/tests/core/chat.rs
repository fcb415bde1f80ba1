//! Chat in the cache alone: what is said, waits, arrives, is changed, hidden, read and lost.

mod away;
mod begun;
mod civil;
mod found;
mod given_up;
mod hearing;
mod kept;
mod seats;
mod signs;
mod unsent;

use linli_core::{account, cache::Cache, chat, outbox, sync, typed};
use linli_testkit::{
    FakeSystem,
    pages::{
        Pages, Thing,
        chat::{
            message_id, message_of, message_with, neighbour_with, room_id, room_mark, room_seat, room_with,
            said,
        },
    },
};
use linli_wire::{
    Code, Language, Localized, Timestamp,
    chat::{
        EditMessage, MayWrite, Message, MessageContent, MessageRow, MessagesQuery, RoomView, RoomsView,
        SayInRoom, SeenRoom, Tell, TellOfRoom, What,
    },
    command::KeepTyped,
    community::Role,
    id::{MessageId, RoomId},
    markdown::{Block, Inline},
    ops::{Action, Effect, Op, Outcome},
    outbox::PendingState,
    sync::Scope,
    typed::{Typed, TypedPlace},
};

use crate::{
    pages::NOW,
    repairs::{at, batch, give_up, refuse, system},
};

/// Wang Mei in a room of the community with two neighbours.
pub(super) struct Here {
    pub(super) garden: Pages,
    pub(super) cache: Cache,
    pub(super) system: FakeSystem,
    cursor: std::cell::Cell<u64>,
}

/// The room.
pub(super) fn room() -> RoomId {
    room_id(1)
}

impl Here {
    pub(super) fn new(role: Role) -> Self {
        let (garden, cache) = at(role);
        let here = Self { garden, cache, system: system(), cursor: std::cell::Cell::new(1) };
        let neighbours = [neighbour_with(1, 1, |_| {}), neighbour_with(2, 1, |_| {})];
        here.take(|page| page.in_room(room(), &[room_with(1, 1, |_| {})]).in_community(&neighbours));
        here
    }

    /// Takes a page in.
    pub(super) fn take<'a>(
        &'a self,
        fill: impl FnOnce(linli_testkit::pages::PageBuilder<'a>) -> linli_testkit::pages::PageBuilder<'a>,
    ) -> sync::Applied {
        self.cursor.set(self.cursor.get() + 1);
        let page = fill(self.garden.page(&self.cursor.get().to_string())).build();
        sync::apply(&self.cache, &page, NOW).unwrap()
    }

    /// Takes things of the room in.
    pub(super) fn arrive(&self, things: &[Thing]) -> sync::Applied {
        self.take(|page| page.in_room(room(), things))
    }

    pub(super) fn say(&self, words: &str) -> MessageId {
        self.try_say(room(), words).unwrap()
    }

    pub(super) fn try_say(&self, room: RoomId, words: &str) -> linli_core::Result<MessageId> {
        let request = SayInRoom {
            room_id: room,
            words: words.to_owned(),
            files: Vec::new(),
            reply_to: None,
            mentions: Vec::new(),
            about: None,
        };
        chat::say(&self.cache, &self.system, &Language::en(), request)
    }

    pub(super) fn view(&self, room: RoomId) -> RoomView {
        chat::open(&self.cache, room, &[], &Language::en(), NOW).unwrap()
    }

    pub(super) fn rooms(&self) -> RoomsView {
        chat::rooms(&self.cache, &Language::en(), NOW).unwrap()
    }

    pub(super) fn messages(&self) -> Vec<MessageRow> {
        let query = MessagesQuery { room_id: room(), first: 0, count: 200 };
        chat::messages(&self.cache, &query, &Language::en(), NOW).unwrap().rows
    }

    pub(super) fn words(&self) -> Vec<String> {
        self.messages().into_iter().map(|row| row.words).collect()
    }

    pub(super) fn waiting(&self) -> Vec<String> {
        self.view(room()).waiting.into_iter().map(|row| row.words).collect()
    }

    pub(super) fn count(&self, sql: &str) -> u32 {
        self.cache.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }

    /// The server has taken the operations; the log says so at a place that is far away.
    pub(super) fn acknowledge(&self, ops: &[Op], room: RoomId, seq: u64) {
        let effects = vec![Effect { scope: Scope::Room(room), seq }];
        let outcomes: Vec<Outcome> = ops.iter().map(|_| Outcome::Done { effects: effects.clone() }).collect();
        outbox::conclude(&self.cache, ops, &outcomes, NOW).unwrap();
    }
}

/// The message that an operation sends, as the log brings it back.
pub(super) fn come_back(op: &Op, number: u64, from: linli_wire::id::PersonId) -> Thing {
    let Action::SendMessage { message } = &op.action else { panic!("{op:?}") };
    message_of(&Message {
        id: message.id,
        room_id: message.room_id,
        number,
        version: 1,
        from,
        at: NOW,
        content: message.content.clone(),
        reply_to: message.reply_to,
        mentions: message.mentions.clone(),
        edited_at: None,
    })
}

pub(super) fn kinds(ops: &[Op]) -> Vec<&'static str> {
    ops.iter().map(|op| op.action.kind()).collect()
}

#[test]
fn a_message_waits_is_sent_and_comes_back_in_its_place() {
    let here = Here::new(Role::Resident);
    let id = here.say("Good morning");
    let waiting = here.view(room()).waiting.remove(0);
    assert_eq!((waiting.id, waiting.number, waiting.own), (id, 0, true));
    assert_eq!(waiting.pending.unwrap().state, PendingState::Waiting);
    assert_eq!(here.rooms().rooms[0].last.as_ref().unwrap().words, "Good morning");
    let sent = batch(&here.cache);
    assert_eq!(here.view(room()).waiting[0].pending.as_ref().unwrap().state, PendingState::Sending);
    // The stream is faster than the answer: it is not there twice.
    let two = message_with(room(), 1, 1, "Somebody was faster", |_| {});
    here.arrive(&[two, come_back(&sent[0], 2, here.garden.person)]);
    assert_eq!(here.waiting(), Vec::<String>::new());
    assert_eq!(here.words(), ["Somebody was faster", "Good morning"]);
    here.acknowledge(&sent, room(), 2);
    let rows = here.messages();
    assert_eq!((rows[1].number, rows[1].own, rows[1].pending.clone()), (2, true, None));
    assert_eq!((rows[0].name.as_str(), rows[0].building.as_deref()), ("Neighbour 1", Some("1")));
    let counts = here.cache.read(outbox::counts).unwrap();
    assert_eq!((counts.waiting, counts.stuck), (0, 0));
}

#[test]
fn the_order_is_the_servers_and_windows_meet() {
    let here = Here::new(Role::Resident);
    let things: Vec<Thing> =
        (1..=50_u64).rev().map(|n| message_with(room(), n, 1, &n.to_string(), |_| {})).collect();
    here.arrive(&things);
    let mut seen = Vec::new();
    for first in (1..=50).step_by(7) {
        let query = MessagesQuery { room_id: room(), first, count: 7 };
        let page = chat::messages(&here.cache, &query, &Language::en(), NOW).unwrap();
        assert_eq!(page.last, 50);
        seen.extend(page.rows.into_iter().map(|row| row.number));
    }
    assert_eq!(seen, (1..=50).collect::<Vec<_>>());
    let far = MessagesQuery { room_id: room(), first: u64::MAX, count: u32::MAX };
    assert_eq!(chat::messages(&here.cache, &far, &Language::en(), NOW).unwrap().rows, []);
}

#[test]
fn unread_is_what_others_wrote_behind_what_was_read() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.arrive(&[
        message_with(room(), 1, 1, "one", |_| {}),
        message_with(room(), 2, 1, "mine", |message| message.from = me),
        message_with(room(), 3, 1, "to you", |message| message.mentions = vec![me]),
        message_with(room(), 4, 1, "answer", |message| message.reply_to = Some(message_id(room(), 2))),
        message_with(room(), 5, 1, "", |message| message.content = MessageContent::Deleted),
    ]);
    let row = || here.rooms().rooms.remove(0);
    assert_eq!((row().unread, row().named), (3, true));
    let unread = || chat::unread(&here.cache, NOW).unwrap();
    assert_eq!(unread(), 3);
    assert!(here.messages().iter().map(|row| row.named).eq([false, false, true, true, false]));
    // What was read on another device counts, and never backwards.
    here.take(|page| page.in_person(&[room_mark(room(), 1, 3, Tell::Usual)]));
    assert_eq!((row().unread, row().named), (1, true));
    let read = |number| chat::read(&here.cache, &here.system, SeenRoom { room_id: room(), number }).unwrap();
    assert!(!read(2), "it was read further already");
    assert!(read(4) && !read(4));
    assert_eq!((row().unread, here.view(room()).read), (0, 4));
    assert!(read(99), "no further than to the last");
    assert_eq!(here.view(room()).read, 5);
    assert_eq!(kinds(&batch(&here.cache)), ["read_room"], "the newer mark replaced the one that waited");
    // A room of which nothing is to be told is not counted.
    here.arrive(&[message_with(room(), 6, 1, "six", |_| {})]);
    assert_eq!(unread(), 1);
    let tell = TellOfRoom { room_id: room(), tell: Tell::None };
    chat::tell(&here.cache, &here.system, &Language::en(), tell).unwrap();
    assert_eq!((unread(), here.rooms().unread, row().unread), (0, 0, 1));
    assert_eq!(row().tell, Tell::None);
}

#[test]
fn what_was_never_read_in_counts_only_from_shortly_before_joining() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 1, "old", |_| {}), message_with(room(), 2, 1, "new", |_| {})]);
    let since = linli_testkit::pages::FIRST + 2000;
    here.cache.write(|tx| Ok(tx.execute("UPDATE progress SET unread_since = ?1", [since])?)).unwrap();
    assert_eq!(here.rooms().unread, 1);
    here.take(|page| page.in_person(&[room_mark(room(), 1, 0, Tell::Usual)]));
    assert_eq!(here.rooms().unread, 2, "who has a mark has been here");
}

#[test]
fn the_first_that_is_unread_is_the_first_that_counts() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    let old = (1..=100_u64).map(|number| message_with(room(), number, 1, "old", |_| {}));
    here.arrive(&old.collect::<Vec<_>>());
    assert_eq!(here.view(room()).first_unread, Some(1));
    let since = linli_testkit::pages::FIRST + 100 * 1000 + 1;
    here.cache.write(|tx| Ok(tx.execute("UPDATE progress SET unread_since = ?1", [since])?)).unwrap();
    assert_eq!(here.view(room()).first_unread, None);
    let new = (101..=103_u64).map(|number| message_with(room(), number, 1, "new", |_| {}));
    here.arrive(&new.collect::<Vec<_>>());
    let view = here.view(room());
    assert_eq!(
        (view.row.unread, view.first_unread),
        (3, Some(101)),
        "a newcomer begins where the count does"
    );
    // Behind what was read stand an own message, and one that was taken back.
    here.arrive(&[
        message_with(room(), 102, 2, "mine", |message| message.from = me),
        message_with(room(), 103, 2, "", |message| message.content = MessageContent::Deleted),
        message_with(room(), 104, 1, "theirs", |_| {}),
    ]);
    here.take(|page| page.in_person(&[room_mark(room(), 1, 101, Tell::Usual)]));
    let view = here.view(room());
    assert_eq!((view.row.unread, view.first_unread), (1, Some(104)));
}

fn edit(here: &Here, id: MessageId, words: &str) -> linli_core::Result<()> {
    chat::edit(&here.cache, &here.system, &Language::en(), EditMessage { id, words: words.to_owned() })
}

#[test]
fn an_edit_and_a_deletion_are_shown_at_once_and_come_back() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    let mine = |version, words: &str| message_with(room(), 1, version, words, |message| message.from = me);
    here.arrive(&[mine(1, "Teh"), message_with(room(), 2, 1, "theirs", |_| {})]);
    let (own, theirs) = (message_id(room(), 1), message_id(room(), 2));
    assert_eq!(edit(&here, theirs, "x").unwrap_err().code(), Code::NotAllowed);
    assert_eq!(edit(&here, own, " \n").unwrap_err().code(), Code::InvalidInput);
    edit(&here, own, "Th").unwrap();
    edit(&here, own, "The").unwrap();
    let row = || here.messages().remove(0);
    assert_eq!((row().words.as_str(), row().edited), ("The", true));
    assert_eq!(row().pending.unwrap().state, PendingState::Waiting);
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["edit_message"], "what never left is not sent");
    here.acknowledge(&sent, room(), 9);
    assert_eq!(row().words, "The", "until the log brings it back");
    let edited = message_with(room(), 1, 2, "The", |message| {
        message.from = me;
        message.edited_at = Some(NOW);
    });
    here.arrive(&[edited]);
    assert_eq!((row().words.as_str(), row().edited), ("The", true));
    let delete = |id| chat::delete(&here.cache, &here.system, &Language::en(), id);
    assert_eq!(delete(theirs).unwrap_err().code(), Code::NotAllowed);
    delete(own).unwrap();
    delete(own).unwrap();
    assert_eq!((row().what, row().words.as_str(), row().blocks.len()), (What::Deleted, "", 0));
    assert_eq!(edit(&here, own, "again").unwrap_err().code(), Code::Conflict);
    assert_eq!(kinds(&batch(&here.cache)), ["delete_message"]);
    here.arrive(&[message_with(room(), 1, 3, "", |message| {
        message.from = me;
        message.content = MessageContent::Deleted;
    })]);
    assert_eq!((row().what, row().number), (What::Deleted, 1), "a tombstone with its number");
    // A moderator hides the other one.
    here.arrive(&[message_with(room(), 2, 2, "", |message| {
        message.content = MessageContent::Hidden { rule: "Be kind".to_owned() };
    })]);
    let hidden = here.messages().remove(1);
    assert_eq!((hidden.what, hidden.words.as_str(), hidden.rule.as_str()), (What::Hidden, "", "Be kind"));
}

#[test]
fn what_waits_is_changed_where_it_waits_and_what_may_have_left_behind_it() {
    let here = Here::new(Role::Resident);
    let first = here.say("Frist");
    edit(&here, first, "First").unwrap();
    assert_eq!(here.waiting(), ["First"]);
    let gone = here.say("Never mind");
    chat::delete(&here.cache, &here.system, &Language::en(), gone).unwrap();
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["send_message"]);
    let Action::SendMessage { message } = &sent[0].action else { panic!("{sent:?}") };
    assert_eq!((message.id, message.content.words()), (first, "First"));
    edit(&here, first, "First!").unwrap();
    assert_eq!(here.waiting(), ["First!"]);
    chat::delete(&here.cache, &here.system, &Language::en(), first).unwrap();
    assert_eq!(here.view(room()).waiting[0].what, What::Deleted);
    outbox::put_back(&here.cache).unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["send_message", "delete_message"]);
}

#[test]
fn a_message_that_is_refused_keeps_nobody_from_talking_and_gives_its_words_back() {
    let here = Here::new(Role::Resident);
    let first = here.say("Refused");
    let sent = batch(&here.cache);
    refuse(&here.cache, &sent, Code::InvalidInput);
    here.say("Goes past it");
    let waiting = here.view(room()).waiting;
    assert_eq!(waiting.len(), 2);
    assert!(matches!(waiting[0].pending.as_ref().unwrap().state, PendingState::Stuck { .. }));
    assert_eq!(kinds(&batch(&here.cache)), ["send_message"]);
    let rows = here.cache.read(outbox::rows).unwrap();
    assert_eq!((rows[0].words.as_str(), rows[0].kind.as_str()), ("Refused", "send_message"));
    // Mended, it goes again.
    edit(&here, first, "Mended").unwrap();
    let again = batch(&here.cache);
    let Action::SendMessage { message } = &again[0].action else { panic!("{again:?}") };
    assert_eq!((message.id, message.content.words()), (first, "Mended"));
    refuse(&here.cache, &again, Code::NotAllowed);
    let place = TypedPlace::Message { id: room() };
    give_up(&here.cache, again[0].id);
    let back = here.cache.read(|db| typed::get(db, place)).unwrap();
    assert_eq!(back.words, "Mended");
    let form: SayInRoom = serde_json::from_str(&back.form).unwrap();
    assert_eq!((form.room_id, form.words.as_str()), (room(), "Mended"));
    assert!(here.rooms().rooms[0].draft);
    // What is being typed is not overwritten, and what is given up stands behind it.
    here.say("Third");
    assert_eq!(here.cache.read(|db| typed::get(db, place)).unwrap(), Typed::default(), "said is not typed");
    let third = batch(&here.cache);
    refuse(&here.cache, &third, Code::InvalidInput);
    let typing = Typed { words: "Something else".to_owned(), ..Typed::default() };
    typed::keep(&here.cache, &here.system, &KeepTyped { place, typed: typing.clone() }).unwrap();
    give_up(&here.cache, third[1].id);
    let back = here.cache.read(|db| typed::get(db, place)).unwrap();
    assert_eq!(back.words, "Something else\n\nThird");
}

#[test]
fn a_draft_stands_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("account.db"), zeroize::Zeroizing::new([7; 32]));
    let open = || Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let place = TypedPlace::Message { id: room() };
    let typed = Typed { words: "Half a sen".to_owned(), ..Typed::default() };
    typed::keep(&open(), &system(), &KeepTyped { place, typed: typed.clone() }).unwrap();
    assert_eq!(open().read(|db| typed::get(db, place)).unwrap(), typed);
    let elsewhere = TypedPlace::Message { id: room_id(2) };
    assert_eq!(open().read(|db| typed::get(db, elsewhere)).unwrap(), Typed::default());
}

#[test]
fn who_may_only_read_is_told_so_before_anything_is_queued() {
    let here = Here::new(Role::Resident);
    let rules = || Localized::one(Language::en(), "Be kind");
    for (version, change, expected, code) in [
        (
            2,
            (|room| room.closed = true) as fn(&mut linli_wire::chat::Room),
            MayWrite::Closed,
            Code::NotAllowed,
        ),
        (3, |room| room.announce = true, MayWrite::Announce, Code::NotAllowed),
    ] {
        here.arrive(&[room_with(1, version, change)]);
        assert_eq!(here.view(room()).may_write, expected);
        assert_eq!(here.try_say(room(), "x").unwrap_err().code(), code);
    }
    here.arrive(&[room_with(1, 4, |room| (room.rules, room.rules_edition) = (rules(), 2))]);
    assert_eq!(here.view(room()).agree, Some(2));
    assert_eq!(here.try_say(room(), "x").unwrap_err().code(), Code::Conflict);
    let agree = |edition| {
        let request = linli_wire::chat::AgreeToRules { room_id: room(), edition };
        chat::agree(&here.cache, &here.system, &Language::en(), request)
    };
    assert_eq!(agree(1).unwrap_err().code(), Code::Conflict);
    agree(2).unwrap();
    agree(2).unwrap();
    assert_eq!(here.view(room()).agree, None);
    here.say("Now I may");
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["agree_to_rules", "send_message"]);
    assert_eq!(sent[0].lane, sent[1].lane, "one behind the other");
    let until = Timestamp(here.system.clock.now().0 + 1_000_000);
    here.take(|page| {
        page.in_person(&[room_seat(room(), 2, |seat| (seat.agreed, seat.muted_until) = (2, Some(until)))])
    });
    assert_eq!(here.try_say(room(), "x").unwrap_err().code(), Code::NotAllowed);
    here.system.advance(std::time::Duration::from_secs(2000));
    here.say("Over");
    let counted = here.count("SELECT count(*) FROM outbox WHERE kind = 'send_message'");
    assert_eq!(counted, 2, "nothing that was refused here was queued");
}

#[test]
fn words_are_shown_as_they_were_typed_and_little_more() {
    let here = Here::new(Role::Resident);
    here.arrive(&[message_with(room(), 1, 1, "Look:\nhttps://linli.example/a_b?c=1, and *this*", |_| {})]);
    let row = here.messages().remove(0);
    let text = |text: &str| Inline::Text { text: text.to_owned() };
    let url = "https://linli.example/a_b?c=1".to_owned();
    let expected = vec![
        text("Look:"),
        Inline::Break,
        Inline::Link { text: vec![text(&url)], url },
        text(", and "),
        Inline::Emphasis { text: vec![text("this")] },
    ];
    assert_eq!(row.blocks, [Block::Paragraph { text: expected }]);
    assert_eq!(row.words, "Look:\nhttps://linli.example/a_b?c=1, and *this*");
    here.arrive(&[message_with(room(), 2, 1, "answer", |message| message.reply_to = Some(row.id))]);
    let reply = here.messages().remove(1).reply.unwrap();
    assert_eq!((reply.number, reply.words.as_str()), (1, "Look: https://linli.example/a_b?c=1, and this"));
    here.arrive(&[message_with(room(), 3, 1, "answer", |message| {
        message.reply_to = Some(message_id(room(), 99))
    })]);
    assert_eq!(here.messages()[2].reply.as_ref().unwrap().what, What::Unknown);
    assert_eq!(said("x").words(), "x");
}
