//! A person's devices: rename, remove, and what a removal does.

use linli_wire::{
    devices::Device,
    id::{CommunityId, DeviceId},
    sync::{Entity, Scope},
};

use crate::{
    Error,
    auth::{self, Caller},
    db::Tx,
    input, params,
};

/// Renames one of the person's devices.
///
/// # Errors
/// `invalid_input` for the name, `not_found` for a device that is gone or another's.
pub fn rename(tx: &mut Tx<'_>, caller: &Caller, device: DeviceId, name: &str) -> Result<(), Error> {
    let name = input::line("name", name, 60)?;
    let changed = tx.execute(
        "UPDATE device SET name = $4, version = version + 1
         WHERE id = $1 AND community_id = $2 AND person_id = $3 AND revoked_at IS NULL",
        params![device, caller.community, caller.person, &name],
    )?;
    if changed == 0 {
        return Err(Error::not_found());
    }
    log(tx, caller.community, device)
}

/// `POST /v1/devices/{id}/revoke`: removes one of the person's devices, this one included. A device
/// that is removed already stays removed.
///
/// # Errors
/// `not_found` for another person's device.
pub fn revoke(tx: &mut Tx<'_>, caller: &Caller, device: DeviceId) -> Result<(), Error> {
    let row = tx
        .query_opt(
            "SELECT revoked_at FROM device WHERE id = $1 AND community_id = $2 AND person_id = $3",
            params![device, caller.community, caller.person],
        )?
        .ok_or_else(Error::not_found)?;
    if row.get::<Option<i64>>(0)?.is_some() {
        return Ok(());
    }
    end(tx, caller.community, device, "removed")
}

/// Ends a device: its tokens stop working with this commit, its open streams are closed, and the
/// person's other devices see it go.
pub(crate) fn end(tx: &mut Tx<'_>, community: CommunityId, device: DeviceId, why: &str) -> Result<(), Error> {
    let now = tx.now();
    let row = tx.query_one(
        "UPDATE device SET revoked_at = $3, version = version + 1
         WHERE id = $1 AND community_id = $2 RETURNING person_id, version",
        params![device, community, now],
    )?;
    tx.execute("DELETE FROM session WHERE device_id = $1", params![device])?;
    tx.execute("DELETE FROM spent_refresh WHERE device_id = $1", params![device])?;
    let person = row.get(0)?;
    tx.log(community, Scope::Person(person), Entity::Device, device.0, row.get(1)?, None);
    let details = format!("{{\"why\":\"{why}\"}}");
    auth::audit(tx, "device_ended", Some(community), Some(person), Some(device), &details)
}

/// Tells the person's devices about one of them.
pub(crate) fn log(tx: &mut Tx<'_>, community: CommunityId, device: DeviceId) -> Result<(), Error> {
    let row = tx.query_one(
        "SELECT person_id, name, joined_at, version FROM device WHERE id = $1 AND community_id = $2",
        params![device, community],
    )?;
    let body = Device { id: device, name: row.get(1)?, joined_at: row.get(2)? };
    let scopes = [Scope::Person(row.get(0)?)];
    tx.log_as(community, &scopes, Entity::Device, device.0, row.get(3)?, Some(&body))
}
