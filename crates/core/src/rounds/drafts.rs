//! Checklists that are being filled in.
//!
//! As with reports, what was typed is always in exactly one place: the draft, the outbox, or the log.

use linli_wire::command::InspectPoint;
use linli_wire::{
    Code, Language, Timestamp, WireError,
    id::{RepairId, RoundId, RoundPointId},
    ops::{Action, Op},
    repairs::MAX_PHOTOS,
    rounds::{CheckAnswer, Found, MAX_FOUND, PointForm, PointKey, RoundPoint},
    text,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{is_stuck, lane, load, repair_of, waiting};
use crate::{
    cache::Cache,
    error::{Error, Result, not_found},
    outbox,
    ports::System,
    repairs,
};

/// A checklist that is kept.
pub(crate) struct Draft {
    pub(crate) key: PointKey,
    pub(crate) form: PointForm,
    pub(crate) kept_at: Timestamp,
}

/// Keeps what stands in the checklist of a point; nothing once it is on its way.
///
/// # Errors
/// Trouble of the cache.
pub fn keep(cache: &Cache, system: &dyn System, request: InspectPoint) -> Result<()> {
    let InspectPoint { point: key, mut form } = request;
    cache.write(|tx| {
        let is_going = waiting(tx, key.round_id)?
            .iter()
            .any(|open| open.op.lane == lane(key.round_id, key.point_id) && !is_stuck(&open.pending));
        if is_going {
            return Ok(());
        }
        form.scanned = is_scanned(tx, key)?;
        put(tx, key, &form, system.now())
    })
}

/// Says what was found at a point, through the outbox.
///
/// # Errors
/// `not_found` when the round is not here; `invalid_input` for what the server would refuse, then the draft
/// stays; `conflict` when an earlier inspection of the same point is on its way already; trouble of the cache.
pub fn inspect(cache: &Cache, system: &dyn System, language: &Language, request: InspectPoint) -> Result<()> {
    let InspectPoint { point: key, form } = request;
    cache.write(|tx| {
        let round = load(tx, key.round_id)?.ok_or_else(|| not_found("round"))?;
        let point = round.points.iter().find(|point| point.id == key.point_id);
        let point = point.ok_or_else(|| not_found("point"))?;
        let answers = checked(point, &form)?;
        let lane = lane(key.round_id, key.point_id);
        let (mut scanned, mut repair) = (is_scanned(tx, key)?, None);
        for open in waiting(tx, key.round_id)?.iter().filter(|open| open.op.lane == lane) {
            if open.tried && !is_stuck(&open.pending) {
                return Err(Error::new(Code::Conflict, "an inspection of this point is on its way"));
            }
            scanned |= super::form_of(&open.op.action).scanned;
            repair = repair.or(repair_of(&open.op.action));
        }
        let failed = answers.iter().any(|answer| answer.found.is_failed());
        let mut random = [0; 10];
        system.random(&mut random);
        let now = system.now();
        let action = Action::InspectPoint {
            round_id: key.round_id,
            point_id: key.point_id,
            at: now,
            scanned,
            answers,
            // Those of something that is in order after all belong nowhere.
            photos: if failed { form.photos.clone() } else { Vec::new() },
            urgency: form.urgency,
            // What was said to the repair of the one that this replaces belongs to the repair of this one.
            repair_id: failed.then(|| repair.unwrap_or_else(|| RepairId::new(now, random))),
        };
        let subject =
            format!("{} ·\u{a0}{}", round.name.in_language(language), point.name.in_language(language));
        outbox::replace(tx, system, &lane, &subject, action)?;
        forget(tx, key)
    })
}

/// An inspection that is given up goes back into its checklist, unless somebody else's stands there: then it
/// has been read and is given up for good. Where its point is not here any more, a report is begun with it.
///
/// # Errors
/// Trouble of the cache.
pub fn take_back(tx: &Transaction<'_>, op: &Op) -> Result<()> {
    let Action::InspectPoint { round_id, point_id, .. } = op.action else { return Ok(()) };
    let key = PointKey { round_id, point_id };
    let round = load(tx, round_id)?;
    let point = round.as_ref().and_then(|round| round.points.iter().find(|point| point.id == point_id));
    if round.as_ref().is_some_and(|round| round.result(point_id).is_some()) {
        return Ok(());
    }
    let mut form = super::form_of(&op.action);
    if point.is_none() {
        // No page shows its checklist any more; what does not work is to be reported all the same.
        return repairs::draft_found(tx, RepairId(op.id.0), &form, op.at);
    }
    // Its label may have been scanned since.
    let there = get(tx, key)?.unwrap_or_default();
    if is_empty(&there) {
        form.scanned |= there.scanned;
        put(tx, key, &form, op.at)?;
    }
    Ok(())
}

/// All checklists, the newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Draft>> {
    let mut select =
        db.prepare_cached("SELECT round_id, point_id, form, kept_at FROM round_draft ORDER BY kept_at DESC")?;
    let mut rows = select.query([])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        drafts.push(Draft {
            key: PointKey { round_id: RoundId(row.get(0)?), point_id: RoundPointId(row.get(1)?) },
            form: serde_json::from_str(&row.get::<_, String>(2)?)?,
            kept_at: Timestamp(row.get(3)?),
        });
    }
    Ok(drafts)
}

