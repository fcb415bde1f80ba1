//! `notices/SLUG.LANG.md`: TOML between two `+++` lines, then Markdown. Files with the same slug are
//! one notice in several languages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use jiff::{
    Span,
    civil::{Date, DateTime, time},
};
use linli_wire::{
    Language,
    attachments::MAX_FILE_BYTES,
    community::Role,
    notices::{MAX_ATTACHMENTS, MAX_BODY, MAX_TITLE},
};
use serde::Deserialize;

use super::{
    community::line,
    dates,
    folder::{AudienceRow, Folder, NoticeRow, NoticeTextRow, UnitCode},
    problem::Problems,
};

#[derive(Deserialize, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
struct Matter {
    title: String,
    category: String,
    published: toml::value::Datetime,
    author: String,
    audience: Vec<String>,
    #[serde(default)]
    emergency: bool,
    #[serde(default)]
    pinned: bool,
    expires: Option<toml::value::Datetime>,
    changed: Option<toml::value::Datetime>,
    #[serde(default)]
    files: Vec<String>,
}

/// One file, split and read.
struct Source {
    file: String,
    language: Language,
    matter: Matter,
    rows: BTreeMap<String, u64>,
    body: String,
    body_row: u64,
}

impl Source {
    /// The line at which a key of the front matter stands.
    fn row(&self, key: &str) -> u64 {
        self.rows.get(key).copied().unwrap_or(1)
    }
}

/// Which spreadsheets could be read: what refers to the others cannot be held against a notice.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) people: bool,
    pub(super) buildings: bool,
    pub(super) units: bool,
}

/// Reads all notices into `community`, whose people, buildings and units are there already. Dates
/// are shifted by `shift_days`.
pub(super) fn notices(
    folder: &Path,
    community: &mut Folder,
    known: Known,
    shift_days: i32,
    problems: &mut Problems,
) {
    let mut by_slug: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for name in list(folder, problems) {
        let file = format!("notices/{name}");
        let parts = name.strip_suffix(".md").and_then(|stem| stem.rsplit_once('.'));
        let Some((slug, language)) =
            parts.and_then(|(slug, tag)| Some((slug, tag.parse::<Language>().ok()?)))
        else {
            problems
                .file(&file, "A notice's file is named SLUG.LANGUAGE.md, such as 2026-11-20-water.zh.md.");
            continue;
        };
        if !community.community.fields.languages.contains(&language) {
            problems.file(&file, format!("“{language}” is not among the languages in community.toml."));
        }
        let Some(text) = super::read_text(folder, &file, problems) else { continue };
        if let Some(source) = split(&file, language, &text, problems) {
            by_slug.entry(slug.to_owned()).or_default().push(source);
        }
    }
    for (slug, sources) in by_slug {
        if let Some(notice) = notice(folder, sources, community, known, shift_days, problems) {
            community.notices.insert(slug, notice);
        }
    }
}

