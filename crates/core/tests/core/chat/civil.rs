//! Reports, decisions and appeals.

use linli_core::{chat, typed};
use linli_testkit::pages::chat::{
    message_id, message_with, moderation, moderation_id, moderator, person_id, reported,
};
use linli_wire::{
    Code, Language,
    chat::{
        AnswerAppeal, Appeal, AppealTo, Complaint, DecideCase, Duty, Measure, Moderator, NameModerator,
        ReportMessage,
    },
    command::KeepTyped,
    community::Role,
    typed::{Typed, TypedPlace},
};

use super::{Here, kinds, room};
use crate::{
    pages::NOW,
    repairs::{batch, give_up, refuse},
};

fn view(here: &Here) -> linli_core::Result<linli_wire::chat::CivilView> {
    chat::civil(&here.cache, &Language::en(), NOW)
}

fn decide(here: &Here, measure: Measure, why: &str) -> linli_core::Result<()> {
    let (why, rule) = (why.to_owned(), why.to_owned());
    let request = DecideCase { id: message_id(room(), 1), measure, why, rule };
    chat::decide(&here.cache, &here.system, &Language::en(), request)
}

#[test]
fn a_report_is_sent_once_and_not_about_oneself() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    here.arrive(&[
        message_with(room(), 1, 1, "Bad words", |_| {}),
        message_with(room(), 2, 1, "mine", |message| message.from = me),
    ]);
    let report = |number, complaint, words: &str| {
        let request = ReportMessage { id: message_id(room(), number), complaint, words: words.to_owned() };
        chat::report(&here.cache, &here.system, &Language::en(), request)
    };
    assert_eq!(report(1, Complaint::Other, " ").unwrap_err().code(), Code::InvalidInput);
    assert_eq!(report(1, Complaint::Insult, &"x".repeat(501)).unwrap_err().code(), Code::InvalidInput);
    assert_eq!(report(2, Complaint::Insult, "").unwrap_err().code(), Code::NotAllowed);
    assert_eq!(report(9, Complaint::Insult, "").unwrap_err().code(), Code::NotFound);
    report(1, Complaint::Insult, "").unwrap();
    report(1, Complaint::Privacy, "My number").unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["report_message"]);
    assert!(view(&here).is_err(), "not everybody keeps it civil");
    assert_eq!(here.rooms().duty, None);
}

#[test]
fn a_moderator_decides_and_sees_the_decision_waiting() {
    let here = Here::new(Role::Resident);
    let me = Moderator { id: here.garden.person, name: "Mei".to_owned(), duty: Duty::Moderate };
    here.take(|page| {
        page.in_community(&[moderator(&me)]).in_moderators(&[
            reported(room(), 2, 1, |_| {}),
            reported(room(), 1, 1, |_| {}),
            reported(room(), 3, 1, |report| report.decided = Some(moderation_id(3))),
            moderation(3, 1, person_id(1), |_| {}),
        ])
    });
    let open = view(&here).unwrap();
    let numbers: Vec<u64> = open.open.iter().map(|case| case.report.message.number).collect();
    assert_eq!((numbers, open.log.len(), open.decides, open.names), (vec![1, 2], 1, true, false));
    assert_eq!(open.open[0].names, [(person_id(1), "Neighbour 1".to_owned())]);
    assert_eq!((here.rooms().cases, here.rooms().duty), (2, Some(Duty::Moderate)));
    assert_eq!(decide(&here, Measure::Hide, "").unwrap_err().code(), Code::InvalidInput);
    assert_eq!(decide(&here, Measure::Mute { days: 91 }, "why").unwrap_err().code(), Code::InvalidInput);
    decide(&here, Measure::Hide, "why").unwrap();
    assert!(view(&here).unwrap().open[0].pending.is_some());
    assert_eq!(here.rooms().cases, 1);
    let sent = batch(&here.cache);
    refuse(&here.cache, &sent, Code::Conflict);
    assert_eq!(here.rooms().cases, 2, "it was refused: it waits again");
    give_up(&here.cache, sent[0].id);
    assert_eq!(view(&here).unwrap().open[0].pending, None);
    // A reader reads.
    let reader = Moderator { duty: Duty::Read, ..me };
    here.take(|page| page.in_community(&[moderator(&reader)]));
    assert!(!view(&here).unwrap().decides);
    assert_eq!((here.rooms().cases, here.rooms().duty), (0, Some(Duty::Read)));
    assert_eq!(decide(&here, Measure::Nothing, "").unwrap_err().code(), Code::NotAllowed);
}

