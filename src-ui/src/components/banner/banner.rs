//! A line over the page that says how things stand.

use leptos::prelude::*;
use linli_wire::{
    WireError,
    command::{ConnectionState, Empty, SyncNow},
};

use super::icon::icon;
use crate::{state::app, words};

/// A banner of `kind` (`info`, `waiting`, `success`, `offline`) with an icon and words.
pub fn banner(kind: &'static str, symbol: &str, title: Option<String>, text: String) -> AnyView {
    view! {
        <div class="c-banner" data-kind=kind role="status">
            {icon(symbol)}
            <div>{title.map(|title| view! { <p class="c-banner__title">{title}</p> })} <p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// Says when there is no network, since when, and that everything here can be read; before that, what ails the cache.
#[component]
pub fn OfflineBanner() -> impl IntoView {
    let app = app();
    let words = move || {
        app.view.with(|view| {
            let connection = &view?.connection;
            (connection.state == ConnectionState::Offline).then(|| match connection.updated_at {
                _ if app.is_simple() => words::offline::banner_simple().to_owned(),
                Some(at) => words::offline::banner(&app.clock().when(at)),
                None => words::offline::server_away().to_owned(),
            })
        })
    };
    let words = Memo::new(move |_| words());
    let trouble = Memo::new(move |_| app.view.with(|view| view?.trouble.clone()));
    move || match trouble.get() {
        Some(trouble) => Some(trouble_banner(&trouble)),
        None => words.get().map(|words| banner("offline", "off", None, words)),
    }
}

/// Why nothing new arrives, although the network may be there: what to do, and a way to try at once.
fn trouble_banner(trouble: &WireError) -> AnyView {
    let app = app();
    let (title, text) = words::trouble(trouble);
    view! {
        <div class="c-banner" data-kind="waiting" role="status" data-testid="trouble" data-code=trouble.code.as_str()>
            {icon("warn")}
            <div><p class="c-banner__title">{title}</p> <p>{text}</p></div>
            <button type="button" class="c-button" data-kind="plain" on:click={move |_| app.run::<SyncNow>(Empty {}, |_| ())}>{icon("refresh")} {words::common::retry()}</button>
        </div>
    }
    .into_any()
}

/// When the cache last was level with the server, while there is network.
#[component]
pub fn UpdatedAt() -> impl IntoView {
    let app = app();
    let at = Memo::new(move |_| {
        app.view.with(|view| {
            let connection = &view?.connection;
            (connection.state != ConnectionState::Offline).then_some(connection.updated_at)?
        })
    });
    move || {
        at.get().map(|at| {
            view! { <p class="t-soft t-small" data-testid="updated-at">{words::offline::updated(&app.clock().when(at))}</p> }
        })
    }
}
