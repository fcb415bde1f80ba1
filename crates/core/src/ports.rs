//! What the core asks of the world. Hosts hand these in; tests hand in a fake clock, a faulty
//! network and a key store that misbehaves. The core itself starts nothing and waits for nothing else.

use std::{collections::BTreeMap, future::Future, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::Stream;
use linli_wire::{
    Timestamp,
    command::{DemoPerson, Topic},
};
use zeroize::Zeroizing;

/// A future as the ports return it: `Send` where there are threads.
#[cfg(not(target_arch = "wasm32"))]
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A future as the ports return it.
#[cfg(target_arch = "wasm32")]
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The bytes of an answer as they arrive.
#[cfg(not(target_arch = "wasm32"))]
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, NetworkError>> + Send>>;
/// The bytes of an answer as they arrive.
#[cfg(target_arch = "wasm32")]
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, NetworkError>>>>;

/// Everything the core needs from outside.
#[derive(Clone)]
pub struct Ports {
    /// Clock, timer and randomness.
    pub system: Arc<dyn System>,
    /// HTTP.
    pub network: Arc<dyn Network>,
    /// The operating system's key store.
    pub key_store: Arc<dyn KeyStore>,
    /// The desktop around the app.
    pub desktop: Arc<dyn Desktop>,
    /// Called when something changed that pages may show.
    pub announce: Arc<dyn Fn(Topic) + Send + Sync>,
    /// Where the cache lives; none keeps everything in memory only.
    pub folder: Option<PathBuf>,
    /// What "My devices" calls this one, such as `Linux · laptop`.
    pub device_name: String,
    /// People of the demo community, if this is a demo.
    pub demo: Vec<DemoPerson>,
}

/// Clock, timer, randomness.
pub trait System: Send + Sync {
    /// The device's clock. It may be years off.
    fn now(&self) -> Timestamp;
    /// Fills the buffer with bytes fit for keys.
    fn random(&self, buffer: &mut [u8]);
    /// Completes after `time`.
    fn sleep(&self, time: Duration) -> Task<'_, ()>;
}

/// An HTTP request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Absolute address.
    pub url: String,
    /// Header names in lower case.
    pub headers: BTreeMap<&'static str, String>,
    /// Body; empty for none.
    pub body: Bytes,
    /// Give up after this long without an answer; streams count until the first byte.
    pub timeout: Duration,
}

/// The head of an answer and its body as it arrives.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `content-type`, if any.
    pub content_type: String,
    /// `upload-offset`, of an upload in parts.
    pub upload_offset: Option<u64>,
    /// The body, decompressed.
    pub body: ByteStream,
}

/// The server could not be reached, or the connection broke. The text is for logs.
#[derive(Clone, Debug)]
pub struct NetworkError(pub String);

/// HTTP, without redirects to other hosts, without cookies.
pub trait Network: Send + Sync {
    /// Sends a request; the answer's head is there, its body may still be on the way.
    fn send(&self, request: Request) -> Task<'_, Result<Answer, NetworkError>>;
}

/// Why the key store did not do it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyStoreError {
    /// There is none.
    Missing,
    /// It is locked and could not be unlocked.
    Locked,
    /// The person or the system refused, or it did not answer in time.
    Refused,
}

/// The operating system's key store. Calls return within a few seconds, whatever the system does.
pub trait KeyStore: Send + Sync {
    /// Which kind it is, such as `secret-service`; kept beside the key so that a switch is recognised.
    fn backend(&self) -> &'static str;
    /// Which account of the operating system this is; kept beside the key so that a cache copied from
    /// another account is recognised.
    fn owner(&self) -> String;
    /// The secret under this name, if there is one.
    fn get(&self, name: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>>;
    /// Keeps a secret under this name.
    fn set(&self, name: &str, secret: &str) -> Task<'_, Result<(), KeyStoreError>>;
}

/// A message for the system's notification area.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notification {
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// Whether it may sound and stay.
    pub urgent: bool,
}

/// The desktop around the app. What a host cannot do, it says, and the face does it its own way.
pub trait Desktop: Send + Sync {
    /// Shows a system notification.
    fn notify(&self, notification: Notification);
    /// Opens a web, mail or telephone link. False if this host cannot.
    fn open_url(&self, url: &str) -> bool;
    /// Saves a file where the person keeps downloads and opens it. False if this host cannot.
    fn open_file(&self, name: &str, bytes: &[u8]) -> bool;
}
