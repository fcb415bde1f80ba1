//! A client in its simplest form: a cache that pages are applied to, and an open live stream.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use linli_wire::{
    WireError,
    id::NoticeId,
    sync::{Entity, Scope, SyncPage},
};
use reqwest::StatusCode;

use crate::world::{Device, World, problem};

/// What a device knows: the cache of a client in its simplest form.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Cache(pub BTreeMap<Scope, Rows>);

/// Version and body by entity and id.
pub type Rows = BTreeMap<(Entity, uuid::Uuid), (u64, String)>;

impl Cache {
    pub fn apply(&mut self, page: &SyncPage) {
        for lost in &page.lost {
            self.0.remove(lost);
        }
        for scope in &page.scopes {
            let rows = self.0.entry(scope.scope).or_default();
            let mut last = 0;
            for change in &scope.changes {
                assert!(change.seq > last, "numbers rise within a page");
                last = change.seq;
                match &change.body {
                    Some(body) => {
                        rows.insert((change.entity, change.id), (change.version, body.get().to_owned()));
                    }
                    None => {
                        rows.remove(&(change.entity, change.id));
                    }
                }
            }
        }
        self.0.retain(|_, rows| !rows.is_empty());
    }

    pub fn has(&self, id: NoticeId) -> bool {
        self.0.values().any(|rows| rows.contains_key(&(Entity::Notice, id.0)))
    }
}

pub async fn snapshot(world: &World, device: &Device) -> Cache {
    let mut cache = Cache::default();
    for page in world.sync(device, None).await.0 {
        cache.apply(&page);
    }
    cache
}

pub enum Told {
    Page,
    Resume,
    End(WireError),
    Typing(serde_json::Value),
}

/// An open live stream.
pub struct Live {
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    buffer: Vec<u8>,
    pub cache: Cache,
    pub cursor: String,
}

impl Live {
    pub async fn open(world: &World, device: &Device, cursor: Option<&str>) -> Result<Self, WireError> {
        let mut request = world.http.get(format!("{}/v1/live", world.url)).bearer_auth(&device.tokens.access);
        if let Some(cursor) = cursor {
            request = request.header("last-event-id", cursor);
        }
        let response = request.send().await.unwrap();
        if response.status() != StatusCode::OK {
            return Err(problem(response).await);
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut live = Self {
            body: Box::pin(response.bytes_stream()),
            buffer: Vec::new(),
            cache: Cache::default(),
            cursor: String::new(),
        };
        assert!(matches!(live.next().await, Some(Told::Page)), "a first page tells that the stream is up");
        Ok(live)
    }

    /// The next event; none when the server has closed the stream.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let event = String::from_utf8(event).unwrap();
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                        .map(str::to_owned)
                };
                match field("event").as_deref() {
                    Some("page") => {
                        let page: SyncPage = serde_json::from_str(&field("data").unwrap()).unwrap();
                        assert_eq!(field("id").unwrap(), page.cursor);
                        self.cache.apply(&page);
                        self.cursor.clone_from(&page.cursor);
                        return Some(Told::Page);
                    }
                    Some("end") => {
                        return Some(Told::End(serde_json::from_str(&field("data").unwrap()).unwrap()));
                    }
                    Some("resume") => return Some(Told::Resume),
                    Some("typing") => {
                        return Some(Told::Typing(serde_json::from_str(&field("data").unwrap()).unwrap()));
                    }
                    Some(other) => panic!("{other}"),
                    None => {}
                }
            }
            let chunk = self.body.next().await?.ok()?;
            // A chunk may end in the middle of a character.
            self.buffer.extend_from_slice(&chunk);
        }
    }

    /// What it is told of somebody who is typing.
    pub async fn typing(&mut self) -> serde_json::Value {
        let reading = async {
            loop {
                match self.next().await.expect("an open stream") {
                    Told::Typing(data) => return data,
                    Told::Page => {}
                    Told::Resume | Told::End(_) => panic!("it ended"),
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("told in time")
    }

    /// Reads until the cache says so.
    pub async fn until(&mut self, wanted: impl Fn(&Cache) -> bool) {
        let reading = async {
            while !wanted(&self.cache) {
                match self.next().await {
                    Some(Told::Page | Told::Typing(_)) => {}
                    Some(Told::Resume) => panic!("the token has ended"),
                    Some(Told::End(error)) => panic!("{error}"),
                    None => panic!("closed"),
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("told in time");
    }

    pub async fn end(&mut self) -> Option<WireError> {
        let reading = async {
            loop {
                match self.next().await {
                    Some(Told::End(error)) => return Some(error),
                    Some(Told::Page | Told::Resume | Told::Typing(_)) => {}
                    None => return None,
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("ended in time")
    }
}
