//! A repair opened, open reports like it, and what a report can be made of.

use linli_wire::{
    Language, Timestamp,
    command::RepairLike,
    community::{Building, Household, HouseholdUnit, Person},
    id::RepairId,
    ops::Action,
    repairs::{
        ActKind, CommonArea, OTHER, PendingRepair, Repair, RepairCard, RepairCardRow, RepairCards,
        RepairCategory, RepairChoices, RepairEvent, RepairPerson, RepairReport, RepairState, RepairView, may,
    },
    sync::Entity,
};
use rusqlite::Connection;

use super::{
    CATEGORY_LANE, load,
    naming::{Naming, ahead},
    reported, waiting,
};
use crate::{
    cache::Cache,
    community::{self, record, records},
    error::{Result, not_found},
    outbox::{self, Open},
};

/// A repair opened, also one that waits to be sent.
///
/// # Errors
/// `not_found` when it is not here, or no longer.
pub fn open(cache: &Cache, id: RepairId, language: &Language, now: Timestamp) -> Result<RepairView> {
    cache.read(|db| {
        let naming = Naming::read(db, language, now)?;
        let waiting = waiting(db, id)?;
        let (repair, mine) = match load(db, id)? {
            Some(found) => found,
            None => {
                let (report, at) = reported(db, &waiting)?.ok_or_else(|| not_found("repair"))?;
                (as_reported(db, id, &report, at)?.ok_or_else(|| not_found("repair"))?, true)
            }
        };
        let parties = naming.parties(&repair, mine);
        let state = ahead(&repair, &waiting);
        let allowed = ActKind::KNOWN.into_iter().filter(|kind| {
            // Nobody joins what they see whole.
            *kind != ActKind::Join && parties.iter().any(|who| may(*kind, *who, state))
        });
        Ok(RepairView {
            row: naming.row(db, &repair, mine)?,
            may: if repair.version == 0 { Vec::new() } else { allowed.collect() },
            pending: waiting.into_iter().map(as_pending).collect(),
            notes: record(db, Entity::RepairNotes, id.0)?,
            repair,
        })
    })
}

/// Open reports of a place and category.
///
/// # Errors
/// Trouble of the cache.
pub fn like(cache: &Cache, like: &RepairLike, language: &Language, now: Timestamp) -> Result<RepairCards> {
    cache.read(|db| {
        let naming = Naming::read(db, language, now)?;
        let mut cards: Vec<RepairCard> = records(db, Entity::RepairCard)?;
        cards.retain(|card| {
            card.place == like.place && (like.category.is_empty() || card.category == like.category)
        });
        cards.sort_by_key(|card| std::cmp::Reverse((card.reported_at, card.id)));
        let rows = cards.into_iter().map(|card| {
            let waits =
                waiting(db, card.id)?.iter().any(|open| matches!(open.op.action, Action::JoinRepair { .. }));
            let joined = waits || load(db, card.id)?.is_some_and(|(_, mine)| mine);
            let (category_name, _) = naming.category(&card.category);
            Ok(RepairCardRow { card, category_name, joined })
        });
        Ok(RepairCards { cards: rows.collect::<Result<_>>()? })
    })
}

/// What a report can be made of.
///
/// # Errors
/// Trouble of the cache.
pub fn choices(cache: &Cache) -> Result<RepairChoices> {
    cache.read(|db| {
        let Some(me) = community::me(db)? else { return Ok(RepairChoices::default()) };
        let mut categories: Vec<RepairCategory> = records(db, Entity::RepairCategory)?;
        // What fits nothing else is looked at last.
        categories.sort_by_cached_key(|kind| (kind.content.key == OTHER, kind.content.key.clone()));
        let homes = homes(db, &me)?;
        let is_office = me.role.is_office();
        let lives_in =
            |building| is_office || homes.iter().any(|home: &HouseholdUnit| home.building_id == building);
        let buildings: Vec<Building> =
            community::buildings(db)?.into_iter().filter(|building| lives_in(building.id)).collect();
        let mut areas: Vec<CommonArea> = records(db, Entity::CommonArea)?;
        areas.retain(|area| area.building_id.is_none_or(lives_in));
        areas.sort_by(|one, other| one.code.cmp(&other.code));
        let (workers, saving) = if is_office {
            let people: Vec<Person> = records(db, Entity::Person)?;
            let workers =
                people.into_iter().filter(|person| person.role.is_office()).map(of_person).collect();
            let saving = outbox::open_about(db, CATEGORY_LANE)?.into_iter().map(as_pending).collect();
            (workers, saving)
        } else {
            (Vec::new(), Vec::new())
        };
        Ok(RepairChoices { categories, buildings, areas, workers, saving, homes })
    })
}

fn as_pending(open: Open) -> PendingRepair {
    PendingRepair { pending: open.pending, at: open.op.at, action: open.op.action }
}

/// A report that waits, as the repair that it will be; none before the person is known here.
pub(super) fn as_reported(
    db: &Connection,
    id: RepairId,
    report: &RepairReport,
    at: Timestamp,
) -> Result<Option<Repair>> {
    let Some(me) = community::me(db)? else { return Ok(None) };
    let reporter = of_person(me);
    let event = RepairEvent {
        id: linli_wire::id::RepairEventId(id.0),
        at,
        by: Some(reporter.clone()),
        did: ActKind::Report,
        state: RepairState::Reported,
        words: report.words.clone(),
        photos: report.photos.clone(),
        whom: None,
        slot: None,
        until: None,
        price: None,
        parts: Vec::new(),
        category: None,
        into: None,
    };
    Ok(Some(Repair {
        id,
        version: 0,
        turn: 0,
        reporter,
        reported_at: at,
        report: report.clone(),
        building_id: None,
        state: RepairState::Reported,
        since: at,
        affected: 1,
        assignee: None,
        promise: None,
        visit: None,
        quote: None,
        pause: None,
        confirm_by: None,
        reopened: 0,
        parts: Vec::new(),
        rating: None,
        merged_into: None,
        events: vec![event],
        left_out: 0,
    }))
}

fn of_person(person: Person) -> RepairPerson {
    RepairPerson { id: person.id, name: person.name, given_name: person.given_name, role: person.role }
}

fn homes(db: &Connection, me: &Person) -> Result<Vec<HouseholdUnit>> {
    let Some(household) = me.household_id else { return Ok(Vec::new()) };
    let known: Option<Household> = record(db, Entity::Household, household.0)?;
    Ok(known.map(|household| household.units).unwrap_or_default())
}
