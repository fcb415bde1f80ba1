//! Who is in which room, and how they come in and go out.

use linli_server::params;
use linli_wire::{
    Code, Language, Localized,
    chat::{
        About, Measure, MessageContent, NewModeration, Room, RoomCard, RoomContent, RoomMark, RoomPeople,
        RoomSeat, SeatState, Tell,
    },
    id::{BillId, ModerationId, PersonId, RoomId},
    ops::Action,
    repairs::{RepairAct, RepairPlace},
    sync::{Entity, Scope},
};
use reqwest::Method;

use super::prepared::{
    begin, done, findings, held, is_done, messages, new_message, refused, said, say, words,
};
use crate::{
    both,
    device::{Live, snapshot},
    world::{Device, World, new_id},
};

fn content(name: &str, open: bool) -> RoomContent {
    let zh = |text: &str| Localized::one(Language::zh(), text);
    RoomContent { name: zh(name), about: zh("一起玩"), rules: zh("别吵"), open, announce: false }
}

async fn seat(world: &World, device: &Device, person: PersonId, room: RoomId) -> Option<RoomSeat> {
    let seats: Vec<RoomSeat> = held(world, device, Scope::Person(person), Entity::RoomSeat).await;
    seats.into_iter().find(|seat| seat.room_id == room)
}

async fn follows(world: &World, device: &Device, room: RoomId) -> bool {
    snapshot(world, device).await.0.contains_key(&Scope::Room(room))
}

