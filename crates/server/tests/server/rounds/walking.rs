//! What is found at a point: once, by the first who says it, with the repair that comes of it.

use linli_wire::{
    Code, Timestamp,
    id::{RepairCategoryId, RepairId, RoundId, RoundPlanId, RoundPointId},
    ops::{Action, Outcome},
    repairs::{RepairPlace, Urgency},
    rounds::{Found, Round, RoundState},
    sync::Entity,
};

use super::prepared::{DAY_MS, answer, broken, fine, inspection, plan, point, rounds_of, save, tend};
use crate::{
    both,
    repairs::{
        card, category, current, file, findings, ground, heard, is_done, one, photo, refusal, report, seen,
    },
    world::{Device, START, World, new_id, op},
};

/// A round with two points, as Chen Jing planned it.
async fn due(world: &World, chen: &Device) -> Round {
    let building = world.sun.building_3;
    let id = RoundPlanId(new_id());
    let content = plan(vec![point(building, "一号电梯"), point(building, "二号电梯")]);
    assert!(is_done(&one(world, chen, save(id, 0, content)).await));
    tend(world).await;
    rounds_of(world, id).await.remove(0)
}

async fn now(world: &World, round: &Round) -> Round {
    rounds_of(world, round.plan_id).await.into_iter().find(|other| other.id == round.id).unwrap()
}

