//! What the routes of the community's bank do.

use axum::response::Response;
use linli_wire::{
    id::BankMovementId,
    payments::{
        BookMovement, BookOwnMovement, OpenMovementAgain, SetMovementAside, SettleMovement, SpendMovement,
    },
};

use super::{Call, json};
use crate::{Error, auth, http::query::Query, payments::bank};

pub(crate) async fn statement(call: Call) -> Result<Response, Error> {
    let (asking, caller) = (call.caller()?, call.caller()?);
    let currency = call.app.db.read(move |tx| bank::currency(tx, &asking)).await?;
    let bytes = call.body.clone();
    let only_new =
        Query::parse(&call.query)?.read("only_new", |text| text.parse::<bool>().ok())?.unwrap_or(false);
    // A large file takes a while to read; nobody else waits for it.
    let reading = tokio::task::spawn_blocking(move || bank::read(&bytes, &currency));
    let statement = reading.await.map_err(bank::broken)??;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::import(tx, &caller, &statement, only_new)
    };
    json(&call.app.db.patient().write(work).await?)
}

pub(crate) async fn movements(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| bank::movements(tx, &caller, &query)).await?)
}

pub(crate) async fn book(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: BookMovement = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::book(tx, &caller, id, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn spend(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: SpendMovement = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::spend(tx, &caller, id, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn settle(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: SettleMovement = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::settle(tx, &caller, id, asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn book_own(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: BookOwnMovement = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::book_own(tx, &caller, id, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn open_own_again(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: OpenMovementAgain = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::open_own_again(tx, &caller, id, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn set_aside(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BankMovementId(call.id()?));
    let asked: SetMovementAside = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        bank::set_aside(tx, &caller, id, &asked)
    };
    json(&call.app.db.write(work).await?)
}
