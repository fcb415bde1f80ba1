//! What stands in scopes: who sees it, and the files on it.
//!
//! The office sees all of its community's; everybody else sees what stands in a scope of theirs. This rule is
//! written here once for everything that keeps its scopes in `X_scope` and its files in `X_attachment`; of messages, that of their room; of photos of people, that of their cards.

use linli_wire::{id::AttachmentId, sync::Scope};
use uuid::Uuid;

use crate::{
    Error,
    auth::{self, Caller},
    chat, community,
    db::{Row, Tx},
    params,
};

/// A kind of thing that stands in scopes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// A notice.
    Notice,
    /// A repair.
    Repair,
}

impl Shown {
    const ALL: [Self; 2] = [Self::Notice, Self::Repair];

    /// How its tables begin.
    const fn table(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Repair => "repair",
        }
    }
}

/// Whether one of its things, if it exists, is the caller's to see. `scopes` are those of the caller.
///
/// # Errors
/// The database's.
pub fn sees(
    tx: &mut Tx<'_>,
    caller: &Caller,
    scopes: &[Scope],
    what: Shown,
    id: Uuid,
) -> Result<bool, Error> {
    if caller.role.is_office() {
        return Ok(true);
    }
    let table = what.table();
    let sql = format!("SELECT scope FROM {table}_scope WHERE community_id = $1 AND {table}_id = $2");
    any_of(scopes, &tx.query(&sql, params![caller.community, id])?)
}

/// Whether a file stands on anything that the caller may see.
///
/// # Errors
/// The database's.
pub fn sees_file(tx: &mut Tx<'_>, caller: &Caller, id: AttachmentId) -> Result<bool, Error> {
    let scopes = auth::scopes(tx, caller)?;
    if chat::sees_file(tx, caller.community, &scopes, id)?
        || community::sees_photo(tx, caller.community, &scopes, id)?
    {
        return Ok(true);
    }
    for what in Shown::ALL {
        let table = what.table();
        let found = if caller.role.is_office() {
            let sql =
                format!("SELECT 1 FROM {table}_attachment WHERE community_id = $1 AND attachment_id = $2");
            tx.query_opt(&sql, params![caller.community, id])?.is_some()
        } else {
            let sql = format!(
                "SELECT DISTINCT {table}_scope.scope FROM {table}_attachment JOIN {table}_scope
                 ON {table}_scope.community_id = {table}_attachment.community_id
                 AND {table}_scope.{table}_id = {table}_attachment.{table}_id
                 WHERE {table}_attachment.community_id = $1 AND {table}_attachment.attachment_id = $2"
            );
            any_of(&scopes, &tx.query(&sql, params![caller.community, id])?)?
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn any_of(scopes: &[Scope], rows: &[Row]) -> Result<bool, Error> {
    for row in rows {
        if scopes.contains(&row.get(0)?) {
            return Ok(true);
        }
    }
    Ok(false)
}
