//! The phone's destinations.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{badge::unread_badge, icon::icon};
use crate::{state::app, words};

/// A destination of the app.
#[derive(Clone, Copy)]
pub struct Destination {
    /// Where it leads.
    pub href: &'static str,
    /// Its symbol.
    pub symbol: &'static str,
    /// Its word.
    pub name: fn() -> &'static str,
    /// What is counted on it.
    pub counts: Counts,
}

/// What is counted on a destination.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Nothing.
    Nothing,
    /// Unread notices.
    Notices,
    /// Unread messages.
    Messages,
}

impl Counts {
    /// How many of them are unread; follows it.
    pub fn unread(self) -> Memo<u32> {
        let app = app();
        Memo::new(move |_| {
            app.view.with(|view| match (self, view) {
                (Self::Notices, Some(view)) => view.unread_notices,
                (Self::Messages, Some(view)) => view.unread_messages,
                (Self::Nothing, _) | (_, None) => 0,
            })
        })
    }
}

/// What everyone has.
pub const MAIN: [Destination; 4] = [
    Destination { href: "/", symbol: "home", name: words::nav::home, counts: Counts::Nothing },
    Destination { href: "/notices", symbol: "bell", name: words::nav::notices, counts: Counts::Notices },
    Destination { href: "/services", symbol: "grid", name: words::nav::services, counts: Counts::Nothing },
    Destination { href: "/chat", symbol: "chat", name: words::nav::chat, counts: Counts::Messages },
];

/// The office's side.
pub const OFFICE: [Destination; 6] = [
    Destination {
        href: "/office/notices",
        symbol: "megaphone",
        name: words::nav::office_notices,
        counts: Counts::Nothing,
    },
    Destination {
        href: "/office/repairs",
        symbol: "tool",
        name: words::nav::office_repairs,
        counts: Counts::Nothing,
    },
    Destination {
        href: "/office/payments",
        symbol: "pay",
        name: words::nav::office_payments,
        counts: Counts::Nothing,
    },
    Destination { href: "/rounds", symbol: "calendar", name: words::rounds::title, counts: Counts::Nothing },
    Destination {
        href: "/office/people",
        symbol: "people",
        name: words::nav::office_people,
        counts: Counts::Nothing,
    },
    Destination {
        href: "/office/templates",
        symbol: "template",
        name: words::nav::office_templates,
        counts: Counts::Nothing,
    },
];

/// On a phone the office has these two in the place of notices and services, which Home and its page lead to: five
/// destinations fit, and the queue is one press away.
const OFFICE_ALONE: [Destination; 2] = [
    Destination {
        href: "/office/repairs",
        symbol: "tool",
        name: words::nav::office_repairs,
        counts: Counts::Nothing,
    },
    Destination { href: "/office", symbol: "megaphone", name: words::nav::office, counts: Counts::Nothing },
];
const ME: Destination =
    Destination { href: "/me", symbol: "me", name: words::nav::me, counts: Counts::Nothing };

/// `page` when the address is this destination or below it, and not below a nearer one of the office.
pub fn current(href: &'static str) -> impl Fn() -> Option<&'static str> + Copy + Send + 'static {
    let path = use_location().pathname;
    let is_below = |path: &str, href: &str| {
        path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || (href != "/" && rest.starts_with('/')))
    };
    let [queue, office] = OFFICE_ALONE;
    // Plans of rounds stand in the office, and are reached from the rounds.
    let also = if href == "/rounds" { "/office/rounds" } else { href };
    move || {
        path.with(|path| {
            let nearer = href == office.href && is_below(path, queue.href);
            ((is_below(path, href) || is_below(path, also)) && !nearer).then_some("page")
        })
    }
}

/// The bar at the bottom of a phone.
#[component]
pub fn Bar() -> impl IntoView {
    let app = app();
    let is_office = Memo::new(move |_| app.with_me(|me| me.person.role.is_office()).unwrap_or_default());
    let [home, notices, services, chat] = MAIN;
    view! {
        <nav class="c-bar" id="menu" aria-label=words::nav::label()>
            {bar_link(home)}
            {move || if is_office.get() { OFFICE_ALONE } else { [notices, services] }.map(bar_link)}
            {bar_link(chat)}
            {bar_link(ME)}
        </nav>
    }
}

fn bar_link(destination: Destination) -> AnyView {
    let Destination { href, symbol, name, counts } = destination;
    let unread = counts.unread();
    view! {
        <a href=href aria-current=current(href) data-testid=format!("nav-{symbol}")>
            <span class="c-bar__icon">{icon(symbol)} {move || unread_badge(unread.get())}</span>
            {name()}
        </a>
    }
    .into_any()
}
