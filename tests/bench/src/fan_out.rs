//! One message of the community's room → the last of 1,000 live listeners, on both engines. Beside it, in the same run:
//! a bare tokio loop that commits one row and writes the same bytes to 1,000 sockets; a room of Prosody's; and a topic
//! of Mosquitto's.
//!
//! Each is a server in a process of its own, all listeners are in this one, and time runs from just before somebody
//! speaks until the last of the thousand has the whole message, each exactly once. The streams are those of 63
//! residents' devices, sixteen each. All take turns: a hundred rounds after ten that are not counted, so the p99 is the
//! second longest of a hundred. What each promises before anybody hears differs: ours is committed and synced to disk,
//! Prosody's is written to a file, Mosquitto's is in memory (see there).

mod mosquitto;
mod prosody;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{net::TcpStream, runtime::Runtime};

use crate::{
    bare::Bare,
    crowd::{Community, Crowd, STREAMS},
    report::{Figure, millis, quantile},
};
use mosquitto::Mosquitto;
use prosody::Prosody;

const LISTENERS: usize = 1_000;
const ROUNDS: usize = 100;
const WARMING: usize = 10;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let postgres = std::env::var("LINLI_TEST_POSTGRES").ok();
    runtime.block_on(async {
        let devices = LISTENERS.div_ceil(STREAMS);
        let mut communities = vec![("SQLite", Community::found(None, devices).await?)];
        if let Some(url) = &postgres {
            communities.push(("PostgreSQL", Community::found(Some(url), devices).await?));
        }
        let mut crowds = Vec::new();
        for (engine, community) in &communities {
            let mut crowd = Crowd::start(community)?;
            crowd.listen(LISTENERS).await?;
            crowds.push((*engine, crowd, Vec::new()));
        }
        let mut bare = Bare::start().await?;
        bare.listen(LISTENERS).await?;
        let mut prosody = Prosody::start(LISTENERS).await?;
        let mut mosquitto = Mosquitto::start(LISTENERS).await?;
        let (mut floor, mut beside) = (Vec::new(), [("Prosody", Vec::new()), ("Mosquitto", Vec::new())]);
        for round in 0..WARMING + ROUNDS {
            let counts = round >= WARMING;
            let note = |times: &mut Vec<f64>, started: Instant| {
                times.extend(counts.then(|| millis(started.elapsed())));
            };
            for (_, crowd, times) in &mut crowds {
                let started = Instant::now();
                crowd.say(round).await?;
                note(times, started);
            }
            let started = Instant::now();
            bare.say().await?;
            note(&mut floor, started);
            let [(_, of_prosody), (_, of_mosquitto)] = &mut beside;
            let started = Instant::now();
            prosody.say(round + 1).await?;
            note(of_prosody, started);
            let started = Instant::now();
            mosquitto.say(round).await?;
            note(of_mosquitto, started);
        }
        let mut figures = Vec::new();
        tell("floor", &mut floor);
        for (peer, times) in &mut beside {
            tell(peer, times);
        }
        for (engine, _, times) in &mut crowds {
            tell(engine, times);
            figures.extend(judged(engine, times, &mut floor, &mut beside));
        }
        Ok(figures)
    })
}

fn judged(engine: &str, ours: &mut [f64], bare: &mut [f64], beside: &mut [(&str, Vec<f64>)]) -> Vec<Figure> {
    let (p50, floor) = (quantile(ours, 0.5), quantile(bare, 0.5));
    let mut figures = vec![Figure {
        name: format!("fan-out ({engine})"),
        ours: p50,
        floor,
        ratio: p50 / floor,
        unit: "ms to last",
        bar: "≤ 2 ×",
        ok: p50 / floor <= 2.0,
    }];
    let p99 = quantile(ours, 0.99);
    for (peer, times) in beside {
        let theirs = quantile(times, 0.99);
        figures.push(Figure {
            name: format!("fan-out p99 ({engine}, {peer})"),
            ours: p99,
            floor: theirs,
            ratio: p99 / theirs,
            unit: "ms to last",
            bar: "below the peer's",
            ok: p99 < theirs,
        });
    }
    figures
}

fn tell(whose: &str, times: &mut [f64]) {
    let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|part| quantile(times, part));
    eprintln!("  {whose}: p50 {p50:.1}, p90 {p90:.1}, p99 {p99:.1} ms");
}

/// Waits until something answers at an address.
async fn reached(address: SocketAddr) -> Result<()> {
    let knock = async {
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), knock).await.context("nothing answers")
}

/// The name of whoever runs this: a program that would change to an account of its own is told not to.
fn as_whom() -> Result<String> {
    let said = std::process::Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}
