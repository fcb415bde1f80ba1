//! A PostgreSQL database for one server, gone with it.

use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

/// Name of the variable that holds the address of a PostgreSQL for tests.
const VARIABLE: &str = "LINLI_TEST_POSTGRES";

/// The address of the tests' PostgreSQL, if there is one: a user who may create databases.
pub(crate) fn given() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())
}

/// A database of its own, dropped with this value.
pub struct PostgresDatabase {
    admin: Config,
    name: String,
    url: String,
}

impl PostgresDatabase {
    /// Makes an empty database.
    ///
    /// # Panics
    /// Without `LINLI_TEST_POSTGRES`.
    #[allow(clippy::expect_used, reason = "a test without its database cannot go on")]
    pub async fn create() -> Self {
        let given = given().expect("LINLI_TEST_POSTGRES names a PostgreSQL");
        let admin: Config = given.parse().expect("LINLI_TEST_POSTGRES is an address");
        let name = format!("linli_test_{}", Uuid::from_u128(unique()).simple());
        run(&admin, &format!("CREATE DATABASE {name}")).await.expect("the user may create databases");
        let (before, options) = given.split_once('?').unwrap_or((&given, ""));
        let server = before.rsplit_once('/').map_or(before, |(server, _)| server);
        let mark = if options.is_empty() { "" } else { "?" };
        Self { admin, url: format!("{server}/{name}{mark}{options}"), name }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (admin, sql) = (self.admin.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        // Dropping happens inside a runtime, where nothing may block but a thread of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(run(&admin, &sql)).ok()
        });
        if !matches!(dropped.join(), Ok(Some(()))) {
            eprintln!("the database {} could not be dropped", self.name);
        }
    }
}

async fn run(admin: &Config, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection): (Client, _) = admin.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    let _ = connection.await;
    done
}

/// Different in every process and at every call.
fn unique() -> u128 {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::{SystemTime, UNIX_EPOCH},
    };
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let count = u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
    (nanos << 32) | (u128::from(std::process::id()) << 12) | count
}
