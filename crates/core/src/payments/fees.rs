//! Fees, for the office: saved through the outbox.

use linli_wire::{
    Language, WireError,
    command::SaveFee,
    id::FeeId,
    ops::{Action, Op},
    outbox::PendingState,
    payments::{Fee, FeeRow, FeesView},
    sync::Entity,
    typed::TypedPlace,
};
use rusqlite::{Connection, Transaction};

use super::named;
use crate::{
    cache::Cache,
    community::{self, record, records},
    error::Result,
    outbox,
    ports::System,
    typed,
};

fn lane(id: FeeId) -> String {
    format!("fee:{id}")
}

/// All fees, with saves that wait already in their place.
///
/// # Errors
/// Trouble of the cache.
pub fn fees(cache: &Cache, language: &Language) -> Result<FeesView> {
    cache.read(|db| {
        let mut fees = rows(db)?;
        fees.sort_by_cached_key(|row| {
            (
                row.content.until.is_some(),
                named(&row.content.name, language),
                row.content.from.clone(),
                row.id,
            )
        });
        let currency = community::community(db)?.map(|community| community.currency).unwrap_or_default();
        Ok(FeesView { fees, currency })
    })
}

/// All fees with what waits.
pub(super) fn rows(db: &Connection) -> Result<Vec<FeeRow>> {
    let known: Vec<Fee> = records(db, Entity::Fee)?;
    let row = |fee: Fee| FeeRow {
        id: fee.id,
        version: fee.version,
        content: fee.content,
        pending: None,
        refused: None,
    };
    let mut rows: Vec<FeeRow> = known.into_iter().map(row).collect();
    for open in outbox::open_of_kind(db, "save_fee")? {
        let Action::SaveFee { fee_id, content, .. } = open.op.action else { continue };
        let known = rows.iter_mut().find(|row| row.id == fee_id);
        match known {
            // Of several saves the one that was refused is shown: those behind it wait for its sake.
            Some(row) if row.refused.is_some() => {}
            Some(row) if matches!(open.pending.state, PendingState::Stuck { .. }) => {
                row.refused = Some(content);
                row.pending = Some(open.pending);
            }
            Some(row) => {
                row.content = content;
                row.pending = Some(open.pending);
            }
            None => rows.push(FeeRow {
                id: fee_id,
                version: 0,
                content,
                pending: Some(open.pending),
                refused: None,
            }),
        }
    }
    Ok(rows)
}

/// Saves a fee through the outbox.
///
/// # Errors
/// `invalid_input` for a fee without a name or a price; trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, language: &Language, request: SaveFee) -> Result<()> {
    let SaveFee { id, base_version, content } = request;
    let place = TypedPlace::Fee { id };
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 10];
        system.random(&mut random);
        FeeId::new(system.now(), random)
    });
    if content.name.0.is_empty() || content.name.0.values().any(|text| linli_wire::text::is_blank(text)) {
        return Err(WireError::invalid("name", "must not be empty").into());
    }
    if content.rate.0 <= 0 {
        return Err(WireError::invalid("rate", "must be more than nothing").into());
    }
    cache.write(|tx| {
        let lane = lane(id);
        let going = outbox::take_out_stopped(tx, &lane)?;
        // A save that has left will have raised the version.
        let base_version =
            going.iter().filter(|open| open.tried).fold(base_version, |base, open| match open.op.action {
                Action::SaveFee { base_version, .. } => base.max(base_version + 1),
                _ => base,
            });
        let subject = named(&content.name, language);
        let action = Action::SaveFee { fee_id: id, base_version, content };
        outbox::replace(tx, system, &lane, &subject, action)?;
        typed::forget(tx, place)
    })
}

/// A fee that is given up goes back into its form; those behind it stand on what it stood on.
///
/// # Errors
/// Trouble of the cache.
pub fn give_back(tx: &Transaction<'_>, system: &dyn System, op: &Op) -> Result<()> {
    let Action::SaveFee { fee_id, base_version, content } = &op.action else { return Ok(()) };
    let behind = outbox::open_in_lane(tx, &op.lane)?;
    for open in &behind {
        if let Action::SaveFee { content, .. } = &open.op.action
            && open.pending.state == PendingState::Waiting
        {
            let (fee_id, base_version) = (*fee_id, *base_version);
            let action = Action::SaveFee { fee_id, base_version, content: content.clone() };
            outbox::put_in_place(tx, system, open, open.op.at, action)?;
        }
    }
    if !behind.is_empty() {
        return Ok(());
    }
    let is_known = record::<Fee>(tx, Entity::Fee, fee_id.0)?.is_some();
    let id = is_known.then_some(*fee_id);
    let form = SaveFee { id, base_version: *base_version, content: content.clone() };
    let (place, form) = (TypedPlace::Fee { id }, serde_json::to_string(&form)?);
    typed::give_back_form(tx, place, outbox::words(&op.action), form, op.at)
}
