//! `GET /v1/repairs/figures`: how repairs go, by month and category. For everybody.
//!
//! The database counts and ranks; what comes into memory is a row for each month and category.

use std::collections::BTreeMap;

use linli_wire::{
    id::CommunityId,
    repairs::{RepairFigures, RepairFiguresRow},
};

use super::hours::Hours;
use crate::{Error, auth::Caller, community, db::Tx, http::query::Query, params};

/// Months that are counted at once.
const MAX_MONTHS: i32 = 36;
/// Months that are counted unless asked otherwise.
const MONTHS: i32 = 12;
/// Of fewer than these, residents are told no mean.
const FEW: u32 = 3;
const MINUTE_MS: u64 = 60 * 1000;

/// The figures of the months that a query asks for; without one, of the last twelve.
///
/// # Errors
/// `invalid_input` for what is no month, or more than three years of them.
pub fn figures(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<RepairFigures, Error> {
    let (from, until) = months(tx, caller.community, query)?;
    let now = tx.now();
    let running = Hours::of(&community::get(tx, caller.community)?.ok_or_else(Error::not_found)?)?.month(now);
    let rows = tx.query(
        "SELECT month, category, COUNT(*), SUM(CASE WHEN state = 'fixed' THEN 1 ELSE 0 END),
         SUM(CASE WHEN reopened > 0 THEN 1 ELSE 0 END),
         SUM(CASE WHEN kept = 0 OR (kept IS NULL AND is_open = 1 AND promised_by < $4) THEN 1 ELSE 0 END),
         COUNT(stars), CAST(COALESCE(SUM(stars), 0) AS BIGINT)
         FROM repair WHERE community_id = $1 AND month >= $2 AND month <= $3
         AND state NOT IN ('withdrawn', 'merged') GROUP BY month, category ORDER BY month, category",
        params![caller.community, &from, &until, now],
    )?;
    let times = times(tx, caller.community, &from, &until)?;
    let mut counted = Vec::with_capacity(rows.len());
    for row in rows {
        let (rated, stars): (u32, u64) = (row.get(6)?, row.get(7)?);
        let (month, category): (String, String) = (row.get(0)?, row.get(1)?);
        let (median_minutes, p90_minutes) =
            times.get(&(month.clone(), category.clone())).copied().unwrap_or_default();
        let row = RepairFiguresRow {
            opened: row.get(2)?,
            fixed: row.get(3)?,
            median_minutes,
            p90_minutes,
            reopened: row.get(4)?,
            overdue: row.get(5)?,
            rating_hundredths: stars.checked_div(u64::from(rated)).and_then(|mean| u32::try_from(mean).ok()),
            rated,
            month,
            category,
        };
        counted.push(if caller.role.is_office() { row } else { veiled(row, &running) });
    }
    Ok(RepairFigures { rows: counted })
}

/// Median and 90th percentile of the working time until something was fixed, in minutes, by month and category:
/// the smallest times that as many do not exceed, so both are times that occurred.
type Times = BTreeMap<(String, String), (Option<u64>, Option<u64>)>;

fn times(tx: &mut Tx<'_>, community: CommunityId, from: &str, until: &str) -> Result<Times, Error> {
    let rows = tx.query(
        "SELECT month, category, MIN(CASE WHEN place * 100 >= fixed * 50 THEN worked_ms END),
         MIN(CASE WHEN place * 100 >= fixed * 90 THEN worked_ms END) FROM (
           SELECT month, category, worked_ms,
             ROW_NUMBER() OVER (PARTITION BY month, category ORDER BY worked_ms) AS place,
             COUNT(*) OVER (PARTITION BY month, category) AS fixed
           FROM repair WHERE community_id = $1 AND month >= $2 AND month <= $3
           AND state = 'fixed' AND worked_ms IS NOT NULL
         ) AS ranked GROUP BY month, category",
        params![community, from, until],
    )?;
    let minutes = |millis: Option<u64>| millis.map(|millis| millis.div_ceil(MINUTE_MS));
    rows.iter()
        .map(|row| Ok(((row.get(0)?, row.get(1)?), (minutes(row.get(2)?), minutes(row.get(3)?)))))
        .collect()
}

/// The first and the last month that a query asks for.
pub(super) fn months(
    tx: &mut Tx<'_>,
    community: CommunityId,
    query: &Query,
) -> Result<(String, String), Error> {
    let known = community::get(tx, community)?.ok_or_else(Error::not_found)?;
    let this = number(&Hours::of(&known)?.month(tx.now())).unwrap_or_default();
    let until = query.read("until", number)?.unwrap_or(this);
    let from = query.read("from", number)?.unwrap_or(until - MONTHS + 1);
    if from > until || until - from >= MAX_MONTHS {
        return Err(Error::invalid("from", format!("must be at most {MAX_MONTHS} months before the last")));
    }
    Ok((name(from), name(until)))
}

/// Months since the year 0.
fn number(month: &str) -> Option<i32> {
    let (year, part) = month.split_once('-')?;
    let digits = year.len() == 4 && part.len() == 2 && month.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let (year, part): (i32, i32) = (year.parse().ok()?, part.parse().ok()?);
    (digits && (1..=12).contains(&part)).then_some(year * 12 + part - 1)
}

fn name(number: i32) -> String {
    format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1)
}

/// What residents see: a mean of one or two is what a neighbour thinks, or how long they waited, and so is one
/// beside that of the day before while ratings come in.
fn veiled(mut row: RepairFiguresRow, running: &str) -> RepairFiguresRow {
    if row.rated < FEW || row.month.as_str() >= running {
        (row.rating_hundredths, row.rated) = (None, 0);
    }
    if row.fixed < FEW {
        row.median_minutes = None;
        row.p90_minutes = None;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::{name, number};

    #[test]
    fn months_are_written_in_one_way_only() {
        for month in ["2026-11", "2026-01", "2025-12"] {
            assert_eq!(number(month).map(name).as_deref(), Some(month));
        }
        for rubbish in
            ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "-026-11", "2026-11-22", "2026-+1"]
        {
            assert_eq!(number(rubbish), None, "{rubbish}");
        }
    }
}
