//! Payments over the wire: fees, bill runs, the counter, credit notes, and who sees what of it.

mod arrears;
mod automatic;
mod bank;
mod billing;
mod checking;
mod crediting;
mod exporting;
mod fees;
mod meters;
mod paying;
pub mod prepared;
mod refunds;
mod relatives;
mod reminders;
mod settling;
mod spending;
mod told_before;

pub use bank::brought;
pub use prepared::{by_area, credited};
