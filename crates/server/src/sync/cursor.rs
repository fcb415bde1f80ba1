//! Where a device stands: the epoch of the database and a number for each scope.
//!
//! To clients it is opaque. It is signed together with the person it was made for, so that nobody can
//! write one that makes the server work, or learn from another's. Whatever cannot be read as one of
//! ours is answered like a cursor of another database: the device takes its scopes again.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use linli_wire::{
    community::Role,
    id::{BuildingId, CommunityId, HouseholdId, PersonId, RoomId},
    sync::Scope,
};
use sha2::Sha256;
use uuid::Uuid;

use super::expired;
use crate::Error;

const VERSION: u8 = 1;
/// Bytes of the signature that travel.
const MAC: usize = 16;
/// Most bytes of a cursor: of a person with four hundred rooms, whose scopes take 25 bytes each.
const MAX_BYTES: usize = 16 * 1024;

/// A position in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Of the database.
    pub epoch: [u8; 16],
    positions: BTreeMap<Scope, u64>,
}

/// Signs and checks cursors.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey")
    }
}

impl CursorKey {
    /// From the key of a database.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC fills a short key up with zeros.
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(<Hmac<Sha256> as KeyInit>::new(&block))
    }

    fn mac(&self, person: PersonId, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(person.0.as_bytes());
        mac.update(bytes);
        mac
    }
}

impl Cursor {
    /// The beginning.
    pub const fn new(epoch: [u8; 16]) -> Self {
        Self { epoch, positions: BTreeMap::new() }
    }

    /// The position in a scope; none when the scope has not begun.
    pub fn position(&self, scope: &Scope) -> Option<u64> {
        self.positions.get(scope).copied()
    }

    /// The scopes it names.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.positions.keys().copied()
    }

    /// Moves to `seq` in `scope`.
    pub fn set(&mut self, scope: Scope, seq: u64) {
        self.positions.insert(scope, seq);
    }

    /// As text for `person`.
    pub fn encode(&self, key: &CursorKey, person: PersonId) -> String {
        let mut bytes = Vec::with_capacity(17 + self.positions.len() * 26 + MAC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.epoch);
        for (scope, seq) in &self.positions {
            let (kind, id) = kind_of(scope);
            bytes.push(kind);
            bytes.extend_from_slice(id.as_bytes());
            bytes.extend_from_slice(&seq.to_be_bytes());
        }
        let mac = key.mac(person, &bytes).finalize().into_bytes();
        bytes.extend(mac.iter().take(MAC));
        BASE64.encode(bytes)
    }

    /// Reads the text that [`Cursor::encode`] made for `person` in the database with this epoch.
    ///
    /// # Errors
    /// `cursor_expired` for everything else.
    pub fn decode(text: &str, key: &CursorKey, person: PersonId, epoch: [u8; 16]) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(expired());
        }
        let bytes = BASE64.decode(text).map_err(|_| expired())?;
        let (signed, mac) =
            bytes.len().checked_sub(MAC).and_then(|at| bytes.split_at_checked(at)).ok_or_else(expired)?;
        key.mac(person, signed).verify_truncated_left(mac).map_err(|_| expired())?;
        let cursor = Self::read(signed).ok_or_else(expired)?;
        if cursor.epoch == epoch { Ok(cursor) } else { Err(expired()) }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (epoch, mut rest) = rest.split_first_chunk::<16>()?;
        let mut cursor = Self::new(*epoch);
        while let Some((kind, tail)) = rest.split_first() {
            let (id, tail) = tail.split_first_chunk::<16>()?;
            let (seq, tail) = tail.split_first_chunk::<8>()?;
            cursor.set(scope_of(*kind, Uuid::from_bytes(*id))?, u64::from_be_bytes(*seq));
            rest = tail;
        }
        (*version == VERSION).then_some(cursor)
    }
}

const ROLES: u8 = 16;

fn kind_of(scope: &Scope) -> (u8, Uuid) {
    match scope {
        Scope::Community(id) => (0, id.0),
        Scope::Building(id) => (1, id.0),
        Scope::Household(id) => (2, id.0),
        Scope::Person(id) => (3, id.0),
        Scope::Staff(id) => (4, id.0),
        Scope::Payments(id) => (5, id.0),
        Scope::Room(id) => (6, id.0),
        Scope::Moderators(id) => (7, id.0),
        Scope::Role(id, role) => {
            let role = match role {
                Role::Resident => 0,
                Role::HouseholdHead => 1,
                Role::Staff => 2,
                Role::Manager => 3,
                Role::Other => 4,
            };
            (ROLES + role, id.0)
        }
    }
}

fn scope_of(kind: u8, id: Uuid) -> Option<Scope> {
    Some(match kind {
        0 => Scope::Community(CommunityId(id)),
        1 => Scope::Building(BuildingId(id)),
        2 => Scope::Household(HouseholdId(id)),
        3 => Scope::Person(PersonId(id)),
        4 => Scope::Staff(CommunityId(id)),
        5 => Scope::Payments(HouseholdId(id)),
        6 => Scope::Room(RoomId(id)),
        7 => Scope::Moderators(CommunityId(id)),
        _ => {
            let roles = [Role::Resident, Role::HouseholdHead, Role::Staff, Role::Manager, Role::Other];
            let role = roles.get(usize::from(kind.checked_sub(ROLES)?))?;
            Scope::Role(CommunityId(id), *role)
        }
    })
}
