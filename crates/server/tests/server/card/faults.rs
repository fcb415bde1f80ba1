//! What is forged, does not fit, or gets lost on its way.

use linli_wire::{
    Code,
    payments::{CardTroubleKind, CloseCardTrouble, PaymentState},
};
use reqwest::Method;
use serde_json::json;

use super::{
    shop::{WEBHOOK_SECRET, signed},
    stripe::{DECLINED, Fault, GOOD},
};
use crate::{payments::prepared::household, shops};

shops! {
    async fn what_is_forged_or_from_another_time_moves_nothing(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.pay(&intent, GOOD).await;
        let now = shop.world.now().0 / 1000;
        let body = json!({ "type": "payment_intent.succeeded", "data": { "object": { "id": intent } } }).to_string();
        let good = signed(WEBHOOK_SECRET, &body, now);
        for (signature, body) in [
            (String::new(), body.clone()),
            (signed("whsec_of_others", &body, now), body.clone()),
            (good.clone(), body.replace("succeeded", "succeedee")),
            (signed(WEBHOOK_SECRET, &body, now - 301), body.clone()),
            (signed(WEBHOOK_SECRET, &body, now + 301), body.clone()),
            (signed(WEBHOOK_SECRET, "rubbish", now), "rubbish".to_owned()),
            (signed(WEBHOOK_SECRET, "{\"type\":\"payment_intent.x\"}", now), "{\"type\":\"payment_intent.x\"}".to_owned()),
            ("\u{7f}t=1,v1=".replace('\u{7f}', "~"), body.clone()),
        ] {
            assert_eq!(shop.deliver(&signature, body).await, 422, "{signature}");
        }
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Begun);
        assert!(shop.world.app.metrics_text().contains("linli_card_answers{outcome=\"wrong_time\"} 2"));
        assert_eq!(shop.deliver(&good, body).await, 204);
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Paid);
        shop.is_sound().await;
    }

    async fn a_body_that_lies_moves_nothing_since_the_provider_is_asked(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        let lie = json!({
            "type": "payment_intent.succeeded",
            "data": { "object": { "id": intent, "status": "succeeded", "amount_received": 10_000 } },
        });
        let lie = lie.to_string();
        assert_eq!(shop.deliver(&signed(WEBHOOK_SECRET, &lie, shop.world.now().0 / 1000), lie).await, 204);
        assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::Begun, 0));
    }

    async fn another_amount_is_not_booked_and_somebody_has_to_look(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.change(&intent, json!({ "amount": 9_999 })).await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::Checking, 0));
        let troubles = shop.troubles().await;
        assert!(troubles.len() == 1 && troubles[0].contains("another amount"), "{troubles:?}");
        assert!(shop.world.app.metrics_text().contains("linli_card_answers{outcome=\"amount\"} 2"));
        shop.is_sound().await;
    }

    async fn a_second_card_of_which_nobody_knows_yet_is_checked_and_not_denied(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.pay(&intent, DECLINED).await;
        assert_eq!(shop.tell("payment_failed", &intent).await, 204);
        assert_eq!(shop.held(payment.id).await.state, PaymentState::NotPaid);
        shop.stripe.change(&intent, json!({ "amount": 9_999 })).await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::Checking, 0));
        shop.is_sound().await;
    }

    async fn money_of_an_ended_payment_that_does_not_fit_is_asked_about_again(shop) {
        let asked = shop.asked(100);
        shop.stripe.fail(&[Fault::AnswerLost]);
        shop.world.refused(Method::POST, "/v1/payments/card", Some(&shop.wang.tokens.access), Some(&asked)).await;
        let mut shop = shop;
        shop.world.later(16 * 60 * 1000);
        shop.join_again().await;
        shop.until(asked.id, PaymentState::NotPaid).await;
        let lost = shop.stripe.intents().await.remove(0);
        let lost = lost["id"].as_str().unwrap();
        shop.stripe.change(lost, json!({ "amount": 99 })).await;
        shop.stripe.pay(lost, GOOD).await;
        assert_eq!(shop.tell("succeeded", lost).await, 204);
        assert_eq!((shop.held(asked.id).await.state, shop.booked().await), (PaymentState::Checking, 0));
        shop.is_sound().await;
    }

    async fn what_the_keys_of_another_account_know_nothing_of_ends_after_a_day(shop) {
        let (begun, intent) = shop.begun(10_000).await;
        let (checked, other) = shop.begun(20_000).await;
        shop.stripe.change(&other, json!({ "amount": 19_999 })).await;
        shop.stripe.pay(&other, GOOD).await;
        assert_eq!(shop.tell("succeeded", &other).await, 204);
        shop.stripe.forget().await;
        let mut shop = shop;
        shop.world.later(60 * 60 * 1000);
        shop.join_again().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(shop.held(begun.id).await.state, PaymentState::Begun, "keys may have been mistaken");
        shop.world.later(24 * 60 * 60 * 1000);
        shop.join_again().await;
        shop.until(begun.id, PaymentState::NotPaid).await;
        assert_eq!(shop.held(checked.id).await.state, PaymentState::Checking, "somebody has to look");
        let troubles = shop.troubles().await;
        assert!(troubles.iter().any(|trouble| trouble.contains(&intent) && trouble.contains("keys of before")), "{troubles:?}");
        shop.is_sound().await;
    }

    async fn what_was_begun_before_cards_were_given_up_ends_after_a_day_and_is_asked_about_later(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.pay(&intent, GOOD).await;
        let mut shop = shop;
        let card = shop.world.app.settings.card.clone();
        shop.world.start_again(|settings| settings.card = None).await;
        shop.world.later(60 * 60 * 1000);
        shop.join_again().await;
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Begun);
        shop.world.later(24 * 60 * 60 * 1000);
        shop.join_again().await;
        shop.until(payment.id, PaymentState::NotPaid).await;
        assert_eq!(shop.troubles().await.len(), 1);
        shop.is_sound().await;
        shop.world.start_again(|settings| settings.card = card).await;
        shop.until(payment.id, PaymentState::Paid).await;
        assert_eq!((shop.booked().await, shop.troubles().await), (1, Vec::new()));
        shop.is_sound().await;
    }

    async fn the_office_closes_what_was_dealt_with_and_the_bill_can_be_paid(shop) {
        let close = async |device: &crate::world::Device, id: linli_wire::id::PaymentId| {
            let asked = CloseCardTrouble { reason: "Given back at the provider".to_owned() };
            let path = format!("/v1/payments/{id}/close-trouble");
            shop.world.send(Method::POST, &path, Some(&device.tokens.access), Some(&asked)).await.status().as_u16()
        };
        let troubles = async || household(&shop.world, &shop.office, shop.sun.wang).await.card_troubles;
        let (payment, intent) = shop.begun(10_000).await;
        assert_eq!(close(&shop.office, payment.id).await, 409, "nothing is wrong with it");
        shop.stripe.change(&intent, json!({ "amount": 9_999 })).await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        let found = troubles().await;
        assert_eq!((found.len(), found[0].what, found[0].payment_id), (1, CardTroubleKind::Amount, payment.id));
        assert_eq!(close(&shop.wang, payment.id).await, 403);
        assert_eq!(close(&shop.office, payment.id).await, 204);
        assert_eq!(close(&shop.office, payment.id).await, 204, "the same again");
        // Its provider says the same for good.
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::NotPaid, 0));
        assert_eq!((troubles().await, shop.troubles().await), (Vec::new(), Vec::new()));
        shop.is_sound().await;
    }

    async fn another_currency_is_not_booked(shop) {
        let (payment, intent) = shop.begun(10_000).await;
        shop.stripe.change(&intent, json!({ "currency": "jpy" })).await;
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::Checking, 0));
        assert!(shop.troubles().await[0].contains("another currency"));
        shop.is_sound().await;
    }

    async fn another_payment_or_community_is_not_booked(shop) {
        for (field, value) in [("linli_payment", crate::world::new_id().to_string()), ("linli_community", shop.world.moon.id.to_string())] {
            let (payment, intent) = shop.begun(100).await;
            shop.stripe.change(&intent, json!({ "metadata": { field: value } })).await;
            shop.stripe.pay(&intent, GOOD).await;
            assert_eq!(shop.tell("succeeded", &intent).await, 204);
            assert_eq!((shop.held(payment.id).await.state, shop.booked().await), (PaymentState::Checking, 0));
        }
        assert_eq!(shop.troubles().await.len(), 2);
        shop.is_sound().await;
    }

    async fn a_lost_answer_at_the_beginning_makes_one_payment(shop) {
        for fault in [Fault::AnswerLost, Fault::Broken, Fault::Refuse] {
            let before = shop.stripe.intents().await.len();
            let asked = shop.asked(100);
            shop.stripe.fail(&[fault, fault]);
            for _ in 0..2 {
                let access = Some(shop.wang.tokens.access.as_str());
                let error = shop.world.refused(Method::POST, "/v1/payments/card", access, Some(&asked)).await;
                assert_eq!(error.code, Code::ServerUnreachable, "{fault:?}");
            }
            let begun = shop.begin(&asked).await;
            assert!(begun.link.is_some());
            assert_eq!(shop.stripe.intents().await.len(), before + 1, "{fault:?}");
            let intent = shop.intent_of(asked.id).await.unwrap();
            shop.stripe.pay(&intent, GOOD).await;
            shop.tell("succeeded", &intent).await;
        }
        assert_eq!(shop.booked().await, 3);
        shop.is_sound().await;
    }

    async fn who_gives_up_after_a_lost_answer_has_paid_nothing(shop) {
        let asked = shop.asked(100);
        shop.stripe.fail(&[Fault::AnswerLost]);
        shop.world.refused(Method::POST, "/v1/payments/card", Some(&shop.wang.tokens.access), Some(&asked)).await;
        assert_eq!(shop.held(asked.id).await.state, PaymentState::Begun);
        shop.world.later(60_000);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(shop.held(asked.id).await.state, PaymentState::Begun, "the app may ask again");
        for _ in 0..3 {
            shop.world.later(15 * 60 * 1000);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let mut shop = shop;
        shop.join_again().await;
        shop.until(asked.id, PaymentState::NotPaid).await;
        let again = shop.begin(&asked).await;
        assert_eq!((again.payment.state, again.link), (PaymentState::NotPaid, None));
        // Money that comes after is money all the same, whoever named it.
        let lost = shop.stripe.intents().await.remove(0);
        let lost = lost["id"].as_str().unwrap();
        shop.stripe.pay(lost, GOOD).await;
        assert_eq!(shop.tell("succeeded", lost).await, 204);
        assert_eq!(shop.held(asked.id).await.state, PaymentState::Paid);
        assert_eq!(shop.stands().await, (shop.bill.total - 100, 0, 1));
        shop.is_sound().await;
    }

    async fn a_payment_that_was_given_up_before_its_name_came_cannot_be_paid(shop) {
        let asked = shop.asked(100);
        shop.stripe.fail(&[Fault::Late]);
        let given_up = async {
            // Noted here, and made there.
            while shop.stripe.intents().await.is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            shop.world.later(16 * 60 * 1000);
            for _ in 0..200 {
                let read = move |tx: &mut linli_server::db::Tx<'_>| {
                    let sql = "SELECT state FROM payment WHERE id = $1";
                    Ok(tx.query_one(sql, linli_server::params![asked.id])?.get::<String>(0)?)
                };
                if shop.world.app.db.read(read).await.unwrap() == "not_paid" {
                    return shop.stripe.go_on();
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("it was not given up");
        };
        let (begun, ()) = tokio::join!(shop.begin(&asked), given_up);
        assert_eq!((begun.payment.state, begun.link), (PaymentState::NotPaid, None));
        let intent = shop.intent_of(asked.id).await.expect("a name");
        for _ in 0..200 {
            // Nothing that commits wakes the job; the clock does, where it is waited for.
            shop.world.later(1000);
            if shop.stripe.intent(&intent).await["status"] == "canceled" {
                return shop.is_sound().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it can still be paid");
    }

    async fn a_wrong_clock_delays_and_loses_nothing(shop) {
        let (payment, intent) = shop.begun(100).await;
        let right = shop.world.now().0;
        shop.stripe.pay(&intent, GOOD).await;
        // A year ahead, back again, and a year behind: no webhook is believed, and no question is put off for a year.
        for away in [365, 0, -365_i64] {
            shop.world.time_set(right + away * 24 * 60 * 60 * 1000);
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            if away != 0 {
                assert_eq!(shop.tell_at("succeeded", &intent, right).await, 422);
            }
        }
        shop.world.time_set(right + 2 * 60 * 1000);
        let wang = shop.world.join(&shop.sun, shop.sun.wang_mei).await;
        for _ in 0..200 {
            let payments: Vec<linli_wire::payments::Payment> =
                crate::payments::prepared::held(&shop.world, &wang, "payment").await;
            if payments[0].state == PaymentState::Paid {
                assert_eq!((payments[0].id, shop.booked().await), (payment.id, 1));
                return shop.is_sound().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it was never asked about");
    }
}
