//! People: what is the office's is written, what a person set themselves is merged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use linli_wire::{
    Timestamp,
    community::{Person, Visibility},
    id::{CommunityId, HouseholdId, PersonId},
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
        let mut moving: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (code, row) in &folder.people {
            match row.household.as_deref() {
                Some(home) if self.moves_in(tx, code, row, home, today)? => {
                    moving.entry(home).or_default().insert(code);
                }
                _ => self.person(tx, code, row, today)?,
            }
        }
        // Once those of before have left: who follows them under their code would have their bills and their money.
        let arrivals: BTreeSet<&str> = moving.values().flatten().copied().collect();
        let mut anothers = BTreeSet::new();
        for home in moving.keys() {
            if self.is_anothers(tx, home, &arrivals)? {
                anothers.insert(*home);
            }
        }
        for (code, row) in folder.people.iter().filter(|(code, _)| arrivals.contains(code.as_str())) {
            let home = row.household.as_deref().unwrap_or_default();
            if anothers.contains(home) {
                self.seen.insert((PEOPLE, code.clone()));
                self.summary.conflicts.push(Problem {
                    file: PEOPLE.to_owned(),
                    row: folder.people_lines.get(code).copied().unwrap_or_default(),
                    column: Some("household".to_owned()),
                    message: format!(
                        "{code}: everybody of {home} has left, and its bills and money are theirs; give who moves in a household of their own in households.csv"
                    ),
                });
            } else {
                self.person(tx, code, row, today)?;
            }
        }
        Ok(())
    }

    /// Whether somebody is new in a household.
    fn moves_in(
        &self,
        tx: &mut Tx<'_>,
        code: &str,
        row: &PersonRow,
        home: &str,
        today: Date,
    ) -> Result<bool, Error> {
        let last = self.last.get(&(PEOPLE.to_owned(), code.to_owned()));
        let last = last.and_then(|last| serde_json::from_str::<PersonRow>(last).ok());
        let is_gone = row.left.is_some_and(|left| left <= today);
        if is_gone || last.is_some_and(|last| last.household.as_deref() == Some(home)) {
            return Ok(false);
        }
        let (person, household) = (ids::person(self.community, code), ids::household(self.community, home));
        Ok(lived_in(tx, self.community, person)? != Some(household))
    }

    /// Whether a household has bills or money of people who have all left it. `arrivals` live elsewhere from now on.
    fn is_anothers(&self, tx: &mut Tx<'_>, home: &str, arrivals: &BTreeSet<&str>) -> Result<bool, Error> {
        let household = ids::household(self.community, home);
        let sql = "SELECT code, left_at FROM person WHERE community_id = $1 AND household_id = $2";
        let mut before = false;
        for row in tx.query(sql, params![self.community, household])? {
            let (code, left_at): (String, Option<Timestamp>) = (row.get(0)?, row.get(1)?);
            if left_at.is_none() && !arrivals.contains(code.as_str()) {
                return Ok(false);
            }
            before = true;
        }
        let sql = "SELECT 1 FROM household WHERE community_id = $1 AND id = $2 AND (
             EXISTS (SELECT 1 FROM bill WHERE bill.community_id = $1 AND bill.household_id = $2)
             OR EXISTS (SELECT 1 FROM ledger_account WHERE ledger_account.community_id = $1
               AND ledger_account.household_id = $2))";
        Ok(before && tx.query_opt(sql, params![self.community, household])?.is_some())
    }

    fn person(&mut self, tx: &mut Tx<'_>, code: &str, row: &PersonRow, today: Date) -> Result<(), Error> {
        let community = self.community;
        let gone = row.left.is_some_and(|left| left <= today);
        let id = ids::person(community, code);
        let household_id = match row.household.as_deref() {
            Some(home) => Some(ids::household(community, home)),
            // Who has left needs none in the folder; where they lived stays known.
            None if gone => lived_in(tx, community, id)?,
            None => None,
        };
        let person = Person {
            id,
            code: code.to_owned(),
            name: row.name.clone(),
            given_name: row.given_name.clone(),
            role: row.role,
            household_id,
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
            Ok(if conflicts.is_empty() { Taking::All } else { Taking::Part(crate::error::json(&merged)?) })
        })?;
        let line = self.folder.people_lines.get(code).copied().unwrap_or_default();
        self.summary.conflicts.extend(conflicts.into_iter().map(|column| Problem {
            file: PEOPLE.to_owned(),
            row: line,
            column: Some(column.to_owned()),
            message: format!("{code}: {CONFLICT}"),
        }));
        if gone && community::leave(tx, community, person.id, "import")? == Left::Now {
            self.summary.left.push(code.to_owned());
        }
        if returns && community::come_back(tx, community, person.id, "import")? {
            self.summary.returned.push(code.to_owned());
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

/// The household in which a person lives or lived.
fn lived_in(tx: &mut Tx<'_>, community: CommunityId, id: PersonId) -> Result<Option<HouseholdId>, Error> {
    let sql = "SELECT household_id FROM person WHERE community_id = $1 AND id = $2";
    let row = tx.query_opt(sql, params![community, id])?;
    Ok(row.map(|row| row.get(0)).transpose()?.flatten())
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
