//! Every act, in every state, as everybody: exactly what the table says is allowed, and leads where it says.

use std::collections::BTreeSet;

use linli_server::{Error, auth, db::Tx, params, repairs};
use linli_wire::{
    Code, Timestamp,
    id::{CommunityId, DeviceId, PersonId, RepairEventId, RepairId},
    money::Money,
    repairs::{
        ActKind, Part, Party, Pause, Quote, QuoteAnswer, Rating, Repair, RepairAct, RepairPerson,
        RepairPlace, RepairState, Slot, Urgency, Visit, may, next,
    },
};

use super::prepared::{current, findings, ground, is_done, one, reported};
use crate::{both, world::new_id};
use linli_wire::ops::Action;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// What a case is tried with.
#[derive(Clone, Copy)]
struct Case {
    community: CommunityId,
    repair: RepairId,
    double: RepairId,
    worker: PersonId,
}

/// Puts the repair into a state, with everything beside it that any act may ask for.
fn stand(tx: &mut Tx<'_>, case: Case, state: RepairState, other_side_is_office: bool) -> Result<(), Error> {
    let mut repair = repairs::get(tx, case.community, case.repair)?.unwrap().repair;
    let now = tx.now();
    let slot = Slot { from: now.plus_millis(HOUR_MS), until: now.plus_millis(2 * HOUR_MS) };
    repair.state = state;
    repair.since = now;
    repair.visit = Some(Visit { slot, by_office: other_side_is_office, agreed: false });
    let price = Money { minor: 100, currency: "CNY".to_owned() };
    repair.quote = Some(Quote { price, words: "阀".to_owned(), answer: QuoteAnswer::Open });
    let before = RepairState::Accepted;
    repair.pause = Some(Pause { until: now.plus_millis(HOUR_MS), words: "等".to_owned(), before });
    // Who joined is somebody; that others wait is another test's.
    repair.affected = 1;
    let has_card = state.is_open() && !repair.report.place.is_home();
    let body = serde_json::to_string(&Repair { events: Vec::new(), left_out: 0, ..repair }).unwrap();
    tx.execute(
        "UPDATE repair SET state = $3, is_open = $4, body = $5, card_scope = $6 WHERE community_id = $1 AND id = $2",
        params![
            case.community,
            case.repair,
            state.as_str(),
            state.is_open(),
            body,
            has_card.then(|| format!("community:{}", case.community))
        ],
    )?;
    Ok(())
}

fn sample(kind: ActKind, case: Case, now: Timestamp) -> Option<RepairAct> {
    let words = "因为".to_owned();
    let slot = Slot { from: now.plus_millis(HOUR_MS), until: now.plus_millis(2 * HOUR_MS) };
    let part = Part { name: "阀".to_owned(), count: 1 };
    Some(match kind {
        ActKind::Assign => RepairAct::Assign { worker: case.worker },
        ActKind::Transfer => RepairAct::Transfer { worker: case.worker, words },
        ActKind::Accept => RepairAct::Accept,
        ActKind::Pause => RepairAct::Pause { until: now.plus_millis(HOUR_MS), words },
        ActKind::Resume => RepairAct::Resume,
        ActKind::ProposeVisit => RepairAct::ProposeVisit { slot, words },
        ActKind::AgreeVisit => RepairAct::AgreeVisit,
        ActKind::Quote => RepairAct::Quote { price: Money { minor: 1, currency: "CNY".to_owned() }, words },
        ActKind::TakeQuoteBack => RepairAct::TakeQuoteBack,
        ActKind::ApproveQuote => RepairAct::ApproveQuote,
        ActKind::DeclineQuote => RepairAct::DeclineQuote { words },
        ActKind::UseParts => RepairAct::UseParts { parts: vec![part] },
        ActKind::Finish => RepairAct::Finish { words, photos: Vec::new(), parts: vec![part] },
        ActKind::Confirm => RepairAct::Confirm,
        ActKind::Reopen => RepairAct::Reopen { words, photos: Vec::new() },
        ActKind::Refuse => RepairAct::Refuse { words },
        ActKind::CloseUnfixed => RepairAct::CloseUnfixed { words },
        ActKind::Dispute => RepairAct::Dispute { words, photos: Vec::new() },
        ActKind::Withdraw => RepairAct::Withdraw { words },
        ActKind::Merge => RepairAct::Merge { into: case.double },
        ActKind::Move => RepairAct::Move { category: "lights".to_owned(), urgency: Urgency::Urgent },
        ActKind::Report | ActKind::Message | ActKind::Rate | ActKind::Join | ActKind::Unknown => return None,
    })
}

