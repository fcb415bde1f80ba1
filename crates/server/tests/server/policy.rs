//! Every route and every operation as every kind of caller, taken from the policy table.
//!
//! Canaries stand in everything that belongs to somebody: in notices, names and file names. Whatever a
//! caller asks, with a body as an app sends it, no answer to them holds a canary of a place that is not
//! theirs; and a foreign id is answered like one that was deleted and like one that never was.

mod prepared;

use linli_server::http::policy::{Method, OPS, ROUTES, Route, Who};
use linli_wire::{
    Code,
    community::ProfileChange,
    id::{
        DeviceId, FeeId, MessageId, NoticeId, RepairCategoryId, RepairEventId, RepairId, RepairNoteId,
        RoomId, RoundId, RoundPlanId, RoundPointId, TemplateId,
    },
    join::{InviteRequest, JoinCode},
    notices::{Audience, Publish, ReadMark},
    ops::{Action, OpsRequest, Outcome},
    repairs::{Rating, RepairAct, RepairReport},
    settings::Preferences,
};

pub use self::prepared::PNG;
use self::prepared::{HOUSE_CANARY, MOON_CANARY, OFFICE_CANARY, Things, prepare};
use crate::{
    both,
    world::{Device, World, content, join_request, new_id, op, save},
};

fn method(method: Method) -> reqwest::Method {
    method.as_str().parse().unwrap()
}

/// Whose device has been removed.
fn is_gone(name: &str) -> bool {
    matches!(name, "revoked" | "ex-resident")
}

fn is_office(name: &str) -> bool {
    matches!(name, "staff" | "manager" | "foreign manager")
}

fn must_not_hold(name: &str, what: &str, text: &str) {
    let forbidden: &[&str] = match name {
        // Who is let pay reads what stands on bills, and nothing else of the household: see the snapshot.
        "resident" | "same household" | "relative" => &[OFFICE_CANARY, MOON_CANARY],
        "staff" | "manager" => &[MOON_CANARY],
        "foreign resident" | "foreign manager" => &[HOUSE_CANARY, OFFICE_CANARY],
        _ => &[HOUSE_CANARY, OFFICE_CANARY, MOON_CANARY],
    };
    for canary in forbidden {
        assert!(!text.contains(canary), "{name} got {canary} from {what}");
    }
}

/// The ids that a route is tried with: of the own place, of another, of what is gone, and of nothing.
fn ids(route: &Route, things: &Things) -> Vec<String> {
    let nothing = [new_id().to_string(), "not-an-id".to_owned()];
    let known = match (route.method, route.path) {
        (_, "/v1/notices/{id}/readers") => {
            [things.sun_notice, things.moon_notice, things.withdrawn_notice].map(|id| id.to_string()).to_vec()
        }
        (Method::Get, "/v1/attachments/{id}") => {
            let files = [
                things.sun_file,
                things.moon_file,
                things.draft_file,
                things.sun_photo,
                things.moon_photo,
                things.sun_portrait,
            ];
            let gone = [things.withdrawn_file, things.deleted_file];
            files.iter().chain(&gone).map(ToString::to_string).collect()
        }
        (_, path) if path.starts_with("/v1/rooms/{id}/") => {
            [things.sun_room, things.moon_room].map(|id| id.to_string()).to_vec()
        }
        (_, "/v1/repairs/{id}/events") => {
            [things.sun_repair, things.moon_repair].map(|id| id.to_string()).to_vec()
        }
        (_, "/v1/bills/{id}/credit") => [things.sun_bill, things.moon_bill].map(|id| id.to_string()).to_vec(),
        (_, path) if path.starts_with("/v1/bank-movements/{id}") => {
            [things.sun_movement, things.moon_movement].map(|id| id.to_string()).to_vec()
        }
        (_, path) if path.starts_with("/v1/households/{id}/") => {
            [things.sun_household, things.moon_household].map(|id| id.to_string()).to_vec()
        }
        (_, "/v1/relatives/{id}/end") => {
            [things.sun_relative, things.moon_relative].map(|id| id.to_string()).to_vec()
        }
        (_, "/v1/attachments/{id}/upload") => {
            [things.sun_upload, things.moon_upload].map(|id| id.to_string()).to_vec()
        }
        // Those that end something come last.
        (_, "/v1/devices/{id}/revoke") => vec![things.removed_device.to_string()],
        (_, path) if path.contains("{id}") => Vec::new(),
        _ => return vec![String::new()],
    };
    known.into_iter().chain(nothing).collect()
}

