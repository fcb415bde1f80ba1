//! Who has read what: marks follow the person, counts go to the office.

use linli_wire::{
    id::NoticeId,
    notices::{BuildingReaders, NoticeReaders, ReadMark},
    sync::{Entity, Scope},
};

use crate::{
    Error,
    auth::Caller,
    db::Tx,
    params,
    shown::{Shown, sees},
};

/// Most marks in one operation.
const MAX_MARKS: usize = 500;

/// Marks notices as read; the earliest reading stays. Notices that the person cannot see are passed
/// over without a word: one of them may have been withdrawn while the device was offline. `scopes` are
/// those of the caller.
///
/// # Errors
/// `invalid_input` for more than 500 marks.
pub fn mark_read(
    tx: &mut Tx<'_>,
    caller: &Caller,
    scopes: &[Scope],
    marks: &[ReadMark],
) -> Result<(), Error> {
    if marks.len() > MAX_MARKS {
        return Err(Error::invalid("marks", format!("must not be more than {MAX_MARKS}")));
    }
    for mark in marks {
        if !can_see(tx, caller, scopes, mark.notice_id)? {
            continue;
        }
        // A device's clock may be wrong, but nothing is read in the future.
        let read_at = mark.read_at.min(tx.now());
        let row = tx.query_opt(
            "INSERT INTO read_mark (community_id, notice_id, person_id, read_at, version)
             VALUES ($1, $2, $3, $4, 1)
             ON CONFLICT (community_id, notice_id, person_id) DO UPDATE SET read_at = excluded.read_at,
             version = read_mark.version + 1 WHERE excluded.read_at < read_mark.read_at RETURNING version",
            params![caller.community, mark.notice_id, caller.person, read_at],
        )?;
        if let Some(row) = row {
            let body = ReadMark { notice_id: mark.notice_id, read_at };
            let own = [Scope::Person(caller.person)];
            let id = mark.notice_id.0;
            tx.log_as(caller.community, &own, Entity::ReadMark, id, row.get(0)?, Some(&body))?;
        }
    }
    Ok(())
}

fn can_see(tx: &mut Tx<'_>, caller: &Caller, scopes: &[Scope], id: NoticeId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM notice WHERE community_id = $1 AND id = $2 AND state <> 'deleted'";
    let exists = tx.query_opt(sql, params![caller.community, id])?.is_some();
    Ok(exists && sees(tx, caller, scopes, Shown::Notice, id.0)?)
}

/// `GET /v1/notices/{id}/readers`: readers by building. A person with homes in two buildings counts
/// in the first.
///
/// # Errors
/// `not_found` for a notice that does not exist or is of another community.
pub fn readers(tx: &mut Tx<'_>, caller: &Caller, id: NoticeId) -> Result<NoticeReaders, Error> {
    caller.must_be_office()?;
    let known = tx.query_opt(
        "SELECT 1 FROM notice WHERE community_id = $1 AND id = $2 AND state <> 'deleted'",
        params![caller.community, id],
    )?;
    known.ok_or_else(Error::not_found)?;
    // The scopes of a person are spelled out in SQL as `auth::scopes` spells them in Rust.
    let rows = tx.query(
        "SELECT building_id, COUNT(*), SUM(has_read) FROM (
           SELECT person.id,
             (SELECT MIN(unit.building_id) FROM unit WHERE unit.community_id = person.community_id
              AND unit.household_id = person.household_id) AS building_id,
             CASE WHEN EXISTS (SELECT 1 FROM read_mark WHERE read_mark.community_id = person.community_id
              AND read_mark.notice_id = $2 AND read_mark.person_id = person.id) THEN 1 ELSE 0 END AS has_read
           FROM person WHERE person.community_id = $1 AND person.joined = 1 AND person.left_at IS NULL AND EXISTS (
             SELECT 1 FROM notice_scope WHERE notice_scope.community_id = $1 AND notice_scope.notice_id = $2
             AND (notice_scope.scope = 'community:' || person.community_id
               OR notice_scope.scope = 'role:' || person.community_id || ':' || person.role
               OR notice_scope.scope = 'household:' || person.household_id
               OR EXISTS (SELECT 1 FROM unit WHERE unit.community_id = person.community_id
                  AND unit.household_id = person.household_id
                  AND notice_scope.scope = 'building:' || unit.building_id)))
         ) AS audience GROUP BY building_id",
        params![caller.community, id],
    )?;
    let mut buildings = Vec::with_capacity(rows.len());
    for row in rows {
        buildings.push(BuildingReaders { building_id: row.get(0)?, people: row.get(1)?, read: row.get(2)? });
    }
    buildings.sort_by_key(|row| (row.building_id.is_none(), row.building_id));
    Ok(NoticeReaders { buildings })
}
