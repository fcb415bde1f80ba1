//! HTTP through reqwest, with the operating system's TLS and trust.
//!
//! A community that hosts its own server with a certificate authority of its own works once the
//! computer trusts it, as for every other program. Redirects are not followed: a token never goes to
//! another host than the one that was joined.

use std::{
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use futures_util::StreamExt;
use linli_core::ports::{Answer, Network, NetworkError, Request, Task};
use native_tls::{Protocol, TlsConnector};

/// What the computer trusts. Reading it takes a tenth of a second, so it is read once in the life of the program.
static TRUST: LazyLock<Result<TlsConnector, String>> = LazyLock::new(|| {
    let builder = TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build();
    builder.map_err(|error| error.to_string())
});

/// Reads what the computer trusts, unless that was done. For a thread of its own, before somebody waits for it.
pub fn prepare() {
    LazyLock::force(&TRUST);
}

/// The real network. Its clients are made when they are first needed.
#[derive(Clone, Debug, Default)]
pub struct RealNetwork {
    far: OnceLock<reqwest::Client>,
    near: OnceLock<reqwest::Client>,
}

impl RealNetwork {
    fn client(&self, url: &str) -> Result<&reqwest::Client, String> {
        let near = is_loopback(url);
        let client = if near { &self.near } else { &self.far };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let builder = reqwest::Client::builder()
            .user_agent(concat!("Linli/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            // A connection that is half open says nothing for ever; a live stream has its heartbeat.
            .read_timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .tls_backend_preconfigured(TRUST.clone()?);
        let builder = match near {
            // Compressing for a server on the same machine costs more than it saves.
            true => builder.no_gzip().no_proxy(),
            false => builder,
        };
        let made = builder.build().map_err(|error| error.without_url().to_string())?;
        Ok(client.get_or_init(|| made))
    }
}

impl Network for RealNetwork {
    fn send(&self, request: Request) -> Task<'_, Result<Answer, NetworkError>> {
        Box::pin(async move {
            let method = reqwest::Method::from_bytes(request.method.as_bytes())
                .map_err(|error| NetworkError(error.to_string()))?;
            let client = self.client(&request.url).map_err(NetworkError)?;
            let mut outgoing = client.request(method, &request.url);
            for (name, value) in &request.headers {
                outgoing = outgoing.header(*name, value);
            }
            let answer = tokio::time::timeout(request.timeout, outgoing.body(request.body).send())
                .await
                .map_err(|_| NetworkError("no answer in time".to_owned()))?
                // The address may name the community; the log does not need it.
                .map_err(|error| NetworkError(error.without_url().to_string()))?;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let content_type = header("content-type").unwrap_or_default().to_owned();
            let upload_offset = header("upload-offset").and_then(|text| text.parse().ok());
            // A page or a file keeps coming; a live stream may be silent, and the core knows for how long.
            let live = request.headers.get("accept").is_some_and(|kind| kind == "text/event-stream");
            let patience = if live { Duration::from_secs(60) } else { request.timeout };
            Ok(Answer {
                status: answer.status().as_u16(),
                content_type,
                upload_offset,
                body: Box::pin(futures_util::stream::unfold(
                    answer.bytes_stream(),
                    move |mut parts| async move {
                        let part = match tokio::time::timeout(patience, parts.next()).await {
                            Ok(part) => part?.map_err(|error| NetworkError(error.without_url().to_string())),
                            Err(_) => Err(NetworkError("the answer stopped coming".to_owned())),
                        };
                        Some((part, parts))
                    },
                )),
            })
        })
    }
}

fn is_loopback(url: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| url.starts_with(start))
}
