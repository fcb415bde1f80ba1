//! A server with a generated community, and devices that join it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use linli_core::ports::{Desktop, KeyStore, KeyStoreError, Notification, Task};
use linli_host::{Host, Options};
use linli_server::{
    App, Settings,
    attachments::files::Files,
    clock::Clock,
    db::Location,
    generate::{self, Plan},
    import::{self, AudienceRow},
    params,
};
use linli_wire::{
    command::{AppGet, Command, Empty, Join, Stage},
    id::{CommunityId, PersonId},
    join::JoinWith,
};
use zeroize::Zeroizing;

/// A server on loopback.
pub struct World {
    /// The server.
    pub app: App,
    /// `http://127.0.0.1:…`.
    pub url: String,
    folder: tempfile::TempDir,
    /// By how many milliseconds its clock is ahead of the computer's.
    ahead: Arc<AtomicI64>,
    stop: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
}

/// A community of `notices` notices that everybody may see, and 600 households, on a fresh server.
pub async fn world(notices: u32, database: Option<&str>) -> Result<World> {
    let folder = tempfile::tempdir()?;
    let location = match database {
        Some(url) => Location::Postgres(url.to_owned()),
        None => Location::Sqlite(folder.path().join("linli.db")),
    };
    let settings = Settings {
        rate_factor: 100_000,
        streams_per_device: 100_000,
        ..Settings::new(location, folder.path().to_owned())
    };
    let ahead = Arc::<AtomicI64>::default();
    let app = App::open(settings, clock(ahead.clone())).await?;
    let plan = Plan { seed: 7, households: 600, notices, as_of: jiff::civil::date(2026, 1, 1) };
    let mut community = generate::generate(plan);
    for notice in community.notices.values_mut() {
        notice.audience = AudienceRow::Community;
        notice.expires = None;
    }
    import::apply(&app.db.patient(), &Files::open(folder.path())?, community, import::Applying::default())
        .await
        .map_err(|error| anyhow!("{error:?}"))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = app.clone();
    let serving = tokio::spawn(async move {
        let served = server.serve(listener, async { drop(stopped.await) }).await;
        if let Err(error) = served {
            eprintln!("the server ended: {error}");
        }
    });
    Ok(World { app, url, folder, ahead, stop, serving })
}

fn clock(ahead: Arc<AtomicI64>) -> Clock {
    let system = Clock::system();
    Clock::new(move || system.now().plus_millis(ahead.load(Ordering::Relaxed)))
}

impl World {
    /// Where the server keeps what it has, its SQLite database as `linli.db`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the server; what it kept is left to another one.
    pub async fn stop(self) -> Result<tempfile::TempDir> {
        let Self { folder, stop, serving, .. } = self;
        drop(stop);
        serving.await?;
        Ok(folder)
    }

    /// Puts the server's clock ahead, as if so much time had passed: nobody may say more than sixty things a minute.
    pub fn pass(&self, time: Duration) {
        self.ahead.fetch_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// The link of a fresh invitation for somebody with this role.
    pub async fn invite(&self, role: &'static str, skip: i64) -> Result<String> {
        self.invite_to(role, skip, self.url.clone()).await
    }

    /// As [`World::invite`], with a server that is reached at `url`.
    pub async fn invite_to(&self, role: &'static str, skip: i64, url: String) -> Result<String> {
        let (community, person): (CommunityId, PersonId) = self
            .app
            .db
            .read(move |tx| {
                let row = tx.query_one(
                    "SELECT community_id, id FROM person WHERE role = $1 ORDER BY code LIMIT 1 OFFSET $2",
                    params![role, skip],
                )?;
                Ok((row.get(0)?, row.get(1)?))
            })
            .await?;
        let codes = self.app.codes.fresh().await?;
        let invited = self
            .app
            .db
            .write(move |tx| linli_server::join::invite(tx, community, person, &codes, 86_400_000, &url))
            .await?;
        let link = invited.link;
        Ok(link)
    }
}

/// A device with a real core and an encrypted cache in `folder`.
pub fn device(folder: &Path) -> Result<Host> {
    linli_host::start(Options {
        folder: Some(folder.to_owned()),
        key_store: Arc::new(InMemory::default()),
        desktop: Arc::new(Silent),
        demo: Vec::new(),
        face_first: Duration::ZERO,
    })
    .map_err(|error| anyhow!("{error}"))
}

/// A command of the face, through the same dispatch as the window's.
pub async fn call<C: Command>(host: &Host, request: &C::Request) -> Result<C::Reply> {
    let reply = host.call(C::NAME.to_owned(), serde_json::to_string(request)?).await?;
    Ok(serde_json::from_str(&reply)?)
}

/// Waits until the cache is open.
pub async fn welcome(host: &Host) -> Result<()> {
    until(host, async || Ok((call::<AppGet>(host, &Empty {}).await?.stage == Stage::Welcome).then_some(())))
        .await
}

/// Joins.
pub async fn join(host: &Host, link: &str) -> Result<()> {
    call::<Join>(host, &JoinWith::Link { text: link.to_owned() }).await?;
    Ok(())
}

/// Asks whenever something changed, until the answer is there.
pub async fn until<T>(host: &Host, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let mut topics = host.topics();
    let wait = async {
        loop {
            if let Some(found) = ask().await? {
                return Ok(found);
            }
            topics.next().await.context("the host ended")?;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), wait).await.context("not within two minutes")?
}

/// A key store that lives as long as the run: what is measured is not the desktop's.
#[derive(Default)]
struct InMemory(std::sync::Mutex<std::collections::HashMap<String, String>>);

impl KeyStore for InMemory {
    fn backend(&self) -> &'static str {
        "memory"
    }

    fn owner(&self) -> String {
        String::new()
    }

    fn get(&self, name: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>> {
        let found = self.0.lock().ok().and_then(|secrets| secrets.get(name).cloned()).map(Zeroizing::new);
        Box::pin(std::future::ready(Ok(found)))
    }

    fn set(&self, name: &str, secret: &str) -> Task<'_, Result<(), KeyStoreError>> {
        if let Ok(mut secrets) = self.0.lock() {
            secrets.insert(name.to_owned(), secret.to_owned());
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

struct Silent;

impl Desktop for Silent {
    fn notify(&self, _: Notification) {}

    fn open_url(&self, _: &str) -> bool {
        false
    }

    fn open_file(&self, _: &str, _: &[u8]) -> bool {
        false
    }
}
