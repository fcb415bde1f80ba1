#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;
use crate::config::Secret;

fn stripe() -> Stripe {
    Stripe::new(config::Card {
        api: "https://api.stripe.com".to_owned(),
        script: "https://js.stripe.com/v3/".to_owned(),
        publishable_key: "pk_test".to_owned(),
        secret_key: Secret::new("sk_test_of_nobody".to_owned()),
        webhook_secret: Secret::new("whsec_test".to_owned()),
    })
    .unwrap()
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?}", stripe());
    assert!(!shown.contains("sk_test_of_nobody") && !shown.contains("whsec_test"), "{shown}");
    let intent =
        r#"{"id":"pi_1","status":"succeeded","amount":5,"currency":"eur","client_secret":"pi_1_secret_x"}"#;
    let intent = serde_json::from_str::<IntentBody>(intent).unwrap().read();
    assert!(!format!("{intent:?}").contains("secret_x"));
}

#[test]
fn intents_are_read_as_they_stand() {
    let read = |text: &str| serde_json::from_str::<IntentBody>(text).unwrap().read();
    let with = |status: &str, more: &str| {
        read(&format!(r#"{{"id":"pi_1","status":"{status}","amount":500,"currency":"jpy"{more}}}"#))
    };
    assert_eq!(with("requires_payment_method", "").stands, Stands::Open);
    assert_eq!(
        with("requires_payment_method", r#","last_payment_error":{"code":"x"}"#).stands,
        Stands::Declined
    );
    assert_eq!(with("requires_payment_method", r#","last_payment_error":null"#).stands, Stands::Open);
    assert_eq!(with("requires_action", "").stands, Stands::Open);
    assert_eq!(with("processing", "").stands, Stands::Processing);
    assert_eq!(with("canceled", "").stands, Stands::Cancelled);
    let paid = with("succeeded", r#","amount_received":400,"metadata":{"linli_payment":"rubbish"}"#);
    assert_eq!(
        (paid.stands, paid.minor, paid.currency.as_str(), paid.ours),
        (Stands::Paid, 400, "JPY", None)
    );
}

#[test]
fn amounts_are_counted_as_stripe_counts_them() {
    for (minor, currency, there) in [
        (7, "EUR", Some(7)),
        (7, "JPY", Some(7)),
        (7, "ISK", Some(700)),
        (7, "UGX", Some(700)),
        (10_000, "MGA", Some(100)),
        (10_050, "MGA", None),
        (12_340, "BHD", Some(12_340)),
        (12_345, "BHD", None),
        (12_345, "TND", None),
    ] {
        assert_eq!(counted(minor, currency), there, "{minor} {currency}");
        assert_eq!(STRIPE.takes(minor, currency), there.is_some());
        if let Some(there) = there {
            assert_eq!(uncounted(there, currency), minor, "{currency}");
        }
    }
    assert_eq!(uncounted(750, "ISK"), 0);
}

#[test]
fn policies_name_origins_alone() {
    assert_eq!(origin("https://js.stripe.com/v3/"), "https://js.stripe.com");
    assert_eq!(origin("http://127.0.0.1:8420/js.stripe.com/v3/"), "http://127.0.0.1:8420");
}

/// Made once: it reads the computer's certificates.
static STRIPE: std::sync::LazyLock<Stripe> = std::sync::LazyLock::new(stripe);

proptest! {
    #[test]
    fn rubbish_is_refused(signature in ".*", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(STRIPE.told(&signature, &body, Timestamp(1_790_000_000_000)).is_err());
    }

    #[test]
    fn signed_rubbish_names_no_intent(body in ".*") {
        let now = Timestamp(1_790_000_000_000);
        let signed = signature::sign("whsec_test", body.as_bytes(), 1_790_000_000);
        prop_assert_eq!(STRIPE.told(&signed, body.as_bytes(), now), Err(NotBelieved::Body));
    }
}

#[test]
fn what_is_not_about_a_payment_is_passed_over() {
    let now = Timestamp(1_790_000_000_000);
    let told = |body: &str| {
        stripe().told(&signature::sign("whsec_test", body.as_bytes(), 1_790_000_000), body.as_bytes(), now)
    };
    assert_eq!(told(r#"{"type":"balance.available","data":{"object":{}}}"#), Ok(None));
    let about =
        |id: &str| format!(r#"{{"type":"payment_intent.succeeded","data":{{"object":{{"id":"{id}"}}}}}}"#);
    assert_eq!(told(&about("pi_1")), Ok(Some("pi_1".to_owned())));
    assert_eq!(told(&about("../refunds")), Err(NotBelieved::Body));
}