/// Nothing was answered and nothing added: a checklist that was only opened or scanned.
pub(crate) fn is_empty(form: &PointForm) -> bool {
    form.answers.is_empty() && form.photos.is_empty()
}

/// The checklist of a point, if one is kept.
pub(crate) fn get(db: &Connection, key: PointKey) -> Result<Option<PointForm>> {
    let form: Option<String> = db
        .prepare_cached("SELECT form FROM round_draft WHERE round_id = ?1 AND point_id = ?2")?
        .query_row([key.round_id.0, key.point_id.0], |row| row.get(0))
        .optional()?;
    Ok(form.map(|form| serde_json::from_str(&form)).transpose()?)
}

/// Keeps a checklist as it is.
pub(crate) fn put(db: &Connection, key: PointKey, form: &PointForm, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO round_draft (round_id, point_id, form, kept_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (round_id, point_id) DO UPDATE SET form = excluded.form, kept_at = excluded.kept_at",
    )?
    .execute(params![key.round_id.0, key.point_id.0, serde_json::to_string(form)?, now.0])?;
    Ok(())
}

/// Forgets what stands in the checklist of a point, that its label was scanned included.
///
/// # Errors
/// Trouble of the cache.
pub fn forget(db: &Connection, key: PointKey) -> Result<()> {
    db.prepare_cached("DELETE FROM round_draft WHERE round_id = ?1 AND point_id = ?2")?
        .execute([key.round_id.0, key.point_id.0])?;
    Ok(())
}

fn is_scanned(db: &Connection, key: PointKey) -> Result<bool> {
    Ok(get(db, key)?.is_some_and(|form| form.scanned))
}

/// What the server would refuse is said while it can still be mended in its place.
fn checked(point: &RoundPoint, form: &PointForm) -> Result<Vec<CheckAnswer>> {
    if form.photos.len() > MAX_PHOTOS {
        let reason = format!("must not be more than {MAX_PHOTOS}");
        return Err(WireError::invalid("attachments", reason).into());
    }
    let mut answers = Vec::with_capacity(point.checks.len());
    for check in &point.checks {
        let answer = form.answers.iter().find(|answer| answer.number == check.number);
        let answer = answer.ok_or_else(|| WireError::invalid("answers", "must be one for each check"))?;
        let words = answer.found.words();
        let needs = match answer.found {
            Found::Fine => false,
            Found::Failed { .. } => form.photos.is_empty(),
            Found::NotPossible { .. } => true,
        };
        if needs && text::is_blank(words) {
            let reason = "must say what is wrong, or a photo must show it";
            return Err(WireError::invalid("answers.words", reason).into());
        }
        if words.chars().count() > MAX_FOUND {
            let reason = format!("must not be longer than {MAX_FOUND} characters");
            return Err(WireError::invalid("answers.words", reason).into());
        }
        answers.push(answer.clone());
    }
    Ok(answers)
}
