//! Payments: what a household owes and pays, where the money goes, and the office's side of it.

mod automatic;
mod bill;
mod lines;
mod list;
mod made;
mod money;
mod need;
pub mod office;
mod papers;
mod pay;
mod paying;
mod relatives;
mod row;

pub use automatic::AutomaticPage;
pub use bill::BillPage;
pub use list::List;
pub use made::MadePage;
pub use money::Where;
pub use need::{due_bills, tile_note};
pub use paying::PayPage;
pub use relatives::RelativesPage;