both! {
    async fn the_rooms_of_community_and_building_come_with_living_there(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let (everybody, third, first) =
            (RoomId::of_community(sun.id), RoomId::of_building(sun.building_3), RoomId::of_building(sun.building_1));
        for (device, its) in [(&wang, [true, true, false]), (&li, [true, false, true])] {
            for (room, expected) in [everybody, third, first].into_iter().zip(its) {
                assert_eq!(follows(&world, device, room).await, expected);
            }
        }
        let room: Vec<Room> = held(&world, &wang, Scope::Room(third), Entity::Room).await;
        assert!(room[0].rules_edition == 1 && !room[0].rules.in_language(&Language::en()).is_empty());
        for room in [everybody, third] {
            assert_eq!(refused(&world, &wang, Action::LeaveRoom { room_id: room }).await, Code::NotAllowed);
        }
        // What was decided about her there, as that she agreed to its rules, keeps her in no room where she does not live.
        done(&world, &wang, Action::AgreeToRules { room_id: third, edition: 1 }).await;
        // Who moves follows the other building's room, on an open stream too, and loses this one's.
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        live.until(|cache| cache.0.contains_key(&Scope::Room(third))).await;
        let moved = crate::world::person(sun.wang_mei, 0, "王梅", linli_wire::community::Role::Resident, Some(sun.li));
        world.app.db.write(move |tx| linli_server::community::put_person(tx, sun.id, &moved, "")).await.unwrap();
        live.until(|cache| cache.0.contains_key(&Scope::Room(first)) && !cache.0.contains_key(&Scope::Room(third))).await;
        assert_eq!(refused(&world, &wang, Action::SendMessage { message: new_message(third, said("还在")) }).await, Code::NotFound);
        say(&world, &wang, first, "新邻居").await;
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn rules_are_agreed_to_once_for_each_edition(world) {
        let sun = world.sun.clone();
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let room = RoomId::of_community(sun.id);
        let agree = |edition| Action::AgreeToRules { room_id: room, edition };
        assert_eq!(refused(&world, &wang, agree(2)).await, Code::Conflict);
        for edition in [1, 1, 0] {
            done(&world, &wang, agree(edition)).await;
        }
        assert_eq!(seat(&world, &wang, sun.wang_mei, room).await.unwrap().agreed, 1);
        let change = |announce| {
            let content = RoomContent { announce, ..content("", false) };
            Action::SaveRoom { room_id: room, content }
        };
        assert_eq!(refused(&world, &wang, change(true)).await, Code::NotAllowed);
        done(&world, &chen, change(true)).await;
        let rooms: Vec<Room> = held(&world, &wang, Scope::Room(room), Entity::Room).await;
        assert_eq!((rooms[0].rules_edition, rooms[0].announce), (2, true));
        // Only the office writes now; everybody may nod.
        assert_eq!(refused(&world, &wang, Action::SendMessage { message: new_message(room, said("我也说")) }).await, Code::NotAllowed);
        let told = say(&world, &chen, room, "通知").await;
        done(&world, &wang, Action::ReactToMessage { message_id: told, emoji: Some("👍".to_owned()) }).await;
        done(&world, &chen, change(false)).await;
        say(&world, &wang, room, "现在可以了").await;
    }

    async fn read_marks_move_forward_on_all_devices_of_a_person(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let tablet = world.join(&sun, sun.wang_mei).await;
        let room = RoomId::of_community(sun.id);
        for at in 0..5 {
            say(&world, &li, room, &format!("第{at}")).await;
        }
        let mark = async |device| {
            let marks: Vec<RoomMark> = held(&world, device, Scope::Person(sun.wang_mei), Entity::RoomMark).await;
            marks.first().map(|mark| (mark.read, mark.tell))
        };
        assert_eq!(mark(&wang).await, None);
        for (device, number) in [(&wang, 3), (&tablet, 2), (&wang, 99), (&tablet, 4)] {
            done(&world, device, Action::ReadRoom { room_id: room, number }).await;
        }
        done(&world, &tablet, Action::TellOfRoom { room_id: room, tell: Tell::None }).await;
        assert_eq!(mark(&wang).await, Some((5, Tell::None)), "the furthest, and no further than there is");
        assert!(held::<RoomMark>(&world, &li, Scope::Person(sun.li_qiang), Entity::RoomMark).await.is_empty());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn two_talk_alone_and_only_after_they_have_met(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId::of_two(sun.wang_mei, sun.li_qiang);
        let open = |other| Action::OpenRoom { room_id: room, person_id: Some(other) };
        assert_eq!(refused(&world, &wang, open(sun.li_qiang)).await, Code::NotFound, "nobody is found by trying");
        say(&world, &li, RoomId::of_community(sun.id), "大家好").await;
        let wrong = Action::OpenRoom { room_id: RoomId(new_id()), person_id: Some(sun.li_qiang) };
        assert_eq!(refused(&world, &wang, wrong).await, Code::InvalidInput);
        // Begun and written in one batch, and from both sides at once.
        let batch = vec![open(sun.li_qiang), Action::SendMessage { message: new_message(room, said("李师傅好")) }];
        assert!(world.ops(&wang, batch).await.iter().all(is_done));
        done(&world, &li, open(sun.wang_mei)).await;
        say(&world, &li, room, "你好").await;
        for device in [&wang, &li] {
            assert_eq!(words(&world, device, room).await, ["李师傅好", "你好"]);
        }
        let others = [sun.grandma, sun.chen_jing, sun.lin];
        for person in others {
            assert!(!follows(&world, &world.join(&sun, person).await, room).await);
        }
        let stranger = world.join(&world.moon.clone(), world.moon.wang_mei).await;
        let theirs = Action::OpenRoom {
            room_id: RoomId::of_two(world.moon.wang_mei, sun.li_qiang),
            person_id: Some(sun.li_qiang),
        };
        assert_eq!(refused(&world, &stranger, theirs).await, Code::NotFound);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_is_blocked_is_not_heard_and_does_not_learn_of_it(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let everybody = RoomId::of_community(sun.id);
        say(&world, &wang, everybody, "早").await;
        say(&world, &li, everybody, "早").await;
        let before = snapshot(&world, &li).await;
        let block = |blocked| Action::BlockPerson { person_id: sun.li_qiang, blocked };
        done(&world, &wang, block(true)).await;
        done(&world, &wang, block(true)).await;
        assert_eq!(before, snapshot(&world, &li).await, "nothing reaches the other of it");
        let room = begin(&world, &li, sun.li_qiang, sun.wang_mei).await;
        say(&world, &li, room, "在吗").await;
        assert_eq!(words(&world, &li, room).await, ["在吗"]);
        assert!(!follows(&world, &wang, room).await);
        let own = RoomId(new_id());
        done(&world, &li, Action::SaveRoom { room_id: own, content: content("钓鱼", false) }).await;
        done(&world, &li, Action::InviteToRoom { room_id: own, person_id: sun.wang_mei }).await;
        assert_eq!(seat(&world, &wang, sun.wang_mei, own).await, None);
        done(&world, &wang, block(false)).await;
        assert_eq!(words(&world, &wang, room).await, ["在吗"]);
        done(&world, &wang, block(true)).await;
        assert!(!follows(&world, &wang, room).await, "and it leaves the device again");
        // What the office has to say must be heard.
        let chen = world.join(&sun, sun.chen_jing).await;
        say(&world, &chen, everybody, "停水").await;
        let office = Action::BlockPerson { person_id: sun.chen_jing, blocked: true };
        assert_eq!(refused(&world, &wang, office).await, Code::NotAllowed);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn an_interest_room_is_open_or_by_invitation(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let room = RoomId(new_id());
        let save = |open| Action::SaveRoom { room_id: room, content: content("太极", open) };
        let nameless = Action::SaveRoom { room_id: RoomId(new_id()), content: content(" ", true) };
        assert_eq!(refused(&world, &wang, nameless).await, Code::InvalidInput);
        done(&world, &wang, save(false)).await;
        let cards = async || held::<RoomCard>(&world, &li, Scope::Community(sun.id), Entity::RoomCard).await;
        assert_eq!(cards().await, []);
        let enter = || Action::EnterRoom { room_id: room };
        assert_eq!(refused(&world, &li, enter()).await, Code::NotFound);
        say(&world, &li, RoomId::of_community(sun.id), "谁打太极？").await;
        let invite = || Action::InviteToRoom { room_id: room, person_id: sun.li_qiang };
        done(&world, &wang, invite()).await;
        let invited = seat(&world, &li, sun.li_qiang, room).await.unwrap();
        let invitation = invited.invitation.unwrap();
        assert_eq!((invited.state, invitation.by.as_str()), (SeatState::Invited, "王梅"));
        assert_eq!(invitation.by_id, Some(sun.wang_mei), "or who does not hear her could not leave it out");
        assert!(!follows(&world, &li, room).await, "before they have answered");
        done(&world, &li, enter()).await;
        assert_eq!(refused(&world, &li, save(true)).await, Code::NotAllowed);
        let path = format!("/v1/rooms/{room}/people");
        let people: RoomPeople = world.ok(Method::GET, &path, Some(&li.tokens.access), None::<&()>).await;
        assert_eq!(people.people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["李强", "王梅"]);
        // Open to all, and closed again: the card comes and goes.
        done(&world, &wang, save(true)).await;
        assert_eq!(cards().await.len(), 1);
        let grandma = world.join(&sun, sun.grandma).await;
        done(&world, &grandma, enter()).await;
        done(&world, &wang, save(false)).await;
        assert_eq!(cards().await, []);
        // Not once somebody has written who knew for whom.
        say(&world, &li, room, "我来").await;
        assert_eq!(refused(&world, &wang, save(true)).await, Code::InvalidInput);
        // Let go: the history leaves the device, and they do not come back by themselves.
        done(&world, &wang, Action::RemoveFromRoom { room_id: room, person_id: sun.li_qiang }).await;
        assert!(!follows(&world, &li, room).await);
        assert_eq!(refused(&world, &li, enter()).await, Code::NotAllowed);
        assert_eq!(refused(&world, &li, Action::SendMessage { message: new_message(room, said("喂")) }).await, Code::NotFound);
        done(&world, &grandma, Action::LeaveRoom { room_id: room }).await;
        assert!(!follows(&world, &grandma, room).await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn the_office_is_written_to_by_one_and_answers_as_all(world) {
        let sun = world.sun.clone();
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let room = RoomId::of_office(sun.wang_mei);
        done(&world, &wang, Action::OpenRoom { room_id: room, person_id: None }).await;
        say(&world, &wang, room, "账单怎么算的？").await;
        let zhao = world.join(&sun, sun.zhao).await;
        for staff in [&chen, &zhao] {
            let seen: Vec<linli_wire::chat::Message> =
                held(&world, staff, Scope::Staff(sun.id), Entity::Message).await;
            assert_eq!(seen[0].content.words(), "账单怎么算的？");
        }
        say(&world, &chen, room, "按面积").await;
        done(&world, &zhao, Action::ReadRoom { room_id: room, number: 2 }).await;
        assert_eq!(words(&world, &wang, room).await, ["账单怎么算的？", "按面积"]);
        for person in [sun.grandma, sun.li_qiang] {
            let device = world.join(&sun, person).await;
            assert!(!follows(&world, &device, room).await);
            let theirs = Action::OpenRoom { room_id: room, person_id: None };
            assert_eq!(refused(&world, &device, theirs).await, Code::InvalidInput);
        }
        // About a bill, if it is one of theirs.
        let bill = |id| {
            let about = Some(About::Bill { id, number: "B-1".to_owned() });
            let content = MessageContent::Said { words: String::new(), files: Vec::new(), about };
            Action::SendMessage { message: new_message(room, content) }
        };
        assert_eq!(refused(&world, &wang, bill(BillId(new_id()))).await, Code::InvalidInput);
        let theirs = crate::payments::credited(&world, &sun, &chen, "物业费").await;
        done(&world, &wang, bill(theirs)).await;
        let last = messages(&world, &wang, room).await.pop().unwrap();
        assert!(matches!(last.content, MessageContent::Said { about: Some(About::Bill { id, .. }), .. } if id == theirs));
        // The office begins as well.
        let li = world.join(&sun, sun.li_qiang).await;
        let other = RoomId::of_office(sun.li_qiang);
        done(&world, &chen, Action::OpenRoom { room_id: other, person_id: Some(sun.li_qiang) }).await;
        say(&world, &chen, other, "您好").await;
        assert_eq!(words(&world, &li, other).await, ["您好"]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn those_who_wait_for_the_same_repair_have_a_room(world) {
        let sun = world.sun.clone();
        let ground = crate::repairs::ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let place = RepairPlace::Area { area_id: ground.gate };
        let id = crate::repairs::reported(&world, &wang, place, "电梯停了").await;
        let room = RoomId::of_repair(id);
        assert!(!follows(&world, &wang, room).await, "one alone needs none");
        done(&world, &grandma, Action::JoinRepair { repair_id: id }).await;
        say(&world, &grandma, room, "我在十二楼").await;
        assert_eq!(words(&world, &wang, room).await, ["我在十二楼"]);
        let li = world.join(&sun, sun.li_qiang).await;
        assert!(!follows(&world, &li, room).await);
        done(&world, &wang, Action::LeaveRoom { room_id: room }).await;
        assert!(!follows(&world, &wang, room).await);
        done(&world, &wang, Action::EnterRoom { room_id: room }).await;
        assert_eq!(refused(&world, &li, Action::EnterRoom { room_id: room }).await, Code::NotFound);
        // A neighbour reports the same: taken for its double, they come into the same room.
        let double = crate::repairs::reported(&world, &li, place, "电梯又停了").await;
        crate::repairs::acted(&world, &chen, double, RepairAct::Merge { into: id }).await;
        assert_eq!(words(&world, &li, room).await, ["我在十二楼"]);
        // With the repair its room is closed, and it opens again when the repair goes on.
        say(&world, &li, room, "我也在等").await;
        let refuse = RepairAct::Refuse { words: "明年换新的".to_owned() };
        crate::repairs::acted(&world, &chen, id, refuse).await;
        let late = Action::SendMessage { message: new_message(room, said("为什么？")) };
        assert_eq!(refused(&world, &li, late).await, Code::NotAllowed);
        assert_eq!(words(&world, &wang, room).await, ["我在十二楼", "我也在等"], "it is read on");
        let rooms: Vec<Room> = held(&world, &grandma, Scope::Room(room), Entity::Room).await;
        assert!(rooms[0].closed);
        let object = RepairAct::Dispute { words: "不能等到明年".to_owned(), photos: Vec::new() };
        crate::repairs::acted(&world, &wang, id, object).await;
        say(&world, &li, room, "同意").await;
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn in_as_many_rooms_as_one_may_be_nothing_else_is_refused(world) {
        const ROOMS: usize = 400;
        let sun = world.sun.clone();
        crate::repairs::ground(&world).await;
        let mut wang = world.join(&sun, sun.wang_mei).await;
        for number in 0..ROOMS {
            if number % 10 == 0 {
                world.later(25 * 60 * 60 * 1000);
                wang = world.join(&sun, sun.wang_mei).await;
            }
            let save = Action::SaveRoom { room_id: RoomId(new_id()), content: content("棋", false) };
            done(&world, &wang, save).await;
        }
        world.later(25 * 60 * 60 * 1000);
        wang = world.join(&sun, sun.wang_mei).await;
        let (lin, grandma) = (world.join(&sun, sun.lin).await, world.join(&sun, sun.grandma).await);
        let more = Action::SaveRoom { room_id: RoomId(new_id()), content: content("棋", false) };
        assert_eq!(refused(&world, &wang, more).await, Code::TooManyTries);
        // What was decided about them where they live is noted, and nobody who waits with them for a repair is held up.
        let everybody = RoomId::of_community(sun.id);
        done(&world, &wang, Action::AgreeToRules { room_id: everybody, edition: 1 }).await;
        let message_id = say(&world, &wang, everybody, "广告").await;
        let mute = NewModeration {
            id: ModerationId(new_id()),
            message_id,
            decided: None,
            measure: Measure::Mute { days: 1 },
            why: "广告".to_owned(),
            rule: "不发广告".to_owned(),
        };
        done(&world, &lin, Action::Moderate { moderation: mute }).await;
        let place = RepairPlace::Building { building_id: sun.building_3 };
        let id = crate::repairs::reported(&world, &wang, place, "电梯停了").await;
        done(&world, &grandma, Action::JoinRepair { repair_id: id }).await;
        let room = RoomId::of_repair(id);
        assert!(follows(&world, &grandma, room).await && !follows(&world, &wang, room).await);
        let enter = || Action::EnterRoom { room_id: room };
        assert_eq!(refused(&world, &wang, enter()).await, Code::TooManyTries);
        let rooms: Vec<RoomSeat> = held(&world, &wang, Scope::Person(sun.wang_mei), Entity::RoomSeat).await;
        let one = rooms.iter().find(|seat| seat.state == SeatState::In && seat.room_id != everybody).unwrap();
        done(&world, &wang, Action::LeaveRoom { room_id: one.room_id }).await;
        done(&world, &wang, enter()).await;
        assert!(follows(&world, &wang, room).await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_moved_out_waits_for_no_repair_and_comes_into_no_room(world) {
        let sun = world.sun.clone();
        let ground = crate::repairs::ground(&world).await;
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let place = RepairPlace::Area { area_id: ground.gate };
        let id = crate::repairs::reported(&world, &wang, place, "电梯停了").await;
        let (community, person) = (sun.id, sun.wang_mei);
        world.app.db.write(move |tx| linli_server::community::leave(tx, community, person, "test").map(drop)).await.unwrap();
        done(&world, &grandma, Action::JoinRepair { repair_id: id }).await;
        let room = RoomId::of_repair(id);
        let seats = world.app.db.read(move |tx| {
            let rows = tx.query("SELECT person_id FROM room_seat WHERE community_id = $1 AND room_id = $2", params![community, room])?;
            rows.iter().map(|row| Ok(row.get(0)?)).collect::<Result<Vec<PersonId>, linli_server::Error>>()
        });
        assert_eq!(seats.await.unwrap(), [sun.grandma]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_is_here_begins_with_the_first_names_and_leaves_out_who_moved_out(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let room = RoomId(new_id());
        done(&world, &wang, Action::SaveRoom { room_id: room, content: content("棋", false) }).await;
        let (community, household) = (sun.id, sun.li);
        let sit = move |tx: &mut linli_server::db::Tx<'_>| {
            // The last by name are the first by id.
            for number in (0..=500_usize).rev() {
                let id = PersonId(new_id());
                let name = format!("{number:03}");
                let one = crate::world::person(id, 1000 + number, &name, linli_wire::community::Role::Resident, Some(household));
                linli_server::community::put_person(tx, community, &one, "")?;
                tx.execute(
                    "INSERT INTO room_seat (community_id, room_id, person_id, version, state, agreed) VALUES ($1, $2, $3, 1, 'in', 0)",
                    params![community, room, id],
                )?;
                if number == 0 {
                    linli_server::community::leave(tx, community, id, "test")?;
                }
            }
            Ok(())
        };
        world.app.db.write(sit).await.unwrap();
        let path = format!("/v1/rooms/{room}/people");
        let found: RoomPeople = world.ok(Method::GET, &path, Some(&wang.tokens.access), None::<&()>).await;
        let names: Vec<String> = found.people.into_iter().map(|one| one.name).collect();
        assert_eq!(names, (1..=500).map(|number| format!("{number:03}")).collect::<Vec<_>>());
        assert_eq!(found.total, 501, "five hundred and the one who made the room");
    }
}
