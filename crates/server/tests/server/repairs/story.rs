//! What a repair does not carry any more: to be read by those who have it, each as they may see it.

use linli_wire::{
    Code,
    community::ProfileChange,
    id::RepairId,
    ops::Action,
    repairs::{MAX_EVENTS, Part, RepairAct, RepairEvents, RepairPlace},
};
use reqwest::Method;

use super::prepared::{acted, current, findings, finish, ground, is_done, one, refusal, reported, say};
use crate::{
    both,
    world::{Device, World, op},
};

async fn page(world: &World, device: &Device, id: RepairId, before: Option<u64>) -> RepairEvents {
    let before = before.map(|number| format!("?before={number}")).unwrap_or_default();
    let path = format!("/v1/repairs/{id}/events{before}");
    world.ok(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await
}

/// All events, oldest first, and how many pages it took.
async fn all(world: &World, device: &Device, id: RepairId) -> (RepairEvents, usize) {
    let mut whole = page(world, device, id, None).await;
    let mut pages = 1;
    while let Some(before) = whole.before {
        let mut earlier = page(world, device, id, Some(before)).await;
        earlier.events.append(&mut whole.events);
        whole = earlier;
        pages += 1;
    }
    (whole, pages)
}

both! {
    async fn everybody_who_has_a_repair_reads_all_of_it_as_they_may_see_it(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let places = ground(&world).await;
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let (li, chen) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.chen_jing).await);
        let change = ProfileChange { given_name: Some("小梅".to_owned()), ..ProfileChange::default() };
        assert!(is_done(&one(&world, &wang, Action::ChangeProfile { change }).await));
        let id = reported(&world, &wang, RepairPlace::Area { area_id: places.lobby }, "大堂灯不亮").await;
        assert!(is_done(&one(&world, &grandma, Action::JoinRepair { repair_id: id }).await));
        for number in 0..30 {
            assert!(is_done(&one(&world, &wang, say(id, &format!("w{number}"), vec![])).await));
        }
        for number in 0..230 {
            assert!(is_done(&one(&world, &chen, say(id, &format!("c{number}"), vec![])).await));
        }
        let carried = current(&world, id).await;
        assert!(carried.events.len() <= MAX_EVENTS && carried.left_out > 150);
        let said = |events: &RepairEvents| -> Vec<String> {
            events.events.iter().map(|event| event.words.clone()).filter(|words| !words.is_empty()).collect()
        };
        let expected: Vec<String> = std::iter::once("大堂灯不亮".to_owned())
            .chain((0..30).map(|number| format!("w{number}")))
            .chain((0..230).map(|number| format!("c{number}")))
            .collect();
        for device in [&wang, &grandma, &chen] {
            let (told, pages) = all(&world, device, id).await;
            assert_eq!((told.events.len(), pages, said(&told)), (262, 3, expected.clone()));
        }
        let named = |events: &RepairEvents| events.events[0].by.as_ref().unwrap().name.clone();
        assert_eq!(named(&all(&world, &grandma, id).await.0), "小梅", "the name that neighbours know");
        assert_eq!(named(&all(&world, &chen, id).await.0), "王梅");
        let text = serde_json::to_string(&all(&world, &grandma, id).await.0).unwrap();
        assert!(!text.contains("王梅"), "{text}");
        // Who does not have it learns nothing, not even that it is there.
        let (foreign, office) = (world.join(&moon, moon.wang_mei).await, world.join(&moon, moon.lin).await);
        for stranger in [&li, &foreign, &office] {
            let access = Some(stranger.tokens.access.as_str());
            let asked = world.refused(Method::GET, &format!("/v1/repairs/{id}/events"), access, None::<&()>).await;
            let missing = RepairId(crate::world::new_id());
            let none = world.refused(Method::GET, &format!("/v1/repairs/{missing}/events"), access, None::<&()>).await;
            assert_eq!((asked.code, &asked), (Code::NotFound, &none));
        }
        let access = Some(wang.tokens.access.as_str());
        for rubbish in ["0", "-1", "x", "1.5", "99999999999999999999"] {
            let path = format!("/v1/repairs/{id}/events?before={rubbish}");
            let refused = world.refused(Method::GET, &path, access, None::<&()>).await;
            assert_eq!((refused.code, refused.details["field"].as_str()), (Code::InvalidInput, Some("before")));
        }
        let none = page(&world, &wang, id, Some(1)).await;
        assert_eq!((none.events.len(), none.before), (0, None));
        assert_eq!(page(&world, &wang, id, Some(u64::MAX >> 1)).await.events.len(), 100);
    }

    async fn an_act_sent_again_by_another_membership_is_the_same_act(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        let turn = acted(&world, &chen, id, RepairAct::Accept).await.turn;
        let valve = Part { name: "阀".to_owned(), count: 2 };
        let used = op(&world, Action::ActOnRepair { repair_id: id, turn, act: RepairAct::UseParts { parts: vec![valve.clone()] } });
        let again = world.join(&sun, sun.chen_jing).await;
        for device in [&chen, &again, &chen, &again] {
            let outcome = world.ops_as_they_are(device, vec![used.clone()]).await.remove(0);
            assert!(is_done(&outcome), "{outcome:?}");
        }
        let repair = current(&world, id).await;
        assert_eq!((repair.parts, repair.events.len()), (vec![valve], 3));
        // Nobody passes for somebody else by the id of what they did.
        let lin = world.join(&sun, sun.lin).await;
        let outcome = world.ops_as_they_are(&lin, vec![used.clone()]).await.remove(0);
        assert_eq!(refusal(&outcome).0, Code::OperationReused);
        // What moves something is not done twice either, and is no conflict with itself.
        let finish = op(&world, Action::ActOnRepair { repair_id: id, turn, act: finish("换了阀") });
        for device in [&chen, &again] {
            assert!(is_done(&world.ops_as_they_are(device, vec![finish.clone()]).await.remove(0)));
        }
        assert_eq!(current(&world, id).await.turn, turn + 1);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
