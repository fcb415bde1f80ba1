//! What the community spends.

use linli_wire::{
    Code,
    id::{CommunityId, LedgerEntryId, PersonId},
    payments::{MAX_MINOR, MAX_REASON, Spend},
};

use super::{day, today, ways};
use crate::{
    Error,
    auth::Caller,
    db::Tx,
    input,
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
};

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
