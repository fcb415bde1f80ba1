//! The whole app from outside: programs as they are built, driven as a person drives them.
//!
//! What it guarantees: every test has a community server, hosts, browsers and folders of its own; each program ends
//! with the test that started it; and a test that fails leaves a picture, the page's source and every program's log
//! under `LINLI_ARTIFACTS` (else `target/e2e`), in a folder of the test's name.
//!
//! The parts, from the outside in:
//!
//! * [`world`]: one test's people and places, and what is kept when it fails.
//! * [`community`]: a `linli-server` with the demo community.
//! * [`wire_cutter`]: the cable between a device and the server, which can be pulled out.
//! * [`host`]: one device, a `linli-host` with a folder of its own, and typed commands to its core.
//! * [`key_store`]: a session bus with or without a key store, in each of its states.
//! * [`cache`], [`disk`]: files that a newer app wrote or that are damaged, and a disk that is full.
//! * [`driver`], [`session`], [`page`]: a browser or the app's own window, what WebDriver can do with it, and what a
//!   person can.
//! * [`clean_debian`]: a Debian that has nothing but itself, to install the package into.
//! * [`axe`], [`look`], [`faces`]: what keeps people from using a page, by axe-core and by our own rules of size, in
//!   every mode, language and colour.
//! * [`rooms`]: talk between neighbours without the face.
//! * [`words`]: the sentences of the face, so that tests name them by key and read them in both languages.
//!
//! Waiting is done inside the page: a script comes back when the page has changed to what is wanted, or says what it
//! found instead. Nothing here waits for a fixed time, and nothing is tried twice. The client of WebDriver is our own
//! 150 lines over a blocking socket, because a test has one thing to do at a time, and the clients there are bring an
//! asynchronous runtime's worth of crates.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test: what does not come true ends it, with the line of the test that wanted it"
)]

pub mod axe;
pub mod cache;
pub mod clean_debian;
pub mod community;
pub mod disk;
pub mod driver;
pub mod faces;
pub mod host;
pub mod http;
pub mod key_store;
pub mod look;
pub mod page;
pub mod pages;
pub mod place;
pub mod program;
pub mod rooms;
pub mod session;
pub mod stripe;
pub mod wire_cutter;
pub mod words;
pub mod world;
