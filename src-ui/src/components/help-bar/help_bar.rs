//! Simple mode's help: on every screen, in the same place.

use leptos::prelude::*;

use super::icon::icon;
use crate::{state::app, words};

/// "Call the office" of the community that is shown; nothing before there is one.
pub fn call_office(kind: &'static str) -> impl IntoView {
    let app = app();
    let phone = Memo::new(move |_| {
        app.with_me(|me| me.community.office.phone.clone()).filter(|phone| !phone.is_empty())
    });
    move || phone.get().map(|phone| call_number(kind, phone))
}

/// "Call the office" under a number.
pub fn call_number(kind: &'static str, phone: String) -> AnyView {
    let app = app();
    let number: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    view! {
        <button type="button" class="c-button" data-kind=kind data-testid="call-office" title=phone
            on:click=move |_| app.open_outside(format!("tel:{number}"))>
            {icon("phone")}
            {words::common::call_office()}
        </button>
    }
    .into_any()
}

/// Call the office, and help.
#[component]
pub fn HelpBar() -> impl IntoView {
    view! {
        <nav class="c-help-bar" id="menu" aria-label=words::nav::help()>
            {call_office("primary")}
            <a class="c-button" data-kind="quiet" href="/help" data-testid="help">
                {icon("help")}
                {words::nav::help()}
            </a>
        </nav>
    }
}
