//! The least that can hold listeners: a tokio TCP server of a page, in a process of its own, which commits what is said
//! and then writes it to one socket after the other. It is this very program, started with [`WORD`].

use std::{net::SocketAddr, path::Path, process::Command};

use anyhow::{Context, Result};
use linli_e2e::program::{Program, read_until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::{crowd::Heard, floor};

/// The argument with which this program is a bare server in the folder that follows it.
pub const WORD: &str = "bare-server";
/// About as long as a live event with one message.
const BODY: usize = 900;
/// With which a connection says what it is for.
const LISTENS: u8 = b'l';
const SPEAKS: u8 = b's';

/// A running bare server with its listeners.
pub struct Bare {
    address: SocketAddr,
    program: Program,
    speaker: TcpStream,
    tell: mpsc::UnboundedSender<u32>,
    heard: Heard,
    listeners: usize,
    _folder: tempfile::TempDir,
}

impl Bare {
    /// Starts it.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(WORD).arg(folder.path());
        let (program, out) = Program::start(&mut command, &folder.path().join("bare.log"))?;
        let address = read_until(out, |line| line.trim().parse().ok()).context("the bare server")?;
        let speaker = connect(address, SPEAKS).await?;
        let (tell, heard) = Heard::channel();
        Ok(Self { address, program, speaker, tell, heard, listeners: 0, _folder: folder })
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// Opens so many more connections.
    pub async fn listen(&mut self, more: usize) -> Result<()> {
        for listener in self.listeners..self.listeners + more {
            let mut stream = connect(self.address, LISTENS).await?;
            let (tell, listener) = (self.tell.clone(), u32::try_from(listener)?);
            tokio::spawn(async move {
                let mut body = vec![0; BODY];
                while stream.read_exact(&mut body).await.is_ok() {
                    let _ = tell.send(listener);
                }
            });
        }
        self.listeners += more;
        Ok(())
    }

    /// Says something; returns when the last listener has it.
    pub async fn say(&mut self) -> Result<()> {
        self.speaker.write_all(&[b'x'; BODY]).await?;
        self.heard.all(self.listeners).await
    }
}

async fn connect(address: SocketAddr, role: u8) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&[role]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    Ok(stream)
}

/// What the process with [`WORD`] does, until it is killed.
pub async fn serve(folder: &Path) -> Result<()> {
    let db = floor::database(&folder.join("bare.db"), None)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let (say, mut said) = mpsc::unbounded_channel();
    let mut sockets = Vec::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let mut stream = accepted?.0;
                stream.set_nodelay(true)?;
                let role = stream.read_u8().await?;
                let (mut reads, mut writes) = stream.into_split();
                writes.write_all(&[role]).await?;
                let say = say.clone();
                if role == LISTENS {
                    sockets.push(writes);
                    // As any server has to: who has gone is noticed.
                    tokio::spawn(async move { reads.read_u8().await });
                } else {
                    tokio::spawn(async move {
                        let _open = writes;
                        let mut body = [0; BODY];
                        while reads.read_exact(&mut body).await.is_ok() {
                            say.send(body)?;
                        }
                        Ok::<_, mpsc::error::SendError<[u8; BODY]>>(())
                    });
                }
            }
            Some(body) = said.recv() => {
                floor::commit(&db, &String::from_utf8_lossy(&body))?;
                for socket in &mut sockets {
                    socket.write_all(&body).await?;
                }
            }
        }
    }
}
