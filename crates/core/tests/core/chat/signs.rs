//! What is put on messages: reactions, votes, pins.

use linli_core::{chat, sync};
use linli_testkit::pages::chat::{
    message_id, message_with, person_id, poll_vote, reaction, room_id, room_seat, room_with,
};
use linli_wire::{
    Code, Language, Timestamp,
    chat::{
        AskInRoom, Choice, Message, MessageContent, MessagesQuery, PinMessage, Poll, ReactToMessage,
        VoteInPoll,
    },
    community::Role,
    outbox::PendingState,
};

use super::{Here, kinds, room};
use crate::{
    pages::NOW,
    repairs::{batch, refuse},
};

#[test]
fn reactions_are_counted_once_for_each_person_and_shown_at_once() {
    let here = Here::new(Role::Resident);
    let (me, message) = (here.garden.person, message_id(room(), 1));
    here.arrive(&[
        message_with(room(), 1, 1, "Tea at four?", |_| {}),
        reaction(message, person_id(1), 1, "👍"),
        reaction(message, person_id(2), 1, "👍"),
    ]);
    let react = |emoji: Option<&str>| {
        let emoji = emoji.map(str::to_owned);
        chat::react(&here.cache, &here.system, &Language::en(), ReactToMessage { id: message, emoji })
    };
    assert_eq!(react(Some("🍺")).unwrap_err().code(), Code::InvalidInput);
    react(Some("😄")).unwrap();
    react(Some("👍")).unwrap();
    let counts = || -> Vec<(String, u32, bool)> {
        let row = here.messages().remove(0);
        row.reactions.into_iter().map(|count| (count.emoji, count.count, count.own)).collect()
    };
    assert_eq!(counts(), [("👍".to_owned(), 3, true)]);
    assert_eq!(here.messages()[0].reactions[0].names, ["Neighbour 1", "Neighbour 2", "梅"]);
    let sent = batch(&here.cache);
    assert_eq!(kinds(&sent), ["react_to_message"]);
    here.acknowledge(&sent, room(), 9);
    here.arrive(&[reaction(message, me, 1, "👍")]);
    assert_eq!(counts(), [("👍".to_owned(), 3, true)]);
    react(None).unwrap();
    assert_eq!(counts(), [("👍".to_owned(), 2, false)]);
    // Refused, it is as it was, and the message says why.
    refuse(&here.cache, &batch(&here.cache), Code::InvalidInput);
    assert_eq!(counts(), [("👍".to_owned(), 3, true)]);
    assert!(matches!(here.messages()[0].pending.as_ref().unwrap().state, PendingState::Stuck { .. }));
    assert_eq!(here.cache.read(linli_core::outbox::rows).unwrap().len(), 1);
    // Gone, taken back by its author, or in a room that was closed meanwhile.
    for code in [Code::NotFound, Code::Conflict, Code::NotAllowed] {
        react(Some("😄")).unwrap();
        refuse(&here.cache, &batch(&here.cache), code);
        assert_eq!(
            here.cache.read(linli_core::outbox::rows).unwrap(),
            [],
            "of what is not there nobody has to decide"
        );
    }
    here.arrive(&[reaction(message, person_id(2), 2, "").gone()]);
    assert_eq!(counts(), [("👍".to_owned(), 2, true)]);
    here.arrive(&[message_with(room(), 1, 2, "", |message| message.content = MessageContent::Deleted)]);
    assert_eq!(counts(), [], "there is nothing left to react to");
    assert_eq!(react(Some("👍")).unwrap_err().code(), Code::Conflict);
}

#[test]
fn where_one_may_not_write_now_one_puts_no_sign_and_does_not_vote() {
    let here = Here::new(Role::Resident);
    let message = message_id(room(), 1);
    let asked = |message: &mut Message| message.content = MessageContent::Poll { poll: poll() };
    here.arrive(&[message_with(room(), 1, 1, "", asked)]);
    let react = |emoji: Option<&str>| {
        let request = ReactToMessage { id: message, emoji: emoji.map(str::to_owned) };
        chat::react(&here.cache, &here.system, &Language::en(), request)
    };
    let vote = || {
        let request = VoteInPoll { id: message, choices: vec![0] };
        chat::vote(&here.cache, &here.system, &Language::en(), request)
    };
    let refused = || {
        assert!(!here.view(room()).may_react);
        assert_eq!(react(Some("👍")).unwrap_err().code(), Code::NotAllowed);
        assert_eq!(vote().unwrap_err().code(), Code::NotAllowed);
        assert_eq!(batch(&here.cache), []);
    };
    here.arrive(&[room_with(1, 2, |room| room.closed = true)]);
    refused();
    react(None).unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["react_to_message"], "one's own may be taken off");
    // Where only the office writes, everybody may nod; not who is muted.
    here.arrive(&[room_with(1, 3, |room| room.announce = true)]);
    react(Some("👍")).unwrap();
    vote().unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["react_to_message", "vote_in_poll"]);
    let until = Some(NOW.plus_millis(3_600_000));
    here.take(|page| page.in_person(&[room_seat(room(), 1, |seat| seat.muted_until = until)]));
    here.system.clock.set(NOW);
    refused();
}

