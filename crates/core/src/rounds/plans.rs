//! Plans of rounds, for the office.

use linli_wire::{
    Language, Timestamp, WireError,
    command::SaveRoundPlan,
    id::{RoundPlanId, RoundPointId},
    ops::{Action, Op},
    outbox::PendingState,
    repairs::{RepairCategory, RepairPlace},
    rounds::{
        PointCode, RoundCheck, RoundLabel, RoundLabels, RoundPlan, RoundPlanRow, RoundPlans, RoundPoint,
    },
    sync::Entity,
    typed::TypedPlace,
};
use rusqlite::{Connection, Transaction};

use super::is_stuck;
use crate::{
    cache::Cache,
    community::{self, record, records},
    error::{Result, internal, not_found},
    outbox::{self, Open},
    ports::System,
    qr,
    repairs::naming::Naming,
    typed,
};

fn lane(id: RoundPlanId) -> String {
    format!("round-plan:{id}")
}

/// All plans, with saves that wait already in their place.
///
/// # Errors
/// Trouble of the cache.
pub fn plans(cache: &Cache, language: &Language) -> Result<RoundPlans> {
    cache.read(|db| {
        let mut plans: Vec<RoundPlanRow> =
            all(db)?.into_iter().map(|(plan, open)| row(plan, open, language)).collect();
        plans.sort_by_cached_key(|row| (row.plan.content.retired, row.name.clone(), row.plan.id));
        Ok(RoundPlans { plans })
    })
}

fn row(plan: RoundPlan, open: Option<Open>, language: &Language) -> RoundPlanRow {
    let name = plan.content.name.in_language(language).to_owned();
    RoundPlanRow { plan, name, pending: open.map(|open| open.pending) }
}

fn all(db: &Connection) -> Result<Vec<(RoundPlan, Option<Open>)>> {
    let known: Vec<RoundPlan> = records(db, Entity::RoundPlan)?;
    let mut plans: Vec<(RoundPlan, Option<Open>)> = known.into_iter().map(|plan| (plan, None)).collect();
    for open in outbox::open_of_kind(db, "save_round_plan")? {
        let Action::SaveRoundPlan { plan_id, content, .. } = &open.op.action else { continue };
        let (id, content) = (*plan_id, content.clone());
        match plans.iter_mut().find(|(plan, _)| plan.id == id) {
            Some((plan, pending)) => {
                plan.content = content;
                // Of several saves the one that was refused is shown: those behind it wait for its sake.
                if pending.as_ref().is_none_or(|before| !is_stuck(&before.pending)) {
                    *pending = Some(open);
                }
            }
            None => plans.push((RoundPlan { id, version: 0, content, next_on: None }, Some(open))),
        }
    }
    Ok(plans)
}

/// A new point with a code of its own, at the first place and under the first kind of repair that there is.
///
/// # Errors
/// `not_found` where there is no building or no kind of repair yet; trouble of the cache.
pub fn new_point(cache: &Cache, system: &dyn System) -> Result<RoundPoint> {
    let (place, category) = cache.read(|db| {
        let building = community::buildings(db)?.into_iter().next();
        let mut kinds: Vec<RepairCategory> = records(db, Entity::RepairCategory)?;
        kinds.retain(|kind| !kind.content.retired);
        kinds.sort_by(|one, other| one.content.key.cmp(&other.content.key));
        Ok((building, kinds.into_iter().next()))
    })?;
    let place = RepairPlace::Building { building_id: place.ok_or_else(|| not_found("building"))?.id };
    let category = category.ok_or_else(|| not_found("kind of repair"))?.content.key;
    let (mut random, mut letters) = ([0; 10], [0; 64]);
    system.random(&mut random);
    system.random(&mut letters);
    Ok(RoundPoint {
        id: RoundPointId::new(system.now(), random),
        code: PointCode::from_random(&letters).ok_or_else(|| internal("no randomness"))?,
        name: Default::default(),
        place,
        category,
        checks: vec![RoundCheck { number: 1, words: Default::default() }],
    })
}

