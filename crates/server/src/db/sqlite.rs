//! SQLite: one writer thread that shares commits, and a few query-only readers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use linli_wire::{Code, Timestamp};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};

use super::{Commit, DbError, Row, Tx, Value, tx};
use crate::{Error, clock::Clock};

/// Closures that may wait for the writer before a caller has to wait to hand one in.
const QUEUE: usize = 1024;
/// Most closures that share one commit, so that the first of them is not kept waiting for long.
const SHARED: usize = 128;
/// Readers at work at the same time.
const READERS: usize = 4;
/// Kilobytes of pages that the writer keeps: a bill run goes into twenty trees at places far apart, and what does not
/// fit is written before its time and read again.
const PAGES: u32 = 65_536;
/// Statements kept prepared by each connection.
const STATEMENTS: usize = 256;

#[derive(Debug)]
pub(super) struct Engine {
    path: PathBuf,
    writer: mpsc::Sender<Box<dyn Job>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Engine {
    pub(super) fn open(path: &Path, clock: Clock, commits: broadcast::Sender<Commit>) -> Result<Self, Error> {
        let connection = connect(path, true)?;
        let (writer, jobs) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_all(&connection, jobs, &clock, &commits))
            .map_err(DbError::Io)?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            readers: Arc::default(),
            turns: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Work { work, result: None, reply };
        self.writer.send(Box::new(job)).await.map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    pub(super) async fn read<T, F>(&self, now: Timestamp, mut work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DbError::Closed)?;
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        super::blocking(move || {
            let _turn = turn;
            let free = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = match free {
                Some(connection) => connection,
                None => connect(&path, false)?,
            };
            connection.execute_batch("BEGIN").map_err(DbError::from)?;
            let result = work(&mut Tx::new(tx::Connection::Sqlite(&connection), now));
            connection.execute_batch("ROLLBACK").map_err(DbError::from)?;
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            result
        })
        .await
    }
}

fn connect(path: &Path, writer: bool) -> Result<Connection, DbError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Another process (backup, import, invite) may hold the lock for a moment.
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    if writer {
        connection.pragma_update(None, "cache_size", -i64::from(PAGES))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;",
        )?;
    } else {
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")?;
    }
    Ok(connection)
}

/// A closure on its way to the writer and its result on the way back.
trait Job: Send {
    /// Runs in a savepoint of its own; the logged changes when it went well.
    fn run(&mut self, connection: &Connection, now: Timestamp) -> Option<Vec<crate::log::Logged>>;
    /// The code of the error it ended with, if it did.
    fn code(&self) -> Option<Code>;
    /// Answers, with what became of the shared commit.
    fn answer(self: Box<Self>, commit: &Result<(), Arc<DbError>>);
}

struct Work<T, F> {
    work: F,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, Error> + Send,
{
    fn run(&mut self, connection: &Connection, now: Timestamp) -> Option<Vec<crate::log::Logged>> {
        let mut tx = Tx::new(tx::Connection::Sqlite(connection), now);
        let work = &mut self.work;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            tx.savepoint(|tx| {
                let value = work(tx)?;
                tx.seal()?;
                Ok(value)
            })
        }));
        let result = attempt.unwrap_or_else(|_| {
            // Whatever savepoints the closure left open end with the outermost one.
            let undone = connection.execute_batch("ROLLBACK TO SAVEPOINT part1; RELEASE SAVEPOINT part1");
            Err(undone.err().map_or(DbError::Panicked, DbError::from).into())
        });
        let logged = result.is_ok().then(|| tx.into_logged());
        self.result = Some(result);
        logged
    }

    fn code(&self) -> Option<Code> {
        self.result.as_ref()?.as_ref().err().map(Error::code)
    }

    fn answer(self: Box<Self>, commit: &Result<(), Arc<DbError>>) {
        let result = match (self.result, commit) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(Error::Commit(Arc::clone(error))),
            (None, Ok(())) => Err(DbError::Closed.into()),
        };
        // Nobody waits any more when the request was cancelled; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

