//! What the community spends.

use linli_wire::{
    Code,
    id::{CommunityId, LedgerEntryId, PersonId},
    payments::{MAX_MINOR, MAX_REASON, Spend, Spending, SpendingTakenBack, Spendings, TakeSpendingBack},
};

use super::{day, numbers, today, ways};
use crate::{
    Error,
    auth::Caller,
    db::Tx,
    input,
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};

/// Rows that the office looks at.
const LAST: i64 = 200;

/// Notes what was spent. The same again is the same.
///
/// # Errors
/// `not_allowed`; `not_found` for a heading that there is not; `invalid_input`; `operation_reused` when the id stands
/// for something else; the database's.
pub fn spend(tx: &mut Tx<'_>, caller: &Caller, asked: &Spend) -> Result<(), Error> {
    caller.must_be_office()?;
    put_spending(tx, caller.community, caller.person, asked)
}

/// [`spend`] by whoever did.
///
/// # Errors
/// As there.
pub fn put_spending(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    asked: &Spend,
) -> Result<(), Error> {
    put_moved(tx, community, by, asked, None)
}

/// [`put_spending`], with the movement of the bank that it was, where a statement told of it.
pub(super) fn put_moved(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    asked: &Spend,
    movement: Option<Movement>,
) -> Result<(), Error> {
    let (of, today) = today(tx, community)?;
    if day("day", &asked.day)? > today {
        return Err(Error::invalid("day", "must not be in the future"));
    }
    if !(1..=MAX_MINOR).contains(&asked.minor) {
        return Err(Error::invalid("minor", "must be more than nothing, and not too much"));
    }
    if !ways(tx, community)?.spending.iter().any(|heading| heading.key == asked.heading) {
        return Err(Error::not_found());
    }
    input::lines("words", &asked.words, MAX_REASON)?;
    let from = if asked.in_cash { Account::Cash } else { Account::Bank };
    let line = |account, minor| Line { account, minor, bill: None };
    let entry = Entry {
        id: LedgerEntryId(asked.id.0),
        kind: Kind::Spending,
        currency: of.currency,
        day: asked.day.clone(),
        reason: asked.words.trim().to_owned(),
        by: Some(by),
        movement,
        reverses: None,
        lines: vec![line(Account::Spending(asked.heading.clone()), asked.minor), line(from, -asked.minor)],
    };
    match ledger::post(tx, community, &entry)? {
        Posted::New | Posted::Again => Ok(()),
        Posted::Known(_) => Err(Error::refused(Code::OperationReused, "the id stands for something else")),
    }
}

/// What was spent, the newest day first.
///
/// # Errors
/// `not_allowed`; the database's.
pub fn spendings(tx: &mut Tx<'_>, caller: &Caller) -> Result<Spendings, Error> {
    caller.must_be_office()?;
    let (of, _) = today(tx, caller.community)?;
    let headings = ways(tx, caller.community)?.spending;
    let sql = "SELECT entry.id, entry.day, account.heading, posting.minor, entry.reason, source.kind, entry.provider,
           entry.at, person.name, back.day, back.reason, backer.name, entry.person_id, told.id
         FROM ledger_entry AS entry
         JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id AND posting.line = 1
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         JOIN posting AS paid ON paid.community_id = entry.community_id AND paid.entry_id = entry.id AND paid.line = 2
         JOIN ledger_account AS source ON source.community_id = paid.community_id AND source.id = paid.account_id
         LEFT JOIN person ON person.community_id = entry.community_id AND person.id = entry.person_id
         LEFT JOIN ledger_entry AS back ON back.community_id = entry.community_id AND back.reverses = entry.id
         LEFT JOIN bank_movement AS told ON told.community_id = entry.community_id AND told.entry_id = entry.id
         LEFT JOIN person AS backer ON backer.community_id = back.community_id AND backer.id = back.person_id
         WHERE entry.community_id = $1 AND entry.kind = 'spending' AND entry.currency = $2
         ORDER BY entry.day DESC, entry.at DESC, entry.id DESC LIMIT $3";
    let rows = tx.query(sql, params![caller.community, &of.currency, LAST])?;
    let rows = rows.iter().map(|row| {
        let heading: String = row.get(2)?;
        let known = headings.iter().find(|known| known.key == heading);
        let (day, reason): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
        let by = row.get(11)?;
        Ok::<_, Error>(Spending {
            id: row.get(0)?,
            day: row.get(1)?,
            name: known.map(|known| known.name.clone()).unwrap_or_default(),
            heading,
            minor: row.get(3)?,
            words: row.get(4)?,
            in_cash: row.get::<String>(5)? == "cash",
            from_statement: row.get::<Option<String>>(6)?.or(row.get(13)?).is_some(),
            at: row.get(7)?,
            by: row.get(8)?,
            is_own: row.get::<Option<PersonId>>(12)? == Some(caller.person),
            taken_back: day.zip(reason).map(|(day, reason)| SpendingTakenBack { day, reason, by }),
        })
    });
    Ok(Spendings { rows: rows.collect::<Result<_, _>>()?, headings, currency: of.currency })
}

/// Takes spending back that somebody else noted, by an entry of today that says the opposite. The same again is the same.
///
/// # Errors
/// `not_allowed`, also for whoever noted it; `not_found` for what is no spending; `invalid_input` without a reason; `conflict` for what is taken back
/// already, and for what a statement of the bank told of, which left the account all the same; `operation_reused`; the
/// database's.
pub fn take_back(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: LedgerEntryId,
    asked: &TakeSpendingBack,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let community = caller.community;
    // So that no statement is laid beside it meanwhile.
    numbers::lock_statements(tx, community)?;
    let sql = "SELECT COALESCE(entry.provider, told.id), entry.person_id FROM ledger_entry AS entry
         LEFT JOIN bank_movement AS told ON told.community_id = entry.community_id AND told.entry_id = entry.id
         WHERE entry.community_id = $1 AND entry.id = $2 AND entry.kind = 'spending'";
    let row = tx.query_opt(sql, params![community, id])?.ok_or_else(Error::not_found)?;
    if ledger::reversal_of(tx, community, id)? == Some(asked.id) {
        return Ok(());
    }
    if row.get::<Option<String>>(0)?.is_some() {
        return Err(Error::refused(Code::Conflict, "a statement of the bank told of it"));
    }
    if row.get::<Option<PersonId>>(1)? == Some(caller.person) {
        return Err(Error::refused(Code::NotAllowed, "somebody else must take it back"));
    }
    input::lines("reason", &asked.reason, MAX_REASON)?;
    let reason = asked.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    let (_, today) = today(tx, community)?;
    let entry =
        ledger::opposite(tx, community, id, asked.id, today.to_string(), reason, Some(caller.person))?;
    match ledger::post(tx, community, &entry)? {
        Posted::New | Posted::Again => Ok(()),
        Posted::Known(_) => Err(Error::refused(Code::OperationReused, "the id stands for something else")),
    }
}
