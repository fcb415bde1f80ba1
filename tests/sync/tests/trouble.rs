//! Networks, clocks and servers that misbehave.

use std::time::Duration;

use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Pace, Proxy, Trouble, people::*};
use linli_wire::{Code, WireError};

use crate::view;

const PORTAL: &str = "<html><body>Welcome to Cafe Wi-Fi. Please sign in.</body></html>";

on_both_engines! {
    async fn devices_come_back_after_the_server_restarts(engine) {
        let mut garden = Garden::start(engine, 41).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        garden.server.kill();
        mei.until_offline().await;
        let notice = chen.publish("Written while the server was down", "").await;
        garden.server.start_again().await;
        for who in [&chen, &mei] {
            who.sync_now().await;
        }
        mei.until_sees(notice).await;
    }

    async fn a_server_that_is_stopped_finishes_what_it_began(engine) {
        let mut garden = Garden::start(engine, 42).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        garden.server.stop().await;
        mei.until_offline().await;
        garden.server.start_again().await;
        let notice = chen.publish("Again", "").await;
        chen.sync_now().await;
        mei.sync_now().await;
        mei.until_sees(notice).await;
    }

    async fn a_server_that_was_away_for_a_hundred_days_signs_nobody_out(engine) {
        let mut garden = Garden::start(engine, 43).await;
        let mei = garden.join(WANG_MEI).await;
        garden.server.kill();
        mei.until_offline().await;
        garden.server.clock.advance(Duration::from_secs(100 * 24 * 3600));
        garden.server.start_again().await;
        mei.sync_now().await;
        view::until_level(&garden.server, &mei).await;
    }

    async fn a_device_whose_clock_is_ten_years_off_works_like_any_other(engine) {
        let garden = Garden::start(engine, 44).await;
        for (years, person) in [(10, WANG_MEI), (-10, LI_QIANG)] {
            let mut device = garden.device_at(person.name, Pace::Quick);
            device.system.clock.jump_years(years);
            device.start().await;
            device.join(&garden.server.invite(person).await).await;
            let chen = garden.join(CHEN_JING).await;
            let notice = chen.publish("Hello", "").await;
            device.until_sees(notice).await;
            device.system.clock.jump_years(-2 * years);
            device.read(notice).await;
            device.until_sent().await;
            assert!(view::read_marks(&garden.server, person).await.contains(&notice));
            device.restart().await;
            view::until_level(&garden.server, &device).await;
        }
    }

    async fn a_captive_portal_loses_nothing_and_learns_no_token(engine) {
        let garden = Garden::start(engine, 45).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let notice = chen.publish("Read me", "").await;
        mei.until_sees(notice).await;
        let elsewhere = Proxy::start().await.unwrap();
        elsewhere.plan(|_| Trouble::Page(page("200 OK", "")));
        let redirect = page("302 Found", &format!("location: {}/login\r\n", elsewhere.url()));
        for answer in [page("200 OK", ""), redirect, page("307 Temporary Redirect", &format!("location: {}\r\n", elsewhere.url()))] {
            garden.server.proxy.plan(move |_| Trouble::Page(answer.clone()));
            garden.server.proxy.break_all();
            mei.sync_now().await;
            mei.until_offline().await;
        }
        mei.read(notice).await;
        mei.until_unannounced("it has tried to send", async |mei| {
            let tried = mei.network.asked().iter().any(|asked| asked.is_ops());
            if tried && mei.app().await.outbox.waiting == 1 { Ok(()) } else { Err("not yet".to_owned()) }
        }).await;
        garden.server.proxy.mend();
        mei.sync_now().await;
        mei.until_sent().await;
        assert!(view::read_marks(&garden.server, WANG_MEI).await.contains(&notice));
        assert_eq!(elsewhere.connections(), 0, "nobody was followed elsewhere: {:?}", elsewhere.heads());
    }

    async fn a_portal_that_speaks_like_a_server_ends_no_session(engine) {
        let garden = Garden::start(engine, 46).await;
        let mei = garden.join(WANG_MEI).await;
        for (status, body) in [(401, PORTAL), (403, "{}"), (511, "{\"error\":\"sign in\"}"), (200, "[]"), (404, "")] {
            mei.network.plan(move |_| Fault::Answered { status, content_type: "text/html", body: body.into() });
            mei.network.break_streams();
            mei.sync_now().await;
            mei.until_offline().await;
            mei.network.mend();
            mei.sync_now().await;
            mei.until_online().await;
        }
    }

    async fn a_token_that_is_refused_again_and_again_ends_no_session(engine) {
        let garden = Garden::start(engine, 49).await;
        let mei = garden.join(WANG_MEI).await;
        let refusal = serde_json::to_vec(&WireError::new(Code::SignedOut, "old")).unwrap();
        // As on a computer that sleeps between a new token and its use; then for good, but for the refresh.
        for times in [2, u32::MAX] {
            let (mut refused, body) = (0, refusal.clone());
            mei.network.plan(move |asked| {
                if !asked.with_token || refused == times {
                    return Fault::None;
                }
                refused += 1;
                Fault::Answered { status: 401, content_type: "application/problem+json", body: body.clone().into() }
            });
            mei.network.break_streams();
            mei.sync_now().await;
            if times == u32::MAX {
                mei.until_offline().await;
                mei.network.mend();
                mei.sync_now().await;
            }
            mei.until_online().await;
        }
    }

    async fn a_stream_that_falls_silent_is_opened_anew(engine) {
        let garden = Garden::start(engine, 47).await;
        let chen = garden.join(CHEN_JING).await;
        let mut mei = garden.device_at("held", Pace::Held);
        mei.start().await;
        mei.join(&garden.server.invite(WANG_MEI).await).await;
        // The second one cannot have come by asking: the stream is open.
        for title in ["One", "Two"] {
            mei.until_sees(chen.publish(title, "").await).await;
        }
        let streams = || mei.network.asked().iter().filter(|asked| asked.path == "/v1/live").count();
        assert_eq!(streams(), 1);
        // From here the wire swallows everything that is new, and the open stream says nothing.
        garden.server.proxy.plan(|_| Trouble::BlackHole);
        tokio::select! {
            () = mei.until_offline() => {}
            () = mei.system.pass_quickly() => {}
        }
        garden.server.proxy.mend();
        chen.sync_now().await;
        mei.sync_now().await;
        for title in ["Three", "Four"] {
            let notice = chen.publish(title, "").await;
            tokio::select! {
                _ = mei.until_sees(notice) => {}
                () = mei.system.pass_quickly() => {}
            }
        }
        assert!(streams() >= 2);
    }

    async fn every_kind_of_trouble_on_the_wire_ends_in_the_same_state(engine) {
        let garden = Garden::start(engine, 48).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let troubles = [
            Trouble::Refuse,
            Trouble::Slow(Duration::from_millis(3)),
            Trouble::CutUp(0),
            Trouble::CutUp(200),
            Trouble::CutUp(900),
            Trouble::CutDown(1),
            Trouble::CutDown(150),
            Trouble::CutDown(1500),
            Trouble::AnswerLost,
            Trouble::Twice,
        ];
        for (number, trouble) in troubles.into_iter().enumerate() {
            let told = trouble.clone();
            let before = garden.server.proxy.connections();
            garden.server.proxy.plan(move |_| told.clone());
            garden.server.proxy.break_all();
            let title = format!("{number}: {trouble:?}");
            let notice = chen.publish(&title, "").await;
            chen.sync_now().await;
            mei.sync_now().await;
            garden.server.proxy.until_connected(before).await;
            garden.server.proxy.mend();
            chen.sync_now().await;
            mei.sync_now().await;
            mei.until_sees(notice).await;
            view::until_level(&garden.server, &chen).await;
            view::until_level(&garden.server, &mei).await;
            let same = mei.notices().await.rows.iter().filter(|row| row.title == title).count();
            assert_eq!(same, 1, "{title}");
        }
    }
}

fn page(status: &str, headers: &str) -> Vec<u8> {
    let length = PORTAL.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{PORTAL}")
        .into_bytes()
}
