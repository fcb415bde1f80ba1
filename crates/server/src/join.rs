//! Joining: invitations from the office, codes for one more device, and using them.
//!
//! A code is a secret of 127 bits in a link, kept as SHA-256, or a short code of 39 bits for typing,
//! kept as argon2id under the database's one salt: slow to try out, and still found by its hash.
//! Argon2 runs before the transaction, in a pool of its own ([`Codes`]).

mod codes;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use linli_wire::{
    Code, Timestamp, WireError,
    community::PROTOCOL,
    devices::DeviceLink,
    id::{CommunityId, DeviceId, InvitationId, OpId, PersonId},
    join::{Invitation, InvitationStatus, JoinLink, JoinReply, JoinRequest},
    session::{Membership, Tokens},
    sync::{Entity, Scope},
};

pub use codes::{CodeHash, Codes, Fresh};

use crate::{
    Error,
    auth::{self, Caller, hashed},
    clock::random,
    community,
    db::{Row, Tx},
    devices, input,
    instance::Instance,
    params, session,
};

/// Oldest protocol version that is still served.
pub const OLDEST_PROTOCOL: u32 = 1;
/// How long a code for one more device works.
pub const DEVICE_CODE_MS: i64 = 10 * 60 * 1000;
/// How long the same request to join gets the same tokens.
const SAME_TOKENS_MS: i64 = 10 * 60 * 1000;

/// `POST /v1/invitations`: somebody of the office issues an invitation. Only a manager does so for
/// people of the office, since a letter lets its holder in with the rights of the person it is for.
///
/// # Errors
/// `not_allowed`; `not_found` for a person of another community.
pub fn invite_as(
    tx: &mut Tx<'_>,
    caller: &Caller,
    person: PersonId,
    codes: &Fresh,
    lifetime_ms: i64,
    server: &str,
) -> Result<Invitation, Error> {
    caller.must_be_office()?;
    let guest = community::person(tx, caller.community, person)?.ok_or_else(Error::not_found)?;
    if !caller.role.may_invite(guest.role) {
        return Err(auth::not_allowed());
    }
    let details = serde_json::json!({ "by": caller.person }).to_string();
    issue_letter(tx, caller.community, person, codes, lifetime_ms, server, &details)
}

/// Issues an invitation for a person, as the operator of the server, and ends their earlier open ones.
/// The codes leave here only.
///
/// # Errors
/// `not_found` for a person of another community.
pub fn invite(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    codes: &Fresh,
    lifetime_ms: i64,
    server: &str,
) -> Result<Invitation, Error> {
    community::person(tx, community, person)?.ok_or_else(Error::not_found)?;
    issue_letter(tx, community, person, codes, lifetime_ms, server, "{}")
}

fn issue_letter(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    codes: &Fresh,
    lifetime_ms: i64,
    server: &str,
    details: &str,
) -> Result<Invitation, Error> {
    end_open(tx, community, person, "letter")?;
    let id = issue(tx, community, person, "letter", codes, lifetime_ms)?;
    log(tx, community, id)?;
    auth::audit(tx, "invited", Some(community), Some(person), None, details)?;
    Ok(Invitation {
        id,
        person_id: person,
        link: JoinLink { server: server.to_owned(), code: codes.secret.clone() }.to_string(),
        server: server.to_owned(),
        code: codes.short.to_string(),
        expires_at: tx.now().plus_millis(lifetime_ms),
    })
}

/// Ends the letters and device codes of a person that nobody has used.
///
/// # Errors
/// The database's.
pub(crate) fn end_codes(tx: &mut Tx<'_>, community: CommunityId, person: PersonId) -> Result<(), Error> {
    end_open(tx, community, person, "letter")?;
    end_open(tx, community, person, "device")
}

