//! Repairs in the cache alone: what is kept, listed, waited for and asked.

use linli_core::{cache::Cache, outbox, repairs, sync};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{Pages, area_id, repair_card, repair_ground, repair_id, repair_with},
};
use linli_wire::{
    Code, Language, Timestamp, WireError,
    command::{ActOnRepair, RateRepair, RepairLike},
    community::Role,
    id::{OpId, PersonId},
    ops::{MAX_BATCH, Op, Outcome},
    outbox::PendingState,
    repairs::{
        ActKind, Promise, Quote, QuoteAnswer, Rating, RepairAct, RepairNeed, RepairPerson, RepairPlace,
        RepairQueueQuery, RepairState, RepairView, RepairsPage, RepairsQuery, Slot, Urgency, Visit,
    },
    sync::Scope,
};
use uuid::Uuid;

use crate::pages::{NOW, cache};

pub fn system() -> FakeSystem {
    FakeSystem::new(9, Pace::Held)
}

/// The cache of somebody with a role, who follows the community, themselves and, in the office, the office.
pub(crate) fn at(role: Role) -> (Pages, Cache) {
    let (garden, cache) = (Pages::default(), cache());
    cache
        .write(|tx| {
            tx.execute(
                "INSERT INTO session (one, server, community_id, person_id, device_id, device_key, access, refresh)
                 VALUES (1, '', x'01', ?1, x'02', x'03', '', '')",
                [garden.person.0],
            )?;
            Ok(())
        })
        .unwrap();
    let [category, area] = repair_ground();
    let page = garden
        .page("0")
        .in_community(&[garden.garden(), category, area])
        .in_person(&[garden.person(1, role)])
        .build();
    sync::apply(&cache, &page, NOW).unwrap();
    (garden, cache)
}

fn list(cache: &Cache) -> RepairsPage {
    repairs::list(cache, &RepairsQuery::default(), &Language::en(), NOW).unwrap()
}

pub fn open(cache: &Cache, number: u128) -> RepairView {
    repairs::open(cache, repair_id(number), &Language::en(), NOW).unwrap()
}

pub fn act(cache: &Cache, system: &FakeSystem, number: u128, turn: u64, act: RepairAct) {
    repairs::act(cache, system, ActOnRepair { id: repair_id(number), turn, act }).unwrap();
}

pub fn by(id: u128, role: Role) -> RepairPerson {
    let id = PersonId(Uuid::from_u128(id));
    RepairPerson { id, name: "赵建国".to_owned(), given_name: "建国".to_owned(), role }
}

pub(crate) fn batch(cache: &Cache) -> Vec<Op> {
    outbox::next_batch(cache, MAX_BATCH).unwrap()
}

pub(crate) fn refuse(cache: &Cache, ops: &[Op], code: Code) {
    let outcomes: Vec<Outcome> =
        ops.iter().map(|_| Outcome::Refused { error: WireError::new(code, "no") }).collect();
    outbox::conclude(cache, ops, &outcomes, NOW).unwrap();
}

pub fn give_up(cache: &Cache, id: OpId) {
    outbox::give_up(cache, &system(), id).unwrap();
}

