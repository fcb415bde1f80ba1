//! Search over 10,000 notices through the command layer, beside the bare FTS5 statement; and its
//! recall beside a scan of every notice.

use std::time::Instant;

use anyhow::{Result, ensure};
use linli_core::search::{Terms, prepare};
use linli_wire::{
    command::{NoticesList, SyncNow},
    notices::{Notice, NoticesQuery},
};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;

use crate::{
    report::{Figure, millis, quantile},
    world::{call, device, join, until, welcome, world},
};

const NOTICES: u32 = 10_000;
const ROUNDS: usize = 20;
/// One, two and three characters of Chinese, Latin words and parts of them, and a mixture.
const QUERIES: [&str; 9] = ["水", "停水", "物业费", "电梯", "老人", "water", "ift", "3号楼", "停水 水箱"];

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(NOTICES, None).await?;
        let folder = tempfile::tempdir()?;
        let host = device(folder.path())?;
        welcome(&host).await?;
        join(&host, &world.invite("resident", 0).await?).await?;
        let all = NoticesQuery { limit: 1, ..NoticesQuery::default() };
        until(&host, async || Ok((call::<NoticesList>(&host, &all).await?.total == NOTICES).then_some(())))
            .await?;
        call::<SyncNow>(&host, &Default::default()).await?;
        let notices = notices(&world).await?;
        let raw = raw(&notices)?;
        // The first search indexes whatever the background has not reached.
        call::<NoticesList>(&host, &query(QUERIES.first().copied().unwrap_or_default())).await?;
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        let mut found_all = true;
        for words in QUERIES {
            let expected = like(&notices, words);
            let total = call::<NoticesList>(&host, &query(words)).await?.total as usize;
            ensure!(expected > 0, "{words} must occur, or it measures nothing");
            found_all &= total == expected;
            if total != expected {
                eprintln!("  {words}: found {total}, LIKE finds {expected}");
            }
            for _ in 0..ROUNDS {
                let started = Instant::now();
                call::<NoticesList>(&host, &query(words)).await?;
                ours.push(millis(started.elapsed()));
                floor.push(bare(&raw, words)?);
            }
        }
        let (ours, floor) = (quantile(&mut ours, 0.95), quantile(&mut floor, 0.95));
        Ok(vec![Figure {
            name: if found_all { "search p95 (recall = LIKE)" } else { "search p95 (recall < LIKE)" }.into(),
            ours,
            floor,
            ratio: ours / floor,
            unit: "ms",
            bar: "p95 ≤ 16 ms, recall = LIKE",
            ok: ours <= 16.0 && found_all,
        }])
    })
}

fn query(words: &str) -> NoticesQuery {
    NoticesQuery { search: words.into(), limit: 50, ..NoticesQuery::default() }
}

async fn notices(world: &crate::world::World) -> Result<Vec<Notice>> {
    let bodies: Vec<String> = world
        .app
        .db
        .read(|tx| {
            let rows = tx.query(
                "SELECT body FROM changes WHERE entity = 'notice' AND scope LIKE 'community:%'",
                &[],
            )?;
            rows.iter().map(|row| Ok(row.get(0)?)).collect::<Result<Vec<String>, linli_server::Error>>()
        })
        .await?;
    bodies.iter().map(|body| Ok(serde_json::from_str(body)?)).collect()
}

fn text(notice: &Notice) -> String {
    let plain = |body: &str| linli_core::markdown::plain(&linli_core::markdown::parse(body));
    notice.content.texts.values().map(|text| format!("{}\n{}\n", text.title, plain(&text.body))).collect()
}

fn like(notices: &[Notice], words: &str) -> usize {
    let terms: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    notices
        .iter()
        .filter(|notice| terms.iter().all(|term| text(notice).to_lowercase().contains(term)))
        .count()
}

/// The index alone, with the fifty newest bodies read.
fn raw(notices: &[Notice]) -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(
        "CREATE TABLE notice (key INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
         CREATE VIRTUAL TABLE words USING fts5 (spaced, endings, content = '', tokenize = 'unicode61 remove_diacritics 0');",
    )?;
    let mut newest: Vec<&Notice> = notices.iter().collect();
    newest.sort_by_key(|notice| notice.state.published_at());
    for (key, notice) in newest.iter().enumerate() {
        let (spaced, endings) = prepare(&text(notice));
        db.execute("INSERT INTO notice VALUES (?1, ?2)", params![key, serde_json::to_string(notice)?])?;
        db.execute(
            "INSERT INTO words (rowid, spaced, endings) VALUES (?1, ?2, ?3)",
            params![key, spaced, endings],
        )?;
    }
    Ok(db)
}

fn bare(db: &Connection, words: &str) -> Result<f64> {
    let expression = Terms::read(words).and_then(|terms| terms.expression().0).unwrap_or_default();
    let started = Instant::now();
    let mut select = db.prepare_cached(
        "SELECT body FROM notice WHERE key IN (SELECT rowid FROM words WHERE words MATCH ?1) ORDER BY key DESC LIMIT 50",
    )?;
    let bodies: Vec<String> = select.query_map([expression], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ensure!(!bodies.is_empty(), "the bare statement found nothing for {words}");
    Ok(millis(started.elapsed()))
}
