//! Stripe, over HTTPS: payment intents and refunds. No card number comes past here; the payer's browser gives it to
//! Stripe's own fields.
//!
//! Every request that makes something carries a key that follows from our id and the step, so that asking again after a
//! lost answer makes nothing twice. Stripe forgets such keys after a day, so a refund is looked for before it is made; one
//! of all of the charge that somebody made on Stripe's own pages is taken for ours.

use std::{collections::BTreeMap, time::Duration};

use linli_wire::{Timestamp, money::exponent};
use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;

use super::{
    provider::{
        Answer, Asked, GiveBack, GivenBack, Intent, NotBelieved, Page, Provider, RefundState, Stands, Trouble,
    },
    signature,
};
use crate::config;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest answer that is read.
const MAX_ANSWER: usize = 1024 * 1024;
/// Currencies that have no decimals by ISO 4217, and are counted in hundredths by Stripe all the same
/// (<https://docs.stripe.com/currencies>).
const IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
/// The one that has two decimals by ISO 4217, and none at Stripe.
const IN_WHOLES: &str = "MGA";

/// Stripe.
#[derive(Debug)]
pub struct Stripe {
    client: Client,
    settings: config::Card,
    page: Page,
}

impl Stripe {
    /// Stripe with an account's keys.
    ///
    /// # Errors
    /// When this computer has no TLS.
    pub fn new(settings: config::Card) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("linli-server/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(PATIENCE)
            .build()?;
        let (api, script) = (origin(&settings.api), origin(&settings.script));
        let mut policy =
            vec![("script-src", script.clone()), ("frame-src", script.clone()), ("connect-src", api)];
        if script == "https://js.stripe.com" {
            // What Stripe's guide to content security policies asks for.
            policy.push(("script-src", "https://*.js.stripe.com".to_owned()));
            policy.push(("frame-src", "https://*.js.stripe.com".to_owned()));
            policy.push(("frame-src", "https://hooks.stripe.com".to_owned()));
        } else {
            policy.push(("connect-src", script));
        }
        let page = Page { script: settings.script.clone(), key: settings.publishable_key.clone(), policy };
        Ok(Self { client, settings, page })
    }

