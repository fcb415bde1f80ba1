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
//! | the one before   | good      | same  | the same successor                                  |
//! | the one before   | otherwise |       | theft                                               |
//! | an older one     | good      | same  | signed out, nothing is ended                        |
//! | unknown          | good      | any   | after a restore its successor, else theft           |
//! | unknown          | bad       | any   | signed out, nothing is ended                        |
//!
//! The third row: only the holder of the device key can repeat the nonce under a good signature, so it is
//! the device itself, back from a tunnel. It has no time limit, and it changes nothing but how long the
//! successor's access token works: the same request may as well have been delivered twice, hours apart, while
//! the device went on with the first answer. The fifth row is such a delivery after the device has refreshed
//! again; a copy of a device that goes on from an old state asks with a nonce of its own. The last row keeps
//! strangers from ending devices whose ids they know.
//!
//! Turned down: a new chain for a repeat that comes late (it ended devices whose first answer had arrived).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use linli_wire::{
    Timestamp,
    id::{CommunityId, DeviceId},
    session::{RefreshRequest, Tokens, refresh_message},
};
use sha2::{Digest, Sha256};

use crate::{
    Error,
    auth::{self, hashed, signed_out},
    db::Tx,
    devices,
    instance::{self, Instance},
    params,
};

/// How long an access token works.
pub const ACCESS_MS: i64 = 15 * 60 * 1000;
/// How long a device may stay away while the server runs (see [`tidy`]). There is no absolute end: a resident who uses the app every week
/// must never need a new letter, and every refresh proves the device key anew.
pub const IDLE_MS: i64 = 180 * 24 * 60 * 60 * 1000;
/// How long the server may be away before people's silence means nothing for as long: in milliseconds.
pub const ABSENCE_MS: i64 = 24 * 60 * 60 * 1000;
/// How long the clock is doubted after such an absence, and after it was set back: one that starts wrong is set
/// right by the network within seconds.
pub const DOUBT_MS: i64 = 5 * 60 * 1000;
/// How long an answered refresh is remembered: far longer than a network holds a request back.
const SPENT_MS: i64 = 2 * 24 * 60 * 60 * 1000;

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
    tx.execute("DELETE FROM access_token WHERE device_id = $1", params![device])?;
    tx.execute(
        "INSERT INTO session (device_id, community_id, refresh_hash, expires_at, rotated_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (device_id) DO UPDATE SET
         refresh_hash = excluded.refresh_hash, expires_at = excluded.expires_at, previous_hash = NULL,
         previous_nonce_hash = NULL, rotated_at = excluded.rotated_at",
        params![device, community, &hashed(&refresh), now.plus_millis(IDLE_MS), now],
    )?;
    grant(tx, community, device, access, refresh)
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
            "SELECT refresh_hash, previous_hash, previous_nonce_hash, rotated_at FROM session WHERE device_id = $1",
            params![request.device_id],
        )?
        .ok_or_else(signed_out)?;
    let current: [u8; 32] = row.get(0)?;
    let previous: Option<[u8; 32]> = row.get(1)?;
    let nonce: Option<[u8; 32]> = row.get(2)?;
    let rotated_at: Timestamp = row.get(3)?;

    let given = hashed(&request.refresh);
    let access = derive(instance, &["access", &request.refresh, &request.nonce])?;
    let next = derive(instance, &["refresh", &request.refresh, &request.nonce])?;
    if given == current {
        if !signed {
            return end(tx, community, request.device_id, "unsigned");
        }
        return rotate(tx, community, request, access, next).map(Refreshed::Tokens);
    }
    if Some(given) == previous {
        if !signed || nonce != Some(hashed(&request.nonce)) {
            return end(tx, community, request.device_id, "reused");
        }
        return grant(tx, community, request.device_id, access, next).map(Refreshed::Tokens);
    }
    if !signed || is_spent(tx, request)? {
        return Err(signed_out());
    }
    if instance.restored_at.is_some_and(|restored_at| rotated_at < restored_at) {
        auth::audit(tx, "session_after_restore", Some(community), None, Some(request.device_id), "{}")?;
        return rotate(tx, community, request, access, next).map(Refreshed::Tokens);
    }
    end(tx, community, request.device_id, "reused")
}

