//! The HTTP API: one policy table ([`policy::ROUTES`]), one way through for every request.
//!
//! A request passes, in this order: the rate limit of its route, the caller's token, the policy, a place
//! among what the device has under way, the body within its limit and time, the handler. Whatever goes wrong
//! is a problem body; a panic is `internal`. The router is built from the table, so a route without a row does not exist.

pub(crate) mod known;
pub mod limits;
mod patient;
pub(crate) mod places;
pub mod policy;
pub mod problem;
pub mod query;
mod routes;
mod serve;
mod uploads;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    panic::AssertUnwindSafe,
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{RawPathParams, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
    routing::{MethodRouter, on},
};
use futures_util::FutureExt;
use linli_wire::{Code, Timestamp, WireError};
use tower_http::compression::CompressionLayer;
use uuid::Uuid;

pub(crate) use serve::serve;

use crate::{
    App, Error,
    auth::{self, Caller},
};
use policy::{ROUTES, Route};

/// The address that a connection comes from; put into each request by [`serve`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// A request that has been let through.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: App,
    peer: IpAddr,
    caller: Option<(Caller, Timestamp)>,
    id: Option<Uuid>,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// The caller; every route but the public ones has one.
    pub(crate) fn caller(&self) -> Result<Caller, Error> {
        Ok(self.caller_until()?.0)
    }

    /// The caller, and when the token ends that they came with.
    pub(crate) fn caller_until(&self) -> Result<(Caller, Timestamp), Error> {
        self.caller.clone().ok_or_else(auth::signed_out)
    }

    /// The `{id}` of the path. An id of another form is an id that does not exist.
    pub(crate) fn id(&self) -> Result<Uuid, Error> {
        self.id.ok_or_else(Error::not_found)
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Where and what kind, but none of what the body says.
            let kind = match error.classify() {
                serde_json::error::Category::Data => "does not have the expected fields",
                _ => "is not JSON",
            };
            Error::invalid("body", format!("{kind} (line {}, column {})", error.line(), error.column()))
        })
    }
}

/// All routes.
pub(crate) fn router(app: &App) -> Router {
    let mut paths: BTreeMap<&str, (MethodRouter, String)> = BTreeMap::new();
    for route in ROUTES {
        let app = app.clone();
        let handler = on(route.method.filter(), move |params: RawPathParams, request: Request| {
            let id = params.iter().next().and_then(|(_, value)| Uuid::parse_str(value).ok());
            answer(app, route, id, request)
        });
        let handler = if route.gzip { handler.layer(CompressionLayer::new().gzip(true)) } else { handler };
        let (methods, allow) = paths.entry(route.path).or_default();
        *methods = std::mem::take(methods).merge(handler);
        allow.push_str(if allow.is_empty() { "" } else { ", " });
        allow.push_str(if route.method == policy::Method::Get { "GET, HEAD" } else { route.method.as_str() });
    }
    let mut router = Router::new();
    for (path, (methods, allow)) in paths {
        router = router.route(path, methods.fallback(move || std::future::ready(wrong_method(&allow))));
    }
    router.fallback(|| async { problem::response(&WireError::new(Code::NotFound, "no such route")) })
}

fn wrong_method(allow: &str) -> Response {
    let error = WireError::new(Code::UnknownCommand, "the route does not know this method");
    let mut response = problem::with_status(StatusCode::METHOD_NOT_ALLOWED, &error);
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

async fn answer(app: App, route: &'static Route, id: Option<Uuid>, request: Request) -> Response {
    let begun = Instant::now();
    let mut device = None;
    let work = AssertUnwindSafe(pass(&app, route, id, request, &mut device)).catch_unwind().await;
    let mut response = match work {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            if !matches!(error, Error::Refused(_)) {
                tracing::error!(%error, route = route.path, "the database failed");
            }
            problem::response(&error.into_wire())
        }
        Err(_) => {
            tracing::error!(route = route.path, "a handler panicked");
            problem::response(&WireError::new(Code::Internal, "the server could not do this"))
        }
    };
    let status = response.status().as_u16();
    let took = begun.elapsed();
    app.metrics.request(route.method.as_str(), route.path, status, took);
    let request_id = crate::clock::random::<8>().map(u64::from_be_bytes).unwrap_or_default();
    let request_id = format!("{request_id:016x}");
    // These fields and no others: no address, no query, no body, no name, and no id that could be
    // followed from one day to the next.
    tracing::info!(
        method = route.method.as_str(),
        route = route.path,
        status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        device = device.map(|device| pseudonym(&app, device)),
        request = request_id,
        "request"
    );
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", value);
    }
    response
}

