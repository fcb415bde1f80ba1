//! Bringing the database level with a folder: everything in one transaction, or nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::tz::TimeZone;
use linli_wire::{
    Code, Timestamp,
    attachments::Attachment,
    community::{Building, Community, Person, Unit, Visibility},
    id::{AttachmentId, CommunityId},
    notices::{Audience, Author, Notice, NoticeContent, NoticeState, NoticeText},
};
use serde::Serialize;

use super::{
    folder::{AudienceRow, Folder, NoticeRow, PersonRow, UnitCode},
    ids, pictures,
    summary::Summary,
};
use crate::{
    Error,
    attachments::{self, files::Files, intake},
    community::{self, Put},
    db::{Database, Tx},
    notices, params,
};

/// Brings the database level with `folder`; with `dry_run` it only finds out what would change.
///
/// # Errors
/// The database's or the disk's; then nothing was changed.
pub async fn apply(db: &Database, files: &Files, folder: Folder, dry_run: bool) -> Result<Summary, Error> {
    let community = ids::community(&folder.community.key);
    let folder = Arc::new(folder);
    let known = db.read(move |tx| attachments::ids(tx, community)).await?;
    let taken = if dry_run { BTreeMap::new() } else { take_files(files, community, &folder, &known).await? };
    let taken = Arc::new(taken);
    db.write(move |tx| {
        let mut summary = None;
        let applied = tx.savepoint(|tx| {
            summary = Some(Import::begin(tx, community, &folder, &taken, dry_run)?.run(tx)?);
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

/// What is compared with the last import for a notice: besides its text, the hour it means and the
/// pictures it shows.
#[derive(Serialize)]
struct NoticeBody<'a> {
    row: &'a NoticeRow,
    published_at: Timestamp,
    files: BTreeMap<&'a str, AttachmentId>,
}

struct Import<'a> {
    community: CommunityId,
    folder: &'a Folder,
    zone: TimeZone,
    taken: &'a BTreeMap<AttachmentId, (intake::Taken, String)>,
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

impl<'a> Import<'a> {
    fn begin(
        tx: &mut Tx<'_>,
        community: CommunityId,
        folder: &'a Folder,
        taken: &'a BTreeMap<AttachmentId, (intake::Taken, String)>,
        dry_run: bool,
    ) -> Result<Self, Error> {
        let rows =
            tx.query("SELECT kind, code, body FROM import_row WHERE community_id = $1", params![community])?;
        let last = rows
            .iter()
            .map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
            .collect::<Result<_, Error>>()?;
        let zone = TimeZone::get(&folder.community.fields.time_zone)
            .map_err(|_| Error::invalid("time_zone", "is not a time zone"))?;
        let summary = Summary { dry_run, ..Summary::default() };
        Ok(Self { community, folder, zone, taken, last, seen: BTreeSet::new(), summary })
    }

    fn run(mut self, tx: &mut Tx<'_>) -> Result<Summary, Error> {
        self.community(tx)?;
        self.buildings(tx)?;
        self.households(tx)?;
        self.units(tx)?;
        self.people(tx)?;
        self.attachments(tx)?;
        self.notices(tx)?;
        for (kind, code) in self.last.keys() {
            let kind = [COMMUNITY, BUILDINGS, UNITS, HOUSEHOLDS, PEOPLE, NOTICES]
                .into_iter()
                .find(|known| known == kind);
            if let Some(kind) = kind
                && !self.seen.contains(&(kind, code.clone()))
            {
                self.summary.missing.entry(kind).or_default().push(code.clone());
            }
        }
        Ok(self.summary)
    }

    /// Runs `put` when the row differs from the last import, and remembers it.
    fn row<T: Serialize>(
        &mut self,
        tx: &mut Tx<'_>,
        kind: &'static str,
        code: &str,
        row: &T,
        put: impl FnOnce(&mut Tx<'_>, Option<&str>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let body = crate::error::json(row)?;
        self.seen.insert((kind, code.to_owned()));
        let last = self.last.get(&(kind.to_owned(), code.to_owned()));
        let did = match last {
            Some(last) if *last == body => Put::Same,
            Some(_) => Put::Changed,
            None => Put::Created,
        };
        self.summary.counts.entry(kind).or_default().count(did);
        if did == Put::Same {
            return Ok(());
        }
        put(tx, last.map(String::as_str))?;
        let now = tx.now();
        tx.execute(
            "INSERT INTO import_row (community_id, kind, code, body, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (community_id, kind, code) DO UPDATE SET body = excluded.body, at = excluded.at",
            params![self.community, kind, code, &body, now],
        )?;
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
        self.row(tx, COMMUNITY, key, fields, |_, _| Ok(()))
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
                community::put_building(tx, community, &building).map(drop)
            })?;
        }
        Ok(())
    }

    fn households(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (code, row) in &self.folder.households {
            let (community, id) = (self.community, ids::household(self.community, code));
            self.row(tx, HOUSEHOLDS, code, row, |tx, _| {
                community::put_household(tx, community, id, code).map(drop)
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
                community::put_unit(tx, community, &unit).map(drop)
            })?;
        }
        Ok(())
    }

    fn people(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (code, row) in &self.folder.people {
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
            self.row(tx, PEOPLE, code, row, |tx, last| {
                community::put_person(tx, community, &person, row.phone.as_deref().unwrap_or_default())?;
                let last: Option<PersonRow> = last.and_then(|last| serde_json::from_str(last).ok());
                last.map_or(Ok(()), |last| own_fields(tx, community, &person, &last))
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

    fn notices(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        for (slug, row) in &folder.notices {
            let at = |local: jiff::civil::DateTime| {
                let zoned = local.to_zoned(self.zone.clone());
                zoned
                    .map(|moment| Timestamp(moment.timestamp().as_millisecond()))
                    .map_err(|_| Error::invalid("published", "is outside of the calendar"))
            };
            let (published_at, changed_at) = (at(row.published)?, row.changed.map(at).transpose()?);
            let expires_at = row.expires.map(at).transpose()?;
            let files: BTreeMap<&str, AttachmentId> =
                row.files.iter().filter_map(|path| Some((path.as_str(), self.file(path)?.0))).collect();
            let state = if published_at <= tx.now() {
                NoticeState::Published { published_at, changed_at: changed_at.filter(|at| *at <= tx.now()) }
            } else {
                NoticeState::Scheduled { publish_at: published_at }
            };
            let body = NoticeBody { row, published_at, files: files.clone() };
            let author = folder.people.get(&row.author);
            let id = ids::notice(self.community, slug);
            let (community, dry_run) = (self.community, self.summary.dry_run);
            let mut withdrawn = false;
            self.row(tx, NOTICES, slug, &body, |tx, _| {
                let Some(version) = next_version(tx, community, id)? else {
                    withdrawn = true;
                    return Ok(());
                };
                let mut attached = Vec::new();
                for path in &row.files {
                    // In a dry run new files have no row yet; what the notice says of them is undone.
                    match files
                        .get(path.as_str())
                        .map(|id| attachments::get(tx, community, *id))
                        .transpose()?
                        .flatten()
                    {
                        Some(attachment) => attached.push(attachment),
                        None if dry_run => {}
                        None => return Err(Error::not_found()),
                    }
                }
                let notice = Notice {
                    id,
                    version,
                    author: Author {
                        id: ids::person(community, &row.author),
                        name: author.map(|author| author.name.clone()).unwrap_or_default(),
                        role: author.map_or(linli_wire::community::Role::Staff, |author| author.role),
                    },
                    state,
                    content: content(community, row, &files, attached, expires_at),
                };
                notices::put(tx, community, &notice)
            })?;
            if withdrawn {
                self.summary.withdrawn.push(slug.clone());
            }
        }
        Ok(())
    }
}

fn content(
    community: CommunityId,
    row: &NoticeRow,
    files: &BTreeMap<&str, AttachmentId>,
    attachments: Vec<Attachment>,
    expires_at: Option<Timestamp>,
) -> NoticeContent {
    let text = |text: &super::folder::NoticeTextRow| NoticeText {
        title: text.title.clone(),
        body: pictures::rewrite(&text.body, |path| files.get(path).map(|id| format!("attachment:{id}"))),
    };
    NoticeContent {
        texts: row.texts.iter().map(|(language, row)| (language.clone(), text(row))).collect(),
        category: row.category.clone(),
        audience: match &row.audience {
            AudienceRow::Community => Audience::Community,
            AudienceRow::Buildings(codes) => Audience::Buildings {
                buildings: codes.iter().map(|code| ids::building(community, code)).collect(),
            },
            AudienceRow::Units(units) => {
                Audience::Units { units: units.iter().map(|unit| ids::unit(community, unit)).collect() }
            }
            AudienceRow::Role(role) => Audience::Role { role: *role },
        },
        emergency: row.emergency,
        pinned: row.pinned,
        expires_at,
        attachments,
    }
}

/// The version that a notice gets; none for one that was taken back in the app.
fn next_version(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: linli_wire::id::NoticeId,
) -> Result<Option<u64>, Error> {
    let sql = "SELECT version, state FROM notice WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(Some(1)) };
    let state: String = row.get(1)?;
    Ok((!matches!(state.as_str(), "withdrawn" | "deleted")).then_some(row.get::<u64>(0)? + 1))
}

/// What people change themselves in the app is written only where the spreadsheet's own cell changed.
fn own_fields(
    tx: &mut Tx<'_>,
    community: CommunityId,
    person: &Person,
    last: &PersonRow,
) -> Result<(), Error> {
    let given_name = (person.given_name != last.given_name).then_some(person.given_name.as_str());
    let language = (person.language != last.language).then_some(person.language.as_str());
    let simple = (person.simple != last.simple).then_some(person.simple);
    if given_name.is_none() && language.is_none() && simple.is_none() {
        return Ok(());
    }
    tx.execute(
        "UPDATE person SET given_name = COALESCE($3, given_name), language = COALESCE($4, language),
         simple = COALESCE($5, simple), version = version + 1 WHERE community_id = $1 AND id = $2",
        params![community, person.id, given_name, language, simple],
    )?;
    community::log_person(tx, community, person.id)
}