/// Tries an act and undoes it; tells where it led, or the code of its refusal.
fn tried(
    tx: &mut Tx<'_>,
    case: Case,
    device: DeviceId,
    kind: ActKind,
    state: RepairState,
) -> Result<Result<RepairState, Code>, Error> {
    let mut led = None;
    let undone: Result<(), Error> = tx.savepoint(|tx| {
        let caller = auth::again(tx, device)?;
        stand(tx, case, state, !caller.role.is_office())?;
        let turn = repairs::get(tx, case.community, case.repair)?.unwrap().repair.turn;
        let id = case.repair;
        let done = match kind {
            ActKind::Message => repairs::message(tx, &caller, id, RepairEventId(new_id()), "在吗", &[]),
            ActKind::Rate => {
                let rating = Rating { result: 5, speed: 4, manner: 3, words: String::new() };
                repairs::rate(tx, &caller, id, &rating)
            }
            ActKind::Join => {
                let scopes = auth::scopes(tx, &caller)?;
                repairs::join(tx, &caller, &scopes, id)
            }
            kind => {
                let act = sample(kind, case, tx.now()).unwrap();
                repairs::act(tx, &caller, id, RepairEventId(new_id()), turn, &act)
            }
        };
        led = Some(match done {
            Ok(()) => Ok(repairs::get(tx, case.community, id)?.unwrap().repair.state),
            Err(error @ Error::Refused(_)) => Err(error.code()),
            Err(trouble) => return Err(trouble),
        });
        // Undone, whatever came of it.
        Err(Error::not_found())
    });
    match (undone, led) {
        (_, Some(led)) => Ok(led),
        (Err(trouble), None) => Err(trouble),
        (Ok(()), None) => panic!("nothing was tried"),
    }
}

fn expected(parties: &BTreeSet<Party>, kind: ActKind, state: RepairState) -> Option<RepairState> {
    let may = parties.iter().any(|who| may(kind, *who, state));
    may.then(|| next(kind, state, RepairState::Accepted).unwrap())
}

