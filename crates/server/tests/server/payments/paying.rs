//! Money that comes in, and that it is booked once.

use linli_wire::{
    Code,
    id::PaymentId,
    payments::{BalancePayment, Bill, CounterPayment, HouseholdAccount, Payment, PaymentState, Way},
};
use reqwest::Method;

use super::prepared::*;
use crate::{both, world::new_id};

both! {
    async fn a_bill_is_paid_in_parts_and_what_is_too_much_is_kept(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let part = take(&world, &office, &handed_over(sun.wang, &[&bill], 10_000)).await;
        assert_eq!((part.state, part.way, part.minor, part.kept), (PaymentState::Paid, Way::Counter, 10_000, 0));
        assert_eq!((part.parts.len(), part.parts[0].minor, part.receipt.as_deref()), (1, 10_000, Some("R-2026-000001")));
        let rest = take(&world, &office, &handed_over(sun.wang, &[&bill], 15_000)).await;
        assert_eq!((rest.parts[0].minor, rest.kept), (11_961, 3_039));
        // The members of the household have all of it.
        let bills: Vec<Bill> = held(&world, &wang, "bill").await;
        assert_eq!((bills[0].owed, bills[0].paid.len()), (0, 2));
        assert_eq!(bills[0].paid.iter().map(|paid| paid.minor).sum::<i64>(), bills[0].total);
        let payments: Vec<Payment> = held(&world, &wang, "payment").await;
        assert_eq!(payments.iter().map(|payment| payment.minor).sum::<i64>(), 25_000);
        let accounts: Vec<HouseholdAccount> = held(&world, &wang, "household_account").await;
        assert_eq!(accounts.iter().map(|account| account.kept).collect::<Vec<_>>(), [3_039]);
        // Nothing is owed: all of it is kept.
        let more = take(&world, &office, &handed_over(sun.wang, &[], 500)).await;
        assert_eq!((more.parts.len(), more.kept), (0, 500));
        is_sound(&world).await;
    }

    async fn several_bills_are_paid_in_the_order_in_which_they_are_named(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let first = wangs_bill(&world, &sun, &office).await;
        bill_month(&world, &office, "2026-10").await;
        let bills = household(&world, &office, sun.wang).await.bills;
        let second = bills.iter().find(|bill| bill.id != first.id).unwrap();
        let paid = take(&world, &office, &handed_over(sun.wang, &[second, &first], 30_000)).await;
        let parts: Vec<_> = paid.parts.iter().map(|part| (part.bill_id, part.minor)).collect();
        assert_eq!(parts, [(second.id, 21_961), (first.id, 8_039)]);
        is_sound(&world).await;
    }

    async fn the_same_payment_is_booked_once_however_often_it_comes(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let asked = handed_over(sun.wang, &[&bill], 10_000);
        let answers = futures_util::future::join_all((0..8).map(|_| take(&world, &office, &asked))).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.payments.len(), now.bills[0].owed), (1, 11_961));
        // The same id for something else is refused, whatever differs.
        let access = Some(office.tokens.access.as_str());
        for other in [
            CounterPayment { minor: 10_001, ..asked.clone() },
            CounterPayment { bills: Vec::new(), ..asked.clone() },
            CounterPayment { household_id: sun.li, bills: Vec::new(), ..asked.clone() },
            // The id of the bill's own entry in the ledger.
            CounterPayment { id: PaymentId(bill.id.0), ..asked.clone() },
        ] {
            let error = world.refused(Method::POST, "/v1/payments/counter", access, Some(&other)).await;
            assert_eq!(error.code, Code::OperationReused, "{other:?}");
        }
        is_sound(&world).await;
    }

    async fn of_eight_who_pay_a_bill_at_once_one_pays_it_and_the_rest_is_kept(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let asked: Vec<_> = (0..8).map(|_| handed_over(sun.wang, &[&bill], bill.total)).collect();
        futures_util::future::join_all(asked.iter().map(|asked| take(&world, &office, asked))).await;
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept, now.payments.len()), (0, 7 * bill.total, 8));
        let numbers: std::collections::BTreeSet<_> = now.payments.iter().filter_map(|payment| payment.receipt.clone()).collect();
        assert_eq!(numbers.len(), 8, "each has its own receipt");
        is_sound(&world).await;
    }

    async fn a_household_pays_from_what_is_kept_for_it_and_no_more(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let li = world.join(&sun, sun.li_qiang).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        take(&world, &office, &handed_over(sun.wang, &[], 30_000)).await;
        let asked = |minor| BalancePayment { id: PaymentId(new_id()), household_id: sun.wang, bills: vec![bill.id], minor };
        let refused = async |device: &crate::world::Device, asked: BalancePayment| {
            world.refused(Method::POST, "/v1/payments/balance", Some(&device.tokens.access), Some(&asked)).await.code
        };
        assert_eq!(refused(&li, asked(100)).await, Code::NotFound, "it is not their household");
        assert_eq!(refused(&office, asked(100)).await, Code::NotFound, "nor the office's");
        assert_eq!(refused(&wang, asked(bill.total + 1)).await, Code::Conflict, "more than is owed");
        assert_eq!(refused(&wang, asked(0)).await, Code::InvalidInput);
        let first = asked(20_000);
        let access = Some(wang.tokens.access.as_str());
        let paid: Payment = world.ok(Method::POST, "/v1/payments/balance", access, Some(&first)).await;
        let again: Payment = world.ok(Method::POST, "/v1/payments/balance", access, Some(&first)).await;
        assert_eq!(paid, again);
        assert_eq!((paid.way, paid.parts[0].minor), (Way::Balance, 20_000));
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.account.kept, now.bills[0].owed), (10_000, 1_961));
        assert_eq!(refused(&wang, asked(10_000)).await, Code::Conflict, "more than is owed by now");
        is_sound(&world).await;
    }

    async fn money_of_others_is_out_of_reach(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let refused = async |device: &crate::world::Device, asked: &CounterPayment| {
            world.refused(Method::POST, "/v1/payments/counter", Some(&device.tokens.access), Some(asked)).await.code
        };
        let asked = handed_over(sun.wang, &[&bill], 100);
        assert_eq!(refused(&resident, &asked).await, Code::NotAllowed);
        assert_eq!(refused(&elsewhere, &asked).await, Code::NotFound);
        let crossed = handed_over(sun.li, &[&bill], 100);
        assert_eq!(refused(&office, &crossed).await, Code::NotFound, "a bill of another household");
        let twice = handed_over(sun.wang, &[&bill, &bill], 100);
        assert_eq!(refused(&office, &twice).await, Code::InvalidInput);
        for minor in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(refused(&office, &handed_over(sun.wang, &[&bill], minor)).await, Code::InvalidInput, "{minor}");
        }
        let path = format!("/v1/households/{}/payments", sun.wang);
        for (device, code) in [(&resident, Code::NotAllowed), (&elsewhere, Code::NotFound)] {
            let error = world.refused(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
            assert_eq!(error.code, code);
        }
        is_sound(&world).await;
    }

    async fn a_bill_that_was_tampered_with_shows_in_the_figures(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        assert_eq!(world.app.prove().await.unwrap(), 0);
        assert!(world.app.metrics_text().contains("linli_ledger_findings 0"));
        let tamper = move |tx: &mut linli_server::db::Tx<'_>| {
            let sql = "UPDATE bill SET total = total - 1 WHERE id = $1";
            Ok(tx.execute(sql, linli_server::params![bill.id])?)
        };
        assert_eq!(world.app.db.write(tamper).await.unwrap(), 1);
        let count = world.app.prove().await.unwrap();
        assert!(count > 0);
        assert!(world.app.metrics_text().contains(&format!("linli_ledger_findings {count}")));
    }
}
