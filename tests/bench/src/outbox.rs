//! 1,000 writes queued offline until the server's log has brought every one back, beside 1,000 raw
//! one-row commits.

use std::time::Instant;

use anyhow::Result;
use linli_wire::command::AppGet;
use tokio::runtime::Runtime;

use crate::{
    floor,
    report::{Figure, quantile},
    world::{call, device, join, until, welcome, world},
};

const WRITES: usize = 1_000;
const ROUNDS: usize = 5;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(10, None).await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(WRITES as f64 / settled(&world).await?);
            bare.push(WRITES as f64 / committed()?);
        }
        let (ours, bare) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
        Ok(vec![Figure {
            name: "outbox".into(),
            ours,
            floor: bare,
            ratio: bare / ours,
            unit: "writes/s",
            bar: "≥ 2,500/s",
            ok: ours >= 2_500.0,
        }])
    })
}

/// Seconds from the network's return until nothing is open any more.
async fn settled(world: &crate::world::World) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let host = device(folder.path())?;
    welcome(&host).await?;
    join(&host, &world.invite("manager", 0).await?).await?;
    let level =
        async || Ok(call::<AppGet>(&host, &Default::default()).await?.connection.updated_at.map(|_| ()));
    until(&host, level).await?;
    let account = host.core().current_account()?;
    // Queued as they would be by a long day offline, and let go at once.
    account.cache.write(|tx| {
        for number in 0..WRITES {
            let content = content(number);
            let mut random = [0; 10];
            account.system().random(&mut random);
            let id = linli_wire::id::TemplateId::new(account.system().now(), random);
            let action = linli_wire::ops::Action::SaveTemplate {
                template_id: id,
                name: format!("Template {number}"),
                content,
            };
            linli_core::outbox::enqueue(tx, account.system(), &format!("template:{id}"), "", action)?;
        }
        Ok(())
    })?;
    let started = Instant::now();
    account.wake_sender();
    until(&host, async || {
        let open: u32 = account.cache.read(|db| {
            Ok(db.query_row("SELECT count(*) FROM outbox WHERE state <> 'settled'", [], |row| row.get(0))?)
        })?;
        Ok((open == 0).then_some(()))
    })
    .await?;
    Ok(started.elapsed().as_secs_f64())
}

fn content(number: usize) -> linli_wire::notices::NoticeContent {
    let text = linli_wire::notices::NoticeText {
        title: format!("Lift {number}"),
        body: "From 9:00 to 11:30.".into(),
    };
    linli_wire::notices::NoticeContent {
        texts: [(linli_wire::Language::en(), text)].into(),
        category: "lifts".into(),
        audience: linli_wire::notices::Audience::Community,
        emergency: false,
        pinned: false,
        expires_at: None,
        attachments: Vec::new(),
    }
}

fn committed() -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let db = floor::database(&folder.path().join("floor.db"), None)?;
    let started = Instant::now();
    for _ in 0..WRITES {
        floor::commit(&db, "From 9:00 to 11:30. The stairs are lit.")?;
    }
    Ok(started.elapsed().as_secs_f64())
}
