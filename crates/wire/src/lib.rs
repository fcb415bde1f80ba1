//! What Linli's parts say to each other.
//!
//! Two conversations are written down here, once each:
//!
//! * over HTTP, between the app's core and the community server: [`join`], [`session`], [`sync`],
//!   [`ops`] and the online questions of the domains;
//! * over IPC, between the face and the core: [`command`].
//!
//! The domains ([`community`], [`notices`], [`repairs`], [`rounds`], [`payments`], [`chat`], [`devices`], [`settings`], …) carry the same names in
//! every other crate. There is no I/O here, no clock and no randomness; the crate compiles to wasm.
//!
//! Rules that hold for every type: ids are UUIDv7 made by the client, times are UTC milliseconds,
//! unknown fields are ignored (an older app reads a newer server), enumerations that may grow are
//! read through a fallback variant, and what travels over HTTP
//! is pinned by the snapshot of the server's OpenAPI document; what travels over IPC by the snapshot of the
//! commands' shapes in the core's tests.

pub mod attachments;
pub mod chat;
pub mod command;
pub mod community;
pub mod devices;
pub mod error;
pub mod id;
pub mod join;
pub mod language;
pub mod markdown;
pub mod money;
pub mod notices;
pub mod ops;
pub mod outbox;
pub mod payments;
pub mod repairs;
pub mod rounds;
pub mod session;
pub mod settings;
pub mod sync;
pub mod text;
pub mod time;
pub mod typed;

pub use error::{Code, WireError};
pub use language::{Language, Localized};
pub use time::Timestamp;
