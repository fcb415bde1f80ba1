//! Repairs over the wire: who may do what, who sees what, and what time does by itself.

mod asking;
mod limits;
mod many;
mod prepared;
mod seeing;
mod story;
mod table;
mod time;
mod working;

pub use prepared::{
    acted, card, category, current, file, findings, ground, heard, is_done, one, photo, refusal, report,
    reported, seen, zh,
};