both! {
    async fn what_fails_becomes_one_repair_with_the_same_commit(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen, zhao) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.zhao).await);
        let round = due(&world, &chen).await;
        let repair = RepairId(new_id());
        let picture = photo(&world, &zhao).await;
        let mut action = inspection(round.id, round.points[0].id, broken("关不严"), Some(repair));
        if let Action::InspectPoint { photos, urgency, .. } = &mut action {
            *photos = vec![picture.clone()];
            *urgency = Urgency::Urgent;
        }
        let same = op(&world, action.clone());
        for outcome in world.ops_as_they_are(&zhao, vec![same.clone(), same.clone()]).await {
            assert!(is_done(&outcome), "{outcome:?}");
        }
        // And once more as another operation, as a device does that joined anew.
        assert!(is_done(&one(&world, &zhao, action.clone()).await));
        let there = now(&world, &round).await;
        assert_eq!((there.version, there.state, there.results.len()), (2, RoundState::Open, 1));
        let result = &there.results[0];
        assert_eq!((result.by.name.as_str(), result.scanned, result.repair_id), ("赵建国", true, Some(repair)));
        let made = current(&world, repair).await;
        assert_eq!(made.report.words, "巡检“电梯周检”：一号电梯\n– 门能关上：关不严");
        assert_eq!((made.report.category.as_str(), made.report.urgency, made.version), ("plumbing", Urgency::Urgent, 1));
        assert_eq!((made.report.photos[0].id, made.promise.is_some()), (picture.id, true));
        assert_eq!(made.report.place, RepairPlace::Building { building_id: sun.building_3 });
        // Residents see the repair like any other of the building, and nothing of the round.
        assert!(card(&world, &wang, repair).await.is_some());
        assert!(seen(&world, &chen, repair).await.is_some());
        assert!(heard::<Round>(&world, &chen, Entity::Round, round.id.0).await.is_some());
        assert!(heard::<Round>(&world, &wang, Entity::Round, round.id.0).await.is_none());
        // Somebody else was there, too: the first one counts, and no second repair is made.
        let second = RepairId(new_id());
        let later = one(&world, &chen, inspection(round.id, round.points[0].id, broken("真的关不严"), Some(second))).await;
        let Outcome::Refused { error } = &later else { panic!("{later:?}") };
        let stands: Round = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((error.code, stands.results[0].repair_id), (Code::Conflict, Some(repair)));
        assert!(seen(&world, &chen, second).await.is_none());
        // The last point makes it done.
        assert!(is_done(&one(&world, &zhao, inspection(round.id, round.points[1].id, fine(), None)).await));
        assert_eq!(now(&world, &round).await.state, RoundState::Done);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn two_at_the_same_moment_make_one_result(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (chen, zhao) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.zhao).await);
        let round = due(&world, &chen).await;
        let at = |device| {
            let action = inspection(round.id, round.points[0].id, broken("坏了"), Some(RepairId(new_id())));
            let world = &world;
            async move { one(world, device, action).await }
        };
        let (a, b) = futures_util::future::join(at(&zhao), at(&chen)).await;
        assert_eq!([&a, &b].into_iter().filter(|outcome| is_done(outcome)).count(), 1, "{a:?} {b:?}");
        assert_eq!(now(&world, &round).await.results.len(), 1);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn every_kind_of_wrong_inspection_is_refused_and_changes_nothing(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let round = due(&world, &chen).await;
        let point = round.points[0].id;
        let at = |answers, repair| inspection(round.id, point, answers, repair);
        let id = || Some(RepairId(new_id()));
        assert_eq!(refusal(&one(&world, &wang, at(fine(), None)).await).0, Code::NotAllowed);
        let nowhere = inspection(RoundId(new_id()), point, fine(), None);
        assert_eq!(refusal(&one(&world, &chen, nowhere).await).0, Code::NotFound);
        let said = |found| vec![answer(1, found), answer(2, Found::Fine)];
        let mut pictured = at(fine(), None);
        if let Action::InspectPoint { photos, .. } = &mut pictured {
            *photos = vec![photo(&world, &chen).await];
        }
        let mut strange = at(broken("坏"), id());
        if let Action::InspectPoint { photos, .. } = &mut strange {
            *photos = vec![photo(&world, &wang).await];
        }
        for (field, action) in [
            ("point_id", inspection(round.id, RoundPointId(new_id()), fine(), None)),
            ("answers", at(vec![answer(1, Found::Fine)], None)),
            ("answers", at(vec![answer(1, Found::Fine), answer(1, Found::Fine)], None)),
            ("answers", at([fine(), fine()].concat(), None)),
            ("answers.words", at(broken(" \u{200B} "), id())),
            ("answers.words", at(broken(&"长".repeat(301)), id())),
            ("answers.words", at(broken("铃\u{7}"), id())),
            ("answers.words", at(said(Found::NotPossible { words: String::new() }), None)),
            ("repair_id", at(fine(), id())),
            ("repair_id", at(broken("坏"), None)),
            ("repair_id", at(said(Found::NotPossible { words: "锁着".to_owned() }), id())),
            ("photos", pictured),
            // Whoever could name the files of others could read them.
            ("attachments", strange),
        ] {
            let outcome = one(&world, &chen, action.clone()).await;
            assert_eq!(refusal(&outcome), (Code::InvalidInput, field.to_owned()), "{action:?}");
        }
        let taken = RepairId(new_id());
        let home = RepairPlace::Home { unit_id: sun.unit_1201 };
        assert!(is_done(&one(&world, &wang, file(taken, report(home, "漏水"))).await));
        assert_eq!(refusal(&one(&world, &chen, at(broken("坏"), Some(taken))).await).0, Code::OperationReused);
        assert_eq!(now(&world, &round).await.version, 1);
        assert!(is_done(&one(&world, &chen, at(said(Found::NotPossible { words: "锁着".to_owned() }), None)).await));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_is_found_is_kept_though_its_category_is_gone(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let round = due(&world, &chen).await;
        let retire = async |id, base_version, key: &str| {
            let mut content = category(key, None, false);
            content.retired = true;
            assert!(is_done(&one(&world, &chen, Action::SaveRepairCategory { category_id: id, base_version, content }).await));
        };
        retire(places.plumbing, 1, "plumbing").await;
        let other = RepairCategoryId(new_id());
        let content = category("other", None, false);
        assert!(is_done(&one(&world, &chen, Action::SaveRepairCategory { category_id: other, base_version: 0, content }).await));
        let first = RepairId(new_id());
        assert!(is_done(&one(&world, &chen, inspection(round.id, round.points[0].id, broken("坏"), Some(first))).await));
        assert_eq!(current(&world, first).await.report.category, "other", "the most general one");
        // Without it, any that is left.
        retire(other, 1, "other").await;
        let second = RepairId(new_id());
        assert!(is_done(&one(&world, &chen, inspection(round.id, round.points[1].id, broken("坏"), Some(second))).await));
        assert_eq!(current(&world, second).await.report.category, "lights");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_late_walk_is_missed_and_one_that_only_came_in_late_is_done(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (chen, zhao) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.zhao).await);
        let (cellar, roof) = (due(&world, &chen).await, due(&world, &chen).await);
        world.later(4 * DAY_MS);
        tend(&world).await;
        assert_eq!(now(&world, &cellar).await.state, RoundState::Missed);
        let chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        let zhao = Device { tokens: world.refresh(&zhao.refresh_request()).await.unwrap(), ..zhao };
        for point in &cellar.points {
            // There on the first day, and without network until now.
            assert!(is_done(&one(&world, &zhao, inspection(cellar.id, point.id, fine(), None)).await));
        }
        let walked = now(&world, &cellar).await;
        assert_eq!((walked.state, walked.results[0].at), (RoundState::Done, Timestamp(START)));
        assert_eq!(walked.results[0].received_at, world.now());
        for point in &roof.points {
            let mut late = inspection(roof.id, point.id, fine(), None);
            if let Action::InspectPoint { at, .. } = &mut late {
                // A clock that is years ahead was not there in the future.
                *at = Timestamp(i64::MAX);
            }
            assert!(is_done(&one(&world, &chen, late).await));
        }
        let walked = now(&world, &roof).await;
        assert_eq!((walked.state, walked.results.len(), walked.results[0].at), (RoundState::Missed, 2, world.now()));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