/// Saves a plan through the outbox.
///
/// # Errors
/// `invalid_input` for a plan without a name, a point or a check; trouble of the cache.
pub fn save(cache: &Cache, system: &dyn System, language: &Language, request: SaveRoundPlan) -> Result<()> {
    let SaveRoundPlan { id, base_version, content } = request;
    let place = TypedPlace::RoundPlan { id };
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 10];
        system.random(&mut random);
        RoundPlanId::new(system.now(), random)
    });
    let is_blank = |texts: &linli_wire::Localized| {
        texts.0.is_empty() || texts.0.values().any(|text| linli_wire::text::is_blank(text))
    };
    let empty = |field: &str| WireError::invalid(field, "must not be empty");
    if is_blank(&content.name) {
        return Err(empty("name").into());
    }
    if content.points.is_empty() {
        return Err(empty("points").into());
    }
    for point in &content.points {
        if is_blank(&point.name) {
            return Err(empty("points.name").into());
        }
        if point.checks.is_empty() || point.checks.iter().any(|check| is_blank(&check.words)) {
            return Err(empty("points.checks").into());
        }
    }
    if content.days == 0 || u32::from(content.days) > content.every.fewest_days() {
        return Err(WireError::invalid("days", "must end before the next round begins").into());
    }
    cache.write(|tx| {
        let lane = lane(id);
        let going = outbox::take_out_stopped(tx, &lane)?;
        // A save that has left will have raised the version.
        let base_version =
            going.iter().filter(|open| open.tried).fold(base_version, |base, open| match open.op.action {
                Action::SaveRoundPlan { base_version, .. } => base.max(base_version + 1),
                _ => base,
            });
        let subject = content.name.in_language(language).to_owned();
        let action = Action::SaveRoundPlan { plan_id: id, base_version, content };
        outbox::replace(tx, system, &lane, &subject, action)?;
        typed::forget(tx, place)
    })
}

/// A plan that is given up goes back into its editor; those behind it stand on what it stood on.
///
/// # Errors
/// Trouble of the cache.
pub fn give_back(tx: &Transaction<'_>, system: &dyn System, op: &Op) -> Result<()> {
    let Action::SaveRoundPlan { plan_id, base_version, content } = &op.action else { return Ok(()) };
    let behind = outbox::open_in_lane(tx, &op.lane)?;
    for open in &behind {
        if let Action::SaveRoundPlan { content, .. } = &open.op.action
            && open.pending.state == PendingState::Waiting
        {
            let (plan_id, base_version) = (*plan_id, *base_version);
            let action = Action::SaveRoundPlan { plan_id, base_version, content: content.clone() };
            outbox::put_in_place(tx, system, open, open.op.at, action)?;
        }
    }
    if !behind.is_empty() {
        return Ok(());
    }
    let is_known = record::<RoundPlan>(tx, Entity::RoundPlan, plan_id.0)?.is_some();
    let id = is_known.then_some(*plan_id);
    let form = SaveRoundPlan { id, base_version: *base_version, content: content.clone() };
    let (place, form) = (TypedPlace::RoundPlan { id }, serde_json::to_string(&form)?);
    typed::give_back_form(tx, place, outbox::words(&op.action), form, op.at)
}

/// The labels of a plan, in the languages of the community.
///
/// # Errors
/// `not_found` when the plan is not here; trouble of the cache.
pub fn labels(cache: &Cache, id: RoundPlanId, language: &Language, now: Timestamp) -> Result<RoundLabels> {
    cache.read(|db| {
        let plan: Option<RoundPlan> = match record(db, Entity::RoundPlan, id.0)? {
            Some(plan) => Some(plan),
            None => all(db)?.into_iter().map(|(plan, _)| plan).find(|plan| plan.id == id),
        };
        let plan = plan.ok_or_else(|| not_found("plan"))?;
        let languages = community::community(db)?.map(|community| community.languages).unwrap_or_default();
        let mut labels = Vec::with_capacity(plan.content.points.len());
        for point in &plan.content.points {
            let (mut names, mut places) = (Vec::new(), Vec::new());
            for language in &languages {
                let place = Naming::read(db, language, now)?.place(db, point.place)?;
                for (texts, text) in [(&mut names, point.name.in_language(language)), (&mut places, &place)] {
                    if !texts.iter().any(|known| known == text) {
                        texts.push(text.to_owned());
                    }
                }
            }
            // A lift is often called what its place is called: once is enough.
            places.retain(|place| !names.contains(place));
            labels.push(RoundLabel {
                names,
                places,
                code: point.code.to_string(),
                qr: qr::draw(&point.code.qr_text())?,
            });
        }
        Ok(RoundLabels { name: plan.content.name.in_language(language).to_owned(), labels })
    })
}
