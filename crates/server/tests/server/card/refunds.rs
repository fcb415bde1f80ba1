//! Money of a payment by card that goes back: two persons, the provider, one entry.

use linli_wire::{
    Code,
    id::RefundId,
    payments::{AskRefund, Payment, PaymentState, Refund, RefundState, Way},
};
use reqwest::Method;

use super::{
    shop::Shop,
    stripe::{Fault, GOOD},
};
use crate::{
    shops,
    world::{Device, new_id},
};

async fn paid(shop: &Shop, minor: i64) -> Payment {
    let (payment, intent) = shop.begun(minor).await;
    shop.stripe.pay(&intent, GOOD).await;
    assert_eq!(shop.tell("succeeded", &intent).await, 204);
    shop.held(payment.id).await
}

fn of(payment: &Payment) -> AskRefund {
    AskRefund {
        id: RefundId(new_id()),
        household_id: payment.household_id,
        payment_id: Some(payment.id),
        way: Way::Card,
        minor: payment.minor,
        reason: "Paid twice".to_owned(),
        booked_wrongly: false,
    }
}

/// Asked for by the office.
async fn asked(shop: &Shop, payment: &Payment) -> Refund {
    shop.world.ok(Method::POST, "/v1/refunds", Some(&shop.office.tokens.access), Some(&of(payment))).await
}

/// Agreed to by the manager.
async fn agree(shop: &Shop, lin: &Device, refund: &Refund) -> Refund {
    let path = format!("/v1/refunds/{}/decide", refund.id);
    let yes = serde_json::json!({ "goes_back": true });
    shop.world.ok(Method::POST, &path, Some(&lin.tokens.access), Some(&yes)).await
}

shops! {
    async fn a_payment_goes_back_once_however_often_the_answer_is_lost(shop) {
        let lin = shop.world.join(&shop.sun, shop.sun.lin).await;
        let payment = paid(&shop, 10_000).await;
        let owed = shop.stands().await.0;
        let refund = asked(&shop, &payment).await;
        assert_eq!(shop.stripe.refunds().await.len(), 0, "nobody decides alone");
        shop.stripe.fail(&[Fault::AnswerLost, Fault::Broken]);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Going);
        assert_eq!(shop.stands().await.0, owed, "nothing moves before the provider has said so");
        shop.is_sound().await;
        // It is found there, though nobody remembers that it was asked for.
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        let refunds = shop.stripe.refunds().await;
        assert_eq!((refunds.len(), refunds[0]["amount"].as_i64()), (1, Some(10_000)));
        assert_eq!(refunds[0]["metadata"]["linli_refund"], refund.id.to_string());
        assert_eq!(shop.stands().await, (owed + 10_000, 0, 2), "the payment and what went back");
        assert_eq!(shop.held(payment.id).await.state, PaymentState::GivenBack);
        shop.is_sound().await;
    }

    async fn a_refund_goes_on_by_itself(shop) {
        let lin = shop.world.join(&shop.sun, shop.sun.lin).await;
        let payment = paid(&shop, 10_000).await;
        let refund = asked(&shop, &payment).await;
        shop.stripe.fail(&[Fault::Refuse]);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Going);
        assert_eq!(shop.stripe.refunds().await.len(), 0);
        shop.world.later(60_000);
        // Nothing that commits wakes the job; the clock does.
        shop.until(payment.id, PaymentState::GivenBack).await;
        assert_eq!(shop.stripe.refunds().await.len(), 1);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        shop.is_sound().await;
    }

    async fn what_a_payment_left_cannot_be_used_while_it_goes_back(shop) {
        let lin = shop.world.join(&shop.sun, shop.sun.lin).await;
        // Two pay the same at once: all that the second one brings is kept.
        let half = shop.bill.total;
        let (one, other) = (shop.begun(half).await, shop.begun(half).await);
        for (_, intent) in [&one, &other] {
            shop.stripe.pay(intent, GOOD).await;
            assert_eq!(shop.tell("succeeded", intent).await, 204);
        }
        assert_eq!(shop.stands().await, (0, half, 2));
        let refund = asked(&shop, &shop.held(other.0.id).await).await;
        shop.stripe.fail(&[Fault::Refuse]);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Going);
        assert_eq!(shop.stands().await, (0, 0, 2), "it is on its way");
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        assert_eq!(shop.stands().await, (0, 0, 3));
        let again = of(&shop.held(other.0.id).await);
        let token = Some(shop.office.tokens.access.as_str());
        assert_eq!(shop.world.refused(Method::POST, "/v1/refunds", token, Some(&again)).await.code, Code::Conflict);
        shop.is_sound().await;
    }

    async fn a_refund_that_the_provider_refuses_moves_nothing(shop) {
        let lin = shop.world.join(&shop.sun, shop.sun.lin).await;
        let payment = paid(&shop, 10_000).await;
        let refund = asked(&shop, &payment).await;
        shop.stripe.fail(&[Fault::Back]);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Failed);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Failed);
        assert_eq!(shop.held(payment.id).await.state, PaymentState::Paid);
        assert_eq!(asked(&shop, &payment).await.state, RefundState::Asked, "it may be asked for again");
        shop.is_sound().await;
    }

    async fn what_was_given_back_on_the_providers_own_pages_is_booked(shop) {
        let lin = shop.world.join(&shop.sun, shop.sun.lin).await;
        let payment = paid(&shop, 10_000).await;
        let owed = shop.stands().await.0;
        let intent = shop.stripe.intents().await.remove(0);
        let charge = intent["latest_charge"].as_str().map_or_else(
            || intent["latest_charge"]["id"].as_str().unwrap().to_owned(),
            ToOwned::to_owned,
        );
        let back = serde_json::json!({ "charge": charge, "amount": 10_000 });
        shop.stripe.ask(Method::POST, "/v1/refunds", Some(back)).await;
        let refund = asked(&shop, &payment).await;
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        assert_eq!(agree(&shop, &lin, &refund).await.state, RefundState::Done);
        assert_eq!(shop.stripe.refunds().await.len(), 1, "nothing went back twice");
        assert_eq!(shop.stands().await, (owed + 10_000, 0, 2));
        assert_eq!(shop.held(payment.id).await.state, PaymentState::GivenBack);
        shop.is_sound().await;
    }

    async fn only_a_payment_that_came_goes_back(shop) {
        let (open, _) = shop.begun(100).await;
        let token = Some(shop.office.tokens.access.as_str());
        let code = shop.world.refused(Method::POST, "/v1/refunds", token, Some(&of(&open))).await.code;
        assert_eq!(code, Code::Conflict);
        shop.is_sound().await;
    }
}
