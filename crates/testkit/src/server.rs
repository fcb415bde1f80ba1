//! A community server in this process, on a real socket, that can be killed and started again.
//!
//! It runs on a runtime of its own, so that killing it ends every connection in the middle of whatever
//! it was doing. A [`Proxy`] stands in front and keeps the address; what is on its disk stays.

use std::{future::Future, net::SocketAddr, path::PathBuf, time::Duration};

use linli_server::{
    App, Error, Settings,
    attachments::files::Files,
    backup,
    clock::Clock,
    db::{Database, Location, Tx},
    import::{self, Reading, ids},
    join,
};
use linli_wire::id::{BuildingId, CommunityId, HouseholdId, PersonId};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::oneshot};

use crate::{
    HeldClock, Proxy,
    people::{COMMUNITY, Person},
    postgres::{self, PostgresDatabase},
    temp_folder,
};

/// Where a server keeps its data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A database of its own in `LINLI_TEST_POSTGRES`.
    Postgres,
}

impl Engine {
    /// Whether it can be had here. Without PostgreSQL this says so aloud.
    pub fn is_here(self) -> bool {
        let here = self == Self::Sqlite || postgres::given().is_some();
        if !here {
            eprintln!("LINLI_TEST_POSTGRES is not set: nothing was tried on PostgreSQL");
        }
        here
    }
}

/// A server in a test.
pub struct TestServer {
    /// The wire in front of it.
    pub proxy: Proxy,
    /// Its clock.
    pub clock: HeldClock,
    /// Which engine it stands on.
    pub engine: Engine,
    /// `fixtures/garden` as the office's disk has it; change it and call [`TestServer::import`].
    pub office: TempDir,
    home: TempDir,
    place: Place,
    running: Option<Running>,
}

struct Place {
    data: PathBuf,
    location: Location,
    _database: Option<PostgresDatabase>,
}

struct Running {
    app: App,
    clock: Clock,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
}

#[allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test without its server cannot go on")]
impl TestServer {
    /// Starts a server for Sunshine Garden.
    pub async fn start(engine: Engine) -> Self {
        let home = temp_folder();
        let office = temp_folder();
        copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/garden"), office.path());
        let place = Place::new(engine, home.path().join("data")).await;
        let proxy = Proxy::start().await.expect("a port");
        let mut server =
            Self { proxy, clock: HeldClock::default(), engine, office, home, place, running: None };
        server.start_again().await;
        server.import().await;
        server
    }

