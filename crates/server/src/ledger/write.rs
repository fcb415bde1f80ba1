//! How entries get into their tables.

use std::collections::BTreeMap;

use linli_wire::id::{CommunityId, LedgerAccountId};

use super::{Account, Entry, account, row_of};
use crate::{
    Error,
    db::{Tx, Value},
    error::json,
    params,
};

const ENTRY: &str =
    "ledger_entry (community_id, id, kind, currency, day, lines, reason, person_id, provider, provider_id,
       reverses, at)";
const LINE: &str = "posting (community_id, entry_id, line, account_id, minor, bill_id)";

/// Writes an entry, or nothing where its id, its movement or what it takes back stands there already.
pub(super) fn one(tx: &mut Tx<'_>, community: CommunityId, entry: &Entry) -> Result<bool, Error> {
    if tx.is_postgres() {
        return at_once(tx, community, entry);
    }
    let header = [header_row(tx, community, entry)];
    if tx.insert_returning(ENTRY, &header, "ON CONFLICT DO NOTHING RETURNING id")?.is_empty() {
        return Ok(false);
    }
    with_lines(tx, community, &[entry])?;
    Ok(true)
}

/// [`one`] for PostgreSQL, where each statement is a way to the database and back.
fn at_once(tx: &mut Tx<'_>, community: CommunityId, entry: &Entry) -> Result<bool, Error> {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        number: i64,
        account: String,
        kind: &'a str,
        household: String,
        heading: &'a str,
        minor: i64,
        bill: Option<String>,
    }
    let lines = (1_i64..).zip(&entry.lines).map(|(number, line)| {
        let (kind, household, heading) = line.account.columns();
        let account = account::id(community, &line.account, &entry.currency).to_string();
        let bill = line.bill.map(|bill| bill.to_string());
        Line { number, account, kind, household, heading, minor: line.minor, bill }
    });
    let mut values = header_row(tx, community, entry);
    values.push(json(&lines.collect::<Vec<_>>())?.into());
    // The lines wait for the accounts by counting them; nothing happens where the entry is not new.
    let sql = format!(
        "WITH entry AS (
           INSERT INTO {ENTRY} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT DO NOTHING RETURNING community_id, id, currency),
         line AS (
           SELECT * FROM json_to_recordset(CAST($13 AS TEXT)::json) AS line (number BIGINT, account TEXT, kind TEXT,
             household TEXT, heading TEXT, minor BIGINT, bill TEXT)),
         account AS (
           INSERT INTO {} SELECT DISTINCT entry.community_id, line.account, line.kind, line.household, line.heading,
             entry.currency FROM entry, line ORDER BY line.account
           ON CONFLICT (community_id, id) DO NOTHING RETURNING id)
         INSERT INTO {LINE} SELECT entry.community_id, entry.id, line.number, line.account, line.minor, line.bill
         FROM entry, line, (SELECT COUNT(*) FROM account) AS opened",
        account::COLUMNS
    );
    Ok(tx.execute(&sql, &values)? > 0)
}

/// Writes entries that are not there yet, in the order of their key, so that a page of the table is looked for once.
pub(super) fn many(tx: &mut Tx<'_>, community: CommunityId, entries: &[Entry]) -> Result<(), Error> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.id);
    let headers: Vec<_> = entries.iter().map(|entry| header_row(tx, community, entry)).collect();
    tx.insert(ENTRY, &headers, "")?;
    with_lines(tx, community, &entries)
}

/// Writes the lines of entries that are there, and opens their accounts.
fn with_lines(tx: &mut Tx<'_>, community: CommunityId, entries: &[&Entry]) -> Result<(), Error> {
    let mut lines = Vec::new();
    let mut opened: BTreeMap<&str, BTreeMap<&Account, LedgerAccountId>> = BTreeMap::new();
    for entry in entries {
        let accounts = opened.entry(&entry.currency).or_default();
        for (number, line) in (1_i64..).zip(&entry.lines) {
            let id = || account::id(community, &line.account, &entry.currency);
            let account = *accounts.entry(&line.account).or_insert_with(id);
            lines.push(params![community, entry.id, number, account, line.minor, line.bill].to_vec());
        }
    }
    for (currency, accounts) in opened {
        account::open(tx, community, &accounts, currency)?;
    }
    tx.insert(LINE, &lines, "")?;
    Ok(())
}

fn header_row(tx: &Tx<'_>, community: CommunityId, entry: &Entry) -> Vec<Value<'static>> {
    let row = row_of(entry);
    params![
        community,
        entry.id,
        row.kind,
        row.currency,
        row.day,
        row.count,
        row.reason,
        row.by,
        row.provider,
        row.provider_id,
        row.reverses,
        tx.now()
    ]
    .to_vec()
}
