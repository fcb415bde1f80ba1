//! The office's side: bills of all households, runs, arrears, the counter, the bank, refunds, spending, fees and meters.

mod arrears;
mod bank;
mod bills;
mod credit;
mod decide;
mod discounts;
mod export;
mod fee_form;
mod fees;
mod give_back;
mod household;
mod meters;
mod refunds;
mod run;
mod settle;
mod spending;
mod take;
mod trouble;

pub use arrears::Arrears;
pub use bank::Bank;
pub use bills::Bills;
pub use fees::Fees;
pub use household::Household;
pub use meters::Meters;
pub use refunds::Refunds;
pub use run::Run;
pub use spending::SpendingPage;

use crate::{components::page_header::Back, words::payments_office as texts};

/// Where the way back leads.
fn to_bills() -> Back {
    ("/office/payments".to_owned(), texts::title().to_owned())
}
