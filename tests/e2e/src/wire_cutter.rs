//! The cable between a device and its server: a relay that can be cut while both ends stay alive.
//!
//! Cutting closes what runs through it and refuses what comes; mending lets it through again. The address stays.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;

/// A cable; its devices use [`Cable::address`] as if it were the server's.
pub struct Cable {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cut: bool,
    ended: bool,
    next: u64,
    through: BTreeMap<u64, [TcpStream; 2]>,
}

impl Cable {
    /// A whole cable to `server`.
    ///
    /// # Errors
    /// When no port is free.
    pub fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let cable = Self { address: listener.local_addr()?, state: Arc::default() };
        let state = cable.state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&state).ended {
                    return;
                }
                if let Ok(stream) = stream {
                    // What cannot be connected is closed, as a router does.
                    let _ = relay(&state, stream, server);
                }
            }
        });
        Ok(cable)
    }

    /// Where devices connect.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Pulls the cable out.
    pub fn cut(&self) {
        let mut state = lock(&self.state);
        state.cut = true;
        for [one, other] in state.through.values() {
            close(one);
            close(other);
        }
        state.through.clear();
    }

    /// Puts it back.
    pub fn mend(&self) {
        lock(&self.state).cut = false;
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.cut();
        lock(&self.state).ended = true;
        // Wakes the listener, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn close(stream: &TcpStream) {
    // Closed already is fine.
    let _ = stream.shutdown(Shutdown::Both);
}

fn relay(state: &Arc<Mutex<State>>, device: TcpStream, server: SocketAddr) -> Result<()> {
    let mut now = lock(state);
    if now.cut {
        close(&device);
        return Ok(());
    }
    let far = TcpStream::connect(server)?;
    device.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let number = now.next;
    now.next += 1;
    now.through.insert(number, [device.try_clone()?, far.try_clone()?]);
    drop(now);
    for (mut from, mut to) in [(device.try_clone()?, far.try_clone()?), (far, device)] {
        let state = state.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if to.write_all(bytes.get(..count).unwrap_or_default()).is_err() {
                    break;
                }
            }
            close(&from);
            close(&to);
            lock(&state).through.remove(&number);
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn nothing_passes_a_cut_cable_until_it_is_mended() {
        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let cable = Cable::to(echo.local_addr().unwrap()).unwrap();
        std::thread::spawn(move || {
            for stream in echo.incoming() {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut copy = stream.try_clone().unwrap();
                    let _ = std::io::copy(&mut copy, &mut stream);
                });
            }
        });
        let talk = |stream: &mut TcpStream| {
            let mut answer = [0; 2];
            stream.write_all(b"hi").and_then(|()| stream.read_exact(&mut answer)).map(|()| answer)
        };
        let mut open = TcpStream::connect(cable.address()).unwrap();
        assert_eq!(talk(&mut open).unwrap(), *b"hi");
        cable.cut();
        assert!(talk(&mut open).is_err(), "what runs through it ends with it");
        let mut new = TcpStream::connect(cable.address()).unwrap();
        assert!(talk(&mut new).is_err(), "what is new gets no answer");
        cable.mend();
        let mut new = TcpStream::connect(cable.address()).unwrap();
        assert_eq!(talk(&mut new).unwrap(), *b"hi");
    }
}
