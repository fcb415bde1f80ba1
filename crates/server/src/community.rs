//! The community and its people: reading them, and what a person may change about themselves.

mod leave;
mod photo;
mod put;

use linli_wire::{
    Localized,
    community::{
        Building, Category, Community, CommunityCard, Household, HouseholdUnit, Office, Person,
        ProfileChange, Unit, Visibility,
    },
    id::{BuildingId, CommunityId, HouseholdId, PersonId, UnitId},
    sync::{Entity, Scope},
};

pub use leave::{Left, come_back, leave, lock_out};
pub use photo::save_photo;
pub(crate) use photo::{check_photos, photo, photos, sees_photo};
pub use put::{Put, put_building, put_community, put_household, put_person, put_unit};

use crate::{
    Error,
    auth::Caller,
    chat,
    db::{Row, Tx},
    input, params,
};

const COMMUNITY: &str = "id, name, time_zone, currency, languages, office, categories";
const PERSON: &str =
    "id, code, name, given_name, role, household_id, language, simple, visible_flat, visible_phone,
     visible_listed, joined, version, visible_photo";

/// All communities of this server.
///
/// # Errors
/// The database's.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Community>, Error> {
    let rows = tx.query(&format!("SELECT {COMMUNITY} FROM community ORDER BY created_at, id"), &[])?;
    rows.iter().map(community_of).collect()
}

/// A community.
///
/// # Errors
/// The database's.
pub fn get(tx: &mut Tx<'_>, id: CommunityId) -> Result<Option<Community>, Error> {
    let row = tx.query_opt(&format!("SELECT {COMMUNITY} FROM community WHERE id = $1"), params![id])?;
    row.as_ref().map(community_of).transpose()
}

/// What a stranger may know of each community.
///
/// # Errors
/// The database's.
pub fn cards(tx: &mut Tx<'_>) -> Result<Vec<CommunityCard>, Error> {
    let rows = tx.query("SELECT id, name, office FROM community ORDER BY created_at, id", &[])?;
    let card = |row: &Row| {
        let office: Office = row.json(2)?;
        Ok(CommunityCard { id: row.get(0)?, name: row.json(1)?, office_phone: office.phone })
    };
    rows.iter().map(card).collect()
}

