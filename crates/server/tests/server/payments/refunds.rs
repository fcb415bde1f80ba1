//! Money that goes back: two persons of the office, one entry; and the papers that say so.

use linli_wire::{
    Code,
    payments::{AskRefund, Bill, HouseholdPayments, Payment, PaymentState, Refund, RefundState, Way},
};
use reqwest::Method;

use super::prepared::{handed_over, held, household, is_sound, take, wangs_bill};
use crate::{
    both,
    world::{Device, World, new_id},
};

fn back(payment: &Payment) -> AskRefund {
    AskRefund {
        id: linli_wire::id::RefundId(new_id()),
        household_id: payment.household_id,
        payment_id: Some(payment.id),
        way: payment.way,
        minor: payment.minor,
        reason: "Paid for by an employer".to_owned(),
        booked_wrongly: false,
    }
}

async fn ask(world: &World, device: &Device, asked: &AskRefund) -> Refund {
    world.ok(Method::POST, "/v1/refunds", Some(&device.tokens.access), Some(asked)).await
}

fn decision(goes_back: bool) -> serde_json::Value {
    serde_json::json!({ "goes_back": goes_back })
}

both! {
    async fn a_payment_goes_back_once_and_by_two_persons(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        let payment = take(&world, &chen, &handed_over(sun.wang, &[&bill], bill.total + 500)).await;
        let asked = back(&payment);
        let first = ask(&world, &chen, &asked).await;
        assert_eq!((first.state, first.may_decide), (RefundState::Asked, false));
        assert_eq!(ask(&world, &chen, &asked).await.id, first.id, "the same again");
        let path = format!("/v1/refunds/{}/decide", first.id);
        let refused = async |device: &Device, goes_back| {
            world.refused(Method::POST, &path, Some(&device.tokens.access), Some(&decision(goes_back))).await.code
        };
        assert_eq!(refused(&chen, true).await, Code::NotAllowed, "nobody decides alone");
        assert_eq!(refused(&wang, true).await, Code::NotAllowed);
        assert_eq!(household(&world, &chen, sun.wang).await.bills[0].owed, 0, "nothing moved yet");
        let decide = async || -> Refund {
            world.ok(Method::POST, &path, Some(&lin.tokens.access), Some(&decision(true))).await
        };
        assert_eq!(decide().await.state, RefundState::Done);
        assert_eq!(decide().await.state, RefundState::Done, "the same again");
        assert_eq!(refused(&lin, false).await, Code::Conflict);
        let now: HouseholdPayments = household(&world, &lin, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept, now.refunds.len()), (bill.total, 0, 1));
        let payments: Vec<Payment> = held(&world, &wang, "payment").await;
        assert_eq!(payments[0].state, PaymentState::GivenBack);
        assert_eq!(payments[0].given_back.as_ref().unwrap().reason, asked.reason);
        let bills: Vec<Bill> = held(&world, &wang, "bill").await;
        assert!(bills[0].paid.is_empty() && bills[0].owed == bill.total);
        let again = AskRefund { id: linli_wire::id::RefundId(new_id()), ..asked };
        let code = world.refused(Method::POST, "/v1/refunds", Some(&chen.tokens.access), Some(&again)).await.code;
        assert_eq!(code, Code::Conflict, "it went back already");
        is_sound(&world).await;
    }

    async fn what_is_kept_goes_back_in_parts_and_never_more_than_is_there(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        let payment = take(&world, &chen, &handed_over(sun.wang, &[&bill], bill.total + 500)).await;
        let of_kept = |minor| AskRefund { payment_id: None, way: Way::Counter, minor, ..back(&payment) };
        let code = async |asked: &AskRefund| {
            world.refused(Method::POST, "/v1/refunds", Some(&chen.tokens.access), Some(asked)).await.code
        };
        assert_eq!(code(&of_kept(501)).await, Code::Conflict);
        assert_eq!(code(&of_kept(0)).await, Code::InvalidInput);
        assert_eq!(code(&AskRefund { way: Way::Card, ..of_kept(1) }).await, Code::InvalidInput);
        assert_eq!(code(&AskRefund { reason: " ".to_owned(), ..of_kept(1) }).await, Code::InvalidInput);
        let (one, other) = (ask(&world, &chen, &of_kept(300)).await, ask(&world, &chen, &of_kept(300)).await);
        let path = |of: &Refund| format!("/v1/refunds/{}/decide", of.id);
        let done: Refund = world.ok(Method::POST, &path(&one), Some(&lin.tokens.access), Some(&decision(true))).await;
        assert_eq!(done.state, RefundState::Done);
        let late = world.refused(Method::POST, &path(&other), Some(&lin.tokens.access), Some(&decision(true))).await;
        assert_eq!(late.code, Code::Conflict, "the rest is less than that");
        let no: Refund = world.ok(Method::POST, &path(&other), Some(&lin.tokens.access), Some(&decision(false))).await;
        assert_eq!(no.state, RefundState::Refused);
        assert_eq!(household(&world, &chen, sun.wang).await.account.kept, 200);
        // The household reads what went back to it, and nothing of what did not.
        let wang = world.join(&sun, sun.wang_mei).await;
        let told: Vec<linli_wire::payments::MoneyBack> = held(&world, &wang, "money_back").await;
        let [told] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((told.id, told.minor, told.way, &told.reason), (one.id, 300, Way::Counter, &one.reason));
        // The payment cannot go back any more: a part of what it left went already.
        assert_eq!(code(&back(&payment)).await, Code::Conflict);
        is_sound(&world).await;
    }

    async fn what_was_credited_of_a_bill_and_paid_goes_back_once(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        let half = bill.total / 2;
        let one = take(&world, &chen, &handed_over(sun.wang, &[&bill], half)).await;
        let two = take(&world, &chen, &handed_over(sun.wang, &[&bill], bill.total - half)).await;
        let credit = linli_wire::payments::CreditBill {
            id: linli_wire::id::CreditId(new_id()),
            reason: "Billed twice".to_owned(),
            parts: vec![linli_wire::payments::CreditPart { line: 0, minor: bill.total - 100 }],
        };
        let path = format!("/v1/bills/{}/credit", bill.id);
        assert!(world.send(Method::POST, &path, Some(&chen.tokens.access), Some(&credit)).await.status().is_success());
        let stands = async || {
            let now = household(&world, &chen, sun.wang).await;
            (now.bills[0].owed, now.account.kept)
        };
        assert_eq!(stands().await, (0, bill.total - 100));
        let goes_back = async |of: &AskRefund| -> Refund {
            let refund = ask(&world, &chen, of).await;
            let path = format!("/v1/refunds/{}/decide", refund.id);
            world.ok(Method::POST, &path, Some(&lin.tokens.access), Some(&decision(true))).await
        };
        assert_eq!(goes_back(&back(&one)).await.state, RefundState::Done);
        assert_eq!(stands().await, (0, bill.total - 100 - half), "the credit is on the bill again");
        assert_eq!(goes_back(&back(&two)).await.state, RefundState::Done);
        assert_eq!(stands().await, (100, 0), "all came back, and what was not credited is owed");
        let rest = AskRefund { payment_id: None, way: Way::Counter, minor: 1, ..back(&one) };
        let code = world.refused(Method::POST, "/v1/refunds", Some(&chen.tokens.access), Some(&rest)).await.code;
        assert_eq!(code, Code::Conflict, "nothing is left to go back");
        is_sound(&world).await;
        // The other way round: what was credited went back, so that the payment cannot.
        let paid = take(&world, &chen, &handed_over(sun.wang, &[&bill], 100)).await;
        let credit = linli_wire::payments::CreditBill {
            id: linli_wire::id::CreditId(new_id()),
            parts: vec![linli_wire::payments::CreditPart { line: 0, minor: 100 }],
            ..credit
        };
        assert!(world.send(Method::POST, &path, Some(&chen.tokens.access), Some(&credit)).await.status().is_success());
        let kept = AskRefund { payment_id: None, way: Way::Counter, minor: 100, ..back(&paid) };
        assert_eq!(goes_back(&kept).await.state, RefundState::Done);
        let code = world.refused(Method::POST, "/v1/refunds", Some(&chen.tokens.access), Some(&back(&paid))).await.code;
        assert_eq!(code, Code::Conflict, "it went back already, as what was kept");
        assert_eq!(stands().await, (0, 0));
        is_sound(&world).await;
    }

    async fn a_household_has_its_papers_and_nobody_elses(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let chen = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        let payment = take(&world, &chen, &handed_over(sun.wang, &[&bill], bill.total)).await;
        let year = bill.issued_on.split('-').next().unwrap();
        let papers = [
            format!("/v1/payments/{}/receipt?language=zh", payment.id),
            format!("/v1/households/{}/statement?year={year}", sun.wang),
        ];
        for path in &papers {
            for device in [&wang, &chen] {
                let answer = world.send(Method::GET, path, Some(&device.tokens.access), None::<&()>).await;
                assert_eq!(answer.headers()["content-type"], "application/pdf");
                let (one, again) = (answer.bytes().await.unwrap(), async {
                    let answer = world.send(Method::GET, path, Some(&device.tokens.access), None::<&()>).await;
                    answer.bytes().await.unwrap()
                }.await);
                assert!(one.starts_with(b"%PDF-"));
                assert_eq!(one, again, "printed again it is the same");
            }
            let code = world.refused(Method::GET, path, Some(&elsewhere.tokens.access), None::<&()>).await.code;
            assert_eq!(code, Code::NotFound);
        }
        for year in ["1999", "9999", "x"] {
            let path = format!("/v1/households/{}/statement?year={year}", sun.wang);
            let code = world.refused(Method::GET, &path, Some(&wang.tokens.access), None::<&()>).await.code;
            assert_eq!(code, Code::InvalidInput);
        }
    }
}
