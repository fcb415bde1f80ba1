//! Bill runs: all bills of a month that are not made yet, in one go.
//!
//! A preview and a publishing reckon the same from the same rows; the digest that the preview gives must be named when
//! publishing, so that nothing else is published than was looked at. Runs of a community, and readings of its meters,
//! wait for each other, and what an earlier one billed is not due any more: running twice makes nothing twice, and a third rule,
//! that of the database, would refuse it.

mod candidates;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
use linli_wire::{
    Code, Timestamp,
    id::{BillId, BillRunId, CommunityId, FeeId, HouseholdId, LedgerEntryId, PersonId},
    payments::{
        Bill, BillRun, BillRunPreview, BillRuns, Month, PreviewBills, PreviewChange, PreviewFee,
        PreviewLeftOut, PublishBills,
    },
    sync::{Entity, Scope},
};
use sha2::{Digest, Sha256};

use super::{
    day,
    due::Due,
    numbers::{self, Paper},
    today, ways,
};
use crate::{
    Error,
    auth::Caller,
    db::{Row, Tx, Value},
    error::json,
    ledger::{self, Account, Entry, Kind, Line},
    params,
};
use candidates::{Candidate, Candidates, candidates};

/// How many months before or after this one can be billed.
const MONTHS: i32 = 24;
/// How many days ahead bills can be due.
const DAYS: i64 = 366;
/// Households with the largest difference that a preview names.
const CHANGES: usize = 50;
/// Troubles that a preview names.
const TROUBLES: usize = 200;
/// Runs in the list.
const RUNS: i64 = 36;
/// How many months back is looked for what was not billed.
const EARLIER: i32 = 3;
/// Days to pay, where the community says nothing.
const DAYS_TO_PAY: u16 = 14;

/// The last runs, and what the next one would be.
///
/// # Errors
/// `not_allowed`; the database's.
pub fn runs(tx: &mut Tx<'_>, caller: &Caller) -> Result<BillRuns, Error> {
    caller.must_be_office()?;
    let (_, today) = today(tx, caller.community)?;
    let sql = format!("{RUN} ORDER BY at DESC, id LIMIT {RUNS}");
    let runs: Vec<BillRun> =
        tx.query(&sql, params![caller.community])?.iter().map(run_of).collect::<Result<_, _>>()?;
    let this = Month::of_day(&today.to_string())
        .ok_or_else(|| Error::refused(Code::Internal, "a day of no month"))?;
    let last = runs.iter().map(|run| run.month).max();
    let after = last.and_then(|last| last.plus(1)).unwrap_or(this).max(this);
    let mut next_month = after;
    for month in earlier(tx, caller.community, after)? {
        let is_run = runs.iter().any(|run| run.month == month);
        if !is_run && !candidates(tx, caller.community, month)?.bills.is_empty() {
            next_month = month;
            break;
        }
    }
    let days = Some(ways(tx, caller.community)?.days_to_pay).filter(|days| *days > 0).unwrap_or(DAYS_TO_PAY);
    let due = today.checked_add(i64::from(days).days()).map_err(crate::calendar::beyond)?;
    Ok(BillRuns { runs, next_month, next_due_on: due.to_string() })
}

/// The months before one in which something may have been left out, the oldest first: from the first run on.
fn earlier(tx: &mut Tx<'_>, community: CommunityId, month: Month) -> Result<Vec<Month>, Error> {
    let sql = "SELECT MIN(month) FROM bill_run WHERE community_id = $1";
    let first: Option<String> = tx.query_one(sql, params![community])?.get(0)?;
    let Some(first) = first.and_then(|first| first.parse::<Month>().ok()) else { return Ok(Vec::new()) };
    let months = (-EARLIER..0).filter_map(|by| month.plus(by));
    Ok(months.filter(|month| *month >= first).collect())
}

/// What is due of earlier months and not billed, besides what this run bills.
fn left_out(
    tx: &mut Tx<'_>,
    community: CommunityId,
    month: Month,
    found: &Candidates,
) -> Result<Vec<PreviewLeftOut>, Error> {
    // A later reading of a meter bills what earlier ones would have.
    let named = |due: &Due| {
        let period = due.line.meter.is_none().then(|| due.period.clone());
        (due.line.fee_id, due.unit, period)
    };
    let mut billed: BTreeSet<_> = found.lines().map(named).collect();
    let mut left_out = Vec::new();
    for month in earlier(tx, community, month)? {
        let before = candidates(tx, community, month)?;
        // Each is named once, with the oldest month that has it.
        let lines = before.lines().filter(|due| billed.insert(named(due))).count();
        if lines > 0 {
            left_out.push(PreviewLeftOut { month, lines: u32::try_from(lines).map_err(|_| too_much())? });
        }
    }
    Ok(left_out)
}

