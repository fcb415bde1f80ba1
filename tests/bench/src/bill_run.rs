//! A bill run of 10,000 households with four lines each: reckoned, numbered, posted to the ledger and told to the
//! households' devices, in one transaction; beside the same rows put into bare tables in one transaction, tables that
//! have a key and neither rules nor triggers.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use linli_server::{
    auth::Caller,
    db::{Database, Tx, Value},
    params, payments,
};
use linli_testkit::PostgresDatabase;
use linli_wire::{
    Language, Localized,
    community::{Role, Unit},
    id::{BillRunId, BuildingId, CommunityId, DeviceId, FeeId, HouseholdId, PersonId, UnitId},
    payments::{Basis, FeeContent, PreviewBills, PublishBills, Rate, Tax},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{report::Figure, world::world};

const HOUSEHOLDS: u128 = 10_000;

/// Tables whose rows a run makes, with their columns and how many of the first are the key.
const TABLES: [(&str, &str, usize); 6] = [
    (
        "bill",
        "community_id, id, version, household_id, run_id, month, year, number, issued_on, due_on, currency, total",
        2,
    ),
    ("bill_line", "community_id, bill_id, line, fee_id, unit_id, period, total, body", 3),
    ("ledger_entry", "community_id, id, kind, currency, day, lines, reason, person_id, at", 2),
    ("posting", "community_id, entry_id, line, account_id, minor, bill_id", 3),
    ("scope", "scope, community_id, head", 1),
    ("changes", "scope, entity, id, community_id, seq, version, body, at", 3),
];

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let mut all = vec![runtime.block_on(figure("SQLite", None))?];
    if std::env::var_os("LINLI_TEST_POSTGRES").is_some() {
        all.push(runtime.block_on(async {
            let database = PostgresDatabase::create().await;
            figure("PostgreSQL", Some(database.url())).await
        })?);
    }
    Ok(all)
}

async fn figure(engine: &str, database: Option<&str>) -> Result<Figure> {
    let world = world(10, database).await?;
    let db = world.app.db.patient();
    let caller = db.write(settle).await?;
    let (month, due_on) = db
        .read(move |tx| {
            payments::runs(tx, &caller_of(&caller)).map(|runs| (runs.next_month, runs.next_due_on))
        })
        .await?;
    let asked = PreviewBills { month, due_on: due_on.clone() };
    let office = caller;
    let preview = db.read(move |tx| payments::preview(tx, &caller_of(&office), &asked)).await?;
    ensure!(u128::from(preview.bills) >= HOUSEHOLDS, "{} bills", preview.bills);
    let publish = PublishBills { id: BillRunId(Uuid::from_u128(1)), month, due_on, digest: preview.digest };
    let started = Instant::now();
    let run = db.write(move |tx| payments::publish(tx, &caller_of(&caller), &publish)).await?;
    let ours = started.elapsed().as_secs_f64();
    ensure!(run.bills == preview.bills, "{} of {} bills", run.bills, preview.bills);
    let floor = bare(&db).await?;
    let ratio = ours / floor;
    Ok(Figure {
        name: format!("bill-run ({engine})"),
        ours,
        floor,
        ratio,
        unit: "s",
        bar: "≤ 3 ×",
        ok: ratio <= 3.0,
    })
}

/// Who publishes, in a form that can be handed to other threads.
#[derive(Clone, Copy)]
struct Office {
    community: CommunityId,
    person: PersonId,
}

fn caller_of(office: &Office) -> Caller {
    Caller {
        community: office.community,
        person: office.person,
        device: DeviceId(Uuid::nil()),
        role: Role::Manager,
        household: None,
        name: String::new(),
    }
}

/// Ten thousand households with a flat each, and four fees.
fn settle(tx: &mut Tx<'_>) -> Result<Office, linli_server::Error> {
    let row =
        tx.query_one("SELECT community_id, id FROM person WHERE role = 'manager' ORDER BY id LIMIT 1", &[])?;
    let office = Office { community: row.get(0)?, person: row.get(1)? };
    let community = office.community;
    let row = tx.query_one(
        "SELECT id FROM building WHERE community_id = $1 ORDER BY id LIMIT 1",
        params![community],
    )?;
    let building_id: BuildingId = row.get(0)?;
    for number in 0..HOUSEHOLDS {
        let household = HouseholdId(Uuid::from_u128((1 << 64) | number));
        linli_server::community::put_household(tx, community, household, &format!("B-{number:05}"))?;
        let id = UnitId(Uuid::from_u128((2 << 64) | number));
        let unit = Unit { id, building_id, code: format!("b{number:05}"), household_id: Some(household) };
        linli_server::community::put_unit(tx, community, &unit, Some(9_345))?;
    }
    let fees = [
        ("area", Basis::SquareMetre, 2_350_000),
        ("waste", Basis::Unit, 8_000_000),
        ("lift", Basis::Unit, 12_500_000),
        ("guard", Basis::Unit, 30_000_000),
    ];
    for (at, (heading, basis, rate)) in (1_u128..).zip(fees) {
        let content = FeeContent {
            name: Localized::one(Language::en(), heading),
            heading: heading.to_owned(),
            basis,
            rate: Rate(rate),
            every_months: 1,
            from: "2020-01-01".to_owned(),
            until: None,
            tax: Tax { basis_points: 600, included: true },
            units: Vec::new(),
            discounts: Vec::new(),
        };
        payments::put_fee(tx, community, FeeId(Uuid::from_u128((3 << 64) | at)), &content)?;
    }
    Ok(office)
}

/// Seconds for the same rows, put into bare tables in one transaction.
async fn bare(db: &Database) -> Result<f64> {
    let rows = db.write(|tx| {
        let mut all = Vec::new();
        for (table, columns, key) in TABLES {
            let keys: Vec<&str> = columns.split(", ").take(key).collect();
            let only = match table {
                "scope" => " WHERE scope LIKE 'payments:%'",
                "changes" => " WHERE entity = 'bill'",
                _ => "",
            };
            tx.execute(
                &format!("CREATE TABLE bare_{table} AS SELECT {columns} FROM {table} WHERE 1 = 0"),
                &[],
            )?;
            tx.execute(
                &format!("CREATE UNIQUE INDEX bare_{table}_key ON bare_{table} ({})", keys.join(", ")),
                &[],
            )?;
            let found = tx.query(&format!("SELECT {columns} FROM {table}{only}"), &[])?;
            let count = columns.split(", ").count();
            let rows = found
                .iter()
                .map(|row| (0..count).map(|at| value(row, at)).collect())
                .collect::<Result<Vec<Vec<Value<'static>>>, linli_server::Error>>()?;
            all.push((table, columns, rows));
        }
        Ok(all)
    });
    let rows = rows.await?;
    ensure!(rows.iter().all(|(_, _, rows)| !rows.is_empty()), "rows of every table");
    let started = Instant::now();
    db.write(move |tx| {
        for (table, columns, rows) in &rows {
            let places: Vec<String> = (1..=columns.split(", ").count()).map(|at| format!("${at}")).collect();
            tx.execute_each(
                &format!("INSERT INTO bare_{table} ({columns}) VALUES ({})", places.join(", ")),
                rows,
            )?;
        }
        Ok(())
    })
    .await
    .context("bare rows")?;
    Ok(started.elapsed().as_secs_f64())
}

fn value(row: &linli_server::db::Row, at: usize) -> Result<Value<'static>, linli_server::Error> {
    if let Ok(number) = row.get::<Option<i64>>(at) {
        return Ok(number.into());
    }
    Ok(row.get::<String>(at)?.into())
}
