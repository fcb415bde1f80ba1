//! Rounds between devices: planned, walked in a cellar, cut off, killed, raced, and their repairs.

use linli_server::{db::Tx, params, rounds};
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*, server::community};
use linli_wire::{
    Code, Language, Localized,
    attachments::{Attachment, NewFile},
    command::*,
    id::{RepairId, RoundId},
    outbox::PendingState,
    repairs::RepairQueueQuery,
    rounds::{
        CheckAnswer, FindPoint, Found, Interval, IntervalUnit, PointForm, PointKey, PointView,
        RoundPlanContent, RoundRow, RoundState, RoundView, RoundsQuery,
    },
};

use crate::view;

/// After this many runs that reach their end, no point is left.
const RUNS_TO_THE_END: u32 = 3;

/// A picture of one pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM44GAAAAL0ATFMqeRXAAAAAElFTkSuQmCC";

async fn photo(who: &Resident) -> Attachment {
    who.get::<AttachmentAdd>(NewFile { name: "lift.png".to_owned(), base64: PNG.to_owned() }).await
}

/// Chen Jing plans what is due today: as many points as `names`, each with two checks. Gives their codes.
async fn plan(chen: &Resident, names: &[&str]) -> Vec<String> {
    let mut points = Vec::new();
    for name in names {
        let mut point = chen.get::<RoundPointNew>(Empty {}).await;
        point.name = Localized::one(Language::en(), *name);
        point.category = "lifts".to_owned();
        let mut second = point.checks[0].clone();
        second.number = 2;
        point.checks.push(second);
        for check in &mut point.checks {
            check.words = Localized::one(Language::en(), format!("Check {}", check.number));
        }
        points.push(point);
    }
    let codes = points.iter().map(|point| point.code.to_string()).collect();
    let content = RoundPlanContent {
        name: Localized::one(Language::en(), "Lifts"),
        every: Interval { count: 1, unit: IntervalUnit::Days },
        first: "2026-01-01".to_owned(),
        days: 1,
        points,
        retired: false,
    };
    chen.get::<RoundPlanSave>(SaveRoundPlan { id: None, base_version: 0, content }).await;
    codes
}

/// Waits until a device has a round that is due.
async fn until_due(who: &Resident) -> RoundRow {
    who.until("a round is due", async |who| {
        let page = who.get::<RoundsList>(RoundsQuery::default()).await;
        page.rows.into_iter().find(|row| row.state == RoundState::Open).ok_or_else(|| "none".to_owned())
    })
    .await
}

async fn open(who: &Resident, id: RoundId) -> RoundView {
    who.get::<RoundOpen>(RoundKey { id }).await
}

async fn until(who: &Resident, id: RoundId, what: &str, is: impl Fn(&RoundView) -> bool) -> RoundView {
    who.until(what, async |who| match who.ask::<RoundOpen>(RoundKey { id }).await {
        Ok(view) if is(&view) => Ok(view),
        Ok(view) => Err(format!("{view:?}")),
        Err(error) => Err(error.to_string()),
    })
    .await
}

fn form(first: Found, photos: Vec<Attachment>) -> PointForm {
    let answers =
        vec![CheckAnswer { number: 1, found: first }, CheckAnswer { number: 2, found: Found::Fine }];
    PointForm { answers, photos, ..PointForm::default() }
}

fn broken(words: &str) -> Found {
    Found::Failed { words: words.to_owned() }
}

fn at(view: &RoundView, key: PointKey) -> &PointView {
    view.points.iter().find(|point| point.id == key.point_id).unwrap()
}

async fn scan(who: &Resident, code: &str) -> PointKey {
    who.get::<PointFind>(FindPoint { code: code.to_owned() }).await
}

/// Rounds, results and repairs on the server.
async fn counts(garden: &Garden) -> (u64, u64, u64) {
    let look = |tx: &mut Tx<'_>| {
        let mut results = 0;
        let rows = tx.query("SELECT body FROM round WHERE community_id = $1", params![community()])?;
        for row in &rows {
            results += row.json::<linli_wire::rounds::Round>(0)?.results.len() as u64;
        }
        let sql = "SELECT COUNT(*) FROM repair WHERE community_id = $1";
        Ok((rows.len() as u64, results, tx.query_one(sql, params![community()])?.get(0)?))
    };
    garden.server.look(look).await
}

