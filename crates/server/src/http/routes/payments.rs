//! What the routes of payments do.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use linli_wire::{
    Code, Language,
    id::{BillId, HouseholdId, LedgerEntryId, PaymentId, RefundId, RelativeId},
    join::JoinCode,
    payments::{
        AskRefund, AutomaticPayment, BalancePayment, BeginRelative, BookSheet, CloseCardTrouble,
        CounterPayment, CreditBill, DecideRefund, LookAtRelativeCode, PreviewBills, PublishBills,
        RefundState, Spend, TakeSpendingBack,
    },
};

use super::{Call, done, json};
use crate::{Error, auth, card, http::query::Query, join::CodeHash, paper, payments};

pub(crate) async fn money(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    json(&call.app.db.read(move |tx| payments::money(tx, &caller)).await?)
}

pub(crate) async fn bills(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| payments::bills_page(tx, &caller, &query)).await?)
}

pub(crate) async fn arrears(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    json(&call.app.db.read(move |tx| payments::arrears(tx, &caller, &query)).await?)
}

pub(crate) async fn export(call: Call) -> Result<Response, Error> {
    let (caller, query) = (call.caller()?, Query::parse(&call.query)?);
    let (sheet, text) = payments::export(&call.app.db, caller, query).await?;
    let (kind, name) = match sheet {
        BookSheet::Bills => ("text/csv; charset=utf-8", "attachment; filename=\"bills.csv\""),
        BookSheet::Payments => ("text/csv; charset=utf-8", "attachment; filename=\"payments.csv\""),
        BookSheet::Journal => ("text/csv; charset=utf-8", "attachment; filename=\"journal.csv\""),
        BookSheet::Ledger => ("text/plain; charset=utf-8", "attachment; filename=\"ledger.journal\""),
    };
    let mut response = Response::new(Body::from_stream(text));
    for (header, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)] {
        response.headers_mut().insert(header, HeaderValue::from_static(value));
    }
    Ok(response)
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

pub(crate) async fn automatic(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, HouseholdId(call.id()?));
    let asked: AutomaticPayment = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::set_automatic(tx, &caller, id, asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn relative_code(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, HouseholdId(call.id()?));
    let fresh = call.app.codes.fresh().await?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::relative_code(tx, &caller, id, &fresh)
    };
    json(&call.app.db.write(work).await?)
}

/// The hash of a code that a person typed, of which nobody may type many.
async fn typed(call: &Call, code: &JoinCode) -> Result<CodeHash, Error> {
    call.app.limits.relative_code(call.caller()?.person)?;
    call.app.codes.hash(code).await
}

pub(crate) async fn look_at_relative_code(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let code = typed(&call, &call.json::<LookAtRelativeCode>()?.code).await?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::look_at_relative_code(tx, &caller, code)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn begin_relative(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: BeginRelative = call.json()?;
    let code = typed(&call, &asked.code).await?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::begin_relative(tx, &caller, &asked, code)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn end_relative(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, RelativeId(call.id()?));
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::end_relative(tx, &caller, id)
    };
    json(&call.app.db.write(work).await?)
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

pub(crate) async fn spendings(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    json(&call.app.db.read(move |tx| payments::spendings(tx, &caller)).await?)
}

pub(crate) async fn take_spending_back(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, LedgerEntryId(call.id()?));
    let asked: TakeSpendingBack = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::take_spending_back(tx, &caller, id, &asked)
    };
    call.app.db.write(work).await?;
    Ok(done())
}

pub(crate) async fn receipt(call: Call) -> Result<Response, Error> {
    let (caller, id, language) = (call.caller()?, PaymentId(call.id()?), language(&call)?);
    let receipt = call.app.db.read(move |tx| payments::receipt(tx, &caller, id, &language)).await?;
    printed(move || paper::receipt(&receipt)).await
}

pub(crate) async fn statement(call: Call) -> Result<Response, Error> {
    let (caller, id, language) = (call.caller()?, HouseholdId(call.id()?), language(&call)?);
    let year = Query::parse(&call.query)?.read("year", |text| text.parse::<i16>().ok())?;
    let work = move |tx: &mut crate::db::Tx<'_>| payments::statement(tx, &caller, id, year, &language);
    let statement = call.app.db.read(work).await?;
    printed(move || paper::year_statement(&statement)).await
}

/// The language of a paper: English, unless the query asks for another one.
fn language(call: &Call) -> Result<Language, Error> {
    let named = Query::parse(&call.query)?.read("language", |text| text.parse::<Language>().ok())?;
    Ok(named.unwrap_or_else(Language::en))
}

/// A paper as a PDF. It takes a few milliseconds of a processor, which other requests should not wait for.
async fn printed(write: impl FnOnce() -> Result<Vec<u8>, Error> + Send + 'static) -> Result<Response, Error> {
    let gone = |_| Error::refused(Code::Internal, "the paper could not be written");
    let pdf = tokio::task::spawn_blocking(write).await.map_err(gone)??;
    let mut response = Response::new(Body::from(pdf));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    Ok(response)
}

pub(crate) async fn close_trouble(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, PaymentId(call.id()?));
    let asked: CloseCardTrouble = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        card::close_trouble(tx, &caller, id, &asked)
    };
    call.app.db.write(work).await?;
    Ok(done())
}

pub(crate) async fn refunds(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    json(&call.app.db.read(move |tx| payments::refunds(tx, &caller)).await?)
}

pub(crate) async fn ask_refund(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: AskRefund = call.json()?;
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, caller.device)?;
        payments::ask_refund(tx, &caller, &asked)
    };
    json(&call.app.db.write(work).await?)
}

pub(crate) async fn decide_refund(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, RefundId(call.id()?));
    let asked: DecideRefund = call.json()?;
    let (device, has_card) = (caller.device, call.app.card.is_some());
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let caller = auth::again(tx, device)?;
        let refund = payments::decide_refund(tx, &caller, id, asked)?;
        if refund.state == RefundState::Going && !has_card {
            return Err(Error::refused(Code::Conflict, "this server takes no cards at present"));
        }
        Ok(refund)
    };
    let refund = call.app.db.write(work).await?;
    if refund.state != RefundState::Going {
        return json(&refund);
    }
    // One that is not answered now is asked for again by itself; until then it is on its way.
    if let Err(error) = card::go_on_with_refund(&call.app, caller.community, id).await {
        tracing::warn!(%error, "a refund by card is on its way");
    }
    json(&call.app.db.read(move |tx| payments::refund(tx, &caller, id)).await?)
}
