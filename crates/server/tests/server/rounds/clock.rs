//! Clocks that were wrong, and zones that change or that nobody knows.

use linli_server::{
    community,
    db::Tx,
    instance, params, rounds,
    session::{self, DOUBT_MS},
};
use linli_wire::{
    Timestamp,
    id::RoundPlanId,
    rounds::{Round, RoundState},
    sync::Entity,
};

use super::{
    due::{day, days, planned},
    prepared::{DAY_MS, HOUR_MS, fine, inspection, plan, plan_of, point, rounds_of, tend},
};
use crate::{
    both,
    repairs::{findings, ground, heard, is_done, one},
    world::{Device, START, World, new_id},
};

async fn look(world: &World) {
    world.app.db.write(session::look).await.unwrap();
}

async fn awake(world: &World, device: &Device) -> Device {
    Device { tokens: world.refresh(&device.refresh_request()).await.unwrap(), ..device.clone() }
}

async fn set_zone(world: &World, zone: &'static str) {
    let sun = world.sun.id;
    let set = move |tx: &mut Tx<'_>| {
        let mut known = community::get(tx, sun)?.unwrap();
        known.time_zone = zone.to_owned();
        community::put_community(tx, &known).map(drop)
    };
    world.app.db.write(set).await.unwrap();
}

both! {
    async fn a_clock_that_was_a_year_ahead_leaves_nothing_of_that_year(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let id = planned(&world, &chen, plan(vec![point(sun.building_3, "电梯")])).await;
        let mut content = plan(vec![point(sun.building_3, "水泵")]);
        content.first = "2026-09-24".to_owned();
        let pumps = planned(&world, &chen, content).await;
        look(&world).await;
        world.later(365 * DAY_MS);
        tend(&world).await;
        let ahead = rounds_of(&world, id).await;
        assert!(ahead.len() > 50 && ahead[0].state == RoundState::Missed, "{}", ahead.len());
        // Somebody was there all the same.
        let walked = ahead.last().unwrap().clone();
        let chen = awake(&world, &chen).await;
        assert!(is_done(&one(&world, &chen, inspection(walked.id, walked.points[0].id, fine(), None)).await));
        // The clock is right again, and once it has been for a while the job looks after it.
        world.time_set(START + HOUR_MS);
        let expected = [day("2026-09-21", RoundState::Open), (walked.due_on.clone(), RoundState::Done)];
        let mut commits = world.app.db.commits();
        let mut tries = 0;
        while days(&world, id).await != expected || !days(&world, pumps).await.is_empty() {
            assert!(tries < 100, "{:?}", days(&world, id).await);
            tries += 1;
            world.later(DOUBT_MS);
            let _ = tokio::time::timeout(std::time::Duration::from_millis(200), commits.recv()).await;
        }
        for (plan, next) in [(id, "2026-09-28"), (pumps, "2026-09-24")] {
            assert_eq!(plan_of(&world, plan).await.next_on.as_deref(), Some(next));
        }
        let chen = awake(&world, &chen).await;
        assert!(heard::<Round>(&world, &chen, Entity::Round, ahead[1].id.0).await.is_none(), "the office forgets it");
        assert!(heard::<Round>(&world, &chen, Entity::Round, ahead[0].id.0).await.is_some());
        assert_eq!(findings(&world).await, Vec::<String>::new());
        // Its day comes as if nothing had been, and devices take it for newer than the one that they had.
        world.time_set(START + 7 * DAY_MS);
        tend(&world).await;
        let chen = awake(&world, &chen).await;
        let again = heard::<Round>(&world, &chen, Entity::Round, ahead[1].id.0).await.unwrap();
        assert_eq!((again.state, again.version > ahead[1].version), (RoundState::Open, true));
        assert_eq!(days(&world, pumps).await, [day("2026-09-24", RoundState::Missed)]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn after_a_long_stop_nothing_falls_due_until_the_clock_is_believed(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let id = planned(&world, &chen, plan(vec![point(sun.building_3, "电梯")])).await;
        look(&world).await;
        world.later(7 * DAY_MS);
        let doubted_until = world.now().plus_millis(DOUBT_MS);
        assert_eq!(world.app.db.write(rounds::tend).await.unwrap(), Some(doubted_until));
        assert_eq!(days(&world, id).await, [day("2026-09-21", RoundState::Open)]);
        world.later(DOUBT_MS - 1);
        assert_eq!(world.app.db.write(rounds::tend).await.unwrap(), Some(doubted_until));
        world.later(1);
        world.app.db.write(rounds::tend).await.unwrap();
        assert_eq!(days(&world, id).await.len(), 2);
        // A backup of last week, brought back just now, is no reason to doubt.
        look(&world).await;
        world.later(7 * DAY_MS);
        world.app.db.write(instance::mark_restored).await.unwrap();
        world.app.db.write(rounds::tend).await.unwrap();
        assert_eq!(days(&world, id).await.len(), 3);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_zone_that_this_machine_does_not_know_stops_nobody_else(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let (foreign, moon_id) = (RoundPlanId(new_id()), moon.id);
        let content = plan(vec![point(moon.building_3, "电梯")]);
        world.app.db.write(move |tx| rounds::put_plan(tx, moon_id, foreign, &content, &[])).await.unwrap();
        let own = planned(&world, &chen, plan(vec![point(sun.building_3, "电梯")])).await;
        let zone = async |zone: &'static str| {
            let sql = "UPDATE community SET time_zone = $2 WHERE id = $1";
            world.app.db.write(move |tx| Ok(tx.execute(sql, params![moon_id, zone])?)).await.unwrap();
        };
        zone("Mars/Olympus").await;
        world.later(7 * DAY_MS);
        tend(&world).await;
        assert_eq!((days(&world, own).await.len(), days(&world, foreign).await.len()), (2, 1));
        world.app.db.write(rounds::mend).await.unwrap();
        zone("Asia/Shanghai").await;
        world.later(HOUR_MS);
        tend(&world).await;
        assert_eq!(days(&world, foreign).await.len(), 2);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_changed_zone_moves_the_midnight_at_which_a_plan_falls_due(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let mut content = plan(vec![point(sun.building_3, "电梯")]);
        content.first = "2026-09-22".to_owned();
        let id = planned(&world, &chen, content).await;
        // Midnight in Shanghai, in Berlin, and in Auckland, where it is the 22nd already.
        for (zone, midnight) in [
            ("Asia/Shanghai", 1_790_006_400_000_i64),
            ("Europe/Berlin", 1_790_028_000_000),
            ("Pacific/Auckland", 1_789_992_000_000),
        ] {
            set_zone(&world, zone).await;
            if midnight > START {
                assert_eq!(world.app.db.read(rounds::next_due).await.unwrap(), Some(Timestamp(midnight)), "{zone}");
            }
        }
        tend(&world).await;
        let made = rounds_of(&world, id).await;
        assert_eq!((made.len(), made[0].from), (1, Timestamp(1_789_992_000_000)));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
