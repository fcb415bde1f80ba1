//! Acts on repairs that wait: their order, what they are made from, and what a lost race holds up.

use linli_core::{repairs, sync};
use linli_testkit::pages::{repair_id, repair_with};
use linli_wire::{
    Code,
    command::SayOnRepair,
    community::Role,
    ops::Action,
    repairs::{ActKind, RepairAct, RepairState},
};

use crate::{
    pages::NOW,
    repairs::{act, at, batch, by, open, refuse, system},
};

#[test]
fn acts_made_in_a_cellar_follow_each_other_and_a_lost_race_holds_up_no_message() {
    let (garden, cache) = at(Role::Staff);
    let worker = by(3, Role::Staff);
    let assigned = repair_with(1, 5, |repair| {
        repair.turn = 2;
        repair.state = RepairState::Assigned;
        repair.reporter = by(77, Role::Resident);
        repair.assignee = Some(worker);
    });
    sync::apply(&cache, &garden.page("1").in_office(&[assigned]).build(), NOW).unwrap();
    let system = system();
    let finish = |words: &str| RepairAct::Finish { words: words.to_owned(), photos: vec![], parts: vec![] };
    // The page shows turn 2 all the while.
    act(&cache, &system, 1, 2, RepairAct::Accept);
    act(&cache, &system, 1, 2, finish("New valve"));
    assert_eq!(open(&cache, 1).row.state, RepairState::Done);
    let sent = batch(&cache);
    let turns: Vec<u64> = sent
        .iter()
        .filter_map(|op| match op.action {
            Action::ActOnRepair { turn, .. } => Some(turn),
            _ => None,
        })
        .collect();
    assert_eq!(turns, [2, 3]);
    refuse(&cache, &sent[..1], Code::Conflict);
    let stuck = open(&cache, 1);
    assert_eq!(stuck.pending.len(), 2, "both are there with what was typed: {stuck:?}");
    let say = |words: &str| SayOnRepair { id: repair_id(1), words: words.to_owned(), photos: vec![] };
    repairs::message(&cache, &system, say("On my way")).unwrap();
    repairs::note(&cache, &system, say("Rusty pipes")).unwrap();
    let kinds: Vec<String> = batch(&cache).iter().map(|op| op.action.kind().to_owned()).collect();
    assert_eq!(kinds, ["message_on_repair", "note_on_repair"]);
    assert!(repairs::message(&cache, &system, say(" ")).is_err());
    // Decided anew: the same act takes the place of the one that lost.
    act(&cache, &system, 1, 4, RepairAct::Accept);
    let accepts = open(&cache, 1)
        .pending
        .iter()
        .filter(|pending| matches!(&pending.action, Action::ActOnRepair { act: RepairAct::Accept, .. }))
        .count();
    assert_eq!(accepts, 1);
    let turns: Vec<_> = batch(&cache)
        .iter()
        .filter_map(|op| match &op.action {
            Action::ActOnRepair { turn, act, .. } => Some((act.kind(), *turn)),
            _ => None,
        })
        .collect();
    assert_eq!(turns, [(ActKind::Accept, 4), (ActKind::Finish, 5)], "what waits behind it follows it");
}

#[test]
fn an_act_on_a_page_that_does_not_know_yet_what_the_own_act_before_did_follows_it() {
    let (garden, cache) = at(Role::Staff);
    let reported = repair_with(1, 5, |repair| {
        repair.turn = 2;
        repair.reporter = by(77, Role::Resident);
    });
    sync::apply(&cache, &garden.page("1").in_office(&[reported]).build(), NOW).unwrap();
    let system = system();
    act(&cache, &system, 1, 2, RepairAct::Accept);
    // The log has brought it back between the look at the page and the press of the button.
    let settle = |tx: &rusqlite::Transaction<'_>| {
        tx.execute("UPDATE outbox SET state = 'settled', settled_at = 1", [])?;
        Ok(())
    };
    cache.write(settle).unwrap();
    act(&cache, &system, 1, 2, RepairAct::CloseUnfixed { words: "Not ours".to_owned() });
    let turns: Vec<u64> = batch(&cache)
        .iter()
        .filter_map(|op| match op.action {
            Action::ActOnRepair { turn, .. } => Some(turn),
            _ => None,
        })
        .collect();
    assert_eq!(turns, [3]);
}

#[test]
fn what_only_adds_takes_no_other_s_place_and_goes_past_every_lane_that_is_stuck() {
    let (garden, cache) = at(Role::Staff);
    let accepted = repair_with(1, 5, |repair| {
        repair.state = RepairState::Accepted;
        repair.reporter = by(77, Role::Resident);
    });
    sync::apply(&cache, &garden.page("1").in_office(&[accepted]).build(), NOW).unwrap();
    let system = system();
    for tried in 1..=4 {
        let part = linli_wire::repairs::Part { name: format!("Valve {tried}"), count: 1 };
        act(&cache, &system, 1, 5, RepairAct::UseParts { parts: vec![part] });
        assert_eq!(open(&cache, 1).pending.len(), tried, "none is lost");
        let sent = batch(&cache);
        assert_eq!(sent.len(), 1, "it goes past those that are stuck");
        assert!(sent[0].lane.len() <= 80, "{}", sent[0].lane);
        refuse(&cache, &sent, Code::InvalidInput);
    }
}
