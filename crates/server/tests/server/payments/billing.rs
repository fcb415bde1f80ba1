//! Bill runs: what they make, and that they make nothing twice.

use linli_wire::{
    Code,
    ops::Outcome,
    payments::{
        Basis, Bill, BillRun, BillRuns, BillState, FeeContent, Measure, MoneyByMonth, OfficeBillsPage,
        PreviewBills, Rate, TroubleKind,
    },
};
use reqwest::Method;

use super::prepared::*;
use crate::{both, repairs::zh};

both! {
    async fn a_run_makes_one_bill_for_each_household_and_tells_its_members(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let li = world.join(&sun, sun.li_qiang).await;
        let stranger = world.join(&moon, moon.wang_mei).await;
        fee(&world, &office, by_area()).await;
        let garbage = FeeContent {
            name: zh("垃圾清运"), heading: "garbage".to_owned(), basis: Basis::Unit, rate: Rate(8_000_000), ..by_area()
        };
        fee(&world, &office, garbage).await;
        let seen = preview(&world, &office, "2026-09").await;
        // 219.61 and 8.00 for each of two units of 93.45 m².
        assert_eq!((seen.bills, seen.total, seen.total_before, seen.trouble_count), (2, 45_522, 0, 0));
        let fees: Vec<(u32, i64)> = seen.fees.iter().map(|fee| (fee.lines, fee.total)).collect();
        assert!(fees.contains(&(2, 43_922)) && fees.contains(&(2, 1_600)), "{fees:?}");
        let asked = publishing(&seen);
        let done: BillRun = world.ok(Method::POST, "/v1/bill-runs", Some(&office.tokens.access), Some(&asked)).await;
        assert_eq!((done.bills, done.total), (2, 45_522));
        let bills: Vec<Bill> = held(&world, &wang, "bill").await;
        let [bill] = &bills[..] else { panic!("{bills:?}") };
        assert_eq!((bill.household_id, bill.total, bill.owed, bill.lines.len()), (sun.wang, 22_761, 22_761, 2));
        assert_eq!((bill.due_on.as_str(), bill.issued_on.as_str()), ("2026-10-05", "2026-09-21"));
        let line = bill.lines.iter().find(|line| line.heading == "property-fee").unwrap();
        assert_eq!((line.net, line.tax, line.total, line.unit.as_str()), (20_718, 1_243, 21_961, "3-1201"));
        assert_eq!(line.measure, Measure::SquareMetreMonths { area_milli: 93_450, months: 1 });
        assert_eq!(bill.state("2026-10-05"), BillState::Due);
        assert_eq!(bill.state("2026-10-06"), BillState::Overdue);
        let other: Vec<Bill> = held(&world, &li, "bill").await;
        assert_eq!(other.iter().map(|bill| bill.household_id).collect::<Vec<_>>(), [sun.li]);
        let mut numbers = [bill.number.clone(), other[0].number.clone()];
        numbers.sort();
        assert_eq!(numbers, ["2026-000001", "2026-000002"]);
        assert!(bill.reference.starts_with("RF") && bill.reference != other[0].reference);
        assert_eq!(held::<Bill>(&world, &stranger, "bill").await, []);
        assert_eq!(held::<Bill>(&world, &office, "bill").await, [], "no device of the office holds bills");
        // What it earned, for everybody, without tax.
        let money: MoneyByMonth = world.ok(Method::GET, "/v1/money", Some(&li.tokens.access), None::<&()>).await;
        let told = money.rows.iter().map(|row| (row.heading.as_str(), row.earned)).collect::<Vec<_>>();
        assert_eq!(told, [("other", 42_946)], "of so few households the headings would tell who paid");
        let money: MoneyByMonth = world.ok(Method::GET, "/v1/money", Some(&office.tokens.access), None::<&()>).await;
        let earned = money.rows.iter().map(|row| (row.heading.as_str(), row.earned)).collect::<Vec<_>>();
        assert_eq!(earned, [("property-fee", 41_436), ("garbage", 1_510)]);
        assert_eq!(money.rows[0].name, zh("物业费"));
        is_sound(&world).await;
    }

    async fn what_was_not_billed_is_proposed_and_named(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let garbage = FeeContent {
            name: zh("垃圾清运"), heading: "garbage".to_owned(), basis: Basis::Unit, every_months: 3,
            from: "2026-09-01".to_owned(), ..by_area()
        };
        fee(&world, &office, by_area()).await;
        fee(&world, &office, garbage).await;
        bill_month(&world, &office, "2026-09").await;
        // Nobody ran October and November.
        world.time_set(crate::world::START + 80 * 24 * 60 * 60 * 1000);
        let office = again(&world, &sun).await;
        let next = async || -> String {
            let runs: BillRuns = world.ok(Method::GET, "/v1/bill-runs", Some(&office.tokens.access), None::<&()>).await;
            runs.next_month.to_string()
        };
        assert_eq!(next().await, "2026-10");
        let asked = |month: &str| PreviewBills { due_on: "2026-12-31".to_owned(), ..preview_of(month) };
        let look = async |month: &str| -> linli_wire::payments::BillRunPreview {
            let access = Some(office.tokens.access.as_str());
            world.ok(Method::POST, "/v1/bill-runs/preview", access, Some(&asked(month))).await
        };
        let left_out = async |month: &str| -> Vec<(String, u32)> {
            look(month).await.left_out.iter().map(|left| (left.month.to_string(), left.lines)).collect()
        };
        let two = |month: &str| (month.to_owned(), 2);
        assert_eq!(left_out("2026-12").await, [two("2026-10"), two("2026-11")]);
        assert_eq!(left_out("2026-10").await, []);
        for month in ["2026-10", "2026-12"] {
            let run: BillRun = world.ok(Method::POST, "/v1/bill-runs", Some(&office.tokens.access), Some(&publishing(&look(month).await))).await;
            assert_eq!(run.month.to_string(), month);
        }
        assert_eq!((next().await.as_str(), left_out("2026-12").await), ("2026-11", vec![two("2026-11")]));
        // A flat of which nobody had said who lives there: what it owes of a month that was run is named.
        let (community, building, li) = (sun.id, sun.building_1, sun.li);
        world.app.db.write(move |tx| {
            let id = linli_wire::id::UnitId(crate::world::new_id());
            let unit = linli_wire::community::Unit { id, building_id: building, code: "102".to_owned(), household_id: Some(li) };
            linli_server::community::put_unit(tx, community, &unit, Some(5_000)).map(drop)
        }).await.unwrap();
        let expected = [("2026-09", 2), ("2026-10", 1), ("2026-11", 3)].map(|(month, lines)| (month.to_owned(), lines));
        assert_eq!(left_out("2026-12").await, expected);
        let run: BillRun = world.ok(Method::POST, "/v1/bill-runs", Some(&office.tokens.access), Some(&publishing(&look("2026-11").await))).await;
        assert_eq!((run.bills, next().await.as_str()), (2, "2027-01"));
        is_sound(&world).await;
    }

    async fn a_run_that_comes_again_is_the_same_and_another_one_has_nothing_left(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        fee(&world, &office, by_area()).await;
        let asked = publishing(&preview(&world, &office, "2026-09").await);
        let access = Some(office.tokens.access.as_str());
        let first: BillRun = world.ok(Method::POST, "/v1/bill-runs", access, Some(&asked)).await;
        let again: BillRun = world.ok(Method::POST, "/v1/bill-runs", access, Some(&asked)).await;
        assert_eq!(first, again);
        let other = linli_wire::payments::PublishBills { due_on: "2026-10-06".to_owned(), ..asked };
        let error = world.refused(Method::POST, "/v1/bill-runs", access, Some(&other)).await;
        assert_eq!(error.code, Code::OperationReused);
        let nothing = preview(&world, &office, "2026-09").await;
        assert_eq!((nothing.bills, nothing.total), (0, 0));
        let error = world.refused(Method::POST, "/v1/bill-runs", access, Some(&publishing(&nothing))).await;
        assert_eq!(error.code, Code::InvalidInput);
        // A fee that is new is billed alone, and the next month is another one.
        let parking = FeeContent {
            heading: "parking".to_owned(), basis: Basis::Unit, rate: Rate(30_000_000), units: vec![sun.unit_101], ..by_area()
        };
        fee(&world, &office, parking).await;
        let more = bill_month(&world, &office, "2026-09").await;
        assert_eq!((more.bills, more.total), (1, 3_000));
        let october = preview(&world, &office, "2026-10").await;
        assert_eq!((october.bills, october.total, october.total_before), (2, 46_922, 46_922));
        assert_eq!(october.changes, [], "every household pays what it paid before");
        let runs: BillRuns = world.ok(Method::GET, "/v1/bill-runs", access, None::<&()>).await;
        assert_eq!(runs.runs.len(), 2);
        assert_eq!((runs.next_month.to_string(), runs.next_due_on.as_str()), ("2026-10".to_owned(), "2026-10-05"));
        is_sound(&world).await;
    }

    async fn of_eight_runs_at_once_one_makes_the_bills(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        fee(&world, &office, by_area()).await;
        let seen = preview(&world, &office, "2026-09").await;
        let asked: Vec<_> = (0..8).map(|_| publishing(&seen)).collect();
        let answers = asked.iter().map(|asked| {
            world.send(Method::POST, "/v1/bill-runs", Some(&office.tokens.access), Some(asked))
        });
        let answers = futures_util::future::join_all(answers).await;
        let done = answers.iter().filter(|answer| answer.status().is_success()).count();
        assert_eq!(done, 1);
        assert_eq!(household(&world, &office, sun.wang).await.bills.len(), 1);
        is_sound(&world).await;
    }

    async fn nothing_else_is_published_than_was_looked_at(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let id = fee(&world, &office, by_area()).await;
        let asked = publishing(&preview(&world, &office, "2026-09").await);
        save(&world, &office, id, 1, FeeContent { rate: Rate(2_500_000), ..by_area() }).await;
        let error = world.refused(Method::POST, "/v1/bill-runs", Some(&office.tokens.access), Some(&asked)).await;
        assert_eq!(error.code, Code::Conflict);
        assert_eq!(household(&world, &office, sun.wang).await.bills, []);
        for (month, due_on) in [("2030-01", "2026-10-05"), ("2026-09", "2026-09-20"), ("2026-09", "2028-01-01"), ("2026-09", "soon"), ("2026-09", "20261005")] {
            let asked = PreviewBills { month: month.parse().unwrap(), due_on: due_on.to_owned() };
            let error = world.refused(Method::POST, "/v1/bill-runs/preview", Some(&office.tokens.access), Some(&asked)).await;
            assert_eq!(error.code, Code::InvalidInput, "{month} {due_on}");
        }
    }

    async fn a_fee_that_is_billed_keeps_its_periods(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let quarterly = FeeContent { every_months: 3, from: "2026-09-01".to_owned(), ..by_area() };
        let id = fee(&world, &office, quarterly.clone()).await;
        let earlier = FeeContent { from: "2026-08-01".to_owned(), ..quarterly.clone() };
        assert!(matches!(save(&world, &office, id, 1, earlier).await, Outcome::Done { .. }), "nothing is billed yet");
        assert!(matches!(save(&world, &office, id, 2, quarterly.clone()).await, Outcome::Done { .. }));
        bill_month(&world, &office, "2026-09").await;
        for changed in [
            FeeContent { every_months: 1, ..quarterly.clone() },
            FeeContent { from: "2026-10-01".to_owned(), ..quarterly.clone() },
        ] {
            let Outcome::Refused { error } = save(&world, &office, id, 3, changed).await else { panic!() };
            assert_eq!(error.code, Code::InvalidInput);
        }
        assert_eq!(preview(&world, &office, "2026-10").await.bills, 0, "October is billed with September");
        let dearer = FeeContent { rate: Rate(2_500_000), until: Some("2026-12-31".to_owned()), ..quarterly };
        assert!(matches!(save(&world, &office, id, 3, dearer).await, Outcome::Done { .. }));
    }

    async fn what_cannot_be_billed_is_named(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let (community, unit, building, li) = (sun.id, sun.unit_101, sun.building_1, sun.li);
        world.app.db.write(move |tx| {
            let unit = linli_wire::community::Unit { id: unit, building_id: building, code: "101".to_owned(), household_id: Some(li) };
            linli_server::community::put_unit(tx, community, &unit, None).map(drop)
        }).await.unwrap();
        fee(&world, &office, by_area()).await;
        fee(&world, &office, water()).await;
        let seen = preview(&world, &office, "2026-09").await;
        assert_eq!((seen.bills, seen.trouble_count), (1, 3));
        let mut troubles: Vec<_> = seen.troubles.iter().map(|trouble| (trouble.unit.as_str(), trouble.why)).collect();
        troubles.sort_by_key(|(unit, why)| (*unit, format!("{why:?}")));
        assert_eq!(troubles, [("1-101", TroubleKind::NoArea), ("1-101", TroubleKind::NoReading), ("3-1201", TroubleKind::NoReading)]);
    }

    async fn the_office_finds_bills_by_state_month_household_unit_and_number(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        bill_month(&world, &office, "2026-10").await;
        take(&world, &office, &handed_over(sun.wang, &[&bill], bill.total)).await;
        let found = async |query: &str| {
            let path = format!("/v1/bills?{query}");
            let page: OfficeBillsPage = world.ok(Method::GET, &path, Some(&office.tokens.access), None::<&()>).await;
            assert_eq!(usize::try_from(page.total).unwrap(), page.rows.len(), "{query}");
            (page.rows.len(), page.owed)
        };
        assert_eq!(found("").await, (4, 65_883));
        assert_eq!(found("state=paid").await, (1, 0));
        assert_eq!(found("state=due").await, (3, 65_883));
        assert_eq!(found("state=overdue").await, (0, 0));
        assert_eq!(found("state=credited").await, (0, 0));
        assert_eq!(found("month=2026-10").await, (2, 43_922));
        assert_eq!(found("words=h-0001").await, (2, 21_961));
        assert_eq!(found("words=3-12").await, (2, 21_961));
        assert_eq!(found("words=2026-3").await.0, 1);
        assert_eq!(found("words=%25").await.0, 0, "no pattern of a database");
        assert_eq!(found("words=_-____").await.0, 0);
        let page: OfficeBillsPage = world.ok(Method::GET, "/v1/bills?limit=1&offset=3", Some(&office.tokens.access), None::<&()>).await;
        assert_eq!((page.total, page.rows.len(), page.rows[0].state), (4, 1, BillState::Paid), "what is owed comes first");
        for rubbish in ["state=lost", "month=2026-13", "offset=-1", "limit=x"] {
            let error = world.refused(Method::GET, &format!("/v1/bills?{rubbish}"), Some(&office.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::InvalidInput, "{rubbish}");
        }
        world.later(20 * 24 * 60 * 60 * 1000);
        let office = crate::payments::prepared::again(&world, &sun).await;
        let path = "/v1/bills?state=overdue";
        let page: OfficeBillsPage = world.ok(Method::GET, path, Some(&office.tokens.access), None::<&()>).await;
        assert_eq!((page.total, page.rows[0].state), (3, BillState::Overdue));
    }
}
