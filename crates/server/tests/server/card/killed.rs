//! The server is killed at a random moment of a payment, as by a power cut of its process, and started again.
//!
//! A few times in the suite; LINLI_CARD_KILLS says how often, as `cargo xtask faults` does.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use linli_server::{App, Settings, clock::Clock, db::Location};
use linli_wire::{
    id::PaymentId,
    payments::{Bill, CardPayment, CardPaymentBegun},
};

use oorandom::Rand64;

use super::{
    from_environment,
    shop::{WEBHOOK_SECRET, signed},
    stripe::{GOOD, Stripe},
};
use crate::{
    payments::prepared::wangs_bill,
    world::{Device, World, fresh_schema, new_id},
};

/// The program, killed when this value goes.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Killing {
    stripe: Stripe,
    folder: tempfile::TempDir,
    location: Location,
    port: u16,
    bill: Bill,
    device: Device,
    household: linli_wire::id::HouseholdId,
    http: reqwest::Client,
}

impl Killing {
    async fn prepare(folder: tempfile::TempDir, location: Location) -> Option<Self> {
        let stripe = Stripe::start().await?;
        let mut world = World::open(tempfile::tempdir().unwrap(), location.clone(), |_| {}).await;
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        // The program has the computer's clock.
        world.time_set(Clock::system().now().0);
        let device = world.join(&sun, sun.wang_mei).await;
        world.stop().await;
        let http = world.http.clone();
        std::fs::write(folder.path().join("secret_key"), "sk_test_12345\n").unwrap();
        std::fs::write(folder.path().join("webhook_secret"), format!("{WEBHOOK_SECRET}\n")).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self { stripe, folder, location, port, bill, device, household: sun.wang, http })
    }

    async fn start(&self) -> Server {
        let path = |name: &str| self.folder.path().join(name);
        let mut command = Command::new("setpriv");
        command.args([
            "--pdeathsig",
            "KILL",
            "--",
            env!("CARGO_BIN_EXE_linli-server"),
            "serve",
            "--log",
            "off",
        ]);
        command.arg("--listen").arg(format!("127.0.0.1:{}", self.port)).arg("--data").arg(self.folder.path());
        if let Location::Postgres(url) = &self.location {
            command.arg("--database").arg(url);
        }
        command.args(["--card-publishable-key", "pk_test_12345", "--card-api", &self.stripe.front]);
        command.arg("--card-script").arg(format!("{}/js.stripe.com/v3/", self.stripe.direct));
        command.arg("--card-secret-key-file").arg(path("secret_key"));
        command.arg("--card-webhook-secret-file").arg(path("webhook_secret"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let server = Server(child);
        for _ in 0..600 {
            if self.http.get(self.at("/readyz")).send().await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server did not start");
    }

    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn begin(&self, asked: &CardPayment) -> Result<CardPaymentBegun, String> {
        let request = self.http.post(self.at("/v1/payments/card")).bearer_auth(&self.device.tokens.access);
        let answer = request.body(serde_json::to_string(asked).unwrap()).send().await.map_err(said)?;
        let text = answer.text().await.map_err(said)?;
        serde_json::from_str(&text).map_err(|_| text)
    }

    async fn tell(&self, intent: &str) -> Result<(), String> {
        let body =
            format!(r#"{{"type":"payment_intent.succeeded","data":{{"object":{{"id":"{intent}"}}}}}}"#);
        let signature = signed(WEBHOOK_SECRET, &body, Clock::system().now().0 / 1000);
        let request = self.http.post(self.at("/v1/webhooks/stripe")).header("stripe-signature", signature);
        let status = request.body(body).send().await.map_err(said)?.status();
        if status == 204 { Ok(()) } else { Err(format!("a webhook is answered with {status}")) }
    }

    /// What Stripe calls a payment, and whether it is paid there.
    async fn there(&self, id: PaymentId) -> Option<(String, bool)> {
        let all = self.stripe.intents().await;
        let found = all.iter().find(|intent| intent["metadata"]["linli_payment"] == id.to_string())?;
        Some((found["id"].as_str().unwrap().to_owned(), found["status"] == "succeeded"))
    }

    /// A payment from its beginning to its end, as far as it gets.
    async fn pay(&self, asked: &CardPayment) -> Result<(), String> {
        self.begin(asked).await?;
        let (intent, is_paid) = self.there(asked.id).await.ok_or("Stripe knows nothing of it")?;
        if !is_paid {
            self.stripe.pay(&intent, GOOD).await;
        }
        self.tell(&intent).await
    }
}

fn said(error: reqwest::Error) -> String {
    format!("{error:?}")
}

/// Kills that share a database and a localstripe, which writes all that it knows into a file whenever it learns something.
const TOGETHER: u64 = 50;

/// Kills the server during payments of one community, and tells how many were in the middle of one.
async fn kill(killing: &Killing, random: &mut Rand64, kills: u64) -> u64 {
    let mut open: Option<CardPayment> = None;
    let mut in_the_middle = 0;
    // About as long as a payment takes here now: so each part of it is hit as often as the others.
    let mut longest = Duration::from_millis(100);
    for number in 0..=kills {
        let server = killing.start().await;
        if let Some(before) = open.take() {
            killing
                .pay(&before)
                .await
                .unwrap_or_else(|why| panic!("what was killed goes on: {number}, {why}"));
        }
        if number == kills {
            break;
        }
        let asked = CardPayment {
            id: PaymentId(new_id()),
            household_id: killing.household,
            bills: vec![killing.bill.id],
            minor: 1,
            language: None,
        };
        let delay = Duration::from_micros(random.rand_range(0..u64::try_from(longest.as_micros()).unwrap()));
        let started = Instant::now();
        let (done, ()) = tokio::join!(killing.pay(&asked), async {
            tokio::time::sleep(delay).await;
            drop(server);
        });
        match done {
            Ok(()) => longest = started.elapsed(),
            Err(_) => {
                in_the_middle += 1;
                longest = longest.mul_f64(1.1);
            }
        }
        open = Some(asked);
    }
    in_the_middle
}

async fn run(engine: &str, open: impl AsyncFn() -> Option<(tempfile::TempDir, Location)>) {
    let kills = from_environment("LINLI_CARD_KILLS").unwrap_or(6);
    let seed = from_environment("LINLI_CARD_SEED").unwrap_or(20_260_921);
    let mut random = Rand64::new(seed.into());
    let (mut done, mut in_the_middle) = (0, 0);
    while done < kills {
        let Some((folder, location)) = open().await else {
            return eprintln!("LINLI_TEST_POSTGRES is not set: not run on PostgreSQL");
        };
        let Some(killing) = Killing::prepare(folder, location).await else {
            return eprintln!("LINLI_LOCALSTRIPE is not set: not run");
        };
        let some = TOGETHER.min(kills - done);
        in_the_middle += kill(&killing, &mut random, some).await;
        is_right(&killing.location, killing.folder.path(), some).await;
        done += some;
    }
    println!("{engine}: {kills} kills, {in_the_middle} of them in the middle of a payment: each booked once");
}

async fn is_right(location: &Location, folder: &Path, paid: u64) {
    let app = App::open(Settings::new(location.clone(), folder.to_owned()), Clock::system()).await.unwrap();
    let (entries, findings) = app
        .db
        .read(|tx| {
            let entries: u64 =
                tx.query_one("SELECT COUNT(*) FROM ledger_entry WHERE provider = 'stripe'", &[])?.get(0)?;
            Ok((entries, linli_server::check::database(tx)?))
        })
        .await
        .unwrap();
    assert_eq!((entries, findings), (paid, Vec::<String>::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_books_each_payment_once_sqlite() {
    run("SQLite", async || {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("linli.db"));
        Some((folder, location))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_books_each_payment_once_postgres() {
    run("PostgreSQL", async || Some((tempfile::tempdir().unwrap(), fresh_schema().await?))).await;
}
