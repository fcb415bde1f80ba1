//! The same work by hand: one row and one commit, one frame on a socket.

use anyhow::Result;
use rusqlite::Connection;

/// A database with the server's care for its disk: WAL, `synchronous=FULL`.
pub fn database(path: &std::path::Path, key: Option<&str>) -> Result<Connection> {
    let db = Connection::open(path)?;
    if let Some(key) = key {
        db.execute_batch(&format!("PRAGMA key = \"x'{key}'\""))?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")?;
    Ok(db)
}

/// One row, one commit.
pub fn commit(db: &Connection, body: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO row (body) VALUES (?1)")?.execute([body])?;
    Ok(())
}
