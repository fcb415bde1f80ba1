#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Reference, find};

fn longest(text: &str) -> Vec<String> {
    find(text).into_iter().map(|readings| readings[0].as_str().to_owned()).collect()
}

#[test]
fn references_of_others_are_known_to_be_right() {
    // The first stands in the standard's own example, the second in the Finnish guide to it.
    for text in [
        "RF18539007547034",
        "RF712348231",
        "rf18 5390 0754 7034",
        "RF18-5390-0754-7034",
        "ＲＦ１８５３９００７５４７０３４",
    ] {
        assert!(Reference::read(text).is_some(), "{text}");
    }
    for text in [
        "",
        "RF",
        "RF18",
        "RF19539007547034",
        "RF18539007547043",
        "RF18 5390 0754 7034 x",
        "18539007547034",
        "RF18539007547034王",
    ] {
        assert_eq!(Reference::read(text), None, "{text}");
    }
}

#[test]
fn ours_are_three_groups_of_digits_and_never_the_beginning_of_another_one() {
    let bill = Reference::of_bill(42);
    assert_eq!(bill.as_str().len(), 12);
    assert_eq!(bill.to_string().split(' ').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(Reference::read(&bill.to_string()), Some(bill.clone()));
    assert_ne!(bill, Reference::of_household(42));
    assert_eq!(Reference::of_bill(u64::MAX).as_str().len(), 25);
    assert!(Reference::read(Reference::of_bill(u64::MAX).as_str()).is_some());
}

#[test]
fn a_reference_is_found_as_people_type_it() {
    let reference = "RF18539007547034";
    for text in [
        "RF18 5390 0754 7034",
        "Miete November rf18-5390-0754-7034, danke",
        "RechnungRF18539007547034",
        "Invoice no.RF18539007547034!Wang Mei",
        "Hausgeld Familie Mueller RF18 5390 0\n754 7034",
        "RF18\r\n    5390 0754 7034",
        "物业费ＲＦ１８５３９００７５４７０３４王梅",
        "rf 18 53 90 07 54 70 34",
        "R\nF18539007547034",
        "RF18.5390.0754.7034",
        "RFRF18539007547034",
    ] {
        assert_eq!(longest(text), [reference], "{text}");
    }
    assert_eq!(longest("RF18539007547034, RF712348231"), [reference, "RF712348231"]);
    assert!(longest("RF18 5390 0754 703, RF19 5390 0754 7034, Wang Mei, dwarf 18").is_empty());
}

#[test]
fn what_stands_behind_a_reference_may_belong_to_it_or_not() {
    let bill = Reference::of_bill(7);
    for behind in [" 2026", "11", " Wang Mei", " 120 EUR"] {
        let found = find(&format!("{bill}{behind}"));
        assert_eq!(found.len(), 1, "{behind}");
        assert!(found[0].contains(&bill), "{behind}: {found:?}");
        assert!(found[0].windows(2).all(|pair| pair[0].as_str().len() > pair[1].as_str().len()));
    }
}

proptest! {
    #[test]
    fn every_number_makes_a_reference_that_is_read_and_found(number: u64, before in "[a-z ]{0,9}", cut in 0_usize..12) {
        for reference in [Reference::of_bill(number), Reference::of_household(number)] {
            prop_assert_eq!(Reference::read(reference.as_str()), Some(reference.clone()));
            let mut typed = reference.to_string().to_lowercase();
            typed.insert(cut, '\n');
            let found = find(&format!("{before}{typed}, thanks"));
            prop_assert!(found.iter().flatten().any(|known| *known == reference), "{}", typed);
        }
    }

    #[test]
    fn one_wrong_digit_or_two_that_changed_places_are_seen(number in 0_u64..9_999_999, at in 2_usize..11, by in 1_u8..10) {
        let right = Reference::of_bill(number);
        let mut wrong = right.as_str().as_bytes().to_vec();
        wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
        prop_assert_eq!(Reference::read(std::str::from_utf8(&wrong).unwrap()), None);
        let mut turned = right.as_str().as_bytes().to_vec();
        turned.swap(at, at + 1);
        if turned != right.as_str().as_bytes() {
            prop_assert_eq!(Reference::read(std::str::from_utf8(&turned).unwrap()), None);
        }
    }

    #[test]
    fn rubbish_is_nothing_or_a_reference(text in "(?s).{0,80}", near in "[Rr][Ff][0-9 -]{0,30}") {
        for reference in find(&format!("{text}{near}")).into_iter().flatten() {
            prop_assert_eq!(Reference::read(reference.as_str()), Some(reference.clone()));
        }
    }
}
