//! Payments: what households owe the community, why, and how it is paid.
//!
//! The office settles [`Fee`]s. A bill run makes of them one [`Bill`] for each household and month, with a line for
//! each fee and unit; a published bill is never changed: what was wrong on it is taken back by a [`Credit`]. Money
//! that comes in is a [`Payment`], which is laid on bills in the order that was named, and what is left over is the
//! household's to use later.
//!
//! What is owed of a bill is never stored: the server reckons it from the lines of its ledger whenever it tells
//! devices of a bill. Amounts are whole numbers of the smallest unit of the community's currency; the arithmetic of
//! a line ([`line_amounts`]) stands here once, so that everybody can reckon it again.
//!
//! Bills, payments and what is kept for a household stand in [`crate::sync::Scope::Payments`]: its members see them,
//! and no device of the office holds them, which asks the server instead.

mod amounts;
mod arrears;
mod bank;
mod bill;
mod export;
mod fee;
mod month;
mod office;
mod pages;
mod payment;
mod refund;
mod relative;
mod reminder;
mod spending;

pub use amounts::{Amounts, line_amounts};
pub use arrears::*;
pub use bank::*;
pub use bill::*;
pub use export::*;
pub use fee::*;
pub use month::Month;
pub use office::*;
pub use pages::*;
pub use payment::*;
pub use refund::*;
pub use relative::*;
pub use reminder::*;
pub use spending::*;

/// Longest name of a fee in one language, in characters.
pub const MAX_FEE_NAME: usize = 80;
/// Longest reason for a credit or a reversal, in characters.
pub const MAX_REASON: usize = 500;
/// Most units that a fee is limited to by name.
pub const MAX_FEE_UNITS: usize = 5000;
/// Most discounts of a fee.
pub const MAX_DISCOUNTS: usize = 20;
/// Largest amount that can be billed or paid at once, in the smallest unit: a thousand million euros or yuan.
pub const MAX_MINOR: i64 = 100_000_000_000;
/// Most bills that are paid at once.
pub const MAX_BILLS_AT_ONCE: usize = 60;
/// Most readings that are saved at once.
pub const MAX_READINGS: usize = 500;
