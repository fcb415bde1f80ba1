//! Repairs between devices: reported without network, lost on the way, raced, killed, and fixed in the end.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_server::{db::Tx, import::ids, params};
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*, server::community};
use linli_wire::{
    Code,
    attachments::{Attachment, NewFile},
    command::*,
    id::RepairId,
    ops::Action,
    outbox::PendingState,
    repairs::{
        ActKind, Rating, Repair, RepairAct, RepairCategory, RepairCategoryContent, RepairDraft, RepairForm,
        RepairNeed, RepairPlace, RepairQueueQuery, RepairState, RepairView, RepairsQuery, Urgency,
    },
};

use crate::view;

/// After this many runs that reach their end, no point is left.
const RUNS_TO_THE_END: u32 = 3;

/// A picture of one pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0x0, 0x0, 0x0, 0xd, 0x49, 0x48, 0x44, 0x52, 0x0, 0x0, 0x0,
    0x1, 0x0, 0x0, 0x0, 0x1, 0x8, 0x2, 0x0, 0x0, 0x0, 0x90, 0x77, 0x53, 0xde, 0x0, 0x0, 0x0, 0xc, 0x49, 0x44,
    0x41, 0x54, 0x78, 0x9c, 0x63, 0x38, 0xe0, 0x60, 0x0, 0x0, 0x2, 0xf4, 0x1, 0x31, 0x4c, 0xa9, 0xe4, 0x57,
    0x0, 0x0, 0x0, 0x0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

fn file() -> NewFile {
    NewFile { name: "tap.png".to_owned(), base64: BASE64.encode(PNG) }
}

pub async fn photo(who: &Resident) -> Attachment {
    who.get::<AttachmentAdd>(file()).await
}

pub fn gate() -> RepairPlace {
    RepairPlace::Area { area_id: ids::common_area(community(), "gate") }
}

/// Wang Mei's home, as her device knows it.
async fn home(who: &Resident) -> RepairPlace {
    let choices = who.get::<RepairChoicesGet>(Empty {}).await;
    RepairPlace::Home { unit_id: choices.homes[0].id }
}

fn form(place: RepairPlace, words: &str, photos: Vec<Attachment>) -> RepairForm {
    RepairForm {
        place: Some(place),
        category: "plumbing".to_owned(),
        urgency: Urgency::Urgent,
        words: words.to_owned(),
        photos,
        ..RepairForm::default()
    }
}

pub async fn report(who: &Resident, place: RepairPlace, words: &str, photos: Vec<Attachment>) -> RepairId {
    let draft = who.get::<RepairNew>(Empty {}).await;
    let draft = RepairDraft { form: form(place, words, photos), ..draft };
    who.get::<RepairKeep>(draft.clone()).await;
    who.get::<RepairReportNow>(draft.clone()).await;
    draft.id
}

pub async fn act(who: &Resident, id: RepairId, act: RepairAct) {
    let turn = who.get::<RepairOpen>(RepairKey { id }).await.repair.turn;
    who.get::<RepairActNow>(ActOnRepair { id, turn, act }).await;
}

pub fn finish(words: &str, photos: Vec<Attachment>) -> RepairAct {
    RepairAct::Finish { words: words.to_owned(), photos, parts: Vec::new() }
}

/// Waits until a device has a repair and it is as the test wants it.
pub async fn until(who: &Resident, id: RepairId, what: &str, is: impl Fn(&RepairView) -> bool) -> RepairView {
    who.until(what, async |who| match who.ask::<RepairOpen>(RepairKey { id }).await {
        Ok(view) if is(&view) => Ok(view),
        Ok(view) => Err(format!("{:?} {:?}", view.row, view.pending)),
        Err(error) => Err(error.to_string()),
    })
    .await
}

pub async fn until_state(who: &Resident, id: RepairId, state: RepairState) -> RepairView {
    until(who, id, "it stands there", |view| view.repair.state == state).await
}

/// Waits until a device has something stuck, and gives why.
async fn until_stuck(who: &Resident) -> linli_wire::WireError {
    who.until("something is stuck", async |who| {
        let rows = who.outbox().await.rows;
        rows.iter()
            .find_map(|row| match &row.state {
                PendingState::Stuck { error } => Some(error.clone()),
                _ => None,
            })
            .ok_or_else(|| format!("{rows:?}"))
    })
    .await
}

