//! Talking to a community server: requests out, replies or [`WireError`]s back.
//!
//! Everything that is not a Linli answer is told apart from trouble of the network: a captive portal's
//! page is `not_linli_server`, not a parse error. No answer is read beyond [`MAX_ANSWER`].

use std::{collections::BTreeMap, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use linli_wire::{Code, WireError, attachments::Attachment};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{Error, Result},
    ports::{Answer, Network, NetworkError, Request},
};

/// Largest answer that is read into memory, in bytes: a file of 12 MB and room.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Largest spreadsheet that is read into memory, in bytes: three years of a large community.
const MAX_SHEET: usize = 96 * 1024 * 1024;
/// How long to wait for an answer to begin.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long an upload of a file may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(180);

/// One server, as seen from here.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    /// HTTP.
    pub network: &'a dyn Network,
    /// `scheme://host[:port]`.
    pub server: &'a str,
    /// Bearer token, if signed in.
    pub token: Option<&'a str>,
}

impl Api<'_> {
    /// `GET`, with a JSON reply.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        parse(&self.bytes(self.request("GET", path)).await?)
    }

    /// `POST` of JSON, with a JSON reply.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let mut request = self.request("POST", path);
        request.headers.insert("content-type", "application/json".to_owned());
        request.body = serde_json::to_vec(body)?.into();
        parse(&self.bytes(request).await?)
    }

    /// `POST` or `DELETE` without bodies.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn act(&self, method: &'static str, path: &str) -> Result<()> {
        self.bytes(self.request(method, path)).await.map(|_| ())
    }

    /// `PUT` of a file, with a JSON reply.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn put_file<T: DeserializeOwned>(&self, path: &str, name: &str, bytes: Bytes) -> Result<T> {
        let mut request = self.request("PUT", path);
        request.headers.insert("content-type", "application/octet-stream".to_owned());
        request.headers.insert("linli-name", percent_encode(name));
        request.body = bytes;
        request.timeout = UPLOAD_TIMEOUT;
        parse(&self.bytes(request).await?)
    }

    /// `POST` of a file's bytes, with a JSON reply.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn post_file<T: DeserializeOwned>(&self, path: &str, bytes: Bytes) -> Result<T> {
        let mut request = self.request("POST", path);
        request.headers.insert("content-type", "application/octet-stream".to_owned());
        request.body = bytes;
        request.timeout = UPLOAD_TIMEOUT;
        parse(&self.bytes(request).await?)
    }

    /// A request of an upload in parts, with the headers that such requests have.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn upload(
        &self,
        method: &'static str,
        path: &str,
        headers: &[(&'static str, String)],
        bytes: Bytes,
    ) -> Result<Uploaded> {
        let mut request = self.request(method, path);
        request.headers.extend(headers.iter().cloned());
        request.body = bytes;
        request.timeout = UPLOAD_TIMEOUT;
        let answer = self.network.send(request).await.map_err(unreachable)?;
        let (status, offset) = (answer.status, answer.upload_offset);
        let body = collect(answer).await?;
        match (status, offset) {
            // Another answer than the file's is somebody else's.
            (200, _) => parse::<Attachment>(&body).map(|_| Uploaded::Whole),
            (201 | 204, Some(offset)) => Ok(Uploaded::Until(offset)),
            (200..300, _) => Err(Error::new(Code::NotLinliServer, "an upload without an offset")),
            // The answer to a HEAD has no body: a proxy's says as little as the server's.
            _ if body.is_empty() => Err(Error::new(of_status(status), format!("status {status}"))),
            _ => Err(refusal(status, &body)),
        }
    }

    /// `GET` of a file.
    ///
    /// # Errors
    /// The server's, or `server_unreachable`.
    pub async fn get_file(&self, path: &str) -> Result<Bytes> {
        self.bytes(self.request("GET", path)).await
    }

    /// `GET` of a spreadsheet.
    ///
    /// # Errors
    /// The server's, `server_unreachable`; `too_large` for one that should be asked for in parts.
    pub async fn get_sheet(&self, path: &str) -> Result<Bytes> {
        let answer = self.network.send(self.request("GET", path)).await.map_err(unreachable)?;
        let is_sheet = ["text/csv", "text/plain"].iter().any(|kind| answer.content_type.starts_with(kind));
        let status = answer.status;
        if status == 200 && !is_sheet {
            return Err(Error::new(Code::NotLinliServer, "no spreadsheet"));
        }
        let too_large = || Error::new(Code::TooLarge, "the spreadsheet is too large");
        let bytes = collect_up_to(answer, MAX_SHEET).await?.ok_or_else(too_large)?;
        if status == 200 { Ok(bytes) } else { Err(refusal(status, &bytes)) }
    }

    /// `GET` of a stream of server-sent events.
    ///
    /// # Errors
    /// The server's, `server_unreachable`, or `not_linli_server`.
    pub async fn stream(&self, path: &str, last_event_id: &str) -> Result<Answer> {
        let mut request = self.request("GET", path);
        request.headers.insert("accept", "text/event-stream".to_owned());
        if !last_event_id.is_empty() {
            request.headers.insert("last-event-id", last_event_id.to_owned());
        }
        let answer = self.network.send(request).await.map_err(unreachable)?;
        if answer.status != 200 {
            return Err(refusal(answer.status, &collect(answer).await?));
        }
        if !answer.content_type.starts_with("text/event-stream") {
            return Err(Error::new(Code::NotLinliServer, "no event stream"));
        }
        Ok(answer)
    }

    fn request(&self, method: &'static str, path: &str) -> Request {
        let mut headers = BTreeMap::new();
        if let Some(token) = self.token {
            headers.insert("authorization", format!("Bearer {token}"));
        }
        Request {
            method,
            url: format!("{}{path}", self.server),
            headers,
            body: Bytes::new(),
            timeout: TIMEOUT,
        }
    }

    async fn bytes(&self, request: Request) -> Result<Bytes> {
        let answer = self.network.send(request).await.map_err(unreachable)?;
        let status = answer.status;
        let bytes = collect(answer).await?;
        if (200..300).contains(&status) { Ok(bytes) } else { Err(refusal(status, &bytes)) }
    }
}

