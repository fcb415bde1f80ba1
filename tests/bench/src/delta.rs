//! Published by the office → committed in a resident's cache, over loopback; beside a hand-written
//! POST, a commit, a pushed frame and a commit in an encrypted database.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use linli_wire::{
    command::{NoticeOpen, NoticeSave},
    id::NoticeId,
    notices::{Audience, NoticeContent, NoticeGet, NoticeText, Publish, SaveNotice},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use crate::{
    floor,
    report::{Figure, millis, quantile},
    world::{call, device, join, until, welcome, world},
};

const ROUNDS: usize = 200;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(100, None).await?;
        let folders = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (office, resident) = (device(folders.0.path())?, device(folders.1.path())?);
        for (host, role) in [(&office, "manager"), (&resident, "resident")] {
            welcome(host).await?;
            join(host, &world.invite(role, 0).await?).await?;
            until(host, async || {
                let view = call::<linli_wire::command::AppGet>(host, &Default::default()).await?;
                Ok(view.connection.updated_at.map(|_| ()))
            })
            .await?;
        }
        let mut by_hand = ByHand::start().await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let notice = notice(round);
            let id = notice.id;
            let started = Instant::now();
            call::<NoticeSave>(&office, &notice).await?;
            until(&resident, async || {
                Ok(call::<NoticeOpen>(&resident, &NoticeGet { id, language: None }).await.ok().map(|_| ()))
            })
            .await?;
            ours.push(millis(started.elapsed()));
            bare.push(millis(by_hand.round().await?));
        }
        Ok(figures("delta", ours, bare))
    })
}

/// What the rounds of `name` came to, in milliseconds, beside those of the floor.
pub fn figures(name: &str, mut ours: Vec<f64>, mut bare: Vec<f64>) -> Vec<Figure> {
    let (p50, floor50) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
    let (p99, floor99) = (quantile(&mut ours, 0.99), quantile(&mut bare, 0.99));
    vec![
        Figure {
            name: format!("{name} p50"),
            ours: p50,
            floor: floor50,
            ratio: p50 / floor50,
            unit: "ms",
            bar: "< 6 ms and ≤ 3 ×",
            ok: p50 < 6.0 && p50 / floor50 <= 3.0,
        },
        Figure {
            name: format!("{name} p99"),
            ours: p99,
            floor: floor99,
            ratio: p99 / floor99,
            unit: "ms",
            bar: "< 20 ms",
            ok: p99 < 20.0,
        },
    ]
}

/// A notice like any other, the same for the same round.
pub fn notice(round: usize) -> SaveNotice {
    let text = NoticeText {
        title: format!("Lift {round} rests"),
        body: "From 9:00 to 11:30. The stairs are lit.".into(),
    };
    let mut random = [0; 10];
    random.iter_mut().zip(round.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    SaveNotice {
        id: NoticeId::new(linli_wire::Timestamp(1_760_000_000_000), random),
        base_version: 0,
        content: NoticeContent {
            texts: [(linli_wire::Language::en(), text)].into(),
            category: "lifts".into(),
            audience: Audience::Community,
            emergency: false,
            pinned: false,
            expires_at: None,
            attachments: Vec::new(),
        },
        publish: Publish::Now,
    }
}

/// A server and a listener of a dozen lines.
pub struct ByHand {
    poster: TcpStream,
    heard: tokio::sync::mpsc::UnboundedReceiver<()>,
    _folder: tempfile::TempDir,
}

impl ByHand {
    /// Starts both.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = floor::database(&folder.path().join("server.db"), None)?;
        let client = floor::database(&folder.path().join("client.db"), Some(&"07".repeat(32)))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut listening = TcpStream::connect(address).await?;
        let (mut push, _) = listener.accept().await?;
        let poster = TcpStream::connect(address).await?;
        let (mut post, _) = listener.accept().await?;
        for stream in [&listening, &push, &poster, &post] {
            stream.set_nodelay(true)?;
        }
        tokio::spawn(async move {
            let mut body = vec![0; 400];
            while post.read_exact(&mut body).await.is_ok() {
                floor::commit(&server, &String::from_utf8_lossy(&body))?;
                push.write_all(&body).await?;
                post.write_all(b"ok").await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        let (tell, heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut body = vec![0; 400];
            while listening.read_exact(&mut body).await.is_ok() {
                floor::commit(&client, &String::from_utf8_lossy(&body))?;
                tell.send(())?;
            }
            Ok::<_, anyhow::Error>(())
        });
        Ok(Self { poster, heard, _folder: folder })
    }

    /// From the sending of 400 bytes to the moment they are committed where they were pushed to.
    pub async fn round(&mut self) -> Result<Duration> {
        let started = Instant::now();
        self.poster.write_all(&[b'x'; 400]).await?;
        self.heard.recv().await.context("the listener ended")?;
        let took = started.elapsed();
        self.poster.read_exact(&mut [0; 2]).await?;
        Ok(took)
    }
}
