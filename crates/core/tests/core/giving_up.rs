//! Writes about repairs that got stuck: what was typed is shown, mended in its place, and never dropped.

use linli_core::{outbox, repairs, sync, typed};
use linli_testkit::pages::{area_id, repair_id, repair_with};
use linli_wire::{
    Code,
    command::{RateRepair, SayOnRepair},
    community::Role,
    id::RepairId,
    outbox::{OutboxRow, PendingState},
    repairs::{Part, Rating, RepairAct, RepairPlace, RepairState},
    sync::Scope,
    typed::TypedPlace,
};

use crate::{
    pages::NOW,
    repairs::{act, at, batch, give_up, refuse, system},
};

fn rows(cache: &linli_core::cache::Cache) -> Vec<OutboxRow> {
    cache.read(outbox::rows).unwrap()
}

fn stands(cache: &linli_core::cache::Cache, place: TypedPlace) -> String {
    cache.read(|db| typed::get(db, place)).unwrap().words
}

fn say(id: RepairId, words: &str) -> SayOnRepair {
    SayOnRepair { id, words: words.to_owned(), photos: vec![] }
}

#[test]
fn a_report_that_is_mended_goes_before_what_was_said_to_it() {
    let (_, cache) = at(Role::Resident);
    let system = system();
    let mut draft = repairs::new(&cache, &system).unwrap();
    draft.form.place = Some(RepairPlace::Area { area_id: area_id() });
    draft.form.category = "gone".to_owned();
    draft.form.words = "Tap drips".to_owned();
    repairs::report(&cache, &system, &draft).unwrap();
    repairs::message(&cache, &system, say(draft.id, "On the third floor")).unwrap();
    repairs::message(&cache, &system, say(draft.id, "It gets worse")).unwrap();
    let sent = batch(&cache);
    refuse(&cache, &sent[..1], Code::InvalidInput);
    assert_eq!(batch(&cache), [], "nothing is said to what the server does not have");
    repairs::message(&cache, &system, say(draft.id, "Please hurry")).unwrap();
    // Mended in its form, from which it never left.
    draft.form.category = "plumbing".to_owned();
    repairs::report(&cache, &system, &draft).unwrap();
    let kinds: Vec<String> = batch(&cache).iter().map(|op| op.action.kind().to_owned()).collect();
    assert_eq!(kinds, ["report_repair", "message_on_repair", "message_on_repair", "message_on_repair"]);
    let words: Vec<String> = rows(&cache).into_iter().map(|row| row.words).collect();
    assert_eq!(words, ["Tap drips", "On the third floor", "It gets worse", "Please hurry"]);
}

#[test]
fn a_report_that_is_given_up_takes_back_what_was_said_to_it() {
    let (_, cache) = at(Role::Resident);
    let system = system();
    let mut draft = repairs::new(&cache, &system).unwrap();
    draft.form.place = Some(RepairPlace::Area { area_id: area_id() });
    draft.form.category = "plumbing".to_owned();
    draft.form.words = "Tap drips".to_owned();
    repairs::report(&cache, &system, &draft).unwrap();
    repairs::message(&cache, &system, say(draft.id, "On the third floor")).unwrap();
    let report = rows(&cache).remove(0);
    give_up(&cache, report.op_id);
    assert_eq!((rows(&cache), batch(&cache)), (vec![], vec![]), "no message goes to what nobody reported");
    let back = repairs::drafts(&cache).unwrap().drafts.remove(0);
    assert_eq!(back.form, draft.form);
    repairs::report(&cache, &system, &back).unwrap();
    let message = TypedPlace::RepairMessage { id: back.id };
    assert_eq!(stands(&cache, message), "On the third floor");
    repairs::message(&cache, &system, say(back.id, "On the third floor, left")).unwrap();
    assert_eq!(stands(&cache, message), "", "it has been said");
}

