//! A line over the page that says how things stand.

use leptos::prelude::*;
use linli_wire::command::ConnectionState;

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

/// Says when there is no network, since when, and that everything here can be read.
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
    move || words.get().map(|words| banner("offline", "off", None, words))
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
