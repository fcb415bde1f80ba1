//! Too much, too long, and rubbish.

use linli_server::params;
use linli_wire::{
    Code, Timestamp,
    community::Role,
    id::{AttachmentId, BuildingId, CommonAreaId, RepairId, UnitId},
    money::Money,
    ops::Action,
    repairs::{
        ActKind, MAX_EVENTS, MAX_MESSAGE, MAX_PHOTOS, MAX_REACH, MAX_WORDS, Part, Rating, RepairAct,
        RepairPlace, RepairReport, Slot,
    },
    sync::Scope,
};
use reqwest::Method;

use super::prepared::{
    act, acted, current, file, findings, finish, ground, is_done, one, photo, refusal, report, reported, say,
};
use crate::{both, world::new_id};

both! {
    async fn a_report_is_refused_with_the_field_that_ails(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let home = RepairPlace::Home { unit_id: sun.unit_1201 };
        let good = || report(home, "漏水");
        let picture = photo(&world, &wang).await;
        let slot = |from: i64, until: i64| Slot { from: Timestamp(from), until: Timestamp(until) };
        let now = world.now().0;
        for (field, spoilt) in [
            ("words", RepairReport { words: "  \n".to_owned(), ..good() }),
            ("words", RepairReport { words: "\u{200B}".to_owned(), ..good() }),
            ("words", RepairReport { words: "水".repeat(MAX_WORDS + 1), ..good() }),
            ("words", RepairReport { words: "bell\u{7}".to_owned(), ..good() }),
            ("category", RepairReport { category: String::new(), ..good() }),
            ("category", RepairReport { category: "witchcraft".to_owned(), ..good() }),
            ("reach", RepairReport { reach: "1".repeat(MAX_REACH + 1), ..good() }),
            ("reach", RepairReport { reach: "tfel\u{202E}".to_owned(), ..good() }),
            ("times", RepairReport { times: vec![slot(now, now)], ..good() }),
            ("times", RepairReport { times: vec![slot(now, now - 1)], ..good() }),
            ("times", RepairReport { times: vec![slot(i64::MIN, i64::MAX)], ..good() }),
            ("times", RepairReport { times: vec![slot(now, now + 1); 7], ..good() }),
            ("attachments", RepairReport { photos: vec![picture.clone(); MAX_PHOTOS + 1], ..good() }),
            ("place", report(RepairPlace::Home { unit_id: sun.unit_101 }, "别人家")),
            ("place", report(RepairPlace::Home { unit_id: UnitId(new_id()) }, "没有")),
            ("place", report(RepairPlace::Home { unit_id: world.moon.unit_1201 }, "月光")),
            ("place", report(RepairPlace::Building { building_id: sun.building_1 }, "别的楼")),
            ("place", report(RepairPlace::Building { building_id: BuildingId(new_id()) }, "没有")),
            ("place", report(RepairPlace::Area { area_id: CommonAreaId(new_id()) }, "没有")),
        ] {
            let outcome = one(&world, &wang, file(RepairId(new_id()), spoilt)).await;
            assert_eq!(refusal(&outcome), (Code::InvalidInput, field.to_owned()));
        }
        let foreign = one(&world, &wang, file(RepairId(new_id()), report(RepairPlace::Home { unit_id: sun.unit_101 }, "x"))).await;
        let missing = one(&world, &wang, file(RepairId(new_id()), report(RepairPlace::Home { unit_id: UnitId(new_id()) }, "x"))).await;
        assert_eq!(foreign, missing);
        // What is good is taken: a photo named twice stands there once.
        let id = RepairId(new_id());
        let whole = RepairReport { photos: vec![picture.clone(), picture], times: vec![slot(now - 5, now)], ..good() };
        assert!(is_done(&one(&world, &wang, file(id, whole)).await));
        assert_eq!(current(&world, id).await.report.photos.len(), 1);
        for (place, by) in [(RepairPlace::Building { building_id: sun.building_3 }, &wang)] {
            assert!(is_done(&one(&world, by, file(RepairId(new_id()), report(place, "楼道"))).await));
        }
    }

    async fn an_act_is_refused_with_the_field_that_ails(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        let now = world.now();
        let price = |minor, currency: &str| Money { minor, currency: currency.to_owned() };
        let part = |name: &str, count| vec![Part { name: name.to_owned(), count }];
        let words = || "阀".to_owned();
        let slot = Slot { from: now.plus_millis(-1), until: now.plus_millis(1000) };
        for (field, spoilt) in [
            ("words", RepairAct::Pause { until: now.plus_millis(1000), words: " ".to_owned() }),
            ("until", RepairAct::Pause { until: now, words: words() }),
            ("until", RepairAct::Pause { until: Timestamp(i64::MAX), words: words() }),
            ("slot", RepairAct::ProposeVisit { slot, words: String::new() }),
            ("slot", RepairAct::ProposeVisit { slot: Slot { from: Timestamp(i64::MAX - 1), until: Timestamp(i64::MAX) }, words: String::new() }),
            ("price.minor", RepairAct::Quote { price: price(0, "CNY"), words: words() }),
            ("price.minor", RepairAct::Quote { price: price(i64::MIN, "CNY"), words: words() }),
            ("price.currency", RepairAct::Quote { price: price(1, "EUR"), words: words() }),
            ("parts", RepairAct::UseParts { parts: vec![] }),
            ("parts", RepairAct::UseParts { parts: vec![part("阀", 1).remove(0); 21] }),
            ("parts.count", RepairAct::UseParts { parts: part("阀", 0) }),
            ("parts.count", RepairAct::UseParts { parts: part("阀", u32::MAX) }),
            ("parts.name", RepairAct::UseParts { parts: part("\u{3164}", 1) }),
            ("words", finish("")),
            ("words", finish(&"好".repeat(MAX_MESSAGE + 1))),
            ("words", RepairAct::CloseUnfixed { words: "\u{FEFF}".to_owned() }),
            ("worker", RepairAct::Transfer { worker: sun.wang_mei, words: String::new() }),
            ("worker", RepairAct::Transfer { worker: world.moon.zhao, words: String::new() }),
            ("category", RepairAct::Move { category: "x".to_owned(), urgency: Default::default() }),
        ] {
            let outcome = act(&world, &chen, id, spoilt.clone()).await;
            assert_eq!(refusal(&outcome), (Code::InvalidInput, field.to_owned()), "{spoilt:?}");
        }
        for stars in [0, 6, 255] {
            acted(&world, &chen, id, RepairAct::Pause { until: world.now().plus_millis(1000), words: words() }).await;
            acted(&world, &chen, id, RepairAct::Resume).await;
            let rating = Rating { result: stars, speed: 1, manner: 1, words: String::new() };
            let outcome = one(&world, &wang, Action::RateRepair { repair_id: id, rating }).await;
            assert_eq!(refusal(&outcome).0, Code::Conflict, "not fixed yet");
        }
        acted(&world, &chen, id, finish("好了")).await;
        acted(&world, &wang, id, RepairAct::Confirm).await;
        let rating = Rating { result: 6, speed: 1, manner: 1, words: String::new() };
        let outcome = one(&world, &wang, Action::RateRepair { repair_id: id, rating }).await;
        assert_eq!(refusal(&outcome), (Code::InvalidInput, "rating.result".to_owned()));
        assert_eq!(refusal(&one(&world, &wang, say(id, " ", vec![])).await), (Code::InvalidInput, "words".to_owned()));
    }

    async fn an_act_of_a_newer_app_holds_up_only_its_lane(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let id = new_id();
        let teleport = serde_json::json!({
            "id": new_id(), "lane": "repair:x", "at": 1,
            "action": { "kind": "act_on_repair", "repair_id": id, "turn": 0, "act": { "act": "teleport" } },
        });
        let rubbish = serde_json::json!({
            "id": new_id(), "lane": "repair:y", "at": 1,
            "action": { "kind": "report_repair", "repair_id": "x", "report": { "place": { "is": "moon" } } },
        });
        let prefs = serde_json::to_value(crate::world::op(&world, Action::SavePreferences { preferences: Default::default() })).unwrap();
        let body = serde_json::json!({ "ops": [teleport, rubbish, prefs] });
        let reply: linli_wire::ops::OpsReply =
            world.ok(Method::POST, "/v1/ops", Some(&wang.tokens.access), Some(&body)).await;
        assert_eq!(refusal(&reply.outcomes[0]).0, Code::InvalidInput);
        assert_eq!(refusal(&reply.outcomes[1]).0, Code::InvalidInput);
        assert!(is_done(&reply.outcomes[2]));
    }

    async fn who_reports_all_day_is_slowed_down_and_the_office_is_not(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let place = RepairPlace::Home { unit_id: sun.unit_1201 };
        let many = |count: usize| (0..count).map(|at| file(RepairId(new_id()), report(place, &format!("{at}")))).collect::<Vec<_>>();
        let outcomes = world.ops(&wang, many(51)).await;
        assert_eq!(outcomes.iter().filter(|outcome| is_done(outcome)).count(), 50);
        let linli_wire::ops::Outcome::Refused { error } = &outcomes[50] else { panic!() };
        assert_eq!(error.code, Code::TooManyTries);
        assert!(error.details["retry_after_seconds"].as_u64().unwrap() > 80_000);
        assert!(world.ops(&chen, many(60)).await.iter().all(is_done));
        world.later(25 * 60 * 60 * 1000);
        let wang = crate::world::Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang };
        assert!(is_done(&one(&world, &wang, many(1).remove(0)).await));
    }

    async fn a_long_conversation_is_bounded_and_keeps_its_beginning(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        let talk = |from: usize, count: usize| (from..from + count).map(|at| say(id, &format!("第{at}句"), vec![])).collect::<Vec<_>>();
        let outcomes = world.ops(&wang, talk(0, 61)).await;
        // The report itself was the first of the day.
        assert_eq!(outcomes.iter().filter(|outcome| is_done(outcome)).count(), 59);
        assert_eq!(refusal(&outcomes[60]).0, Code::TooManyTries);
        assert!(world.ops(&chen, talk(100, 40)).await.iter().all(is_done));
        let long = current(&world, id).await;
        assert_eq!((long.events.len(), long.left_out), (MAX_EVENTS, 40));
        assert_eq!(long.events[0].words, "漏水");
        assert_eq!(long.events.last().unwrap().words, "第139句");
        assert_eq!(long.version, 100);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn those_who_join_and_talk_push_nothing_that_happened_out(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let (grandma, li) = (world.join(&sun, sun.grandma).await, world.join(&sun, sun.li_qiang).await);
        let id = reported(&world, &wang, RepairPlace::Area { area_id: places.gate }, "大门坏了").await;
        acted(&world, &chen, id, RepairAct::Accept).await;
        acted(&world, &chen, id, RepairAct::CloseUnfixed { words: "等市里换".to_owned() }).await;
        acted(&world, &wang, id, RepairAct::Dispute { words: "\"did\":\"join\"".to_owned(), photos: vec![] }).await;
        for device in [&grandma, &li] {
            assert!(is_done(&one(&world, device, Action::JoinRepair { repair_id: id }).await));
        }
        // As if the whole building had joined: there are fewer people in this community than that.
        let community = sun.id;
        world.app.db.write(move |tx| {
            let sql = "SELECT body FROM repair_event WHERE community_id = $1 AND repair_id = $2 ORDER BY number DESC LIMIT 1";
            let body: String = tx.query_one(sql, params![community, id])?.get(0)?;
            for number in 100_i64..300 {
                tx.execute(
                    "INSERT INTO repair_event (community_id, repair_id, number, id, at, body) VALUES ($1, $2, $3, $4, 0, $5)",
                    params![community, id, number, linli_wire::id::RepairEventId(new_id()), &body],
                )?;
            }
            Ok(())
        }).await.unwrap();
        let talk: Vec<_> = (0..80).map(|at| say(id, &format!("第{at}句"), vec![])).collect();
        let mut commits = world.app.db.commits();
        assert!(world.ops(&chen, talk).await.iter().all(is_done));
        let long = current(&world, id).await;
        let did = |kind| long.events.iter().filter(|event| event.did == kind).count();
        assert_eq!((long.events.len(), did(ActKind::Join), did(ActKind::Message)), (MAX_EVENTS, 3, 53));
        assert_eq!((did(ActKind::Accept), did(ActKind::CloseUnfixed), did(ActKind::Dispute)), (1, 1, 1));
        assert!(long.events.iter().any(|event| event.words == "等市里换"));
        assert_eq!(long.left_out, 27, "what was said before; that many joined is said by their number");
        assert_eq!(long.events.last().unwrap().words, "第79句");
        // However many wait, what they are told is made once.
        let commit = commits.try_recv().unwrap();
        let others: Vec<_> = commit.iter().filter(|change| {
            change.version == long.version && [sun.grandma, sun.li_qiang].map(Scope::Person).contains(&change.scope)
        }).filter_map(|change| change.body.clone()).collect();
        assert_eq!(others.len(), 2, "{commit:?}");
        assert!(std::sync::Arc::ptr_eq(&others[0], &others[1]));
    }

    async fn a_resident_sends_fewer_files_than_the_office(world) {
        let sun = world.sun.clone();
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let (community, wang_mei, chen_jing, at) = (sun.id, sun.wang_mei, sun.chen_jing, world.now());
        // As if they had sent 300 files already.
        world.app.db.write(move |tx| {
            for person in [wang_mei, chen_jing] {
                for _ in 0..300 {
                    tx.execute(
                        "INSERT INTO attachment (community_id, id, name, media_type, bytes, sha256, received_sha256, person_id, at)
                         VALUES ($1, $2, 'a.png', 'image/png', 1, 'x', 'x', $3, $4)",
                        params![community, AttachmentId(new_id()), person, at],
                    )?;
                }
            }
            Ok(())
        }).await.unwrap();
        let put = async |device: &crate::world::Device| {
            let request = world.http.put(format!("{}/v1/attachments/{}", world.url, new_id()));
            let request = request.bearer_auth(&device.tokens.access).header("linli-name", "a.png");
            request.body(crate::policy::PNG).send().await.unwrap().status().as_u16()
        };
        assert_eq!((put(&wang).await, put(&chen).await), (429, 200));
        // Who becomes staff sends as staff.
        let person = crate::world::person(sun.wang_mei, 0, "王梅", Role::Staff, None);
        world.app.db.write(move |tx| linli_server::community::put_person(tx, community, &person, "").map(drop)).await.unwrap();
        assert_eq!(put(&wang).await, 200);
    }
}
