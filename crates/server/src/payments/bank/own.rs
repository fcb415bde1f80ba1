//! Movements by which the community only moves its money: the provider of card payments pays out, cash is brought to the
//! bank or fetched there. What was kept of it on the way is spending, in the same entry: so the account of the provider
//! comes to nothing once all is paid out.

use linli_wire::{
    Code,
    id::{BankMovementId, CommunityId, LedgerEntryId, PersonId},
    payments::{
        BankMovement, BankMovementState, BankOwn, BookOwnMovement, MAX_MINOR, MAX_REASON, OpenMovementAgain,
        OwnPlace,
    },
};

use sha2::{Digest as _, Sha256};

use super::{
    super::{today, ways},
    decide::{decided, is_now, locked, next},
    list, settle,
};
use crate::{
    Error,
    auth::Caller,
    db::Tx,
    input,
    ledger::{self, Account, Entry, Kind, Line, Posted},
    params,
};

/// Books a movement as money that the community only moved. The same again is the same.
///
/// # Errors
/// `not_allowed`; `not_found`, also for a heading that there is not; `invalid_input`; `conflict` for another currency, for
/// what is booked as something else, and for what the books may hold already, unless it is something else; the database's.
pub fn book_own(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: &BookOwnMovement,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    let kept = locked(tx, caller, id)?;
    let lines = lines(tx, community, kept.movement.minor, asked)?;
    if let Some(entry) = kept.entry {
        let is_same = ledger::lines(tx, community, entry)? == lines;
        return if is_same { list::movement(tx, caller, id) } else { decided(tx, caller, id) };
    }
    if kept.movement.currency != today(tx, community)?.0.currency {
        return Err(Error::refused(Code::Conflict, "the movement is in another currency"));
    }
    if !asked.is_other {
        settle::must_be_new(tx, caller, &kept)?;
    }
    let (entry, moved) = next(tx, community, b"linli bank transfer v1", &kept)?;
    post(
        tx,
        community,
        &Entry {
            id: entry,
            kind: Kind::Transfer,
            currency: kept.movement.currency.clone(),
            day: kept.movement.booked.to_string(),
            reason: String::new(),
            by: Some(caller.person),
            movement: Some(moved),
            reverses: None,
            lines,
        },
    )?;
    is_now(tx, caller, id, BankMovementState::Booked, "", Some(entry))?;
    list::movement(tx, caller, id)
}

fn lines(
    tx: &mut Tx<'_>,
    community: CommunityId,
    minor: i64,
    asked: &BookOwnMovement,
) -> Result<Vec<Line>, Error> {
    let place = match asked.place {
        OwnPlace::Card => Account::Card,
        OwnPlace::Cash => Account::Cash,
        OwnPlace::Other => return Err(Error::invalid("place", "is not known")),
    };
    let line = |account, minor| Line { account, minor, bill: None };
    let mut lines = vec![line(Account::Bank, minor)];
    let mut there = minor;
    if let Some(fee) = &asked.fee {
        if !(1..=MAX_MINOR).contains(&fee.minor) {
            return Err(Error::invalid("fee.minor", "must be more than nothing, and not too much"));
        }
        if !ways(tx, community)?.spending.iter().any(|heading| heading.key == fee.heading) {
            return Err(Error::not_found());
        }
        there = minor.checked_add(fee.minor).ok_or_else(|| Error::invalid("fee.minor", "is too much"))?;
        lines.push(line(Account::Spending(fee.heading.clone()), fee.minor));
    }
    lines.push(line(place, there.saturating_neg()));
    Ok(lines)
}

/// Opens a movement again that somebody else booked as such, by an entry of today that says the opposite. What is open
/// stays so.
///
/// # Errors
/// `not_allowed`, also for whoever booked it; `not_found`; `invalid_input` without a reason; `conflict` for what is not
/// booked so; the database's.
pub fn open_own_again(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: &OpenMovementAgain,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    input::lines("reason", &asked.reason, MAX_REASON)?;
    let reason = asked.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    let kept = locked(tx, caller, id)?;
    let Some(entry) = kept.entry else {
        let is_open = kept.state == BankMovementState::Open;
        return if is_open { list::movement(tx, caller, id) } else { decided(tx, caller, id) };
    };
    let Some(own) = of(tx, caller, entry)? else { return decided(tx, caller, id) };
    if !own.may_open_again {
        return Err(Error::refused(Code::NotAllowed, "somebody else must open it again"));
    }
    let (_, today) = today(tx, community)?;
    let back = Sha256::new_with_prefix(b"linli bank transfer opened again v1").chain_update(entry.0);
    let back = LedgerEntryId(crate::derived::id(back));
    let day = today.to_string();
    let opposite = ledger::opposite(tx, community, entry, back, day, reason, Some(caller.person))?;
    post(tx, community, &opposite)?;
    is_now(tx, caller, id, BankMovementState::Open, "", None)?;
    list::movement(tx, caller, id)
}

fn post(tx: &mut Tx<'_>, community: CommunityId, entry: &Entry) -> Result<(), Error> {
    match ledger::post(tx, community, entry)? {
        Posted::New => Ok(()),
        Posted::Again | Posted::Known(_) => {
            Err(Error::refused(Code::OperationReused, "the id stands for something else"))
        }
    }
}

/// What an entry moved within the community; none for an entry of another kind.
pub(super) fn of(tx: &mut Tx<'_>, caller: &Caller, entry: LedgerEntryId) -> Result<Option<BankOwn>, Error> {
    let sql = "SELECT account.kind, entry.person_id FROM ledger_entry AS entry
         JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id
         JOIN ledger_account AS account
           ON account.community_id = posting.community_id AND account.id = posting.account_id
         WHERE entry.community_id = $1 AND entry.id = $2 AND entry.kind = $3 AND account.kind IN ('card', 'cash')";
    let row = tx.query_opt(sql, params![caller.community, entry, Kind::Transfer.as_str()])?;
    row.map(|row| {
        let place = if row.get::<String>(0)? == "card" { OwnPlace::Card } else { OwnPlace::Cash };
        Ok(BankOwn { place, may_open_again: row.get::<Option<PersonId>>(1)? != Some(caller.person) })
    })
    .transpose()
}