async fn pass(
    app: &App,
    route: &'static Route,
    id: Option<Uuid>,
    request: Request,
    device: &mut Option<linli_wire::id::DeviceId>,
) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    let peer = peer(app, &parts);
    app.limits.anonymous(route.limit, peer)?;
    let mut place = None;
    let caller = match route.who {
        policy::Who::Anyone => None,
        who => {
            let (caller, ends_at) = caller(app, peer, &parts.headers).await?;
            *device = Some(caller.device);
            app.limits.device(route.limit, caller.device)?;
            who.allow(&caller)?;
            place = app.limits.place(route.limit, caller.device).await?;
            Some((caller, ends_at))
        }
    };
    let body = match read_body(app, route, &parts.headers, body).await? {
        Some(body) => body,
        None => {
            let error = WireError::invalid("body", "broke off, or is not in the form that its head says");
            return Ok(problem::with_status(StatusCode::BAD_REQUEST, &error));
        }
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let call = Call { app: app.clone(), peer, caller, id, query, headers: parts.headers, body };
    let response = (route.handler)(call).await?;
    Ok(match place {
        Some(place) => response.map(|body| places::held(body, place)),
        None => response,
    })
}

/// Who is asking, and until when their token lets them.
async fn caller(app: &App, peer: IpAddr, headers: &HeaderMap) -> Result<(Caller, Timestamp), Error> {
    let hash = bearer(headers).map(|access| auth::hashed(&access));
    // Before the database, so that made-up tokens cost it nothing.
    if !hash.is_some_and(|hash| app.known.has(&hash, app.db.now())) {
        app.limits.stranger(peer)?;
    }
    let hash = hash.ok_or_else(auth::signed_out)?;
    let found = app.db.read(move |tx| auth::caller(tx, &hash)).await;
    match &found {
        Ok((_, ends_at)) => app.known.remember(hash, *ends_at),
        Err(Error::Refused(_)) => app.known.forget(&hash),
        // The database is in trouble, which says nothing about the token.
        Err(_) => {}
    }
    found
}

/// The body; none when it did not come whole.
async fn read_body(
    app: &App,
    route: &Route,
    headers: &HeaderMap,
    body: Body,
) -> Result<Option<Bytes>, Error> {
    let too_large = || {
        let error = WireError::new(Code::TooLarge, "the body is too large");
        Error::Refused(error.with_details(serde_json::json!({ "limit": route.body })))
    };
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|bytes| bytes > route.body as u64) {
        return Err(too_large());
    }
    // A file may take longer than a form.
    let time = if route.limit == limits::Limit::File { 4 } else { 1 } * app.settings.body_timeout;
    match tokio::time::timeout(time, axum::body::to_bytes(body, route.body)).await {
        Ok(Ok(bytes)) => Ok(Some(bytes)),
        Ok(Err(error)) if broke_off(&error) => Ok(None),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Error::invalid("body", "was not sent in time")),
    }
}

/// Whether the connection is to blame, rather than the length of what came.
fn broke_off(error: &axum::Error) -> bool {
    let first = std::error::Error::source(error);
    std::iter::successors(first, |error| error.source()).any(|error| error.is::<hyper::Error>())
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= 100).then(|| token.trim().to_owned())
}

/// The peer's address. Behind `trusted_hops` proxies it is the one that the outermost of them saw,
/// counted from the right: what stands further left was written by the client.
fn peer(app: &App, parts: &Parts) -> IpAddr {
    let direct = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let hops = usize::from(app.settings.trusted_hops);
    let Some(back) = hops.checked_sub(1) else { return direct };
    let forwarded = parts.headers.get_all("x-forwarded-for").iter();
    let all: Vec<&str> =
        forwarded.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    all.iter().rev().nth(back).and_then(|address| address.trim().parse().ok()).unwrap_or(direct)
}

/// A name for a device in one day's log.
fn pseudonym(app: &App, device: linli_wire::id::DeviceId) -> String {
    let day = app.db.now().0.div_euclid(24 * 60 * 60 * 1000).to_string();
    let name = crate::session::derive(&app.instance, &["log", &day, &device.to_string()]);
    name.unwrap_or_default().chars().take(10).collect()
}
