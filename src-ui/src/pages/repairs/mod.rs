//! Repairs: what a resident reports and waits for, and the office's work on it.

mod acts;
mod board;
mod cards;
mod detail;
mod draft;
mod figures;
mod form;
mod kind_form;
mod kinds;
mod list;
mod new;
pub mod office;
mod photos;
mod rate;
mod row;
mod said;
mod talk;
mod timeline;
mod waiting;

pub use detail::Detail;
pub use figures::Figures;
pub use form::{Area, too_long};
pub use kinds::Kinds;
pub use list::List;
pub use new::New;
pub use office::select;
pub use photos::{Photos, gallery};
pub use row::{needing, repair_row};
pub use said::urgency_word;
