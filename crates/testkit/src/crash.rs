//! Killing a core wherever it touches the world.
//!
//! A [`Crash`] stands between the core and all of its ports. Each use of a port is a point, counted
//! from zero; before an HTTP request and after its answer are two. At the chosen point the core is
//! struck dead: the stack is unwound from inside the port, which drops transactions and connections
//! half-way, and every later use of a port ends the same way, so that no other task of this core gets
//! any further. The folder is then opened by the next core.

use std::{
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use linli_core::ports::{
    Answer, Desktop, KeyStore, KeyStoreError, Network, NetworkError, Notification, Ports, Request, System,
    Task,
};
use linli_wire::Timestamp;
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// What unwinds a core that was struck: no panic message is printed for it.
#[derive(Clone, Copy, Debug)]
pub struct Crashed;

/// Counts the points of a core and strikes at one of them.
#[derive(Default)]
pub struct Crash {
    points: AtomicU64,
    at: AtomicU64,
    armed: AtomicBool,
    dead: AtomicBool,
    struck: Notify,
}

impl Crash {
    /// Strikes at the `point`th use of a port from now.
    pub fn arm(&self, point: u64) {
        self.points.store(0, Ordering::SeqCst);
        self.at.store(point, Ordering::SeqCst);
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Counts from zero, without striking.
    pub fn count_anew(&self) {
        self.armed.store(false, Ordering::SeqCst);
        self.points.store(0, Ordering::SeqCst);
    }

    /// How many points were passed since the count began.
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::SeqCst)
    }

    /// Whether the core is dead.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Completes when the core is dead.
    pub async fn struck(&self) {
        loop {
            let struck = self.struck.notified();
            if self.is_dead() {
                return;
            }
            struck.await;
        }
    }

    fn point(&self) {
        let point = self.points.fetch_add(1, Ordering::SeqCst);
        if self.armed.load(Ordering::SeqCst) && point == self.at.load(Ordering::SeqCst) {
            self.dead.store(true, Ordering::SeqCst);
            self.struck.notify_waiters();
        }
        if self.is_dead() {
            resume_unwind(Box::new(Crashed));
        }
    }

    /// The same ports, with a point at each use.
    pub fn wrap(self: &Arc<Self>, ports: Ports) -> Ports {
        let (crash, announce) = (self.clone(), ports.announce);
        Ports {
            system: Arc::new(Struck(self.clone(), ports.system)),
            network: Arc::new(Struck(self.clone(), ports.network)),
            key_store: Arc::new(Struck(self.clone(), ports.key_store)),
            desktop: Arc::new(Struck(self.clone(), ports.desktop)),
            announce: Arc::new(move |topic| {
                crash.point();
                announce(topic);
            }),
            ..ports
        }
    }
}

/// A port behind a [`Crash`].
struct Struck<T: ?Sized>(Arc<Crash>, Arc<T>);

impl System for Struck<dyn System> {
    fn now(&self) -> Timestamp {
        self.0.point();
        self.1.now()
    }

    fn random(&self, buffer: &mut [u8]) {
        self.0.point();
        self.1.random(buffer);
    }

    fn sleep(&self, time: Duration) -> Task<'_, ()> {
        self.0.point();
        self.1.sleep(time)
    }
}

impl Network for Struck<dyn Network> {
    fn send(&self, request: Request) -> Task<'_, Result<Answer, NetworkError>> {
        Box::pin(async move {
            self.0.point();
            let answer = self.1.send(request).await;
            self.0.point();
            answer
        })
    }
}

impl KeyStore for Struck<dyn KeyStore> {
    fn backend(&self) -> &'static str {
        self.1.backend()
    }

    fn owner(&self) -> String {
        self.1.owner()
    }

    fn get(&self, name: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>> {
        self.0.point();
        self.1.get(name)
    }

    fn set(&self, name: &str, secret: &str) -> Task<'_, Result<(), KeyStoreError>> {
        let set = self.1.set(name, secret);
        Box::pin(async move {
            self.0.point();
            let done = set.await;
            self.0.point();
            done
        })
    }
}

impl Desktop for Struck<dyn Desktop> {
    fn notify(&self, notification: Notification) {
        self.0.point();
        self.1.notify(notification);
    }

    fn open_url(&self, url: &str) -> bool {
        self.1.open_url(url)
    }

    fn open_file(&self, name: &str, bytes: &[u8]) -> bool {
        self.1.open_file(name, bytes)
    }
}
