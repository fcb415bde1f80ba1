//! The ledger: what it takes, what it refuses, and what the database refuses whoever asks.

use linli_server::{
    Error,
    db::{DbError, Tx},
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};
use linli_wire::{
    Code,
    id::{BillId, CommunityId, HouseholdId, LedgerEntryId},
};

use crate::{both, world::new_id};

const EUR: &str = "EUR";

fn line(account: Account, minor: i64, bill: Option<BillId>) -> Line {
    Line { account, minor, bill }
}

/// A bill of 120.00 for cleaning with 20.00 tax.
fn bill(household: HouseholdId, bill: BillId) -> Entry {
    Entry {
        id: LedgerEntryId(new_id()),
        kind: Kind::Bill,
        currency: EUR.to_owned(),
        day: "2026-11-30".to_owned(),
        reason: String::new(),
        by: None,
        movement: None,
        reverses: None,
        lines: vec![
            line(Account::Receivable(household), 12_000, Some(bill)),
            line(Account::Income("cleaning".to_owned()), -10_000, Some(bill)),
            line(Account::Tax, -2_000, Some(bill)),
        ],
    }
}

/// Money for a bill that came to the bank as `movement`.
fn payment(household: HouseholdId, bill: BillId, minor: i64, movement: &str) -> Entry {
    Entry {
        id: LedgerEntryId(new_id()),
        kind: Kind::Payment,
        movement: Some(Movement { provider: "bank".to_owned(), id: movement.to_owned() }),
        lines: vec![
            line(Account::Bank, minor, None),
            line(Account::Receivable(household), -minor, Some(bill)),
        ],
        ..self::bill(household, bill)
    }
}

