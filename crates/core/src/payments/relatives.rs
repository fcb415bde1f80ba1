//! Relatives whom a household lets pay: begun and ended by the server while the person waits, never queued, and read from
//! the cache by both sides.

use linli_wire::{
    Code, WireError,
    command::{Empty, PayForHousehold},
    id::{HouseholdId, PersonId, RelativeId},
    join::JoinCode,
    payments::{BeginRelative, LookAtRelativeCode, Relative, RelativeCode, RelativeOffer},
    sync::Entity,
};
use rusqlite::Connection;

use crate::{
    account::{Account, authorised},
    community::{self, records},
    error::{Error, Result},
};

/// A code with which somebody of another household may see and pay the bills of the person's own.
///
/// # Errors
/// `not_found` for a person without a household; the server's.
pub(crate) async fn code(account: &Account) -> Result<RelativeCode> {
    let own = account.cache.read(community::me)?.and_then(|me| me.household_id);
    let own = own.ok_or_else(|| Error::new(Code::NotFound, "the person has no household"))?;
    let path = format!("/v1/households/{own}/relative-code");
    authorised!(account, |api| api.post(&path, &Empty {}))
}

/// Whose household a code is of.
///
/// # Errors
/// `invalid_input` for what cannot be a code; the server's.
pub(crate) async fn look(account: &Account, typed: &str) -> Result<RelativeOffer> {
    let request = LookAtRelativeCode { code: read(typed)? };
    authorised!(account, |api| api.post("/v1/relatives/look", &request))
}

/// Pays for the household of a code from now on.
///
/// # Errors
/// As [`look`]; `server_unreachable` when nobody knows whether it was begun.
pub(crate) async fn begin(account: &Account, asked: PayForHousehold) -> Result<Relative> {
    let request = BeginRelative { id: RelativeId(asked.attempt.0), code: read(&asked.code)? };
    authorised!(account, |api| api.post("/v1/relatives", &request))
}

/// Pays for a household no longer, or lets somebody pay no longer.
///
/// # Errors
/// The server's.
pub(crate) async fn end(account: &Account, id: RelativeId) -> Result<()> {
    let path = format!("/v1/relatives/{id}/end");
    let ended: Result<Relative> = authorised!(account, |api| api.post(&path, &Empty {}));
    ended.map(drop)
}

fn read(typed: &str) -> Result<JoinCode> {
    let code = JoinCode::read(typed).filter(JoinCode::is_short);
    code.ok_or_else(|| WireError::invalid("code", "not a code").into())
}

/// All that this device knows of: those that go on first, then the newest.
///
/// # Errors
/// Trouble of the cache.
pub(super) fn all(db: &Connection) -> Result<Vec<Relative>> {
    let mut relatives: Vec<Relative> = records(db, Entity::Relative)?;
    relatives.sort_by_key(|relative| (relative.ended_at.is_some(), std::cmp::Reverse(relative.since)));
    Ok(relatives)
}

/// The leave by which a person sees a household's bills, of those that this device knows of.
pub(super) fn lets(
    relatives: &[Relative],
    person: Option<PersonId>,
    household: HouseholdId,
) -> Option<&Relative> {
    let goes_on = |relative: &&Relative| {
        relative.ended_at.is_none()
            && Some(relative.person_id) == person
            && relative.household_id == household
    };
    relatives.iter().find(goes_on)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::read;

    #[test]
    fn a_code_is_read_as_typed_and_rubbish_is_refused_before_it_is_sent() {
        assert_eq!(read(" k7qp 3mxr\n").unwrap().as_str(), "K7QP3MXR");
        // A link's secret has the same letters, and is none.
        for wrong in ["", "K7QP3MX", "K7QP3MX0", "名", "ABCDEFGHJKMNPQRSTVWXYZ2345", "K7QP3MXR/../"] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
