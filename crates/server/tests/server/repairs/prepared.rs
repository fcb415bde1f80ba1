//! A community in which repairs can be reported, and short words for what tests do to them.

use linli_server::{community, repairs};
use linli_wire::{
    Code, Language, Localized,
    attachments::Attachment,
    community::Opening,
    id::{AttachmentId, CommonAreaId, RepairCategoryId, RepairEventId, RepairId},
    ops::{Action, Outcome},
    repairs::{
        CommonArea, PromisedHours, Repair, RepairAct, RepairCard, RepairCategoryContent, RepairPlace,
        RepairReport, Urgency,
    },
    sync::{Entity, SyncPage},
};

use crate::world::{Device, World, new_id};

/// Places and kinds of the community in the sun.
#[derive(Clone, Copy)]
pub struct Ground {
    /// Everybody's.
    pub gate: CommonAreaId,
    /// Building 3's.
    pub lobby: CommonAreaId,
    pub plumbing: RepairCategoryId,
}

pub fn zh(text: &str) -> Localized {
    Localized::one(Language::zh(), text)
}

pub fn category(key: &str, hours: Option<u16>, chargeable: bool) -> RepairCategoryContent {
    RepairCategoryContent {
        key: key.to_owned(),
        name: zh(key),
        icon: "tool".to_owned(),
        promised: PromisedHours { emergency: Some(1), urgent: hours, normal: hours },
        chargeable,
        retired: false,
    }
}

/// `plumbing` is promised in 8 hours and may be charged, `lights` has neither. The office is open on
/// workdays from 9 to 18.
pub async fn ground(world: &World) -> Ground {
    let sun = world.sun.clone();
    let ground = Ground {
        gate: CommonAreaId(new_id()),
        lobby: CommonAreaId(new_id()),
        plumbing: RepairCategoryId(new_id()),
    };
    world
        .app
        .db
        .write(move |tx| {
            let mut known = community::get(tx, sun.id)?.unwrap();
            known.office.opening = vec![Opening { days: vec![1, 2, 3, 4, 5], from: 540, until: 1080 }];
            known.office.holidays = vec!["2026-10-01".to_owned()];
            community::put_community(tx, &known)?;
            let plumbing = category("plumbing", Some(8), true);
            repairs::settings::put_category(tx, sun.id, ground.plumbing, &plumbing)?;
            let lights = category("lights", None, false);
            repairs::settings::put_category(tx, sun.id, RepairCategoryId(new_id()), &lights)?;
            let area = |id, code: &str, building_id| CommonArea {
                id,
                code: code.to_owned(),
                name: zh(code),
                building_id,
            };
            repairs::settings::put_area(tx, sun.id, &area(ground.gate, "gate", None))?;
            let lobby = area(ground.lobby, "lobby", Some(sun.building_3));
            repairs::settings::put_area(tx, sun.id, &lobby).map(drop)
        })
        .await
        .unwrap();
    ground
}

pub fn report(place: RepairPlace, words: &str) -> RepairReport {
    RepairReport {
        place,
        category: "plumbing".to_owned(),
        urgency: Urgency::Normal,
        words: words.to_owned(),
        photos: Vec::new(),
        times: Vec::new(),
        may_enter: true,
        reach: "call-me-at-night".to_owned(),
    }
}

pub fn file(repair_id: RepairId, report: RepairReport) -> Action {
    Action::ReportRepair { repair_id, report }
}

pub async fn reported(world: &World, device: &Device, place: RepairPlace, words: &str) -> RepairId {
    let id = RepairId(new_id());
    let outcome = world.ops(device, vec![file(id, report(place, words))]).await.remove(0);
    assert!(is_done(&outcome), "{outcome:?}");
    id
}

pub fn is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done { .. })
}

/// The code and field, or reason, of a refusal.
pub fn refusal(outcome: &Outcome) -> (Code, String) {
    let Outcome::Refused { error } = outcome else { panic!("{outcome:?}") };
    let why = error.details.get("field").or_else(|| error.details.get("reason"));
    (error.code, why.and_then(|why| why.as_str()).unwrap_or_default().to_owned())
}

pub async fn one(world: &World, device: &Device, action: Action) -> Outcome {
    world.ops(device, vec![action]).await.remove(0)
}

/// Acts on the turn at which the repair stands.
pub async fn act(world: &World, device: &Device, id: RepairId, act: RepairAct) -> Outcome {
    let turn = current(world, id).await.turn;
    one(world, device, Action::ActOnRepair { repair_id: id, turn, act }).await
}

pub async fn acted(world: &World, device: &Device, id: RepairId, what: RepairAct) -> Repair {
    let outcome = act(world, device, id, what).await;
    assert!(is_done(&outcome), "{outcome:?}");
    current(world, id).await
}

pub fn finish(words: &str) -> RepairAct {
    RepairAct::Finish { words: words.to_owned(), photos: Vec::new(), parts: Vec::new() }
}

pub fn say(repair_id: RepairId, words: &str, photos: Vec<Attachment>) -> Action {
    Action::MessageOnRepair { repair_id, event_id: RepairEventId(new_id()), words: words.to_owned(), photos }
}

/// The repair as the server has it.
pub async fn current(world: &World, id: RepairId) -> Repair {
    let community = world.sun.id;
    world.app.db.read(move |tx| Ok(repairs::get(tx, community, id)?.unwrap().repair)).await.unwrap()
}

/// The last that a device hears of an entity, from nothing.
pub async fn heard<T: serde::de::DeserializeOwned>(
    world: &World,
    device: &Device,
    entity: Entity,
    id: uuid::Uuid,
) -> Option<T> {
    let (pages, _): (Vec<SyncPage>, _) = world.sync(device, None).await;
    let changes = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
    let mut bodies = changes
        .filter(|change| change.entity == entity && change.id == id)
        .filter_map(|change| change.body.as_ref());
    bodies.next_back().map(|body| serde_json::from_str(body.get()).unwrap())
}

pub async fn seen(world: &World, device: &Device, id: RepairId) -> Option<Repair> {
    heard(world, device, Entity::Repair, id.0).await
}

pub async fn card(world: &World, device: &Device, id: RepairId) -> Option<RepairCard> {
    heard(world, device, Entity::RepairCard, id.0).await
}

pub async fn hears(world: &World, device: &Device, entity: Entity, id: RepairId) -> bool {
    heard::<serde_json::Value>(world, device, entity, id.0).await.is_some()
}

/// Sends a photo of one pixel.
pub async fn photo(world: &World, device: &Device) -> Attachment {
    let id = AttachmentId(new_id());
    let request = world.http.put(format!("{}/v1/attachments/{id}", world.url));
    let request = request.bearer_auth(&device.tokens.access).header("linli-name", "photo.png");
    let response = request.body(crate::policy::PNG).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// What the check of the whole database finds.
pub async fn findings(world: &World) -> Vec<String> {
    world.app.db.read(linli_server::check::database).await.unwrap()
}
