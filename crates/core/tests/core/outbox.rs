//! The outbox: what replaces what, what blocks what, and what comes of an answer.

use linli_core::{cache::Cache, outbox};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{Pages, notice_id},
};
use linli_wire::{
    Code, Timestamp, WireError,
    notices::ReadMark,
    ops::{Action, Effect, MAX_BATCH, Op, Outcome},
    outbox::PendingState,
    settings::Preferences,
    sync::Scope,
};

use crate::pages::{NOW, cache};

fn system() -> FakeSystem {
    FakeSystem::new(5, Pace::Held)
}

fn prefer(category: &str) -> Action {
    Action::SavePreferences {
        preferences: Preferences { muted_categories: vec![category.to_owned()], ..Default::default() },
    }
}

fn put(cache: &Cache, lane: &str, category: &str) -> linli_wire::id::OpId {
    cache.write(|tx| outbox::enqueue(tx, &system_of(category), lane, category, prefer(category))).unwrap()
}

/// A system of its own for each call, so that no two ids are the same.
fn system_of(seed: &str) -> FakeSystem {
    FakeSystem::new(seed.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)), Pace::Held)
}

fn states(cache: &Cache) -> Vec<(String, PendingState)> {
    let rows = cache.read(outbox::rows).unwrap();
    rows.into_iter().map(|row| (row.subject, row.state)).collect()
}

fn subjects(batch: &[Op]) -> Vec<String> {
    let subject = |op: &Op| match &op.action {
        Action::SavePreferences { preferences } => preferences.muted_categories[0].clone(),
        other => other.kind().to_owned(),
    };
    batch.iter().map(subject).collect()
}

fn done() -> Outcome {
    Outcome::Done { effects: Vec::new() }
}

fn refused(code: Code) -> Outcome {
    Outcome::Refused { error: WireError::new(code, "no") }
}

#[test]
fn operations_leave_in_the_order_in_which_they_were_made() {
    let cache = cache();
    for category in ["a", "b", "c"] {
        put(&cache, "lane", category);
    }
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    assert_eq!(subjects(&batch), ["a", "b", "c"]);
    assert_eq!(
        outbox::next_batch(&cache, MAX_BATCH).unwrap(),
        [],
        "what is on its way is not sent beside itself"
    );
}

#[test]
fn a_batch_that_did_not_get_through_goes_again_under_the_same_ids() {
    let cache = cache();
    put(&cache, "lane", "a");
    let first = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    outbox::put_back(&cache).unwrap();
    assert_eq!(outbox::next_batch(&cache, MAX_BATCH).unwrap(), first);
    // The same when the app ended meanwhile.
    outbox::recover(&cache, NOW).unwrap();
    assert_eq!(outbox::next_batch(&cache, MAX_BATCH).unwrap(), first);
}

#[test]
fn a_refusal_stops_its_lane_and_no_other() {
    let cache = cache();
    put(&cache, "one", "a");
    put(&cache, "one", "b");
    put(&cache, "two", "c");
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    let stuck =
        outbox::conclude(&cache, &batch, &[refused(Code::InvalidInput), Outcome::Skipped, done()], NOW)
            .unwrap();
    assert!(stuck);
    assert!(
        matches!(&states(&cache)[0].1, PendingState::Stuck { error } if error.code == Code::InvalidInput)
    );
    assert_eq!(states(&cache)[1], ("b".to_owned(), PendingState::Waiting));
    put(&cache, "two", "d");
    assert_eq!(subjects(&outbox::next_batch(&cache, MAX_BATCH).unwrap()), ["d"]);
    outbox::put_back(&cache).unwrap();
    outbox::retry(&cache, batch[0].id).unwrap();
    assert_eq!(subjects(&outbox::next_batch(&cache, MAX_BATCH).unwrap()), ["a", "b", "d"]);
}

#[test]
fn a_refusal_that_passes_is_tried_again() {
    for code in [Code::TooManyTries, Code::Internal, Code::StorageFull] {
        let cache = cache();
        put(&cache, "one", "a");
        let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
        assert!(!outbox::conclude(&cache, &batch, &[refused(code)], NOW).unwrap());
        assert_eq!(outbox::next_batch(&cache, MAX_BATCH).unwrap(), batch, "{code:?}");
    }
}

#[test]
fn an_answer_that_says_too_little_leaves_the_rest_waiting() {
    let cache = cache();
    put(&cache, "one", "a");
    put(&cache, "two", "b");
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    outbox::conclude(&cache, &batch, &[done()], NOW).unwrap();
    assert_eq!(subjects(&outbox::next_batch(&cache, MAX_BATCH).unwrap()), ["b"]);
}

