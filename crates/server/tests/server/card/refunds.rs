//! Money that goes back.

use linli_server::card::{self, provider::RefundState};
use linli_wire::{
    Code,
    id::{PaymentId, RefundId},
};

use super::{
    shop::Shop,
    stripe::{Fault, GOOD},
};
use crate::{shops, world::new_id};

async fn paid(shop: &Shop, minor: i64) -> PaymentId {
    let (payment, intent) = shop.begun(minor).await;
    shop.stripe.pay(&intent, GOOD).await;
    assert_eq!(shop.tell("succeeded", &intent).await, 204);
    payment.id
}

async fn back(shop: &Shop, payment: PaymentId, minor: i64, id: RefundId) -> Result<RefundState, Code> {
    let refund = card::refund(&shop.world.app, shop.community(), payment, minor, id).await;
    refund.map(|refund| refund.state).map_err(|error| error.code())
}

shops! {
    async fn a_refund_is_made_once_however_often_its_answer_is_lost(shop) {
        let payment = paid(&shop, 10_000).await;
        let id = RefundId(new_id());
        shop.stripe.fail(&[Fault::AnswerLost, Fault::Broken]);
        assert_eq!(back(&shop, payment, 4_000, id).await, Err(Code::ServerUnreachable));
        // It is found there, though nobody remembers that it was asked for.
        assert_eq!(back(&shop, payment, 4_000, id).await, Ok(RefundState::Done));
        assert_eq!(back(&shop, payment, 4_000, id).await, Ok(RefundState::Done));
        let refunds = shop.stripe.refunds().await;
        assert_eq!((refunds.len(), refunds[0]["amount"].as_i64()), (1, Some(4_000)));
        assert_eq!(refunds[0]["metadata"]["linli_refund"], id.to_string());
        shop.is_sound().await;
    }

    async fn a_refund_goes_on_by_itself(shop) {
        let payment = paid(&shop, 10_000).await;
        let id = RefundId(new_id());
        shop.stripe.fail(&[Fault::Refuse]);
        assert_eq!(back(&shop, payment, 10_000, id).await, Err(Code::ServerUnreachable));
        assert_eq!(shop.stripe.refunds().await.len(), 0);
        shop.world.later(60_000);
        for _ in 0..100 {
            // Nothing that commits a payment wakes the job; the clock did.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if !shop.stripe.refunds().await.is_empty() {
                assert_eq!(back(&shop, payment, 10_000, id).await, Ok(RefundState::Done));
                assert_eq!(shop.stripe.refunds().await.len(), 1);
                return shop.is_sound().await;
            }
        }
        panic!("nobody asked again");
    }

    async fn no_more_goes_back_than_was_paid(shop) {
        let payment = paid(&shop, 10_000).await;
        assert_eq!(back(&shop, payment, 10_001, RefundId(new_id())).await, Err(Code::Conflict));
        assert_eq!(back(&shop, payment, 0, RefundId(new_id())).await, Err(Code::InvalidInput));
        let first = RefundId(new_id());
        assert_eq!(back(&shop, payment, 6_000, first).await, Ok(RefundState::Done));
        assert_eq!(back(&shop, payment, 5_000, first).await, Err(Code::OperationReused));
        assert_eq!(back(&shop, payment, 4_001, RefundId(new_id())).await, Err(Code::Conflict));
        let rest = [RefundId(new_id()), RefundId(new_id())];
        let both = tokio::join!(back(&shop, payment, 4_000, rest[0]), back(&shop, payment, 4_000, rest[1]));
        assert!(matches!(both, (Ok(_), Err(Code::Conflict)) | (Err(Code::Conflict), Ok(_))), "{both:?}");
        let (open, _) = shop.begun(100).await;
        assert_eq!(back(&shop, open.id, 1, RefundId(new_id())).await, Err(Code::Conflict));
        assert_eq!(back(&shop, PaymentId(new_id()), 1, RefundId(new_id())).await, Err(Code::NotFound));
        let sum: i64 = shop.stripe.refunds().await.iter().map(|refund| refund["amount"].as_i64().unwrap()).sum();
        assert_eq!(sum, 10_000);
        shop.is_sound().await;
    }
}
