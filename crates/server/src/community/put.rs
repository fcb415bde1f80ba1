//! What the office's spreadsheets say, brought into the database: new rows are made, changed rows
//! are changed, equal rows are left alone and not logged, so that importing twice changes nothing.

use linli_wire::{
    community::{Building, Community, Person, Role, Unit},
    id::{CommunityId, HouseholdId},
    sync::{Entity, Scope},
};

use super::{household, log_person};
use crate::{Error, chat, db::Tx, error::json, join, params, payments, rounds};

/// What a `put` did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Put {
    /// The row is new.
    Created,
    /// The row existed and differs now.
    Changed,
    /// The row existed and was the same.
    Same,
}

/// Puts a community.
///
/// # Errors
/// `invalid_input` for another currency once money has moved; the database's.
pub fn put_community(tx: &mut Tx<'_>, community: &Community) -> Result<Put, Error> {
    let known = super::get(tx, community.id)?;
    if known.as_ref() == Some(community) {
        return Ok(Put::Same);
    }
    if let Some(known) = &known
        && known.currency != community.currency
        && tx
            .query_opt("SELECT 1 FROM ledger_entry WHERE community_id = $1 LIMIT 1", params![community.id])?
            .is_some()
    {
        return Err(Error::invalid("currency", "stays what it was once money has moved"));
    }
    let now = tx.now();
    let row = tx.query_one(
        "INSERT INTO community (id, name, time_zone, currency, languages, office, categories, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone,
         currency = excluded.currency, languages = excluded.languages, office = excluded.office,
         categories = excluded.categories, version = community.version + 1 RETURNING version",
        params![
            community.id,
            &json(&community.name)?,
            &community.time_zone,
            &community.currency,
            &json(&community.languages)?,
            &json(&community.office)?,
            &json(&community.categories)?,
            now
        ],
    )?;
    let scopes = [Scope::Community(community.id)];
    tx.log_as(community.id, &scopes, Entity::Community, community.id.0, row.get(0)?, Some(community))?;
    chat::open_for_community(tx, community.id)?;
    let Some(known) = known else { return Ok(Put::Created) };
    if known.time_zone != community.time_zone {
        rounds::zone_changed(tx, community.id)?;
    }
    Ok(Put::Changed)
}

/// Puts a building.
///
/// # Errors
/// The database's; a second building with the same code is one.
pub fn put_building(tx: &mut Tx<'_>, community: CommunityId, building: &Building) -> Result<Put, Error> {
    let name = json(&building.name)?;
    let sql = "SELECT code, name FROM building WHERE community_id = $1 AND id = $2";
    let known = tx.query_opt(sql, params![community, building.id])?;
    if let Some(row) = &known
        && row.get::<String>(0)? == building.code
        && row.get::<String>(1)? == name
    {
        return Ok(Put::Same);
    }
    let row = tx.query_one(
        "INSERT INTO building (community_id, id, code, name, version) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET code = excluded.code, name = excluded.name,
         version = building.version + 1 RETURNING version",
        params![community, building.id, &building.code, &name],
    )?;
    let scopes = [Scope::Community(community)];
    tx.log_as(community, &scopes, Entity::Building, building.id.0, row.get(0)?, Some(building))?;
    chat::open_for_building(tx, community, building.id)?;
    if known.is_none() {
        return Ok(Put::Created);
    }
    // Homes are named by their building, and so are those who live there to neighbours.
    let sql = "SELECT DISTINCT household_id FROM unit WHERE community_id = $1 AND building_id = $2
         AND household_id IS NOT NULL ORDER BY household_id";
    for row in tx.query(sql, params![community, building.id])? {
        log_household(tx, community, row.get(0)?)?;
    }
    Ok(Put::Changed)
}

