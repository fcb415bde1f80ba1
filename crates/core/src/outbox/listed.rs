//! The outbox as the person sees it.

use linli_wire::{
    Localized, Timestamp,
    ops::{Action, Op},
    outbox::{OutboxCounts, OutboxPage, OutboxRow},
    payments::NewReading,
    repairs::RepairAct,
    rounds::{CheckAnswer, RoundPlanContent},
};
use rusqlite::Connection;

use super::pending_state;
use crate::{chat, error::Result};

/// What a person typed with an action that has no place of its own for it; empty for other actions.
pub fn words(action: &Action) -> String {
    match action {
        Action::ReportRepair { report, .. } => report.words.clone(),
        Action::ActOnRepair { act, .. } => of_act(act),
        Action::MessageOnRepair { words, .. } | Action::NoteOnRepair { words, .. } => words.clone(),
        Action::RateRepair { rating, .. } => rating.words.clone(),
        Action::InspectPoint { answers, .. } => found(answers),
        Action::SaveRoundPlan { content, .. } => planned(content),
        Action::SaveFee { content, .. } => in_all_languages(&content.name),
        Action::SaveReadings { readings, .. } => readings.iter().map(shown).collect::<Vec<_>>().join("\n"),
        Action::SaveRepairCategory { content, .. } => in_all_languages(&content.name),
        action => chat::of_action(action).unwrap_or_default(),
    }
}

fn of_act(act: &RepairAct) -> String {
    let parts = act.parts().iter().map(|part| format!("{} ×{}", part.name, part.count));
    let said = (!act.words().is_empty()).then(|| act.words().to_owned());
    said.into_iter().chain(parts).collect::<Vec<_>>().join("\n")
}

/// What was typed about what was found.
pub(crate) fn found(answers: &[CheckAnswer]) -> String {
    let words: Vec<&str> =
        answers.iter().map(|answer| answer.found.words()).filter(|words| !words.is_empty()).collect();
    words.join("\n")
}

/// What was typed in a plan: its name, its points and what to look at there.
pub(crate) fn planned(content: &RoundPlanContent) -> String {
    let points = content
        .points
        .iter()
        .flat_map(|point| std::iter::once(&point.name).chain(point.checks.iter().map(|check| &check.words)));
    let texts: Vec<String> = std::iter::once(&content.name).chain(points).map(in_all_languages).collect();
    texts.join("\n")
}

/// A reading as somebody would write it down.
fn shown(reading: &NewReading) -> String {
    let (whole, part) = (reading.value_milli / 1000, reading.value_milli % 1000);
    format!("{}: {whole}.{part:03}", reading.day)
}

fn in_all_languages(texts: &Localized) -> String {
    texts.0.values().cloned().collect::<Vec<_>>().join(" / ")
}

/// The outbox, with what was typed for pages that are gone.
///
/// # Errors
/// Trouble of the cache.
pub fn page(db: &Connection, now: Timestamp) -> Result<OutboxPage> {
    Ok(OutboxPage { rows: rows(db)?, drafts: chat::left_drafts(db, now)? })
}

/// What waits and what is stuck.
///
/// # Errors
/// Trouble of the cache.
pub fn rows(db: &Connection) -> Result<Vec<OutboxRow>> {
    let mut select =
        db.prepare_cached("SELECT op, subject, state, error FROM outbox WHERE state IN ('queued', 'sending', 'stuck') ORDER BY seq")?;
    let rows = select.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Option<String>>(3)?,
        ))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (op, subject, state, error) = row?;
        let op: Op = serde_json::from_str(&op)?;
        let state = pending_state(&state, error.as_deref());
        let (kind, words) = (op.action.kind().to_owned(), words(&op.action));
        found.push(OutboxRow { op_id: op.id, kind, subject, words, at: op.at, state });
    }
    Ok(found)
}

/// How much waits and how much is stuck.
///
/// # Errors
/// Trouble of the cache.
pub fn counts(db: &Connection) -> Result<OutboxCounts> {
    Ok(db.query_row(
        "SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state = 'stuck')
         FROM outbox WHERE state <> 'settled'",
        [],
        |row| Ok(OutboxCounts { waiting: row.get(0)?, stuck: row.get(1)? }),
    )?)
}
