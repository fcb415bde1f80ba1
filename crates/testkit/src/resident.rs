//! A person's device: a real core with a folder, held ports, and the questions a test asks it.

use std::{any::Any, path::Path, sync::Arc, time::Duration};

use linli_core::{
    Core, account,
    cache::Cache,
    keys,
    ports::{Network, Ports},
};
use linli_wire::{
    Code, Language, WireError, command::*, id::NoticeId, join::JoinWith, notices::*, outbox::OutboxPage,
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

use crate::{Crash, Crashed, Desk, FakeKeyStore, FakeSystem, FaultyNetwork, Pace, temp_folder};

/// How long [`Resident::until`] waits before it fails. An upper bound, not a pause.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a device is made of.
pub struct Setup {
    /// What "My devices" calls it.
    pub name: String,
    /// Seed of its randomness.
    pub seed: u64,
    /// How its timers run.
    pub pace: Pace,
    /// Its network, behind faults.
    pub network: Arc<dyn Network>,
    /// Whether it keeps anything when it is closed.
    pub keeps: bool,
}

/// A device in a test.
pub struct Resident {
    /// What "My devices" calls it.
    pub name: String,
    /// Clock, timers, randomness.
    pub system: Arc<FakeSystem>,
    /// The key store.
    pub key_store: Arc<FakeKeyStore>,
    /// Notifications.
    pub desk: Arc<Desk>,
    /// The network.
    pub network: Arc<FaultyNetwork>,
    /// Strikes the core that runs now; each start has a new one.
    pub crash: Arc<Crash>,
    folder: TempDir,
    keeps: bool,
    running: Option<Running>,
}

struct Running {
    core: Arc<Core>,
    task: JoinHandle<()>,
    announced: watch::Receiver<u64>,
}

impl Drop for Resident {
    /// An app that nobody looks at any more runs no more: its loops would ask a server that is gone for ever.
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.task.abort();
        }
    }
}

impl Resident {
    /// A device with an empty folder, not started.
    pub fn new(setup: Setup) -> Self {
        Self {
            name: setup.name,
            system: Arc::new(FakeSystem::new(setup.seed, setup.pace)),
            key_store: Arc::default(),
            desk: Arc::default(),
            network: Arc::new(FaultyNetwork::new(setup.network)),
            crash: Arc::default(),
            folder: temp_folder(),
            keeps: setup.keeps,
            running: None,
        }
    }

    /// Starts the app.
    ///
    /// # Panics
    /// When it runs already.
    pub async fn start(&mut self) {
        self.start_with(Arc::default()).await;
    }

    /// Starts the app, to be struck dead at a point counted from the start.
    ///
    /// # Panics
    /// When it runs already.
    pub async fn start_armed(&mut self, point: u64) {
        let crash: Arc<Crash> = Arc::default();
        crash.arm(point);
        self.start_with(crash).await;
    }

    async fn start_with(&mut self, crash: Arc<Crash>) {
        assert!(self.running.is_none(), "{} runs already", self.name);
        self.crash = crash;
        let (announcer, announced) = watch::channel(0);
        let ports = self.crash.wrap(Ports {
            system: self.system.clone(),
            network: self.network.clone(),
            key_store: self.key_store.clone(),
            desktop: self.desk.clone(),
            announce: Arc::new(move |_| announcer.send_modify(|times| *times += 1)),
            folder: self.keeps.then(|| self.folder.path().to_owned()),
            device_name: self.name.clone(),
            demo: Vec::new(),
        });
        let core = Core::new(ports);
        let (starting, running) = (core.clone(), core.clone());
        let started = tokio::spawn(async move { starting.start().await });
        unwound(started.await);
        let task = tokio::spawn(async move { running.run().await });
        self.running = Some(Running { core, task, announced });
    }

    /// Ends the app as `kill -9` would, as far as this process can see: whatever it was doing is not
    /// finished. What stands in its folder stays.
    pub async fn kill(&mut self) {
        if let Some(Running { core, task, .. }) = self.running.take() {
            task.abort();
            if let Err(error) = task.await
                && error.is_panic()
            {
                unwound::<()>(Err(error));
            }
            drop(core);
        }
    }