/// Puts a household; its units come with [`put_unit`].
///
/// # Errors
/// The database's; a second household with the same code is one.
pub fn put_household(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: HouseholdId,
    code: &str,
) -> Result<Put, Error> {
    let sql = "SELECT code FROM household WHERE community_id = $1 AND id = $2";
    let known = tx.query_opt(sql, params![community, id])?;
    if let Some(row) = &known
        && row.get::<String>(0)? == code
    {
        return Ok(Put::Same);
    }
    tx.execute(
        "INSERT INTO household (community_id, id, code, version) VALUES ($1, $2, $3, 0)
         ON CONFLICT (community_id, id) DO UPDATE SET code = excluded.code",
        params![community, id, code],
    )?;
    log_household(tx, community, id)?;
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

/// Puts a unit of a building that exists, with the household that lives there and its area in hundredths of a square
/// metre.
///
/// # Errors
/// The database's; a second unit with the same code in the building is one.
pub fn put_unit(
    tx: &mut Tx<'_>,
    community: CommunityId,
    unit: &Unit,
    area: Option<i64>,
) -> Result<Put, Error> {
    let sql = "SELECT building_id, code, household_id, area FROM unit WHERE community_id = $1 AND id = $2";
    let known = tx.query_opt(sql, params![community, unit.id])?;
    let mut before: Option<HouseholdId> = None;
    if let Some(row) = &known {
        before = row.get(2)?;
        let same = Unit { id: unit.id, building_id: row.get(0)?, code: row.get(1)?, household_id: before };
        if same == *unit && row.get::<Option<i64>>(3)? == area {
            return Ok(Put::Same);
        }
    }
    let row = tx.query_one(
        "INSERT INTO unit (community_id, id, building_id, code, household_id, area, version)
         VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET building_id = excluded.building_id,
         code = excluded.code, household_id = excluded.household_id, area = excluded.area,
         version = unit.version + 1
         RETURNING version",
        params![community, unit.id, unit.building_id, &unit.code, unit.household_id, area],
    )?;
    tx.log_as(community, &[Scope::Staff(community)], Entity::Unit, unit.id.0, row.get(0)?, Some(unit))?;
    for household in [before, unit.household_id].into_iter().flatten() {
        log_household(tx, community, household)?;
    }
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

/// Puts a person as the office knows them. What is the person's own stays as they set it once the
/// row exists: how they are addressed, language, Simple mode and what neighbours may see; so do
/// `joined` and `version`.
///
/// # Errors
/// The database's; a second person with the same code is one.
pub fn put_person(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: &Person,
    phone: &str,
) -> Result<Put, Error> {
    let sql = "SELECT code, name, role, household_id, phone FROM person WHERE community_id = $1 AND id = $2";
    let known = tx.query_opt(sql, params![community, person.id])?;
    if let Some(row) = &known
        && row.get::<String>(0)? == person.code
        && row.get::<String>(1)? == person.name
        && row.get::<Role>(2)? == person.role
        && row.get::<Option<HouseholdId>>(3)? == person.household_id
        && row.get::<String>(4)? == phone
    {
        return Ok(Put::Same);
    }
    tx.execute(
        "INSERT INTO person (community_id, id, code, name, given_name, phone, role, household_id,
         language, simple, visible_flat, visible_phone, visible_listed, visible_photo, joined,
         version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET code = excluded.code, name = excluded.name,
         phone = excluded.phone, role = excluded.role, household_id = excluded.household_id,
         version = person.version + 1",
        params![
            community,
            person.id,
            &person.code,
            &person.name,
            &person.given_name,
            phone,
            person.role,
            person.household_id,
            &person.language,
            person.simple,
            person.visible.flat,
            person.visible.phone,
            person.visible.listed,
            person.visible.photo.unwrap_or_default()
        ],
    )?;
    log_person(tx, community, person.id)?;
    let home = known.as_ref().map(|row| row.get::<Option<HouseholdId>>(3)).transpose()?;
    if let Some(home) = home.filter(|home| *home != person.household_id) {
        payments::moved(tx, community, person.id, home)?;
    }
    let before = known.as_ref().map(|row| row.get::<Role>(2)).transpose()?;
    if before.is_some_and(|before| before != person.role && person.role.is_office()) {
        // Whoever made the letter may not have been allowed to make one for the new role.
        join::end_codes(tx, community, person.id)?;
    }
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

/// Tells the household and the office which units it has now.
fn log_household(tx: &mut Tx<'_>, community: CommunityId, id: HouseholdId) -> Result<(), Error> {
    let row = tx.query_one(
        "UPDATE household SET version = version + 1 WHERE community_id = $1 AND id = $2 RETURNING version",
        params![community, id],
    )?;
    let body = household(tx, community, id)?;
    let scopes = [Scope::Household(id), Scope::Staff(community)];
    tx.log_as(community, &scopes, Entity::Household, id.0, row.get(0)?, body.as_ref())?;
    chat::people_changed(tx, community, Some(id), None)
}