#[test]
fn a_report_is_always_in_exactly_one_place() {
    let (_, cache) = at(Role::Resident);
    let system = system();
    let mut draft = repairs::new(&cache, &system).unwrap();
    assert_eq!(repairs::drafts(&cache).unwrap().drafts, [], "a form that was only opened is none");
    for (field, ready) in [("place", "Tap drips"), ("category", "Tap drips"), ("words", " \u{200B} ")] {
        draft.form.words = ready.to_owned();
        let refused = repairs::report(&cache, &system, &draft).unwrap_err();
        assert_eq!((refused.code(), refused.0.details["field"].as_str()), (Code::InvalidInput, Some(field)));
        match field {
            "place" => draft.form.place = Some(RepairPlace::Area { area_id: area_id() }),
            _ => draft.form.category = "plumbing".to_owned(),
        }
    }
    draft.form.words = "Tap drips".to_owned();
    repairs::keep(&cache, &system, &draft).unwrap();
    let kept = repairs::drafts(&cache).unwrap().drafts;
    assert_eq!((kept.len(), kept[0].form.words.as_str()), (1, "Tap drips"));
    repairs::report(&cache, &system, &draft).unwrap();
    assert_eq!(repairs::drafts(&cache).unwrap().drafts, []);
    let page = list(&cache);
    assert_eq!((page.total, page.rows.len()), (1, 1));
    let row = &page.rows[0];
    assert_eq!(
        (row.words.as_str(), row.state, row.category_name.as_str()),
        ("Tap drips", RepairState::Reported, "Plumbing")
    );
    assert_eq!(row.place_name, "Gate");
    assert_eq!(row.pending.as_ref().unwrap().state, PendingState::Waiting);
    let view = repairs::open(&cache, draft.id, &Language::en(), NOW).unwrap();
    assert_eq!((view.repair.version, view.may.len(), view.pending.len()), (0, 0, 1));
    // The category is gone meanwhile: the server says so, and the form comes back.
    let sent = batch(&cache);
    refuse(&cache, &sent, Code::InvalidInput);
    let pending = list(&cache).rows.remove(0).pending.unwrap();
    assert!(matches!(pending.state, PendingState::Stuck { .. }), "{pending:?}");
    give_up(&cache, pending.op_id);
    assert_eq!(list(&cache).total, 0);
    let back = repairs::drafts(&cache).unwrap().drafts.remove(0);
    assert_eq!((back.id, &back.form), (draft.id, &draft.form));
    repairs::forget(&cache, draft.id).unwrap();
    assert_eq!(repairs::drafts(&cache).unwrap().drafts, []);
}

#[test]
fn a_form_that_is_slow_to_close_brings_nothing_back() {
    let (garden, cache) = at(Role::Resident);
    let system = system();
    let mut draft = repairs::new(&cache, &system).unwrap();
    draft.form.place = Some(RepairPlace::Area { area_id: area_id() });
    draft.form.category = "plumbing".to_owned();
    draft.form.words = "Tap drips".to_owned();
    repairs::report(&cache, &system, &draft).unwrap();
    let drafts = || repairs::drafts(&cache).unwrap().drafts;
    repairs::keep(&cache, &system, &draft).unwrap();
    assert_eq!(drafts(), [], "it waits to be sent");
    let sent = batch(&cache);
    repairs::keep(&cache, &system, &draft).unwrap();
    assert_eq!(drafts(), [], "it is on its way");
    refuse(&cache, &sent, Code::InvalidInput);
    repairs::keep(&cache, &system, &draft).unwrap();
    assert_eq!(drafts().len(), 1, "refused, it is mended in its form");
    // What the log has is no draft either; what was typed beside it becomes a report of its own.
    let known = repair_with(9, 1, |_| {});
    sync::apply(&cache, &garden.page("1").in_person(&[known]).build(), NOW).unwrap();
    draft.id = repair_id(9);
    repairs::keep(&cache, &system, &draft).unwrap();
    assert_eq!(drafts().len(), 1);
    draft.form.words = "Tap drips and smells".to_owned();
    repairs::report(&cache, &system, &draft).unwrap();
    let again = batch(&cache);
    refuse(&cache, &again, Code::OperationReused);
    give_up(&cache, again.last().unwrap().id);
    let back = drafts().into_iter().find(|kept| kept.form.words == "Tap drips and smells").unwrap();
    assert_ne!(back.id, draft.id);
}

#[test]
fn what_was_closed_long_ago_is_no_news_when_it_comes() {
    let (garden, cache) = at(Role::Resident);
    sync::apply(&cache, &garden.page("1").build(), NOW).unwrap();
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let closed = |number, version, days: i64| {
        repair_with(number, version, move |repair| {
            repair.state = RepairState::Refused;
            repair.since = NOW.plus_millis(-days * DAY_MS);
        })
    };
    let page = garden.page("2").in_person(&[closed(1, 3, 400), closed(2, 3, 3), closed(3, 3, 1)]).build();
    assert_eq!(sync::apply(&cache, &page, NOW).unwrap().asks.len(), 1, "only what is of these days");
    // What was here is told whenever it happened: the device was away.
    sync::apply(&cache, &garden.page("3").in_person(&[repair_with(4, 1, |_| {})]).build(), NOW).unwrap();
    let page = garden.page("4").in_person(&[closed(4, 2, 30)]).build();
    assert_eq!(sync::apply(&cache, &page, NOW).unwrap().asks.len(), 1);
}

