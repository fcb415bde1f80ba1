//! Reminders: one for each step of a bill, whatever runs twice, stops or sleeps.

use linli_server::{
    community,
    payments::{self as paying, Bills},
    session::DOUBT_MS,
};
use linli_wire::{
    id::{CommunityId, CreditId, HouseholdId},
    payments::{Bill, CreditBill, CreditPart, HouseholdPayments, PaymentState, PaymentWays, ReminderSteps},
    sync::Entity,
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both,
    card::stripe::DECLINED,
    shops,
    world::{Device, World, new_id},
};

/// Sets the clock to an hour of a day, by the calendar of a time zone.
fn set(world: &World, day: &str, hour: i8, zone: &str) {
    let day: jiff::civil::Date = day.parse().unwrap();
    let moment = day.at(hour, 0, 0, 0).in_tz(zone).unwrap();
    world.time_set(moment.timestamp().as_millisecond());
}

/// Ten in the morning where the place is.
fn set_day(world: &World, day: &str) {
    set(world, day, 10, "Asia/Shanghai");
}

/// Writes what is due, as the job does.
async fn remind(world: &World) {
    let due = world.app.db.read(paying::due_reminders).await.unwrap();
    for (community, household) in due.households {
        world.app.db.write(move |tx| paying::remind(tx, community, household)).await.unwrap();
    }
}

/// Takes back what a clock wrote that went ahead, as the job does.
async fn mend(world: &World) {
    for (community, household) in world.app.db.read(paying::early_reminders).await.unwrap() {
        world.app.db.write(move |tx| paying::take_back_reminders(tx, community, household)).await.unwrap();
    }
}

/// The steps of the reminders of a household's oldest bill, and the days on which they were written.
async fn reminded(world: &World, community: CommunityId, household: HouseholdId) -> Vec<(i16, String)> {
    let bills =
        world.app.db.read(move |tx| paying::bills(tx, community, Bills::Of(household))).await.unwrap();
    bills[0].reminders.iter().map(|reminder| (reminder.step, reminder.on.clone())).collect()
}

fn on(step: i16, day: &str) -> (i16, String) {
    (step, day.to_owned())
}

/// The office takes all of a bill back.
async fn take_back(world: &World, office: &Device, bill: &Bill) {
    let credit = CreditBill {
        id: CreditId(new_id()),
        reason: "Twice".to_owned(),
        parts: vec![CreditPart { line: 0, minor: bill.total }],
    };
    let path = format!("/v1/bills/{}/credit", bill.id);
    let answer = world.send(Method::POST, &path, Some(&office.tokens.access), Some(&credit)).await;
    assert!(answer.status().is_success());
}