    async fn send<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        once: Option<String>,
        form: String,
    ) -> Result<T, Trouble> {
        let unclear = |error: reqwest::Error| Trouble::Unclear(error.without_url().to_string());
        let mut request = self.client.request(method, format!("{}{path}", self.settings.api));
        request = request.bearer_auth(self.settings.secret_key.expose());
        if let Some(key) = once {
            request = request.header("idempotency-key", key);
        }
        if !form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        let mut answer = request.send().await.map_err(unclear)?;
        let (status, mut body) = (answer.status(), Vec::new());
        while let Some(piece) = answer.chunk().await.map_err(unclear)? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                return Err(Trouble::Unclear("the answer is too long".to_owned()));
            }
        }
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|_| Trouble::Unclear("the answer cannot be read".to_owned()));
        }
        let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        // A page of something between us and Stripe is not Stripe's word.
        let is_said = problem.error.kind.is_some();
        let word = problem.error.code.or(problem.error.kind).unwrap_or_default();
        let word = if is_word(&word) { word } else { "unknown".to_owned() };
        match status {
            StatusCode::NOT_FOUND if is_said => Err(Trouble::Unknown),
            // About our keys, or for later: it says nothing about the payment.
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::CONFLICT
            | StatusCode::TOO_MANY_REQUESTS => Err(Trouble::Unclear(format!("{} {word}", status.as_u16()))),
            status if status.is_client_error() => Err(Trouble::Refused(word)),
            status => Err(Trouble::Unclear(format!("{} {word}", status.as_u16()))),
        }
    }

    async fn intent(&self, id: &str, step: &str, method: Method) -> Result<Intent, Trouble> {
        if !is_id(id) {
            return Err(Trouble::Refused("not an id".to_owned()));
        }
        let once = (method == Method::POST).then(|| format!("linli-{id}{step}"));
        let found: IntentBody =
            self.send(method, &format!("/v1/payment_intents/{id}{step}"), once, String::new()).await?;
        Ok(found.read())
    }

    async fn list(&self, since: Timestamp) -> Result<Vec<Intent>, Trouble> {
        let path = format!("/v1/payment_intents?limit=100&created[gte]={}", since.0 / 1000);
        let (mut all, mut more) = (Vec::new(), String::new());
        loop {
            let page: List<IntentBody> =
                self.send(Method::GET, &format!("{path}{more}"), None, String::new()).await?;
            all.extend(page.data.into_iter().map(IntentBody::read));
            let last = all.last().map(|intent: &Intent| intent.id.as_str()).filter(|id| is_id(id));
            match last {
                Some(last) if page.has_more => more = format!("&starting_after={last}"),
                _ => return Ok(all),
            }
        }
    }

    async fn make_refund(&self, asked: GiveBack) -> Result<GivenBack, Trouble> {
        let GiveBack { refund, intent, minor, currency } = asked;
        if !is_id(&intent) {
            return Err(Trouble::Refused("not an id".to_owned()));
        }
        let path = format!("/v1/payment_intents/{intent}");
        let paid: IntentBody = self.send(Method::GET, &path, None, String::new()).await?;
        let charge = paid.latest_charge.map(Named::id).filter(|id| is_id(id));
        let charge = charge.ok_or_else(|| Trouble::Refused("nothing was paid".to_owned()))?;
        let path = format!("/v1/refunds?charge={charge}&limit=100");
        let known: List<RefundBody> = self.send(Method::GET, &path, None, String::new()).await?;
        let (ours, mut known) = (refund.to_string(), known.data);
        if let Some(at) = known.iter().position(|known| known.named() == Some(&ours)) {
            return Ok(known.swap_remove(at).read());
        }
        let amount = counted(minor, &currency).ok_or_else(not_counted)?;
        // Somebody gave all of it back on Stripe's own pages: it cannot go back once more, and is what is asked for.
        let is_theirs =
            |known: &RefundBody| known.named().is_none() && known.amount == amount && known.stands();
        if let Some(at) = known.iter().position(is_theirs) {
            return Ok(known.swap_remove(at).read());
        }
        let form = format!("charge={charge}&amount={amount}&metadata[linli_refund]={refund}");
        let made: RefundBody =
            self.send(Method::POST, "/v1/refunds", Some(format!("linli-{refund}-refund")), form).await?;
        Ok(made.read())
    }
}

impl Provider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn takes(&self, minor: i64, currency: &str) -> bool {
        counted(minor, currency).is_some()
    }

    fn begin(&self, asked: Asked) -> Answer<'_, Intent> {
        Box::pin(async move {
            let Asked { community, payment, minor, currency } = asked;
            let amount = counted(minor, &currency).ok_or_else(not_counted)?;
            let form = format!(
                "amount={amount}&currency={}&metadata[linli_community]={community}&metadata[linli_payment]={payment}",
                currency.to_lowercase()
            );
            let once = Some(format!("linli-{payment}-begin"));
            let begun: IntentBody = self.send(Method::POST, "/v1/payment_intents", once, form).await?;
            Ok(begun.read())
        })
    }

    fn ask(&self, intent: String) -> Answer<'_, Intent> {
        Box::pin(async move { self.intent(&intent, "", Method::GET).await })
    }

    fn begun_since(&self, since: Timestamp) -> Answer<'_, Vec<Intent>> {
        Box::pin(self.list(since))
    }

    fn cancel(&self, intent: String) -> Answer<'_, Intent> {
        Box::pin(async move { self.intent(&intent, "/cancel", Method::POST).await })
    }

    fn give_back(&self, asked: GiveBack) -> Answer<'_, GivenBack> {
        Box::pin(self.make_refund(asked))
    }

    fn told(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Option<String>, NotBelieved> {
        signature::check(self.settings.webhook_secret.expose(), signature, body, now)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| NotBelieved::Body)?;
        if !event.kind.starts_with("payment_intent.") {
            return Ok(None);
        }
        event.data.object.id.filter(|id| is_id(id)).map(Some).ok_or(NotBelieved::Body)
    }

    fn page(&self) -> &Page {
        &self.page
    }
}

