//! Who sees what of a repair: in the log, in files, on cards, and in what a refusal tells.

use linli_wire::{
    Code,
    attachments::Attachment,
    community::{ProfileChange, Role},
    id::RepairId,
    ops::Action,
    repairs::{RepairAct, RepairPlace},
    sync::Entity,
};
use reqwest::Method;

use super::prepared::{
    act, acted, card, current, file, findings, finish, ground, hears, is_done, one, photo, refusal, report,
    reported, say, seen,
};
use crate::{
    both,
    world::{Device, World, new_id},
};

async fn can_fetch(world: &World, device: &Device, file: &Attachment) -> bool {
    let path = format!("/v1/attachments/{}", file.id);
    let response = world.send(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
    let status = response.status().as_u16();
    assert!(matches!(status, 200 | 404), "{status}");
    status == 200
}

fn note(repair_id: RepairId, words: &str) -> Action {
    let note_id = linli_wire::id::RepairNoteId(new_id());
    Action::NoteOnRepair { repair_id, note_id, words: words.to_owned() }
}

both! {
    async fn a_repair_at_home_is_the_household_s_and_the_office_s(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let (li, chen) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.chen_jing).await);
        let foreign = world.join(&world.moon.clone(), world.moon.lin).await;
        let picture = photo(&world, &wang).await;
        assert!(can_fetch(&world, &wang, &picture).await);
        for other in [&grandma, &li, &chen, &foreign] {
            assert!(!can_fetch(&world, other, &picture).await, "what nothing shows is the sender's alone");
        }
        let id = RepairId(new_id());
        let mut first = report(RepairPlace::Home { unit_id: sun.unit_1201 }, "厨房漏水");
        first.photos = vec![picture.clone()];
        assert!(is_done(&one(&world, &wang, file(id, first)).await));
        for sees in [&wang, &grandma, &chen] {
            let repair = seen(&world, sees, id).await.unwrap();
            assert_eq!((repair.version, repair.report.words.as_str()), (1, "厨房漏水"));
            assert_eq!(repair.report.reach, "call-me-at-night");
            assert!(can_fetch(&world, sees, &picture).await);
        }
        for blind in [&li, &foreign] {
            assert!(seen(&world, blind, id).await.is_none());
            assert!(!can_fetch(&world, blind, &picture).await);
        }
        for device in [&wang, &grandma, &li, &chen] {
            assert!(card(&world, device, id).await.is_none(), "a home has no card");
        }
        // Grandma may confirm what Wang Mei reported; who moves in later sees nothing of it.
        acted(&world, &chen, id, RepairAct::Accept).await;
        acted(&world, &chen, id, finish("换了阀")).await;
        acted(&world, &grandma, id, RepairAct::Confirm).await;
        let (community, unit, building, household) = (sun.id, sun.unit_1201, sun.building_3, sun.li);
        world.app.db.write(move |tx| {
            let unit = linli_wire::community::Unit { id: unit, building_id: building, code: "1201".to_owned(), household_id: Some(household) };
            linli_server::community::put_unit(tx, community, &unit, None).map(drop)
        }).await.unwrap();
        assert!(is_done(&one(&world, &chen, say(id, "谢谢", vec![])).await));
        assert!(seen(&world, &li, id).await.is_none());
        assert!(seen(&world, &wang, id).await.is_some());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn neighbours_see_a_card_and_who_joins_sees_no_more_of_others_than_neighbours_may(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, grandma) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let (li, chen) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.chen_jing).await);
        for (device, name) in [(&wang, "小梅"), (&grandma, "奶奶")] {
            let change = ProfileChange { given_name: Some(name.to_owned()), ..ProfileChange::default() };
            assert!(is_done(&one(&world, device, Action::ChangeProfile { change }).await));
        }
        let picture = photo(&world, &wang).await;
        let id = RepairId(new_id());
        let mut first = report(RepairPlace::Area { area_id: places.lobby }, "大堂灯不亮");
        first.photos = vec![picture.clone()];
        assert!(is_done(&one(&world, &wang, file(id, first)).await));
        // Building 3 sees the card, building 1 does not, and nobody sees a person or a word on it.
        let shown = card(&world, &grandma, id).await.unwrap();
        assert_eq!(shown.affected, 1);
        let text = serde_json::to_string(&shown).unwrap();
        assert!(!text.contains("王梅") && !text.contains("小梅") && !text.contains("大堂灯"), "{text}");
        assert!(card(&world, &li, id).await.is_none());
        assert!(seen(&world, &grandma, id).await.is_none());
        assert!(!can_fetch(&world, &grandma, &picture).await);
        let (code, _) = refusal(&one(&world, &li, Action::JoinRepair { repair_id: id }).await);
        assert_eq!(code, Code::NotFound, "not theirs to join");
        for _ in 0..3 {
            assert!(is_done(&one(&world, &grandma, Action::JoinRepair { repair_id: id }).await));
        }
        assert_eq!(card(&world, &grandma, id).await.unwrap().affected, 2);
        assert!(is_done(&one(&world, &grandma, say(id, "晚上很黑", vec![])).await));
        let joined = seen(&world, &grandma, id).await.unwrap();
        assert_eq!((joined.reporter.name.as_str(), joined.affected), ("小梅", 2));
        assert_eq!((joined.report.reach.as_str(), joined.report.may_enter), ("", false));
        let own = seen(&world, &wang, id).await.unwrap();
        assert_eq!(own.report.reach, "call-me-at-night");
        let by: Vec<_> = own.events.iter().filter_map(|event| event.by.as_ref()).map(|who| who.name.as_str()).collect();
        assert_eq!(by, ["小梅", "奶奶", "奶奶"]);
        let full = seen(&world, &chen, id).await.unwrap();
        assert_eq!((full.reporter.name.as_str(), full.report.reach.as_str()), ("王梅", "call-me-at-night"));
        assert!(can_fetch(&world, &grandma, &picture).await && can_fetch(&world, &chen, &picture).await);
        assert!(!can_fetch(&world, &li, &picture).await);
        // A refusal tells no more than the log.
        let stale = Action::ActOnRepair { repair_id: id, turn: 99, act: RepairAct::Reopen { words: "黑".to_owned(), photos: vec![] } };
        let refused = one(&world, &grandma, stale).await;
        let text = serde_json::to_string(&refused).unwrap();
        assert_eq!(refusal(&refused).0, Code::Conflict);
        assert!(!text.contains("王梅") && !text.contains("call-me-at-night"), "{text}");
        // A closed one leaves the wall; those affected keep it.
        acted(&world, &chen, id, RepairAct::Refuse { words: "下月整体更换".to_owned() }).await;
        assert!(card(&world, &grandma, id).await.is_none());
        assert_eq!(seen(&world, &grandma, id).await.unwrap().events.last().unwrap().words, "下月整体更换");
        acted(&world, &grandma, id, RepairAct::Dispute { words: "太久了".to_owned(), photos: vec![] }).await;
        assert!(card(&world, &grandma, id).await.is_some());
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn who_has_left_the_office_sees_no_more_names_than_neighbours(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, zhao) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.zhao).await);
        let change = ProfileChange { given_name: Some("小梅".to_owned()), ..ProfileChange::default() };
        assert!(is_done(&one(&world, &wang, Action::ChangeProfile { change }).await));
        let id = reported(&world, &zhao, RepairPlace::Area { area_id: places.gate }, "门坏了").await;
        assert!(is_done(&one(&world, &wang, Action::JoinRepair { repair_id: id }).await));
        let (community, person) = (sun.id, crate::world::person(sun.zhao, 3, "赵建国", Role::Resident, Some(sun.li)));
        world.app.db.write(move |tx| linli_server::community::put_person(tx, community, &person, "").map(drop)).await.unwrap();
        let own = seen(&world, &zhao, id).await.unwrap();
        assert_eq!(own.report.reach, "call-me-at-night", "their own words");
        assert_eq!(own.events[1].by.as_ref().unwrap().name, "小梅");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn what_the_office_notes_for_itself_reaches_nobody_else(world) {
        let sun = world.sun.clone();
        let places = ground(&world).await;
        let (wang, chen) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.chen_jing).await);
        let zhao = world.join(&sun, sun.zhao).await;
        let id = reported(&world, &wang, RepairPlace::Area { area_id: places.gate }, "门坏了").await;
        let own = note(id, "canary-note");
        for _ in 0..2 {
            assert!(is_done(&one(&world, &chen, own.clone()).await));
        }
        assert_eq!(refusal(&one(&world, &wang, note(id, "看看")).await).0, Code::NotAllowed);
        assert_eq!(refusal(&one(&world, &chen, note(RepairId(new_id()), "看看")).await).0, Code::NotFound);
        assert!(hears(&world, &zhao, Entity::RepairNotes, id).await);
        let notes: i64 = world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM repair_note", &[])?.get(0)?)).await.unwrap();
        assert_eq!(notes, 1, "sent twice, it stands there once");
        let (pages, _) = world.sync(&wang, None).await;
        assert!(!serde_json::to_string(&pages).unwrap().contains("canary-note"));
        assert!(!hears(&world, &wang, Entity::RepairNotes, id).await);
    }

    async fn nobody_gets_at_a_file_by_naming_it(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let picture = photo(&world, &wang).await;
        let missing = Attachment { id: linli_wire::id::AttachmentId(new_id()), ..picture.clone() };
        let mut own = report(RepairPlace::Home { unit_id: sun.unit_101 }, "看看");
        let mut told = Vec::new();
        for named in [picture.clone(), missing] {
            own.photos = vec![named];
            told.push(one(&world, &li, file(RepairId(new_id()), own.clone())).await);
        }
        assert_eq!(refusal(&told[0]), (Code::InvalidInput, "attachments".to_owned()));
        assert_eq!(told[0], told[1], "a foreign file and a missing one");
        assert!(!can_fetch(&world, &li, &picture).await);
        own.photos = Vec::new();
        let id = RepairId(new_id());
        assert!(is_done(&one(&world, &li, file(id, own)).await));
        assert_eq!(refusal(&one(&world, &li, say(id, "", vec![picture.clone()])).await).0, Code::InvalidInput);
        assert!(is_done(&one(&world, &li, say(id, "", vec![photo(&world, &li).await])).await));
    }

    async fn who_lost_the_right_is_refused_and_sees_it_no_more(world) {
        let sun = world.sun.clone();
        ground(&world).await;
        let (wang, zhao) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.zhao).await);
        let id = reported(&world, &wang, RepairPlace::Home { unit_id: sun.unit_1201 }, "漏水").await;
        let turn = acted(&world, &zhao, id, RepairAct::Accept).await.turn;
        let (community, person) = (sun.id, crate::world::person(sun.zhao, 3, "赵建国", Role::Resident, Some(sun.li)));
        world.app.db.write(move |tx| linli_server::community::put_person(tx, community, &person, "").map(drop)).await.unwrap();
        let late = Action::ActOnRepair { repair_id: id, turn, act: finish("修好了") };
        assert_eq!(refusal(&one(&world, &zhao, late).await).0, Code::NotFound);
        assert!(seen(&world, &zhao, id).await.is_none());
        let chen = world.join(&sun, sun.chen_jing).await;
        let assign = RepairAct::Transfer { worker: sun.zhao, words: String::new() };
        assert_eq!(refusal(&act(&world, &chen, id, assign).await), (Code::InvalidInput, "worker".to_owned()));
        assert_eq!(current(&world, id).await.turn, turn);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
