//! The ledger: where money comes from and goes to, appended to and never changed.
//!
//! What it guarantees, by the database itself as far as a database can: an entry balances to nothing in one currency;
//! entries, their lines and accounts are never changed or deleted; a movement of money has one entry, however often
//! its provider tells of it; an entry is taken back once at most, by an entry that says the opposite. What somebody
//! owes is not stored anywhere: it is the sum of lines, so it cannot disagree with them.
//!
//! An entry is posted under an id that its maker chose, in the transaction of whatever it is about: posted again, it
//! changes nothing. An entry whose transaction ended in the middle is not there at all.
//!
//! Amounts are `i64` of the smallest unit; sums that leave that range are refused, not wrapped. A debit is positive: what
//! a household owes ([`Account::Receivable`]) and what the community has ([`Account::Bank`], [`Account::Cash`]) stand
//! above zero, what it earned ([`Account::Income`]) and what it holds for a household ([`Account::Prepaid`]) below.
//!
//! Turned down: balances kept beside the lines (they are a second truth, and every payment would lock the same row),
//! and a status in the bill for the same reason.

mod account;
mod check;
mod write;

use linli_wire::{
    Code,
    id::{BillId, CommunityId, LedgerEntryId, PersonId},
};

pub use account::Account;
pub use check::{check, check_in_steps};

use crate::{
    Error,
    db::{Row, Tx},
    params,
};

/// Most lines of an entry.
pub const MAX_LINES: usize = 1000;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A bill: the household owes, the community earned.
    Bill,
    /// A bill is taken back, in whole or in part.
    Credit,
    /// Money came in.
    Payment,
    /// A bill is paid from what was paid before.
    Prepaid,
    /// Money went back.
    Refund,
    /// The community spent something.
    Spending,
    /// Money went from one place of the community to another one.
    Transfer,
    /// An entry says the opposite of another one.
    Reversal,
}

impl Kind {
    /// The kind as it stands in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bill => "bill",
            Self::Credit => "credit",
            Self::Payment => "payment",
            Self::Prepaid => "prepaid",
            Self::Refund => "refund",
            Self::Spending => "spending",
            Self::Transfer => "transfer",
            Self::Reversal => "reversal",
        }
    }
}

/// A movement of money as its provider calls it: a bank's reference, a payment of a card provider, a receipt's number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Movement {
    /// Who moved it, such as `stripe`.
    pub provider: String,
    /// What they call it; once for each movement.
    pub id: String,
}

/// An entry to be posted.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its id, chosen by whoever makes it.
    pub id: LedgerEntryId,
    /// What it is.
    pub kind: Kind,
    /// ISO 4217 code of all its amounts.
    pub currency: String,
    /// The day it counts for, such as `2026-11-30`.
    pub day: String,
    /// Why, in words; may be empty where the kind says enough.
    pub reason: String,
    /// Who made it; none for the server itself.
    pub by: Option<PersonId>,
    /// The movement of money that it is about.
    pub movement: Option<Movement>,
    /// The entry that it takes back.
    pub reverses: Option<LedgerEntryId>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Where it stands.
    pub account: Account,
    /// How much: a debit is positive.
    pub minor: i64,
    /// The bill that it belongs to.
    pub bill: Option<BillId>,
}

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Posted {
    /// It stands in the ledger now.
    New,
    /// It stood there already.
    Again,
    /// Its movement of money stands there already, under another entry.
    Known(LedgerEntryId),
}

/// Posts an entry.
///
/// # Errors
/// `invalid_input` for one that does not balance or has too few or too many lines; `operation_reused` when the id
/// stands for something else; `not_found` when there is nothing of what it takes back, `conflict` when that is taken
/// back already; the database's.
pub fn post(tx: &mut Tx<'_>, community: CommunityId, entry: &Entry) -> Result<Posted, Error> {
    balances(entry)?;
    if let Some(before) = entry.reverses
        && header(tx, community, before)?.is_none()
    {
        return Err(Error::not_found());
    }
    // Most are new: what stands there already is looked for only where it is in the way.
    if write::one(tx, community, entry)? {
        return Ok(Posted::New);
    }
    let gone = || Error::refused(Code::Internal, "an entry that was there is gone");
    known(tx, community, entry)?.ok_or_else(gone)
}

