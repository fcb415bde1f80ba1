//! A community server as it is shipped, in a process of its own and with the limits that it has, and any number of live
//! streams of its residents.
//!
//! A device may have sixteen streams, so each device has sixteen here, and each comes from an address of its own on
//! loopback, as from a home of its own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use linli_e2e::{
    place,
    program::{Program, read_until},
};
use linli_wire::{
    Timestamp,
    chat::{MessageContent, NewMessage},
    id::{CommunityId, MessageId, OpId, RoomId},
    ops::{Action, Op},
};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::mpsc,
};

use crate::{session::Session, world::world};

/// Streams of one device: what a server allows unless told otherwise.
pub const STREAMS: usize = 16;
/// What every message says, so that a listener knows one.
pub const WORDS: &str = "Has anybody seen the key of cellar";
/// Streams that are opened at the same time.
const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(60);

/// Residents who are in the community's room, and where the server keeps what it has.
pub struct Community {
    folder: tempfile::TempDir,
    database: Option<String>,
    sessions: Vec<Session>,
    room: RoomId,
}

/// A running server with its listeners.
pub struct Crowd<'a> {
    community: &'a Community,
    address: SocketAddr,
    program: Program,
    tell: mpsc::UnboundedSender<u32>,
    heard: Heard,
    listeners: usize,
}

/// Which listeners have heard.
pub struct Heard(mpsc::UnboundedReceiver<u32>);

impl Heard {
    /// Where listeners tell, and who counts them.
    pub fn channel() -> (mpsc::UnboundedSender<u32>, Self) {
        let (tell, heard) = mpsc::unbounded_channel();
        (tell, Self(heard))
    }

    /// Waits until each of so many listeners has heard once more.
    pub async fn all(&mut self, listeners: usize) -> Result<()> {
        let mut has_heard = vec![false; listeners];
        for count in 0..listeners {
            let one = tokio::time::timeout(PATIENCE, self.0.recv()).await;
            let one =
                one.with_context(|| format!("only {count} of {listeners} heard"))?.context("none listens")?;
            let before = has_heard.get_mut(one as usize).context("an unknown listener heard")?;
            ensure!(!std::mem::replace(before, true), "listener {one} heard the same twice");
        }
        Ok(())
    }
}

impl Community {
    /// A community of a few notices on a fresh SQLite database, or in a PostgreSQL, with so many devices.
    pub async fn found(database: Option<&str>, devices: usize) -> Result<Self> {
        let world = world(10, database).await?;
        let mut sessions = Vec::with_capacity(devices);
        for device in 0..devices {
            sessions.push(Session::open_another(&world, "resident", u16::try_from(device)?).await?);
        }
        let community: CommunityId = world
            .app
            .db
            .read(|tx| tx.query_one("SELECT id FROM community", &[])?.get(0).map_err(Into::into))
            .await?;
        let folder = world.stop().await?;
        Ok(Self {
            folder,
            database: database.map(str::to_owned),
            sessions,
            room: RoomId::of_community(community),
        })
    }
}

impl<'a> Crowd<'a> {
    /// Starts the server; nobody listens yet.
    pub fn start(community: &'a Community) -> Result<Self> {
        let mut command = Command::new(place::server());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LINLI_"))
        {
            command.env_remove(name);
        }
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]);
        command.arg(community.folder.path());
        if let Some(url) = &community.database {
            command.args(["--database", url]);
        }
        let (program, out) = Program::start(&mut command, &community.folder.path().join("server.log"))?;
        let address = read_until(out, |line| {
            serde_json::from_str::<serde_json::Value>(line).ok()?.get("listening")?.as_str()?.parse().ok()
        })
        .context("linli-server serve")?;
        let (tell, heard) = Heard::channel();
        Ok(Self { community, address, program, tell, heard, listeners: 0 })
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// Opens so many more streams, each of which has read the log to its end.
    pub async fn listen(&mut self, more: usize) -> Result<()> {
        let (address, sessions, tell) = (self.address, &self.community.sessions, &self.tell);
        stream::iter(self.listeners..self.listeners + more)
            .map(Ok::<_, anyhow::Error>)
            .try_for_each_concurrent(AT_ONCE, async |listener| {
                let session = sessions.get(listener / STREAMS).context("there are too few devices")?;
                let [high, low] = u16::try_from(listener / STREAMS)?.to_be_bytes();
                let home = Ipv4Addr::new(127, 1, high, low);
                open(home, address, &session.access, u32::try_from(listener)?, tell.clone()).await
            })
            .await?;
        self.listeners += more;
        Ok(())
    }

    /// One device says something in the room; returns when the last stream has it.
    pub async fn say(&mut self, round: usize) -> Result<()> {
        // Nobody may say more than sixty things a minute, so two take turns.
        let session = self.community.sessions.get(round % 2).context("nobody is there")?;
        let op = said(self.community.room, round);
        let url = format!("http://{}", self.address);
        tokio::try_join!(session.send_to(&url, vec![op]), self.heard.all(self.listeners))?;
        Ok(())
    }
}

fn said(room_id: RoomId, round: usize) -> Op {
    let now = Timestamp(jiff::Timestamp::now().as_millisecond());
    let mut random = [5; 10];
    random.iter_mut().zip(round.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    let content = MessageContent::Said { words: format!("{WORDS} {round}?"), files: Vec::new(), about: None };
    let id = MessageId::new(now, random);
    let message = NewMessage { id, room_id, content, reply_to: None, mentions: Vec::new() };
    let action = Action::SendMessage { message };
    Op { id: OpId::new(now, random), lane: format!("room:{room_id}"), at: now, action }
}

/// Opens a stream, waits until it is level with the log, and tells of each message that it brings.
async fn open(
    home: Ipv4Addr,
    address: SocketAddr,
    access: &str,
    listener: u32,
    tell: mpsc::UnboundedSender<u32>,
) -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((home, 0).into())?;
    let mut stream = socket.connect(address).await?;
    let request = format!(
        "GET /v1/live HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {access}\r\nAccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut events = Events { stream, read: Vec::new() };
    loop {
        let event =
            tokio::time::timeout(PATIENCE, events.next()).await.context("a stream did not open")??;
        // Until the snapshot has been read, pages say `"more":true`.
        if memmem::find(&event, b"event: page").is_some() && memmem::find(&event, b"\"more\":true").is_none()
        {
            break;
        }
    }
    events.read = Vec::new();
    tokio::spawn(async move {
        while let Ok(event) = events.next().await {
            if memmem::find(&event, WORDS.as_bytes()).is_some() {
                let _ = tell.send(listener);
            }
        }
    });
    Ok(())
}

struct Events {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Events {
    /// The next event, whatever stands before it.
    async fn next(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(end) = memmem::find(&self.read, b"\n\n") {
                return Ok(self.read.drain(..end + 2).collect());
            }
            self.read.reserve(2048);
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "a stream ended");
        }
    }
}
