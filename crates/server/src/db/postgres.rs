//! PostgreSQL: closures on the blocking pool, each with one connection of a bounded pool.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::try_join_all;
use linli_wire::Timestamp;
use tokio::{runtime::Handle, sync::broadcast};
use tokio_postgres::{
    Config, NoTls,
    types::{IsNull, ToSql, Type, to_sql_checked},
};

use super::{Commit, DbError, Row, Tx, Value, tx};
use crate::{Error, clock::Clock};

/// Connections, and so transactions at the same time.
const CONNECTIONS: usize = 16;
/// How often a transaction that met another in a deadlock is run again.
const RETRIES: u32 = 8;

/// Statements on their way at the same time on one connection.
const PIPELINED: usize = 128;

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
        config.application_name("linli-server").connect_timeout(std::time::Duration::from_secs(10));
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(std::time::Duration::from_secs(30)))
            .build()
            .map_err(|error| DbError::Pool(error.to_string()))?;
        Ok(Self { pool, config })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) async fn write<T, F>(
        &self,
        clock: Clock,
        commits: broadcast::Sender<Commit>,
        mut work: F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut client = self.client().await?;
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

    pub(super) async fn read<T, F>(&self, now: Timestamp, mut work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut client = self.client().await?;
        super::blocking(move || {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            client.transaction(begin, now, |tx| work(tx)).map(|(value, _)| value)
        })
        .await
    }

    async fn client(&self) -> Result<Client, Error> {
        let object = self.pool.get().await.map_err(|error| DbError::pool(&error))?;
        Ok(Client { object: Some(object), handle: Handle::current() })
    }
}

/// A connection together with the runtime to wait on; used on blocking threads only.
#[derive(Debug)]
pub(super) struct Client {
    object: Option<Object>,
    handle: Handle,
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
        self.batch(begin)?;
        let mut tx = Tx::new(tx::Connection::Postgres(self), now);
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
        let logged = tx.into_logged();
        let result = result.unwrap_or_else(|_| Err(DbError::Panicked.into()));
        match result {
            Ok(value) => self.batch("COMMIT").map(|()| (value, logged)).map_err(Error::from),
            Err(error) => {
                if self.batch("ROLLBACK").is_err()
                    && let Some(object) = self.object.take()
                {
                    // A connection that cannot even roll back must not return to the pool.
                    drop(Object::take(object));
                }
                Err(error)
            }
        }
    }

    pub(super) fn batch(&self, sql: &str) -> Result<(), DbError> {
        let object = self.object()?;
        Ok(self.handle.block_on(object.batch_execute(sql))?)
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        let object = self.object()?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        self.handle.block_on(async {
            let statement = object.prepare_cached(sql).await?;
            Ok(object.execute(&statement, &params).await?)
        })
    }

    pub(super) fn execute_each(&self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<(), DbError> {
        let object = self.object()?;
        self.handle.block_on(async {
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

    pub(super) fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let object = self.object()?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        let rows = self.handle.block_on(async {
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
