//! Simple mode's Home: a greeting, emergencies, and a few large tiles.

use leptos::prelude::*;
use linli_wire::command::HomeView;

use super::{emergencies, greeting, needs};
use crate::{
    components::{
        badge::unread_badge, banner::OfflineBanner, bar::Counts, error_state::error_state, icon::icon,
    },
    ipc::{Answer, Asked},
    state::app,
    words::{self, home as texts},
};

pub(super) fn home(asked: Asked<HomeView>) -> impl IntoView {
    view! {
        <div class="l-page">
            {move || match asked.get() {
                Answer::Loading => view! { <h1 tabindex="-1">{words::nav::home()}</h1> }.into_any(),
                Answer::Failed(error) => view! { <h1 tabindex="-1">{words::nav::home()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Answer::Ready(home) => view! { <h1 tabindex="-1">{greeting()}</h1> {emergencies(&home.emergencies)} {super::added::added(&home.new_devices)} }.into_any(),
            }}
            <OfflineBanner />
            {needs(false, move || asked.with(|home| home.map_or(0, |home| home.rounds_due)))}
            {tiles()}
        </div>
    }
}

fn tiles() -> AnyView {
    let app = app();
    let unread = Memo::new(move |_| app.view.with(|view| view.map_or(0, |view| view.unread_notices)));
    let is_office = app.with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    let note = move || match unread.get() {
        0 => texts::tile_none_unread().to_owned(),
        count => texts::tile_unread(count),
    };
    let messages = Counts::Messages.unread();
    let messages_note = move || match messages.get() {
        0 => words::chat::tile_none().to_owned(),
        count => words::chat::tile_unread(count),
    };
    let waiting = Memo::new(move |_| app.view.with(|view| view.map(|view| view.outbox)).unwrap_or_default());
    let fixed = |text: &'static str| -> AnyView { text.into_any() };
    view! {
        <ul class="c-tiles" role="list">
            {tile("/notices", "bell", texts::tile_notices(), note.into_any(), (move || unread_badge(unread.get())).into_any())}
            {tile("/repairs", "tool", texts::tile_repairs(), fixed(texts::tile_repairs_note()), ().into_any())}
            {tile("/payments", "pay", words::payments::tile(), crate::pages::payments::tile_note(), ().into_any())}
            {tile("/chat", "chat", words::chat::tile(), messages_note.into_any(), (move || unread_badge(messages.get())).into_any())}
            {tile("/help", "help", texts::tile_help(), fixed(texts::tile_help_note()), ().into_any())}
            {tile("/me/settings", "text-size", texts::tile_settings(), fixed(texts::tile_settings_note()), ().into_any())}
            {tile("/me/devices", "device", texts::tile_devices(), fixed(words::services::devices_note()), ().into_any())}
            {is_office.then(|| tile("/office/repairs", "list", words::nav::office_repairs(), fixed(texts::tile_office_repairs_note()), ().into_any()))}
            {is_office.then(|| tile("/rounds", "calendar", words::rounds::title(), fixed(words::rounds::tile_note()), ().into_any()))}
            {is_office.then(|| tile("/office/notices", "megaphone", words::office::title(), fixed(words::services::office_note()), ().into_any()))}
            {move || {
                let counts = waiting.get();
                (counts.waiting + counts.stuck > 0).then(|| tile("/me/outbox", "wait", words::me::outbox(),
                    words::pending::count(counts.waiting + counts.stuck).into_any(), ().into_any()))
            }}
        </ul>
    }
    .into_any()
}

fn tile(
    href: &'static str,
    symbol: &'static str,
    name: &'static str,
    note: AnyView,
    badge: AnyView,
) -> AnyView {
    view! {
        <li>
            <a class="c-tile" href=href data-testid=format!("tile-{symbol}")>
                {icon(symbol)} {badge}
                <span class="c-tile__name">{name}</span>
                <span class="c-tile__note">{note}</span>
            </a>
        </li>
    }
    .into_any()
}
