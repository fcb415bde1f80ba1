//! Floods of those who are nobody yet: made-up tokens and made-up codes, from one address and from many.

use linli_server::{Settings, db::Location};
use linli_wire::{Code, join::JoinCode};
use reqwest::{Method, StatusCode};

use crate::world::{Place, World, join_request, problem};

async fn world(change: impl FnOnce(&mut Settings)) -> World {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("linli.db"));
    World::open(folder, location, |settings| {
        settings.rate_factor = 1;
        // Only so can a test be at several addresses.
        settings.trusted_hops = 1;
        change(settings);
    })
    .await
}

async fn sync(world: &World, from: &str, token: Option<&str>) -> reqwest::Response {
    let mut request = world.http.get(format!("{}/v1/sync", world.url)).header("x-forwarded-for", from);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap()
}

fn made_up() -> String {
    format!("{:064x}", u128::from_be_bytes(linli_server::clock::random().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_tokens_are_slowed_down_by_address_before_the_database_is_asked() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    let home = "203.0.113.7";
    let wang = world.join(&sun, sun.wang_mei).await;
    let mut slowed = 0;
    for at in 0..600 {
        // Without a token it is the same.
        let token = (at % 7 != 0).then(made_up);
        let response = sync(&world, home, token.as_deref()).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            slowed += 1;
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=2).contains(&wait), "{wait}");
        } else {
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        }
    }
    assert!(slowed > 100, "{slowed} of 600 were slowed down");
    // A neighbour behind the same address goes on, also with tokens that are quite new.
    assert_eq!(sync(&world, home, Some(&wang.tokens.access)).await.status(), StatusCode::OK);
    let next = world.refresh(&wang.refresh_request()).await.unwrap();
    assert_eq!(sync(&world, home, Some(&next.access)).await.status(), StatusCode::OK);
    // Whoever was let in before and is no longer does not go round the limit.
    world.later(16 * 60 * 1000);
    for token in [&wang.tokens.access, &next.access] {
        while sync(&world, home, Some(token)).await.status() != StatusCode::TOO_MANY_REQUESTS {}
    }
    // The database is not asked: it could not answer.
    let rename = "ALTER TABLE access_token RENAME TO access_token_gone";
    world.app.db.write(move |tx| Ok(tx.execute(rename, &[])?)).await.unwrap();
    while sync(&world, home, Some(&made_up())).await.status() != StatusCode::TOO_MANY_REQUESTS {}
    let elsewhere = sync(&world, "198.51.100.9", Some(&made_up())).await;
    assert_eq!(elsewhere.status(), StatusCode::INTERNAL_SERVER_ERROR, "another address is not slowed down");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_56_is_one_address_for_made_up_tokens() {
    let world = world(|_| {}).await;
    let mut slowed = 0;
    for at in 0..400 {
        let from = format!("2001:db8:0:{:x}::{at:x}", at % 256);
        let status = sync(&world, &from, Some(&made_up())).await.status();
        slowed += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(slowed > 20, "{slowed}");
    let next_door = sync(&world, "2001:db8:0:100::1", Some(&made_up())).await;
    assert_eq!(next_door.status(), StatusCode::UNAUTHORIZED);
}

async fn join(world: &World, from: &str, code: &str) -> reqwest::Response {
    let (request, _) = join_request(JoinCode::read(code).unwrap());
    let body = serde_json::to_string(&request).unwrap();
    let request = world.http.post(format!("{}/v1/join", world.url)).header("x-forwarded-for", from);
    request.body(body).send().await.unwrap()
}

async fn use_up(world: &World, from: &str) {
    let begun = std::time::Instant::now();
    while join(world, from, "ABCD-EFGH").await.status() != StatusCode::TOO_MANY_REQUESTS {
        assert!(begun.elapsed() < std::time::Duration::from_secs(300), "{from} is slowed down");
    }
}

/// Asserts that an address may not type codes just now; a slow machine gives it one or two more meanwhile.
async fn is_used_up(world: &World, from: &str) {
    for _ in 0..10 {
        let answer = join(world, from, "ABCD-EFGH").await;
        if problem(answer).await.code == Code::TooManyTries {
            return;
        }
    }
    panic!("{from} is not slowed down");
}

async fn letter(world: &World, place: &Place) -> linli_wire::join::Invitation {
    world.letter(place, place.li_qiang).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_addresses_do_not_keep_the_town_from_typing_codes() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    tokio::join!(
        use_up(&world, "203.0.113.1"),
        use_up(&world, "203.0.113.2"),
        use_up(&world, "2001:db8:1:2::3")
    );
    let typed = letter(&world, &sun).await.code;
    assert_eq!(join(&world, "198.51.100.1", &typed).await.status(), StatusCode::OK);
    // The rest of the /56 is the same subscriber.
    is_used_up(&world, "2001:db8:1:3::1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_tried_too_many_typed_codes_may_still_use_a_link() {
    let world = world(|_| {}).await;
    let sun = world.sun.clone();
    use_up(&world, "203.0.113.1").await;
    let link = linli_wire::join::JoinLink::read(&letter(&world, &sun).await.link).unwrap();
    assert_eq!(join(&world, "203.0.113.1", link.code.as_str()).await.status(), StatusCode::OK);
    is_used_up(&world, "203.0.113.1").await;
    // Links are bounded as well, only far later.
    let mut slowed = false;
    for _ in 0..600 {
        slowed |= world.send(Method::POST, "/v1/join", None, Some(&())).await.status()
            == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed);
}
