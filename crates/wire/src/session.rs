//! Tokens: opaque, 256 bits, hashed in the server's database (security.md §2.2).

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    id::{CommunityId, DeviceId, PersonId},
};

/// What a device holds after joining or refreshing.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// Bearer token for requests, 15 minutes.
    pub access: String,
    /// When `access` ends, by the server's clock.
    pub access_expires_at: Timestamp,
    /// Single-use token for the next pair.
    pub refresh: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("access_expires_at", &self.access_expires_at).finish_non_exhaustive()
    }
}

/// `POST /v1/session/refresh`.
///
/// The client stores `nonce` before it asks. A server that has already rotated this token answers
/// a repeat with the same nonce and a valid signature with the same successor within 60 seconds, and
/// later with a new pair that ends the first; any other reuse is theft and ends the device.
///
/// After a restore the server knows an older token than the device holds. Then the device key alone
/// counts: a valid signature of a device whose session was last rotated before the restore opens a
/// new session, so that restoring a backup signs nobody out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The device that asks.
    pub device_id: DeviceId,
    /// The token to use up.
    pub refresh: String,
    /// 16 random bytes, base64url without padding.
    pub nonce: String,
    /// Ed25519 signature of [`refresh_message`] by the device key, base64url without padding.
    pub signature: String,
}

impl std::fmt::Debug for RefreshRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshRequest")
    }
}

/// The bytes that a device key signs when it refreshes.
pub fn refresh_message(refresh: &str, nonce: &str) -> Vec<u8> {
    format!("linli refresh v1\n{refresh}\n{nonce}").into_bytes()
}

/// Who a device speaks for: part of the answer to joining.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The community.
    pub community_id: CommunityId,
    /// The person.
    pub person_id: PersonId,
    /// This device.
    pub device_id: DeviceId,
}
