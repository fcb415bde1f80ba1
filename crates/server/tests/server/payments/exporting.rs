//! What the bookkeeper takes over: sums of the files against those of the ledger, and against a program of bookkeepers.

use std::{collections::BTreeMap, process::Command};

use linli_server::{community, params, payments as paying};
use linli_wire::{
    Code, Language, Localized,
    id::{CreditId, LedgerEntryId, PaymentId, RefundId},
    payments::{
        AskRefund, BalancePayment, CreditBill, CreditPart, Payment, PaymentWays, Refund, Spend,
        SpendingHeading, Way,
    },
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both,
    world::{Device, Place, World, new_id},
};

/// What somebody may write to harm a spreadsheet, a journal or both.
const EVIL: &str = "=1+1; 2026-01-01 * x  assets:cash  9 CNY";
const OF_SEPTEMBER: &str = "from=2026-09&until=2026-09";

fn spending(minor: i64) -> Spend {
    Spend {
        id: LedgerEntryId(new_id()),
        day: "2026-09-20".to_owned(),
        heading: "cleaning".to_owned(),
        minor,
        words: EVIL.to_owned(),
        in_cash: false,
    }
}

/// Everything that can happen to money, in a currency.
async fn story(world: &World, place: &Place, currency: &str) -> Device {
    let (id, currency) = (place.id, currency.to_owned());
    let by = place.chen_jing;
    world
        .app
        .db
        .write(move |tx| {
            let mut of = community::get(tx, id)?.unwrap();
            of.currency.clone_from(&currency);
            community::put_community(tx, &of)?;
            let name = Localized::one(Language::zh(), "保洁");
            let headings = vec![SpendingHeading { key: "cleaning".to_owned(), name }];
            paying::put_ways(tx, id, &PaymentWays { spending: headings, ..PaymentWays::default() })?;
            paying::put_spending(tx, id, by, &spending(100_001))
        })
        .await
        .unwrap();
    let office = world.join(place, place.chen_jing).await;
    let bill = wangs_bill(world, place, &office).await;
    let lis = household(world, &office, place.li).await.bills.remove(0);
    let access = Some(office.tokens.access.as_str());
    let credit = CreditBill {
        id: CreditId(new_id()),
        reason: EVIL.to_owned(),
        parts: vec![CreditPart { line: 0, minor: 1_999 }],
    };
    let path = format!("/v1/bills/{}/credit", bill.id);
    assert!(world.send(Method::POST, &path, access, Some(&credit)).await.status().is_success());
    take(world, &office, &handed_over(place.wang, &[&bill], 7_001)).await;
    take(world, &office, &handed_over(place.wang, &[], 3_000)).await;
    let wang = world.join(place, place.wang_mei).await;
    let kept = BalancePayment {
        id: PaymentId(new_id()),
        household_id: place.wang,
        bills: vec![bill.id],
        minor: 2_500,
    };
    let _: Payment =
        world.ok(Method::POST, "/v1/payments/balance", Some(&wang.tokens.access), Some(&kept)).await;
    // A payment that is given back as a whole, and a part of what is kept.
    let paid = take(world, &office, &handed_over(place.li, &[&lis], lis.total + 10)).await;
    let lin = world.join(place, place.lin).await;
    for (household_id, payment_id, minor) in [(place.li, Some(paid.id), paid.minor), (place.wang, None, 200)]
    {
        let asked = AskRefund {
            id: RefundId(new_id()),
            household_id,
            payment_id,
            way: Way::Counter,
            minor,
            reason: EVIL.to_owned(),
            booked_wrongly: false,
        };
        let refund: Refund = world.ok(Method::POST, "/v1/refunds", access, Some(&asked)).await;
        let path = format!("/v1/refunds/{}/decide", refund.id);
        let yes = serde_json::json!({ "goes_back": true });
        let _: Refund = world.ok(Method::POST, &path, Some(&lin.tokens.access), Some(&yes)).await;
    }
    is_sound(world).await;
    office
}

