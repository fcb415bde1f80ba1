//! The community's account at its bank: statements are read, and what they tell ends in the ledger once.
//!
//! What it guarantees. A movement is kept once, whichever statements tell of it, also of two formats ([`overlap`]), and
//! booked once: its row is locked while it is decided, what it is booked as has ids that follow from it, and the ledger
//! knows it by its own id. Two movements to which the bank gave one name stay two where day or amount differ. Only what
//! is certain is booked by itself ([`crate::bank::matching`]); everything else waits for a person.
//!
//! What left the account may stand in the ledger before: a refund by transfer, spending that somebody noted. It is settled
//! with that entry ([`settle()`]) and not counted out twice. A refund that could not be delivered comes in again; it is booked
//! as money that is kept for its household, and nothing else that takes an earlier movement back is.
//!
//! What was booked for the wrong household is open again once two persons have said so ([`open_again`]). The entry of before
//! and its opposite stay in the ledger, so what it is booked as next is named by how often that happened, too.
//!
//! Turned down: to lay one movement on bills of several households, and to book what takes an earlier movement back. The
//! first is two payments that somebody must tell apart; the second gives a payment back, which has a way of its own.

mod decide;
mod import;
mod list;
mod overlap;
mod own;
mod settle;

pub(super) use decide::open_again;
pub use decide::{book, set_aside, spend};
pub(crate) use import::broken;
pub(super) use import::renumber;
pub use import::{currency, import, read};
pub use list::movements;
pub use own::{book_own, open_own_again};
pub use settle::settle;

use std::collections::BTreeMap;

use linli_wire::{
    Code,
    id::{BankMovementId, BillId, CommunityId, HouseholdId, LedgerEntryId},
    payments::{BankMovementState, BankTold},
};

use super::numbers::{self, Paper};
use crate::{
    Error,
    bank::{Account, Movement, matching, reference::Reference},
    db::{Row, Tx},
    ledger, params,
};

/// A movement as it stands in its table.
struct Kept {
    id: BankMovementId,
    state: BankMovementState,
    movement: Movement,
    reason: String,
    entry: Option<LedgerEntryId>,
}

const KEPT: &str =
    "SELECT id, state, name, day, minor, currency, other_name, other_account, reason, entry_id, body
     FROM bank_movement WHERE community_id = $1";

impl Kept {
    fn of(row: &Row) -> Result<Self, Error> {
        let (day, name, account): (String, String, String) = (row.get(3)?, row.get(6)?, row.get(7)?);
        let told: BankTold = row.json(10)?;
        let movement = Movement {
            id: row.get(2)?,
            minor: row.get(4)?,
            currency: row.get(5)?,
            booked: super::day("day", &day)?,
            value: None,
            end_to_end: told.end_to_end,
            references: told.references,
            text: told.text,
            name: Some(name).filter(|name| !name.is_empty()),
            account: Account::read(&account),
            reversal: told.is_reversal,
            charges: told.charges,
            original: told.original,
        };
        let state = BankMovementState::from_name(&row.get::<String>(1)?);
        Ok(Self { id: row.get(0)?, state, movement, reason: row.get(8)?, entry: row.get(9)? })
    }

    /// What the ledger knows it by, booked after it was opened again as often as that.
    fn moved(&self, attempt: u32) -> ledger::Movement {
        let again = if attempt == 0 { String::new() } else { format!("/{attempt}") };
        ledger::Movement { provider: "statement".to_owned(), id: format!("{}{again}", self.id) }
    }

    /// Whether it is money of somebody who pays.
    fn is_payment(&self, currency: &str) -> bool {
        self.movement.minor > 0 && !self.movement.reversal && self.movement.currency == currency
    }
}

/// What is owed, for matching, with the number of each bill.
struct Owed {
    bills: Vec<matching::Bill>,
    numbers: BTreeMap<BillId, String>,
}

impl Owed {
    fn now(tx: &mut Tx<'_>, community: CommunityId) -> Result<Self, Error> {
        let sql =
            "SELECT bill.id, bill.year, bill.number, bill.household_id, bill.currency, bill.due_on, sums.owed
             FROM bill JOIN (
               SELECT posting.bill_id, CAST(SUM(posting.minor) AS BIGINT) AS owed
               FROM posting JOIN ledger_account AS account
                 ON account.community_id = posting.community_id AND account.id = posting.account_id
               WHERE posting.community_id = $1 AND posting.bill_id IS NOT NULL AND account.kind = 'receivable'
               GROUP BY posting.bill_id HAVING SUM(posting.minor) > 0) AS sums ON sums.bill_id = bill.id
             WHERE bill.community_id = $1 ORDER BY bill.year, bill.number";
        let mut owed = Self { bills: Vec::new(), numbers: BTreeMap::new() };
        for row in tx.query(sql, params![community])? {
            let (id, year, number): (BillId, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let reference = Reference::read(&numbers::reference(year, number));
            owed.numbers.insert(id, numbers::written(Paper::Bill, year, number));
            owed.bills.push(matching::Bill {
                id,
                reference: reference
                    .ok_or_else(|| Error::refused(Code::Internal, "a bill has no reference"))?,
                household: row.get(3)?,
                currency: row.get(4)?,
                due: super::day("due_on", &row.get::<String>(5)?)?,
                owed: row.get(6)?,
            });
        }
        Ok(owed)
    }

    fn bill(&self, id: BillId) -> Option<&matching::Bill> {
        self.bills.iter().find(|bill| bill.id == id)
    }

    /// The household of bills, if it is one.
    fn household(&self, bills: &[BillId]) -> Option<HouseholdId> {
        let mut of = bills.iter().map(|id| self.bill(*id).map(|bill| bill.household));
        let first = of.next()??;
        of.all(|other| other == Some(first)).then_some(first)
    }
}