/// What a run would make.
///
/// # Errors
/// `not_allowed`; `invalid_input`; the database's.
pub fn preview(tx: &mut Tx<'_>, caller: &Caller, asked: &PreviewBills) -> Result<BillRunPreview, Error> {
    caller.must_be_office()?;
    let (community, today) = today(tx, caller.community)?;
    check(today, asked.month, &asked.due_on)?;
    let found = candidates(tx, caller.community, asked.month)?;
    let digest = digest(asked.month, &asked.due_on, &found)?;
    let before = asked.month.plus(-1).map(|month| month.to_string()).unwrap_or_default();
    let of_households: BTreeMap<HouseholdId, i64> = sums(
        tx,
        "SELECT household_id, CAST(SUM(total) AS BIGINT) FROM bill WHERE community_id = $1 AND month = $2
         GROUP BY household_id",
        params![caller.community, &before],
    )?;
    let of_fees: BTreeMap<FeeId, i64> = sums(
        tx,
        "SELECT bill_line.fee_id, CAST(SUM(bill_line.total) AS BIGINT) FROM bill
         JOIN bill_line ON bill_line.community_id = bill.community_id AND bill_line.bill_id = bill.id
         WHERE bill.community_id = $1 AND bill.month = $2 GROUP BY bill_line.fee_id",
        params![caller.community, &before],
    )?;
    let mut fees: BTreeMap<FeeId, PreviewFee> = BTreeMap::new();
    for line in found.lines().map(|due| &due.line) {
        let fee = fees.entry(line.fee_id).or_insert_with(|| PreviewFee {
            fee_id: line.fee_id,
            name: line.name.clone(),
            lines: 0,
            total: 0,
            total_before: of_fees.get(&line.fee_id).copied().unwrap_or_default(),
        });
        fee.lines += 1;
        fee.total = fee.total.checked_add(line.total).ok_or_else(too_much)?;
    }
    let total_before = found.bills.iter().filter_map(|bill| of_households.get(&bill.household)).sum();
    Ok(BillRunPreview {
        month: asked.month,
        due_on: asked.due_on.clone(),
        currency: community.currency,
        bills: u32::try_from(found.bills.len()).map_err(|_| too_much())?,
        total: total(&found.bills)?,
        total_before,
        fees: fees.into_values().collect(),
        changes: changes(tx, caller.community, &found.bills, &of_households)?,
        trouble_count: u32::try_from(found.troubles.len()).map_err(|_| too_much())?,
        left_out: left_out(tx, caller.community, asked.month, &found)?,
        troubles: found.troubles.into_iter().take(TROUBLES).collect(),
        digest,
    })
}

/// Publishes a run. The same one again is answered the same.
///
/// # Errors
/// `not_allowed`; `invalid_input`, also where nothing is due; `conflict` where something changed since the preview;
/// `operation_reused` when the id stands for something else; the database's.
pub fn publish(tx: &mut Tx<'_>, caller: &Caller, asked: &PublishBills) -> Result<BillRun, Error> {
    caller.must_be_office()?;
    if let Some(known) = known(tx, caller.community, asked)? {
        return Ok(known);
    }
    let (community, today) = today(tx, caller.community)?;
    // Another run waits here, and may have been this one.
    numbers::lock_runs(tx, caller.community)?;
    if let Some(known) = known(tx, caller.community, asked)? {
        return Ok(known);
    }
    check(today, asked.month, &asked.due_on)?;
    let found = candidates(tx, caller.community, asked.month)?;
    if digest(asked.month, &asked.due_on, &found)? != asked.digest {
        return Err(Error::refused(Code::Conflict, "something changed since the preview"));
    }
    if found.bills.is_empty() {
        return Err(Error::invalid("month", "has nothing that is not billed already"));
    }
    let run = BillRun {
        id: asked.id,
        month: asked.month,
        due_on: asked.due_on.clone(),
        at: tx.now(),
        bills: u32::try_from(found.bills.len()).map_err(|_| too_much())?,
        total: total(&found.bills)?,
        currency: community.currency,
    };
    write(tx, Maker { community: caller.community, person: caller.person, day: today }, &run, found.bills)?;
    Ok(run)
}

/// Who makes a run, and on which day.
#[derive(Clone, Copy)]
struct Maker {
    community: CommunityId,
    person: PersonId,
    day: Date,
}