/// Photos of the repair of a point and the version of it; none before the point was inspected.
async fn on_server(garden: &Garden, key: PointKey) -> Option<(usize, u64)> {
    let look = move |tx: &mut Tx<'_>| {
        let stored = rounds::get(tx, community(), key.round_id)?.unwrap();
        let result = stored.round.result(key.point_id);
        let Some(repair) = result.and_then(|result| result.repair_id) else { return Ok(None) };
        let there = linli_server::repairs::get(tx, community(), repair)?.unwrap();
        Ok(Some((there.repair.report.photos.len(), there.repair.version)))
    };
    garden.server.look(look).await
}

/// Waits until an inspection is with the server, or until the core was struck.
async fn sent_or_struck(zhao: &Resident, key: PointKey) -> bool {
    let through = zhao.until("the inspection is through", async |zhao| {
        let waiting = zhao.ask::<OutboxList>(Empty {}).await.map_err(|error| error.to_string())?.rows;
        if !waiting.is_empty() {
            return Err(format!("{waiting:?}"));
        }
        match zhao.ask::<RoundOpen>(RoundKey { id: key.round_id }).await {
            Ok(view) if at(&view, key).result.is_some() => Ok(()),
            Ok(view) => Err(format!("{view:?}")),
            Err(error) => Err(error.to_string()),
        }
    });
    tokio::select! {
        biased;
        () = zhao.crash.struck() => {}
        () = through => {}
    }
    zhao.crash.count_anew();
    !zhao.crash.is_dead()
}

async fn is_sound(garden: &Garden) {
    assert_eq!(garden.server.look(linli_server::check::database).await, Vec::<String>::new());
}

