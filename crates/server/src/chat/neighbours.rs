//! Who somebody is to neighbours: first name and building, and more only where they chose so.
//!
//! A card is made when somebody first writes or reacts in a room, or puts themselves into the directory, and is told to
//! that room or to everybody. Whatever changes about the person changes it everywhere ([`changed`]).

use linli_wire::{
    chat::{Neighbour, Room, RoomKind, RoomPeople},
    community::Role,
    id::{BuildingId, CommunityId, HouseholdId, PersonId, RoomId},
    sync::{Entity, Scope},
};

use super::entered;
use crate::{Error, auth::Caller, community, db::Tx, error::json, params};

/// Most people of one answer.
const PEOPLE: usize = 500;

/// The card of a person as it should stand.
fn card(tx: &mut Tx<'_>, of: CommunityId, id: PersonId) -> Result<Option<Neighbour>, Error> {
    let sql = "SELECT name, given_name, phone, role, household_id, visible_flat, visible_phone, visible_listed, left_at,
         visible_photo
         FROM person WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![of, id])? else { return Ok(None) };
    let (full, given, phone): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (role, household): (Role, Option<HouseholdId>) = (row.get(3)?, row.get(4)?);
    let (flat, shows_phone, listed): (bool, bool, bool) = (row.get(5)?, row.get(6)?, row.get(7)?);
    let gone = row.get::<Option<i64>>(8)?.is_some();
    let shows_photo = row.get::<bool>(9)? && !gone;
    let office = role.is_office();
    let home = match household {
        Some(household) if !gone => tx.query_opt(
            "SELECT building.code, unit.code FROM unit JOIN building ON building.community_id = unit.community_id
             AND building.id = unit.building_id WHERE unit.community_id = $1 AND unit.household_id = $2
             ORDER BY building.code, unit.code LIMIT 1",
            params![of, household],
        )?,
        _ => None,
    };
    let home: Option<(String, String)> =
        home.map(|row| Ok::<_, Error>((row.get(0)?, row.get(1)?))).transpose()?;
    let photo = if shows_photo { community::photo(tx, of, id)? } else { None };
    Ok(Some(Neighbour {
        id,
        version: 0,
        name: if office { full } else { given },
        flat: home.as_ref().filter(|_| flat).map(|(building, unit)| format!("{building}-{unit}")),
        building: home.map(|(building, _)| building),
        phone: Some(phone).filter(|phone| shows_phone && !gone && !phone.is_empty()),
        photo,
        office,
        listed: listed && !gone,
        gone,
    }))
}

