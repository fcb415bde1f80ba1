//! localstripe, and a front before it that remembers answers by their `Idempotency-Key`, as Stripe does and localstripe
//! does not, and that loses answers when it is told to.

use std::{
    collections::{BTreeMap, VecDeque},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::request::Parts,
    response::Response,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A card that pays.
pub const GOOD: &str = "4242424242424242";
/// A card that is declined when it is charged.
pub const DECLINED: &str = "4000000000000341";

/// What happens to the next request that makes something, unless it ends a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It has gone back already, as Stripe says where somebody did so on its own pages; localstripe gives twice.
    Back,
    /// It arrives, and its answer comes once [`Stripe::go_on`] says so.
    Late,
    /// It does not arrive.
    Refuse,
    /// It arrives, and its answer is cut.
    AnswerLost,
    /// It is answered with the status 500, though it did what it should.
    Broken,
}

/// Stripe, as far as tests need it; ends with this value.
pub struct Stripe {
    _program: tokio::process::Child,
    _folder: tempfile::TempDir,
    /// Address of localstripe itself.
    pub direct: String,
    /// Address of the front.
    pub front: String,
    inside: Arc<Inside>,
    http: reqwest::Client,
}

struct Inside {
    direct: String,
    faults: Mutex<VecDeque<Fault>>,
    /// Locked while something new is made: who asks again meanwhile waits for the answer.
    remembered: tokio::sync::Mutex<BTreeMap<String, (u16, Bytes)>>,
    keys: Mutex<Vec<String>>,
    since: Mutex<Vec<i64>>,
    late: Arc<tokio::sync::Notify>,
    http: reqwest::Client,
}