both! {
    async fn a_reminder_is_written_once_whatever_runs_twice_or_at_once(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [], "it is due in two weeks");
        set_day(&world, "2026-10-02");
        futures_util::future::join_all((0..8).map(|_| remind(&world))).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02")]);
        for day in ["2026-10-03", "2026-10-05", "2026-10-07"] {
            set_day(&world, day);
            remind(&world).await;
        }
        set_day(&world, "2026-10-08");
        futures_util::future::join_all((0..8).map(|_| remind(&world))).await;
        let both = [on(-3, "2026-10-02"), on(3, "2026-10-08")];
        assert_eq!(reminded(&world, sun.id, sun.wang).await, both);
        // A clock that is set back reminds of nothing again.
        set_day(&world, "2026-10-02");
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, both);
        is_sound(&world).await;
    }

    async fn what_a_clock_wrote_that_went_ahead_is_taken_back_and_written_on_its_day(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        set_day(&world, "2026-10-02");
        remind(&world).await;
        set_day(&world, "2026-11-12");
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02"), on(30, "2026-11-12")]);
        set_day(&world, "2026-10-03");
        mend(&world).await;
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02")]);
        let wang = world.join(&sun, sun.wang_mei).await;
        assert_eq!(held::<Bill>(&world, &wang, "bill").await[0].reminders.len(), 1, "devices are told");
        set_day(&world, "2026-10-08");
        mend(&world).await;
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02"), on(3, "2026-10-08")]);
        is_sound(&world).await;
    }

    async fn what_is_taken_back_of_one_household_waits_for_no_other_one(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        set_day(&world, "2026-11-12");
        remind(&world).await;
        // The last of them is held; on SQLite, which has one writer, nothing else could be written meanwhile.
        let (community, li) = (sun.id, sun.li);
        let (held, is_held) = tokio::sync::oneshot::channel();
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let parts = std::sync::Mutex::new(Some((held, goes_on)));
        let db = world.app.db.clone();
        let holding = tokio::spawn(async move {
            db.write(move |tx| {
                let sql = "SELECT version FROM household_account WHERE community_id = $1 AND household_id = $2";
                tx.query_locked(sql, linli_server::params![community, li])?.unwrap();
                let (held, goes_on) = parts.lock().unwrap().take().unwrap();
                held.send(tx.is_postgres()).unwrap();
                if tx.is_postgres() {
                    goes_on.recv().unwrap();
                }
                Ok(())
            })
            .await
        });
        let is_postgres = is_held.await.unwrap();
        set_day(&world, "2026-10-03");
        let is_early = async |household| reminded(&world, sun.id, household).await.contains(&on(30, "2026-11-12"));
        let mut tries = 0;
        while is_early(sun.wang).await {
            assert!(tries < 100, "nothing is taken back");
            tries += 1;
            world.later(DOUBT_MS / 10);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(is_early(li).await || !is_postgres, "the one that is held waits");
        if is_postgres {
            go_on.send(()).unwrap();
        }
        holding.await.unwrap().unwrap();
        while is_early(li).await {
            assert!(tries < 200, "the last one is left");
            tries += 1;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        is_sound(&world).await;
    }

    async fn a_server_that_slept_writes_the_newest_step_and_no_older_one_behind_it(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        // Due three days ago by one: too late for the step before, too early for the next.
        set_day(&world, "2026-10-06");
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, []);
        set_day(&world, "2026-12-01");
        remind(&world).await;
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(30, "2026-12-01")]);
        is_sound(&world).await;
    }

    async fn nobody_is_reminded_of_what_is_paid_or_taken_back(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wangs = wangs_bill(&world, &sun, &office).await;
        let lis = household(&world, &office, sun.li).await.bills.remove(0);
        take(&world, &office, &handed_over(sun.wang, &[&wangs], wangs.total - 1)).await;
        take_back(&world, &office, &lis).await;
        set_day(&world, "2026-10-02");
        remind(&world).await;
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02")], "a part is not all");
        assert_eq!(reminded(&world, sun.id, sun.li).await, [], "all of it was taken back");
        let office = again(&world, &sun).await;
        take(&world, &office, &handed_over(sun.wang, &[&wangs], 1)).await;
        for day in ["2026-10-08", "2026-10-19", "2026-11-04"] {
            set_day(&world, day);
            remind(&world).await;
        }
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(-3, "2026-10-02")], "all of it is paid");
        is_sound(&world).await;
    }

    async fn who_pays_while_reminders_are_written_is_reminded_before_or_not_at_all(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        set_day(&world, "2026-10-02");
        let office = { drop(office); again(&world, &sun).await };
        let payment = handed_over(sun.wang, &[&bill], bill.total);
        let (paid, ()) = futures_util::future::join(take(&world, &office, &payment), remind(&world)).await;
        let now: HouseholdPayments = household(&world, &office, sun.wang).await;
        assert_eq!((paid.parts[0].minor, now.bills[0].owed), (bill.total, 0));
        // What devices were told last is how it stands.
        let wang = world.join(&sun, sun.wang_mei).await;
        assert_eq!(held::<Bill>(&world, &wang, "bill").await, [now.bills[0].clone()]);
        assert!(now.bills[0].reminders.len() <= 1);
        is_sound(&world).await;
    }

    async fn days_and_mornings_are_those_of_each_community(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        wangs_bill(&world, &moon, &elsewhere).await;
        let id = moon.id;
        world.app.db.write(move |tx| {
            let mut far = community::get(tx, id)?.unwrap();
            far.time_zone = "America/New_York".to_owned();
            community::put_community(tx, &far).map(drop)
        }).await.unwrap();
        let found = async || (reminded(&world, sun.id, sun.wang).await, reminded(&world, moon.id, moon.wang).await);
        set(&world, "2026-10-02", 8, "Asia/Shanghai");
        remind(&world).await;
        assert_eq!(found().await, (vec![], vec![]), "nobody is woken");
        let next = world.app.db.read(paying::due_reminders).await.unwrap().next.unwrap();
        set(&world, "2026-10-02", 9, "Asia/Shanghai");
        assert_eq!(next, world.now());
        remind(&world).await;
        assert_eq!(found().await, (vec![on(-3, "2026-10-02")], vec![]), "it is the first of October there");
        set(&world, "2026-10-02", 8, "America/New_York");
        remind(&world).await;
        assert_eq!(found().await.1, []);
        set(&world, "2026-10-02", 9, "America/New_York");
        remind(&world).await;
        assert_eq!(found().await.1, [on(-3, "2026-10-02")]);
        is_sound(&world).await;
    }

    async fn a_community_has_its_own_steps(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        for (place, steps) in [(&sun, vec![0, 1]), (&moon, vec![])] {
            let office = world.join(place, place.chen_jing).await;
            wangs_bill(&world, place, &office).await;
            let (id, reminders) = (place.id, ReminderSteps(steps.into_iter().collect()));
            let ways = PaymentWays { reminders, ..PaymentWays::default() };
            world.app.db.write(move |tx| paying::put_ways(tx, id, &ways)).await.unwrap();
        }
        for day in ["2026-10-02", "2026-10-05", "2026-10-06", "2026-12-01"] {
            set_day(&world, day);
            remind(&world).await;
        }
        assert_eq!(reminded(&world, sun.id, sun.wang).await, [on(0, "2026-10-05"), on(1, "2026-10-06")]);
        assert_eq!(reminded(&world, moon.id, moon.wang).await, []);
    }

    async fn the_server_reminds_by_itself_and_tells_the_household_alone(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        let mut commits = world.app.db.commits();
        set_day(&world, "2026-10-02");
        let (mut bills, mut tries) = (0, 0);
        while bills < 2 {
            assert!(tries < 100, "{bills}");
            match tokio::time::timeout(std::time::Duration::from_millis(500), commits.recv()).await {
                Ok(commit) => bills += commit.unwrap().iter().filter(|change| change.entity == Entity::Bill).count(),
                // After such an absence the clock is doubted for a while, from when the job looks.
                Err(_) => world.later(DOUBT_MS),
            }
            tries += 1;
        }
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        for (device, household) in [(&wang, sun.wang), (&li, sun.li)] {
            let bills: Vec<Bill> = held(&world, device, "bill").await;
            assert_eq!((bills.len(), bills[0].household_id), (1, household));
            assert_eq!((bills[0].reminders[0].step, bills[0].reminders[0].on.as_str()), (-3, "2026-10-02"));
        }
        let stranger = world.join(&moon, moon.wang_mei).await;
        assert_eq!(held::<Bill>(&world, &stranger, "bill").await, []);
        // Another server on the same database, or this one after a stop, finds nothing left to do.
        assert!(world.app.db.read(paying::due_reminders).await.unwrap().households.is_empty());
        is_sound(&world).await;
    }
}

shops! {
    async fn nobody_is_reminded_while_a_payment_by_card_is_under_way(shop) {
        let mut shop = shop;
        set_day(&shop.world, "2026-10-02");
        shop.world.later(-60 * 60 * 1000 - 1);
        shop.join_again().await;
        let (payment, intent) = shop.begun(shop.bill.total).await;
        set_day(&shop.world, "2026-10-02");
        remind(&shop.world).await;
        let (community, household) = (shop.sun.id, shop.sun.wang);
        assert_eq!(reminded(&shop.world, community, household).await, []);
        assert_eq!(reminded(&shop.world, community, shop.sun.li).await, [on(-3, "2026-10-02")]);
        shop.stripe.pay(&intent, DECLINED).await;
        assert_eq!(shop.tell("payment_failed", &intent).await, 204);
        shop.join_again().await;
        assert_eq!(shop.held(payment.id).await.state, PaymentState::NotPaid);
        remind(&shop.world).await;
        assert_eq!(reminded(&shop.world, community, household).await, [on(-3, "2026-10-02")]);
        shop.is_sound().await;
    }
}