#[test]
fn what_waits_is_shown_in_its_place_and_money_is_not_anticipated() {
    let (garden, cache) = at(Role::Resident);
    let done = repair_with(1, 4, |repair| {
        repair.state = RepairState::Done;
        repair.confirm_by = Some(NOW);
    });
    let price = linli_wire::money::Money { minor: 100, currency: "CNY".to_owned() };
    let quoted = repair_with(2, 3, |repair| {
        repair.state = RepairState::Quoted;
        repair.quote =
            Some(Quote { price: price.clone(), words: "Valve".to_owned(), answer: QuoteAnswer::Open });
    });
    let slot = Slot { from: NOW, until: NOW.plus_millis(1) };
    let proposed = repair_with(3, 3, |repair| {
        repair.state = RepairState::Accepted;
        repair.visit = Some(Visit { slot, by_office: true, agreed: false });
    });
    let page = garden.page("1").in_person(&[done, quoted, proposed]).build();
    sync::apply(&cache, &page, NOW).unwrap();
    let needs: Vec<_> = list(&cache).rows.iter().map(|row| row.need).collect();
    assert_eq!(needs, [Some(RepairNeed::Visit), Some(RepairNeed::Quote), Some(RepairNeed::Confirm)]);
    assert_eq!(list(&cache).needing, 3);
    assert!(
        open(&cache, 1).may.contains(&ActKind::Reopen) && !open(&cache, 1).may.contains(&ActKind::Refuse)
    );
    let system = system();
    act(&cache, &system, 1, 4, RepairAct::Confirm);
    act(&cache, &system, 2, 3, RepairAct::ApproveQuote);
    let (confirmed, approved) = (open(&cache, 1), open(&cache, 2));
    assert_eq!((confirmed.row.state, confirmed.row.need), (RepairState::Fixed, None));
    assert!(confirmed.may.contains(&ActKind::Rate) && !confirmed.may.contains(&ActKind::Confirm));
    assert_eq!((approved.row.state, approved.row.need), (RepairState::Quoted, None));
    assert_eq!(approved.pending.len(), 1);
    // Refused, it stands where it stood, with what was typed beside it.
    let sent = batch(&cache);
    refuse(&cache, &sent, Code::Conflict);
    assert_eq!(open(&cache, 1).row.state, RepairState::Done);
    assert_eq!(open(&cache, 1).row.need, Some(RepairNeed::Confirm));
    assert_eq!(list(&cache).needing, 3);
}

#[test]
fn the_queue_is_ordered_and_filtered_and_the_board_counts() {
    let (garden, cache) = at(Role::Manager);
    let things: Vec<_> = (1..=6)
        .map(|number| {
            repair_with(number, 1, |repair| {
                repair.reporter = by(77, Role::Resident);
                repair.building_id = (number % 2 == 0).then_some(garden.building);
                if number == 3 {
                    repair.report.urgency = Urgency::Emergency;
                }
                if number == 5 {
                    repair.promise = Some(Promise { by: Timestamp(NOW.0 - 1), kept: None });
                    repair.assignee = Some(by(3, Role::Manager));
                    repair.state = RepairState::Accepted;
                }
                if number == 6 {
                    repair.state = RepairState::Refused;
                    repair.report.category = "lights".to_owned();
                }
            })
        })
        .collect();
    sync::apply(&cache, &garden.page("1").in_office(&things).build(), NOW).unwrap();
    let queue = |query: RepairQueueQuery| -> Vec<String> {
        let page = repairs::queue(&cache, &query, &Language::en(), NOW).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|row| row.words).collect()
    };
    let all = RepairQueueQuery::default;
    assert_eq!(queue(all()), ["Repair 3", "Repair 5", "Repair 1", "Repair 2", "Repair 4"]);
    assert_eq!(queue(RepairQueueQuery { overdue: true, ..all() }), ["Repair 5"]);
    assert_eq!(queue(RepairQueueQuery { urgency: Some(Urgency::Emergency), ..all() }), ["Repair 3"]);
    assert_eq!(
        queue(RepairQueueQuery { building: Some(garden.building), ..all() }),
        ["Repair 2", "Repair 4"]
    );
    assert_eq!(queue(RepairQueueQuery { assignee: Some(garden.person), ..all() }), ["Repair 5"]);
    assert_eq!(queue(RepairQueueQuery { state: Some(RepairState::Refused), ..all() }), ["Repair 6"]);
    assert_eq!(queue(RepairQueueQuery { category: Some("lights".to_owned()), ..all() }), [""; 0]);
    let page =
        repairs::queue(&cache, &RepairQueueQuery { offset: 1, limit: 2, ..all() }, &Language::en(), NOW);
    assert_eq!(page.unwrap().rows.iter().map(|row| row.id).collect::<Vec<_>>(), [repair_id(5), repair_id(1)]);
    let board = repairs::board(&cache, NOW).unwrap();
    let count = |state| board.columns.iter().find(|column| column.state == state).unwrap().count;
    assert_eq!(
        (count(RepairState::Reported), count(RepairState::Accepted), count(RepairState::Refused)),
        (4, 1, 1)
    );
    assert_eq!((board.overdue, board.emergencies, board.mine), (1, 1, 1));
    assert_eq!(list(&cache).total, 0, "none of them is this person's own");
}

