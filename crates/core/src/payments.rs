//! Payments in the cache: bills and payments of the person's households, and for the office its fees and meters.
//!
//! Nothing here moves money by itself. What does ([`attempts`]) is asked of the server while the person waits, and
//! never queued: the answer is that it is paid, that it is not, or that nobody knows yet; then the same request may be
//! made again and is the same payment.

mod attempts;
mod bank;
mod epc;
mod export;
mod fees;
mod meters;
mod news;
mod papers;
mod refunds;
mod relatives;

use linli_wire::{
    Language,
    community::Household,
    id::{BillId, HouseholdId},
    join::Qr,
    payments::{
        ArrearsQuery, Bill, BillView, HouseholdAccount, HouseholdView, MoneyBack, MonthTotal,
        OfficeBillsQuery, Payment, PaymentWays, PaymentsView,
    },
    sync::Entity,
};
use rusqlite::Connection;

pub use attempts::new as new_attempt;
pub(crate) use attempts::{
    by_card, close_card_trouble, credit, from_balance, note_spending, publish, set_automatic,
    take_at_counter, take_back_spending,
};
pub use bank::movements_path;
pub(crate) use bank::{add_statement, decide};
pub(crate) use export::exported;
pub use fees::{fees, give_back as give_fee_back, save as save_fee};
pub use meters::{meters, save as save_reading};
pub use news::Reminded;
pub(crate) use news::{reminded, words as words_of};
pub(crate) use papers::{fetch_ahead, receipt, statement};
pub(crate) use refunds::{ask as ask_refund, decide as decide_refund};
pub(crate) use relatives::{
    begin as begin_relative, code as relative_code, end as end_relative, look as look_at_relative_code,
};

use crate::{
    api::percent_encode,
    cache::Cache,
    community::{self, record, records},
    error::{Result, not_found},
    qr, sync,
};

/// Months in the comparison of a bill.
const MONTHS: i32 = 6;

