//! A core on a thread of its own.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use linli_core::{
    Core,
    ports::{Desktop, KeyStore, Ports},
};
use linli_wire::{
    Code, WireError,
    command::{DemoPerson, Topic, dispatch},
};
use tokio::{
    sync::{Notify, broadcast, oneshot},
    time::Instant,
};

use crate::{
    network::{self, RealNetwork},
    place,
    system::RealSystem,
};

/// Least time between two sets of topics, so that pages ask once while much comes in: less than a frame.
const GATHER: Duration = Duration::from_millis(4);

/// What differs between hosts.
pub struct Options {
    /// Folder of the cache; none keeps nothing.
    pub folder: Option<PathBuf>,
    /// The key store.
    pub key_store: Arc<dyn KeyStore>,
    /// The desktop.
    pub desktop: Arc<dyn Desktop>,
    /// People of the demo.
    pub demo: Vec<DemoPerson>,
    /// How long the network waits for [`Host::face_is_there`]: a first page and a first synchronisation would
    /// share the same processors, and somebody looks at the page. Zero where nobody ever says so.
    pub face_first: Duration,
}

/// A running core.
pub struct Host {
    core: Arc<Core>,
    announcements: broadcast::Sender<Topic>,
    runtime: tokio::runtime::Handle,
    face: Arc<Notify>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Starts a core: opens its cache and keeps its accounts level until the host is dropped.
///
/// # Errors
/// When the operating system gives no thread or no runtime.
pub fn start(options: Options) -> Result<Host, Box<dyn std::error::Error + Send + Sync>> {
    let (announcements, _) = broadcast::channel(256);
    let sender = announcements.clone();
    let core = Core::new(Ports {
        system: Arc::new(RealSystem),
        network: Arc::new(RealNetwork::default()),
        key_store: options.key_store,
        desktop: options.desktop,
        // Nobody may be listening yet.
        announce: Arc::new(move |topic| drop(sender.send(topic))),
        folder: options.folder,
        device_name: place::device_name(),
        demo: options.demo,
    });
    // One runtime of two threads: one follows the network, the other answers the face.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("linli-core")
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    let face = Arc::new(Notify::new());
    let face_is_there = face.clone();
    let (stop, stopped) = oneshot::channel();
    let running = core.clone();
    let thread = std::thread::Builder::new().name("linli-host".to_owned()).spawn(move || {
        runtime.spawn(async move {
            running.start().await;
            tracing::debug!(target: "linli", "cache looked for");
            // Said or not: the network does not wait any longer.
            let _ = tokio::time::timeout(options.face_first, face_is_there.notified()).await;
            tokio::task::spawn_blocking(network::prepare);
            running.run().await;
        });
        // Ends when told, or when the host was dropped.
        let _ = runtime.block_on(stopped);
        runtime.shutdown_timeout(Duration::from_secs(2));
    })?;
    Ok(Host { core, announcements, runtime: handle, face, stop: Some(stop), thread: Some(thread) })
}

impl Host {
    /// The core.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The runtime it runs on.
    pub fn runtime(&self) -> &tokio::runtime::Handle {
        &self.runtime
    }

    /// A first page stands on the screen: the network may begin.
    pub fn face_is_there(&self) {
        self.face.notify_one();
    }

    /// Answers one command of the face: request and reply as JSON text.
    ///
    /// # Errors
    /// The command's, or `internal` when it broke.
    pub async fn call(&self, name: String, request: String) -> Result<String, WireError> {
        let core = self.core.clone();
        let answer = self.runtime.spawn(async move { dispatch(&*core, &name, &request).await });
        answer.await.unwrap_or_else(|_| Err(WireError::new(Code::Internal, "the command broke")))
    }

    /// What changes, gathered so that a page asks once.
    pub fn topics(&self) -> Topics {
        Topics { announcements: self.announcements.subscribe(), told: None }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A listener for what changes.
pub struct Topics {
    announcements: broadcast::Receiver<Topic>,
    /// When a set was last handed out.
    told: Option<Instant>,
}

impl Topics {
    /// The next set of topics; none when the host has ended.
    pub async fn next(&mut self) -> Option<BTreeSet<Topic>> {
        use broadcast::error::RecvError;
        let mut topics = match self.announcements.recv().await {
            Ok(topic) => BTreeSet::from([topic]),
            // Too slow to hear each one: everything may have changed.
            Err(RecvError::Lagged(_)) => BTreeSet::from(Topic::ALL),
            Err(RecvError::Closed) => return None,
        };
        // The first after a silence does not wait: somebody looks for it. Its fellows are announced in the same breath.
        match self.told.map(|told| told + GATHER).filter(|end| *end > Instant::now()) {
            Some(end) => tokio::time::sleep_until(end).await,
            None => tokio::task::yield_now().await,
        }
        while let Ok(topic) = self.announcements.try_recv() {
            topics.insert(topic);
        }
        self.told = Some(Instant::now());
        Some(topics)
    }
}
