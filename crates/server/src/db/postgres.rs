//! PostgreSQL: closures on the blocking pool, each with one connection of a bounded pool.
//!
//! A transaction with a deadline ends at it whatever PostgreSQL does: one that stands still does not watch
//! over its own `statement_timeout`. Its connection is given up then, since nobody knows what is still on
//! its way there.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::try_join_all;
use linli_wire::Timestamp;
use tokio::{
    runtime::Handle,
    sync::broadcast,
    time::{Instant, timeout_at},
};
use tokio_postgres::{
    Config, NoTls,
    types::{IsNull, ToSql, Type, to_sql_checked},
};

use super::{Commit, DbError, Row, Tx, Value, tx};
use crate::{Error, clock::Clock};

/// Connections, and so transactions at the same time.
const CONNECTIONS: usize = 16;
/// How long to wait for PostgreSQL to take a connection, and to greet it.
const CONNECT: Duration = Duration::from_secs(5);
/// How long to wait for a free connection.
const WAIT: Duration = Duration::from_secs(30);
/// How often a transaction that met another in a deadlock is run again.
const RETRIES: u32 = 8;

/// Statements on their way at the same time on one connection.
const PIPELINED: usize = 128;
/// Rows that one statement puts into a table.
const TOGETHER: usize = 4096;

#[derive(Debug)]
pub(super) struct Engine {
    pool: Pool,
    config: Config,
}

impl Engine {
    pub(super) fn open(url: &str) -> Result<Self, Error> {
        let mut config: Config = url.parse().map_err(DbError::Postgres)?;
        // No statement and no forgotten transaction may hold a lock for ever.
        let given = config.get_options().unwrap_or_default();
        config.options(format!(
            "{given} -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c TimeZone=UTC"
        ));
        config.application_name("linli-server").connect_timeout(CONNECT);
        // A host that is gone without a word is noticed within a minute.
        config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
        config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(30));
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT))
            .build()
            .map_err(|error| DbError::Pool(error.to_string()))?;
        Ok(Self { pool, config })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) async fn write<T, F>(
        &self,
        patience: Option<Duration>,
        clock: Clock,
        commits: broadcast::Sender<Commit>,
        mut work: F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut client = self.client(patience).await?;
        super::blocking(move || {
            let mut tries = 0;
            loop {
                let attempt = client.transaction("BEGIN ISOLATION LEVEL READ COMMITTED", clock.now(), |tx| {
                    let value = work(tx)?;
                    tx.seal()?;
                    Ok(value)
                });
                match attempt {
                    Ok((value, logged)) => {
                        if !logged.is_empty() {
                            let _ = commits.send(std::sync::Arc::new(logged));
                        }
                        return Ok(value);
                    }
                    Err(Error::Database(error)) if error.is_transient() && tries < RETRIES => tries += 1,
                    Err(error) => return Err(error),
                }
            }
        })
        .await
    }

    pub(super) async fn read<T, F>(
        &self,
        patience: Option<Duration>,
        now: Timestamp,
        mut work: F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut client = self.client(patience).await?;
        super::blocking(move || {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            client.transaction(begin, now, |tx| work(tx)).map(|(value, _)| value)
        })
        .await
    }

    async fn client(&self, patience: Option<Duration>) -> Result<Client, Error> {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let object = within(deadline, self.pool.get()).await?.map_err(|error| DbError::pool(&error))?;
        Ok(Client { object: Some(object), handle: Handle::current(), deadline, patience })
    }
}

/// A connection together with the runtime to wait on; used on blocking threads only.
#[derive(Debug)]
pub(super) struct Client {
    object: Option<Object>,
    handle: Handle,
    deadline: Option<Instant>,
    patience: Option<Duration>,
}

async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Result<T, DbError> {
    match deadline {
        None => Ok(work.await),
        Some(deadline) => timeout_at(deadline, work).await.map_err(|_| DbError::TimedOut),
    }
}

impl Client {
    fn object(&self) -> Result<&Object, DbError> {
        self.object.as_ref().ok_or(DbError::Closed)
    }

