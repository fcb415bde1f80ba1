//! Reports, measures, appeals, and the log of all of it.

use linli_wire::{
    Code,
    chat::{
        Complaint, Duty, Measure, MessageContent, Moderation, Moderator, NewModeration, ReportedMessage,
        RoomKind,
    },
    id::{MessageId, ModerationId, RoomId},
    ops::Action,
    sync::{Entity, Scope},
};

use super::prepared::{
    begin, done, findings, held, is_done, messages, new_message, refused, said, say, words,
};
use crate::{
    both,
    device::{Live, snapshot},
    world::new_id,
};

fn report(message_id: MessageId, words: &str) -> Action {
    let complaint = if words.is_empty() { Complaint::Insult } else { Complaint::Other };
    Action::ReportMessage { message_id, complaint, words: words.to_owned() }
}

fn measure(message_id: MessageId, measure: Measure) -> NewModeration {
    let (why, rule) = ("骂人".to_owned(), "好好说话".to_owned());
    NewModeration { id: ModerationId(new_id()), message_id, decided: None, measure, why, rule }
}

both! {
    async fn moderators_are_named_by_the_manager_and_known_to_all(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let chen = world.join(&sun, sun.chen_jing).await;
        let keepers = Scope::Moderators(sun.id);
        let name = |duty| Action::NameModerator { person_id: sun.wang_mei, duty };
        for device in [&wang, &chen] {
            assert_eq!(refused(&world, device, name(Some(Duty::Moderate))).await, Code::NotAllowed);
        }
        let foreign = Action::NameModerator { person_id: world.moon.wang_mei, duty: Some(Duty::Moderate) };
        assert_eq!(refused(&world, &lin, foreign).await, Code::NotFound);
        let id = say(&world, &li, RoomId::of_community(sun.id), "傻").await;
        done(&world, &wang, report(id, "")).await;
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        assert!(!live.cache.0.contains_key(&keepers));
        done(&world, &lin, name(Some(Duty::Read))).await;
        live.until(|cache| cache.0.contains_key(&keepers)).await;
        let act = Action::Moderate { moderation: measure(id, Measure::Hide) };
        assert_eq!(refused(&world, &wang, act.clone()).await, Code::NotAllowed, "who reads does not decide");
        let known: Vec<Moderator> = held(&world, &li, Scope::Community(sun.id), Entity::Moderator).await;
        assert_eq!(known.iter().map(|one| (one.id, one.duty)).collect::<Vec<_>>(), [(sun.wang_mei, Duty::Read)]);
        done(&world, &lin, name(None)).await;
        live.until(|cache| !cache.0.contains_key(&keepers)).await;
        for device in [&li, &chen] {
            assert!(!snapshot(&world, device).await.0.contains_key(&keepers));
            assert_eq!(refused(&world, device, act.clone()).await, Code::NotAllowed);
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_report_comes_with_its_context_and_without_who_made_it(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let room = RoomId::of_community(sun.id);
        let mut said = Vec::new();
        for at in 0..12 {
            said.push(say(&world, &li, room, &format!("第{at}句")).await);
        }
        assert_eq!(refused(&world, &li, report(said[6], "")).await, Code::NotAllowed, "one's own");
        assert_eq!(refused(&world, &wang, Action::ReportMessage { message_id: said[6], complaint: Complaint::Other, words: " ".to_owned() }).await, Code::InvalidInput);
        for _ in 0..2 {
            done(&world, &wang, report(said[6], "吵")).await;
        }
        let cases: Vec<ReportedMessage> = held(&world, &lin, Scope::Moderators(sun.id), Entity::ReportedMessage).await;
        assert_eq!((cases.len(), cases[0].complaints.len()), (1, 1));
        assert_eq!(cases[0].context.iter().map(|m| m.number).collect::<Vec<_>>(), [3, 4, 5, 6, 8, 9, 10, 11]);
        let text = serde_json::to_string(&cases).unwrap();
        assert!(!text.contains(&sun.wang_mei.to_string()), "nobody learns who reported");
        // Not by the thousand.
        let mut refusals = 0;
        for id in &said[..11] {
            let outcome = world.ops(&wang, vec![report(*id, "")]).await;
            refusals += usize::from(!is_done(&outcome[0]));
        }
        assert_eq!(refusals, 1, "ten a day");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn of_two_who_decide_about_one_case_at_once_the_first_is_heard(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let grandma = world.join(&sun, sun.grandma).await;
        done(&world, &lin, Action::NameModerator { person_id: sun.grandma, duty: Some(Duty::Moderate) }).await;
        for round in 0..4 {
            let id = say(&world, &li, RoomId::of_community(sun.id), &format!("傻{round}")).await;
            done(&world, &wang, report(id, "")).await;
            let (warn, hide) = (measure(id, Measure::Warn), measure(id, Measure::Hide));
            let (one, other) = tokio::join!(
                world.ops(&grandma, vec![Action::Moderate { moderation: warn.clone() }]),
                world.ops(&lin, vec![Action::Moderate { moderation: hide.clone() }]),
            );
            let warned = is_done(&one[0]);
            assert_ne!(warned, is_done(&other[0]), "one of the two: {one:?} {other:?}");
            let (first, second, keeper) = if warned { (warn, hide, &lin) } else { (hide, warn, &grandma) };
            assert_eq!(refused(&world, keeper, Action::Moderate { moderation: second.clone() }).await, Code::Conflict);
            // Who has seen what was decided may add to it.
            let added = NewModeration { id: ModerationId(new_id()), decided: Some(first.id), ..second };
            for _ in 0..2 {
                done(&world, keeper, Action::Moderate { moderation: added.clone() }).await;
            }
            let acts: Vec<Moderation> = held(&world, &lin, Scope::Moderators(sun.id), Entity::Moderation).await;
            let about = acts.iter().filter(|act| act.message_id == id).map(|act| act.id);
            assert_eq!(about.collect::<std::collections::BTreeSet<_>>(), [first.id, added.id].into());
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_is_done_is_told_with_its_rule_and_can_be_taken_back(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let grandma = world.join(&sun, sun.grandma).await;
        done(&world, &lin, Action::NameModerator { person_id: sun.grandma, duty: Some(Duty::Moderate) }).await;
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &li, room, "你这个傻瓜").await;
        done(&world, &wang, report(id, "")).await;
        for (why, rule) in [("", "好好说话"), ("骂人", " ")] {
            let moderation = NewModeration { why: why.to_owned(), rule: rule.to_owned(), ..measure(id, Measure::Warn) };
            assert_eq!(refused(&world, &grandma, Action::Moderate { moderation }).await, Code::InvalidInput);
        }
        for days in [0, 91] {
            let act = Action::Moderate { moderation: measure(id, Measure::Mute { days }) };
            assert_eq!(refused(&world, &grandma, act).await, Code::InvalidInput);
        }
        let act = measure(id, Measure::Mute { days: 3 });
        for _ in 0..2 {
            done(&world, &grandma, Action::Moderate { moderation: act.clone() }).await;
        }
        let hidden = messages(&world, &wang, room).await.remove(0);
        assert_eq!(hidden.content, MessageContent::Hidden { rule: "好好说话".to_owned() });
        assert_eq!(refused(&world, &li, Action::SendMessage { message: new_message(room, said("凭什么")) }).await, Code::NotAllowed);
        assert_eq!(refused(&world, &li, Action::ReactToMessage { message_id: id, emoji: Some("😢".to_owned()) }).await, Code::NotAllowed);
        say(&world, &li, RoomId::of_building(sun.building_1), "别处还能说").await;
        let told: Vec<Moderation> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::Moderation).await;
        assert_eq!((told[0].measure, told[0].rule.as_str(), told[0].words.as_str()), (Measure::Mute { days: 3 }, "好好说话", "你这个傻瓜"));
        assert!(told[0].by.is_none(), "not by whom");
        let log: Vec<Moderation> = held(&world, &lin, Scope::Moderators(sun.id), Entity::Moderation).await;
        assert_eq!(log[0].by.as_ref().unwrap().id, sun.grandma);
        // The appeal: once, by whom it concerns, answered by another.
        let appeal = |words: &str| Action::Appeal { moderation_id: act.id, words: words.to_owned() };
        assert_eq!(refused(&world, &wang, appeal("我替他说")).await, Code::NotFound);
        done(&world, &li, appeal("开玩笑的")).await;
        assert_eq!(refused(&world, &li, appeal("再说一次")).await, Code::Conflict);
        let answer = |lift| Action::AnswerAppeal { moderation_id: act.id, lift, words: "算了".to_owned() };
        assert_eq!(refused(&world, &grandma, answer(false)).await, Code::NotAllowed, "who decided");
        assert_eq!(refused(&world, &li, answer(true)).await, Code::NotAllowed);
        for _ in 0..2 {
            done(&world, &lin, answer(true)).await;
        }
        assert_eq!(refused(&world, &lin, answer(false)).await, Code::Conflict);
        assert_eq!(words(&world, &wang, room).await, ["你这个傻瓜"], "it stands again");
        say(&world, &li, room, "对不起").await;
        let told: Vec<Moderation> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::Moderation).await;
        let answer = told[0].appeal.as_ref().unwrap().answer.as_ref().unwrap();
        assert!(answer.lifted && answer.by.is_none());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_is_let_go_from_a_room_loses_its_history(world) {
        let sun = world.sun.clone();
        let (li, lin) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &li, room, "滚").await;
        let mut live = Live::open(&world, &li, None).await.unwrap();
        live.until(|cache| cache.0.contains_key(&Scope::Room(room))).await;
        let act = measure(id, Measure::Remove);
        done(&world, &lin, Action::Moderate { moderation: act.clone() }).await;
        live.until(|cache| !cache.0.contains_key(&Scope::Room(room))).await;
        assert_eq!(refused(&world, &li, Action::SendMessage { message: new_message(room, said("又来")) }).await, Code::NotFound);
        // The manager is alone, so that they answer themselves.
        done(&world, &li, Action::Appeal { moderation_id: act.id, words: "错了".to_owned() }).await;
        done(&world, &lin, Action::AnswerAppeal { moderation_id: act.id, lift: true, words: "好".to_owned() }).await;
        live.until(|cache| cache.0.contains_key(&Scope::Room(room))).await;
        assert_eq!(live.cache, snapshot(&world, &li).await);
    }

    async fn a_talk_of_two_is_seen_by_moderators_only_when_one_reports_it(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        say(&world, &li, RoomId::of_community(sun.id), "早").await;
        let room = begin(&world, &wang, sun.wang_mei, sun.li_qiang).await;
        let id = say(&world, &li, room, "你等着").await;
        let act = Action::Moderate { moderation: measure(id, Measure::Hide) };
        assert_eq!(refused(&world, &lin, act.clone()).await, Code::NotFound);
        done(&world, &wang, report(id, "")).await;
        assert_eq!(refused(&world, &lin, Action::Moderate { moderation: measure(id, Measure::Remove) }).await, Code::NotAllowed);
        done(&world, &lin, act).await;
        assert_eq!(messages(&world, &wang, room).await[0].content, MessageContent::Hidden { rule: "好好说话".to_owned() });
        // Taken back by its author, it does not come back with an appeal.
        let mine = say(&world, &lin, RoomId::of_community(sun.id), "我的").await;
        let own = Action::Moderate { moderation: measure(mine, Measure::Hide) };
        assert_eq!(refused(&world, &lin, own).await, Code::NotAllowed, "nobody decides about their own words");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_was_edited_after_a_report_is_kept_with_the_next_one(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let (grandma, chen) = (world.join(&sun, sun.grandma).await, world.join(&sun, sun.chen_jing).await);
        let room = RoomId::of_community(sun.id);
        let id = say(&world, &li, room, "真吵").await;
        done(&world, &wang, report(id, "")).await;
        let edit = |words: &str| Action::EditMessage { message_id: id, words: words.to_owned() };
        done(&world, &li, edit("你等着")).await;
        done(&world, &grandma, report(id, "")).await;
        done(&world, &li, edit("真吵")).await;
        let case = async || held::<ReportedMessage>(&world, &lin, Scope::Moderators(sun.id), Entity::ReportedMessage).await.remove(0);
        let said_in = |case: &ReportedMessage| {
            let all = std::iter::once(&case.message).chain(&case.later);
            all.map(|message| message.content.words().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(said_in(&case().await), ["真吵", "你等着"], "what was there at each report");
        let act = measure(id, Measure::Warn);
        done(&world, &lin, Action::Moderate { moderation: act }).await;
        let told: Vec<Moderation> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::Moderation).await;
        assert_eq!(told[0].words, "你等着", "it is about what was reported last");
        done(&world, &chen, report(id, "")).await;
        assert_eq!(said_in(&case().await), ["真吵", "你等着", "真吵"]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_decides_from_outside_learns_where_it_was_said_and_by_whom(world) {
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        say(&world, &li, RoomId::of_community(sun.id), "早").await;
        let room = begin(&world, &wang, sun.wang_mei, sun.li_qiang).await;
        say(&world, &wang, room, "你说什么？").await;
        let id = say(&world, &li, room, "你等着").await;
        done(&world, &wang, report(id, "")).await;
        let case: ReportedMessage = held(&world, &lin, Scope::Moderators(sun.id), Entity::ReportedMessage).await.remove(0);
        let room = case.room.unwrap();
        assert!(matches!(room.kind, RoomKind::Direct { persons } if persons.contains(&sun.li_qiang)));
        let mut names: Vec<&str> = case.names.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["李强", "王梅"]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_was_taken_back_can_be_reported_for_three_days(world) {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let sun = world.sun.clone();
        let (wang, li, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.lin).await);
        let room = RoomId::of_community(sun.id);
        let cases = async |device| held::<ReportedMessage>(&world, device, Scope::Moderators(sun.id), Entity::ReportedMessage).await;
        let (id, late) = (say(&world, &li, room, "你等着").await, say(&world, &li, room, "傻").await);
        for message_id in [id, late] {
            done(&world, &li, Action::DeleteMessage { message_id }).await;
        }
        done(&world, &wang, report(id, "")).await;
        let case = cases(&lin).await.remove(0);
        assert_eq!(case.message.content.words(), "你等着");
        assert_eq!(messages(&world, &wang, room).await[0].content, MessageContent::Deleted, "to everybody else it is gone");
        done(&world, &lin, Action::Moderate { moderation: measure(id, Measure::Warn) }).await;
        let told: Vec<Moderation> = held(&world, &li, Scope::Person(sun.li_qiang), Entity::Moderation).await;
        assert_eq!(told[0].words, "你等着");
        // The same words once more are decided about already.
        let grandma = world.join(&sun, sun.grandma).await;
        done(&world, &grandma, report(id, "")).await;
        let case = cases(&lin).await.remove(0);
        assert!(case.decided.is_some() && case.complaints.len() == 2);
        world.later(3 * DAY);
        let wang = world.join(&sun, sun.wang_mei).await;
        assert_eq!(refused(&world, &wang, report(late, "")).await, Code::Conflict, "its time is over");
        world.app.db.write(linli_server::chat::forget_taken_back).await.unwrap();
        let left = world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM taken_back", &[])?.get::<u32>(0)?));
        assert_eq!(left.await.unwrap(), 0);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
