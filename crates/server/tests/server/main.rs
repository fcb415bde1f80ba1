//! The community server over real sockets, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod abuse;
mod bank;
mod card;
mod chat;
mod description;
mod device;
mod following;
mod gone;
mod greedy;
mod joining;
mod ledger;
mod log;
mod operations;
mod paper;
mod parts;
mod payments;
mod photos;
mod place;
mod policy;
mod repairs;
mod rounds;
mod strangers;
mod world;