/// A person, unless they have left.
///
/// # Errors
/// The database's.
pub fn person(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<Option<Person>, Error> {
    let sql = format!("SELECT {PERSON} FROM person WHERE community_id = $1 AND id = $2 AND left_at IS NULL");
    tx.query_opt(&sql, params![community, id])?.as_ref().map(person_of).transpose()
}

/// The person with the office's code, such as `P-0001`.
///
/// # Errors
/// The database's.
pub fn person_by_code(tx: &mut Tx<'_>, community: CommunityId, code: &str) -> Result<Option<Person>, Error> {
    let sql =
        format!("SELECT {PERSON} FROM person WHERE community_id = $1 AND code = $2 AND left_at IS NULL");
    tx.query_opt(&sql, params![community, code])?.as_ref().map(person_of).transpose()
}

/// All people of a community but those who have left, by code.
///
/// # Errors
/// The database's.
pub fn people(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Person>, Error> {
    let sql =
        format!("SELECT {PERSON} FROM person WHERE community_id = $1 AND left_at IS NULL ORDER BY code");
    tx.query(&sql, params![community])?.iter().map(person_of).collect()
}

/// All buildings of a community, by code.
///
/// # Errors
/// The database's.
pub fn buildings(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Building>, Error> {
    let rows = tx.query(
        "SELECT id, code, name FROM building WHERE community_id = $1 ORDER BY code",
        params![community],
    )?;
    let building =
        |row: &Row| Ok(Building { id: row.get(0)?, code: row.get(1)?, name: row.json::<Localized>(2)? });
    rows.iter().map(building).collect()
}

/// All units of a community, by building and code.
///
/// # Errors
/// The database's.
pub fn units(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<Unit>, Error> {
    let rows = tx.query(
        "SELECT id, building_id, code, household_id FROM unit WHERE community_id = $1
         ORDER BY building_id, code",
        params![community],
    )?;
    let unit = |row: &Row| {
        Ok(Unit { id: row.get(0)?, building_id: row.get(1)?, code: row.get(2)?, household_id: row.get(3)? })
    };
    rows.iter().map(unit).collect()
}

/// A household with its units.
///
/// # Errors
/// The database's.
pub fn household(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: HouseholdId,
) -> Result<Option<Household>, Error> {
    let sql = "SELECT code FROM household WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(None) };
    let code = row.get(0)?;
    let rows = tx.query(
        "SELECT unit.id, unit.building_id, building.code, unit.code FROM unit
         JOIN building ON building.community_id = unit.community_id AND building.id = unit.building_id
         WHERE unit.community_id = $1 AND unit.household_id = $2 ORDER BY building.code, unit.code",
        params![community, id],
    )?;
    let unit = |row: &Row| {
        Ok::<_, Error>(HouseholdUnit {
            id: row.get::<UnitId>(0)?,
            building_id: row.get::<BuildingId>(1)?,
            building_code: row.get(2)?,
            code: row.get(3)?,
        })
    };
    Ok(Some(Household { id, code, units: rows.iter().map(unit).collect::<Result<_, _>>()? }))
}

/// Changes what a person may change about themselves, field by field.
///
/// # Errors
/// `invalid_input` for a name that is empty or longer than 60 characters.
pub fn change_profile(tx: &mut Tx<'_>, caller: &Caller, change: &ProfileChange) -> Result<(), Error> {
    let given_name =
        change.given_name.as_deref().map(|name| input::line("given_name", name, 60)).transpose()?;
    tx.execute(
        "UPDATE person SET given_name = COALESCE($3, given_name), language = COALESCE($4, language),
         simple = COALESCE($5, simple), visible_flat = COALESCE($6, visible_flat),
         visible_phone = COALESCE($7, visible_phone), visible_listed = COALESCE($8, visible_listed),
         visible_photo = COALESCE($9, visible_photo),
         version = version + 1
         WHERE community_id = $1 AND id = $2",
        params![
            caller.community,
            caller.person,
            given_name,
            change.language.clone(),
            change.simple,
            change.visible.map(|visible| visible.flat),
            change.visible.map(|visible| visible.phone),
            change.visible.map(|visible| visible.listed),
            change.visible.and_then(|visible| visible.photo)
        ],
    )?;
    log_person(tx, caller.community, caller.person)
}

/// Tells the person and the office what stands in the person's row; that they are gone when they have
/// left.
pub(crate) fn log_person(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<(), Error> {
    let sql = "SELECT version FROM person WHERE community_id = $1 AND id = $2";
    let version = tx.query_opt(sql, params![community, id])?.ok_or_else(Error::not_found)?.get(0)?;
    let person = person(tx, community, id)?;
    let scopes = [Scope::Person(id), Scope::Staff(community)];
    tx.log_as(community, &scopes, Entity::Person, id.0, version, person.as_ref())?;
    chat::people_changed(tx, community, None, Some(id))
}

fn community_of(row: &Row) -> Result<Community, Error> {
    Ok(Community {
        id: row.get(0)?,
        name: row.json(1)?,
        time_zone: row.get(2)?,
        currency: row.get(3)?,
        languages: row.json(4)?,
        office: row.json(5)?,
        categories: row.json::<Vec<Category>>(6)?,
    })
}

fn person_of(row: &Row) -> Result<Person, Error> {
    Ok(Person {
        id: row.get(0)?,
        code: row.get(1)?,
        name: row.get(2)?,
        given_name: row.get(3)?,
        role: row.get(4)?,
        household_id: row.get(5)?,
        language: row.get(6)?,
        simple: row.get(7)?,
        visible: Visibility {
            flat: row.get(8)?,
            phone: row.get(9)?,
            listed: row.get(10)?,
            photo: Some(row.get(13)?),
        },
        joined: row.get(11)?,
        version: row.get(12)?,
    })
}
