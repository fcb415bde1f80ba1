//! A core killed at every place where it touches the world, and opened again on what it left.

use linli_server::{db::Tx, params};
use linli_sync_tests::on_both_engines;
use linli_testkit::{
    Garden, Resident,
    people::*,
    server::{community, person_id},
};
use linli_wire::{
    Language,
    command::*,
    id::NoticeId,
    join::JoinWith,
    notices::{NoticeContent, NoticeText, NoticesQuery, Publish, SaveNotice},
};

use crate::view;

/// After this many runs that reach their end, no point is left.
const RUNS_TO_THE_END: u32 = 3;

on_both_engines! {
    async fn a_core_killed_anywhere_in_saving_and_sending_loses_and_doubles_nothing(engine) {
        let garden = Garden::start(engine, 51).await;
        let mut chen = garden.join(CHEN_JING).await;
        let (mut points, mut whole) = (0, 0);
        while whole < RUNS_TO_THE_END {
            let fresh = chen.get::<NoticeNew>(NewNotice { template: None }).await;
            let title = format!("Killed at {points}");
            let content = titled(&fresh.content, &title);
            chen.crash.arm(points);
            let request = SaveNotice { id: fresh.id, base_version: 0, content, publish: Publish::Now };
            let queued = chen.ask::<NoticeSave>(request).await.is_ok();
            if sent_or_struck(&chen, fresh.id).await {
                whole += 1;
            } else {
                whole = 0;
                chen.restart().await;
                chen.until_sent().await;
            }
            let open = chen.editor(fresh.id).await;
            let versions = versions(&garden, fresh.id).await;
            if versions.is_empty() {
                assert!(!queued, "{title}: the save was confirmed");
                assert_eq!(open.base_version, 0, "{title}: not saved, so the draft is still there");
            } else {
                assert_eq!(versions, [1], "{title}: saved once");
            }
            points += 1;
        }
        view::until_level(&garden.server, &chen).await;
        eprintln!("crash points in saving and sending: {points}, violations: 0");
        assert!(points > 10, "only {points} points were found");
    }

    async fn a_core_killed_anywhere_in_joining_joins_with_the_same_letter(engine) {
        let garden = Garden::start(engine, 52).await;
        let (mut points, mut whole) = (0, 0);
        while whole < RUNS_TO_THE_END {
            let before = devices(&garden).await;
            let text = garden.server.invite(WANG_MEI).await;
            let mut mei = garden.device(&format!("killed at {points}")).await;
            mei.crash.arm(points);
            let with = JoinWith::Link { text };
            let joined = mei.ask::<Join>(with.clone()).await.is_ok();
            mei.crash.count_anew();
            if mei.crash.is_dead() {
                whole = 0;
                mei.restart().await;
                mei.get::<Join>(with).await;
            } else {
                assert!(joined);
                whole += 1;
            }
            mei.until_online().await;
            assert_eq!(mei.app().await.accounts.len(), 1);
            view::until_level(&garden.server, &mei).await;
            assert_eq!(devices(&garden).await, before + 1, "killed at {points}: one letter, one device");
            points += 1;
        }
        eprintln!("crash points in joining: {points}, violations: 0");
        assert!(points > 10, "only {points} points were found");
    }

    async fn a_core_killed_anywhere_in_its_first_start_and_catching_up_opens_again(engine) {
        let garden = Garden::start(engine, 53).await;
        let chen = garden.join(CHEN_JING).await;
        let mut mei = garden.join(WANG_MEI).await;
        let (mut points, mut whole) = (0, 0);
        while whole < RUNS_TO_THE_END {
            mei.kill().await;
            let notice = chen.publish(&format!("While away {points}"), "").await;
            chen.until_sent().await;
            mei.start_armed(points).await;
            if seen_or_struck(&mei, notice).await {
                whole += 1;
            } else {
                whole = 0;
                mei.restart().await;
            }
            mei.until_sees(notice).await;
            points += 1;
        }
        view::until_level(&garden.server, &mei).await;
        let rows = mei.notices().await.rows;
        assert_eq!(rows.iter().filter(|row| row.title.starts_with("While away")).count() as u64, points);
        eprintln!("crash points in starting and catching up: {points}, violations: 0");
    }
}

/// Whether a notice that was saved is through, and has come back from the log.
async fn sent_or_struck(who: &Resident, notice: NoticeId) -> bool {
    let through = who.until("the save is through", async |who| {
        let waiting = who.ask::<OutboxList>(Empty {}).await.map_err(|error| error.to_string())?.rows;
        if waiting.is_empty() { seen(who, notice).await } else { Err(format!("{waiting:?}")) }
    });
    or_struck(who, through).await
}

async fn seen_or_struck(who: &Resident, notice: NoticeId) -> bool {
    or_struck(who, who.until("it sees the notice", async |who| seen(who, notice).await)).await
}

async fn seen(who: &Resident, notice: NoticeId) -> Result<(), String> {
    let query = NoticesQuery { limit: 200, ..NoticesQuery::default() };
    let page = who.ask::<NoticesList>(query).await.map_err(|error| error.to_string())?;
    if page.rows.iter().any(|row| row.id == notice) { Ok(()) } else { Err("not in the list".to_owned()) }
}

/// Waits for `work`, or for the core's end. Disarms what did not strike.
async fn or_struck(who: &Resident, work: impl Future<Output = ()>) -> bool {
    tokio::select! {
        biased;
        () = who.crash.struck() => {}
        () = work => {}
    }
    who.crash.count_anew();
    !who.crash.is_dead()
}

fn titled(content: &NoticeContent, title: &str) -> NoticeContent {
    let text = NoticeText { title: title.to_owned(), body: String::new() };
    NoticeContent { texts: [(Language::en(), text)].into(), ..content.clone() }
}

/// The versions of a notice on the server: none, or one.
async fn versions(garden: &Garden, notice: NoticeId) -> Vec<u64> {
    let sql = "SELECT version FROM notice WHERE community_id = $1 AND id = $2";
    let look = move |tx: &mut Tx<'_>| {
        tx.query(sql, params![community(), notice])?.iter().map(|row| Ok(row.get(0)?)).collect()
    };
    garden.server.look(look).await
}

/// How many devices Wang Mei has, by the server's account.
async fn devices(garden: &Garden) -> u64 {
    let sql = "SELECT count(*) FROM device WHERE community_id = $1 AND person_id = $2 AND revoked_at IS NULL";
    let look =
        move |tx: &mut Tx<'_>| Ok(tx.query_one(sql, params![community(), person_id(WANG_MEI)])?.get(0)?);
    garden.server.look(look).await
}
