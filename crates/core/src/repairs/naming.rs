//! What people read in place of keys and ids.

use linli_wire::{
    Language, Timestamp,
    community::{Building, Household, Person, Unit},
    id::UnitId,
    outbox::Pending,
    repairs::{CommonArea, Party, Repair, RepairCategory, RepairPlace, RepairRow, RepairState, next},
    sync::Entity,
};
use rusqlite::Connection;

use super::{going, need, parties, waiting};
use crate::{
    community::{self, record, records},
    error::Result,
    outbox::{Open, is_stuck},
};
use linli_wire::ops::Action;

/// What rows are made with: read once for a list.
pub(crate) struct Naming {
    pub(super) me: Option<Person>,
    pub(super) categories: Vec<RepairCategory>,
    pub(super) now: Timestamp,
    language: Language,
}

impl Naming {
    pub(crate) fn read(db: &Connection, language: &Language, now: Timestamp) -> Result<Self> {
        Ok(Self {
            me: community::me(db)?,
            categories: records(db, Entity::RepairCategory)?,
            now,
            language: language.clone(),
        })
    }

    /// The name of a category, and its symbol.
    pub(super) fn category(&self, key: &str) -> (String, String) {
        self.categories.iter().find(|category| category.content.key == key).map_or_else(
            || (key.to_owned(), "tool".to_owned()),
            |category| {
                let content = &category.content;
                (content.name.in_language(&self.language).to_owned(), content.icon.clone())
            },
        )
    }

    /// Where something is, in words.
    pub(crate) fn place(&self, db: &Connection, place: RepairPlace) -> Result<String> {
        Ok(match place {
            RepairPlace::Home { unit_id } => home(db, unit_id)?,
            RepairPlace::Building { building_id } => record::<Building>(db, Entity::Building, building_id.0)?
                .map(|building| building.name.in_language(&self.language).to_owned())
                .unwrap_or_default(),
            RepairPlace::Area { area_id } => record::<CommonArea>(db, Entity::CommonArea, area_id.0)?
                .map(|area| area.name.in_language(&self.language).to_owned())
                .unwrap_or_default(),
        })
    }

    /// As what this person stands before a repair.
    pub(super) fn parties(&self, repair: &Repair, mine: bool) -> Vec<Party> {
        self.me.as_ref().map(|me| parties(repair, mine, me)).unwrap_or_default()
    }

    /// A repair as lists show it, with what waits already in its place.
    pub(super) fn row(&self, db: &Connection, repair: &Repair, mine: bool) -> Result<RepairRow> {
        let waiting = waiting(db, repair.id)?;
        let state = ahead(repair, &waiting);
        let asked = Repair { state, ..repair.clone() };
        let parties = self.parties(repair, mine);
        let (category_name, icon) = self.category(&repair.report.category);
        let late = repair.promise.is_some_and(|promise| {
            promise.kept == Some(false)
                || (promise.kept.is_none() && repair.state.is_open() && promise.by < self.now)
        });
        Ok(RepairRow {
            id: repair.id,
            place: repair.report.place,
            place_name: self.place(db, repair.report.place)?,
            category: repair.report.category.clone(),
            category_name,
            icon,
            urgency: repair.report.urgency,
            state,
            since: repair.since,
            reported_at: repair.reported_at,
            reporter: repair.reporter.name.clone(),
            assignee: repair.assignee.as_ref().map(|worker| worker.name.clone()),
            words: repair.report.words.chars().take(EXCERPT).collect(),
            photo: repair.report.photos.first().map(|photo| photo.id),
            affected: repair.affected,
            promise: repair.promise,
            overdue: late,
            need: need(&asked, &parties).filter(|_| !is_answered(&waiting)),
            pending: newest(&waiting),
        })
    }
}

/// Characters of the words in a row.
const EXCERPT: usize = 160;

/// Where a repair will stand once what waits has gone through. Money is not anticipated.
pub(super) fn ahead(repair: &Repair, waiting: &[Open]) -> RepairState {
    let before = repair.pause.as_ref().map_or(RepairState::Reported, |pause| pause.before);
    going(waiting).fold(repair.state, |state, open| match &open.op.action {
        Action::ActOnRepair { act, .. } if !act.is_about_money() => {
            next(act.kind(), state, before).unwrap_or(state)
        }
        _ => state,
    })
}

/// Whether an act of the person's is on its way: they are not asked again meanwhile.
fn is_answered(waiting: &[Open]) -> bool {
    going(waiting)
        .any(|open| matches!(open.op.action, Action::ActOnRepair { .. } | Action::RateRepair { .. }))
}

fn newest(waiting: &[Open]) -> Option<Pending> {
    waiting
        .iter()
        .map(|open| &open.pending)
        .find(|pending| is_stuck(pending))
        .or_else(|| waiting.last().map(|open| &open.pending))
        .cloned()
}

/// `3-1201`: the office knows every unit, others those of their household.
fn home(db: &Connection, id: UnitId) -> Result<String> {
    if let Some(unit) = record::<Unit>(db, Entity::Unit, id.0)? {
        let building: Option<Building> = record(db, Entity::Building, unit.building_id.0)?;
        return Ok(format!("{}-{}", building.map(|building| building.code).unwrap_or_default(), unit.code));
    }
    for household in records::<Household>(db, Entity::Household)? {
        if let Some(unit) = household.units.into_iter().find(|unit| unit.id == id) {
            return Ok(format!("{}-{}", unit.building_code, unit.code));
        }
    }
    Ok(String::new())
}
