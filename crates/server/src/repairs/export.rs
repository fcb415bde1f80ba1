//! `GET /v1/repairs/export`: repairs as a spreadsheet, for the office.
//!
//! What residents wrote is opened by a program that calculates: a cell that begins like a formula gets an
//! apostrophe in front, which spreadsheets take for "this is text". The file begins with a byte order mark,
//! without which Excel reads Chinese as something else.

use std::collections::BTreeMap;

use linli_wire::{
    Code, Language,
    id::{BuildingId, CommonAreaId, RepairId, UnitId},
    repairs::{Repair, RepairPlace},
};

use super::{figures::months, hours::Hours, settings};
use crate::{Error, auth::Caller, community, db::Tx, http::query::Query, params};

/// Repairs that are read at a time.
const ROWS: usize = 500;
const HEADER: [&str; 20] = [
    "id", "reported", "place", "building", "category", "urgency", "state", "since", "promised", "kept",
    "reporter", "assignee", "affected", "reopened", "result", "speed", "manner", "price", "currency",
    "words",
];

/// The repairs that were reported in the months of a query, oldest first, as CSV.
///
/// # Errors
/// `not_allowed`; `invalid_input` for what is no month, or more than three years of them.
pub fn export(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<Vec<u8>, Error> {
    caller.must_be_office()?;
    let (from, until) = months(tx, caller.community, query)?;
    let names = Names::read(tx, caller)?;
    let mut out = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    out.write_record(HEADER).map_err(|_| broken())?;
    let mut after: (i64, RepairId) = (i64::MIN, RepairId(uuid::Uuid::nil()));
    loop {
        let rows = tx.query(
            "SELECT reported_at, id, body, building_id FROM repair WHERE community_id = $1 AND month >= $2
             AND month <= $3 AND (reported_at, id) > ($4, $5) ORDER BY reported_at, id LIMIT $6",
            params![caller.community, &from, &until, after.0, after.1, ROWS],
        )?;
        for row in &rows {
            let cells = names.cells(&row.json(2)?, row.get(3)?);
            out.write_record(cells.map(|cell| harmless(&cell))).map_err(|_| broken())?;
        }
        match rows.last() {
            Some(last) if rows.len() == ROWS => after = (last.get(0)?, last.get(1)?),
            _ => break,
        }
    }
    out.into_inner().map_err(|_| broken())
}

/// What stands in the spreadsheet for ids.
struct Names {
    hours: Hours,
    buildings: BTreeMap<BuildingId, String>,
    units: BTreeMap<UnitId, String>,
    areas: BTreeMap<CommonAreaId, String>,
    categories: BTreeMap<String, String>,
}

impl Names {
    fn read(tx: &mut Tx<'_>, caller: &Caller) -> Result<Self, Error> {
        let known = community::get(tx, caller.community)?.ok_or_else(Error::not_found)?;
        let language = known.languages.first().cloned().unwrap_or_else(Language::en);
        let buildings: BTreeMap<BuildingId, String> = community::buildings(tx, caller.community)?
            .into_iter()
            .map(|building| (building.id, building.code))
            .collect();
        let units = community::units(tx, caller.community)?.into_iter().map(|unit| {
            let building = buildings.get(&unit.building_id).map_or("", String::as_str);
            (unit.id, format!("{building}-{}", unit.code))
        });
        let units = units.collect();
        let areas = settings::areas(tx, caller.community)?.into_iter();
        let areas = areas.map(|(_, area)| (area.id, area.name.in_language(&language).to_owned())).collect();
        let categories = settings::categories(tx, caller.community)?.into_iter().map(|category| {
            let name = category.content.name.in_language(&language).to_owned();
            (category.content.key, name)
        });
        let categories = categories.collect();
        Ok(Self { hours: Hours::of(&known)?, buildings, units, areas, categories })
    }

    fn cells(&self, repair: &Repair, building: Option<BuildingId>) -> [String; 20] {
        let building = building.and_then(|id| self.buildings.get(&id)).cloned().unwrap_or_default();
        let place = match repair.report.place {
            RepairPlace::Home { unit_id } => self.units.get(&unit_id).cloned(),
            RepairPlace::Building { .. } => Some(building.clone()),
            RepairPlace::Area { area_id } => self.areas.get(&area_id).cloned(),
        };
        let key = &repair.report.category;
        let stars = |of: fn(&linli_wire::repairs::Rating) -> u8| {
            repair.rating.as_ref().map(|rating| of(rating).to_string()).unwrap_or_default()
        };
        let price = repair.quote.as_ref().map(|quote| &quote.price);
        let kept = repair.promise.and_then(|promise| promise.kept);
        [
            repair.id.to_string(),
            self.hours.local(repair.reported_at),
            place.unwrap_or_default(),
            building,
            self.categories.get(key).unwrap_or(key).clone(),
            repair.report.urgency.as_str().to_owned(),
            repair.state.as_str().to_owned(),
            self.hours.local(repair.since),
            repair.promise.map(|promise| self.hours.local(promise.by)).unwrap_or_default(),
            kept.map(|kept| if kept { "yes" } else { "no" }).unwrap_or_default().to_owned(),
            repair.reporter.name.clone(),
            repair.assignee.as_ref().map(|worker| worker.name.clone()).unwrap_or_default(),
            repair.affected.to_string(),
            repair.reopened.to_string(),
            stars(|rating| rating.result),
            stars(|rating| rating.speed),
            stars(|rating| rating.manner),
            price.map(|price| price.minor.to_string()).unwrap_or_default(),
            price.map(|price| price.currency.clone()).unwrap_or_default(),
            repair.report.words.clone(),
        ]
    }
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let first = cell.trim_start_matches([' ', '\u{A0}', '\u{3000}']).chars().next();
    let formula =
        matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

fn broken() -> Error {
    Error::refused(Code::Internal, "the spreadsheet could not be written")
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =HYPERLINK(\"x\")", "＝1+1", "\r=1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["", "漏水", "3-1201", "a=b", "2026-11-22 08:30"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
