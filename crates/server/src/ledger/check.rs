//! `linli-server check`, as far as it is about money.

use linli_wire::id::CommunityId;

use crate::{Error, community, db::Tx, params};

/// What does not fit in the ledger; empty is sound.
///
/// The database refuses most of it; a database that was mended by hand, or whose triggers were dropped, shows it here.
///
/// # Errors
/// The database's.
pub fn check(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    if tx.is_postgres() {
        // Neither compiling a statement nor sorting on a disk is worth it for one pass.
        tx.execute("SET LOCAL jit = off", &[])?;
        tx.execute("SET LOCAL work_mem = '64MB'", &[])?;
    }
    for community in community::list(tx)? {
        if !fits(tx, community.id)? {
            entries(tx, community.id, findings)?;
        }
        accounts(tx, community.id, findings)?;
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

/// Whether every entry balances, has all of its lines, and is in the one currency of the community's accounts. One pass
/// over the lines in the order of their key says so of all of them; where it is not so, each is looked at.
fn fits(tx: &mut Tx<'_>, community: CommunityId) -> Result<bool, Error> {
    let sql = "SELECT MIN(currency), MAX(currency) FROM ledger_account WHERE community_id = $1";
    let row = tx.query_one(sql, params![community])?;
    let (first, last): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    if first != last {
        return Ok(false);
    }
    let sql =
        "SELECT COUNT(*), COUNT(CASE WHEN entry.lines = sums.lines AND sums.minor = 0 AND entry.currency = $2
             THEN 1 END), (SELECT COUNT(*) FROM ledger_entry WHERE community_id = $1)
         FROM (SELECT entry_id, COUNT(*) AS lines, SUM(minor) AS minor FROM posting WHERE community_id = $1
               GROUP BY entry_id) AS sums
         LEFT JOIN ledger_entry AS entry ON entry.community_id = $1 AND entry.id = sums.entry_id";
    let row = tx.query_one(sql, params![community, first.unwrap_or_default()])?;
    let (with_lines, good, all): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(with_lines == good && good == all)
}

/// Which entries do not fit, and why.
fn entries(tx: &mut Tx<'_>, community: CommunityId, findings: &mut Vec<String>) -> Result<(), Error> {
    let sums = "SELECT entry.id, entry.lines, sums.lines FROM ledger_entry AS entry
         LEFT JOIN (SELECT entry_id, COUNT(*) AS lines, SUM(minor) AS minor FROM posting WHERE community_id = $1
                    GROUP BY entry_id) AS sums
           ON sums.entry_id = entry.id
         WHERE entry.community_id = $1 AND (sums.lines IS NULL OR sums.lines <> entry.lines OR sums.minor <> 0)";
    for row in tx.query(sums, params![community])? {
        let (id, said, lines): (String, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        findings.push(match lines {
            Some(lines) if lines == said => format!("ledger entry {id} does not balance"),
            lines => format!("ledger entry {id} has {} of {said} lines", lines.unwrap_or(0)),
        });
    }
    let lost = "SELECT DISTINCT posting.entry_id FROM posting
         LEFT JOIN ledger_entry AS entry ON entry.community_id = posting.community_id AND entry.id = posting.entry_id
         WHERE posting.community_id = $1 AND entry.id IS NULL";
    for row in tx.query(lost, params![community])? {
        findings.push(format!("ledger entry {} is gone, and its lines are there", row.get::<String>(0)?));
    }
    let strange = "SELECT DISTINCT posting.entry_id FROM posting
         JOIN ledger_account AS account ON account.community_id = posting.community_id AND account.id = posting.account_id
         JOIN ledger_entry AS entry ON entry.community_id = posting.community_id AND entry.id = posting.entry_id
         WHERE posting.community_id = $1 AND account.currency <> entry.currency";
    for row in tx.query(strange, params![community])? {
        findings.push(format!("ledger entry {} mixes currencies", row.get::<String>(0)?));
    }
    Ok(())
}

/// Whether every account that a line names is there. An index goes from one account to the next, over all lines between.
fn accounts(tx: &mut Tx<'_>, community: CommunityId, findings: &mut Vec<String>) -> Result<(), Error> {
    let sql = "WITH RECURSIVE used (id) AS (
           SELECT MIN(account_id) FROM posting WHERE community_id = $1
           UNION ALL
           SELECT (SELECT MIN(account_id) FROM posting WHERE community_id = $1 AND account_id > used.id)
           FROM used WHERE used.id IS NOT NULL)
         SELECT used.id FROM used LEFT JOIN ledger_account AS account
           ON account.community_id = $1 AND account.id = used.id
         WHERE used.id IS NOT NULL AND account.id IS NULL";
    for row in tx.query(sql, params![community])? {
        findings.push(format!("ledger account {} is gone, and its lines are there", row.get::<String>(0)?));
    }
    Ok(())
}
