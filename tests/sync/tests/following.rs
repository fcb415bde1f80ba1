//! What happens on one device reaches the others it concerns, online or later.

use std::time::Duration;

use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Pace, people::*, server::building_id};
use linli_wire::notices::{Audience, NoticeContent, Publish};

use crate::view;

on_both_engines! {
    async fn a_notice_read_offline_is_marked_on_the_persons_other_device(engine) {
        let garden = Garden::start(engine, 1).await;
        let chen = garden.join(CHEN_JING).await;
        let mei = garden.join(WANG_MEI).await;
        let tablet = garden.another_device_of(&mei).await;
        let notice = chen.publish("今天下午停水", "两点到五点，三号楼停水。").await;
        assert!(mei.until_sees(notice).await.unread);
        tablet.until_sees(notice).await;

        mei.network.cut();
        mei.until_offline().await;
        assert_eq!(mei.search("停水").await, [notice], "search works without the network");
        mei.read(notice).await;
        assert!(!mei.row(notice).await.unwrap().unread, "the mark shows at once");
        assert_eq!(mei.app().await.outbox.waiting, 1);

        mei.network.mend();
        mei.sync_now().await;
        mei.until_sent().await;
        tablet.until("the mark arrives", async |tablet| {
            let row = tablet.row(notice).await.ok_or("no notice")?;
            if row.unread { Err("unread".to_owned()) } else { Ok(()) }
        }).await;
    }

    async fn a_notice_published_offline_reaches_everyone_once(engine) {
        let garden = Garden::start(engine, 2).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        chen.network.cut();
        chen.until_offline().await;
        let notice = chen.publish("Lift stands still", "Until noon.").await;
        assert!(mei.row(notice).await.is_none());
        chen.network.mend();
        chen.sync_now().await;
        mei.until_sees(notice).await;
        chen.until_sent().await;
        let same = mei.notices().await.rows.iter().filter(|row| row.title == "Lift stands still").count();
        assert_eq!(same, 1);
        // When the next one is there, the first one's notification has been shown; this one's hour is taken.
        mei.until_sees(chen.publish("Lift moves again", "").await).await;
        assert_eq!(mei.desk.shown().len(), 1, "one notification: {:?}", mei.desk.shown());
    }

    async fn an_edit_shows_as_changed_and_a_withdrawal_takes_away(engine) {
        let garden = Garden::start(engine, 3).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let notice = chen.publish("Water off at 2", "").await;
        mei.until_sees(notice).await;
        chen.until_sent().await;
        chen.change(notice, "Water off at 3", "").await;
        mei.until("the edit arrives", async |mei| {
            let row = mei.row(notice).await.ok_or("gone")?;
            let changed = row.title == "Water off at 3" && row.changed_at.is_some();
            if changed { Ok(()) } else { Err(format!("{row:?}")) }
        }).await;
        chen.until_sent().await;
        chen.get::<linli_wire::command::NoticeWithdraw>(linli_wire::command::NoticeKey { id: notice }).await;
        mei.until_sees_no_more(notice).await;
        assert_eq!(mei.search("Water").await, [], "search forgets it too");
    }

    async fn changing_the_audience_takes_from_some_and_brings_to_others(engine) {
        let garden = Garden::start(engine, 4).await;
        let chen = garden.join(CHEN_JING).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        let to = |code: &str| Audience::Buildings { buildings: vec![building_id(code)] };
        let notice = chen.publish_to(to("3"), "Roof", "").await;
        mei.until_sees(notice).await;
        assert!(li.row(notice).await.is_none());
        chen.until_sent().await;
        let open = chen.editor(notice).await;
        let content = NoticeContent { audience: to("1"), ..open.content };
        chen.save(notice, open.base_version, content, Publish::Keep).await;
        li.until_sees(notice).await;
        mei.until_sees_no_more(notice).await;
    }

    async fn a_stream_that_ends_with_its_token_is_taken_up_again_at_once(engine) {
        let garden = Garden::start(engine, 5).await;
        let chen = garden.join(CHEN_JING).await;
        let mut mei = garden.device_at("held", Pace::Held);
        mei.start().await;
        mei.join(&garden.server.invite(WANG_MEI).await).await;
        mei.until_sees(chen.publish("Before", "").await).await;
        let asked = |path: &str| mei.network.asked().iter().filter(|asked| asked.path == path).count();
        for quarter in 1..=3 {
            // The least that lies between two streams has passed; nothing else that the device waits for
            // comes to its end here, so a pause after an error would last for ever.
            mei.system.advance(Duration::from_secs(2));
            garden.server.advance(Duration::from_secs(15 * 60));
            // The second one cannot have come by asking: the stream is open.
            for number in ["one", "two"] {
                mei.until_sees(chen.publish(&format!("{quarter}, {number}"), "").await).await;
            }
            assert_eq!(asked("/v1/live"), quarter + 1);
            assert_eq!(asked("/v1/session/refresh"), quarter, "one renewal for each token");
        }
        view::until_level(&garden.server, &mei).await;
        mei.until_online().await;
    }
}
