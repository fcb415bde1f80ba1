//! What time does by itself: promises pass, silence confirms, pauses end, old ones leave the office.

use linli_wire::{
    Code, Timestamp,
    ops::Action,
    repairs::{ActKind, RepairAct, RepairPlace, RepairState, Urgency},
    sync::Entity,
};

use super::prepared::{
    act, acted, card, current, findings, finish, ground, hears, is_done, one, refusal, reported, say, seen,
};
use crate::{
    both,
    world::{Device, World},
};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The same device with fresh tokens: hours have passed.
async fn awake(world: &World, device: Device) -> Device {
    Device { tokens: world.refresh(&device.refresh_request()).await.unwrap(), ..device }
}

/// Lets time pass for a server that runs: it looks at its clock every day.
async fn runs(world: &World, millis: i64) {
    for step in std::iter::repeat_n(DAY_MS, (millis / DAY_MS) as usize).chain([millis % DAY_MS]) {
        world.later(step);
        world.app.db.write(linli_server::repairs::tend).await.unwrap();
    }
}

/// Lets time pass, and waits until the server's job has written what was due.
async fn passes(world: &World, millis: i64) {
    let last = millis.min(DAY_MS);
    runs(world, millis - last).await;
    let mut commits = world.app.db.commits();
    world.later(last);
    let told = async {
        loop {
            let commit = commits.recv().await.unwrap();
            if commit.iter().any(|change| change.entity == Entity::Repair) {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), told).await.expect("done when due");
}

both! {
    async fn a_promise_counts_working_hours_and_skips_holidays(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        // Monday 21 September 2026, 22:13 in Shanghai.
        assert_eq!(world.now(), Timestamp(1_790_000_000_000));
        let place = RepairPlace::Home { unit_id: sun.unit_1201 };
        let id = reported(&world, &wang, place, "漏水").await;
        // Eight hours from Tuesday at nine.
        assert_eq!(current(&world, id).await.promise.unwrap().by, Timestamp(1_790_067_600_000));
        // On the eve of a holiday, at five in the afternoon: one hour, and seven on the day after it.
        world.time_set(1_790_758_800_000);
        let wang = awake(&world, wang).await;
        let eve = reported(&world, &wang, place, "又漏").await;
        assert_eq!(current(&world, eve).await.promise.unwrap().by, Timestamp(1_790_928_000_000));
        // Done a minute late is late, also when it is done a second time.
        let chen = awake(&world, chen).await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        assert_eq!(acted(&world, &chen, id, finish("好了")).await.promise.unwrap().kept, Some(false));
        acted(&world, &wang, id, RepairAct::Reopen { words: "没好".to_owned(), photos: vec![] }).await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        assert_eq!(acted(&world, &chen, id, finish("好了")).await.promise.unwrap().kept, Some(false));
        acted(&world, &chen, eve, RepairAct::Accept).await;
        assert_eq!(acted(&world, &chen, eve, finish("好了")).await.promise.unwrap().kept, Some(true));
    }

    async fn silence_confirms_after_the_stated_time_and_not_before(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        let asked = acted(&world, &chen, id, finish("好了")).await;
        assert_eq!(asked.confirm_by, Some(world.now().plus_millis(7 * DAY_MS)));
        runs(&world, 7 * DAY_MS - 1).await;
        assert_eq!(current(&world, id).await.state, RepairState::Done);
        passes(&world, 1).await;
        let silent = current(&world, id).await;
        assert_eq!((silent.state, silent.confirm_by), (RepairState::Fixed, None));
        let last = silent.events.last().unwrap();
        assert_eq!((last.did, last.by.clone()), (ActKind::Confirm, None));
        // Who was away may still say that it is not so, for a month.
        let wang = awake(&world, wang).await;
        let again = RepairAct::Reopen { words: "我不在家".to_owned(), photos: vec![] };
        assert_eq!(acted(&world, &wang, id, again.clone()).await.state, RepairState::Reopened);
        let chen = awake(&world, chen).await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        acted(&world, &chen, id, finish("好了")).await;
        acted(&world, &wang, id, RepairAct::Confirm).await;
        world.later(31 * DAY_MS);
        let wang = awake(&world, wang).await;
        assert_eq!(refusal(&act(&world, &wang, id, again).await), (Code::NotAllowed, "too_late".to_owned()));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_server_that_was_away_gives_people_a_day_to_answer(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let mut asked = Vec::new();
        for words in ["漏水", "又漏", "还漏"] {
            let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, words).await;
            acted(&world, &chen, id, RepairAct::Accept).await;
            acted(&world, &chen, id, finish("好了")).await;
            asked.push(id);
        }
        // Away for nearly a day, nobody is given more time.
        runs(&world, 6 * DAY_MS).await;
        passes(&world, DAY_MS).await;
        assert_eq!(current(&world, asked[0]).await.state, RepairState::Fixed);
        let wang = awake(&world, wang).await;
        let chen = awake(&world, chen).await;
        for id in &asked {
            let again = RepairAct::Reopen { words: "没好".to_owned(), photos: vec![] };
            acted(&world, &wang, *id, again).await;
            acted(&world, &chen, *id, RepairAct::Accept).await;
            acted(&world, &chen, *id, finish("好了")).await;
        }
        // Away for longer, over the time at which silence would have confirmed.
        let told = world.now();
        runs(&world, 5 * DAY_MS).await;
        world.later(3 * DAY_MS);
        world.app.db.write(linli_server::repairs::tend).await.unwrap();
        let back = world.now();
        assert_eq!(back.millis_since(told), 8 * DAY_MS);
        for id in &asked {
            let waits = current(&world, *id).await;
            assert_eq!((waits.state, waits.confirm_by), (RepairState::Done, Some(back.plus_millis(DAY_MS))));
        }
        let wang = awake(&world, wang).await;
        assert_eq!(seen(&world, &wang, asked[0]).await.unwrap().confirm_by, Some(back.plus_millis(DAY_MS)));
        assert_eq!(findings(&world).await, Vec::<String>::new());
        // They use it.
        runs(&world, DAY_MS - 1).await;
        let wang = awake(&world, wang).await;
        acted(&world, &wang, asked[0], RepairAct::Reopen { words: "没好".to_owned(), photos: vec![] }).await;
        acted(&world, &wang, asked[1], RepairAct::Confirm).await;
        assert_eq!(current(&world, asked[2]).await.state, RepairState::Done);
        runs(&world, 1).await;
        assert_eq!(current(&world, asked[0]).await.state, RepairState::Reopened);
        let silent = current(&world, asked[2]).await;
        assert_eq!((silent.state, silent.events.last().unwrap().by.clone()), (RepairState::Fixed, None));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_objects_in_time_is_heard_though_silence_was_faster(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        let turn = acted(&world, &chen, id, finish("好了")).await.turn;
        passes(&world, 7 * DAY_MS).await;
        // Written in the country, where there was no network, on the evening before.
        let wang = awake(&world, wang).await;
        let object = |turn| {
            let act = RepairAct::Reopen { words: "还在漏".to_owned(), photos: vec![] };
            Action::ActOnRepair { repair_id: id, turn, act }
        };
        assert_eq!(refusal(&one(&world, &wang, object(turn - 1)).await).0, Code::Conflict);
        assert!(is_done(&one(&world, &wang, object(turn)).await));
        assert_eq!(current(&world, id).await.state, RepairState::Reopened);
        // What a neighbour or the household has moved since is another race.
        let chen = awake(&world, chen).await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        let turn = acted(&world, &chen, id, finish("好了")).await.turn;
        acted(&world, &wang, id, RepairAct::Confirm).await;
        assert_eq!(refusal(&one(&world, &wang, object(turn)).await).0, Code::Conflict);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_is_late_stays_late_under_another_category(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        let by = current(&world, id).await.promise.unwrap().by;
        world.later(3 * DAY_MS);
        let chen = awake(&world, chen).await;
        let to = |category: &str, urgency| RepairAct::Move { category: category.to_owned(), urgency };
        // Neither a category without a promise nor the way back makes it good.
        for (category, urgency) in [("lights", Urgency::Normal), ("plumbing", Urgency::Urgent)] {
            let moved = acted(&world, &chen, id, to(category, urgency)).await.promise.unwrap();
            assert_eq!((moved.by, moved.kept), (by, Some(false)), "{category}");
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_pause_ends_by_itself_where_it_began(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        let until = world.now().plus_millis(3 * DAY_MS);
        let paused = acted(&world, &chen, id, RepairAct::Pause { until, words: "等配件".to_owned() }).await;
        assert_eq!((paused.state, paused.pause.unwrap().until), (RepairState::Paused, until));
        passes(&world, 3 * DAY_MS).await;
        let resumed = current(&world, id).await;
        assert_eq!((resumed.state, resumed.pause.clone()), (RepairState::Accepted, None));
        assert_eq!(resumed.assignee.unwrap().name, "陈静");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_closed_repair_leaves_the_office_after_ninety_days_and_comes_back_when_spoken_of(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Area { area_id: places.gate }, "门坏了").await;
        let note_id = linli_wire::id::RepairNoteId(crate::world::new_id());
        assert!(is_done(&one(&world, &chen, Action::NoteOnRepair { repair_id: id, note_id, words: "查过".to_owned() }).await));
        acted(&world, &chen, id, RepairAct::Refuse { words: "月底换新门".to_owned() }).await;
        world.later(90 * DAY_MS - 1);
        world.app.db.write(linli_server::repairs::tend).await.unwrap();
        let chen = awake(&world, chen).await;
        assert!(seen(&world, &chen, id).await.is_some());
        passes(&world, 1).await;
        assert!(seen(&world, &chen, id).await.is_none());
        assert!(!hears(&world, &chen, Entity::RepairNotes, id).await);
        let wang = awake(&world, wang).await;
        assert!(seen(&world, &wang, id).await.is_some(), "it stays with those affected");
        assert!(card(&world, &wang, id).await.is_none());
        assert_eq!(findings(&world).await, Vec::<String>::new());
        assert!(is_done(&one(&world, &wang, say(id, "新门什么时候来？", vec![])).await));
        assert!(seen(&world, &chen, id).await.is_some());
        assert!(hears(&world, &chen, Entity::RepairNotes, id).await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
