//! What the routes of payments do.

use axum::response::Response;
use linli_wire::{
    id::{BillId, HouseholdId},
    payments::{BalancePayment, CounterPayment, CreditBill, PreviewBills, PublishBills, Spend},
};

use super::{Call, done, json};
use crate::{Error, auth, http::query::Query, payments};

pub(crate) async fn money(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    json(&call.app.db.read(move |tx| payments::money(tx, &caller)).await?)
}

pub(crate) async fn bills(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| payments::bills_page(tx, &caller, &query)).await?)
}

pub(crate) async fn household(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, HouseholdId(call.id()?));
    json(&call.app.db.read(move |tx| payments::household(tx, &caller, id)).await?)
}

pub(crate) async fn runs(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    json(&call.app.db.read(move |tx| payments::runs(tx, &caller)).await?)
}

pub(crate) async fn preview(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: PreviewBills = call.json()?;
    // Ten thousand households are reckoned in seconds, on a slow database in more.
    json(&call.app.db.patient().read(move |tx| payments::preview(tx, &caller, &asked)).await?)
}

pub(crate) async fn publish(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: PublishBills = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::publish(tx, &caller, &asked)
    };
    json(&call.app.db.patient().write(work).await?)
}

pub(crate) async fn credit(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, BillId(call.id()?));
    let asked: CreditBill = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::credit(tx, &caller, id, &asked)
    };
    call.app.db.write(work).await?;
    Ok(done())
}

pub(crate) async fn counter(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: CounterPayment = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::counter(tx, &caller, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn balance(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: BalancePayment = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::balance(tx, &caller, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn spend(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: Spend = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::spend(tx, &caller, &asked)
    };
    call.app.db.write(work).await?;
    Ok(done())
}
