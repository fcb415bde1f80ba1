//! The office's side: two people on one notice, and what becomes of typed text.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*};
use linli_wire::{
    Code, Language,
    command::{OpKey, OutboxDiscard},
    id::NoticeId,
    notices::{OfficeNotice, Publish},
    outbox::PendingState,
};

on_both_engines! {
    async fn two_edits_of_one_notice_meet_and_neither_text_is_lost(engine) {
        let garden = Garden::start(engine, 11).await;
        let (chen, lin) = (garden.join(CHEN_JING).await, garden.join(LIN).await);
        let notice = both_edit(&chen, &lin).await;
        let open = until_stuck(&lin, notice).await;
        assert_eq!(title(&open), "Lin's title", "the own text stays in the editor");
        let theirs = open.theirs.clone().expect("the other text is shown beside it");
        assert_eq!(theirs.content.texts[&Language::en()].title, "Chen's title");

        lin.save(notice, theirs.version, open.content, Publish::Keep).await;
        lin.until_sent().await;
        chen.until("Lin's text arrives", async |chen| {
            let open = chen.editor(notice).await;
            if title(&open) == "Lin's title" { Ok(()) } else { Err(format!("{open:?}")) }
        }).await;
    }

    async fn giving_a_stuck_save_up_brings_its_text_back_into_the_editor(engine) {
        let garden = Garden::start(engine, 12).await;
        let (chen, lin) = (garden.join(CHEN_JING).await, garden.join(LIN).await);
        let notice = both_edit(&chen, &lin).await;
        until_stuck(&lin, notice).await;
        let stuck = lin.outbox().await.rows.remove(0);
        lin.get::<OutboxDiscard>(OpKey { id: stuck.op_id }).await;
        assert_eq!(lin.outbox().await.rows, []);
        let open = lin.editor(notice).await;
        assert!(open.has_local_changes);
        assert_eq!(title(&open), "Lin's title");
    }

    async fn a_stuck_save_blocks_no_other_notice(engine) {
        let garden = Garden::start(engine, 13).await;
        let (chen, lin) = (garden.join(CHEN_JING).await, garden.join(LIN).await);
        let notice = both_edit(&chen, &lin).await;
        until_stuck(&lin, notice).await;
        let other = lin.publish("Another", "").await;
        chen.until_sees(other).await;
        assert_eq!(lin.app().await.outbox.stuck, 1);
    }

    async fn an_editor_opened_while_the_own_save_was_under_way_does_not_conflict_with_it(engine) {
        let garden = Garden::start(engine, 15).await;
        let chen = garden.join(CHEN_JING).await;
        let notice = chen.publish("One", "").await;
        let open = chen.editor(notice).await;
        chen.until_sent().await;
        chen.until_sees(notice).await;
        // The editor has stood open meanwhile, made from the save that was not through yet.
        chen.save(notice, 0, open.content.clone(), Publish::Keep).await;
        chen.until_sent().await;
        chen.save(notice, 0, open.content, Publish::Keep).await;
        chen.until_sent().await;
    }

    async fn a_second_edit_before_the_first_is_answered_does_not_conflict_with_it(engine) {
        let garden = Garden::start(engine, 14).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let notice = chen.publish("One", "").await;
        chen.until_sent().await;
        chen.network.plan(|asked| {
            if asked.is_ops() { linli_testkit::Fault::AnswerLost } else { linli_testkit::Fault::None }
        });
        chen.change(notice, "Two", "").await;
        // The server has it, and the device does not know.
        mei.until("the second text is there", async |mei| {
            let title = mei.until_sees(notice).await.title;
            if title == "Two" { Ok(()) } else { Err(title) }
        }).await;
        chen.change(notice, "Three", "").await;
        chen.network.mend();
        chen.sync_now().await;
        chen.until_sent().await;
        mei.until("the third text is there", async |mei| {
            let title = mei.until_sees(notice).await.title;
            if title == "Three" { Ok(()) } else { Err(title) }
        }).await;
    }
}

/// A notice that Chen and Lin edit at the same time; Chen is the first at the server.
async fn both_edit(chen: &Resident, lin: &Resident) -> NoticeId {
    let notice = chen.publish("Water", "").await;
    chen.until_sent().await;
    lin.until_sees(notice).await;
    lin.network.cut();
    lin.until_offline().await;
    lin.change(notice, "Lin's title", "Lin's long text").await;
    chen.change(notice, "Chen's title", "").await;
    chen.until_sent().await;
    lin.network.mend();
    lin.sync_now().await;
    notice
}

async fn until_stuck(who: &Resident, notice: NoticeId) -> OfficeNotice {
    who.until("the save is stuck", async |who| {
        let open = who.editor(notice).await;
        match &open.pending {
            Some(pending) => match &pending.state {
                PendingState::Stuck { error } if error.code == Code::Conflict && open.theirs.is_some() => {
                    Ok(open)
                }
                other => Err(format!("{other:?}, theirs {}", open.theirs.is_some())),
            },
            None => Err("nothing waits".to_owned()),
        }
    })
    .await
}

fn title(notice: &OfficeNotice) -> &str {
    &notice.content.texts[&Language::en()].title
}
