//! Serving connections. `axum::serve` has neither a header timeout nor a connection cap (a head sent
//! one byte a minute keeps a connection for ever), so connections are served with hyper here.

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, extract::Request};
use futures_util::FutureExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt;

use super::{Peer, patient::Patient};
use crate::{App, live};

/// Bytes of a request's head; cursors travel in it.
const MAX_HEAD: usize = 64 * 1024;
/// How long requests under way may take after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

pub(crate) async fn serve(app: &App, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    let router = super::router(app);
    let places = Arc::new(Semaphore::new(app.settings.max_connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    // Never with pipeline_flush: it lets hyper buffer a response without bound for a client that does
    // not read.
    http.timer(TokioTimer::new()).header_read_timeout(app.settings.header_timeout).max_buf_size(MAX_HEAD);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        // When every place is taken, new connections wait in the system's queue.
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut shutdown => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors: those that close will make room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Live events are small and must not wait for each other.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let is_stream = Arc::new(AtomicBool::new(false));
        let patience = app.settings.write_timeout;
        let stream = Patient::new(TokioIo::new(stream), patience, Arc::clone(&is_stream));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (router, is_stream) = (router.clone(), Arc::clone(&is_stream));
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip()));
            // Boxed, since hyper keeps the room for it as long as a stream lasts.
            Box::pin(async move {
                let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
                is_stream.store(live::is_stream(&response), Ordering::Relaxed);
                Ok::<_, Infallible>(response)
            })
        });
        let connection = graceful.watch(http.serve_connection(stream, service));
        // A client that hangs up or sends nonsense is no event of ours. Not an async block: it would hold the connection
        // twice, once as it was given and once as it is waited for.
        tokio::spawn(connection.map(|_| drop(place)));
    }
    app.closing.send_replace(true);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were cut at shutdown");
    }
}
