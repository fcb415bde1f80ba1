//! Reminders of bills on devices: told once on each, not on one that joins, and not to who wants none.

use std::time::Duration;

use linli_server::payments as paying;
use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*, server::community};
use linli_wire::{command::*, payments::Bill, settings::Preferences};

use crate::payments::{bill_all, fee, settle, until_billed};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Days pass on the server, and everybody is reminded who is to be, whatever hour it is.
async fn remind(garden: &Garden, days: u32) {
    garden.server.advance(DAY * days);
    garden
        .server
        .write(|tx| {
            let sql = "SELECT DISTINCT household_id FROM bill WHERE community_id = $1";
            for row in tx.query(sql, linli_server::params![community()])? {
                paying::remind(tx, community(), row.get(0)?)?;
            }
            Ok(())
        })
        .await;
}

/// Waits until a device has so many reminders of its bill.
async fn until_reminded(who: &Resident, count: usize) -> Bill {
    who.until("the reminder is here", async |who| {
        let view = who.get::<PaymentsGet>(Empty {}).await;
        let bill = view.households.into_iter().flat_map(|household| household.bills).next();
        let bill = bill.filter(|bill| bill.reminders.len() == count);
        bill.ok_or_else(|| "not yet".to_owned())
    })
    .await
}

/// What a device was told of bills. What comes behind has arrived when a later notice is here.
async fn told(who: &Resident, chen: &Resident) -> Vec<String> {
    who.until_sees(chen.publish("The gate is open", "").await).await;
    let shown = who.desk.shown().into_iter().filter(|shown| shown.body != "The gate is open");
    shown.inspect(|shown| assert!(!shown.urgent)).map(|shown| shown.body).collect()
}

on_both_engines! {
    async fn a_reminder_is_told_once_on_each_device_and_not_on_one_that_joins(engine) {
        let mut garden = Garden::start(engine, 81).await;
        let (mut mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let tablet = garden.another_device_of(&mei).await;
        settle(&chen, fee("Waste", linli_wire::payments::Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let bill = until_billed(&mei, 1).await.remove(0);
        until_billed(&tablet, 1).await;
        assert_eq!(bill.reminders, []);
        // Due in two weeks: three days before, all devices are told, with no amount on their screens.
        remind(&garden, 11).await;
        let soon = until_reminded(&mei, 1).await;
        until_reminded(&tablet, 1).await;
        assert_eq!((soon.reminders[0].step, soon.owed), (-3, bill.owed));
        let expected = ["A bill is to be paid soon. Under Payments you see how much, by when and how."];
        for device in [&mei, &tablet] {
            assert_eq!(told(device, &chen).await, expected, "{}", device.name);
        }
        // Who joins is not told of it; and neither a start nor a server restored tells it again.
        let grandma = garden.join(GRANDMA_WANG).await;
        until_reminded(&grandma, 1).await;
        mei.restart().await;
        let backup = garden.server.back_up().await;
        garden.server.restore(backup).await;
        mei.until_online().await;
        // Who wants none is not told of the next one; the bill says it all the same.
        let quiet = Preferences { muted_reminders: true, ..Preferences::default() };
        mei.get::<PreferencesSave>(quiet.clone()).await;
        mei.until_sent().await;
        tablet.until("the wish is here", async |tablet| {
            if tablet.get::<PreferencesGet>(Empty {}).await == quiet { Ok(()) } else { Err("not yet".to_owned()) }
        }).await;
        remind(&garden, 6).await;
        let late = until_reminded(&mei, 2).await;
        until_reminded(&tablet, 2).await;
        until_reminded(&grandma, 2).await;
        assert_eq!(late.reminders.iter().map(|reminder| reminder.step).collect::<Vec<_>>(), [-3, 3]);
        let of_grandma = told(&grandma, &chen).await;
        assert_eq!(of_grandma.len(), 1, "the first was before she joined: {of_grandma:?}");
        assert!(of_grandma[0].contains("账单") || of_grandma[0].contains("bill"));
        assert_eq!((told(&mei, &chen).await.len(), told(&tablet, &chen).await.len()), (1, 1));
        assert_eq!(garden.server.look(linli_server::check::database).await, Vec::<String>::new());
    }
}
