//! Repairs: what a resident reports and waits for, and the office's work on it.

mod acts;
mod cards;
mod detail;
mod draft;
mod form;
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
pub use form::too_long;
pub use list::List;
pub use new::New;
pub use photos::{Photos, gallery};
pub use row::{need_rows, repair_row};
pub use said::urgency_word;