impl Stripe {
    /// Starts it, where LINLI_LOCALSTRIPE names the program.
    pub async fn start() -> Option<Self> {
        let program = std::env::var("LINLI_LOCALSTRIPE").ok()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        // The kernel ends it with this process, however that ends.
        let child = tokio::process::Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", &program, "--from-scratch", "--port", &port.to_string()])
            .env("TMPDIR", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let direct = format!("http://127.0.0.1:{port}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut tries = 0;
        while http.get(format!("{direct}/js.stripe.com/v3/")).send().await.is_err() {
            tries += 1;
            assert!(tries < 300, "localstripe did not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let inside = Arc::new(Inside {
            direct: direct.clone(),
            faults: Mutex::default(),
            remembered: Default::default(),
            keys: Mutex::default(),
            since: Mutex::default(),
            late: Arc::default(),
            http: http.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Arc::clone(&inside));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Some(Self { _program: child, _folder: folder, direct, front, inside, http })
    }

    /// The next requests that make something fail like this.
    pub fn fail(&self, faults: &[Fault]) {
        self.inside.faults.lock().unwrap().extend(faults);
    }

    /// Lets an answer go that is late.
    pub fn go_on(&self) {
        self.inside.late.notify_one();
    }

    /// The keys that requests came with, in their order.
    pub fn keys(&self) -> Vec<String> {
        self.inside.keys.lock().unwrap().clone()
    }

    /// Since when, in seconds, all payments were asked for.
    pub fn since(&self) -> Vec<i64> {
        self.inside.since.lock().unwrap().clone()
    }

    /// Asks localstripe itself, as the provider's own side does.
    pub async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let mut request =
            self.http.request(method, format!("{}{path}", self.direct)).bearer_auth("sk_test_12345");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What is known of a payment there.
    pub async fn intent(&self, id: &str) -> Value {
        self.ask(reqwest::Method::GET, &format!("/v1/payment_intents/{id}"), None).await
    }

    /// Changes a payment there, as nobody honest would.
    pub async fn change(&self, id: &str, what: Value) {
        self.ask(reqwest::Method::POST, &format!("/v1/payment_intents/{id}"), Some(what)).await;
    }

    /// Forgets all that it knows, as keys of another account do.
    pub async fn forget(&self) {
        let answer = self.http.delete(format!("{}/_config/data", self.direct)).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// All payments there.
    pub async fn intents(&self) -> Vec<Value> {
        self.list("/v1/payment_intents?limit=100").await
    }

    /// All refunds there.
    pub async fn refunds(&self) -> Vec<Value> {
        self.list("/v1/refunds?limit=100").await
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        self.ask(reqwest::Method::GET, path, None).await["data"].as_array().unwrap().clone()
    }

    /// The payer's browser gives the card to the provider, and the provider charges it.
    pub async fn pay(&self, intent: &str, number: &str) {
        let card = json!({ "number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123" });
        let asked = json!({ "type": "card", "card": card });
        let method = self.ask(reqwest::Method::POST, "/v1/payment_methods", Some(asked)).await;
        // A card that was declined before makes way, which localstripe does not know by itself.
        self.change(intent, json!({ "payment_method": method["id"], "latest_charge": null })).await;
        let path = format!("/v1/payment_intents/{intent}/confirm");
        self.ask(reqwest::Method::POST, &path, Some(json!({}))).await;
    }
}

async fn pass(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let makes = parts.method == "POST";
    let key = header("idempotency-key");
    assert_eq!(makes, key.is_some(), "what makes something has a key, and nothing else");
    inside.keys.lock().unwrap().extend(key.clone());
    // What nobody waits for does not take away what a test prepared for the next request.
    let is_waited_for = makes && !parts.uri.path().ends_with("/cancel");
    let fault = if is_waited_for { inside.faults.lock().unwrap().pop_front() } else { None };
    if fault == Some(Fault::Refuse) {
        return cut();
    }
    if fault == Some(Fault::Back) {
        let said = json!({ "error": { "type": "invalid_request_error", "code": "charge_already_refunded" } });
        return Response::builder().status(400).body(Body::from(said.to_string())).unwrap();
    }
    let late = Arc::clone(&inside.late);
    // In a task of its own, which goes on where whoever asks is killed: what was made there is remembered there.
    let (status, answer) = tokio::spawn(asked(inside, parts, body, key)).await.unwrap();
    match fault {
        Some(Fault::Late) => {
            late.notified().await;
            Response::builder().status(status).body(Body::from(answer)).unwrap()
        }
        Some(Fault::AnswerLost) => cut(),
        Some(Fault::Broken) => Response::builder().status(500).body(Body::from("{}")).unwrap(),
        _ => Response::builder().status(status).body(Body::from(answer)).unwrap(),
    }
}

/// The answer of localstripe, or the one that a key got before.
async fn asked(inside: Arc<Inside>, parts: Parts, body: Bytes, key: Option<String>) -> (u16, Bytes) {
    let mut remembered = match &key {
        Some(_) => Some(inside.remembered.lock().await),
        None => None,
    };
    if let (Some(remembered), Some(key)) = (&remembered, &key)
        && let Some(known) = remembered.get(key)
    {
        return known.clone();
    }
    // localstripe lists all that it has, whenever it was made.
    let (path, since) = match parts.uri.to_string().split_once("&created[gte]=") {
        Some((path, rest)) => {
            let (since, more) = rest.split_once('&').map_or((rest, ""), |(since, more)| (since, more));
            let more = if more.is_empty() { String::new() } else { format!("&{more}") };
            (format!("{path}{more}"), since.parse::<i64>().ok())
        }
        None => (parts.uri.to_string(), None),
    };
    inside.since.lock().unwrap().extend(since);
    let address = format!("{}{path}", inside.direct);
    let mut onward = inside.http.request(parts.method, address).body(body);
    for name in ["authorization", "content-type"] {
        if let Some(value) = parts.headers.get(name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.send().await.unwrap();
    let mut answer = (answer.status().as_u16(), answer.bytes().await.unwrap());
    if let Some(since) = since {
        let mut list: Value = serde_json::from_slice(&answer.1).unwrap();
        list["data"].as_array_mut().unwrap().retain(|one| one["created"].as_i64().unwrap() >= since);
        answer.1 = list.to_string().into();
    }
    if let (Some(remembered), Some(key)) = (&mut remembered, key) {
        remembered.insert(key, answer.clone());
    }
    answer
}

/// An answer that ends before it has begun.
fn cut() -> Response {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::builder().header("content-length", 100).body(Body::from_stream(broken)).unwrap()
}
