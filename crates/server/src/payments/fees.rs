//! Fees: what the office charges for.

use std::collections::BTreeSet;

use linli_wire::{
    Code, Localized,
    id::{CommunityId, FeeId, UnitId},
    payments::{
        Basis, EVERY_MONTHS, Fee, FeeContent, MAX_DISCOUNTS, MAX_FEE_NAME, MAX_FEE_UNITS, Rate,
        WHOLE_BASIS_POINTS,
    },
    sync::{Entity, Scope},
};

use super::day;
use crate::{
    Error,
    auth::Caller,
    community::{self, Put},
    db::{Row, Tx},
    error::json,
    input, params,
    repairs::settings::is_key,
};

/// Longest name of what a meter counts, in characters.
const MAX_MEASURE: usize = 8;

/// Saves a fee from the app.
///
/// # Errors
/// `not_allowed`; `invalid_input`; `conflict` with `details.current` when it is not at `base_version`; `not_found` when
/// it does not exist or is of another community.
pub fn save_fee(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: FeeId,
    base_version: u64,
    content: &FeeContent,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let sql = format!("{FEE} AND id = $2");
    let row = tx.query_locked(&sql, params![caller.community, id])?;
    let known = row.as_ref().map(fee_of).transpose()?;
    match &known {
        None if base_version > 0 => return Err(Error::not_found()),
        Some(known) if known.version != base_version => {
            return Err(Error::conflict(known, "somebody else changed the fee")?);
        }
        _ => {}
    }
    put_fee(tx, caller.community, id, content).map(drop)
}

/// Puts a fee and tells the office.
///
/// # Errors
/// `invalid_input` where it makes no sense, or would be counted under another heading than before, by something else, or, once it is billed,
/// for other periods; the database's.
pub fn put_fee(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: FeeId,
    content: &FeeContent,
) -> Result<Put, Error> {
    let known = fee(tx, community, id)?;
    if known.as_ref().is_some_and(|known| known.content == *content) {
        return Ok(Put::Same);
    }
    check(tx, community, content)?;
    if let Some(known) = &known {
        if known.content.heading != content.heading {
            return Err(Error::invalid("heading", "stays what it was: end this fee and begin another one"));
        }
        if std::mem::discriminant(&known.content.basis) != std::mem::discriminant(&content.basis) {
            return Err(Error::invalid("basis", "stays what it was: end this fee and begin another one"));
        }
        let other_periods =
            known.content.every_months != content.every_months || known.content.from != content.from;
        // A quarter that is billed would be charged month by month once more.
        if other_periods && is_billed(tx, community, id)? {
            return Err(Error::invalid(
                "from",
                "stays what it was once it is billed: end this fee and begin another one",
            ));
        }
    }
    let version = known.as_ref().map_or(0, |known| known.version) + 1;
    tx.execute(
        "INSERT INTO fee (community_id, id, version, heading, content) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, content = excluded.content",
        params![community, id, version, &content.heading, &json(content)?],
    )?;
    let fee = Fee { id, version, content: content.clone() };
    tx.log_as(community, &[Scope::Staff(community)], Entity::Fee, id.0, version, Some(&fee))?;
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

fn is_billed(tx: &mut Tx<'_>, community: CommunityId, id: FeeId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM bill_line WHERE community_id = $1 AND fee_id = $2 LIMIT 1";
    Ok(tx.query_opt(sql, params![community, id])?.is_some())
}

const FEE: &str = "SELECT id, version, content FROM fee WHERE community_id = $1";

/// All fees of a community.
///
/// # Errors
/// The database's.
pub fn fees(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Fee>, Error> {
    tx.query(&format!("{FEE} ORDER BY heading, id"), params![community])?.iter().map(fee_of).collect()
}

/// A fee.
///
/// # Errors
/// The database's.
pub fn fee(tx: &mut Tx<'_>, community: CommunityId, id: FeeId) -> Result<Option<Fee>, Error> {
    tx.query_opt(&format!("{FEE} AND id = $2"), params![community, id])?.as_ref().map(fee_of).transpose()
}

fn fee_of(row: &Row) -> Result<Fee, Error> {
    Ok(Fee { id: row.get(0)?, version: row.get(1)?, content: row.json(2)? })
}

/// What a fee must be before it counts.
///
/// # Errors
/// `invalid_input` with the field.
fn check(tx: &mut Tx<'_>, community: CommunityId, content: &FeeContent) -> Result<(), Error> {
    named("name", &content.name)?;
    if !is_key(&content.heading) {
        return Err(Error::invalid("heading", "must be small letters, digits and dashes"));
    }
    if !(1..=Rate::MAX.0).contains(&content.rate.0) {
        return Err(Error::invalid("rate", "must be more than nothing, and not too much"));
    }
    if !EVERY_MONTHS.contains(&content.every_months) {
        return Err(Error::invalid("every_months", "must be 1, 2, 3, 6 or 12"));
    }
    if let Basis::Meter { measure } = &content.basis {
        input::line("basis.measure", measure, MAX_MEASURE)?;
    }
    let from = day("from", &content.from)?;
    if let Some(until) = &content.until
        && day("until", until)? < from
    {
        return Err(Error::invalid("until", "must not be before the first day"));
    }
    if content.tax.basis_points > WHOLE_BASIS_POINTS {
        return Err(Error::invalid("tax", "must not be more than all of it"));
    }
    if content.discounts.len() > MAX_DISCOUNTS {
        return Err(Error::invalid("discounts", format!("must not be more than {MAX_DISCOUNTS}")));
    }
    let known: BTreeSet<UnitId> = community::units(tx, community)?.into_iter().map(|unit| unit.id).collect();
    let units = |field: &str, units: &[UnitId]| {
        if units.len() > MAX_FEE_UNITS || units.iter().any(|unit| !known.contains(unit)) {
            return Err(Error::invalid(field, "must be units of this community"));
        }
        Ok(())
    };
    units("units", &content.units)?;
    for discount in &content.discounts {
        named("discounts.name", &discount.name)?;
        if !(1..=WHOLE_BASIS_POINTS).contains(&discount.basis_points) {
            return Err(Error::invalid("discounts.basis_points", "must be 1 to 10000"));
        }
        if let Some(until) = &discount.until {
            day("discounts.until", until)?;
        }
        units("discounts.units", &discount.units)?;
    }
    Ok(())
}

fn named(field: &str, name: &Localized) -> Result<(), Error> {
    if name.0.is_empty() || name.0.len() > 8 {
        return Err(Error::invalid(field, "must be there in a language of the community"));
    }
    for text in name.0.values() {
        input::line(field, text, MAX_FEE_NAME)?;
    }
    Ok(())
}

/// A fee that is charged by what a meter counts.
pub(super) fn metered(tx: &mut Tx<'_>, community: CommunityId, id: FeeId) -> Result<Fee, Error> {
    let fee = fee(tx, community, id)?.ok_or_else(Error::not_found)?;
    match fee.content.basis {
        Basis::Meter { .. } => Ok(fee),
        _ => Err(Error::refused(Code::InvalidInput, "this fee has no meters")),
    }
}