/// Posts entries whose ids nobody else can have chosen, such as those of things that are made in this transaction:
/// many at once, without looking for them first.
///
/// # Errors
/// As [`post`]; the database's for an id that is there all the same.
pub fn post_new(tx: &mut Tx<'_>, community: CommunityId, entries: &[Entry]) -> Result<(), Error> {
    entries.iter().try_for_each(balances)?;
    write::many(tx, community, entries)
}

/// What stands in the ledger already of an entry, of its movement of money, or of what it takes back.
fn known(tx: &mut Tx<'_>, community: CommunityId, entry: &Entry) -> Result<Option<Posted>, Error> {
    if let Some(known) = header(tx, community, entry.id)? {
        let same = known == row_of(entry) && lines(tx, community, entry.id)? == entry.lines;
        let reused = || Error::refused(Code::OperationReused, "the entry's id stands for something else");
        return same.then_some(Some(Posted::Again)).ok_or_else(reused);
    }
    if let Some(movement) = &entry.movement
        && let Some(known) = moved(tx, community, movement)?
    {
        return Ok(Some(Posted::Known(known)));
    }
    if let Some(before) = entry.reverses
        && reversal_of(tx, community, before)?.is_some()
    {
        return Err(Error::refused(Code::Conflict, "the entry is taken back already"));
    }
    Ok(None)
}

/// The entry that says the opposite of another one, to be posted.
///
/// # Errors
/// `not_found` when there is no such entry; the database's.
pub fn opposite(
    tx: &mut Tx<'_>,
    community: CommunityId,
    of: LedgerEntryId,
    id: LedgerEntryId,
    day: String,
    reason: String,
    by: Option<PersonId>,
) -> Result<Entry, Error> {
    let before = header(tx, community, of)?.ok_or_else(Error::not_found)?;
    let mut lines = lines(tx, community, of)?;
    for line in &mut lines {
        line.minor = line.minor.checked_neg().ok_or_else(too_much)?;
    }
    let (kind, currency) = (Kind::Reversal, before.currency);
    Ok(Entry { id, kind, currency, day, reason, by, movement: None, reverses: Some(of), lines })
}

/// What stands in an account: debits less credits.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub fn balance(
    tx: &mut Tx<'_>,
    community: CommunityId,
    account: &Account,
    currency: &str,
) -> Result<i64, Error> {
    let account = account::id(community, account, currency);
    let sql = "SELECT CAST(COALESCE(SUM(minor), 0) AS BIGINT) FROM posting
         WHERE community_id = $1 AND account_id = $2";
    Ok(tx.query_one(sql, params![community, account])?.get(0)?)
}

/// What is owed of a bill: below zero when more was paid than it asks for.
///
/// # Errors
/// The database's; one for a sum that no `i64` holds.
pub fn owed(tx: &mut Tx<'_>, community: CommunityId, bill: BillId) -> Result<i64, Error> {
    let sql =
        "SELECT CAST(COALESCE(SUM(posting.minor), 0) AS BIGINT) FROM posting JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         WHERE posting.community_id = $1 AND posting.bill_id = $2 AND account.kind = 'receivable'";
    Ok(tx.query_one(sql, params![community, bill])?.get(0)?)
}