fn write_all(
    connection: &Connection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    clock: &Clock,
    commits: &broadcast::Sender<Commit>,
) {
    let mut shared: Vec<Box<dyn Job>> = Vec::with_capacity(SHARED);
    while let Some(first) = jobs.blocking_recv() {
        shared.push(first);
        let (logged, commit) = write_shared(connection, &mut jobs, &mut shared, clock);
        let commit = commit.map_err(Arc::new);
        if commit.is_ok() {
            for changes in logged {
                let _ = commits.send(Arc::new(changes));
            }
        }
        for job in shared.drain(..) {
            job.answer(&commit);
        }
    }
}

/// Runs every job that waits, in one transaction.
fn write_shared(
    connection: &Connection,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    shared: &mut Vec<Box<dyn Job>>,
    clock: &Clock,
) -> (Vec<Vec<crate::log::Logged>>, Result<(), DbError>) {
    let mut logged = Vec::new();
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return (logged, Err(error.into()));
    }
    let mut at = 0;
    while let Some(job) = shared.get_mut(at) {
        logged.extend(job.run(connection, clock.now()).filter(|changes| !changes.is_empty()));
        at += 1;
        // A full disk or a failed read makes SQLite end the whole transaction by itself: then all
        // who shared it are told the reason of the one it happened to.
        if connection.is_autocommit() {
            let code = shared.last().and_then(|job| job.code()).unwrap_or(Code::Internal);
            return (Vec::new(), Err(DbError::Ended(code)));
        }
        if at == shared.len()
            && at < SHARED
            && let Ok(next) = jobs.try_recv()
        {
            shared.push(next);
        }
    }
    let commit = connection.execute_batch("COMMIT");
    if commit.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    (logged, commit.map_err(DbError::from))
}

pub(super) fn execute(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(u64::try_from(statement.raw_execute()?).unwrap_or(u64::MAX))
}

/// Runs `sql`, whose parameters are `$1`, `$2`… in this order, for each row.
pub(super) fn insert(
    connection: &Connection,
    sql: &str,
    rows: &[Vec<Value<'_>>],
) -> Result<Vec<Row>, DbError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut told = Vec::new();
    for row in rows {
        for (index, value) in (1..).zip(row) {
            bind_one(&mut statement, index, value)?;
        }
        read(&mut statement, &mut told)?;
    }
    Ok(told)
}

pub(super) fn query(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let mut all = Vec::new();
    read(&mut statement, &mut all)?;
    Ok(all)
}

fn read(statement: &mut rusqlite::CachedStatement<'_>, all: &mut Vec<Row>) -> Result<(), DbError> {
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns);
        for at in 0..columns {
            values.push(match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(
                    String::from_utf8(text.to_vec())
                        .map_err(|_| DbError::Row { column: at, expected: "UTF-8" })?
                        .into(),
                ),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec().into()),
                ValueRef::Real(_) => return Err(DbError::Row { column: at, expected: "no float" }),
            });
        }
        all.push(Row(values));
    }
    Ok(())
}

/// To SQLite `$2` is a name that is numbered by its first appearance, so it is looked up by name.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value<'_>]) -> Result<(), DbError> {
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let value = number.and_then(|number| params.get(number.checked_sub(1)?));
        let value = value.ok_or(DbError::Row { column: index, expected: "a parameter" })?;
        bind_one(statement, index, value)?;
    }
    Ok(())
}

fn bind_one(
    statement: &mut rusqlite::CachedStatement<'_>,
    index: usize,
    value: &Value<'_>,
) -> Result<(), DbError> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null)?,
        Value::Int(number) => statement.raw_bind_parameter(index, number)?,
        Value::Text(text) => statement.raw_bind_parameter(index, text.as_ref())?,
        Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes.as_ref())?,
    }
    Ok(())
}
