//! Reports in the making.
//!
//! What stands in a form is kept while it is typed, complete or not. Reporting moves it into the outbox in
//! one transaction; giving a stuck report up moves it back. So what was typed is always in exactly one
//! place: the draft, the outbox, or the log.

use linli_wire::{
    Timestamp, WireError,
    command::RepairDrafts,
    id::RepairId,
    ops::{Action, Op},
    repairs::{MAX_PHOTOS, MAX_REACH, MAX_WORDS, RepairDraft, RepairForm, RepairReport},
    rounds::PointForm,
    text,
    typed::{Typed, TypedPlace},
};
use rusqlite::{Connection, Transaction, params};

use super::lane;
use crate::{attachments, cache::Cache, error::Result, outbox, ports::System, typed};

/// A new report, kept at once.
///
/// # Errors
/// Trouble of the cache.
pub fn new(cache: &Cache, system: &dyn System) -> Result<RepairDraft> {
    let now = system.now();
    let mut random = [0; 10];
    system.random(&mut random);
    let draft = RepairDraft { id: RepairId::new(now, random), kept_at: now, form: RepairForm::default() };
    cache.write(|tx| put(tx, draft.id, &draft.form, now))?;
    Ok(draft)
}

/// Keeps what stands in the form; nothing once it is reported: a form that is slow to close brings no draft back.
///
/// # Errors
/// Trouble of the cache.
pub fn keep(cache: &Cache, system: &dyn System, draft: &RepairDraft) -> Result<()> {
    cache.write(|tx| {
        let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1 AND kind = 'report_repair' AND state <> 'stuck')
             OR EXISTS (SELECT 1 FROM repair WHERE id = ?2)";
        let reported: bool = tx.query_row(sql, params![lane(draft.id), draft.id.0], |row| row.get(0))?;
        if reported { Ok(()) } else { put(tx, draft.id, &draft.form, system.now()) }
    })
}

/// Reports in the making, newest first. A form in which nothing was typed is none.
///
/// # Errors
/// Trouble of the cache.
pub fn drafts(cache: &Cache) -> Result<RepairDrafts> {
    cache.read(|db| {
        let mut drafts = all(db)?;
        drafts.retain(|draft| !is_empty(&draft.form));
        Ok(RepairDrafts { drafts })
    })
}

/// Forgets a report in the making, and one that got stuck.
///
/// # Errors
/// Trouble of the cache.
pub fn forget(cache: &Cache, id: RepairId) -> Result<()> {
    cache.write(|tx| {
        tx.execute("DELETE FROM repair_draft WHERE repair_id = ?1", [id.0])?;
        let sql = "DELETE FROM outbox WHERE lane = ?1 AND kind = 'report_repair' AND state = 'stuck'";
        tx.execute(sql, [lane(id)])?;
        Ok(())
    })
}

/// Reports through the outbox: the draft becomes an operation.
///
/// # Errors
/// `invalid_input` for what the server would refuse; then the draft stays. Trouble of the cache.
pub fn report(cache: &Cache, system: &dyn System, draft: &RepairDraft) -> Result<()> {
    let report = checked(&draft.form)?;
    cache.write(|tx| {
        let subject: String = report.words.lines().next().unwrap_or_default().chars().take(60).collect();
        let action = Action::ReportRepair { repair_id: draft.id, report: report.clone() };
        let op = outbox::replace(tx, system, &lane(draft.id), &subject, action)?;
        // What was said to it while it was stuck is said once it is there.
        outbox::put_behind(tx, &lane(draft.id), op)?;
        tx.execute("DELETE FROM repair_draft WHERE repair_id = ?1", [draft.id.0])?;
        Ok(())
    })
}

