//! A page of 50 of the office's queue out of 100,000 repairs, filtered, as a client asks for it over loopback; beside
//! the same statement, prepared, with nothing around it. On SQLite, and on PostgreSQL when
//! `LINLI_TEST_POSTGRES` names one.
//!
//! `queue` is the page as the server makes it: a transaction, the statement, the answer's text. `queue, asked` is what
//! a client waits for it: a request with its token, and the body received. Its floor is the statement and the same
//! number of bytes from a socket.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use linli_server::{
    auth::Caller,
    db::{Tx, Value},
    http::query::Query,
    params, repairs,
};
use linli_testkit::PostgresDatabase;
use linli_wire::{
    Timestamp,
    id::{BuildingId, CommunityId, DeviceId, OpId, PersonId, RepairId},
    ops::{Action, Op},
    repairs::{RepairAct, RepairPlace, RepairReport, Urgency},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use crate::{
    report::{Figure, millis, quantile},
    session::Session,
    world::{World, world},
};

const REPAIRS: usize = 100_000;
/// Repairs that are really reported and worked on; the others are theirs under other ids and times.
const SAMPLES: usize = 40;
const ROUNDS: usize = 200;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let mut all = runtime.block_on(figures("SQLite", None))?;
    if std::env::var_os("LINLI_TEST_POSTGRES").is_some() {
        all.extend(runtime.block_on(async {
            let database = PostgresDatabase::create().await;
            figures("PostgreSQL", Some(database.url())).await
        })?);
    }
    Ok(all)
}

async fn figures(engine: &str, database: Option<&str>) -> Result<Vec<Figure>> {
    let world = world(10, database).await?;
    let office = Session::open(&world, "manager").await?;
    let (community, manager) = manager(&world).await?;
    let building = fill(&world, &office, community).await?;
    let filter = format!("building={building}&category=plumbing&open=true");
    let caller = Caller {
        community,
        person: manager,
        device: DeviceId::new(Timestamp(1), [1; 10]),
        role: linli_wire::community::Role::Manager,
        household: None,
        name: String::new(),
    };
    let sql = "SELECT reported_at, id, body FROM repair
         WHERE community_id = $1 AND building_id = $2 AND category = $3 AND is_open = 1
         ORDER BY community_id DESC, reported_at DESC, id DESC LIMIT $4";
    let values = [community.to_string(), building.to_string(), "plumbing".to_owned()];
    let mut statement = Statement::prepare(&world, database, sql).await?;
    let path = format!("/v1/repairs?{filter}");
    let bytes = office.get(&world, &path).await?.len();
    let mut socket = Echo::start(bytes).await?;
    let [mut made, mut asked, mut bare, mut sent] = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let (caller, text) = (caller.clone(), filter.clone());
        let page = world.app.db.read(move |tx| repairs::list(tx, &caller, &Query::parse(&text)?)).await?;
        let in_server = millis(started.elapsed());

        let started = Instant::now();
        let body = office.get(&world, &path).await?;
        let at_client = millis(started.elapsed());

        let started = Instant::now();
        let rows = statement.run(&values).await?;
        let by_hand = millis(started.elapsed());
        let started = Instant::now();
        socket.round().await?;
        let over_socket = millis(started.elapsed());

        ensure!(
            rows == 51 && page.len() == body.len(),
            "{rows} rows, {} and {} bytes",
            page.len(),
            body.len()
        );
        // The first round fills the caches.
        if round > 0 {
            made.push(in_server);
            asked.push(at_client);
            bare.push(by_hand);
            sent.push(by_hand + over_socket);
        }
    }
    let figure = |name: &str, ours: &mut Vec<f64>, floor: &mut Vec<f64>| {
        let (ours, floor) = (quantile(ours, 0.5), quantile(floor, 0.5));
        let ratio = ours / floor;
        Figure {
            name: format!("{name} ({engine})"),
            ours,
            floor,
            ratio,
            unit: "ms",
            bar: "≤ 1.5 ×",
            ok: ratio <= 1.5,
        }
    };
    Ok(vec![figure("queue", &mut made, &mut bare), figure("queue, asked", &mut asked, &mut sent)])
}

