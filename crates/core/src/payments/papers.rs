//! Receipts and yearly statements: printed by the server, kept here for when the network is gone.
//!
//! What a person is likely to need is fetched ahead: the receipts of the newest payments, and the statements of the two
//! newest years in which there are bills, the one that goes on each time its money has moved. Where the server cannot be
//! reached, what was printed last is shown.

use std::collections::BTreeSet;

use bytes::Bytes;
use linli_wire::{
    Code, Language,
    command::{PaymentKey, StatementKey},
    community::Community,
    id::HouseholdId,
    payments::{Bill, Payment},
    sync::Entity,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    account::{Account, authorised},
    community::{self, record, records},
    error::{Error, Result},
};

/// Newest payments whose receipts are fetched ahead.
const RECEIPTS: usize = 24;
/// Newest years with bills whose statements are fetched ahead.
const YEARS: usize = 2;

/// A paper that can be printed.
struct Paper {
    of: Uuid,
    /// 0 for a receipt.
    year: i64,
    path: String,
    name: String,
    /// None for what is not kept: papers of households that are not the person's.
    stamp: Option<String>,
}

/// The receipt of a payment, and the name to save it under.
///
/// # Errors
/// The server's; `server_unreachable` where it was not fetched before.
pub(crate) async fn receipt(
    account: &Account,
    key: PaymentKey,
    language: &Language,
) -> Result<(String, Bytes)> {
    let payment: Option<Payment> = account.cache.read(|db| record(db, Entity::Payment, key.id.0))?;
    let paper = match payment {
        Some(payment) => of_payment(&payment, language),
        None => Paper {
            of: key.id.0,
            year: 0,
            path: format!("/v1/payments/{}/receipt?language={language}", key.id),
            name: "receipt.pdf".to_owned(),
            stamp: None,
        },
    };
    opened(account, paper, language).await
}

/// The statement of a household for a year, and the name to save it under.
///
/// # Errors
/// As [`receipt`].
pub(crate) async fn statement(
    account: &Account,
    key: StatementKey,
    language: &Language,
) -> Result<(String, Bytes)> {
    let paper = account.cache.read(|db| of_year(db, key.household_id, i64::from(key.year), language))?;
    opened(account, paper, language).await
}

/// Fetches what somebody may want to read without network.
///
/// # Errors
/// The server's, `server_unreachable`, trouble of the cache.
pub(crate) async fn fetch_ahead(account: &Account) -> Result<()> {
    let (language, papers) = account.cache.read(|db| {
        let language = community::me(db)?.map_or_else(Language::en, |me| me.language);
        let papers = wanted(db, &language)?;
        Ok((language, papers))
    })?;
    for paper in papers {
        if kept(account, &paper, &language)?.is_none() {
            match print(account, &paper, &language).await {
                // It is gone or taken back meanwhile; the next page says so.
                Err(error) if error.code() == Code::NotFound => {}
                printed => drop(printed?),
            }
        }
    }
    Ok(())
}

fn wanted(db: &Connection, language: &Language) -> Result<Vec<Paper>> {
    let mut payments: Vec<Payment> = records(db, Entity::Payment)?;
    payments.retain(|payment| payment.receipt.is_some());
    payments.sort_by_key(|payment| (std::cmp::Reverse(payment.at), payment.id));
    let mut papers: Vec<Paper> =
        payments.iter().take(RECEIPTS).map(|payment| of_payment(payment, language)).collect();
    if let Some(own) = community::me(db)?.and_then(|me| me.household_id) {
        let bills: Vec<Bill> = records(db, Entity::Bill)?;
        let years =
            bills.iter().filter(|bill| bill.household_id == own).filter_map(|bill| year_of(&bill.issued_on));
        let years: BTreeSet<i64> = years.collect();
        for year in years.iter().rev().take(YEARS) {
            papers.push(of_year(db, own, *year, language)?);
        }
    }
    Ok(papers)
}

fn year_of(day: &str) -> Option<i64> {
    day.split('-').next()?.parse().ok()
}

