//! Two communities on a server with a real socket, on either engine, under a clock that tests hold.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::place::place;
pub use crate::place::{Place, person};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer, SigningKey};
use linli_server::{
    App, Settings,
    clock::{Clock, random},
    db::Location,
    join,
};
use linli_wire::{
    Language, Timestamp, WireError,
    id::*,
    join::{JoinCode, JoinLink, JoinReply, JoinRequest},
    notices::{Audience, NoticeContent, NoticeText, Publish},
    ops::{Action, Op, OpsReply, OpsRequest, Outcome},
    session::{RefreshRequest, Tokens, refresh_message},
    sync::SyncPage,
};
use reqwest::{Method, StatusCode};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Runs a test on both engines; on PostgreSQL only where LINLI_TEST_POSTGRES names a server.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn run($world: $crate::world::World) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::world::World::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match $crate::world::World::postgres().await {
                    Some(world) => run(world).await,
                    None => eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL"),
                }
            }
        }
    )*};
}

#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::new(move || Timestamp(now.load(Ordering::SeqCst)))
    }
}

pub struct World {
    pub app: App,
    pub time: Time,
    pub url: String,
    pub sun: Place,
    pub moon: Place,
    /// Deleted with the world.
    _folder: tempfile::TempDir,
    pub http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// A device that has joined.
#[derive(Clone)]
pub struct Device {
    pub id: DeviceId,
    pub tokens: Tokens,
    pub key: SigningKey,
}

pub const START: i64 = 1_790_000_000_000;

impl World {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("linli.db"));
        Self::open(folder, location, |_| {}).await
    }

    pub async fn postgres() -> Option<Self> {
        let location = fresh_schema().await?;
        Some(Self::open(tempfile::tempdir().unwrap(), location, |_| {}).await)
    }

    pub async fn open(
        folder: tempfile::TempDir,
        location: Location,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let time = Time::default();
        time.0.store(START, Ordering::SeqCst);
        let mut settings = Settings::new(location, folder.path().to_owned());
        settings.rate_factor = 1000;
        change(&mut settings);
        let app = App::open(settings, time.clock()).await.unwrap();
        let (sun, moon) =
            app.db.write(|tx| Ok((place(tx, "阳光花园", 1)?, place(tx, "月光花园", 2)?))).await.unwrap();
        let mut world = Self {
            app,
            time,
            url: String::new(),
            sun,
            moon,
            _folder: folder,
            // Bodies as they crossed the wire.
            http: reqwest::Client::builder().no_gzip().no_proxy().build().unwrap(),
            stop: None,
            serving: None,
        };
        world.serve().await;
        world
    }

    async fn serve(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let app = self.app.clone();
        self.stop = Some(stop);
        self.serving = Some(tokio::spawn(async move {
            app.serve(listener, async { drop(stopped.await) }).await.unwrap();
        }));
    }

    /// Stops the server as an operator would, and waits until it has.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            serving.await.unwrap();
        }
    }

    /// Stops the server and starts it again, with other settings.
    pub async fn start_again(&mut self, change: impl FnOnce(&mut Settings)) {
        self.stop().await;
        let mut settings = self.app.settings.clone();
        change(&mut settings);
        self.app = App::open(settings, self.time.clock()).await.unwrap();
        self.serve().await;
    }

    pub fn later(&self, millis: i64) {
        self.time.0.fetch_add(millis, Ordering::SeqCst);
        self.app.db.clock().was_set();
    }

    /// Sets the clock.
    pub fn time_set(&self, millis: i64) {
        self.time.0.store(millis, Ordering::SeqCst);
        self.app.db.clock().was_set();
    }

    pub fn now(&self) -> Timestamp {
        self.app.db.now()
    }

    /// A letter for a person, as text.
    pub async fn letter(&self, place: &Place, person: PersonId) -> linli_wire::join::Invitation {
        let (app, community) = (self.app.clone(), place.id);
        let codes = app.codes.fresh().await.unwrap();
        let week = 7 * 24 * 60 * 60 * 1000;
        app.db
            .write(move |tx| join::invite(tx, community, person, &codes, week, "https://linli.test"))
            .await
            .unwrap()
    }

    pub async fn join(&self, place: &Place, person: PersonId) -> Device {
        let letter = self.letter(place, person).await;
        let (request, key) = join_request(JoinLink::read(&letter.link).unwrap().code);
        let reply: JoinReply = self.ok(Method::POST, "/v1/join", None, Some(&request)).await;
        assert_eq!(reply.membership.community_id, place.id);
        Device { id: reply.membership.device_id, tokens: reply.tokens, key }
    }

    pub async fn send<B: serde::Serialize>(
        &self,
        method: Method,
        path: &str,
        access: Option<&str>,
        body: Option<&B>,
    ) -> reqwest::Response {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(access) = access {
            request = request.bearer_auth(access);
        }
        if let Some(body) = body {
            request =
                request.header("content-type", "application/json").body(serde_json::to_string(body).unwrap());
        }
        request.send().await.unwrap()
    }

    pub async fn ok<B: serde::Serialize, T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        access: Option<&str>,
        body: Option<&B>,
    ) -> T {
        let response = self.send(method, path, access, body).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub async fn refused<B: serde::Serialize>(
        &self,
        method: Method,
        path: &str,
        access: Option<&str>,
        body: Option<&B>,
    ) -> WireError {
        problem(self.send(method, path, access, body).await).await
    }

    pub async fn ops(&self, device: &Device, actions: Vec<Action>) -> Vec<Outcome> {
        let ops = actions.into_iter().map(|action| op(self, action)).collect();
        self.ops_as_they_are(device, ops).await
    }

    pub async fn ops_as_they_are(&self, device: &Device, ops: Vec<Op>) -> Vec<Outcome> {
        let reply: OpsReply =
            self.ok(Method::POST, "/v1/ops", Some(&device.tokens.access), Some(&OpsRequest { ops })).await;
        reply.outcomes
    }

    /// Publishes a notice and gives its id.
    pub async fn publish(&self, device: &Device, title: &str, audience: Audience) -> NoticeId {
        let id = NoticeId(new_id());
        let action = save(id, 0, content(title, audience), Publish::Now);
        let outcomes = self.ops(device, vec![action]).await;
        assert!(matches!(outcomes[..], [Outcome::Done { .. }]), "{outcomes:?}");
        id
    }

    /// Pages until there is no more.
    pub async fn sync(&self, device: &Device, cursor: Option<&str>) -> (Vec<SyncPage>, String) {
        let mut cursor = cursor.unwrap_or_default().to_owned();
        let mut pages = Vec::new();
        loop {
            let path = format!("/v1/sync?cursor={cursor}");
            let page: SyncPage = self.ok(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
            cursor.clone_from(&page.cursor);
            let more = page.more;
            pages.push(page);
            if !more {
                return (pages, cursor);
            }
        }
    }

    pub async fn refresh(&self, request: &RefreshRequest) -> Result<Tokens, WireError> {
        let response = self.send(Method::POST, "/v1/session/refresh", None, Some(request)).await;
        if response.status() == StatusCode::OK {
            Ok(serde_json::from_str(&response.text().await.unwrap()).unwrap())
        } else {
            Err(problem(response).await)
        }
    }
}

impl Device {
    pub fn refresh_request(&self) -> RefreshRequest {
        let nonce = BASE64.encode(random::<16>().unwrap());
        self.refresh_with(&self.tokens.refresh, &nonce)
    }

    pub fn refresh_with(&self, refresh: &str, nonce: &str) -> RefreshRequest {
        let signature = self.key.sign(&refresh_message(refresh, nonce));
        RefreshRequest {
            device_id: self.id,
            refresh: refresh.to_owned(),
            nonce: nonce.to_owned(),
            signature: BASE64.encode(signature.to_bytes()),
        }
    }
}

pub async fn problem(response: reqwest::Response) -> WireError {
    let status = response.status();
    assert!(!status.is_success(), "{status}");
    let kind = response.headers().get("content-type").cloned();
    let text = response.text().await.unwrap();
    assert_eq!(kind.unwrap(), "application/problem+json", "{status} {text}");
    let error: WireError = serde_json::from_str(&text).unwrap();
    assert!(
        status.as_u16() == error.code.status() || [400, 405].contains(&status.as_u16()),
        "{status} {text}"
    );
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said["status"], status.as_u16(), "{text}");
    error
}

