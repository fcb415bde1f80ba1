//! What the log never says. The program runs at its most talkative through joins, notices, files, profiles
//! and refusals, in both forms of a log line, on whichever database; then its whole output is searched for
//! everything that anybody typed, is called, or may prove themselves with.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer, SigningKey};
use linli_wire::{
    id::{AttachmentId, DeviceId, NoticeId, OpId},
    join::{JoinLink, JoinReply, JoinRequest},
    session::{RefreshRequest, Tokens, refresh_message},
};
use serde_json::{Value, json};

use crate::folder::{PEOPLE, put, sound};

/// What the README says an operator may find in the log is not among these.
const CANARIES: [&str; 14] = [
    "林金丝雀",
    "金丝雀家",
    "+86 10 5550 7777",
    "canary-device",
    "canary-renamed",
    "canary-title",
    "canary-body",
    "canary-file",
    "canary-template",
    "canary-cursor",
    "canary-token",
    "canary-field",
    "203.0.113.77",
    "canary-lane",
];

fn program(words: &[&str], database: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-server"));
    command.args(words).env_clear();
    if let Some(database) = database {
        command.env("LINLI_DATABASE", database);
    }
    command
}

fn random<const N: usize>() -> [u8; N] {
    linli_server::clock::random().unwrap()
}

fn new_id() -> uuid::Uuid {
    let now = linli_server::clock::Clock::system().now();
    OpId::new(now, random()).0
}

struct Server {
    child: std::process::Child,
    url: String,
    log: std::thread::JoinHandle<String>,
}

impl Server {
    fn start(data: &str, database: Option<&str>, format: &str) -> Self {
        let words = ["serve", "--json", "--listen", "127.0.0.1:0", "--data", data];
        // A proxy in front says where people are.
        let more = ["--log", "trace", "--log-format", format, "--trusted-hops", "1"];
        let mut command = program(&[&words[..], &more[..]].concat(), database);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            errors.read_to_end(&mut text).unwrap();
            String::from_utf8(text).unwrap()
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: format!("http://{}", ready["listening"].as_str().unwrap()), log }
    }

    /// Stops it as an operator does, and gives all that it said.
    fn said(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
        self.log.join().unwrap()
    }
}

/// One who asks, and everything secret that the server ever told them.
struct Asker<'a> {
    http: reqwest::Client,
    server: &'a Server,
    secrets: Vec<String>,
}

impl Asker<'_> {
    async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> (u16, Value) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.server.url));
        let mut request = request.header("x-forwarded-for", "203.0.113.77");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    async fn join(
        &mut self,
        data: &str,
        database: Option<&str>,
        person: &str,
    ) -> (DeviceId, Tokens, SigningKey) {
        let words = ["invite", "--data", data, "--person", person, "--format", "json"];
        let output = program(&words, database).output().unwrap();
        let letter: Value = serde_json::from_slice(&output.stdout).unwrap();
        let code = JoinLink::read(letter["link"].as_str().unwrap()).unwrap().code;
        self.secrets.extend([code.as_str().to_owned(), letter["code"].as_str().unwrap().to_owned()]);
        let key = SigningKey::from_bytes(&random());
        let request = JoinRequest {
            op_id: OpId(new_id()),
            code,
            device_name: "canary-device".to_owned(),
            device_key: BASE64.encode(key.verifying_key().to_bytes()),
            protocol: 1,
        };
        let body = serde_json::to_value(&request).unwrap();
        let (status, reply) = self.ask("POST", "/v1/join", None, Some(body.clone())).await;
        assert_eq!(status, 200, "{reply}");
        let reply: JoinReply = serde_json::from_value(reply).unwrap();
        self.keep(&reply.tokens);
        // The same letter again, on another device, is refused.
        let other = JoinRequest { op_id: OpId(new_id()), ..request };
        let (status, _) =
            self.ask("POST", "/v1/join", None, Some(serde_json::to_value(&other).unwrap())).await;
        assert_eq!(status, 409);
        (reply.membership.device_id, reply.tokens, key)
    }

    fn keep(&mut self, tokens: &Tokens) {
        self.secrets.extend([tokens.access.clone(), tokens.refresh.clone()]);
    }
}

