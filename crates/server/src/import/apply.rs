//! Bringing the database level with a folder: everything in one transaction, or nothing.

mod messages;
mod notices;
mod payments;
mod people;
mod repairs;
mod rounds;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::tz::TimeZone;
use linli_wire::{
    Code,
    community::{Building, Community, Unit},
    id::{AttachmentId, CommunityId},
};
use serde::Serialize;

use super::{
    folder::{Folder, UnitCode},
    ids,
    summary::Summary,
};
use crate::{
    Error,
    attachments::{self, files::Files, intake},
    community::{self, Put},
    db::{Database, Tx},
    params,
};

/// Brings the database level with `folder`.
///
/// # Errors
/// The database's or the disk's; then nothing was changed.
pub async fn apply(db: &Database, files: &Files, folder: Folder, how: Applying) -> Result<Summary, Error> {
    let Applying { dry_run, .. } = how;
    let community = ids::community(&folder.community.key);
    let folder = Arc::new(folder);
    let known = db.read(move |tx| attachments::ids(tx, community)).await?;
    let taken = if dry_run { BTreeMap::new() } else { take_files(files, community, &folder, &known).await? };
    let taken = Arc::new(taken);
    db.write(move |tx| {
        let mut summary = None;
        let applied = tx.savepoint(|tx| {
            summary = Some(Import::begin(tx, community, &folder, &taken, how)?.run(tx)?);
            // The very same work is done in a dry run, and undone: its counts cannot be guesses.
            if dry_run { Err(Error::refused(Code::Internal, "dry run")) } else { Ok(()) }
        });
        match (applied, summary) {
            (Ok(()), Some(summary)) => Ok(summary),
            (Err(Error::Refused(_)), Some(summary)) if dry_run => Ok(summary),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(Error::refused(Code::Internal, "import without a summary")),
        }
    })
    .await
}

/// How a folder is applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Applying {
    /// Only find out what would change.
    pub dry_run: bool,
    /// Write also what was changed in the app since the last import.
    pub overwrite: bool,
}

/// What was taken over of a row that differs from the last import.
enum Taking {
    /// All of it.
    All,
    /// What this body says; the rest was changed in the app, so the next import finds it again.
    Part(String),
    /// Nothing.
    Nothing,
}

/// What is said of a row that both sides changed.
const CONFLICT: &str = "changed in the app since the last import; use --overwrite to replace it";

/// Writes the files that the database does not have yet, before any row points to them.
async fn take_files(
    files: &Files,
    community: CommunityId,
    folder: &Arc<Folder>,
    known: &BTreeSet<AttachmentId>,
) -> Result<BTreeMap<AttachmentId, (intake::Taken, String)>, Error> {
    let (files, folder, known) = (files.clone(), Arc::clone(folder), known.clone());
    let work = move || {
        let mut taken = BTreeMap::new();
        for bytes in folder.files.values() {
            let id = ids::attachment(community, bytes);
            if !known.contains(&id) && !taken.contains_key(&id) {
                let file = intake::take(bytes).map_err(|trouble| Error::Refused(trouble.into_wire()))?;
                files.put(&file.sha256, &file.bytes).map_err(|error| attachments::disk(&error))?;
                taken.insert(id, (intake::Taken { bytes: Vec::new(), ..file }, intake::digest(bytes)));
            }
        }
        Ok(taken)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::refused(Code::Internal, "taking files in failed"))?
}

struct Import<'a> {
    community: CommunityId,
    folder: &'a Folder,
    zone: TimeZone,
    taken: &'a BTreeMap<AttachmentId, (intake::Taken, String)>,
    how: Applying,
    last: BTreeMap<(String, String), String>,
    seen: BTreeSet<(&'static str, String)>,
    summary: Summary,
}

const COMMUNITY: &str = "community.toml";
const BUILDINGS: &str = "buildings.csv";
const UNITS: &str = "units.csv";
const HOUSEHOLDS: &str = "households.csv";
const PEOPLE: &str = "people.csv";
const NOTICES: &str = "notices";
const REPAIR_CATEGORIES: &str = "repair-categories.csv";
const COMMON_AREAS: &str = "common-areas.csv";
const ROUNDS: &str = "rounds.toml";
const PAYMENTS: &str = "payments.toml";
const READINGS: &str = "meter-readings.csv";
const MESSAGES: &str = "messages.csv";
const KINDS: [&str; 12] = [
    COMMUNITY,
    BUILDINGS,
    UNITS,
    HOUSEHOLDS,
    PEOPLE,
    NOTICES,
    REPAIR_CATEGORIES,
    COMMON_AREAS,
    ROUNDS,
    PAYMENTS,
    READINGS,
    MESSAGES,
];

impl<'a> Import<'a> {
    fn begin(
        tx: &mut Tx<'_>,
        community: CommunityId,
        folder: &'a Folder,
        taken: &'a BTreeMap<AttachmentId, (intake::Taken, String)>,
        how: Applying,
    ) -> Result<Self, Error> {
        let rows =
            tx.query("SELECT kind, code, body FROM import_row WHERE community_id = $1", params![community])?;
        let last = rows
            .iter()
            .map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
            .collect::<Result<_, Error>>()?;
        let zone = TimeZone::get(&folder.community.fields.time_zone)
            .map_err(|_| Error::invalid("time_zone", "is not a time zone"))?;
        let summary = Summary { dry_run: how.dry_run, ..Summary::default() };
        Ok(Self { community, folder, zone, taken, how, last, seen: BTreeSet::new(), summary })
    }

