//! Key slots: how the cache's data key is found again.
//!
//! A random data key encrypts every database. `keyslots.json` beside them holds it wrapped, once for
//! each way in: by a key in the operating system's key store, and, if the person wants, by a
//! passphrase (argon2id). The promise in words: a lost disk, another account of this computer and a
//! copied backup give nothing away; malware running as the person, or an unlocked computer, can read.
//!
//! What must never happen, and what holds it: a new key over an existing database (a key is only made
//! when neither slots nor databases are there); a key in clear (the file holds wrapped keys only); a
//! silent plaintext cache (without a key store the person chooses). What can fail is told apart, since
//! each has another way on: `key_store_missing`, `_locked`, `_refused` (try again, or the passphrase),
//! `_wiped` (the key store answers but does not have the key: passphrase, or put aside and start anew),
//! `_other_user` (copied from another account), `passphrase_wrong`.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use linli_wire::Code;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    cache::DataKey,
    error::{Error, Result, internal},
    file,
    ports::{KeyStore, KeyStoreError, System},
    settings,
};

/// Shortest passphrase, in characters (NIST SP 800-63-4 with another factor: the device itself).
pub const SHORTEST_PASSPHRASE: usize = 8;
/// Passphrase slot: 64 MiB, three passes, one lane (security.md §2.2).
const ARGON2: (u32, u32, u32) = (65_536, 3, 1);

/// The file of slots.
#[derive(Serialize, Deserialize, Debug)]
struct Slots {
    version: u32,
    slots: Vec<Slot>,
}

/// One way in.
#[derive(Clone, Serialize, Deserialize, Debug)]
#[serde(tag = "by", rename_all = "snake_case")]
enum Slot {
    KeyStore { backend: String, owner: String, name: String, wrapped: Wrapped },
    Passphrase { salt: String, memory_kib: u32, passes: u32, lanes: u32, wrapped: Wrapped },
}

#[derive(Clone, Serialize, Deserialize, Debug)]
struct Wrapped {
    nonce: String,
    key: String,
}

/// What stands in the folder before anything is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// Neither slots nor databases: a first start.
    Nothing,
    /// Slots; whether one of them takes a passphrase.
    Slots {
        /// A passphrase opens it.
        passphrase: bool,
        /// The key store opens it.
        key_store: bool,
    },
    /// Databases whose slots are gone: no way in.
    Orphans,
}

/// Looks without opening.
///
/// # Errors
/// `key_store_other_user` when the files belong to somebody else, `database_damaged` when the slots
/// cannot be read.
pub fn look(folder: &Path) -> Result<Found> {
    match load(folder)? {
        Some(slots) => Ok(Found::Slots {
            passphrase: slots.slots.iter().any(|slot| matches!(slot, Slot::Passphrase { .. })),
            key_store: slots.slots.iter().any(|slot| matches!(slot, Slot::KeyStore { .. })),
        }),
        None if has_databases(folder)? => Ok(Found::Orphans),
        None => Ok(Found::Nothing),
    }
}

/// First start with a key store: makes the data key and keeps its wrapping key there.
///
/// # Errors
/// One of the `key_store_*` codes; then nothing was written.
pub async fn create_with_key_store(
    folder: &Path,
    store: &dyn KeyStore,
    system: &dyn System,
) -> Result<DataKey> {
    refuse_over_existing(folder)?;
    let data = random_key(system);
    let slot = key_store_slot(&data, store, system).await?;
    save(folder, &Slots { version: 1, slots: vec![slot] })?;
    Ok(data)
}

/// First start without a key store.
///
/// # Errors
/// `invalid_input` for a passphrase that is too short.
pub fn create_with_passphrase(folder: &Path, passphrase: &str, system: &dyn System) -> Result<DataKey> {
    refuse_over_existing(folder)?;
    let data = random_key(system);
    let slot = passphrase_slot(&data, passphrase, system)?;
    save(folder, &Slots { version: 1, slots: vec![slot] })?;
    Ok(data)
}

