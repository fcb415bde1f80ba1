//! `people.csv`

use std::{collections::BTreeMap, path::Path};

use linli_wire::{Language, community::Role};

use super::{
    cell,
    folder::{HouseholdRow, PersonRow},
    places::Keyed,
    problem::Problems,
    table::{Columns, Row, Table},
};

/// Reads `people.csv`; none when the file as a whole cannot be used. `this_year` bounds the years of birth.
pub(super) fn people(
    folder: &Path,
    households: Option<&BTreeMap<String, HouseholdRow>>,
    languages: &[Language],
    this_year: i16,
    problems: &mut Problems,
) -> Option<Keyed<String, PersonRow>> {
    let columns = Columns {
        required: &["code", "name", "household", "role"],
        optional: &["given_name", "language", "mode", "phone", "birth_year", "left"],
        localized: &[],
    };
    let mut people = Keyed::default();
    let table = Table::read(folder, "people.csv", &columns, problems)?;
    for row in table.rows() {
        let code = cell::code(&row, "code", problems);
        let name = cell::name(&row, "name", problems);
        let given_name =
            if row.cell("given_name").is_empty() { name } else { cell::name(&row, "given_name", problems) };
        let role = role(&row, problems);
        let left = cell::date(&row, "left", problems);
        let household = household(&row, role, !row.cell("left").is_empty(), households, problems);
        let language = language(&row, languages, problems);
        let simple = match row.cell("mode") {
            "" | "standard" => false,
            "simple" => true,
            other => {
                row.problem("mode", format!("“{other}” is not a mode. Write standard or simple."), problems);
                false
            }
        };
        let phone = cell::phone(&row, "phone", problems);
        let birth_year = cell::whole(&row, "birth_year", 1900, i64::from(this_year), problems);
        // A row with a mistake is kept all the same: the folder is refused anyway, and what refers to
        // this person is no mistake of its own.
        let Some(code) = code else { continue };
        let person = PersonRow {
            name: name.unwrap_or_default().to_owned(),
            given_name: given_name.unwrap_or_default().to_owned(),
            household,
            role: role.unwrap_or(Role::Resident),
            language: language.unwrap_or_else(Language::zh),
            simple,
            phone: phone.map(ToOwned::to_owned),
            birth_year,
            left,
        };
        people.put(&row, code.to_owned(), person, problems);
    }
    Some(people)
}

fn role(row: &Row<'_>, problems: &mut Problems) -> Option<Role> {
    let cell = row.required("role", problems)?;
    let role = Role::from_name(cell);
    if role.is_none() {
        let known: Vec<&str> = Role::KNOWN.iter().map(|role| role.as_str()).collect();
        row.problem("role", format!("“{cell}” is not a role. Known are: {}.", known.join(", ")), problems);
    }
    role
}

fn household(
    row: &Row<'_>,
    role: Option<Role>,
    has_left: bool,
    households: Option<&BTreeMap<String, HouseholdRow>>,
    problems: &mut Problems,
) -> Option<String> {
    let cell = row.cell("household");
    match role {
        Some(role) if role.is_office() => {
            if !cell.is_empty() {
                row.problem("household", "People of the office have no household. Leave the cell empty, and give the person a second row as a resident if they live here.", problems);
            }
            None
        }
        _ if cell.is_empty() => {
            if role.is_some() && !has_left {
                row.problem("household", "A resident needs a household.", problems);
            }
            None
        }
        _ if households.is_some_and(|known| !known.contains_key(cell)) => {
            row.problem("household", format!("There is no household {cell} in households.csv."), problems);
            None
        }
        _ => Some(cell.to_owned()),
    }
}

fn language(row: &Row<'_>, languages: &[Language], problems: &mut Problems) -> Option<Language> {
    let cell = row.cell("language");
    if cell.is_empty() {
        return languages.first().cloned();
    }
    let language = cell.parse::<Language>().ok();
    if language.is_none() {
        row.problem(
            "language",
            format!("“{cell}” is not a language. Write two to eight lower-case letters, such as zh or en."),
            problems,
        );
    }
    language
}
