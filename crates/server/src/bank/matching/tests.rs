#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use jiff::civil::date;
use linli_wire::id::{BillId, HouseholdId};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Bill, Outcome, Payer, Proposal, Reason, Target, sample::sample, settle};
use crate::bank::{Account, Movement, reference::Reference};

fn household(number: u128) -> HouseholdId {
    HouseholdId(Uuid::from_u128(number))
}

fn id(number: u64) -> BillId {
    BillId(Uuid::from_u128(number.into()))
}

fn bill(number: u64, of: u128, owed: i64) -> Bill {
    Bill {
        id: id(number),
        reference: Reference::of_bill(number),
        household: household(of),
        owed,
        currency: "EUR".to_owned(),
        due: date(2026, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(number).unwrap())),
    }
}

fn payer(number: u128, name: &str, account: &str) -> Payer {
    Payer {
        household: household(number),
        reference: Some(Reference::of_household(u64::try_from(number).unwrap())),
        names: vec![name.to_owned()],
        accounts: Account::read(account).into_iter().collect(),
    }
}

fn paid(minor: i64, text: &str) -> Movement {
    Movement {
        id: String::new(),
        minor,
        currency: "EUR".to_owned(),
        booked: date(2026, 11, 30),
        value: None,
        end_to_end: None,
        references: Vec::new(),
        text: text.to_owned(),
        name: None,
        account: None,
        reversal: false,
        charges: Vec::new(),
        original: None,
    }
}

fn typed(number: u64) -> String {
    Reference::of_bill(number).to_string().to_lowercase()
}

fn proposed(household: HouseholdId, bills: &[u64], reason: Reason) -> Proposal {
    Proposal { household, bills: bills.iter().copied().map(id).collect(), reason }
}

/// Two households: of Wang Mei, who owes 80, 80 and 55.50, and of Jörg Müller, who owes 80.
fn bills() -> Vec<Bill> {
    vec![bill(1, 1, 8000), bill(2, 1, 8000), bill(3, 1, 5550), bill(4, 2, 8000)]
}

fn payers() -> Vec<Payer> {
    vec![payer(1, "Wang Mei", "NO9386011117947"), payer(2, "Jörg Müller", "ACC-2")]
}

fn outcome(movement: Movement) -> Outcome {
    settle(&[movement], &bills(), &payers()).remove(0)
}

#[test]
fn a_right_reference_with_the_right_amount_is_certain_wherever_it_stands() {
    for movement in [
        paid(8000, &format!("Hausgeld {} danke", typed(2))),
        Movement { references: vec![Reference::of_bill(2).as_str().to_owned()], ..paid(8000, "") },
        Movement { end_to_end: Some(typed(2)), ..paid(8000, "") },
        paid(8000, &format!("{} 2026", typed(2))),
        paid(8000, &format!("{} {}", typed(2), Reference::of_household(1))),
    ] {
        assert_eq!(outcome(movement), Outcome::Certain(vec![id(2)]));
    }
    let both = format!("{} und {}", typed(1), typed(4));
    assert_eq!(outcome(paid(16_000, &both)), Outcome::Certain(vec![id(1), id(4)]));
    let household = Reference::of_household(1).to_string();
    assert_eq!(outcome(paid(21_550, &household)), Outcome::Certain(vec![id(1), id(2), id(3)]));
    assert_eq!(outcome(paid(5550, &household)), Outcome::Certain(vec![id(3)]));
}

#[test]
fn a_right_reference_with_another_amount_says_what_was_owed() {
    let to = |target, owed| Outcome::ByReference { target, owed };
    assert_eq!(outcome(paid(7999, &typed(2))), to(Target::Bill(id(2)), 8000));
    assert_eq!(outcome(paid(8001, &typed(2))), to(Target::Bill(id(2)), 8000));
    let text = Reference::of_household(1).to_string();
    // Two of its bills are owed that much.
    assert_eq!(outcome(paid(8000, &text)), to(Target::Household(household(1)), 21_550));
    let both = format!("{} und {}", typed(1), typed(4));
    assert_eq!(
        outcome(paid(15_000, &both)),
        Outcome::Proposed(vec![
            proposed(household(1), &[1], Reason::References),
            proposed(household(2), &[4], Reason::References),
        ])
    );
}

#[test]
fn no_bill_is_paid_in_whole_for_certain_twice() {
    let once = paid(8000, &typed(4));
    let found = settle(&[once.clone(), once], &bills(), &payers());
    assert_eq!(found[0], Outcome::Certain(vec![id(4)]));
    assert_eq!(found[1], Outcome::ByReference { target: Target::Bill(id(4)), owed: 0 });
    let parts = [paid(3000, &typed(4)), paid(5000, &typed(4)), paid(8000, &typed(4))];
    let owed: Vec<_> = settle(&parts, &bills(), &payers())
        .into_iter()
        .map(
            |outcome| {
                if let Outcome::ByReference { owed, .. } = outcome { owed } else { panic!("{outcome:?}") }
            },
        )
        .collect();
    assert_eq!(owed, [8000, 5000, 0]);
}