fn of_payment(payment: &Payment, language: &Language) -> Paper {
    Paper {
        of: payment.id.0,
        year: 0,
        path: format!("/v1/payments/{}/receipt?language={language}", payment.id),
        name: payment
            .receipt
            .as_ref()
            .map_or_else(|| "receipt.pdf".to_owned(), |number| format!("{number}.pdf")),
        stamp: Some(payment.version.to_string()),
    }
}

fn of_year(db: &Connection, household: HouseholdId, year: i64, language: &Language) -> Result<Paper> {
    let own = community::me(db)?.and_then(|me| me.household_id) == Some(household);
    let of: Option<Community> = community::community(db)?;
    let name = of.map(|of| of.name.in_language(language).to_owned()).unwrap_or_default();
    // Whatever moves its money raises a version of one of these.
    let stamp = || -> Result<String> {
        let bills: Vec<Bill> = records(db, Entity::Bill)?;
        let payments: Vec<Payment> = records(db, Entity::Payment)?;
        let bills = bills.iter().filter(|bill| bill.household_id == household).map(|bill| bill.version);
        let payments =
            payments.iter().filter(|of| of.household_id == household).map(|payment| payment.version);
        let account: Option<linli_wire::payments::HouseholdAccount> =
            record(db, Entity::HouseholdAccount, household.0)?;
        let account = account.map_or(0, |account| account.version);
        Ok(format!("{} {} {account}", bills.sum::<u64>(), payments.sum::<u64>()))
    };
    Ok(Paper {
        of: household.0,
        year,
        path: format!("/v1/households/{household}/statement?year={year}&language={language}"),
        name: format!("{name} {year}.pdf"),
        stamp: own.then(stamp).transpose()?,
    })
}

/// A paper: as it is kept, else from the server, else as it was kept before.
async fn opened(account: &Account, paper: Paper, language: &Language) -> Result<(String, Bytes)> {
    if let Some(bytes) = kept(account, &paper, language)? {
        return Ok((paper.name, bytes));
    }
    let bytes = match print(account, &paper, language).await {
        Err(error) if error.code() == Code::ServerUnreachable => {
            last_kept(account, &paper, language)?.ok_or(error)?
        }
        printed => printed?,
    };
    Ok((paper.name, bytes))
}

/// A paper as it would be printed now.
fn kept(account: &Account, paper: &Paper, language: &Language) -> Result<Option<Bytes>> {
    let sql = "SELECT bytes FROM paper WHERE of = ?1 AND year = ?2 AND language = ?3 AND stamp = ?4";
    let values = params![paper.of, paper.year, language.as_str(), paper.stamp];
    let bytes: Option<Vec<u8>> = account
        .cache
        .read(|db| Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?))?;
    Ok(bytes.map(Bytes::from))
}

/// A paper as it was printed last, in this language if it was.
fn last_kept(account: &Account, paper: &Paper, language: &Language) -> Result<Option<Bytes>> {
    let sql = "SELECT bytes FROM paper WHERE of = ?1 AND year = ?2 ORDER BY language = ?3 DESC LIMIT 1";
    let values = params![paper.of, paper.year, language.as_str()];
    let bytes: Option<Vec<u8>> = account
        .cache
        .read(|db| Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?))?;
    Ok(bytes.map(Bytes::from))
}

async fn print(account: &Account, paper: &Paper, language: &Language) -> Result<Bytes> {
    let bytes = authorised!(account, |api| api.get_file(&paper.path))?;
    if !bytes.starts_with(b"%PDF-") {
        return Err(Error::new(Code::NotLinliServer, "a paper that is no PDF"));
    }
    if let Some(stamp) = &paper.stamp {
        let keep = |db: &rusqlite::Transaction<'_>| {
            // What the household lost meanwhile is not kept after it.
            let entity = if paper.year == 0 { Entity::Payment } else { Entity::Household };
            let still: Option<serde_json::Value> = record(db, entity, paper.of)?;
            if still.is_some() {
                db.execute(
                    "INSERT INTO paper (of, year, language, stamp, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (of, year, language) DO UPDATE SET stamp = excluded.stamp, bytes = excluded.bytes",
                    params![paper.of, paper.year, language.as_str(), stamp, &bytes[..]],
                )?;
            }
            Ok(())
        };
        // It can be read all the same when nothing more can be written.
        let _ = account.cache.write(keep);
    }
    Ok(bytes)
}
