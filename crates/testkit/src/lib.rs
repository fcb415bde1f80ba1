//! Everything a test of Linli needs around a real core and a real server.
//!
//! What is real: the core, the server, the sockets between them, the databases, the key slots on
//! disk. What is held by the test: the clocks ([`HeldClock`]), the timers and the randomness
//! ([`FakeSystem`]), the key store ([`FakeKeyStore`]), the desktop ([`Desk`]) and everything that can go
//! wrong between two sockets ([`FaultyNetwork`] at the core's port, [`Proxy`] on the wire). A core can
//! be killed at any place where it touches the world ([`Crash`]).
//!
//! The people are always the same small community, Sunshine Garden: see [`people`]. A test reads as
//! what happened to them:
//!
//! ```no_run
//! # #[cfg(feature = "server")] async fn story() {
//! use linli_testkit::{Engine, Garden, people::*};
//!
//! let mut garden = Garden::start(Engine::Sqlite, 7).await;
//! let chen = garden.join(CHEN_JING).await;
//! let mei = garden.join(WANG_MEI).await;
//! let notice = chen.publish("Water off from 2 to 5", "Fill a bucket.").await;
//! mei.until_sees(notice).await;
//! mei.network.cut();
//! mei.read(notice).await;
//! mei.network.mend();
//! mei.until_sent().await;
//! # }
//! ```
//!
//! Rules of the house:
//!
//! * Nobody sleeps to wait. [`Resident::until`] looks again whenever the core announces a change, so
//!   what is not announced is not seen, as in the face; it gives up after [`PATIENCE`] and says what it
//!   saw last. What a core rightly does without a word is awaited with [`Resident::until_unannounced`].
//! * Chance comes from a seed that stands in the failure. Wall time decides nothing but how long a
//!   connection that a fault holds back stays held.
//! * Each server has a database of its own. With `LINLI_TEST_POSTGRES` it is made in that PostgreSQL
//!   and dropped at the end; without it [`Engine::all`] says aloud that only SQLite was tried.

mod clock;
mod crash;
mod desk;
#[cfg(feature = "server")]
mod garden;
mod key_store;
mod network;
pub mod pages;
pub mod people;
#[cfg(feature = "server")]
mod postgres;
mod proxy;
mod resident;
#[cfg(feature = "server")]
pub mod server;
mod system;
mod temp;

pub use clock::HeldClock;
pub use crash::{Crash, Crashed};
pub use desk::Desk;
#[cfg(feature = "server")]
pub use garden::{Garden, real_network};
pub use key_store::{FakeKeyStore, KeyStoreState};
pub use network::{Asked, Fault, FaultyNetwork};
#[cfg(feature = "server")]
pub use postgres::PostgresDatabase;
pub use proxy::{Proxy, Trouble};
pub use resident::{PATIENCE, Resident, Setup};
#[cfg(feature = "server")]
pub use server::{Engine, TestServer};
pub use system::{FakeSystem, Pace};
pub use temp::temp_folder;
