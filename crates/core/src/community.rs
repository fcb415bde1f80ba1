//! The community, its people and the person's own profile, read from the cache.

mod photo;

use std::collections::HashSet;

use linli_wire::{
    command::{CommunityMapView, Me, PeoplePage, PeopleQuery, PersonRow},
    community::{Building, Community, Household, Person, ProfileChange, Unit},
    id::{HouseholdId, PersonId, UnitId},
    join::InvitationStatus,
    notices::{Audience, AudienceCount},
    ops::{Action, Op},
    outbox::PendingState,
    settings::Preferences,
    sync::Entity,
    text,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;

use crate::{cache::Cache, error::Result, outbox, ports::System};

pub(crate) use photo::{
    attachment_about, forget_photo, give_photo_up, is_photo, photo_named_by, wanted_photos,
};
pub use photo::{remove_photo, save_photo};

/// Lane of what a person changes about themselves.
const PROFILE_LANE: &str = "profile";
/// Lane of the preferences.
const PREFERENCES_LANE: &str = "preferences";

/// One record of the cache.
pub(crate) fn record<T: DeserializeOwned>(
    db: &Connection,
    entity: Entity,
    id: uuid::Uuid,
) -> Result<Option<T>> {
    let body: Option<String> = db
        .prepare_cached("SELECT body FROM record WHERE entity = ?1 AND id = ?2")?
        .query_row(params![entity.as_str(), id], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

/// All records of a kind. Those that this version cannot read are left out.
pub(crate) fn records<T: DeserializeOwned>(db: &Connection, entity: Entity) -> Result<Vec<T>> {
    let mut select = db.prepare_cached("SELECT body FROM record WHERE entity = ?1 ORDER BY id")?;
    let mut rows = select.query([entity.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).ok());
    }
    Ok(found)
}

/// The community.
pub(crate) fn community(db: &Connection) -> Result<Option<Community>> {
    Ok(records(db, Entity::Community)?.into_iter().next())
}

/// The person of this account, with what waits in the outbox already in place.
pub(crate) fn me(db: &Connection) -> Result<Option<Person>> {
    let id: Option<uuid::Uuid> =
        db.query_row("SELECT person_id FROM session", [], |row| row.get(0)).optional()?;
    let Some(id) = id else { return Ok(None) };
    let Some(mut person) = record::<Person>(db, Entity::Person, id)? else { return Ok(None) };
    for open in outbox::open_in_lane(db, PROFILE_LANE)? {
        if let Action::ChangeProfile { change } = open.op.action {
            change_person(&mut person, change);
        }
    }
    Ok(Some(person))
}

/// The person with community and household, once all of it is here.
pub(crate) fn me_whole(db: &Connection) -> Result<Option<Me>> {
    let (Some(person), Some(community)) = (me(db)?, community(db)?) else { return Ok(None) };
    let household: Option<Household> = match person.household_id {
        Some(HouseholdId(id)) => record(db, Entity::Household, id)?,
        None => None,
    };
    let photo = photo::own(db, person.id)?;
    Ok(Some(Me { person, community, household, photo }))
}

/// Buildings by code.
pub(crate) fn buildings(db: &Connection) -> Result<Vec<Building>> {
    let mut buildings: Vec<Building> = records(db, Entity::Building)?;
    buildings.sort_by_key(|building| natural(&building.code));
    Ok(buildings)
}

/// Names such as `3-1201` of the units that this device knows.
pub(crate) fn unit_names(db: &Connection, units: &[UnitId]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let households: Vec<Household> = records(db, Entity::Household)?;
    for household in households {
        for unit in household.units {
            if units.contains(&unit.id) {
                names.push(format!("{}-{}", unit.building_code, unit.code));
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Buildings and units.
///
/// # Errors
/// Trouble of the cache.
pub fn map(cache: &Cache) -> Result<CommunityMapView> {
    cache.read(|db| {
        let buildings = buildings(db)?;
        let mut units: Vec<Unit> = records(db, Entity::Unit)?;
        let place = |unit: &Unit| buildings.iter().position(|building| building.id == unit.building_id);
        units.sort_by_key(|unit| (place(unit), natural(&unit.code)));
        Ok(CommunityMapView { buildings, units })
    })
}

/// A window of the people, for the office.
///
/// # Errors
/// Trouble of the cache.
pub fn people(cache: &Cache, query: &PeopleQuery) -> Result<PeoplePage> {
    cache.read(|db| {
        let mut people: Vec<Person> = records(db, Entity::Person)?;
        people.sort_by_key(|person| natural(&person.code));
        let households: std::collections::HashMap<HouseholdId, Vec<String>> =
            records::<Household>(db, Entity::Household)?
                .into_iter()
                .map(|household| (household.id, home_names(&household)))
                .collect();
        let newest = newest_invitations(db)?;
        let search = query.search.trim().to_lowercase();
        let rows: Vec<PersonRow> = people
            .into_iter()
            .map(|person| {
                let home =
                    person.household_id.and_then(|id| households.get(&id).cloned()).unwrap_or_default();
                let invitation = newest.get(&person.id).cloned();
                PersonRow { person, home, invitation }
            })
            .filter(|row| {
                search.is_empty()
                    || [&row.person.name, &row.person.given_name, &row.person.code]
                        .into_iter()
                        .chain(&row.home)
                        .any(|text| text.to_lowercase().contains(&search))
            })
            .collect();
        let limit = if query.limit == 0 { 50 } else { query.limit.min(200) } as usize;
        Ok(PeoplePage {
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            rows: rows.into_iter().skip(query.offset as usize).take(limit).collect(),
        })
    })
}

/// How many an audience reaches, from what this device knows. Only the office's knows all of it.
///
/// # Errors
/// Trouble of the cache.
pub fn audience_count(cache: &Cache, audience: &Audience) -> Result<AudienceCount> {
    cache.read(|db| {
        let households: Vec<Household> = match audience {
            Audience::Buildings { .. } | Audience::Units { .. } => records(db, Entity::Household)?,
            Audience::Community | Audience::Role { .. } => Vec::new(),
        };
        let reached: HashSet<HouseholdId> = households
            .iter()
            .filter(|household| {
                household.units.iter().any(|unit| match audience {
                    Audience::Buildings { buildings } => buildings.contains(&unit.building_id),
                    Audience::Units { units } => units.contains(&unit.id),
                    Audience::Community | Audience::Role { .. } => false,
                })
            })
            .map(|household| household.id)
            .collect();
        let mut count = AudienceCount::default();
        let mut homes = HashSet::new();
        for person in records::<Person>(db, Entity::Person)? {
            let is_reached = match audience {
                Audience::Community => true,
                Audience::Role { role } => person.role == *role,
                Audience::Buildings { .. } | Audience::Units { .. } => {
                    person.household_id.is_some_and(|id| reached.contains(&id))
                }
            };
            if is_reached {
                count.people += 1;
                count.joined += u32::from(person.joined);
                homes.extend(person.household_id);
            }
        }
        count.homes = u32::try_from(homes.len()).unwrap_or(u32::MAX);
        Ok(count)
    })
}

/// One person of the community with their home, for a letter.
pub(crate) fn person_with_home(db: &Connection, id: PersonId) -> Result<Option<(Person, Vec<String>)>> {
    let Some(person) = record::<Person>(db, Entity::Person, id.0)? else { return Ok(None) };
    let household: Option<Household> = match person.household_id {
        Some(HouseholdId(id)) => record(db, Entity::Household, id)?,
        None => None,
    };
    Ok(Some((person, household.as_ref().map(home_names).unwrap_or_default())))
}

/// Changes the person's own profile through the outbox.
///
/// # Errors
/// `invalid_input` for a name that the server would refuse; trouble of the cache.
pub fn change_profile(cache: &Cache, system: &dyn System, change: ProfileChange) -> Result<()> {
    if let Some(name) = &change.given_name {
        text::line_of("given_name", name, 60)?;
    }
    cache.write(|tx| {
        // What has never left and this change become one.
        let merged =
            outbox::open_in_lane(tx, PROFILE_LANE)?.into_iter().rev().find_map(|open| match open.op.action {
                Action::ChangeProfile { change }
                    if open.pending.state == PendingState::Waiting && !open.tried =>
                {
                    Some(change)
                }
                _ => None,
            });
        let change = merged.map_or_else(|| change.clone(), |earlier| later_wins(earlier, change.clone()));
        outbox::replace(tx, system, PROFILE_LANE, "", Action::ChangeProfile { change })?;
        Ok(())
    })
}

/// The preferences, with what waits in the outbox.
///
/// # Errors
/// Trouble of the cache.
pub fn preferences(db: &Connection) -> Result<Preferences> {
    let waiting = outbox::open_in_lane(db, PREFERENCES_LANE)?.into_iter().next_back();
    if let Some(outbox::Open { op: Op { action: Action::SavePreferences { preferences }, .. }, .. }) = waiting
    {
        return Ok(preferences);
    }
    Ok(records(db, Entity::Preferences)?.into_iter().next().unwrap_or_default())
}

/// Replaces the preferences through the outbox.
///
/// # Errors
/// Trouble of the cache.
pub fn save_preferences(cache: &Cache, system: &dyn System, preferences: Preferences) -> Result<()> {
    cache.write(|tx| {
        outbox::replace(tx, system, PREFERENCES_LANE, "", Action::SavePreferences { preferences })?;
        Ok(())
    })
}

pub(crate) fn home_names(household: &Household) -> Vec<String> {
    household.units.iter().map(|unit| format!("{}-{}", unit.building_code, unit.code)).collect()
}

fn newest_invitations(db: &Connection) -> Result<std::collections::HashMap<PersonId, InvitationStatus>> {
    let mut newest: std::collections::HashMap<PersonId, InvitationStatus> = std::collections::HashMap::new();
    for invitation in records::<InvitationStatus>(db, Entity::Invitation)? {
        match newest.get(&invitation.person_id) {
            Some(known) if known.issued_at > invitation.issued_at => {}
            _ => {
                newest.insert(invitation.person_id, invitation);
            }
        }
    }
    Ok(newest)
}

fn change_person(person: &mut Person, change: ProfileChange) {
    let ProfileChange { given_name, language, simple, visible } = change;
    person.given_name = given_name.unwrap_or_else(|| std::mem::take(&mut person.given_name));
    person.language = language.unwrap_or_else(|| person.language.clone());
    person.simple = simple.unwrap_or(person.simple);
    person.visible = visible.map_or(person.visible, |visible| visible.after(person.visible));
}

fn later_wins(earlier: ProfileChange, later: ProfileChange) -> ProfileChange {
    ProfileChange {
        given_name: later.given_name.or(earlier.given_name),
        language: later.language.or(earlier.language),
        simple: later.simple.or(earlier.simple),
        visible: match (later.visible, earlier.visible) {
            (Some(later), Some(earlier)) => Some(later.after(earlier)),
            (later, earlier) => later.or(earlier),
        },
    }
}

/// Sorts `2` before `10`, and `A2` before `B1`.
pub(crate) fn natural(code: &str) -> (String, u64, String) {
    let letters: String = code.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digits: String =
        code.chars().skip(letters.chars().count()).take_while(char::is_ascii_digit).collect();
    (letters, digits.parse().unwrap_or(0), code.to_owned())
}
