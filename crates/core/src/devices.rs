//! The person's devices, read from the cache; linking and revoking ask the server.

use std::collections::BTreeMap;

use linli_wire::{command::DevicesView, devices::Device, id::DeviceId, ops::Action, sync::Entity, text};
use rusqlite::{Connection, OptionalExtension};

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
        Ok(DevicesView { devices, this: this(db)?, pending })
    })
}

/// Devices that were added since the person looked last, or since this one joined: whoever gets hold of a code
/// does not come in unseen.
///
/// # Errors
/// Trouble of the cache.
pub fn added(cache: &Cache) -> Result<Vec<Device>> {
    cache.read(|db| {
        let this = this(db)?;
        let mut devices: Vec<Device> = community::records(db, Entity::Device)?;
        let seen: i64 = db.query_row("SELECT devices_seen FROM progress", [], |row| row.get(0))?;
        let own = devices.iter().find(|device| Some(device.id) == this).map(|device| device.joined_at.0);
        // Before its own record is here, a device cannot say what is new.
        let Some(own) = own else { return Ok(Vec::new()) };
        devices.retain(|device| Some(device.id) != this && device.joined_at.0 > seen.max(own));
        devices.sort_by_key(|device| (device.joined_at, device.id));
        Ok(devices)
    })
}

/// The person has seen the devices that there are now.
///
/// # Errors
/// Trouble of the cache.
pub fn seen(cache: &Cache) -> Result<()> {
    cache.write(|tx| {
        let devices: Vec<Device> = community::records(tx, Entity::Device)?;
        let newest = devices.iter().map(|device| device.joined_at.0).max().unwrap_or_default();
        tx.execute("UPDATE progress SET devices_seen = max(devices_seen, ?1)", [newest])?;
        Ok(())
    })
}

fn this(db: &Connection) -> Result<Option<DeviceId>> {
    Ok(db.query_row("SELECT device_id FROM session", [], |row| Ok(DeviceId(row.get(0)?))).optional()?)
}

/// Renames a device through the outbox.
///
/// # Errors
/// `invalid_input` for a name of no or more than 60 characters.
pub fn rename(cache: &Cache, system: &dyn System, id: DeviceId, name: &str) -> Result<()> {
    let name = text::line_of("name", name, 60)?;
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
