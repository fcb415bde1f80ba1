//! `rounds.toml`: plans of rounds with their points, and how the last ones were walked. A folder without it is
//! whole all the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use jiff::{Span, civil::Date};
use linli_wire::{
    rounds::{Interval, IntervalUnit, MAX_FOUND},
    text::is_blank,
};
use serde::Deserialize;
use toml::Spanned;

use super::{
    cell::code_trouble,
    folder::{FailedRow, Folder, RoundPlanRow},
    problem::Problems,
};

const FILE: &str = "rounds.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    plans: Vec<Spanned<RoundPlanRow>>,
}

/// Reads `rounds.toml` against what else stands in the folder; days move by `shift_days`.
pub(super) fn plans(
    folder: &Path,
    known: &Folder,
    shift_days: i32,
    problems: &mut Problems,
) -> BTreeMap<String, RoundPlanRow> {
    let mut plans = BTreeMap::new();
    if !folder.join(FILE).exists() {
        return plans;
    }
    let Some(text) = super::read_text(folder, FILE, problems) else { return plans };
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count() as u64 + 1);
    let document: Document = match toml::from_str(&text) {
        Ok(document) => document,
        Err(error) => {
            let row = error.span().map_or(0, |span| line(span.start));
            problems.at(FILE, row, None, format!("{}.", error.message()));
            return plans;
        }
    };
    for plan in document.plans {
        let row = line(plan.span().start);
        let mut plan = plan.into_inner();
        if let Some(trouble) = code_trouble(&plan.code) {
            problems.at(FILE, row, Some("code"), trouble);
        }
        for (column, message) in mistakes(&plan, known) {
            problems.at(FILE, row, Some(column), message);
        }
        let shift = |day: Date| day.checked_add(Span::new().days(shift_days)).unwrap_or(day);
        plan.first = shift(plan.first);
        plan.walked.iter_mut().for_each(|walked| walked.day = shift(walked.day));
        if plans.insert(plan.code.clone(), plan).is_some() {
            problems.at(FILE, row, Some("code"), "Another plan has this code.");
        }
    }
    plans
}

/// Everything of a plan that names what is not there.
fn mistakes(plan: &RoundPlanRow, known: &Folder) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if interval(&plan.every).is_none() {
        let message = format!("“{}” is not how often; write 1 week, 2 months or 10 days.", plan.every);
        found.push(("every", message));
    }
    for point in &plan.points {
        match (&point.building, &point.area) {
            (Some(code), None) if known.buildings.contains_key(code) => {}
            (None, Some(code)) if known.common_areas.contains_key(code) => {}
            _ => found.push(("points", format!("{}: Name a building or an area that there is.", point.code))),
        }
        if !known.repair_categories.contains_key(&point.category) {
            found.push((
                "points",
                format!("There is no category {} in repair-categories.csv.", point.category),
            ));
        }
    }
    for walked in &plan.walked {
        let person = walked.by.as_ref().map(|code| known.people.get(code));
        if person.is_some_and(|person| person.is_none_or(|person| !person.role.is_office())) {
            found.push(("walked", format!("{}: Name somebody of the office.", walked.day)));
        }
        if let Some(trouble) = walked.failed.as_ref().and_then(|failed| failure(plan, failed)) {
            found.push(("walked", format!("{}: {trouble}", walked.day)));
        }
    }
    let spoken = &known.community.fields.languages;
    let texts = plan.points.iter().flat_map(|point| point.checks.iter().chain([&point.name]));
    let languages = texts.chain([&plan.name]).flat_map(|text| text.0.keys());
    for language in languages.filter(|language| !spoken.contains(language)).collect::<BTreeSet<_>>() {
        found.push(("name", format!("“{language}” is no language of community.toml.")));
    }
    found
}

/// What is wrong with what a walk found.
fn failure(plan: &RoundPlanRow, failed: &FailedRow) -> Option<String> {
    let Some(point) = plan.points.iter().find(|point| point.code == failed.point) else {
        return Some("There is no such point.".to_owned());
    };
    if failed.check == 0 || usize::from(failed.check) > point.checks.len() {
        return Some(format!("There is no check {} at {}; they count from 1.", failed.check, point.code));
    }
    if is_blank(&failed.words) || failed.words.chars().count() > MAX_FOUND {
        return Some(format!("Say what was wrong in at most {MAX_FOUND} characters."));
    }
    None
}

/// `1 week`, `2 months`, `10 days`.
pub(super) fn interval(text: &str) -> Option<Interval> {
    let (count, unit) = text.split_once(' ')?;
    let unit = match unit.trim_end_matches('s') {
        "day" => IntervalUnit::Days,
        "week" => IntervalUnit::Weeks,
        "month" => IntervalUnit::Months,
        _ => return None,
    };
    Some(Interval { count: count.parse().ok()?, unit })
}
