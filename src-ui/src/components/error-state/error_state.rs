//! What went wrong, in a sentence with a next step; the code hides behind "Details".

use leptos::prelude::*;
use linli_wire::{Code, WireError};

use super::icon::{icon, icon_on_ground};
use crate::{state::app, words};

/// The error in words, with "Try again" where that can help, and the office to call.
pub fn error_state(error: &WireError, retry: Option<Callback<()>>) -> AnyView {
    let app = app();
    // Who is in a community knows its address: what is missing then is the network.
    let away = error.code == Code::ServerUnreachable && app.with_me_untracked(|_| ()).is_some();
    let (title, text) =
        if away { words::trouble(&WireError::new(Code::Offline, "")) } else { words::trouble(error) };
    let (symbol, tone) = match error.code {
        Code::Offline | Code::ServerUnreachable => ("off", "plain"),
        _ => ("info", "amber"),
    };
    let retry = retry.map(|retry| {
        view! {
            <button type="button" class="c-button" data-kind="quiet" data-testid="retry" on:click=move |_| retry.run(())>
                {icon("refresh")}
                {words::common::retry()}
            </button>
        }
    });
    view! {
        <div class="c-error" role="alert" data-testid="error" data-code=error.code.as_str()>
            <div class="c-error__top">
                {icon_on_ground(symbol, tone)}
                <div>
                    <h2 class="c-error__title">{title}</h2>
                    <p class="c-error__text">{text}</p>
                </div>
            </div>
            // In Simple mode the office is always below.
            <div class="c-error__actions">{retry} {(!app.is_simple()).then(|| super::help_bar::call_office("quiet"))}</div>
            {error_details(error)}
        </div>
    }
    .into_any()
}

/// The code and the developers' message, folded away.
pub fn error_details(error: &WireError) -> AnyView {
    view! {
        <details class="c-details" data-kind="quiet">
            <summary>{words::common::details()}</summary>
            <div class="c-details__body">
                <p>{words::code_line(error)}</p>
                {(!error.message.is_empty()).then(|| view! { <p class="t-code" lang="en">{error.message.clone()}</p> })}
            </div>
        </details>
    }
    .into_any()
}
