//! What stands in for the provider of card payments: localstripe, with its own script for the pay page.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use linli_wire::id::PaymentId;
use serde_json::{Value, json};

use crate::{
    http, place,
    program::{Program, free_address, read_until},
};

const KEY: &str = "sk_test_12345";

/// A running localstripe.
pub struct Stripe {
    address: SocketAddr,
    folder: PathBuf,
    _program: Program,
}

impl Stripe {
    /// Starts one in `folder`, with its log in `logs`.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn start(logs: &Path, folder: &Path) -> Result<Self> {
        let (address, folder) = (free_address()?, folder.join("stripe"));
        fs::create_dir_all(&folder)?;
        let mut command = Command::new(place::localstripe());
        command.args(["--from-scratch", "--port", &address.port().to_string()]);
        command.current_dir(&folder).env("TMPDIR", &folder);
        command.env("PYTHONUNBUFFERED", "1");
        let (program, out) = Program::start(&mut command, &logs.join("stripe.log"))?;
        read_until(out, |line| line.contains("Running on").then_some(())).context("localstripe")?;
        Ok(Self { address, folder, _program: program })
    }

    /// What makes a community's server take cards here.
    ///
    /// # Errors
    /// When its keys cannot be written.
    pub fn options(&self) -> Result<Vec<String>> {
        let file = |name: &str, key: &str| -> Result<String> {
            let path = self.folder.join(name);
            fs::write(&path, key)?;
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            Ok(path.to_string_lossy().into_owned())
        };
        let here = format!("http://{}", self.address);
        let options = [
            ("--card-publishable-key", "pk_test_12345".to_owned()),
            ("--card-secret-key-file", file("secret", KEY)?),
            ("--card-webhook-secret-file", file("webhook", "whsec_of_tests")?),
            ("--card-api", here.clone()),
            ("--card-script", format!("{here}/js.stripe.com/v3/")),
        ];
        Ok(options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect())
    }

    /// [`Stripe::lay_card_down`] for the only payment that there is.
    ///
    /// # Errors
    /// As there.
    pub fn lay_only_card_down(&self) -> Result<()> {
        let payments = self.ask("GET", "/v1/payment_intents?limit=100", &Value::Null)?;
        let id = payments.pointer("/data/0/metadata/linli_payment").and_then(Value::as_str);
        self.lay_card_down(id.context("a payment")?.parse().map_err(|_| anyhow::anyhow!("no id of ours"))?)
    }

    /// Gives a payment a card that asks its holder, as a payer's card at the provider does: localstripe's own
    /// script leaves that to whoever uses it, and asks the holder alone.
    ///
    /// # Errors
    /// When there is no payment, or localstripe refuses.
    pub fn lay_card_down(&self, payment: PaymentId) -> Result<()> {
        let card = json!({ "number": "4000000000003220", "exp_month": 12, "exp_year": 2030, "cvc": "123" });
        let method = self.ask("POST", "/v1/payment_methods", &json!({ "type": "card", "card": card }))?;
        let path = self.path_of(payment)?;
        self.ask("POST", &path, &json!({ "payment_method": method.get("id") }))?;
        self.ask("POST", &format!("{path}/confirm"), &json!({}))?;
        Ok(())
    }

    /// Has another amount be paid than was asked for.
    ///
    /// # Errors
    /// When there is no payment, or localstripe refuses.
    pub fn change_amount(&self, payment: PaymentId, minor: i64) -> Result<()> {
        self.ask("POST", &self.path_of(payment)?, &json!({ "amount": minor }))?;
        Ok(())
    }

    fn path_of(&self, payment: PaymentId) -> Result<String> {
        let payments = self.ask("GET", "/v1/payment_intents?limit=100", &Value::Null)?;
        let payments = payments.get("data").and_then(Value::as_array).context("payments")?;
        let ours = |one: &&Value| one.pointer("/metadata/linli_payment") == Some(&json!(payment.to_string()));
        let id = payments.iter().find(ours).and_then(|one| one.get("id")?.as_str()).context("the payment")?;
        Ok(format!("/v1/payment_intents/{id}"))
    }

    /// How many payments there are, and how much has gone back.
    ///
    /// # Errors
    /// When localstripe does not answer.
    pub fn stands(&self) -> Result<(usize, i64)> {
        let list = |path: &str| -> Result<Vec<Value>> {
            let answer = self.ask("GET", path, &Value::Null)?;
            Ok(answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default())
        };
        let paid = list("/v1/payment_intents?limit=100")?;
        let paid = paid.iter().filter(|paid| paid.get("status") == Some(&json!("succeeded"))).count();
        let back = list("/v1/refunds?limit=100")?;
        Ok((paid, back.iter().filter_map(|back| back.get("amount")?.as_i64()).sum()))
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let key = format!("Bearer {KEY}");
        let (status, text) = http::send(self.address, method, path, &[("Authorization", &key)], &body)?;
        if status != 200 {
            bail!("{method} {path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }
}
