//! What the routes of payments by card do.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use linli_wire::payments::CardPayment;

use super::{Call, done, json, json_text};
use crate::{Error, card};

pub(crate) async fn begin(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let asked: CardPayment = call.json()?;
    json(&card::begin(&call.app, caller, asked).await?)
}

pub(crate) async fn stripe(call: Call) -> Result<Response, Error> {
    let signature = call.header("stripe-signature").unwrap_or_default();
    card::webhook(&call.app, "stripe", signature, &call.body).await?;
    Ok(done())
}

/// An id of another form is a link that does not work, and gets a page like any other.
pub(crate) async fn page(call: Call) -> Result<Response, Error> {
    card::show(&call.app, call.id().ok(), call.header("accept-language").unwrap_or_default()).await
}

pub(crate) async fn state(call: Call) -> Result<Response, Error> {
    Ok(json_text(card::state(&call.app, call.id().ok()).await?))
}

pub(crate) async fn style(_: Call) -> Result<Response, Error> {
    Ok(file(card::STYLE, "text/css; charset=utf-8"))
}

pub(crate) async fn script(_: Call) -> Result<Response, Error> {
    Ok(file(card::SCRIPT, "text/javascript; charset=utf-8"))
}

fn file(text: &'static str, kind: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