    /// [`Resident::kill`] and [`Resident::start`].
    pub async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The databases of the accounts in its folder, in no order.
    pub fn databases(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.folder()).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "db") && !path.ends_with("device.db"))
            .collect()
    }

    /// Opens the database of its one account beside the app, to look at what really stands there.
    ///
    /// # Panics
    /// When there is not exactly one.
    #[allow(clippy::expect_used, reason = "a test that expects an account has found none")]
    pub async fn cache(&self) -> Cache {
        let key = keys::open_with_key_store(self.folder(), &*self.key_store).await.expect("the key");
        let [path] = <[_; 1]>::try_from(self.databases()).expect("one account");
        Cache::open(&path, &key, account::MIGRATIONS).expect("the database opens")
    }

    /// Asks the core as the face does: request and reply as JSON text.
    ///
    /// # Errors
    /// The command's; `internal` when the core was struck dead meanwhile.
    ///
    /// # Panics
    /// When the app does not run, or the command panics.
    #[allow(clippy::expect_used, reason = "a test that breaks the contract of JSON must stop")]
    pub async fn ask<C: Command>(&self, request: C::Request) -> Result<C::Reply, WireError> {
        let core = self.running().core.clone();
        let request = serde_json::to_string(&request).expect("a request has a JSON form");
        let asked = tokio::spawn(async move { dispatch(&*core, C::NAME, &request).await });
        let Some(reply) = unwound(asked.await) else {
            return Err(WireError::new(Code::Internal, "the core was struck dead"));
        };
        Ok(serde_json::from_str(&reply?).expect("a reply has the form that the command names"))
    }

    /// [`Resident::ask`], for what must work.
    ///
    /// # Panics
    /// When it does not.
    #[allow(clippy::panic, reason = "that is what a failed expectation is")]
    pub async fn get<C: Command>(&self, request: C::Request) -> C::Reply {
        match self.ask::<C>(request).await {
            Ok(reply) => reply,
            Err(error) => panic!("{}: {} refused: {error:?}", self.name, C::NAME),
        }
    }

    /// Waits until `look` finds what it looks for. It looks now, and again whenever the core announces
    /// a change; its error says what it saw instead.
    ///
    /// # Panics
    /// After [`PATIENCE`], with what was seen last; or when the core broke.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn(&Self) -> Result<T, String>) -> T {
        let mut announced = self.running().announced.clone();
        self.look_until(what, look, async || announced.changed().await.is_ok()).await
    }

    /// [`Resident::until`] for what the core does without a word to its face, such as a renewed session: it looks
    /// again also whenever this device has asked the network for something or been answered.
    ///
    /// # Panics
    /// As [`Resident::until`].
    pub async fn until_unannounced<T>(
        &self,
        what: &str,
        look: impl AsyncFn(&Self) -> Result<T, String>,
    ) -> T {
        let (mut announced, mut moved) = (self.running().announced.clone(), self.network.moved());
        let again = async || {
            tokio::select! {
                changed = announced.changed() => changed.is_ok(),
                changed = moved.changed() => changed.is_ok(),
            }
        };
        self.look_until(what, look, again).await
    }

    /// Looks until something is found; `again` waits until there may be something new to see.
    #[allow(clippy::panic, reason = "that is what a failed expectation is")]
    async fn look_until<T>(
        &self,
        what: &str,
        look: impl AsyncFn(&Self) -> Result<T, String>,
        mut again: impl AsyncFnMut() -> bool,
    ) -> T {
        let mut last = String::new();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                match look(self).await {
                    Ok(found) => return Some(found),
                    Err(seen) => last = seen,
                }
                if !again().await {
                    return None;
                }
            }
        });
        match found.await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("{}: the core ended while waiting until {what}; last seen: {last}", self.name),
            Err(_) => panic!("{}: not so after {PATIENCE:?}: {what}; last seen: {last}", self.name),
        }
    }

    /// The frame around the pages.
    pub async fn app(&self) -> AppView {
        self.get::<AppGet>(Empty {}).await
    }

    /// Joins with a link, and waits until the first synchronisation is through.
    pub async fn join(&self, link: &str) -> Me {
        let me = self.get::<Join>(JoinWith::Link { text: link.to_owned() }).await;
        self.until_online().await;
        me
    }

    /// The whole list of notices.
    pub async fn notices(&self) -> NoticesPage {
        self.get::<NoticesList>(NoticesQuery { limit: 200, ..NoticesQuery::default() }).await
    }

    /// The notices that a search finds.
    pub async fn search(&self, words: &str) -> Vec<NoticeId> {
        let query = NoticesQuery { search: words.to_owned(), ..NoticesQuery::default() };
        self.get::<NoticesList>(query).await.rows.iter().map(|row| row.id).collect()
    }

    /// The row of a notice, if it is in the list.
    pub async fn row(&self, id: NoticeId) -> Option<NoticeRow> {
        self.notices().await.rows.into_iter().find(|row| row.id == id)
    }

    /// Marks a notice as read.
    pub async fn read(&self, id: NoticeId) {
        self.get::<NoticesRead>(NoticeKeys { ids: vec![id] }).await;
    }

    /// What waits and what is stuck.
    pub async fn outbox(&self) -> OutboxPage {
        self.get::<OutboxList>(Empty {}).await
    }

    /// Writes a notice to the whole community and publishes it, without waiting for the server.
    pub async fn publish(&self, title: &str, body: &str) -> NoticeId {
        self.publish_to(Audience::Community, title, body).await
    }

    /// Writes a notice and publishes it, without waiting for the server.
    pub async fn publish_to(&self, audience: Audience, title: &str, body: &str) -> NoticeId {
        let fresh = self.get::<NoticeNew>(NewNotice { template: None }).await;
        let content = NoticeContent { audience, ..text(&fresh.content, title, body) };
        self.save(fresh.id, fresh.base_version, content, Publish::Now).await;
        fresh.id
    }

    /// Changes the text of a notice, made from what the editor shows.
    pub async fn change(&self, id: NoticeId, title: &str, body: &str) {
        let open = self.editor(id).await;
        self.save(id, open.base_version, text(&open.content, title, body), Publish::Keep).await;
    }

    /// Saves a notice.
    pub async fn save(&self, id: NoticeId, base_version: u64, content: NoticeContent, publish: Publish) {
        self.get::<NoticeSave>(SaveNotice { id, base_version, content, publish }).await;
    }

    /// A notice in the editor.
    pub async fn editor(&self, id: NoticeId) -> OfficeNotice {
        self.get::<OfficeNoticeOpen>(NoticeKey { id }).await
    }

    /// Waits until the server answers.
    pub async fn until_online(&self) {
        self.until("it is online", async |me| {
            let app = me.app().await;
            let level = app.connection.updated_at.is_some() && app.me.is_some();
            let online = app.connection.state == ConnectionState::Online;
            if online && level { Ok(()) } else { Err(format!("{:?} {:?}", app.stage, app.connection)) }
        })
        .await;
    }

    /// Waits until the server is known not to answer.
    pub async fn until_offline(&self) {
        self.until("it knows that it is offline", async |me| match me.app().await.connection.state {
            ConnectionState::Offline => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    }

    /// Waits until nothing waits and nothing is stuck.
    pub async fn until_sent(&self) {
        self.until("everything is sent", async |me| {
            let rows = me.outbox().await.rows;
            if rows.is_empty() { Ok(()) } else { Err(format!("{rows:?}")) }
        })
        .await;
    }

    /// Waits until a notice is in the list.
    pub async fn until_sees(&self, id: NoticeId) -> NoticeRow {
        self.until("it sees the notice", async |me| me.row(id).await.ok_or("not in the list".to_owned()))
            .await
    }

    /// Waits until a notice is not in the list.
    pub async fn until_sees_no_more(&self, id: NoticeId) {
        self.until("the notice is gone", async |me| match me.row(id).await {
            None => Ok(()),
            Some(row) => Err(format!("{row:?}")),
        })
        .await;
    }

    /// Waits until the app shows a stage.
    pub async fn until_stage(&self, what: &str, is: impl Fn(&Stage) -> bool) -> Stage {
        self.until(what, async |me| {
            let stage = me.app().await.stage;
            if is(&stage) { Ok(stage) } else { Err(format!("{stage:?}")) }
        })
        .await
    }

    /// The person pulls down to refresh: pauses between attempts end.
    pub async fn sync_now(&self) {
        self.get::<SyncNow>(Empty {}).await;
    }

    #[allow(clippy::expect_used, reason = "a test that asks a closed app is wrong")]
    fn running(&self) -> &Running {
        self.running.as_ref().expect("the app runs")
    }
}

/// Content with another text, in English.
fn text(content: &NoticeContent, title: &str, body: &str) -> NoticeContent {
    let text = NoticeText { title: title.to_owned(), body: body.to_owned() };
    let texts = [(Language::en(), text)].into();
    NoticeContent { texts, ..content.clone() }
}

/// What a task returned; none when its core was struck dead.
fn unwound<T>(joined: Result<T, tokio::task::JoinError>) -> Option<T> {
    match joined {
        Ok(value) => Some(value),
        Err(error) => {
            let payload: Box<dyn Any + Send> = error.into_panic();
            if payload.is::<Crashed>() { None } else { std::panic::resume_unwind(payload) }
        }
    }
}
