//! Numbers of papers: without gaps within a year, as bookkeeping asks.

use linli_wire::id::CommunityId;

use crate::{Error, bank::reference::Reference, db::Tx, params};

/// What is numbered.
#[derive(Clone, Copy)]
pub(super) enum Paper {
    Bill,
    Credit,
    Receipt,
}

impl Paper {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bill => "bill",
            Self::Credit => "credit",
            Self::Receipt => "receipt",
        }
    }
}

/// Takes the next `count` numbers of a year, and returns the first. Whoever else wants numbers of the kind waits until
/// this transaction ends; if it is undone, they get these.
pub(super) fn take(
    tx: &mut Tx<'_>,
    community: CommunityId,
    paper: Paper,
    year: i64,
    count: usize,
) -> Result<i64, Error> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let row = tx.query_one(
        "INSERT INTO numbering (community_id, kind, year, last) VALUES ($1, $2, $3, $4)
         ON CONFLICT (community_id, kind, year) DO UPDATE SET last = numbering.last + excluded.last RETURNING last",
        params![community, paper.as_str(), year, count],
    )?;
    Ok(row.get::<i64>(0)? - count + 1)
}

/// Waits for a run of the community that is being published, and keeps others out until the end of this transaction.
pub(super) fn lock_runs(tx: &mut Tx<'_>, community: CommunityId) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO numbering (community_id, kind, year, last) VALUES ($1, 'run', 0, 0)
         ON CONFLICT (community_id, kind, year) DO UPDATE SET last = numbering.last",
        params![community],
    )?;
    Ok(())
}

/// Waits for a statement that is being taken in, and keeps others out until the end of this transaction.
pub(super) fn lock_statements(tx: &mut Tx<'_>, community: CommunityId) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO numbering (community_id, kind, year, last) VALUES ($1, 'statement', 0, 0)
         ON CONFLICT (community_id, kind, year) DO UPDATE SET last = numbering.last",
        params![community],
    )?;
    Ok(())
}

/// A number as it stands on paper, such as `2026-000123`.
pub(super) fn written(paper: Paper, year: i64, number: i64) -> String {
    let sign = match paper {
        Paper::Bill => "",
        Paper::Credit => "C-",
        Paper::Receipt => "R-",
    };
    format!("{sign}{year}-{number:06}")
}

/// What to name when paying a bill from a bank.
pub(super) fn reference(year: i64, number: i64) -> String {
    let serial = year.saturating_mul(1_000_000).saturating_add(number);
    Reference::of_bill(u64::try_from(serial).unwrap_or_default()).as_str().to_owned()
}

/// Year and number of the bill that is paid under a reference; none for one that is not ours.
pub(super) fn of_reference(reference: &Reference) -> Option<(i64, i64)> {
    let serial: i64 = reference.as_str().get(4..)?.strip_prefix('1')?.parse().ok()?;
    Some((serial / 1_000_000, serial % 1_000_000))
}

/// Year and number of a bill, as somebody typed them.
pub(super) fn read(text: &str) -> Option<(i64, i64)> {
    let (year, number) = text.trim().split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && digits(year) && digits(number)).then_some((year.parse().ok()?, number.parse().ok()?))
}