#[test]
fn a_clock_that_was_set_right_is_believed_before_the_next_page() {
    const YEARS: i64 = 6 * 365 * 24 * 3600 * 1000;
    const MINUTE: i64 = 60_000;
    let open_until = NOW.plus_millis(60 * MINUTE);
    for off in [-YEARS, YEARS] {
        let here = Here::new(Role::Resident);
        let asked = |message: &mut Message| {
            message.content = MessageContent::Poll { poll: Poll { closes_at: Some(open_until), ..poll() } };
        };
        let page =
            here.garden.page("clock").in_room(room(), &[message_with(room(), 1, 1, "", asked)]).build();
        sync::apply(&here.cache, &page, NOW.plus_millis(off)).unwrap();
        let closed = |at: Timestamp| {
            let query = MessagesQuery { room_id: room(), first: 1, count: 1 };
            let rows = chat::messages(&here.cache, &query, &Language::en(), at).unwrap().rows;
            rows[0].poll.as_ref().unwrap().closed
        };
        assert!(!closed(NOW.plus_millis(off + MINUTE)) && closed(NOW.plus_millis(off + 61 * MINUTE)));
        // The stream says now and then that it is open, before and after the clock is set.
        sync::mark_level(&here.cache, NOW.plus_millis(off + MINUTE)).unwrap();
        for minutes in [2, 3] {
            let right = NOW.plus_millis(minutes * MINUTE);
            sync::mark_level(&here.cache, right).unwrap();
            here.system.clock.set(right);
            assert!(!closed(right) && closed(NOW.plus_millis(61 * MINUTE)), "{off}");
            let request = VoteInPoll { id: message_id(room(), 1), choices: vec![0] };
            chat::vote(&here.cache, &here.system, &Language::en(), request).unwrap();
        }
    }
}

#[test]
fn a_clock_years_off_closes_no_poll_and_mutes_nobody() {
    const YEARS: i64 = 3 * 365 * 24 * 3600 * 1000;
    const HOUR: i64 = 3_600_000;
    for off in [YEARS, -YEARS] {
        let here = Here::new(Role::Resident);
        let by_server = NOW.plus_millis(-off);
        let (open, over) = (message_id(room(), 1), message_id(room(), 2));
        let closing = |at: Timestamp| {
            move |message: &mut Message| {
                message.content = MessageContent::Poll { poll: Poll { closes_at: Some(at), ..poll() } };
            }
        };
        let mut page = here
            .garden
            .page("clock")
            .in_room(
                room(),
                &[
                    message_with(room(), 1, 1, "", closing(by_server.plus_millis(HOUR))),
                    message_with(room(), 2, 1, "", closing(by_server.plus_millis(-HOUR))),
                ],
            )
            .in_person(&[room_seat(room(), 2, |seat| {
                (seat.agreed, seat.muted_until) = (2, Some(by_server.plus_millis(-HOUR)));
            })])
            .build();
        page.server_time = by_server;
        sync::apply(&here.cache, &page, NOW).unwrap();
        here.system.clock.set(NOW);
        let closed: Vec<bool> = here.messages().iter().map(|row| row.poll.as_ref().unwrap().closed).collect();
        assert_eq!(closed, [false, true], "{off}");
        let vote = |id| {
            let request = VoteInPoll { id, choices: vec![0] };
            chat::vote(&here.cache, &here.system, &Language::en(), request)
        };
        vote(open).unwrap();
        assert_eq!(vote(over).unwrap_err().code(), Code::Conflict);
        here.say("no longer muted");
        let poll = Poll { closes_at: Some(NOW.plus_millis(HOUR)), ..poll() };
        let request = AskInRoom { room_id: room(), poll };
        chat::ask(&here.cache, &here.system, &Language::en(), request).unwrap();
        let asked = here.view(room()).waiting.pop().unwrap().poll.unwrap();
        assert_eq!(
            asked.poll.closes_at,
            Some(by_server.plus_millis(HOUR)),
            "for as long as it was to be open"
        );
    }
}

