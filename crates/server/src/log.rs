//! The sync log: what changed, for every scope, in the order of commits.
//!
//! **What it guarantees.** The numbers of a scope rise by one with every change, and a follower that
//! has read up to `n` never finds a number below `n` appear later. That holds because a number is
//! taken under a lock on the scope's row that lasts until the commit, so the next writer of the scope
//! gets its numbers only after this commit is visible. (A sequence or an autoincrement would commit
//! out of order on PostgreSQL, and a follower would skip rows without a trace.)
//!
//! **How.** A transaction collects its changes; [`seal`] is its last act. Scopes are locked in sorted
//! order, so two transactions that touch the same scopes wait for one another instead of meeting in
//! a deadlock. The lock is short: it spans the writing of the log rows and the commit.
//!
//! One row stands for each (scope, entity, id), the newest; a change moves it to the new number.
//! Reading from zero is therefore a snapshot. A body of NULL says that the entity left the scope.

use std::{collections::BTreeMap, sync::Arc};

use linli_wire::{
    Code,
    id::CommunityId,
    ops::Effect,
    sync::{Entity, Scope},
};
use uuid::Uuid;

use crate::{Error, db::Tx, params};

/// What a transaction tells the log, before it has a number.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) community: CommunityId,
    pub(crate) scope: Scope,
    pub(crate) entity: Entity,
    pub(crate) id: Uuid,
    pub(crate) version: u64,
    pub(crate) body: Option<Arc<str>>,
}

/// A change with its number.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Whose log.
    pub community: CommunityId,
    /// Who may see it.
    pub scope: Scope,
    /// Number within the scope.
    pub seq: u64,
    /// What it is about.
    pub entity: Entity,
    /// Its id.
    pub id: Uuid,
    /// Version of the entity.
    pub version: u64,
    /// The entity as JSON; none when it left the scope.
    pub body: Option<Arc<str>>,
}

/// The numbers that a transaction got.
#[derive(Debug, Default)]
pub struct Sealed {
    /// One for each call of [`Tx::log`], in their order. Two calls about the same entity in the same
    /// scope share the later one's row.
    pub effects: Vec<Effect>,
    pub(crate) logged: Vec<Logged>,
}

pub(crate) fn seal(tx: &mut Tx<'_>, pending: &[Pending]) -> Result<Sealed, Error> {
    if pending.is_empty() {
        return Ok(Sealed::default());
    }
    // Of several changes of one entity in one scope only the last is kept.
    let mut last: BTreeMap<(Scope, Entity, Uuid), usize> = BTreeMap::new();
    for (at, change) in pending.iter().enumerate() {
        last.insert((change.scope, change.entity, change.id), at);
    }
    let mut by_scope: BTreeMap<Scope, Vec<usize>> = BTreeMap::new();
    for ((scope, ..), at) in &last {
        by_scope.entry(*scope).or_default().push(*at);
    }
    // All heads before any row: the locks are taken in one sorted sweep. Scopes are sorted as values,
    // the same in every process.
    let mut counts = Vec::with_capacity(by_scope.len());
    for (scope, changes) in &mut by_scope {
        changes.sort_unstable();
        let community = changes.first().and_then(|at| pending.get(*at)).map(|change| change.community);
        counts.push(params![community, scope, changes.len()].to_vec());
    }
    let heads = tx.insert_returning(
        "scope (community_id, scope, head)",
        &counts,
        "ON CONFLICT (scope) DO UPDATE SET head = scope.head + excluded.head RETURNING scope, head",
    )?;
    let heads: BTreeMap<Scope, u64> =
        heads.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    let now = tx.now();
    let mut logged = Vec::with_capacity(last.len());
    let mut rows = Vec::with_capacity(last.len());
    let mut seqs = BTreeMap::new();
    for (scope, changes) in &by_scope {
        let gone = || Error::refused(Code::Internal, "a scope that was counted is gone");
        let mut seq = heads.get(scope).ok_or_else(gone)? - changes.len() as u64;
        for change in changes.iter().filter_map(|at| pending.get(*at)) {
            seq += 1;
            rows.push(
                params![
                    change.community,
                    change.scope,
                    seq,
                    change.entity.as_str(),
                    change.id,
                    change.version,
                    change.body.as_deref(),
                    now
                ]
                .to_vec(),
            );
            seqs.insert((*scope, change.entity, change.id), seq);
            logged.push(Logged {
                community: change.community,
                scope: *scope,
                seq,
                entity: change.entity,
                id: change.id,
                version: change.version,
                body: change.body.clone(),
            });
        }
    }
    tx.insert(
        "changes (community_id, scope, seq, entity, id, version, body, at)",
        &rows,
        "ON CONFLICT (scope, entity, id) DO UPDATE SET seq = excluded.seq,
         version = excluded.version, body = excluded.body, at = excluded.at",
    )?;
    let effects = pending
        .iter()
        .filter_map(|change| {
            let seq = seqs.get(&(change.scope, change.entity, change.id)).copied()?;
            Some(Effect { scope: change.scope, seq })
        })
        .collect();
    Ok(Sealed { effects, logged })
}
