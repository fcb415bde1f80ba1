//! What a plan must be, and who saves it.

use linli_wire::{
    Code, Localized,
    id::{BuildingId, CommonAreaId, RoundPlanId},
    ops::Outcome,
    repairs::RepairPlace,
    rounds::{Interval, IntervalUnit, MAX_CHECKS, MAX_POINTS, RoundPlan, RoundPlanContent, RoundPoint},
};

use super::prepared::{DAY_MS, plan, plan_of, point, rounds_of, save, tend};
use crate::{
    both,
    repairs::{findings, ground, is_done, one, refusal, zh},
    world::new_id,
};

both! {
    async fn a_plan_is_saved_by_the_office_from_the_version_it_was_made_from(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let id = RoundPlanId(new_id());
        let content = plan(vec![point(sun.building_3, "电梯")]);
        assert_eq!(refusal(&one(&world, &wang, save(id, 0, content.clone())).await).0, Code::NotAllowed);
        assert_eq!(refusal(&one(&world, &chen, save(id, 1, content.clone())).await).0, Code::NotFound);
        assert!(is_done(&one(&world, &chen, save(id, 0, content.clone())).await));
        let saved = plan_of(&world, id).await;
        assert_eq!((saved.version, &saved.content), (1, &content));
        let mut other = content.clone();
        other.name = zh("别的");
        let lost = one(&world, &lin, save(id, 0, other.clone())).await;
        let Outcome::Refused { error } = &lost else { panic!("{lost:?}") };
        let there: RoundPlan = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((error.code, there.version, &there.content), (Code::Conflict, 1, &content));
        assert!(is_done(&one(&world, &lin, save(id, 1, other.clone())).await));
        // Retired it falls due no more, and what was due stays.
        tend(&world).await;
        let before = rounds_of(&world, id).await.len();
        other.retired = true;
        assert!(is_done(&one(&world, &lin, save(id, 2, other)).await));
        world.later(60 * DAY_MS);
        tend(&world).await;
        assert_eq!((rounds_of(&world, id).await.len(), plan_of(&world, id).await.next_on), (before, None));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_plan_in_a_language_that_was_given_up_can_be_changed(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let id = RoundPlanId(new_id());
        let mut content = plan(vec![point(sun.building_3, "电梯")]);
        content.name.0.insert(linli_wire::Language::en(), "Lifts".to_owned());
        assert!(is_done(&one(&world, &chen, save(id, 0, content.clone())).await));
        let give_up = move |tx: &mut linli_server::db::Tx<'_>| {
            let mut known = linli_server::community::get(tx, sun.id)?.unwrap();
            known.languages.retain(|language| *language == linli_wire::Language::zh());
            linli_server::community::put_community(tx, &known).map(drop)
        };
        world.app.db.write(give_up).await.unwrap();
        content.days = 2;
        assert!(is_done(&one(&world, &chen, save(id, 1, content.clone())).await));
        content.points[0] = point(world.sun.building_3, "水泵");
        let outcome = one(&world, &chen, save(RoundPlanId(new_id()), 0, content)).await;
        assert_eq!(refusal(&outcome), (Code::InvalidInput, "languages".to_owned()));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn every_kind_of_wrong_plan_is_refused_with_its_field(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let first = point(sun.building_3, "电梯");
        let good = || plan(vec![first.clone()]);
        let with = |change: fn(&mut RoundPlanContent)| { let mut content = good(); change(&mut content); content };
        let at = |place| RoundPlanContent { points: vec![RoundPoint { place, ..first.clone() }], ..good() };
        let nowhere = BuildingId(new_id());
        let cases = [
            ("name", with(|content| content.name = Localized::default())),
            ("name.zh", with(|content| content.name = zh("\u{200B}"))),
            ("name.zh", with(|content| content.name = zh(&"长".repeat(81)))),
            ("every.count", with(|content| content.every.count = 0)),
            ("every.count", with(|content| content.every.count = 367)),
            ("first", with(|content| content.first = "2026-02-30".to_owned())),
            ("first", with(|content| content.first = "1066-10-14".to_owned())),
            ("first", with(|content| content.first = "tomorrow".to_owned())),
            ("days", with(|content| content.days = 0)),
            ("days", with(|content| content.days = 8)),
            ("days", with(|content| { content.every = Interval { count: 1, unit: IntervalUnit::Months }; content.days = 29 })),
            ("points", with(|content| content.points = Vec::new())),
            ("points", with(|content| { let twice = content.points[0].clone(); content.points.push(twice) })),
            ("points", RoundPlanContent { points: (0..=MAX_POINTS).map(|_| point(sun.building_3, "点")).collect(), ..good() }),
            ("points.name", with(|content| content.points[0].name = Localized::default())),
            ("points.place", at(RepairPlace::Home { unit_id: sun.unit_1201 })),
            ("points.place", at(RepairPlace::Building { building_id: nowhere })),
            ("points.place", at(RepairPlace::Building { building_id: moon.building_3 })),
            ("points.place", at(RepairPlace::Area { area_id: CommonAreaId(new_id()) })),
            ("points.category", with(|content| content.points[0].category = "nothing".to_owned())),
            ("points.checks", with(|content| content.points[0].checks = Vec::new())),
            ("points.checks", with(|content| content.points[0].checks[1].number = 1)),
            ("points.checks", with(|content| {
                let check = content.points[0].checks[0].clone();
                content.points[0].checks = vec![check; MAX_CHECKS + 1];
            })),
            ("languages", with(|content| { content.name.0.insert("fr".parse().unwrap(), "Ascenseur".to_owned()); })),
            ("languages", with(|content| { content.points[0].name.0.insert("fr".parse().unwrap(), "Ascenseur".to_owned()); })),
            ("languages", with(|content| {
                content.points[0].checks[0].words.0.insert("fr".parse().unwrap(), "Propre".to_owned());
            })),
            ("points.checks.words.zh", with(|content| content.points[0].checks[0].words = zh("两\n行"))),
        ];
        for (field, content) in cases {
            let outcome = one(&world, &chen, save(RoundPlanId(new_id()), 0, content.clone())).await;
            assert_eq!(refusal(&outcome), (Code::InvalidInput, field.to_owned()), "{content:?}");
        }
        // A code belongs to one plan.
        assert!(is_done(&one(&world, &chen, save(RoundPlanId(new_id()), 0, good())).await));
        let stolen = RoundPlanContent { points: vec![RoundPoint { code: first.code.clone(), ..point(sun.building_3, "点") }], ..good() };
        let outcome = one(&world, &chen, save(RoundPlanId(new_id()), 0, stolen)).await;
        assert_eq!(refusal(&outcome), (Code::InvalidInput, "points".to_owned()));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
