//! Every route and every operation as every kind of caller, taken from the policy table.
//!
//! Canaries stand in everything that belongs to somebody. Whatever a caller does, no answer to them
//! holds a canary of a place that is not theirs, and a foreign id is answered like a missing one.

use linli_server::http::policy::{Method, OPS, ROUTES, Who};
use linli_wire::{
    Code,
    community::ProfileChange,
    id::{AttachmentId, DeviceId, NoticeId, TemplateId},
    join::InviteRequest,
    notices::{Audience, Publish},
    ops::{Action, OpsRequest, Outcome},
    settings::Preferences,
};

use crate::{
    both,
    world::{Device, Place, World, content, new_id, op, save},
};

/// Those who try.
struct Callers {
    all: Vec<(&'static str, Option<Device>)>,
}

/// What belongs to somebody: a notice, a file, a device and a person in each place.
struct Things {
    sun_notice: NoticeId,
    moon_notice: NoticeId,
    wang_device: DeviceId,
    moon_device: DeviceId,
    sun_file: AttachmentId,
    moon_file: AttachmentId,
}

const HOUSE_CANARY: &str = "canary-of-the-wangs";
const OFFICE_CANARY: &str = "canary-of-the-office";
const MOON_CANARY: &str = "canary-of-the-moon";

/// A picture of one pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0x0, 0x0, 0x0, 0xd, 0x49, 0x48, 0x44, 0x52, 0x0, 0x0, 0x0,
    0x1, 0x0, 0x0, 0x0, 0x1, 0x8, 0x2, 0x0, 0x0, 0x0, 0x90, 0x77, 0x53, 0xde, 0x0, 0x0, 0x0, 0xc, 0x49, 0x44,
    0x41, 0x54, 0x78, 0x9c, 0x63, 0x38, 0xe0, 0x60, 0x0, 0x0, 0x2, 0xf4, 0x1, 0x31, 0x4c, 0xa9, 0xe4, 0x57,
    0x0, 0x0, 0x0, 0x0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

fn method(method: Method) -> reqwest::Method {
    method.as_str().parse().unwrap()
}

async fn send_file(world: &World, device: &Device) -> (AttachmentId, linli_wire::attachments::Attachment) {
    let id = AttachmentId(new_id());
    let request = world.http.put(format!("{}/v1/attachments/{id}", world.url));
    let request = request.bearer_auth(&device.tokens.access).header("linli-name", "%E5%9B%BE.png").body(PNG);
    let response = request.send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    (id, serde_json::from_str(&text).unwrap())
}

async fn prepare(world: &World) -> (Callers, Things) {
    let (sun, moon) = (world.sun.clone(), world.moon.clone());
    let join = |place: Place, person| async move { world.join(&place, person).await };
    let office = join(sun.clone(), sun.chen_jing).await;
    let wang = join(sun.clone(), sun.wang_mei).await;
    let foreign_manager = join(moon.clone(), moon.lin).await;
    let foreign_resident = join(moon.clone(), moon.wang_mei).await;
    let revoked = join(sun.clone(), sun.wang_mei).await;
    let path = format!("/v1/devices/{}/revoke", revoked.id);
    world.send(reqwest::Method::POST, &path, Some(&wang.tokens.access), None::<&()>).await;

    let (sun_file, file) = send_file(world, &office).await;
    let (moon_file, _) = send_file(world, &foreign_manager).await;
    let sun_notice = NoticeId(new_id());
    let mut secret = content(HOUSE_CANARY, Audience::Units { units: vec![sun.unit_1201] });
    secret.attachments = vec![file];
    world.ops(&office, vec![save(sun_notice, 0, secret, Publish::Now)]).await;
    let draft = save(NoticeId(new_id()), 0, content(OFFICE_CANARY, Audience::Community), Publish::Keep);
    world.ops(&office, vec![draft]).await;
    let moon_notice = world.publish(&foreign_manager, MOON_CANARY, Audience::Community).await;
    for (device, canary) in [(&wang, HOUSE_CANARY), (&foreign_resident, MOON_CANARY)] {
        let change = ProfileChange { given_name: Some(canary.to_owned()), ..ProfileChange::default() };
        world.ops(device, vec![Action::ChangeProfile { change }]).await;
    }
    let things = Things {
        sun_notice,
        moon_notice,
        wang_device: wang.id,
        moon_device: foreign_resident.id,
        sun_file,
        moon_file,
    };
    let all = vec![
        ("anonymous", None),
        ("revoked", Some(revoked)),
        ("resident", Some(wang)),
        ("same household", Some(join(sun.clone(), sun.grandma).await)),
        ("other household", Some(join(sun.clone(), sun.li_qiang).await)),
        ("staff", Some(office)),
        ("manager", Some(join(sun.clone(), sun.lin).await)),
        ("foreign resident", Some(foreign_resident)),
        ("foreign manager", Some(foreign_manager)),
    ];
    (Callers { all }, things)
}

fn is_office(name: &str) -> bool {
    matches!(name, "staff" | "manager" | "foreign manager")
}

fn must_not_hold(name: &str, what: &str, text: &str) {
    let forbidden: &[&str] = match name {
        "resident" | "same household" => &[OFFICE_CANARY, MOON_CANARY],
        "staff" | "manager" => &[MOON_CANARY],
        "foreign resident" | "foreign manager" => &[HOUSE_CANARY, OFFICE_CANARY],
        _ => &[HOUSE_CANARY, OFFICE_CANARY, MOON_CANARY],
    };
    for canary in forbidden {
        assert!(!text.contains(canary), "{name} got {canary} from {what}");
    }
}

both! {
    async fn every_route_lets_in_whom_its_row_says(world) {
        let (callers, things) = prepare(&world).await;
        for route in ROUTES {
            for (name, device) in &callers.all {
                // Ids of the own place, of another, and of none; those that end something come last.
                let ids: Vec<String> = match route.path {
                    "/v1/notices/{id}/readers" => vec![
                        things.sun_notice.to_string(),
                        things.moon_notice.to_string(),
                        new_id().to_string(),
                        "not-an-id".to_owned(),
                    ],
                    "/v1/attachments/{id}" if route.method == Method::Get => vec![
                        things.sun_file.to_string(),
                        things.moon_file.to_string(),
                        new_id().to_string(),
                        "not-an-id".to_owned(),
                    ],
                    path if path.contains("{id}") => vec![new_id().to_string()],
                    _ => vec![String::new()],
                };
                if *name != "anonymous" && *name != "revoked" && route.path == "/v1/session" {
                    // It ends the device: tried below and in the tests of joining.
                    continue;
                }
                for id in ids {
                    let path = route.path.replace("{id}", &id);
                    let access = device.as_ref().map(|device| device.tokens.access.as_str());
                    let response = world.send(method(route.method), &path, access, None::<&()>).await;
                    let status = response.status().as_u16();
                    if route.path == "/v1/live" && status == 200 {
                        continue;
                    }
                    let bytes = response.bytes().await.unwrap();
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let what = format!("{route:?} {id}");
                    must_not_hold(name, &what, &text);
                    assert_ne!(status, 500, "{name} {what}: {text}");
                    let code = |text: &str| -> serde_json::Value {
                        serde_json::from_str::<serde_json::Value>(text).unwrap()["code"].clone()
                    };
                    match (route.who, *name) {
                        (Who::Anyone, _) => assert!(!matches!(status, 401 | 403), "{name} {what}: {text}"),
                        (_, "anonymous") => assert_eq!(code(&text), "signed_out", "{what}"),
                        (_, "revoked") => assert_eq!(code(&text), "device_revoked", "{what}"),
                        (Who::Office, name) if !is_office(name) => assert_eq!(code(&text), "not_allowed", "{name} {what}"),
                        _ => assert!(!matches!(status, 401 | 403), "{name} {what}: {text}"),
                    }
                }
            }
        }
    }

    async fn foreign_and_missing_answer_alike(world) {
        let (callers, things) = prepare(&world).await;
        let strip = |text: String, id: &str| text.replace(id, "ID");
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| *name != "revoked") else { continue };
            let foreign = name.starts_with("foreign");
            let access = Some(device.tokens.access.as_str());
            let notice = if foreign { things.sun_notice } else { things.moon_notice }.to_string();
            let file = if foreign { things.sun_file } else { things.moon_file }.to_string();
            let other = if *name == "foreign resident" { things.wang_device } else { things.moon_device }.to_string();
            let missing = new_id().to_string();
            for (method, path, id) in [
                (reqwest::Method::GET, "/v1/attachments/{id}", file),
                (reqwest::Method::GET, "/v1/notices/{id}/readers", notice),
                (reqwest::Method::POST, "/v1/devices/{id}/revoke", other),
            ] {
                let ask = async |id: &str| {
                    let path = path.replace("{id}", id);
                    let response = world.send(method.clone(), &path, access, None::<&()>).await;
                    (response.status().as_u16(), response.text().await.unwrap())
                };
                let (theirs, none) = (ask(&id).await, ask(&missing).await);
                assert_eq!((theirs.0, strip(theirs.1, &id)), (none.0, strip(none.1, &missing)), "{name} {path}");
                assert!(matches!(theirs.0, 404 | 403), "{name} {path}");
            }
            if *name == "other household" {
                let path = format!("/v1/attachments/{}", things.sun_file);
                let refused = world.refused(reqwest::Method::GET, &path, access, None::<&()>).await;
                assert_eq!(refused.code, Code::NotFound);
            }
            if matches!(*name, "resident" | "same household") {
                let path = format!("/v1/attachments/{}", things.sun_file);
                let response = world.send(reqwest::Method::GET, &path, access, None::<&()>).await;
                assert_eq!(response.status(), 200);
                assert_eq!(response.headers()["x-content-type-options"], "nosniff");
                assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
            }
        }
        // An office cannot invite another community's people.
        let (_, manager) = callers.all.iter().find(|(name, _)| *name == "foreign manager").unwrap();
        let access = manager.as_ref().map(|device| device.tokens.access.as_str());
        let request = InviteRequest { person_id: world.sun.wang_mei };
        let refused = world.refused(reqwest::Method::POST, "/v1/invitations", access, Some(&request)).await;
        assert_eq!(refused.code, Code::NotFound);
    }

    async fn a_letter_is_made_only_for_rights_that_its_maker_has(world) {
        let (callers, _) = prepare(&world).await;
        let sun = world.sun.clone();
        let guests = [
            ("resident", sun.li_qiang),
            ("household head", sun.grandma),
            ("staff", sun.zhao),
            ("themselves", sun.chen_jing),
            ("manager", sun.lin),
        ];
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| *name != "revoked") else { continue };
            for (guest, person_id) in guests {
                let request = InviteRequest { person_id };
                let access = Some(device.tokens.access.as_str());
                let response = world.send(reqwest::Method::POST, "/v1/invitations", access, Some(&request)).await;
                let expected = match (*name, guest) {
                    ("manager", _) | ("staff", "resident" | "household head") => 200,
                    ("foreign manager", _) => 404,
                    _ => 403,
                };
                assert_eq!(response.status().as_u16(), expected, "{name} for {guest}");
            }
        }
        // A letter that staff made for a resident is none for the manager that the resident becomes.
        let chen = world.join(&sun, sun.chen_jing).await;
        let request = InviteRequest { person_id: sun.li_qiang };
        let access = Some(chen.tokens.access.as_str());
        let letter: linli_wire::join::Invitation =
            world.ok(reqwest::Method::POST, "/v1/invitations", access, Some(&request)).await;
        let (community, li_qiang) = (sun.id, sun.li_qiang);
        world.app.db.write(move |tx| {
            let person = crate::world::person(li_qiang, 2, "李强", linli_wire::community::Role::Manager, None);
            linli_server::community::put_person(tx, community, &person, "").map(drop)
        }).await.unwrap();
        let (request, _) = crate::world::join_request(linli_wire::join::JoinLink::read(&letter.link).unwrap().code);
        let refused = world.refused(reqwest::Method::POST, "/v1/join", None, Some(&request)).await;
        assert_eq!(refused.code, Code::InvitationExpired);
    }

    async fn every_operation_lets_in_whom_its_row_says(world) {
        let (callers, things) = prepare(&world).await;
        let template = TemplateId(new_id());
        let actions = |own: DeviceId| -> Vec<Action> {
            vec![
                save(NoticeId(new_id()), 0, content("新", Audience::Community), Publish::Keep),
                Action::WithdrawNotice { notice_id: NoticeId(new_id()) },
                Action::ReadNotices { marks: vec![] },
                Action::SaveTemplate { template_id: template, name: "模板".to_owned(), content: content("模", Audience::Community) },
                Action::DeleteTemplate { template_id: TemplateId(new_id()) },
                Action::ChangeProfile { change: ProfileChange::default() },
                Action::SavePreferences { preferences: Preferences::default() },
                Action::RenameDevice { device_id: own, name: "新名".to_owned() },
            ]
        };
        let kinds: Vec<&str> = actions(DeviceId(new_id())).iter().map(Action::kind).collect();
        assert_eq!(kinds, OPS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), "a row for each kind, and a case for each row");
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| *name != "revoked") else { continue };
            let outcomes = world.ops(device, actions(device.id)).await;
            for ((kind, who), outcome) in OPS.iter().zip(outcomes) {
                let refused = matches!(&outcome, Outcome::Refused { error } if error.code == Code::NotAllowed);
                assert_eq!(refused, *who == Who::Office && !is_office(name), "{name} {kind} {outcome:?}");
            }
            // What belongs to others does not exist for them.
            let foreign = name.starts_with("foreign");
            let notice_id = if foreign { things.sun_notice } else { things.moon_notice };
            let other = if *name == "foreign resident" { things.wang_device } else { things.moon_device };
            let outcomes = world.ops(device, vec![
                save(notice_id, 1, content("偷", Audience::Community), Publish::Now),
                Action::WithdrawNotice { notice_id },
                Action::RenameDevice { device_id: other, name: "偷".to_owned() },
            ]).await;
            for outcome in outcomes {
                let Outcome::Refused { error } = outcome else { panic!("{name}: {outcome:?}") };
                assert!(matches!(error.code, Code::NotFound | Code::NotAllowed), "{name}: {error}");
            }
        }
    }

    async fn a_snapshot_holds_only_what_is_theirs(world) {
        let (callers, _) = prepare(&world).await;
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| *name != "revoked") else { continue };
            let (pages, _) = world.sync(device, None).await;
            must_not_hold(name, "sync", &serde_json::to_string(&pages).unwrap());
        }
    }

    async fn an_error_tells_nothing_of_the_inside(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        world.app.db.write(|tx| {
            tx.execute("ALTER TABLE preferences RENAME TO preferences_gone", &[])?;
            Ok(())
        }).await.unwrap();
        let ops = vec![op(&world, Action::SavePreferences { preferences: Preferences::default() })];
        let access = Some(wang.tokens.access.as_str());
        let error = world.refused(reqwest::Method::POST, "/v1/ops", access, Some(&OpsRequest { ops })).await;
        assert_eq!((error.code, error.message.as_str()), (Code::Internal, "the server could not do this"));
        assert!(error.details.is_null());
    }
}
