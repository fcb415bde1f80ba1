//! Sync pages and the live stream: nothing skipped, scopes gained and lost, streams that end.

use std::collections::BTreeMap;

use linli_server::{Settings, community};
use linli_wire::{
    Code,
    community::{Role, Unit},
    id::{NoticeId, RoomId, UnitId},
    notices::{Audience, Publish},
    ops::{Action, Outcome},
    sync::{Entity, MAX_PAGE_BYTES, MAX_PAGE_CHANGES, Scope},
};
use reqwest::Method;

use crate::{
    both,
    device::{Cache, Live, Told, snapshot},
    world::{content, new_id, person, problem, save},
};

both! {
    async fn pages_are_bounded_and_add_up(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        for _ in 0..7 {
            let actions = (0..100).map(|at| {
                let mut content = content(&format!("第{at}号"), Audience::Community);
                content.texts.values_mut().for_each(|text| text.body = "长".repeat(if at == 0 { 39_000 } else { 100 }));
                save(NoticeId(new_id()), 0, content, Publish::Now)
            });
            let outcomes = world.ops(&office, actions.collect()).await;
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done { .. })));
        }
        let (pages, cursor) = world.sync(&wang, None).await;
        assert!(pages.len() >= 3, "{}", pages.len());
        let mut cache = Cache::default();
        for page in &pages {
            let count: usize = page.scopes.iter().map(|scope| scope.changes.len()).sum();
            let bodies = page.scopes.iter().flat_map(|scope| &scope.changes).filter_map(|change| change.body.as_ref());
            let sizes: Vec<usize> = bodies.map(|body| body.get().len()).collect();
            let but_last: usize = sizes.iter().rev().skip(1).sum();
            assert!(count <= MAX_PAGE_CHANGES && but_last < MAX_PAGE_BYTES);
            cache.apply(page);
            // A page that comes twice changes nothing.
            cache.apply(page);
        }
        assert_eq!(cache.0[&Scope::Community(sun.id)].keys().filter(|(entity, _)| *entity == Entity::Notice).count(), 700);
        let (pages, again) = world.sync(&wang, Some(&cursor)).await;
        assert!(pages.len() == 1 && pages[0].scopes.is_empty());
        assert_eq!(cursor, again);
    }

    async fn a_person_sees_their_scopes_and_no_others(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let li = world.join(&sun, sun.li_qiang).await;
        world.publish(&office, "三号楼", Audience::Buildings { buildings: vec![sun.building_3] }).await;
        world.publish(&office, "三号楼1201", Audience::Units { units: vec![sun.unit_1201] }).await;
        world.publish(&office, "住户", Audience::Role { role: Role::Resident }).await;
        let scopes: Vec<Scope> = snapshot(&world, &wang).await.0.into_keys().collect();
        let mut expected = vec![
            Scope::Community(sun.id),
            Scope::Building(sun.building_3),
            Scope::Household(sun.wang),
            Scope::Person(sun.wang_mei),
            Scope::Role(sun.id, Role::Resident),
            Scope::Room(RoomId::of_community(sun.id)),
            Scope::Room(RoomId::of_building(sun.building_3)),
        ];
        expected.sort();
        assert_eq!(scopes, expected);
        let scopes: Vec<Scope> = snapshot(&world, &li).await.0.into_keys().collect();
        assert!(!scopes.contains(&Scope::Building(sun.building_3)) && !scopes.contains(&Scope::Staff(sun.id)));
        assert!(snapshot(&world, &office).await.0.contains_key(&Scope::Staff(sun.id)));
    }

    async fn moving_house_brings_and_takes_scopes(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let old = world.publish(&office, "三号楼", Audience::Buildings { buildings: vec![sun.building_3] }).await;
        let new = world.publish(&office, "一号楼", Audience::Buildings { buildings: vec![sun.building_1] }).await;
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        let mut cache = Cache::default();
        let (pages, cursor) = world.sync(&wang, None).await;
        pages.iter().for_each(|page| cache.apply(page));
        assert!(cache.has(old) && !cache.has(new));
        let moved = person(sun.wang_mei, 0, "王梅", Role::Resident, Some(sun.li));
        world.app.db.write(move |tx| community::put_person(tx, sun.id, &moved, "")).await.unwrap();
        let (pages, _) = world.sync(&wang, Some(&cursor)).await;
        assert!(pages[0].lost.contains(&Scope::Building(sun.building_3)));
        assert!(pages[0].lost.contains(&Scope::Household(sun.wang)));
        pages.iter().for_each(|page| cache.apply(page));
        assert!(!cache.has(old) && cache.has(new));
        assert_eq!(cache, snapshot(&world, &wang).await);
        // The open stream follows, and hears of the new building from now on.
        live.until(|cache| cache.has(new) && !cache.has(old)).await;
        let next = world.publish(&office, "一号楼又", Audience::Buildings { buildings: vec![sun.building_1] }).await;
        live.until(|cache| cache.has(next)).await;
        assert_eq!(live.cache, snapshot(&world, &wang).await);
    }

    async fn a_household_that_gets_a_flat_gains_its_building(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let notice = world.publish(&office, "一号楼", Audience::Buildings { buildings: vec![sun.building_1] }).await;
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        let unit = Unit {
            id: UnitId(new_id()),
            building_id: sun.building_1,
            code: "102".to_owned(),
            household_id: Some(sun.wang),
        };
        world.app.db.write(move |tx| community::put_unit(tx, sun.id, &unit, None)).await.unwrap();
        live.until(|cache| cache.has(notice)).await;
    }

    async fn a_new_role_counts_at_once(world) {
        let sun = world.sun.clone();
        let zhao = world.join(&sun, sun.zhao).await;
        let mut live = Live::open(&world, &zhao, None).await.unwrap();
        assert!(live.cache.0.contains_key(&Scope::Staff(sun.id)));
        let demoted = person(sun.zhao, 3, "赵建国", Role::Resident, None);
        world.app.db.write(move |tx| community::put_person(tx, sun.id, &demoted, "")).await.unwrap();
        let draft = save(NoticeId(new_id()), 0, content("稿", Audience::Community), Publish::Keep);
        let outcome = world.ops(&zhao, vec![draft]).await.remove(0);
        assert!(matches!(outcome, Outcome::Refused { error } if error.code == Code::NotAllowed));
        live.until(|cache| !cache.0.contains_key(&Scope::Staff(sun.id))).await;
    }

    async fn cursors_that_are_not_ours_ask_to_begin_anew(world) {
        let sun = world.sun.clone();
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let (_, cursor) = world.sync(&wang, None).await;
        let (_, others) = world.sync(&grandma, None).await;
        let mut flipped = cursor.clone().into_bytes();
        flipped[30] = if flipped[30] == b'A' { b'B' } else { b'A' };
        let access = Some(wang.tokens.access.as_str());
        for wrong in [others, String::from_utf8(flipped).unwrap(), "x".to_owned(), "A".repeat(20_000), "%00".to_owned()] {
            let path = format!("/v1/sync?cursor={wrong}");
            assert_eq!(world.refused(Method::GET, &path, access, None::<&()>).await.code, Code::CursorExpired);
            let refused = Live::open(&world, &wang, Some(&wrong)).await.err().unwrap();
            assert_eq!(refused.code, Code::CursorExpired);
        }
        // The log went back to before the cursor without an epoch of its own: still noticed.
        world.app.db.write(move |tx| {
            let own = Scope::Person(sun.wang_mei);
            tx.execute("UPDATE scope SET head = 0 WHERE scope = $1", linli_server::params![own])?;
            tx.execute("DELETE FROM changes WHERE scope = $1", linli_server::params![own])?;
            Ok(())
        }).await.unwrap();
        let path = format!("/v1/sync?cursor={cursor}");
        assert_eq!(world.refused(Method::GET, &path, access, None::<&()>).await.code, Code::CursorExpired);
    }

    async fn a_restore_makes_every_cursor_old(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let (_, cursor) = world.sync(&wang, None).await;
        world.app.db.write(linli_server::instance::mark_restored).await.unwrap();
        let settings = Settings { ..world.app.settings.clone() };
        let app = linli_server::App::open(settings, world.time.clock()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(async move { app.serve(listener, async { drop(stopped.await) }).await });
        let request = world.http.get(format!("{url}/v1/sync?cursor={cursor}")).bearer_auth(&wang.tokens.access);
        assert_eq!(problem(request.send().await.unwrap()).await.code, Code::CursorExpired);
        drop(stop);
        serving.await.unwrap().unwrap();
    }

    async fn a_stream_tells_every_change_and_equals_the_log(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        let mut last = NoticeId(new_id());
        for round in 0..10 {
            let titles: Vec<String> = (0..8).map(|at| format!("{round}-{at}")).collect();
            let writes = titles.iter().map(|title| world.publish(&office, title, Audience::Community));
            last = *futures_util::future::join_all(writes).await.last().unwrap();
        }
        live.until(|cache| cache.has(last)).await;
        let expected = snapshot(&world, &wang).await;
        live.until(|cache| *cache == expected).await;
        // Taken up again after a break, it goes on where it was.
        let cursor = live.cursor.clone();
        drop(live);
        let missed = world.publish(&office, "断线时", Audience::Community).await;
        let mut live = Live::open(&world, &wang, Some(&cursor)).await.unwrap();
        assert!(live.cache.has(missed));
        assert_eq!(live.cache.0.values().map(BTreeMap::len).sum::<usize>(), 1, "only what was missed");
        let next = world.publish(&office, "又来了", Audience::Community).await;
        live.until(|cache| cache.has(next)).await;
    }

    async fn streams_that_open_during_writes_miss_nothing(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let writing = async {
            for at in 0..60 {
                world.publish(&office, &format!("第{at}号"), Audience::Community).await;
            }
        };
        let opening = async {
            let mut all = Vec::new();
            for _ in 0..12 {
                all.push(Live::open(&world, &wang, None).await.unwrap());
            }
            all
        };
        let ((), mut all) = tokio::join!(writing, opening);
        let expected = snapshot(&world, &wang).await;
        for live in &mut all {
            live.until(|cache| *cache == expected).await;
        }
    }

    async fn a_removed_devices_streams_end_at_once(world) {
        let sun = world.sun.clone();
        let (one, two) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.wang_mei).await);
        let mut staying = Live::open(&world, &one, None).await.unwrap();
        let mut ending = Live::open(&world, &two, None).await.unwrap();
        let path = format!("/v1/devices/{}/revoke", two.id);
        world.send(Method::POST, &path, Some(&one.tokens.access), None::<&()>).await;
        assert_eq!(ending.end().await.unwrap().code, Code::DeviceRevoked);
        assert!(Live::open(&world, &two, None).await.is_err_and(|error| error.code == Code::DeviceRevoked));
        let gone = (Entity::Device, two.id.0);
        staying.until(|cache| !cache.0[&Scope::Person(sun.wang_mei)].contains_key(&gone)).await;
    }

    async fn a_stream_ends_with_its_token_and_the_next_one_goes_on(world) {
        let sun = world.sun.clone();
        let (mut office, mut wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        world.later(10 * 60 * 1000);
        let early = world.publish(&office, "还有五分钟", Audience::Community).await;
        live.until(|cache| cache.has(early)).await;
        let office_later = world.refresh(&office.refresh_request()).await.unwrap();
        world.later(5 * 60 * 1000);
        let told = tokio::time::timeout(std::time::Duration::from_secs(30), live.next()).await.expect("told in time");
        assert!(matches!(told, Some(Told::Resume)), "the stream says that it is to be taken up again");
        office.tokens = office_later;
        let late = world.publish(&office, "过期之后", Audience::Community).await;
        assert!(live.next().await.is_none(), "nothing comes after that");
        let refused = Live::open(&world, &wang, Some(&live.cursor)).await.err().unwrap();
        assert_eq!(refused.code, Code::SignedOut);
        wang.tokens = world.refresh(&wang.refresh_request()).await.unwrap();
        let next = Live::open(&world, &wang, Some(&live.cursor)).await.unwrap();
        assert!(next.cache.has(late) && !next.cache.has(early), "without a gap, and without repetition");
    }

    async fn a_stopping_server_sends_its_streams_away_and_finishes(world) {
        let mut world = world;
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        let stopped = tokio::time::timeout(std::time::Duration::from_secs(8), world.stop()).await;
        assert!(stopped.is_ok(), "streams do not hold the server up");
        assert!(live.end().await.is_none());
    }

    async fn another_server_or_process_on_the_same_database_is_heard(world) {
        let sun = world.sun.clone();
        let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let mut live = Live::open(&world, &wang, None).await.unwrap();
        let other = linli_server::App::open(world.app.settings.clone(), world.time.clock()).await.unwrap();
        let _tasks = other.background();
        let id = NoticeId(new_id());
        let action = save(id, 0, content("别处", Audience::Community), Publish::Now);
        let batch = [linli_server::ops::Given::Op(crate::world::op(&world, action))];
        let device = office.id;
        other.db.write(move |tx| {
            let caller = linli_server::auth::again(tx, device)?;
            linli_server::ops::apply(tx, &caller, &batch)
        }).await.unwrap();
        live.until(|cache| cache.has(id)).await;
        // Removing a device there ends its streams here.
        other.db.write({
            let device = wang.id;
            move |tx| {
                let caller = linli_server::auth::again(tx, device)?;
                linli_server::devices::revoke(tx, &caller, device)
            }
        }).await.unwrap();
        assert_eq!(live.end().await.unwrap().code, Code::DeviceRevoked);
    }

    async fn a_page_is_compressed_for_those_who_ask(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let request = world.http.get(format!("{}/v1/sync", world.url)).bearer_auth(&office.tokens.access);
        let response = request.header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(response.bytes().await.unwrap()[..2], [0x1f, 0x8b]);
    }

    async fn effects_tell_when_a_device_is_level(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let preferences = linli_wire::settings::Preferences::default();
        let outcome = world.ops(&wang, vec![Action::SavePreferences { preferences }]).await.remove(0);
        let Outcome::Done { effects } = outcome else { panic!("{outcome:?}") };
        let (pages, _) = world.sync(&wang, None).await;
        let own = pages.iter().flat_map(|p| &p.scopes).find(|s| s.scope == Scope::Person(sun.wang_mei)).unwrap();
        assert_eq!(own.changes.last().unwrap().seq, effects[0].seq);
    }
}
