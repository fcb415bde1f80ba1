#![allow(clippy::unwrap_used)]

use linli_wire::notices::Notice;
use serde_json::{Value, json};

use super::*;

fn full() -> Value {
    json!({
        "id": "01890000-0000-7000-8000-000000000001",
        "version": 3,
        "author": { "id": "01890000-0000-7000-8000-000000000002", "name": "陈静", "role": "staff" },
        "state": { "is": "published", "published_at": 5, "changed_at": 6 },
        "content": {
            "texts": { "en": { "title": "Water", "body": "a\nb" }, "zh": { "title": "停水", "body": "" } },
            "category": "water\\power",
            "audience": { "to": "buildings", "buildings": ["01890000-0000-7000-8000-000000000003"] },
            "emergency": true,
            "pinned": false,
            "expires_at": 9,
            "attachments": [{
                "id": "01890000-0000-7000-8000-000000000004", "name": "a.jpg", "media_type": "image/jpeg",
                "bytes": 1, "sha256": "00", "pixels": [1, 2]
            }]
        },
        "of_a_newer_server": { "x": [1] }
    })
}

/// Every place in a value, as a pointer.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in parts {
        let at = format!("{at}/{name}");
        places(value, &at, all);
        all.push(at);
    }
}

#[test]
fn it_reads_what_a_notice_reads_and_refuses_what_that_refuses() {
    let mut all = Vec::new();
    places(&full(), "", &mut all);
    let (mut read, mut refused) = (0, 0);
    let mut compare = |value: &Value, what: &str| {
        let text = value.to_string();
        let whole = serde_json::from_str::<Notice>(&text);
        let glance = serde_json::from_str::<Glance<'_>>(&text);
        assert_eq!(whole.is_ok(), glance.is_ok(), "{what}: {:?} {:?}", whole.err(), glance.err());
        if whole.is_ok() { read += 1 } else { refused += 1 }
    };
    compare(&full(), "as it is");
    let others =
        [json!(null), json!(7), json!(-1), json!("x"), json!([]), json!({}), json!(true), json!([[]])];
    for place in &all {
        for other in &others {
            let mut value = full();
            *value.pointer_mut(place).unwrap() = other.clone();
            compare(&value, &format!("{place} = {other}"));
        }
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut value = full();
        if let Some(parent) = value.pointer_mut(parent).unwrap().as_object_mut() {
            parent.remove(name);
        }
        compare(&value, &format!("{place} is missing"));
    }
    for (place, other) in [
        ("/state", json!({ "is": "hologram" })),
        ("/content/audience", json!({ "to": "planet" })),
        ("/content/texts", json!({ "EN": { "title": "", "body": "" } })),
        ("/content/texts", json!({})),
        ("/author/role", json!("robot")),
    ] {
        let mut value = full();
        *value.pointer_mut(place).unwrap() = other.clone();
        compare(&value, &format!("{place} = {other}"));
    }
    assert!(read > 20 && refused > 100, "read {read}, refused {refused}");
}

#[test]
fn it_finds_what_the_columns_need() {
    let text = full().to_string();
    let glance: Glance<'_> = serde_json::from_str(&text).unwrap();
    let notice: Notice = serde_json::from_str(&text).unwrap();
    let content = &glance.content;
    assert_eq!(content.category, notice.content.category);
    assert_eq!(glance.state, notice.state);
    assert_eq!((content.emergency, content.pinned, content.expires_at), (true, false, Some(Timestamp(9))));
}