/// The bills of a month of before, as they were published on a day; nothing where all is billed.
///
/// # Errors
/// The database's.
pub(super) fn publish_past(
    tx: &mut Tx<'_>,
    (community, person): (CommunityId, PersonId),
    (id, month): (BillRunId, Month),
    (issued, due): (Date, Date),
    at: Timestamp,
) -> Result<(), Error> {
    numbers::lock_runs(tx, community)?;
    let found = candidates(tx, community, month)?;
    let (of, _) = today(tx, community)?;
    let run = BillRun {
        id,
        month,
        due_on: due.to_string(),
        at,
        bills: u32::try_from(found.bills.len()).map_err(|_| too_much())?,
        total: total(&found.bills)?,
        currency: of.currency,
    };
    if run.bills == 0 {
        return Ok(());
    }
    write(tx, Maker { community, person, day: issued }, &run, found.bills)
}

/// Writes the bills of a run: rows, entries of the ledger, and what their households are told.
fn write(tx: &mut Tx<'_>, maker: Maker, run: &BillRun, candidates: Vec<Candidate>) -> Result<(), Error> {
    let community = maker.community;
    let (year, day) = (i64::from(maker.day.year()), maker.day.to_string());
    let today = day.as_str();
    let first = numbers::take(tx, community, Paper::Bill, year, candidates.len())?;
    tx.execute(
        "INSERT INTO bill_run (community_id, id, month, due_on, currency, bills, total, at, person_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            community,
            run.id,
            run.month.to_string(),
            &run.due_on,
            &run.currency,
            run.bills,
            run.total,
            run.at,
            maker.person
        ],
    )?;
    let (mut bills, mut lines, mut read) = (Vec::new(), Vec::new(), Vec::new());
    let (mut entries, mut told) = (Vec::new(), Vec::new());
    for (serial, candidate) in (first..).zip(candidates) {
        let id = bill_id(run.id, candidate.household);
        let total = candidate.total()?;
        bills.push(
            params![
                community,
                id,
                1_i64,
                candidate.household,
                run.id,
                run.month.to_string(),
                year,
                serial,
                today,
                &run.due_on,
                &run.currency,
                total
            ]
            .to_vec(),
        );
        entries.extend(entry(run, maker, id, &candidate)?);
        let mut bill = Bill {
            id,
            version: 1,
            reference: numbers::reference(year, serial),
            number: numbers::written(Paper::Bill, year, serial),
            household_id: candidate.household,
            run_id: run.id,
            month: run.month,
            issued_on: today.to_owned(),
            due_on: run.due_on.clone(),
            currency: run.currency.clone(),
            lines: Vec::with_capacity(candidate.lines.len()),
            total,
            credits: Vec::new(),
            paid: Vec::new(),
            reminders: Vec::new(),
            owed: total,
        };
        for (at, due) in (0_i64..).zip(candidate.lines) {
            let line = &due.line;
            let body = Value::from(json(line)?);
            let (fee, total) = (line.fee_id, line.total);
            if line.meter.is_some() {
                read.push(vec![
                    Value::from(community),
                    fee.into(),
                    due.unit.into(),
                    id.into(),
                    line.until.clone().into(),
                ]);
            }
            lines.push(vec![
                Value::from(community),
                id.into(),
                at.into(),
                fee.into(),
                due.unit.into(),
                due.period.into(),
                total.into(),
                body,
            ]);
            bill.lines.push(due.line);
        }
        told.push(bill);
    }
    tx.insert(
        "bill (community_id, id, version, household_id, run_id, month, year, number, issued_on, due_on, currency, total)",
        &bills,
        "",
    )?;
    tx.insert("bill_line (community_id, bill_id, line, fee_id, unit_id, period, total, body)", &lines, "")?;
    tx.execute_each(
        "UPDATE reading SET bill_id = $4 WHERE community_id = $1 AND fee_id = $2 AND unit_id = $3 AND bill_id IS NULL
         AND day <= $5",
        &read,
    )?;
    ledger::post_new(tx, community, &entries)?;
    for bill in &told {
        let scopes = [Scope::Payments(bill.household_id)];
        tx.log_as(community, &scopes, Entity::Bill, bill.id.0, bill.version, Some(bill))?;
    }
    Ok(())
}