#[test]
fn whom_it_concerns_reads_why_and_objects() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    let by = Moderator { id: person_id(1), name: "Hua".to_owned(), duty: Duty::Moderate };
    here.take(|page| {
        page.in_person(&[
            moderation(1, 1, me, |act| act.by = Some(by.clone())),
            moderation(2, 1, me, |act| act.measure = Measure::Nothing),
            moderation(3, 1, person_id(2), |_| {}),
        ])
    });
    let measures = || here.rooms().measures;
    assert_eq!(measures().len(), 1);
    assert_eq!((measures()[0].by.clone(), measures()[0].rule.as_str()), (None, "Speak as at the door"));
    let appeal =
        |id, words: &str| chat::appeal(&here.cache, &here.system, AppealTo { id, words: words.to_owned() });
    assert_eq!(appeal(moderation_id(1), " ").unwrap_err().code(), Code::InvalidInput);
    assert_eq!(appeal(moderation_id(3), "x").unwrap_err().code(), Code::NotFound);
    let place = TypedPlace::Appeal { id: moderation_id(1) };
    let typed = Typed { words: "It was a joke".to_owned(), ..Typed::default() };
    typed::keep(&here.cache, &here.system, &KeepTyped { place, typed: typed.clone() }).unwrap();
    appeal(moderation_id(1), "It was a joke").unwrap();
    assert_eq!(here.cache.read(|db| typed::get(db, place)).unwrap(), Typed::default());
    assert_eq!(measures()[0].appeal.as_ref().unwrap().words, "It was a joke");
    let sent = batch(&here.cache);
    refuse(&here.cache, &sent, Code::Conflict);
    assert_eq!(measures()[0].appeal, None);
    give_up(&here.cache, sent[0].id);
    assert_eq!(here.cache.read(|db| typed::get(db, place)).unwrap().words, "It was a joke");
}

#[test]
fn an_appeal_waits_for_a_moderator_and_not_for_whom_it_concerns() {
    let here = Here::new(Role::Manager);
    let me = here.garden.person;
    let objected = |act: &mut linli_wire::chat::Moderation| {
        act.appeal = Some(Appeal { words: "It was a joke".to_owned(), at: NOW, answer: None });
    };
    here.take(|page| {
        page.in_moderators(&[moderation(1, 1, person_id(1), objected), moderation(2, 1, me, objected)])
    });
    assert_eq!(here.rooms().cases, 1);
    let answer = |id, words: &str| {
        let request = AnswerAppeal { id, lift: true, words: words.to_owned() };
        chat::answer(&here.cache, &here.system, &Language::en(), request)
    };
    assert_eq!(answer(moderation_id(1), "").unwrap_err().code(), Code::InvalidInput);
    assert_eq!(answer(moderation_id(9), "x").unwrap_err().code(), Code::NotFound);
    answer(moderation_id(1), "So it was").unwrap();
    assert_eq!(here.rooms().cases, 0);
    let log = view(&here).unwrap().log;
    let answered = log.iter().find(|act| act.id == moderation_id(1)).unwrap();
    assert!(answered.appeal.as_ref().unwrap().answer.as_ref().unwrap().lifted);
    // The manager names who keeps it civil.
    let name = |duty| {
        let request = NameModerator { person_id: person_id(2), duty };
        chat::name_moderator(&here.cache, &here.system, &Language::en(), request).unwrap();
    };
    name(Some(Duty::Read));
    let civil = view(&here).unwrap();
    assert_eq!((civil.moderators[0].name.as_str(), civil.names), ("Neighbour 2", true));
    name(None);
    assert_eq!(view(&here).unwrap().moderators, []);
    let resident = Here::new(Role::Resident);
    let request = NameModerator { person_id: person_id(2), duty: None };
    let refused =
        chat::name_moderator(&resident.cache, &resident.system, &Language::en(), request).unwrap_err();
    assert_eq!(refused.code(), Code::NotAllowed);
}
