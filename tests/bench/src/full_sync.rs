//! 10,000 notices over loopback into the encrypted cache until listed, beside a raw insert of the
//! same rows into the same tables under the same key.

use std::time::Instant;

use anyhow::{Result, ensure};
use linli_core::{account, cache::Cache};
use linli_wire::{command::NoticesList, notices::NoticesQuery};
use rusqlite::params;
use tokio::runtime::Runtime;

use crate::{
    report::{Figure, millis, quantile},
    world::{World, call, device, join, until, welcome, world},
};

const NOTICES: u32 = 10_000;
const ROUNDS: usize = 5;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(NOTICES, None).await?;
        let bodies = bodies(&world).await?;
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            ours.push(synced(&world, round).await?);
            floor.push(inserted(&bodies)?);
        }
        let (ours, floor) = (quantile(&mut ours, 0.5), quantile(&mut floor, 0.5));
        let rate = |time: f64| f64::from(NOTICES) / time * 1000.0;
        let ratio = ours / floor;
        Ok(vec![Figure {
            name: "full-sync".into(),
            ours: rate(ours),
            floor: rate(floor),
            ratio,
            unit: "rows/s",
            bar: "≥ 27,600 rows/s and ≤ 5 ×",
            ok: rate(ours) >= 27_600.0 && ratio <= 5.0,
        }])
    })
}

/// From the moment a person confirms the letter to the moment the last notice can be listed.
async fn synced(world: &World, round: usize) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let host = device(folder.path())?;
    let link = world.invite("resident", round as i64).await?;
    // The first start makes keys and tables; a person reads the welcome page meanwhile.
    welcome(&host).await?;
    let started = Instant::now();
    join(&host, &link).await?;
    let joined = millis(started.elapsed());
    // A cheap look until the cache is level, so that looking takes no time from what is looked at; then the
    // list itself.
    let account = host.core().current_account()?;
    until(&host, async || Ok(linli_core::sync::progress(&account.cache)?.updated_at.map(|_| ()))).await?;
    let level = millis(started.elapsed());
    let page = call::<NoticesList>(&host, &NoticesQuery { limit: 50, ..NoticesQuery::default() }).await?;
    ensure!(page.total == NOTICES, "{} of {NOTICES} are listed", page.total);
    if std::env::var_os("LINLI_BENCH_SHOW").is_some() {
        let listed = millis(started.elapsed());
        eprintln!("  joined after {joined:.0} ms, level after {level:.0} ms, listed after {listed:.0} ms");
    }
    Ok(millis(started.elapsed()))
}

type Body = (uuid::Uuid, i64, String, String, i64);

async fn bodies(world: &World) -> Result<Vec<Body>> {
    let bodies = world
        .app
        .db
        .read(|tx| {
            let rows = tx.query(
                "SELECT id, version, body FROM changes WHERE entity = 'notice' AND scope LIKE 'community:%'",
                &[],
            )?;
            rows.iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .collect::<Result<Vec<(String, i64, String)>, linli_server::Error>>()
        })
        .await?;
    ensure!(bodies.len() == NOTICES as usize, "{} notices on the server", bodies.len());
    bodies
        .into_iter()
        .map(|(id, version, body)| {
            let notice: linli_wire::notices::Notice = serde_json::from_str(&body)?;
            let at = notice.state.published_at().unwrap_or_default().0;
            Ok((id.parse()?, version, body, notice.content.category, at))
        })
        .collect()
}

/// The same rows, prepared in memory, in one transaction.
fn inserted(bodies: &[Body]) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let key = zeroize::Zeroizing::new([7; 32]);
    let cache = Cache::open(&folder.path().join("floor.db"), &key, account::MIGRATIONS)?;
    let started = Instant::now();
    cache.write(|tx| {
        tx.execute("INSERT INTO scope (key, name) VALUES (1, 'community')", [])?;
        let mut holding = tx.prepare("INSERT INTO holding (entity, id, scope) VALUES ('notice', ?1, 1)")?;
        let mut text = tx.prepare("INSERT INTO notice_body (key, body) VALUES (?1, ?2)")?;
        let mut notice = tx.prepare(
            "INSERT INTO notice (id, version, visible, rank, category, state, published_at) VALUES (?1, ?2, 1, 0, ?3, 'published', ?4)",
        )?;
        for (id, version, body, category, at) in bodies {
            holding.execute([id])?;
            let key = notice.insert(params![id, version, category, at])?;
            text.execute(params![key, body])?;
        }
        Ok(())
    })?;
    Ok(millis(started.elapsed()))
}
