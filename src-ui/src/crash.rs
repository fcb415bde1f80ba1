//! The last resort: a panic shows a page that says so, never a blank one.
//!
//! It is built by hand from the document, because after a panic nothing reactive can be trusted.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlElement};

use crate::words::crash as words;

/// Shows the page on every panic from now on.
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let details = format!("linli-ui {}\n{panic}", env!("CARGO_PKG_VERSION"));
        web_sys::console::error_1(&JsValue::from_str(&details));
        let _ = show(&details);
    }));
}

fn show(details: &str) -> Result<(), JsValue> {
    let Some(body) = document().body() else { return Ok(()) };
    if document().get_element_by_id("crash").is_some() {
        return Ok(());
    }
    let page = add(&body, "main", "l-app", "")?;
    page.set_id("crash");
    page.set_attribute("role", "alert")?;
    page.set_attribute("data-testid", "crash")?;
    let inner = add(&add(&page, "div", "l-stage", "")?, "div", "l-stage__body", "")?;
    add(&inner, "h1", "", words::title())?;
    add(&inner, "p", "t-soft", words::text())?;
    let actions = add(&inner, "div", "l-row", "")?;
    let reload = add(&actions, "a", "c-button", words::reload())?;
    reload.set_attribute("data-kind", "primary")?;
    // Not through the router, which may be what broke.
    reload.set_attribute("rel", "external")?;
    reload.set_attribute("href", "/")?;
    let copy = add(&actions, "button", "c-button", words::copy())?;
    copy.set_attribute("type", "button")?;
    copy.set_attribute("data-kind", "quiet")?;
    let text = details.to_owned();
    let button = copy.clone();
    let on_click = Closure::<dyn Fn()>::new(move || {
        if let Some(window) = web_sys::window() {
            let _ = window.navigator().clipboard().write_text(&text);
            button.set_text_content(Some(words::copied()));
        }
    });
    copy.add_event_listener_with_callback("click", on_click.into_js_value().unchecked_ref())?;
    let folded = add(&inner, "details", "c-details", "")?;
    folded.set_attribute("data-kind", "quiet")?;
    add(&folded, "summary", "", crate::words::common::details())?;
    add(&folded, "pre", "t-code t-small", details)?;
    if let Some(app) = document().get_element_by_id("app") {
        app.unchecked_into::<HtmlElement>().set_hidden(true);
    }
    Ok(())
}

fn add(parent: &Element, tag: &str, class: &str, text: &str) -> Result<Element, JsValue> {
    let element = document().create_element(tag)?;
    element.set_class_name(class);
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element)?;
    Ok(element)
}
