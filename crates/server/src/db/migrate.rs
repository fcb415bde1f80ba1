//! Migrations: numbered SQL files, run once each in order, never changed afterwards.
//!
//! They are written once, in PostgreSQL's words, with one token: `{strict}` stands behind every table.
//! For SQLite three words are exchanged. Triggers have no common words: what stands between `{sqlite}` or
//! `{postgres}` and `{end}` is for that engine alone. A new file is added to the end of the list below.

use sha2::{Digest, Sha256};

use super::{DbError, Tx};
use crate::{Error, params};

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_foundation.sql"),
    include_str!("../../migrations/0002_import.sql"),
    include_str!("../../migrations/0003_session.sql"),
    include_str!("../../migrations/0004_left.sql"),
    include_str!("../../migrations/0005_repairs.sql"),
    include_str!("../../migrations/0006_rounds.sql"),
    include_str!("../../migrations/0007_absence.sql"),
    include_str!("../../migrations/0008_ledger.sql"),
    include_str!("../../migrations/0009_payments.sql"),
    include_str!("../../migrations/0010_bank.sql"),
    include_str!("../../migrations/0011_refund.sql"),
    include_str!("../../migrations/0012_card.sql"),
    include_str!("../../migrations/0013_reminder.sql"),
    include_str!("../../migrations/0014_automatic.sql"),
    include_str!("../../migrations/0015_relative.sql"),
    include_str!("../../migrations/0016_chat.sql"),
    include_str!("../../migrations/0017_posting.sql"),
    include_str!("../../migrations/0018_photo.sql"),
    include_str!("../../migrations/0019_taken_back_and_old_meter.sql"),
];

/// Number of the newest migration of this build.
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

pub(super) fn run(tx: &mut Tx<'_>) -> Result<(), Error> {
    if tx.is_postgres() {
        // Several servers may start at the same moment; the number is arbitrary and ours.
        tx.batch("SELECT pg_advisory_xact_lock(7101952401)")?;
    }
    let (_, strict) = words(tx);
    tx.batch(&format!(
        "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, checksum TEXT NOT NULL, at BIGINT NOT NULL){}",
        strict
    ).replace("BIGINT", words(tx).0))?;
    let done = tx.query("SELECT number, checksum FROM migration ORDER BY number", &[])?;
    for row in &done {
        let number: i64 = row.get(0)?;
        let known = usize::try_from(number - 1).ok().and_then(|at| MIGRATIONS.get(at));
        let known = known.ok_or(DbError::Newer { found: number, known: newest() })?;
        if checksum(known) != row.get::<String>(1)? {
            return Err(DbError::Altered { number }.into());
        }
    }
    for (number, text) in (1_i64..).zip(MIGRATIONS).skip(done.len()) {
        let sql = translate(tx, text);
        tx.batch(&sql)?;
        let now = tx.now();
        tx.execute(
            "INSERT INTO migration (number, checksum, at) VALUES ($1, $2, $3)",
            params![number, checksum(text), now],
        )?;
    }
    Ok(())
}

fn words(tx: &Tx<'_>) -> (&'static str, &'static str) {
    if tx.is_postgres() { ("BIGINT", "") } else { ("INTEGER", " STRICT") }
}

fn translate(tx: &Tx<'_>, text: &str) -> String {
    let (integer, strict) = words(tx);
    let (ours, others) =
        if tx.is_postgres() { ("{postgres}", "{sqlite}") } else { ("{sqlite}", "{postgres}") };
    let mut is_ours = true;
    let lines = text.lines().filter(|line| {
        let token = *line == ours || *line == others || *line == "{end}";
        is_ours = if token { *line != others } else { is_ours };
        is_ours && !token
    });
    let text = lines.flat_map(|line| [line, "\n"]).collect::<String>().replace("{strict}", strict);
    if tx.is_postgres() { text } else { text.replace("BIGINT", integer).replace("BYTEA", "BLOB") }
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
