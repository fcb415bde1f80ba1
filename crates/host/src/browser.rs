//! The browser host: the face and one RPC endpoint on loopback, in front of a real core.
//!
//! Who may ask: whoever has the random token that was printed at start, from a page that this host
//! served. The `Host` header must name loopback (against DNS rebinding), and nothing is ever allowed to
//! another origin. It is not for other machines: it refuses to listen anywhere else.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response, Sse, sse::Event},
    routing::{get, post},
};
use futures_util::stream;
use linli_wire::{Code, WireError};

use crate::run::Host;

/// What the page may do: nothing but talk to this host.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; \
                   font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Largest request: a file of 12 MB in base64, and room.
const MAX_REQUEST: usize = 20 * 1024 * 1024;

struct Browser {
    host: Arc<Host>,
    face: PathBuf,
    token: String,
    listening: SocketAddr,
}

/// Serves until the listener fails.
///
/// # Errors
/// When the listener is not on loopback, or fails.
pub async fn serve(
    host: Arc<Host>,
    face: PathBuf,
    token: String,
    listener: tokio::net::TcpListener,
) -> std::io::Result<()> {
    let listening = listener.local_addr()?;
    if !listening.ip().is_loopback() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "the browser host listens on loopback only",
        ));
    }
    let state = Arc::new(Browser { host, face, token, listening });
    let router = Router::new()
        .route("/rpc/{name}", post(rpc))
        .route("/topics", get(topics))
        .fallback(get(file))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .with_state(state);
    axum::serve(listener, router).await
}

/// Loopback by name, and headers on everything.
async fn guard(State(browser): State<Arc<Browser>>, request: Request, next: Next) -> Response {
    let port = browser.listening.port();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut response = if [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")]
        .iter()
        .any(|own| own == host)
    {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn rpc(
    State(browser): State<Arc<Browser>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    request: String,
) -> Response {
    let token = headers.get("linli-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    if !same(token, &browser.token) {
        return refuse(StatusCode::FORBIDDEN, &WireError::new(Code::NotAllowed, "no token"));
    }
    match browser.host.call(name, request).await {
        Ok(reply) => ([(header::CONTENT_TYPE, "application/json")], reply).into_response(),
        Err(error) => {
            let status =
                StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            refuse(status, &error)
        }
    }
}

#[derive(serde::Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn topics(State(browser): State<Arc<Browser>>, Query(Token { token }): Query<Token>) -> Response {
    if !same(&token, &browser.token) {
        return refuse(StatusCode::FORBIDDEN, &WireError::new(Code::NotAllowed, "no token"));
    }
    let events = stream::unfold(browser.host.topics(), |mut topics| async move {
        let next = topics.next().await?;
        let event = Event::default().json_data(next).unwrap_or_default();
        Some((Ok::<_, std::convert::Infallible>(event), topics))
    });
    Sse::new(events).keep_alive(axum::response::sse::KeepAlive::default()).into_response()
}

/// A file of the face; any other path is a page of the face.
async fn file(State(browser): State<Arc<Browser>>, uri: Uri) -> Response {
    let name = uri.path().trim_start_matches('/');
    let plain = !name.is_empty()
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
        && !name.contains('\\');
    let path =
        if plain && name.contains('.') { browser.face.join(name) } else { browser.face.join("index.html") };
    let Ok(bytes) = tokio::fs::read(&path).await else { return StatusCode::NOT_FOUND.into_response() };
    let media_type = match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, media_type)], Body::from(bytes)).into_response()
}

fn refuse(status: StatusCode, error: &WireError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Compares without telling by its time where the difference is.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}
