//! Sessions: short access tokens, and a chain of single-use refresh tokens for each device.
//!
//! **What it guarantees.** A stolen refresh token is of no use without the device's key, and using it
//! is noticed: the device is ended and its person's other devices see it go. A client that dies or
//! loses the network between asking and storing the answer is not signed out.
//!
//! **How.** A successor is not drawn but derived: HMAC of the database's token key over the token
//! before it and the client's nonce. So the same successor can be given again without storing it,
//! and a copy of the database yields no token, since the token before is kept only as a hash.
//!
//! The verdicts on a refresh, in order:
//!
//! | token            | signature | nonce | answer                                              |
//! |------------------|-----------|-------|-----------------------------------------------------|
//! | current          | good      | any   | successor                                           |
//! | current          | bad       | any   | theft                                               |
//! | the one before   | good      | same  | within 60 s the same successor, later a new chain   |
//! | the one before   | otherwise |       | theft                                               |
//! | unknown          | good      | any   | after a restore a new chain, else theft             |
//! | unknown          | bad       | any   | signed out, nothing is ended                        |
//!
//! The third row's "later": only the holder of the device key can repeat the nonce under a good
//! signature, so it is the device itself, back from a tunnel; the old chain ends with the new one.
//! The last row keeps strangers from ending devices whose ids they know.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use linli_wire::{
    Timestamp,
    id::{CommunityId, DeviceId},
    session::{RefreshRequest, Tokens, refresh_message},
};
use sha2::Sha256;

use crate::{
    Error,
    auth::{self, hashed, signed_out},
    clock::random,
    db::Tx,
    devices,
    instance::Instance,
    params,
};

/// How long an access token works.
pub const ACCESS_MS: i64 = 15 * 60 * 1000;
/// How long a device may stay away. There is no absolute end: a resident who uses the app every week
/// must never need a new letter, and every refresh proves the device key anew.
pub const IDLE_MS: i64 = 180 * 24 * 60 * 60 * 1000;
/// How long a repeated refresh gets the same successor.
pub const SAME_SUCCESSOR_MS: i64 = 60 * 1000;

/// Derives a token: the same inputs always give the same one.
pub(crate) fn derive(instance: &Instance, parts: &[&str]) -> Result<String, Error> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&instance.token_key)
        .map_err(|_| Error::refused(linli_wire::Code::Internal, "no token key"))?;
    for part in parts {
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Ok(BASE64.encode(mac.finalize().into_bytes()))
}

/// Starts the chain of a device, or a new one in the place of the old.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    community: CommunityId,
    device: DeviceId,
    access: String,
    refresh: String,
) -> Result<Tokens, Error> {
    let now = tx.now();
    let access_expires_at = now.plus_millis(ACCESS_MS);
    tx.execute("DELETE FROM access_token WHERE device_id = $1", params![device])?;
    tx.execute(
        "INSERT INTO session (device_id, community_id, refresh_hash, expires_at, rotated_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (device_id) DO UPDATE SET
         refresh_hash = excluded.refresh_hash, expires_at = excluded.expires_at, previous_hash = NULL,
         previous_nonce_hash = NULL, rotated_at = excluded.rotated_at",
        params![device, community, &hashed(&refresh), now.plus_millis(IDLE_MS), now],
    )?;
    tx.execute(
        "INSERT INTO access_token (hash, device_id, community_id, expires_at) VALUES ($1, $2, $3, $4)",
        params![&hashed(&access), device, community, access_expires_at],
    )?;
    Ok(Tokens { access, access_expires_at, refresh })
}

/// What a refresh came to. Ending a device is an answer, not an error: an error would undo it.
#[derive(Debug)]
pub enum Refreshed {
    /// The next tokens.
    Tokens(Tokens),
    /// The device is ended now.
    Ended,
}

