//! Kinds of repair and common areas: from the office's spreadsheets, and kinds also from the app.

use linli_wire::{
    Code, Localized, WireError,
    id::{CommunityId, RepairCategoryId},
    repairs::{CommonArea, OTHER, PromisedHours, RepairCategory, RepairCategoryContent},
    sync::{Entity, Scope},
};

use crate::{
    Error,
    auth::Caller,
    community::Put,
    db::{Row, Tx},
    error::json,
    input, params,
};

/// Longest name in one language, in characters.
const MAX_NAME: usize = 80;
/// Longest promise, in working hours: about a year.
pub const MAX_HOURS: u16 = 2000;

/// All kinds of repair of a community.
///
/// # Errors
/// The database's.
pub fn categories(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<RepairCategory>, Error> {
    let sql = "SELECT id, version, content FROM repair_category WHERE community_id = $1 ORDER BY key";
    tx.query(sql, params![community])?.iter().map(category_of).collect()
}

/// The kind of repair with this key, retired or not.
///
/// # Errors
/// The database's.
pub fn category(tx: &mut Tx<'_>, community: CommunityId, key: &str) -> Result<Option<RepairCategory>, Error> {
    let sql = "SELECT id, version, content FROM repair_category WHERE community_id = $1 AND key = $2";
    tx.query_opt(sql, params![community, key])?.as_ref().map(category_of).transpose()
}

/// The key of a kind of repair under which something can be reported: the wanted one; where it is gone or
/// retired `other`, else the first that is left. Without any the wanted one: the office moves it later.
///
/// # Errors
/// The database's.
pub fn open_category(tx: &mut Tx<'_>, community: CommunityId, wanted: &str) -> Result<String, Error> {
    let mut open = categories(tx, community)?;
    open.retain(|category| !category.content.retired);
    let rank = |key: &str| [key == wanted, key == OTHER].map(std::ops::Not::not);
    let best = open.into_iter().map(|category| category.content.key).min_by_key(|key| rank(key));
    Ok(best.unwrap_or_else(|| wanted.to_owned()))
}

/// The kind of repair with this id.
///
/// # Errors
/// The database's.
pub fn category_by_id(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairCategoryId,
) -> Result<Option<RepairCategory>, Error> {
    let sql = "SELECT id, version, content FROM repair_category WHERE community_id = $1 AND id = $2";
    tx.query_opt(sql, params![community, id])?.as_ref().map(category_of).transpose()
}

/// Saves a kind of repair from the app.
///
/// # Errors
/// `invalid_input`; `conflict` with `details.current` when it is not at `base_version`; `not_found` when it
/// does not exist or is of another community.
pub fn save_category(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: RepairCategoryId,
    base_version: u64,
    content: &RepairCategoryContent,
) -> Result<(), Error> {
    caller.must_be_office()?;
    let sql = "SELECT id, version, content FROM repair_category WHERE community_id = $1 AND id = $2";
    let known = tx.query_locked(sql, params![caller.community, id])?.as_ref().map(category_of).transpose()?;
    match &known {
        None if base_version > 0 => return Err(Error::not_found()),
        Some(known) if known.version != base_version => return Err(conflict(known)?),
        Some(known) if known.content.key != content.key => {
            return Err(Error::invalid("key", "cannot be changed: repairs are kept under it"));
        }
        _ => {}
    }
    let content = checked(content)?;
    let same_key = category(tx, caller.community, &content.key)?;
    if same_key.is_some_and(|other| other.id != id) {
        return Err(Error::invalid("key", "is the key of another category"));
    }
    put_category(tx, caller.community, id, &content).map(drop)
}

/// Puts a kind of repair, unchecked.
///
/// # Errors
/// The database's; a second one with the same key is one.
pub fn put_category(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RepairCategoryId,
    content: &RepairCategoryContent,
) -> Result<Put, Error> {
    let known = category_by_id(tx, community, id)?;
    if known.as_ref().is_some_and(|known| known.content == *content) {
        return Ok(Put::Same);
    }
    let row = tx.query_one(
        "INSERT INTO repair_category (community_id, id, key, content, version) VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET key = excluded.key, content = excluded.content,
         version = repair_category.version + 1 RETURNING version",
        params![community, id, &content.key, &json(content)?],
    )?;
    let version = row.get(0)?;
    let category = RepairCategory { id, version, content: content.clone() };
    tx.log_as(
        community,
        &[Scope::Community(community)],
        Entity::RepairCategory,
        id.0,
        version,
        Some(&category),
    )?;
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

/// All common areas of a community, each with its version.
///
/// # Errors
/// The database's.
pub fn areas(tx: &mut Tx<'_>, community: CommunityId) -> Result<Vec<(u64, CommonArea)>, Error> {
    let sql =
        "SELECT id, code, name, building_id, version FROM common_area WHERE community_id = $1 ORDER BY code";
    let rows = tx.query(sql, params![community])?;
    rows.iter().map(|row| Ok((row.get(4)?, area_of(row)?))).collect()
}

/// Puts a common area.
///
/// # Errors
/// The database's; a second one with the same code is one.
pub fn put_area(tx: &mut Tx<'_>, community: CommunityId, area: &CommonArea) -> Result<Put, Error> {
    let sql = "SELECT id, code, name, building_id FROM common_area WHERE community_id = $1 AND id = $2";
    let known = tx.query_opt(sql, params![community, area.id])?.as_ref().map(area_of).transpose()?;
    if known.as_ref() == Some(area) {
        return Ok(Put::Same);
    }
    let row = tx.query_one(
        "INSERT INTO common_area (community_id, id, code, name, building_id, version) VALUES ($1, $2, $3, $4, $5, 1)
         ON CONFLICT (community_id, id) DO UPDATE SET code = excluded.code, name = excluded.name,
         building_id = excluded.building_id, version = common_area.version + 1 RETURNING version",
        params![community, area.id, &area.code, &json(&area.name)?, area.building_id],
    )?;
    let scopes = [Scope::Community(community)];
    tx.log_as(community, &scopes, Entity::CommonArea, area.id.0, row.get(0)?, Some(area))?;
    Ok(if known.is_some() { Put::Changed } else { Put::Created })
}

/// Whether a text can be the key of a kind of repair.
pub fn is_key(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn checked(content: &RepairCategoryContent) -> Result<RepairCategoryContent, Error> {
    if !is_key(&content.key) {
        return Err(Error::invalid("key", "must be 1 to 32 small letters, digits and dashes"));
    }
    if content.name.0.is_empty() {
        return Err(Error::invalid("name", "must hold at least one language"));
    }
    let mut name = Localized::default();
    for (language, text) in &content.name.0 {
        let text = input::line(&format!("name.{language}"), text, MAX_NAME)?;
        name.0.insert(language.clone(), text);
    }
    let PromisedHours { emergency, urgent, normal } = content.promised;
    if [emergency, urgent, normal].into_iter().flatten().any(|hours| hours == 0 || hours > MAX_HOURS) {
        return Err(Error::invalid("promised", format!("must be 1 to {MAX_HOURS} working hours")));
    }
    let icon = input::line("icon", &content.icon, 40)?;
    Ok(RepairCategoryContent { name, icon, ..content.clone() })
}

fn conflict(current: &RepairCategory) -> Result<Error, Error> {
    let current = serde_json::to_value(current)
        .map_err(|_| Error::refused(Code::Internal, "a category has no JSON form"))?;
    let error = WireError::new(Code::Conflict, "somebody else changed the category");
    Ok(Error::Refused(error.with_details(serde_json::json!({ "current": current }))))
}

fn category_of(row: &Row) -> Result<RepairCategory, Error> {
    Ok(RepairCategory { id: row.get(0)?, version: row.get(1)?, content: row.json(2)? })
}

fn area_of(row: &Row) -> Result<CommonArea, Error> {
    Ok(CommonArea { id: row.get(0)?, code: row.get(1)?, name: row.json(2)?, building_id: row.get(3)? })
}
