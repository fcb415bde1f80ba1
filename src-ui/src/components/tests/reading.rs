//! A notice's text.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;
use linli_wire::{
    id::AttachmentId,
    markdown::{Block, Inline},
};
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::HtmlElement;

use super::show;
use crate::components::prose::prose;

fn words(text: &str) -> Vec<Inline> {
    vec![Inline::Text { text: text.to_owned() }]
}

#[test]
fn what_looks_like_html_is_text() {
    let dangerous = "<img src=x onerror=alert(1)> <b>bold</b> & more";
    let blocks = vec![
        Block::Heading { level: 2, text: words(dangerous) },
        Block::List { start: None, items: vec![vec![Block::Paragraph { text: words(dangerous) }]] },
        Block::Code { text: dangerous.to_owned() },
        Block::Table {
            header: vec![words(dangerous)],
            rows: vec![vec![words(dangerous)]],
            right: vec![true],
        },
    ];
    let shown = show(move || prose(blocks, Callback::new(|_| ())));
    assert!(shown.all("img, b, script").is_empty());
    assert_eq!(shown.text().matches(dangerous).count(), 5);
    assert_eq!(shown.all("td[data-align=end]").len(), 1);
}

#[test]
fn a_link_asks_before_it_leads_out() {
    let pressed = Arc::new(Mutex::new(Vec::new()));
    let url = "https://example.org/a?b=1#c";
    let shown = show({
        let pressed = pressed.clone();
        move || {
            let link = Inline::Link { url: url.to_owned(), text: words("the plan") };
            let on_link = Callback::new(move |url: String| pressed.lock().unwrap().push(url));
            prose(vec![Block::Paragraph { text: vec![link] }], on_link)
        }
    });
    let here = window().location().href().unwrap();
    shown.find::<HtmlElement>("a").click();
    assert_eq!(*pressed.lock().unwrap(), [url]);
    assert_eq!(window().location().href().unwrap(), here);
}

#[test]
fn a_picture_has_its_place_before_it_is_there() {
    let id = AttachmentId("01890000-0000-7000-8000-000000000001".parse().unwrap());
    let picture = Block::Picture { id, alt: "the valve".to_owned(), pixels: Some((1600, 900)) };
    let shown = show(move || prose(vec![picture], Callback::new(|_| ())));
    let place: HtmlElement = shown.find(".c-picture-space");
    assert_eq!(place.style().get_property_value("aspect-ratio").unwrap(), "1600 / 900");
    assert_eq!(shown.find::<HtmlElement>("figcaption").inner_text(), "the valve");
}
