//! Mosquitto: one topic, every listener a session that is kept, at least once (`QoS` 1), with its database on the disk.
//!
//! It keeps what is said in memory and writes its database when it ends and every half hour: it promises less than a
//! commit before anybody hears.

use std::{net::SocketAddr, process::Command};

use anyhow::{Context, Result, ensure};
use linli_e2e::program::{Program, free_address};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::{as_whom, reached};
use crate::crowd::{Heard, WORDS};

const TOPIC: &[u8] = b"room";

/// A running broker with its listeners.
pub struct Mosquitto {
    speaker: TcpStream,
    heard: Heard,
    listeners: usize,
    _program: Program,
    _folder: tempfile::TempDir,
}

impl Mosquitto {
    /// Starts it with so many listeners.
    pub async fn start(listeners: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (address, path) = (free_address()?, folder.path().display().to_string());
        let settings = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence true\n\
             persistence_location {path}/\nlog_dest stderr\nuser {}\n",
            address.port(),
            as_whom()?
        );
        let file = folder.path().join("mosquitto.conf");
        std::fs::write(&file, settings)?;
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(&file);
        let (program, _out) = Program::start(&mut command, &folder.path().join("mosquitto.log"))?;
        reached(address).await.context("mosquitto")?;
        let (tell, heard) = Heard::channel();
        for listener in 0..listeners {
            listen(address, u32::try_from(listener)?, tell.clone()).await?;
        }
        let speaker = connect(address, "speaker").await?;
        Ok(Self { speaker, heard, listeners, _program: program, _folder: folder })
    }

    /// Says something; returns when the last listener has it.
    pub async fn say(&mut self, round: usize) -> Result<()> {
        let mut body = named(TOPIC);
        body.extend(u16::try_from(round % 60_000 + 1)?.to_be_bytes());
        body.extend(format!("{WORDS} {round}?").bytes());
        self.speaker.write_all(&packet(0x32, &body)).await?;
        self.heard.all(self.listeners).await?;
        let (kind, _) = read(&mut self.speaker).await?;
        ensure!(kind >> 4 == 4, "mosquitto did not take the message");
        Ok(())
    }
}

async fn connect(address: SocketAddr, name: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    // Version 3.1.1, a session that is kept, no word of life expected.
    let mut body = named(b"MQTT");
    body.extend([4, 0, 0, 0]);
    body.extend(named(name.as_bytes()));
    stream.write_all(&packet(0x10, &body)).await?;
    let (kind, answer) = read(&mut stream).await?;
    ensure!(kind >> 4 == 2 && answer.get(1) == Some(&0), "mosquitto let nobody in: {answer:?}");
    Ok(stream)
}

async fn listen(address: SocketAddr, listener: u32, tell: mpsc::UnboundedSender<u32>) -> Result<()> {
    let mut stream = connect(address, &format!("listener-{listener}")).await?;
    let mut body = vec![0, 1];
    body.extend(named(TOPIC));
    body.push(1);
    stream.write_all(&packet(0x82, &body)).await?;
    let (kind, answer) = read(&mut stream).await?;
    ensure!(kind >> 4 == 9 && answer.get(2) == Some(&1), "mosquitto did not subscribe: {answer:?}");
    tokio::spawn(async move {
        while let Ok((kind, body)) = read(&mut stream).await {
            if kind >> 4 == 3 {
                // Told first, then confirmed: it has the message.
                let _ = tell.send(listener);
                let id = body.get(2 + TOPIC.len()..4 + TOPIC.len()).unwrap_or_default();
                stream.write_all(&packet(0x40, id)).await?;
            }
        }
        Ok::<_, std::io::Error>(())
    });
    Ok(())
}

/// A text as MQTT writes it.
fn named(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text].concat()
}

/// A packet of up to 16,383 bytes.
fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let low = (body.len() % 128) as u8;
    let mut packet = vec![kind];
    match body.len() / 128 {
        0 => packet.push(low),
        high => packet.extend([low | 0x80, high as u8]),
    }
    packet.extend(body);
    packet
}

async fn read(stream: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let kind = stream.read_u8().await?;
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let part = stream.read_u8().await?;
        length |= usize::from(part & 0x7f) << shift;
        shift += 7;
        if part & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((kind, body))
}