async fn manager(world: &World) -> Result<(CommunityId, PersonId)> {
    let sql = "SELECT community_id, id FROM person WHERE role = $1 ORDER BY code LIMIT 1";
    let found = world.app.db.read(move |tx| {
        let row = tx.query_one(sql, params!["manager"])?;
        Ok((row.get(0)?, row.get(1)?))
    });
    Ok(found.await?)
}

/// Fills the queue: every twentieth repair is open, all buildings and categories have their share. Returns a building.
async fn fill(world: &World, office: &Session, community: CommunityId) -> Result<BuildingId> {
    let (buildings, categories) = world
        .app
        .db
        .read(move |tx| {
            let ids = |tx: &mut Tx<'_>, sql| -> Result<Vec<String>, linli_server::Error> {
                Ok(tx
                    .query(sql, params![community])?
                    .iter()
                    .map(|row| row.get(0))
                    .collect::<Result<_, _>>()?)
            };
            let buildings = ids(tx, "SELECT id FROM building WHERE community_id = $1 ORDER BY id")?;
            let categories = ids(tx, "SELECT key FROM repair_category WHERE community_id = $1 ORDER BY key")?;
            Ok((buildings, categories))
        })
        .await?;
    let building = |at: usize| -> Result<BuildingId> {
        buildings.get(at % buildings.len()).context("no building")?.parse().ok().context("a building")
    };
    ensure!(categories.iter().any(|key| key == "plumbing"), "{categories:?}");
    let mut samples = Vec::new();
    for at in 0..SAMPLES {
        let id = RepairId::new(Timestamp(1_760_000_000_000), random(at));
        let report = RepairReport {
            place: RepairPlace::Building { building_id: building(at)? },
            category: categories.get(at / 2 % categories.len()).context("no category")?.clone(),
            urgency: if at.is_multiple_of(5) { Urgency::Urgent } else { Urgency::Normal },
            words: format!("The tap on floor {at} drips. A new washer did not help, and the floor is wet."),
            photos: Vec::new(),
            times: Vec::new(),
            may_enter: true,
            reach: "138 0000 0000".into(),
        };
        // Both halves have something of every building and category.
        let words = "The lift's own firm does that.".to_owned();
        let act = if at < SAMPLES / 2 { RepairAct::Accept } else { RepairAct::Refuse { words } };
        let actions = [
            Action::ReportRepair { repair_id: id, report },
            Action::ActOnRepair { repair_id: id, turn: 0, act },
        ];
        let ops = actions.into_iter().enumerate().map(|(step, action)| Op {
            id: OpId::new(Timestamp(1_760_000_000_000), random(at * 8 + step)),
            lane: format!("repair:{id}"),
            at: Timestamp(1_760_000_000_000),
            action,
        });
        office.send(world, ops.collect()).await?;
        samples.push(id);
    }
    multiply(world, community, samples).await?;
    building(0)
}

