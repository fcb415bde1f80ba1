//! The server's disk is lost and comes back from a backup.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*};
use linli_wire::command::ConnectionState;

use crate::view;

on_both_engines! {
    async fn what_was_written_after_the_backup_comes_back_from_the_devices(engine) {
        let mut garden = Garden::start(engine, 31).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let before = chen.publish("Before the backup", "").await;
        chen.until_sent().await;
        mei.until_sees(before).await;

        let backup = garden.server.back_up().await;
        let after = chen.publish("After the backup", "").await;
        chen.until_sent().await;
        chen.change(before, "Changed after the backup", "").await;
        mei.until_sees(after).await;
        mei.read(before).await;
        mei.until_sent().await;
        chen.until_sent().await;

        garden.server.restore(backup).await;
        for who in [&chen, &mei] {
            who.sync_now().await;
        }
        for who in [&chen, &mei] {
            view::until_level(&garden.server, who).await;
        }
        assert_eq!(mei.row(before).await.unwrap().title, "Changed after the backup");
        assert!(!mei.row(before).await.unwrap().unread);
        assert_eq!(mei.row(after).await.unwrap().title, "After the backup");
        let marks = view::read_marks(&garden.server, WANG_MEI).await;
        assert!(marks.contains(&before), "the server knows the reading again");
    }

    async fn a_reading_offered_before_its_notice_is_back_arrives_all_the_same(engine) {
        let mut garden = Garden::start(engine, 33).await;
        let (chen, mut mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let backup = garden.server.back_up().await;
        let notice = chen.publish("After the backup", "").await;
        chen.until_sent().await;
        mei.until_sees(notice).await;
        mei.read(notice).await;
        mei.until_sent().await;

        chen.network.cut();
        garden.server.restore(backup).await;
        mei.sync_now().await;
        mei.until_sees_no_more(notice).await;
        mei.until_sent().await;
        assert!(view::read_marks(&garden.server, WANG_MEI).await.is_empty(), "it was passed over");
        // Also when the app was closed meanwhile.
        mei.restart().await;
        chen.network.mend();
        chen.sync_now().await;
        assert!(!mei.until_sees(notice).await.unread);
        let tablet = garden.another_device_of(&mei).await;
        tablet.until("the reading has arrived", async |tablet| match tablet.row(notice).await {
            Some(row) if !row.unread => Ok(()),
            row => Err(format!("{row:?}")),
        }).await;
        mei.until_sent().await;
        view::until_level(&garden.server, &mei).await;
        assert!(view::read_marks(&garden.server, WANG_MEI).await.contains(&notice));
    }

    async fn a_session_renewed_after_the_backup_survives_the_restore(engine) {
        let mut garden = Garden::start(engine, 32).await;
        let mei = garden.join(WANG_MEI).await;
        let backup = garden.server.back_up().await;
        // Twenty minutes later the device has new tokens that the backup does not know.
        garden.server.advance(std::time::Duration::from_secs(20 * 60));
        mei.network.break_streams();
        mei.sync_now().await;
        mei.until_unannounced("the session is renewed", async |mei| renewed(mei, 1).await).await;
        garden.server.restore(backup).await;
        garden.server.advance(std::time::Duration::from_secs(20 * 60));
        mei.sync_now().await;
        mei.until_unannounced("by its key it gets a new session", async |mei| renewed(mei, 2).await).await;
        view::until_level(&garden.server, &mei).await;
    }
}

/// Whether a device is online after at least so many renewals, the last of which it has used.
async fn renewed(who: &Resident, times: usize) -> Result<(), String> {
    let online = who.app().await.connection.state == ConnectionState::Online;
    let asked = who.network.asked();
    let renewals = asked.iter().filter(|asked| asked.path == "/v1/session/refresh").count();
    let newest = asked.iter().rev().take_while(|asked| asked.path != "/v1/session/refresh");
    let used = newest.into_iter().any(|asked| asked.path.starts_with("/v1/sync"));
    if online && used && renewals >= times { Ok(()) } else { Err(format!("{renewals}, {online}, {used}")) }
}
