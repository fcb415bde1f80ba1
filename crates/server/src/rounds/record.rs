//! Rounds of before Linli, or of a community to try: written down as they were walked.

use jiff::civil::Date;
use linli_wire::{
    Timestamp,
    id::{CommunityId, DeviceId, PersonId, RepairId, RoundPlanId},
    repairs::Urgency,
    rounds::{CheckAnswer, Found, PointResult, Round, RoundEvent, RoundState, next_round},
};
use uuid::Uuid;

use super::{Inspection, StoredRound, community_of, report, store};
use crate::{Error, auth::Caller, calendar::Calendar, db::Tx, params, repairs};

/// How a round was walked.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The day on which it fell due.
    pub day: Date,
    /// Who walked it; none where nobody did.
    pub by: Option<PersonId>,
    /// What was not in order: the place of the point, the number of the check, and the words.
    pub failed: Option<(usize, u16, String)>,
}

/// Writes down a round of a plan that there is; what failed becomes a repair of now. One of a day that the plan
/// has a round of already is left alone.
///
/// # Errors
/// The database's; `not_found` for a plan or a person that does not exist; `invalid_input` for a repair that
/// cannot be made.
pub(super) fn record(
    tx: &mut Tx<'_>,
    community: CommunityId,
    plan: RoundPlanId,
    walked: &Walked,
) -> Result<(), Error> {
    let day = walked.day.to_string();
    if store::has_round(tx, community, plan, &day)? {
        return Ok(());
    }
    let content = store::plan(tx, community, plan)?.ok_or_else(Error::not_found)?.content;
    let calendar = Calendar::of(&community_of(tx, community)?)?;
    let mut round = Round {
        id: store::round_id(plan, &day),
        version: 0,
        plan_id: plan,
        name: content.name,
        points: content.points,
        due_on: day,
        from: calendar.begins(walked.day)?,
        until: calendar.ends(walked.day, content.days)?,
        state: RoundState::Open,
        results: Vec::new(),
    };
    let event = match walked.by {
        None => RoundEvent::TimeUp,
        Some(person) => {
            let caller = caller(tx, community, person)?;
            for place in 0..round.points.len() {
                let result = result(tx, &caller, &round, place, walked)?;
                round.results.extend(result);
            }
            RoundEvent::WalkedInTime
        }
    };
    round.state = next_round(round.state, event);
    store::change(tx, community, &mut StoredRound { round, archived: false })
}

/// Somebody of the office as who writes down what they did.
fn caller(tx: &mut Tx<'_>, community: CommunityId, person: PersonId) -> Result<Caller, Error> {
    let sql = "SELECT role, name FROM person WHERE community_id = $1 AND id = $2";
    let row = tx.query_opt(sql, params![community, person])?.ok_or_else(Error::not_found)?;
    let device = DeviceId(Uuid::nil());
    Ok(Caller { community, person, device, role: row.get(0)?, household: None, name: row.get(1)? })
}

fn result(
    tx: &mut Tx<'_>,
    caller: &Caller,
    round: &Round,
    place: usize,
    walked: &Walked,
) -> Result<Option<PointResult>, Error> {
    /// From nine in the morning, ten minutes for each point.
    const FIRST_MS: i64 = 9 * 60 * 60 * 1000;
    const EACH_MS: i64 = 10 * 60 * 1000;
    let Some(point) = round.points.get(place) else { return Ok(None) };
    let failed = walked.failed.as_ref().filter(|(at, ..)| *at == place);
    let answer = |number: u16| match failed {
        Some((_, wrong, words)) if *wrong == number => {
            CheckAnswer { number, found: Found::Failed { words: words.clone() } }
        }
        _ => CheckAnswer { number, found: Found::Fine },
    };
    let answers: Vec<CheckAnswer> = point.checks.iter().map(|check| answer(check.number)).collect();
    let minutes = i64::try_from(place).unwrap_or_default();
    let at: Timestamp = round.from.plus_millis(FIRST_MS + minutes * EACH_MS).min(tx.now());
    let repair_id = failed.map(|_| RepairId(store::derived(&[round.id.0.as_bytes(), point.id.0.as_bytes()])));
    if let Some(repair) = repair_id {
        let inspection = Inspection {
            round: round.id,
            point: point.id,
            at,
            scanned: true,
            answers: &answers,
            photos: &[],
            urgency: Urgency::Normal,
            repair: Some(repair),
        };
        report(tx, caller, round, point, &answers, &inspection, repair)?;
    }
    let by = repairs::person(tx, caller, caller.person)?;
    Ok(Some(PointResult { point_id: point.id, at, received_at: at, by, scanned: true, answers, repair_id }))
}
