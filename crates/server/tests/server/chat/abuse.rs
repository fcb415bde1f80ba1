//! What somebody tries who means no good, and what somebody else must not learn.

use linli_wire::{
    Code, Language, Localized,
    chat::{Duty, Measure, MessageContent, NewModeration, RoomContent, RoomPeople, SeatState},
    community::ProfileChange,
    id::{MessageId, ModerationId, PersonId, RoomId},
    ops::{Action, Outcome},
    sync::{Entity, Scope},
};
use reqwest::Method;

use super::prepared::{begin, done, findings, held, messages, new_message, refused, said, say, words};
use crate::{
    both,
    world::{Device, World, new_id},
};

fn content(name: &str, open: bool) -> RoomContent {
    RoomContent { name: Localized::one(Language::zh(), name), open, ..RoomContent::default() }
}

fn measure(message_id: MessageId, measure: Measure) -> NewModeration {
    let (why, rule) = ("骂人".to_owned(), "好好说话".to_owned());
    NewModeration { id: ModerationId(new_id()), message_id, decided: None, measure, why, rule }
}

async fn decide(world: &World, device: &Device, act: &NewModeration) {
    done(world, device, Action::Moderate { moderation: act.clone() }).await;
}

async fn lift(world: &World, author: &Device, keeper: &Device, act: &NewModeration) {
    let words = "看错了".to_owned();
    done(world, author, Action::Appeal { moderation_id: act.id, words: words.clone() }).await;
    done(world, keeper, Action::AnswerAppeal { moderation_id: act.id, lift: true, words }).await;
}

