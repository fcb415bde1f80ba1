//! Large files over lines that break: an upload goes on where the server has bytes, whatever was cut or killed.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, Trouble, people::*};
use linli_wire::{attachments::Attachment, command::*};

use crate::files::{attach_bytes, publish_with, until_reads};

/// What goes in one request.
const PART: usize = 256 * 1024;
/// A request's head, and what a connection brings besides parts: small requests and their answers.
const HEADS: usize = 64 * 1024;

/// A document of so many bytes that no part is like another.
fn document(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut state = 0x9E37_79B9_u32;
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes.push((state >> 8) as u8);
    }
    bytes
}

/// How often a device asked with a method for an upload in parts.
fn asked(who: &Resident, method: &str) -> usize {
    let asked = who.network.asked();
    asked.iter().filter(|asked| asked.method == method && asked.path.ends_with("/upload")).count()
}

async fn until_asked(who: &Resident, method: &str, times: usize) {
    who.until_unannounced("so many parts were sent", async |who| {
        let count = asked(who, method);
        if count >= times { Ok(()) } else { Err(format!("{count}")) }
    })
    .await;
}

async fn is_whole_at(who: &Resident, file: &Attachment, bytes: &[u8]) {
    until_reads(who, file).await;
    let read = who.get::<AttachmentRead>(AttachmentKey { id: file.id }).await;
    assert!(BASE64.decode(read.base64).unwrap() == bytes, "the file is the one that was sent");
}

/// Lets so many parts through, and nothing more.
fn stop_after(who: &Resident, parts: usize) {
    let count = AtomicUsize::new(0);
    who.network.plan(move |asked| {
        let before = match asked.method {
            "PATCH" => count.fetch_add(1, Ordering::Relaxed),
            _ => count.load(Ordering::Relaxed),
        };
        if before >= parts { Fault::Unreachable } else { Fault::None }
    });
}

