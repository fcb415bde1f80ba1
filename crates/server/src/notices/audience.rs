//! From an audience to scopes, and from one audience to the next.

use std::collections::BTreeSet;

use linli_wire::{
    id::{CommunityId, HouseholdId, NoticeId},
    notices::{Audience, Notice},
    sync::{Entity, Scope},
};

use crate::{Error, db::Tx, params};

/// Takes a notice out of the scopes it leaves, and tells those that see it, and the office, how it
/// stands now.
pub(super) fn log(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: NoticeId,
    version: u64,
    notice: Option<&Notice>,
    audience: &BTreeSet<Scope>,
) -> Result<(), Error> {
    let rows = tx.query(
        "SELECT scope FROM notice_scope WHERE community_id = $1 AND notice_id = $2",
        params![community, id],
    )?;
    let before: BTreeSet<Scope> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    for scope in before.difference(audience) {
        tx.execute(
            "DELETE FROM notice_scope WHERE community_id = $1 AND notice_id = $2 AND scope = $3",
            params![community, id, scope],
        )?;
        tx.log(community, *scope, Entity::Notice, id.0, version, None);
    }
    for scope in audience.difference(&before) {
        tx.execute(
            "INSERT INTO notice_scope (community_id, notice_id, scope) VALUES ($1, $2, $3)",
            params![community, id, scope],
        )?;
    }
    let mut seen_by: Vec<Scope> = audience.iter().copied().collect();
    seen_by.push(Scope::Staff(community));
    tx.log_as(community, &seen_by, Entity::Notice, id.0, version, notice)
}

/// The scopes of an audience. The households of units are those that live there now.
pub(super) fn scopes(
    tx: &mut Tx<'_>,
    community: CommunityId,
    audience: &Audience,
) -> Result<BTreeSet<Scope>, Error> {
    Ok(match audience {
        Audience::Community => BTreeSet::from([Scope::Community(community)]),
        Audience::Buildings { buildings } => buildings.iter().map(|id| Scope::Building(*id)).collect(),
        Audience::Role { role } => BTreeSet::from([Scope::Role(community, *role)]),
        Audience::Units { units } => {
            let mut scopes = BTreeSet::new();
            for unit in units {
                let sql = "SELECT household_id FROM unit WHERE community_id = $1 AND id = $2";
                if let Some(row) = tx.query_opt(sql, params![community, unit])?
                    && let Some(household) = row.get::<Option<HouseholdId>>(0)?
                {
                    scopes.insert(Scope::Household(household));
                }
            }
            scopes
        }
    })
}
