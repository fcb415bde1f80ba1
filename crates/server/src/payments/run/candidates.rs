//! What is due in a month and not billed yet.

use std::collections::{BTreeMap, BTreeSet};

use linli_wire::{
    id::{CommunityId, FeeId, HouseholdId, UnitId},
    payments::{Basis, Fee, Month, PreviewTrouble},
};

use crate::{
    Error,
    db::Tx,
    params,
    payments::{
        Payer,
        due::{Charged, Due, ONCE, Read},
        fees::fees,
        payers,
    },
};

/// All bills of a run, household by household, and what cannot be billed.
pub(super) struct Candidates {
    pub(super) bills: Vec<Candidate>,
    pub(super) troubles: Vec<PreviewTrouble>,
}

/// A bill in the making; it has a line at least.
#[derive(serde::Serialize)]
pub(super) struct Candidate {
    pub(super) household: HouseholdId,
    pub(super) lines: Vec<Due>,
}

impl Candidate {
    /// What the lines come to.
    pub(super) fn total(&self) -> Result<i64, Error> {
        let sum = self.lines.iter().try_fold(0_i64, |sum, due| sum.checked_add(due.line.total));
        sum.ok_or_else(super::too_much)
    }

    /// Its units, such as `3-1201, 3-1202`.
    pub(super) fn units(&self) -> String {
        let names: BTreeSet<&str> = self.lines.iter().map(|due| due.line.unit.as_str()).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// What is due for a month.
///
/// # Errors
/// The database's.
pub(super) fn candidates(tx: &mut Tx<'_>, community: CommunityId, month: Month) -> Result<Candidates, Error> {
    let fees = fees(tx, community)?;
    let billed = billed(tx, community, month)?;
    let mut charged = Vec::new();
    for fee in &fees {
        if let Some(due) = Charged::of(fee).filter(|due| due.period(month).is_some()) {
            charged.push((fee, due, readings(tx, community, fee)?));
        }
    }
    // What everybody pays first, as people read a bill.
    charged.sort_by_key(|(fee, ..)| (rank(&fee.content.basis), fee.content.heading.clone(), fee.id));
    let mut found = Candidates { bills: Vec::new(), troubles: Vec::new() };
    for payer in payers(tx, community)? {
        for (fee, due, readings) in &charged {
            if billed.contains(&(fee.id, payer.unit)) {
                continue;
            }
            let readings = readings.get(&payer.unit).map(Vec::as_slice).unwrap_or_default();
            match due.line(month, &payer, readings) {
                Ok(Some(line)) => found.add(&payer, line),
                Ok(None) => {}
                Err(why) => {
                    let (unit, fee) = (payer.name.clone(), fee.content.name.clone());
                    found.troubles.push(PreviewTrouble { unit, fee, why });
                }
            }
        }
    }
    Ok(found)
}

const fn rank(basis: &Basis) -> u8 {
    match basis {
        Basis::SquareMetre => 0,
        Basis::Unit => 1,
        Basis::Meter { .. } => 2,
        Basis::Once => 3,
    }
}

impl Candidates {
    /// The lines of all bills.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Due> {
        self.bills.iter().flat_map(|bill| &bill.lines)
    }

    /// Payers come household by household.
    fn add(&mut self, payer: &Payer, line: Due) {
        match self.bills.last_mut() {
            Some(bill) if bill.household == payer.household => bill.lines.push(line),
            _ => self.bills.push(Candidate { household: payer.household, lines: vec![line] }),
        }
    }
}

/// The fees and units that have a line for the month, or their only one. What meters tell is billed by readings.
fn billed(tx: &mut Tx<'_>, community: CommunityId, month: Month) -> Result<BTreeSet<(FeeId, UnitId)>, Error> {
    let sql = "SELECT fee_id, unit_id FROM bill_line WHERE community_id = $1 AND period IN ($2, $3)";
    let rows = tx.query(sql, params![community, month.to_string(), ONCE])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What the meters of a fee showed, oldest first.
fn readings(
    tx: &mut Tx<'_>,
    community: CommunityId,
    fee: &Fee,
) -> Result<BTreeMap<UnitId, Vec<Read>>, Error> {
    let mut readings: BTreeMap<UnitId, Vec<Read>> = BTreeMap::new();
    if !matches!(fee.content.basis, Basis::Meter { .. }) {
        return Ok(readings);
    }
    let sql =
        "SELECT unit_id, day, value_milli, is_new_meter, old_final_milli, bill_id IS NOT NULL FROM reading
         WHERE community_id = $1 AND fee_id = $2 ORDER BY unit_id, day";
    for row in tx.query(sql, params![community, fee.id])? {
        let read = Read {
            day: row.get(1)?,
            value_milli: row.get(2)?,
            is_new_meter: row.get(3)?,
            old_final_milli: row.get(4)?,
            is_billed: row.get(5)?,
        };
        readings.entry(row.get(0)?).or_default().push(read);
    }
    Ok(readings)
}
