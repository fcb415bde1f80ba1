//! `buildings.csv`, `units.csv` and `households.csv`

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

use linli_wire::{Language, Localized};

use super::{
    cell,
    folder::{BuildingRow, HouseholdRow, UnitCode, UnitRow},
    problem::Problems,
    table::{Columns, Row, Table},
};

/// Reads `buildings.csv`. None when the file as a whole cannot be used, here and below: then nothing
/// that refers to it is held against other files.
pub(super) fn buildings(folder: &Path, problems: &mut Problems) -> Option<BTreeMap<String, BuildingRow>> {
    let columns =
        Columns { required: &["code"], optional: &["floors", "units_per_floor"], localized: &["name_"] };
    let mut buildings = Keyed::default();
    let table = Table::read(folder, "buildings.csv", &columns, problems)?;
    let languages = table.languages("name_");
    if languages.is_empty() {
        problems.at(
            &table.file,
            1,
            Some("name_zh"),
            "The column is missing: name a building in at least one language.",
        );
    }
    for row in table.rows() {
        let code = cell::code(&row, "code", problems);
        if code.is_some_and(|code| code.contains('-')) {
            row.problem(
                "code",
                "A building's code has no dash, because 3-1201 means flat 1201 of building 3.",
                problems,
            );
            continue;
        }
        let name: BTreeMap<Language, String> = languages
            .iter()
            .filter_map(|tag| {
                let column = format!("name_{tag}");
                (!row.cell(&column).is_empty()).then_some(())?;
                Some((tag.parse().ok()?, cell::name(&row, &column, problems)?.to_owned()))
            })
            .collect();
        if name.is_empty() && !languages.is_empty() {
            row.problem("name_zh", "The building has no name in any language.", problems);
        }
        let floors = cell::whole(&row, "floors", 1, 200, problems);
        let units_per_floor = cell::whole(&row, "units_per_floor", 1, 1000, problems);
        if let Some(code) = code {
            buildings.put(
                &row,
                code.to_owned(),
                BuildingRow { name: Localized(name), floors, units_per_floor },
                problems,
            );
        }
    }
    Some(buildings.rows)
}

/// Reads `units.csv`.
pub(super) fn units(
    folder: &Path,
    buildings: Option<&BTreeMap<String, BuildingRow>>,
    problems: &mut Problems,
) -> Option<BTreeMap<UnitCode, UnitRow>> {
    let columns =
        Columns { required: &["building", "code"], optional: &["floor", "area_m2"], localized: &[] };
    let mut units = Keyed::default();
    let table = Table::read(folder, "units.csv", &columns, problems)?;
    for row in table.rows() {
        let building = cell::code(&row, "building", problems);
        let code = cell::code(&row, "code", problems);
        let floor = cell::whole(&row, "floor", -20, 200, problems);
        let area = cell::area_hundredths(&row, "area_m2", problems);
        let (Some(building), Some(code)) = (building, code) else { continue };
        match buildings.map(|known| known.get(building)) {
            Some(None) => {
                row.problem(
                    "building",
                    format!("There is no building {building} in buildings.csv."),
                    problems,
                );
            }
            Some(Some(BuildingRow { floors: Some(floors), .. }))
                if floor.is_some_and(|floor| floor > *floors) =>
            {
                row.problem("floor", format!("Building {building} has {floors} floors."), problems);
            }
            _ => {}
        }
        let key = UnitCode { building: building.to_owned(), code: code.to_owned() };
        units.put(&row, key, UnitRow { floor, area }, problems);
    }
    Some(units.rows)
}

/// Reads `households.csv`.
pub(super) fn households(
    folder: &Path,
    units: Option<&BTreeMap<UnitCode, UnitRow>>,
    problems: &mut Problems,
) -> Option<BTreeMap<String, HouseholdRow>> {
    let columns = Columns { required: &["code", "units"], optional: &[], localized: &[] };
    let mut households = Keyed::default();
    let mut taken: BTreeMap<UnitCode, String> = BTreeMap::new();
    let table = Table::read(folder, "households.csv", &columns, problems)?;
    for row in table.rows() {
        let code = cell::code(&row, "code", problems);
        let list = row.required("units", problems).unwrap_or_default();
        let mut own = Vec::new();
        for text in list.split([';', '；']).map(str::trim).filter(|text| !text.is_empty()) {
            match UnitCode::read(text).filter(|unit| cell::code_trouble(&unit.code).is_none()) {
                None => row.problem("units", format!("“{text}” is not a unit. Write building-number, several with semicolons: 3-1201;3-1202."), problems),
                Some(unit) if units.is_some_and(|known| !known.contains_key(&unit)) => {
                    row.problem("units", format!("There is no unit {unit} in units.csv."), problems);
                }
                Some(unit) => {
                    match taken.entry(unit.clone()) {
                        Entry::Vacant(free) => { free.insert(code.unwrap_or_default().to_owned()); }
                        Entry::Occupied(other) => {
                            let other = other.get();
                            row.problem("units", format!("Unit {unit} already belongs to household {other}."), problems);
                        }
                    }
                    own.push(unit);
                }
            }
        }
        if let Some(code) = code {
            households.put(&row, code.to_owned(), HouseholdRow { units: own }, problems);
        }
    }
    Some(households.rows)
}

/// Rows by key; a second row with the same key is a mistake that names the first one's row.
pub(super) struct Keyed<K, V> {
    pub(super) rows: BTreeMap<K, V>,
    /// The row in which each key stands.
    pub(super) first: BTreeMap<K, u64>,
}

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), first: BTreeMap::new() }
    }
}

impl<K: Ord + Clone + ToString, V> Keyed<K, V> {
    pub(super) fn put(&mut self, row: &Row<'_>, key: K, value: V, problems: &mut Problems) {
        match self.first.entry(key.clone()) {
            Entry::Occupied(first) => {
                row.problem(
                    "code",
                    format!("{} stands in row {} already.", key.to_string(), first.get()),
                    problems,
                );
            }
            Entry::Vacant(free) => {
                free.insert(row.number);
                self.rows.insert(key, value);
            }
        }
    }
}
