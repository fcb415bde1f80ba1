//! Problem bodies (RFC 9457). A [`WireError`] reads back from them.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use linli_wire::WireError;

/// The response for an error. `details.retry_after_seconds` is repeated as `Retry-After`.
pub fn response(error: &WireError) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_status(status, error)
}

/// The response for an error for which HTTP has a status of its own.
pub(super) fn with_status(status: StatusCode, error: &WireError) -> Response {
    let code = error.code.as_str();
    let mut body = serde_json::json!({
        "type": format!("urn:linli:problem:{code}"),
        "title": code.replace('_', " "),
        "status": status.as_u16(),
        "code": code,
        "message": error.message,
    });
    if let (Some(fields), false) = (body.as_object_mut(), error.details.is_null()) {
        fields.insert("details".to_owned(), error.details.clone());
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    let wait = error.details.get("retry_after_seconds").and_then(serde_json::Value::as_u64);
    if let Some(seconds) = wait {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