#[test]
fn the_office_s_whole_copy_stays_and_goes_with_its_scope() {
    let (garden, cache) = at(Role::Staff);
    let with_reach = |version, reach: &'static str| {
        repair_with(1, version, move |repair| repair.report.reach = reach.to_owned())
    };
    let reach = || open(&cache, 1).repair.report.reach;
    sync::apply(&cache, &garden.page("1").in_office(&[with_reach(1, "whole")]).build(), NOW).unwrap();
    assert_eq!(list(&cache).total, 0);
    sync::apply(&cache, &garden.page("2").in_person(&[with_reach(1, "")]).build(), NOW).unwrap();
    assert_eq!((reach().as_str(), list(&cache).total), ("whole", 1));
    // A newer one is newer, whichever comes first.
    let page =
        garden.page("3").in_person(&[with_reach(2, "")]).in_office(&[with_reach(2, "whole again")]).build();
    sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(reach(), "whole again");
    sync::apply(&cache, &garden.page("4").in_person(&[with_reach(1, "old")]).build(), NOW).unwrap();
    assert_eq!(reach(), "whole again");
    // It leaves the office after ninety days, and stays the person's own.
    sync::apply(&cache, &garden.page("5").in_office(&[with_reach(2, "").gone()]).build(), NOW).unwrap();
    assert_eq!(list(&cache).total, 1);
    let query = RepairQueueQuery::default();
    assert_eq!(repairs::queue(&cache, &query, &Language::en(), NOW).unwrap().total, 0);
    let page = garden.page("6").lost(Scope::Person(garden.person)).build();
    sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(list(&cache).total, 0);
    assert_eq!(repairs::open(&cache, repair_id(1), &Language::en(), NOW).unwrap_err().code(), Code::NotFound);
}

#[test]
fn the_office_s_whole_copy_is_shortened_when_only_the_person_s_scope_is_left() {
    let (garden, cache) = at(Role::Staff);
    let whole = repair_with(1, 2, |repair| {
        repair.reporter = by(77, Role::Resident);
        repair.report.reach = "call-me-at-night".to_owned();
        repair.report.may_enter = true;
    });
    sync::apply(&cache, &garden.page("1").in_office(&[whole]).build(), NOW).unwrap();
    sync::apply(&cache, &garden.page("2").in_person(&[repair_with(1, 1, |_| {})]).build(), NOW).unwrap();
    assert_eq!(open(&cache, 1).repair.report.reach, "call-me-at-night");
    let page = garden.page("3").lost(Scope::Staff(garden.community)).build();
    sync::apply(&cache, &page, NOW).unwrap();
    let kept = open(&cache, 1).repair;
    assert_eq!((kept.report.reach.as_str(), kept.report.may_enter), ("", false));
    assert_eq!(kept.reporter.name, "建国", "the name that neighbours know");
}

