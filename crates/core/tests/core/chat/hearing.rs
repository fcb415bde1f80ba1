//! Messages that are told by a system notification, and who is typing.

use std::time::Duration;

use linli_testkit::{
    PATIENCE,
    pages::{
        Thing,
        chat::{block, message_with, moderation, neighbour_with, person_id, room_id, room_mark, room_with},
        notice_with,
    },
};
use linli_wire::{
    chat::{Appeal, AppealAnswer, Measure, Message, MessageContent, Moderation, RoomKind, Tell},
    id::RoomId,
    settings::{Preferences, QuietHours},
};

use crate::{notifying::Following, pages::NOW};

/// Wang Mei, a room of everybody (1), one with the first neighbour (2) and one with the second (3).
async fn start() -> Following {
    let mut mei = Following::start().await;
    let me = mei.garden.person;
    let direct = move |number: u128, other: u128| {
        let persons = [me, person_id(other)];
        room_with(number, 1, move |room| room.kind = RoomKind::Direct { persons })
    };
    mei.take(|page| {
        page.in_community(&[neighbour_with(1, 1, |_| {}), neighbour_with(2, 1, |_| {})])
            .in_room(room_id(1), &[room_with(1, 1, |_| {})])
            .in_room(room_id(2), &[direct(2, 1)])
            .in_room(room_id(3), &[direct(3, 2)])
    })
    .await;
    mei
}

fn by(person: u128) -> impl FnOnce(&mut Message) {
    move |message| message.from = person_id(person)
}

async fn receive(mei: &mut Following, room: RoomId, things: &[Thing]) {
    mei.take(|page| page.in_room(room, things)).await;
}

