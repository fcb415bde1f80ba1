//! A world in which canaries stand in everything that belongs to somebody, and those who try to get at them.

use linli_server::{community, params};
use linli_wire::{
    community::{ProfileChange, Role},
    id::{
        AttachmentId, BillId, DeviceId, HouseholdId, MessageId, NoticeId, PersonId, RelativeId,
        RepairCategoryId, RepairId, RepairNoteId, RoomId,
    },
    notices::{Audience, Publish},
    ops::Action,
    repairs::RepairPlace,
};

use crate::world::{Device, Place, World, content, new_id, person, save};

/// Those who try.
pub struct Callers {
    pub all: Vec<(&'static str, Option<Device>)>,
}

/// What belongs to somebody: a notice, a file, a device and a person in each place; and what did until it
/// was withdrawn, deleted or removed.
pub struct Things {
    pub sun_notice: NoticeId,
    pub moon_notice: NoticeId,
    pub withdrawn_notice: NoticeId,
    pub wang_device: DeviceId,
    pub moon_device: DeviceId,
    pub removed_device: DeviceId,
    pub sun_file: AttachmentId,
    pub moon_file: AttachmentId,
    pub draft_file: AttachmentId,
    pub withdrawn_file: AttachmentId,
    pub deleted_file: AttachmentId,
    pub sun_round: linli_wire::id::RoundId,
    pub moon_round: linli_wire::id::RoundId,
    pub sun_bill: BillId,
    pub moon_bill: BillId,
    pub sun_movement: linli_wire::id::BankMovementId,
    pub moon_movement: linli_wire::id::BankMovementId,
    pub sun_relative: RelativeId,
    pub moon_relative: RelativeId,
    pub sun_household: HouseholdId,
    pub moon_household: HouseholdId,
    /// Of building 3, with a message.
    pub sun_room: RoomId,
    pub moon_room: RoomId,
    pub sun_message: MessageId,
    pub moon_message: MessageId,
    pub sun_repair: RepairId,
    pub moon_repair: RepairId,
    pub sun_photo: AttachmentId,
    pub moon_photo: AttachmentId,
    /// Chosen by Wang Mei and by who is at home in her place in the other community, and shown to nobody.
    pub sun_portrait: AttachmentId,
    pub moon_portrait: AttachmentId,
    /// Under way, of Wang Mei and of who is at home in her place in the other community.
    pub sun_upload: AttachmentId,
    pub moon_upload: AttachmentId,
}

pub const HOUSE_CANARY: &str = "canary-of-the-wangs";
pub const OFFICE_CANARY: &str = "canary-of-the-office";
pub const MOON_CANARY: &str = "canary-of-the-moon";

/// A picture of one pixel.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0x0, 0x0, 0x0, 0xd, 0x49, 0x48, 0x44, 0x52, 0x0, 0x0, 0x0,
    0x1, 0x0, 0x0, 0x0, 0x1, 0x8, 0x2, 0x0, 0x0, 0x0, 0x90, 0x77, 0x53, 0xde, 0x0, 0x0, 0x0, 0xc, 0x49, 0x44,
    0x41, 0x54, 0x78, 0x9c, 0x63, 0x38, 0xe0, 0x60, 0x0, 0x0, 0x2, 0xf4, 0x1, 0x31, 0x4c, 0xa9, 0xe4, 0x57,
    0x0, 0x0, 0x0, 0x0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// `Repr-Digest` of [`PNG`].
pub const PNG_DIGEST: &str = "sha-256=:/JlAzC/5PTfKfk00VhOGbBLIAmQ5XNjQCGJVKkiJYA0=:";

async fn begin_upload(world: &World, device: &Device, name: &str) -> AttachmentId {
    let id = AttachmentId(new_id());
    let request = world.http.put(format!("{}/v1/attachments/{id}/upload", world.url));
    let request = request.bearer_auth(&device.tokens.access).header("linli-name", name);
    let request = request.header("upload-complete", "?0").header("upload-length", PNG.len());
    let begun = request.header("repr-digest", PNG_DIGEST).body(PNG[..10].to_vec()).send().await.unwrap();
    assert_eq!(begun.status(), 201);
    id
}

async fn send_file(
    world: &World,
    device: &Device,
    name: &str,
) -> (AttachmentId, linli_wire::attachments::Attachment) {
    let id = AttachmentId(new_id());
    let request = world.http.put(format!("{}/v1/attachments/{id}", world.url));
    let name = format!("{name}-%E5%9B%BE.png");
    let request = request.bearer_auth(&device.tokens.access).header("linli-name", name).body(PNG);
    let response = request.send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    (id, serde_json::from_str(&text).unwrap())
}

pub async fn prepare(world: &World) -> (Callers, Things) {
    let (sun, moon) = (world.sun.clone(), world.moon.clone());
    let join = |place: Place, person| async move { world.join(&place, person).await };
    let office = join(sun.clone(), sun.chen_jing).await;
    let wang = join(sun.clone(), sun.wang_mei).await;
    let foreign_manager = join(moon.clone(), moon.lin).await;
    let foreign_resident = join(moon.clone(), moon.wang_mei).await;
    let revoked = join(sun.clone(), sun.wang_mei).await;
    let path = format!("/v1/devices/{}/revoke", revoked.id);
    world.send(reqwest::Method::POST, &path, Some(&wang.tokens.access), None::<&()>).await;
    let [moved_out, ex_resident] = [41, 42].map(|number| PersonId(uuid::Uuid::from_u128(number)));
    for (who, number) in [(moved_out, 41), (ex_resident, 42)] {
        put(world, who, number, Some(sun.wang)).await;
    }
    let (moved, ex) = (join(sun.clone(), moved_out).await, join(sun.clone(), ex_resident).await);

    let (sun_file, file) = send_file(world, &office, HOUSE_CANARY).await;
    let (moon_file, _) = send_file(world, &foreign_manager, MOON_CANARY).await;
    let (draft_file, of_draft) = send_file(world, &office, OFFICE_CANARY).await;
    let (withdrawn_file, of_withdrawn) = send_file(world, &office, HOUSE_CANARY).await;
    let (deleted_file, _) = send_file(world, &office, HOUSE_CANARY).await;
    let home = Audience::Units { units: vec![sun.unit_1201] };
    let sun_notice = NoticeId(new_id());
    let mut secret = content(HOUSE_CANARY, home.clone());
    secret.attachments = vec![file];
    world.ops(&office, vec![save(sun_notice, 0, secret, Publish::Now)]).await;
    let withdrawn_notice = NoticeId(new_id());
    let mut secret = content(HOUSE_CANARY, home);
    secret.attachments = vec![of_withdrawn];
    world.ops(&office, vec![save(withdrawn_notice, 0, secret, Publish::Now)]).await;
    for device in [&moved, &ex] {
        // They knew it while they lived there.
        let (pages, _) = world.sync(device, None).await;
        assert!(serde_json::to_string(&pages).unwrap().contains(HOUSE_CANARY));
    }
    for (who, number) in [(moved_out, 41), (ex_resident, 42)] {
        put(world, who, number, None).await;
    }
    world.send(reqwest::Method::DELETE, "/v1/session", Some(&ex.tokens.access), None::<&()>).await;
    world.ops(&office, vec![Action::WithdrawNotice { notice_id: withdrawn_notice }]).await;
    let delete = "DELETE FROM attachment WHERE id = $1";
    world.app.db.write(move |tx| Ok(tx.execute(delete, params![deleted_file])?)).await.unwrap();
    let mut draft = content(OFFICE_CANARY, Audience::Community);
    draft.attachments = vec![of_draft];
    world.ops(&office, vec![save(NoticeId(new_id()), 0, draft, Publish::Keep)]).await;
    let moon_notice = world.publish(&foreign_manager, MOON_CANARY, Audience::Community).await;
    // Before the household has its canary for a name, which those whom it lets pay may know.
    let (relative, sun_relative) = let_in(world, &sun, &wang, 43).await;
    let (former, former_relative) = let_in(world, &sun, &wang, 44).await;
    let (_, moon_relative) = let_in(world, &moon, &foreign_resident, 45).await;
    let path = format!("/v1/relatives/{former_relative}/end");
    let _: serde_json::Value =
        world.ok(reqwest::Method::POST, &path, Some(&wang.tokens.access), None::<&()>).await;
    for (device, canary) in [(&wang, HOUSE_CANARY), (&foreign_resident, MOON_CANARY)] {
        let change = ProfileChange { given_name: Some(canary.to_owned()), ..ProfileChange::default() };
        world.ops(device, vec![Action::ChangeProfile { change }]).await;
    }
    let (sun_repair, sun_photo) = report_repair(world, &sun, &wang, HOUSE_CANARY).await;
    let (moon_repair, moon_photo) = report_repair(world, &moon, &foreign_resident, MOON_CANARY).await;
    let note_id = RepairNoteId(new_id());
    let note = Action::NoteOnRepair { repair_id: sun_repair, note_id, words: OFFICE_CANARY.to_owned() };
    world.ops(&office, vec![note]).await;
    let sun_upload = begin_upload(world, &wang, HOUSE_CANARY).await;
    let moon_upload = begin_upload(world, &foreign_resident, MOON_CANARY).await;
    let sun_round = crate::rounds::fallen_due(world, &sun, &office, OFFICE_CANARY).await;
    let moon_round = crate::rounds::fallen_due(world, &moon, &foreign_manager, MOON_CANARY).await;
    let sun_bill = crate::payments::credited(world, &sun, &office, HOUSE_CANARY).await;
    let moon_bill = crate::payments::credited(world, &moon, &foreign_manager, MOON_CANARY).await;
    let sun_movement = crate::payments::brought(world, &office, OFFICE_CANARY).await;
    let moon_movement = crate::payments::brought(world, &foreign_manager, MOON_CANARY).await;
    let (sun_room, moon_room) = (RoomId::of_building(sun.building_3), RoomId::of_building(moon.building_3));
    let sun_message = crate::chat::say(world, &wang, sun_room, HOUSE_CANARY).await;
    let moon_message = crate::chat::say(world, &foreign_resident, moon_room, MOON_CANARY).await;
    let sun_portrait = crate::photos::choose(world, &wang, 1).await.id;
    let moon_portrait = crate::photos::choose(world, &foreign_resident, 2).await.id;
    let things = Things {
        sun_room,
        moon_room,
        sun_message,
        moon_message,
        sun_bill,
        moon_bill,
        sun_movement,
        moon_movement,
        sun_relative,
        moon_relative,
        sun_household: sun.wang,
        moon_household: moon.wang,
        sun_upload,
        moon_upload,
        sun_round,
        moon_round,
        sun_repair,
        moon_repair,
        sun_photo,
        moon_photo,
        sun_portrait,
        moon_portrait,
        sun_notice,
        moon_notice,
        withdrawn_notice,
        wang_device: wang.id,
        moon_device: foreign_resident.id,
        removed_device: revoked.id,
        sun_file,
        moon_file,
        draft_file,
        withdrawn_file,
        deleted_file,
    };
    let all = vec![
        ("anonymous", None),
        ("revoked", Some(revoked)),
        ("ex-resident", Some(ex)),
        ("moved out", Some(moved)),
        ("resident", Some(wang)),
        ("same household", Some(join(sun.clone(), sun.grandma).await)),
        ("other household", Some(join(sun.clone(), sun.li_qiang).await)),
        ("relative", Some(relative)),
        ("former relative", Some(former)),
        ("staff", Some(office)),
        ("manager", Some(join(sun.clone(), sun.lin).await)),
        ("foreign resident", Some(foreign_resident)),
        ("foreign manager", Some(foreign_manager)),
    ];
    (Callers { all }, things)
}

/// What somebody reports at home, with a photo; their community is settled for it first.
async fn report_repair(
    world: &World,
    place: &Place,
    device: &Device,
    canary: &str,
) -> (RepairId, AttachmentId) {
    let community = place.id;
    world
        .app
        .db
        .write(move |tx| {
            let plumbing = crate::repairs::category("plumbing", Some(8), true);
            let id = RepairCategoryId(new_id());
            linli_server::repairs::settings::put_category(tx, community, id, &plumbing).map(drop)
        })
        .await
        .unwrap();
    let (photo, attachment) = send_file(world, device, canary).await;
    let home = RepairPlace::Home { unit_id: place.unit_1201 };
    let mut report = crate::repairs::report(home, canary);
    report.photos = vec![attachment];
    let id = RepairId(new_id());
    let outcomes = world.ops(device, vec![crate::repairs::file(id, report)]).await;
    assert!(matches!(outcomes[..], [linli_wire::ops::Outcome::Done { .. }]), "{outcomes:?}");
    (id, photo)
}

/// Somebody without a household, whom the one of a device lets pay.
async fn let_in(world: &World, place: &Place, device: &Device, number: u8) -> (Device, RelativeId) {
    let (community, who) = (place.id, PersonId(uuid::Uuid::from_u128(number.into())));
    let new = person(who, number.into(), "周敏", Role::Resident, None);
    world.app.db.write(move |tx| community::put_person(tx, community, &new, "")).await.unwrap();
    let relative = world.join(place, who).await;
    let path = format!("/v1/households/{}/relative-code", place.wang);
    let code: linli_wire::payments::RelativeCode =
        world.ok(reqwest::Method::POST, &path, Some(&device.tokens.access), None::<&()>).await;
    let id = RelativeId(new_id());
    let asked = serde_json::json!({ "id": id, "code": code.code });
    let _: serde_json::Value =
        world.ok(reqwest::Method::POST, "/v1/relatives", Some(&relative.tokens.access), Some(&asked)).await;
    (relative, id)
}

async fn put(world: &World, who: PersonId, number: usize, household: Option<linli_wire::id::HouseholdId>) {
    let (community, who) = (world.sun.id, person(who, number, "周敏", Role::Resident, household));
    world.app.db.write(move |tx| community::put_person(tx, community, &who, "")).await.unwrap();
}
