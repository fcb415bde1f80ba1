//! `GET /v1/bank-movements`: what the bank told, with proposals for what is open.

use jiff::ToSpan;
use linli_wire::{
    id::{BankMovementId, BillId, HouseholdId, LedgerEntryId},
    payments::{
        BankHint, BankMovement, BankMovementState, BankMovementsPage, BankPayment, BankProposal, BankTold,
        ProposedBecause, ProposedBill,
    },
};

use super::{
    super::{
        numbers::{self, Paper},
        office, today, ways,
    },
    KEPT, Kept, Owed, own, settle,
};
use crate::{
    Error,
    auth::Caller,
    bank::{
        Account,
        matching::{self, Outcome, Payer, Reason, Target},
    },
    calendar, community,
    db::{Row, Tx},
    http::query::Query,
    params,
};

/// Within how many weeks a transfer comes back that could not be delivered.
const WEEKS: i64 = 6;
/// Rows of a page, unless asked otherwise; and at most.
const ROWS: (i64, i64) = (50, 100);

/// Movements of a state, the newest day first.
///
/// # Errors
/// `not_allowed`; `invalid_input` for a query that cannot be read; the database's.
pub fn movements(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<BankMovementsPage, Error> {
    caller.must_be_office()?;
    let state = query.read("state", |text| {
        Some(BankMovementState::from_name(text)).filter(|state| *state != BankMovementState::Other)
    })?;
    let state = state.unwrap_or_default();
    let offset = query.read("offset", |text| text.parse::<u32>().ok())?.unwrap_or(0);
    let limit = query.read("limit", |text| text.parse::<i64>().ok())?.filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(ROWS.0).min(ROWS.1);
    let mut count = |state: BankMovementState| -> Result<u32, Error> {
        let sql = "SELECT COUNT(*) FROM bank_movement WHERE community_id = $1 AND state = $2";
        Ok(tx.query_one(sql, params![caller.community, state.as_str()])?.get(0)?)
    };
    let (total, open) = (count(state)?, count(BankMovementState::Open)?);
    let sql = format!("{KEPT} AND state = $2 ORDER BY day DESC, id LIMIT $3 OFFSET $4");
    let rows = tx.query(&sql, params![caller.community, state.as_str(), limit, offset])?;
    let kept = rows.iter().map(Kept::of).collect::<Result<Vec<_>, _>>()?;
    let headings = ways(tx, caller.community)?.spending;
    Ok(BankMovementsPage { rows: told(tx, caller, kept)?, total, open, headings })
}

/// A movement as it stands.
pub(super) fn movement(tx: &mut Tx<'_>, caller: &Caller, id: BankMovementId) -> Result<BankMovement, Error> {
    let row = tx.query_opt(&format!("{KEPT} AND id = $2"), params![caller.community, id])?;
    let kept = Kept::of(&row.ok_or_else(Error::not_found)?)?;
    told(tx, caller, vec![kept])?.pop().ok_or_else(Error::not_found)
}

fn told(tx: &mut Tx<'_>, caller: &Caller, all: Vec<Kept>) -> Result<Vec<BankMovement>, Error> {
    let (of, _) = today(tx, caller.community)?;
    let is_asked = |kept: &Kept| kept.state == BankMovementState::Open && kept.is_payment(&of.currency);
    let asked: Vec<_> = all.iter().filter(|kept| is_asked(kept)).map(|kept| kept.movement.clone()).collect();
    let owed = if asked.is_empty() { None } else { Some(Owed::now(tx, caller.community)?) };
    let outcomes = match &owed {
        Some(owed) => matching::settle(&asked, &owed.bills, &payers(tx, caller)?),
        None => Vec::new(),
    };
    let mut outcomes = outcomes.into_iter();
    let open = all.iter().filter(|kept| kept.state == BankMovementState::Open);
    let counted = settle::not_told(tx, caller, &of.currency, open)?;
    let mut movements = Vec::with_capacity(all.len());
    for kept in all {
        let outcome = if is_asked(&kept) { outcomes.next() } else { None };
        let mut proposals = match (outcome, &owed) {
            (Some(outcome), Some(owed)) => proposed(tx, caller, kept.movement.minor, outcome, owed)?,
            _ => Vec::new(),
        };
        let mut hint = None;
        if kept.state == BankMovementState::Open {
            hint = hint_of(&kept, &of.currency);
            if hint.is_none() && proposals.is_empty() {
                proposals.extend(paid_before(tx, caller, &kept)?);
                hint = (!proposals.is_empty()).then_some(BankHint::PaidBill);
            }
            if proposals.is_empty() {
                for household in came_back(tx, caller, &kept)? {
                    let why = ProposedBecause::CameBack;
                    proposals.push(proposal(tx, caller, kept.movement.minor, household, Vec::new(), why)?);
                }
            }
        }
        let payment = match kept.entry {
            Some(entry) => payment(tx, caller, entry)?,
            None if kept.movement.reversal => returned(tx, caller, &kept)?,
            None => None,
        };
        let own = match kept.entry {
            Some(entry) if payment.is_none() => own::of(tx, caller, entry)?,
            _ => None,
        };
        let counted = match kept.entry {
            Some(entry) => settle::of(tx, caller, entry)?.into_iter().collect(),
            None if kept.state == BankMovementState::Open => {
                counted.iter().filter_map(|one| one.may_be(&kept)).collect()
            }
            None => Vec::new(),
        };
        let movement = kept.movement;
        movements.push(BankMovement {
            id: kept.id,
            state: kept.state,
            day: movement.booked.to_string(),
            minor: movement.minor,
            currency: movement.currency,
            name: movement.name.unwrap_or_default(),
            account: movement.account.as_ref().map_or("", Account::as_str).to_owned(),
            told: BankTold {
                text: movement.text,
                references: movement.references,
                end_to_end: movement.end_to_end,
                is_reversal: movement.reversal,
                charges: movement.charges,
                original: movement.original,
            },
            hint,
            proposals,
            payment,
            counted,
            own,
            reason: kept.reason,
        });
    }
    Ok(movements)
}

fn hint_of(kept: &Kept, currency: &str) -> Option<BankHint> {
    let movement = &kept.movement;
    if movement.reversal {
        Some(BankHint::Reversal)
    } else if movement.currency != currency {
        Some(BankHint::OtherCurrency)
    } else {
        (movement.minor < 0).then_some(BankHint::WentOut)
    }
}

fn proposed(
    tx: &mut Tx<'_>,
    caller: &Caller,
    minor: i64,
    outcome: Outcome,
    owed: &Owed,
) -> Result<Vec<BankProposal>, Error> {
    let found: Vec<(HouseholdId, Vec<BillId>, ProposedBecause)> = match outcome {
        Outcome::Certain(bills) => {
            let mut of: Vec<(HouseholdId, Vec<BillId>, ProposedBecause)> = Vec::new();
            for bill in bills.iter().filter_map(|id| owed.bill(*id)) {
                match of.iter_mut().find(|(household, _, _)| *household == bill.household) {
                    Some((_, bills, _)) => bills.push(bill.id),
                    None => of.push((bill.household, vec![bill.id], ProposedBecause::Reference)),
                }
            }
            of
        }
        Outcome::ByReference { target: Target::Bill(id), .. } => {
            let bill = owed.bill(id).map(|bill| (bill.household, vec![id], ProposedBecause::Reference));
            bill.into_iter().collect()
        }
        Outcome::ByReference { target: Target::Household(household), .. } => {
            vec![(household, Vec::new(), ProposedBecause::Reference)]
        }
        Outcome::Proposed(all) => {
            all.into_iter().map(|one| (one.household, one.bills, because(one.reason))).collect()
        }
        Outcome::Nothing => Vec::new(),
    };
    let bill = |id: &BillId| {
        let (bill, number) = (owed.bill(*id)?, owed.numbers.get(id)?.clone());
        Some(ProposedBill { id: *id, number, owed: bill.owed })
    };
    let mut proposals = Vec::new();
    for (household, bills, why) in found {
        proposals.push(proposal(tx, caller, minor, household, bills.iter().filter_map(bill).collect(), why)?);
    }
    Ok(proposals)
}

fn proposal(
    tx: &mut Tx<'_>,
    caller: &Caller,
    minor: i64,
    household_id: HouseholdId,
    bills: Vec<ProposedBill>,
    why: ProposedBecause,
) -> Result<BankProposal, Error> {
    let known = community::household(tx, caller.community, household_id)?.ok_or_else(Error::not_found)?;
    let sum = bills.iter().fold(0_i64, |sum, bill| sum.saturating_add(bill.owed));
    let (units, kept) = (office::units(tx, caller, household_id)?, minor.saturating_sub(sum).max(0));
    Ok(BankProposal { household_id, code: known.code, units, bills, kept, why })
}

const fn because(reason: Reason) -> ProposedBecause {
    match reason {
        Reason::References => ProposedBecause::Reference,
        Reason::AccountAndAmount | Reason::AccountAndSum => ProposedBecause::AccountAndAmount,
        Reason::NameAndAmount | Reason::NameAndSum => ProposedBecause::NameAndAmount,
        Reason::Account => ProposedBecause::Account,
    }
}

/// Households by their people, and by who paid for them before.
fn payers(tx: &mut Tx<'_>, caller: &Caller) -> Result<Vec<Payer>, Error> {
    let sql = "SELECT household_id, name, '' FROM person
         WHERE community_id = $1 AND household_id IS NOT NULL AND left_at IS NULL
         UNION SELECT payment.household_id, movement.other_name, movement.other_account
         FROM bank_movement AS movement JOIN payment
           ON payment.community_id = movement.community_id AND payment.id = movement.entry_id
         WHERE movement.community_id = $1 ORDER BY 1";
    let mut payers: Vec<Payer> = Vec::new();
    for row in tx.query(sql, params![caller.community])? {
        let (household, name, account): (HouseholdId, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if payers.last().is_none_or(|payer| payer.household != household) {
            payers.push(Payer { household, reference: None, names: Vec::new(), accounts: Vec::new() });
        }
        if let Some(payer) = payers.last_mut() {
            payer.names.extend(Some(name).filter(|name| !name.is_empty()));
            payer.accounts.extend(Account::read(&account));
        }
    }
    Ok(payers)
}

/// Who a bill was for that the movement names and of which nothing is owed: all of it would be kept for them.
fn paid_before(tx: &mut Tx<'_>, caller: &Caller, kept: &Kept) -> Result<Option<BankProposal>, Error> {
    for reference in matching::references(&kept.movement).iter().flatten() {
        let Some((year, number)) = numbers::of_reference(reference) else { continue };
        let sql = "SELECT household_id FROM bill WHERE community_id = $1 AND year = $2 AND number = $3";
        if let Some(row) = tx.query_opt(sql, params![caller.community, year, number])? {
            let why = ProposedBecause::PaidBill;
            return proposal(tx, caller, kept.movement.minor, row.get(0)?, Vec::new(), why).map(Some);
        }
    }
    Ok(None)
}

/// The households to which as much went back by transfer in the weeks before, in the community's currency.
///
/// # Errors
/// The database's.
pub(super) fn came_back(tx: &mut Tx<'_>, caller: &Caller, kept: &Kept) -> Result<Vec<HouseholdId>, Error> {
    let movement = &kept.movement;
    let since = movement.booked.checked_sub(WEEKS.weeks()).map_err(calendar::beyond)?;
    let sql = "SELECT DISTINCT refund.household_id FROM refund JOIN ledger_entry AS entry
           ON entry.community_id = refund.community_id AND entry.id = refund.id
         WHERE refund.community_id = $1 AND refund.state = 'done' AND refund.way = 'transfer' AND refund.minor = $2
           AND refund.currency = $3 AND entry.day >= $4 AND entry.day <= $5 ORDER BY refund.household_id";
    let (since, until) = (since.to_string(), movement.booked.to_string());
    let of = params![caller.community, movement.minor, &movement.currency, &since, &until];
    tx.query(sql, of)?.iter().map(|row| Ok(row.get(0)?)).collect()
}

const PAYMENT: &str = "SELECT payment.id, payment.household_id, household.code, payment.year, payment.number
     FROM payment JOIN household
       ON household.community_id = payment.community_id AND household.id = payment.household_id";

fn payment_of(row: &Row) -> Result<BankPayment, Error> {
    let (year, number): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let receipt = year.zip(number).map(|(year, number)| numbers::written(Paper::Receipt, year, number));
    Ok(BankPayment { id: row.get(0)?, household_id: row.get(1)?, code: row.get(2)?, receipt })
}

/// The payment that an entry is; none for spending.
fn payment(tx: &mut Tx<'_>, caller: &Caller, entry: LedgerEntryId) -> Result<Option<BankPayment>, Error> {
    let sql = format!("{PAYMENT} WHERE payment.community_id = $1 AND payment.id = $2");
    tx.query_opt(&sql, params![caller.community, entry])?.as_ref().map(payment_of).transpose()
}

/// The payment that a movement seems to take back: the last one before of this amount, from this account or name.
fn returned(tx: &mut Tx<'_>, caller: &Caller, kept: &Kept) -> Result<Option<BankPayment>, Error> {
    let movement = &kept.movement;
    let account = movement.account.as_ref().map_or("", Account::as_str);
    let name = movement.name.as_deref().unwrap_or_default();
    let sql = format!(
        "{PAYMENT} JOIN bank_movement AS movement
           ON movement.community_id = payment.community_id AND movement.entry_id = payment.id
         WHERE payment.community_id = $1 AND movement.minor = $2 AND movement.currency = $3 AND movement.day <= $4
           AND ((movement.other_account <> '' AND movement.other_account = $5)
             OR (movement.other_name <> '' AND movement.other_name = $6))
         ORDER BY movement.day DESC, movement.id LIMIT 1"
    );
    let minor = movement.minor.saturating_neg();
    let day = movement.booked.to_string();
    let params = params![caller.community, minor, &movement.currency, &day, account, name];
    tx.query_opt(&sql, params)?.as_ref().map(payment_of).transpose()
}
