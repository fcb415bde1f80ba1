//! Rounds over the wire: planning them, their falling due, and what comes of walking them.

mod clock;
mod due;
mod planning;
mod prepared;
mod walking;

pub use prepared::{fallen_due, inspection, plan, save};
