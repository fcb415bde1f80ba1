#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;
use crate::{Language, repairs::MAX_WORDS};

fn point(checks: u16) -> RoundPoint {
    let check = |number| RoundCheck { number, words: Localized::one(Language::en(), "The door closes") };
    RoundPoint {
        id: RoundPointId(uuid::Uuid::nil()),
        code: PointCode::read("K7QP3MXR").unwrap(),
        name: Localized::one(Language::en(), "Lift 1"),
        place: RepairPlace::Building { building_id: crate::id::BuildingId(uuid::Uuid::nil()) },
        category: "lifts".to_owned(),
        checks: (0..checks).map(check).collect(),
    }
}

#[test]
fn a_code_is_read_as_typed_and_as_scanned_and_nothing_is_guessed() {
    let code = PointCode::read("K7QP3MXR").unwrap();
    for spelling in [" k7qp-3mxr ", "K7QP 3MXR", "linli-point k7qp3mxr", &code.qr_text()] {
        assert_eq!(PointCode::read(spelling).as_ref(), Some(&code), "{spelling}");
    }
    assert_eq!((code.to_string().as_str(), PointCode::read_qr(&code.qr_text())), ("K7QP-3MXR", Some(code)));
    for wrong in ["", "K7QP3", "K7QP3MX0", "K7QP3MXRR", "K7QP3MXÄ", "LINLI-POINT", "ＬＩＮＬＩ"] {
        assert_eq!(PointCode::read(wrong), None, "{wrong:?} must not pass");
    }
    assert_eq!(PointCode::read_qr("K7QP3MXR"), None, "another label that looks alike");
}

#[test]
fn a_round_moves_by_its_table_alone() {
    use RoundEvent::*;
    use RoundState::*;
    let mut seen = Vec::new();
    for from in RoundState::KNOWN {
        for event in [WalkedInTime, WalkedLate, TimeUp] {
            seen.push(next_round(from, event));
        }
    }
    assert_eq!(seen, [Done, Missed, Missed, Done, Done, Done, Done, Missed, Missed]);
}

#[test]
fn the_words_of_a_repair_name_round_point_and_what_failed() {
    let plan = Localized::one(Language::en(), "Lifts");
    let answers = [
        CheckAnswer { number: 0, found: Found::Fine },
        CheckAnswer { number: 1, found: Found::Failed { words: " it jams ".to_owned() } },
        CheckAnswer { number: 2, found: Found::Failed { words: String::new() } },
        CheckAnswer { number: 3, found: Found::NotPossible { words: "locked".to_owned() } },
    ];
    let words = repair_words(&plan, &point(4), &answers, &Language::en());
    assert_eq!(words, "Lift 1: found on the round “Lifts”\n– The door closes: it jams\n– The door closes");
    let long: Vec<CheckAnswer> = (0..20)
        .map(|number| CheckAnswer { number, found: Found::Failed { words: "长".repeat(MAX_FOUND) } })
        .collect();
    let words = repair_words(&plan, &point(20), &long, &Language::zh());
    assert_eq!((words.chars().count(), words.chars().last()), (MAX_WORDS, Some('…')));
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_code_in_its_one_spelling_or_none(text in "\\PC*") {
        if let Some(code) = PointCode::read(&text) {
            prop_assert_eq!(PointCode::read(&code.to_string()), Some(code.clone()));
            prop_assert_eq!(code.as_str().len(), 8);
        }
    }

    #[test]
    fn random_bytes_make_codes_that_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Some(code) = PointCode::from_random(&bytes) {
            prop_assert_eq!(PointCode::read_qr(&code.qr_text()), Some(code));
        }
    }
}