fn report() -> RepairReport {
    let place = linli_wire::repairs::RepairPlace::Home { unit_id: linli_wire::id::UnitId(new_id()) };
    crate::repairs::report(place, "水")
}

fn rating() -> Rating {
    Rating { result: 1, speed: 1, manner: 1, words: String::new() }
}

fn message(repair_id: RepairId) -> Action {
    let event_id = RepairEventId(new_id());
    Action::MessageOnRepair { repair_id, event_id, words: "偷".to_owned(), photos: Vec::new() }
}

fn note(repair_id: RepairId) -> Action {
    Action::NoteOnRepair { repair_id, note_id: RepairNoteId(new_id()), words: "偷".to_owned() }
}

fn inspection(round_id: RoundId) -> Action {
    crate::rounds::inspection(round_id, RoundPointId(new_id()), Vec::new(), None)
}

/// A request as an app sends it, with a body that asks for the things of everybody.
fn request(
    world: &World,
    route: &Route,
    id: &str,
    device: Option<&Device>,
    things: &Things,
) -> reqwest::RequestBuilder {
    let path = route.path.replace("{id}", id);
    let mut request = world.http.request(method(route.method), format!("{}{path}", world.url));
    if let Some(device) = device {
        request = request.bearer_auth(&device.tokens.access);
    }
    let json = |body: serde_json::Value| body.to_string().into_bytes();
    let body = match (route.method, route.path) {
        (_, "/v1/join") => {
            let code = JoinCode::read("ABCDEFGHJKMNPQRSTVWXYZ2345").unwrap();
            json(serde_json::to_value(join_request(code).0).unwrap())
        }
        (_, "/v1/session/refresh") => json(serde_json::json!({
            "device_id": things.wang_device, "refresh": "x", "nonce": "AAAAAAAAAAAAAAAAAAAAAA", "signature": "",
        })),
        (_, "/v1/ops") => {
            let marks = [things.sun_notice, things.moon_notice, things.withdrawn_notice]
                .map(|notice_id| ReadMark { notice_id, read_at: world.now() });
            let ops = vec![op(world, Action::ReadNotices { marks: marks.to_vec() })];
            json(serde_json::to_value(OpsRequest { ops }).unwrap())
        }
        (Method::Put, "/v1/attachments/{id}") => {
            request = request.header("linli-name", "a.png");
            PNG.to_vec()
        }
        (Method::Put | Method::Patch, "/v1/attachments/{id}/upload") => {
            // As the one who began it would go on, or begin.
            request = request.header("linli-name", "a.png").header("upload-complete", "?0");
            request =
                request.header("upload-length", PNG.len()).header("repr-digest", self::prepared::PNG_DIGEST);
            request = request.header("upload-offset", "10");
            PNG[10..11].to_vec()
        }
        (Method::Post, "/v1/bill-runs/preview" | "/v1/bill-runs") => json(serde_json::json!({
            "id": new_id(), "month": "2026-09", "due_on": "2026-10-05", "digest": "",
        })),
        (_, "/v1/spending/{id}/take-back") => {
            json(serde_json::json!({ "id": new_id(), "reason": "Too much" }))
        }
        (Method::Post, "/v1/spending") => json(serde_json::json!({
            "id": new_id(), "day": "2026-09-21", "heading": "none", "minor": 1, "words": "", "in_cash": false,
        })),
        (_, "/v1/bank-statements") => b"Date;Amount;Name\n2026-09-21;1.00;A\n".to_vec(),
        (_, "/v1/bank-movements/{id}/book") => {
            json(serde_json::json!({ "household_id": world.sun.wang, "bills": [] }))
        }
        (_, "/v1/bank-movements/{id}/spend") => json(serde_json::json!({ "heading": "none", "words": "" })),
        (_, "/v1/bank-movements/{id}/settle") => json(serde_json::json!({ "entry_id": new_id() })),
        (_, "/v1/bank-movements/{id}/own") => json(serde_json::json!({ "place": "cash" })),
        (_, "/v1/bank-movements/{id}/open-again") => json(serde_json::json!({ "reason": "Not so" })),
        (_, "/v1/bank-movements/{id}/set-aside") => json(serde_json::json!({ "reason": "Not ours" })),
        (_, "/v1/bills/{id}/credit") => json(serde_json::json!({
            "id": new_id(), "reason": "Too much", "parts": [{ "line": 0, "minor": 1 }],
        })),
        (Method::Post, "/v1/refunds") => json(serde_json::json!({
            "id": new_id(), "household_id": world.sun.wang, "way": "counter", "minor": 1, "reason": "Too much",
        })),
        (_, "/v1/relatives") => json(serde_json::json!({ "id": new_id(), "code": "K7QP3MXR" })),
        (_, "/v1/relatives/look") => json(serde_json::json!({ "code": "K7QP3MXR" })),
        (_, "/v1/households/{id}/automatic") => json(serde_json::json!({ "limit": 100 })),
        (_, "/v1/payments/{id}/close-trouble") => json(serde_json::json!({ "reason": "Given back there" })),
        (_, "/v1/refunds/{id}/decide") => json(serde_json::json!({ "goes_back": true })),
        (_, "/v1/payments/counter" | "/v1/payments/balance" | "/v1/payments/card") => {
            json(serde_json::json!({
                "id": new_id(), "household_id": world.sun.wang, "bills": [], "minor": 1,
            }))
        }
        (_, "/v1/invitations") => {
            json(serde_json::to_value(InviteRequest { person_id: world.sun.wang_mei }).unwrap())
        }
        _ => return request,
    };
    request.body(body)
}

