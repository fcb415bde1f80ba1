//! What belongs to this device and to no community: settings and the list of accounts.

use linli_wire::{
    Localized, Timestamp,
    id::{AccountId, OpId},
    join::JoinCode,
    settings::Settings,
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    cache::{Cache, Migrations},
    error::Result,
};

/// Tables of the device's database.
pub const MIGRATIONS: Migrations = &[include_str!("../migrations/device/0001.sql")];

/// A community joined on this device.
#[derive(Clone, PartialEq, Debug)]
pub struct AccountRow {
    /// Key of its cache.
    pub id: AccountId,
    /// Address of its server.
    pub server: String,
    /// Name of the community, once it is known.
    pub community: Option<Localized>,
    /// Name of the person, once it is known.
    pub person_name: String,
}

/// The settings, and whether a person chose them.
///
/// # Errors
/// Trouble of the cache.
pub fn settings(device: &Cache) -> Result<Option<Settings>> {
    Ok(setting(device, "settings")?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Keeps the settings.
///
/// # Errors
/// Trouble of the cache.
pub fn save_settings(device: &Cache, settings: &Settings) -> Result<()> {
    set_setting(device, "settings", &serde_json::to_string(settings)?)
}

/// The account that is shown.
///
/// # Errors
/// Trouble of the cache.
pub fn current_account(device: &Cache) -> Result<Option<AccountId>> {
    Ok(setting(device, "current_account")?.and_then(|text| text.parse().ok()))
}

/// Shows another account.
///
/// # Errors
/// Trouble of the cache.
pub fn set_current_account(device: &Cache, id: AccountId) -> Result<()> {
    set_setting(device, "current_account", &id.to_string())
}

/// The accounts, in the order of joining.
///
/// # Errors
/// Trouble of the cache.
pub fn accounts(device: &Cache) -> Result<Vec<AccountRow>> {
    device.read(|db| {
        let mut statement = db.prepare_cached(
            "SELECT id, server, community, person_name FROM account ORDER BY joined_at, id",
        )?;
        let rows = statement.query_map([], |row| {
            let community: String = row.get(2)?;
            Ok(AccountRow {
                id: AccountId(row.get(0)?),
                server: row.get(1)?,
                community: serde_json::from_str(&community).ok(),
                person_name: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    })
}

/// Keeps an account that was joined, shows it, and forgets that its joining was under way.
///
/// # Errors
/// Trouble of the cache.
pub fn add_account(
    device: &Cache,
    id: AccountId,
    server: &str,
    code: &JoinCode,
    at: Timestamp,
) -> Result<()> {
    device.write(|tx| {
        tx.execute(
            "INSERT INTO account (id, server, code_hash, joined_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, server, code_hash(code), at.0],
        )?;
        tx.execute("DELETE FROM joining WHERE server = ?1 AND code = ?2", params![server, code.as_str()])?;
        put_setting(tx, "current_account", &id.to_string())
    })
}

/// Remembers how an account is called, so that the switcher shows it before its cache is open.
///
/// # Errors
/// Trouble of the cache.
pub fn name_account(device: &Cache, id: AccountId, community: &Localized, person_name: &str) -> Result<()> {
    let community = serde_json::to_string(community)?;
    device.write(|tx| {
        tx.execute(
            "UPDATE account SET community = ?2, person_name = ?3 WHERE id = ?1 AND (community <> ?2 OR person_name <> ?3)",
            params![id.0, community, person_name],
        )?;
        Ok(())
    })
}

/// Forgets an account.
///
/// # Errors
/// Trouble of the cache.
pub fn remove_account(device: &Cache, id: AccountId) -> Result<()> {
    device.write(|tx| {
        tx.execute("DELETE FROM account WHERE id = ?1", params![id.0])?;
        Ok(())
    })
}

/// The account that was joined with this code, if it is still here.
///
/// # Errors
/// Trouble of the cache.
pub fn joined_with(device: &Cache, server: &str, code: &JoinCode) -> Result<Option<AccountId>> {
    device.read(|db| {
        Ok(db
            .query_row(
                "SELECT id FROM account WHERE server = ?1 AND code_hash = ?2",
                params![server, code_hash(code)],
                |row| Ok(AccountId(row.get(0)?)),
            )
            .optional()?)
    })
}

/// A joining under way: its operation and device key, the same again after a crash.
///
/// # Errors
/// Trouble of the cache.
pub fn begin_joining(
    device: &Cache,
    server: &str,
    code: &JoinCode,
    fresh: (OpId, &[u8; 32]),
) -> Result<(OpId, Zeroizing<[u8; 32]>)> {
    device.write(|tx| {
        tx.execute(
            "INSERT INTO joining (server, code, op_id, device_key) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![server, code.as_str(), fresh.0.0, fresh.1],
        )?;
        Ok(tx.query_row(
            "SELECT op_id, device_key FROM joining WHERE server = ?1 AND code = ?2",
            params![server, code.as_str()],
            |row| Ok((OpId(row.get(0)?), Zeroizing::new(row.get::<_, [u8; 32]>(1)?))),
        )?)
    })
}

/// A joining that the server refused for good.
///
/// # Errors
/// Trouble of the cache.
pub fn end_joining(device: &Cache, server: &str, code: &JoinCode) -> Result<()> {
    device.write(|tx| {
        tx.execute("DELETE FROM joining WHERE server = ?1 AND code = ?2", params![server, code.as_str()])?;
        Ok(())
    })
}

fn code_hash(code: &JoinCode) -> [u8; 32] {
    Sha256::digest(code.as_str().as_bytes()).into()
}

fn setting(device: &Cache, key: &str) -> Result<Option<String>> {
    device.read(|db| {
        Ok(db.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0)).optional()?)
    })
}

fn set_setting(device: &Cache, key: &str, value: &str) -> Result<()> {
    device.write(|tx| put_setting(tx, key, value))
}

fn put_setting(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.execute(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}
