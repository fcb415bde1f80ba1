//! Meters, for whoever reads them in a cellar: listed from the cache, saved through the outbox, one lane for each and
//! day, so that a reading which is refused holds up no other meter.

use std::collections::BTreeMap;

use linli_wire::{
    Timestamp,
    command::SaveReading,
    community::{Building, Unit},
    id::{FeeId, UnitId},
    ops::Action,
    outbox::PendingState,
    payments::{Basis, Meter, MeterRow, MetersView, NewReading, Reading, WaitingReading},
    sync::Entity,
};

use super::fees;
use crate::{
    cache::Cache,
    community::{self, natural, records},
    error::{Result, not_found},
    outbox,
    ports::System,
};

/// A lane for each meter and day: what the old meter showed last does not make way for the new one.
fn lane(fee: FeeId, unit: UnitId, day: &str) -> String {
    // Eighty characters are all that a lane has; twelve of the fee's tell those of one flat apart.
    let fee = fee.to_string();
    format!("meter:{unit}:{}:{day}", fee.get(24..).unwrap_or(&fee))
}

/// The meters of a fee, by building and unit, with what waits.
///
/// # Errors
/// `not_found` when the fee is not here, or has no meters; trouble of the cache.
pub fn meters(cache: &Cache, fee: FeeId) -> Result<MetersView> {
    cache.read(|db| {
        let fee = fees::rows(db)?.into_iter().find(|row| row.id == fee);
        let fee = fee.filter(|fee| matches!(fee.content.basis, Basis::Meter { .. }));
        let fee = fee.ok_or_else(|| not_found("fee"))?;
        let known: Vec<Meter> = records(db, Entity::Meter)?;
        let mut known: BTreeMap<UnitId, Meter> = known
            .into_iter()
            .filter(|meter| meter.fee_id == fee.id)
            .map(|meter| (meter.unit_id, meter))
            .collect();
        let mut waiting = BTreeMap::new();
        for open in outbox::open_of_kind(db, "save_readings")? {
            let Action::SaveReadings { fee_id, readings } = open.op.action else { continue };
            if fee_id == fee.id {
                // What waits stands in its place among what was read, so that what is read next is compared with it.
                if !matches!(open.pending.state, PendingState::Stuck { .. }) {
                    readings.iter().for_each(|new| take_in(&mut known, fee.id, new, open.op.at));
                }
                let all = readings.into_iter().map(|reading| {
                    (reading.unit_id, WaitingReading { reading, pending: open.pending.clone() })
                });
                waiting.extend(all);
            }
        }
        let buildings = community::buildings(db)?;
        let mut units: Vec<Unit> = records(db, Entity::Unit)?;
        units.retain(|unit| {
            unit.household_id.is_some()
                && (fee.content.units.is_empty() || fee.content.units.contains(&unit.id))
        });
        let place = |unit: &Unit| buildings.iter().position(|building| building.id == unit.building_id);
        units.sort_by_key(|unit| (place(unit), natural(&unit.code)));
        let meters = units.into_iter().map(|unit| MeterRow {
            unit_id: unit.id,
            unit: name(&buildings, &unit),
            meter: known.remove(&unit.id),
            waiting: waiting.remove(&unit.id),
        });
        Ok(MetersView { meters: meters.collect(), fee })
    })
}

/// A reading among those of its meter: the newest day first, one for each day.
fn take_in(known: &mut BTreeMap<UnitId, Meter>, fee_id: FeeId, new: &NewReading, at: Timestamp) {
    let NewReading { unit_id, ref day, value_milli, is_new_meter, old_final_milli } = *new;
    let blank = || Meter { fee_id, unit_id, version: 0, readings: Vec::new() };
    let readings = &mut known.entry(unit_id).or_insert_with(blank).readings;
    readings.retain(|read| read.day != *day);
    let place = readings.partition_point(|read| read.day > *day);
    readings.insert(place, Reading { day: day.clone(), value_milli, is_new_meter, old_final_milli, at });
}

fn name(buildings: &[Building], unit: &Unit) -> String {
    let building = buildings.iter().find(|building| building.id == unit.building_id);
    format!("{}-{}", building.map_or("", |building| building.code.as_str()), unit.code)
}

/// Saves what a meter showed through the outbox. One that waits, or was refused, is replaced.
///
/// # Errors
/// Trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, request: SaveReading) -> Result<()> {
    let SaveReading { fee_id, reading } = request;
    cache.write(|tx| {
        let buildings = community::buildings(tx)?;
        let unit = community::record::<Unit>(tx, Entity::Unit, reading.unit_id.0)?;
        let subject = unit.map(|unit| name(&buildings, &unit)).unwrap_or_default();
        let lane = lane(fee_id, reading.unit_id, &reading.day);
        // What was refused of this meter makes way, of whichever day it was.
        for open in outbox::open_of_kind(tx, "save_readings")? {
            let is_same = matches!(&open.op.action, Action::SaveReadings { fee_id: fee, readings }
                if *fee == fee_id && readings.iter().all(|other| other.unit_id == reading.unit_id));
            if is_same && matches!(open.pending.state, PendingState::Stuck { .. }) {
                outbox::discard(tx, open.op.id)?;
            }
        }
        outbox::replace(tx, system, &lane, &subject, Action::SaveReadings { fee_id, readings: vec![reading] })
            .map(drop)
    })
}
