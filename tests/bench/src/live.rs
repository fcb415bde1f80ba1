//! One notice to 1,000 open streams: time until the last has it. The floor is a loop that commits one
//! row and writes the same bytes to 1,000 sockets. On SQLite, and on PostgreSQL when
//! `LINLI_TEST_POSTGRES` names one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use linli_wire::{
    Timestamp,
    id::OpId,
    ops::{Action, Op},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
};

use crate::{
    floor,
    report::{Figure, millis, quantile},
    session::Session,
    world::{World, world},
};

const STREAMS: usize = 1_000;
const ROUNDS: usize = 10;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let postgres = std::env::var("LINLI_TEST_POSTGRES").ok();
    let mut figures = vec![runtime.block_on(figure("live (SQLite)", None))?];
    if let Some(url) = &postgres {
        figures.push(runtime.block_on(figure("live (PostgreSQL)", Some(url)))?);
    }
    Ok(figures)
}

async fn figure(name: &str, database: Option<&str>) -> Result<Figure> {
    let world = world(50, database).await?;
    let office = Session::open(&world, "manager").await?;
    let resident = Session::open(&world, "resident").await?;
    let (heard, mut hears) = mpsc::unbounded_channel();
    for _ in 0..STREAMS {
        listen(&world, &resident, heard.clone()).await?;
    }
    let mut by_hand = ByHand::start().await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let started = Instant::now();
        publish(&office, &world, round).await?;
        for _ in 0..STREAMS {
            tokio::time::timeout(Duration::from_secs(30), hears.recv())
                .await
                .context("a stream was missed")?;
        }
        ours.push(millis(started.elapsed()));
        bare.push(millis(by_hand.round().await?));
    }
    let (ours, bare) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
    Ok(Figure {
        name: name.into(),
        ours,
        floor: bare,
        ratio: ours / bare,
        unit: "ms to last",
        bar: "≤ 2 ×",
        ok: ours / bare <= 2.0,
    })
}

async fn publish(office: &Session, world: &World, round: usize) -> Result<()> {
    let mut random = [9; 10];
    random.iter_mut().zip(round.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    let notice = crate::delta::notice(round);
    let action = Action::SaveNotice {
        notice_id: notice.id,
        base_version: 0,
        content: notice.content,
        publish: notice.publish,
    };
    let op = Op {
        id: OpId::new(Timestamp(2), random),
        lane: format!("notice:{}", notice.id),
        at: Timestamp(2),
        action,
    };
    office.send(world, vec![op]).await
}

/// Opens a stream and tells whenever a whole event named `page` with a notice has arrived.
async fn listen(world: &World, session: &Session, heard: mpsc::UnboundedSender<()>) -> Result<()> {
    let address = world.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /v1/live HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nAccept: text/event-stream\r\n\r\n",
        session.access
    );
    stream.write_all(request.as_bytes()).await?;
    let (level, is_level) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut level = Some(level);
        let mut buffer = Vec::new();
        let mut part = [0; 16 * 1024];
        while let Ok(length @ 1..) = stream.read(&mut part).await {
            buffer.extend_from_slice(part.get(..length).unwrap_or_default());
            while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
                let event = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).into_owned();
                buffer.drain(..end + 2);
                if event.contains("event: page") || event.contains("event:page") {
                    match level.take() {
                        // Until the snapshot has been read, pages say `"more":true`.
                        Some(tell) if !event.contains("\"more\":true") => {
                            let _ = tell.send(());
                        }
                        Some(tell) => level = Some(tell),
                        None => {
                            let _ = heard.send(());
                        }
                    }
                }
            }
        }
    });
    tokio::time::timeout(Duration::from_secs(30), is_level).await.context("a stream did not open")??;
    Ok(())
}

struct ByHand {
    db: rusqlite::Connection,
    sockets: Vec<TcpStream>,
    heard: mpsc::UnboundedReceiver<()>,
    _folder: tempfile::TempDir,
}

impl ByHand {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let db = floor::database(&folder.path().join("floor.db"), None)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (tell, heard) = mpsc::unbounded_channel();
        let mut sockets = Vec::new();
        for _ in 0..STREAMS {
            let mut client = TcpStream::connect(address).await?;
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            sockets.push(socket);
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut body = vec![0; 900];
                while client.read_exact(&mut body).await.is_ok() {
                    let _ = tell.send(());
                }
            });
        }
        Ok(Self { db, sockets, heard, _folder: folder })
    }

    async fn round(&mut self) -> Result<Duration> {
        let body = "x".repeat(900);
        let started = Instant::now();
        floor::commit(&self.db, &body)?;
        for socket in &mut self.sockets {
            socket.write_all(body.as_bytes()).await?;
        }
        for _ in 0..self.sockets.len() {
            self.heard.recv().await.context("a listener ended")?;
        }
        Ok(started.elapsed())
    }
}
