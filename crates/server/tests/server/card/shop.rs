//! A community that takes cards, with a bill to be paid.

use hmac::{Hmac, KeyInit, Mac};
use linli_server::{card, config, db::Location};
use linli_wire::{
    id::{CommunityId, PaymentId},
    payments::{Bill, CardPayment, CardPaymentBegun, Payment, PaymentState},
};
use reqwest::{Method, StatusCode};
use sha2::Sha256;

use super::stripe::Stripe;
use crate::{
    payments::prepared::{held, household, is_sound, wangs_bill},
    world::{Device, Place, World, fresh_schema, new_id},
};

pub const WEBHOOK_SECRET: &str = "whsec_of_tests";

pub struct Shop {
    pub world: World,
    pub stripe: Stripe,
    pub sun: Place,
    pub office: Device,
    pub wang: Device,
    pub bill: Bill,
}

/// Settings that lead to a front.
pub fn settings(stripe: &Stripe) -> config::Card {
    config::Card {
        api: stripe.front.clone(),
        script: format!("{}/js.stripe.com/v3/", stripe.direct),
        publishable_key: "pk_test_12345".to_owned(),
        secret_key: config::Secret::new("sk_test_12345".to_owned()),
        webhook_secret: config::Secret::new(WEBHOOK_SECRET.to_owned()),
    }
}

impl Shop {
    pub async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("linli.db"));
        Self::open(folder, location).await
    }

    pub async fn postgres() -> Option<Self> {
        let location = fresh_schema().await?;
        Self::open(tempfile::tempdir().unwrap(), location).await
    }

    async fn open(folder: tempfile::TempDir, location: Location) -> Option<Self> {
        let stripe = Stripe::start().await?;
        let card = settings(&stripe);
        let world = World::open(folder, location, |settings| settings.card = Some(card)).await;
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        Some(Self { world, stripe, sun, office, wang, bill })
    }

    pub fn asked(&self, minor: i64) -> CardPayment {
        CardPayment {
            id: PaymentId(new_id()),
            household_id: self.sun.wang,
            bills: vec![self.bill.id],
            minor,
            language: None,
        }
    }

    pub async fn begin(&self, asked: &CardPayment) -> CardPaymentBegun {
        self.world.ok(Method::POST, "/v1/payments/card", Some(&self.wang.tokens.access), Some(asked)).await
    }

    /// A payment that was begun, and what Stripe calls it.
    pub async fn begun(&self, minor: i64) -> (Payment, String) {
        let begun = self.begin(&self.asked(minor)).await;
        let intent = self.intent_of(begun.payment.id).await.expect("an intent");
        (begun.payment, intent)
    }

    pub async fn intent_of(&self, id: PaymentId) -> Option<String> {
        let read = move |tx: &mut linli_server::db::Tx<'_>| {
            let sql = "SELECT intent FROM card_payment WHERE payment_id = $1";
            Ok(tx.query_one(sql, linli_server::params![id])?.get(0)?)
        };
        self.world.app.db.read(read).await.unwrap()
    }

    /// Both devices, joined again: tokens of before have ended.
    pub async fn join_again(&mut self) {
        self.office = self.world.join(&self.sun, self.sun.chen_jing).await;
        self.wang = self.world.join(&self.sun, self.sun.wang_mei).await;
    }

    /// A payment as the household's devices hold it.
    pub async fn held(&self, id: PaymentId) -> Payment {
        let payments: Vec<Payment> = held(&self.world, &self.wang, "payment").await;
        payments.into_iter().find(|payment| payment.id == id).expect("the payment")
    }

    /// Waits for a job of the server to have moved a payment.
    pub async fn until(&self, id: PaymentId, state: PaymentState) -> Payment {
        for _ in 0..200 {
            let payment = self.held(id).await;
            if payment.state == state {
                return payment;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the payment did not become {state:?}: {:?}", self.held(id).await);
    }

    /// What Stripe tells of a payment, now or at another time.
    pub async fn tell_at(&self, kind: &str, intent: &str, millis: i64) -> StatusCode {
        let body = serde_json::json!({
            "id": "evt_1", "type": format!("payment_intent.{kind}"),
            "data": { "object": { "id": intent, "object": "payment_intent" } },
        });
        let body = body.to_string();
        self.deliver(&signed(WEBHOOK_SECRET, &body, millis / 1000), body).await
    }

    pub async fn tell(&self, kind: &str, intent: &str) -> StatusCode {
        self.tell_at(kind, intent, self.world.now().0).await
    }

    pub async fn deliver(&self, signature: &str, body: String) -> StatusCode {
        let request = self.world.http.post(format!("{}/v1/webhooks/stripe", self.world.url));
        request.header("stripe-signature", signature).body(body).send().await.unwrap().status()
    }

    /// How much of the bill is owed, how much is kept, and how many payments were booked by card.
    pub async fn stands(&self) -> (i64, i64, i64) {
        let now = household(&self.world, &self.office, self.sun.wang).await;
        let owed = now.bills.iter().find(|bill| bill.id == self.bill.id).unwrap().owed;
        (owed, now.account.kept, self.booked().await)
    }

    pub async fn booked(&self) -> i64 {
        let read = |tx: &mut linli_server::db::Tx<'_>| {
            let sql = "SELECT COUNT(*) FROM ledger_entry WHERE provider = 'stripe'";
            Ok(tx.query_one(sql, &[])?.get(0)?)
        };
        self.world.app.db.read(read).await.unwrap()
    }

    /// Money that came and was not booked.
    pub async fn troubles(&self) -> Vec<String> {
        self.world.app.db.read(card::troubles).await.unwrap()
    }

    pub async fn is_sound(&self) {
        is_sound(&self.world).await;
    }

    pub fn community(&self) -> CommunityId {
        self.sun.id
    }
}

pub fn signed(secret: &str, body: &str, seconds: i64) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}