/// Version of a repair on the server and how many events and photos it has; none when it has no such repair.
async fn on_server(garden: &Garden, id: RepairId) -> Option<(u64, u64, u64)> {
    let count =
        |table: &str| format!("(SELECT COUNT(*) FROM {table} WHERE community_id = $1 AND repair_id = $2)");
    let sql = format!(
        "SELECT version, {}, {} FROM repair WHERE community_id = $1 AND id = $2",
        count("repair_event"),
        count("repair_attachment")
    );
    let look = move |tx: &mut Tx<'_>| {
        let row = tx.query_opt(&sql, params![community(), id])?;
        row.map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).transpose()
    };
    garden.server.look(look).await
}

on_both_engines! {
    async fn a_report_made_offline_goes_by_itself_and_is_fixed_in_the_end(engine) {
        let garden = Garden::start(engine, 81).await;
        let (mut mei, chen, zhao) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        mei.network.cut();
        mei.until_offline().await;
        let photos = vec![photo(&mei).await, photo(&mei).await];
        let place = home(&mei).await;
        let id = report(&mei, place, "The tap drips", photos.clone()).await;
        // It waits, is shown, and is still there after a restart.
        mei.restart().await;
        mei.until_offline().await;
        let row = mei.get::<RepairsList>(RepairsQuery::default()).await.rows.remove(0);
        assert_eq!((row.id, row.words.as_str(), row.place_name.as_str()), (id, "The tap drips", "3-1201"));
        assert_eq!(row.pending.unwrap().state, PendingState::Waiting);
        assert_eq!(mei.get::<RepairDraftsList>(Empty {}).await.drafts, []);
        mei.network.mend();
        mei.sync_now().await;
        let seen = until(&chen, id, "the office sees it", |_| true).await;
        assert_eq!((seen.row.place_name.as_str(), seen.repair.report.photos.len()), ("3-1201", 2));
        assert!(seen.repair.promise.is_some());
        chen.get::<AttachmentRead>(AttachmentKey { id: photos[0].id }).await;
        let queue = chen.get::<RepairQueueList>(RepairQueueQuery::default()).await;
        assert_eq!(queue.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
        let worker = chen.get::<RepairChoicesGet>(Empty {}).await.workers;
        let worker = worker.iter().find(|person| person.name == ZHAO.name).unwrap().id;
        act(&chen, id, RepairAct::Assign { worker }).await;
        chen.get::<RepairNoteAdd>(SayOnRepair { id, words: "Rusty pipes there".to_owned(), photos: vec![] }).await;
        until(&zhao, id, "it is Zhao's", |view| view.may.contains(&ActKind::Accept) && view.notes.is_some()).await;
        // In the cellar.
        zhao.network.cut();
        act(&zhao, id, RepairAct::Accept).await;
        let after = photo(&zhao).await;
        act(&zhao, id, finish("New valve", vec![after.clone()])).await;
        let ahead = zhao.get::<RepairOpen>(RepairKey { id }).await;
        assert_eq!((ahead.row.state, ahead.repair.state, ahead.pending.len()), (RepairState::Done, RepairState::Assigned, 2));
        zhao.network.mend();
        zhao.sync_now().await;
        let asked = until(&mei, id, "she is asked", |view| view.row.need == Some(RepairNeed::Confirm)).await;
        assert_eq!(asked.notes, None);
        assert_eq!(mei.get::<RepairsList>(RepairsQuery::default()).await.needing, 1);
        mei.get::<AttachmentRead>(AttachmentKey { id: after.id }).await;
        act(&mei, id, RepairAct::Confirm).await;
        let rating = Rating { result: 5, speed: 4, manner: 5, words: "Thank you".to_owned() };
        mei.get::<RepairRate>(RateRepair { id, rating: rating.clone() }).await;
        let closed = until(&zhao, id, "it is rated", |view| view.repair.rating.is_some()).await;
        assert_eq!((closed.repair.state, closed.repair.rating), (RepairState::Fixed, Some(rating)));
        for who in [&mei, &chen, &zhao] {
            view::until_level(&garden.server, who).await;
        }
        let figures = mei.get::<RepairFiguresGet>(Empty {}).await;
        assert_eq!((figures.rows[0].opened, figures.rows[0].fixed), (1, 1));
    }

    async fn the_same_report_sent_five_times_is_one(engine) {
        let garden = Garden::start(engine, 82).await;
        let mei = garden.join(WANG_MEI).await;
        let (mut batches, mut files) = (0, 0);
        mei.network.plan(move |asked| {
            batches += usize::from(asked.is_ops());
            files += usize::from(asked.method == "PUT");
            match (asked.is_ops(), asked.method) {
                (true, _) if batches <= 4 => Fault::AnswerLost,
                (true, _) if batches == 5 => Fault::Twice,
                (_, "PUT") if files <= 2 => Fault::AnswerLost,
                _ => Fault::None,
            }
        });
        let place = home(&mei).await;
        let photos = vec![photo(&mei).await];
        let id = report(&mei, place, "The tap drips", photos).await;
        mei.until_sent().await;
        assert_eq!(on_server(&garden, id).await, Some((1, 1, 1)));
        view::until_level(&garden.server, &mei).await;
    }

    async fn a_core_killed_anywhere_between_photo_and_acknowledgement_loses_and_doubles_nothing(engine) {
        let garden = Garden::start(engine, 83).await;
        // The office reports as often as it likes.
        let mut chen = garden.join(CHEN_JING).await;
        let (mut points, mut whole) = (0, 0);
        while whole < RUNS_TO_THE_END {
            let draft = chen.get::<RepairNew>(Empty {}).await;
            let words = format!("Killed at {points}");
            chen.crash.arm(points);
            let (mut kept, mut queued) = (false, false);
            if let Ok(photo) = chen.ask::<AttachmentAdd>(file()).await {
                let draft = RepairDraft { form: form(gate(), &words, vec![photo]), ..draft.clone() };
                kept = chen.ask::<RepairKeep>(draft.clone()).await.is_ok();
                queued = kept && chen.ask::<RepairReportNow>(draft).await.is_ok();
            }
            if queued && sent_or_struck(&chen, draft.id).await {
                whole += 1;
            } else {
                whole = 0;
                chen.crash.count_anew();
                chen.restart().await;
                chen.until_sent().await;
            }
            let drafts = chen.get::<RepairDraftsList>(Empty {}).await.drafts;
            let drafted = drafts.iter().any(|known| known.id == draft.id && known.form.words == words);
            match on_server(&garden, draft.id).await {
                Some(there) => {
                    assert_eq!(there, (1, 1, 1), "{words}: reported once, with its photo");
                    assert!(!drafted, "{words}: in one place only");
                }
                None => {
                    assert!(!queued, "{words}: the report was confirmed");
                    assert!(drafted || !kept, "{words}: kept, so the draft is still there");
                }
            }
            points += 1;
        }
        view::until_level(&garden.server, &chen).await;
        eprintln!("crash points between photo and acknowledgement: {points}, violations: 0");
        assert!(points > 10, "only {points} points were found");
    }

    async fn a_category_that_went_meanwhile_is_said_and_the_report_comes_back(engine) {
        let garden = Garden::start(engine, 84).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        mei.network.cut();
        let (place, photos) = (home(&mei).await, vec![photo(&mei).await]);
        let id = report(&mei, place, "The tap drips", photos).await;
        let choices = chen.get::<RepairChoicesGet>(Empty {}).await;
        let plumbing = choices.categories.into_iter().find(|category| category.content.key == "plumbing").unwrap();
        let content = RepairCategoryContent { retired: true, ..plumbing.content };
        chen.get::<RepairCategorySave>(SaveRepairCategory { id: Some(plumbing.id), base_version: plumbing.version, content }).await;
        chen.until_sent().await;
        mei.network.mend();
        mei.sync_now().await;
        let why = until_stuck(&mei).await;
        assert_eq!((why.code, why.details["field"].as_str()), (Code::InvalidInput, Some("category")));
        let stuck = mei.outbox().await.rows.remove(0);
        assert_eq!(stuck.subject, "The tap drips");
        mei.get::<OutboxDiscard>(OpKey { id: stuck.op_id }).await;
        let mut draft = mei.get::<RepairDraftsList>(Empty {}).await.drafts.remove(0);
        assert_eq!((draft.id, draft.form.words.as_str(), draft.form.photos.len()), (id, "The tap drips", 1));
        draft.form.category = "other".to_owned();
        mei.get::<RepairReportNow>(draft).await;
        mei.until_sent().await;
        assert_eq!(on_server(&garden, id).await, Some((1, 1, 1)));
        view::until_level(&garden.server, &mei).await;
    }

    async fn two_of_the_office_who_change_a_category_at_once_see_both(engine) {
        let garden = Garden::start(engine, 91).await;
        let (chen, lin) = (garden.join(CHEN_JING).await, garden.join(LIN).await);
        let plumbing = async |who: &Resident| {
            let choices = who.get::<RepairChoicesGet>(Empty {}).await;
            choices.categories.into_iter().find(|category| category.content.key == "plumbing").unwrap()
        };
        let save = async |who: &Resident, base: &RepairCategory, chargeable: bool, retired: bool| {
            let content = RepairCategoryContent { chargeable, retired, ..base.content.clone() };
            let save = SaveRepairCategory { id: Some(base.id), base_version: base.version, content };
            who.get::<RepairCategorySave>(save).await;
        };
        let base = plumbing(&chen).await;
        let sent = |chen: &Resident| chen.network.asked().iter().filter(|asked| asked.is_ops()).count();
        let before = sent(&chen);
        chen.network.plan(|asked| if asked.is_ops() { Fault::Unreachable } else { Fault::None });
        save(&chen, &base, true, false).await;
        chen.until_unannounced("the first one has left", async |chen| match sent(chen) {
            now if now > before => Ok(()),
            now => Err(format!("{now} batches")),
        })
        .await;
        chen.network.cut();
        // Changed once more behind one that has left: what is typed last is kept, and goes after it.
        save(&chen, &base, true, true).await;
        save(&lin, &base, !base.content.chargeable, false).await;
        lin.until_sent().await;
        chen.network.mend();
        chen.sync_now().await;
        assert_eq!(until_stuck(&chen).await.code, Code::Conflict);
        chen.until("her device has what Lin saved", async |chen| match plumbing(chen).await.version {
            version if version > base.version => Ok(()),
            version => Err(format!("{version}")),
        })
        .await;
        let saving = chen.get::<RepairChoicesGet>(Empty {}).await.saving.pop().unwrap();
        let Action::SaveRepairCategory { content, .. } = &saving.action else { panic!("{saving:?}") };
        assert!(content.retired && content.chargeable, "what was typed is kept");
        let now = plumbing(&chen).await;
        assert!(now.version == base.version + 1 && !now.content.retired);
        // Given up, the first takes nothing of the second with it, which lost the same race.
        let stuck = chen.outbox().await.rows.remove(0);
        chen.get::<OutboxDiscard>(OpKey { id: stuck.op_id }).await;
        assert_eq!(until_stuck(&chen).await.code, Code::Conflict);
        // Decided anew, it takes the place of the one that lost.
        save(&chen, &now, true, true).await;
        chen.until_sent().await;
        view::until_level(&garden.server, &lin).await;
        assert!(plumbing(&lin).await.content.retired);
        assert!(chen.get::<RepairChoicesGet>(Empty {}).await.saving.is_empty());
    }

    async fn a_worker_who_lost_the_right_meanwhile_is_told_and_changes_nothing(engine) {
        let garden = Garden::start(engine, 85).await;
        let (mei, zhao) = (garden.join(WANG_MEI).await, garden.join(ZHAO).await);
        let id = report(&mei, home(&mei).await, "The tap drips", vec![]).await;
        until_state(&zhao, id, RepairState::Reported).await;
        act(&zhao, id, RepairAct::Accept).await;
        zhao.until_sent().await;
        until_state(&zhao, id, RepairState::Accepted).await;
        zhao.network.cut();
        act(&zhao, id, finish("New valve", vec![])).await;
        garden.server.office_changes("people.csv", "赵建国,建国,,staff", "赵建国,建国,H-0003,resident").await;
        zhao.network.mend();
        zhao.sync_now().await;
        assert_eq!(until_stuck(&zhao).await.code, Code::NotFound);
        let still = until_state(&mei, id, RepairState::Accepted).await;
        assert_eq!(still.repair.events.len(), 2);
        let rows = zhao.outbox().await.rows;
        assert_eq!((rows.len(), rows[0].subject.as_str()), (1, "The tap drips"));
        zhao.get::<OutboxDiscard>(OpKey { id: rows[0].op_id }).await;
        view::until_level(&garden.server, &zhao).await;
    }

    async fn a_lost_race_shows_what_happened_and_keeps_what_was_typed(engine) {
        let garden = Garden::start(engine, 86).await;
        let (mei, chen, zhao) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let id = report(&mei, home(&mei).await, "The tap drips", vec![]).await;
        for who in [&chen, &zhao] {
            until_state(who, id, RepairState::Reported).await;
        }
        zhao.network.cut();
        act(&zhao, id, RepairAct::Refuse { words: "Not ours, says Zhao".to_owned() }).await;
        act(&chen, id, RepairAct::Accept).await;
        until_state(&mei, id, RepairState::Accepted).await;
        zhao.network.mend();
        zhao.sync_now().await;
        let lost = until(&zhao, id, "the race is lost", |view| {
            view.pending.iter().any(|pending| matches!(pending.pending.state, PendingState::Stuck { .. }))
        }).await;
        let PendingState::Stuck { error } = &lost.pending[0].pending.state else { panic!("{lost:?}") };
        assert_eq!(error.code, Code::Conflict);
        let there: Repair = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((there.state, there.assignee.unwrap().name.as_str()), (RepairState::Accepted, CHEN_JING.name));
        let typed = serde_json::to_string(&lost.pending[0].action).unwrap();
        assert!(typed.contains("Not ours, says Zhao"), "{typed}");
        // A message goes past it; what is decided anew takes its place.
        zhao.get::<RepairSay>(SayOnRepair { id, words: "Chen has it".to_owned(), photos: vec![] }).await;
        until(&mei, id, "the message arrives", |view| view.repair.events.last().unwrap().words == "Chen has it").await;
        until_state(&zhao, id, RepairState::Accepted).await;
        zhao.get::<OutboxDiscard>(OpKey { id: lost.pending[0].pending.op_id }).await;
        act(&zhao, id, RepairAct::CloseUnfixed { words: "Not ours after all".to_owned() }).await;
        until_state(&mei, id, RepairState::Unfixed).await;
        for who in [&mei, &chen, &zhao] {
            view::until_level(&garden.server, who).await;
        }
    }

    async fn who_joins_waits_with_others_and_hears_what_becomes_of_it(engine) {
        let garden = Garden::start(engine, 87).await;
        let (mei, li, chen) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await, garden.join(CHEN_JING).await);
        let id = report(&mei, gate(), "The gate does not close", vec![]).await;
        let like = RepairLike { place: gate(), category: "plumbing".to_owned() };
        li.until("Li sees its card", async |li| {
            let cards = li.get::<RepairsLike>(like.clone()).await.cards;
            if cards.iter().any(|row| row.card.id == id && !row.joined) { Ok(()) } else { Err(format!("{cards:?}")) }
        }).await;
        assert!(li.ask::<RepairOpen>(RepairKey { id }).await.is_err());
        for _ in 0..2 {
            li.get::<RepairJoin>(RepairKey { id }).await;
        }
        let joined = until(&li, id, "Li is in", |view| view.repair.affected == 2).await;
        assert_eq!(joined.repair.reporter.name, "梅", "a neighbour's name");
        assert!(joined.may.contains(&ActKind::Message) && !joined.may.contains(&ActKind::Withdraw));
        until_state(&chen, id, RepairState::Reported).await;
        act(&chen, id, RepairAct::Refuse { words: "The city's gate".to_owned() }).await;
        until_state(&li, id, RepairState::Refused).await;
        act(&li, id, RepairAct::Dispute { words: "It is ours".to_owned(), photos: vec![] }).await;
        until_state(&mei, id, RepairState::Disputed).await;
        for who in [&mei, &li, &chen] {
            view::until_level(&garden.server, who).await;
        }
    }

    async fn who_is_signed_out_by_a_restore_keeps_forms_reports_and_messages(engine) {
        let mut garden = Garden::start(engine, 89).await;
        let chen = garden.join(CHEN_JING).await;
        let backup = garden.server.back_up().await;
        let mei = garden.join(WANG_MEI).await;
        let place = home(&mei).await;
        let sent = report(&mei, place, "Sent", vec![photo(&mei).await]).await;
        mei.until_sent().await;
        until_state(&chen, sent, RepairState::Reported).await;
        mei.network.cut();
        mei.until_offline().await;
        let waiting = report(&mei, place, "Waits", vec![photo(&mei).await]).await;
        mei.get::<RepairSay>(SayOnRepair { id: sent, words: "And it smells".to_owned(), photos: vec![] }).await;
        let draft = mei.get::<RepairNew>(Empty {}).await;
        let half = RepairDraft { form: RepairForm { words: "Half a".to_owned(), ..RepairForm::default() }, ..draft };
        mei.get::<RepairKeep>(half.clone()).await;
        garden.server.restore(backup).await;
        mei.network.mend();
        mei.sync_now().await;
        mei.until_stage("she is signed out", |stage| matches!(stage, Stage::SignedOut { .. })).await;
        let kept = mei.get::<OutboxKept>(Empty {}).await;
        let said: Vec<_> = kept.memberships[0].items.iter().map(|item| (item.kind.as_str(), item.text.as_str(), item.sent)).collect();
        assert_eq!(said, [
            ("repair_draft", "Half a", false),
            ("message_on_repair", "And it smells", false),
            ("report_repair", "Waits", false),
            ("report_repair", "Sent", true),
        ]);
        mei.join(&garden.server.invite(WANG_MEI).await).await;
        mei.until_sent().await;
        for (id, events) in [(sent, 2), (waiting, 1)] {
            assert_eq!(on_server(&garden, id).await, Some((events, events, 1)), "with its photo");
        }
        assert_eq!(mei.get::<RepairDraftsList>(Empty {}).await.drafts[0].form, half.form);
        view::until_level(&garden.server, &mei).await;
    }

    async fn a_report_that_a_restore_took_back_comes_again_with_its_photo(engine) {
        let mut garden = Garden::start(engine, 88).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let backup = garden.server.back_up().await;
        let photos = vec![photo(&mei).await];
        let id = report(&mei, gate(), "The gate does not close", photos).await;
        mei.get::<RepairSay>(SayOnRepair { id, words: "Since Monday".to_owned(), photos: vec![] }).await;
        mei.until_sent().await;
        garden.server.restore(backup).await;
        for who in [&mei, &chen] {
            who.sync_now().await;
        }
        view::until_level(&garden.server, &mei).await;
        assert_eq!(on_server(&garden, id).await, Some((2, 2, 1)));
        view::until_level(&garden.server, &chen).await;
        until(&chen, id, "the office has it again", |view| view.repair.events.len() == 2).await;
    }
}

/// Whether a report is through and has come back from the log, or the core was struck.
async fn sent_or_struck(who: &Resident, id: RepairId) -> bool {
    let through = who.until("the report is through", async |who| {
        let waiting = who.ask::<OutboxList>(Empty {}).await.map_err(|error| error.to_string())?.rows;
        if !waiting.is_empty() {
            return Err(format!("{waiting:?}"));
        }
        match who.ask::<RepairOpen>(RepairKey { id }).await {
            Ok(view) if view.repair.version > 0 => Ok(()),
            Ok(view) => Err(format!("{view:?}")),
            Err(error) => Err(error.to_string()),
        }
    });
    tokio::select! {
        biased;
        () = who.crash.struck() => {}
        () = through => {}
    }
    who.crash.count_anew();
    !who.crash.is_dead()
}
