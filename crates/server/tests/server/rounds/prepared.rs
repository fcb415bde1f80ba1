//! Plans and rounds, and short words for what tests do with them.

use linli_server::rounds;
use linli_wire::{
    id::{BuildingId, RepairId, RoundId, RoundPlanId, RoundPointId},
    ops::Action,
    repairs::{RepairPlace, Urgency},
    rounds::{
        CheckAnswer, Found, Interval, IntervalUnit, PointCode, Round, RoundCheck, RoundPlan,
        RoundPlanContent, RoundPoint,
    },
};

use crate::{
    repairs::zh,
    world::{Device, Place, World, new_id},
};

pub const HOUR_MS: i64 = 60 * 60 * 1000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A point with two checks in a building, with a code of its own.
pub fn point(building_id: BuildingId, name: &str) -> RoundPoint {
    let id = new_id();
    let code = PointCode::from_random(&[*id.as_bytes(), *new_id().as_bytes()].concat()).unwrap();
    let check = |number, words| RoundCheck { number, words: zh(words) };
    RoundPoint {
        id: RoundPointId(id),
        code,
        name: zh(name),
        place: RepairPlace::Building { building_id },
        category: "plumbing".to_owned(),
        checks: vec![check(1, "门能关上"), check(2, "灯是亮的")],
    }
}

/// Every week from the day on which the tests begin, for three days.
pub fn plan(points: Vec<RoundPoint>) -> RoundPlanContent {
    RoundPlanContent {
        name: zh("电梯周检"),
        every: Interval { count: 1, unit: IntervalUnit::Weeks },
        first: "2026-09-21".to_owned(),
        days: 3,
        points,
        retired: false,
    }
}

pub fn save(plan_id: RoundPlanId, base_version: u64, content: RoundPlanContent) -> Action {
    Action::SaveRoundPlan { plan_id, base_version, content }
}

pub fn answer(number: u16, found: Found) -> CheckAnswer {
    CheckAnswer { number, found }
}

pub fn fine() -> Vec<CheckAnswer> {
    vec![answer(1, Found::Fine), answer(2, Found::Fine)]
}

pub fn broken(words: &str) -> Vec<CheckAnswer> {
    vec![answer(1, Found::Failed { words: words.to_owned() }), answer(2, Found::Fine)]
}

pub fn inspection(
    round_id: RoundId,
    point_id: RoundPointId,
    answers: Vec<CheckAnswer>,
    repair_id: Option<RepairId>,
) -> Action {
    Action::InspectPoint {
        round_id,
        point_id,
        at: linli_wire::Timestamp(crate::world::START),
        scanned: true,
        answers,
        photos: Vec::new(),
        urgency: Urgency::Normal,
        repair_id,
    }
}

/// Saves a plan with one point, named `name`, lets it fall due, and gives its round.
pub async fn fallen_due(world: &World, place: &Place, office: &Device, name: &str) -> RoundId {
    let mut content = plan(vec![point(place.building_3, name)]);
    content.name = zh(name);
    let id = RoundPlanId(new_id());
    let outcome = world.ops(office, vec![save(id, 0, content)]).await.remove(0);
    assert!(crate::repairs::is_done(&outcome), "{outcome:?}");
    tend(world).await;
    rounds_of(world, id).await.remove(0).id
}

/// Does what is due now; after a long stop, once the server believes its clock.
pub async fn tend(world: &World) {
    loop {
        // The server's own job may do it at the same time: neither does it twice.
        let next = world.app.db.write(rounds::tend).await.unwrap();
        let due = world.app.db.read(rounds::next_due).await.unwrap();
        if due.is_none_or(|due| due > world.now()) {
            return;
        }
        world.later(next.map_or(0, |next| next.millis_since(world.now())).max(0));
    }
}

/// The rounds of a plan as the server has them, by day.
pub async fn rounds_of(world: &World, plan: RoundPlanId) -> Vec<Round> {
    let read = move |tx: &mut linli_server::db::Tx<'_>| {
        let sql = "SELECT body FROM round WHERE plan_id = $1 ORDER BY due_on";
        tx.query(sql, linli_server::params![plan])?.iter().map(|row| Ok(row.json(0)?)).collect()
    };
    world.app.db.read(read).await.unwrap()
}

/// A plan as the server has it.
pub async fn plan_of(world: &World, id: RoundPlanId) -> RoundPlan {
    let community = world.sun.id;
    world.app.db.read(move |tx| rounds::plan(tx, community, id)).await.unwrap().unwrap()
}
