//! `GET /v1/money`: what the community earned and spent, for everybody who lives there.

use std::collections::BTreeMap;

use linli_wire::{
    Code, Localized,
    payments::{Fee, MoneyByMonth, MoneyRow, Month},
};

use super::{fees, today, ways};
use crate::{Error, auth::Caller, db::Tx, params};

/// A heading under which fewer households paid in a month is told together with others: it would be somebody's bill.
const FEW: i64 = 5;
/// The heading of what is told together.
const OTHER: &str = "other";
/// Months that are told.
const MONTHS: i32 = 24;

/// Income and spending by month and heading, without tax, newest month first.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub fn money(tx: &mut Tx<'_>, caller: &Caller) -> Result<MoneyByMonth, Error> {
    let (community, today) = today(tx, caller.community)?;
    let fees = fees(tx, caller.community)?;
    let ways = ways(tx, caller.community)?;
    let mut names = names(&fees);
    names.extend(ways.spending.iter().map(|heading| (heading.key.as_str(), heading.name.clone())));
    let none = || Error::refused(Code::Internal, "a day of no month");
    let this = Month::of_day(&today.to_string()).ok_or_else(none)?;
    let from = this.plus(1 - MONTHS).ok_or_else(none)?.first_day();
    let sql =
        "SELECT substr(entry.day, 1, 7), account.heading, account.kind, CAST(SUM(posting.minor) AS BIGINT),
           COUNT(DISTINCT bill.household_id)
         FROM ledger_entry AS entry
         JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         LEFT JOIN bill ON bill.community_id = posting.community_id AND bill.id = posting.bill_id
         WHERE entry.community_id = $1 AND entry.day >= $2 AND entry.currency = $3
           AND account.kind IN ('income', 'spending')
         GROUP BY substr(entry.day, 1, 7), account.heading, account.kind";
    let mut rows: BTreeMap<(Month, String), (i64, i64)> = BTreeMap::new();
    for row in tx.query(sql, params![caller.community, &from, &community.currency])? {
        let month = row.get::<String>(0)?.parse().map_err(|_| none())?;
        let (kind, sum): (String, i64) = (row.get(2)?, row.get(3)?);
        let is_somebodys = kind == "income" && row.get::<i64>(4)? < FEW && !caller.role.is_office();
        let heading = if is_somebodys { OTHER.to_owned() } else { row.get(1)? };
        let (earned, spent) = rows.entry((month, heading)).or_default();
        match kind.as_str() {
            // What is earned is a credit.
            "income" => *earned = earned.saturating_sub(sum),
            _ => *spent = spent.saturating_add(sum),
        }
    }
    let rows = rows.into_iter().rev().map(|((month, heading), (earned, spent))| {
        let name = names.get(heading.as_str()).cloned().unwrap_or_default();
        MoneyRow { month, heading, name, earned, spent }
    });
    Ok(MoneyByMonth { currency: community.currency, rows: rows.collect() })
}

/// What the newest fee under a heading is called.
fn names(fees: &[Fee]) -> BTreeMap<&str, Localized> {
    let mut newest: Vec<&Fee> = fees.iter().collect();
    newest.sort_by(|a, b| a.content.from.cmp(&b.content.from));
    newest.into_iter().map(|fee| (fee.content.heading.as_str(), fee.content.name.clone())).collect()
}