/// Head and body of an answer; of a stream what it has to say to begin with.
async fn told(mut response: reqwest::Response) -> (u16, String) {
    let (status, mut text) = (response.status().as_u16(), format!("{:?}\n\n", response.headers()));
    let is_stream = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let reading = async {
        while let Some(piece) = response.chunk().await.unwrap() {
            text.push_str(&String::from_utf8_lossy(&piece));
            if is_stream && text.contains("event: page") && text.ends_with("\n\n") {
                break;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("an answer that ends");
    (status, text)
}

both! {
    async fn every_route_lets_in_whom_its_row_says(world) {
        let (callers, things) = prepare(&world).await;
        for route in ROUTES {
            for (name, device) in &callers.all {
                if device.is_some() && !is_gone(name) && route.path == "/v1/session" {
                    // It ends the device: tried below.
                    continue;
                }
                for id in ids(route, &things) {
                    let response = request(&world, route, &id, device.as_ref(), &things).send().await.unwrap();
                    if response.status() == 204 {
                        continue;
                    }
                    let (status, text) = told(response).await;
                    let what = format!("{route:?} {id}");
                    must_not_hold(name, &what, &text);
                    assert!(!matches!(status, 500 | 422), "{name} {what}: {text}");
                    let code = |text: &str| -> serde_json::Value {
                        let body = text.split_once("\n\n").unwrap().1;
                        serde_json::from_str::<serde_json::Value>(body).unwrap()["code"].clone()
                    };
                    match (route.who, *name) {
                        // It has no body to tell more in.
                        (_, name) if route.method == Method::Head => {
                            let expected = if name == "anonymous" || is_gone(name) { 401 } else { 404 };
                            assert_eq!(status, expected, "{name} {what}: {text}");
                        }
                        // Nobody's token, whoever asks.
                        (Who::Anyone, _) if route.path == "/v1/session/refresh" => assert_eq!(code(&text), "signed_out", "{what}"),
                        (Who::Anyone, _) => assert!(!matches!(status, 401 | 403), "{name} {what}: {text}"),
                        (_, "anonymous") => assert_eq!(code(&text), "signed_out", "{what}"),
                        (_, name) if is_gone(name) => assert_eq!(code(&text), "device_revoked", "{what}"),
                        (Who::Office | Who::Manager, name) if !is_office(name) => assert_eq!(code(&text), "not_allowed", "{name} {what}"),
                        _ => assert!(!matches!(status, 401 | 403), "{name} {what}: {text}"),
                    }
                }
            }
        }
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
            let access = Some(device.tokens.access.as_str());
            let out = world.send(reqwest::Method::DELETE, "/v1/session", access, None::<&()>).await;
            assert_eq!(out.status(), 204, "{name}");
            let after = world.refused(reqwest::Method::GET, "/v1/sync", access, None::<&()>).await;
            assert_eq!(after.code, Code::DeviceRevoked, "{name}");
        }
    }

    async fn a_stream_holds_only_what_is_theirs(world) {
        const MARK: &str = "the-end-of-it";
        let (callers, _) = prepare(&world).await;
        let device_of = |wanted: &str| {
            let (_, device) = callers.all.iter().find(|(name, _)| *name == wanted).unwrap();
            device.clone().unwrap()
        };
        let mut streams = Vec::new();
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
            let access = Some(device.tokens.access.as_str());
            let stream = world.send(reqwest::Method::GET, "/v1/live", access, None::<&()>).await;
            assert_eq!(stream.status(), 200);
            streams.push((*name, stream));
        }
        // Each kind of secret once more while they listen, then what everybody may hear.
        let (office, manager) = (device_of("staff"), device_of("foreign manager"));
        let sun = world.sun.clone();
        world.publish(&office, HOUSE_CANARY, Audience::Units { units: vec![sun.unit_1201] }).await;
        let draft = save(NoticeId(new_id()), 0, content(OFFICE_CANARY, Audience::Community), Publish::Keep);
        world.ops(&office, vec![draft]).await;
        world.publish(&manager, MOON_CANARY, Audience::Community).await;
        let change = ProfileChange { given_name: Some(HOUSE_CANARY.to_owned()), ..ProfileChange::default() };
        world.ops(&device_of("resident"), vec![Action::ChangeProfile { change }]).await;
        world.publish(&office, MARK, Audience::Community).await;
        world.publish(&manager, MARK, Audience::Community).await;
        for (name, mut stream) in streams {
            let mut text = String::new();
            let reading = async {
                while !text.contains(MARK) {
                    let piece = stream.chunk().await.unwrap().expect("the stream goes on");
                    text.push_str(&String::from_utf8_lossy(&piece));
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("told in time");
            must_not_hold(name, "live", &text);
            let own = match name {
                "resident" | "same household" => HOUSE_CANARY,
                "staff" | "manager" => OFFICE_CANARY,
                "foreign resident" | "foreign manager" => MOON_CANARY,
                _ => MARK,
            };
            // Once from the log and once as it happened.
            let pages = text.split("event: page").filter(|page| page.contains(own)).count();
            assert!(pages >= if own == MARK { 1 } else { 2 }, "{name} hears what is theirs: {text}");
        }
    }

    async fn foreign_and_missing_answer_alike(world) {
        let (callers, things) = prepare(&world).await;
        let strip = |text: String, id: &str| text.replace(id, "ID");
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
            let foreign = name.starts_with("foreign");
            let access = Some(device.tokens.access.as_str());
            let notice = if foreign { things.sun_notice } else { things.moon_notice }.to_string();
            let file = if foreign { things.sun_file } else { things.moon_file }.to_string();
            let photo = if foreign { things.sun_photo } else { things.moon_photo }.to_string();
            let portrait = if foreign { things.sun_portrait } else { things.moon_portrait }.to_string();
            let other = if *name == "foreign resident" { things.wang_device } else { things.moon_device }.to_string();
            let repair = if foreign { things.sun_repair } else { things.moon_repair }.to_string();
            let room = if foreign { things.sun_room } else { things.moon_room }.to_string();
            let upload = if foreign { things.sun_upload } else { things.moon_upload }.to_string();
            let relative = if foreign { things.sun_relative } else { things.moon_relative }.to_string();
            let household = if foreign { things.sun_household } else { things.moon_household }.to_string();
            let missing = new_id().to_string();
            for (method, path, id) in [
                (reqwest::Method::GET, "/v1/attachments/{id}", file),
                (reqwest::Method::GET, "/v1/attachments/{id}", photo),
                (reqwest::Method::GET, "/v1/attachments/{id}", portrait),
                (reqwest::Method::GET, "/v1/notices/{id}/readers", notice),
                (reqwest::Method::GET, "/v1/repairs/{id}/events", repair),
                (reqwest::Method::GET, "/v1/rooms/{id}/people", room.clone()),
                (reqwest::Method::POST, "/v1/rooms/{id}/typing", room),
                (reqwest::Method::GET, "/v1/households/{id}/payments", household),
                (reqwest::Method::POST, "/v1/relatives/{id}/end", relative),
                (reqwest::Method::HEAD, "/v1/attachments/{id}/upload", upload),
                (reqwest::Method::POST, "/v1/devices/{id}/revoke", other),
            ] {
                let ask = async |id: &str| {
                    let path = path.replace("{id}", id);
                    let response = world.send(method.clone(), &path, access, None::<&()>).await;
                    (response.status().as_u16(), response.text().await.unwrap())
                };
                let (theirs, none) = (ask(&id).await, ask(&missing).await);
                let gone_id = if path.contains("attachments") { things.deleted_file.to_string() } else { id.clone() };
                let gone = ask(&gone_id).await;
                assert_eq!((gone.0, strip(gone.1, &gone_id)), (none.0, strip(none.1.clone(), &missing)), "{name} {path}");
                assert_eq!((theirs.0, strip(theirs.1, &id)), (none.0, strip(none.1, &missing)), "{name} {path}");
                assert!(matches!(theirs.0, 404 | 403), "{name} {path}");
            }
            if *name == "other household" {
                let path = format!("/v1/attachments/{}", things.sun_file);
                let refused = world.refused(reqwest::Method::GET, &path, access, None::<&()>).await;
                assert_eq!(refused.code, Code::NotFound);
            }
            // A photo of oneself that is not shown is the person's alone, whoever lives or works with them.
            if !foreign && *name != "resident" {
                let path = format!("/v1/attachments/{}", things.sun_portrait);
                let refused = world.refused(reqwest::Method::GET, &path, access, None::<&()>).await;
                assert_eq!(refused.code, Code::NotFound, "{name}");
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
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
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
                Action::SavePhoto { photo: None },
                Action::SavePreferences { preferences: Preferences::default() },
                Action::RenameDevice { device_id: own, name: "新名".to_owned() },
                Action::ReportRepair { repair_id: RepairId(new_id()), report: report() },
                Action::ActOnRepair { repair_id: RepairId(new_id()), turn: 0, act: RepairAct::Confirm },
                Action::JoinRepair { repair_id: RepairId(new_id()) },
                message(RepairId(new_id())),
                Action::RateRepair { repair_id: RepairId(new_id()), rating: rating() },
                note(RepairId(new_id())),
                Action::SaveRepairCategory {
                    category_id: RepairCategoryId(new_id()),
                    base_version: 1,
                    content: crate::repairs::category("new", None, false),
                },
                crate::rounds::save(RoundPlanId(new_id()), 1, crate::rounds::plan(Vec::new())),
                inspection(RoundId(new_id())),
                Action::SaveFee { fee_id: FeeId(new_id()), base_version: 1, content: crate::payments::by_area() },
                Action::SaveReadings { fee_id: FeeId(new_id()), readings: vec![] },
            ]
            .into_iter()
            .chain(crate::chat::one_of_each(RoomId(new_id()), MessageId(new_id())))
            .collect()
        };
        let kinds: Vec<&str> = actions(DeviceId(new_id())).iter().map(Action::kind).collect();
        assert_eq!(kinds, OPS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), "a row for each kind, and a case for each row");
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
            let outcomes = world.ops(device, actions(device.id)).await;
            for ((kind, who), outcome) in OPS.iter().zip(outcomes) {
                let refused = matches!(&outcome, Outcome::Refused { error } if error.code == Code::NotAllowed);
                let may = match who {
                    Who::Manager => name.ends_with("manager"),
                    Who::Office => is_office(name),
                    // Whether somebody keeps the chat civil is no question of their role alone.
                    _ if matches!(*kind, "moderate" | "answer_appeal") => name.ends_with("manager"),
                    _ => true,
                };
                assert_eq!(refused, !may, "{name} {kind} {outcome:?}");
            }
            // What belongs to others does not exist for them.
            let foreign = name.starts_with("foreign");
            let notice_id = if foreign { things.sun_notice } else { things.moon_notice };
            let other = if *name == "foreign resident" { things.wang_device } else { things.moon_device };
            let repair = if foreign || name.contains("other") || *name == "moved out" { things.sun_repair } else { things.moon_repair };
            let outcomes = world.ops(device, vec![
                save(notice_id, 1, content("偷", Audience::Community), Publish::Now),
                Action::WithdrawNotice { notice_id },
                Action::RenameDevice { device_id: other, name: "偷".to_owned() },
                Action::ActOnRepair { repair_id: repair, turn: 0, act: RepairAct::Confirm },
                Action::JoinRepair { repair_id: repair },
                message(repair),
                Action::RateRepair { repair_id: repair, rating: rating() },
                note(repair),
                inspection(if foreign { things.sun_round } else { things.moon_round }),
            ].into_iter().chain(crate::chat::one_of_each(
                if foreign { things.sun_room } else { things.moon_room },
                if foreign { things.sun_message } else { things.moon_message },
            ).filter(|action| !matches!(action, Action::OpenRoom { .. } | Action::SaveRoom { .. }))).collect()).await;
            for outcome in outcomes {
                let Outcome::Refused { error } = outcome else { panic!("{name}: {outcome:?}") };
                assert!(matches!(error.code, Code::NotFound | Code::NotAllowed), "{name}: {error}");
            }
        }
    }

    async fn a_snapshot_holds_only_what_is_theirs(world) {
        let (callers, _) = prepare(&world).await;
        for (name, device) in &callers.all {
            let Some(device) = device.as_ref().filter(|_| !is_gone(name)) else { continue };
            let (pages, _) = world.sync(device, None).await;
            must_not_hold(name, "sync", &serde_json::to_string(&pages).unwrap());
            if *name == "relative" {
                let mut others = pages.iter().flat_map(|page| &page.scopes);
                let theirs = linli_wire::sync::Scope::Payments(world.sun.wang);
                assert!(others.clone().any(|scope| scope.scope == theirs));
                let elsewhere = others.find(|scope| scope.scope != theirs && serde_json::to_string(scope).unwrap().contains(HOUSE_CANARY));
                assert!(elsewhere.is_none(), "{elsewhere:?}");
            }
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
