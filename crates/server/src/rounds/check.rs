//! What a plan and an inspection must be before they count.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use linli_wire::{
    Language, Localized,
    id::{CommunityId, RoundPlanId},
    repairs::RepairPlace,
    rounds::{
        CheckAnswer, Found, MAX_CHECK, MAX_CHECKS, MAX_EVERY, MAX_FOUND, MAX_PLAN_CHECKS, MAX_POINTS,
        MAX_ROUND_NAME, RoundCheck, RoundPlanContent, RoundPoint,
    },
};

use super::{Inspection, store};
use crate::{Error, db::Tx, input, params, repairs};

/// Days on which a plan may begin.
const FIRST_DAYS: (Date, Date) = (date(2000, 1, 1), date(2199, 12, 31));

/// A plan as it is kept.
pub(super) fn plan(
    tx: &mut Tx<'_>,
    community: CommunityId,
    id: RoundPlanId,
    given: &RoundPlanContent,
) -> Result<RoundPlanContent, Error> {
    // A language that the community gave up since stays where it is, or nothing of the plan could be changed.
    let mut languages: BTreeSet<Language> =
        super::community_of(tx, community)?.languages.into_iter().collect();
    if let Some(known) = store::plan(tx, community, id)? {
        languages.extend(texts(&known.content).flat_map(|text| text.0.keys().cloned()));
    }
    if texts(given).flat_map(|text| text.0.keys()).any(|language| !languages.contains(language)) {
        return Err(Error::invalid("languages", "must be those of the community"));
    }
    let name = words("name", &given.name, MAX_ROUND_NAME)?;
    if given.every.count == 0 || given.every.count > MAX_EVERY {
        return Err(Error::invalid("every.count", format!("must be 1 to {MAX_EVERY}")));
    }
    let first: Option<Date> = given.first.parse().ok();
    let first = first.filter(|first| *first >= FIRST_DAYS.0 && *first <= FIRST_DAYS.1);
    let first = first.ok_or_else(|| Error::invalid("first", "must be a day such as 2026-11-30"))?.to_string();
    if given.days == 0 || u32::from(given.days) > given.every.fewest_days() {
        return Err(Error::invalid("days", "must be at least 1, and end before the next round begins"));
    }
    if given.points.is_empty() || given.points.len() > MAX_POINTS {
        return Err(Error::invalid("points", format!("must be 1 to {MAX_POINTS}")));
    }
    if given.points.iter().map(|point| point.checks.len()).sum::<usize>() > MAX_PLAN_CHECKS {
        return Err(Error::invalid("points", format!("must have at most {MAX_PLAN_CHECKS} checks in all")));
    }
    let mut codes = BTreeSet::new();
    for other in store::all_plans(tx, community)?.into_iter().filter(|other| other.id != id) {
        codes.extend(other.content.points.into_iter().map(|point| point.code));
    }
    let mut ids = BTreeSet::new();
    let mut points = Vec::with_capacity(given.points.len());
    for point in &given.points {
        if !ids.insert(point.id) || !codes.insert(point.code.clone()) {
            return Err(Error::invalid("points", "must each have an id and a code of their own"));
        }
        points.push(self::point(tx, community, point)?);
    }
    Ok(RoundPlanContent { name, first, points, ..given.clone() })
}

/// Everything that a plan says in some language.
fn texts(plan: &RoundPlanContent) -> impl Iterator<Item = &Localized> {
    let checks = plan.points.iter().flat_map(|point| point.checks.iter().map(|check| &check.words));
    let names = plan.points.iter().map(|point| &point.name);
    checks.chain(names).chain([&plan.name])
}

fn point(tx: &mut Tx<'_>, community: CommunityId, given: &RoundPoint) -> Result<RoundPoint, Error> {
    let name = words("points.name", &given.name, MAX_ROUND_NAME)?;
    if !is_place(tx, community, given.place)? {
        return Err(Error::invalid("points.place", "must be a building or a common area of this community"));
    }
    // One that was retired later stays with the points that have it: what is found goes elsewhere then.
    if repairs::settings::category(tx, community, &given.category)?.is_none() {
        return Err(Error::invalid("points.category", "is no category of repairs of this community"));
    }
    if given.checks.is_empty() || given.checks.len() > MAX_CHECKS {
        return Err(Error::invalid("points.checks", format!("must be 1 to {MAX_CHECKS}")));
    }
    let mut numbers = BTreeSet::new();
    let mut checks = Vec::with_capacity(given.checks.len());
    for check in &given.checks {
        if !numbers.insert(check.number) {
            return Err(Error::invalid("points.checks", "must each have a number of their own"));
        }
        let words = words("points.checks.words", &check.words, MAX_CHECK)?;
        checks.push(RoundCheck { number: check.number, words });
    }
    Ok(RoundPoint { name, checks, ..given.clone() })
}

/// Whether it is a building or a common area of the community: nobody's home is walked through.
fn is_place(tx: &mut Tx<'_>, community: CommunityId, place: RepairPlace) -> Result<bool, Error> {
    let row = match place {
        RepairPlace::Home { .. } => None,
        RepairPlace::Building { building_id } => {
            let sql = "SELECT 1 FROM building WHERE community_id = $1 AND id = $2";
            tx.query_opt(sql, params![community, building_id])?
        }
        RepairPlace::Area { area_id } => {
            let sql = "SELECT 1 FROM common_area WHERE community_id = $1 AND id = $2";
            tx.query_opt(sql, params![community, area_id])?
        }
    };
    Ok(row.is_some())
}

/// A line in one language at least.
fn words(field: &str, given: &Localized, max: usize) -> Result<Localized, Error> {
    if given.0.is_empty() {
        return Err(Error::invalid(field, "must hold at least one language"));
    }
    let mut words = Localized::default();
    for (language, text) in &given.0 {
        words.0.insert(language.clone(), input::line(&format!("{field}.{language}"), text, max)?);
    }
    Ok(words)
}

/// The answers of an inspection in the order of the checks: one for each, with what belongs to it.
pub(super) fn answers(point: &RoundPoint, given: &Inspection<'_>) -> Result<Vec<CheckAnswer>, Error> {
    if given.answers.len() != point.checks.len() {
        return Err(Error::invalid("answers", "must be one for each check of the point"));
    }
    let mut answers = Vec::with_capacity(point.checks.len());
    for check in &point.checks {
        let answer = given.answers.iter().find(|answer| answer.number == check.number);
        let answer =
            answer.ok_or_else(|| Error::invalid("answers", "must be one for each check of the point"))?;
        input::lines("answers.words", answer.found.words(), MAX_FOUND)?;
        let blank = linli_wire::text::is_blank(answer.found.words());
        let lacks = match answer.found {
            Found::Fine => false,
            Found::Failed { .. } => blank && given.photos.is_empty(),
            Found::NotPossible { .. } => blank,
        };
        if lacks {
            return Err(Error::invalid("answers.words", "must say what is wrong, or a photo must show it"));
        }
        answers.push(answer.clone());
    }
    let failed = answers.iter().any(|answer| answer.found.is_failed());
    if failed != given.repair.is_some() {
        return Err(Error::invalid("repair_id", "must be there if, and only if, something failed"));
    }
    if !failed && !given.photos.is_empty() {
        return Err(Error::invalid("photos", "belong to what failed"));
    }
    Ok(answers)
}
