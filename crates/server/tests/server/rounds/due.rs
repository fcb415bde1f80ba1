//! What the calendar does by itself: rounds fall due, are missed, and leave the office after a year.

use linli_server::{community, db::Tx, rounds};
use linli_wire::{
    id::RoundPlanId,
    rounds::{Interval, IntervalUnit, RoundPlanContent, RoundState},
    sync::Entity,
};

use super::prepared::{DAY_MS, HOUR_MS, fine, inspection, plan, plan_of, point, rounds_of, save, tend};
use crate::{
    both,
    repairs::{findings, ground, is_done, one},
    world::{Device, World, new_id},
};

pub async fn planned(world: &World, device: &Device, content: RoundPlanContent) -> RoundPlanId {
    let id = RoundPlanId(new_id());
    assert!(is_done(&one(world, device, save(id, 0, content)).await));
    id
}

/// Days and states of the rounds of a plan.
pub async fn days(world: &World, id: RoundPlanId) -> Vec<(String, RoundState)> {
    rounds_of(world, id).await.into_iter().map(|round| (round.due_on, round.state)).collect()
}

pub fn day(day: &str, state: RoundState) -> (String, RoundState) {
    (day.to_owned(), state)
}

both! {
    async fn a_plan_falls_due_at_midnight_of_the_community_by_itself(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        // Monday 21 September 2026, 22:13 in Shanghai.
        let mut content = plan(vec![point(sun.building_3, "电梯")]);
        content.first = "2026-09-22".to_owned();
        let id = planned(&world, &chen, content).await;
        assert_eq!(plan_of(&world, id).await.next_on.as_deref(), Some("2026-09-22"));
        let before_midnight = 2 * HOUR_MS - (world.now().0 - 1_790_000_000_000) - 14 * 60 * 1000;
        world.later(before_midnight);
        tend(&world).await;
        assert_eq!(days(&world, id).await, []);
        let mut commits = world.app.db.commits();
        world.later(HOUR_MS);
        let told = async {
            while !commits.recv().await.unwrap().iter().any(|change| change.entity == Entity::Round) {}
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), told).await.expect("done when due");
        let made = rounds_of(&world, id).await;
        assert_eq!((made.len(), made[0].state), (1, RoundState::Open));
        assert_eq!(made[0].until.millis_since(made[0].from), 3 * DAY_MS);
        assert_eq!(plan_of(&world, id).await.next_on.as_deref(), Some("2026-09-29"));
        // However often it is looked after, by however many: once for each day.
        let again = (0..4).map(|_| world.app.db.write(rounds::tend));
        for done in futures_util::future::join_all(again).await {
            done.unwrap();
        }
        assert_eq!(days(&world, id).await.len(), 1);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn after_a_long_stop_the_newest_is_due_and_the_others_are_missed(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let id = planned(&world, &chen, plan(vec![point(sun.building_3, "电梯")])).await;
        let mut daily = plan(vec![point(sun.building_3, "水泵")]);
        (daily.every.unit, daily.days) = (IntervalUnit::Days, 1);
        let daily = planned(&world, &chen, daily).await;
        tend(&world).await;
        assert_eq!(days(&world, id).await, [day("2026-09-21", RoundState::Open)]);
        world.later(22 * DAY_MS);
        tend(&world).await;
        use RoundState::{Missed, Open};
        let expected = [
            day("2026-09-21", Missed), day("2026-09-28", Missed), day("2026-10-05", Missed), day("2026-10-12", Open),
        ];
        assert_eq!(days(&world, id).await, expected);
        // Years later not all of them are told: what would be put away at once is not made.
        world.later(1000 * DAY_MS);
        tend(&world).await;
        let all = days(&world, daily).await;
        assert_eq!(all.iter().filter(|(_, state)| *state == Open).count(), 1);
        assert!((420..430).contains(&all.len()), "{}", all.len());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn months_and_changing_clocks_are_those_of_the_calendar(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let zone = move |tx: &mut Tx<'_>| {
            let mut known = community::get(tx, sun.id)?.unwrap();
            known.time_zone = "Europe/Berlin".to_owned();
            community::put_community(tx, &known).map(drop)
        };
        world.app.db.write(zone).await.unwrap();
        let mut content = plan(vec![point(world.sun.building_3, "消防")]);
        content.every = Interval { count: 1, unit: IntervalUnit::Months };
        (content.first, content.days) = ("2026-08-31".to_owned(), 28);
        let id = planned(&world, &chen, content).await;
        // Until the middle of April.
        world.later(205 * DAY_MS);
        tend(&world).await;
        let made = rounds_of(&world, id).await;
        let on: Vec<&str> = made.iter().map(|round| round.due_on.as_str()).collect();
        assert_eq!(on, ["2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]);
        let hours: Vec<i64> = made.iter().map(|round| round.until.millis_since(round.from) / HOUR_MS - 28 * 24).collect();
        // Clocks go back on 25 October: that round lasts as many days, and an hour more.
        assert_eq!(hours, [1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_changed_plan_counts_from_today_and_makes_no_day_twice(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let mut content = plan(vec![point(sun.building_3, "电梯")]);
        content.first = "2020-01-06".to_owned();
        let id = planned(&world, &chen, content.clone()).await;
        tend(&world).await;
        assert_eq!(days(&world, id).await, [day("2026-09-21", RoundState::Open)], "a plan of the past begins now");
        let frozen = rounds_of(&world, id).await.remove(0);
        content.name = crate::repairs::zh("新名字");
        content.points.push(point(sun.building_3, "二号"));
        assert!(is_done(&one(&world, &chen, save(id, 1, content.clone())).await));
        tend(&world).await;
        let after = rounds_of(&world, id).await;
        assert_eq!((after.len(), &after[0].name, after[0].points.len()), (1, &frozen.name, 1), "frozen as it was");
        // The server slept over two days of it; then the office changes it before the job comes to it.
        world.later(15 * DAY_MS);
        let chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        content.every.count = 2;
        assert!(is_done(&one(&world, &chen, save(id, 2, content)).await));
        tend(&world).await;
        let on: Vec<String> = days(&world, id).await.into_iter().map(|(day, _)| day).collect();
        assert_eq!(on, ["2026-09-21", "2026-09-28", "2026-10-05"]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn an_old_round_leaves_the_office_and_stays_with_the_server(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let mut content = plan(vec![point(sun.building_3, "电梯")]);
        content.every = Interval { count: 12, unit: IntervalUnit::Months };
        let id = planned(&world, &chen, content).await;
        tend(&world).await;
        let first = rounds_of(&world, id).await.remove(0).id;
        // Three days that it may take, and four hundred.
        world.later(402 * DAY_MS);
        tend(&world).await;
        let chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        let has = async |device: &Device| {
            crate::repairs::heard::<serde_json::Value>(&world, device, Entity::Round, first.0).await.is_some()
        };
        assert!(has(&chen).await);
        world.later(2 * DAY_MS);
        tend(&world).await;
        let chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        assert!(!has(&chen).await);
        assert_eq!(rounds_of(&world, id).await.len(), 2);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_round_of_more_than_a_year_is_missed_before_it_leaves_and_made_as_long_as_it_is_open(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let mut content = plan(vec![point(sun.building_3, "屋顶")]);
        (content.every, content.days) = (Interval { count: 24, unit: IntervalUnit::Months }, 600);
        let id = planned(&world, &chen, content.clone()).await;
        content.first = "2026-09-22".to_owned();
        content.points = vec![point(sun.building_3, "消防")];
        let late = planned(&world, &chen, content).await;
        // The server slept over the day of the second one.
        world.later(450 * DAY_MS);
        tend(&world).await;
        assert_eq!(days(&world, late).await, [day("2026-09-22", RoundState::Open)]);
        world.later(151 * DAY_MS);
        tend(&world).await;
        assert_eq!(days(&world, id).await, [day("2026-09-21", RoundState::Missed)]);
        let first = rounds_of(&world, id).await.remove(0).id;
        let has = async || {
            let device = world.join(&sun, sun.chen_jing).await;
            crate::repairs::heard::<serde_json::Value>(&world, &device, Entity::Round, first.0).await.is_some()
        };
        assert!(has().await, "the office sees that it was missed");
        // A server of before would have looked after it too early.
        let sql = "UPDATE round SET due_at = 0 WHERE state = 'missed'";
        world.app.db.write(move |tx| Ok(tx.execute(sql, &[])?)).await.unwrap();
        tend(&world).await;
        assert_eq!(findings(&world).await, Vec::<String>::new());
        world.later(398 * DAY_MS);
        tend(&world).await;
        assert!(has().await);
        world.later(2 * DAY_MS);
        tend(&world).await;
        assert!(!has().await);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_is_offered_again_behind_its_plan_finds_its_round(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let content = plan(vec![point(sun.building_3, "电梯")]);
        let id = planned(&world, &chen, content.clone()).await;
        let round = rounds_of(&world, id).await.remove(0);
        // A backup of before knows neither.
        let forget = |tx: &mut Tx<'_>| {
            tx.execute("DELETE FROM round", &[])?;
            Ok(tx.execute("DELETE FROM round_plan", &[])?)
        };
        world.app.db.write(forget).await.unwrap();
        let found = inspection(round.id, round.points[0].id, fine(), None);
        let outcomes = world.ops(&chen, vec![save(id, 0, content), found]).await;
        assert!(outcomes.iter().all(is_done), "{outcomes:?}");
        assert_eq!(days(&world, id).await, [day("2026-09-21", RoundState::Done)]);
        assert_eq!(plan_of(&world, id).await.next_on.as_deref(), Some("2026-09-28"));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
