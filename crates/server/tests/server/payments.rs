//! Payments over the wire: fees, bill runs, the counter, credit notes, and who sees what of it.

mod billing;
mod crediting;
mod fees;
mod meters;
mod paying;
mod prepared;

pub use prepared::{by_area, credited};