/// A report that is given up goes back into its form, with what was said to it into the box for a message; what
/// was typed with anything else goes there at once.
///
/// # Errors
/// Trouble of the cache.
pub fn take_back(tx: &Transaction<'_>, op: &Op) -> Result<()> {
    let words = outbox::words(&op.action);
    let place = match &op.action {
        Action::ReportRepair { repair_id, report } => {
            take_report_back(tx, op, *repair_id, report)?;
            for said in outbox::open_in_lane(tx, &lane(*repair_id))? {
                if let Some(said) = outbox::discard(tx, said.op.id)? {
                    take_back(tx, &said)?;
                }
            }
            return Ok(());
        }
        Action::ActOnRepair { repair_id, .. }
        | Action::MessageOnRepair { repair_id, .. }
        | Action::RateRepair { repair_id, .. } => TypedPlace::RepairMessage { id: *repair_id },
        Action::NoteOnRepair { repair_id, .. } => TypedPlace::RepairNote { id: *repair_id },
        _ => return Ok(()),
    };
    let photos = attachments::of_action(&op.action).to_vec();
    typed::give_back(tx, place, Typed { words, photos, form: String::new() }, op.at)
}

fn take_report_back(tx: &Transaction<'_>, op: &Op, repair_id: RepairId, report: &RepairReport) -> Result<()> {
    // The server has another report under this id: what was typed becomes a report of its own.
    let is_taken = super::load(tx, repair_id)?.is_some();
    let repair_id = if is_taken { RepairId(op.id.0) } else { repair_id };
    let sql = "SELECT EXISTS (SELECT 1 FROM repair_draft WHERE repair_id = ?1)";
    let drafted: bool = tx.query_row(sql, [repair_id.0], |row| row.get(0))?;
    if !drafted {
        put(tx, repair_id, &form_of(report), op.at)?;
    }
    Ok(())
}

/// Begins a report with what was found where nobody inspects any more; nothing where everything was in order.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn draft_found(tx: &Connection, id: RepairId, found: &PointForm, at: Timestamp) -> Result<()> {
    let failed: Vec<_> = found.answers.iter().filter(|answer| answer.found.is_failed()).cloned().collect();
    if failed.is_empty() {
        return Ok(());
    }
    let form = RepairForm {
        words: outbox::found(&failed),
        photos: found.photos.clone(),
        urgency: found.urgency,
        ..RepairForm::default()
    };
    put(tx, id, &form, at)
}

/// All forms, newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<RepairDraft>> {
    let sql = "SELECT repair_id, form, kept_at FROM repair_draft ORDER BY kept_at DESC, repair_id DESC";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        drafts.push(RepairDraft {
            id: RepairId(row.get(0)?),
            form: serde_json::from_str(&row.get::<_, String>(1)?)?,
            kept_at: Timestamp(row.get(2)?),
        });
    }
    Ok(drafts)
}

/// Nothing was typed and nothing added: a form that was only opened.
pub(crate) fn is_empty(form: &RepairForm) -> bool {
    form.photos.is_empty() && form.words.trim().is_empty() && form.reach.trim().is_empty()
}

fn put(db: &Connection, id: RepairId, form: &RepairForm, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO repair_draft (repair_id, form, kept_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (repair_id) DO UPDATE SET form = excluded.form, kept_at = excluded.kept_at",
    )?
    .execute(params![id.0, serde_json::to_string(form)?, now.0])?;
    Ok(())
}

/// What the server would refuse is said while it can still be mended in its place.
fn checked(form: &RepairForm) -> Result<RepairReport> {
    let place = form.place.ok_or_else(|| WireError::invalid("place", "must be chosen"))?;
    if form.category.is_empty() {
        return Err(WireError::invalid("category", "must be chosen").into());
    }
    super::queued::needed("words", &form.words, MAX_WORDS)?;
    if form.photos.len() > MAX_PHOTOS {
        let reason = format!("must not be more than {MAX_PHOTOS}");
        return Err(WireError::invalid("attachments", reason).into());
    }
    let reach =
        if form.reach.trim().is_empty() { "" } else { text::line_of("reach", &form.reach, MAX_REACH)? };
    Ok(RepairReport {
        place,
        category: form.category.clone(),
        urgency: form.urgency,
        words: form.words.clone(),
        photos: form.photos.clone(),
        times: form.times.clone(),
        may_enter: form.may_enter,
        reach: reach.to_owned(),
    })
}

fn form_of(report: &RepairReport) -> RepairForm {
    RepairForm {
        place: Some(report.place),
        category: report.category.clone(),
        urgency: report.urgency,
        words: report.words.clone(),
        photos: report.photos.clone(),
        times: report.times.clone(),
        may_enter: report.may_enter,
        reach: report.reach.clone(),
    }
}
