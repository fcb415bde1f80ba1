//! What each route does, between the policy table and the domains.

pub(super) mod bank;
pub(super) mod card;
pub(super) mod chat;
pub(super) mod payments;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use linli_wire::{
    community::{PROTOCOL, ServerInfo},
    id::{AttachmentId, DeviceId, NoticeId, RepairId},
    join::{InviteRequest, JoinRequest},
    session::{RefreshRequest, Tokens},
};
use serde::Serialize;

use super::{
    Call,
    query::{Query, percent_decoded},
};
use crate::{
    Error, attachments, auth, community as people, devices, error, join as joining, notices,
    ops as operations, repairs,
    session::{self, Refreshed},
    sync::{self as following, Cursor},
};

/// A JSON answer.
pub(super) fn json<T: Serialize>(value: &T) -> Result<Response, Error> {
    Ok(json_text(error::json(value)?))
}

fn json_text(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn done() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The process lives.
pub(super) async fn health(_: Call) -> Result<Response, Error> {
    Ok(json_text("{\"ok\":true}".to_owned()))
}

/// The database answers.
pub(super) async fn ready(call: Call) -> Result<Response, Error> {
    call.app.db.read(|tx| Ok(tx.query_one("SELECT 1 FROM instance", &[])?)).await?;
    Ok(json_text("{\"ok\":true}".to_owned()))
}

pub(super) async fn openapi(_: Call) -> Result<Response, Error> {
    Ok(json_text(crate::openapi::document()))
}

pub(super) async fn community(call: Call) -> Result<Response, Error> {
    let communities = call.app.db.read(people::cards).await?;
    json(&ServerInfo {
        server: "linli".to_owned(),
        protocol: PROTOCOL,
        oldest_protocol: joining::OLDEST_PROTOCOL,
        communities,
    })
}

pub(super) async fn join(call: Call) -> Result<Response, Error> {
    let request: JoinRequest = call.json()?;
    let (name, key) = joining::check(&request)?;
    if request.code.is_short() {
        call.app.limits.short_code(call.peer)?;
    }
    let code = call.app.codes.hash(&request.code).await?;
    let instance = call.app.instance.clone();
    let join = call.app.db.write(move |tx| joining::join(tx, &instance, &request, code, &name, key));
    let reply = join.await?;
    remember(&call, &reply.tokens);
    json(&reply)
}

pub(super) async fn refresh(call: Call) -> Result<Response, Error> {
    let request: RefreshRequest = call.json()?;
    let instance = call.app.instance.clone();
    let refreshed = call.app.db.write(move |tx| session::refresh(tx, &instance, &request)).await?;
    match refreshed {
        Refreshed::Tokens(tokens) => {
            remember(&call, &tokens);
            json(&tokens)
        }
        Refreshed::Ended => Err(auth::revoked()),
    }
}

/// Who has just been given a token is no stranger when they show it.
fn remember(call: &Call, tokens: &Tokens) {
    call.app.known.remember(auth::hashed(&tokens.access), tokens.access_expires_at);
}

pub(super) async fn sign_out(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    call.app.db.write(move |tx| devices::revoke(tx, &caller, caller.device)).await?;
    Ok(done())
}

pub(super) async fn sync(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let app = call.app.clone();
    let given = call.query.split('&').find_map(|pair| pair.strip_prefix("cursor="));
    let cursor = match given.filter(|text| !text.is_empty()) {
        Some(text) => Cursor::decode(text, &app.cursor_key, caller.person, app.instance.epoch)?,
        None => Cursor::new(app.instance.epoch),
    };
    let person = caller.person;
    let page = app.db.read(move |tx| following::page(tx, &caller, &cursor)).await?;
    let text = page.cursor.encode(&app.cursor_key, person);
    Ok(json_text(page.json(&text, app.db.now())))
}

pub(super) async fn ops(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let mut batch = operations::read(&call.json()?)?;
    operations::limit_talk(&mut batch, || call.app.limits.talk(caller.person));
    json(&call.app.db.write(move |tx| operations::apply(tx, &caller, &batch)).await?)
}

pub(super) async fn readers(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, NoticeId(call.id()?));
    json(&call.app.db.read(move |tx| notices::readers(tx, &caller, id)).await?)
}

pub(super) async fn repairs(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    Ok(json_text(call.app.db.read(move |tx| repairs::list(tx, &caller, &query)).await?))
}

pub(super) async fn repair_events(call: Call) -> Result<Response, Error> {
    let (caller, id, query) = (call.caller()?, RepairId(call.id()?), Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| repairs::story(tx, &caller, id, &query)).await?)
}

pub(super) async fn repair_figures(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| repairs::figures(tx, &caller, &query)).await?)
}

pub(super) async fn repair_export(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    let sheet = repairs::export(&call.app.db, caller, query).await?;
    let mut response = Response::new(Body::from_stream(sheet));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"repairs.csv\""),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

pub(super) async fn invite(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let request: InviteRequest = call.json()?;
    let codes = call.app.codes.fresh().await?;
    let (address, lifetime) = (call.app.address(), call.app.settings.invitation_ms);
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        joining::invite_as(tx, &caller, request.person_id, &codes, lifetime, &address)
    };
    json(&call.app.db.write(work).await?)
}

pub(super) async fn link_device(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let codes = call.app.codes.fresh().await?;
    let address = call.app.address();
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        joining::link(tx, &caller, &codes, &address)
    };
    json(&call.app.db.write(work).await?)
}

pub(super) async fn revoke_device(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, DeviceId(call.id()?));
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        devices::revoke(tx, &caller, id)
    };
    call.app.db.write(work).await?;
    Ok(done())
}

pub(super) async fn put_attachment(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, AttachmentId(call.id()?));
    let name = file_name(&call)?;
    json(&call.app.shelf.put(&call.app.db, &caller, id, &name, call.body.clone()).await?)
}

/// The name that a file is sent under.
pub(super) fn file_name(call: &Call) -> Result<String, Error> {
    let name = call.header("linli-name").and_then(percent_decoded);
    name.ok_or_else(|| Error::invalid("linli-name", "must be a percent-encoded file name"))
}

pub(super) async fn get_attachment(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, AttachmentId(call.id()?));
    let (attachment, file) = call.app.shelf.file(&call.app.db, &caller, id).await?;
    let mut response = Response::new(Body::from_stream(attachments::response::pieces(file)));
    response.headers_mut().insert(header::CONTENT_LENGTH, attachment.bytes.into());
    for (name, value) in attachments::response::headers(&attachment) {
        let value = HeaderValue::from_str(&value).map_err(|_| Error::not_found())?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
