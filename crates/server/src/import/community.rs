//! `community.toml`

use std::{collections::BTreeSet, path::Path};

use jiff::{civil::Date, tz::TimeZone};
use linli_wire::{
    Language, Localized,
    community::{Category, Office, Opening},
    money::exponent,
    text::is_unprintable,
};
use serde::Deserialize;
use toml::Spanned;

use super::{
    cell::{UNSEEN, code_trouble},
    folder::{CommunityFields, CommunityRow},
    problem::Problems,
};

const FILE: &str = "community.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    key: Spanned<String>,
    time_zone: Spanned<String>,
    currency: Spanned<String>,
    languages: Spanned<Vec<Language>>,
    as_of: Spanned<String>,
    name: Spanned<Localized>,
    office: OfficeTable,
    categories: Vec<CategoryTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeTable {
    phone: Spanned<String>,
    hours: Spanned<Localized>,
    address: Spanned<Localized>,
    #[serde(default)]
    opening: Vec<OpeningTable>,
    #[serde(default)]
    holidays: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpeningTable {
    days: Spanned<Vec<u8>>,
    from: Spanned<String>,
    until: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryTable {
    key: Spanned<String>,
    name: Spanned<Localized>,
    icon: String,
}

/// Reads `community.toml`; the zone it names comes along.
pub(super) fn read(folder: &Path, problems: &mut Problems) -> Option<(CommunityRow, TimeZone)> {
    let text = super::read_text(folder, FILE, problems)?;
    let document: Document = match toml::from_str(&text) {
        Ok(document) => document,
        Err(error) => {
            let row = error.span().map_or(0, |span| line(&text, span.start));
            problems.at(FILE, row, None, format!("{}.", error.message()));
            return None;
        }
    };
    let mut check = Check { text: &text, problems };
    let zone = TimeZone::get(document.time_zone.get_ref()).ok();
    if zone.is_none() {
        let message = format!(
            "“{}” is not a time zone. Give an IANA name such as Asia/Shanghai.",
            document.time_zone.get_ref()
        );
        check.at(&document.time_zone, "time_zone", message);
    }
    if let Some(trouble) = code_trouble(document.key.get_ref()) {
        check.at(&document.key, "key", trouble);
    }
    let currency = document.currency.get_ref();
    if exponent(currency).is_none() {
        check.at(
            &document.currency,
            "currency",
            format!("“{currency}” is not an ISO 4217 code such as CNY."),
        );
    }
    let as_of = document.as_of.get_ref().parse::<Date>().ok();
    if as_of.is_none() {
        check.at(
            &document.as_of,
            "as_of",
            format!("“{}” is not a date such as 2026-11-22.", document.as_of.get_ref()),
        );
    }
    let languages = document.languages.get_ref();
    if languages.is_empty() || languages.iter().collect::<BTreeSet<_>>().len() != languages.len() {
        check.at(&document.languages, "languages", "Name at least one language, each once.".to_owned());
    }
    check.localized(&document.name, "name", languages);
    check.localized(&document.office.hours, "office.hours", languages);
    check.localized(&document.office.address, "office.address", languages);
    let phone = document.office.phone.get_ref();
    if !phone.starts_with('+') || !phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-')) {
        check.at(
            &document.office.phone,
            "office.phone",
            format!("“{phone}” is not a telephone number in international form such as +86 10 5550 0100."),
        );
    }
    let opening = document.office.opening.iter().filter_map(|table| check.opening(table)).collect();
    let holidays = document.office.holidays.iter().filter_map(|day| check.holiday(day)).collect();
    let mut keys = BTreeSet::new();
    for category in &document.categories {
        let key = category.key.get_ref();
        if let Some(trouble) = code_trouble(key) {
            check.at(&category.key, "categories.key", trouble);
        }
        if !keys.insert(key) {
            check.at(&category.key, "categories.key", format!("The category {key} is there twice."));
        }
        check.localized(&category.name, "categories.name", languages);
    }
    if document.categories.is_empty() {
        check.problems.file(FILE, "Name at least one category of notices with [[categories]].");
    }
    let row = CommunityRow {
        key: document.key.into_inner(),
        as_of: as_of?,
        fields: CommunityFields {
            name: document.name.into_inner(),
            time_zone: document.time_zone.into_inner(),
            currency: document.currency.into_inner(),
            languages: document.languages.into_inner(),
            office: Office {
                phone: document.office.phone.into_inner(),
                hours: document.office.hours.into_inner(),
                address: document.office.address.into_inner(),
                opening,
                holidays,
            },
            categories: document
                .categories
                .into_iter()
                .map(|row| Category {
                    key: row.key.into_inner(),
                    name: row.name.into_inner(),
                    icon: row.icon,
                })
                .collect(),
        },
    };
    Some((row, zone?))
}

struct Check<'a> {
    text: &'a str,
    problems: &'a mut Problems,
}

impl Check<'_> {
    fn at<T>(&mut self, value: &Spanned<T>, key: &str, message: String) {
        self.problems.at(FILE, line(self.text, value.span().start), Some(key), message);
    }

    fn opening(&mut self, table: &OpeningTable) -> Option<Opening> {
        let days = table.days.get_ref();
        let days_fit = !days.is_empty() && days.iter().all(|day| (1..=7).contains(day));
        if !days_fit {
            let message = "Name days of the week, 1 for Monday to 7 for Sunday.".to_owned();
            self.at(&table.days, "office.opening.days", message);
        }
        let mut time = |value: &Spanned<String>, key| {
            let minutes = minutes_of(value.get_ref());
            if minutes.is_none() {
                self.at(value, key, format!("“{}” is not a time such as 8:30.", value.get_ref()));
            }
            minutes
        };
        let (from, until) =
            (time(&table.from, "office.opening.from"), time(&table.until, "office.opening.until"));
        let (from, until) = (from?, until?);
        if until <= from {
            self.at(&table.until, "office.opening.until", "The office closes before it opens.".to_owned());
        }
        (days_fit && until > from).then(|| Opening { days: days.clone(), from, until })
    }

    fn holiday(&mut self, day: &Spanned<String>) -> Option<String> {
        let text = day.get_ref();
        let fits = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if fits && text.parse::<Date>().is_ok() {
            return Some(text.clone());
        }
        self.at(day, "office.holidays", format!("“{text}” is not a date such as 2026-11-22."));
        None
    }

    fn localized(&mut self, value: &Spanned<Localized>, key: &str, languages: &[Language]) {
        for language in languages {
            if value.get_ref().0.get(language).is_none_or(|text| text.trim().is_empty()) {
                self.at(value, key, format!("The text in “{language}” is missing."));
            }
        }
        for text in value.get_ref().0.values() {
            if text.chars().any(|c| is_unprintable(c) && c != '\n') {
                self.at(value, key, UNSEEN.to_owned());
            }
        }
    }
}

/// Minutes after midnight of `8:30`; `24:00` is the end of the day.
fn minutes_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let minutes = (minute < 60 && hour <= 24).then(|| hour * 60 + minute)?;
    (minutes <= 24 * 60).then_some(minutes)
}

/// The line, counted from 1, of a byte.
pub(super) fn line(text: &str, at: usize) -> u64 {
    let before = text.get(..at).unwrap_or(text);
    u64::try_from(before.matches('\n').count()).unwrap_or(u64::MAX).saturating_add(1)
}