/// `POST /v1/session/refresh`; see the module.
///
/// # Errors
/// `invalid_input` for a nonce of another form, `signed_out`, `device_revoked`.
pub fn refresh(tx: &mut Tx<'_>, instance: &Instance, request: &RefreshRequest) -> Result<Refreshed, Error> {
    if BASE64.decode(&request.nonce).ok().is_none_or(|nonce| nonce.len() != 16) {
        return Err(Error::invalid("nonce", "must be 16 bytes in base64url"));
    }
    let row = tx
        .query_locked(
            "SELECT community_id, device_key, revoked_at FROM device WHERE id = $1",
            params![request.device_id],
        )?
        .ok_or_else(signed_out)?;
    let (community, key, gone): (CommunityId, [u8; 32], Option<Timestamp>) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let signed = is_signed(&key, request);
    if gone.is_some() {
        return Err(if signed { auth::revoked() } else { signed_out() });
    }
    let row = tx
        .query_opt(
            "SELECT refresh_hash, previous_hash, previous_nonce_hash, rotated_at, expires_at
             FROM session WHERE device_id = $1",
            params![request.device_id],
        )?
        .ok_or_else(signed_out)?;
    let current: [u8; 32] = row.get(0)?;
    let previous: Option<[u8; 32]> = row.get(1)?;
    let nonce: Option<[u8; 32]> = row.get(2)?;
    let (rotated_at, expires_at): (Timestamp, Timestamp) = (row.get(3)?, row.get(4)?);

    let given = hashed(&request.refresh);
    let access = derive(instance, &["access", &request.refresh, &request.nonce])?;
    let next = derive(instance, &["refresh", &request.refresh, &request.nonce])?;
    let since = tx.now().millis_since(rotated_at);
    if given == current {
        if !signed {
            return end(tx, community, request.device_id, "unsigned");
        }
        if expires_at <= tx.now() {
            return Err(signed_out());
        }
        return rotate(tx, community, request, access, next).map(Refreshed::Tokens);
    }
    if Some(given) == previous {
        if !signed || nonce != Some(hashed(&request.nonce)) {
            return end(tx, community, request.device_id, "reused");
        }
        // After a new chain the current token is not the derived one, and there is nothing to repeat.
        if since <= SAME_SUCCESSOR_MS && hashed(&next) == current {
            let access_expires_at = rotated_at.plus_millis(ACCESS_MS);
            return Ok(Refreshed::Tokens(Tokens { access, access_expires_at, refresh: next }));
        }
        return anew(tx, community, request).map(Refreshed::Tokens);
    }
    if !signed {
        return Err(signed_out());
    }
    if instance.restored_at.is_some_and(|restored_at| rotated_at < restored_at) {
        auth::audit(tx, "session_after_restore", Some(community), None, Some(request.device_id), "{}")?;
        return anew(tx, community, request).map(Refreshed::Tokens);
    }
    end(tx, community, request.device_id, "reused")
}

fn rotate(
    tx: &mut Tx<'_>,
    community: CommunityId,
    request: &RefreshRequest,
    access: String,
    next: String,
) -> Result<Tokens, Error> {
    let now = tx.now();
    let access_expires_at = now.plus_millis(ACCESS_MS);
    tx.execute(
        "UPDATE session SET refresh_hash = $2, previous_hash = $3, previous_nonce_hash = $4,
         rotated_at = $5, expires_at = $6 WHERE device_id = $1",
        params![
            request.device_id,
            &hashed(&next),
            &hashed(&request.refresh),
            &hashed(&request.nonce),
            now,
            now.plus_millis(IDLE_MS)
        ],
    )?;
    // The access token before stays good for its remaining minutes: requests under way keep going.
    tx.execute(
        "DELETE FROM access_token WHERE device_id = $1 AND expires_at <= $2",
        params![request.device_id, now],
    )?;
    tx.execute(
        "INSERT INTO access_token (hash, device_id, community_id, expires_at) VALUES ($1, $2, $3, $4)",
        params![&hashed(&access), request.device_id, community, access_expires_at],
    )?;
    Ok(Tokens { access, access_expires_at, refresh: next })
}

/// A new chain from fresh randomness; whatever is left of the old one is worth nothing. What was asked with
/// is kept as the one before, since this answer may be lost on the way like any other.
fn anew(tx: &mut Tx<'_>, community: CommunityId, request: &RefreshRequest) -> Result<Tokens, Error> {
    let access = BASE64.encode(random::<32>()?);
    let refresh = BASE64.encode(random::<32>()?);
    let tokens = begin(tx, community, request.device_id, access, refresh)?;
    tx.execute(
        "UPDATE session SET previous_hash = $2, previous_nonce_hash = $3 WHERE device_id = $1",
        params![request.device_id, &hashed(&request.refresh), &hashed(&request.nonce)],
    )?;
    Ok(tokens)
}

fn end(tx: &mut Tx<'_>, community: CommunityId, device: DeviceId, why: &str) -> Result<Refreshed, Error> {
    devices::end(tx, community, device, why)?;
    Ok(Refreshed::Ended)
}

fn is_signed(key: &[u8; 32], request: &RefreshRequest) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    let Ok(bytes) = BASE64.decode(&request.signature) else { return false };
    let Ok(signature) = Signature::from_slice(&bytes) else { return false };
    key.verify_strict(&refresh_message(&request.refresh, &request.nonce), &signature).is_ok()
}