on_both_engines! {
    async fn a_round_is_planned_walked_in_a_cellar_and_what_failed_is_repaired(engine) {
        let garden = Garden::start(engine, 91).await;
        let (mei, chen, mut zhao) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let codes = plan(&chen, &["Lift 1", "Lift 2"]).await;
        let round = until_due(&zhao).await.id;
        assert_eq!(zhao.get::<HomeGet>(Empty {}).await.rounds_due, 1);
        zhao.network.cut();
        zhao.until_offline().await;
        let key = scan(&zhao, &codes[0]).await;
        assert_eq!(key.round_id, round);
        let half = PointForm { answers: form(broken("It jams"), vec![]).answers[..1].to_vec(), ..PointForm::default() };
        zhao.get::<PointKeep>(InspectPoint { point: key, form: half.clone() }).await;
        // The battery falls out; the half-filled checklist is still there.
        zhao.restart().await;
        zhao.until_offline().await;
        assert_eq!(open(&zhao, round).await.points[0].draft, Some(PointForm { scanned: true, ..half }));
        let photos = vec![photo(&zhao).await];
        zhao.get::<PointInspect>(InspectPoint { point: key, form: form(broken("It jams"), photos.clone()) }).await;
        let second = PointKey { round_id: round, point_id: open(&zhao, round).await.points[1].id };
        zhao.get::<PointInspect>(InspectPoint { point: second, form: form(Found::Fine, vec![]) }).await;
        // Everything stands there already: the walk, and the repair that will come of it.
        zhao.restart().await;
        zhao.until_offline().await;
        let ahead = open(&zhao, round).await;
        assert_eq!((ahead.row.state, ahead.row.inspected, ahead.row.unscanned), (RoundState::Done, 2, 1));
        let repair = ahead.points[0].waiting.clone().unwrap().repair_id.unwrap();
        let row = zhao.get::<RepairOpen>(RepairKey { id: repair }).await.row;
        assert_eq!(row.pending.unwrap().state, PendingState::Waiting);
        assert_eq!(counts(&garden).await, (1, 0, 0));
        zhao.network.mend();
        zhao.sync_now().await;
        let seen = until(&chen, round, "the office sees it", |view| view.row.state == RoundState::Done).await;
        let first = seen.points[0].result.clone().unwrap();
        assert_eq!((first.scanned, first.by.name.as_str(), first.repair_id), (true, ZHAO.name, Some(repair)));
        assert!(!seen.points[1].result.as_ref().unwrap().scanned, "nobody shows that he stood there");
        let queue = chen.get::<RepairQueueList>(RepairQueueQuery::default()).await.rows;
        assert_eq!(queue.iter().map(|row| row.id).collect::<Vec<_>>(), [repair]);
        let opened = chen.get::<RepairOpen>(RepairKey { id: repair }).await.repair;
        assert!(opened.report.words.contains("It jams"), "{}", opened.report.words);
        chen.get::<AttachmentRead>(AttachmentKey { id: photos[0].id }).await;
        // The office tells the worker's device the words that it had shown itself.
        zhao.until_sent().await;
        let told = until(&zhao, round, "it is settled", |view| view.points.iter().all(|point| point.result.is_some())).await;
        assert!(told.points.iter().all(|point| point.waiting.is_none() && point.draft.is_none()));
        // Residents know nothing of rounds.
        view::until_level(&garden.server, &mei).await;
        assert_eq!(mei.get::<RoundsList>(RoundsQuery::default()).await.total, 0);
        assert_eq!(mei.ask::<PointFind>(FindPoint { code: codes[0].clone() }).await.unwrap_err().code, Code::NotFound);
        for who in [&chen, &zhao] {
            view::until_level(&garden.server, who).await;
        }
        is_sound(&garden).await;
    }

    async fn the_same_inspection_sent_five_times_is_one(engine) {
        let garden = Garden::start(engine, 92).await;
        let chen = garden.join(CHEN_JING).await;
        let codes = plan(&chen, &["Lift 1"]).await;
        until_due(&chen).await;
        let mut batches = 0;
        chen.network.plan(move |asked| {
            batches += usize::from(asked.is_ops());
            match asked.is_ops() {
                true if batches <= 4 => Fault::AnswerLost,
                true if batches == 5 => Fault::Twice,
                _ => Fault::None,
            }
        });
        let key = scan(&chen, &codes[0]).await;
        let photos = vec![photo(&chen).await];
        chen.get::<PointInspect>(InspectPoint { point: key, form: form(broken("It jams"), photos) }).await;
        chen.until_sent().await;
        assert_eq!(counts(&garden).await, (1, 1, 1));
        view::until_level(&garden.server, &chen).await;
        is_sound(&garden).await;
    }

    async fn a_core_killed_anywhere_on_the_way_loses_and_doubles_nothing(engine) {
        let garden = Garden::start(engine, 93).await;
        let (chen, mut zhao) = (garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let (mut points, mut whole) = (0, 0);
        let mut codes: Vec<String> = Vec::new();
        while whole < RUNS_TO_THE_END {
            if codes.is_empty() {
                // One round for many kills, each at another of its points.
                codes = plan(&chen, &(0..40).map(|_| "Lift").collect::<Vec<_>>()).await;
            }
            let code = codes.pop().unwrap();
            let key = zhao
                .until("the new round is here", async |zhao| {
                    let found = zhao.ask::<PointFind>(FindPoint { code: code.clone() }).await;
                    found.map_err(|error| error.to_string())
                })
                .await;
            zhao.crash.arm(points);
            let (mut kept, mut queued) = (false, false);
            let picture = NewFile { name: "lift.png".to_owned(), base64: PNG.to_owned() };
            if let Ok(photo) = zhao.ask::<AttachmentAdd>(picture).await {
                let filled = InspectPoint { point: key, form: form(broken("It jams"), vec![photo]) };
                kept = zhao.ask::<PointKeep>(filled.clone()).await.is_ok();
                queued = kept && zhao.ask::<PointInspect>(filled).await.is_ok();
            }
            if queued && sent_or_struck(&zhao, key).await {
                whole += 1;
            } else {
                whole = 0;
                zhao.crash.count_anew();
                zhao.restart().await;
                zhao.until_sent().await;
            }
            let drafted = at(&open(&zhao, key.round_id).await, key).draft.clone();
            let drafted = drafted.is_some_and(|form| !form.answers.is_empty());
            match on_server(&garden, key).await {
                Some(there) => {
                    assert_eq!(there, (1, 1), "{points}: once, with its photo and its repair");
                    assert!(!drafted, "{points}: in one place only");
                }
                None => {
                    assert!(!queued, "{points}: the inspection was confirmed");
                    assert!(drafted || !kept, "{points}: kept, so the checklist is still there");
                }
            }
            points += 1;
        }
        view::until_level(&garden.server, &zhao).await;
        eprintln!("crash points between photo and acknowledgement: {points}, violations: 0");
        assert!(points > 10, "only {points} points were found");
        is_sound(&garden).await;
    }

    async fn the_slower_one_is_told_and_what_they_typed_stays(engine) {
        let garden = Garden::start(engine, 94).await;
        let (chen, zhao) = (garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let codes = plan(&chen, &["Lift 1", "Lift 2"]).await;
        let round = until_due(&zhao).await.id;
        until_due(&chen).await;
        zhao.network.cut();
        let key = scan(&zhao, &codes[0]).await;
        zhao.get::<PointInspect>(InspectPoint { point: key, form: form(broken("Zhao's words"), vec![]) }).await;
        let other = scan(&zhao, &codes[1]).await;
        zhao.get::<PointInspect>(InspectPoint { point: other, form: form(Found::Fine, vec![]) }).await;
        let mine = scan(&chen, &codes[0]).await;
        chen.get::<PointInspect>(InspectPoint { point: mine, form: form(broken("Chen's words"), vec![]) }).await;
        chen.until_sent().await;
        zhao.network.mend();
        zhao.sync_now().await;
        let lost = until(&zhao, round, "he is told", |view| {
            let stuck = view.points[0].waiting.as_ref().is_some_and(|waiting| matches!(waiting.pending.state, PendingState::Stuck { .. }));
            stuck && view.points[1].result.is_some()
        })
        .await;
        let waiting = lost.points[0].waiting.clone().unwrap();
        let PendingState::Stuck { error } = &waiting.pending.state else { panic!() };
        assert_eq!((error.code, waiting.form.answers[0].found.words()), (Code::Conflict, "Zhao's words"));
        assert_eq!(lost.points[0].result.as_ref().unwrap().answers[0].found.words(), "Chen's words");
        assert_eq!(counts(&garden).await, (1, 2, 1));
        zhao.get::<OutboxDiscard>(OpKey { id: waiting.pending.op_id }).await;
        let after = open(&zhao, round).await;
        assert_eq!((after.points[0].waiting.clone(), after.points[0].draft.clone()), (None, None));
        is_sound(&garden).await;
    }

    async fn a_backup_of_yesterday_makes_the_same_round_and_takes_what_was_found_again(engine) {
        let mut garden = Garden::start(engine, 95).await;
        let chen = garden.join(CHEN_JING).await;
        let codes = plan(&chen, &["Lift 1"]).await;
        until_due(&chen).await;
        let backup = garden.server.back_up().await;
        let key = scan(&chen, &codes[0]).await;
        chen.get::<PointInspect>(InspectPoint { point: key, form: form(broken("It jams"), vec![]) }).await;
        let before = until(&chen, key.round_id, "it is done", |view| view.points[0].result.is_some()).await;
        chen.until_sent().await;
        garden.server.restore(backup).await;
        chen.sync_now().await;
        let again = chen
            .until_unannounced("what was lost is offered again", async |_| {
                let now = counts(&garden).await;
                if now == (1, 1, 1) { Ok(()) } else { Err(format!("{now:?}")) }
            })
            .await;
        let () = again;
        let repair = |view: &RoundView| -> Option<RepairId> { view.points[0].result.as_ref()?.repair_id };
        let after = until(&chen, key.round_id, "it came back", |view| repair(view).is_some()).await;
        assert_eq!(repair(&after), repair(&before));
        is_sound(&garden).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_tend_at_once_make_each_round_once() {
    let garden = Garden::start(linli_testkit::Engine::Sqlite, 96).await;
    let chen = garden.join(CHEN_JING).await;
    plan(&chen, &["Lift 1"]).await;
    until_due(&chen).await;
    // In two halves: after a whole day without the server nothing would fall due for five minutes.
    let app = garden.server.app();
    for _ in 0..2 {
        garden.server.advance(std::time::Duration::from_secs(12 * 3600));
        app.db.write(linli_server::session::look).await.unwrap();
    }
    let (one, other) = tokio::join!(app.db.write(rounds::tend), app.db.write(rounds::tend));
    assert_eq!(one.unwrap(), other.unwrap(), "both know when the next is due");
    let (rounds, ..) = counts(&garden).await;
    assert_eq!(rounds, 2);
    is_sound(&garden).await;
}
