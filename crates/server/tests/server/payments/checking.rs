//! `linli-server ledger check`: what the ledger takes and bills, payments and refunds do not say is found.

use linli_server::{
    check,
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};
use linli_wire::id::{BillId, CreditId, HouseholdId, LedgerEntryId, PaymentId, RefundId};

use super::prepared::*;
use crate::{
    both,
    world::{Place, World, new_id},
};

fn line(account: Account, minor: i64, bill: Option<BillId>) -> Line {
    Line { account, minor, bill }
}

fn earned(minor: i64, bill: Option<BillId>) -> Line {
    line(Account::Income("property-fee".to_owned()), minor, bill)
}

fn entry(id: uuid::Uuid, kind: Kind, lines: Vec<Line>) -> Entry {
    Entry {
        id: LedgerEntryId(id),
        kind,
        currency: "CNY".to_owned(),
        day: "2026-09-21".to_owned(),
        reason: String::new(),
        by: None,
        movement: None,
        reverses: None,
        lines,
    }
}

/// What is found once this stands in the ledger, and was not before; nothing of it stays.
async fn found(
    world: &World,
    place: &Place,
    sql: Option<(&'static str, uuid::Uuid)>,
    entry: Entry,
) -> Vec<String> {
    let (community, wang, lin, chen) = (place.id, place.wang, place.lin, place.chen_jing);
    let found = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&found);
    let undone = world.app.db.write(move |tx| {
        assert_eq!(check::database(tx)?, Vec::<String>::new());
        if let Some((sql, id)) = sql {
            tx.execute(sql, params![community, id, wang, chen, lin])?;
        }
        assert_eq!(ledger::post(tx, community, &entry)?, Posted::New);
        *told.lock().unwrap() = check::database(tx)?;
        Err::<(), _>(linli_server::Error::not_found())
    });
    undone.await.unwrap_err();
    std::mem::take(&mut *found.lock().unwrap())
}

both! {
    async fn what_says_otherwise_than_its_row_is_found(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let others = household(&world, &office, sun.li).await.bills.remove(0);
        take(&world, &office, &handed_over(sun.wang, &[], 1_000)).await;
        is_sound(&world).await;
        let says = async |sql, entry, finding: &str| {
            let found = found(&world, &sun, sql, entry).await;
            assert!(found.iter().any(|one| one.contains(finding)), "{finding}: {found:?}");
        };
        // A refund of what was kept, of another amount and of another household's.
        const REFUND: &str = "INSERT INTO refund (community_id, id, household_id, way, minor, currency, reason, asked_at,
             asked_by, state, held, decided_at, decided_by)
             VALUES ($1, $2, $3, 'counter', 300, 'CNY', 'Moves out', 1, $4, 'done', 0, 2, $5)";
        for (household, minor) in [(sun.wang, 200), (sun.li, 300)] {
            let id = RefundId(new_id()).0;
            let kept = line(Account::Prepaid(household), minor, None);
            let back = entry(id, Kind::Refund, vec![kept, line(Account::Cash, -minor, None)]);
            says(Some((REFUND, id)), back, "is not what the ledger says that went back of what was kept").await;
        }
        let (id, wang) = (CreditId(new_id()).0, |minor| line(Account::Receivable(sun.wang), minor, Some(bill.id)));
        let credit = entry(id, Kind::Credit, vec![earned(100, Some(bill.id)), wang(-100)]);
        says(None, credit, "takes earnings back and is no credit note").await;
        let second = entry(new_id(), Kind::Bill, vec![wang(100), earned(-100, Some(bill.id))]);
        says(None, second, "bills something and is no bill").await;
        // A payment of one household on the bill, the account, and what is kept for another one.
        const PAYMENT: &str = "INSERT INTO payment (community_id, id, version, household_id, way, state, minor, currency,
             meant_for, at, booked_at, year, number, person_id)
             SELECT $1, $2, 1, $3, 'counter', 'paid', 100, 'CNY', '[]', 1, 1, 2026, 2, NULL WHERE $4 <> $5";
        for paid in [
            line(Account::Receivable(sun.wang), -100, Some(others.id)),
            line(Account::Receivable(sun.li), -100, Some(others.id)),
            line(Account::Prepaid(sun.li), -100, None),
        ] {
            let id = PaymentId(new_id()).0;
            let payment = Entry {
                movement: Some(Movement { provider: "counter".to_owned(), id: id.to_string() }),
                ..entry(id, Kind::Payment, vec![line(Account::Cash, 100, None), paid])
            };
            says(Some((PAYMENT, id)), payment, "pays for another household than its own").await;
        }
        let unnamed = |household: HouseholdId| line(Account::Receivable(household), 100, None);
        let owes = entry(new_id(), Kind::Transfer, vec![unnamed(sun.wang), earned(-100, None)]);
        says(None, owes, "changes what a household owes and names no bill").await;
    }
}