/// A schema of its own on the server of LINLI_TEST_POSTGRES.
pub async fn fresh_schema() -> Option<Location> {
    let url = std::env::var("LINLI_TEST_POSTGRES").ok()?;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = format!("test_{:032x}", u128::from_be_bytes(random::<16>().unwrap()));
    client.batch_execute(&format!("CREATE SCHEMA {name}")).await.unwrap();
    let join = if url.contains('?') { '&' } else { '?' };
    Some(Location::Postgres(format!("{url}{join}options=-csearch_path%3D{name}")))
}

pub fn new_id() -> uuid::Uuid {
    OpId::new(Timestamp(START), random().unwrap()).0
}

pub fn join_request(code: JoinCode) -> (JoinRequest, SigningKey) {
    let key = SigningKey::from_bytes(&random::<32>().unwrap());
    let request = JoinRequest {
        op_id: OpId(new_id()),
        code,
        device_name: "Linux · laptop".to_owned(),
        device_key: BASE64.encode(key.verifying_key().to_bytes()),
        protocol: 1,
    };
    (request, key)
}

pub fn op(world: &World, action: Action) -> Op {
    Op { id: OpId(new_id()), lane: format!("lane:{}", new_id()), at: world.now(), action }
}

pub fn content(title: &str, audience: Audience) -> NoticeContent {
    let text = NoticeText { title: title.to_owned(), body: format!("正文 of {title}") };
    NoticeContent {
        texts: [(Language::zh(), text)].into(),
        category: "water-power".to_owned(),
        audience,
        emergency: false,
        pinned: false,
        expires_at: None,
        attachments: Vec::new(),
    }
}

pub fn save(notice_id: NoticeId, base_version: u64, content: NoticeContent, publish: Publish) -> Action {
    Action::SaveNotice { notice_id, base_version, content, publish }
}
