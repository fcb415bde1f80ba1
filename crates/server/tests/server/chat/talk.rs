//! Messages: sent once, numbered, changed by their authors alone.

use linli_wire::{
    Code, Timestamp,
    chat::{Choice, MessageContent, Neighbour, Poll, PollVote, Reaction, Room},
    community::{ProfileChange, Visibility},
    id::{MessageId, RoomId},
    ops::Action,
    sync::{Entity, Scope},
};
use reqwest::Method;

use super::prepared::{
    begin, done, findings, held, is_done, messages, new_message, refusal, refused, said, say, words,
};
use crate::{
    both,
    device::Live,
    world::{new_id, op},
};

both! {
    async fn a_room_has_one_order_and_every_message_once(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let first = new_message(room, said("大家好"));
        // Sent by two devices of the same person, and twice in a batch.
        let other = world.join(&sun, sun.wang_mei).await;
        for device in [&wang, &other, &wang] {
            done(&world, device, Action::SendMessage { message: first.clone() }).await;
        }
        let twice = op(&world, Action::SendMessage { message: first.clone() });
        assert!(world.ops_as_they_are(&wang, vec![twice.clone(), twice]).await.iter().all(is_done));
        let stolen = Action::SendMessage { message: first.clone() };
        assert_eq!(refused(&world, &li, stolen).await, Code::OperationReused);
        // Thirty from each of two at once: no gap, no double, the same for both.
        let many = |device, name: &'static str| {
            let world = &world;
            async move {
                for at in 0..30 {
                    say(world, device, room, &format!("{name}{at}")).await;
                }
            }
        };
        futures_util::future::join(many(&wang, "王"), many(&li, "李")).await;
        let (seen, of_li) = (messages(&world, &wang, room).await, messages(&world, &li, room).await);
        assert_eq!(seen, of_li);
        assert_eq!(seen.iter().map(|m| m.number).collect::<Vec<_>>(), (1..=61).collect::<Vec<_>>());
        let of_wang: Vec<&str> = seen.iter().map(|m| m.content.words()).filter(|w| w.starts_with('王')).collect();
        assert_eq!(of_wang, (0..30).map(|at| format!("王{at}")).collect::<Vec<_>>());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn only_the_author_changes_a_message_and_what_is_taken_back_is_gone(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &wang, room, "明天停水").await;
        let edit = |words: &str| Action::EditMessage { message_id: id, words: words.to_owned() };
        assert_eq!(refused(&world, &li, edit("不停")).await, Code::NotAllowed);
        assert_eq!(refused(&world, &li, Action::DeleteMessage { message_id: id }).await, Code::NotAllowed);
        assert_eq!(refused(&world, &wang, edit("  ")).await, Code::InvalidInput);
        done(&world, &wang, edit("后天停水")).await;
        let edited = messages(&world, &li, room).await.remove(0);
        assert_eq!((edited.content.words(), edited.version, edited.number), ("后天停水", 2, 1));
        assert!(edited.edited_at.is_some());
        done(&world, &wang, Action::DeleteMessage { message_id: id }).await;
        done(&world, &wang, Action::DeleteMessage { message_id: id }).await;
        let gone = messages(&world, &li, room).await.remove(0);
        assert_eq!((gone.content, gone.number), (MessageContent::Deleted, 1), "a tombstone in its place");
        assert_eq!(refused(&world, &wang, edit("又来")).await, Code::Conflict);
        let react = Action::ReactToMessage { message_id: id, emoji: Some("👍".to_owned()) };
        assert_eq!(refused(&world, &li, react).await, Code::Conflict);
        let sql = "SELECT COUNT(*) FROM message WHERE body LIKE '%停水%'";
        let left: i64 = world.app.db.read(move |tx| Ok(tx.query_one(sql, &[])?.get(0)?)).await.unwrap();
        assert_eq!(left, 0, "nothing of it is kept");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn reactions_are_one_for_each_person_and_come_off(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &wang, room, "电梯修好了").await;
        let react = |emoji: Option<&str>| Action::ReactToMessage { message_id: id, emoji: emoji.map(str::to_owned) };
        for emoji in [Some("👍"), Some("👍"), Some("🙏")] {
            done(&world, &li, react(emoji)).await;
        }
        assert_eq!(refused(&world, &li, react(Some("💣"))).await, Code::InvalidInput);
        let of = |all: Vec<Reaction>| all.into_iter().map(|one| (one.person_id, one.emoji)).collect::<Vec<_>>();
        let scope = Scope::Room(room);
        assert_eq!(of(held(&world, &wang, scope, Entity::Reaction).await), [(sun.li_qiang, "🙏".to_owned())]);
        done(&world, &li, react(None)).await;
        assert_eq!(of(held(&world, &wang, scope, Entity::Reaction).await), []);
        done(&world, &li, react(Some("😄"))).await;
        assert_eq!(of(held(&world, &wang, scope, Entity::Reaction).await), [(sun.li_qiang, "😄".to_owned())]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_poll_counts_the_last_choice_of_each_until_it_closes(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let choice = |words: &str| Choice { words: words.to_owned(), votes: 99 };
        let poll = Poll {
            question: "周六还是周日？".to_owned(),
            choices: vec![choice("周六"), choice("周日")],
            multiple: false,
            closes_at: Some(world.now().plus_millis(60_000)),
            voters: 99,
        };
        let wrong = |change: fn(&mut Poll)| {
            let mut wrong = poll.clone();
            change(&mut wrong);
            Action::SendMessage { message: new_message(room, MessageContent::Poll { poll: wrong }) }
        };
        let troubles: [fn(&mut Poll); 4] = [
            |poll| poll.choices.truncate(1),
            |poll| poll.choices[1].words = poll.choices[0].words.clone(),
            |poll| poll.question = String::new(),
            |poll| poll.closes_at = Some(Timestamp(i64::MAX)),
        ];
        for trouble in troubles {
            assert_eq!(refused(&world, &wang, wrong(trouble)).await, Code::InvalidInput);
        }
        let message = new_message(room, MessageContent::Poll { poll: poll.clone() });
        let id = message.id;
        done(&world, &wang, Action::SendMessage { message }).await;
        let vote = |choices: &[u8]| Action::VoteInPoll { message_id: id, choices: choices.to_vec() };
        for choices in [&[0_u8, 1][..], &[2], &[255]] {
            assert_eq!(refused(&world, &li, vote(choices)).await, Code::InvalidInput);
        }
        for choices in [&[0_u8][..], &[0], &[1], &[1, 1]] {
            done(&world, &li, vote(choices)).await;
        }
        done(&world, &wang, vote(&[1])).await;
        let stands = async |device| {
            let MessageContent::Poll { poll } = messages(&world, device, room).await.remove(0).content else { panic!() };
            (poll.choices.iter().map(|choice| choice.votes).collect::<Vec<_>>(), poll.voters)
        };
        assert_eq!(stands(&li).await, (vec![0, 2], 2));
        let own: Vec<PollVote> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::PollVote).await;
        assert_eq!(own.iter().map(|vote| vote.choices.clone()).collect::<Vec<_>>(), [vec![1]]);
        done(&world, &li, vote(&[])).await;
        assert_eq!(stands(&wang).await, (vec![0, 1], 1));
        world.later(60_000);
        assert_eq!(refused(&world, &li, vote(&[0])).await, Code::Conflict, "it is over");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn pinning_is_for_those_who_look_after_a_room(world) {
        let sun = world.sun.clone();
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &wang, room, "门卫电话 110").await;
        let pin = |pinned| Action::PinMessage { message_id: id, pinned };
        assert_eq!(refused(&world, &wang, pin(true)).await, Code::NotAllowed);
        for pinned in [true, true] {
            done(&world, &chen, pin(pinned)).await;
        }
        let pins = async |device| {
            let rooms: Vec<Room> = held(&world, device, Scope::Room(room), Entity::Room).await;
            rooms[0].pinned.clone()
        };
        assert_eq!(pins(&wang).await, [id]);
        done(&world, &wang, Action::DeleteMessage { message_id: id }).await;
        assert_eq!(pins(&wang).await, Vec::<MessageId>::new(), "what is gone is not pinned");
        assert_eq!(refused(&world, &chen, pin(true)).await, Code::Conflict);
    }

    async fn nobody_reads_or_writes_where_they_are_not(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let chen = world.join(&sun, sun.chen_jing).await;
        let stranger = world.join(&world.moon.clone(), world.moon.wang_mei).await;
        let room = RoomId::of_building(sun.building_3);
        let id = say(&world, &wang, room, "三号楼的事").await;
        for device in [&li, &chen, &stranger] {
            assert!(words(&world, device, room).await.is_empty());
            for action in [
                Action::SendMessage { message: new_message(room, said("插嘴")) },
                Action::EditMessage { message_id: id, words: "改".to_owned() },
                Action::DeleteMessage { message_id: id },
                Action::ReactToMessage { message_id: id, emoji: Some("👍".to_owned()) },
                Action::VoteInPoll { message_id: id, choices: vec![0] },
                Action::PinMessage { message_id: id, pinned: true },
                Action::ReadRoom { room_id: room, number: 1 },
                Action::EnterRoom { room_id: room },
                Action::ReportMessage { message_id: id, complaint: linli_wire::chat::Complaint::Insult, words: String::new() },
            ] {
                let kind = action.kind();
                assert_eq!(refused(&world, device, action).await, Code::NotFound, "{kind}");
            }
            for (method, path) in [(Method::GET, "people"), (Method::POST, "typing")] {
                let path = format!("/v1/rooms/{room}/{path}");
                let error = world.refused(method, &path, Some(&device.tokens.access), None::<&()>).await;
                let nothing = format!("/v1/rooms/{}/people", new_id());
                let none = world.refused(Method::GET, &nothing, Some(&device.tokens.access), None::<&()>).await;
                assert_eq!((error.code, error.message), (none.code, none.message));
            }
        }
        // A message of another room is no answer to anything here.
        let mut message = new_message(RoomId::of_community(sun.id), said("？"));
        message.reply_to = Some(id);
        done(&world, &li, Action::SendMessage { message }).await;
        assert_eq!(messages(&world, &li, RoomId::of_community(sun.id)).await[0].reply_to, None);
    }

    async fn neighbours_see_the_first_name_and_what_somebody_chose(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let show = |flat, listed| Action::ChangeProfile {
            change: ProfileChange {
                given_name: Some("小梅".to_owned()),
                visible: Some(Visibility { flat, listed, ..Visibility::default() }),
                ..ProfileChange::default()
            },
        };
        done(&world, &wang, show(false, false)).await;
        let card = async |scope| held::<Neighbour>(&world, &li, scope, Entity::Neighbour).await;
        assert_eq!(card(Scope::Room(room)).await, [], "who never wrote is not known");
        say(&world, &wang, room, "你好").await;
        let known = card(Scope::Room(room)).await;
        assert_eq!((known[0].name.as_str(), known[0].building.as_deref(), known[0].flat.as_deref()), ("小梅", Some("3"), None));
        assert_eq!(card(Scope::Community(sun.id)).await, []);
        done(&world, &wang, show(true, true)).await;
        let known = card(Scope::Community(sun.id)).await;
        assert_eq!((known.len(), known[0].flat.as_deref()), (1, Some("3-1201")));
        assert_eq!(card(Scope::Room(room)).await, known);
        done(&world, &wang, show(false, false)).await;
        assert_eq!(card(Scope::Community(sun.id)).await, []);
        assert_eq!(card(Scope::Room(room)).await[0].flat, None);
        // Who moves out keeps the name, and nothing that leads to them.
        world.app.db.write(move |tx| linli_server::community::leave(tx, sun.id, sun.wang_mei, "test")).await.unwrap();
        let known = card(Scope::Room(room)).await;
        assert!(known[0].gone && known[0].name == "小梅" && known[0].building.is_none());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_talks_without_a_pause_is_slowed_down_and_nobody_else(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let many = (0..61).map(|_| Action::SendMessage { message: new_message(room, said("刷")) });
        let outcomes = world.ops(&wang, many.collect()).await;
        assert_eq!(outcomes.iter().filter(|outcome| is_done(outcome)).count(), 60);
        assert_eq!(refusal(&outcomes[60]).0, Code::TooManyTries);
        say(&world, &li, room, "我还能说").await;
        world.later(61_000);
        say(&world, &wang, room, "好了").await;
    }

    async fn typing_is_heard_by_those_in_the_room_and_kept_nowhere(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_community(sun.id);
        let mut live = Live::open(&world, &li, None).await.unwrap();
        let path = format!("/v1/rooms/{room}/typing");
        let told = world.send(Method::POST, &path, Some(&wang.tokens.access), None::<&()>).await;
        assert_eq!(told.status(), 204);
        let typing = live.typing().await;
        assert_eq!(typing, serde_json::json!({ "room_id": room, "person_id": sun.wang_mei }));
        let before = live.cache.clone();
        assert_eq!(before, crate::device::snapshot(&world, &li).await);
    }

    async fn rubbish_is_refused_and_changes_nothing(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let room = RoomId::of_community(sun.id);
        let send = |content| Action::SendMessage { message: new_message(room, content) };
        let long = "长".repeat(4001);
        for content in [
            said(""), said(" \u{200b}\n"), said(&long), said("\u{0}"), said("\u{1b}[2J"),
            MessageContent::Deleted, MessageContent::Hidden { rule: "x".to_owned() }, MessageContent::Unknown,
        ] {
            assert_eq!(refused(&world, &wang, send(content)).await, Code::InvalidInput);
        }
        let file = linli_wire::attachments::Attachment {
            id: linli_wire::id::AttachmentId(new_id()),
            name: "x.png".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 1,
            sha256: String::new(),
            pixels: None,
        };
        let foreign = MessageContent::Said { words: String::new(), files: vec![file], about: None };
        assert_eq!(refused(&world, &wang, send(foreign)).await, Code::InvalidInput);
        let mut named = new_message(room, said("@所有人"));
        named.mentions = (0..21).map(|_| linli_wire::id::PersonId(new_id())).collect();
        assert_eq!(refused(&world, &wang, Action::SendMessage { message: named.clone() }).await, Code::InvalidInput);
        named.mentions.truncate(20);
        done(&world, &wang, Action::SendMessage { message: named }).await;
        assert_eq!(messages(&world, &wang, room).await[0].mentions, [], "nobody of them is known here");
        let other = begin(&world, &world.join(&sun, sun.lin).await, sun.lin, sun.wang_mei).await;
        assert_ne!(other, room);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