    fn transaction<T>(
        &mut self,
        begin: &str,
        now: Timestamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Result<(T, Vec<crate::log::Logged>), Error> {
        let begun = match self.patience {
            None => self.batch(begin),
            // So that a statement that waits for a lock lets go of its own when nobody waits for it any more.
            Some(patience) => {
                self.batch(&format!("{begin}; SET LOCAL statement_timeout = {}", patience.as_millis()))
            }
        };
        begun.inspect_err(|error| self.give_up_after(error))?;
        let mut tx = Tx::new(tx::Connection::Postgres(self), now);
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
        let logged = tx.into_logged();
        let result = result.unwrap_or_else(|_| Err(DbError::Panicked.into()));
        match result {
            Ok(value) => {
                self.batch("COMMIT").inspect_err(|error| self.give_up_after(error))?;
                Ok((value, logged))
            }
            Err(error) => {
                if self.batch("ROLLBACK").is_err() {
                    self.give_up();
                }
                Err(error)
            }
        }
    }

    /// A connection that is not known to be outside of a transaction must not return to the pool.
    fn give_up(&mut self) {
        if let Some(object) = self.object.take() {
            drop(Object::take(object));
        }
    }

    fn give_up_after(&mut self, error: &DbError) {
        if error.is_no_answer() {
            self.give_up();
        }
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, DbError> {
        Ok(self.handle.block_on(within(self.deadline, work))??)
    }

    pub(super) fn batch(&self, sql: &str) -> Result<(), DbError> {
        let object = self.object()?;
        self.wait(object.batch_execute(sql))
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        let object = self.object()?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        self.wait(async {
            let statement = object.prepare_cached(sql).await?;
            object.execute(&statement, &params).await
        })
    }

    pub(super) fn execute_each(&self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<(), DbError> {
        let object = self.object()?;
        self.wait(async {
            let statement = object.prepare_cached(sql).await?;
            for some in rows.chunks(PIPELINED) {
                let all = some.iter().map(|row| async {
                    let params: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as _).collect();
                    object.execute(&statement, &params).await
                });
                try_join_all(all).await?;
            }
            Ok(())
        })
    }

    /// Rows in one statement for each few thousand of them; `one` is the same for a single row.
    pub(super) fn insert(
        &self,
        one: &str,
        into: &str,
        rows: &[Vec<Value<'_>>],
        rest: &str,
    ) -> Result<Vec<Row>, DbError> {
        if let [row] = rows {
            return self.query(one, row);
        }
        let object = self.object()?;
        let told = self.wait(async {
            // What the columns hold is known from the statement for one row.
            let kinds = object.prepare_cached(one).await?;
            let arrays: Vec<String> =
                (1..).zip(kinds.params()).map(|(at, kind)| format!("${at}::{}[]", kind.name())).collect();
            let many = format!("INSERT INTO {into} SELECT * FROM unnest({}) {rest}", arrays.join(", "));
            let statement = object.prepare_cached(&many).await?;
            let mut told = Vec::new();
            for some in rows.chunks(TOGETHER) {
                let columns: Vec<Vec<Option<&Value<'_>>>> =
                    (0..arrays.len()).map(|at| some.iter().map(|row| row.get(at)).collect()).collect();
                let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
                told.extend(object.query(&statement, &params).await?);
            }
            Ok(told)
        })?;
        told.iter().map(owned).collect()
    }

    pub(super) fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let object = self.object()?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        let rows = self.wait(async {
            let statement = object.prepare_cached(sql).await?;
            object.query(&statement, &params).await
        })?;
        rows.iter().map(owned).collect()
    }
}

fn owned(row: &tokio_postgres::Row) -> Result<Row, DbError> {
    let mut values = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let kind = column.type_();
        values.push(if *kind == Type::INT8 {
            row.try_get::<_, Option<i64>>(at)?.map_or(Value::Null, Value::Int)
        } else if *kind == Type::INT4 {
            row.try_get::<_, Option<i32>>(at)?.map_or(Value::Null, |number| Value::Int(number.into()))
        } else if *kind == Type::BYTEA {
            row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Value::Null, |bytes| Value::Bytes(bytes.into()))
        } else if *kind == Type::BOOL {
            row.try_get::<_, Option<bool>>(at)?.map_or(Value::Null, |yes| Value::Int(yes.into()))
        } else if *kind == Type::TEXT || *kind == Type::VARCHAR || *kind == Type::NAME {
            row.try_get::<_, Option<String>>(at)?.map_or(Value::Null, |text| Value::Text(text.into()))
        } else {
            return Err(DbError::Row { column: at, expected: "a number, text or bytes" });
        });
    }
    Ok(Row(values))
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Value::Text(text) if *kind == Type::TEXT || *kind == Type::VARCHAR => {
                text.as_ref().to_sql(kind, out)
            }
            Value::Bytes(bytes) if *kind == Type::BYTEA => bytes.as_ref().to_sql(kind, out),
            _ => Err(format!("a parameter does not fit {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
