//! Fields and the search.

use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{HtmlElement, HtmlInputElement};

use super::{bubbling, frame, show, type_into};
use crate::components::{
    field::{Field, FieldKind},
    search_field::SearchField,
};

#[test]
async fn an_error_stands_beside_its_field_and_is_tied_to_it() {
    let value = RwSignal::new("kept".to_owned());
    let error = RwSignal::new(None::<String>);
    let shown = show(move || {
        view! { <Field id="name" label="Name" help="As on the letter." value=value error=Signal::derive(move || error.get()) /> }
    });
    let field: HtmlInputElement = shown.find("#name");
    assert_eq!(field.get_attribute("aria-describedby").as_deref(), Some("name-help"));
    error.set(Some("Please fill this in.".to_owned()));
    shown.until("an error", |shown| shown.text().contains("Please fill this in.")).await;
    assert_eq!(field.get_attribute("aria-invalid").as_deref(), Some("true"));
    assert_eq!(field.get_attribute("aria-describedby").as_deref(), Some("name-error"));
    assert_eq!(shown.find::<HtmlElement>("#name-error").get_attribute("role").as_deref(), Some("alert"));
    assert_eq!(field.value(), "kept");
}

#[test]
async fn a_secret_is_hidden_until_one_asks_to_see_it() {
    let value = RwSignal::new("three words here".to_owned());
    let shown =
        show(move || view! { <Field id="secret" label="Passphrase" value=value kind=FieldKind::Secret /> });
    let field: HtmlInputElement = shown.find("#secret");
    assert_eq!(field.type_(), "password");
    shown.find::<HtmlElement>("button").click();
    shown.until("shown", |_| field.type_() == "text").await;
    shown.find::<HtmlElement>("button").click();
    shown.until("hidden", |_| field.type_() == "password").await;
}

#[test]
async fn a_typed_code_falls_into_its_groups() {
    let value = RwSignal::new(String::new());
    let shown = show(move || view! { <Field id="code" label="Code" value=value kind=FieldKind::Code /> });
    type_into(&shown.find("#code"), "k7qp3m");
    assert_eq!(value.get_untracked(), "K7QP 3M");
    shown.until("grouped", |shown| shown.find::<HtmlInputElement>("#code").value() == "K7QP 3M").await;
}

#[test]
async fn a_search_waits_until_chinese_is_composed() {
    let words = RwSignal::new(String::new());
    let shown = show(move || view! { <SearchField words=words label="Search" placeholder="" /> });
    let field: HtmlInputElement = shown.find("input");
    field.dispatch_event(&bubbling("compositionstart")).unwrap();
    type_into(&field, "ting shui");
    // Longer than the pause after a key.
    let begin = js_sys::Date::now();
    while js_sys::Date::now() - begin < 200.0 {
        frame().await;
    }
    assert_eq!(words.get_untracked(), "", "half a word is not searched");
    field.set_value("停水");
    field.dispatch_event(&bubbling("compositionend")).unwrap();
    shown.until("searched", |_| words.get_untracked() == "停水").await;
    shown.until("a way to clear", |shown| !shown.all("[data-testid=search-clear]").is_empty()).await;
    shown.find::<HtmlElement>("[data-testid=search-clear]").click();
    assert_eq!((words.get_untracked().as_str(), field.value().as_str()), ("", ""));
}
