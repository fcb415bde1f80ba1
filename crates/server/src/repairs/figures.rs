//! `GET /v1/repairs/figures`: how repairs go, by month and category. For everybody.

use linli_wire::{
    id::CommunityId,
    repairs::{RepairFigures, RepairFiguresRow},
};

use super::hours::Hours;
use crate::{
    Error,
    auth::Caller,
    community,
    db::{Row, Tx},
    http::query::Query,
    params,
};

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
    let rows = tx.query(
        "SELECT month, category, state, worked_ms, reopened, stars,
         CASE WHEN kept = 0 OR (kept IS NULL AND is_open = 1 AND promised_by < $4) THEN 1 ELSE 0 END
         FROM repair WHERE community_id = $1 AND month >= $2 AND month <= $3
         AND state NOT IN ('withdrawn', 'merged') ORDER BY month, category",
        params![caller.community, &from, &until, now],
    )?;
    let mut counted: Vec<RepairFiguresRow> = Vec::new();
    for group in rows.chunk_by(|one, other| key(one) == key(other)) {
        counted.extend(count(group)?.map(|row| if caller.role.is_office() { row } else { veiled(row) }));
    }
    Ok(RepairFigures { rows: counted })
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

fn key(row: &Row) -> Option<(String, String)> {
    Some((row.get(0).ok()?, row.get(1).ok()?))
}

fn count(group: &[Row]) -> Result<Option<RepairFiguresRow>, Error> {
    let Some(first) = group.first() else { return Ok(None) };
    let mut counted = RepairFiguresRow {
        month: first.get(0)?,
        category: first.get(1)?,
        opened: u32::try_from(group.len()).unwrap_or(u32::MAX),
        fixed: 0,
        median_minutes: None,
        p90_minutes: None,
        reopened: 0,
        overdue: 0,
        rating_hundredths: None,
        rated: 0,
    };
    let (mut worked, mut stars): (Vec<u64>, u64) = (Vec::new(), 0);
    for row in group {
        if row.get::<String>(2)? == "fixed" {
            counted.fixed += 1;
            worked.extend(row.get::<Option<u64>>(3)?);
        }
        counted.reopened += u32::from(row.get::<u32>(4)? > 0);
        if let Some(given) = row.get::<Option<u64>>(5)? {
            counted.rated += 1;
            stars += given;
        }
        counted.overdue += u32::from(row.get::<bool>(6)?);
    }
    worked.sort_unstable();
    counted.median_minutes = at(&worked, 50);
    counted.p90_minutes = at(&worked, 90);
    counted.rating_hundredths =
        stars.checked_div(u64::from(counted.rated)).and_then(|mean| u32::try_from(mean).ok());
    Ok(Some(counted))
}

/// What residents see: a mean of one or two is what a neighbour thinks, or how long they waited.
fn veiled(mut row: RepairFiguresRow) -> RepairFiguresRow {
    if row.rated < FEW {
        row.rating_hundredths = None;
    }
    if row.fixed < FEW {
        row.median_minutes = None;
        row.p90_minutes = None;
    }
    row
}

/// The smallest value that at least so many percent do not exceed, in minutes.
fn at(sorted: &[u64], percent: usize) -> Option<u64> {
    let place = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(place).map(|millis| millis.div_ceil(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::{at, name, number};

    #[test]
    fn percentiles_are_values_that_occurred() {
        let minutes = |count: u64| (1..=count).map(|minute| minute * 60_000).collect::<Vec<_>>();
        assert_eq!((at(&[], 50), at(&minutes(1), 50), at(&minutes(1), 90)), (None, Some(1), Some(1)));
        assert_eq!((at(&minutes(2), 50), at(&minutes(2), 90)), (Some(1), Some(2)));
        assert_eq!((at(&minutes(10), 50), at(&minutes(10), 90)), (Some(5), Some(9)));
        assert_eq!((at(&minutes(11), 50), at(&minutes(11), 90)), (Some(6), Some(10)));
    }

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
