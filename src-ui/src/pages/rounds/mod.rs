//! Rounds: what is due to be inspected, walked with one hand on a phone, and planned by the office.

mod draft;
mod fill;
mod found;
mod list;
pub mod office;
mod point;
mod round;
mod said;
mod scan;

pub use list::{List, due_card};
pub use point::Point;
pub use round::Detail;
