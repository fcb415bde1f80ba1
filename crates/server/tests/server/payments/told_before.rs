//! What a statement told already: under another number of the own account, under a name that the bank gives again, and in
//! another format.

use linli_server::payments as paying;
use linli_wire::{
    Code,
    payments::{BankAccount, BookMovement, PaymentWays},
};

use super::{bank::*, prepared::*};
use crate::{
    both,
    world::{Place, World, problem},
};

/// The office enters a number of the own account, or takes it out.
async fn has_number(world: &World, place: &Place, number: Option<&str>) {
    let community = place.id;
    let bank = number.map(|number| BankAccount {
        holder: "阳光花园".to_owned(),
        number: number.to_owned(),
        bank: "Bank".to_owned(),
        bic: String::new(),
    });
    let ways = PaymentWays { bank, ..PaymentWays::default() };
    world.app.db.write(move |tx| paying::put_ways(tx, community, &ways)).await.unwrap();
}

both! {
    async fn another_number_of_the_own_account_makes_nothing_new(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        // Half of what is owed, with the reference: by itself it says nothing for certain, once booked the rest is half.
        let half = bill.total / 2;
        take(&world, &office, &handed_over(sun.wang, &[&bill], bill.total - 2 * half)).await;
        let (whole, part) = (half / 100, half % 100);
        let csv = format!("Date;Amount;Name;Text\n2026-09-21;{whole}.{part:02};赵六;{}\n", bill.reference);
        let brought = import(&world, &office, csv.clone()).await;
        assert_eq!((brought.new, brought.booked), (1, 0), "{brought:?}");
        let movement = listed(&world, &office, "open").await.rows.remove(0);
        let asked = BookMovement { household_id: sun.wang, bills: vec![bill.id] };
        done(&world, &office, &deed(&movement, "book"), &asked).await;
        let owed = async || household(&world, &office, sun.wang).await.bills[0].owed;
        assert_eq!(owed().await, half);
        // Entered, put right from a local number to an IBAN, taken out and entered again.
        for own in [Some("370400440532013000"), Some(OWN), None, Some("DE89 3704 0044 0532 0130 00")] {
            has_number(&world, &sun, own).await;
            let brought = import(&world, &office, csv.clone()).await;
            assert_eq!((brought.new, brought.known, owed().await), (0, 1, half), "{own:?}");
        }
        let camt = statement(OWN, &[told("A", half, bill.reference.clone())]);
        let error = problem(post(&world, &office, camt).await).await;
        assert_eq!(error.details["told_before"], 1, "the other format finds it, too");
        is_sound(&world).await;
    }

    async fn a_number_that_was_put_right_and_taken_out_makes_nothing_new(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let before = "FR1420041010050500013M02606";
        has_number(&world, &sun, Some(before)).await;
        let file = statement(before, &[told("A", 500, "?")]);
        assert_eq!(import(&world, &office, file.clone()).await.new, 1);
        has_number(&world, &sun, Some(OWN)).await;
        has_number(&world, &sun, None).await;
        let brought = import(&world, &office, file).await;
        assert_eq!((brought.new, brought.known), (0, 1), "it is told once more, under its number of before");
        let another = statement(before, &[told("A", 700, "?")]);
        assert_eq!(import(&world, &office, another).await.new, 1, "the bank gave the name to another one");
        is_sound(&world).await;
    }

    async fn a_name_that_the_bank_gives_again_swallows_no_money(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        has_account(&world, &sun).await;
        let of_last_year = statement(OWN, &[told("1", 10_000, "a")]).replace("2026-09-21</Dt>", "2025-09-21</Dt>");
        let of_this = statement(OWN, &[told("1", 10_000, "b"), told("1", 10_001, "c")]);
        for (file, new) in [(&of_last_year, 1), (&of_this, 2), (&of_last_year, 0), (&of_this, 0)] {
            let brought = import(&world, &office, file.clone()).await;
            assert_eq!(brought.new, new, "{brought:?}");
        }
        let open = listed(&world, &office, "open").await;
        let told: Vec<_> = open.rows.iter().map(|row| (row.day.as_str(), row.minor)).collect();
        let sum: i64 = told.iter().map(|(_, minor)| minor).sum();
        assert_eq!((told.len(), sum), (3, 30_001), "{told:?}");
        // A file of the other format finds all of them.
        let csv = "Date;Amount;Name\n2025-09-21;100.00;a\n2026-09-21;100.00;b\n2026-09-21;100.01;c\n";
        let asked = problem(post(&world, &office, csv).await).await;
        assert_eq!((asked.code, &asked.details["told_before"]), (Code::Conflict, &serde_json::json!(3)));
        is_sound(&world).await;
    }

    async fn the_same_days_in_both_formats_count_once(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let total = format!("{}.{:02}", bill.total / 100, bill.total % 100);
        // Three of a day, two of them equal; the bill is paid by the first file.
        let csv = format!("Date;Amount;Name;Purpose\n2026-09-21;{total};Wang;{}\n2026-09-21;1.00;Li;x\n2026-09-21;1.00;Zhou;y\n", bill.reference);
        let brought = import(&world, &office, csv.clone()).await;
        assert_eq!((brought.new, brought.booked), (3, 1));
        let camt = |more: &[Told<'_>]| {
            let mut all = vec![told("C1", bill.total, format!("Wang {}", bill.reference)), told("C2", 100, "Zhou y".to_owned()), told("C3", 100, "Li x".to_owned())];
            all.extend_from_slice(more);
            statement(OWN, &all)
        };
        asks_first(&world, &office, &camt(&[]), (3, 3)).await;
        let none = import_new(&world, &office, &camt(&[])).await;
        assert_eq!((none.new, none.known, none.booked), (0, 3, 0));
        // The bank's file of the whole day has a third equal one, and one of another sum: those alone are new.
        let later = camt(&[told("C4", 100, "Wu z".to_owned()), told("C5", 500, "Chen".to_owned())]);
        asks_first(&world, &office, &later, (3, 5)).await;
        let two = import_new(&world, &office, &later).await;
        assert_eq!((two.new, two.known), (2, 3));
        // Which of the equal ones was new is told apart by what else is said of them.
        let open = listed(&world, &office, "open").await.rows;
        let texts: Vec<&str> = open.iter().map(|row| row.told.text.as_str()).collect();
        assert!(open.len() == 4 && texts.iter().any(|text| text.contains("Wu z")), "{texts:?}");
        assert!(texts.iter().filter(|text| text.contains("Li x") || text.contains("Zhou y")).count() == 0, "{texts:?}");
        // The day as CSV, after all of it is here in one format or the other.
        let whole = format!("{csv}2026-09-21;1.00;Wu;z\n2026-09-21;5.00;Chen;\n");
        asks_first(&world, &office, &whole, (2, 5)).await;
        let none = import_new(&world, &office, &whole).await;
        assert_eq!((none.new, none.known), (0, 5));
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept, now.payments.len()), (0, 0, 1), "paid once");
        // Other days, sums and accounts ask nothing.
        let other = statement(OWN, &[told("C9", 100, "Li x")]).replace("<Dt>2026-09-21", "<Dt>2026-09-20");
        assert_eq!(import(&world, &office, other).await.new, 1);
        is_sound(&world).await;
    }
}