#[test]
fn proposals_have_a_reason_and_the_likeliest_stands_first() {
    let named = |minor, name: &str| Movement { name: Some(name.to_owned()), ..paid(minor, "Hausgeld") };
    let from = |minor, account: &str| Movement { account: Account::read(account), ..paid(minor, "") };
    let proposals = |movement| match outcome(movement) {
        Outcome::Proposed(found) => found,
        Outcome::Nothing => vec![],
        other => panic!("{other:?}"),
    };
    for name in ["MUELLER JOERG", "Dr. Jörg Müller und Anna Müller"] {
        assert_eq!(
            proposals(named(8000, name)),
            [proposed(household(2), &[4], Reason::NameAndAmount)],
            "{name}"
        );
    }
    assert_eq!(
        proposals(from(8000, "NO93 8601 1117 947")),
        [
            proposed(household(1), &[1], Reason::AccountAndAmount),
            proposed(household(1), &[2], Reason::AccountAndAmount)
        ]
    );
    assert_eq!(
        proposals(from(16_000, "NO9386011117947")),
        [proposed(household(1), &[1, 2], Reason::AccountAndSum)]
    );
    assert_eq!(proposals(named(13_550, "Mei Wang")), [proposed(household(1), &[1, 3], Reason::NameAndSum)]);
    assert_eq!(proposals(from(123, "ACC-2")), [proposed(household(2), &[], Reason::Account)]);
    let both = Movement { account: Account::read("ACC-2"), ..named(8000, "Wang Mei") };
    let found = proposals(both);
    assert_eq!(found[0], proposed(household(2), &[4], Reason::AccountAndAmount));
    assert_eq!(found[1], proposed(household(1), &[1], Reason::NameAndAmount));
    for nothing in [
        named(123, "Wang Mei"),
        named(8000, "Wang"),
        named(8000, ""),
        paid(8000, "Hausgeld"),
        paid(8000, "RF18"),
    ] {
        assert_eq!(outcome(nothing), Outcome::Nothing);
    }
}

#[test]
fn what_is_paid_for_certain_is_proposed_to_nobody_else() {
    let named = Movement { name: Some("Jörg Müller".to_owned()), ..paid(8000, "") };
    let found = settle(&[named, paid(8000, &typed(4))], &bills(), &payers());
    assert_eq!(found, [Outcome::Nothing, Outcome::Certain(vec![id(4)])]);
}

#[test]
fn what_went_out_came_back_or_is_in_another_currency_is_for_nothing() {
    let text = typed(4);
    assert_eq!(outcome(paid(-8000, &text)), Outcome::Nothing);
    assert_eq!(outcome(Movement { reversal: true, ..paid(8000, &text) }), Outcome::Nothing);
    assert_eq!(outcome(Movement { currency: "CNY".to_owned(), ..paid(8000, &text) }), Outcome::Nothing);
    assert_eq!(outcome(paid(8000, &typed(99))), Outcome::Nothing, "a bill that is not open");
}

#[test]
fn a_name_that_too_many_have_proposes_nothing() {
    let named = Movement { name: Some("Wang Wei".to_owned()), ..paid(100, "") };
    let of = |count: u64| {
        let bills: Vec<Bill> = (0..count).map(|number| bill(number, number.into(), 100)).collect();
        let payers: Vec<Payer> = (0..count).map(|number| payer(number.into(), "Wang Wei", "")).collect();
        settle(std::slice::from_ref(&named), &bills, &payers).remove(0)
    };
    let Outcome::Proposed(few) = of(10) else { panic!("nothing was proposed") };
    assert_eq!(few.len(), super::MAX_PROPOSALS);
    assert_eq!(few[0].bills, [id(0)], "the one that is due first");
    assert_eq!(of(21), Outcome::Nothing);
}

#[test]
fn the_sample_has_every_kind_of_outcome() {
    let made = sample(600, 3000);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in settle(&made.movements, &made.bills, &made.payers) {
        let kind = match outcome {
            Outcome::Certain(_) => "certain",
            Outcome::ByReference { .. } => "by reference",
            Outcome::Proposed(_) => "proposed",
            Outcome::Nothing => "nothing",
        };
        *counts.entry(kind).or_default() += 1;
    }
    assert!(counts.len() == 4 && counts.values().all(|count| *count >= 30), "{counts:?}");
}

proptest! {
    #[test]
    fn outcomes_are_the_same_each_time_and_never_pay_a_bill_twice(
        movements in proptest::collection::vec((0_u64..8, 0_i64..4, 0_u8..4, "(?s).{0,12}"), 0..30)
    ) {
        let bills: Vec<Bill> = (0..6).map(|number| bill(number, u128::from(number % 3), 1000 + i64::from(number % 2 == 0))).collect();
        let payers: Vec<Payer> = (0..3).map(|number| payer(number, "Wang Mei", &format!("A{number}"))).collect();
        let movements: Vec<Movement> = movements.into_iter().map(|(number, more, kind, rubbish)| {
            let made = paid(999 + more, &rubbish);
            match kind {
                0 => Movement { text: format!("{rubbish} {}", typed(number)), ..made },
                1 => Movement { text: Reference::of_household(number).to_string(), ..made },
                2 => Movement { account: Some(Account::Other(format!("A{number}"))), ..made },
                _ => Movement { name: Some(format!("wang mei {rubbish}")), ..made },
            }
        }).collect();
        let found = settle(&movements, &bills, &payers);
        prop_assert_eq!(&settle(&movements, &bills, &payers), &found);
        let mut whole: Vec<BillId> = Vec::new();
        for (movement, outcome) in movements.iter().zip(&found) {
            if let Outcome::Certain(ids) = outcome {
                let owed: i64 = bills.iter().filter(|bill| ids.contains(&bill.id)).map(|bill| bill.owed).sum();
                prop_assert_eq!(owed, movement.minor);
                whole.extend(ids);
            }
        }
        let count = whole.len();
        whole.sort_unstable();
        whole.dedup();
        prop_assert_eq!(whole.len(), count);
    }
}
