//! What a clock that was wrong for a while made of rounds.
//!
//! A machine may start a year ahead and be set right by the network half a minute later. By then a year of rounds
//! may have fallen due and been missed, and no plan would fall due again for as long. So rounds that begin in the
//! future and that nobody walked are taken back, and every plan falls due again from today. A clock that is behind
//! would take back what is right, so [`crate::clock::Watch`] waits until it has settled.

use linli_wire::{
    Timestamp,
    id::CommunityId,
    rounds::{RoundPlan, RoundState},
};

use super::{ARCHIVE_MS, community_of, next_day, refused, store};
use crate::{Error, calendar::Calendar, db::Tx, params};

/// Puts right what was done by a clock that went ahead.
///
/// # Errors
/// The database's.
pub fn mend(tx: &mut Tx<'_>) -> Result<(), Error> {
    for row in tx.query("SELECT id FROM community ORDER BY id", &[])? {
        let community: CommunityId = row.get(0)?;
        let done = tx.savepoint(|tx| {
            let calendar = Calendar::of(&community_of(tx, community)?)?;
            take_back(tx, community, &calendar)?;
            reckon(tx, community, &calendar)
        });
        if let Some(error) = refused(done)? {
            tracing::error!(%error, "rounds of a community could not be put right");
        }
    }
    Ok(())
}

/// Days begin at other moments now.
pub(crate) fn zone_changed(tx: &mut Tx<'_>, community: CommunityId) -> Result<(), Error> {
    let calendar = Calendar::of(&community_of(tx, community)?)?;
    reckon(tx, community, &calendar)
}

/// Rounds of days to come are removed, unless somebody walked there; those that were missed before their time was
/// up are open again.
fn take_back(tx: &mut Tx<'_>, community: CommunityId, calendar: &Calendar) -> Result<(), Error> {
    let (now, missed) = (tx.now(), RoundState::Missed);
    // Days are ordered as text.
    let today = calendar.today(now)?.to_string();
    let rows = tx.query(
        "SELECT id FROM round WHERE community_id = $1 AND (due_on > $2 OR (state = $3 AND due_at > $4))
         ORDER BY id",
        params![community, &today, missed.as_str(), now.plus_millis(ARCHIVE_MS)],
    )?;
    for row in rows {
        let Some(mut stored) = store::find(tx, community, row.get(0)?)? else { continue };
        let round = &mut stored.round;
        if round.from > now && round.results.is_empty() {
            store::remove(tx, community, round)?;
        } else if round.state == missed && round.until > now && !round.is_walked() {
            // No row of the table leads here: its time was never up.
            round.state = RoundState::Open;
            store::change(tx, community, &mut stored)?;
        }
    }
    Ok(())
}

/// When each plan falls due next: on the first day from today without a round, where that is earlier than what
/// stands there.
fn reckon(tx: &mut Tx<'_>, community: CommunityId, calendar: &Calendar) -> Result<(), Error> {
    for row in
        tx.query("SELECT id FROM round_plan WHERE community_id = $1 ORDER BY id", params![community])?
    {
        let Some(plan) = store::find_plan(tx, community, row.get(0)?)? else { continue };
        let stands = plan.next_on.as_deref().and_then(|day| day.parse().ok());
        let free = next_day(tx, community, calendar, plan.id, &plan.content)?;
        let Some(day) = [stands, free].into_iter().flatten().min() else { continue };
        let due_at: Timestamp = calendar.begins(day)?;
        if stands == Some(day) {
            store::put_off(tx, community, plan.id, due_at)?;
        } else {
            let plan = RoundPlan { next_on: Some(day.to_string()), ..plan };
            store::put_plan(tx, community, &plan, Some(due_at))?;
        }
    }
    Ok(())
}
