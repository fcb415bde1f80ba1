//! What people do with Linli, from outside. Run by `cargo xtask test end-to-end`, browsers two at a time, windows one by one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests end where something is not as it must be"
)]

mod accessibility;
mod arrears;
mod bank;
mod card;
mod chat;
mod communities;
mod devices;
mod editing;
mod injection;
mod join;
mod keys;
mod killed;
mod letters;
mod native;
mod office;
mod payments;
mod photos;
mod read;
mod refunds;
mod relatives;
mod repairs;
mod repairs_agreed;
mod repairs_office;
mod rounds;
mod settings;
mod spending;
mod trouble;
