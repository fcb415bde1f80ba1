//! A payment by card from its beginning to one of its ends.

use linli_wire::{
    Code,
    payments::{Bill, CardPayment, HouseholdAccount, PaymentState, PaymentWays, Way},
};
use reqwest::Method;

use super::stripe::{DECLINED, GOOD};
use crate::{payments::prepared::held, shops, world::new_id};

shops! {
    async fn a_bill_is_paid_and_the_whole_household_sees_it(shop) {
        let grandma = shop.world.join(&shop.sun, shop.sun.grandma).await;
        let asked = shop.asked(shop.bill.total);
        let begun = shop.begin(&asked).await;
        assert_eq!((begun.payment.state, begun.payment.way), (PaymentState::Begun, Way::Card));
        assert!(begun.link.as_ref().unwrap().starts_with(&format!("{}/pay/", shop.world.url)));
        // Others of the household see that somebody is at it.
        let seen: Vec<linli_wire::payments::Payment> = held(&shop.world, &grandma, "payment").await;
        assert_eq!((seen[0].state, seen[0].meant_for.clone()), (PaymentState::Begun, vec![shop.bill.id]));
        // The same again is the same, link included.
        assert_eq!(shop.begin(&asked).await, begun);
        let intent = shop.intent_of(asked.id).await.unwrap();
        let there = shop.stripe.intent(&intent).await;
        assert_eq!((there["amount"].as_i64(), there["currency"].as_str()), (Some(shop.bill.total), Some("cny")));
        assert_eq!(there["metadata"]["linli_payment"], asked.id.to_string());
        assert_eq!(there["metadata"]["linli_community"], shop.community().to_string());
        assert_eq!(shop.stripe.keys(), [format!("linli-{}-begin", asked.id)]);
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        let paid = shop.held(asked.id).await;
        assert_eq!((paid.state, paid.parts[0].minor, paid.receipt.as_deref()), (PaymentState::Paid, shop.bill.total, Some("R-2026-000001")));
        assert_eq!(shop.stands().await, (0, 0, 1));
        let bills: Vec<Bill> = held(&shop.world, &grandma, "bill").await;
        assert_eq!((bills[0].owed, bills[0].paid.len()), (0, 1));
        // Told again, and something older told late: nothing moves.
        for kind in ["succeeded", "succeeded", "payment_failed", "processing", "created"] {
            assert_eq!(shop.tell(kind, &intent).await, 204);
        }
        assert_eq!(shop.held(asked.id).await, paid);
        assert_eq!(shop.begin(&asked).await.link, None);
        shop.is_sound().await;
    }

    async fn a_declined_card_pays_nothing_and_another_one_may(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.pay(&intent, DECLINED).await;
        assert_eq!(shop.tell("payment_failed", &intent).await, 204);
        let not_paid = shop.held(payment.id).await;
        assert_eq!((not_paid.state, not_paid.receipt), (PaymentState::NotPaid, None));
        assert_eq!(shop.stands().await, (shop.bill.total, 0, 0));
        shop.is_sound().await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Paid);
        assert_eq!(shop.stands().await, (shop.bill.total - 10_000, 0, 1));
        shop.is_sound().await;
    }

    async fn the_server_asks_where_nobody_tells(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Begun);
        shop.world.later(60_000);
        shop.until(payment.id, PaymentState::Paid).await;
        // A webhook that comes a day late finds it done.
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!(shop.booked().await, 1);
        shop.is_sound().await;
    }

    async fn what_nobody_finishes_in_a_day_is_ended(shop) {
        let asked = shop.asked(10_000);
        let begun = shop.begin(&asked).await;
        let intent = shop.intent_of(asked.id).await.unwrap();
        let page = begun.link.unwrap();
        assert_eq!(shop.world.http.get(&page).send().await.unwrap().status(), 200);
        shop.world.later(24 * 60 * 60 * 1000);
        let mut shop = shop;
        shop.join_again().await;
        shop.until(asked.id, PaymentState::NotPaid).await;
        assert_eq!(shop.stripe.intent(&intent).await["status"], "canceled");
        assert_eq!(shop.world.http.get(&page).send().await.unwrap().status(), 404);
        shop.is_sound().await;
    }

    async fn two_who_pay_a_bill_at_once_pay_it_once_and_the_rest_is_kept(shop) {
        let total = shop.bill.total;
        let ((first, one), (second, two)) = tokio::join!(shop.begun(total), shop.begun(total));
        tokio::join!(shop.stripe.pay(&one, GOOD), shop.stripe.pay(&two, GOOD));
        let told = tokio::join!(shop.tell("succeeded", &one), shop.tell("succeeded", &two), shop.tell("succeeded", &one));
        assert_eq!(told, (reqwest::StatusCode::NO_CONTENT, reqwest::StatusCode::NO_CONTENT, reqwest::StatusCode::NO_CONTENT));
        assert_eq!(shop.stands().await, (0, total, 2));
        let (first, second) = (shop.held(first.id).await, shop.held(second.id).await);
        assert_eq!(first.kept + second.kept, total);
        let accounts: Vec<HouseholdAccount> = held(&shop.world, &shop.wang, "household_account").await;
        assert_eq!(accounts[0].kept, total);
        shop.is_sound().await;
    }

    async fn of_many_that_nobody_finished_the_oldest_end(shop) {
        let mut pages = Vec::new();
        for at in 0..7 {
            let asked = shop.asked(100);
            let begun = shop.begin(&asked).await;
            pages.push((asked.id, begun.link.unwrap()));
            if at == 0 {
                // One that is paid is none of them.
                let intent = shop.intent_of(asked.id).await.unwrap();
                shop.stripe.pay(&intent, GOOD).await;
                assert_eq!(shop.tell("succeeded", &intent).await, 204);
            }
            shop.world.later(1000);
        }
        let (oldest, page) = &pages[1];
        shop.until(*oldest, PaymentState::NotPaid).await;
        let intent = shop.intent_of(*oldest).await.unwrap();
        assert_eq!(shop.stripe.intent(&intent).await["status"], "canceled");
        assert_eq!(shop.world.http.get(page).send().await.unwrap().status(), 404);
        for (id, page) in &pages[2..] {
            assert_eq!(shop.held(*id).await.state, PaymentState::Begun);
            assert_eq!(shop.world.http.get(page).send().await.unwrap().status(), 200);
        }
        assert_eq!(shop.held(pages[0].0).await.state, PaymentState::Paid);
        shop.is_sound().await;
    }

    async fn who_may_not_pay_or_asks_for_too_much_is_refused(shop) {
        let li = shop.world.join(&shop.sun, shop.sun.li_qiang).await;
        let refused = async |device: &crate::world::Device, asked: CardPayment| {
            shop.world.refused(Method::POST, "/v1/payments/card", Some(&device.tokens.access), Some(&asked)).await.code
        };
        assert_eq!(refused(&li, shop.asked(100)).await, Code::NotFound);
        assert_eq!(refused(&shop.office, shop.asked(100)).await, Code::NotFound);
        assert_eq!(refused(&shop.wang, shop.asked(shop.bill.total + 1)).await, Code::Conflict);
        assert_eq!(refused(&shop.wang, shop.asked(0)).await, Code::InvalidInput);
        assert_eq!(refused(&shop.wang, CardPayment { bills: Vec::new(), ..shop.asked(1) }).await, Code::Conflict);
        let taken = CardPayment { id: linli_wire::id::PaymentId(shop.bill.id.0), ..shop.asked(1) };
        assert_eq!(refused(&shop.wang, taken).await, Code::OperationReused);
        let asked = shop.asked(100);
        shop.begin(&asked).await;
        assert_eq!(refused(&shop.wang, CardPayment { minor: 101, ..asked }).await, Code::OperationReused);
        assert_eq!(shop.stripe.intents().await.len(), 1);
        shop.is_sound().await;
    }

    async fn communities_are_told_that_cards_are_taken(shop) {
        for _ in 0..100 {
            let ways: Vec<PaymentWays> = held(&shop.world, &shop.wang, "payment_ways").await;
            if ways.iter().any(|ways| ways.card) {
                return shop.is_sound().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nobody was told");
    }

    async fn other_payments_of_the_same_account_are_passed_over(shop) {
        let other = serde_json::json!({ "amount": 500, "currency": "eur" });
        let other = shop.stripe.ask(Method::POST, "/v1/payment_intents", Some(other)).await;
        let other = other["id"].as_str().unwrap();
        shop.stripe.pay(other, GOOD).await;
        assert_eq!(shop.tell("succeeded", other).await, 204);
        assert_eq!(shop.tell("succeeded", "pi_of_nobody").await, 204);
        assert_eq!((shop.booked().await, shop.troubles().await), (0, Vec::new()));
        // One that says to be ours, and is not known here.
        let claims = serde_json::json!({ "linli_payment": new_id(), "linli_community": shop.community() });
        let claims = serde_json::json!({ "amount": 500, "currency": "cny", "metadata": claims });
        let claims = shop.stripe.ask(Method::POST, "/v1/payment_intents", Some(claims)).await;
        let claims = claims["id"].as_str().unwrap();
        shop.stripe.pay(claims, GOOD).await;
        assert_eq!(shop.tell("succeeded", claims).await, 204);
        let troubles = shop.troubles().await;
        assert!(troubles.len() == 1 && troubles[0].contains(claims) && troubles[0].contains("no payment of ours"), "{troubles:?}");
        assert_eq!(shop.booked().await, 0);
        shop.is_sound().await;
    }
}
