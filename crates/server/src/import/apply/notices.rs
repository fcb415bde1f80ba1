//! Notices: one that nobody touched in the app follows its file; one that somebody did is left alone.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use linli_wire::{
    Timestamp,
    attachments::Attachment,
    community::Role,
    id::{AttachmentId, CommunityId, NoticeId},
    notices::{Audience, Author, Notice, NoticeContent, NoticeState, NoticeText},
};
use serde::{Deserialize, Serialize};

use super::{COMMUNITY, CONFLICT, Import, NOTICES, Taking};
use crate::{
    Error, attachments,
    db::Tx,
    import::{
        folder::{AudienceRow, CommunityFields, NoticeRow, NoticeTextRow},
        ids, pictures,
        problem::Problem,
    },
    notices, params,
};

/// What is compared with the last import for a notice: besides its text, the hour it means and the
/// pictures it shows.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct NoticeBody {
    row: NoticeRow,
    published_at: Timestamp,
    files: BTreeMap<String, AttachmentId>,
}

impl NoticeBody {
    /// Whether a notice of the database is what an import of this made of it.
    fn is(&self, community: CommunityId, stored: &Notice, zone: &TimeZone) -> Result<bool, Error> {
        let at = match stored.state {
            NoticeState::Published { published_at, .. } => published_at,
            NoticeState::Scheduled { publish_at } => publish_at,
            NoticeState::Draft | NoticeState::Withdrawn { .. } => return Ok(false),
        };
        let expires_at = self.row.expires.map(|local| moment(local, zone)).transpose()?;
        // What the server knows of a file is its own affair: the files are compared by id.
        let content = content(community, &self.row, &self.files, Vec::new(), expires_at);
        let stored_files: Vec<AttachmentId> = stored.content.attachments.iter().map(|file| file.id).collect();
        let files: Vec<AttachmentId> =
            self.row.files.iter().filter_map(|path| self.files.get(path).copied()).collect();
        let stored = NoticeContent { attachments: Vec::new(), ..stored.content.clone() };
        Ok(at == self.published_at && stored == content && stored_files == files)
    }
}

impl Import<'_> {
    pub(super) fn notices(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        let zone = self.zone.clone();
        let last_zone = self.last_zone().unwrap_or_else(|| zone.clone());
        for (slug, row) in &folder.notices {
            let published_at = moment(row.published, &zone)?;
            let changed_at = row.changed.map(|local| moment(local, &zone)).transpose()?;
            let expires_at = row.expires.map(|local| moment(local, &zone)).transpose()?;
            let files: BTreeMap<String, AttachmentId> =
                row.files.iter().filter_map(|path| Some((path.clone(), self.file(path)?.0))).collect();
            let state = if published_at <= tx.now() {
                NoticeState::Published { published_at, changed_at: changed_at.filter(|at| *at <= tx.now()) }
            } else {
                NoticeState::Scheduled { publish_at: published_at }
            };
            let body = NoticeBody { row: row.clone(), published_at, files };
            let author = folder.people.get(&row.author);
            let id = ids::notice(self.community, slug);
            let (community, how) = (self.community, self.how);
            let mut withdrawn = false;
            let mut conflict = None;
            self.row(tx, NOTICES, slug, &body, |tx, last| {
                let Some(version) = next_version(tx, community, id)? else {
                    withdrawn = true;
                    return Ok(Taking::All);
                };
                if let Some(stored) = notices::get(tx, community, id)? {
                    let last: Option<NoticeBody> = last.and_then(|last| serde_json::from_str(last).ok());
                    let own =
                        last.as_ref().map(|last| last.is(community, &stored, &last_zone)).transpose()?;
                    if own != Some(true) && body.is(community, &stored, &zone)? {
                        // Somebody made the same change in both places.
                        return Ok(Taking::All);
                    }
                    if own != Some(true) && !how.overwrite {
                        conflict = Some(file_of(slug, row, last.as_ref().map(|last| &last.row)));
                        return Ok(Taking::Nothing);
                    }
                }
                let mut attached = Vec::new();
                for path in &row.files {
                    // In a dry run new files have no row yet; what the notice says of them is undone.
                    let file =
                        body.files.get(path).map(|id| attachments::get(tx, community, *id)).transpose()?;
                    match file.flatten() {
                        Some(attachment) => attached.push(attachment),
                        None if how.dry_run => {}
                        None => return Err(Error::not_found()),
                    }
                }
                let notice = Notice {
                    id,
                    version,
                    author: Author {
                        id: ids::person(community, &row.author),
                        name: author.map(|author| author.name.clone()).unwrap_or_default(),
                        role: author.map_or(Role::Staff, |author| author.role),
                    },
                    state,
                    content: content(community, row, &body.files, attached, expires_at),
                };
                notices::put(tx, community, &notice).map(|()| Taking::All)
            })?;
            if withdrawn {
                self.summary.withdrawn.push(slug.clone());
            }
            self.summary.conflicts.extend(conflict.map(|file| Problem {
                file,
                row: 0,
                column: None,
                message: CONFLICT.to_owned(),
            }));
        }
        Ok(())
    }

    /// The time zone at the last import.
    fn last_zone(&self) -> Option<TimeZone> {
        let key = (COMMUNITY.to_owned(), self.folder.community.key.clone());
        let last: CommunityFields = serde_json::from_str(self.last.get(&key)?).ok()?;
        TimeZone::get(&last.time_zone).ok()
    }
}

/// The file of the folder in which a notice changed: the first language that did, else the first.
fn file_of(slug: &str, row: &NoticeRow, last: Option<&NoticeRow>) -> String {
    let changed = row
        .texts
        .iter()
        .find(|(language, text)| last.is_some_and(|last| last.texts.get(*language) != Some(*text)));
    let language = changed.or_else(|| row.texts.iter().next()).map(|(language, _)| language.to_string());
    format!("{NOTICES}/{slug}.{}.md", language.unwrap_or_default())
}

fn moment(local: jiff::civil::DateTime, zone: &TimeZone) -> Result<Timestamp, Error> {
    local
        .to_zoned(zone.clone())
        .map(|moment| Timestamp(moment.timestamp().as_millisecond()))
        .map_err(|_| Error::invalid("published", "is outside of the calendar"))
}

fn content(
    community: CommunityId,
    row: &NoticeRow,
    files: &BTreeMap<String, AttachmentId>,
    attachments: Vec<Attachment>,
    expires_at: Option<Timestamp>,
) -> NoticeContent {
    let text = |text: &NoticeTextRow| NoticeText {
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
fn next_version(tx: &mut Tx<'_>, community: CommunityId, id: NoticeId) -> Result<Option<u64>, Error> {
    let sql = "SELECT version, state FROM notice WHERE community_id = $1 AND id = $2";
    let Some(row) = tx.query_opt(sql, params![community, id])? else { return Ok(Some(1)) };
    let state: String = row.get(1)?;
    Ok((!matches!(state.as_str(), "withdrawn" | "deleted")).then_some(row.get::<u64>(0)? + 1))
}