/// Opens with the key store.
///
/// # Errors
/// One of the `key_store_*` codes.
pub async fn open_with_key_store(folder: &Path, store: &dyn KeyStore) -> Result<DataKey> {
    let slots = load(folder)?.ok_or_else(|| Error::new(Code::KeyStoreWiped, "no key slots"))?;
    let mut trouble = Error::new(Code::KeyStoreMissing, "no key store slot");
    for slot in &slots.slots {
        let Slot::KeyStore { owner, name, wrapped, .. } = slot else { continue };
        if *owner != store.owner() {
            trouble = Error::new(Code::KeyStoreOtherUser, "made by another account");
            continue;
        }
        match store.get(name).await {
            Ok(Some(key)) => match decode_key(&key).and_then(|key| unwrap(&key, wrapped, "key_store")) {
                Some(data) => return Ok(data),
                None => trouble = Error::new(Code::KeyStoreWiped, "the key does not fit"),
            },
            Ok(None) => trouble = Error::new(Code::KeyStoreWiped, "the key is gone"),
            Err(error) => trouble = key_store_trouble(error),
        }
    }
    Err(trouble)
}

/// Opens with the passphrase. Takes about a quarter of a second.
///
/// # Errors
/// `passphrase_wrong`.
pub fn open_with_passphrase(folder: &Path, passphrase: &str) -> Result<DataKey> {
    let slots = load(folder)?.ok_or_else(|| Error::new(Code::KeyStoreWiped, "no key slots"))?;
    for slot in &slots.slots {
        let Slot::Passphrase { salt, memory_kib, passes, lanes, wrapped } = slot else { continue };
        let salt = BASE64.decode(salt).map_err(|_| damaged())?;
        let key = stretch(passphrase, &salt, (*memory_kib, *passes, *lanes))?;
        if let Some(data) = unwrap(&key, wrapped, "passphrase") {
            return Ok(data);
        }
    }
    Err(Error::new(Code::PassphraseWrong, "no slot opens"))
}

/// Sets, replaces or removes the passphrase.
///
/// # Errors
/// `invalid_input` when it is too short, or when removing it would leave no way in.
pub fn set_passphrase(
    folder: &Path,
    data: &DataKey,
    passphrase: Option<&str>,
    system: &dyn System,
) -> Result<()> {
    let mut slots = load(folder)?.ok_or_else(damaged)?;
    slots.slots.retain(|slot| !matches!(slot, Slot::Passphrase { .. }));
    match passphrase {
        Some(passphrase) => slots.slots.push(passphrase_slot(data, passphrase, system)?),
        None if slots.slots.is_empty() => {
            return Err(linli_wire::WireError::invalid("passphrase", "it is the only way in").into());
        }
        None => {}
    }
    save(folder, &slots)
}

/// Adds or renews the key store's slot, once a passphrase has opened the cache.
///
/// # Errors
/// One of the `key_store_*` codes; the other slots stay.
pub async fn renew_key_store(
    folder: &Path,
    data: &DataKey,
    store: &dyn KeyStore,
    system: &dyn System,
) -> Result<()> {
    let mut slots = load(folder)?.ok_or_else(damaged)?;
    let slot = key_store_slot(data, store, system).await?;
    slots.slots.retain(|slot| !matches!(slot, Slot::KeyStore { .. }));
    slots.slots.push(slot);
    save(folder, &slots)
}

/// Puts slots and databases aside into a folder of their own, so that a fresh start is possible and
/// nothing is deleted for 30 days. How the app looks stays: it is the same person who starts anew.
///
/// # Errors
/// `storage_full` and other trouble of the file system; what was moved stays moved.
pub fn set_aside(folder: &Path, system: &dyn System) -> Result<PathBuf> {
    let aside = folder.join(format!("set-aside-{}", system.now().0));
    std::fs::create_dir_all(&aside)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name() != settings::FILE {
            std::fs::rename(entry.path(), aside.join(entry.file_name()))?;
        }
    }
    Ok(aside)
}

