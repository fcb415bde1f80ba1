//! The wire: a TCP proxy in front of the server, with an address that outlives restarts.
//!
//! It knows nothing of HTTP but where a first request's head ends. Trouble is chosen once for each
//! connection, by a plan that gets the connection's number.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::watch,
    task::JoinHandle,
};

use crate::PATIENCE;

/// What happens to a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nothing.
    None,
    /// It is closed at once.
    Refuse,
    /// It is taken, and nothing ever comes back.
    BlackHole,
    /// Every part waits this long, in both directions.
    Slow(Duration),
    /// It is closed after so many bytes from the client.
    CutUp(usize),
    /// It is closed after so many bytes from the server.
    CutDown(usize),
    /// The server answers, and the connection is closed in place of the answer.
    AnswerLost,
    /// The server gets everything a second time on a connection of its own.
    Twice,
    /// Something else answers: these bytes, then the end.
    Page(Vec<u8>),
}

type Plan = Box<dyn FnMut(u64) -> Trouble + Send>;

/// A proxy on loopback.
pub struct Proxy {
    address: SocketAddr,
    inside: Arc<Inside>,
    task: JoinHandle<()>,
}

struct Inside {
    upstream: Mutex<Option<SocketAddr>>,
    plan: Mutex<Plan>,
    heads: Mutex<Vec<String>>,
    connections: watch::Sender<u64>,
    breaks: watch::Sender<u64>,
    sent: AtomicUsize,
}

impl Proxy {
    /// Listens on a free port of loopback, without a server behind it.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let inside = Arc::new(Inside {
            upstream: Mutex::new(None),
            plan: Mutex::new(Box::new(|_| Trouble::None)),
            heads: Mutex::default(),
            connections: watch::Sender::new(0),
            breaks: watch::Sender::new(0),
            sent: AtomicUsize::new(0),
        });
        let task = tokio::spawn(accept(listener, inside.clone()));
        Ok(Self { address, inside, task })
    }

    /// `http://127.0.0.1:PORT`, the same until the proxy is dropped.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The server is there now, or nowhere.
    pub fn lead_to(&self, server: Option<SocketAddr>) {
        *held(&self.inside.upstream) = server;
    }

    /// From now on, each new connection is given to `plan`.
    pub fn plan(&self, plan: impl FnMut(u64) -> Trouble + Send + 'static) {
        *held(&self.inside.plan) = Box::new(plan);
    }

    /// Closes every open connection, so that the next request makes a new one.
    pub fn break_all(&self) {
        self.inside.breaks.send_modify(|breaks| *breaks += 1);
    }

    /// No more trouble, also not on connections that are open.
    pub fn mend(&self) {
        self.plan(|_| Trouble::None);
        self.break_all();
    }

    /// Trouble of a kind that follows from `seed`, for `permille` of the connections.
    pub fn be_faulty(&self, seed: u64, permille: u64) {
        let mut random = oorandom::Rand64::new(u128::from(seed));
        self.plan(move |_| {
            if random.rand_range(0..1000) >= permille {
                return Trouble::None;
            }
            let bytes = usize::try_from(random.rand_range(0..6000)).unwrap_or(0);
            match random.rand_range(0..6) {
                0 => Trouble::Refuse,
                1 => Trouble::Slow(Duration::from_millis(random.rand_range(1..8))),
                2 => Trouble::CutUp(bytes),
                3 => Trouble::CutDown(bytes),
                4 => Trouble::AnswerLost,
                _ => Trouble::Twice,
            }
        });
    }

    /// Heads of the requests that [`Trouble::Page`] answered.
    pub fn heads(&self) -> Vec<String> {
        held(&self.inside.heads).clone()
    }

    /// Bytes that came from clients so far, heads included, whether they were passed on or not.
    pub fn sent(&self) -> usize {
        self.inside.sent.load(Ordering::Relaxed)
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        *self.inside.connections.borrow()
    }

    /// Waits until there were more connections than `before`.
    ///
    /// # Panics
    /// After [`PATIENCE`].
    pub async fn until_connected(&self, before: u64) {
        let mut connections = self.inside.connections.subscribe();
        let found = tokio::time::timeout(PATIENCE, connections.wait_for(|now| *now > before)).await;
        assert!(found.is_ok(), "nobody connected within {PATIENCE:?}");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.break_all();
    }
}

async fn accept(listener: TcpListener, inside: Arc<Inside>) {
    while let Ok((client, _)) = listener.accept().await {
        // Before its trouble is chosen, so that no connection outlives the trouble that was chosen for it.
        let mut breaks = inside.breaks.subscribe();
        let number = *inside.connections.borrow();
        let trouble = held(&inside.plan)(number);
        inside.connections.send_modify(|connections| *connections += 1);
        let inside = inside.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = breaks.changed() => {}
                _ = carry(client, &inside, trouble) => {}
            }
        });
    }
}

async fn carry(mut client: TcpStream, inside: &Inside, trouble: Trouble) -> io::Result<()> {
    client.set_nodelay(true)?;
    let upstream = *held(&inside.upstream);
    let wait = match trouble {
        Trouble::Slow(wait) => wait,
        _ => Duration::ZERO,
    };
    let (up_room, down_room) = match trouble {
        Trouble::Refuse => return Ok(()),
        Trouble::BlackHole => {
            let mut sink = [0; 4096];
            while client.read(&mut sink).await? > 0 {}
            return Ok(());
        }
        Trouble::Page(bytes) => {
            let head = read_head(&mut client).await?;
            held(&inside.heads).push(head);
            return client.write_all(&bytes).await;
        }
        Trouble::CutUp(room) => (room, usize::MAX),
        Trouble::CutDown(room) => (usize::MAX, room),
        Trouble::AnswerLost => (usize::MAX, 0),
        Trouble::None | Trouble::Slow(_) | Trouble::Twice => (usize::MAX, usize::MAX),
    };
    let Some(address) = upstream else { return Ok(()) };
    let server = TcpStream::connect(address).await?;
    server.set_nodelay(true)?;
    let ((client_in, mut client_out), (server_in, mut server_out)) =
        (client.into_split(), server.into_split());
    let mut said = Vec::new();
    let keep = (trouble == Trouble::Twice).then_some(&mut said);
    tokio::select! {
        _ = pump(client_in, &mut server_out, up_room, wait, keep, Some(&inside.sent)) => {}
        _ = pump(server_in, &mut client_out, down_room, wait, None, None) => {}
    }
    // Whoever waits on this connection learns at once that it has ended.
    drop((client_out, server_out));
    if trouble == Trouble::Twice {
        let mut again = TcpStream::connect(address).await?;
        again.write_all(&said).await?;
        // The answer's beginning says that the server has acted.
        let _ = again.read(&mut [0; 1024]).await?;
    }
    Ok(())
}

async fn pump(
    mut from: OwnedReadHalf,
    to: &mut (impl AsyncWriteExt + Unpin),
    mut room: usize,
    wait: Duration,
    mut keep: Option<&mut Vec<u8>>,
    count: Option<&AtomicUsize>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if let Some(count) = count {
            count.fetch_add(read, Ordering::Relaxed);
        }
        let part = buffer.get(..read.min(room)).unwrap_or_default();
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        to.write_all(part).await?;
        if let Some(keep) = keep.as_mut() {
            keep.extend_from_slice(part);
        }
        if read == 0 || read > room {
            return Ok(());
        }
        room = if room == usize::MAX { room } else { room - read };
    }
}

async fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = client.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
