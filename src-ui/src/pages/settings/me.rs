//! Me: who one is here, the other communities, and the ways to everything of one's own.

use leptos::prelude::*;
use linli_wire::command::{AccountCard, AccountKey, Diagnostics, Empty, LeaveAccount, SwitchAccount};
use wasm_bindgen_futures::JsFuture;

use crate::{
    components::{
        avatar::{Size, avatar, portrait},
        badge::unread_badge,
        banner::OfflineBanner,
        dialog::{Confirm, Dialog},
        icon::icon,
        page_header::PageHeader,
    },
    pages::join::home_of,
    state::app,
    words::{self, me as texts},
};

/// Me.
#[component]
pub fn Me() -> impl IntoView {
    let app = app();
    let leaving = RwSignal::new(false);
    let switching = RwSignal::new(false);
    let version = move || app.view.with(|view| view.map(|view| texts::version(&view.version)));
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() />
            <OfflineBanner />
            {card(switching)}
            {own_things()}
            {last_things(leaving)}
            <p class="t-soft t-small">{version}</p>
            {leave_dialog(leaving)}
            <Dialog open=switching id="accounts" title=texts::your_communities()>{accounts(switching)}</Dialog>
        </div>
    }
}

fn card(switching: RwSignal<bool>) -> AnyView {
    let app = app();
    let language = app.language();
    (move || {
        let me = app.me()?;
        let place = [me.community.name.in_language(&language).to_owned(), home_of(&me)];
        let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
        Some(view! {
            <section class="c-card">
                <div class="c-card__line">
                    {portrait(&me.person.name, me.photo.id, "", Size::Large)}
                    <div><h2>{me.person.name}</h2> <p class="t-soft">{place.join(" ·\u{a0}")}</p></div>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="switch-community" on:click=move |_| switching.set(true)>
                        {icon("switch")} {texts::switch_community()}
                    </button>
                </div>
            </section>
        })
    })
    .into_any()
}

fn own_things() -> AnyView {
    let app = app();
    let outbox = move || {
        let counts = app.view.with(|view| view.map(|view| view.outbox)).unwrap_or_default();
        match (counts.stuck, counts.waiting) {
            (0, 0) => texts::outbox_empty_note().to_owned(),
            (0, waiting) => words::pending::count(waiting),
            (stuck, _) => words::home::unsent(stuck),
        }
    };
    view! {
        <ul class="c-list" role="list" data-lead="icon">
            {row("/me/profile", "me", texts::profile(), None)}
            {row("/me/settings", "text-size", texts::look(), None)}
            {row("/me/notifications", "bell", texts::notifications(), None)}
            {row("/me/devices", "device", texts::devices(), None)}
            {row("/me/outbox", "wait", texts::outbox(), Some(outbox.into_any()))}
            {row("/me/keeping", "shield", texts::safety(), None)}
            {row("/help", "help", words::nav::help(), None)}
        </ul>
    }
    .into_any()
}

fn row(href: &'static str, symbol: &'static str, title: &'static str, note: Option<AnyView>) -> AnyView {
    view! {
        <li>
            <a class="c-row" href=href data-testid=format!("me-{symbol}")>
                <span class="c-row__lead">{icon(symbol)}</span>
                <span class="c-row__body">
                    <span class="c-row__title">{title}</span>
                    {note.map(|note| view! { <span class="c-row__meta">{note}</span> })}
                </span>
                <span class="c-row__end">{icon("chevron-right")}</span>
            </a>
        </li>
    }
    .into_any()
}

fn last_things(leaving: RwSignal<bool>) -> AnyView {
    let app = app();
    let copy = move |_| {
        app.run::<Diagnostics>(Empty {}, move |reply| {
            leptos::task::spawn_local(async move {
                let written = JsFuture::from(window().navigator().clipboard().write_text(&reply.text)).await;
                app.tell(if written.is_ok() {
                    texts::diagnostics_copied()
                } else {
                    words::error_text("general_title")
                });
            });
        });
    };
    view! {
        <ul class="c-list" role="list" data-lead="icon">
            <li>
                <button type="button" class="c-row" data-testid="diagnostics" on:click=copy>
                    <span class="c-row__lead">{icon("copy")}</span>
                    <span class="c-row__body"><span class="c-row__title">{texts::diagnostics()}</span> <span class="c-row__meta">{texts::diagnostics_note()}</span></span>
                    <span class="c-row__end"></span>
                </button>
            </li>
            <li>
                <button type="button" class="c-row" data-tone="red" data-testid="leave" on:click=move |_| leaving.set(true)>
                    <span class="c-row__lead">{icon("logout")}</span>
                    <span class="c-row__body"><span class="c-row__title">{texts::leave()}</span></span>
                    <span class="c-row__end"></span>
                </button>
            </li>
        </ul>
    }
    .into_any()
}

fn current(accounts: &[AccountCard]) -> Option<&AccountCard> {
    accounts.iter().find(|account| account.current)
}

fn leave_dialog(leaving: RwSignal<bool>) -> AnyView {
    let app = app();
    let language = app.language();
    let title = Signal::derive(move || {
        let name = app.with_me(|me| me.community.name.in_language(&language).to_owned()).unwrap_or_default();
        texts::leave_title(&name)
    });
    let text = Signal::derive(move || {
        let counts = app.view.with(|view| view.map(|view| view.outbox)).unwrap_or_default();
        match counts.waiting + counts.stuck {
            0 => texts::leave_text().to_owned(),
            unsent => format!("{} {}", texts::leave_text(), texts::leave_unsent(unsent)),
        }
    });
    let leave = Callback::new(move |()| {
        let id =
            app.view.with(|view| view.and_then(|view| current(&view.accounts)).map(|account| account.id));
        if let Some(id) = id {
            app.run::<LeaveAccount>(AccountKey { id }, |_| ());
        }
    });
    view! { <Confirm open=leaving id="leave-community" title=title text=text confirm=texts::leave_confirm() then=leave /> }.into_any()
}

fn accounts(open: RwSignal<bool>) -> impl Fn() -> AnyView + Send + Sync + Clone + 'static {
    let app = app();
    move || {
        let language = app.language();
        let cards = app.view.with(|view| view.map(|view| view.accounts.clone())).unwrap_or_default();
        let items = cards.into_iter().map(|account| {
            let name = account.community.as_ref().map_or_else(|| account.server.clone(), |name| name.in_language(&language).to_owned());
            let id = account.id;
            let switch = move |_| {
                open.set(false);
                app.run::<SwitchAccount>(AccountKey { id }, |_| ());
            };
            view! {
                <button type="button" class="c-menu__item" aria-current=account.current.then_some("true") on:click=switch>
                    {avatar(&name, if account.current { "" } else { "jade" }, false)}
                    <span>{name}<span class="c-menu__note">{account.name}</span></span>
                    {if account.current { Some(icon("ok")) } else { unread_badge(account.unread) }}
                </button>
            }
        });
        view! {
            <div>
                {items.collect_view()}
                <hr />
                <a class="c-menu__item" href="/join" data-testid="add-community" on:click=move |_| open.set(false)>{icon("plus")} <span>{texts::add_community()}</span></a>
            </div>
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::close()}</button>
            </div>
        }
        .into_any()
    }
}
