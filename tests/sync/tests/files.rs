//! Files on their way: what the server forgets, refuses or will not take just now holds up nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*};
use linli_wire::{
    Code, Language, WireError,
    attachments::{Attachment, NewFile},
    chat::SayInRoom,
    command::*,
    id::{NoticeId, OpId},
    notices::{Audience, NoticeContent, NoticeText, Publish},
    outbox::PendingState,
};

use crate::chat::{agree, everybody, in_room};

/// A document, small and new each time.
async fn attach(who: &Resident, words: &str) -> Attachment {
    attach_bytes(who, format!("%PDF-1.4\n{words}").as_bytes()).await
}

pub async fn attach_bytes(who: &Resident, bytes: &[u8]) -> Attachment {
    let base64 = BASE64.encode(bytes);
    who.get::<AttachmentAdd>(NewFile { name: "plan.pdf".to_owned(), base64 }).await
}

pub async fn publish_with(who: &Resident, title: &str, file: &Attachment) -> NoticeId {
    let fresh = who.get::<NoticeNew>(NewNotice { template: None }).await;
    let text = NoticeText { title: title.to_owned(), body: String::new() };
    let content = NoticeContent {
        audience: Audience::Community,
        texts: [(Language::en(), text)].into(),
        attachments: vec![file.clone()],
        ..fresh.content
    };
    who.save(fresh.id, 0, content, Publish::Now).await;
    fresh.id
}

/// Waits until the server has one file.
async fn until_arrived(garden: &Garden, sender: &Resident) {
    sender
        .until_unannounced("the file is on the server", async |_| {
            let count = |tx: &mut linli_server::db::Tx<'_>| {
                Ok(tx.query_one("SELECT count(*) FROM attachment", &[])?.get(0)?)
            };
            let files: i64 = garden.server.look(count).await;
            if files == 1 { Ok(()) } else { Err(format!("{files} files")) }
        })
        .await;
}

pub async fn until_reads(who: &Resident, file: &Attachment) {
    who.until_unannounced("the file can be read", async |who| {
        let read = who.ask::<AttachmentRead>(AttachmentKey { id: file.id }).await;
        read.map(|_| ()).map_err(|error| format!("{error:?}"))
    })
    .await;
}

/// Waits until one operation is left, in a state.
async fn until_left(who: &Resident, what: &str, is: impl Fn(&PendingState) -> bool) -> OpId {
    who.until(what, async |who| match who.outbox().await.rows.as_slice() {
        [row] if is(&row.state) => Ok(row.op_id),
        other => Err(format!("{other:?}")),
    })
    .await
}

fn problem(code: Code) -> Fault {
    Fault::Answered {
        status: code.status(),
        content_type: "application/problem+json",
        body: Bytes::from(serde_json::to_vec(&WireError::new(code, "no")).unwrap()),
    }
}

on_both_engines! {
    async fn a_file_that_the_server_forgot_while_its_notice_was_written_is_sent_again(engine) {
        let garden = Garden::start(engine, 71).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let file = attach(&chen, "the plan").await;
        until_arrived(&garden, &chen).await;
        // The text takes her until the day after tomorrow.
        garden.server.advance(std::time::Duration::from_secs(49 * 3600));
        let app = garden.server.app();
        let (forgotten, _) = app.shelf.sweep(&app.db).await.unwrap();
        assert_eq!(forgotten, 1);
        let notice = publish_with(&chen, "With a plan", &file).await;
        chen.until_sent().await;
        mei.until_sees(notice).await;
        until_reads(&mei, &file).await;
    }

    async fn a_file_that_the_server_forgot_before_its_message_was_sent_is_sent_again(engine) {
        let garden = Garden::start(engine, 76).await;
        let (mei, qiang) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        agree(&mei, everybody()).await;
        let file = attach(&mei, "the plan").await;
        until_arrived(&garden, &mei).await;
        garden.server.advance(std::time::Duration::from_secs(49 * 3600));
        let app = garden.server.app();
        assert_eq!(app.shelf.sweep(&app.db).await.unwrap().0, 1);
        mei.get::<MessageSay>(SayInRoom { files: vec![file.clone()], ..in_room(everybody(), "Look") }).await;
        mei.until_sent().await;
        until_reads(&qiang, &file).await;
    }

    async fn a_file_sent_after_the_backup_comes_back_from_its_device(engine) {
        let mut garden = Garden::start(engine, 72).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let backup = garden.server.back_up().await;
        let file = attach(&chen, "lost with the disk").await;
        let notice = publish_with(&chen, "With a plan", &file).await;
        chen.until_sent().await;
        garden.server.restore(backup).await;
        for who in [&chen, &mei] {
            who.sync_now().await;
        }
        mei.until_sees(notice).await;
        until_reads(&mei, &file).await;
        chen.until_sent().await;
    }

    async fn a_file_that_is_put_off_holds_up_only_what_names_it(engine) {
        let garden = Garden::start(engine, 73).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        chen.network.plan(|asked| if asked.method == "PUT" { problem(Code::TooManyTries) } else { Fault::None });
        let file = attach(&chen, "over the day's quota").await;
        let with_file = publish_with(&chen, "With a plan", &file).await;
        let without = chen.publish("Without", "").await;
        mei.until_sees(without).await;
        until_left(&chen, "only the one with the file waits", |state| *state == PendingState::Waiting).await;
        chen.network.mend();
        chen.sync_now().await;
        mei.until_sees(with_file).await;
    }

    async fn a_file_that_is_refused_says_why_and_goes_again_when_told(engine) {
        let garden = Garden::start(engine, 74).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        chen.network.plan(|asked| if asked.method == "PUT" { problem(Code::UnsupportedFile) } else { Fault::None });
        let file = attach(&chen, "not to the server's taste").await;
        let notice = publish_with(&chen, "With a plan", &file).await;
        let stuck = until_left(&chen, "it is stuck with the file's reason", |state| {
            matches!(state, PendingState::Stuck { error } if error.code == Code::UnsupportedFile)
        }).await;
        chen.network.mend();
        chen.get::<OutboxRetry>(OpKey { id: stuck }).await;
        mei.until_sees(notice).await;
        until_reads(&mei, &file).await;
    }

    async fn a_batch_that_is_refused_as_a_whole_blocks_only_what_is_refused_alone(engine) {
        let garden = Garden::start(engine, 75).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        chen.network.cut();
        let mut notices = Vec::new();
        for title in ["One", "Two", "Three"] {
            notices.push(chen.publish(title, "").await);
        }
        // Together they are refused; alone, the first one is.
        let mut asked_before = 0;
        chen.network.plan(move |asked| {
            asked_before += usize::from(asked.is_ops());
            if asked.is_ops() && asked_before <= 2 { problem(Code::InvalidInput) } else { Fault::None }
        });
        chen.sync_now().await;
        for notice in &notices[1..] {
            mei.until_sees(*notice).await;
        }
        let stuck = until_left(&chen, "one is stuck", |state| matches!(state, PendingState::Stuck { .. })).await;
        chen.get::<OutboxRetry>(OpKey { id: stuck }).await;
        mei.until_sees(notices[0]).await;
    }
}
