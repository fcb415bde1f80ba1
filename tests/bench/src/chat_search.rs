//! Search over 100,000 messages in two rooms through the command layer, beside the bare FTS5 statements; and its recall
//! beside a scan of every message.
//!
//! The bare statements are asked of the same encrypted file through the same open connections, and bring what the answer
//! stands for: how many messages hit, and the bodies of the thirty newest. Nothing is made of them. Each query is asked
//! forty times in turn with its floor, after once that is not counted. With `LINLI_BENCH_SHOW` set each query is shown,
//! and so are some that the bar does not judge: a single letter, and one room alone.

use std::time::Instant;

use anyhow::{Result, ensure};
use linli_core::{cache::Cache, search::Terms};
use linli_host::Host;
use linli_wire::{
    chat::MessageSearch,
    command::{MessagesSearch, SyncNow},
    id::RoomId,
};
use rusqlite::OptionalExtension;
use tokio::runtime::Runtime;

use crate::{
    chat_delta::community_room,
    report::{Figure, millis, quantile},
    talk::{Rooms, fill},
    world::{call, device, join, until, welcome, world},
};

const MESSAGES: usize = 100_000;
const ROUNDS: usize = 40;
const HITS: u32 = 30;
/// One, two and three characters of Chinese, Latin words and parts of them, digits, and mixtures.
const QUERIES: [&str; 9] = ["水", "停水", "物业费", "电梯", "parcel", "ater", "12", "3号楼", "停水 水箱"];
/// Shown, not judged.
const HARDER: [&str; 7] = ["w", "e", "é", "1", "the", "的", "!"];

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(10, None).await?;
        let said = fill(&world, MESSAGES, Rooms::CommunityAndBuilding).await?;
        let folder = tempfile::tempdir()?;
        let host = device(folder.path())?;
        welcome(&host).await?;
        join(&host, &world.invite("resident", 0).await?).await?;
        let room = community_room(&host).await?;
        let account = host.core().current_account()?;
        until(&host, async || {
            call::<SyncNow>(&host, &Default::default()).await?;
            Ok((messages(&account.cache)? == MESSAGES).then_some(()))
        })
        .await?;
        // The first search indexes whatever the background has not reached.
        search(&host, "水", None).await?;
        let (mut ours, mut floor, mut found_all) = (Vec::new(), Vec::new(), true);
        for words in QUERIES {
            let expected = like(&said, words);
            ensure!(expected > 0, "{words} must occur, or it measures nothing");
            let total = search(&host, words, None).await?;
            bare(&account.cache, words)?;
            found_all &= total == expected;
            if total != expected {
                eprintln!("  {words}: found {total}, LIKE finds {expected}");
            }
            let (mut times, mut bare_times) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                times.push(timed(&host, words, None).await?);
                bare_times.push(bare(&account.cache, words)?);
            }
            show(words, total, &mut times, Some(&mut bare_times));
            ours.extend(times);
            floor.extend(bare_times);
        }
        if shown() {
            let asked = QUERIES.into_iter().map(|words| (words, Some(room)));
            for (words, room) in asked.chain(HARDER.into_iter().map(|words| (words, None))) {
                let total = search(&host, words, room).await?;
                let mut times = Vec::new();
                for _ in 0..ROUNDS {
                    times.push(timed(&host, words, room).await?);
                }
                show(
                    &format!("{words}{}", if room.is_some() { ", one room" } else { "" }),
                    total,
                    &mut times,
                    None,
                );
            }
        }
        let (ours, floor) = (quantile(&mut ours, 0.95), quantile(&mut floor, 0.95));
        Ok(vec![Figure {
            name: if found_all {
                "chat-search p95 (recall = LIKE)"
            } else {
                "chat-search p95 (recall < LIKE)"
            }
            .into(),
            ours,
            floor,
            ratio: ours / floor,
            unit: "ms",
            bar: "p95 ≤ 16 ms, recall = LIKE, ≤ 1.5 ×",
            ok: ours <= 16.0 && found_all && ours / floor <= 1.5,
        }])
    })
}

fn shown() -> bool {
    std::env::var_os("LINLI_BENCH_SHOW").is_some()
}

fn show(words: &str, total: usize, ours: &mut [f64], bare: Option<&mut [f64]>) {
    if shown() {
        let [p50, p95] = [0.5, 0.95].map(|part| quantile(ours, part));
        let beside = bare
            .map(|bare| format!(", bare p50 {:.2}, p95 {:.2}", quantile(bare, 0.5), quantile(bare, 0.95)));
        eprintln!("  {words}: {total} hits, p50 {p50:.2}, p95 {p95:.2}{} ms", beside.unwrap_or_default());
    }
}

/// How many messages are here.
pub fn messages(cache: &Cache) -> Result<usize> {
    Ok(cache.read(|db| Ok(db.query_row("SELECT count(*) FROM message", [], |row| row.get(0))?))?)
}

async fn search(host: &Host, words: &str, room_id: Option<RoomId>) -> Result<usize> {
    let query = MessageSearch { words: words.into(), room_id, offset: 0, limit: HITS };
    Ok(call::<MessagesSearch>(host, &query).await?.total as usize)
}

async fn timed(host: &Host, words: &str, room_id: Option<RoomId>) -> Result<f64> {
    let started = Instant::now();
    search(host, words, room_id).await?;
    Ok(millis(started.elapsed()))
}

fn like(said: &[String], words: &str) -> usize {
    let terms: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let hit = |words: &&String| {
        let words = words.to_lowercase();
        terms.iter().all(|term| words.contains(term))
    };
    said.iter().filter(hit).count()
}

fn bare(cache: &Cache, words: &str) -> Result<f64> {
    let expression = Terms::read(words).and_then(|terms| terms.expression().0).unwrap_or_default();
    let started = Instant::now();
    let bodies = cache.read(|db| {
        let mut count =
            db.prepare_cached("SELECT count(*) FROM message_words WHERE message_words MATCH ?1")?;
        let total: Option<u32> = count.query_row([&expression], |row| row.get(0)).optional()?;
        let mut select = db.prepare_cached(
            "SELECT body FROM message_body WHERE key IN (
               SELECT rowid FROM message_words WHERE message_words MATCH ?1 ORDER BY rowid DESC LIMIT ?2)
             ORDER BY key DESC",
        )?;
        let rows = select.query_map(rusqlite::params![expression, HITS], |row| row.get(0))?;
        let bodies: Vec<String> = rows.collect::<std::result::Result<_, _>>()?;
        Ok((total, bodies))
    })?;
    ensure!(!bodies.1.is_empty(), "the bare statement found nothing for {words}");
    Ok(millis(started.elapsed()))
}