/// Deletes what was set aside more than 30 days ago.
pub fn sweep_set_aside(folder: &Path, system: &dyn System) {
    const KEPT_MILLIS: i64 = 30 * 24 * 3600 * 1000;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let since = name
            .to_str()
            .and_then(|name| name.strip_prefix("set-aside-"))
            .and_then(|at| at.parse::<i64>().ok());
        if since.is_some_and(|since| system.now().0 - since > KEPT_MILLIS) {
            // A folder that cannot be deleted now is tried again at the next start.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn key_store_trouble(error: KeyStoreError) -> Error {
    match error {
        KeyStoreError::Missing => Error::new(Code::KeyStoreMissing, "no key store"),
        KeyStoreError::Locked => Error::new(Code::KeyStoreLocked, "locked"),
        KeyStoreError::Refused => Error::new(Code::KeyStoreRefused, "refused"),
    }
}

async fn key_store_slot(data: &DataKey, store: &dyn KeyStore, system: &dyn System) -> Result<Slot> {
    let key = random_key(system);
    let mut suffix = [0; 8];
    system.random(&mut suffix);
    let name = format!("cache-{}", suffix.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let text = Zeroizing::new(BASE64.encode(*key));
    store.set(&name, &text).await.map_err(key_store_trouble)?;
    // A key store that forgets at once would lock the person out at the next start.
    match store.get(&name).await {
        Ok(Some(kept)) if *kept == *text => {}
        Ok(_) => return Err(key_store_trouble(KeyStoreError::Refused)),
        Err(error) => return Err(key_store_trouble(error)),
    }
    let wrapped = wrap(&key, data, "key_store", system)?;
    Ok(Slot::KeyStore { backend: store.backend().to_owned(), owner: store.owner(), name, wrapped })
}

fn passphrase_slot(data: &DataKey, passphrase: &str, system: &dyn System) -> Result<Slot> {
    if passphrase.chars().count() < SHORTEST_PASSPHRASE {
        return Err(linli_wire::WireError::invalid("passphrase", "too short").into());
    }
    let mut salt = [0; 16];
    system.random(&mut salt);
    let (memory_kib, passes, lanes) = ARGON2;
    let key = stretch(passphrase, &salt, ARGON2)?;
    let wrapped = wrap(&key, data, "passphrase", system)?;
    Ok(Slot::Passphrase { salt: BASE64.encode(salt), memory_kib, passes, lanes, wrapped })
}

fn stretch(passphrase: &str, salt: &[u8], (memory_kib, passes, lanes): (u32, u32, u32)) -> Result<DataKey> {
    // A slot file is a file like any other: absurd costs in it must not exhaust the machine.
    if memory_kib > 1_048_576 || passes > 16 || lanes > 16 {
        return Err(damaged());
    }
    let params = argon2::Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| damaged())?;
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Zeroizing::new([0; 32]);
    argon2.hash_password_into(passphrase.as_bytes(), salt, &mut *key).map_err(|_| internal("argon2"))?;
    Ok(key)
}

fn wrap(key: &DataKey, data: &DataKey, by: &str, system: &dyn System) -> Result<Wrapped> {
    let mut nonce = [0; 24];
    system.random(&mut nonce);
    let payload = Payload { msg: data.as_slice(), aad: by.as_bytes() };
    let wrapped = cipher(key)?.encrypt(&nonce.into(), payload).map_err(|_| internal("wrap"))?;
    Ok(Wrapped { nonce: BASE64.encode(nonce), key: BASE64.encode(wrapped) })
}

fn unwrap(key: &DataKey, wrapped: &Wrapped, by: &str) -> Option<DataKey> {
    let nonce: [u8; 24] = BASE64.decode(&wrapped.nonce).ok()?.try_into().ok()?;
    let bytes = BASE64.decode(&wrapped.key).ok()?;
    let plain = Zeroizing::new(
        cipher(key).ok()?.decrypt(&nonce.into(), Payload { msg: &bytes, aad: by.as_bytes() }).ok()?,
    );
    let data: [u8; 32] = plain.as_slice().try_into().ok()?;
    Some(Zeroizing::new(data))
}

fn cipher(key: &DataKey) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| internal("key length"))
}

fn decode_key(text: &str) -> Option<DataKey> {
    let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
    let key: [u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(Zeroizing::new(key))
}

fn random_key(system: &dyn System) -> DataKey {
    let mut key = Zeroizing::new([0; 32]);
    system.random(&mut *key);
    key
}

fn damaged() -> Error {
    Error::new(Code::DatabaseDamaged, "key slots cannot be read")
}

fn slots_path(folder: &Path) -> PathBuf {
    folder.join("keyslots.json")
}

fn has_databases(folder: &Path) -> Result<bool> {
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            Ok(entries.flatten().any(|entry| entry.path().extension().is_some_and(|end| end == "db")))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn refuse_over_existing(folder: &Path) -> Result<()> {
    match look(folder)? {
        Found::Nothing => Ok(()),
        _ => Err(Error::new(Code::KeyStoreWiped, "there is a cache already")),
    }
}

fn load(folder: &Path) -> Result<Option<Slots>> {
    match std::fs::read(slots_path(folder)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| damaged()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn save(folder: &Path, slots: &Slots) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    Ok(file::replace(&slots_path(folder), &serde_json::to_vec_pretty(slots)?)?)
}
