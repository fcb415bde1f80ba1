//! What the office does with its server: spreadsheets, pictures, backups, the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod backup;
mod cli;
mod folder;
mod import;
mod messages;
mod migrating;
mod payments;
mod pictures;
mod place;
mod rounds;
mod secrets;
mod serving;
mod shelf;