#[test]
fn the_office_is_not_asked_what_it_asks() {
    let (garden, cache) = at(Role::Staff);
    let me = by(garden.person.0.as_u128(), Role::Staff);
    let asked = |number, change: fn(&mut linli_wire::repairs::Repair)| {
        let reporter = me.clone();
        repair_with(number, 1, move |repair| {
            repair.state = RepairState::Done;
            repair.reporter = reporter;
            change(repair);
        })
    };
    let at_home = asked(2, |repair| {
        repair.report.place = RepairPlace::Home { unit_id: linli_wire::id::UnitId(Uuid::from_u128(8)) };
    });
    let shared = |number| asked(number, |_| {});
    let page = garden.page("1").in_office(&[shared(1), at_home]).build();
    sync::apply(&cache, &page, NOW).unwrap();
    let applied = sync::apply(&cache, &garden.page("2").in_person(&[shared(1)]).build(), NOW).unwrap();
    assert_eq!(applied.asks, []);
    for number in [1, 2] {
        let view = open(&cache, number);
        assert_eq!(view.row.need, None);
        assert!(!view.may.contains(&ActKind::Confirm) && !view.may.contains(&ActKind::Reopen), "{number}");
    }
}

#[test]
fn open_reports_like_it_are_shown_and_joined_once() {
    let (garden, cache) = at(Role::Resident);
    sync::apply(&cache, &garden.page("1").in_community(&[repair_card(1), repair_card(2)]).build(), NOW)
        .unwrap();
    sync::apply(&cache, &garden.page("2").in_person(&[repair_with(1, 1, |_| {})]).build(), NOW).unwrap();
    let like = |category: &str| {
        let like =
            RepairLike { place: RepairPlace::Area { area_id: area_id() }, category: category.to_owned() };
        let cards = repairs::like(&cache, &like, &Language::en(), NOW).unwrap().cards;
        cards.into_iter().map(|row| (row.card.id, row.joined, row.card.affected)).collect::<Vec<_>>()
    };
    assert_eq!(like("plumbing"), [(repair_id(2), false, 2), (repair_id(1), true, 2)]);
    assert_eq!(like("lights"), []);
    for _ in 0..3 {
        repairs::join(&cache, &system(), repair_id(2)).unwrap();
    }
    assert_eq!(like("")[0], (repair_id(2), true, 2));
    assert_eq!(batch(&cache).len(), 1);
    let choices = repairs::choices(&cache).unwrap();
    assert_eq!((choices.categories.len(), choices.areas.len(), choices.workers.len()), (1, 1, 0));
}

#[test]
fn what_cannot_be_read_is_passed_over_and_rubbish_in_a_form_is_kept_as_it_is() {
    let (garden, cache) = at(Role::Resident);
    let mut page =
        garden.page("1").in_person(&[repair_with(1, 1, |_| {}), repair_with(2, 1, |_| {})]).build();
    let rubbish = serde_json::value::RawValue::from_string("{\"id\":7,\"events\":\"x\"}".to_owned()).unwrap();
    page.scopes[0].changes[0].body = Some(rubbish);
    sync::apply(&cache, &page, NOW).unwrap();
    let rows = list(&cache).rows;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [repair_id(2)]);
    // A state and an act of a newer server are shown as unknown, and nothing can be done to it here.
    let newer = repair_with(3, 1, |_| {});
    let mut page = garden.page("2").in_person(&[newer]).build();
    let body =
        page.scopes[0].changes[0].body.as_ref().unwrap().get().replace("\"reported\"", "\"inspected\"");
    page.scopes[0].changes[0].body = serde_json::value::RawValue::from_string(body).ok();
    sync::apply(&cache, &page, NOW).unwrap();
    let view = open(&cache, 3);
    assert_eq!((view.row.state, view.may.len()), (RepairState::Unknown, 0));
    let system = system();
    let mut draft = repairs::new(&cache, &system).unwrap();
    draft.form.words = "\u{202E}\0\u{FFFF}".to_owned();
    draft.form.category = "'; DROP TABLE repair; --".to_owned();
    repairs::keep(&cache, &system, &draft).unwrap();
    assert_eq!(repairs::drafts(&cache).unwrap().drafts[0].form, draft.form);
    let rating = Rating { result: 9, speed: 0, manner: 1, words: String::new() };
    repairs::rate(&cache, &system, RateRepair { id: repair_id(2), rating }).unwrap();
    assert!(repairs::open(&cache, repair_id(99), &Language::en(), NOW).is_err());
}
