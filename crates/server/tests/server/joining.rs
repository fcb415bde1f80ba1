//! Letters, device codes, refreshing, theft, and what a crash in between leaves.

use linli_server::{
    backup,
    community::{self, Left},
    db::DbError,
    instance, session,
};
use linli_wire::{
    Code,
    devices::DeviceLink,
    id::OpId,
    join::{Invitation, InvitationStatus, InviteRequest, JoinCode, JoinLink, JoinReply},
    sync::Entity,
};
use reqwest::{Method, StatusCode};

use crate::{
    both,
    world::{World, join_request, new_id},
};

const MINUTE: i64 = 60_000;

async fn join(world: &World, code: &JoinCode) -> Result<JoinReply, Code> {
    let (request, _) = join_request(code.clone());
    let response = world.send(Method::POST, "/v1/join", None, Some(&request)).await;
    if response.status() == StatusCode::OK {
        Ok(serde_json::from_str(&response.text().await.unwrap()).unwrap())
    } else {
        Err(crate::world::problem(response).await.code)
    }
}

fn secret(letter: &Invitation) -> JoinCode {
    JoinLink::read(&letter.link).unwrap().code
}

async fn is_let_in(world: &World, access: &str) -> Result<(), Code> {
    let response = world.send(Method::GET, "/v1/sync", Some(access), None::<&()>).await;
    if response.status() == StatusCode::OK { Ok(()) } else { Err(crate::world::problem(response).await.code) }
}

