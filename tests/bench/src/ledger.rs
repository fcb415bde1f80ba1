//! `post`: payments posted to the ledger by 50 payers at once, on both engines; beside two rows committed by hand, as
//! many and as many at once as the engine takes. `ledger-check`: whether a million lines fit together, beside one scan
//! over them.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use linli_server::{
    db::{Database, Tx, Value},
    ledger::{self, Account, Entry, Kind, Line, Movement, Posted},
    params,
};
use linli_testkit::PostgresDatabase;
use linli_wire::id::{BillId, CommunityId, HouseholdId, LedgerEntryId};
use tokio::{runtime::Runtime, task::JoinSet};
use uuid::Uuid;

use crate::{
    floor,
    report::{Figure, quantile},
    world::{World, world},
};

const PAYERS: usize = 50;
const EACH: usize = 40;
const LINES: usize = 1_000_000;
const ROUNDS: usize = 5;

/// Measures `post`.
pub fn post(runtime: &Runtime) -> Result<Vec<Figure>> {
    let sqlite = runtime.block_on(async {
        let world = world(10, None).await?;
        let ours = posted(&world).await?;
        let folder = tempfile::tempdir()?;
        let bare = tokio::task::spawn_blocking(move || by_hand(&folder.path().join("floor.db"))).await?;
        Ok::<_, anyhow::Error>(rate("SQLite", ours, bare?))
    })?;
    let mut all = vec![sqlite];
    if std::env::var_os("LINLI_TEST_POSTGRES").is_some() {
        all.push(runtime.block_on(async {
            let database = PostgresDatabase::create().await;
            let world = world(10, Some(database.url())).await?;
            let ours = posted(&world).await?;
            Ok::<_, anyhow::Error>(rate("PostgreSQL", ours, by_hand_in_postgres(database.url()).await?))
        })?);
    }
    Ok(all)
}

fn rate(engine: &str, ours: f64, floor: f64) -> Figure {
    Figure {
        name: format!("post ({engine})"),
        ours,
        floor,
        ratio: floor / ours,
        unit: "per s",
        bar: "≥ 0.5 of the floor's rate",
        ok: ours >= 0.5 * floor,
    }
}

/// Payments per second of 50 payers, each of whom waits for one before the next.
async fn posted(world: &World) -> Result<f64> {
    let community = community(&world.app.db).await?;
    let started = Instant::now();
    let mut payers = JoinSet::new();
    for payer in 0..PAYERS {
        let db = world.app.db.clone();
        payers.spawn(async move {
            for number in 0..EACH {
                let entry = payment(payer, number);
                let posted = db.write(move |tx| ledger::post(tx, community, &entry)).await?;
                ensure!(posted == Posted::New, "{posted:?}");
            }
            Ok(())
        });
    }
    while let Some(payer) = payers.join_next().await {
        payer??;
    }
    Ok((PAYERS * EACH) as f64 / started.elapsed().as_secs_f64())
}

fn payment(payer: usize, number: usize) -> Entry {
    let id = Uuid::from_u128(((payer as u128) << 64) | number as u128);
    let household = HouseholdId(Uuid::from_u128(payer as u128));
    let bill = Some(BillId(id));
    Entry {
        id: LedgerEntryId(id),
        kind: Kind::Payment,
        currency: "CNY".to_owned(),
        day: "2026-11-30".to_owned(),
        reason: String::new(),
        by: None,
        movement: Some(Movement { provider: "bank".to_owned(), id: id.to_string() }),
        reverses: None,
        lines: vec![
            Line { account: Account::Bank, minor: 12_000, bill: None },
            Line { account: Account::Receivable(household), minor: -12_000, bill },
        ],
    }
}

/// Two rows a commit, one after the other: SQLite has one writer.
fn by_hand(path: &std::path::Path) -> Result<f64> {
    let db = floor::database(path, None)?;
    let body = "12000 to the bank, from a household of the community, for a bill";
    let started = Instant::now();
    for _ in 0..PAYERS * EACH {
        db.execute_batch("BEGIN IMMEDIATE")?;
        floor::commit(&db, body)?;
        floor::commit(&db, body)?;
        db.execute_batch("COMMIT")?;
    }
    Ok((PAYERS * EACH) as f64 / started.elapsed().as_secs_f64())
}

