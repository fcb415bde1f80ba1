//! What the routes of chat do; all writing goes through `POST /v1/ops`.

use axum::response::Response;
use linli_wire::id::RoomId;

use super::{Call, done, json};
use crate::{Error, auth, chat};

pub(crate) async fn people(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, RoomId(call.id()?));
    let people = call.app.db.read(move |tx| {
        let seen = auth::scopes(tx, &caller)?;
        chat::people(tx, &caller, &seen, id)
    });
    json(&people.await?)
}

/// Told to those who follow the room at this server at this moment, and kept nowhere.
pub(crate) async fn typing(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, RoomId(call.id()?));
    let (person, device) = (caller.person, caller.device);
    call.app.limits.typing(device)?;
    let scopes = call.app.db.read(move |tx| {
        let seen = auth::scopes(tx, &caller)?;
        chat::heard(tx, &caller, &seen, id)
    });
    for scope in scopes.await? {
        call.app.hub.typing(scope, device, id, person);
    }
    Ok(done())
}
