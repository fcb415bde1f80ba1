//! The server ends a membership that nobody wanted ended: what the person wrote is kept, shown, and taken
//! up when they join again.

use linli_server::params;
use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*};
use linli_wire::{
    Code, Language,
    attachments::NewFile,
    command::*,
    id::{DeviceId, NoticeId},
    notices::{KeepDraft, NoticeContent, NoticeText, OfficeNotice, Publish},
    outbox::KeptPage,
    repairs::{ActKind, Part, RepairAct, RepairState, RepairView},
};

use crate::{
    repairs::{act, gate, report, until, until_state},
    view,
};

/// A small PDF.
const PLAN: &str = "JVBERi0xLjQKJSVFT0YK";

on_both_engines! {
    async fn who_joined_after_the_backup_loses_nothing_they_wrote(engine) {
        let mut garden = Garden::start(engine, 61).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let old = chen.publish("Long ago", "canary-of-the-community").await;
        chen.until_sent().await;
        let backup = garden.server.back_up().await;

        let mut lin = garden.join(LIN).await;
        let sent = published_with_file(&lin, "Sent before the disk was lost").await;
        lin.until_sent().await;
        chen.until_sees(sent).await;
        lin.change(sent, "Sent and changed", "").await;
        lin.until_sent().await;
        lin.until_sees(old).await;
        lin.network.cut();
        lin.until_offline().await;
        let waiting = lin.publish("Waits for the network", "Long text").await;
        let draft = drafted(&lin, "Half a sentence").await;
        let empty = lin.get::<NoticeNew>(NewNotice { template: None }).await;
        lin.read(old).await;

        garden.server.restore(backup).await;
        lin.network.mend();
        lin.sync_now().await;
        let stage = lin.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        assert!(matches!(&stage, Stage::SignedOut { trouble } if trouble.code == Code::SignedOut), "{stage:?}");
        for _ in 0..2 {
            assert_eq!(lin.app().await.accounts, []);
            assert_eq!(lin.app().await.kept, 3);
            let kept = lin.get::<OutboxKept>(Empty {}).await;
            assert_eq!(
                said(&kept),
                [
                    ("draft", "Half a sentence", false),
                    ("save_notice", "Waits for the network", false),
                    ("save_notice", "Sent and changed", true),
                ]
            );
            assert_eq!(kept.memberships[0].items[1].text, "Waits for the network\n\nLong text");
            assert_eq!(kept.memberships[0].items[2].files, ["plan.pdf"]);
            assert_eq!(kept.memberships[0].name, "林涛");
            assert_eq!(community_texts(&lin).await, 0, "what the community told is gone");
            lin.restart().await;
            assert_eq!(lin.app().await.stage, Stage::Welcome);
        }

        lin.join(&garden.server.invite(LIN).await).await;
        lin.until_sent().await;
        let app = lin.app().await;
        assert_eq!((app.kept, app.accounts.len(), app.outbox.stuck), (0, 1, 0));
        for (notice, title) in [(sent, "Sent and changed"), (waiting, "Waits for the network")] {
            mei.sync_now().await;
            assert_eq!(mei.until_sees(notice).await.title, title);
        }
        let open = lin.editor(draft).await;
        assert_eq!((title(&open), open.has_local_changes), ("Half a sentence", true));
        assert_eq!(lin.ask::<OfficeNoticeOpen>(NoticeKey { id: empty.id }).await.unwrap_err().code, Code::NotFound);
        let file = lin.editor(sent).await.content.attachments[0].id;
        mei.get::<AttachmentRead>(AttachmentKey { id: file }).await;
        assert!(view::read_marks(&garden.server, LIN).await.contains(&old));
        assert_eq!(lin.databases().len(), 1);
        view::until_level(&garden.server, &lin).await;
    }

    async fn what_the_server_has_is_neither_doubled_nor_in_conflict_with_itself(engine) {
        let garden = Garden::start(engine, 62).await;
        let lin = garden.join(LIN).await;
        let notice = lin.publish("One", "").await;
        lin.until_sent().await;
        lin.change(notice, "Two", "").await;
        lin.until_sent().await;
        // This one arrives, and the device never learns it.
        lin.network.plan(|asked| {
            if asked.is_ops() { linli_testkit::Fault::AnswerLost } else { linli_testkit::Fault::None }
        });
        let lost = lin.publish("Its answer is lost", "").await;
        lin.until_sees(lost).await;
        lin.network.cut();
        lin.until_offline().await;
        sign_out(&garden, &lin).await;
        lin.network.mend();
        lin.sync_now().await;
        lin.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;

        lin.join(&garden.server.invite(LIN).await).await;
        lin.until_sent().await;
        assert_eq!(lin.app().await.outbox.stuck, 0);
        assert_eq!(lin.row(notice).await.unwrap().title, "Two");
        let versions = [(notice, 2), (lost, 1)];
        for (id, version) in versions {
            assert_eq!(lin.editor(id).await.base_version, version, "nothing was saved once more");
        }
        view::until_level(&garden.server, &lin).await;
    }

    async fn parts_that_were_used_count_once_whatever_became_of_the_membership(engine) {
        let garden = Garden::start(engine, 65).await;
        let (mei, zhao) = (garden.join(WANG_MEI).await, garden.join(ZHAO).await);
        let id = report(&mei, gate(), "The gate squeaks", Vec::new()).await;
        until(&zhao, id, "the office has it", |view| view.may.contains(&ActKind::Accept)).await;
        act(&zhao, id, RepairAct::Accept).await;
        until_state(&zhao, id, RepairState::Accepted).await;
        act(&zhao, id, uses("Hinge", 2)).await;
        zhao.until_sent().await;
        // This one arrives, and the device never learns it.
        zhao.network.plan(|asked| {
            if asked.is_ops() { linli_testkit::Fault::AnswerLost } else { linli_testkit::Fault::None }
        });
        act(&zhao, id, uses("Screw", 8)).await;
        until(&mei, id, "both are noted", |view| view.repair.parts.len() == 2).await;
        zhao.network.cut();
        zhao.until_offline().await;
        act(&zhao, id, uses("Oil", 1)).await;
        sign_out(&garden, &zhao).await;
        zhao.network.mend();
        zhao.sync_now().await;
        zhao.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        zhao.join(&garden.server.invite(ZHAO).await).await;
        zhao.until_sent().await;
        let view = until(&zhao, id, "all are noted", |view| view.repair.parts.len() >= 3).await;
        assert_eq!(named(&view), [("Hinge".to_owned(), 2), ("Screw".to_owned(), 8), ("Oil".to_owned(), 1)]);
        view::until_level(&garden.server, &zhao).await;
    }

    async fn parts_that_a_backup_does_not_have_are_noted_once_more_and_those_it_has_are_not(engine) {
        let mut garden = Garden::start(engine, 66).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let id = report(&mei, gate(), "The gate squeaks", Vec::new()).await;
        until(&chen, id, "the office has it", |view| view.may.contains(&ActKind::Accept)).await;
        act(&chen, id, RepairAct::Accept).await;
        act(&chen, id, uses("Hinge", 2)).await;
        chen.until_sent().await;
        let backup = garden.server.back_up().await;
        let zhao = garden.join(ZHAO).await;
        act(&zhao, id, uses("Screw", 8)).await;
        zhao.until_sent().await;
        act(&chen, id, uses("Oil", 1)).await;
        chen.until_sent().await;
        garden.server.restore(backup).await;
        chen.sync_now().await;
        zhao.sync_now().await;
        zhao.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        zhao.join(&garden.server.invite(ZHAO).await).await;
        for who in [&chen, &zhao] {
            who.until_sent().await;
        }
        let view = until(&mei, id, "all are noted", |view| view.repair.parts.len() >= 3).await;
        let mut parts = named(&view);
        parts.sort();
        assert_eq!(parts, [("Hinge".to_owned(), 2), ("Oil".to_owned(), 1), ("Screw".to_owned(), 8)]);
        view::until_level(&garden.server, &zhao).await;
    }

    async fn somebody_else_on_the_same_device_does_not_get_it_and_it_can_be_given_up(engine) {
        let garden = Garden::start(engine, 63).await;
        let lin = garden.join(LIN).await;
        drafted(&lin, "Lin's own").await;
        sign_out(&garden, &lin).await;
        lin.network.break_streams();
        lin.sync_now().await;
        lin.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;

        lin.join(&garden.server.invite(CHEN_JING).await).await;
        assert_eq!(lin.app().await.kept, 1, "it is Lin's");
        let kept = lin.get::<OutboxKept>(Empty {}).await.memberships.remove(0);
        let chens = lin.app().await.accounts[0].id;
        assert_eq!(lin.ask::<OutboxDiscardKept>(AccountKey { id: chens }).await.unwrap_err().code, Code::NotFound);
        lin.get::<OutboxDiscardKept>(AccountKey { id: kept.id }).await;
        assert_eq!(lin.app().await.kept, 0);
        assert_eq!(lin.databases().len(), 1);
    }

    async fn a_device_that_was_removed_keeps_nothing_of_it(engine) {
        let garden = Garden::start(engine, 64).await;
        let lin = garden.join(LIN).await;
        let mut tablet = garden.another_device_of(&lin).await;
        let this = tablet.get::<DevicesList>(Empty {}).await.this.unwrap();
        tablet.network.cut();
        drafted(&tablet, "canary-draft").await;
        tablet.publish("canary-save", "").await;
        lin.get::<DeviceRevoke>(DeviceKey { id: this }).await;
        tablet.network.mend();
        tablet.sync_now().await;
        tablet.until_stage("it is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        assert_eq!(tablet.app().await.kept, 0);
        assert_eq!(tablet.databases().len(), 0);
        tablet.restart().await;
        assert_eq!(tablet.app().await.kept, 0);
    }
}

/// The server forgets the sessions of a device, as after a restore or half a year.
async fn sign_out(garden: &Garden, who: &Resident) {
    let device: DeviceId = who.get::<DevicesList>(Empty {}).await.this.unwrap();
    garden
        .server
        .write(move |tx| {
            tx.execute("DELETE FROM access_token WHERE device_id = $1", params![device])?;
            tx.execute("DELETE FROM session WHERE device_id = $1", params![device])?;
            Ok(())
        })
        .await;
}

fn uses(name: &str, count: u32) -> RepairAct {
    RepairAct::UseParts { parts: vec![Part { name: name.to_owned(), count }] }
}

fn named(view: &RepairView) -> Vec<(String, u32)> {
    view.repair.parts.iter().map(|part| (part.name.clone(), part.count)).collect()
}

async fn drafted(who: &Resident, title: &str) -> NoticeId {
    let fresh = who.get::<NoticeNew>(NewNotice { template: None }).await;
    let content = titled(&fresh.content, title);
    who.get::<NoticeKeep>(KeepDraft { id: fresh.id, base_version: 0, content }).await;
    fresh.id
}

async fn published_with_file(who: &Resident, title: &str) -> NoticeId {
    let fresh = who.get::<NoticeNew>(NewNotice { template: None }).await;
    let file = NewFile { name: "plan.pdf".to_owned(), base64: PLAN.to_owned() };
    let file = who.get::<AttachmentAdd>(file).await;
    let content = NoticeContent { attachments: vec![file], ..titled(&fresh.content, title) };
    who.save(fresh.id, 0, content, Publish::Now).await;
    fresh.id
}

fn titled(content: &NoticeContent, title: &str) -> NoticeContent {
    let text = NoticeText { title: title.to_owned(), body: String::new() };
    NoticeContent { texts: [(Language::en(), text)].into(), ..content.clone() }
}

fn title(notice: &OfficeNotice) -> &str {
    &notice.content.texts[&Language::en()].title
}

fn said(kept: &KeptPage) -> Vec<(&str, &str, bool)> {
    let items = kept.memberships.iter().flat_map(|membership| &membership.items);
    items.map(|item| (item.kind.as_str(), item.subject.as_str(), item.sent)).collect()
}

/// Rows that came from the community.
async fn community_texts(who: &Resident) -> u32 {
    let sql = "SELECT (SELECT count(*) FROM notice_body) + (SELECT count(*) FROM record)
        + (SELECT count(*) FROM holding) + (SELECT count(*) FROM read_mark)
        + (SELECT count(*) FROM session WHERE access <> '' OR refresh <> '')";
    let cache = who.cache().await;
    cache.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}
