//! What a server weighs per idle live listener, with 10,000 of them; beside 10,000 bare tokio connections.
//!
//! Both are servers in a process of their own, weighed before anybody listens and five seconds after the last of the
//! ten thousand is level with the log: the proportional set size, whatever the allocator holds back included. Then one
//! message is said, and each of the streams has to bring it, once. The streams are those of 625 residents' devices,
//! sixteen each. Three rounds, each with fresh processes; the median is told.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use crate::{
    bare::Bare,
    crowd::{Community, Crowd, STREAMS},
    report::{Figure, quantile},
    window::pss,
};

const LISTENERS: usize = 10_000;
const ROUNDS: usize = 3;
const SETTLING: Duration = Duration::from_secs(5);
/// A connection is a file, here and in the server.
const FILES: u64 = LISTENERS as u64 + 500;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.current.max(Some(FILES)), ..limit })
        .with_context(|| format!("{FILES} files must be allowed: ulimit -Hn {FILES}"))?;
    runtime.block_on(async {
        let community = Community::found(None, LISTENERS.div_ceil(STREAMS)).await?;
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut crowd = Crowd::start(&community)?;
            let before = settled(crowd.process()).await?;
            let started = Instant::now();
            crowd.listen(LISTENERS).await?;
            let opened = started.elapsed();
            let with = settled(crowd.process()).await?;
            let started = Instant::now();
            crowd.say(round).await?;
            let took = started.elapsed();
            eprintln!(
                "  {before} KB, with {LISTENERS} listeners {with} KB; all opened in {:.1} s, all heard within {:.0} ms",
                opened.as_secs_f64(),
                took.as_secs_f64() * 1000.0
            );
            ours.push(each(before, with));
            drop(crowd);
            let mut bare = Bare::start().await?;
            let before = settled(bare.process()).await?;
            bare.listen(LISTENERS).await?;
            let with = settled(bare.process()).await?;
            bare.say().await?;
            floor.push(each(before, with));
        }
        let (ours, floor) = (quantile(&mut ours, 0.5), quantile(&mut floor, 0.5));
        Ok(vec![Figure {
            name: "listeners".into(),
            ours,
            floor,
            ratio: ours / floor,
            unit: "KB each",
            bar: "≤ 20 KB, each hears",
            ok: ours <= 20.0,
        }])
    })
}

async fn settled(process: u32) -> Result<u64> {
    tokio::time::sleep(SETTLING).await;
    pss(process)
}

fn each(before: u64, with: u64) -> f64 {
    with.saturating_sub(before) as f64 / LISTENERS as f64
}
