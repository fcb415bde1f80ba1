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

/// So many are made one by one, and of each so many like it.
const KINDS: usize = 225;
const LIKE_IT: std::ops::RangeInclusive<usize> = 10..=99;
const MANY: usize = KINDS * 90;
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

/// Where the kind `at` stands, spread over all of them.
fn state(at: usize) -> &'static str {
    STATES[at.wrapping_mul(2_654_435_761).rotate_right(7) % STATES.len()]
}

/// Working time until a repair was done.
fn worked(at: usize, like: usize) -> u64 {
    (at * 7919 % 100_000 + like * 13) as u64 * 1000
}

/// Every repair: its kind, and which of those like it.
fn every() -> impl Iterator<Item = (usize, usize)> {
    (0..KINDS).flat_map(|at| LIKE_IT.map(move |like| (at, like)))
}

fn month(like: usize) -> &'static str {
    MONTHS[like % MONTHS.len()]
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
        let mut rows = Vec::with_capacity(KINDS);
        for at in 0..KINDS {
            let state = state(at);
            let done = Some(worked(at, 0)).filter(|_| state == "fixed");
            let (open, stars) = (i64::from(state == "done"), (at % 2 == 0).then_some(300_u64));
            // Of none like it the id ends so.
            let mut id = new_id().into_bytes();
            id[15] = 0xFF;
            let (id, category) = (RepairId(uuid::Uuid::from_bytes(id)), CATEGORIES[at % CATEGORIES.len()]);
            let body = bodies[at % bodies.len()].clone();
            rows.push(
                params![community, id, like, state, open, category, done, stars, at % 4 == 0, body].to_vec(),
            );
        }
        tx.execute_each(
            "INSERT INTO repair (community_id, id, version, state, is_open, urgency, category, reporter_id, reported_at,
             changed_at, month, kept, worked_ms, reopened, stars, archived, body)
             SELECT community_id, CAST($2 AS TEXT), version, CAST($4 AS TEXT), CAST($5 AS BIGINT), urgency,
             CAST($6 AS TEXT), reporter_id, reported_at - 5, changed_at, '2000-01', CAST($9 AS BIGINT),
             CAST($7 AS BIGINT), 0, CAST($8 AS BIGINT), 0, CAST($10 AS TEXT)
             FROM repair WHERE community_id = $1 AND id = $3",
            &rows,
        )?;
        // Those like it differ by the end of their id, their month and their time.
        Ok(tx.execute(
            "INSERT INTO repair (community_id, id, version, state, is_open, urgency, category, reporter_id, reported_at,
             changed_at, month, kept, worked_ms, reopened, stars, archived, body)
             WITH RECURSIVE number (x) AS (SELECT 10 UNION ALL SELECT x + 1 FROM number WHERE x < 99)
             SELECT community_id, SUBSTR(id, 1, 34) || CAST(x AS TEXT), version, state, is_open, urgency, category,
             reporter_id, reported_at - x, changed_at, '2026-0' || CAST(7 + x % 3 AS TEXT), kept,
             worked_ms + x * 13000, reopened, stars, archived, body
             FROM repair CROSS JOIN number WHERE community_id = $1 AND month = '2000-01'",
            params![community],
        )?)
    };
    assert_eq!(world.app.db.patient().write(work).await.unwrap(), MANY as u64);
}

async fn figures(world: &World, device: &Device) -> RepairFigures {
    let path = "/v1/repairs/figures?from=2026-07&until=2026-08";
    world.ok(Method::GET, path, Some(&device.tokens.access), None::<&()>).await
}

/// The same figures, counted one by one.
fn counted() -> Vec<RepairFiguresRow> {
    let mut groups: BTreeMap<(&str, &str), Vec<(usize, usize)>> = BTreeMap::new();
    for (at, like) in every().filter(|(at, like)| month(*like) != "2026-09" && state(*at) != "withdrawn") {
        groups.entry((month(like), CATEGORIES[at % CATEGORIES.len()])).or_default().push((at, like));
    }
    let row = |((month, category), all): ((&str, &str), Vec<(usize, usize)>)| {
        let fixed = all.iter().filter(|(at, _)| state(*at) == "fixed");
        let mut times: Vec<u64> = fixed.map(|(at, like)| worked(*at, *like)).collect();
        times.sort_unstable();
        let percentile = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].div_ceil(60_000);
        RepairFiguresRow {
            month: month.to_owned(),
            category: category.to_owned(),
            opened: all.len() as u32,
            fixed: times.len() as u32,
            median_minutes: Some(percentile(50)),
            p90_minutes: Some(percentile(90)),
            reopened: 0,
            overdue: all.iter().filter(|(at, _)| at % 4 != 0).count() as u32,
            rating_hundredths: Some(300),
            rated: all.iter().filter(|(at, _)| at % 2 == 0).count() as u32,
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
            ("state=fixed", every().filter(|(at, _)| state(*at) == "fixed").count()),
            ("category=lights", every().filter(|(at, _)| at % 3 == 1).count()),
            (
                "category=%27%3B%20DROP%20TABLE%20repair%3B%20--&from=2026-07&until=2026-07",
                every().filter(|(at, like)| at % 3 == 2 && month(*like) == "2026-07").count(),
            ),
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
