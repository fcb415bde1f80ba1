//! Real cores, a real server, real sockets, and what can go wrong between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod asking;
mod chat;
mod crashing;
mod files;
mod following;
mod kept;
mod killing;
mod leaving;
mod office;
mod papers;
mod parts;
mod payments;
mod photos;
mod relatives;
mod reminders;
mod repairs;
mod restoring;
mod rounds;
mod schedules;
mod taking_back;
mod trouble;
mod view;
mod weather;