both! {
    async fn a_letter_works_once_by_link_or_by_typing(world) {
        let sun = world.sun.clone();
        let letter = world.letter(&sun, sun.wang_mei).await;
        let typed = JoinCode::read(&letter.code.to_lowercase().replace('-', " ")).unwrap();
        let reply = join(&world, &typed).await.unwrap();
        assert_eq!(reply.membership.person_id, sun.wang_mei);
        assert_eq!(is_let_in(&world, &reply.tokens.access).await, Ok(()));
        assert_eq!(join(&world, &typed).await.unwrap_err(), Code::InvitationUsed);
        assert_eq!(join(&world, &secret(&letter)).await.unwrap_err(), Code::InvitationUsed);
    }

    async fn codes_that_do_not_work_say_why(world) {
        let sun = world.sun.clone();
        for unknown in ["K7QP3MXR", "ABCDEFGHJKMNPQRSTVWXYZ2345"] {
            let code = JoinCode::read(unknown).unwrap();
            assert_eq!(join(&world, &code).await.unwrap_err(), Code::InvitationUnknown);
        }
        let first = world.letter(&sun, sun.wang_mei).await;
        let second = world.letter(&sun, sun.wang_mei).await;
        assert_eq!(join(&world, &secret(&first)).await.unwrap_err(), Code::InvitationExpired);
        world.later(7 * 24 * 60 * MINUTE);
        assert_eq!(join(&world, &secret(&second)).await.unwrap_err(), Code::InvitationExpired);
    }

    async fn a_lost_answer_does_not_use_up_the_letter(world) {
        let sun = world.sun.clone();
        let (request, _) = join_request(secret(&world.letter(&sun, sun.wang_mei).await));
        let first: JoinReply = world.ok(Method::POST, "/v1/join", None, Some(&request)).await;
        world.later(9 * MINUTE);
        let again: JoinReply = world.ok(Method::POST, "/v1/join", None, Some(&request)).await;
        assert_eq!(first, again);
        // Another operation, or another key, is another device.
        let mut other = request.clone();
        other.op_id = OpId(new_id());
        assert_eq!(world.refused(Method::POST, "/v1/join", None, Some(&other)).await.code, Code::InvitationUsed);
        let mut other = request.clone();
        other.device_key = join_request(request.code.clone()).0.device_key;
        assert_eq!(world.refused(Method::POST, "/v1/join", None, Some(&other)).await.code, Code::InvitationUsed);
        world.later(2 * MINUTE);
        assert_eq!(world.refused(Method::POST, "/v1/join", None, Some(&request)).await.code, Code::InvitationUsed);
    }

    async fn the_same_letter_tried_by_many_at_once_lets_one_in(world) {
        let sun = world.sun.clone();
        let code = secret(&world.letter(&sun, sun.wang_mei).await);
        let tries = (0..8).map(|_| join(&world, &code));
        let outcomes = futures_util::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|o| o.is_ok() || *o.as_ref().unwrap_err() == Code::InvitationUsed));
    }

    async fn what_is_wrong_with_a_request_is_named(world) {
        let (good, _) = join_request(JoinCode::read("K7QP3MXR").unwrap());
        let cases = [
            ("device_name", serde_json::json!(" ")),
            ("device_name", serde_json::json!("x".repeat(61))),
            ("device_name", serde_json::json!("a\nb")),
            ("device_name", serde_json::json!("\u{200B}\u{2060}")),
            ("device_name", serde_json::json!("Office\u{202E}enohp")),
            ("device_key", serde_json::json!("AAAA")),
            ("device_key", serde_json::json!("*")),
            // The point of small order, which verifies anything.
            ("device_key", serde_json::json!("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            ("body", serde_json::json!({"not": "a string"})),
        ];
        for (field, value) in cases {
            let mut request = serde_json::to_value(&good).unwrap();
            request[if field == "body" { "code" } else { field }] = value;
            let error = world.refused(Method::POST, "/v1/join", None, Some(&request)).await;
            assert_eq!(error.code, Code::InvalidInput, "{field}");
            assert_eq!(error.details["field"], field);
        }
        let mut old = good.clone();
        old.protocol = 0;
        assert_eq!(world.refused(Method::POST, "/v1/join", None, Some(&old)).await.code, Code::AppTooOld);
    }

    async fn access_ends_after_fifteen_minutes_and_refresh_gives_more(world) {
        let sun = world.sun.clone();
        let mut device = world.join(&sun, sun.wang_mei).await;
        world.later(15 * MINUTE);
        assert_eq!(is_let_in(&world, &device.tokens.access).await, Err(Code::SignedOut));
        for _ in 0..3 {
            let before = device.tokens.access.clone();
            device.tokens = world.refresh(&device.refresh_request()).await.unwrap();
            assert_ne!(before, device.tokens.access);
            assert_eq!(is_let_in(&world, &device.tokens.access).await, Ok(()));
        }
    }

    async fn a_lost_refresh_gets_the_same_successor(world) {
        let sun = world.sun.clone();
        let device = world.join(&sun, sun.wang_mei).await;
        let request = device.refresh_request();
        let first = world.refresh(&request).await.unwrap();
        // At once, for long, and after its access token has ended: the answer may be lost every time.
        for wait in [0, MINUTE, 2 * MINUTE, 20 * MINUTE] {
            world.later(wait);
            let again = world.refresh(&request).await.unwrap();
            assert_eq!((&again.access, &again.refresh), (&first.access, &first.refresh));
            assert_eq!(is_let_in(&world, &again.access).await, Ok(()));
        }
    }

    async fn a_refresh_that_a_network_delivers_again_later_ends_nothing(world) {
        let sun = world.sun.clone();
        let mut device = world.join(&sun, sun.wang_mei).await;
        let mut delivered = Vec::new();
        for _ in 0..4 {
            let request = device.refresh_request();
            device.tokens = world.refresh(&request).await.unwrap();
            delivered.push(request);
            world.later(20 * MINUTE);
            for late in &delivered {
                let answer = world.refresh(late).await;
                // Only the last one may still be asked by the device itself.
                assert_eq!(answer.is_ok(), late.nonce == delivered.last().unwrap().nonce);
            }
        }
        device.tokens = world.refresh(&device.refresh_request()).await.unwrap();
        assert_eq!(is_let_in(&world, &device.tokens.access).await, Ok(()));
        // The same old token under a nonce of its own is not a delivery but somebody who kept it.
        let kept = device.refresh_with(&delivered[1].refresh, &device.refresh_request().nonce);
        assert_eq!(world.refresh(&kept).await.unwrap_err().code, Code::DeviceRevoked);
    }

    async fn a_reused_token_ends_the_device(world) {
        let sun = world.sun.clone();
        let witness = world.join(&sun, sun.wang_mei).await;
        let (_, cursor) = world.sync(&witness, None).await;
        let device = world.join(&sun, sun.wang_mei).await;
        let tokens = world.refresh(&device.refresh_request()).await.unwrap();
        // The same token under another nonce: somebody kept it.
        assert_eq!(world.refresh(&device.refresh_request()).await.unwrap_err().code, Code::DeviceRevoked);
        assert_eq!(is_let_in(&world, &tokens.access).await, Err(Code::DeviceRevoked));
        let next = device.refresh_with(&tokens.refresh, &device.refresh_request().nonce);
        assert_eq!(world.refresh(&next).await.unwrap_err().code, Code::DeviceRevoked);
        // The person's other devices see it go.
        let (pages, _) = world.sync(&witness, Some(&cursor)).await;
        let gone = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
        let gone: Vec<_> = gone.filter(|change| change.entity == Entity::Device && change.body.is_none()).collect();
        assert_eq!(gone.len(), 1);
        assert_eq!(gone[0].id, device.id.0);
    }

    async fn a_stolen_token_without_the_key_ends_the_device(world) {
        let sun = world.sun.clone();
        let device = world.join(&sun, sun.wang_mei).await;
        let thief = world.join(&sun, sun.li_qiang).await;
        let mut request = thief.refresh_with(&device.tokens.refresh, &device.refresh_request().nonce);
        request.device_id = device.id;
        assert_eq!(world.refresh(&request).await.unwrap_err().code, Code::DeviceRevoked);
        assert_eq!(is_let_in(&world, &device.tokens.access).await, Err(Code::DeviceRevoked));
        assert_eq!(is_let_in(&world, &thief.tokens.access).await, Ok(()));
    }

    async fn a_stranger_who_knows_a_device_id_can_end_nothing(world) {
        let sun = world.sun.clone();
        let device = world.join(&sun, sun.wang_mei).await;
        let stranger = world.join(&sun, sun.li_qiang).await;
        let mut request = stranger.refresh_request();
        request.device_id = device.id;
        assert_eq!(world.refresh(&request).await.unwrap_err().code, Code::SignedOut);
        request.device_id = linli_wire::id::DeviceId(new_id());
        assert_eq!(world.refresh(&request).await.unwrap_err().code, Code::SignedOut);
        let mut request = device.refresh_request();
        request.nonce = "short".to_owned();
        assert_eq!(world.refresh(&request).await.unwrap_err().code, Code::InvalidInput);
        assert!(world.refresh(&device.refresh_request()).await.is_ok());
    }

    async fn a_device_may_stay_away_for_half_a_year(world) {
        let sun = world.sun.clone();
        let mut device = world.join(&sun, sun.wang_mei).await;
        for _ in 0..3 {
            world.later(session::IDLE_MS - 1);
            device.tokens = world.refresh(&device.refresh_request()).await.unwrap();
        }
        // The server looks every hour. Here it has looked just now, and two hours are left.
        world.app.db.write(session::tidy).await.unwrap();
        let end = world.now().0 + 120 * MINUTE;
        world.app.db.write(move |tx| {
            tx.execute("UPDATE session SET expires_at = $1", linli_server::params![end])?;
            Ok(())
        }).await.unwrap();
        for ended in [false, true] {
            world.later(60 * MINUTE);
            world.app.db.write(session::tidy).await.unwrap();
            let sql = "SELECT count(*) FROM session";
            let left: i64 = world.app.db.read(|tx| Ok(tx.query_one(sql, &[])?.get(0)?)).await.unwrap();
            assert_eq!(left == 0, ended);
        }
        assert_eq!(world.refresh(&device.refresh_request()).await.unwrap_err().code, Code::SignedOut);
    }

    async fn time_that_the_server_was_off_or_its_clock_wrong_is_nobodys_absence(world) {
        let sun = world.sun.clone();
        let mut device = world.join(&sun, sun.wang_mei).await;
        world.app.db.write(session::tidy).await.unwrap();
        // Ten years ahead, and back again.
        for jump in [10 * 365 * 24 * 60 * MINUTE, -10 * 365 * 24 * 60 * MINUTE, session::IDLE_MS] {
            world.later(jump);
            world.app.db.write(session::tidy).await.unwrap();
            device.tokens = world.refresh(&device.refresh_request()).await.unwrap();
            assert_eq!(is_let_in(&world, &device.tokens.access).await, Ok(()));
        }
    }

    async fn restoring_a_backup_signs_nobody_out(world) {
        let sun = world.sun.clone();
        let mut device = world.join(&sun, sun.wang_mei).await;
        let backup: Vec<u8> = world.app.db.read({
            let id = device.id;
            move |tx| {
                let sql = "SELECT refresh_hash FROM session WHERE device_id = $1";
                Ok(tx.query_one(sql, linli_server::params![id])?.get(0)?)
            }
        }).await.unwrap();
        for _ in 0..2 {
            world.later(1000);
            device.tokens = world.refresh(&device.refresh_request()).await.unwrap();
        }
        // The database goes back to before the two refreshes.
        world.later(1000);
        let (id, rotated_at) = (device.id, world.now().0 - 3000);
        world.app.db.write(move |tx| {
            tx.execute(
                "UPDATE session SET refresh_hash = $2, previous_hash = NULL, previous_nonce_hash = NULL,
                 rotated_at = $3 WHERE device_id = $1",
                linli_server::params![id, &backup, rotated_at],
            )?;
            instance::mark_restored(tx)
        }).await.unwrap();
        let settings = world.app.settings.clone();
        let app = linli_server::App::open(settings, world.time.clock()).await.unwrap();
        let request = device.refresh_request();
        let refreshed = app.db.write({
            let (instance, request) = (app.instance.clone(), request);
            move |tx| session::refresh(tx, &instance, &request)
        }).await.unwrap();
        let session::Refreshed::Tokens(tokens) = refreshed else { panic!("ended") };
        device.tokens = tokens;
        assert_eq!(is_let_in(&world, &device.tokens.access).await, Ok(()));
        // Once only: after that the chain is whole again and a stray token is theft.
        world.later(1000);
        let stray = device.refresh_with("stray", &device.refresh_request().nonce);
        let refreshed = app.db.write({
            let instance = app.instance.clone();
            move |tx| session::refresh(tx, &instance, &stray)
        }).await.unwrap();
        assert!(matches!(refreshed, session::Refreshed::Ended));
    }

    async fn a_restore_lets_nobody_in_again_whom_the_old_database_has_ended(world) {
        let sun = world.sun.clone();
        let (lost, other) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.wang_mei).await);
        let (zhao, chen) = (world.join(&sun, sun.zhao).await, world.join(&sun, sun.chen_jing).await);
        let (used, open) = (world.letter(&sun, sun.li_qiang).await, world.letter(&sun, sun.grandma).await);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.tar");
        backup::backup(&world.app.db, &world.app.shelf.files, &file).await.unwrap();
        // After the backup: a telephone is lost, a letter used, and Zhao leaves.
        world.later(1000);
        let path = format!("/v1/devices/{}/revoke", lost.id);
        let done = world.send(Method::POST, &path, Some(&other.tokens.access), None::<&()>).await;
        assert_eq!(done.status(), StatusCode::NO_CONTENT);
        join(&world, &secret(&used)).await.unwrap();
        let (community, person) = (sun.id, sun.zhao);
        world.app.db.write(move |tx| community::leave(tx, community, person, "test")).await.unwrap();
        let old = world.app.db.read(backup::endings).await.unwrap();
        world.later(1000);

        let restored = async |old: Option<backup::Endings>| {
            let place = tempfile::tempdir().unwrap();
            let location = linli_server::db::Location::Sqlite(place.path().join("linli.db"));
            let settings = linli_server::Settings::new(location.clone(), place.path().to_owned());
            let db = linli_server::db::Database::open(&location, world.time.clock()).await.unwrap();
            let files = linli_server::attachments::files::Files::open(place.path()).unwrap();
            let carried = match old {
                Some(old) => Some(backup::restore_over(&db, &files, &file, old).await?.1),
                None => backup::restore(&db, &files, &file).await.map(|_| None)?,
            };
            assert_eq!(db.read(linli_server::check::database).await.unwrap(), Vec::<String>::new());
            let app = linli_server::App::open(settings, world.time.clock()).await.unwrap();
            Ok::<_, backup::BackupError>((place, app, carried))
        };
        let refreshes = async |app: &linli_server::App, device: &crate::world::Device| {
            let request = device.refresh_with("anything at all", &device.refresh_request().nonce);
            let instance = app.instance.clone();
            app.db.write(move |tx| session::refresh(tx, &instance, &request)).await.map(drop).map_err(|error| error.code())
        };
        let joins = async |app: &linli_server::App, letter: &Invitation| {
            let (request, _) = join_request(secret(letter));
            let (name, key) = linli_server::join::check(&request).unwrap();
            let (code, instance) = (app.codes.hash(&request.code).await.unwrap(), app.instance.clone());
            let joining = move |tx: &mut linli_server::db::Tx<'_>| linli_server::join::join(tx, &instance, &request, code, &name, key);
            app.db.write(joining).await.map(drop).map_err(|error| error.code())
        };

        // Without the old database all of that counts again, which the program says.
        let (_kept, app, _) = restored(None).await.unwrap();
        assert_eq!(refreshes(&app, &lost).await, Ok(()));
        assert_eq!(joins(&app, &used).await, Ok(()));

        let (_kept, app, carried) = restored(Some(old.clone())).await.unwrap();
        let carried = carried.unwrap();
        assert_eq!((carried.devices, carried.codes, carried.left), (2, 1, 1));
        assert_eq!(carried.signed_out, ["P-0002"], "Li Qiang joined after the backup");
        for gone in [&lost, &zhao] {
            assert_eq!(refreshes(&app, gone).await, Err(Code::DeviceRevoked));
        }
        assert_eq!(joins(&app, &used).await, Err(Code::InvitationExpired));
        for kept in [&other, &chen] {
            assert_eq!(refreshes(&app, kept).await, Ok(()));
        }
        assert_eq!(joins(&app, &open).await, Ok(()));

        let mut stranger = old;
        stranger.instance = [0; 16];
        assert!(matches!(restored(Some(stranger)).await, Err(backup::BackupError::Stranger)));
    }

    async fn one_more_device_by_code_from_this_one(world) {
        let sun = world.sun.clone();
        let first = world.join(&sun, sun.grandma).await;
        let access = Some(first.tokens.access.as_str());
        let link: DeviceLink = world.ok(Method::POST, "/v1/devices/link", access, None::<&()>).await;
        let newer: DeviceLink = world.ok(Method::POST, "/v1/devices/link", access, None::<&()>).await;
        let code = |link: &DeviceLink| JoinLink::read(&link.link).unwrap().code;
        assert_eq!(join(&world, &code(&link)).await.unwrap_err(), Code::InvitationExpired);
        let second = join(&world, &JoinCode::read(&newer.code).unwrap()).await.unwrap();
        assert_eq!(second.membership.person_id, sun.grandma);
        let late: DeviceLink = world.ok(Method::POST, "/v1/devices/link", access, None::<&()>).await;
        world.later(10 * MINUTE);
        assert_eq!(join(&world, &code(&late)).await.unwrap_err(), Code::InvitationExpired);
    }

    async fn revoked_means_from_the_next_request_on(world) {
        let sun = world.sun.clone();
        let (one, two) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.wang_mei).await);
        let path = format!("/v1/devices/{}/revoke", two.id);
        for _ in 0..2 {
            let done = world.send(Method::POST, &path, Some(&one.tokens.access), None::<&()>).await;
            assert_eq!(done.status(), StatusCode::NO_CONTENT);
        }
        assert_eq!(is_let_in(&world, &two.tokens.access).await, Err(Code::DeviceRevoked));
        assert_eq!(world.refresh(&two.refresh_request()).await.unwrap_err().code, Code::DeviceRevoked);
        let done = world.send(Method::DELETE, "/v1/session", Some(&one.tokens.access), None::<&()>).await;
        assert_eq!(done.status(), StatusCode::NO_CONTENT);
        assert_eq!(is_let_in(&world, &one.tokens.access).await, Err(Code::DeviceRevoked));
    }

    async fn who_leaves_is_let_in_nowhere_and_their_notices_keep_their_name(world) {
        let sun = world.sun.clone();
        let (zhao, lin) = (world.join(&sun, sun.zhao).await, world.join(&sun, sun.lin).await);
        let notice = world.publish(&zhao, "停水", linli_wire::notices::Audience::Community).await;
        let letter = world.letter(&sun, sun.zhao).await;
        let access = Some(zhao.tokens.access.as_str());
        let link: DeviceLink = world.ok(Method::POST, "/v1/devices/link", access, None::<&()>).await;
        let (_, cursor) = world.sync(&lin, None).await;
        let mut live = crate::device::Live::open(&world, &zhao, None).await.unwrap();
        let (community, person) = (sun.id, sun.zhao);
        // As the program does it, beside the server.
        let beside = linli_server::db::Database::open(&world.app.settings.database, world.time.clock()).await.unwrap();
        for expected in [Left::Now, Left::Before] {
            let left = beside.write(move |tx| community::leave(tx, community, person, "test")).await.unwrap();
            assert_eq!(left, expected);
        }
        assert_eq!(live.end().await.unwrap().code, Code::DeviceRevoked);
        assert_eq!(is_let_in(&world, &zhao.tokens.access).await, Err(Code::DeviceRevoked));
        assert_eq!(world.refresh(&zhao.refresh_request()).await.unwrap_err().code, Code::DeviceRevoked);
        assert_eq!(join(&world, &secret(&letter)).await.unwrap_err(), Code::InvitationExpired);
        let code = JoinLink::read(&link.link).unwrap().code;
        assert_eq!(join(&world, &code).await.unwrap_err(), Code::InvitationExpired);
        // The office no longer finds them, and cannot invite them.
        let (pages, _) = world.sync(&lin, Some(&cursor)).await;
        let mut changes = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
        assert!(changes.any(|change| change.id == person.0 && change.body.is_none()));
        let request = InviteRequest { person_id: person };
        let access = Some(lin.tokens.access.as_str());
        let refused = world.refused(Method::POST, "/v1/invitations", access, Some(&request)).await;
        assert_eq!(refused.code, Code::NotFound);
        let kept = world.app.db.read(move |tx| linli_server::notices::get(tx, community, notice)).await.unwrap();
        assert_eq!(kept.unwrap().author.name, "赵建国");
        // Coming back takes a new letter.
        assert!(world.app.db.write(move |tx| community::come_back(tx, community, person, "test")).await.unwrap());
        assert_eq!(is_let_in(&world, &zhao.tokens.access).await, Err(Code::DeviceRevoked));
        world.join(&sun, sun.zhao).await;
        assert_eq!(world.app.db.read(linli_server::check::database).await.unwrap(), Vec::<String>::new());
    }

    async fn the_office_invites_and_sees_what_became_of_it(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let access = Some(office.tokens.access.as_str());
        let request = InviteRequest { person_id: sun.grandma };
        let letter: Invitation = world.ok(Method::POST, "/v1/invitations", access, Some(&request)).await;
        assert!(letter.link.starts_with("linli://join?server=http%3A%2F%2F127.0.0.1"), "{}", letter.link);
        let (_, cursor) = world.sync(&office, None).await;
        join(&world, &secret(&letter)).await.unwrap();
        let (pages, _) = world.sync(&office, Some(&cursor)).await;
        let mut status = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
        let status = status.rfind(|change| change.entity == Entity::Invitation).unwrap();
        let text = status.body.as_ref().unwrap().get();
        let status: InvitationStatus = serde_json::from_str(text).unwrap();
        assert_eq!((status.id, status.used_at), (letter.id, Some(world.now())));
        assert!(!text.contains(secret(&letter).as_str()));
    }

    async fn nothing_that_lets_in_stands_in_the_database(world) {
        let sun = world.sun.clone();
        let letter = world.letter(&sun, sun.grandma).await;
        let device = world.join(&sun, sun.wang_mei).await;
        let tokens = world.refresh(&device.refresh_request()).await.unwrap();
        let secrets = [
            secret(&letter).as_str().to_owned(),
            letter.code.replace('-', ""),
            device.tokens.access.clone(),
            device.tokens.refresh.clone(),
            tokens.access,
            tokens.refresh,
        ];
        let tables = ["instance", "invitation", "session", "access_token", "device", "changes", "audit", "op"];
        for table in tables {
            for secret in &secrets {
                let (secret, table) = (secret.clone(), table.to_owned());
                let found: Result<Vec<String>, _> = world.app.db.read(move |tx| {
                    let columns = columns(tx, &table)?;
                    let mut found = Vec::new();
                    for column in columns {
                        let sql = format!("SELECT 1 FROM {table} WHERE CAST({column} AS TEXT) = $1");
                        if tx.query_opt(&sql, linli_server::params![&secret])?.is_some() {
                            found.push(format!("{table}.{column}"));
                        }
                    }
                    Ok(found)
                }).await;
                assert_eq!(found.unwrap(), Vec::<String>::new());
            }
        }
    }
}

fn columns(tx: &mut linli_server::db::Tx<'_>, table: &str) -> Result<Vec<String>, DbError> {
    let sql = if tx.is_postgres() {
        "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_schema = current_schema() AND CAST(table_name AS TEXT) = $1"
    } else {
        "SELECT name FROM pragma_table_info($1)"
    };
    let rows = tx.query(sql, linli_server::params![table])?;
    assert!(!rows.is_empty(), "{table}");
    rows.iter().map(|row| row.get(0)).collect()
}
