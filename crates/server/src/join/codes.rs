//! Drawing and hashing codes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{Algorithm, Argon2, Params, Version};
use linli_wire::{
    Code,
    join::{JoinCode, LINK_SECRET, SHORT_CODE},
};
use tokio::sync::Semaphore;

use crate::{Error, auth::hashed, clock::random, error::too_many, instance::Instance};

/// Requests that may wait for argon2; more are asked to come back.
const WAITING: usize = 32;

/// Hashes codes: two at a time, since each takes 19 MiB and 40 ms.
#[derive(Clone, Debug)]
pub struct Codes {
    salt: [u8; 32],
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Codes {
    /// For a database's salt.
    pub fn new(instance: &Instance) -> Self {
        Self { salt: instance.code_salt, turns: Arc::new(Semaphore::new(2)), waiting: Arc::default() }
    }

    /// The hash of a code as it stands in the database.
    ///
    /// # Errors
    /// `too_many_tries` when too many wait.
    pub async fn hash(&self, code: &JoinCode) -> Result<CodeHash, Error> {
        if !code.is_short() {
            return Ok(CodeHash::Secret(hashed(code.as_str())));
        }
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(too_many(5));
        }
        let turn = self.turns.acquire().await;
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        let _turn = turn.map_err(|_| internal())?;
        let (salt, code) = (self.salt, code.clone());
        let hash = tokio::task::spawn_blocking(move || argon2id(&salt, code.as_str()));
        Ok(CodeHash::Short(hash.await.map_err(|_| internal())??))
    }
}

/// A hashed code, of either kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeHash {
    /// Of a link's secret.
    Secret([u8; 32]),
    /// Of a short code.
    Short([u8; 32]),
}

fn argon2id(salt: &[u8], code: &str) -> Result<[u8; 32], Error> {
    let params = Params::new(19_456, 2, 1, Some(32)).map_err(|_| internal())?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(code.as_bytes(), salt, &mut hash)
        .map_err(|_| internal())?;
    Ok(hash)
}

fn internal() -> Error {
    Error::refused(Code::Internal, "a code could not be hashed")
}

/// A fresh pair of codes for one right, with the hashes to keep.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub(super) secret: JoinCode,
    pub(super) short: JoinCode,
    pub(super) secret_hash: [u8; 32],
    pub(super) short_hash: [u8; 32],
}

impl Fresh {
    /// The code to type.
    pub fn short(&self) -> &JoinCode {
        &self.short
    }

    /// Its hash.
    pub const fn short_hash(&self) -> [u8; 32] {
        self.short_hash
    }
}

impl Codes {
    /// Draws and hashes a pair.
    ///
    /// # Errors
    /// `too_many_tries` when too many wait for argon2.
    pub async fn fresh(&self) -> Result<Fresh, Error> {
        let (secret, short) = (draw(LINK_SECRET)?, draw(SHORT_CODE)?);
        let CodeHash::Short(short_hash) = self.hash(&short).await? else { return Err(internal()) };
        let secret_hash = hashed(secret.as_str());
        Ok(Fresh { secret, short, secret_hash, short_hash })
    }

    /// The same for many people at once: an import prints a letter for everyone.
    ///
    /// # Errors
    /// `internal` when there is no randomness.
    pub fn fresh_blocking(&self) -> Result<Fresh, Error> {
        let (secret, short) = (draw(LINK_SECRET)?, draw(SHORT_CODE)?);
        let short_hash = argon2id(&self.salt, short.as_str())?;
        let secret_hash = hashed(secret.as_str());
        Ok(Fresh { secret, short, secret_hash, short_hash })
    }
}

fn draw(length: usize) -> Result<JoinCode, Error> {
    // 64 bytes hold 26 letters but once in 10^9 draws, and then the next draw does.
    loop {
        if let Some(code) = JoinCode::from_random(length, &random::<64>()?) {
            return Ok(code);
        }
    }
}