async fn live_through_it(data: &str, database: Option<&str>, format: &str) {
    let server = Server::start(data, database, format);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut asker = Asker { http, server: &server, secrets: Vec::new() };
    let (device, tokens, key) = asker.join(data, database, "P-0005").await;
    let (_, resident, _) = asker.join(data, database, "P-0009").await;
    let access = Some(tokens.access.as_str());

    let live = asker.http.get(format!("{}/v1/live", server.url)).bearer_auth(&resident.access).send().await;
    let mut live = live.unwrap();
    assert_eq!(live.status(), 200);
    let file = format!("/v1/attachments/{}", AttachmentId(new_id()));
    let put = asker.http.put(format!("{}{file}", server.url)).bearer_auth(&tokens.access);
    let put = put.header("linli-name", "canary-file.png").body(&include_bytes!("pictures/small.png")[..]);
    let put = put.send().await.unwrap();
    assert_eq!(put.status(), 200);
    let attachment: Value = serde_json::from_str(&put.text().await.unwrap()).unwrap();
    let content = json!({
        "texts": { "zh": { "title": "canary-title", "body": "canary-body" } },
        "category": "water", "audience": { "to": "community" }, "attachments": [attachment],
    });
    let op = |action: Value| json!({ "id": new_id(), "lane": format!("canary-lane-{}", new_id()), "at": 1, "action": action });
    let ops = json!({ "ops": [
        op(json!({ "kind": "save_notice", "notice_id": NoticeId(new_id()), "base_version": 0, "content": content,
            "publish": { "then": "now" } })),
        op(json!({ "kind": "save_template", "template_id": new_id(), "name": "canary-template", "content": content })),
        op(json!({ "kind": "rename_device", "device_id": device, "name": "canary-renamed" })),
        op(json!({ "kind": "change_profile", "change": { "given_name": "金丝雀家" } })),
        op(json!({ "kind": "save_notice", "notice_id": NoticeId(new_id()), "base_version": 0,
            "content": { "canary-field": "canary-title" }, "publish": { "then": "now" } })),
        op(json!({ "kind": "canary-field" })),
    ] });
    let (status, reply) = asker.ask("POST", "/v1/ops", access, Some(ops)).await;
    assert_eq!(status, 200, "{reply}");
    let done = reply["outcomes"].as_array().unwrap().iter().filter(|outcome| outcome["is"] == "done").count();
    assert_eq!(done, 4, "{reply}");
    let mut heard = String::new();
    while !heard.contains("canary-title") {
        heard.push_str(&String::from_utf8_lossy(&live.chunk().await.unwrap().unwrap()));
    }
    let (_, page) = asker.ask("GET", "/v1/sync", access, None).await;
    assert!(page.to_string().contains("林金丝雀"), "the canaries are where they belong");
    let cursor = page["cursor"].as_str().unwrap().to_owned();
    asker.ask("GET", &format!("/v1/sync?cursor={cursor}"), access, None).await;
    asker.secrets.push(cursor);
    let got =
        asker.http.get(format!("{}{file}", server.url)).bearer_auth(&resident.access).send().await.unwrap();
    assert_eq!(got.status(), 200);
    let (status, link) = asker.ask("POST", "/v1/devices/link", access, Some(json!({}))).await;
    assert_eq!(status, 200);
    asker.secrets.extend(["link", "code"].map(|field| link[field].as_str().unwrap().to_owned()));

    // Refusals of every kind, and what breaks off.
    assert_eq!(asker.ask("GET", "/v1/sync?cursor=canary-cursor", access, None).await.0, 410);
    assert_eq!(asker.ask("GET", "/v1/sync", Some("canary-token"), None).await.0, 401);
    assert_eq!(asker.ask("GET", "/canary-field?canary-token", access, None).await.0, 404);
    assert_eq!(asker.ask("POST", "/v1/ops", access, Some(json!({ "canary-field": 1 }))).await.0, 422);
    assert_eq!(asker.ask("PATCH", "/v1/sync?canary-token", access, None).await.0, 405);
    let refresh = |refresh: &str, nonce: &str| {
        let signature = key.sign(&refresh_message(refresh, nonce));
        serde_json::to_value(RefreshRequest {
            device_id: device,
            refresh: refresh.to_owned(),
            nonce: nonce.to_owned(),
            signature: BASE64.encode(signature.to_bytes()),
        })
        .unwrap()
    };
    let nonce = BASE64.encode(random::<16>());
    let (status, next) =
        asker.ask("POST", "/v1/session/refresh", None, Some(refresh(&tokens.refresh, &nonce))).await;
    assert_eq!(status, 200, "{next}");
    asker.keep(&serde_json::from_value(next).unwrap());
    asker.secrets.push(nonce);
    // And a theft, which ends the device.
    let other = BASE64.encode(random::<16>());
    assert_eq!(
        asker.ask("POST", "/v1/session/refresh", None, Some(refresh(&tokens.refresh, &other))).await.0,
        401
    );
    drop(live);

    let secrets = std::mem::take(&mut asker.secrets);
    drop(asker);
    let log = server.said();
    let lines = log.lines().filter(|line| line.contains("/v1/")).count();
    assert!(lines >= 15, "every request is in the log: {log}");
    for secret in secrets.iter().map(String::as_str).chain(CANARIES) {
        if let Some(line) = log.lines().find(|line| line.contains(secret)) {
            panic!("the log says {secret:?}: {line}");
        }
        // As it stands in JSON or after percent-encoding.
        let escaped: String = secret.escape_unicode().to_string().replace(['{', '}'], "");
        assert!(!log.contains(&escaped), "{secret:?}");
    }
}

async fn on(database: Option<String>) {
    let folder = sound();
    let more = format!("{PEOPLE}P-0009,林金丝雀,金丝雀,H-0002,resident,zh,,+86 10 5550 7777,\n");
    put(folder.path(), "people.csv", more);
    let data = tempfile::tempdir().unwrap();
    let place = data.path().join("data");
    let (data, database) = (place.to_str().unwrap(), database.as_deref());
    let mut import = program(&["import", folder.path().to_str().unwrap(), "--data", data], database);
    let Ok(output) = import.output() else { panic!("the folder is loaded") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for format in ["text", "json"] {
        live_through_it(data, database, format).await;
    }
    assert!(fs::metadata(&place).unwrap().is_dir());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_says_nothing_that_anybody_said_sqlite() {
    on(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_says_nothing_that_anybody_said_postgres() {
    match std::env::var("LINLI_TEST_POSTGRES") {
        Ok(url) => {
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            let name = format!("secrets_{:032x}", u128::from_be_bytes(random()));
            client.batch_execute(&format!("CREATE SCHEMA {name}")).await.unwrap();
            let join = if url.contains('?') { '&' } else { '?' };
            on(Some(format!("{url}{join}options=-csearch_path%3D{name}"))).await;
        }
        Err(_) => eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL"),
    }
}
