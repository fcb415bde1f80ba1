//! Who is asking: from a bearer token to a person with a role.
//!
//! Tokens are opaque and 256 bits long; the database holds their SHA-256. So revoking is deleting or
//! marking a row, and it holds from the next request on.

use linli_wire::{
    Code, Timestamp,
    community::Role,
    id::{CommunityId, DeviceId, HouseholdId, PersonId},
    sync::Scope,
};
use sha2::{Digest, Sha256};

use crate::{
    Error, chat,
    db::{Row, Tx},
    params,
};

/// The person and device behind a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Their community: every statement names it.
    pub community: CommunityId,
    /// The person.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
    /// What they may do.
    pub role: Role,
    /// Their household.
    pub household: Option<HouseholdId>,
    /// Full name, for signing notices.
    pub name: String,
}

impl Caller {
    /// Refuses everyone but the office.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn must_be_office(&self) -> Result<(), Error> {
        if self.role.is_office() { Ok(()) } else { Err(not_allowed()) }
    }
}

pub(crate) fn not_allowed() -> Error {
    Error::refused(Code::NotAllowed, "the role does not allow this")
}

pub(crate) fn signed_out() -> Error {
    Error::refused(Code::SignedOut, "no valid token")
}

/// SHA-256 of a token or secret, as it stands in the database.
pub(crate) fn hashed(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

const CALLER: &str = "device.community_id, device.person_id, device.id, person.role, person.household_id,
     person.name, device.revoked_at";
const OF_DEVICE: &str =
    "device JOIN person ON person.community_id = device.community_id AND person.id = device.person_id";

/// The caller with the access token of this hash, and when the token ends.
///
/// # Errors
/// `signed_out` for an unknown or old token, `device_revoked` for a removed device.
pub fn caller(tx: &mut Tx<'_>, access_hash: &[u8; 32]) -> Result<(Caller, Timestamp), Error> {
    let sql = format!(
        "SELECT {CALLER}, access_token.expires_at FROM {OF_DEVICE}
         JOIN access_token ON access_token.device_id = device.id WHERE access_token.hash = $1"
    );
    let row = tx.query_opt(&sql, params![access_hash])?.ok_or_else(signed_out)?;
    let caller = caller_of(&row)?;
    let ends_at = row.get::<Timestamp>(7)?;
    if ends_at <= tx.now() { Err(signed_out()) } else { Ok((caller, ends_at)) }
}

/// The caller as they stand now, for a request that was let in a moment ago: role, household and
/// revocation are read again within the transaction that acts on them.
///
/// # Errors
/// `device_revoked`.
pub fn again(tx: &mut Tx<'_>, device: DeviceId) -> Result<Caller, Error> {
    let sql = format!("SELECT {CALLER} FROM {OF_DEVICE} WHERE device.id = $1");
    caller_of(&tx.query_opt(&sql, params![device])?.ok_or_else(signed_out)?)
}

fn caller_of(row: &Row) -> Result<Caller, Error> {
    if row.get::<Option<i64>>(6)?.is_some() {
        return Err(revoked());
    }
    Ok(Caller {
        community: row.get(0)?,
        person: row.get(1)?,
        device: row.get(2)?,
        role: row.get(3)?,
        household: row.get(4)?,
        name: row.get(5)?,
    })
}

pub(crate) fn revoked() -> Error {
    Error::refused(Code::DeviceRevoked, "this device was removed")
}

/// The scopes that a person may see, sorted.
///
/// # Errors
/// The database's.
pub fn scopes(tx: &mut Tx<'_>, caller: &Caller) -> Result<Vec<Scope>, Error> {
    let mut scopes = vec![
        Scope::Community(caller.community),
        Scope::Person(caller.person),
        Scope::Role(caller.community, caller.role),
    ];
    let mut buildings = Vec::new();
    if let Some(household) = caller.household {
        scopes.extend([Scope::Household(household), Scope::Payments(household)]);
        let rows = tx.query(
            "SELECT DISTINCT building_id FROM unit WHERE community_id = $1 AND household_id = $2",
            params![caller.community, household],
        )?;
        for row in rows {
            buildings.push(row.get(0)?);
        }
    }
    scopes.extend(buildings.iter().copied().map(Scope::Building));
    scopes.extend(chat::scopes(tx, caller, &buildings)?);
    if caller.role.is_office() {
        scopes.push(Scope::Staff(caller.community));
    }
    scopes.sort_unstable();
    Ok(scopes)
}

/// Writes a security event. `details` holds ids and reasons, never names, codes or tokens.
///
/// # Errors
/// The database's.
pub(crate) fn audit(
    tx: &mut Tx<'_>,
    event: &str,
    community: Option<CommunityId>,
    person: Option<PersonId>,
    device: Option<DeviceId>,
    details: &str,
) -> Result<(), Error> {
    let now = tx.now();
    let id = linli_wire::id::OpId::new(now, crate::clock::random()?);
    tx.execute(
        "INSERT INTO audit (id, community_id, at, event, person_id, device_id, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, community, now, event, person, device, details],
    )?;
    Ok(())
}
