//! Queued writes and what they do to notices: once each, in order, with the reasons for refusals.

use linli_wire::{
    Code, Language,
    community::{ProfileChange, Role},
    id::{BuildingId, NoticeId, OpId, TemplateId, UnitId},
    notices::{Audience, Notice, NoticeReaders, NoticeState, Publish, ReadMark},
    ops::{Action, Op, OpsReply, OpsRequest, Outcome},
    settings::Preferences,
    sync::{Entity, Scope},
};
use reqwest::Method;

use crate::{
    both,
    world::{Device, World, content, new_id, op, save},
};

fn error_of(outcome: &Outcome) -> (Code, String) {
    match outcome {
        Outcome::Refused { error } => {
            (error.code, error.details["field"].as_str().unwrap_or_default().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

/// The notice as the newest change of a scope tells it; none when it left, or never was there.
async fn seen(world: &World, device: &Device, id: NoticeId) -> Option<Notice> {
    let (pages, _) = world.sync(device, None).await;
    let changes = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
    let mut newest: Option<&linli_wire::sync::Change> = None;
    for change in changes.filter(|change| change.entity == Entity::Notice && change.id == id.0) {
        if newest.is_none_or(|known| known.version <= change.version && change.body.is_some()) {
            newest = Some(change);
        }
    }
    newest?.body.as_ref().map(|body| serde_json::from_str(body.get()).unwrap())
}

both! {
    async fn an_operation_of_a_newer_app_holds_up_only_its_lane(world) {
        let sun = world.sun.clone();
        let mei = world.join(&sun, sun.wang_mei).await;
        let action = |muted: &str| Action::SavePreferences {
            preferences: Preferences { muted_categories: vec![muted.to_owned()], ..Default::default() },
        };
        let known = |lane: &str| Op { lane: lane.to_owned(), ..op(&world, action("activities")) };
        let ops: Vec<serde_json::Value> = ["a", "b", "a", "c", "d"]
            .iter()
            .enumerate()
            .map(|(at, lane)| {
                let mut value = serde_json::to_value(known(lane)).unwrap();
                match at {
                    0 => value["action"] = serde_json::json!({ "kind": "fly_to_the_moon", "fuel": 7 }),
                    3 => value["action"]["preferences"] = serde_json::json!("none"),
                    _ => {}
                }
                value
            })
            .collect();
        let access = Some(mei.tokens.access.as_str());
        let body = serde_json::json!({ "ops": ops });
        let reply: OpsReply = world.ok(Method::POST, "/v1/ops", access, Some(&body)).await;
        assert_eq!(error_of(&reply.outcomes[0]).0, Code::UnknownCommand);
        assert!(matches!(reply.outcomes[1], Outcome::Done { .. }));
        assert_eq!(reply.outcomes[2], Outcome::Skipped);
        assert_eq!(error_of(&reply.outcomes[3]), (Code::InvalidInput, "ops.action".to_owned()));
        assert!(matches!(reply.outcomes[4], Outcome::Done { .. }));
        for rubbish in [serde_json::json!({ "ops": [{}] }), serde_json::json!({ "ops": [7] })] {
            let error = world.refused(Method::POST, "/v1/ops", access, Some(&rubbish)).await;
            assert_eq!(error.code, Code::InvalidInput);
        }
    }

    async fn an_operation_is_applied_once_however_often_it_comes(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let id = NoticeId(new_id());
        let save = op(&world, save(id, 0, content("停水", Audience::Community), Publish::Now));
        let first = world.ops_as_they_are(&office, vec![save.clone(), save.clone()]).await;
        assert!(matches!(first[0], Outcome::Done { .. }));
        assert_eq!(first[0], first[1]);
        // A phone that lay in a drawer for months sends it again.
        world.later(150 * 24 * 60 * 60 * 1000);
        let mut office = office;
        office.tokens = world.refresh(&office.refresh_request()).await.unwrap();
        assert_eq!(world.ops_as_they_are(&office, vec![save.clone()]).await[0], first[0]);
        assert_eq!(seen(&world, &office, id).await.unwrap().version, 1);
        let mut other = save.clone();
        other.action = crate::world::save(id, 1, content("停电", Audience::Community), Publish::Now);
        assert_eq!(error_of(&world.ops_as_they_are(&office, vec![other]).await[0]).0, Code::OperationReused);
    }

    async fn duplicates_at_the_same_time_have_one_effect(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let ops: Vec<Op> = (0..20)
            .map(|at| op(&world, save(NoticeId(new_id()), 0, content(&format!("第{at}号"), Audience::Community), Publish::Now)))
            .collect();
        let all = (0..8).map(|_| world.ops_as_they_are(&office, ops.clone()));
        let all = futures_util::future::join_all(all).await;
        for outcomes in &all {
            assert_eq!(outcomes, &all[0]);
        }
        let (pages, _) = world.sync(&office, None).await;
        let scope = Scope::Staff(sun.id);
        let changes = pages.iter().flat_map(|page| &page.scopes).filter(|changes| changes.scope == scope);
        let notices = changes.flat_map(|c| &c.changes).filter(|change| change.entity == Entity::Notice);
        assert_eq!(notices.count(), 20);
    }

    async fn a_refusal_skips_its_lane_and_no_other(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let (bad, good) = (NoticeId(new_id()), NoticeId(new_id()));
        let lane = |mut op: Op, lane: &str| {
            op.lane = lane.to_owned();
            op
        };
        let broken = lane(op(&world, save(bad, 0, content(" ", Audience::Community), Publish::Now)), "a");
        let ops = vec![
            broken.clone(),
            lane(op(&world, Action::WithdrawNotice { notice_id: bad }), "a"),
            lane(op(&world, save(good, 0, content("好", Audience::Community), Publish::Now)), "b"),
        ];
        let outcomes = world.ops_as_they_are(&office, ops).await;
        assert_eq!(error_of(&outcomes[0]), (Code::InvalidInput, "texts.zh.title".to_owned()));
        assert_eq!(outcomes[1], Outcome::Skipped);
        assert!(matches!(outcomes[2], Outcome::Done { .. }));
        // Mended, the same id goes through: a refusal is not recorded.
        let mut mended = broken;
        mended.action = save(bad, 0, content("改好了", Audience::Community), Publish::Now);
        assert!(matches!(world.ops_as_they_are(&office, vec![mended]).await[0], Outcome::Done { .. }));
    }

    async fn what_is_wrong_with_a_notice_is_named(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let good = || content("好", Audience::Community);
        let mut cases = Vec::new();
        let mut case = |field: &str, change: &dyn Fn(&mut linli_wire::notices::NoticeContent)| {
            let mut content = good();
            change(&mut content);
            cases.push((field.to_owned(), content));
        };
        case("texts", &|c| c.texts.clear());
        case("texts.zh.title", &|c| c.texts.get_mut(&Language::zh()).unwrap().title = "长".repeat(201));
        case("texts.zh.title", &|c| c.texts.get_mut(&Language::zh()).unwrap().title = "两\n行".to_owned());
        case("texts.zh.body", &|c| c.texts.get_mut(&Language::zh()).unwrap().body = "长".repeat(40_001));
        case("texts.zh.body", &|c| c.texts.get_mut(&Language::zh()).unwrap().body = "\u{0}".to_owned());
        case("category", &|c| c.category = "unknown".to_owned());
        case("audience.buildings", &|c| c.audience = Audience::Buildings { buildings: vec![] });
        case("audience.buildings", &|c| c.audience = Audience::Buildings { buildings: vec![moon.building_1] });
        case("audience.buildings", &|c| c.audience = Audience::Buildings { buildings: vec![BuildingId(new_id())] });
        case("audience.units", &|c| c.audience = Audience::Units { units: vec![UnitId(new_id())] });
        case("audience.role", &|c| c.audience = Audience::Role { role: Role::Other });
        case("attachments", &|c| {
            c.attachments.push(linli_wire::attachments::Attachment {
                id: linli_wire::id::AttachmentId(new_id()),
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: 1,
                sha256: "0".repeat(64),
                pixels: Some((1, 1)),
            });
        });
        for (field, content) in cases {
            let outcomes = world.ops(&office, vec![save(NoticeId(new_id()), 0, content, Publish::Now)]).await;
            assert_eq!(error_of(&outcomes[0]), (Code::InvalidInput, field));
        }
        let lane = Op { lane: "x".repeat(81), ..op(&world, Action::ReadNotices { marks: vec![] }) };
        let error = world
            .refused(Method::POST, "/v1/ops", Some(&office.tokens.access), Some(&OpsRequest { ops: vec![lane] }))
            .await;
        assert_eq!((error.code, error.details["field"].as_str()), (Code::InvalidInput, Some("ops.lane")));
    }

    async fn names_that_nobody_can_see_or_that_lie_are_refused(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let name = |text: &str| ProfileChange { given_name: Some(text.to_owned()), ..ProfileChange::default() };
        for text in ["\u{200B}", "\u{3164}", "Fee\u{202E}eerf", "\u{FEFF}王梅", "王\u{2028}梅"] {
            let outcomes = world.ops(&office, vec![
                save(NoticeId(new_id()), 0, content(text, Audience::Community), Publish::Now),
                Action::ChangeProfile { change: name(text) },
                Action::RenameDevice { device_id: office.id, name: text.to_owned() },
                Action::SaveTemplate {
                    template_id: TemplateId(new_id()),
                    name: text.to_owned(),
                    content: content("模板", Audience::Community),
                },
            ]).await;
            let fields: Vec<_> = outcomes.iter().map(error_of).collect();
            let expected = ["texts.zh.title", "given_name", "name", "name"];
            assert_eq!(fields, expected.map(|field| (Code::InvalidInput, field.to_owned())), "{text:?}");
        }
        let outcomes = world.ops(&office, vec![Action::ChangeProfile { change: name("می\u{200C}خواهم 👩\u{200D}🔧") }]).await;
        assert!(matches!(outcomes[0], Outcome::Done { .. }), "{outcomes:?}");
    }

    async fn the_name_of_a_file_on_a_notice_leads_nowhere(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let file = linli_wire::id::AttachmentId(new_id());
        let request = world.http.put(format!("{}/v1/attachments/{file}", world.url));
        let request = request.bearer_auth(&office.tokens.access).header("linli-name", "evil.bat");
        let response = request.body("%PDF-1.4 @echo off").send().await.unwrap();
        let mut sent: linli_wire::attachments::Attachment =
            serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!((sent.name.as_str(), sent.media_type.as_str()), ("evil.pdf", "application/pdf"));
        for (typed, expected) in [
            ("../x/../../etc/passwd", "passwd.pdf"),
            ("账单\u{202E}fdp.exe", "账单fdp.pdf"),
            ("停水通知.pdf", "停水通知.pdf"),
        ] {
            typed.clone_into(&mut sent.name);
            sent.media_type = "application/x-msdownload".to_owned();
            let mut shown = content("账单", Audience::Community);
            shown.attachments = vec![sent.clone()];
            let id = NoticeId(new_id());
            world.ops(&office, vec![save(id, 0, shown, Publish::Now)]).await;
            let read = seen(&world, &wang, id).await.unwrap().content.attachments.remove(0);
            assert_eq!((read.name.as_str(), read.media_type.as_str()), (expected, "application/pdf"));
        }
    }

    async fn a_notice_expires_after_it_is_published_and_both_are_within_the_calendar(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let now = world.now();
        let until = |expires_at: i64| {
            let expires_at = Some(linli_wire::Timestamp(expires_at));
            linli_wire::notices::NoticeContent { expires_at, ..content("停水", Audience::Community) }
        };
        let at = |publish_at: i64| Publish::At { publish_at: linli_wire::Timestamp(publish_at) };
        let (hour, never) = (60 * 60_000, content("停水", Audience::Community));
        for (field, content, publish) in [
            ("expires_at", until(now.0), Publish::Now),
            ("expires_at", until(now.0 - 1), Publish::Now),
            ("expires_at", until(-1), Publish::Now),
            ("expires_at", until(-1), Publish::Keep),
            ("expires_at", until(i64::MAX), Publish::Now),
            ("expires_at", until(now.0 + hour), at(now.0 + hour)),
            ("publish_at", never.clone(), at(i64::MAX)),
            ("publish_at", never.clone(), at(-1)),
        ] {
            let outcomes = world.ops(&office, vec![save(NoticeId(new_id()), 0, content, publish)]).await;
            assert_eq!(error_of(&outcomes[0]), (Code::InvalidInput, field.to_owned()), "{publish:?}");
        }
        // A draft may wait with a day that has passed, and one that has expired may still be mended.
        let id = NoticeId(new_id());
        let outcomes = world.ops(&office, vec![save(NoticeId(new_id()), 0, until(now.0 - 1), Publish::Keep)]).await;
        assert!(matches!(outcomes[0], Outcome::Done { .. }), "{outcomes:?}");
        let outcomes = world.ops(&office, vec![save(id, 0, until(now.0 + hour), Publish::Now)]).await;
        assert!(matches!(outcomes[0], Outcome::Done { .. }), "{outcomes:?}");
        world.later(2 * hour);
        let office = crate::world::Device { tokens: world.refresh(&office.refresh_request()).await.unwrap(), ..office };
        let outcomes = world.ops(&office, vec![save(id, 1, until(now.0 + hour), Publish::Keep)]).await;
        assert!(matches!(outcomes[0], Outcome::Done { .. }), "{outcomes:?}");
    }

    async fn two_who_edit_the_same_notice_lose_nothing(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let id = world.publish(&chen, "一", Audience::Community).await;
        let theirs = vec![save(id, 1, content("二", Audience::Community), Publish::Keep)];
        assert!(matches!(world.ops(&lin, theirs).await[0], Outcome::Done { .. }));
        let mine = vec![save(id, 1, content("三", Audience::Community), Publish::Keep)];
        let outcome = world.ops(&chen, mine).await.remove(0);
        let Outcome::Refused { error } = outcome else { panic!("{outcome:?}") };
        assert_eq!(error.code, Code::Conflict);
        let current: Notice = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((current.version, current.content.texts[&Language::zh()].title.as_str()), (2, "二"));
        assert!(matches!(current.state, NoticeState::Published { changed_at: Some(_), .. }));
        assert_eq!(current.author.name, "陈静");
    }

    async fn an_audience_sees_what_is_for_it_and_nothing_else(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let grandma = world.join(&sun, sun.grandma).await;
        let li = world.join(&sun, sun.li_qiang).await;
        let zhao = world.join(&sun, sun.zhao).await;
        let foreign = world.join(&world.moon.clone(), world.moon.wang_mei).await;
        let cases = [
            (Audience::Community, [true, true, true]),
            (Audience::Buildings { buildings: vec![sun.building_3] }, [true, true, false]),
            (Audience::Units { units: vec![sun.unit_101] }, [false, false, true]),
            (Audience::Role { role: Role::HouseholdHead }, [false, true, false]),
        ];
        let id = NoticeId(new_id());
        for (version, (audience, expected)) in (0..).zip(cases) {
            // One notice that moves from audience to audience.
            let action = save(id, version, content("搬家", audience), Publish::Now);
            assert!(matches!(world.ops(&office, vec![action]).await[0], Outcome::Done { .. }));
            for (device, expected) in [&wang, &grandma, &li].into_iter().zip(expected) {
                assert_eq!(seen(&world, device, id).await.is_some(), expected, "version {version}");
            }
            assert!(seen(&world, &zhao, id).await.is_some());
            assert!(seen(&world, &foreign, id).await.is_none());
        }
        world.ops(&office, vec![Action::WithdrawNotice { notice_id: id }]).await;
        for device in [&wang, &grandma, &li] {
            assert!(seen(&world, device, id).await.is_none());
        }
        let state = seen(&world, &zhao, id).await.unwrap().state;
        assert!(matches!(state, NoticeState::Withdrawn { .. }));
    }

    async fn drafts_stay_in_the_office_and_go_when_deleted(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let id = NoticeId(new_id());
        let draft = content("", Audience::Community);
        world.ops(&office, vec![save(id, 0, draft, Publish::Keep)]).await;
        assert_eq!(seen(&world, &office, id).await.unwrap().state, NoticeState::Draft);
        assert!(seen(&world, &wang, id).await.is_none());
        for _ in 0..2 {
            let outcome = world.ops(&office, vec![Action::WithdrawNotice { notice_id: id }]).await;
            assert!(matches!(outcome[0], Outcome::Done { .. }));
        }
        assert!(seen(&world, &office, id).await.is_none());
        let late = world.ops(&office, vec![save(id, 1, content("晚", Audience::Community), Publish::Now)]).await;
        assert_eq!(error_of(&late[0]).0, Code::NotFound);
    }

    async fn a_scheduled_notice_appears_at_its_time(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let id = NoticeId(new_id());
        let at = world.now().plus_millis(5 * 60_000);
        let action = save(id, 0, content("明天停水", Audience::Community), Publish::At { publish_at: at });
        world.ops(&office, vec![action]).await;
        assert_eq!(seen(&world, &office, id).await.unwrap().state, NoticeState::Scheduled { publish_at: at });
        assert!(seen(&world, &wang, id).await.is_none());
        let mut commits = world.app.db.commits();
        world.later(5 * 60_000);
        let commit = tokio::time::timeout(std::time::Duration::from_secs(20), commits.recv()).await;
        assert!(commit.expect("published when due").unwrap().iter().any(|change| change.id == id.0));
        let state = seen(&world, &wang, id).await.unwrap().state;
        assert_eq!(state, NoticeState::Published { published_at: at, changed_at: None });
    }

    async fn the_earliest_reading_stays_and_counts_once(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let id = world.publish(&office, "停水", Audience::Buildings { buildings: vec![sun.building_3] }).await;
        let at = world.now();
        let read = |at| Action::ReadNotices { marks: vec![ReadMark { notice_id: id, read_at: at }] };
        world.later(10_000);
        world.ops(&wang, vec![read(at.plus_millis(5000))]).await;
        world.ops(&wang, vec![read(at.plus_millis(2000)), read(at.plus_millis(9000))]).await;
        // Not for Li Qiang: passed over.
        assert_eq!(world.ops(&li, vec![read(at)]).await[0], Outcome::Done { effects: vec![] });
        let (pages, _) = world.sync(&wang, None).await;
        let marks: Vec<ReadMark> = pages
            .iter()
            .flat_map(|page| &page.scopes)
            .flat_map(|scope| &scope.changes)
            .filter(|change| change.entity == Entity::ReadMark)
            .map(|change| serde_json::from_str(change.body.as_ref().unwrap().get()).unwrap())
            .collect();
        assert_eq!(marks, vec![ReadMark { notice_id: id, read_at: at.plus_millis(2000) }]);
        let path = format!("/v1/notices/{id}/readers");
        let readers: NoticeReaders = world.ok(Method::GET, &path, Some(&office.tokens.access), None::<&()>).await;
        let rows: Vec<_> = readers.buildings.iter().map(|row| (row.building_id, row.people, row.read)).collect();
        assert_eq!(rows, vec![(Some(sun.building_3), 1, 1)]);
    }

    async fn a_person_changes_what_is_theirs(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let change = ProfileChange { given_name: Some(" 小梅 ".to_owned()), simple: Some(true), ..ProfileChange::default() };
        let preferences = Preferences { muted_categories: vec!["water-power".to_owned()], ..Default::default() };
        let outcomes = world.ops(&wang, vec![
            Action::ChangeProfile { change },
            Action::SavePreferences { preferences },
            Action::RenameDevice { device_id: wang.id, name: "平板".to_owned() },
            Action::RenameDevice { device_id: li.id, name: "不是我的".to_owned() },
        ]).await;
        assert!(outcomes[..3].iter().all(|outcome| matches!(outcome, Outcome::Done { .. })), "{outcomes:?}");
        assert_eq!(error_of(&outcomes[3]).0, Code::NotFound);
        let (pages, _) = world.sync(&wang, None).await;
        let all = serde_json::to_string(&pages).unwrap();
        assert!(all.contains("\"given_name\":\"小梅\"") && all.contains("平板") && all.contains("muted_categories"));
        let long = ProfileChange { given_name: Some("长".repeat(61)), ..ProfileChange::default() };
        let outcomes = world.ops(&wang, vec![Action::ChangeProfile { change: long }]).await;
        assert_eq!(error_of(&outcomes[0]), (Code::InvalidInput, "given_name".to_owned()));
    }

    async fn templates_are_saved_and_deleted(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let id = TemplateId(new_id());
        let save = |name: &str| Action::SaveTemplate {
            template_id: id,
            name: name.to_owned(),
            content: content("模板", Audience::Community),
        };
        let outcomes = world.ops(&office, vec![save("停水"), save("停水 2"), Action::DeleteTemplate { template_id: id }]).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done { .. })), "{outcomes:?}");
        assert_eq!(error_of(&world.ops(&office, vec![save("晚了")]).await[0]).0, Code::NotFound);
        let other = TemplateId(new_id());
        let outcome = world.ops(&office, vec![Action::DeleteTemplate { template_id: other }]).await;
        assert_eq!(error_of(&outcome[0]).0, Code::NotFound);
    }

    async fn op_ids_of_different_devices_do_not_meet(world) {
        let sun = world.sun.clone();
        let (a, b) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let id = OpId(new_id());
        for (device, name) in [(&a, "甲"), (&b, "乙")] {
            let change = ProfileChange { given_name: Some(name.to_owned()), ..ProfileChange::default() };
            let op = Op { id, ..op(&world, Action::ChangeProfile { change }) };
            assert!(matches!(world.ops_as_they_are(device, vec![op]).await[0], Outcome::Done { .. }));
        }
    }
}
