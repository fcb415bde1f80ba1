//! PostgreSQL that stands still, and PostgreSQL that is gone: every question is answered in time, with a
//! code that says that it passes, and it passes.

use std::time::{Duration, Instant};

use linli_server::db::Location;
use linli_wire::{
    Code,
    id::NoticeId,
    notices::{Audience, Publish},
    ops::{OpsReply, OpsRequest, Outcome},
    sync::Entity,
};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::world::{Device, World, content, fresh_schema, new_id, op, problem, save};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    Whole,
    /// Taken, and nothing comes through: a host that is stopped or cut off.
    Frozen,
    /// Refused: a server that is down.
    Down,
}

/// A line to PostgreSQL.
struct Wire {
    line: watch::Sender<Line>,
}

impl Wire {
    async fn to(target: String) -> (Self, u16) {
        let (line, mut seen) = watch::channel(Line::Whole);
        let mut listener = Some(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = listener.as_ref().unwrap().local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let state = *seen.borrow_and_update();
                if state == Line::Down {
                    listener = None;
                    if seen.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                let open = match listener.take() {
                    Some(open) => open,
                    None => TcpListener::bind(address).await.unwrap(),
                };
                tokio::select! {
                    changed = seen.changed() => if changed.is_err() { return },
                    taken = open.accept() => {
                        let (stream, _) = taken.unwrap();
                        tokio::spawn(carry(stream, target.clone(), seen.clone()));
                    }
                }
                listener = Some(open);
            }
        });
        (Self { line }, address.port())
    }

    fn is(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn carry(near: TcpStream, target: String, seen: watch::Receiver<Line>) {
    let mut down = seen.clone();
    let carrying = async {
        until_whole(&mut seen.clone()).await;
        let far = TcpStream::connect(target).await.unwrap();
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        tokio::join!(one_way(near_in, far_out, seen.clone()), one_way(far_in, near_out, seen));
    };
    tokio::select! {
        () = carrying => {}
        _ = down.wait_for(|line| *line == Line::Down) => {}
    }
}

async fn until_whole(seen: &mut watch::Receiver<Line>) {
    let _ = seen.wait_for(|line| *line == Line::Whole).await;
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut seen: watch::Receiver<Line>,
) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        until_whole(&mut seen).await;
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

async fn world() -> Option<(World, Wire)> {
    let Some(Location::Postgres(url)) = fresh_schema().await else {
        eprintln!("LINLI_TEST_POSTGRES is not set: not run");
        return None;
    };
    let config: tokio_postgres::Config = url.parse().unwrap();
    let Some(tokio_postgres::config::Host::Tcp(host)) = config.get_hosts().first() else {
        panic!("the tests' PostgreSQL listens at an address");
    };
    let target = format!("{host}:{}", config.get_ports()[0]);
    let (wire, port) = Wire::to(target.clone()).await;
    let url = url.replacen(&target, &format!("127.0.0.1:{port}"), 1);
    let world = World::open(tempfile::tempdir().unwrap(), Location::Postgres(url), |_| {}).await;
    Some((world, wire))
}

async fn sync(world: &World, device: &Device) -> reqwest::Response {
    world.send(Method::GET, "/v1/sync", Some(&device.tokens.access), None::<&()>).await
}

/// That a response is the passing refusal.
async fn passes(response: reqwest::Response) {
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(problem(response).await.code, Code::ServerUnreachable);
}

async fn until_back(world: &World, device: &Device) {
    let begun = Instant::now();
    while sync(world, device).await.status() != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server finds back to its database");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_answered_for_in_time() {
    let Some((world, wire)) = world().await else { return };
    let sun = world.sun.clone();
    let office = world.join(&sun, sun.chen_jing).await;
    let id = NoticeId(new_id());
    let request = OpsRequest {
        ops: vec![op(&world, save(id, 0, content("停电", Audience::Community), Publish::Now))],
    };
    let access = Some(office.tokens.access.as_str());
    wire.is(Line::Frozen);
    let begun = Instant::now();
    // More of them than there are connections.
    let many = futures_util::future::join_all((0..12).map(|_| async {
        passes(sync(&world, &office).await).await;
    }));
    let others = async {
        passes(world.send(Method::POST, "/v1/ops", access, Some(&request)).await).await;
        passes(world.send(Method::GET, "/readyz", None, None::<&()>).await).await;
        passes(world.send(Method::GET, "/v1/community", None, None::<&()>).await).await;
    };
    let lives = async {
        let response = world.send(Method::GET, "/healthz", None, None::<&()>).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(begun.elapsed() < Duration::from_secs(4), "what needs no database does not wait");
    };
    let timed = async {
        many.await;
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    };
    tokio::join!(timed, others, lives);
    // Once every connection is known to be lost, too.
    let begun = Instant::now();
    passes(sync(&world, &office).await).await;
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    wire.is(Line::Whole);
    until_back(&world, &office).await;
    // What was sent into the silence is sent again, and happens once.
    let reply: OpsReply = world.ok(Method::POST, "/v1/ops", access, Some(&request)).await;
    assert!(matches!(reply.outcomes[..], [Outcome::Done { .. }]), "{reply:?}");
    let (pages, _) = world.sync(&office, None).await;
    let changes = pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes);
    let notices: Vec<_> = changes.filter(|change| change.entity == Entity::Notice).collect();
    assert!(notices.iter().all(|change| change.id == id.0 && change.version == 1), "{notices:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_down_is_said_to_be_back_soon() {
    let Some((world, wire)) = world().await else { return };
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    wire.is(Line::Down);
    for _ in 0..20 {
        let begun = Instant::now();
        let response = sync(&world, &wang).await;
        // The first answer may have been on its way.
        if response.status() != StatusCode::OK {
            passes(response).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
    passes(world.send(Method::GET, "/readyz", None, None::<&()>).await).await;
    wire.is(Line::Whole);
    until_back(&world, &wang).await;
    assert_eq!(world.send(Method::GET, "/readyz", None, None::<&()>).await.status(), StatusCode::OK);
}
