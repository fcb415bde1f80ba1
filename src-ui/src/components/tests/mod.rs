//! The pieces, each put into a real page of a browser and used as a person would.

mod choosing;
mod listing;
mod reading;
mod remembering;
mod typing;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};

/// Something on the page; gone with this value.
pub(crate) struct Shown {
    place: HtmlElement,
    _held: Box<dyn std::any::Any>,
}

/// Puts what `build` makes onto the page.
pub(crate) fn show<V: IntoView + 'static>(build: impl FnOnce() -> V + 'static) -> Shown {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let held = leptos::mount::mount_to(place.clone(), build);
    Shown { place, _held: Box::new(held) }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.place.remove();
    }
}

impl Shown {
    /// The first element under `selector`.
    pub(crate) fn find<E: JsCast>(&self, selector: &str) -> E {
        let found = self.place.query_selector(selector).unwrap();
        found.unwrap_or_else(|| panic!("no {selector} in {}", self.place.inner_html())).unchecked_into()
    }

    /// All elements under `selector`.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.place.query_selector_all(selector).unwrap();
        (0..found.length()).map(|at| found.item(at).unwrap().unchecked_into()).collect()
    }

    /// All words.
    pub(crate) fn text(&self) -> String {
        self.place.text_content().unwrap_or_default()
    }

    /// Looks after each frame until `holds`; fails after five seconds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = js_sys::Date::now();
        while !holds(self) {
            assert!(js_sys::Date::now() - begin < 5000.0, "not {what}: {}", self.place.inner_html());
            frame().await;
        }
    }
}

/// The next frame of the page.
pub(crate) async fn frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| drop(window().request_animation_frame(&resolve)));
    JsFuture::from(promise).await.unwrap();
}

/// Puts `text` into a field as typing does.
pub(crate) fn type_into(field: &web_sys::HtmlInputElement, text: &str) {
    field.set_value(text);
    field.dispatch_event(&bubbling("input")).unwrap();
}

/// An event that elements above hear, too.
pub(crate) fn bubbling(name: &str) -> web_sys::Event {
    let event = js_sys::Reflect::construct(
        &constructor("Event"),
        &js_sys::Array::of2(&name.into(), &js_sys::JSON::parse(r#"{"bubbles":true}"#).unwrap()),
    );
    event.unwrap().unchecked_into()
}

/// Presses a key on an element.
pub(crate) fn press(element: &Element, key: &str) {
    let options =
        js_sys::JSON::parse(&format!(r#"{{"bubbles":true,"cancelable":true,"key":"{key}"}}"#)).unwrap();
    let event = js_sys::Reflect::construct(
        &constructor("KeyboardEvent"),
        &js_sys::Array::of2(&"keydown".into(), &options),
    );
    element.dispatch_event(&event.unwrap().unchecked_into::<web_sys::Event>()).unwrap();
}

fn constructor(name: &str) -> js_sys::Function {
    js_sys::Reflect::get(&window(), &name.into()).unwrap().unchecked_into()
}