/// The name by which neighbours know somebody.
pub(super) fn name(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<String, Error> {
    Ok(card(tx, community, id)?.map(|card| card.name).unwrap_or_default())
}

/// Shows a person's card in scopes; where it stands already nothing is written.
pub(super) fn show(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PersonId,
    scopes: &[Scope],
) -> Result<(), Error> {
    let mut new = Vec::new();
    for scope in scopes {
        if !stands_in(tx, community, id, &[*scope])? {
            new.push(*scope);
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let Some(card) = brought_up(tx, community, id)? else { return Ok(()) };
    for scope in &new {
        tx.execute(
            "INSERT INTO neighbour_scope (community_id, neighbour_id, scope) VALUES ($1, $2, $3)
             ON CONFLICT (community_id, neighbour_id, scope) DO NOTHING",
            params![community, id, *scope],
        )?;
    }
    tx.log_as(community, &new, Entity::Neighbour, id.0, card.version, Some(&card))
}

/// The card of a person as it stands, if it does. Whoever else would change it waits, so that what is read of the person
/// behind this is not older than the card.
fn locked(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<Option<Neighbour>, Error> {
    let sql = "SELECT body FROM neighbour WHERE community_id = $1 AND id = $2";
    let mut known = tx.query_locked(sql, params![community, id])?;
    if known.is_none() {
        // There is no row yet: the person's stands for it.
        tx.query_locked("SELECT id FROM person WHERE community_id = $1 AND id = $2", params![community, id])?;
        known = tx.query_locked(sql, params![community, id])?;
    }
    Ok(known.map(|row| row.json(0)).transpose()?)
}

/// The row of a card, level with its person, and told where it stands if it changed.
fn brought_up(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<Option<Neighbour>, Error> {
    let known = locked(tx, community, id)?;
    let Some(mut card) = card(tx, community, id)? else { return Ok(None) };
    card.version = known.as_ref().map_or(0, |known| known.version);
    if known.as_ref() == Some(&card) {
        return Ok(Some(card));
    }
    card.version += 1;
    tx.execute(
        "INSERT INTO neighbour (community_id, id, version, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (community_id, id) DO UPDATE SET version = excluded.version, body = excluded.body",
        params![community, id, card.version, json(&card)?],
    )?;
    let rows = tx.query(
        "SELECT scope FROM neighbour_scope WHERE community_id = $1 AND neighbour_id = $2",
        params![community, id],
    )?;
    let scopes: Vec<Scope> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    tx.log_as(community, &scopes, Entity::Neighbour, id.0, card.version, Some(&card))?;
    Ok(Some(card))
}

/// Something about a person changed: their card follows, and they come into the directory or leave it.
pub(super) fn changed(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<(), Error> {
    let known = locked(tx, community, id)?;
    let sql = "SELECT visible_listed, left_at FROM person WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(()) };
    let listed = row.get(0)? && row.get::<Option<i64>>(1)?.is_none();
    let everyone = Scope::Community(community);
    let stood = stands_in(tx, community, id, &[everyone])?;
    if stood && !listed {
        let sql = "DELETE FROM neighbour_scope WHERE community_id = $1 AND neighbour_id = $2 AND scope = $3";
        tx.execute(sql, params![community, id, everyone])?;
    }
    let version = match known {
        Some(_) => brought_up(tx, community, id)?.map_or(0, |card| card.version),
        None => 0,
    };
    if stood && !listed {
        tx.log(community, everyone, Entity::Neighbour, id.0, version, None);
    } else if listed {
        show(tx, community, id, &[everyone])?;
    }
    Ok(())
}

/// The same for people, by their household or their own id.
///
/// # Errors
/// The database's.
pub fn people_changed(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: Option<HouseholdId>,
    person: Option<PersonId>,
) -> Result<(), Error> {
    let mut ids: Vec<PersonId> = person.into_iter().collect();
    if let Some(household) = household {
        let sql = "SELECT id FROM person WHERE community_id = $1 AND household_id = $2 ORDER BY id";
        for row in tx.query(sql, params![community, household])? {
            ids.push(row.get(0)?);
        }
    }
    ids.into_iter().try_for_each(|id| changed(tx, community, id))
}

/// Whether a person's card stands in one of the scopes.
pub(super) fn stands_in(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PersonId,
    scopes: &[Scope],
) -> Result<bool, Error> {
    for scope in scopes {
        let sql =
            "SELECT 1 FROM neighbour_scope WHERE community_id = $1 AND neighbour_id = $2 AND scope = $3";
        if tx.query_opt(sql, params![community, id, *scope])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who is in a room, as far as neighbours know them: those who have a seat; in a room that comes with living there, those
/// who have written. By name, and the first [`PEOPLE`] of them; who moved out is not counted either.
///
/// # Errors
/// `not_found`.
pub fn people(tx: &mut Tx<'_>, caller: &Caller, seen: &[Scope], id: RoomId) -> Result<RoomPeople, Error> {
    let room = entered(tx, caller, seen, id)?;
    let community = caller.community;
    let here = match &room.kind {
        RoomKind::Community | RoomKind::Building { .. } => {
            let sql =
                "id IN (SELECT neighbour_id FROM neighbour_scope WHERE community_id = $1 AND scope = $2)";
            by_name(tx, sql, params![community, Scope::Room(id)])?
        }
        // Both, whether the other still hears the caller or not.
        RoomKind::Direct { persons: [one, other] } => {
            by_name(tx, "id IN ($2, $3)", params![community, *one, *other])?
        }
        _ => {
            let sql = "id IN (SELECT person_id FROM room_seat WHERE community_id = $1 AND room_id = $2
                 AND state = 'in')";
            by_name(tx, sql, params![community, id])?
        }
    };
    let total = match &room.kind {
        RoomKind::Community => {
            let sql = "SELECT COUNT(*) FROM person WHERE community_id = $1 AND left_at IS NULL";
            tx.query_one(sql, params![community])?.get(0)?
        }
        RoomKind::Building { building_id } => living_in(tx, community, *building_id)?,
        _ => u32::try_from(here.len()).unwrap_or(u32::MAX),
    };
    let mut people = Vec::new();
    for id in here.into_iter().take(PEOPLE) {
        people.extend(card(tx, community, id)?);
    }
    Ok(RoomPeople { people, total })
}

/// Those of the people of a community, `$1`, who have not left and of whom `is_here` is true, by the name that neighbours
/// know. Sorted here: the engines sort words by rules of their own.
fn by_name(tx: &mut Tx<'_>, is_here: &str, params: &[crate::db::Value<'_>]) -> Result<Vec<PersonId>, Error> {
    let sql = format!(
        "SELECT CASE WHEN role IN ('staff', 'manager') THEN name ELSE given_name END, id FROM person
         WHERE community_id = $1 AND left_at IS NULL AND {is_here}"
    );
    let rows = tx.query(&sql, params)?;
    let mut people: Vec<(String, PersonId)> =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    people.sort();
    Ok(people.into_iter().map(|(_, id)| id).collect())
}

fn living_in(tx: &mut Tx<'_>, community: CommunityId, building: BuildingId) -> Result<u32, Error> {
    let sql =
        "SELECT COUNT(DISTINCT person.id) FROM person JOIN unit ON unit.community_id = person.community_id
         AND unit.household_id = person.household_id
         WHERE person.community_id = $1 AND unit.building_id = $2 AND person.left_at IS NULL";
    Ok(tx.query_one(sql, params![community, building])?.get(0)?)
}

/// Whether a room of two may be begun with somebody: they must have shown themselves where the caller is.
pub(super) fn is_known_to(
    tx: &mut Tx<'_>,
    caller: &Caller,
    seen: &[Scope],
    other: PersonId,
) -> Result<bool, Error> {
    let gone = card(tx, caller.community, other)?.is_none_or(|card| card.gone);
    Ok(!gone && (caller.role.is_office() || stands_in(tx, caller.community, other, seen)?))
}

/// Whether a room is one of two with this person in it.
pub(super) fn is_of(room: &Room, person: PersonId) -> bool {
    matches!(&room.kind, RoomKind::Direct { persons } if persons.contains(&person))
}