/// The samples once more under other ids and times.
async fn multiply(world: &World, community: CommunityId, samples: Vec<RepairId>) -> Result<()> {
    const COLUMNS: [&str; 23] = [
        "community_id",
        "id",
        "version",
        "state",
        "is_open",
        "urgency",
        "category",
        "building_id",
        "household_id",
        "reporter_id",
        "assignee_id",
        "reported_at",
        "changed_at",
        "month",
        "promised_by",
        "kept",
        "worked_ms",
        "reopened",
        "stars",
        "due_at",
        "archived",
        "card_scope",
        "body",
    ];
    let values = COLUMNS.map(|column| match column {
        "id" => "CAST($2 AS TEXT)",
        "reported_at" => "CAST($4 AS BIGINT)",
        "due_at" => "NULL",
        "body" => "replace(body, CAST($3 AS TEXT), CAST($2 AS TEXT))",
        same => same,
    });
    let sql = format!(
        "INSERT INTO repair ({}) SELECT {} FROM repair WHERE community_id = $1 AND id = $3",
        COLUMNS.join(", "),
        values.join(", ")
    );
    let (open, closed) = samples.split_at(SAMPLES / 2);
    let rows: Vec<(RepairId, RepairId, i64)> = (0..REPAIRS - SAMPLES)
        .filter_map(|at| {
            let of = if at % 20 == 0 { open } else { closed };
            let sample = of.iter().copied().cycle().nth(at / 20 % SAMPLES)?;
            let reported_at = 1_760_000_000_000 - (at as i64) * 900_000;
            Some((RepairId::new(Timestamp(reported_at), random(SAMPLES + at)), sample, reported_at))
        })
        .collect();
    for part in rows.chunks(5_000) {
        let (part, sql) = (part.to_vec(), sql.clone());
        let insert = move |tx: &mut Tx<'_>| {
            let rows: Vec<Vec<Value<'_>>> = part
                .iter()
                .map(|(id, sample, at)| {
                    vec![Value::from(community), Value::from(*id), Value::from(*sample), Value::from(*at)]
                })
                .collect();
            Ok(tx.execute_each(&sql, &rows)?)
        };
        world.app.db.patient().write(insert).await?;
    }
    Ok(())
}

/// Ten bytes that differ by their last ones: a few bits of the first are the version's of the id.
fn random(number: usize) -> [u8; 10] {
    let mut random = [7; 10];
    random.iter_mut().rev().zip(number.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    random
}

/// The statement, prepared on a connection of its own.
enum Statement {
    Sqlite(rusqlite::Connection, String),
    Postgres(tokio_postgres::Client, tokio_postgres::Statement),
}

impl Statement {
    async fn prepare(world: &World, database: Option<&str>, sql: &str) -> Result<Self> {
        let Some(url) = database else {
            let sql = sql.replace('$', "?");
            return Ok(Self::Sqlite(rusqlite::Connection::open(world.folder().join("linli.db"))?, sql));
        };
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute("ANALYZE").await?;
        let statement = client.prepare(sql).await?;
        Ok(Self::Postgres(client, statement))
    }

    /// Runs it and takes every row; how many they are.
    async fn run(&mut self, values: &[String; 3]) -> Result<usize> {
        let [community, building, category] = values;
        let mut bytes = 0;
        let count = match self {
            Self::Sqlite(db, sql) => {
                let mut statement = db.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params![community, building, category, 51])?;
                let mut count = 0;
                while let Some(row) = rows.next()? {
                    bytes += row.get::<_, String>(2)?.len();
                    count += 1;
                }
                count
            }
            Self::Postgres(client, statement) => {
                let rows = client.query(statement, &[community, building, category, &51_i64]).await?;
                for row in &rows {
                    bytes += row.try_get::<_, String>(2)?.len();
                }
                rows.len()
            }
        };
        ensure!(bytes > 0, "empty bodies");
        Ok(count)
    }
}

/// A socket that answers a request of 200 bytes with as many as a page has.
struct Echo {
    socket: TcpStream,
    answer: Vec<u8>,
}

impl Echo {
    async fn start(bytes: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let socket = TcpStream::connect(listener.local_addr()?).await?;
        let (mut far, _) = listener.accept().await?;
        far.set_nodelay(true)?;
        socket.set_nodelay(true)?;
        tokio::spawn(async move {
            let (mut request, page) = ([0; 200], vec![b'x'; bytes]);
            while far.read_exact(&mut request).await.is_ok() {
                far.write_all(&page).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        Ok(Self { socket, answer: vec![0; bytes] })
    }

    async fn round(&mut self) -> Result<()> {
        self.socket.write_all(&[b'x'; 200]).await?;
        self.socket.read_exact(&mut self.answer).await?;
        Ok(())
    }
}
