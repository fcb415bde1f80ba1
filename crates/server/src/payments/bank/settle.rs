//! Movements that the books hold already: a refund by transfer is counted out when it is decided, and spending when somebody
//! notes it. The statement that tells of it later adds nothing; its movement is settled with that entry.
//!
//! What it guarantees: an entry settles one movement, by the table's own rule, and only one that took as much from the bank.
//! While something is proposed, nobody books the movement as something else without saying so.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use linli_wire::{
    Code,
    id::{BankMovementId, HouseholdId, LedgerEntryId},
    payments::{BankCounted, BankMovement, BankMovementState, SettleMovement},
};

use super::{
    super::{day, numbers, office, today},
    Kept,
    decide::{decided, is_now, locked},
    list,
};
use crate::{
    Error,
    auth::Caller,
    calendar,
    db::{Row, Tx},
    params,
};

/// For so many days before the bank tells of it, something may have been counted out.
const DAYS: i64 = 366;
/// For so many days after it, somebody may note or decide what the bank did already: a statement comes once a month.
const LATER: i64 = 45;

/// Says that a movement is what an entry holds already. The same again is the same.
///
/// # Errors
/// `not_allowed`; `not_found`; `conflict` for what is booked as something else, and for an entry that is not this movement,
/// or is another one's already; the database's.
pub fn settle(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: BankMovementId,
    asked: SettleMovement,
) -> Result<BankMovement, Error> {
    caller.must_be_office()?;
    let community = caller.community;
    // Nobody lays another movement beside the entry meanwhile, or takes it back.
    numbers::lock_statements(tx, community)?;
    let kept = locked(tx, caller, id)?;
    if let Some(entry) = kept.entry {
        return if entry == asked.entry_id {
            list::movement(tx, caller, id)
        } else {
            decided(tx, caller, id)
        };
    }
    let currency = today(tx, community)?.0.currency;
    let known = not_told(tx, caller, &currency, [&kept])?;
    if !known.iter().any(|one| one.told.entry_id == asked.entry_id && one.fits(&kept)) {
        return Err(Error::refused(Code::Conflict, "the books do not hold it as this movement"));
    }
    is_now(tx, caller, id, BankMovementState::Booked, "", Some(asked.entry_id))?;
    list::movement(tx, caller, id)
}

/// Refuses what the books may hold already.
///
/// # Errors
/// `conflict` with the movement as it stands; the database's.
pub(super) fn must_be_new(tx: &mut Tx<'_>, caller: &Caller, kept: &Kept) -> Result<(), Error> {
    let currency = today(tx, caller.community)?.0.currency;
    let known = not_told(tx, caller, &currency, [kept])?;
    if !known.iter().any(|one| one.fits(kept)) {
        return Ok(());
    }
    let current = list::movement(tx, caller, kept.id)?;
    Err(Error::conflict(&current, "the books hold as much already")?)
}

/// Money that was counted out of the bank, and of which no statement told yet.
pub(super) struct Counted {
    day: Date,
    minor: i64,
    currency: String,
    told: BankCounted,
}

impl Counted {
    /// As what it is told, if it may be this movement.
    pub(super) fn may_be(&self, kept: &Kept) -> Option<BankCounted> {
        self.fits(kept).then(|| self.told.clone())
    }

    fn fits(&self, kept: &Kept) -> bool {
        let movement = &kept.movement;
        let last = movement.booked.checked_add(LATER.days()).unwrap_or(Date::MAX);
        // What a bank takes back by itself is decided about once it has told of it.
        let is_in_time = movement.reversal || self.day <= last;
        is_in_time && self.minor == movement.minor && self.currency == movement.currency
    }
}

/// What may be one of these movements of money that went out; nothing where none is.
///
/// # Errors
/// The database's.
pub(super) fn not_told<'k>(
    tx: &mut Tx<'_>,
    caller: &Caller,
    currency: &str,
    all: impl IntoIterator<Item = &'k Kept>,
) -> Result<Vec<Counted>, Error> {
    let out = all.into_iter().map(|kept| &kept.movement);
    let out: Vec<_> = out.filter(|movement| movement.minor < 0 && movement.currency == currency).collect();
    let Some(first) = out.iter().map(|movement| movement.booked).min() else { return Ok(Vec::new()) };
    let sums: BTreeSet<i64> = out.iter().map(|movement| movement.minor).collect();
    let since = first.checked_sub(DAYS.days()).map_err(calendar::beyond)?.to_string();
    let sql = format!(
        "{COUNTED} AND entry.currency = $2 AND entry.day >= $3 AND told.id IS NULL ORDER BY entry.day, entry.id"
    );
    let rows = tx.query(&sql, params![caller.community, currency, &since])?;
    let mut found = Vec::new();
    for row in &rows {
        // Homes are named of what fits alone.
        if sums.contains(&row.get(3)?) {
            found.push(counted(tx, caller, row)?);
        }
    }
    Ok(found)
}

/// What a movement was settled with; none where its entry was made for it.
///
/// # Errors
/// The database's.
pub(super) fn of(
    tx: &mut Tx<'_>,
    caller: &Caller,
    entry: LedgerEntryId,
) -> Result<Option<BankCounted>, Error> {
    let row = tx.query_opt(&format!("{COUNTED} AND entry.id = $2"), params![caller.community, entry])?;
    row.map(|row| Ok(counted(tx, caller, &row)?.told)).transpose()
}

/// Refunds by transfer, and spending from the bank that was noted by hand and not taken back.
const COUNTED: &str = "SELECT entry.id, entry.day, entry.reason, posting.minor, entry.currency, refund.household_id,
       household.code
     FROM ledger_entry AS entry
     JOIN posting ON posting.community_id = entry.community_id AND posting.entry_id = entry.id AND posting.minor < 0
     JOIN ledger_account AS account
       ON account.community_id = posting.community_id AND account.id = posting.account_id AND account.kind = 'bank'
     LEFT JOIN refund ON refund.community_id = entry.community_id AND refund.id = entry.id
     LEFT JOIN household ON household.community_id = refund.community_id AND household.id = refund.household_id
     LEFT JOIN ledger_entry AS back ON back.community_id = entry.community_id AND back.reverses = entry.id
     LEFT JOIN bank_movement AS told ON told.community_id = entry.community_id AND told.entry_id = entry.id
     WHERE entry.community_id = $1 AND entry.kind IN ('refund', 'reversal', 'spending') AND back.id IS NULL
       AND (refund.way = 'transfer' OR (entry.kind = 'spending' AND entry.provider IS NULL))";

fn counted(tx: &mut Tx<'_>, caller: &Caller, row: &Row) -> Result<Counted, Error> {
    let (entry_id, on): (LedgerEntryId, String) = (row.get(0)?, row.get(1)?);
    let (household_id, code): (Option<HouseholdId>, Option<String>) = (row.get(5)?, row.get(6)?);
    let units = household_id.map(|id| office::units(tx, caller, id)).transpose()?;
    let home = units.filter(|units| !units.is_empty()).or(code).unwrap_or_default();
    let (booked, words) = (day("day", &on)?, row.get(2)?);
    let told = BankCounted { entry_id, day: on, words, household_id, home };
    Ok(Counted { day: booked, minor: row.get(3)?, currency: row.get(4)?, told })
}