    /// Starts it on the data it had.
    pub async fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server runs already");
        let mut settings = Settings::new(self.place.location.clone(), self.place.data.clone());
        settings.public_url = Some(self.proxy.url());
        settings.rate_factor = 10_000;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let held = self.clock.clone();
        let clock = Clock::new(move || held.now());
        let (stop, stopped) = oneshot::channel();
        let (ready, bound) = oneshot::channel::<(App, SocketAddr)>();
        let told = clock.clone();
        let served = runtime.spawn(async move {
            let app = App::open(settings, told).await.expect("the server opens its data");
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let _ = ready.send((app.clone(), address));
            let stopped = async {
                // Ends also when the handle is dropped without a word.
                let _ = stopped.await;
            };
            app.serve(listener, stopped).await.expect("the server serves");
        });
        let (app, address) = bound.await.expect("the server starts");
        self.proxy.lead_to(Some(address));
        self.running = Some(Running { app, clock, runtime, stop, served });
    }

    /// Stops it as an operator does: streams are ended, requests under way are finished.
    pub async fn stop(&mut self) {
        if let Some(Running { app, runtime, stop, served, .. }) = self.running.take() {
            self.proxy.lead_to(None);
            let _ = stop.send(());
            served.await.expect("the server ends well");
            drop(app);
            runtime.shutdown_background();
        }
    }

    /// Kills it: connections and transactions end where they are.
    pub fn kill(&mut self) {
        if let Some(Running { app, runtime, .. }) = self.running.take() {
            self.proxy.lead_to(None);
            runtime.shutdown_background();
            drop(app);
            self.proxy.break_all();
        }
    }

    /// [`TestServer::kill`] and [`TestServer::start_again`].
    pub async fn restart(&mut self) {
        self.kill();
        self.start_again().await;
    }

    /// Lets the server's time pass, and wakes its jobs.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        if let Some(running) = &self.running {
            running.clock.was_set();
        }
    }

    /// The running server.
    pub fn app(&self) -> App {
        self.running().app.clone()
    }

    /// Runs domain functions in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let app = self.app();
        self.within(async move { app.db.write(work).await }).await.expect("the transaction commits")
    }

    /// Runs domain functions that only read.
    pub async fn look<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let app = self.app();
        self.within(async move { app.db.read(work).await }).await.expect("the database answers")
    }

    /// Brings the community level with the office's folder, through the real import.
    pub async fn import(&self) {
        let folder = self.office.path().to_owned();
        let now = jiff::Timestamp::from_millisecond(self.clock.now().0).expect("a time");
        let reading = Reading { now, dates_end_today: false };
        let folder = import::read(&folder, reading).expect("the office's folder has no mistakes");
        let app = self.app();
        self.within(async move {
            import::apply(&app.db.patient(), &app.shelf.files, folder, import::Applying::default()).await
        })
        .await
        .expect("the folder is loaded");
    }

    /// The office edits one of its files and imports the folder again.
    pub async fn office_changes(&self, file: &str, from: &str, to: &str) {
        let path = self.office.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the file is there");
        assert!(text.contains(from), "{file} holds {from:?}");
        std::fs::write(&path, text.replace(from, to)).expect("the file can be written");
        self.import().await;
    }

    /// The link on a new letter for somebody.
    pub async fn invite(&self, person: Person) -> String {
        let app = self.app();
        let (community, person) = (community(), person_id(person));
        let lifetime = app.settings.invitation_ms;
        self.within(async move {
            let codes = app.codes.fresh().await?;
            let address = app.address();
            app.db.write(move |tx| join::invite(tx, community, person, &codes, lifetime, &address)).await
        })
        .await
        .expect("an invitation")
        .link
    }

    /// Writes a backup while the server runs.
    pub async fn back_up(&self) -> PathBuf {
        let name = format!("{}.linli", self.clock.now().0);
        let (app, file) = (self.app(), self.home.path().join(name));
        let to = file.clone();
        self.within(async move { backup::backup(&app.db.patient(), &app.shelf.files, &to).await })
            .await
            .expect("a backup");
        file
    }

    /// The disk is lost: a new place, the backup, and the server starts on it.
    pub async fn restore(&mut self, from: PathBuf) {
        self.kill();
        let data = self.home.path().join(format!("data-{}", self.clock.now().0));
        let place = Place::new(self.engine, data).await;
        let (location, data, held) = (place.location.clone(), place.data.clone(), self.clock.clone());
        // On a runtime of its own, so that no connection outlives it.
        let restored = tokio::task::spawn_blocking(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let db = Database::open(&location, Clock::new(move || held.now())).await.expect("a database");
                let files = Files::open(&data).expect("a folder");
                backup::restore(&db, &files, &from).await.expect("the backup is restored");
            });
        });
        restored.await.expect("restoring ends");
        self.place = place;
        self.start_again().await;
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the server runs")
    }

    async fn within<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        self.running().runtime.spawn(work).await.expect("the server's work ends")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Place {
    #[allow(clippy::expect_used, reason = "a test without its place cannot go on")]
    async fn new(engine: Engine, data: PathBuf) -> Self {
        std::fs::create_dir_all(&data).expect("a folder");
        match engine {
            Engine::Sqlite => {
                let location = Location::Sqlite(data.join("linli.db"));
                Self { data, location, _database: None }
            }
            Engine::Postgres => {
                let database = PostgresDatabase::create().await;
                let location = Location::Postgres(database.url().to_owned());
                Self { data, location, _database: Some(database) }
            }
        }
    }
}

/// The community's id.
pub fn community() -> CommunityId {
    ids::community(COMMUNITY)
}

/// Somebody's id.
pub fn person_id(person: Person) -> PersonId {
    ids::person(community(), person.code)
}

/// A building's id.
pub fn building_id(code: &str) -> BuildingId {
    ids::building(community(), code)
}

/// A household's id.
pub fn household_id(code: &str) -> HouseholdId {
    ids::household(community(), code)
}

#[allow(clippy::expect_used, reason = "a test without its fixture cannot go on")]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the fixture is there") {
        let entry = entry.expect("an entry");
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).expect("a copy");
        }
    }
}
