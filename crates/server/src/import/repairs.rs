//! `repair-categories.csv` and `common-areas.csv`: a folder without them is whole all the same.

use std::{collections::BTreeMap, path::Path};

use linli_wire::{Language, Localized, repairs::PromisedHours};

use super::{
    cell,
    folder::{BuildingRow, CommonAreaRow, RepairCategoryRow},
    places::Keyed,
    problem::Problems,
    table::{Columns, Row, Table},
};
use crate::repairs::settings::{MAX_HOURS, is_key};

/// Reads `repair-categories.csv`.
pub(super) fn categories(
    folder: &Path,
    languages: &[Language],
    problems: &mut Problems,
) -> Keyed<String, RepairCategoryRow> {
    let columns = Columns {
        required: &["code"],
        optional: &["icon", "emergency_hours", "urgent_hours", "normal_hours", "chargeable", "retired"],
        localized: &["name_"],
    };
    let mut categories = Keyed::default();
    let Some(table) = read(folder, "repair-categories.csv", &columns, problems) else { return categories };
    for row in table.rows() {
        let code = cell::code(&row, "code", problems);
        if let Some(code) = code.filter(|code| !is_key(code)) {
            let message = format!("“{code}” has something else than small letters, digits and dashes.");
            row.problem("code", message, problems);
            continue;
        }
        let name = name(&row, languages, problems);
        let mut hours = |column| {
            let hours = cell::whole(&row, column, 1, i64::from(MAX_HOURS), problems)?;
            u16::try_from(hours).ok()
        };
        let promised = PromisedHours {
            emergency: hours("emergency_hours"),
            urgent: hours("urgent_hours"),
            normal: hours("normal_hours"),
        };
        let icon = if row.cell("icon").is_empty() { "tool" } else { row.cell("icon") };
        let category = RepairCategoryRow {
            name,
            icon: icon.to_owned(),
            promised,
            chargeable: cell::yes(&row, "chargeable", problems),
            retired: cell::yes(&row, "retired", problems),
        };
        if let Some(code) = code {
            categories.put(&row, code.to_owned(), category, problems);
        }
    }
    categories
}

/// Reads `common-areas.csv`.
pub(super) fn areas(
    folder: &Path,
    languages: &[Language],
    buildings: Option<&BTreeMap<String, BuildingRow>>,
    problems: &mut Problems,
) -> Keyed<String, CommonAreaRow> {
    let columns = Columns { required: &["code"], optional: &["building"], localized: &["name_"] };
    let mut areas = Keyed::default();
    let Some(table) = read(folder, "common-areas.csv", &columns, problems) else { return areas };
    for row in table.rows() {
        let code = cell::code(&row, "code", problems);
        let name = name(&row, languages, problems);
        let building = Some(row.cell("building")).filter(|building| !building.is_empty());
        if let Some(building) = building
            && buildings.is_some_and(|known| !known.contains_key(building))
        {
            row.problem("building", format!("There is no building {building} in buildings.csv."), problems);
        }
        if let Some(code) = code {
            let area = CommonAreaRow { name, building: building.map(ToOwned::to_owned) };
            areas.put(&row, code.to_owned(), area, problems);
        }
    }
    areas
}

/// The table, unless its file is not there.
fn read(folder: &Path, file: &str, columns: &Columns<'_>, problems: &mut Problems) -> Option<Table> {
    folder.join(file).exists().then(|| Table::read(folder, file, columns, problems)).flatten()
}

/// The name in each language of the community; one at least.
fn name(row: &Row<'_>, languages: &[Language], problems: &mut Problems) -> Localized {
    let mut name = Localized::default();
    let mut is_named = false;
    for language in languages {
        let column = format!("name_{language}");
        if row.cell(&column).is_empty() {
            continue;
        }
        is_named = true;
        if let Some(text) = cell::name(row, &column, problems) {
            name.0.insert(language.clone(), text.to_owned());
        }
    }
    if let (false, Some(language)) = (is_named, languages.first()) {
        let message = "It has no name in any language of the community.";
        row.problem(&format!("name_{language}"), message, problems);
    }
    name
}