/// Ends one letter or device code that nobody has used. Tells whether it was open.
///
/// # Errors
/// The database's.
pub(crate) fn end_code(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool, Error> {
    let now = tx.now();
    let ended = tx.query_opt(
        "UPDATE invitation SET ended_at = $2, version = version + 1
         WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL RETURNING community_id, kind",
        params![id, now],
    )?;
    let Some(row) = ended else { return Ok(false) };
    if row.get::<String>(1)? == "letter" {
        log(tx, row.get(0)?, id)?;
    }
    Ok(true)
}

fn end_open(tx: &mut Tx<'_>, community: CommunityId, person: PersonId, kind: &str) -> Result<(), Error> {
    let now = tx.now();
    let open = tx.query(
        "UPDATE invitation SET ended_at = $4, version = version + 1 WHERE community_id = $1
         AND person_id = $2 AND kind = $3 AND used_at IS NULL AND ended_at IS NULL RETURNING id",
        params![community, person, kind, now],
    )?;
    for row in open.iter().filter(|_| kind == "letter") {
        log(tx, community, row.get(0)?)?;
    }
    Ok(())
}

/// `POST /v1/devices/link`: a code with which one more device of the caller can join. An earlier one
/// that was not used ends.
///
/// # Errors
/// The database's.
pub fn link(tx: &mut Tx<'_>, caller: &Caller, codes: &Fresh, server: &str) -> Result<DeviceLink, Error> {
    end_open(tx, caller.community, caller.person, "device")?;
    issue(tx, caller.community, caller.person, "device", codes, DEVICE_CODE_MS)?;
    Ok(DeviceLink {
        link: JoinLink { server: server.to_owned(), code: codes.secret.clone() }.to_string(),
        code: codes.short.to_string(),
        expires_at: tx.now().plus_millis(DEVICE_CODE_MS),
    })
}

fn issue(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: PersonId,
    kind: &str,
    codes: &Fresh,
    lifetime_ms: i64,
) -> Result<InvitationId, Error> {
    let now = tx.now();
    let id = InvitationId::new(now, random()?);
    tx.execute(
        "INSERT INTO invitation
         (id, community_id, person_id, kind, secret_hash, code_hash, issued_at, expires_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
        params![
            id,
            community,
            person,
            kind,
            &codes.secret_hash,
            &codes.short_hash,
            now,
            now.plus_millis(lifetime_ms)
        ],
    )?;
    Ok(id)
}

/// Tells the office what became of an invitation.
fn log(tx: &mut Tx<'_>, community: CommunityId, id: InvitationId) -> Result<(), Error> {
    let row = tx.query_one(
        "SELECT person_id, issued_at, expires_at, used_at, ended_at, version FROM invitation WHERE id = $1",
        params![id],
    )?;
    let body = InvitationStatus {
        id,
        person_id: row.get(0)?,
        issued_at: row.get(1)?,
        expires_at: row.get(2)?,
        used_at: row.get(3)?,
        ended_at: row.get(4)?,
    };
    let scopes = [Scope::Staff(community)];
    tx.log_as(community, &scopes, Entity::Invitation, id.0, row.get(5)?, Some(&body))
}

/// What is checked of a request to join before its code is hashed.
///
/// # Errors
/// `app_too_old`, or `invalid_input` for the name or the key.
pub fn check(request: &JoinRequest) -> Result<(String, [u8; 32]), Error> {
    if request.protocol < OLDEST_PROTOCOL {
        let error = WireError::new(Code::AppTooOld, "the app is older than this server serves");
        let details = serde_json::json!({ "oldest": OLDEST_PROTOCOL, "protocol": PROTOCOL });
        return Err(Error::Refused(error.with_details(details)));
    }
    let name = input::line("device_name", &request.device_name, 60)?;
    let key = BASE64.decode(&request.device_key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.filter(|key| ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak()));
    Ok((name, key.ok_or_else(|| Error::invalid("device_key", "must be an Ed25519 public key"))?))
}

/// `POST /v1/join`.
///
/// # Errors
/// `invitation_unknown`, `invitation_used`, `invitation_expired`.
pub fn join(
    tx: &mut Tx<'_>,
    instance: &Instance,
    request: &JoinRequest,
    code: CodeHash,
    name: &str,
    key: [u8; 32],
) -> Result<JoinReply, Error> {
    const FOUND: &str = "SELECT id, community_id, person_id, kind, expires_at, ended_at, used_at, used_op,
         used_key, device_id FROM invitation WHERE";
    let row = match code {
        CodeHash::Secret(hash) => tx.query_locked(&format!("{FOUND} secret_hash = $1"), params![&hash])?,
        CodeHash::Short(hash) => tx.query_locked(&format!("{FOUND} code_hash = $1"), params![&hash])?,
    };
    let unknown = || Error::refused(Code::InvitationUnknown, "no such code");
    let row = row.ok_or_else(unknown)?;
    let op = request.op_id.to_string();
    let typed = request.code.as_str();
    let access = session::derive(instance, &["join access", &op, typed, &request.device_key])?;
    let refresh = session::derive(instance, &["join refresh", &op, typed, &request.device_key])?;
    if let Some(used_at) = row.get::<Option<Timestamp>>(6)? {
        return again(tx, &row, used_at, request.op_id, key, (access, refresh));
    }
    let now = tx.now();
    if row.get::<Option<Timestamp>>(5)?.is_some() || row.get::<Timestamp>(4)? <= now {
        return Err(Error::refused(Code::InvitationExpired, "the code is too old"));
    }
    let (id, community, person): (InvitationId, CommunityId, PersonId) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let device = DeviceId::new(now, random()?);
    tx.execute(
        "INSERT INTO device (id, community_id, person_id, name, device_key, version, joined_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6)",
        params![device, community, person, name, &key, now],
    )?;
    tx.execute(
        "UPDATE invitation SET used_at = $2, used_op = $3, used_key = $4, device_id = $5,
         version = version + 1 WHERE id = $1",
        params![id, now, &op, &key, device],
    )?;
    if row.get::<String>(3)? == "letter" {
        log(tx, community, id)?;
    }
    devices::log(tx, community, device)?;
    let first = tx.execute(
        "UPDATE person SET joined = 1, version = version + 1
         WHERE community_id = $1 AND id = $2 AND joined = 0",
        params![community, person],
    )?;
    if first > 0 {
        community::log_person(tx, community, person)?;
    }
    auth::audit(tx, "joined", Some(community), Some(person), Some(device), "{}")?;
    let tokens = session::begin(tx, community, device, access, refresh)?;
    let membership = Membership { community_id: community, person_id: person, device_id: device };
    Ok(JoinReply { membership, tokens })
}

/// The answer to a request to join that was granted before: the same, for the same request only.
fn again(
    tx: &mut Tx<'_>,
    row: &Row,
    used_at: Timestamp,
    op: OpId,
    key: [u8; 32],
    (access, refresh): (String, String),
) -> Result<JoinReply, Error> {
    let used = || Error::refused(Code::InvitationUsed, "the code was used before");
    let same = row.get::<Option<OpId>>(7)? == Some(op)
        && row.get::<Option<[u8; 32]>>(8)? == Some(key)
        && tx.now().millis_since(used_at) <= SAME_TOKENS_MS;
    let device: DeviceId = row.get::<Option<DeviceId>>(9)?.filter(|_| same).ok_or_else(used)?;
    // Once the chain has moved on, the client has had its answer.
    let sql = "SELECT 1 FROM session WHERE device_id = $1 AND refresh_hash = $2";
    tx.query_opt(sql, params![device, &hashed(&refresh)])?.ok_or_else(used)?;
    let access_expires_at = used_at.plus_millis(session::ACCESS_MS);
    let membership = Membership { community_id: row.get(1)?, person_id: row.get(2)?, device_id: device };
    Ok(JoinReply { membership, tokens: Tokens { access, access_expires_at, refresh } })
}
