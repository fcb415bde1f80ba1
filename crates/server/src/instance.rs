//! What makes a database itself: its epoch and the keys that are made once with it.

use linli_wire::Timestamp;

use crate::{Error, clock::random, db::Tx, params};

/// The one row of `instance`.
#[derive(Clone)]
pub struct Instance {
    /// Names the database for good; several servers on one PostgreSQL share it.
    pub id: [u8; 16],
    /// Changes with every restore, so that clients notice that the log went back.
    pub epoch: [u8; 16],
    /// Signs sync cursors.
    pub(crate) cursor_key: [u8; 32],
    /// Derives tokens from the tokens before them.
    pub(crate) token_key: [u8; 32],
    /// Salt of short codes. One for the whole database, so that a code can be looked up by its hash.
    pub(crate) code_salt: [u8; 32],
    /// When this database was last restored from a backup.
    pub restored_at: Option<Timestamp>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("restored_at", &self.restored_at).finish_non_exhaustive()
    }
}

/// Reads the row, and makes it in a new database.
///
/// # Errors
/// The database's.
pub fn open(tx: &mut Tx<'_>) -> Result<Instance, Error> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO instance (one, id, epoch, cursor_key, token_key, code_salt, created_at)
         VALUES (1, $1, $2, $3, $4, $5, $6) ON CONFLICT (one) DO NOTHING",
        params![
            &random::<16>()?,
            &random::<16>()?,
            &random::<32>()?,
            &random::<32>()?,
            &random::<32>()?,
            now
        ],
    )?;
    load(tx)
}

/// Reads the row.
///
/// # Errors
/// The database's; a row is missing before [`open`].
pub fn load(tx: &mut Tx<'_>) -> Result<Instance, Error> {
    let row = tx.query_one(
        "SELECT id, epoch, cursor_key, token_key, code_salt, restored_at FROM instance WHERE one = 1",
        &[],
    )?;
    Ok(Instance {
        id: row.get(0)?,
        epoch: row.get(1)?,
        cursor_key: row.get(2)?,
        token_key: row.get(3)?,
        code_salt: row.get(4)?,
        restored_at: row.get(5)?,
    })
}

/// Marks the database as restored: every device takes its scopes again and keeps its outbox, and may
/// refresh by its key alone.
///
/// # Errors
/// The database's.
pub fn mark_restored(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(
        "UPDATE instance SET epoch = $1, restored_at = $2 WHERE one = 1",
        params![&random::<16>()?, now],
    )?;
    Ok(())
}