/// The entry of a movement of money.
///
/// # Errors
/// The database's.
pub fn moved(
    tx: &mut Tx<'_>,
    community: CommunityId,
    movement: &Movement,
) -> Result<Option<LedgerEntryId>, Error> {
    let sql = "SELECT id FROM ledger_entry WHERE community_id = $1 AND provider = $2 AND provider_id = $3";
    let row = tx.query_opt(sql, params![community, movement.provider.as_str(), movement.id.as_str()])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The movement of money that an entry of a kind is about; none where the entry is of another kind.
///
/// # Errors
/// The database's.
pub fn movement(
    tx: &mut Tx<'_>,
    community: CommunityId,
    entry: LedgerEntryId,
    kind: Kind,
) -> Result<Option<Movement>, Error> {
    let found = header(tx, community, entry)?.filter(|found| found.kind == kind.as_str());
    let named = found.and_then(|found| found.provider.zip(found.provider_id));
    Ok(named.map(|(provider, id)| Movement { provider, id }))
}

/// The entry that takes another one back.
///
/// # Errors
/// The database's.
pub fn reversal_of(
    tx: &mut Tx<'_>,
    community: CommunityId,
    of: LedgerEntryId,
) -> Result<Option<LedgerEntryId>, Error> {
    let sql = "SELECT id FROM ledger_entry WHERE community_id = $1 AND reverses = $2";
    Ok(tx.query_opt(sql, params![community, of])?.map(|row| row.get(0)).transpose()?)
}

/// The lines of an entry, in their order; none when there is no such entry.
///
/// # Errors
/// The database's.
pub fn lines(tx: &mut Tx<'_>, community: CommunityId, entry: LedgerEntryId) -> Result<Vec<Line>, Error> {
    let sql = "SELECT account.kind, account.household_id, account.heading, posting.minor, posting.bill_id
         FROM posting JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         WHERE posting.community_id = $1 AND posting.entry_id = $2 ORDER BY posting.line";
    let rows = tx.query(sql, params![community, entry])?;
    rows.iter()
        .map(|row| Ok(Line { account: Account::read(row)?, minor: row.get(3)?, bill: row.get(4)? }))
        .collect()
}

/// An entry as it stands in its table, without its lines.
#[derive(PartialEq)]
struct Header {
    kind: String,
    currency: String,
    day: String,
    reason: String,
    by: Option<PersonId>,
    provider: Option<String>,
    provider_id: Option<String>,
    reverses: Option<LedgerEntryId>,
    count: i64,
}

fn row_of(entry: &Entry) -> Header {
    let (provider, provider_id) =
        entry.movement.clone().map(|movement| (movement.provider, movement.id)).unzip();
    Header {
        kind: entry.kind.as_str().to_owned(),
        currency: entry.currency.clone(),
        day: entry.day.clone(),
        reason: entry.reason.clone(),
        by: entry.by,
        provider,
        provider_id,
        reverses: entry.reverses,
        count: i64::try_from(entry.lines.len()).unwrap_or(i64::MAX),
    }
}

fn header(tx: &mut Tx<'_>, community: CommunityId, id: LedgerEntryId) -> Result<Option<Header>, Error> {
    let sql = "SELECT kind, currency, day, reason, person_id, provider, provider_id, reverses, lines
         FROM ledger_entry WHERE community_id = $1 AND id = $2";
    let read = |row: &Row| {
        Ok(Header {
            kind: row.get(0)?,
            currency: row.get(1)?,
            day: row.get(2)?,
            reason: row.get(3)?,
            by: row.get(4)?,
            provider: row.get(5)?,
            provider_id: row.get(6)?,
            reverses: row.get(7)?,
            count: row.get(8)?,
        })
    };
    tx.query_opt(sql, params![community, id])?.as_ref().map(read).transpose()
}

fn balances(entry: &Entry) -> Result<(), Error> {
    if entry.lines.len() < 2 || entry.lines.len() > MAX_LINES {
        return Err(Error::invalid("lines", "must be two at least, and not too many"));
    }
    if entry.lines.iter().any(|line| line.minor == 0) {
        return Err(Error::invalid("lines", "must not be about nothing"));
    }
    let sum = entry.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.minor));
    match sum {
        Some(0) => Ok(()),
        Some(_) => Err(Error::invalid("lines", "must balance")),
        None => Err(too_much()),
    }
}

fn too_much() -> Error {
    Error::invalid("lines", "are more than can be counted")
}
