//! `linli-server check`, as far as it is about money.

use std::collections::BTreeMap;

use linli_wire::id::CommunityId;

use crate::{
    Error, community,
    db::{Row, Tx},
    params,
};

/// Entries in memory at a time: some megabytes.
const STEP: usize = 20_000;

/// What does not fit in the ledger; empty is sound.
///
/// The database refuses most of it; a database that was mended by hand, or whose triggers were dropped, shows it here.
///
/// # Errors
/// The database's.
pub fn check(tx: &mut Tx<'_>, findings: &mut Vec<String>) -> Result<(), Error> {
    check_in_steps(tx, STEP, findings)
}

/// [`check`], with as many entries in memory at a time as `step` says: at least one.
///
/// # Errors
/// The database's.
pub fn check_in_steps(tx: &mut Tx<'_>, step: usize, findings: &mut Vec<String>) -> Result<(), Error> {
    if tx.is_postgres() {
        // Neither compiling a statement nor sorting on a disk is worth it for one pass.
        tx.execute("SET LOCAL jit = off", &[])?;
        tx.execute("SET LOCAL work_mem = '64MB'", &[])?;
    }
    for community in community::list(tx)? {
        entries(tx, community.id, step, findings)?;
        accounts(tx, community.id, findings)?;
        reversals(tx, community.id, findings)?;
    }
    Ok(())
}

/// Whether every entry balances and has all of its lines, in one currency.
fn entries(
    tx: &mut Tx<'_>,
    community: CommunityId,
    step: usize,
    findings: &mut Vec<String>,
) -> Result<(), Error> {
    let sql = "SELECT MIN(currency), MAX(currency) FROM ledger_account WHERE community_id = $1";
    let row = tx.query_one(sql, params![community])?;
    let (first, last): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    let one = first.clone().filter(|_| first == last).unwrap_or_default();
    // PostgreSQL joins both in a moment, and takes longer to hand over what it read.
    if tx.is_postgres() && fits(tx, community, &one)? {
        return Ok(());
    }
    side_by_side(tx, community, step, findings)?;
    mixed(tx, community, findings)
}

/// Whether there is nothing to be found in any entry, in one statement.
fn fits(tx: &mut Tx<'_>, community: CommunityId, currency: &str) -> Result<bool, Error> {
    let sql =
        "SELECT COUNT(*), COUNT(CASE WHEN entry.lines = sums.lines AND sums.minor = 0 AND entry.currency = $2
             THEN 1 END), (SELECT COUNT(*) FROM ledger_entry WHERE community_id = $1)
         FROM (SELECT entry_id, COUNT(*) AS lines, SUM(minor) AS minor FROM posting WHERE community_id = $1
               GROUP BY entry_id) AS sums
         LEFT JOIN ledger_entry AS entry ON entry.community_id = $1 AND entry.id = sums.entry_id";
    let row = tx.query_one(sql, params![community, currency])?;
    let (with_lines, good, all): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(with_lines == good && good == all)
}

/// Which entries do not balance, or do not have all of their lines. Entries and lines lie in the order of the same key:
/// both are read once, side by side, where SQLite would look for each entry anew to join them.
fn side_by_side(
    tx: &mut Tx<'_>,
    community: CommunityId,
    step: usize,
    findings: &mut Vec<String>,
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let said = format!(
            "SELECT id, lines, 1 FROM ledger_entry WHERE community_id = $1 AND id > $2 ORDER BY id LIMIT {step}"
        );
        let said = tx.query(&said, params![community, &after])?;
        let until = said.last().filter(|_| said.len() == step).map(|row| row.get::<String>(0)).transpose()?;
        let sums = |until: &str| {
            format!(
                "SELECT entry_id, COUNT(*), CASE WHEN SUM(minor) = 0 THEN 1 ELSE 0 END FROM posting
                 WHERE community_id = $1 AND entry_id > $2 {until} GROUP BY entry_id ORDER BY entry_id"
            )
        };
        let sums = match &until {
            Some(until) => tx.query(&sums("AND entry_id <= $3"), params![community, &after, until])?,
            None => tx.query(&sums(""), params![community, &after])?,
        };
        if said != sums {
            differences(&said, &sums, findings)?;
        }
        match until {
            Some(until) => after = until,
            None => return Ok(()),
        }
    }
}

/// What entries say of their lines beside what is there of them: id, lines, and whether they balance.
fn differences(said: &[Row], sums: &[Row], findings: &mut Vec<String>) -> Result<(), Error> {
    let mut of_entries: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    for row in sums {
        of_entries.insert(row.get(0)?, (row.get(1)?, row.get::<i64>(2)? == 1));
    }
    for row in said {
        let (id, lines): (String, i64) = (row.get(0)?, row.get(1)?);
        let (found, balances) = of_entries.remove(&id).unwrap_or_default();
        if found != lines {
            findings.push(format!("ledger entry {id} has {found} of {lines} lines"));
        } else if !balances {
            findings.push(format!("ledger entry {id} does not balance"));
        }
    }
    findings.extend(
        of_entries.into_keys().map(|id| format!("ledger entry {id} is gone, and its lines are there")),
    );
    Ok(())
}

/// Which entries have a line in another currency.
fn mixed(tx: &mut Tx<'_>, community: CommunityId, findings: &mut Vec<String>) -> Result<(), Error> {
    let currencies = "SELECT COUNT(DISTINCT currency) FROM (
           SELECT currency FROM ledger_account WHERE community_id = $1
           UNION SELECT currency FROM ledger_entry WHERE community_id = $1) AS used";
    if tx.query_one(currencies, params![community])?.get::<i64>(0)? < 2 {
        return Ok(());
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

/// Whether what takes an entry back says the opposite of it.
fn reversals(tx: &mut Tx<'_>, community: CommunityId, findings: &mut Vec<String>) -> Result<(), Error> {
    // SQLite keeps the order of a CROSS JOIN, and would begin with every line of the ledger otherwise.
    let sql = "SELECT DISTINCT back.id FROM ledger_entry AS back CROSS JOIN posting AS line
         LEFT JOIN posting AS before ON before.community_id = back.community_id AND before.entry_id = back.reverses
           AND before.line = line.line
         WHERE back.community_id = $1 AND back.reverses IS NOT NULL
           AND line.community_id = back.community_id AND line.entry_id = back.id
           AND (before.minor IS NULL OR before.minor <> -line.minor OR before.account_id <> line.account_id)";
    for row in tx.query(sql, params![community])? {
        let id: String = row.get(0)?;
        findings.push(format!("ledger entry {id} is not the opposite of what it takes back"));
    }
    Ok(())
}
