//! The whole way of a repair, and two who act at once.

use linli_wire::{
    Code,
    id::RepairId,
    money::Money,
    ops::Action,
    repairs::{
        ActKind, QuoteAnswer, Rating, Repair, RepairAct, RepairPlace, RepairReport, RepairState, Slot,
        Urgency,
    },
};

use super::prepared::{
    act, acted, category, current, file, findings, finish, ground, is_done, one, photo, refusal, report,
    reported, say,
};
use crate::{
    both,
    world::{new_id, op},
};

const HOUR_MS: i64 = 60 * 60 * 1000;

both! {
    async fn a_dripping_tap_is_fixed_in_the_end(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let zhao = world.join(&sun, sun.zhao).await;
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "水龙头滴水").await;
        let assigned = acted(&world, &chen, id, RepairAct::Assign { worker: sun.zhao }).await;
        assert_eq!((assigned.state, assigned.assignee.unwrap().name.as_str()), (RepairState::Assigned, "赵建国"));
        acted(&world, &zhao, id, RepairAct::Accept).await;
        let now = world.now();
        let slot = |hours: i64| Slot { from: now.plus_millis(hours * HOUR_MS), until: now.plus_millis((hours + 2) * HOUR_MS) };
        // The office proposes, the resident proposes another time, the office agrees.
        acted(&world, &zhao, id, RepairAct::ProposeVisit { slot: slot(2), words: String::new() }).await;
        assert_eq!(refusal(&act(&world, &zhao, id, RepairAct::AgreeVisit).await), (Code::NotAllowed, "no_visit".to_owned()));
        acted(&world, &wang, id, RepairAct::ProposeVisit { slot: slot(24), words: "上班".to_owned() }).await;
        let visit = acted(&world, &zhao, id, RepairAct::AgreeVisit).await.visit.unwrap();
        assert_eq!((visit.slot, visit.by_office, visit.agreed), (slot(24), false, true));
        // The price is asked for before the work goes on.
        let price = Money { minor: 12_000, currency: "CNY".to_owned() };
        acted(&world, &zhao, id, RepairAct::Quote { price: price.clone(), words: "新龙头".to_owned() }).await;
        assert_eq!(refusal(&act(&world, &zhao, id, finish("已换")).await).0, Code::Conflict, "not before the answer");
        let approved = acted(&world, &wang, id, RepairAct::ApproveQuote).await;
        assert_eq!(approved.quote.unwrap().answer, QuoteAnswer::Approved);
        let done = acted(&world, &zhao, id, finish("换了新龙头")).await;
        assert_eq!((done.state, done.promise.unwrap().kept), (RepairState::Done, Some(true)));
        assert!(done.confirm_by.is_some());
        // It drips again: reopened, done again, confirmed, rated.
        let reopened = acted(&world, &wang, id, RepairAct::Reopen { words: "还在滴".to_owned(), photos: vec![] }).await;
        assert_eq!((reopened.state, reopened.reopened, reopened.confirm_by), (RepairState::Reopened, 1, None));
        acted(&world, &zhao, id, RepairAct::Accept).await;
        acted(&world, &zhao, id, finish("拧紧了")).await;
        assert_eq!(acted(&world, &wang, id, RepairAct::Confirm).await.state, RepairState::Fixed);
        let rating = Rating { result: 5, speed: 3, manner: 5, words: "谢谢赵师傅".to_owned() };
        for _ in 0..2 {
            assert!(is_done(&one(&world, &wang, Action::RateRepair { repair_id: id, rating: rating.clone() }).await));
        }
        let closed = current(&world, id).await;
        assert_eq!(closed.rating, Some(rating));
        let did: Vec<ActKind> = closed.events.iter().map(|event| event.did).collect();
        assert_eq!(did, [
            ActKind::Report, ActKind::Assign, ActKind::Accept, ActKind::ProposeVisit, ActKind::ProposeVisit,
            ActKind::AgreeVisit, ActKind::Quote, ActKind::ApproveQuote, ActKind::Finish, ActKind::Reopen,
            ActKind::Accept, ActKind::Finish, ActKind::Confirm, ActKind::Rate,
        ]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_loses_a_race_is_told_what_happened_and_overwrites_nothing(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        let turn = current(&world, id).await.turn;
        let at = |act| Action::ActOnRepair { repair_id: id, turn, act };
        assert!(is_done(&one(&world, &chen, at(RepairAct::Assign { worker: sun.zhao })).await));
        let lost = one(&world, &lin, at(RepairAct::Refuse { words: "不归我们".to_owned() })).await;
        assert_eq!(refusal(&lost).0, Code::Conflict);
        let linli_wire::ops::Outcome::Refused { error } = lost else { panic!() };
        let there: Repair = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((there.state, there.turn), (RepairState::Assigned, turn + 1));
        assert_eq!(there.events.len(), 2, "with what happened meanwhile");
        // What only adds loses no race: a message, parts; and an act made before a message holds.
        assert!(is_done(&one(&world, &wang, say(id, "快点", vec![])).await));
        let zhao = world.join(&sun, sun.zhao).await;
        let accept = Action::ActOnRepair { repair_id: id, turn: turn + 1, act: RepairAct::Accept };
        assert!(is_done(&one(&world, &zhao, accept).await));
        let parts = vec![linli_wire::repairs::Part { name: "阀".to_owned(), count: 2 }];
        assert!(is_done(&one(&world, &zhao, at(RepairAct::UseParts { parts })).await), "from an old turn");
        // Two at the same moment: one of them.
        let finishing = |device| {
            let (world, action) = (&world, Action::ActOnRepair { repair_id: id, turn: turn + 2, act: finish("好了") });
            async move { one(world, device, action).await }
        };
        let (a, b) = futures_util::future::join(finishing(&zhao), finishing(&chen)).await;
        assert_eq!([&a, &b].into_iter().filter(|outcome| is_done(outcome)).count(), 1, "{a:?} {b:?}");
        // Silence was a little faster than Wang Mei: what she says is what holds already.
        let turn = current(&world, id).await.turn;
        world.later(8 * 24 * HOUR_MS);
        world.app.db.write(linli_server::repairs::tend).await.unwrap();
        let wang = crate::world::Device { tokens: world.refresh(&wang.refresh_request()).await.unwrap(), ..wang };
        let confirm = Action::ActOnRepair { repair_id: id, turn, act: RepairAct::Confirm };
        assert!(is_done(&one(&world, &wang, confirm).await));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn the_same_report_sent_five_times_is_one(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let (id, place) = (RepairId(new_id()), RepairPlace::Home { unit_id: sun.unit_1201 });
        let same = op(&world, file(id, report(place, "漏水")));
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            outcomes.extend(world.ops_as_they_are(&wang, vec![same.clone(), same.clone()]).await);
        }
        // And once more as another operation, as a device does that joined anew.
        outcomes.push(one(&world, &wang, file(id, report(place, "漏水"))).await);
        assert!(outcomes.iter().all(is_done), "{outcomes:?}");
        let count: i64 = world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM repair_event", &[])?.get(0)?)).await.unwrap();
        assert_eq!((current(&world, id).await.version, count), (1, 1));
        let other = one(&world, &wang, file(id, report(place, "别的"))).await;
        assert_eq!(refusal(&other).0, Code::OperationReused);
        // The words are the same, but not what else was said: nothing of it is passed over in silence.
        let picture = photo(&world, &wang).await;
        let slot = Slot { from: world.now(), until: world.now().plus_millis(HOUR_MS) };
        let first = || report(place, "漏水");
        for changed in [
            RepairReport { photos: vec![picture], ..first() },
            RepairReport { place: RepairPlace::Building { building_id: sun.building_3 }, ..first() },
            RepairReport { times: vec![slot], ..first() },
            RepairReport { may_enter: false, ..first() },
            RepairReport { reach: "by-day".to_owned(), ..first() },
        ] {
            assert_eq!(refusal(&one(&world, &wang, file(id, changed.clone())).await).0, Code::OperationReused, "{changed:?}");
        }
        // What the office may have moved since is its own.
        let moved = RepairReport { category: "lights".to_owned(), urgency: Urgency::Urgent, ..first() };
        assert!(is_done(&one(&world, &wang, file(id, moved)).await));
        let foreign = one(&world, &li, file(id, report(RepairPlace::Home { unit_id: sun.unit_101 }, "漏水"))).await;
        assert_eq!(refusal(&foreign).0, Code::OperationReused);
    }

    async fn duplicates_become_one_and_who_waited_waits_on(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, li, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.chen_jing).await);
        let gate = RepairPlace::Area { area_id: places.gate };
        let one_of = reported(&world, &wang, gate, "大门坏了").await;
        let other = reported(&world, &li, gate, "门关不上").await;
        let home = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "我家门坏了").await;
        // Nobody is brought into another household's home.
        let into_home = act(&world, &chen, other, RepairAct::Merge { into: home }).await;
        assert_eq!(refusal(&into_home), (Code::InvalidInput, "into".to_owned()));
        for nowhere in [other, RepairId(new_id())] {
            let merged = act(&world, &chen, other, RepairAct::Merge { into: nowhere }).await;
            assert_eq!(refusal(&merged), (Code::InvalidInput, "into".to_owned()));
        }
        let merged = acted(&world, &chen, other, RepairAct::Merge { into: one_of }).await;
        assert_eq!((merged.state, merged.merged_into), (RepairState::Merged, Some(one_of)));
        assert_eq!(current(&world, one_of).await.affected, 2);
        assert!(crate::repairs::prepared::seen(&world, &li, one_of).await.is_some());
        // Others wait: who reported it cannot take it from them.
        let back = act(&world, &wang, one_of, RepairAct::Withdraw { words: String::new() }).await;
        assert_eq!(refusal(&back), (Code::NotAllowed, "others_wait".to_owned()));
        // It was none after all.
        let disputed = acted(&world, &li, other, RepairAct::Dispute { words: "是另一扇门".to_owned(), photos: vec![] }).await;
        assert_eq!((disputed.state, disputed.merged_into), (RepairState::Disputed, None));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_category_is_settled_by_the_office_and_one_that_is_gone_takes_nothing_new(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen, lin) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let place = RepairPlace::Home { unit_id: sun.unit_1201 };
        let old = reported(&world, &wang, place, "漏水").await;
        let save = |base_version, content| Action::SaveRepairCategory { category_id: places.plumbing, base_version, content };
        let mut content = category("plumbing", Some(8), true);
        content.retired = true;
        assert_eq!(refusal(&one(&world, &wang, save(1, content.clone())).await).0, Code::NotAllowed);
        assert!(is_done(&one(&world, &chen, save(1, content.clone())).await));
        assert_eq!(refusal(&one(&world, &lin, save(1, category("plumbing", Some(9), true))).await).0, Code::Conflict);
        let refused = one(&world, &wang, file(RepairId(new_id()), report(place, "又漏"))).await;
        assert_eq!(refusal(&refused), (Code::InvalidInput, "category".to_owned()));
        // What was reported goes on under it, and can be moved to another one.
        acted(&world, &chen, old, RepairAct::Accept).await;
        let moved = acted(&world, &chen, old, RepairAct::Move { category: "lights".to_owned(), urgency: Urgency::Urgent }).await;
        assert_eq!((moved.report.category.as_str(), moved.promise), ("lights", None));
        let price = Money { minor: 1, currency: "CNY".to_owned() };
        let quoted = act(&world, &chen, old, RepairAct::Quote { price, words: "灯泡".to_owned() }).await;
        assert_eq!(refusal(&quoted), (Code::InvalidInput, "price".to_owned()), "lights cost nothing");
        let into_retired = act(&world, &chen, old, RepairAct::Move { category: "plumbing".to_owned(), urgency: Urgency::Urgent }).await;
        assert_eq!(refusal(&into_retired), (Code::InvalidInput, "category".to_owned()));
        for (field, spoilt) in [
            ("key", category("Plumbing!", None, false)),
            ("key", category("lights", None, false)),
            ("name", linli_wire::repairs::RepairCategoryContent { name: Default::default(), ..category("new", None, false) }),
            ("name.zh", linli_wire::repairs::RepairCategoryContent { name: crate::repairs::prepared::zh("\u{200B}"), ..category("new", None, false) }),
            ("promised", category("new", Some(0), false)),
        ] {
            let category_id = linli_wire::id::RepairCategoryId(new_id());
            let outcome = one(&world, &chen, Action::SaveRepairCategory { category_id, base_version: 0, content: spoilt }).await;
            assert_eq!(refusal(&outcome), (Code::InvalidInput, field.to_owned()));
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
