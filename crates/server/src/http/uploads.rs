//! Uploads in parts, as requests and answers: see [`crate::attachments::parts`] for what they mean.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_wire::{Code, WireError, id::AttachmentId};

use super::{
    Call, problem,
    routes::{file_name, json},
};
use crate::{
    Error,
    attachments::{
        Part, intake,
        parts::{Arrived, Promised},
    },
};

const COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// The first part of a file.
pub(super) async fn begin(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, AttachmentId(call.id()?));
    if is_complete(&call)? != Some(false) {
        return Err(Error::invalid("upload-complete", "must be ?0: a whole file goes to the file itself"));
    }
    let (name, length) = (file_name(&call)?, number(&call, "upload-length")?);
    let sha256 = call.header("repr-digest").and_then(sha256);
    let sha256 =
        sha256.ok_or_else(|| Error::invalid("repr-digest", "must be the sha-256 of the whole file"))?;
    let (app, promised) = (&call.app, Promised { length, sha256, name });
    let begun = app.shelf.begin(&app.db, &caller, id, promised, call.body.clone()).await?;
    answer(begun, StatusCode::CREATED, id)
}

/// How much of an upload is here.
pub(super) async fn arrived(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, AttachmentId(call.id()?));
    let arrived = call.app.shelf.arrived(&caller, id).await?;
    answer(Part::Arrived(arrived), StatusCode::NO_CONTENT, id)
}

/// The next part of an upload.
pub(super) async fn patch(call: Call) -> Result<Response, Error> {
    let (caller, id) = (call.caller()?, AttachmentId(call.id()?));
    let at = number(&call, "upload-offset")?;
    let is_last = is_complete(&call)?.ok_or_else(|| Error::invalid("upload-complete", "must be ?0 or ?1"))?;
    let (app, bytes) = (&call.app, call.body.clone());
    let appended = app.shelf.append(&app.db, &caller, id, at, is_last, bytes).await?;
    answer(appended, StatusCode::NO_CONTENT, id)
}

fn answer(part: Part, status: StatusCode, id: AttachmentId) -> Result<Response, Error> {
    let (mut response, arrived) = match part {
        Part::Whole(attachment) => return json(&attachment),
        Part::Arrived(arrived) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            (response, arrived)
        }
        Part::Elsewhere(arrived) => {
            let error = WireError::new(Code::Conflict, "the upload stands elsewhere");
            let error = error.with_details(serde_json::json!({ "expected-offset": arrived.offset }));
            (problem::response(&error), arrived)
        }
    };
    let Arrived { offset, promised } = arrived;
    let headers = response.headers_mut();
    headers.insert(COMPLETE, HeaderValue::from_static("?0"));
    headers.insert(OFFSET, offset.into());
    headers.insert(LENGTH, promised.length.into());
    if status == StatusCode::CREATED
        && let Ok(place) = HeaderValue::from_str(&format!("/v1/attachments/{id}/upload"))
    {
        headers.insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `Upload-Complete`, a boolean of RFC 9651; none where it is not said.
fn is_complete(call: &Call) -> Result<Option<bool>, Error> {
    match call.headers.get(COMPLETE).map(HeaderValue::as_bytes) {
        None => Ok(None),
        Some(b"?0") => Ok(Some(false)),
        Some(b"?1") => Ok(Some(true)),
        Some(_) => Err(Error::invalid("upload-complete", "must be ?0 or ?1")),
    }
}

/// A header that is an integer of RFC 9651, and not a negative one.
fn number(call: &Call, name: &str) -> Result<u64, Error> {
    let text = call.header(name).filter(|text| text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Error::invalid(name, "must be a number"))
}

/// The SHA-256 of a `Repr-Digest` (RFC 9530), as lower-case hexadecimal.
fn sha256(digests: &str) -> Option<String> {
    let of = |digest: &str| Some(digest.trim().strip_prefix("sha-256=:")?.strip_suffix(':')?.to_owned());
    let bytes = BASE64.decode(digests.split(',').find_map(of)?).ok()?;
    (bytes.len() == 32).then(|| intake::hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn a_digest_is_read_among_others_and_rubbish_is_none() {
        let own = "sha-256=:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=:";
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for text in [own.to_owned(), format!("sha-512=:x:, {own}"), format!("{own},unixsum=:1:")] {
            assert_eq!(sha256(&text).as_deref(), Some(hex), "{text}");
        }
        for text in
            ["", "sha-256", "sha-256=::", "sha-256=:AAEC:", "sha-256=AAEC", "md5=:AAEC:", &own.to_uppercase()]
        {
            assert_eq!(sha256(text), None, "{text}");
        }
    }
}
