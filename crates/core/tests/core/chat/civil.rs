//! Reports, decisions and appeals.

use std::collections::BTreeMap;

use linli_core::{chat, typed};
use linli_testkit::pages::chat::{
    message_id, message_with, moderation, moderation_id, moderator, neighbour_with, person_id, reported,
    room_id,
};
use linli_wire::{
    Code, Language, Localized,
    chat::{
        AnswerAppeal, Appeal, AppealAnswer, AppealTo, Complaint, DecideCase, Duty, Measure, Moderation,
        Moderator, NameModerator, ReportMessage, ReportedRoom, RoomKind,
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

#[test]
fn who_is_not_there_learns_from_the_report_where_it_was_said_and_by_whom() {
    let here = Here::new(Role::Resident);
    let me = Moderator { id: here.garden.person, name: "Mei".to_owned(), duty: Duty::Moderate };
    let (hua, bo) = (person_id(8), person_id(9));
    here.take(|page| {
        page.in_community(&[moderator(&me)]).in_moderators(&[reported(room_id(7), 1, 1, |report| {
            report.message.from = hua;
            let kind = RoomKind::Direct { persons: [hua, bo] };
            report.room = Some(ReportedRoom { kind, name: Localized::default() });
            report.names = vec![(hua, "Hua".to_owned()), (bo, "Bo".to_owned())];
        })])
    });
    let case = view(&here).unwrap().open.remove(0);
    assert_eq!((case.kind, case.room.as_str()), (RoomKind::Direct { persons: [hua, bo] }, ""));
    assert_eq!(case.names, [(hua, "Hua".to_owned()), (bo, "Bo".to_owned())]);
    let decide = |measure| {
        let (id, text) = (case.report.message.id, "why".to_owned());
        let request = DecideCase { id, measure, why: text.clone(), rule: text };
        chat::decide(&here.cache, &here.system, &Language::en(), request)
    };
    assert_eq!(
        decide(Measure::Remove).unwrap_err().code(),
        Code::NotAllowed,
        "nobody is let go from a talk of two"
    );
    decide(Measure::Hide).unwrap();
    assert_eq!(kinds(&batch(&here.cache)), ["moderate"]);
}

#[test]
fn an_appeal_is_answered_by_another_where_there_is_one() {
    let here = Here::new(Role::Resident);
    let me = Moderator { id: here.garden.person, name: "Mei".to_owned(), duty: Duty::Moderate };
    let objected = |by: &Moderator| {
        let by = by.clone();
        move |act: &mut Moderation| {
            act.by = Some(by);
            act.appeal = Some(Appeal { words: "It was a joke".to_owned(), at: NOW, answer: None });
        }
    };
    let hua = Moderator { id: person_id(2), name: "Hua".to_owned(), duty: Duty::Moderate };
    here.take(|page| {
        page.in_community(&[moderator(&me)]).in_moderators(&[
            moderation(1, 1, person_id(1), objected(&me)),
            moderation(2, 1, person_id(1), objected(&hua)),
        ])
    });
    let may = |here: &Here| {
        let appeals = view(here).unwrap().appeals;
        appeals.into_iter().map(|row| (row.act.id, row.may_answer)).collect::<BTreeMap<_, _>>()
    };
    let (own, others) = (moderation_id(1), moderation_id(2));
    assert_eq!(may(&here), BTreeMap::from([(own, false), (others, true)]), "the manager decides, too");
    assert_eq!(here.rooms().cases, 1);
    let answer = |here: &Here, id| {
        let request = AnswerAppeal { id, lift: true, words: "So it was".to_owned() };
        chat::answer(&here.cache, &here.system, &Language::en(), request)
    };
    assert_eq!(answer(&here, own).unwrap_err().code(), Code::NotAllowed);
    answer(&here, others).unwrap();
    let waiting = view(&here).unwrap().appeals.into_iter().find(|row| row.act.id == others).unwrap();
    assert!(waiting.pending.is_some(), "it stands there until it is answered");
    // Of an act about one of the office nobody here knows whether it is the manager: the server says.
    let office = |office: bool| neighbour_with(1, 2, move |neighbour| neighbour.office = office);
    here.take(|page| page.in_community(&[office(true)]));
    assert!(may(&here)[&own]);
    // The manager alone answers what they decided, and not what concerns them.
    let manager = Here::new(Role::Manager);
    let myself = Moderator { id: manager.garden.person, ..me };
    manager.take(|page| page.in_moderators(&[moderation(1, 1, person_id(1), objected(&myself))]));
    assert!(may(&manager)[&own]);
    let living = || manager.garden.neighbour(2);
    manager.take(|page| page.in_community(&[moderator(&hua)]).in_office(&[living()]));
    assert!(!may(&manager)[&own]);
    manager.take(|page| page.in_office(&[living().gone()]));
    assert!(may(&manager)[&own], "who has left answers nothing, also who never wrote");
    manager.take(|page| page.in_office(&[living()]));
    assert!(!may(&manager)[&own]);
    manager.take(|page| page.in_community(&[neighbour_with(2, 2, |neighbour| neighbour.gone = true)]));
    assert!(may(&manager)[&own]);
}

#[test]
fn what_was_done_counts_as_unread_until_it_was_seen_and_again_when_an_objection_is_answered() {
    let here = Here::new(Role::Resident);
    let me = here.garden.person;
    let unread = || (chat::unread(&here.cache, NOW).unwrap(), here.rooms().unseen);
    here.take(|page| {
        page.in_person(&[
            moderation(1, 1, me, |act| act.measure = Measure::Warn),
            moderation(2, 1, me, |act| act.measure = Measure::Nothing),
        ])
    });
    assert_eq!(unread(), (1, 1));
    chat::see(&here.cache, &[moderation_id(1)]).unwrap();
    assert_eq!(unread(), (0, 0));
    let appeal = |answer| Some(Appeal { words: "It was a joke".to_owned(), at: NOW, answer });
    here.take(|page| page.in_person(&[moderation(1, 2, me, |act| act.appeal = appeal(None))]));
    assert_eq!(unread(), (0, 0), "their own objection is no news");
    let answer = AppealAnswer { lifted: true, words: "So it was".to_owned(), at: NOW, by: None };
    here.take(|page| page.in_person(&[moderation(1, 3, me, |act| act.appeal = appeal(Some(answer)))]));
    assert_eq!(unread(), (1, 1));
    chat::see(&here.cache, &[moderation_id(1)]).unwrap();
    assert_eq!(unread(), (0, 0));
}