async fn text(world: &World, device: &Device, query: &str) -> String {
    let path = format!("/v1/payments/export?{query}");
    let response = world.send(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
    assert!(response.status().is_success(), "{query}");
    response.text().await.unwrap()
}

/// Rows of a spreadsheet, by the names of its columns.
async fn rows(world: &World, device: &Device, query: &str) -> Vec<BTreeMap<String, String>> {
    let text = text(world, device, query).await;
    let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{FEFF}').unwrap().as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows = reader
        .records()
        .map(|row| head.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect());
    rows.collect()
}

/// An amount in the smallest unit, with exactly as many decimals as its currency has.
fn minor(text: &str, decimals: usize) -> i64 {
    if text.is_empty() {
        return 0;
    }
    let behind = text.split_once('.').map_or(0, |(_, behind)| behind.len());
    assert_eq!(behind, decimals, "{text}");
    text.replace('.', "").parse().unwrap()
}

/// What stands in each account, by the ledger.
async fn accounts(world: &World, place: &Place) -> BTreeMap<String, i64> {
    let id = place.id;
    let read = move |tx: &mut linli_server::db::Tx<'_>| {
        let sql = "SELECT account.kind, COALESCE(household.code, ''), account.heading, CAST(SUM(posting.minor) AS BIGINT)
             FROM posting JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             LEFT JOIN household
               ON household.community_id = account.community_id AND household.id = account.household_id
             WHERE posting.community_id = $1 GROUP BY account.kind, household.code, account.heading";
        let rows = tx.query(sql, params![id])?;
        rows.iter()
            .map(|row| {
                let (kind, code, heading): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let first = match kind.as_str() {
                    "receivable" | "bank" | "cash" => "assets",
                    "income" => "income",
                    "spending" => "expenses",
                    _ => "liabilities",
                };
                let own = if first == kind || kind == "spending" { "" } else { kind.as_str() };
                let parts = [first, own, &code, &heading];
                let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(":");
                Ok((name, row.get(3)?))
            })
            .collect()
    };
    world.app.db.read(read).await.unwrap()
}

/// Runs hledger on a journal.
fn hledger(journal: &str, arguments: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("books.journal"), journal).unwrap();
    let mut program = Command::new("hledger");
    program.args(["-f", "books.journal"]).args(arguments);
    let output = program.env("LC_ALL", "C.UTF-8").current_dir(folder.path()).output();
    let output = output.unwrap_or_else(|error| panic!("hledger: {error}; `cargo xtask setup` installs it"));
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// Every file of a place says what the ledger says.
async fn says_what_the_ledger_says(world: &World, place: &Place, office: &Device, decimals: usize) {
    let sum = |rows: &[BTreeMap<String, String>], column: &str| -> i64 {
        rows.iter().map(|row| minor(&row[column], decimals)).sum()
    };
    let mut expected = accounts(world, place).await;
    // The journal: each entry balances, each account has what it has.
    let journal = rows(world, office, &format!("sheet=journal&{OF_SEPTEMBER}")).await;
    assert_eq!(sum(&journal, "debit"), sum(&journal, "credit"));
    let (mut entries, mut found) = (BTreeMap::<_, i64>::new(), BTreeMap::<String, i64>::new());
    for row in &journal {
        let change = minor(&row["debit"], decimals) - minor(&row["credit"], decimals);
        *entries.entry(row["entry"].clone()).or_default() += change;
        *found.entry(row["account"].clone()).or_default() += change;
    }
    assert!(entries.len() >= 9 && entries.values().all(|sum| *sum == 0), "{entries:?}");
    assert_eq!(found, expected);
    // Nobody's name, and no formula.
    let whole = format!("{journal:?}");
    assert!(whole.contains("H-0001") && !whole.contains('王'), "{whole}");
    assert!(journal.iter().all(|row| row.values().all(|cell| !cell.starts_with(['=', '+', '-', '@']))));
    // The same as plain text, by a program that bookkeepers use.
    let plain = text(world, office, &format!("sheet=ledger&{OF_SEPTEMBER}")).await;
    let (is_right, said) = hledger(&plain, &["check"]);
    assert!(is_right, "{said}\n{plain}");
    let (is_right, said) = hledger(&plain, &["balance", "--flat", "-N", "-O", "csv"]);
    assert!(is_right, "{said}");
    let mut reader = csv::Reader::from_reader(said.as_bytes());
    let mut reckoned = BTreeMap::new();
    for row in reader.records().map(Result::unwrap) {
        let amount = row[1].split(' ').next().unwrap();
        reckoned.insert(row[0].to_owned(), if amount == "0" { 0 } else { minor(amount, decimals) });
    }
    expected.retain(|_, minor| *minor != 0);
    reckoned.retain(|_, minor| *minor != 0);
    assert_eq!(reckoned, expected);
    let line =
        plain.lines().find(|line| line.starts_with("    assets:cash  ") && !line.contains('-')).unwrap();
    let broken = plain.replacen(line, &line.replace("cash  ", "cash  9"), 1);
    assert!(!hledger(&broken, &["check"]).0, "it would tell");
    // Bills and payments.
    let of = |first: &str| {
        expected.iter().filter(|(name, _)| name.starts_with(first)).map(|(_, sum)| sum).sum::<i64>()
    };
    let bills = rows(world, office, &format!("sheet=bills&{OF_SEPTEMBER}")).await;
    assert_eq!(bills.len(), 2);
    assert_eq!(sum(&bills, "owed"), of("assets:receivable"));
    assert_eq!(sum(&bills, "total") - sum(&bills, "credited") - sum(&bills, "paid"), sum(&bills, "owed"));
    let payments = rows(world, office, &format!("sheet=payments&{OF_SEPTEMBER}")).await;
    assert_eq!(payments.len(), 4);
    // What came into the till, less what went out of it again, and what was paid from what is kept.
    let in_cash: Vec<_> = payments.iter().filter(|row| row["way"] == "counter").cloned().collect();
    let back: Vec<_> = payments.iter().filter(|row| !row["given_back"].is_empty()).cloned().collect();
    assert_eq!((back.len(), sum(&in_cash, "amount") - sum(&back, "amount") - 200), (1, of("assets:cash")));
    assert_eq!(sum(&payments, "amount") - sum(&in_cash, "amount"), 2_500);
    let kept = sum(&payments, "kept") - sum(&back, "kept") - 2_500 - 200;
    assert_eq!(kept, -of("liabilities:prepaid"));
    let receipt = payments.iter().find(|row| minor(&row["amount"], decimals) == 7_001).unwrap();
    assert_eq!((receipt["household"].as_str(), receipt["receipt"].as_str()), ("H-0001", "R-2026-000001"));
    assert_eq!((receipt["date"].as_str(), receipt["units"].as_str()), ("2026-09-21", "3-1201"));
    assert!(bills.iter().any(|bill| bill["number"] == receipt["bills"]));
}

