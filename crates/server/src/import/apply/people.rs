//! People: what is the office's is written, what a person set themselves is merged.

use jiff::civil::Date;
use linli_wire::{
    community::{Person, Visibility},
    id::{CommunityId, PersonId},
};

use super::{CONFLICT, Import, PEOPLE, Taking};
use crate::{
    Error,
    community::{self, Left},
    db::Tx,
    import::{folder::PersonRow, ids, problem::Problem},
    params,
};

impl Import<'_> {
    pub(super) fn people(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        let today = self.today(tx)?;
        for (code, row) in &folder.people {
            let community = self.community;
            let person = Person {
                id: ids::person(community, code),
                code: code.clone(),
                name: row.name.clone(),
                given_name: row.given_name.clone(),
                role: row.role,
                household_id: row.household.as_deref().map(|home| ids::household(community, home)),
                language: row.language.clone(),
                simple: row.simple,
                visible: Visibility::default(),
                joined: false,
                version: 0,
            };
            let overwrite = self.how.overwrite;
            let mut conflicts = Vec::new();
            let mut returns = false;
            self.row(tx, PEOPLE, code, row, |tx, last| {
                community::put_person(tx, community, &person, row.phone.as_deref().unwrap_or_default())?;
                let Some(last) = last.and_then(|last| serde_json::from_str::<PersonRow>(last).ok()) else {
                    return Ok(Taking::All);
                };
                returns = row.left.is_none() && last.left.is_some();
                let merged = own_fields(tx, community, person.id, row, &last, overwrite, &mut conflicts)?;
                Ok(if conflicts.is_empty() {
                    Taking::All
                } else {
                    Taking::Part(crate::error::json(&merged)?)
                })
            })?;
            self.summary.conflicts.extend(conflicts.into_iter().map(|column| Problem {
                file: PEOPLE.to_owned(),
                row: folder.people_lines.get(code).copied().unwrap_or_default(),
                column: Some(column.to_owned()),
                message: format!("{code}: {CONFLICT}"),
            }));
            let gone = row.left.is_some_and(|left| left <= today);
            if gone && community::leave(tx, community, person.id, "import")? == Left::Now {
                self.summary.left.push(code.clone());
            }
            if returns && community::come_back(tx, community, person.id, "import")? {
                self.summary.returned.push(code.clone());
            }
        }
        Ok(())
    }

    /// The day on the community's clock.
    fn today(&self, tx: &Tx<'_>) -> Result<Date, Error> {
        let now = jiff::Timestamp::from_millisecond(tx.now().0)
            .map_err(|_| Error::invalid("now", "is outside of the calendar"))?;
        Ok(now.to_zoned(self.zone.clone()).date())
    }
}

/// What people change themselves in the app is written only where the spreadsheet's own cell changed and
/// theirs did not. Tells the row as it was taken over, and the columns in which it was not.
fn own_fields(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: PersonId,
    row: &PersonRow,
    last: &PersonRow,
    overwrite: bool,
    conflicts: &mut Vec<&'static str>,
) -> Result<PersonRow, Error> {
    let sql = "SELECT given_name, language, simple FROM person WHERE community_id = $1 AND id = $2";
    let stored = tx.query_one(sql, params![community, id])?;
    let mut merged = row.clone();
    let mut merge = |column, changed: bool, own: bool, level: bool| {
        let conflict = changed && !own && !level && !overwrite;
        if conflict {
            conflicts.push(column);
        }
        (changed && !level && !conflict, conflict)
    };
    let given_name: String = stored.get(0)?;
    let (write_name, keep_name) = merge(
        "given_name",
        row.given_name != last.given_name,
        given_name == last.given_name,
        given_name == row.given_name,
    );
    let language: linli_wire::Language = stored.get(1)?;
    let (write_language, keep_language) =
        merge("language", row.language != last.language, language == last.language, language == row.language);
    let simple: bool = stored.get(2)?;
    let (write_simple, keep_simple) =
        merge("mode", row.simple != last.simple, simple == last.simple, simple == row.simple);
    if keep_name {
        merged.given_name.clone_from(&last.given_name);
    }
    if keep_language {
        merged.language.clone_from(&last.language);
    }
    if keep_simple {
        merged.simple = last.simple;
    }
    if write_name || write_language || write_simple {
        tx.execute(
            "UPDATE person SET given_name = COALESCE($3, given_name), language = COALESCE($4, language),
             simple = COALESCE($5, simple), version = version + 1 WHERE community_id = $1 AND id = $2",
            params![
                community,
                id,
                write_name.then_some(row.given_name.as_str()),
                write_language.then(|| row.language.clone()),
                write_simple.then_some(row.simple)
            ],
        )?;
        community::log_person(tx, community, id)?;
    }
    Ok(merged)
}