/// The ledger alone: its bills are no bills of households here.
fn checked(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    ledger::check(tx, &mut findings)?;
    Ok(findings)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Code {
    match result {
        Err(Error::Refused(error)) => error.code,
        other => panic!("{other:?}"),
    }
}

/// What the database says to a statement, which is undone.
fn says(tx: &mut Tx<'_>, sql: &str, community: CommunityId, entry: LedgerEntryId) -> String {
    let result = tx.savepoint(|tx| Ok(tx.execute(sql, params![community, entry])?));
    match result {
        Err(Error::Database(error)) => match error {
            DbError::Postgres(error) => {
                error.as_db_error().map(|error| error.message().to_owned()).unwrap_or_default()
            }
            other => other.to_string(),
        },
        other => panic!("{other:?}"),
    }
}

both! {
    async fn what_is_owed_follows_from_the_lines(world) {
        let (community, household) = (world.sun.id, HouseholdId(new_id()));
        let (one, two) = (BillId(new_id()), BillId(new_id()));
        let sums = world.app.db.write(move |tx| {
            for bill in [one, two] {
                assert_eq!(ledger::post(tx, community, &self::bill(household, bill))?, Posted::New);
            }
            ledger::post(tx, community, &payment(household, one, 5_000, "a"))?;
            // More than is owed: what is too much is held for the household.
            let mut last = payment(household, one, 9_000, "b");
            last.lines = vec![
                line(Account::Bank, 9_000, None),
                line(Account::Receivable(household), -7_000, Some(one)),
                line(Account::Prepaid(household), -2_000, None),
            ];
            ledger::post(tx, community, &last)?;
            let balance = |tx: &mut Tx<'_>, account| ledger::balance(tx, community, &account, EUR);
            Ok([
                ledger::owed(tx, community, one)?,
                ledger::owed(tx, community, two)?,
                balance(tx, Account::Receivable(household))?,
                balance(tx, Account::Prepaid(household))?,
                balance(tx, Account::Bank)?,
                balance(tx, Account::Income("cleaning".to_owned()))?,
                balance(tx, Account::Tax)?,
                balance(tx, Account::Cash)?,
                ledger::balance(tx, community, &Account::Bank, "CNY")?,
            ])
        });
        assert_eq!(sums.await.unwrap(), [0, 12_000, 12_000, -2_000, 14_000, -20_000, -4_000, 0, 0]);
        assert_eq!(world.app.db.read(checked).await.unwrap(), Vec::<String>::new());
    }

    async fn an_entry_is_posted_once_however_often_it_comes(world) {
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        let moon = world.moon.id;
        world.app.db.write(move |tx| {
            let entry = bill(household, one);
            ledger::post(tx, community, &entry)?;
            assert_eq!(ledger::post(tx, community, &entry)?, Posted::Again);
            let mut other = entry.clone();
            other.lines[0].minor += 1;
            other.lines[1].minor -= 1;
            assert_eq!(refused(ledger::post(tx, community, &other)), Code::OperationReused);
            // The bank tells of the same movement twice, the second time about another amount.
            let first = payment(household, one, 5_000, "a");
            ledger::post(tx, community, &first)?;
            let again = ledger::post(tx, community, &payment(household, one, 6_000, "a"))?;
            assert_eq!(again, Posted::Known(first.id));
            assert_eq!(ledger::owed(tx, community, one)?, 7_000);
            // Another community has a ledger of its own.
            assert_eq!(ledger::post(tx, moon, &payment(household, one, 6_000, "a"))?, Posted::New);
            assert_eq!(ledger::owed(tx, community, one)?, 7_000);
            Ok(())
        }).await.unwrap();
    }

    async fn many_who_post_the_same_movement_at_once_post_it_once(world) {
        const AT_ONCE: usize = 24;
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        world.app.db.write(move |tx| ledger::post(tx, community, &bill(household, one))).await.unwrap();
        let mut posters = tokio::task::JoinSet::new();
        for at in 0..AT_ONCE {
            let db = world.app.db.clone();
            // Half of them tell of one movement, half of another.
            let entry = payment(household, one, 1_000, ["a", "b"][at % 2]);
            posters.spawn(async move { db.write(move |tx| ledger::post(tx, community, &entry)).await });
        }
        let posted = posters.join_all().await;
        let new = posted.iter().filter(|posted| matches!(posted, Ok(Posted::New))).count();
        let known = posted.iter().filter(|posted| matches!(posted, Ok(Posted::Known(_)))).count();
        assert_eq!((new, known), (2, AT_ONCE - 2), "{posted:?}");
        let owed = world.app.db.read(move |tx| ledger::owed(tx, community, one)).await.unwrap();
        assert_eq!(owed, 10_000);
    }

    async fn an_entry_is_taken_back_once_by_its_opposite(world) {
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        world.app.db.write(move |tx| {
            let entry = payment(household, one, 5_000, "a");
            ledger::post(tx, community, &bill(household, one))?;
            ledger::post(tx, community, &entry)?;
            let back = |tx: &mut Tx<'_>, of| {
                let id = LedgerEntryId(new_id());
                ledger::opposite(tx, community, of, id, "2026-12-01".to_owned(), "bounced".to_owned(), None)
            };
            assert_eq!(refused(back(tx, LedgerEntryId(new_id()))), Code::NotFound);
            let reversal = back(tx, entry.id)?;
            assert_eq!(ledger::post(tx, community, &reversal)?, Posted::New);
            assert_eq!(ledger::post(tx, community, &reversal)?, Posted::Again);
            assert_eq!(ledger::owed(tx, community, one)?, 12_000);
            let again = back(tx, entry.id)?;
            assert_eq!(refused(ledger::post(tx, community, &again)), Code::Conflict);
            assert_eq!(ledger::reversal_of(tx, community, entry.id)?, Some(reversal.id));
            // Its movement stays known: it does not come in once more.
            let once_more = ledger::post(tx, community, &payment(household, one, 5_000, "a"))?;
            assert_eq!(once_more, Posted::Known(entry.id));
            Ok(())
        }).await.unwrap();
        assert_eq!(world.app.db.read(checked).await.unwrap(), Vec::<String>::new());
    }

    async fn what_does_not_balance_is_refused(world) {
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        world.app.db.write(move |tx| {
            let with = |lines: Vec<i64>| {
                let lines = lines.into_iter().map(|minor| line(Account::Bank, minor, None)).collect();
                Entry { lines, ..bill(household, one) }
            };
            for lines in [vec![], vec![0, 0], vec![5], vec![5, -4], vec![5, -5, 0], vec![i64::MAX, 1, i64::MIN], vec![1; 1001]] {
                assert_eq!(refused(ledger::post(tx, community, &with(lines))), Code::InvalidInput);
            }
            // As large as it goes, and what is more than can be summed up is said, not wrapped.
            ledger::post(tx, community, &with(vec![i64::MAX, -i64::MAX]))?;
            let large = |account| {
                let lines = vec![line(Account::Bank, i64::MAX, None), line(account, -i64::MAX, None)];
                Entry { lines, ..bill(household, one) }
            };
            ledger::post(tx, community, &large(Account::Cash))?;
            ledger::post(tx, community, &large(Account::Card))?;
            let sum = tx.savepoint(|tx| ledger::balance(tx, community, &Account::Bank, EUR));
            assert!(matches!(sum, Err(Error::Database(_))), "{sum:?}");
            Ok(())
        }).await.unwrap();
    }

    async fn the_database_itself_refuses_what_would_falsify_it(world) {
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        world.app.db.write(move |tx| {
            let entry = bill(household, one);
            ledger::post(tx, community, &entry)?;
            let unchanged = "the ledger is never changed";
            for (sql, word) in [
                ("UPDATE posting SET minor = 1 WHERE community_id = $1 AND entry_id = $2", unchanged),
                ("DELETE FROM posting WHERE community_id = $1 AND entry_id = $2", unchanged),
                ("UPDATE ledger_entry SET day = '2027-01-01' WHERE community_id = $1 AND id = $2", unchanged),
                ("DELETE FROM ledger_entry WHERE community_id = $1 AND id = $2", unchanged),
                ("UPDATE ledger_account SET kind = 'bank' WHERE community_id = $1 AND $2 <> ''", unchanged),
                ("DELETE FROM ledger_account WHERE community_id = $1 AND $2 <> ''", unchanged),
                (
                    "INSERT INTO posting SELECT community_id, entry_id, 4, account_id, 5, NULL FROM posting
                     WHERE community_id = $1 AND entry_id = $2 AND line = 1",
                    "behind the last",
                ),
            ] {
                let said = says(tx, sql, community, entry.id);
                assert!(said.contains(word), "{sql}: {said}");
            }
            // An entry of two lines that do not balance, and one in another currency.
            let half = LedgerEntryId(new_id());
            tx.execute(
                "INSERT INTO ledger_entry (community_id, id, kind, currency, day, lines, reason, at)
                 VALUES ($1, $2, 'bill', 'CNY', '2026-11-30', 2, '', 1)",
                params![community, half],
            )?;
            let copy = "INSERT INTO posting SELECT community_id, $2, 1, account_id, minor, NULL FROM posting
                 WHERE community_id = $1 AND line = 1";
            let said = says(tx, copy, community, half);
            assert!(said.contains("another currency"), "{said}");
            tx.execute(
                "INSERT INTO ledger_account SELECT community_id, 'yuan', kind, household_id, heading, 'CNY' FROM ledger_account
                 WHERE community_id = $1 AND kind = 'receivable'",
                params![community],
            )?;
            let insert = |line: i64| format!("INSERT INTO posting VALUES ($1, $2, {line}, 'yuan', 7, NULL)");
            tx.execute(&insert(1), params![community, half])?;
            let said = says(tx, &insert(2), community, half);
            assert!(said.contains("does not balance"), "{said}");
            // Left like this it is found.
            let mut findings = Vec::new();
            ledger::check(tx, &mut findings)?;
            assert_eq!(findings, [format!("ledger entry {half} has 1 of 2 lines")]);
            Ok(())
        }).await.unwrap();
    }

    async fn what_the_database_no_longer_refuses_is_found(world) {
        let (community, household, one) = (world.sun.id, HouseholdId(new_id()), BillId(new_id()));
        world.app.db.write(move |tx| {
            ledger::post(tx, community, &bill(household, one))?;
            let drop = if tx.is_postgres() {
                "DROP TRIGGER postings_balance ON posting"
            } else {
                "DROP TRIGGER posting_balances"
            };
            tx.execute(drop, &[])?;
            let wrong = LedgerEntryId(new_id());
            tx.execute(
                "INSERT INTO ledger_entry (community_id, id, kind, currency, day, lines, reason, at)
                 VALUES ($1, $2, 'bill', 'EUR', '2026-11-30', 2, '', 1)",
                params![community, wrong],
            )?;
            let insert = "INSERT INTO posting SELECT community_id, $2, $3, account_id, minor, NULL FROM posting
                 WHERE community_id = $1 AND minor > 0 AND entry_id <> $2";
            for line in [1, 2] {
                tx.execute(insert, params![community, wrong, i64::from(line)])?;
            }
            let mut expected = vec![format!("ledger entry {wrong} does not balance")];
            let insert = "INSERT INTO posting VALUES ($1, 'nothing', 1, 'nobody', 5, NULL)";
            tx.execute(insert, params![community])?;
            expected.push("ledger entry nothing is gone, and its lines are there".to_owned());
            expected.push("ledger account nobody is gone, and its lines are there".to_owned());
            for step in [1, 2, 3, 1000] {
                let mut findings = Vec::new();
                ledger::check_in_steps(tx, step, &mut findings)?;
                assert_eq!(findings, expected, "{step} at a time");
            }
            Ok(())
        }).await.unwrap();
    }
}
