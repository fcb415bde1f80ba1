//! An empty server's data, on either engine.

use std::path::Path;

use linli_server::{
    attachments::files::Files,
    backup::TABLES,
    clock::{Clock, random},
    db::{Database, Location},
    import::{self, Applying, Reading, Summary},
    instance,
};

/// Runs a test on both engines; on PostgreSQL only where LINLI_TEST_POSTGRES names a server.
#[macro_export]
macro_rules! on_both_engines {
    ($(async fn $name:ident($place:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn run($place: $crate::place::Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::place::Place::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match $crate::place::Place::postgres().await {
                    Some(place) => run(place).await,
                    None => eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL"),
                }
            }
        }
    )*};
}

pub struct Place {
    pub db: Database,
    pub files: Files,
    pub data: tempfile::TempDir,
}

impl Place {
    pub async fn sqlite() -> Self {
        let data = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(data.path().join("linli.db"));
        Self::open(data, &location).await
    }

    pub async fn postgres() -> Option<Self> {
        let location = fresh_schema().await?;
        Some(Self::open(tempfile::tempdir().unwrap(), &location).await)
    }

    async fn open(data: tempfile::TempDir, location: &Location) -> Self {
        let db = Database::open(location, Clock::system()).await.unwrap();
        let files = Files::open(data.path()).unwrap();
        Self { db, files, data }
    }

    /// Loads a folder; None is a dry run's opposite.
    pub async fn import(&self, folder: &Path, dry_run: bool) -> Summary {
        self.db.write(instance::open).await.unwrap();
        let folder = import::read(folder, reading()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        import::apply(&self.db, &self.files, folder, Applying { dry_run, overwrite: false }).await.unwrap()
    }

    /// Every row of every table, as text: what must not change, or be the same elsewhere.
    pub async fn everything(&self) -> Vec<String> {
        self.tables(|_| true).await
    }

    pub async fn tables(&self, wanted: fn(&str) -> bool) -> Vec<String> {
        self.db
            .read(move |tx| {
                let mut lines = Vec::new();
                for table in TABLES.iter().filter(|table| wanted(table.name)) {
                    let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
                    let mut rows: Vec<String> =
                        tx.query(&sql, &[])?.iter().map(|row| format!("{} {row:?}", table.name)).collect();
                    rows.sort();
                    lines.extend(rows);
                }
                Ok(lines)
            })
            .await
            .unwrap()
    }

    pub async fn execute(&self, sql: &'static str) -> u64 {
        self.db.write(move |tx| Ok(tx.execute(sql, &[])?)).await.unwrap()
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.db.read(move |tx| Ok(tx.query_one(sql, &[])?.get(0)?)).await.unwrap()
    }

    pub async fn findings(&self) -> Vec<String> {
        linli_server::check::check(&self.db, &self.files).await.unwrap()
    }
}

/// A schema of its own on the server of LINLI_TEST_POSTGRES.
pub async fn fresh_schema() -> Option<Location> {
    let url = std::env::var("LINLI_TEST_POSTGRES").ok()?;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = format!("office_{:032x}", u128::from_be_bytes(random::<16>().unwrap()));
    client.batch_execute(&format!("CREATE SCHEMA {name}")).await.unwrap();
    let join = if url.contains('?') { '&' } else { '?' };
    Some(Location::Postgres(format!("{url}{join}options=-csearch_path%3D{name}")))
}

/// Noon of the day that the folder counts as today.
pub fn reading() -> Reading {
    Reading { now: "2026-11-22T04:00:00Z".parse().unwrap(), dates_end_today: false }
}
