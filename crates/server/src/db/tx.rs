//! A transaction, the same on both engines.

use linli_wire::{
    Timestamp,
    id::CommunityId,
    sync::{Entity, Scope},
};

use super::{DbError, Row, Value, postgres, sqlite};
use crate::{
    Error,
    log::{self, Logged, Pending, Sealed},
};

/// A transaction in progress. Dropping out of the closure with an error undoes all of it.
pub struct Tx<'c> {
    connection: Connection<'c>,
    now: Timestamp,
    pending: Vec<Pending>,
    logged: Vec<Logged>,
    depth: u32,
}

pub(super) enum Connection<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c postgres::Client),
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: Connection<'c>, now: Timestamp) -> Self {
        Self { connection, now, pending: Vec::new(), logged: Vec::new(), depth: 0 }
    }

    /// The server's time at the start of this transaction: one moment for all of its rows.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// The database's.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        match &self.connection {
            Connection::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Connection::Postgres(client) => client.execute(sql, params),
        }
    }

    /// Runs a statement once for each row of parameters. Rows must not depend on each other: on
    /// PostgreSQL they are on their way together, without waiting for one another's answers.
    ///
    /// # Errors
    /// The database's.
    pub fn execute_each(&mut self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<(), DbError> {
        match &self.connection {
            Connection::Sqlite(connection) => {
                rows.iter().try_for_each(|row| sqlite::execute(connection, sql, row).map(drop))
            }
            Connection::Postgres(client) => client.execute_each(sql, rows),
        }
    }

    /// Puts rows into a table: `into` names it and its columns, such as `fee (community_id, id)`, `rest` is what stands
    /// behind the rows, such as `ON CONFLICT DO NOTHING`, and no two rows may have the same key. On PostgreSQL many rows
    /// are one statement, for which triggers of statements run once.
    ///
    /// # Errors
    /// The database's.
    pub fn insert(&mut self, into: &str, rows: &[Vec<Value<'_>>], rest: &str) -> Result<(), DbError> {
        self.insert_returning(into, rows, rest).map(drop)
    }

    /// [`Tx::insert`] with a `RETURNING` at the end of `rest`: what it tells of all rows, in no order.
    ///
    /// # Errors
    /// The database's.
    pub fn insert_returning(
        &mut self,
        into: &str,
        rows: &[Vec<Value<'_>>],
        rest: &str,
    ) -> Result<Vec<Row>, DbError> {
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let places: Vec<String> = (1..=first.len()).map(|at| format!("${at}")).collect();
        let one = format!("INTO {into} VALUES ({}) {rest}", places.join(", "));
        match &self.connection {
            // A row that is refused is not there yet, so that nothing of it has to be undone. Told so, SQLite keeps no
            // pages aside for the case, which costs more than a row where a trigger looks at it.
            Connection::Sqlite(connection) => {
                sqlite::insert(connection, &format!("INSERT OR FAIL {one}"), rows)
            }
            Connection::Postgres(client) => client.insert(&format!("INSERT {one}"), into, rows, rest),
        }
    }

    /// All rows of a query, or of a statement with `RETURNING`.
    ///
    /// # Errors
    /// The database's.
    pub fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        match &self.connection {
            Connection::Sqlite(connection) => sqlite::query(connection, sql, params),
            Connection::Postgres(client) => client.query(sql, params),
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub fn query_opt(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// The first row.
    ///
    /// # Errors
    /// [`DbError::Missing`] when there is none.
    pub fn query_one(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Row, DbError> {
        self.query_opt(sql, params)?.ok_or(DbError::Missing)
    }

    /// The first row, locked against other writers until the end of the transaction. `sql` is a
    /// plain `SELECT`; SQLite has one writer anyway.
    ///
    /// # Errors
    /// The database's.
    pub fn query_locked(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<Row>, DbError> {
        match &self.connection {
            Connection::Sqlite(_) => self.query_opt(sql, params),
            Connection::Postgres(_) => self.query_opt(&format!("{sql} FOR UPDATE"), params),
        }
    }

    /// Several statements without parameters: migrations.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match &self.connection {
            Connection::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Connection::Postgres(client) => client.batch(sql),
        }
    }

    /// Runs `part` so that its error undoes it and nothing else, its log entries included.
    ///
    /// # Errors
    /// The part's own, or the database's.
    pub fn savepoint<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.depth += 1;
        let name = format!("part{}", self.depth);
        self.batch(&format!("SAVEPOINT {name}"))?;
        let logged = self.pending.len();
        let result = part(self);
        let end = if result.is_ok() {
            format!("RELEASE SAVEPOINT {name}")
        } else {
            self.pending.truncate(logged);
            format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
        };
        self.depth -= 1;
        match (result, self.batch(&end)) {
            (result, Ok(())) => result,
            // The first error says more than that its clean-up failed too.
            (Err(error @ Error::Database(_)), Err(_)) => Err(error),
            (_, Err(error)) => Err(error.into()),
        }
    }

    /// Whether the engine is PostgreSQL: for the few things that only it needs.
    pub fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }

    /// Tells the followers of `scope` what became of an entity: its JSON, or none when it left the
    /// scope. The number is given at the end of the transaction.
    pub fn log(
        &mut self,
        community: CommunityId,
        scope: Scope,
        entity: Entity,
        id: uuid::Uuid,
        version: u64,
        body: Option<std::sync::Arc<str>>,
    ) {
        self.pending.push(Pending { community, scope, entity, id, version, body });
    }

    /// [`Tx::log`] in each of `scopes`, with the JSON of the entity, or none when it left them.
    ///
    /// # Errors
    /// `internal` when the entity has no JSON form.
    pub fn log_as<T: serde::Serialize>(
        &mut self,
        community: CommunityId,
        scopes: &[Scope],
        entity: Entity,
        id: uuid::Uuid,
        version: u64,
        body: Option<&T>,
    ) -> Result<(), Error> {
        let body = body.map(crate::error::json).transpose()?.map(std::sync::Arc::from);
        for scope in scopes {
            self.log(community, *scope, entity, id, version, body.clone());
        }
        Ok(())
    }

    /// How many entries [`Tx::log`] was given so far: marks which of them belong to which operation.
    pub fn log_len(&self) -> usize {
        self.pending.len()
    }

    /// Numbers what was logged, as the last thing that touches the log in this transaction. The
    /// adapter does it before every commit; who needs the numbers in the same transaction (the
    /// outcome of an operation) calls it as its own last act.
    ///
    /// # Errors
    /// The database's.
    pub fn seal(&mut self) -> Result<Sealed, Error> {
        let pending = std::mem::take(&mut self.pending);
        let sealed = log::seal(self, &pending)?;
        self.logged.extend(sealed.logged.iter().cloned());
        Ok(sealed)
    }

    pub(super) fn into_logged(self) -> Vec<Logged> {
        self.logged
    }
}
