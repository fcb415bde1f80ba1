//! Tokens of an account: kept in its encrypted cache, renewed without ever losing the person.
//!
//! They stand in the cache and not in the key store, whose one secret opens the cache: only so can a
//! new token and the end of the attempt that brought it be one commit. An access token is used until
//! the server no longer takes it; the device's clock, which may be years off, decides nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ed25519_dalek::{Signer, SigningKey};
use linli_wire::{
    Code,
    id::{CommunityId, DeviceId, PersonId},
    session::{Membership, RefreshRequest, Tokens, refresh_message},
};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use crate::{
    api::Api,
    cache::Cache,
    error::{Error, Result, internal},
    ports::{Network, System},
};

/// An account's identity and tokens.
#[derive(Clone)]
pub struct Session {
    /// Address of the server.
    pub server: String,
    /// Who this device speaks for.
    pub membership: Membership,
    /// Bearer token.
    pub access: String,
    device_key: Zeroizing<[u8; 32]>,
    refresh: String,
    refresh_nonce: String,
}

/// The public half of a device key, as it is sent when joining.
pub fn public_key(device_key: &[u8; 32]) -> String {
    BASE64URL.encode(SigningKey::from_bytes(device_key).verifying_key().as_bytes())
}

/// Keeps what joining gave.
///
/// # Errors
/// Trouble of the cache.
pub fn begin(
    cache: &Cache,
    server: &str,
    membership: &Membership,
    device_key: &[u8; 32],
    tokens: &Tokens,
) -> Result<()> {
    cache.write(|tx| {
        tx.execute(
            "INSERT OR REPLACE INTO session (one, server, community_id, person_id, device_id, device_key, access, refresh)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                server,
                membership.community_id.0,
                membership.person_id.0,
                membership.device_id.0,
                device_key,
                tokens.access,
                tokens.refresh
            ],
        )?;
        Ok(())
    })
}

/// The session, if this account still has one.
///
/// # Errors
/// Trouble of the cache.
pub fn load(cache: &Cache) -> Result<Option<Session>> {
    cache.read(select)
}

fn select(db: &Connection) -> Result<Option<Session>> {
    Ok(db
        .query_row(
            "SELECT server, community_id, person_id, device_id, device_key, access, refresh, refresh_nonce FROM session",
            [],
            |row| {
                Ok(Session {
                    server: row.get(0)?,
                    membership: Membership {
                        community_id: CommunityId(row.get(1)?),
                        person_id: PersonId(row.get(2)?),
                        device_id: DeviceId(row.get(3)?),
                    },
                    device_key: Zeroizing::new(row.get(4)?),
                    access: row.get(5)?,
                    refresh: row.get(6)?,
                    refresh_nonce: row.get(7)?,
                })
            },
        )
        .optional()?)
}

/// Takes a new pair of tokens. `used` is the access token that was refused; when another request has
/// renewed meanwhile, nothing is asked.
///
/// # Errors
/// `signed_out` or `device_revoked` when the server ended the membership; trouble of the network.
pub async fn renew(cache: &Cache, network: &dyn Network, system: &dyn System, used: &str) -> Result<Session> {
    let session = cache.write(|tx| {
        let mut session = select(tx)?.ok_or_else(ended)?;
        if session.access == used && session.refresh_nonce.is_empty() {
            let mut nonce = [0; 16];
            system.random(&mut nonce);
            session.refresh_nonce = BASE64URL.encode(nonce);
            tx.execute("UPDATE session SET refresh_nonce = ?1", [&session.refresh_nonce])?;
        }
        Ok(session)
    })?;
    if session.access != used {
        return Ok(session);
    }
    let message = refresh_message(&session.refresh, &session.refresh_nonce);
    let signature = SigningKey::from_bytes(&session.device_key).sign(&message);
    let request = RefreshRequest {
        device_id: session.membership.device_id,
        refresh: session.refresh.clone(),
        nonce: session.refresh_nonce.clone(),
        signature: BASE64URL.encode(signature.to_bytes()),
    };
    let api = Api { network, server: &session.server, token: None };
    let tokens: Tokens = api.post("/v1/session/refresh", &request).await?;
    cache.write(|tx| {
        let changed = tx.execute(
            "UPDATE session SET access = ?1, refresh = ?2, refresh_nonce = '' WHERE refresh = ?3",
            params![tokens.access, tokens.refresh, session.refresh],
        )?;
        if changed == 1 {
            select(tx)?.ok_or_else(ended)
        } else {
            Err(internal("the session changed during a refresh"))
        }
    })
}

fn ended() -> Error {
    Error::new(Code::SignedOut, "no session")
}
