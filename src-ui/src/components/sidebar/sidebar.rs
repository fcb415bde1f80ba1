//! The destinations beside the page on anything wider than a phone.

use leptos::prelude::*;

use super::{
    badge::unread_badge,
    bar::{Counts, Destination, MAIN, OFFICE, current},
    icon::{brand, icon},
};
use crate::{state::app, words};

/// A rail, and from 62 rem the full sidebar.
#[component]
pub fn Sidebar() -> impl IntoView {
    let app = app();
    let is_office = Memo::new(move |_| app.with_me(|me| me.person.role.is_office()).unwrap_or_default());
    let community = move || app.with_me(|me| me.community.name.in_language(&app.language()).to_owned());
    let name = move || app.with_me(|me| me.person.name.clone());
    view! {
        <nav class="c-sidebar" aria-label=words::nav::label()>
            <div class="c-sidebar__brand">
                {brand()}
                <span class="c-sidebar__name">{words::app::name()}<small>{community}</small></span>
            </div>
            {MAIN.map(link)}
            {move || is_office.get().then(|| view! {
                <span class="c-sidebar__head">{words::nav::office()}</span>
                {OFFICE.map(link)}
            })}
            <span class="c-sidebar__space"></span>
            {link(Destination { href: "/help", symbol: "help", name: words::nav::help, counts: Counts::Nothing })}
            <a class="c-sidebar__link" href="/me" aria-current=current("/me") data-testid="side-me">{icon("me")} <span>{name}</span></a>
        </nav>
    }
}

fn link(destination: Destination) -> AnyView {
    let Destination { href, symbol, name, counts } = destination;
    let unread = counts.unread();
    view! {
        <a class="c-sidebar__link" href=href aria-current=current(href) data-testid=format!("side-{symbol}")>
            {icon(symbol)}
            <span>{name()}</span>
            {move || unread_badge(unread.get())}
        </a>
    }
    .into_any()
}