/// Looks at the clock, once an hour at least. Time in which the server did not, because it was off or because the
/// clock was set, is nobody's absence: a wrong clock must not sign a whole community out. Tells when the server
/// was last back from more than [`ABSENCE_MS`].
///
/// # Errors
/// The database's.
pub fn look(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    /// Longest time between two looks that is no gap.
    const LOOK_MS: i64 = 2 * 60 * 60 * 1000;
    let now = tx.now();
    let row = tx.query_one("SELECT seen_at, back_at FROM instance WHERE one = 1", &[])?;
    let (seen_at, mut back_at): (Option<Timestamp>, Option<Timestamp>) = (row.get(0)?, row.get(1)?);
    let gap = seen_at.map_or(0, |seen_at| now.millis_since(seen_at));
    if gap > LOOK_MS {
        tx.execute("UPDATE session SET expires_at = expires_at + $1", params![gap])?;
    }
    if gap > ABSENCE_MS {
        back_at = Some(now);
    }
    tx.execute("UPDATE instance SET seen_at = $1, back_at = $2 WHERE one = 1", params![now, back_at])?;
    Ok(back_at)
}

/// [`look`], for what is done by the clock alone and would be wrong for long. Tells until when the clock is doubted;
/// none when it is believed. A backup that was brought back is as old as it is: that says nothing of the clock.
///
/// # Errors
/// The database's.
pub fn doubted_until(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let now = tx.now();
    let Some(back_at) = look(tx)? else { return Ok(None) };
    let restored_at = instance::load(tx)?.restored_at;
    let is_restored = restored_at.is_some_and(|at| back_at.millis_since(at) <= ABSENCE_MS);
    let is_doubted = !is_restored && (0..DOUBT_MS).contains(&now.millis_since(back_at));
    Ok(is_doubted.then(|| back_at.plus_millis(DOUBT_MS)))
}

/// Once an hour, and when the server starts: ends the sessions of devices that stayed away for [`IDLE_MS`], and
/// forgets old refreshes.
///
/// # Errors
/// The database's.
pub fn tidy(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now();
    look(tx)?;
    tx.execute("DELETE FROM session WHERE expires_at <= $1", params![now])?;
    tx.execute("DELETE FROM access_token WHERE expires_at <= $1", params![now])?;
    tx.execute("DELETE FROM spent_refresh WHERE at <= $1", params![now.plus_millis(-SPENT_MS)])?;
    Ok(())
}

/// The given token is the one before from now on, and `next` the current one.
fn rotate(
    tx: &mut Tx<'_>,
    community: CommunityId,
    request: &RefreshRequest,
    access: String,
    next: String,
) -> Result<Tokens, Error> {
    let now = tx.now();
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
    tx.execute(
        "INSERT INTO spent_refresh (device_id, hash, at) VALUES ($1, $2, $3) ON CONFLICT (device_id, hash) DO NOTHING",
        params![request.device_id, &spent_hash(request), now],
    )?;
    // The access token before stays good for its remaining minutes: requests under way keep going.
    tx.execute(
        "DELETE FROM access_token WHERE device_id = $1 AND expires_at <= $2",
        params![request.device_id, now],
    )?;
    grant(tx, community, request.device_id, access, next)
}

/// Tokens whose access works from now on, for as long as every other.
fn grant(
    tx: &mut Tx<'_>,
    community: CommunityId,
    device: DeviceId,
    access: String,
    refresh: String,
) -> Result<Tokens, Error> {
    let access_expires_at = tx.now().plus_millis(ACCESS_MS);
    tx.execute(
        "INSERT INTO access_token (hash, device_id, community_id, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at",
        params![&hashed(&access), device, community, access_expires_at],
    )?;
    Ok(Tokens { access, access_expires_at, refresh })
}

fn is_spent(tx: &mut Tx<'_>, request: &RefreshRequest) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM spent_refresh WHERE device_id = $1 AND hash = $2";
    Ok(tx.query_opt(sql, params![request.device_id, &spent_hash(request)])?.is_some())
}

fn spent_hash(request: &RefreshRequest) -> [u8; 32] {
    Sha256::digest(refresh_message(&request.refresh, &request.nonce)).into()
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
