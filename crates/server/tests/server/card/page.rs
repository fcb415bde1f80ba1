//! The pay page, and webhooks as localstripe signs them.

use linli_wire::{
    Language,
    payments::{CardPayment, PaymentState},
};
use reqwest::Method;

use super::{
    shop::WEBHOOK_SECRET,
    stripe::{DECLINED, GOOD},
};
use crate::shops;

shops! {
    async fn the_page_says_what_is_paid_to_whom_and_how_it_stands(shop) {
        let link = shop.begin(&shop.asked(10_050)).await.link.unwrap();
        let payment: Vec<linli_wire::payments::Payment> = crate::payments::prepared::held(&shop.world, &shop.wang, "payment").await;
        let intent = shop.intent_of(payment[0].id).await.unwrap();
        let get = async || {
            let answer = shop.world.http.get(&link).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert!(policy.contains(&format!("script-src 'self' {}", shop.stripe.direct)), "{policy}");
            assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
            assert_eq!(answer.headers()["cache-control"], "no-store");
            answer.text().await.unwrap()
        };
        let state = async || {
            let answer = shop.world.http.post(&link).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.text().await.unwrap()
        };
        let page = get().await;
        for part in ["data-state=\"open\"", "阳光花园", "CNY\u{a0}100.50", "lang=\"zh\"", "pk_test_12345", &intent] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("sk_test") && !page.contains(WEBHOOK_SECRET));
        assert_eq!(state().await, "{\"state\":\"open\"}");
        shop.stripe.pay(&intent, DECLINED).await;
        assert_eq!(state().await, "{\"state\":\"declined\"}");
        assert!(get().await.contains(&format!("{intent}_secret_")), "another card may be tried");
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(state().await, "{\"state\":\"paid\"}");
        // The page alone has booked it, before anybody told.
        assert_eq!(shop.held(payment[0].id).await.state, PaymentState::Paid);
        let page = get().await;
        assert!(page.contains("data-state=\"paid\"") && !page.contains("_secret_"), "{page}");
        shop.is_sound().await;
    }

    async fn the_page_speaks_as_the_app_did_or_else_as_the_browser(shop) {
        let speaks = async |link: &str, accepted: &str| {
            let page = shop.world.http.get(link).header("accept-language", accepted).send().await.unwrap();
            let text = page.text().await.unwrap();
            text.split("lang=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        let unsaid = shop.begin(&shop.asked(100)).await.link.unwrap();
        for (accepted, language) in [("en-GB,zh;q=0.5", "en"), ("zh-CN", "zh"), ("de, fr", "zh"), ("", "zh"), ("\t;;q=,", "zh")] {
            assert_eq!(speaks(&unsaid, accepted).await, language, "{accepted:?}");
        }
        let english = CardPayment { language: Some(Language::en()), ..shop.asked(100) };
        let link = shop.begin(&english).await.link.unwrap();
        assert_eq!(speaks(&link, "zh-CN").await, "en");
        // The same payment, asked for once more after the app was set to another language, or by one that says none.
        let chinese = CardPayment { language: Some(Language::zh()), ..english.clone() };
        assert_eq!(shop.begin(&chinese).await.link.as_deref(), Some(&*link));
        shop.begin(&CardPayment { language: None, ..english }).await;
        assert_eq!(speaks(&link, "en").await, "zh");
        shop.is_sound().await;
    }

    async fn a_link_that_does_not_work_opens_nothing(shop) {
        let link = shop.begin(&shop.asked(100)).await.link.unwrap();
        let (place, secret) = link.rsplit_once('/').unwrap();
        let other = crate::world::new_id().to_string();
        for secret in [other.as_str(), "not-an-id", "%00", &secret.replace('-', "").replacen(char::is_alphanumeric, "", 1)] {
            let answer = shop.world.http.get(format!("{place}/{secret}")).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{secret}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("此链接已失效") && text.contains("no longer works"), "{text}");
            assert_eq!(shop.world.http.post(format!("{place}/{secret}")).send().await.unwrap().status(), 404);
        }
        // What is stored of it opens nothing.
        let read = |tx: &mut linli_server::db::Tx<'_>| Ok(tx.query_one("SELECT link_hash FROM card_payment", &[])?.get::<Vec<u8>>(0)?);
        let stored = shop.world.app.db.read(read).await.unwrap();
        assert_ne!(stored, secret.as_bytes());
        assert_eq!(stored.len(), 32);
        for file in ["page.css", "page.js"] {
            assert_eq!(shop.world.http.get(format!("{place}/{file}")).send().await.unwrap().status(), 200);
        }
    }

    async fn what_localstripe_signs_is_believed(shop) {
        // It signs by the computer's clock, and events about plans, not about payments.
        shop.world.time_set(linli_server::clock::Clock::system().now().0);
        let hook = serde_json::json!({ "url": format!("{}/v1/webhooks/stripe", shop.world.url), "secret": WEBHOOK_SECRET });
        let answer = shop.world.http.post(format!("{}/_config/webhooks/linli", shop.stripe.direct));
        let answer = answer.header("content-type", "application/json").body(hook.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let plan = serde_json::json!({ "id": "plan", "amount": 1, "currency": "eur", "interval": "month", "product": { "name": "x" } });
        shop.stripe.ask(Method::POST, "/v1/plans", Some(plan)).await;
        let route = "linli_http_request_milliseconds_count{method=\"POST\",route=\"/v1/webhooks/stripe\",status=";
        for _ in 0..100 {
            let text = shop.world.app.metrics_text();
            if let Some(line) = text.lines().find(|line| line.starts_with(route)) {
                return assert!(line.contains("status=\"204\""), "{line}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nothing came");
    }
}
