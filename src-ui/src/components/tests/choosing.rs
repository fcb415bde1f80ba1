//! Choices, switches and dialogs.

use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement};

use super::show;
use crate::components::{
    choice::{Choice, choices},
    dialog::Confirm,
    switch::Switch,
};

#[test]
async fn a_choice_follows_what_is_chosen() {
    let chosen = RwSignal::new(1);
    let shown = show(move || {
        let options = vec![Choice::new(1, "One", "one"), Choice::new(2, "Two", "two").help("What two means")];
        choices(
            "number",
            "Number",
            true,
            None,
            chosen.into(),
            options,
            Callback::new(move |wanted| chosen.set(wanted)),
        )
    });
    let (one, two): (HtmlInputElement, HtmlInputElement) =
        (shown.find("[data-testid=one]"), shown.find("[data-testid=two]"));
    assert_eq!((one.checked(), two.checked()), (true, false));
    two.click();
    assert_eq!(chosen.get_untracked(), 2);
    chosen.set(1);
    shown.until("the first one again", |_| one.checked() && !two.checked()).await;
    assert_eq!(shown.find::<HtmlElement>("legend").inner_text(), "Number");
}

#[test]
async fn a_switch_says_how_it_stands() {
    let on = RwSignal::new(false);
    let shown = show(move || {
        view! { <Switch label="Emergencies" on=on change=Callback::new(move |wanted| on.set(wanted)) testid="switch" /> }
    });
    let switch: HtmlInputElement = shown.find("[data-testid=switch]");
    assert_eq!(switch.get_attribute("role").as_deref(), Some("switch"));
    switch.click();
    assert!(on.get_untracked());
    shown.until("on", |_| switch.checked()).await;
}

#[test]
async fn a_question_is_answered_once_and_a_closed_one_not_at_all() {
    let (open, answers) = (RwSignal::new(false), RwSignal::new(0));
    let shown = show(move || {
        view! { <Confirm open=open id="leave" title="Leave?" text="What happens then." confirm="Leave" then=Callback::new(move |()| answers.update(|count| *count += 1)) /> }
    });
    let dialog: HtmlDialogElement = shown.find("dialog");
    assert!(!dialog.open() && !shown.text().contains("What happens then."));
    open.set(true);
    shown.until("open", |_| dialog.open()).await;
    // As Escape does.
    dialog.close();
    shown.until("known as closed", |_| !open.get_untracked()).await;
    assert_eq!(answers.get_untracked(), 0);
    open.set(true);
    shown.until("its button", |shown| !shown.all("[data-testid=confirm]").is_empty()).await;
    shown.find::<HtmlElement>("[data-testid=confirm]").click();
    shown.until("closed", |_| !dialog.open()).await;
    assert_eq!(answers.get_untracked(), 1);
}
