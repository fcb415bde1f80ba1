//! What the server says about itself: the OpenAPI document, problems, health and figures.

use linli_server::http::policy::ROUTES;
use linli_wire::community::ServerInfo;
use reqwest::{Method, StatusCode};

use crate::both;

#[test]
fn the_description_is_the_one_in_the_repository() {
    insta::assert_snapshot!(linli_server::openapi::document());
}

#[test]
fn every_reference_in_the_description_leads_somewhere() {
    let document: serde_json::Value = serde_json::from_str(&linli_server::openapi::document()).unwrap();
    let mut open = vec![&document];
    let mut references = 0;
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(serde_json::Value::as_str) {
                    references += 1;
                    assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                open.extend(fields.values());
            }
            serde_json::Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(references > 50, "{references}");
    for route in ROUTES {
        let path = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert!(path["responses"]["default"].is_object(), "{route:?}");
    }
}

both! {
    async fn a_stranger_learns_what_the_join_screen_needs(world) {
        let info: ServerInfo = world.ok(Method::GET, "/v1/community", None, None::<&()>).await;
        assert_eq!((info.server.as_str(), info.protocol), ("linli", 1));
        let ids: Vec<_> = info.communities.iter().map(|card| card.id).collect();
        assert!(ids.contains(&world.sun.id) && ids.contains(&world.moon.id));
        assert_eq!(info.communities[0].office_phone, "+86 21 5555 0100");
    }

    async fn health_and_figures(world) {
        for path in ["/healthz", "/readyz", "/openapi.json"] {
            let response = world.send(Method::GET, path, None, None::<&()>).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()["x-request-id"].len(), 16);
        }
        let text = world.app.metrics_text();
        let line = "linli_http_request_milliseconds_count{method=\"GET\",route=\"/readyz\",status=\"200\"} 1";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("linli_live_streams 0"));
    }
}