on_both_engines! {
    async fn a_line_that_breaks_after_some_bytes_again_and_again_carries_it_in_the_end(engine) {
        for seed in 1..=3_u64 {
            let garden = Garden::start(engine, 100 + seed).await;
            let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
            chen.network.cut();
            let bytes = document(2_000_000 + 77_777 * usize::try_from(seed).unwrap());
            let file = attach_bytes(&chen, &bytes).await;
            let notice = publish_with(&chen, "With a large plan", &file).await;
            // No connection lives long enough for half of it.
            let mut state = seed;
            let cuts = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&cuts);
            garden.server.proxy.plan(move |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                counted.fetch_add(1, Ordering::Relaxed);
                Trouble::CutUp(usize::try_from(state >> 33).unwrap() % 900_000)
            });
            garden.server.proxy.break_all();
            let before = garden.server.proxy.sent();
            chen.network.mend();
            chen.sync_now().await;
            chen.until_sent().await;
            let (sent, cuts) = (garden.server.proxy.sent() - before, cuts.load(Ordering::Relaxed));
            assert!(sent < bytes.len() + cuts * (PART + HEADS), "{sent} bytes over {cuts} connections");
            assert!(cuts > 3, "{cuts} connections");
            garden.server.proxy.mend();
            mei.sync_now().await;
            mei.until_sees(notice).await;
            is_whole_at(&mei, &file, &bytes).await;
        }
    }

    async fn a_server_that_is_killed_goes_on_where_it_has_bytes(engine) {
        let mut garden = Garden::start(engine, 111).await;
        let (mut chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let bytes = document(2_000_000);
        stop_after(&chen, 3);
        let file = attach_bytes(&chen, &bytes).await;
        let notice = publish_with(&chen, "With a large plan", &file).await;
        until_asked(&chen, "PATCH", 4).await;
        garden.server.restart().await;
        // And the app, too: it asks what is there.
        chen.restart().await;
        let patched = asked(&chen, "PATCH");
        chen.network.mend();
        chen.sync_now().await;
        chen.until_sent().await;
        assert_eq!(asked(&chen, "PUT"), 1, "it never began anew");
        assert!(asked(&chen, "HEAD") >= 1);
        assert!(asked(&chen, "PATCH") - patched <= bytes.len() / PART, "what was there did not go again");
        mei.until_sees(notice).await;
        is_whole_at(&mei, &file, &bytes).await;
    }

    async fn a_server_that_came_back_from_a_backup_has_no_part_of_it_and_gets_all(engine) {
        let mut garden = Garden::start(engine, 112).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let backup = garden.server.back_up().await;
        let bytes = document(1_500_000);
        stop_after(&chen, 3);
        let file = attach_bytes(&chen, &bytes).await;
        let notice = publish_with(&chen, "With a large plan", &file).await;
        until_asked(&chen, "PATCH", 4).await;
        garden.server.restore(backup).await;
        chen.network.mend();
        for who in [&chen, &mei] {
            who.sync_now().await;
        }
        chen.until_sent().await;
        assert_eq!(asked(&chen, "PUT"), 2);
        mei.until_sees(notice).await;
        is_whole_at(&mei, &file, &bytes).await;
    }

    async fn answers_that_are_lost_and_requests_that_come_twice_make_one_file(engine) {
        let garden = Garden::start(engine, 113).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let bytes = document(5 * PART + 1);
        let mut count = 0;
        chen.network.plan(move |asked| {
            let is_part = asked.path.ends_with("/upload");
            count += usize::from(is_part && asked.method != "HEAD");
            // Each of the six is lost once, the first and the last among them, or comes twice.
            match (is_part && asked.method != "HEAD", count % 3) {
                (true, 1) => Fault::AnswerLost,
                (true, 2) => Fault::Twice,
                _ => Fault::None,
            }
        });
        let file = attach_bytes(&chen, &bytes).await;
        let notice = publish_with(&chen, "With a large plan", &file).await;
        chen.until_sent().await;
        mei.until_sees(notice).await;
        is_whole_at(&mei, &file, &bytes).await;
        let count = |tx: &mut linli_server::db::Tx<'_>| Ok(tx.query_one("SELECT count(*) FROM attachment", &[])?.get(0)?);
        let files: i64 = garden.server.look(count).await;
        assert_eq!(files, 1);
    }

    async fn a_small_file_goes_in_one_request_and_one_byte_more_in_two(engine) {
        let garden = Garden::start(engine, 114).await;
        let chen = garden.join(CHEN_JING).await;
        for (length, parts) in [(PART, 0), (PART + 1, 1), (2 * PART, 1)] {
            let before = (asked(&chen, "PUT"), asked(&chen, "PATCH"), asked(&chen, "HEAD"));
            let whole = chen.network.asked().iter().filter(|asked| asked.method == "PUT").count();
            let file = attach_bytes(&chen, &document(length)).await;
            publish_with(&chen, "With a plan", &file).await;
            chen.until_sent().await;
            let puts = chen.network.asked().iter().filter(|asked| asked.method == "PUT").count();
            assert_eq!(puts, whole + 1, "{length}");
            let now = (asked(&chen, "PUT"), asked(&chen, "PATCH"), asked(&chen, "HEAD"));
            assert_eq!((now.0 - before.0, now.1 - before.1, now.2), (usize::from(parts > 0), parts, before.2), "{length}");
        }
    }

    async fn a_server_of_before_gets_it_whole(engine) {
        let garden = Garden::start(engine, 115).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        chen.network.plan(|asked| {
            let not_found = linli_wire::WireError::new(linli_wire::Code::NotFound, "no such route");
            if !asked.path.ends_with("/upload") {
                return Fault::None;
            }
            Fault::Answered {
                status: 404,
                content_type: "application/problem+json",
                body: serde_json::to_vec(&not_found).unwrap().into(),
            }
        });
        let bytes = document(600_000);
        let file = attach_bytes(&chen, &bytes).await;
        let notice = publish_with(&chen, "With a plan", &file).await;
        mei.until_sees(notice).await;
        is_whole_at(&mei, &file, &bytes).await;
    }
}