both! {
    async fn the_files_say_what_the_ledger_says(world) {
        let sun = world.sun.clone();
        let office = story(&world, &sun, "CNY").await;
        says_what_the_ledger_says(&world, &sun, &office, 2).await;
    }

    async fn amounts_have_the_decimals_of_their_currency(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let (yen, dinar) = (story(&world, &sun, "JPY").await, story(&world, &moon, "BHD").await);
        says_what_the_ledger_says(&world, &sun, &yen, 0).await;
        says_what_the_ledger_says(&world, &moon, &dinar, 3).await;
    }

    async fn many_pages_are_one_journal_of_the_months_that_were_asked_for(world) {
        let sun = world.sun.clone();
        let office = story(&world, &sun, "CNY").await;
        let (id, by) = (sun.id, sun.chen_jing);
        let spent: Vec<Spend> = (1..=450).map(spending).collect();
        world.app.db.write(move |tx| {
            spent.iter().try_for_each(|spend| paying::put_spending(tx, id, by, spend))
        }).await.unwrap();
        says_what_the_ledger_says(&world, &sun, &office, 2).await;
        for sheet in ["journal", "ledger", "bills", "payments"] {
            let before = text(&world, &office, &format!("sheet={sheet}&from=2026-07&until=2026-08")).await;
            assert_eq!(before.lines().count(), 1, "{before}");
        }
        let all = text(&world, &office, "sheet=journal&from=2024-01&until=2026-12").await;
        assert_eq!(all, text(&world, &office, "sheet=journal&from=2026-09&until=2026-09").await);
        assert_eq!(all, text(&world, &office, "").await, "the journal of this month");
    }

    async fn files_are_for_the_office_of_their_community(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = story(&world, &sun, "CNY").await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let path = format!("/v1/payments/export?sheet=journal&{OF_SEPTEMBER}");
        let error = world.refused(Method::GET, &path, Some(&resident.tokens.access), None::<&()>).await;
        assert_eq!(error.code, Code::NotAllowed);
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        for sheet in ["journal", "bills", "payments"] {
            assert_eq!(rows(&world, &elsewhere, &format!("sheet={sheet}&{OF_SEPTEMBER}")).await, Vec::new());
        }
        for rubbish in [
            "sheet=all", "sheet=journal&from=2026-13", "sheet=journal&until=x", "sheet=journal&from=2026-10&until=2026-09",
            "sheet=journal&from=2023-09&until=2026-09", "sheet=journal&from=9999-12",
        ] {
            let path = format!("/v1/payments/export?{rubbish}");
            let error = world.refused(Method::GET, &path, Some(&office.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::InvalidInput, "{rubbish}");
        }
    }
}