/// Lets a tenth of a second pass at a time until so many notifications are there, and returns them.
async fn told(mei: &Following, count: usize) -> Vec<(String, String)> {
    let waiting = async {
        while mei.desk.shown().len() < count {
            mei.system.advance(Duration::from_millis(100));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is told");
    mei.desk.shown().into_iter().map(|shown| (shown.title, shown.body)).collect()
}

fn pair(title: &str, body: &str) -> (String, String) {
    (title.to_owned(), body.to_owned())
}

#[tokio::test]
async fn what_comes_at_once_is_one_notification_for_each_room() {
    let mut mei = start().await;
    let (one, two) = (room_id(2), room_id(3));
    receive(&mut mei, one, &[message_with(one, 1, 1, "Tea at **four**?", |_| {})]).await;
    assert_eq!(told(&mei, 1).await, [pair("Neighbour 1", "Tea at four?")]);
    // More within half a minute is the same talk; in the other room it is another one.
    receive(&mut mei, one, &[message_with(one, 2, 1, "Or five?", |_| {})]).await;
    receive(&mut mei, two, &[message_with(two, 1, 1, &"long ".repeat(20), by(2))]).await;
    assert_eq!(
        told(&mei, 2).await[1],
        pair("Neighbour 2", "A new message"),
        "long words stand on no locked screen"
    );
    mei.system.advance(Duration::from_secs(31));
    let several = [message_with(one, 3, 1, "Hello?", |_| {}), message_with(one, 4, 1, "Hello!", |_| {})];
    receive(&mut mei, one, &several).await;
    assert_eq!(told(&mei, 3).await[2], pair("Neighbour 1", "2 new messages"));
}

#[tokio::test]
async fn a_room_of_many_is_told_of_as_the_person_chose() {
    let mut mei = start().await;
    let (me, room) = (mei.garden.person, room_id(1));
    let plain = |number| message_with(room, number, 1, "plain", |_| {});
    let naming =
        |number| message_with(room, number, 1, "for Mei", move |message| message.mentions = vec![me]);
    receive(&mut mei, room, &[plain(1), naming(2), plain(3)]).await;
    assert_eq!(told(&mei, 1).await, [pair("Sunshine Garden", "Neighbour 1: for Mei")]);
    for (version, tell, things, expected) in [
        (1, Tell::All, vec![plain(4)], Some("Neighbour 1: plain")),
        (2, Tell::None, vec![naming(5)], None),
        (3, Tell::Mentions, vec![plain(6), naming(7)], Some("Neighbour 1: for Mei")),
    ] {
        mei.system.advance(Duration::from_secs(31));
        mei.take(|page| page.in_person(&[room_mark(room, version, 0, tell)])).await;
        let before = mei.desk.shown().len();
        receive(&mut mei, room, &things).await;
        match expected {
            Some(expected) => {
                assert_eq!(told(&mei, before + 1).await[before], pair("Sunshine Garden", expected))
            }
            None => nothing_but_a_sentinel(&mut mei).await,
        }
    }
}

/// What was sent before is not told of: the next thing that is, is a message of the second neighbour.
async fn nothing_but_a_sentinel(mei: &mut Following) {
    let before = mei.desk.shown().len();
    let room = room_id(3);
    let number = u64::try_from(before).unwrap() + 100;
    mei.system.advance(Duration::from_secs(31));
    receive(mei, room, &[message_with(room, number, 1, "sentinel", by(2))]).await;
    assert_eq!(told(mei, before + 1).await[before..], [pair("Neighbour 2", "sentinel")]);
}

#[tokio::test]
async fn own_blocked_gone_old_and_read_messages_are_not_told_of() {
    let mut mei = start().await;
    let (me, room) = (mei.garden.person, room_id(2));
    receive(&mut mei, room, &[message_with(room, 1, 1, "mine", move |message| message.from = me)]).await;
    nothing_but_a_sentinel(&mut mei).await;
    receive(
        &mut mei,
        room,
        &[message_with(room, 2, 1, "", |message| message.content = MessageContent::Deleted)],
    )
    .await;
    nothing_but_a_sentinel(&mut mei).await;
    // Taken back within the moment that it waits.
    receive(&mut mei, room, &[message_with(room, 3, 1, "oops", |_| {})]).await;
    receive(
        &mut mei,
        room,
        &[message_with(room, 3, 2, "", |message| message.content = MessageContent::Deleted)],
    )
    .await;
    nothing_but_a_sentinel(&mut mei).await;
    receive(&mut mei, room, &[message_with(room, 4, 1, "read elsewhere", |_| {})]).await;
    mei.take(|page| page.in_person(&[room_mark(room, 1, 4, Tell::Usual)])).await;
    nothing_but_a_sentinel(&mut mei).await;
    // A room of many that is gained brings what was said long ago.
    let many = room_id(1);
    let old = |message: &mut Message| {
        message.at = linli_wire::Timestamp(message.at.0 - 3 * 24 * 60 * 60 * 1000);
        message.mentions = vec![me];
    };
    receive(&mut mei, many, &[message_with(many, 1, 1, "old", old)]).await;
    nothing_but_a_sentinel(&mut mei).await;
    mei.take(|page| page.in_person(&[block(1)])).await;
    receive(&mut mei, room, &[message_with(room, 5, 1, "not heard", |_| {})]).await;
    nothing_but_a_sentinel(&mut mei).await;
}

#[tokio::test]
async fn what_is_on_the_screen_is_not_told_of() {
    let mut mei = start().await;
    let room = room_id(2);
    receive(&mut mei, room, &[message_with(room, 1, 1, "on screen", |_| {})]).await;
    mei.account.saw_room(room, linli_core::ports::System::now(&*mei.system));
    // The sentinel's half a minute comes after what the room has to say.
    let other = room_id(3);
    receive(&mut mei, other, &[message_with(other, 1, 1, "sentinel", by(2))]).await;
    assert_eq!(told(&mei, 1).await, [pair("Neighbour 2", "sentinel")]);
    mei.system.advance(Duration::from_secs(31));
    receive(&mut mei, room, &[message_with(room, 2, 1, "later", |_| {})]).await;
    assert_eq!(told(&mei, 2).await[1], pair("Neighbour 1", "later"));
}

#[tokio::test]
async fn within_quiet_hours_only_emergencies_are_told() {
    let mut mei = start().await;
    // It is 8 in the morning of the community.
    let quiet =
        |from, until| Preferences { quiet: Some(QuietHours { from, until }), ..Preferences::default() };
    let choose = |mei: &Following, preferences| {
        linli_core::community::save_preferences(&mei.account.cache, &*mei.system, preferences).unwrap();
    };
    choose(&mei, quiet(22 * 60, 9 * 60));
    let room = room_id(2);
    receive(&mut mei, room, &[message_with(room, 1, 1, "at night", |_| {})]).await;
    mei.take(|page| {
        let emergency = notice_with(2, 1, |notice| notice.content.emergency = true);
        page.in_community(&[notice_with(1, 1, |_| {}), emergency])
    })
    .await;
    // Time for the message to have been told of.
    for _ in 0..40 {
        mei.system.advance(Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(mei.desk.shown().len(), 1, "the emergency");
    choose(&mei, quiet(22 * 60, 7 * 60));
    receive(&mut mei, room, &[message_with(room, 2, 1, "in the morning", |_| {})]).await;
    assert_eq!(told(&mei, 2).await[1], pair("Neighbour 1", "in the morning"));
}

#[tokio::test]
async fn what_a_moderator_did_is_told_once_and_so_is_the_answer_to_an_objection() {
    let mut mei = start().await;
    let me = mei.garden.person;
    let done = |number, version, change: fn(&mut Moderation)| {
        moderation(number, version, me, move |act| {
            act.measure = Measure::Warn;
            change(act);
        })
    };
    let appeal = |answer| Some(Appeal { words: "A joke".to_owned(), at: NOW, answer });
    // As moderators have it and as the person has it.
    let warned = || [done(1, 1, |_| {})];
    mei.take(|page| page.in_person(&warned()).in_moderators(&warned())).await;
    let looked = "A moderator looked at a message of yours. Under Chat you read what was decided and why.";
    assert_eq!(told(&mei, 1).await, [pair("Sunshine Garden", looked)]);
    let objected = moderation(1, 2, me, |act| act.appeal = appeal(None));
    let old = done(2, 1, |act| act.at = linli_wire::Timestamp(act.at.0 - 3 * 24 * 60 * 60 * 1000));
    let nothing = done(3, 1, |act| act.measure = Measure::Nothing);
    let others = moderation(4, 1, person_id(1), |_| {});
    mei.take(|page| page.in_person(&[objected, old, nothing, others])).await;
    nothing_but_a_sentinel(&mut mei).await;
    let answer = AppealAnswer { lifted: true, words: "So it was".to_owned(), at: NOW, by: None };
    let answered = moderation(1, 3, me, |act| act.appeal = appeal(Some(answer)));
    mei.take(|page| page.in_person(&[answered])).await;
    let shown = told(&mei, 3).await;
    assert_eq!(
        shown[2],
        pair("Sunshine Garden", "Your objection was answered. You read the answer under Chat.")
    );
    let always =
        Preferences { quiet: Some(QuietHours { from: 0, until: 23 * 60 }), ..Preferences::default() };
    linli_core::community::save_preferences(&mei.account.cache, &*mei.system, always).unwrap();
    mei.take(|page| page.in_person(&[done(5, 1, |_| {})])).await;
    assert_eq!(mei.desk.shown().len(), 3, "not within quiet hours");
}

#[tokio::test]
async fn somebody_is_typing_until_they_have_written_or_stopped() {
    let mut mei = start().await;
    let room = room_id(2);
    let now = |mei: &Following| linli_core::ports::System::now(&*mei.system);
    let typing = |mei: &Following| mei.account.typing_in(room, now(mei));
    let says = serde_json::json!({ "room_id": room, "person_id": person_id(1) }).to_string();
    let heard = |mei: &Following, expected: bool| {
        let account = mei.account.clone();
        let system = mei.system.clone();
        async move {
            let waiting = async {
                while account.typing_in(room, linli_core::ports::System::now(&*system)).is_empty() == expected
                {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::time::timeout(PATIENCE, waiting).await.expect("it is heard");
        }
    };
    for rubbish in ["", "{}", "[]", "{\"room_id\":7}", "\"x\""] {
        mei.hear("typing", rubbish);
    }
    mei.hear("typing", &says);
    heard(&mei, true).await;
    assert_eq!(typing(&mei), [person_id(1)]);
    mei.system.advance(Duration::from_secs(7));
    assert_eq!(typing(&mei), []);
    mei.hear("typing", &says);
    heard(&mei, true).await;
    receive(&mut mei, room, &[message_with(room, 1, 1, "written", |_| {})]).await;
    heard(&mei, false).await;
    // A clock that is set back does not keep anybody typing for years.
    mei.hear("typing", &says);
    heard(&mei, true).await;
    mei.system.clock.jump_years(-3);
    assert_eq!(typing(&mei), []);
}

#[tokio::test]
async fn a_room_is_told_of_typing_once_in_a_while() {
    let mei = start().await;
    for _ in 0..5 {
        mei.account.tell_typing(room_id(2)).await;
    }
    mei.account.tell_typing(room_id(3)).await;
    mei.system.advance(Duration::from_secs(5));
    mei.account.tell_typing(room_id(2)).await;
    let told = mei.told.lock().unwrap().clone();
    let path = |number| format!("https://garden.example/v1/rooms/{}/typing", room_id(number));
    assert_eq!(told, [path(2), path(3), path(2)]);
}
