//! What a device knows from its cache alone: how many a notice reaches, and which devices are new.

use linli_core::{cache::Cache, community, devices, notices::office};
use linli_testkit::{FakeSystem, Pace};
use linli_wire::{
    Code, Language,
    community::ProfileChange,
    id::{BuildingId, DeviceId, NoticeId, UnitId},
    notices::{Audience, AudienceCount, NoticeContent, NoticeText, Publish, SaveNotice},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pages::cache;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn put(cache: &Cache, entity: &str, number: u128, body: &Value) {
    let insert = "INSERT INTO record (entity, id, version, body) VALUES (?1, ?2, 1, ?3)";
    cache
        .write(|tx| {
            tx.execute(insert, (entity, id(number), body.to_string()))?;
            Ok(())
        })
        .unwrap();
}

/// Two households in building 1 and 2, the second with a flat in each; a clerk without a home.
fn office() -> Cache {
    let cache = cache();
    let unit = |number: u128, building: u128| json!({"id": id(number), "building_id": id(building), "building_code": "1", "code": "1201"});
    put(&cache, "household", 11, &json!({"id": id(11), "code": "H-1", "units": [unit(101, 1)]}));
    put(
        &cache,
        "household",
        12,
        &json!({"id": id(12), "code": "H-2", "units": [unit(102, 1), unit(103, 2)]}),
    );
    for (number, household, role, joined) in [
        (21, Some(11), "household_head", true),
        (22, Some(11), "resident", false),
        (23, Some(12), "household_head", true),
        (24, None, "staff", true),
    ] {
        put(
            &cache,
            "person",
            number,
            &json!({"id": id(number), "code": "P", "name": "N", "given_name": "N", "role": role,
                    "household_id": household.map(id), "language": "zh", "joined": joined}),
        );
    }
    cache
}

#[test]
fn an_audience_is_counted_in_people_and_homes() {
    let cache = office();
    let count = |audience: &Audience| {
        let AudienceCount { people, joined, homes } = community::audience_count(&cache, audience).unwrap();
        (people, joined, homes)
    };
    let buildings = |numbers: &[u128]| Audience::Buildings {
        buildings: numbers.iter().map(|number| BuildingId(id(*number))).collect(),
    };
    let units = |numbers: &[u128]| Audience::Units {
        units: numbers.iter().map(|number| UnitId(id(*number))).collect(),
    };
    assert_eq!(count(&Audience::Community), (4, 3, 2));
    assert_eq!(count(&buildings(&[1])), (3, 2, 2));
    assert_eq!(count(&buildings(&[2])), (1, 1, 1));
    assert_eq!(count(&buildings(&[1, 2])), (3, 2, 2), "a home with flats in both counts once");
    assert_eq!(count(&buildings(&[9])), (0, 0, 0));
    assert_eq!(count(&units(&[101])), (2, 1, 1));
    assert_eq!(count(&Audience::Role { role: linli_wire::community::Role::HouseholdHead }), (2, 2, 2));
}

#[test]
fn a_device_that_was_added_is_shown_once_to_those_that_were_there() {
    let cache = cache();
    cache
        .write(|tx| {
            tx.execute(
                "INSERT INTO session (one, server, community_id, person_id, device_id, device_key, access, refresh)
                 VALUES (1, '', x'01', x'02', ?1, x'03', '', '')",
                [id(2)],
            )?;
            Ok(())
        })
        .unwrap();
    let device = |number: u128, joined_at: i64| {
        put(
            &cache,
            "device",
            number,
            &json!({"id": id(number), "name": "Device", "joined_at": joined_at, "version": 1}),
        );
    };
    let added = || devices::added(&cache).unwrap().iter().map(|device| device.id).collect::<Vec<_>>();
    device(1, 100);
    assert_eq!(added(), [], "its own record is not here yet");
    device(2, 200);
    assert_eq!(added(), [], "the older one is nothing new to the younger");
    device(3, 300);
    assert_eq!(added(), [DeviceId(id(3))]);
    devices::seen(&cache).unwrap();
    assert_eq!(added(), []);
    device(4, 400);
    assert_eq!(added(), [DeviceId(id(4))]);
}

#[test]
fn names_that_nobody_can_see_or_that_lie_never_leave_the_form() {
    let cache = office();
    let system = FakeSystem::new(1, Pace::Held);
    let field = |refused: linli_core::Error| {
        assert_eq!(refused.code(), Code::InvalidInput);
        refused.0.details["field"].as_str().unwrap().to_owned()
    };
    for text in ["\u{200B}", "  ", "Fee\u{202E}eerf"] {
        let change = ProfileChange { given_name: Some(text.to_owned()), ..ProfileChange::default() };
        assert_eq!(field(community::change_profile(&cache, &system, change).unwrap_err()), "given_name");
        assert_eq!(field(devices::rename(&cache, &system, DeviceId(id(31)), text).unwrap_err()), "name");
        let words = NoticeText { title: text.to_owned(), body: "…".to_owned() };
        let content = NoticeContent {
            texts: [(Language::zh(), words)].into(),
            category: String::new(),
            audience: Audience::Community,
            emergency: false,
            pinned: false,
            expires_at: None,
            attachments: Vec::new(),
        };
        let save = SaveNotice { id: NoticeId(id(41)), base_version: 0, content, publish: Publish::Now };
        assert_eq!(field(office::save(&cache, &system, save).unwrap_err()), "texts.zh.title");
    }
    let waiting: i64 =
        cache.read(|db| Ok(db.query_row("SELECT COUNT(*) FROM outbox", [], |row| row.get(0))?)).unwrap();
    assert_eq!(waiting, 0);
}
