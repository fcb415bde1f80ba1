//! Meters: what was read, day by day.

use linli_wire::{
    id::{CommunityId, FeeId, PersonId, UnitId},
    payments::{MAX_READINGS, Meter, NewReading, Reading},
    sync::{Entity, Scope},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{day, fees, numbers, today};
use crate::{Error, auth::Caller, db::Tx, params};

/// How many readings a device of the office holds of a meter: a year, and the one before it.
const HELD: usize = 13;

/// Takes readings in. The same one again is the same; one that is not billed yet may be put right.
///
/// # Errors
/// `not_allowed`; `not_found` for a fee or a unit of others; `invalid_input` for a day in the future or in what is
/// billed already, or a value that does not fit between its neighbours; the database's.
pub fn save_readings(
    tx: &mut Tx<'_>,
    caller: &Caller,
    fee: FeeId,
    readings: &[NewReading],
) -> Result<(), Error> {
    caller.must_be_office()?;
    put_readings(tx, caller.community, caller.person, fee, readings)
}

/// [`save_readings`] of whoever read them.
///
/// # Errors
/// As there.
pub fn put_readings(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    fee: FeeId,
    readings: &[NewReading],
) -> Result<(), Error> {
    if readings.len() > MAX_READINGS {
        return Err(Error::invalid("readings", format!("must not be more than {MAX_READINGS}")));
    }
    fees::metered(tx, community, fee)?;
    let (_, today) = today(tx, community)?;
    // A run that is being published bills what it has read: readings wait until it is.
    numbers::lock_runs(tx, community)?;
    for reading in readings {
        if day("readings.day", &reading.day)? > today {
            return Err(Error::invalid("readings.day", "must not be in the future"));
        }
        put(tx, community, by, fee, reading)?;
    }
    Ok(())
}

fn put(
    tx: &mut Tx<'_>,
    community: CommunityId,
    by: PersonId,
    fee: FeeId,
    new: &NewReading,
) -> Result<(), Error> {
    let sql = "SELECT 1 FROM unit WHERE community_id = $1 AND id = $2";
    tx.query_opt(sql, params![community, new.unit_id])?.ok_or_else(Error::not_found)?;
    tx.execute(
        "INSERT INTO meter (community_id, fee_id, unit_id, version) VALUES ($1, $2, $3, 0)
         ON CONFLICT (community_id, fee_id, unit_id) DO NOTHING",
        params![community, fee, new.unit_id],
    )?;
    // Two who read the same meter at once wait for each other here.
    let lock = "SELECT version FROM meter WHERE community_id = $1 AND fee_id = $2 AND unit_id = $3";
    tx.query_locked(lock, params![community, fee, new.unit_id])?;
    let known = all(tx, community, fee, new.unit_id)?;
    if known.iter().any(|(read, _)| is_same(read, new)) {
        return Ok(());
    }
    check(&known, new)?;
    let now = tx.now();
    tx.execute(
        "INSERT INTO reading (community_id, fee_id, unit_id, day, value_milli, is_new_meter, old_final_milli, at, person_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (community_id, fee_id, unit_id, day) DO UPDATE SET value_milli = excluded.value_milli,
         is_new_meter = excluded.is_new_meter, old_final_milli = excluded.old_final_milli, at = excluded.at,
         person_id = excluded.person_id
         WHERE reading.bill_id IS NULL",
        params![
            community,
            fee,
            new.unit_id,
            &new.day,
            new.value_milli,
            new.is_new_meter,
            new.old_final_milli,
            now,
            by
        ],
    )?;
    let sql =
        "UPDATE meter SET version = version + 1 WHERE community_id = $1 AND fee_id = $2 AND unit_id = $3";
    tx.execute(sql, params![community, fee, new.unit_id])?;
    let meter = meter(tx, community, fee, new.unit_id)?;
    let id = id(fee, new.unit_id);
    tx.log_as(community, &[Scope::Staff(community)], Entity::Meter, id, meter.version, Some(&meter))
}

fn is_same(read: &Reading, new: &NewReading) -> bool {
    read.day == new.day
        && read.value_milli == new.value_milli
        && read.is_new_meter == new.is_new_meter
        && read.old_final_milli == new.old_final_milli
}

/// 10¹⁵ thousandths: no meter has so many digits, and sums of them have room.
const LONGEST: i64 = 1_000_000_000_000_000;

/// Whether a reading fits to those that are known, oldest first, and is not behind what was billed.
fn check(known: &[(Reading, bool)], new: &NewReading) -> Result<(), Error> {
    let value = |reason: &str| Err(Error::invalid("readings.value_milli", reason));
    if !(0..=LONGEST).contains(&new.value_milli) {
        return value("must not be below nothing, nor longer than a meter");
    }
    if known.iter().any(|(read, is_billed)| *is_billed && read.day >= new.day) {
        return Err(Error::invalid("readings.day", "is billed already"));
    }
    let before = known.iter().rfind(|(read, _)| read.day < new.day);
    let after = known.iter().find(|(read, _)| read.day > new.day);
    if before.is_some_and(|(read, _)| read.value_milli > new.value_milli) && !new.is_new_meter {
        return value("is less than what was read before");
    }
    // Where a new meter follows, the old one ends with what it showed then.
    let end = |read: &Reading| if read.is_new_meter { read.old_final_milli } else { Some(read.value_milli) };
    if after.and_then(|(read, _)| end(read)).is_some_and(|end| end < new.value_milli) {
        return value("is more than what was read after it");
    }
    let Some(old) = new.old_final_milli else { return Ok(()) };
    let least = before.map_or(0, |(read, _)| read.value_milli);
    if !new.is_new_meter || !(least..=LONGEST).contains(&old) {
        return Err(Error::invalid(
            "readings.old_final_milli",
            "must be what an old meter showed in the end",
        ));
    }
    Ok(())
}

/// The readings of a meter, oldest first, and whether each is billed.
fn all(
    tx: &mut Tx<'_>,
    community: CommunityId,
    fee: FeeId,
    unit: UnitId,
) -> Result<Vec<(Reading, bool)>, Error> {
    let sql = "SELECT day, value_milli, is_new_meter, old_final_milli, at, bill_id IS NOT NULL FROM reading
         WHERE community_id = $1 AND fee_id = $2 AND unit_id = $3 ORDER BY day";
    let rows = tx.query(sql, params![community, fee, unit])?;
    rows.iter()
        .map(|row| {
            let read = Reading {
                day: row.get(0)?,
                value_milli: row.get(1)?,
                is_new_meter: row.get(2)?,
                old_final_milli: row.get(3)?,
                at: row.get(4)?,
            };
            Ok((read, row.get(5)?))
        })
        .collect()
}

fn meter(tx: &mut Tx<'_>, community: CommunityId, fee: FeeId, unit: UnitId) -> Result<Meter, Error> {
    let sql = "SELECT version FROM meter WHERE community_id = $1 AND fee_id = $2 AND unit_id = $3";
    let version = tx.query_one(sql, params![community, fee, unit])?.get(0)?;
    let readings =
        all(tx, community, fee, unit)?.into_iter().rev().take(HELD).map(|(read, _)| read).collect();
    Ok(Meter { fee_id: fee, unit_id: unit, version, readings })
}

/// All meters of a community, with the ids under which the log has them.
///
/// # Errors
/// The database's.
pub fn meters(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<(Uuid, Meter)>, Error> {
    let sql =
        "SELECT fee_id, unit_id FROM meter WHERE community_id = $1 AND version > 0 ORDER BY fee_id, unit_id";
    let rows = tx.query(sql, params![community])?;
    rows.iter()
        .map(|row| {
            let (fee, unit) = (row.get(0)?, row.get(1)?);
            Ok((id(fee, unit), meter(tx, community, fee, unit)?))
        })
        .collect()
}

fn id(fee: FeeId, unit: UnitId) -> Uuid {
    crate::derived::id(Sha256::new_with_prefix(b"linli meter v1").chain_update(fee.0).chain_update(unit.0))
}
