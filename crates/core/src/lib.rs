//! The resident's side of Linli: an encrypted cache, an outbox and a sync, behind the commands that
//! the face calls.
//!
//! Invariants:
//!
//! * The face reads only from the cache. No command that shows something known waits for the network.
//! * Nothing typed by a person is lost: it stands in the cache before the command returns.
//! * The core starts no thread, no timer and no runtime; [`ports`] is all it knows of the world. So the
//!   same core runs under the shell, the browser host and a simulated network in tests.
//! * No tauri, no leptos, no tokio.
//!
//! The way of a notice: [`account::Account::run`] holds the stream → [`sync::apply`] takes a page in →
//! [`notices`] answers the face. The way of a write: a command queues it ([`outbox`]) → the account's
//! sender flushes it → it comes back through [`sync::apply`] and is settled.

pub mod account;
mod api;
mod app;
mod attachments;
pub mod cache;
pub mod chat;
mod commands;
pub mod community;
pub mod device;
pub mod devices;
mod error;
mod file;
mod join;
pub mod keys;
pub mod markdown;
pub mod notices;
pub mod outbox;
pub mod payments;
pub mod ports;
mod qr;
pub mod repairs;
pub mod rounds;
pub mod search;
pub mod session;
mod settings;
mod sse;
pub mod sync;
pub mod typed;

pub use app::Core;
pub use error::{Error, Result};
