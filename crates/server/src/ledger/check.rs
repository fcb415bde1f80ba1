//! `linli-server check`, as far as it is about money.

use crate::{Error, db::Tx};

/// What does not fit in the ledger; empty is sound.
///
/// The database refuses most of it; a database that was mended by hand, or whose triggers were dropped, shows it here.
///
/// # Errors
/// The database's.
pub fn check(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    // In the order of the key, so that one pass over the lines is enough.
    let sums = "SELECT entry.id, entry.lines, sums.lines FROM ledger_entry AS entry
         LEFT JOIN (SELECT community_id, entry_id, COUNT(*) AS lines, SUM(minor) AS minor FROM posting
                    GROUP BY community_id, entry_id) AS sums
           ON sums.community_id = entry.community_id AND sums.entry_id = entry.id
         WHERE sums.lines IS NULL OR sums.lines <> entry.lines OR sums.minor <> 0";
    for row in tx.query(sums, &[])? {
        let (id, said, lines): (String, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        findings.push(match lines {
            Some(lines) if lines == said => format!("ledger entry {id} does not balance"),
            lines => format!("ledger entry {id} has {} of {said} lines", lines.unwrap_or(0)),
        });
    }
    let strange = "SELECT posting.entry_id FROM posting
         JOIN ledger_account AS account ON account.community_id = posting.community_id AND account.id = posting.account_id
         JOIN ledger_entry AS entry ON entry.community_id = posting.community_id AND entry.id = posting.entry_id
         WHERE account.currency <> entry.currency";
    for row in tx.query(strange, &[])? {
        findings.push(format!("ledger entry {} mixes currencies", row.get::<String>(0)?));
    }
    let reversals = "SELECT back.id FROM ledger_entry AS back JOIN posting AS line
           ON line.community_id = back.community_id AND line.entry_id = back.id
         LEFT JOIN posting AS before ON before.community_id = back.community_id AND before.entry_id = back.reverses
           AND before.line = line.line
         WHERE back.reverses IS NOT NULL
           AND (before.minor IS NULL OR before.minor <> -line.minor OR before.account_id <> line.account_id)";
    for row in tx.query(reversals, &[])? {
        findings.push(format!(
            "ledger entry {} is not the opposite of what it takes back",
            row.get::<String>(0)?
        ));
    }
    Ok(())
}
