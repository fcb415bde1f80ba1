//! The person's devices, read from the cache; linking and revoking ask the server.

use std::collections::BTreeMap;

use linli_wire::{WireError, command::DevicesView, devices::Device, id::DeviceId, ops::Action, sync::Entity};
use rusqlite::OptionalExtension;

use crate::{cache::Cache, community, error::Result, outbox, ports::System};

/// The list, oldest first, with renames that wait already in place.
///
/// # Errors
/// Trouble of the cache.
pub fn list(cache: &Cache) -> Result<DevicesView> {
    cache.read(|db| {
        let mut devices: Vec<Device> = community::records(db, Entity::Device)?;
        devices.sort_by_key(|device| (device.joined_at, device.id));
        let mut pending = BTreeMap::new();
        for device in &mut devices {
            if let Some(open) = outbox::open_in_lane(db, &lane(device.id))?.into_iter().next_back()
                && let Action::RenameDevice { name, .. } = open.op.action
            {
                device.name = name;
                pending.insert(device.id, open.pending);
            }
        }
        let this =
            db.query_row("SELECT device_id FROM session", [], |row| Ok(DeviceId(row.get(0)?))).optional()?;
        Ok(DevicesView { devices, this, pending })
    })
}

/// Renames a device through the outbox.
///
/// # Errors
/// `invalid_input` for a name of no or more than 60 characters.
pub fn rename(cache: &Cache, system: &dyn System, id: DeviceId, name: &str) -> Result<()> {
    let name = name.trim();
    if !(1..=60).contains(&name.chars().count()) {
        return Err(WireError::invalid("name", "1 to 60 characters").into());
    }
    cache.write(|tx| {
        outbox::replace(
            tx,
            system,
            &lane(id),
            name,
            Action::RenameDevice { device_id: id, name: name.to_owned() },
        )?;
        Ok(())
    })
}

fn lane(id: DeviceId) -> String {
    format!("device:{id}")
}