/// Two rows a commit, over as many connections as the server has.
async fn by_hand_in_postgres(url: &str) -> Result<f64> {
    const CONNECTIONS: usize = 16;
    let connect = async || {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok::<_, tokio_postgres::Error>(client)
    };
    connect()
        .await?
        .batch_execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)")
        .await?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(connect().await?);
    }
    let started = Instant::now();
    let mut all = JoinSet::new();
    for mut client in clients {
        all.spawn(async move {
            let insert = client.prepare("INSERT INTO bare (body) VALUES ($1)").await?;
            for _ in 0..PAYERS * EACH / CONNECTIONS {
                let tx = client.transaction().await?;
                let body = "12000 to the bank, from a household of the community, for a bill";
                tx.execute(&insert, &[&body]).await?;
                tx.execute(&insert, &[&body]).await?;
                tx.commit().await?;
            }
            Ok::<_, tokio_postgres::Error>(())
        });
    }
    while let Some(one) = all.join_next().await {
        one??;
    }
    Ok((PAYERS * EACH / CONNECTIONS * CONNECTIONS) as f64 / started.elapsed().as_secs_f64())
}

/// Measures `ledger-check`.
pub fn check(runtime: &Runtime) -> Result<Vec<Figure>> {
    let mut all = vec![runtime.block_on(checked("SQLite", None))?];
    if std::env::var_os("LINLI_TEST_POSTGRES").is_some() {
        all.push(runtime.block_on(async {
            let database = PostgresDatabase::create().await;
            checked("PostgreSQL", Some(database.url())).await
        })?);
    }
    Ok(all)
}

async fn checked(engine: &str, database: Option<&str>) -> Result<Figure> {
    let world = world(10, database).await?;
    let db = world.app.db.patient();
    fill(&db).await?;
    let [mut ours, mut bare] = [const { Vec::new() }; 2];
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let findings = db
            .read(|tx| {
                let mut findings = Vec::new();
                ledger::check(tx, &mut findings)?;
                Ok(findings)
            })
            .await?;
        let ledger = started.elapsed().as_secs_f64();
        ensure!(findings.is_empty(), "{findings:?}");
        let started = Instant::now();
        let (count, sum) = db.read(scan).await?;
        let scanned = started.elapsed().as_secs_f64();
        ensure!(count >= LINES as i64 && sum == 0, "{count} lines of {sum}");
        // The first round fills the caches.
        if round > 0 {
            ours.push(ledger);
            bare.push(scanned);
        }
    }
    let (ours, floor) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
    let ratio = ours / floor;
    Ok(Figure {
        name: format!("ledger-check ({engine})"),
        ours,
        floor,
        ratio,
        unit: "s",
        bar: "≤ 2 ×",
        ok: ratio <= 2.0,
    })
}

/// Every line read, with all that it says.
fn scan(tx: &mut Tx<'_>) -> Result<(i64, i64), linli_server::Error> {
    let sql = "SELECT COUNT(*), CAST(SUM(minor) AS BIGINT), MAX(entry_id), MAX(account_id), MAX(bill_id) FROM posting";
    let row = tx.query_one(sql, &[])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// A million lines: bills of three lines and their payments of two.
async fn fill(db: &Database) -> Result<()> {
    let community = community(db).await?;
    let bill = |number: u128| {
        let household = HouseholdId(Uuid::from_u128(number % 600));
        let bill = Some(BillId(Uuid::from_u128(number)));
        let line = |account, minor, bill| Line { account, minor, bill };
        let billed = Entry {
            kind: Kind::Bill,
            movement: None,
            lines: vec![
                line(Account::Receivable(household), 12_000, bill),
                line(Account::Income("cleaning".to_owned()), -10_000, bill),
                line(Account::Tax, -2_000, bill),
            ],
            ..payment(1, 0)
        };
        let paid = Entry {
            lines: vec![
                line(Account::Bank, 12_000, None),
                line(Account::Receivable(household), -12_000, bill),
            ],
            ..billed.clone()
        };
        let id = |of: u128| LedgerEntryId(Uuid::from_u128((number << 8) | of));
        [Entry { id: id(1), ..billed }, Entry { id: id(2), kind: Kind::Payment, ..paid }]
    };
    for from in (0..LINES / 5).step_by(500) {
        db.write(move |tx| {
            for number in from..from + 500 {
                for entry in bill(number as u128) {
                    ledger::post(tx, community, &entry)?;
                }
            }
            Ok(())
        })
        .await?;
    }
    if db.read(|tx| Ok(tx.is_postgres())).await? {
        db.write(|tx| Ok(tx.query("ANALYZE", &[] as &[Value<'_>]).map(drop)?)).await?;
    }
    Ok(())
}

async fn community(db: &Database) -> Result<CommunityId> {
    let sql = "SELECT id FROM community ORDER BY id LIMIT 1";
    let found = db.read(move |tx| tx.query_opt(sql, params![])?.map(|row| Ok(row.get(0)?)).transpose());
    found.await?.context("no community")
}