#[test]
fn what_never_left_is_replaced_and_what_may_have_arrived_is_not() {
    let cache = cache();
    let replace = |category: &str| {
        cache
            .write(|tx| outbox::replace(tx, &system_of(category), "lane", category, prefer(category)))
            .unwrap()
    };
    replace("a");
    replace("b");
    assert_eq!(subjects(&outbox::next_batch(&cache, MAX_BATCH).unwrap()), ["b"]);
    // The answer was lost: the server may know this id with this content.
    outbox::put_back(&cache).unwrap();
    replace("c");
    replace("d");
    assert_eq!(subjects(&outbox::next_batch(&cache, MAX_BATCH).unwrap()), ["b", "d"]);
}

#[test]
fn read_marks_gather_in_one_operation_until_it_leaves() {
    let (cache, system) = (cache(), system());
    let mark = |number| ReadMark { notice_id: notice_id(number), read_at: Timestamp(1) };
    let read = |number| cache.write(|tx| outbox::enqueue_reads(tx, &system, &[mark(number)])).unwrap();
    read(1);
    read(2);
    let first = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    assert_eq!(first[0].action, Action::ReadNotices { marks: vec![mark(1), mark(2)] });
    outbox::put_back(&cache).unwrap();
    read(3);
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    assert_eq!(batch[0], first[0], "an id that has left stands for its content");
    assert_eq!(batch[1].action, Action::ReadNotices { marks: vec![mark(3)] });
    // A thousand at once are cut into operations that the server takes.
    let many: Vec<ReadMark> = (10..1210).map(mark).collect();
    cache.write(|tx| outbox::enqueue_reads(tx, &system, &many)).unwrap();
    let sizes: Vec<usize> = outbox::next_batch(&cache, MAX_BATCH)
        .unwrap()
        .iter()
        .map(|op| match &op.action {
            Action::ReadNotices { marks } => marks.len(),
            _ => 0,
        })
        .collect();
    assert_eq!(sizes, [500, 500, 200]);
}

#[test]
fn an_operation_is_settled_when_the_log_has_brought_it_back() {
    let (cache, garden) = (cache(), Pages::default());
    put(&cache, "lane", "a");
    let page = garden.page("0").in_person(&[]).build();
    linli_core::sync::apply(&cache, &page, NOW).unwrap();
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    let effects = vec![Effect { scope: Scope::Person(garden.person), seq: 1 }];
    outbox::conclude(&cache, &batch, &[Outcome::Done { effects }], NOW).unwrap();
    assert_eq!(states(&cache), [], "the person sees it as done");
    assert_eq!(in_state(&cache, "acked"), 1);
    let page = garden.page("1").in_person(&[garden.person(1, linli_wire::community::Role::Resident)]).build();
    linli_core::sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(in_state(&cache, "settled"), 1);
}

#[test]
fn the_journal_is_offered_again_to_another_history_and_goes_after_seven_days() {
    let cache = cache();
    put(&cache, "lane", "a");
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    outbox::conclude(&cache, &batch, &[done()], NOW).unwrap();
    assert_eq!(in_state(&cache, "settled"), 1);
    linli_core::sync::retake(&cache).unwrap();
    assert_eq!(outbox::next_batch(&cache, MAX_BATCH).unwrap(), batch, "the same ids");
    outbox::conclude(&cache, &batch, &[done()], NOW).unwrap();
    let day = 24 * 3600 * 1000;
    outbox::recover(&cache, NOW.plus_millis(7 * day)).unwrap();
    assert_eq!(in_state(&cache, "settled"), 1);
    outbox::recover(&cache, NOW.plus_millis(7 * day + 1)).unwrap();
    assert_eq!(in_state(&cache, "settled"), 0);
}

#[test]
fn what_is_on_its_way_or_done_cannot_be_given_up() {
    let cache = cache();
    let id = put(&cache, "lane", "a");
    let batch = outbox::next_batch(&cache, MAX_BATCH).unwrap();
    let discard = || cache.write(|tx| outbox::discard(tx, id)).unwrap();
    assert_eq!(discard(), None);
    outbox::conclude(&cache, &batch, &[refused(Code::NotAllowed)], NOW).unwrap();
    assert_eq!(discard().map(|op| op.id), Some(id));
    assert_eq!(discard(), None);
}

#[test]
fn a_batch_holds_no_more_than_the_server_takes() {
    let cache = cache();
    for number in 0..250 {
        put(&cache, "lane", &format!("{number}"));
    }
    assert_eq!(outbox::next_batch(&cache, MAX_BATCH).unwrap().len(), MAX_BATCH);
}

fn in_state(cache: &Cache, state: &str) -> u32 {
    let sql = "SELECT count(*) FROM outbox WHERE state = ?1";
    cache.read(|db| Ok(db.query_row(sql, [state], |row| row.get(0))?)).unwrap()
}
