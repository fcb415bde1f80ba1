//! A community server: everything that `serve` holds in its hands.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    Error,
    attachments::{Shelf, files::Files, intake::Intake, parts::Parts as Uploads},
    card, chat,
    clock::Clock,
    config,
    db::{self, Database, DbError, Location},
    http::{self, known::Known, limits::Limits},
    instance::{self, Instance},
    jobs,
    join::Codes,
    ledger,
    live::{self, Hub},
    metrics::Metrics,
    payments,
    sync::CursorKey,
};

/// How long anything that a client waits for may take on PostgreSQL: half of what the app waits.
const PATIENCE: Duration = Duration::from_secs(8);

/// How a server is run. [`Settings::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where its data is.
    pub database: Location,
    /// Folder of files that people send.
    pub data: std::path::PathBuf,
    /// Address that stands in letters, `https://host[:port]`; none means the listening address.
    pub public_url: Option<String>,
    /// How long a letter's code works, in milliseconds.
    pub invitation_ms: i64,
    /// Proxies in front whose forwarded address is believed, counted from the right.
    pub trusted_hops: u8,
    /// Most connections at a time.
    pub max_connections: usize,
    /// Most live streams of one device.
    pub streams_per_device: usize,
    /// Time for a client to send its request's head; also how long a connection may idle.
    pub header_timeout: Duration,
    /// Time for a client to send a body of ordinary size.
    pub body_timeout: Duration,
    /// How long a client may take nothing of an answer that waits for it; a stream's client twice as long.
    pub write_timeout: Duration,
    /// Multiplies all rate limits: for tests and benchmarks that act as hundreds of people from one
    /// address.
    pub rate_factor: u32,
    /// How much one person may send.
    pub attachments: config::Attachments,
    /// Payments by card; none means that nobody can.
    pub card: Option<config::Card>,
}

impl Settings {
    /// The defaults for a database and a data folder.
    pub fn new(database: Location, data: std::path::PathBuf) -> Self {
        Self {
            database,
            data,
            public_url: None,
            invitation_ms: 30 * 24 * 60 * 60 * 1000,
            trusted_hops: 0,
            max_connections: 12_000,
            streams_per_device: 16,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            rate_factor: 1,
            attachments: config::Attachments { files_per_day: 500, bytes_per_day: 1 << 30 },
            card: None,
        }
    }
}

/// An open server; clones share it.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// As given.
    pub settings: Settings,
    /// The data, in a hurry; see [`Database::hurried`].
    pub db: Database,
    /// What makes the database itself.
    pub instance: Instance,
    /// Takes files in and gives them out.
    pub shelf: Shelf,
    /// Hashes codes.
    pub codes: Codes,
    /// Whoever takes payments by card, if anybody.
    pub card: Option<Box<dyn card::Provider>>,
    pub(crate) cursor_key: CursorKey,
    pub(crate) limits: Limits,
    pub(crate) known: Known,
    pub(crate) hub: Hub,
    pub(crate) metrics: Metrics,
    pub(crate) closing: watch::Sender<bool>,
    address: OnceLock<String>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database, brings it to the newest migration, and reads what makes it itself.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self, Error> {
        let db = Database::open(&settings.database, clock).await?.hurried(PATIENCE);
        let instance = db.write(instance::open).await?;
        db.write(chat::open_all).await?;
        let shelf = Shelf {
            files: Files::open(&settings.data).map_err(DbError::Io)?,
            parts: Uploads::open(&settings.data).map_err(DbError::Io)?,
            intake: Intake::default(),
            limits: settings.attachments.clone(),
        };
        let card = settings.card.clone().map(card::provider).transpose()?;
        Ok(Self(Arc::new(Parts {
            card,
            codes: Codes::new(&instance),
            cursor_key: CursorKey::new(&instance.cursor_key),
            limits: Limits::new(settings.rate_factor),
            known: Known::default(),
            hub: Hub::default(),
            metrics: Metrics::default(),
            closing: watch::Sender::new(false),
            address: OnceLock::new(),
            shelf,
            settings,
            db,
            instance,
        })))
    }

    /// The address that stands in letters and links.
    pub fn address(&self) -> String {
        let set = self.settings.public_url.clone().or_else(|| self.address.get().cloned());
        set.unwrap_or_else(|| "https://localhost".to_owned())
    }

    /// All routes, as a service: for tests that need no socket.
    pub fn router(&self) -> axum::Router {
        http::router(self)
    }

    /// Serves until `shutdown` resolves, then ends streams with a hint to come back, finishes what is
    /// under way and returns.
    ///
    /// # Errors
    /// When the listener has no address.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> std::io::Result<()> {
        let bound = listener.local_addr()?;
        // Loopback is the only place where plain http is taken by clients.
        let scheme = if bound.ip().is_loopback() { "http" } else { "https" };
        let _ = self.address.set(format!("{scheme}://{bound}"));
        let mut tasks = self.background();
        http::serve(self, listener, shutdown).await;
        tasks.shutdown().await;
        Ok(())
    }

    /// The jobs and the live hub: [`App::serve`] runs them, tests without a socket start them.
    pub fn background(&self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(live::dispatch(self.clone(), self.db.commits()));
        tasks.spawn(live::wake(self.clone()));
        tasks.spawn(jobs::publish(self.clone()));
        tasks.spawn(jobs::tend_repairs(self.clone()));
        tasks.spawn(jobs::tend_rounds(self.clone()));
        tasks.spawn(jobs::tend_cards(self.clone()));
        tasks.spawn(jobs::remind(self.clone()));
        tasks.spawn(jobs::pay(self.clone()));
        tasks.spawn(jobs::prove(self.clone()));
        tasks.spawn(jobs::tidy(self.clone()));
        tasks
    }

    /// Looks through the ledger and what stands on it, and tells how much does not fit together.
    ///
    /// # Errors
    /// The database's.
    pub async fn prove(&self) -> Result<usize, Error> {
        let look = |tx: &mut db::Tx<'_>| {
            let mut findings = Vec::new();
            ledger::check(tx, &mut findings)?;
            payments::check(tx, &mut findings)?;
            Ok(findings.len())
        };
        let count = self.db.patient().read(look).await?;
        self.metrics.ledger(count);
        Ok(count)
    }

    /// Figures for Prometheus, as text.
    pub fn metrics_text(&self) -> String {
        self.metrics.text(self.hub.len())
    }
}
