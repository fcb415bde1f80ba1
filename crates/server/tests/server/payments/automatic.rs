//! Bills that are paid by themselves: on their day, within the limit, from what is kept, and once.

use linli_server::payments as paying;
use linli_wire::{
    Code,
    id::HouseholdId,
    payments::{AskRefund, AutomaticPayment, HouseholdAccount, Payment, PaymentState, Refund, Way},
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both, shops,
    world::{Device, World, new_id},
};

/// Ten in the morning where the place is.
fn set_day(world: &World, day: &str) {
    set_hour(world, day, 10);
}

fn set_hour(world: &World, day: &str, hour: i8) {
    let day: jiff::civil::Date = day.parse().unwrap();
    let moment = day.at(hour, 0, 0, 0).in_tz("Asia/Shanghai").unwrap();
    world.time_set(moment.timestamp().as_millisecond());
}

/// Pays what is due, as the job does.
async fn pay(world: &World) {
    let due = world.app.db.read(paying::due_automatic).await.unwrap();
    for (community, household) in due.households {
        world.app.db.write(move |tx| paying::pay_automatically(tx, community, household)).await.unwrap();
    }
}

async fn up_to(
    world: &World,
    device: &Device,
    household: HouseholdId,
    limit: Option<i64>,
) -> HouseholdAccount {
    let path = format!("/v1/households/{household}/automatic");
    world.ok(Method::POST, &path, Some(&device.tokens.access), Some(&AutomaticPayment { limit })).await
}

