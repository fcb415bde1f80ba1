//! Twenty thousand repairs, with rubbish in them: figures and the spreadsheet.

use std::collections::BTreeMap;

use linli_server::params;
use linli_wire::{
    id::RepairId,
    repairs::{RepairFigures, RepairFiguresRow, RepairPlace},
};
use reqwest::Method;

use super::prepared::{current, ground, reported};
use crate::{
    both,
    world::{Device, World, new_id},
};

const MANY: usize = 20_000;
const RUBBISH: [&str; 8] = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\u{3000}＝1",
    "门, \"坏\"\n;了\t",
    "\u{202E}\0\u{FEFF}",
    "漏水",
];
const STATES: [&str; 5] = ["fixed", "fixed", "done", "refused", "withdrawn"];
const CATEGORIES: [&str; 3] = ["plumbing", "lights", "'; DROP TABLE repair; --"];
const MONTHS: [&str; 3] = ["2026-07", "2026-08", "2026-09"];

/// A number of the row `at`, spread over all of them.
fn spread(at: usize, by: usize) -> usize {
    at.wrapping_mul(2_654_435_761).rotate_right(7) % by
}

/// Working time until row `at` was done.
fn worked(at: usize) -> u64 {
    (spread(at, 100_000) as u64 + 1) * 1000
}

async fn fill(world: &World, like: RepairId) {
    let community = world.sun.id;
    let mut first = current(world, like).await;
    first.events.clear();
    let bodies: Vec<String> = RUBBISH
        .iter()
        .map(|words| {
            first.report.words = (*words).to_owned();
            serde_json::to_string(&first).unwrap()
        })
        .collect();
    let work = move |tx: &mut linli_server::db::Tx<'_>| {
        let mut rows = Vec::with_capacity(MANY);
        for at in 0..MANY {
            let state = STATES[spread(at, STATES.len())];
            let stars = (at % 2 == 0).then_some(300_u64);
            rows.push(
                params![
                    community,
                    RepairId(new_id()),
                    like,
                    state,
                    i64::from(state == "done"),
                    CATEGORIES[at % CATEGORIES.len()],
                    MONTHS[at % 7 % MONTHS.len()],
                    Some(worked(at)).filter(|_| state == "fixed"),
                    stars,
                    at % 4 == 0,
                    bodies[at % bodies.len()].clone()
                ]
                .to_vec(),
            );
        }
        Ok(tx.execute_each(
            "INSERT INTO repair (community_id, id, version, state, is_open, urgency, category, reporter_id, reported_at,
             changed_at, month, kept, worked_ms, reopened, stars, archived, body)
             SELECT community_id, CAST($2 AS TEXT), version, CAST($4 AS TEXT), CAST($5 AS BIGINT), urgency,
             CAST($6 AS TEXT), reporter_id, reported_at - 5, changed_at, CAST($7 AS TEXT), CAST($10 AS BIGINT),
             CAST($8 AS BIGINT), 0, CAST($9 AS BIGINT), 0, CAST($11 AS TEXT)
             FROM repair WHERE community_id = $1 AND id = $3",
            &rows,
        )?)
    };
    world.app.db.patient().write(work).await.unwrap();
}

async fn figures(world: &World, device: &Device) -> RepairFigures {
    let path = "/v1/repairs/figures?from=2026-07&until=2026-08";
    world.ok(Method::GET, path, Some(&device.tokens.access), None::<&()>).await
}

/// The same figures, counted one by one.
fn counted() -> Vec<RepairFiguresRow> {
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for at in 0..MANY {
        groups
            .entry((MONTHS[at % 7 % MONTHS.len()], CATEGORIES[at % CATEGORIES.len()]))
            .or_default()
            .push(at);
    }
    groups.retain(|(month, _), _| *month != "2026-09");
    let row = |((month, category), all): ((&str, &str), Vec<usize>)| {
        let counts: Vec<usize> =
            all.into_iter().filter(|at| STATES[spread(*at, STATES.len())] != "withdrawn").collect();
        let fixed = counts.iter().filter(|at| STATES[spread(**at, STATES.len())] == "fixed");
        let mut times: Vec<u64> = fixed.map(|at| worked(*at)).collect();
        times.sort_unstable();
        let percentile = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].div_ceil(60_000);
        RepairFiguresRow {
            month: month.to_owned(),
            category: category.to_owned(),
            opened: counts.len() as u32,
            fixed: times.len() as u32,
            median_minutes: Some(percentile(50)),
            p90_minutes: Some(percentile(90)),
            reopened: 0,
            overdue: counts.iter().filter(|at| *at % 4 != 0).count() as u32,
            rating_hundredths: Some(300),
            rated: counts.iter().filter(|at| *at % 2 == 0).count() as u32,
        }
    };
    groups.into_iter().map(row).collect()
}

async fn sheet(world: &World, device: &Device, query: &str) -> Vec<csv::StringRecord> {
    let path = format!("/v1/repairs/export?{query}");
    let response = world.send(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
    assert_eq!(response.status(), 200, "{query}");
    assert!(!response.headers().contains_key("content-length"), "it is written as it is read");
    let text = response.text().await.unwrap();
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    rows.records().map(Result::unwrap).collect()
}

both! {
    async fn twenty_thousand_are_counted_right_and_written_whole(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let like = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        fill(&world, like).await;
        // The connections of before may have been idle for too long meanwhile.
        let mut world = world;
        world.http = reqwest::Client::builder().no_gzip().no_proxy().build().unwrap();
        assert_eq!(figures(&world, &chen).await.rows, counted());
        assert_eq!(figures(&world, &wang).await.rows, counted(), "there is nobody to be known among so many");
        let rows = sheet(&world, &chen, "").await;
        assert_eq!(rows.len(), MANY + 1);
        for cell in rows.iter().flat_map(csv::StringRecord::iter) {
            let first = cell.trim_start_matches([' ', '\u{3000}']).chars().next();
            assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '\t')), "{cell:?}");
        }
        assert!(rows.iter().all(|row| row[1] == *"2026-09-21 22:13"), "by the clock of the community");
        for (query, count) in [
            ("state=fixed", (0..MANY).filter(|at| STATES[spread(*at, STATES.len())] == "fixed").count()),
            ("category=lights", (0..MANY).filter(|at| at % 3 == 1).count()),
            ("category=%27%3B%20DROP%20TABLE%20repair%3B%20--&from=2026-07&until=2026-07",
                (0..MANY).filter(|at| at % 3 == 2 && at % 7 % 3 == 0).count()),
            ("state=paused", 0),
            ("category=nothing", 0),
        ] {
            assert_eq!(sheet(&world, &chen, query).await.len(), count, "{query}");
        }
        let access = Some(chen.tokens.access.as_str());
        for rubbish in ["state=moon", "from=x", "until=2026-13", "from=%"] {
            let path = format!("/v1/repairs/export?{rubbish}");
            let refused = world.refused(Method::GET, &path, access, None::<&()>).await;
            assert_eq!(refused.code, linli_wire::Code::InvalidInput, "{rubbish}");
        }
    }
}