fn list(folder: &Path, problems: &mut Problems) -> BTreeSet<String> {
    let entries = match fs::read_dir(folder.join("notices")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return BTreeSet::new(),
        Err(error) => {
            problems.file("notices", format!("The folder cannot be read: {error}."));
            return BTreeSet::new();
        }
    };
    entries
        .filter_map(|entry| entry.ok().filter(|entry| !entry.path().is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !name.ends_with('~'))
        .collect()
}

fn split(file: &str, language: Language, text: &str, problems: &mut Problems) -> Option<Source> {
    let text = text.replace("\r\n", "\n");
    let Some(rest) = text.strip_prefix("+++\n") else {
        problems.at(file, 1, None, "The first line must be +++, followed by title, category and so on.");
        return None;
    };
    let Some((matter, body)) = rest.split_once("\n+++\n").or_else(|| Some((rest.strip_suffix("\n+++")?, "")))
    else {
        problems.at(file, 1, None, "The second +++ line, after which the text begins, is missing.");
        return None;
    };
    let read: Matter = match toml::from_str(matter) {
        Ok(read) => read,
        Err(error) => {
            let row = error.span().map_or(0, |span| line(matter, span.start)).saturating_add(1);
            problems.at(file, row, None, format!("{}.", error.message()));
            return None;
        }
    };
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
    let rows = matter.lines().zip(2..).filter_map(|(line, row)| Some((key(line)?, row))).collect();
    let blank = body.len() - body.trim_start_matches('\n').len();
    let body_row = line(&text, text.len() - body.len() + blank);
    Some(Source {
        file: file.to_owned(),
        language,
        matter: read,
        rows,
        body: body.trim().to_owned(),
        body_row,
    })
}

fn notice(
    folder: &Path,
    sources: Vec<Source>,
    community: &mut Folder,
    known: Known,
    shift_days: i32,
    problems: &mut Problems,
) -> Option<NoticeRow> {
    let first = sources.first()?;
    let matter = first.matter.clone();
    let at = |problems: &mut Problems, key: &str, message: String| {
        problems.at(&first.file, first.row(key), Some(key), message);
    };
    for other in sources.iter().skip(1) {
        let same = Matter { title: matter.title.clone(), ..other.matter.clone() } == matter;
        if !same {
            problems.at(&other.file, 1, None, format!(
                "Everything but the title must be as in {}: category, published, author, audience, emergency, pinned, expires, changed, files.",
                first.file,
            ));
        }
    }
    if !community.community.fields.categories.iter().any(|category| category.key == matter.category) {
        at(problems, "category", format!("There is no category “{}” in community.toml.", matter.category));
    }
    // Not only the office signs: the treasurer of the owners' committee is a resident.
    if known.people && !community.people.contains_key(&matter.author) {
        at(problems, "author", format!("There is no person {} in people.csv.", matter.author));
    }
    let audience = audience(&matter.audience, community, known)
        .map_err(|message| at(problems, "audience", message))
        .ok();
    let mut moment = |key: &str, value: &toml::value::Datetime, whole_day: bool| {
        local(value, whole_day, shift_days).map_err(|message| at(problems, key, message)).ok()
    };
    let published = moment("published", &matter.published, false);
    let changed = matter.changed.as_ref().and_then(|value| moment("changed", value, false));
    let expires = matter.expires.as_ref().and_then(|value| moment("expires", value, true));
    if changed.is_some_and(|changed| published.is_some_and(|published| changed < published)) {
        at(problems, "changed", "A notice cannot be changed before it is published.".to_owned());
    }
    if expires.is_some_and(|expires| published.is_some_and(|published| expires <= published)) {
        at(problems, "expires", "A notice cannot expire before it is published.".to_owned());
    }
    let mut files = Vec::new();
    let mut texts = BTreeMap::new();
    for source in &sources {
        let Some(published) = published else { break };
        let text = text(source, published.date(), &mut files, problems);
        texts.insert(source.language.clone(), text);
    }
    for path in matter.files {
        if !files.contains(&path) {
            files.push(path);
        }
    }
    if files.len() > MAX_ATTACHMENTS {
        problems.file(&first.file, format!("A notice has at most {MAX_ATTACHMENTS} pictures and files."));
    }
    for path in &files {
        take_file(folder, path, &first.file, community, problems);
    }
    Some(NoticeRow {
        texts,
        category: matter.category,
        author: matter.author,
        audience: audience?,
        published: published?,
        changed,
        expires,
        emergency: matter.emergency,
        pinned: matter.pinned,
        files,
    })
}

fn text(source: &Source, day: Date, files: &mut Vec<String>, problems: &mut Problems) -> NoticeTextRow {
    let mut fill = |text: &str, first_row: u64| {
        dates::fill(text, &source.language, day).unwrap_or_else(|troubles| {
            for (at, message) in troubles {
                problems.at(&source.file, first_row + line(text, at) - 1, None, message);
            }
            text.to_owned()
        })
    };
    let title = fill(&source.matter.title, source.row("title")).trim().to_owned();
    let body = fill(&source.body, source.body_row);
    let trouble = match linli_wire::text::line(&title, MAX_TITLE) {
        Ok(_) => None,
        Err(linli_wire::text::LineTrouble::Unprintable) if !title.contains('\n') => {
            Some(super::cell::UNSEEN.to_owned())
        }
        Err(_) => Some(format!("A title is one line of 1 to {MAX_TITLE} characters.")),
    };
    if let Some(trouble) = trouble {
        problems.at(&source.file, source.row("title"), Some("title"), trouble);
    }
    if crate::input::lines("body", &body, usize::MAX).is_err() {
        problems.at(&source.file, source.body_row, None, "The text holds control characters.");
    }
    if body.is_empty() || body.chars().count() > MAX_BODY {
        problems.at(&source.file, source.body_row, None, format!("The text has 1 to {MAX_BODY} characters."));
    }
    for picture in super::pictures::pictures(&body) {
        let row = source.body_row + line(&body, picture.at) - 1;
        if !super::pictures::is_inside(&picture.path) {
            problems.at(&source.file, row, None, format!(
                "The picture “{}” is not a file of this folder. Put it into pictures/ and write pictures/NAME.", picture.path,
            ));
        } else if !files.contains(&picture.path) {
            files.push(picture.path);
        }
    }
    NoticeTextRow { title, body }
}

fn take_file(folder: &Path, path: &str, notice: &str, community: &mut Folder, problems: &mut Problems) {
    if community.files.contains_key(path) {
        return;
    }
    if !super::pictures::is_inside(path) {
        problems.at(notice, 1, Some("files"), format!("“{path}” is not a file of this folder."));
        return;
    }
    // As Markdown means it, beside the text; or beside the spreadsheets.
    let beside = format!("notices/{path}");
    let name = if folder.join(&beside).is_file() { beside.as_str() } else { path };
    let full = folder.join(name);
    match fs::metadata(&full) {
        Ok(meta) if meta.len() > MAX_FILE_BYTES => {
            problems.file(notice, format!("{name} is larger than {} MB.", MAX_FILE_BYTES / 1024 / 1024));
        }
        Ok(_) => match fs::read(&full) {
            Ok(bytes) => {
                if let Err(error) = crate::attachments::intake::check(&bytes) {
                    problems.file(name, format!("{error} It is shown in {notice}."));
                }
                community.files.insert(path.to_owned(), bytes);
            }
            Err(error) => problems.file(notice, format!("{name} cannot be read: {error}.")),
        },
        Err(_) => problems.file(notice, format!("There is no file {path}.")),
    }
}

fn audience(list: &[String], community: &Folder, known: Known) -> Result<AudienceRow, String> {
    let kinds: BTreeSet<&str> =
        list.iter().map(|text| text.split_once(':').map_or(text.as_str(), |(kind, _)| kind)).collect();
    let values = || list.iter().filter_map(|text| text.split_once(':')).map(|(_, value)| value);
    match (kinds.len(), kinds.first().copied(), list.len()) {
        (1, Some("community"), 1) => Ok(AudienceRow::Community),
        (1, Some("building"), _) => values()
            .map(|code| {
                let there = !known.buildings || community.buildings.contains_key(code);
                if there { Ok(code.to_owned()) } else { Err(format!("There is no building {code} in buildings.csv.")) }
            })
            .collect::<Result<_, _>>()
            .map(AudienceRow::Buildings),
        (1, Some("unit"), _) => values()
            .map(|text| {
                let unit = UnitCode::read(text).filter(|unit| !known.units || community.units.contains_key(unit));
                unit.ok_or_else(|| format!("There is no unit {text} in units.csv."))
            })
            .collect::<Result<_, _>>()
            .map(AudienceRow::Units),
        (1, Some("role"), 1) => {
            let role = values().next().and_then(Role::from_name);
            role.map(AudienceRow::Role).ok_or_else(|| "That role is not known.".to_owned())
        }
        _ => Err("Write [\"community\"], one or more [\"building:1\"], one or more [\"unit:3-1201\"], or one [\"role:staff\"].".to_owned()),
    }
}

/// A local date-time; for a date alone, midnight or the end of the day.
fn local(value: &toml::value::Datetime, end_of_day: bool, shift_days: i32) -> Result<DateTime, String> {
    let trouble =
        || format!("“{value}” is not a date and time of the community's clock such as 2026-11-20T09:00:00.");
    let (Some(date), None) = (value.date, value.offset) else { return Err(trouble()) };
    let year = i16::try_from(date.year).map_err(|_| trouble())?;
    let (month, day) =
        (i8::try_from(date.month).map_err(|_| trouble())?, i8::try_from(date.day).map_err(|_| trouble())?);
    let date = Date::new(year, month, day).map_err(|_| trouble())?;
    let clock = match value.time {
        Some(at) => {
            let part = |number: u8| i8::try_from(number).unwrap_or(0);
            time(part(at.hour), part(at.minute), part(at.second.unwrap_or(0)).min(59), 0)
        }
        None if end_of_day => time(23, 59, 59, 0),
        None => return Err(trouble()),
    };
    date.checked_add(Span::new().days(shift_days)).map(|date| date.to_datetime(clock)).map_err(|_| trouble())
}