fn poll() -> Poll {
    let choice = |words: &str| Choice { words: words.to_owned(), votes: 0 };
    Poll {
        question: "When?".to_owned(),
        choices: vec![choice("Saturday"), choice("Sunday")],
        multiple: false,
        closes_at: Some(Timestamp(NOW.0 + 1_000_000_000)),
        voters: 0,
    }
}

#[test]
fn a_poll_is_asked_and_voted_in() {
    let here = Here::new(Role::Resident);
    let ask =
        |poll| chat::ask(&here.cache, &here.system, &Language::en(), AskInRoom { room_id: room(), poll });
    let mut one = poll();
    one.choices.pop();
    assert_eq!(ask(one).unwrap_err().code(), Code::InvalidInput);
    let mut same = poll();
    same.choices[1].words = " Saturday ".to_owned();
    assert_eq!(ask(same).unwrap_err().code(), Code::InvalidInput);
    ask(poll()).unwrap();
    assert_eq!(here.view(room()).waiting[0].poll.as_ref().unwrap().poll, poll());
    let vote = |id, choices: &[u8]| {
        let request = VoteInPoll { id, choices: choices.to_vec() };
        chat::vote(&here.cache, &here.system, &Language::en(), request)
    };
    let (theirs, over) = (message_id(room(), 1), message_id(room(), 2));
    let counted = |change: fn(&mut Poll)| {
        let mut poll = Poll { voters: 3, ..poll() };
        poll.choices[0].votes = 3;
        change(&mut poll);
        move |message: &mut Message| message.content = MessageContent::Poll { poll }
    };
    here.arrive(&[
        message_with(room(), 1, 1, "", counted(|_| {})),
        message_with(room(), 2, 1, "", counted(|poll| poll.closes_at = Some(NOW))),
    ]);
    here.take(|page| page.in_person(&[poll_vote(theirs, 1, &[0])]));
    assert_eq!(vote(theirs, &[0, 1]).unwrap_err().code(), Code::InvalidInput);
    assert_eq!(vote(theirs, &[2]).unwrap_err().code(), Code::InvalidInput);
    vote(theirs, &[1]).unwrap();
    let shown = here.messages().remove(0).poll.unwrap();
    assert_eq!((shown.chosen.as_slice(), shown.closed, shown.poll.voters), (&[1][..], false, 3));
    assert_eq!(shown.poll.choices.iter().map(|choice| choice.votes).collect::<Vec<_>>(), [2, 1]);
    vote(theirs, &[]).unwrap();
    let shown = here.messages().remove(0).poll.unwrap();
    assert_eq!((shown.chosen.len(), shown.poll.voters, shown.poll.choices[0].votes), (0, 2, 2));
    assert!(here.messages()[1].poll.as_ref().unwrap().closed);
    here.system.clock.set(NOW);
    assert_eq!(vote(over, &[0]).unwrap_err().code(), Code::Conflict);
}

#[test]
fn a_pinned_message_stands_above_at_once() {
    let here = Here::new(Role::Staff);
    here.arrive(&[message_with(room(), 1, 1, "one", |_| {}), message_with(room(), 2, 1, "two", |_| {})]);
    here.arrive(&[room_with(1, 2, |room| room.pinned = vec![message_id(room_id(1), 1)])]);
    let pin = |number, pinned| {
        let request = PinMessage { id: message_id(room(), number), pinned };
        chat::pin(&here.cache, &here.system, &Language::en(), request).unwrap();
    };
    let pinned = || here.view(room()).pinned.into_iter().map(|row| row.words).collect::<Vec<_>>();
    assert_eq!((pinned(), here.view(room()).may_pin), (vec!["one".to_owned()], true));
    pin(2, true);
    assert_eq!(pinned(), ["two", "one"]);
    pin(1, false);
    assert_eq!(pinned(), ["two"]);
    assert!(here.messages().iter().map(|row| row.pinned).eq([false, true]));
    assert!(!Here::new(Role::Resident).view(room()).may_pin);
}
