//! Slow, huge, malformed and too many requests.

use std::time::{Duration, Instant};

use linli_server::{db::Location, sync::Cursor};
use linli_wire::{Code, ops::MAX_BATCH, sync::SyncPage};
use proptest::{prelude::*, strategy::ValueTree};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{World, join_request, problem};

async fn world(change: impl FnOnce(&mut linli_server::Settings)) -> World {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("linli.db"));
    World::open(folder, location, change).await
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap()
}

/// Everything until the server closes; the test's patience is far beyond the server's.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut all = Vec::new();
    let reading = stream.read_to_end(&mut all);
    // A reset is a close too.
    let _ = tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the server closes");
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_never_ends_is_cut_off_while_others_are_served() {
    let world = world(|settings| settings.header_timeout = Duration::from_millis(500)).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(&world).await;
        stream.write_all(b"GET /v1/sync HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
        slow.push(tokio::spawn(until_closed(stream)));
    }
    let begun = Instant::now();
    let served = world.send(Method::GET, "/v1/community", None, None::<&()>).await;
    assert_eq!(served.status(), StatusCode::OK);
    for stream in slow {
        let told = stream.await.unwrap();
        assert!(!told.contains("200 OK"), "{told}");
    }
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_does_not_keep_its_place_for_ever() {
    let world = world(|settings| settings.header_timeout = Duration::from_millis(300)).await;
    let mut stream = connect(&world).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(until_closed(stream).await.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_comes_is_not_waited_for() {
    let world = world(|settings| settings.body_timeout = Duration::from_millis(300)).await;
    let mut stream = connect(&world).await;
    let head = b"POST /v1/join HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"op";
    stream.write_all(head).await.unwrap();
    let told = until_closed(stream).await;
    assert!(told.contains("422") && told.contains("invalid_input") && told.contains("in time"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_cap_wait_and_are_served_later() {
    let world = world(|settings| {
        settings.max_connections = 4;
        settings.header_timeout = Duration::from_millis(500);
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(connect(&world).await);
    }
    let mut late = connect(&world).await;
    late.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(until_closed(late).await.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_beyond_their_limit_are_refused_with_the_limit() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let access = wang.tokens.access.as_str();
    let ask = async |path: &str, bytes: usize, said: bool| {
        let mut request = world.http.post(format!("{}{path}", world.url)).bearer_auth(access);
        request = if said {
            request.body(vec![b' '; bytes])
        } else {
            // In pieces, without saying how much will come.
            let piece = bytes::Bytes::from(vec![b' '; 8192]);
            let pieces = (0..bytes / 8192 + 1).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
            request.body(reqwest::Body::wrap_stream(futures_util::stream::iter(pieces)))
        };
        request.send().await
    };
    for (path, limit) in [("/v1/join", 65_536), ("/v1/ops", 2 * 1024 * 1024)] {
        for said in [true, false] {
            // The server may answer and close before all was sent; what counts is that it answers.
            if let Ok(response) = ask(path, limit + 1, said).await {
                let error = problem(response).await;
                assert_eq!(error.code, Code::TooLarge);
                assert_eq!(error.details["limit"], limit);
            }
        }
    }
    let mut stream = connect(&world).await;
    let head =
        "POST /v1/join HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let told = until_closed(stream).await;
    assert!(told.contains("413") && told.contains("too_large"), "{told}");
    let mut stream = connect(&world).await;
    stream.write_all(b"GET / HTTP/1.1\r\nx-big: ").await.unwrap();
    let _ = stream.write_all(&vec![b'a'; 200_000]).await;
    assert!(!until_closed(stream).await.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_json_is_told_where_and_never_repeated() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let deep = format!("{{\"ops\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let many = format!("{{\"ops\":[{}]}}", vec!["{}"; MAX_BATCH + 1].join(","));
    let cases = [
        "",
        "{",
        "null",
        "[]",
        "{\"ops\":1}",
        "{\"ops\":[{}]}",
        "{\"ops\":[{\"secret-canary\":1}]}",
        "\u{feff}{}",
        &deep,
        &many,
    ];
    for body in cases {
        let request = world.http.post(format!("{}/v1/ops", world.url)).bearer_auth(&wang.tokens.access);
        let error = problem(request.body(body.to_owned()).send().await.unwrap()).await;
        assert_eq!(error.code, Code::InvalidInput, "{body}");
        assert!(["body", "ops"].contains(&error.details["field"].as_str().unwrap()), "{error:?}");
        assert!(!format!("{error:?}").contains("secret-canary"));
    }
    // What has a lane is refused by itself, and holds up nothing else.
    let alone = [
        "{\"ops\":[{\"id\":\"x\",\"lane\":\"a\",\"at\":1,\"action\":{\"kind\":\"read_notices\",\"marks\":[]}}]}",
        "{\"ops\":[{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"lane\":\"a\",\"at\":1,\"action\":{\"kind\":\"drop\"}}]}",
        "{\"ops\":[{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"lane\":\"a\",\"at\":1e99,\"action\":{\"kind\":\"read_notices\",\"marks\":[]}}]}",
    ];
    for body in alone {
        let request = world.http.post(format!("{}/v1/ops", world.url)).bearer_auth(&wang.tokens.access);
        let text = request.body(body.to_owned()).send().await.unwrap().text().await.unwrap();
        let reply: linli_wire::ops::OpsReply = serde_json::from_str(&text).unwrap();
        let refused = matches!(&reply.outcomes[..], [linli_wire::ops::Outcome::Refused { error }]
            if matches!(error.code, Code::InvalidInput | Code::UnknownCommand));
        assert!(refused, "{body}: {text}");
    }
    let invalid = world.http.post(format!("{}/v1/ops", world.url)).bearer_auth(&wang.tokens.access);
    let error = problem(invalid.body(vec![0xff, 0xfe, 0x00]).send().await.unwrap()).await;
    assert_eq!(error.code, Code::InvalidInput);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_routes_and_methods_are_problems_too() {
    let world = world(|_| {}).await;
    for path in ["/", "/v1", "/v1/notices", "/metrics", "/../etc/passwd", "/v1/sync/"] {
        assert_eq!(world.refused(Method::GET, path, None, None::<&()>).await.code, Code::NotFound, "{path}");
    }
    let wrong = world.send(Method::DELETE, "/v1/sync", None, None::<&()>).await;
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers()["allow"], "GET, HEAD");
    assert_eq!(problem(wrong).await.code, Code::UnknownCommand);
    let path = format!("/v1/attachments/{}", crate::world::new_id());
    let wrong = world.send(Method::POST, &path, None, None::<&()>).await;
    let allow: std::collections::BTreeSet<&str> =
        wrong.headers()["allow"].to_str().unwrap().split(", ").collect();
    assert_eq!(allow, ["GET", "HEAD", "PUT"].into());
    assert_eq!(problem(wrong).await.code, Code::UnknownCommand);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_breaks_off_is_not_called_too_large() {
    let world = world(|_| {}).await;
    let ask = async |framing: &str| {
        let mut stream = connect(&world).await;
        let head = format!("POST /v1/join HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{framing}");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        until_closed(stream).await
    };
    for framing in [
        "content-length: 100\r\n\r\n{",
        "transfer-encoding: chunked\r\n\r\nZZ\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n{",
    ] {
        let told = ask(framing).await;
        // Some of it hyper does not hand on to us at all.
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 400 "), "{framing:?}: {told}");
    }
    let told = ask("transfer-encoding: chunked\r\n\r\nZZ\r\n").await;
    assert!(told.contains("invalid_input") && told.contains("\"status\":400"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_tries_codes_is_slowed_down_and_told_how_long() {
    let world = world(|settings| settings.rate_factor = 1).await;
    let (request, _) = join_request(linli_wire::join::JoinCode::read("ABCDEFGH").unwrap());
    let mut slowed = None;
    for _ in 0..80 {
        let response = world.send(Method::POST, "/v1/join", None, Some(&request)).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some(response);
            break;
        }
    }
    let slowed = slowed.expect("slowed down within eighty tries");
    let after: u64 = slowed.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let error = problem(slowed).await;
    assert_eq!(error.code, Code::TooManyTries);
    assert_eq!(error.details["retry_after_seconds"], after);
    assert!((1..=4).contains(&after), "{after}");
    // A header that anybody can write makes nobody somebody else.
    let again = world.http.post(format!("{}/v1/join", world.url)).header("x-forwarded-for", "203.0.113.9");
    let again = again.body(serde_json::to_string(&request).unwrap()).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::TOO_MANY_REQUESTS);
    // Others are not slowed down by it.
    assert_eq!(world.send(Method::GET, "/v1/community", None, None::<&()>).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_known_proxy_its_word_counts() {
    let world = world(|settings| {
        settings.rate_factor = 1;
        settings.trusted_hops = 1;
    })
    .await;
    let (request, _) = join_request(linli_wire::join::JoinCode::read("ABCDEFGH").unwrap());
    let body = serde_json::to_string(&request).unwrap();
    let ask = async |forwarded: &str| {
        let request = world.http.post(format!("{}/v1/join", world.url)).header("x-forwarded-for", forwarded);
        request.body(body.clone()).send().await.unwrap().status()
    };
    let mut slowed = false;
    for at in 0..80 {
        // What the client wrote stands to the left of what the proxy saw.
        slowed |= ask(&format!("203.0.113.{at}, 198.51.100.7")).await == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed);
    assert_eq!(ask("198.51.100.8").await, StatusCode::NOT_FOUND);
    // One /56 is one subscriber.
    let mut slowed = false;
    for at in 0..80 {
        slowed |= ask(&format!("2001:db8:0:{at:x}::1")).await == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed);
    assert_eq!(ask("2001:db8:0:100::1").await, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_one_device_are_counted() {
    let world = world(|settings| settings.streams_per_device = 2).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let open = || world.send(Method::GET, "/v1/live", Some(&wang.tokens.access), None::<&()>);
    let (one, _two) = (open().await, open().await);
    assert_eq!(one.status(), StatusCode::OK);
    assert_eq!(problem(open().await).await.code, Code::TooManyTries);
    drop(one);
    let begun = Instant::now();
    while open().await.status() != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(20), "a closed stream gives its place back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_dropped_and_holds_nobody_up() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let mut stream = connect(&world).await;
    let head =
        format!("GET /v1/live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", wang.tokens.access);
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut begun = [0; 16];
    stream.read_exact(&mut begun).await.unwrap();
    let gone = || world.app.metrics_text().contains("linli_live_streams 0");
    assert!(!gone());
    let body: std::sync::Arc<str> = format!("\"{}\"", "x".repeat(200_000)).into();
    let mut commits = 0;
    while !gone() {
        commits += 1;
        assert!(commits < 3000, "a stream that nobody reads is dropped");
        let (body, community) = (body.clone(), sun.id);
        let write = world.app.db.write(move |tx| {
            let scope = linli_wire::sync::Scope::Community(community);
            tx.log(
                community,
                scope,
                linli_wire::sync::Entity::Notice,
                uuid::Uuid::nil(),
                1,
                Some(body.clone()),
            );
            Ok(())
        });
        tokio::time::timeout(Duration::from_secs(5), write).await.expect("writers do not wait").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_tokens_and_cursors_are_refused_and_nothing_panics() {
    let world = world(|settings| settings.rate_factor = 100_000).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let (_, cursor) = world.sync(&wang, None).await;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let text = "[ -~]{0,120}";
    for _ in 0..300 {
        let token = text.new_tree(&mut runner).unwrap().current();
        let status = world.send(Method::GET, "/v1/sync", Some(&token), None::<&()>).await.status();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token:?}");
        let random = "[A-Za-z0-9_%=-]{1,200}".new_tree(&mut runner).unwrap().current();
        let path = format!("/v1/sync?cursor={random}");
        let error = world.refused(Method::GET, &path, Some(&wang.tokens.access), None::<&()>).await;
        assert_eq!(error.code, Code::CursorExpired, "{random:?}");
    }
    // Every byte of a cursor counts.
    for at in 0..cursor.len() {
        let mut other = cursor.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'Q' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        let response = world
            .send(Method::GET, &format!("/v1/sync?cursor={other}"), Some(&wang.tokens.access), None::<&()>)
            .await;
        // The last letter of base64 may hold bits that stand for nothing; those are refused as well.
        assert_eq!(problem(response).await.code, Code::CursorExpired, "{at}");
    }
    let page: SyncPage = world
        .ok(Method::GET, &format!("/v1/sync?cursor={cursor}"), Some(&wang.tokens.access), None::<&()>)
        .await;
    assert!(page.scopes.is_empty());
}

proptest! {
    #[test]
    fn a_cursor_reads_back_as_it_was_written(seqs in proptest::collection::vec(any::<u64>(), 0..12), epoch: [u8; 16], key: [u8; 32], person: [u8; 16]) {
        use linli_wire::{community::Role, id::*, sync::Scope};
        let id = |at: usize| uuid::Uuid::from_u128(at as u128);
        let mut cursor = Cursor::new(epoch);
        for (at, seq) in seqs.into_iter().enumerate() {
            cursor.set(match at % 6 {
                0 => Scope::Community(CommunityId(id(at))),
                1 => Scope::Building(BuildingId(id(at))),
                2 => Scope::Household(HouseholdId(id(at))),
                3 => Scope::Person(PersonId(id(at))),
                4 => Scope::Role(CommunityId(id(at)), Role::KNOWN[at % 4]),
                _ => Scope::Staff(CommunityId(id(at))),
            }, seq);
        }
        let key = linli_server::sync::CursorKey::new(&key);
        let person = PersonId(uuid::Uuid::from_bytes(person));
        let text = cursor.encode(&key, person);
        prop_assert_eq!(Cursor::decode(&text, &key, person, epoch).unwrap(), cursor);
        let other = PersonId(uuid::Uuid::nil());
        if other != person {
            prop_assert!(Cursor::decode(&text, &key, other, epoch).is_err());
        }
        let mut later = epoch;
        later[0] = later[0].wrapping_add(1);
        prop_assert!(Cursor::decode(&text, &key, person, later).is_err());
    }
}