/// An amount as Stripe counts it; none for one that it does not take: a part of what it counts in, or a last digit of
/// thousandths that is not zero.
fn counted(minor: i64, currency: &str) -> Option<i64> {
    if IN_HUNDREDTHS.contains(&currency) {
        return minor.checked_mul(100);
    }
    if currency == IN_WHOLES {
        return (minor % 100 == 0).then_some(minor / 100);
    }
    (exponent(currency) != Some(3) || minor % 10 == 0).then_some(minor)
}

/// An amount as ISO 4217 counts it; a part of the smallest unit is none that we asked for, and stays visible as zero.
fn uncounted(amount: i64, currency: &str) -> i64 {
    match IN_HUNDREDTHS.contains(&currency) {
        true if amount % 100 == 0 => amount / 100,
        true => 0,
        false if currency == IN_WHOLES => amount.saturating_mul(100),
        false => amount,
    }
}

fn not_counted() -> Trouble {
    Trouble::Refused("amount_not_counted".to_owned())
}

/// Whether this can stand in a path as it is.
fn is_id(text: &str) -> bool {
    (1..=200).contains(&text.len()) && is_word(text)
}

fn is_word(text: &str) -> bool {
    text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `https://host[:port]` of an address.
fn origin(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem {
    error: Said,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    code: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: EventObject,
}

#[derive(Deserialize)]
struct EventObject {
    /// Events about an account's balance have none.
    id: Option<String>,
}

#[derive(Deserialize)]
struct IntentBody {
    id: String,
    status: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    client_secret: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    latest_charge: Option<Named>,
    last_payment_error: Option<serde::de::IgnoredAny>,
}

/// A thing by its id, or the whole of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Whole { id: String },
}

impl Named {
    fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Whole { id } => id,
        }
    }
}

impl IntentBody {
    fn read(self) -> Intent {
        let stands = match self.status.as_str() {
            "succeeded" => Stands::Paid,
            "canceled" => Stands::Cancelled,
            "processing" | "requires_capture" => Stands::Processing,
            "requires_payment_method" if self.last_payment_error.is_some() => Stands::Declined,
            _ => Stands::Open,
        };
        let currency = self.currency.to_uppercase();
        let amount = if self.amount_received > 0 { self.amount_received } else { self.amount };
        let said = |name: &str| self.metadata.get(name);
        let community = said("linli_community").and_then(|text| text.parse().ok());
        let payment = said("linli_payment").and_then(|text| text.parse().ok());
        Intent {
            minor: uncounted(amount, &currency),
            ours: community.zip(payment),
            id: self.id,
            stands,
            currency,
            client_secret: self.client_secret,
        }
    }
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
    #[serde(default)]
    has_more: bool,
}

#[derive(Deserialize)]
struct RefundBody {
    id: String,
    #[serde(default)]
    amount: i64,
    status: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

impl RefundBody {
    /// What we call it; none for one that we did not make.
    fn named(&self) -> Option<&String> {
        self.metadata.get("linli_refund")
    }

    fn state(&self) -> RefundState {
        match self.status.as_deref() {
            Some("succeeded") => RefundState::Done,
            Some("failed" | "canceled") => RefundState::Failed,
            _ => RefundState::Pending,
        }
    }

    /// Whether the money has gone back, or is on its way.
    fn stands(&self) -> bool {
        self.state() != RefundState::Failed
    }

    fn read(self) -> GivenBack {
        GivenBack { state: self.state(), id: self.id }
    }
}

#[cfg(test)]
mod tests;
