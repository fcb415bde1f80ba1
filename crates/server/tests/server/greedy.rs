//! Clients that ask for much at once and read little of it.

use std::time::Duration;

use linli_server::{Settings, db::Location};
use linli_wire::{
    Code,
    id::{AttachmentId, NoticeId},
    notices::{Audience, Publish},
    sync::{Entity, Scope},
};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::world::{Device, World, content, new_id, problem, save};

async fn world(change: impl FnOnce(&mut Settings)) -> World {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("linli.db"));
    World::open(folder, location, change).await
}

const FILE: usize = 11_900_000;

/// A resident, and the path of a file of nearly twelve megabytes that a notice shows them.
async fn large_file(world: &World) -> (Device, String) {
    let sun = world.sun.clone();
    let (office, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
    let mut pdf = b"%PDF-1.4\n".to_vec();
    pdf.extend((0..FILE - pdf.len()).map(|at| (at % 251) as u8));
    let path = format!("/v1/attachments/{}", AttachmentId(new_id()));
    let request = world.http.put(format!("{}{path}", world.url)).bearer_auth(&office.tokens.access);
    let sent = request.header("linli-name", "plan.pdf").body(pdf).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    let mut shown = content("图纸", Audience::Community);
    shown.attachments = vec![serde_json::from_str(&sent.text().await.unwrap()).unwrap()];
    let id = NoticeId(new_id());
    world.ops(&office, vec![save(id, 0, shown, Publish::Now)]).await;
    (wang, path)
}

/// A connection that takes in next to nothing by itself.
async fn narrow(world: &World) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(world.url.trim_start_matches("http://").parse().unwrap()).await.unwrap()
}

async fn ask(world: &World, path: &str, device: &Device) -> TcpStream {
    let mut stream = narrow(world).await;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        device.tokens.access
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// The status of the answer; what follows stays unread.
async fn status(stream: &mut TcpStream) -> u16 {
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.unwrap();
    std::str::from_utf8(&line).unwrap().strip_prefix("HTTP/1.1 ").unwrap().parse().unwrap()
}

/// How much arrives until the connection ends.
async fn rest(mut stream: TcpStream) -> usize {
    let mut all = Vec::new();
    // A reset is an end too.
    let reading = stream.read_to_end(&mut all);
    let _ = tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the server closes");
    all.len()
}

/// Memory of this process, which is the server's, in megabytes.
#[cfg(target_os = "linux")]
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_readers_who_do_not_read_hold_little_memory() {
    let world = world(|_| {}).await;
    let (wang, path) = large_file(&world).await;
    let before = memory();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let mut stream = ask(&world, &path, &wang).await;
        waiting.spawn(async move { (status(&mut stream).await, stream) });
    }
    let answers = waiting.join_all().await;
    let grown = memory().saturating_sub(before);
    let of = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!((of(200), of(429)), (4, 56), "four files at a time");
    assert!(grown < 50, "{grown} MB for sixty readers of a file of twelve");
    // The device's other requests, and other people's, go on.
    world.sync(&wang, None).await;
    let sun = world.sun.clone();
    let li = world.join(&sun, sun.li_qiang).await;
    let served = world.send(Method::GET, &path, Some(&li.tokens.access), None::<&()>).await;
    assert_eq!(served.bytes().await.unwrap().len(), FILE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_is_hung_up_on_and_the_place_is_free_again() {
    let world = world(|settings| settings.write_timeout = Duration::from_millis(500)).await;
    let (wang, path) = large_file(&world).await;
    let mut stalled = Vec::new();
    for _ in 0..4 {
        let mut stream = ask(&world, &path, &wang).await;
        assert_eq!(status(&mut stream).await, 200);
        stalled.push(stream);
    }
    // Waits for one of the four places, and gets it.
    let served = world.send(Method::GET, &path, Some(&wang.tokens.access), None::<&()>).await;
    assert_eq!(served.headers()["content-length"], FILE.to_string());
    assert_eq!(served.bytes().await.unwrap().len(), FILE);
    for stream in stalled {
        assert!(rest(stream).await < FILE);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_nobody_reads_is_hung_up_on_though_its_queue_has_room() {
    let world = world(|settings| settings.write_timeout = Duration::from_millis(500)).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let mut stream = ask(&world, "/v1/live", &wang).await;
    assert_eq!(status(&mut stream).await, 200);
    let body: std::sync::Arc<str> = format!("\"{}\"", "x".repeat(500_000)).into();
    for _ in 0..40 {
        let (body, community) = (body.clone(), sun.id);
        let write = world.app.db.write(move |tx| {
            let scope = Scope::Community(community);
            tx.log(community, scope, Entity::Notice, uuid::Uuid::nil(), 1, Some(body.clone()));
            Ok(())
        });
        write.await.unwrap();
    }
    let gone = async {
        while !world.app.metrics_text().contains("linli_live_streams 0") {
            // Nothing announces a number of the metrics; the wait has an end below.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the stream ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_one_device_under_way_are_counted() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
    let mut held = Vec::new();
    for _ in 0..16 {
        let mut stream = narrow(&world).await;
        let head = format!(
            "POST /v1/ops HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 2000000\r\n\r\n{{",
            wang.tokens.access
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    let sync = |device: &Device| {
        let access = device.tokens.access.clone();
        let world = &world;
        async move { world.send(Method::GET, "/v1/sync", Some(&access), None::<&()>).await }
    };
    // The sixteen are on their way in; from some moment on there is no place left.
    let begun = std::time::Instant::now();
    let refused = loop {
        assert!(begun.elapsed() < Duration::from_secs(60), "places are counted");
        let response = sync(&wang).await;
        if response.status() != StatusCode::OK {
            break response;
        }
    };
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(problem(refused).await.code, Code::TooManyTries);
    assert_eq!(sync(&li).await.status(), StatusCode::OK);
    drop(held);
    let begun = std::time::Instant::now();
    while sync(&wang).await.status() != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(20), "places are given back");
    }
}
