//! Payments: fees become bills, bills are paid, and the ledger alone says what is owed.
//!
//! What it guarantees. A published bill never changes; nothing is billed twice, because a fee, a unit and a period
//! stand on one line of one bill by the database's own rule, and a fee that is billed keeps its periods. A payment is booked once, however often it is asked for:
//! whoever begins it names it, and its entry of the ledger has the same id. Who pays what a neighbour of the same
//! household is paying waits for them, sees what is owed then, and what is too much is kept for the household.
//!
//! Whatever changes what is owed of a bill that is there happens under the lock of the household's account
//! ([`account::lock`]) and tells the household's devices of every bill that it touched, with what is owed by the ledger at
//! that moment.
//!
//! Turned down: a state of the bill in its row (it would be a second truth beside the ledger), and bills in the
//! office's scope (ten thousand households make millions of them; the office asks for the few that it looks at).

mod account;
mod arrears;
mod automatic;
pub(crate) mod bank;
mod bills;
mod check;
mod credit;
mod due;
mod export;
mod fees;
mod figures;
mod meters;
mod numbers;
mod office;
mod papers;
mod past;
mod pay;
mod refunds;
mod relatives;
mod reminders;
mod run;
mod spending;
mod ways;

pub use account::account;
pub use arrears::arrears;
pub use automatic::{due_automatic, pay_automatically, set_automatic};
pub use bills::{Bills, bills};
pub use check::check;
pub use credit::credit;
pub use export::export;
pub use fees::{fee, fees, put_fee, save_fee};
pub use figures::money;
pub use meters::{meters, put_readings, save_readings};
pub use office::{bills_page, household};
pub use papers::{receipt, statement};
pub use past::{PastMonth, put_past};
pub use pay::{balance, counter, payments};
pub(crate) use pay::{begin_by_card, move_by_card, payment};
pub(crate) use refunds::finish as finish_refund;
pub use refunds::{ask as ask_refund, decide as decide_refund, get as refund, money_back, refunds};
pub use relatives::{
    begin as begin_relative, code as relative_code, end as end_relative, look as look_at_relative_code,
    relatives, scopes as scopes_of_relative,
};
pub(crate) use relatives::{carry_end, end_code as end_relative_code, lets, moved};
pub use reminders::{due_reminders, early as early_reminders, remind, take_back as take_back_reminders};
pub use run::{preview, publish, runs};
pub use spending::{put_spending, spend, spendings, take_back as take_spending_back};
pub use ways::{offer_card, put_ways, ways};

use std::collections::BTreeSet;

use linli_wire::{
    Timestamp,
    community::Community,
    id::{CommunityId, HouseholdId, UnitId},
};

use crate::{Error, calendar::Calendar, community, db::Tx};

/// Households for which something is due now.
#[derive(Debug)]
pub struct DueHouseholds {
    /// Which.
    pub households: BTreeSet<(CommunityId, HouseholdId)>,
    /// When to look again.
    pub next: Option<Timestamp>,
}

/// The community and its day.
fn today(tx: &mut Tx<'_>, id: CommunityId) -> Result<(Community, jiff::civil::Date), Error> {
    let community = community::get(tx, id)?.ok_or_else(Error::not_found)?;
    let today = Calendar::of(&community)?.today(tx.now())?;
    Ok((community, today))
}

/// A day such as `2026-11-30`.
fn day(field: &str, text: &str) -> Result<jiff::civil::Date, Error> {
    let day: Option<jiff::civil::Date> = text.parse().ok();
    // Others are read, too, such as `20261130`; days are compared as texts.
    let day = day.filter(|day| day.to_string() == text);
    day.ok_or_else(|| Error::invalid(field, "must be a day such as 2026-11-30"))
}

/// A unit that somebody lives in, with the name that stands on bills.
struct Payer {
    unit: UnitId,
    name: String,
    household: linli_wire::id::HouseholdId,
    /// In hundredths of a square metre.
    area: Option<i64>,
}

/// All units with a household, household by household.
fn payers(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Payer>, Error> {
    let sql = "SELECT unit.id, building.code, unit.code, unit.household_id, unit.area FROM unit
         JOIN building ON building.community_id = unit.community_id AND building.id = unit.building_id
         WHERE unit.community_id = $1 AND unit.household_id IS NOT NULL
         ORDER BY unit.household_id, building.code, unit.code";
    let rows = tx.query(sql, crate::params![community])?;
    rows.iter()
        .map(|row| {
            let (building, code): (String, String) = (row.get(1)?, row.get(2)?);
            let name = format!("{building}-{code}");
            Ok(Payer { unit: row.get(0)?, name, household: row.get(3)?, area: row.get(4)? })
        })
        .collect()
}