async fn people(world: &World, device: &Device, room: RoomId) -> RoomPeople {
    let path = format!("/v1/rooms/{room}/people");
    world.ok(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await
}

both! {
    async fn an_owner_who_was_removed_has_no_say_in_the_room_and_nobody_brings_them_back(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        for device in [&li, &lin] {
            say(&world, device, RoomId::of_community(sun.id), "早").await;
        }
        let room = RoomId(new_id());
        done(&world, &wang, Action::SaveRoom { room_id: room, content: content("棋", false) }).await;
        for person_id in [sun.li_qiang, sun.lin] {
            done(&world, &wang, Action::InviteToRoom { room_id: room, person_id }).await;
        }
        for device in [&li, &lin] {
            done(&world, device, Action::EnterRoom { room_id: room }).await;
        }
        say(&world, &li, room, "只给你们看").await;
        let open = || Action::SaveRoom { room_id: room, content: content("棋", true) };
        assert_eq!(refused(&world, &wang, open()).await, Code::InvalidInput, "it was written by invitation");
        let id = say(&world, &wang, room, "傻").await;
        let mute = measure(id, Measure::Mute { days: 1 });
        decide(&world, &lin, &mute).await;
        let rename = |name| Action::SaveRoom { room_id: room, content: content(name, false) };
        assert_eq!(refused(&world, &wang, rename("傻瓜的房间")).await, Code::NotAllowed);
        lift(&world, &wang, &lin, &mute).await;
        done(&world, &wang, rename("象棋")).await;
        // Whom a moderator let go no owner brings back; and an owner whom a moderator let go is not one any more.
        let words = say(&world, &li, room, "你也傻").await;
        decide(&world, &lin, &measure(words, Measure::Remove)).await;
        let invite = Action::InviteToRoom { room_id: room, person_id: sun.li_qiang };
        assert_eq!(refused(&world, &wang, invite).await, Code::NotAllowed);
        let more = say(&world, &wang, room, "更傻").await;
        decide(&world, &lin, &measure(more, Measure::Remove)).await;
        for action in [open(), rename("傻")] {
            assert_eq!(refused(&world, &wang, action).await, Code::NotFound);
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn lifting_one_measure_leaves_the_others(world) {
        let sun = world.sun.clone();
        let (li, lin) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let room = RoomId::of_community(sun.id);
        let (one, other) = (say(&world, &li, room, "傻").await, say(&world, &li, room, "更傻").await);
        let (long, short) = (measure(one, Measure::Mute { days: 30 }), measure(other, Measure::Mute { days: 3 }));
        let hide = measure(one, Measure::Hide);
        for act in [&long, &short, &hide] {
            decide(&world, &lin, act).await;
        }
        lift(&world, &li, &lin, &long).await;
        let more = Action::SendMessage { message: new_message(room, said("再说")) };
        assert_eq!(refused(&world, &li, more.clone()).await, Code::NotAllowed, "muted for three days still");
        assert!(matches!(messages(&world, &lin, room).await[0].content, MessageContent::Hidden { .. }), "hidden still");
        lift(&world, &li, &lin, &short).await;
        done(&world, &li, more).await;
        lift(&world, &li, &lin, &hide).await;
        assert_eq!(words(&world, &lin, room).await, ["傻", "更傻", "再说"]);
        let (first, second) = (measure(one, Measure::Remove), measure(other, Measure::Remove));
        for act in [&first, &second] {
            decide(&world, &lin, act).await;
        }
        lift(&world, &li, &lin, &first).await;
        let again = Action::SendMessage { message: new_message(room, said("我回来了")) };
        assert_eq!(refused(&world, &li, again.clone()).await, Code::NotFound, "the other removal holds");
        lift(&world, &li, &lin, &second).await;
        done(&world, &li, again).await;
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_moderators_own_case_is_answered_by_the_manager_who_decided_it(world) {
        let sun = world.sun.clone();
        let (grandma, lin) = (world.join(&sun, sun.grandma).await, world.join(&sun, sun.lin).await);
        done(&world, &lin, Action::NameModerator { person_id: sun.grandma, duty: Some(Duty::Moderate) }).await;
        let id = say(&world, &grandma, RoomId::of_community(sun.id), "傻").await;
        let act = measure(id, Measure::Hide);
        decide(&world, &lin, &act).await;
        lift(&world, &grandma, &lin, &act).await;
    }

    async fn a_removal_holds_against_who_leaves_and_enters_at_the_same_time(world) {
        let sun = world.sun.clone();
        let (mut wang, mut li, mut lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        for round in 0..12 {
            let room = RoomId(new_id());
            if round == 8 {
                world.later(25 * 60 * 60 * 1000);
                (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
                lin = world.join(&sun, sun.lin).await;
            }
            done(&world, &wang, Action::SaveRoom { room_id: room, content: content("棋", true) }).await;
            for device in [&li, &lin] {
                done(&world, device, Action::EnterRoom { room_id: room }).await;
            }
            let id = say(&world, &li, room, "傻").await;
            let remove = Action::Moderate { moderation: measure(id, Measure::Remove) };
            let runs = async {
                for _ in 0..8 {
                    for action in [Action::LeaveRoom { room_id: room }, Action::EnterRoom { room_id: room }] {
                        world.ops(&li, vec![action]).await;
                    }
                }
            };
            let (_, outcomes) = tokio::join!(runs, world.ops(&lin, vec![remove]));
            assert!(matches!(outcomes[..], [Outcome::Done { .. }]), "{outcomes:?}");
            let seats: Vec<linli_wire::chat::RoomSeat> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::RoomSeat).await;
            let seat = seats.iter().find(|seat| seat.room_id == room).unwrap();
            assert_eq!(seat.state, SeatState::Removed, "round {round}");
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn nobody_learns_that_they_are_not_heard(world) {
        let sun = world.sun.clone();
        let (wang, li, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.grandma).await);
        for device in [&wang, &li, &grandma] {
            say(&world, device, RoomId::of_community(sun.id), "早").await;
        }
        let names = |people: RoomPeople| (people.total, people.people.into_iter().map(|one| one.id).collect::<Vec<_>>());
        let heard = begin(&world, &li, sun.li_qiang, sun.grandma).await;
        let unheard = begin(&world, &li, sun.li_qiang, sun.wang_mei).await;
        let before = names(people(&world, &li, unheard).await);
        done(&world, &wang, Action::BlockPerson { person_id: sun.li_qiang, blocked: true }).await;
        assert_eq!(names(people(&world, &li, unheard).await), before);
        assert_eq!(people(&world, &li, heard).await.total, before.0);
        // Neither from a room of one's own.
        let room = RoomId(new_id());
        done(&world, &li, Action::SaveRoom { room_id: room, content: content("棋", false) }).await;
        for person_id in [sun.wang_mei, sun.grandma] {
            done(&world, &li, Action::InviteToRoom { room_id: room, person_id }).await;
        }
        let lists = people(&world, &li, room).await;
        assert_eq!(lists.total, 1, "who was invited is not in it yet");
        for person_id in [sun.wang_mei, sun.grandma] {
            done(&world, &li, Action::RemoveFromRoom { room_id: room, person_id }).await;
        }
        let nobody = Action::RemoveFromRoom { room_id: room, person_id: PersonId(new_id()) };
        assert_eq!(refused(&world, &li, nobody).await, Code::NotFound);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn the_rooms_of_others_count_for_nobodys_day(world) {
        let sun = world.sun.clone();
        let (wang, li, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.grandma).await);
        for device in [&wang, &li, &grandma] {
            say(&world, device, RoomId::of_community(sun.id), "早").await;
        }
        for number in 0..10 {
            let room_id = RoomId(new_id());
            done(&world, &li, Action::SaveRoom { room_id, content: content(&format!("棋{number}"), false) }).await;
            done(&world, &li, Action::InviteToRoom { room_id, person_id: sun.wang_mei }).await;
        }
        begin(&world, &wang, sun.wang_mei, sun.grandma).await;
        let open = Action::OpenRoom { room_id: RoomId::of_two(sun.li_qiang, sun.grandma), person_id: Some(sun.grandma) };
        assert_eq!(refused(&world, &li, open).await, Code::TooManyTries);
    }

    async fn a_clock_that_was_ahead_keeps_nobody_from_talking(world) {
        let sun = world.sun.clone();
        let li = world.join(&sun, sun.li_qiang).await;
        let (room, now) = (RoomId::of_community(sun.id), world.now().0);
        world.later(5 * 60 * 1000);
        for number in 0..60 {
            say(&world, &li, room, &format!("第{number}句")).await;
        }
        let more = Action::SendMessage { message: new_message(room, said("停不下来")) };
        assert_eq!(refused(&world, &li, more).await, Code::TooManyTries);
        world.time_set(now);
        say(&world, &li, room, "钟准了").await;
    }

    async fn neighbours_are_told_when_a_building_gets_another_name(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        say(&world, &wang, RoomId::of_community(sun.id), "早").await;
        let building = linli_wire::community::Building {
            id: sun.building_3,
            code: "3A".to_owned(),
            name: Localized::one(Language::zh(), "三号楼"),
        };
        world.app.db.write(move |tx| linli_server::community::put_building(tx, sun.id, &building)).await.unwrap();
        let cards: Vec<linli_wire::chat::Neighbour> =
            held(&world, &li, Scope::Room(RoomId::of_community(sun.id)), Entity::Neighbour).await;
        assert_eq!(cards[0].building.as_deref(), Some("3A"));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_is_told_to_a_room_is_not_told_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let location = linli_server::db::Location::Sqlite(folder.path().join("linli.db"));
    let world = World::open(folder, location, |settings| settings.rate_factor = 1).await;
    let sun = world.sun.clone();
    let li = world.join(&sun, sun.li_qiang).await;
    let message_id = say(&world, &li, RoomId::of_community(sun.id), "早").await;
    let react = |at: usize| {
        let emoji = at.is_multiple_of(2).then(|| "👍".to_owned());
        Action::ReactToMessage { message_id, emoji }
    };
    let outcomes = world.ops(&li, (0..200).map(react).collect()).await;
    assert!(outcomes.iter().all(|one| matches!(one, Outcome::Done { .. })));
    let outcomes = world.ops(&li, (0..200).map(react).collect()).await;
    let held_up =
        |one: &&Outcome| matches!(one, Outcome::Refused { error } if error.code == Code::TooManyTries);
    assert!(outcomes.iter().filter(held_up).count() > 0, "{outcomes:?}");
    // Nor is what stands on a card in all rooms.
    let change = ProfileChange { simple: Some(true), ..ProfileChange::default() };
    assert_eq!(refused(&world, &li, Action::ChangeProfile { change }).await, Code::TooManyTries);
    // Taking back what one said is never held up.
    done(&world, &li, Action::DeleteMessage { message_id }).await;
    let path = format!("/v1/rooms/{}/typing", RoomId::of_community(sun.id));
    let mut answers = Vec::new();
    for _ in 0..8 {
        let sent = world.send(Method::POST, &path, Some(&li.tokens.access), None::<&()>).await;
        answers.push(sent.status().as_u16());
    }
    assert!(answers.starts_with(&[204; 5]) && answers.ends_with(&[429]), "{answers:?}");
}
