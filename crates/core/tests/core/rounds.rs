//! Rounds in the cache alone: what is due, what is typed, what waits, and what is found in pictures.

use std::{
    io::Cursor,
    sync::atomic::{AtomicU64, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use fast_qr::{ECL, QRBuilder};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use linli_core::{cache::Cache, outbox, repairs as fixing, rounds, sync};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{Pages, point_code, point_id, round_id, round_with},
};
use linli_wire::{
    Code, Language, Timestamp, WireError,
    attachments::{Attachment, NewFile},
    command::{InspectPoint, RepairLike, SaveRoundPlan},
    community::Role,
    id::AttachmentId,
    ops::{Action, Op, Outcome},
    outbox::PendingState,
    repairs::{RepairPerson, RepairsQuery, Urgency},
    rounds::{
        CheckAnswer, FindPoint, Found, PointForm, PointKey, PointResult, PointView, Round, RoundState,
        RoundView, RoundsPage, RoundsQuery,
    },
};
use proptest::prelude::*;

use crate::{
    pages::NOW,
    repairs::{at, batch, refuse},
};

/// A system whose randomness no other has.
fn system() -> FakeSystem {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    FakeSystem::new(NEXT.fetch_add(1, Ordering::Relaxed), Pace::Held)
}

fn key(point: u128) -> PointKey {
    PointKey { round_id: round_id(point / 2), point_id: point_id(point) }
}

fn answers(first: Found) -> Vec<CheckAnswer> {
    vec![CheckAnswer { number: 1, found: first }, CheckAnswer { number: 2, found: Found::Fine }]
}

fn broken() -> Found {
    Found::Failed { words: "It jams".to_owned() }
}

fn form(first: Found) -> PointForm {
    PointForm { answers: answers(first), ..PointForm::default() }
}

fn list(cache: &Cache) -> RoundsPage {
    rounds::list(cache, &RoundsQuery::default(), &Language::en()).unwrap()
}

fn open(cache: &Cache, number: u128) -> RoundView {
    rounds::open(cache, round_id(number), &Language::en(), NOW).unwrap()
}

fn point(cache: &Cache, number: u128) -> PointView {
    open(cache, number / 2).points.into_iter().find(|point| point.id == point_id(number)).unwrap()
}

fn inspect(cache: &Cache, number: u128, form: PointForm) -> Result<(), WireError> {
    rounds::inspect(cache, &system(), &Language::en(), InspectPoint { point: key(number), form })
        .map_err(|error| error.0)
}

fn typed(cache: &Cache, code: &str) -> Result<PointKey, WireError> {
    rounds::find(cache, &system(), &FindPoint { code: code.to_owned() }).map_err(|error| error.0)
}

/// A worker's cache with a round that is due.
fn due() -> (Pages, Cache) {
    let (garden, cache) = at(Role::Staff);
    let page = garden.page("1").in_office(&round_with(1, 1, |_| ())).build();
    sync::apply(&cache, &page, NOW).unwrap();
    (garden, cache)
}

/// What the server says once somebody else inspected a point.
fn result(point: u128) -> PointResult {
    let by = RepairPerson {
        id: linli_wire::id::PersonId(uuid::Uuid::from_u128(77)),
        name: "陈静".to_owned(),
        given_name: "静".to_owned(),
        role: Role::Staff,
    };
    PointResult {
        point_id: point_id(point),
        at: NOW,
        received_at: NOW,
        by,
        scanned: true,
        answers: answers(Found::Fine),
        repair_id: None,
    }
}

#[test]
fn a_round_is_walked_without_network_and_its_repair_is_there_at_once() {
    let (_, cache) = due();
    assert_eq!((list(&cache).due, rounds::due(&cache).unwrap()), (1, 1));
    assert_eq!(typed(&cache, &format!(" {} ", point_code(2).to_string().to_lowercase())).unwrap(), key(2));
    assert!(point(&cache, 2).draft.unwrap().scanned);
    // Half filled in, and kept; what the page says of scanning adds nothing.
    let half = PointForm { answers: vec![answers(broken())[0].clone()], ..PointForm::default() };
    rounds::keep(&cache, &system(), InspectPoint { point: key(2), form: half.clone() }).unwrap();
    assert_eq!(point(&cache, 2).draft.unwrap(), PointForm { scanned: true, ..half });
    let urgent = PointForm { urgency: Urgency::Urgent, ..form(broken()) };
    inspect(&cache, 2, urgent).unwrap();
    let seen = point(&cache, 2);
    assert_eq!((seen.draft, seen.result), (None, None));
    let waiting = seen.waiting.unwrap();
    assert_eq!((waiting.form.scanned, waiting.pending.state), (true, PendingState::Waiting));
    let row = open(&cache, 1).row;
    assert_eq!((row.inspected, row.failed, row.unscanned, row.state), (1, 1, 0, RoundState::Open));
    // The repair is there as it will be, in the list and opened.
    let page = fixing::list(&cache, &RepairsQuery::default(), &Language::en(), NOW).unwrap();
    assert_eq!(page.rows[0].id, waiting.repair_id.unwrap());
    assert_eq!(page.rows[0].words, "Pump 1: found on the round “Pumps”\n– The door closes: It jams");
    assert_eq!(page.rows[0].pending.as_ref().unwrap().state, PendingState::Waiting);
    let opened = fixing::open(&cache, page.rows[0].id, &Language::en(), NOW).unwrap();
    assert_eq!((opened.repair.version, opened.row.urgency, opened.may.len()), (0, Urgency::Urgent, 0));
    // Said without scanning: that stands there.
    let lying = PointForm { scanned: true, ..form(Found::Fine) };
    inspect(&cache, 3, lying).unwrap();
    let row = open(&cache, 1).row;
    assert_eq!((row.inspected, row.unscanned, row.state), (2, 1, RoundState::Done));
    assert_eq!((list(&cache).due, rounds::due(&cache).unwrap()), (0, 0));
    let sent = batch(&cache);
    let scanned: Vec<bool> = sent
        .iter()
        .map(|op| match op.action {
            Action::InspectPoint { scanned, .. } => scanned,
            _ => panic!("{op:?}"),
        })
        .collect();
    assert_eq!(scanned, [true, false]);
    let like = RepairLike { place: opened.repair.report.place, category: String::new() };
    assert_eq!(fixing::like(&cache, &like, &Language::en(), NOW).unwrap().cards, []);
}

#[test]
fn who_was_slower_is_told_and_keeps_what_they_wrote_until_they_give_it_up() {
    let (garden, cache) = due();
    inspect(&cache, 2, form(broken())).unwrap();
    refuse(&cache, &batch(&cache), Code::Conflict);
    let changed = garden.page("2").in_office(&round_with(1, 2, |round| round.results.push(result(2))));
    sync::apply(&cache, &changed.build(), NOW).unwrap();
    let seen = point(&cache, 2);
    assert!(seen.result.is_some());
    let waiting = seen.waiting.unwrap();
    assert_eq!(waiting.form.answers, answers(broken()));
    assert!(matches!(&waiting.pending.state, PendingState::Stuck { error } if error.code == Code::Conflict));
    assert_eq!(open(&cache, 1).row.failed, 0, "what lost makes nothing");
    outbox::give_up(&cache, &system(), waiting.pending.op_id).unwrap();
    let seen = point(&cache, 2);
    assert_eq!((seen.waiting, seen.draft), (None, None));
}

#[test]
fn what_is_half_filled_in_outlives_the_result_of_somebody_else_until_it_is_forgotten() {
    let (garden, cache) = due();
    rounds::keep(&cache, &system(), InspectPoint { point: key(2), form: form(broken()) }).unwrap();
    let changed = garden.page("2").in_office(&round_with(1, 2, |round| round.results.push(result(2))));
    sync::apply(&cache, &changed.build(), NOW).unwrap();
    let seen = point(&cache, 2);
    assert_eq!((seen.result.is_some(), seen.draft.unwrap().answers), (true, answers(broken())));
    cache.write(|tx| rounds::forget(tx, key(2))).unwrap();
    assert_eq!(point(&cache, 2).draft, None);
}

#[test]
fn a_checklist_that_is_filled_in_anew_makes_the_repair_that_the_one_before_would_have_made() {
    let (_, cache) = due();
    inspect(&cache, 2, form(broken())).unwrap();
    let repair = |op: &Op| match &op.action {
        Action::InspectPoint { repair_id, .. } => *repair_id,
        other => panic!("{other:?}"),
    };
    let sent = batch(&cache);
    let before = repair(&sent[0]);
    assert!(before.is_some());
    let row = cache.read(outbox::rows).unwrap().remove(0);
    assert_eq!(row.words, broken().words(), "the outbox shows what was typed");
    refuse(&cache, &sent, Code::NotAllowed);
    inspect(&cache, 2, form(broken())).unwrap();
    assert_eq!(repair(&batch(&cache)[0]), before);
}

#[test]
fn what_is_given_up_before_anybody_was_there_comes_back_into_its_checklist() {
    let (_, cache) = due();
    typed(&cache, point_code(2).as_str()).unwrap();
    inspect(&cache, 2, form(broken())).unwrap();
    refuse(&cache, &batch(&cache), Code::NotAllowed);
    let op = point(&cache, 2).waiting.unwrap().pending.op_id;
    outbox::give_up(&cache, &system(), op).unwrap();
    assert_eq!(point(&cache, 2).draft.unwrap(), PointForm { scanned: true, ..form(broken()) });
    // Not scanned before, scanned while it was stuck: nothing that was typed is lost over that.
    inspect(&cache, 3, form(broken())).unwrap();
    refuse(&cache, &batch(&cache), Code::NotAllowed);
    typed(&cache, point_code(3).as_str()).unwrap();
    outbox::give_up(&cache, &system(), point(&cache, 3).waiting.unwrap().pending.op_id).unwrap();
    assert_eq!(point(&cache, 3).draft.unwrap(), PointForm { scanned: true, ..form(broken()) });
    // Sent again without being given up, the newer one takes its place; on its way, nothing is kept.
    inspect(&cache, 2, form(broken())).unwrap();
    inspect(&cache, 2, form(Found::Fine)).unwrap();
    rounds::keep(&cache, &system(), InspectPoint { point: key(2), form: form(broken()) }).unwrap();
    let seen = point(&cache, 2);
    assert_eq!((seen.draft, seen.waiting.unwrap().form.answers), (None, answers(Found::Fine)));
    let sent = batch(&cache);
    assert_eq!(sent.len(), 1);
    let again = inspect(&cache, 2, form(broken())).unwrap_err();
    assert_eq!(again.code, Code::Conflict, "the server may have it");
    outbox::conclude(&cache, &sent, &[Outcome::Done { effects: Vec::new() }], NOW).unwrap();
}

#[test]
fn what_was_found_on_a_round_that_is_no_more_becomes_a_report_when_it_is_given_up() {
    let (garden, cache) = due();
    inspect(&cache, 2, form(broken())).unwrap();
    inspect(&cache, 3, form(Found::Fine)).unwrap();
    let ops = [2, 3].map(|number| point(&cache, number).waiting.unwrap().pending.op_id);
    let mut gone = garden.page("2").build();
    gone.lost = vec![linli_wire::sync::Scope::Staff(garden.community)];
    sync::apply(&cache, &gone, NOW).unwrap();
    ops.iter().for_each(|op| outbox::give_up(&cache, &system(), *op).unwrap());
    let drafts = fixing::drafts(&cache).unwrap().drafts;
    assert_eq!(drafts.len(), 1, "what was in order is no report");
    assert_eq!(drafts[0].form.words, broken().words());
}

#[test]
fn a_plan_that_was_refused_takes_the_saves_behind_it_out_and_goes_back_into_its_editor() {
    let (_, cache) = due();
    let system = system();
    let known = rounds::plans(&cache, &Language::en()).unwrap().plans.remove(0).plan;
    let save = |name: &str, base_version| {
        let mut content = known.content.clone();
        content.name = linli_wire::Localized::one(Language::en(), name);
        let request = SaveRoundPlan { id: Some(known.id), base_version, content };
        rounds::save_plan(&cache, &system, &Language::en(), request).unwrap();
    };
    let shown = || rounds::plans(&cache, &Language::en()).unwrap().plans.remove(0);
    let bases = |ops: &[Op]| -> Vec<u64> {
        ops.iter()
            .map(|op| match op.action {
                Action::SaveRoundPlan { base_version, .. } => base_version,
                _ => panic!("{op:?}"),
            })
            .collect()
    };
    // One has left and its answer is lost; another was made on top of it.
    save("Mine", 1);
    batch(&cache);
    outbox::put_back(&cache).unwrap();
    save("Mine, better", 1);
    let sent = batch(&cache);
    assert_eq!(bases(&sent), [1, 2]);
    // Meanwhile a colleague made version 2: the first is refused, the second passed over.
    let error = WireError::new(Code::Conflict, "");
    let outcomes = [Outcome::Refused { error }, Outcome::Skipped];
    outbox::conclude(&cache, &sent, &outcomes, NOW).unwrap();
    let row = shown();
    assert!(matches!(row.pending.unwrap().state, PendingState::Stuck { .. }), "the conflict is seen");
    // Edited again: nothing that counted on the refused one goes out behind it.
    save("Mine, once more", 2);
    let sent = batch(&cache);
    assert_eq!(bases(&sent), [2]);
    let error = WireError::new(Code::Conflict, "");
    outbox::conclude(&cache, &sent, &[Outcome::Refused { error }], NOW).unwrap();
    outbox::give_up(&cache, &system, shown().pending.unwrap().op_id).unwrap();
    assert_eq!((shown().name.as_str(), batch(&cache).len()), ("Pumps", 0));
    let place = linli_wire::typed::TypedPlace::RoundPlan { id: Some(known.id) };
    let back = cache.read(|db| linli_core::typed::get(db, place)).unwrap();
    let at_each = "The door closes\nThe light is on";
    assert_eq!(back.words, format!("Mine, once more\nPump 1\n{at_each}\nPump 2\n{at_each}"));
    assert!(back.form.contains("Pump 1"), "the whole plan: {}", back.form);
}

#[test]
fn what_the_server_would_refuse_is_said_before_it_is_sent() {
    let (_, cache) = due();
    let photo = Attachment {
        id: AttachmentId(uuid::Uuid::from_u128(5)),
        name: "a.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 1,
        sha256: String::new(),
        pixels: None,
    };
    let failed = |words: &str| form(Found::Failed { words: words.to_owned() });
    for (field, wrong) in [
        ("answers", PointForm::default()),
        ("answers", PointForm { answers: vec![answers(Found::Fine)[0].clone()], ..PointForm::default() }),
        ("answers.words", failed(" \u{200B} ")),
        ("answers.words", failed(&"长".repeat(301))),
        ("answers.words", form(Found::NotPossible { words: String::new() })),
        ("attachments", PointForm { photos: vec![photo.clone(); 7], ..failed("x") }),
    ] {
        let refused = inspect(&cache, 2, wrong).unwrap_err();
        assert_eq!((refused.code, refused.details["field"].as_str()), (Code::InvalidInput, Some(field)));
    }
    assert_eq!(batch(&cache).len(), 0);
    // A photo says what is wrong, too; those of what is in order after all go nowhere.
    inspect(&cache, 2, PointForm { photos: vec![photo.clone()], ..failed("") }).unwrap();
    inspect(&cache, 3, PointForm { photos: vec![photo], ..form(Found::Fine) }).unwrap();
    let photos: Vec<usize> = batch(&cache)
        .iter()
        .map(|op| match &op.action {
            Action::InspectPoint { photos, .. } => photos.len(),
            _ => panic!("{op:?}"),
        })
        .collect();
    assert_eq!(photos, [1, 0]);
    let missing = PointKey { round_id: round_id(9), point_id: point_id(2) };
    let nowhere = InspectPoint { point: missing, form: form(Found::Fine) };
    let refused = rounds::inspect(&cache, &system(), &Language::en(), nowhere).unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

#[test]
fn a_label_leads_to_the_round_that_is_due_and_to_no_other() {
    let (garden, cache) = due();
    let error = |code: &str| typed(&cache, code).unwrap_err();
    let reason = |error: &WireError| error.details["reason"].as_str().unwrap_or_default().to_owned();
    assert_eq!(error("K7QP").code, Code::InvalidInput);
    let strange = error("K7QP 3MXR");
    assert_eq!((strange.code, reason(&strange).as_str()), (Code::NotFound, "unknown_code"));
    // Missed, and nobody has looked since: what is seen now still counts for it.
    let missed = |round: &mut Round| round.state = RoundState::Missed;
    sync::apply(&cache, &garden.page("2").in_office(&round_with(1, 2, missed)).build(), NOW).unwrap();
    assert_eq!(typed(&cache, point_code(3).as_str()).unwrap(), key(3));
    // The next one of the plan is due: that one is meant.
    let next = |version, state| {
        round_with(1, version, |round| {
            round.id = round_id(8);
            round.from = Timestamp(round.from.0 + 7 * 24 * 3600 * 1000);
            round.state = state;
        })
    };
    sync::apply(&cache, &garden.page("3").in_office(&next(1, RoundState::Open)).build(), NOW).unwrap();
    let there = PointKey { round_id: round_id(8), point_id: point_id(3) };
    assert_eq!(typed(&cache, point_code(3).as_str()).unwrap(), there);
    // That one is done: the one that was missed before it is not gone back to.
    sync::apply(&cache, &garden.page("4").in_office(&next(2, RoundState::Done)).build(), NOW).unwrap();
    let not_due = error(point_code(3).as_str());
    assert_eq!((not_due.code, reason(&not_due).as_str()), (Code::NotFound, "not_due"));
}

#[test]
fn the_list_has_what_is_due_first_and_leaves_with_the_office() {
    let (garden, cache) = due();
    let closed = |round: &mut Round| {
        round.state = RoundState::Done;
        round.from = Timestamp(round.from.0 - 1);
    };
    let page = garden.page("2").in_office(&round_with(2, 1, closed)).in_office(&round_with(3, 1, |round| {
        round.until = Timestamp(round.until.0 - 1);
    }));
    sync::apply(&cache, &page.build(), NOW).unwrap();
    let page = list(&cache);
    let order: Vec<_> = page.rows.iter().map(|row| row.id).collect();
    assert_eq!((order, page.total, page.due), (vec![round_id(3), round_id(1), round_id(2)], 3, 2));
    let query = RoundsQuery { offset: 1, limit: 1, plan: None };
    let window = rounds::list(&cache, &query, &Language::en()).unwrap();
    assert_eq!((window.rows[0].id, window.rows.len(), window.total), (round_id(1), 1, 3));
    let of_plan = RoundsQuery { plan: Some(page.rows[2].plan_id), ..RoundsQuery::default() };
    assert_eq!(rounds::list(&cache, &of_plan, &Language::en()).unwrap().total, 1);
    // Who leaves the office has none of it any more.
    let mut gone = garden.page("3").build();
    gone.lost = vec![linli_wire::sync::Scope::Staff(garden.community)];
    sync::apply(&cache, &gone, NOW).unwrap();
    assert_eq!((list(&cache).total, rounds::plans(&cache, &Language::en()).unwrap().plans.len()), (0, 0));
}

#[test]
fn a_plan_waits_and_is_shown_as_it_will_be() {
    let (_, cache) = due();
    let system = system();
    let known = rounds::plans(&cache, &Language::en()).unwrap().plans.remove(0);
    let mut content = known.plan.content.clone();
    let save = |id, content| {
        let request = SaveRoundPlan { id, base_version: 1, content };
        rounds::save_plan(&cache, &system, &Language::en(), request)
    };
    for field in ["name", "points", "points.name", "points.checks", "days"] {
        let mut wrong = content.clone();
        match field {
            "name" => wrong.name.0.clear(),
            "points" => wrong.points.clear(),
            "points.name" => wrong.points[0].name.0.clear(),
            "points.checks" => wrong.points[0].checks.clear(),
            _ => wrong.days = 8,
        }
        let refused = save(Some(known.plan.id), wrong).unwrap_err();
        assert_eq!((refused.code(), refused.0.details["field"].as_str()), (Code::InvalidInput, Some(field)));
    }
    content.name = linli_wire::Localized::one(Language::en(), "All pumps");
    save(Some(known.plan.id), content.clone()).unwrap();
    let shown = rounds::plans(&cache, &Language::en()).unwrap().plans.remove(0);
    assert_eq!((shown.name.as_str(), shown.plan.version), ("All pumps", 1));
    assert_eq!(shown.pending.unwrap().state, PendingState::Waiting);
    // Changed again once it has left: it goes on from there.
    assert_eq!(batch(&cache).len(), 1);
    outbox::put_back(&cache).unwrap();
    content.days = 2;
    save(Some(known.plan.id), content).unwrap();
    let bases: Vec<u64> = batch(&cache)
        .iter()
        .map(|op| match op.action {
            Action::SaveRoundPlan { base_version, .. } => base_version,
            _ => panic!("{op:?}"),
        })
        .collect();
    assert_eq!(bases, [1, 2]);
    let labels = rounds::labels(&cache, known.plan.id, &Language::en(), NOW).unwrap().labels;
    assert_eq!((labels.len(), labels[0].code.as_str()), (2, point_code(2).to_string().as_str()));
    assert_eq!(
        (labels[0].names.as_slice(), labels[0].places.as_slice()),
        (&["Pump 1".to_owned()][..], &["Gate".to_owned()][..])
    );
    assert_eq!(labels[0].qr.text, point_code(2).qr_text());
}

/// A picture of a QR with `text`.
fn picture(text: &str) -> NewFile {
    let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
    let edge = 8 * (u32::try_from(code.size).unwrap() + 8);
    let dark = |x: u32, y: u32| {
        let at = |edge: u32| (edge / 8).checked_sub(4).map(|at| at as usize);
        let (Some(column), Some(row)) = (at(x), at(y)) else { return false };
        row < code.size && column < code.size && code[row][column].value()
    };
    let picture = GrayImage::from_fn(edge, edge, |x, y| Luma([if dark(x, y) { 20 } else { 235 }]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    NewFile { name: "label.jpg".to_owned(), base64: BASE64.encode(bytes.into_inner()) }
}

#[test]
fn a_picture_of_a_label_is_read_and_of_anything_else_is_not() {
    let (_, cache) = due();
    let find = |picture| rounds::scan(&cache, &system(), &picture);
    assert_eq!(find(picture(&point_code(2).qr_text())).unwrap(), key(2));
    assert!(point(&cache, 2).draft.unwrap().scanned);
    for other in ["https://example.org", "LINLI-POINT", "LINLI-POINT K7QP", point_code(3).as_str()] {
        assert_eq!(find(picture(other)).unwrap_err().code(), Code::InvalidInput, "{other}");
    }
    let strange = find(picture("LINLI-POINT K7QP3MXR")).unwrap_err();
    assert_eq!(strange.code(), Code::NotFound);
    for rubbish in ["", "!!!", "AAAA"] {
        let picture = NewFile { name: "x".to_owned(), base64: rubbish.to_owned() };
        let code = find(picture).unwrap_err().code();
        assert!(matches!(code, Code::InvalidInput | Code::UnsupportedFile), "{rubbish}: {code}");
    }
    assert_eq!(point(&cache, 3).draft, None, "nobody stood there");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rubbish_for_a_code_or_a_picture_is_refused_and_breaks_nothing(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (_, cache) = due();
        if let Err(refused) = typed(&cache, &text) {
            prop_assert!(matches!(refused.code, Code::InvalidInput | Code::NotFound));
        }
        for start in [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF", b"RIFF\0\0\0\0WEBP"] {
            let file = [start, bytes.as_slice()].concat();
            let picture = NewFile { name: "x".to_owned(), base64: BASE64.encode(file) };
            let refused = rounds::scan(&cache, &system(), &picture).unwrap_err();
            prop_assert!(matches!(refused.code(), Code::InvalidInput | Code::UnsupportedFile | Code::TooLarge));
        }
    }
}