#[test]
fn words_that_are_given_up_stand_in_the_box_again_and_notes_stay_notes() {
    let (garden, cache) = at(Role::Staff);
    let accepted = repair_with(1, 5, |repair| repair.state = RepairState::Accepted);
    sync::apply(&cache, &garden.page("1").in_office(&[accepted]).build(), NOW).unwrap();
    let system = system();
    let reason = RepairAct::CloseUnfixed { words: "No spare part is made any more".to_owned() };
    act(&cache, &system, 1, 0, reason);
    let part = Part { name: "Valve".to_owned(), count: 2 };
    act(&cache, &system, 1, 0, RepairAct::UseParts { parts: vec![part] });
    repairs::message(&cache, &system, say(repair_id(1), "I come at nine")).unwrap();
    repairs::note(&cache, &system, say(repair_id(1), "The dog bites")).unwrap();
    let rating = Rating { result: 5, speed: 5, manner: 5, words: "Went well".to_owned() };
    repairs::rate(&cache, &system, RateRepair { id: repair_id(1), rating }).unwrap();
    let all = rows(&cache);
    for row in &all {
        give_up(&cache, row.op_id);
    }
    assert_eq!((all.len(), rows(&cache).len()), (5, 0));
    let (message, note) =
        (TypedPlace::RepairMessage { id: repair_id(1) }, TypedPlace::RepairNote { id: repair_id(1) });
    let unsent = stands(&cache, message);
    assert_eq!(unsent, "No spare part is made any more\n\nValve ×2\n\nI come at nine\n\nWent well");
    assert_eq!(stands(&cache, note), "The dog bites", "nothing of the office's is said to all");
    repairs::note(&cache, &system, say(repair_id(1), "The dog bites, ring first")).unwrap();
    assert_eq!((stands(&cache, note), stands(&cache, message)), (String::new(), unsent.clone()));
    // An act without a word leaves nothing behind.
    act(&cache, &system, 1, 0, RepairAct::Resume);
    let resumed = rows(&cache).pop().unwrap();
    give_up(&cache, resumed.op_id);
    assert_eq!(stands(&cache, message), unsent);
}

#[test]
fn what_a_worker_wrote_can_be_read_when_the_role_and_the_repair_are_gone() {
    let (garden, cache) = at(Role::Staff);
    let accepted = repair_with(1, 5, |repair| repair.state = RepairState::Accepted);
    sync::apply(&cache, &garden.page("1").in_office(&[accepted]).build(), NOW).unwrap();
    let system = system();
    let words = "Replaced the valve.\nThe old one is in the cellar.".to_owned();
    let part = Part { name: "Valve".to_owned(), count: 1 };
    act(&cache, &system, 1, 0, RepairAct::Finish { words: words.clone(), photos: vec![], parts: vec![part] });
    let sent = batch(&cache);
    let page = garden.page("2").lost(Scope::Staff(garden.community)).build();
    sync::apply(&cache, &page, NOW).unwrap();
    refuse(&cache, &sent, Code::NotAllowed);
    let row = rows(&cache).remove(0);
    assert!(matches!(&row.state, PendingState::Stuck { error } if error.code == Code::NotAllowed));
    assert_eq!((row.subject.as_str(), row.words), ("Repair 1", format!("{words}\nValve ×1")));
}

#[test]
fn what_is_being_sent_is_not_given_up_and_the_person_is_told() {
    let (garden, cache) = at(Role::Staff);
    sync::apply(&cache, &garden.page("1").in_office(&[repair_with(1, 5, |_| ())]).build(), NOW).unwrap();
    let system = system();
    repairs::message(&cache, &system, say(repair_id(1), "Please hurry")).unwrap();
    let id = batch(&cache).remove(0).id;
    let error = outbox::give_up(&cache, &system, id).unwrap_err();
    assert_eq!((error.code(), rows(&cache).len()), (Code::OnItsWay, 1));
    outbox::put_back(&cache).unwrap();
    give_up(&cache, id);
    assert_eq!(rows(&cache), []);
    // It has gone already: nothing is left to say.
    give_up(&cache, id);
}