both! {
    async fn exactly_what_the_table_says_is_allowed(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let grandma = world.join(&sun, sun.grandma).await;
        let li = world.join(&sun, sun.li_qiang).await;
        let zhao = world.join(&sun, sun.zhao).await;
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        let foreign = world.join(&world.moon.clone(), world.moon.wang_mei).await;
        let foreign_office = world.join(&world.moon.clone(), world.moon.lin).await;
        let gate = RepairPlace::Area { area_id: places.gate };
        let double = reported(&world, &chen, gate, "门坏了").await;
        let shared = reported(&world, &wang, gate, "大门坏了").await;
        let home = RepairPlace::Home { unit_id: sun.unit_1201 };
        let private = reported(&world, &wang, home, "漏水").await;
        let by_office = reported(&world, &chen, gate, "门轴响").await;
        let for_others = reported(&world, &chen, home, "阳台漏水").await;
        for id in [shared, by_office] {
            assert!(is_done(&one(&world, &grandma, Action::JoinRepair { repair_id: id }).await));
        }
        // Li Qiang reported it at home, and has moved out since.
        let left = reported(&world, &wang, home, "窗坏了").await;
        let (community, body) = (sun.id, current(&world, left).await);
        let moved_out = RepairPerson { id: sun.li_qiang, ..body.reporter.clone() };
        let body = serde_json::to_string(&Repair { events: Vec::new(), reporter: moved_out, ..body }).unwrap();
        world.app.db.write(move |tx| {
            let sql = "UPDATE repair SET body = $3, reporter_id = $4 WHERE community_id = $1 AND id = $2";
            tx.execute(sql, params![community, left, &body, sun.li_qiang])?;
            Ok(())
        }).await.unwrap();
        for id in [shared, private, by_office, for_others, left] {
            let assign = RepairAct::Assign { worker: sun.zhao };
            crate::repairs::prepared::acted(&world, &chen, id, assign).await;
        }
        let office = [Party::Office];
        let worker = [Party::Office, Party::Worker];
        let reporter = [Party::Reporter, Party::Affected];
        let callers = |of_a_home: bool, office_s: bool| -> Vec<(&'static str, DeviceId, BTreeSet<Party>)> {
            let grandma_is: &[Party] = if of_a_home { &reporter } else { &[Party::Affected] };
            let wang_is: &[Party] = if office_s && !of_a_home { &[Party::Neighbour] } else { &reporter };
            let li_is: &[Party] = if of_a_home { &[] } else { &[Party::Neighbour] };
            vec![
                ("reporter", wang.id, wang_is.iter().copied().collect()),
                ("same household", grandma.id, grandma_is.iter().copied().collect()),
                ("other household", li.id, li_is.iter().copied().collect()),
                ("worker", zhao.id, worker.into_iter().collect()),
                ("staff", chen.id, office.into_iter().collect()),
                ("manager", lin.id, office.into_iter().collect()),
                ("foreign resident", foreign.id, BTreeSet::new()),
                ("foreign manager", foreign_office.id, BTreeSet::new()),
            ]
        };
        // Of the last three only those who might be taken for somebody else.
        for (of_a_home, office_s, repair, whom) in [
            (false, false, shared, [""; 2]),
            (true, false, private, [""; 2]),
            // Chen Jing reported these: she stands there as the office, and nothing else.
            (false, true, by_office, ["staff", "same household"]),
            (true, true, for_others, ["staff", "same household"]),
            // Li Qiang is of another household than the home.
            (true, false, left, ["other household", ""]),
        ] {
            let case = Case { community: sun.id, repair, double, worker: sun.chen_jing };
            for (name, device, parties) in callers(of_a_home, office_s) {
                if !whom[0].is_empty() && !whom.contains(&name) {
                    continue;
                }
                // Some hundred acts in one transaction.
                let told: Vec<(ActKind, RepairState, Result<RepairState, Code>)> = world.app.db.patient().write(move |tx| {
                    let mut told = Vec::new();
                    for kind in ActKind::KNOWN {
                        for state in RepairState::KNOWN {
                            told.push((kind, state, tried(tx, case, device, kind, state)?));
                        }
                    }
                    Ok(told)
                }).await.unwrap();
                let mut allowed = 0;
                for (kind, state, led) in told {
                    let what = format!("{name}, home {of_a_home}, of the office {office_s}: {kind:?} in {state:?}");
                    // Whoever waits already may press "me too" again: nothing happens.
                    let again = kind == ActKind::Join && parties.contains(&Party::Affected);
                    match expected(&parties, kind, state).or(again.then_some(state)) {
                        Some(to) => {
                            allowed += 1;
                            assert_eq!(led, Ok(to), "{what}");
                        }
                        None => {
                            let code = led.expect_err(&what);
                            let is_stranger = parties.is_empty() || parties.contains(&Party::Neighbour);
                            let fits = if is_stranger {
                                code == Code::NotFound
                            } else {
                                matches!(code, Code::NotAllowed | Code::Conflict)
                            };
                            assert!(fits, "{what}: {code:?}");
                        }
                    }
                }
                assert_eq!(allowed > 0, !parties.is_empty(), "{name}");
            }
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
