//! The core from outside, with a held world around it and no server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod acting;
mod ailing;
mod chat;
mod commands;
mod giving_up;
mod keeping;
mod listing;
mod migrating;
mod notifying;
mod office;
mod outbox;
mod pages;
mod photos;
mod repairs;
mod rounds;
mod settings;
mod space;
mod typing;
mod windows;
