//! Reminders of bills, told by a system notification: once on each device, and none of long ago.
//!
//! What it says holds no amount, since it stands on locked screens, and nothing that frightens: that something is open,
//! where it stands, and who helps.

use linli_wire::{Language, Timestamp, payments::Bill, sync::Entity};
use rusqlite::Transaction;
use serde_json::value::RawValue;

use crate::{community::record, error::Result};

/// What a household was newly reminded of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reminded {
    /// Whether the day has passed on which the bill was due.
    pub overdue: bool,
}

/// How long after it was written a reminder of a bill is told that was not here before: a scope that is gained brings
/// years of them.
const NEWS_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// What is new about reminders of a bill that comes in.
pub(crate) fn reminded(
    tx: &Transaction<'_>,
    id: uuid::Uuid,
    version: u64,
    body: &RawValue,
    now: Timestamp,
) -> Result<Option<Reminded>> {
    // A bill that this version cannot read is none that it could tell of.
    let Ok(bill) = serde_json::from_str::<Bill>(body.get()) else { return Ok(None) };
    let Some(newest) = bill.reminders.last().filter(|_| bill.owed > 0) else { return Ok(None) };
    let old: Option<serde_json::Value> = record(tx, Entity::Bill, id)?;
    let is_new = match old.and_then(|old| serde_json::from_value::<Bill>(old).ok()) {
        Some(old) => old.version <= version && old.reminders.last().is_none_or(|old| old.step < newest.step),
        None => now.millis_since(newest.at) <= NEWS_MS,
    };
    Ok(is_new.then_some(Reminded { overdue: newest.step > 0 }))
}

/// The sentences for them.
pub(crate) fn words(reminded: &[Reminded], language: &Language) -> &'static str {
    let is_chinese = language.as_str() == "zh";
    match (reminded.iter().any(|of| of.overdue), is_chinese) {
        (false, true) => "有账单快到应交日了。打开“缴费”，可查看金额、日期和交法。",
        (true, true) => "有账单还没有交清。若您刚交过，不必理会；不清楚怎么交，请联系物业。",
        (false, false) => "A bill is to be paid soon. Under Payments you see how much, by when and how.",
        (true, false) => {
            "A bill is still open. If you have just paid it, there is nothing to do. The office is glad to help."
        }
    }
}