    fn run(mut self, tx: &mut Tx<'_>) -> Result<Summary, Error> {
        self.community(tx)?;
        self.buildings(tx)?;
        self.households(tx)?;
        self.units(tx)?;
        self.people(tx)?;
        self.attachments(tx)?;
        self.notices(tx)?;
        self.repair_categories(tx)?;
        self.common_areas(tx)?;
        self.round_plans(tx)?;
        self.payments(tx)?;
        self.messages(tx)?;
        for (kind, code) in self.last.keys() {
            let kind = KINDS.into_iter().find(|known| known == kind);
            if let Some(kind) = kind
                && !self.seen.contains(&(kind, code.clone()))
            {
                self.summary.missing.entry(kind).or_default().push(code.clone());
            }
        }
        Ok(self.summary)
    }

    /// Runs `put` when the row differs from the last import, and remembers what it took of it.
    fn row<T: Serialize>(
        &mut self,
        tx: &mut Tx<'_>,
        kind: &'static str,
        code: &str,
        row: &T,
        put: impl FnOnce(&mut Tx<'_>, Option<&str>) -> Result<Taking, Error>,
    ) -> Result<(), Error> {
        let body = crate::error::json(row)?;
        self.seen.insert((kind, code.to_owned()));
        let last = self.last.get(&(kind.to_owned(), code.to_owned())).map(String::as_str);
        let taken = if last == Some(body.as_str()) {
            None
        } else {
            match put(tx, last)? {
                Taking::All => Some(body),
                Taking::Part(body) => Some(body).filter(|body| last != Some(body.as_str())),
                Taking::Nothing => None,
            }
        };
        let did = match (&taken, last) {
            (None, _) => Put::Same,
            (Some(_), Some(_)) => Put::Changed,
            (Some(_), None) => Put::Created,
        };
        self.summary.counts.entry(kind).or_default().count(did);
        if let Some(body) = taken {
            let now = tx.now();
            tx.execute(
                "INSERT INTO import_row (community_id, kind, code, body, at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (community_id, kind, code) DO UPDATE SET body = excluded.body, at = excluded.at",
                params![self.community, kind, code, &body, now],
            )?;
        }
        Ok(())
    }

    fn community(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let fields = &self.folder.community.fields;
        let community = Community {
            id: self.community,
            name: fields.name.clone(),
            time_zone: fields.time_zone.clone(),
            currency: fields.currency.clone(),
            languages: fields.languages.clone(),
            office: fields.office.clone(),
            categories: fields.categories.clone(),
        };
        let body = crate::error::json(fields)?;
        let key = &self.folder.community.key;
        // Every other row refers to this one, the remembered row too: it has to be there first.
        if self.last.get(&(COMMUNITY.to_owned(), key.clone())) != Some(&body) {
            community::put_community(tx, &community)?;
        }
        self.row(tx, COMMUNITY, key, fields, |_, _| Ok(Taking::All))
    }

    fn buildings(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (code, row) in &self.folder.buildings {
            let building = Building {
                id: ids::building(self.community, code),
                code: code.clone(),
                name: row.name.clone(),
            };
            let community = self.community;
            self.row(tx, BUILDINGS, code, row, |tx, _| {
                community::put_building(tx, community, &building).map(|_| Taking::All)
            })?;
        }
        Ok(())
    }

    fn households(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (code, row) in &self.folder.households {
            let (community, id) = (self.community, ids::household(self.community, code));
            self.row(tx, HOUSEHOLDS, code, row, |tx, _| {
                community::put_household(tx, community, id, code).map(|_| Taking::All)
            })?;
        }
        Ok(())
    }

    fn units(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        let mut homes: BTreeMap<&UnitCode, &str> = BTreeMap::new();
        for (code, household) in &folder.households {
            homes.extend(household.units.iter().map(|unit| (unit, code.as_str())));
        }
        for (code, row) in &folder.units {
            let home = homes.get(code).copied();
            let unit = Unit {
                id: ids::unit(self.community, code),
                building_id: ids::building(self.community, &code.building),
                code: code.code.clone(),
                household_id: home.map(|home| ids::household(self.community, home)),
            };
            let community = self.community;
            self.row(tx, UNITS, &code.to_string(), &(row, home), |tx, _| {
                community::put_unit(tx, community, &unit, row.area).map(|_| Taking::All)
            })?;
        }
        Ok(())
    }

    fn attachments(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for row in self.folder.notices.values() {
            for path in &row.files {
                let Some((id, name)) = self.file(path) else { continue };
                if let Some((taken, received)) = self.taken.get(&id) {
                    let author = ids::person(self.community, &row.author);
                    attachments::insert(tx, self.community, author, id, &name, taken, received)?;
                }
            }
        }
        Ok(())
    }

    /// The id of a file of the folder, and the name it is shown and saved under.
    fn file(&self, path: &str) -> Option<(AttachmentId, String)> {
        let bytes = self.folder.files.get(path)?;
        let name = path.rsplit('/').next().unwrap_or(path);
        Some((ids::attachment(self.community, bytes), name.to_owned()))
    }
}