both! {
    async fn a_bill_is_paid_on_its_day_once_and_within_the_limit(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        take(&world, &office, &handed_over(sun.wang, &[], bill.total + 500)).await;
        let stands = async || {
            let office = again(&world, &sun).await;
            let now = household(&world, &office, sun.wang).await;
            (now.bills[0].owed, now.account.kept)
        };
        let account = up_to(&world, &wang, sun.wang, Some(bill.total - 1)).await;
        assert_eq!((account.automatic, account.kept), (Some(bill.total - 1), bill.total + 500));
        assert_eq!(up_to(&world, &wang, sun.wang, Some(bill.total - 1)).await.version, account.version, "the same again");
        set_day(&world, "2026-10-05");
        pay(&world).await;
        assert_eq!(stands().await, (bill.total, bill.total + 500), "it is more than the limit");
        let wang = world.join(&sun, sun.wang_mei).await;
        set_day(&world, "2026-10-04");
        up_to(&world, &wang, sun.wang, Some(bill.total)).await;
        pay(&world).await;
        assert_eq!(stands().await.0, bill.total, "its day has not come");
        set_day(&world, "2026-10-05");
        futures_util::future::join_all((0..8).map(|_| pay(&world))).await;
        assert_eq!(stands().await, (0, 500));
        pay(&world).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let mut payments: Vec<Payment> = held(&world, &wang, "payment").await;
        payments.retain(|payment| payment.way == Way::Balance);
        assert_eq!((payments.len(), payments[0].state, payments[0].minor), (1, PaymentState::Paid, bill.total));

        // Given back by two persons, it is not made again.
        let asked = AskRefund {
            id: linli_wire::id::RefundId(new_id()),
            household_id: sun.wang,
            payment_id: Some(payments[0].id),
            way: Way::Balance,
            minor: bill.total,
            reason: "Wanted to pay in another way".to_owned(), booked_wrongly: false };
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        let refund: Refund = world.ok(Method::POST, "/v1/refunds", Some(&chen.tokens.access), Some(&asked)).await;
        let path = format!("/v1/refunds/{}/decide", refund.id);
        let yes = serde_json::json!({ "goes_back": true });
        let _: Refund = world.ok(Method::POST, &path, Some(&lin.tokens.access), Some(&yes)).await;
        pay(&world).await;
        assert_eq!(stands().await, (bill.total, bill.total + 500));
        is_sound(&world).await;
    }

    async fn the_limit_is_about_all_that_a_bill_asks_for(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        take(&world, &office, &handed_over(sun.wang, &[&bill], 15_000)).await;
        take(&world, &office, &handed_over(sun.wang, &[], bill.total)).await;
        up_to(&world, &wang, sun.wang, Some(10_000)).await;
        set_day(&world, "2026-10-05");
        pay(&world).await;
        let owed = async || {
            let office = again(&world, &sun).await;
            household(&world, &office, sun.wang).await.bills[0].owed
        };
        assert_eq!(owed().await, bill.total - 15_000, "the rest of a bill that is higher");
        // What was taken back of it is asked for no longer.
        let credit = linli_wire::payments::CreditBill {
            id: linli_wire::id::CreditId(new_id()),
            reason: "The flat stood empty".to_owned(),
            parts: vec![linli_wire::payments::CreditPart { line: 0, minor: 5_000 }],
        };
        let lower = async |limit| {
            let wang = world.join(&sun, sun.wang_mei).await;
            up_to(&world, &wang, sun.wang, Some(limit)).await;
            pay(&world).await;
        };
        let office = again(&world, &sun).await;
        let path = format!("/v1/bills/{}/credit", bill.id);
        let answer = world.send(Method::POST, &path, Some(&office.tokens.access), Some(&credit)).await;
        assert!(answer.status().is_success());
        lower(bill.total - 5_001).await;
        assert_eq!(owed().await, bill.total - 20_000);
        lower(bill.total - 5_000).await;
        assert_eq!(owed().await, 0);
        is_sound(&world).await;
    }

    async fn what_is_kept_must_suffice_and_nobody_else_decides(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        take(&world, &office, &handed_over(sun.wang, &[], bill.total - 1)).await;
        let path = |household: HouseholdId| format!("/v1/households/{household}/automatic");
        let code = async |device: &Device, household, limit: i64| {
            let asked = AutomaticPayment { limit: Some(limit) };
            world.refused(Method::POST, &path(household), Some(&device.tokens.access), Some(&asked)).await.code
        };
        assert_eq!(code(&office, sun.wang, 100).await, Code::NotFound, "the office does not decide for a household");
        assert_eq!(code(&wang, sun.li, 100).await, Code::NotFound);
        for limit in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(code(&wang, sun.wang, limit).await, Code::InvalidInput, "{limit}");
        }
        up_to(&world, &wang, sun.wang, Some(bill.total)).await;
        set_day(&world, "2026-10-06");
        pay(&world).await;
        let office = again(&world, &sun).await;
        assert_eq!(household(&world, &office, sun.wang).await.bills[0].owed, bill.total, "a part is not paid");
        // One more, and it is paid; but not for somebody who has thought otherwise meanwhile.
        let wang = world.join(&sun, sun.wang_mei).await;
        assert_eq!(up_to(&world, &wang, sun.wang, None).await.automatic, None);
        take(&world, &office, &handed_over(sun.wang, &[], 1)).await;
        pay(&world).await;
        assert_eq!(household(&world, &office, sun.wang).await.bills[0].owed, bill.total);
        up_to(&world, &wang, sun.wang, Some(bill.total)).await;
        pay(&world).await;
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept), (0, 0));
        is_sound(&world).await;
    }
}

shops! {
    async fn what_is_being_paid_by_card_is_not_paid_by_itself(shop) {
        let mut shop = shop;
        let sun = shop.sun.clone();
        take(&shop.world, &shop.office, &handed_over(sun.wang, &[], shop.bill.total)).await;
        up_to(&shop.world, &shop.wang, sun.wang, Some(shop.bill.total)).await;
        // Its day has come, and the hour has not.
        set_hour(&shop.world, "2026-10-05", 7);
        shop.join_again().await;
        let (payment, intent) = shop.begun(shop.bill.total).await;
        let (world, sun) = (&shop.world, &shop.sun);
        set_day(world, "2026-10-05");
        pay(world).await;
        let office = again(world, sun).await;
        assert_eq!(household(world, &office, sun.wang).await.bills[0].owed, shop.bill.total);
        shop.stripe.pay(&intent, crate::card::stripe::GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        pay(world).await;
        let now = household(world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept), (0, shop.bill.total), "paid once, and the rest is kept");
        assert!(now.payments.iter().any(|paid| paid.id == payment.id && paid.state == PaymentState::Paid));
        shop.is_sound().await;
    }
}