/// What a bill is in the ledger: the household owes it, the community earned it. None for one of nothing.
fn entry(run: &BillRun, maker: Maker, id: BillId, candidate: &Candidate) -> Result<Option<Entry>, Error> {
    let (mut earned, mut tax): (BTreeMap<&str, i64>, i64) = (BTreeMap::new(), 0);
    for line in candidate.lines.iter().map(|due| &due.line) {
        let sum = earned.entry(&line.heading).or_default();
        *sum = sum.checked_add(line.net).ok_or_else(too_much)?;
        tax = tax.checked_add(line.tax).ok_or_else(too_much)?;
    }
    let total = candidate.total()?;
    if total == 0 {
        return Ok(None);
    }
    let line = |account, minor| Line { account, minor, bill: Some(id) };
    let mut lines = vec![line(Account::Receivable(candidate.household), total)];
    lines.extend(earned.into_iter().map(|(heading, sum)| line(Account::Income(heading.to_owned()), -sum)));
    lines.push(line(Account::Tax, -tax));
    lines.retain(|line| line.minor != 0);
    Ok(Some(Entry {
        id: LedgerEntryId(id.0),
        kind: Kind::Bill,
        currency: run.currency.clone(),
        day: maker.day.to_string(),
        reason: String::new(),
        by: Some(maker.person),
        movement: None,
        reverses: None,
        lines,
    }))
}

/// The id of a household's bill of a run.
fn bill_id(run: BillRunId, household: HouseholdId) -> BillId {
    let hash = Sha256::new_with_prefix(b"linli bill v1").chain_update(run.0).chain_update(household.0);
    BillId(crate::derived::id(hash))
}

const RUN: &str =
    "SELECT id, month, due_on, at, bills, total, currency FROM bill_run WHERE community_id = $1";

fn run_of(row: &Row) -> Result<BillRun, Error> {
    let month: String = row.get(1)?;
    Ok(BillRun {
        id: row.get(0)?,
        month: month.parse().map_err(|_| Error::refused(Code::Internal, "a run of no month"))?,
        due_on: row.get(2)?,
        at: row.get(3)?,
        bills: row.get(4)?,
        total: row.get(5)?,
        currency: row.get(6)?,
    })
}

/// A run that is there already.
fn known(tx: &mut Tx<'_>, community: CommunityId, asked: &PublishBills) -> Result<Option<BillRun>, Error> {
    let row = tx.query_opt(&format!("{RUN} AND id = $2"), params![community, asked.id])?;
    let Some(run) = row.as_ref().map(run_of).transpose()? else { return Ok(None) };
    if run.month == asked.month && run.due_on == asked.due_on {
        Ok(Some(run))
    } else {
        Err(Error::refused(Code::OperationReused, "the run's id stands for something else"))
    }
}

fn check(today: Date, month: Month, due_on: &str) -> Result<(), Error> {
    let this = Month::of_day(&today.to_string());
    if this.is_none_or(|this| month.months_since(this).abs() > MONTHS) {
        return Err(Error::invalid("month", "must be within two years of this one"));
    }
    let due = day("due_on", due_on)?;
    let last = today.checked_add(DAYS.days()).map_err(crate::calendar::beyond)?;
    if due < today || due > last {
        return Err(Error::invalid("due_on", "must be within a year from today"));
    }
    Ok(())
}

/// What a preview and a publishing have in common, in sixty-four digits.
fn digest(month: Month, due_on: &str, found: &Candidates) -> Result<String, Error> {
    let mut hash = Sha256::new_with_prefix(json(&(month, due_on))?);
    for bill in &found.bills {
        hash.update(json(bill)?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn total(bills: &[Candidate]) -> Result<i64, Error> {
    bills.iter().try_fold(0_i64, |sum, bill| sum.checked_add(bill.total().ok()?)).ok_or_else(too_much)
}

/// The households whose bill differs most from that of the month before.
fn changes(
    tx: &mut Tx<'_>,
    community: CommunityId,
    bills: &[Candidate],
    before: &BTreeMap<HouseholdId, i64>,
) -> Result<Vec<PreviewChange>, Error> {
    let mut changes = Vec::with_capacity(bills.len());
    for bill in bills {
        let (total, total_before) = (bill.total()?, before.get(&bill.household).copied().unwrap_or_default());
        if total != total_before {
            changes.push(((total - total_before).abs(), bill, total, total_before));
        }
    }
    changes.sort_by_key(|(difference, bill, ..)| (std::cmp::Reverse(*difference), bill.household));
    changes.truncate(CHANGES);
    let sql = "SELECT code FROM household WHERE community_id = $1 AND id = $2";
    let named = changes.into_iter().map(|(_, bill, total, total_before)| {
        let code = tx.query_one(sql, params![community, bill.household])?.get(0)?;
        Ok(PreviewChange { household_id: bill.household, code, units: bill.units(), total, total_before })
    });
    named.collect()
}

fn sums<K: crate::db::FromValue + Ord>(
    tx: &mut Tx<'_>,
    sql: &str,
    params: &[Value<'_>],
) -> Result<BTreeMap<K, i64>, Error> {
    tx.query(sql, params)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn too_much() -> Error {
    Error::invalid("month", "comes to more than can be counted")
}