/// What the person's households owe and have paid.
///
/// # Errors
/// Trouble of the cache.
pub fn view(cache: &Cache) -> Result<PaymentsView> {
    let updated_at = sync::progress(cache)?.updated_at;
    cache.read(|db| {
        let me = community::me(db)?;
        let (own, person) = (me.as_ref().and_then(|me| me.household_id), me.map(|me| me.id));
        let relatives = relatives::all(db)?;
        let mut bills: Vec<Bill> = records(db, Entity::Bill)?;
        let mut payments: Vec<Payment> = records(db, Entity::Payment)?;
        let mut given_back: Vec<MoneyBack> = records(db, Entity::MoneyBack)?;
        given_back.sort_by_key(|back| (std::cmp::Reverse(back.at), back.id));
        let accounts: Vec<HouseholdAccount> = records(db, Entity::HouseholdAccount)?;
        // What is owed by its day, then the newest.
        bills.sort_by(|a, b| {
            let by = |bill: &Bill| {
                (bill.owed <= 0, if bill.owed > 0 { bill.due_on.clone() } else { String::new() })
            };
            by(a).cmp(&by(b)).then_with(|| b.number.cmp(&a.number))
        });
        payments.sort_by_key(|payment| (std::cmp::Reverse(payment.at), payment.id));
        let mut ids: Vec<HouseholdId> = own.into_iter().collect();
        let let_pay = relatives
            .iter()
            .map(|relative| relative.household_id)
            .filter(|id| relatives::lets(&relatives, person, *id).is_some());
        for id in let_pay.chain(bills.iter().map(|bill| bill.household_id)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let currency = community::community(db)?.map(|community| community.currency).unwrap_or_default();
        let mut households = Vec::new();
        for id in ids {
            let lets = relatives::lets(&relatives, person, id).filter(|_| own != Some(id)).cloned();
            // What is kept for another household is its members' to use.
            let account = accounts.iter().find(|account| account.household_id == id && lets.is_none());
            let bills: Vec<Bill> = bills.iter().filter(|bill| bill.household_id == id).cloned().collect();
            households.push(HouseholdView {
                id,
                lets,
                units: units(db, id)?,
                currency: currency.clone(),
                owed: bills.iter().map(|bill| bill.owed).sum(),
                kept: account.map_or(0, |account| account.kept),
                automatic: account.and_then(|account| account.automatic),
                bills,
                given_back: given_back.iter().filter(|back| back.household_id == id).cloned().collect(),
                payments: payments.iter().filter(|payment| payment.household_id == id).cloned().collect(),
            });
        }
        Ok(PaymentsView { households, relatives, ways: ways(db)?, updated_at })
    })
}

/// A bill opened.
///
/// # Errors
/// `not_found` when it is not here; trouble of the cache.
pub fn bill(cache: &Cache, id: BillId) -> Result<BillView> {
    cache.read(|db| {
        let bill: Bill = record(db, Entity::Bill, id.0)?.ok_or_else(|| not_found("bill"))?;
        let household = bill.household_id;
        let all: Vec<Bill> = records(db, Entity::Bill)?;
        let mut payments: Vec<Payment> = records(db, Entity::Payment)?;
        payments.retain(|payment| payment.parts.iter().any(|part| part.bill_id == id));
        payments.sort_by_key(|payment| (std::cmp::Reverse(payment.at), payment.id));
        let ways = ways(db)?;
        let me = community::me(db)?;
        let own = me.as_ref().and_then(|me| me.household_id) == Some(household);
        let relatives = relatives::all(db)?;
        let lets = relatives::lets(&relatives, me.map(|me| me.id), household).filter(|_| !own).cloned();
        let account: Option<HouseholdAccount> = record(db, Entity::HouseholdAccount, household.0)?;
        Ok(BillView {
            units: units(db, household)?,
            months: months(&bill, &all),
            payments,
            account: account.filter(|_| own),
            lets,
            transfer_code: transfer_code(&bill, &ways)?,
            ways,
            bill,
        })
    })
}

fn ways(db: &Connection) -> Result<PaymentWays> {
    Ok(records(db, Entity::PaymentWays)?.into_iter().next().unwrap_or_default())
}

/// What a banking app scans to pay what is owed of a bill.
fn transfer_code(bill: &Bill, ways: &PaymentWays) -> Result<Option<Qr>> {
    let Some(bank) = ways.bank.as_ref().filter(|_| bill.owed > 0) else { return Ok(None) };
    let transfer = epc::Transfer {
        bic: Some(bank.bic.as_str()).filter(|bic| !bic.is_empty()),
        name: &bank.holder,
        iban: &bank.number,
        minor: bill.owed,
        currency: &bill.currency,
        reference: &bill.reference,
    };
    epc::text(&transfer).map(|text| qr::draw(&text)).transpose()
}

/// What the household was billed by month, oldest first, until that of the bill; months before its first bill are left
/// out, those without one between others are nothing. A bill that comes once a year stands beside that of the year before.
fn months(bill: &Bill, all: &[Bill]) -> Vec<MonthTotal> {
    let ours = || all.iter().filter(|other| other.household_id == bill.household_id);
    let of = |month| {
        let billed = ours().filter(|other| other.month == month);
        let total =
            billed.map(|other| other.total - other.credits.iter().map(|credit| credit.minor).sum::<i64>());
        MonthTotal { month, total: total.sum() }
    };
    let months = (1 - MONTHS..=0).filter_map(|back| bill.month.plus(back));
    let mut totals: Vec<MonthTotal> =
        months.map(of).skip_while(|month| month.total == 0 && month.month != bill.month).collect();
    if totals.len() == 1 {
        let earlier = ours().map(|other| other.month).filter(|month| *month < bill.month).max();
        totals.splice(0..0, earlier.map(of));
    }
    totals
}

/// The units of a household, such as `3-1201`; empty where this device does not know it.
fn units(db: &Connection, id: HouseholdId) -> Result<String> {
    let household: Option<Household> = record(db, Entity::Household, id.0)?;
    Ok(household.map(|household| community::home_names(&household).join(", ")).unwrap_or_default())
}

/// Where the office's list of bills is asked for.
pub fn bills_path(query: &OfficeBillsQuery) -> String {
    let state = query.state.and_then(|state| serde_json::to_value(state).ok());
    let state = state.as_ref().and_then(|state| state.as_str().map(ToOwned::to_owned)).unwrap_or_default();
    let month = query.month.map(|month| month.to_string()).unwrap_or_default();
    let words = percent_encode(query.words.trim());
    format!(
        "/v1/bills?state={state}&month={month}&words={words}&offset={}&limit={}",
        query.offset, query.limit
    )
}

/// Where arrears are asked for.
pub fn arrears_path(ArrearsQuery { by, offset, limit }: ArrearsQuery) -> String {
    format!("/v1/arrears?by={}&offset={offset}&limit={limit}", by.as_str())
}

/// A language for what is named in several.
pub(crate) fn named(name: &linli_wire::Localized, language: &Language) -> String {
    name.in_language(language).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn bill(month: &str, total: i64, credited: i64) -> Bill {
        let (id, parts) = (uuid::Uuid::nil(), json!([]));
        let credit = json!({ "id": id, "number": "C-1", "on": "2026-01-01", "reason": "x", "minor": credited, "parts": parts });
        let credits = if credited == 0 { Vec::new() } else { vec![credit] };
        serde_json::from_value(json!({
            "id": uuid::Uuid::nil(), "version": 1, "number": "2026-000001", "reference": "RF00", "lines": [],
            "household_id": uuid::Uuid::nil(), "run_id": uuid::Uuid::nil(), "month": month, "issued_on": "2026-01-01",
            "due_on": "2026-01-15", "currency": "CNY", "total": total, "credits": credits, "owed": 0,
        }))
        .unwrap()
    }

    #[test]
    fn a_bill_stands_beside_what_was_billed_before_it() {
        let compared = |all: &[Bill]| {
            let months = all.last().map(|last| months(last, all)).unwrap_or_default();
            months.iter().map(|of| (of.month.to_string(), of.total)).collect::<Vec<_>>()
        };
        let said = |months: &[(&str, i64)]| {
            months.iter().map(|(month, total)| ((*month).to_owned(), *total)).collect::<Vec<_>>()
        };
        let quarters = [bill("2026-01", 120, 20), bill("2026-04", 120, 0)];
        let four = [("2026-01", 100), ("2026-02", 0), ("2026-03", 0), ("2026-04", 120)];
        assert_eq!(compared(&quarters), said(&four));
        let years = [bill("2024-07", 90, 0), bill("2025-07", 100, 0), bill("2026-07", 110, 0)];
        assert_eq!(compared(&years), said(&[("2025-07", 100), ("2026-07", 110)]));
        assert_eq!(compared(&[bill("2026-07", 110, 0)]), said(&[("2026-07", 110)]));
    }
}
