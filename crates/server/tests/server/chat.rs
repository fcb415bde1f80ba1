//! Rooms and messages: who sees them, their order, what is done to them, and what keeps them civil.

mod abuse;
mod at_once;
mod civil;
mod files;
mod prepared;
mod rooms;
mod talk;

pub use prepared::{done, findings, held, new_message, one_of_each, refused, say};
