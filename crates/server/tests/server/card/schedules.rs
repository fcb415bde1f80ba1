//! Random schedules of what is told, asked and lost, of which each ends with one entry or none.
//!
//! A few in the suite; LINLI_CARD_SCHEDULES says how many, as `cargo xtask faults` does.

use linli_wire::payments::PaymentState;
use oorandom::Rand64;

use super::{
    from_environment,
    shop::Shop,
    stripe::{DECLINED, Fault, GOOD},
};

/// Schedules that share a shop: localstripe writes all that it knows into a file whenever it learns something.
const TOGETHER: u64 = 100;

#[derive(Default)]
struct Counts {
    booked: i64,
    told: u64,
    lost: u64,
}

/// Plays a schedule and tells whether the payment is booked in the end.
async fn play(shop: &Shop, seed: u64, counts: &mut Counts) -> bool {
    let mut random = Rand64::new(u128::from(seed));
    let asked = shop.asked(1);
    if random.rand_range(0..4) == 0 {
        let fault = *one_of(&mut random, &[Fault::Refuse, Fault::AnswerLost, Fault::Broken]);
        shop.stripe.fail(&[fault]);
        counts.lost += 1;
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
                let kind = one_of(&mut random, &["succeeded", "payment_failed", "processing", "canceled"]);
                assert_eq!(shop.tell(kind, &intent).await, 204);
                counts.told += 1;
            }
            5 => assert_eq!(shop.tell_at("succeeded", &intent, 0).await, 422),
            6 => {
                let (one, two) =
                    tokio::join!(shop.tell("succeeded", &intent), shop.tell("succeeded", &intent));
                assert_eq!((one.as_u16(), two.as_u16()), (204, 204));
                counts.told += 2;
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
        let sql =
            "SELECT payment.state, (SELECT COUNT(*) FROM ledger_entry WHERE ledger_entry.id = payment.id)
             FROM payment WHERE id = $1";
        let row = tx.query_one(sql, linli_server::params![asked.id])?;
        Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
    });
    let (state, entries) = stands.await.unwrap();
    let expected = is_paid && !changed;
    assert_eq!(entries, i64::from(expected), "seed {seed}: {state}");
    assert_eq!(state == PaymentState::Paid.as_str(), expected, "seed {seed}: {state}");
    expected
}

fn one_of<'a, T>(random: &mut Rand64, all: &'a [T]) -> &'a T {
    &all[usize::try_from(random.rand_range(0..all.len() as u64)).unwrap()]
}

async fn run(engine: &str, open: impl AsyncFn() -> Option<Shop>) {
    let count = from_environment("LINLI_CARD_SCHEDULES").unwrap_or(60);
    let seed = from_environment("LINLI_CARD_SEED").unwrap_or(20_260_921);
    let mut counts = Counts::default();
    for first in (seed..seed + count).step_by(TOGETHER.try_into().unwrap()) {
        let Some(shop) = open().await else {
            return eprintln!("LINLI_LOCALSTRIPE or LINLI_TEST_POSTGRES is not set: not run");
        };
        let mut booked = 0;
        for seed in first..(first + TOGETHER).min(seed + count) {
            booked += i64::from(play(&shop, seed, &mut counts).await);
        }
        assert_eq!(shop.stands().await, (shop.bill.total - booked, 0, booked));
        shop.is_sound().await;
        counts.booked += booked;
    }
    let Counts { booked, told, lost } = counts;
    let unbooked = count - u64::try_from(booked).unwrap();
    println!(
        "{engine}: {count} schedules from seed {seed}: {booked} booked once, {unbooked} not at all; {told} webhooks, {lost} lost answers"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_is_told_a_payment_is_booked_once_or_not_at_all_sqlite() {
    run("SQLite", Shop::sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_is_told_a_payment_is_booked_once_or_not_at_all_postgres() {
    run("PostgreSQL", Shop::postgres).await;
}
