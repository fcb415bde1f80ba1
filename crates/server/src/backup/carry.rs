//! What a restore must not undo, read from the database that it replaces.
//!
//! A backup is of an earlier moment. Restoring it alone would let a telephone in again that was lost and
//! removed since, make letters work again that were used since, and bring back who has moved out. So an
//! office that still can read the old database hands its endings over; nothing else is taken from it,
//! because a database that is replaced may be wrong in everything else.

use linli_wire::id::{CommunityId, DeviceId, InvitationId, PersonId, RelativeId};
use uuid::Uuid;

use crate::{
    Error,
    community::{self, Left},
    db::Tx,
    devices, join, params, payments,
};

/// Everything that has ended in a database.
#[derive(Clone, Debug)]
pub struct Endings {
    /// The database's name for good, which a backup keeps.
    pub instance: [u8; 16],
    removed: Vec<DeviceId>,
    joined: Vec<(DeviceId, String)>,
    codes: Vec<InvitationId>,
    left: Vec<(CommunityId, PersonId)>,
    relatives: Vec<(CommunityId, RelativeId)>,
    relative_codes: Vec<(CommunityId, Uuid)>,
}

/// What a restore took over of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Carried {
    /// Devices that were removed after the backup and stay removed.
    pub devices: usize,
    /// Letters and device codes that were used or ended after the backup and work no more.
    pub codes: usize,
    /// People who left after the backup and stay gone.
    pub left: usize,
    /// People who were let pay for a household then, and later no more.
    pub relatives: usize,
    /// Codes of the people who joined with a device after the backup: it is signed out.
    pub signed_out: Vec<String>,
}

/// Reads what has ended.
///
/// # Errors
/// The database's.
pub fn endings(tx: &mut Tx<'_>) -> Result<Endings, Error> {
    let instance = tx.query_one("SELECT id FROM instance WHERE one = 1", &[])?.get(0)?;
    let rows = tx.query("SELECT id FROM device WHERE revoked_at IS NOT NULL ORDER BY id", &[])?;
    let removed = rows.iter().map(|row| Ok(row.get(0)?)).collect::<Result<_, Error>>()?;
    let rows = tx.query(
        "SELECT device.id, person.code FROM device JOIN person ON person.community_id = device.community_id
         AND person.id = device.person_id WHERE device.revoked_at IS NULL ORDER BY person.code, device.id",
        &[],
    )?;
    let joined = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    let rows = tx.query(
        "SELECT id FROM invitation WHERE used_at IS NOT NULL OR ended_at IS NOT NULL ORDER BY id",
        &[],
    )?;
    let codes = rows.iter().map(|row| Ok(row.get(0)?)).collect::<Result<_, Error>>()?;
    let rows = tx.query("SELECT community_id, id FROM person WHERE left_at IS NOT NULL ORDER BY id", &[])?;
    let left = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    // What was begun after the backup is forgotten with the code that it was begun with.
    let rows =
        tx.query("SELECT community_id, id FROM relative WHERE ended_at IS NOT NULL ORDER BY id", &[])?;
    let relatives = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    let rows =
        tx.query("SELECT community_id, id FROM relative_code WHERE ended_at IS NOT NULL ORDER BY id", &[])?;
    let relative_codes =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    Ok(Endings { instance, removed, joined, codes, left, relatives, relative_codes })
}

/// Ends in a restored database what had ended in the old one.
pub(super) fn carry(tx: &mut Tx<'_>, endings: &Endings) -> Result<Carried, Error> {
    let mut carried = Carried::default();
    for device in &endings.removed {
        let sql = "SELECT community_id FROM device WHERE id = $1 AND revoked_at IS NULL";
        if let Some(row) = tx.query_opt(sql, params![*device])? {
            devices::end(tx, row.get(0)?, *device, "restore")?;
            carried.devices += 1;
        }
    }
    for code in &endings.codes {
        carried.codes += usize::from(join::end_code(tx, *code)?);
    }
    for (community, code) in &endings.relative_codes {
        carried.codes += usize::from(payments::end_relative_code(tx, *community, *code)?);
    }
    for (community, relative) in &endings.relatives {
        carried.relatives += usize::from(payments::carry_end(tx, *community, *relative)?);
    }
    for (community, person) in &endings.left {
        carried.left += usize::from(community::leave(tx, *community, *person, "restore")? == Left::Now);
    }
    for (device, person) in &endings.joined {
        let known = tx.query_opt("SELECT 1 FROM device WHERE id = $1", params![*device])?.is_some();
        if !known && carried.signed_out.last() != Some(person) {
            carried.signed_out.push(person.clone());
        }
    }
    Ok(carried)
}
