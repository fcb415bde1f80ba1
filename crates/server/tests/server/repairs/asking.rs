//! The questions that need the server at once: pages over everything, figures, the spreadsheet.

use linli_server::params;
use linli_wire::{
    Code,
    ops::Action,
    repairs::{Rating, RepairAct, RepairFigures, RepairList, RepairPlace, Urgency},
};
use reqwest::Method;

use super::prepared::{acted, finish, ground, is_done, one, reported};
use crate::{
    both,
    world::{Device, World},
};

const HOUR_MS: i64 = 60 * 60 * 1000;

async fn page(world: &World, device: &Device, query: &str) -> RepairList {
    let path = format!("/v1/repairs?{query}");
    world.ok(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await
}

async fn words(world: &World, device: &Device, query: &str) -> Vec<String> {
    page(world, device, query).await.repairs.into_iter().map(|repair| repair.report.words).collect()
}

both! {
    async fn the_office_pages_through_everything_with_filters(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let lin = world.join(&world.moon.clone(), world.moon.lin).await;
        let home = RepairPlace::Home { unit_id: sun.unit_1201 };
        let mut ids = Vec::new();
        for at in 0..120 {
            let (by, place) = match at % 3 {
                0 => (&chen, home),
                1 => (&chen, RepairPlace::Home { unit_id: sun.unit_101 }),
                _ => (&chen, RepairPlace::Area { area_id: places.gate }),
            };
            ids.push(reported(&world, by, place, &format!("{at:03}")).await);
            world.later(1);
        }
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let next = page(&world, &chen, &after).await;
            assert!(next.repairs.len() <= 50 && next.repairs.iter().all(|repair| repair.events.is_empty()));
            all.extend(next.repairs.into_iter().map(|repair| repair.report.words));
            let Some(behind) = next.next else { break };
            after = format!("after={behind}");
        }
        let expected: Vec<String> = (0..120).rev().map(|at| format!("{at:03}")).collect();
        assert_eq!(all, expected, "each once, newest first");
        acted(&world, &chen, ids[0], RepairAct::Assign { worker: sun.zhao }).await;
        acted(&world, &chen, ids[1], RepairAct::Move { category: "lights".to_owned(), urgency: Urgency::Emergency }).await;
        acted(&world, &chen, ids[2], RepairAct::Refuse { words: "不归我们".to_owned() }).await;
        assert_eq!(words(&world, &chen, "state=assigned").await, ["000"]);
        assert_eq!(words(&world, &chen, &format!("assignee={}", sun.zhao)).await, ["000"]);
        assert_eq!(words(&world, &chen, "category=lights").await, ["001"]);
        assert_eq!(words(&world, &chen, "urgency=emergency&open=true").await, ["001"]);
        assert_eq!(words(&world, &chen, "state=refused&open=true").await, [""; 0]);
        assert_eq!(words(&world, &chen, &format!("building={}&state=reported", sun.building_1)).await.len(), 40);
        assert_eq!(words(&world, &chen, "overdue=true").await, [""; 0]);
        world.later(24 * HOUR_MS);
        let chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        assert_eq!(words(&world, &chen, "overdue=true&state=assigned").await, ["000"]);
        for rubbish in ["state=moon", "urgency=x", "building=1", "assignee=", "after=1", "after=x.y", "overdue=maybe", "open=%", "after=9999999999999999999.x"] {
            let access = Some(chen.tokens.access.as_str());
            let response = world.send(Method::GET, &format!("/v1/repairs?{rubbish}"), access, None::<&()>).await;
            assert_eq!(response.status().as_u16(), if rubbish == "assignee=" { 200 } else { 422 }, "{rubbish}");
        }
        let (wang, lin) = (Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang }, Device { tokens: world.refresh(&lin.refresh_request()).await.unwrap(), ..lin });
        let refused = world.refused(Method::GET, "/v1/repairs", Some(&wang.tokens.access), None::<&()>).await;
        assert_eq!(refused.code, Code::NotAllowed);
        assert_eq!(page(&world, &lin, "").await.repairs, []);
    }

    async fn figures_are_for_everybody_and_name_nobody(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let home = RepairPlace::Home { unit_id: sun.unit_1201 };
        // Tuesday at nine: the first is done at ten, the second at eleven, the third not at all.
        world.time_set(1_790_038_800_000);
        let (wang, chen) = (Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang }, Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen });
        let mut ids = Vec::new();
        for words in ["一", "二", "三", "四"] {
            ids.push(reported(&world, &wang, home, words).await);
        }
        acted(&world, &wang, ids[3], RepairAct::Withdraw { words: String::new() }).await;
        let (mut wang, mut chen) = (wang, chen);
        for (at, id) in ids.iter().enumerate().take(2) {
            world.later(HOUR_MS);
            wang = Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang };
            chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
            acted(&world, &chen, *id, RepairAct::Accept).await;
            acted(&world, &chen, *id, finish("好了")).await;
            acted(&world, &wang, *id, RepairAct::Confirm).await;
            let stars = 5 - u8::try_from(at).unwrap();
            let rating = Rating { result: stars, speed: stars, manner: stars, words: "canary".to_owned() };
            assert!(is_done(&one(&world, &wang, Action::RateRepair { repair_id: *id, rating }).await));
        }
        world.later(24 * HOUR_MS);
        wang = Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang };
        let figures: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures", Some(&wang.tokens.access), None::<&()>).await;
        let [row] = figures.rows.as_slice() else { panic!("{figures:?}") };
        assert_eq!((row.month.as_str(), row.category.as_str()), ("2026-09", "plumbing"));
        assert_eq!((row.opened, row.fixed, row.overdue, row.reopened), (3, 2, 1, 0));
        // Of two, a mean names them to whoever knows one: the office has it, residents have not.
        assert_eq!((row.median_minutes, row.p90_minutes), (None, None));
        assert_eq!((row.rating_hundredths, row.rated), (None, 0));
        chen = Device { tokens: world.refresh(&chen.refresh_request()).await.unwrap(), ..chen };
        let whole: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures", Some(&chen.tokens.access), None::<&()>).await;
        assert_eq!((whole.rows[0].median_minutes, whole.rows[0].p90_minutes), (Some(60), Some(120)));
        assert_eq!((whole.rows[0].rating_hundredths, whole.rows[0].rated), (Some(450), 2));
        // The third that is fixed and rated makes a crowd.
        acted(&world, &chen, ids[2], RepairAct::Accept).await;
        acted(&world, &chen, ids[2], finish("好了")).await;
        acted(&world, &wang, ids[2], RepairAct::Confirm).await;
        let rating = Rating { result: 3, speed: 3, manner: 3, words: String::new() };
        assert!(is_done(&one(&world, &wang, Action::RateRepair { repair_id: ids[2], rating }).await));
        let crowd: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures", Some(&wang.tokens.access), None::<&()>).await;
        // While the month runs, a mean after this rating beside one before it would be what she thinks.
        assert_eq!((crowd.rows[0].rating_hundredths, crowd.rows[0].rated), (None, 0));
        assert!(crowd.rows[0].median_minutes.is_some() && crowd.rows[0].p90_minutes.is_some());
        let whole: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures", Some(&chen.tokens.access), None::<&()>).await;
        assert_eq!((whole.rows[0].rating_hundredths, whole.rows[0].rated), (Some(400), 3));
        let october = 1_790_784_000_000;
        for (now, told) in [(october - 1, (None, 0)), (october, (Some(400), 3))] {
            world.time_set(now);
            wang = Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang };
            let over: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures", Some(&wang.tokens.access), None::<&()>).await;
            assert_eq!((over.rows[0].rating_hundredths, over.rows[0].rated), told);
        }
        let text = serde_json::to_string(&figures).unwrap();
        assert!(!text.contains("canary") && !text.contains("王"), "{text}");
        let none: RepairFigures = world.ok(Method::GET, "/v1/repairs/figures?until=2026-08", Some(&wang.tokens.access), None::<&()>).await;
        assert_eq!(none.rows, []);
        for rubbish in ["from=2026", "until=2026-13", "from=2027-01", "from=1000-01", "from=2026-09-01"] {
            let path = format!("/v1/repairs/figures?{rubbish}");
            let refused = world.refused(Method::GET, &path, Some(&wang.tokens.access), None::<&()>).await;
            assert_eq!(refused.code, Code::InvalidInput, "{rubbish}");
        }
    }

    async fn the_spreadsheet_holds_every_repair_and_no_formula(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "=HYPERLINK(\"http://x\")").await;
        world.later(1);
        reported(&world, &wang, RepairPlace::Area { area_id: places.gate }, "门, \"坏\"\n了").await;
        // More than one reading.
        let community = sun.id;
        world.app.db.write(move |tx| {
            let row = tx.query_one("SELECT body FROM repair ORDER BY reported_at LIMIT 1", &[])?;
            let body: String = row.get(0)?;
            for _ in 0..600 {
                let id = linli_wire::id::RepairId(crate::world::new_id());
                tx.execute(
                    "INSERT INTO repair (community_id, id, version, state, is_open, urgency, category, reporter_id, reported_at, changed_at, month, reopened, archived, body)
                     SELECT community_id, CAST($2 AS TEXT), version, state, is_open, urgency, category, reporter_id, reported_at - 5, changed_at, month, 0, 0, CAST($3 AS TEXT)
                     FROM repair WHERE community_id = $1 ORDER BY reported_at DESC LIMIT 1",
                    params![community, id, &body],
                )?;
            }
            Ok(())
        }).await.unwrap();
        let access = Some(chen.tokens.access.as_str());
        let response = world.send(Method::GET, "/v1/repairs/export", access, None::<&()>).await;
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let text = response.text().await.unwrap();
        assert!(text.starts_with('\u{FEFF}'));
        let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 602);
        let first = rows.iter().find(|row| row[2] == *"3-1201").unwrap();
        assert_eq!((&first[1], &first[6], &first[10], &first[19]), ("2026-09-21 22:13", "reported", "王梅", "'=HYPERLINK(\"http://x\")"));
        let last = rows.last().unwrap();
        assert_eq!((&last[2], &last[19]), ("gate", "门, \"坏\"\n了"));
        let refused = world.refused(Method::GET, "/v1/repairs/export", Some(&wang.tokens.access), None::<&()>).await;
        assert_eq!(refused.code, Code::NotAllowed);
    }
}
