//! Prosody: one room (MUC) whose history is kept on its disk (`muc_mam`, storage `internal`), and everybody in it over
//! plain TCP, let in without a name. Who comes and goes is told to nobody, or a thousand would be told of a thousand.

use std::{net::SocketAddr, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use linli_e2e::program::{Program, free_address};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::{as_whom, reached};
use crate::crowd::{Heard, WORDS};

const ROOM: &str = "all@rooms.localhost";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server with everybody in its room.
pub struct Prosody {
    speaker: TcpStream,
    heard: Heard,
    listeners: usize,
    _program: Program,
    _folder: tempfile::TempDir,
}

impl Prosody {
    /// Starts it with so many listeners.
    pub async fn start(listeners: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (address, path) = (free_address()?, folder.path().display().to_string());
        let settings = format!(
            r#"run_as_root = {}
data_path = "{path}"
pidfile = "{path}/prosody.pid"
log = {{ warn = "*console" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {} }}
s2s_ports = {{}}
modules_enabled = {{ "saslauth" }}
modules_disabled = {{ "s2s", "tls", "offline" }}
c2s_require_encryption = false
authentication = "anonymous"
storage = "internal"
VirtualHost "localhost"
Component "rooms.localhost" "muc"
  modules_enabled = {{ "muc_mam" }}
  muc_log_by_default = true
  muc_room_locking = false
  muc_room_default_persistent = true
  muc_room_default_presence_broadcast = {{ visitor = false; participant = false; moderator = false; }}
"#,
            as_whom()? == "root",
            address.port(),
        );
        let file = folder.path().join("prosody.cfg.lua");
        std::fs::write(&file, settings)?;
        let mut command = Command::new("prosody");
        command.arg("--config").arg(&file).arg("-F");
        let log = folder.path().join("prosody.log");
        let (program, out) = Program::start(&mut command, &log)?;
        std::thread::spawn(move || std::io::copy(&mut { out }, &mut std::io::sink()));
        reached(address).await.context("prosody")?;
        let speaker = enter(address, "speaker").await?;
        let (tell, heard) = Heard::channel();
        for listener in 0..listeners {
            let stream = enter(address, &format!("listener-{listener}")).await?;
            listen(stream, u32::try_from(listener)?, tell.clone());
        }
        let mut prosody = Self { speaker, heard, listeners, _program: program, _folder: folder };
        prosody.say(0).await.context("prosody's first message")?;
        Ok(prosody)
    }

    /// Says something; returns when the last listener has it.
    pub async fn say(&mut self, round: usize) -> Result<()> {
        let words = format!("{WORDS} {round}?");
        let message =
            format!("<message to='{ROOM}' type='groupchat' id='m{round}'><body>{words}</body></message>");
        self.speaker.write_all(message.as_bytes()).await?;
        self.heard.all(self.listeners).await?;
        // Who speaks is told as well.
        until(&mut self.speaker, words.as_bytes()).await
    }
}

/// Comes into the room.
async fn enter(address: SocketAddr, name: &str) -> Result<TcpStream> {
    const OPEN: &str = "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' \
                        xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(OPEN.as_bytes()).await?;
    until(&mut stream, b"</stream:features>").await?;
    let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
    stream.write_all(auth.as_bytes()).await?;
    until(&mut stream, b"<success").await?;
    stream.write_all(OPEN.as_bytes()).await?;
    until(&mut stream, b"</stream:features>").await?;
    let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    stream.write_all(bind.as_bytes()).await?;
    until(&mut stream, b"</iq>").await?;
    let enter = format!(
        "<presence to='{ROOM}/{name}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
    );
    stream.write_all(enter.as_bytes()).await?;
    // The room's subject is the last that somebody who comes in is told.
    until(&mut stream, b"<subject").await.with_context(|| format!("{name} did not come in"))?;
    Ok(stream)
}

fn listen(mut stream: TcpStream, listener: u32, tell: mpsc::UnboundedSender<u32>) {
    tokio::spawn(async move {
        let mut read = Vec::new();
        while let Ok(1..) = stream.read_buf(&mut read).await {
            while let Some(end) = end_of_message(&read) {
                if memmem::find(read.get(..end).unwrap_or_default(), WORDS.as_bytes()).is_some() {
                    let _ = tell.send(listener);
                }
                read.drain(..end);
            }
        }
    });
}

fn end_of_message(read: &[u8]) -> Option<usize> {
    const END: &[u8] = b"</message>";
    memmem::find(read, END).map(|at| at + END.len())
}

/// Reads until something has been said.
async fn until(stream: &mut TcpStream, part: &[u8]) -> Result<()> {
    let mut read = Vec::new();
    let said = async {
        while memmem::find(&read, part).is_none() {
            ensure!(stream.read_buf(&mut read).await? > 0, "it hung up");
        }
        Ok(())
    };
    let answer = tokio::time::timeout(PATIENCE, said).await;
    answer
        .map_err(anyhow::Error::from)
        .and_then(|answer| answer)
        .with_context(|| format!("waiting for {:?}", String::from_utf8_lossy(part)))
}
