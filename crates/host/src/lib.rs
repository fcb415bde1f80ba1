//! What the core needs of an operating system: clock, randomness, HTTP, key store, a thread to run
//! on. The shell and the browser host both stand on it, so that what is tried in a browser is what
//! runs in the window.
//!
//! * [`start`] puts a core on a thread of its own and gives back a [`Host`].
//! * [`browser`] serves the face and one RPC endpoint on loopback, guarded by a random token: for
//!   development, for tests, and for machines without a display.

pub mod browser;
pub mod demo;
pub mod downloads;
pub mod key_store;
pub mod log;
pub mod network;
pub mod place;
mod run;
pub mod system;

pub use run::{Host, Options, start};