/// How an upload in parts stands.
pub enum Uploaded {
    /// The server has so many bytes.
    Until(u64),
    /// The server has all of it.
    Whole,
}

/// Whether trying again later, unchanged, may help.
pub fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::ServerUnreachable
            | Code::Offline
            | Code::NotLinliServer
            | Code::TooManyTries
            | Code::Internal
            | Code::StorageFull
    )
}

fn unreachable(error: NetworkError) -> Error {
    Error::new(Code::ServerUnreachable, error.0)
}

async fn collect(answer: Answer) -> Result<Bytes> {
    let bytes = collect_up_to(answer, MAX_ANSWER).await?;
    bytes.ok_or_else(|| Error::new(Code::NotLinliServer, "answer too large"))
}

/// The body of an answer; none when it is larger than `most`.
async fn collect_up_to(mut answer: Answer, most: usize) -> Result<Option<Bytes>> {
    let mut bytes = BytesMut::new();
    while let Some(part) = answer.body.next().await {
        let part = part.map_err(unreachable)?;
        if bytes.len() + part.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Some(bytes.freeze()))
}

const fn of_status(status: u16) -> Code {
    match status {
        401 => Code::SignedOut,
        404 => Code::NotFound,
        429 => Code::TooManyTries,
        500.. => Code::ServerUnreachable,
        _ => Code::NotLinliServer,
    }
}

fn refusal(status: u16, bytes: &[u8]) -> Error {
    match serde_json::from_slice::<WireError>(bytes) {
        Ok(error) => Error(error),
        // A proxy in front of the server speaks for it with a status alone.
        Err(_) if status >= 500 => Error::new(Code::ServerUnreachable, format!("status {status}")),
        Err(_) => Error::new(Code::NotLinliServer, format!("status {status}")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| Error::new(Code::NotLinliServer, error.to_string()))
}

/// Percent-encoding for a header or a query value.
pub fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
