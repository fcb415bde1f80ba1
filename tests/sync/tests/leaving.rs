//! Losing sight of something: moving house, a removed device, leaving.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*, server::building_id};
use linli_wire::{
    Code,
    command::{AccountKey, DeviceKey, DeviceRevoke, DevicesList, Empty, LeaveAccount, Stage},
    notices::Audience,
};

on_both_engines! {
    async fn who_moves_house_sees_the_new_building_and_keeps_nothing_of_the_old(engine) {
        let garden = Garden::start(engine, 21).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let to = |code: &str| Audience::Buildings { buildings: vec![building_id(code)] };
        let old = chen.publish_to(to("3"), "Building three only", "canary-three").await;
        let new = chen.publish_to(to("2"), "Building two only", "canary-two").await;
        let all = chen.publish("Everybody", "").await;
        for notice in [old, all] {
            mei.until_sees(notice).await;
        }
        assert!(mei.row(new).await.is_none());
        chen.until_sent().await;

        garden.server.office_changes("people.csv", "P-0001,王梅,梅,H-0001", "P-0001,王梅,梅,H-0003").await;
        mei.until_sees(new).await;
        mei.until_sees_no_more(old).await;
        mei.until_sees(all).await;
        mei.until("the new home shows", async |mei| {
            let household = mei.app().await.me.and_then(|me| me.household);
            let home = household.map(|household| household.code);
            if home.as_deref() == Some("H-0003") { Ok(()) } else { Err(format!("{home:?}")) }
        }).await;
        assert_eq!(texts_with(&mei, "canary-three").await, 0, "the old building's text is gone from the file");
        assert_eq!(texts_with(&mei, "canary-two").await, 1);
        assert_eq!(mei.search("canary-three").await, []);
    }

    async fn a_removed_device_stops_at_once_and_keeps_nothing(engine) {
        let garden = Garden::start(engine, 22).await;
        let mei = garden.join(WANG_MEI).await;
        let tablet = garden.another_device_of(&mei).await;
        assert_eq!(tablet.databases().len(), 1);
        let devices = tablet.get::<DevicesList>(Empty {}).await;
        mei.get::<DeviceRevoke>(DeviceKey { id: devices.this.unwrap() }).await;
        let stage = tablet.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        assert!(matches!(&stage, Stage::SignedOut { trouble } if trouble.code == Code::DeviceRevoked), "{stage:?}");
        assert_eq!(tablet.databases().len(), 0, "nothing is left in {:?}", tablet.folder());
        mei.until("the list of devices is shorter", async |mei| {
            let devices = mei.get::<DevicesList>(Empty {}).await.devices;
            if devices.len() == 1 { Ok(()) } else { Err(format!("{devices:?}")) }
        }).await;
    }

    async fn a_device_removed_while_it_was_off_learns_it_at_its_next_start(engine) {
        let garden = Garden::start(engine, 23).await;
        let mei = garden.join(WANG_MEI).await;
        let mut tablet = garden.another_device_of(&mei).await;
        let this = tablet.get::<DevicesList>(Empty {}).await.this.unwrap();
        tablet.kill().await;
        mei.get::<DeviceRevoke>(DeviceKey { id: this }).await;
        tablet.start().await;
        tablet.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        assert_eq!(tablet.databases().len(), 0);
    }
}

on_both_engines! {
    async fn who_leaves_is_asked_for_a_letter_and_not_told_of_being_signed_out(engine) {
        let garden = Garden::start(engine, 24).await;
        for _ in 0..5 {
            let mei = garden.join(WANG_MEI).await;
            let id = mei.app().await.accounts[0].id;
            mei.get::<LeaveAccount>(AccountKey { id }).await;
            // The end of the stream is on its way; whatever it brings, this is what stays.
            let other = garden.join(LI_QIANG).await;
            other.until_stage("it is in", |stage| matches!(stage, Stage::Ready)).await;
            assert_eq!(mei.app().await.stage, Stage::Welcome);
            assert_eq!(mei.databases().len(), 0);
        }
    }
}

/// How many rows of the device's database hold a text, in any table that keeps bodies.
async fn texts_with(who: &Resident, text: &str) -> u32 {
    let cache = who.cache().await;
    cache
        .read(|db| {
            Ok(db.query_row(
                "SELECT (SELECT count(*) FROM notice_body WHERE instr(body, ?1) > 0)
                      + (SELECT count(*) FROM record WHERE instr(body, ?1) > 0)",
                [text],
                |row| row.get(0),
            )?)
        })
        .unwrap()
}
