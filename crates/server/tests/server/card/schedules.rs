//! Random schedules of what is told, asked and lost, of which each ends with one entry or none.
//!
//! A few hundred in the suite; LINLI_CARD_SCHEDULES says how many, such as 10000.

use linli_wire::payments::PaymentState;

use super::stripe::{DECLINED, Fault, GOOD};
use crate::shops;

shops! {
    async fn however_it_is_told_a_payment_is_booked_once_or_not_at_all(shop) {
        let count = std::env::var("LINLI_CARD_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(60_u64);
        let seed = std::env::var("LINLI_CARD_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_921_u64);
        let (mut paid, mut told, mut lost) = (0, 0_u64, 0_u64);
        for number in 0..count {
            let mut random = oorandom::Rand64::new(u128::from(seed + number));
            let asked = shop.asked(1);
            if random.rand_range(0..4) == 0 {
                let fault = [Fault::Refuse, Fault::AnswerLost, Fault::Broken][usize::try_from(random.rand_range(0..3)).unwrap()];
                shop.stripe.fail(&[fault]);
                lost += 1;
                let access = Some(shop.wang.tokens.access.as_str());
                shop.world.refused(reqwest::Method::POST, "/v1/payments/card", access, Some(&asked)).await;
            }
            let begun = shop.begin(&asked).await;
            let (link, intent) = (begun.link.unwrap(), shop.intent_of(asked.id).await.unwrap());
            let (mut is_paid, mut changed) = (false, false);
            for _ in 0..random.rand_range(1..9) {
                match random.rand_range(0..10) {
                    0 | 1 if !is_paid => {
                        shop.stripe.pay(&intent, GOOD).await;
                        is_paid = true;
                    }
                    2 if !is_paid => shop.stripe.pay(&intent, DECLINED).await,
                    3 if !is_paid && !changed => {
                        shop.stripe.change(&intent, serde_json::json!({ "amount": 2 })).await;
                        changed = true;
                    }
                    4 => {
                        let kind = ["succeeded", "payment_failed", "processing", "canceled"];
                        let kind = kind[usize::try_from(random.rand_range(0..4)).unwrap()];
                        assert_eq!(shop.tell(kind, &intent).await, 204);
                        told += 1;
                    }
                    5 => assert_eq!(shop.tell_at("succeeded", &intent, 0).await, 422),
                    6 => {
                        let (one, two) = tokio::join!(shop.tell("succeeded", &intent), shop.tell("succeeded", &intent));
                        assert_eq!((one.as_u16(), two.as_u16()), (204, 204));
                        told += 2;
                    }
                    7 => assert_eq!(shop.world.http.post(&link).send().await.unwrap().status(), 200),
                    8 => {
                        let again = shop.begin(&asked).await;
                        assert_eq!(again.payment.id, asked.id);
                    }
                    _ => {}
                }
            }
            // In the end somebody is heard.
            assert_eq!(shop.tell("succeeded", &intent).await, 204);
            let stands = shop.world.app.db.read(move |tx| {
                let sql = "SELECT payment.state, (SELECT COUNT(*) FROM ledger_entry WHERE ledger_entry.id = payment.id)
                     FROM payment WHERE id = $1";
                let row = tx.query_one(sql, linli_server::params![asked.id])?;
                Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
            });
            let (state, entries) = stands.await.unwrap();
            let expected = i64::from(is_paid && !changed);
            paid += expected;
            assert_eq!(entries, expected, "seed {}: {state}", seed + number);
            assert_eq!(state == PaymentState::Paid.as_str(), expected == 1, "seed {}: {state}", seed + number);
        }
        assert_eq!(shop.stands().await, (shop.bill.total - paid, 0, paid));
        shop.is_sound().await;
        println!("{count} schedules from seed {seed}: {paid} booked once, {} not at all; {told} webhooks, {lost} lost answers", count - u64::try_from(paid).unwrap());
    }
}
