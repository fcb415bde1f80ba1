//! Home: what needs the person now.

mod added;
mod simple;

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, HomeGet, HomeView, Topic},
    notices::NoticeRow,
    settings::Mode,
};

use super::{
    chat::unread_rooms, notices::notice_row, office::pressing, payments::due_bills, repairs::needing,
    rounds::due_card, services::open_until,
};
use crate::{
    components::{
        avatar::{Size, portrait},
        banner::OfflineBanner,
        empty_state::empty_state,
        error_state::error_state,
        icon::{icon, icon_on_ground},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::{app, remembered},
    words::{self, home as texts},
};

/// Home of the mode that is on.
#[component]
pub fn Home() -> impl IntoView {
    let asked =
        ipc::ask::<HomeGet>(&[Topic::Notices, Topic::App, Topic::Devices, Topic::Rounds], || Empty {});
    if app().is_simple() { simple::home(asked).into_any() } else { standard(asked).into_any() }
}

fn standard(asked: ipc::Asked<HomeView>) -> impl IntoView {
    let messages = unread_rooms();
    view! {
        <div class="l-page" data-width="wide">
            {move || match asked.get() {
                Answer::Loading => view! { <h1 tabindex="-1">{words::nav::home()}</h1> {skeleton_list(3)} }.into_any(),
                Answer::Failed(error) => view! { <h1 tabindex="-1">{words::nav::home()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Answer::Ready(home) => page(home, messages),
            }}
        </div>
    }
}

/// "Good morning, Mei", by the community's clock.
fn greeting() -> Signal<String> {
    let app = app();
    Signal::derive(move || {
        app.minute.track();
        let hour = app.clock().hour();
        let name = app.with_me(|me| me.person.given_name.clone()).unwrap_or_default();
        match hour {
            0..12 => texts::morning(&name),
            12..18 => texts::afternoon(&name),
            _ => texts::evening(&name),
        }
    })
}

fn page(home: HomeView, messages: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    let app = app();
    let community = move || app.with_me(|me| me.community.name.in_language(&app.language()).to_owned());
    let me = Memo::new(move |_| app.with_me(|me| (me.person.name.clone(), me.photo.id)));
    let office_open = move || {
        open_until().map(|time| view! { " ·\u{a0}" <span>{words::services::office_open_until(&time)}</span> })
    };
    let sign = move || {
        let me = me.get();
        me.map(|(name, photo)| portrait(&name, photo, "", Size::Usual))
    };
    let calm = home.unread.is_empty() && home.emergencies.is_empty();
    view! {
        <div class="p-greeting">
            <div><h1 tabindex="-1">{greeting()}</h1> <p><span>{community}</span>{office_open}</p></div>
            <a class="p-account" href="/me" aria-label=words::nav::me()>
                {move || sign()}
            </a>
        </div>
        {emergencies(&home.emergencies)}
        <OfflineBanner />
        {added::added(&home.new_devices)}
        {needs(true, move || home.rounds_due)}
        {if calm && home.newest.is_empty() {
            let all = view! { <a class="c-button" data-kind="quiet" href="/notices">{icon("bell")} {texts::show_all()}</a> }.into_any();
            view! { <section class="c-card">{empty_state("ok", texts::all_read_title(), texts::all_read_text(), Some(all))}</section> }.into_any()
        } else if home.unread.iter().all(|row| row.emergency) {
            section(texts::newest(), home.newest)
        } else {
            // Emergencies stand above already.
            section(texts::new_notices(), home.unread.into_iter().filter(|row| !row.emergency).collect())
        }}
        // Below the notices, which are here first: nothing moves under the finger.
        {messages}
        {offer_simple()}
    }
    .into_any()
}

fn section(title: &'static str, rows: Vec<NoticeRow>) -> AnyView {
    let rows = rows.into_iter().map(|row| view! { <li>{notice_row(&row, false)}</li> });
    view! {
        <section class="l-section">
            <div class="l-section__head">
                <h2>{title}</h2>
                <a class="c-button" data-kind="plain" data-edge="end" href="/notices" data-testid="all-notices">{texts::show_all()}</a>
            </div>
            <ul class="c-list" role="list">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// Emergencies as banners that lead to them.
pub(super) fn emergencies(rows: &[NoticeRow]) -> AnyView {
    let banners = rows.iter().map(|row| {
        let text: String = row.excerpt.iter().map(|piece| piece.text.as_str()).collect();
        view! {
            <a class="c-banner" data-kind="emergency" href=format!("/notices/{}", row.id) lang=row.language.to_string() data-testid="emergency">
                {icon("warn")}
                <div>
                    <p class="c-banner__title"><span class="u-hidden">{words::notices::emergency()}": "</span>{row.title.clone()}</p>
                    {(!app().is_simple()).then(|| view! { <p>{text}</p> })}
                </div>
            </a>
        }
    });
    banners.collect_view().into_any()
}

/// What needs the person: what could not be sent, repairs that ask something, rounds, and what presses in the office. Where
/// nothing is stuck, a line says what waits. Simple mode has tiles for the outbox and the office: not `all` there.
pub(super) fn needs(all: bool, rounds_due: impl Fn() -> u32 + Send + 'static) -> impl IntoView {
    let app = app();
    let counts = Memo::new(move |_| {
        app.view.with(|view| view.filter(|_| all).map(|view| view.outbox)).unwrap_or_default()
    });
    let (repairs, bills, office) = (needing(), all.then(due_bills), all.then(pressing));
    move || {
        let counts = counts.get();
        let mut cards = Vec::new();
        if counts.stuck > 0 {
            cards.push(stuck(counts.stuck));
        }
        cards.extend(repairs());
        cards.extend(bills.and_then(|bills| bills()));
        cards.extend(due_card(rounds_due()));
        cards.extend(office.and_then(|office| office()));
        let waits = counts.stuck == 0 && counts.waiting > 0;
        view! {
            {waits.then(|| view! {
                <div class="c-banner" data-kind="waiting" role="status">
                    {icon("wait")} <div><p>{words::pending::count(counts.waiting)}</p></div>
                    <a class="c-button" data-kind="plain" href="/me/outbox">{words::pending::show()}</a>
                </div>
            })}
            {(!cards.is_empty()).then(|| view! {
                <section class="l-section" data-testid="needs">
                    <div class="l-section__head"><h2>{texts::needs_you()}</h2></div>
                    {cards}
                </section>
            })}
        }
    }
}

fn stuck(count: u32) -> AnyView {
    view! {
        <a class="c-card" data-link="" href="/me/outbox" data-testid="stuck">
            <div class="c-card__line">
                {icon_on_ground("fail", "red")}
                <div><h3 class="c-card__title">{texts::unsent(count)}</h3> <p class="t-soft t-small">{texts::unsent_text()}</p></div>
                {icon("chevron-right")}
            </div>
        </a>
    }
    .into_any()
}

const OFFER_DECLINED: &str = "linli-simple-declined";

/// Simple mode is offered once on each device, until it is tried or declined.
fn offer_simple() -> impl IntoView {
    let (declined, remember) = remembered(OFFER_DECLINED);
    move || (!declined.get()).then(|| offer_card(Callback::new(move |()| remember.run(true))))
}

/// Simple mode, offered; `done` is called whatever the answer.
pub(super) fn offer_card(done: Callback<()>) -> AnyView {
    let app = app();
    let accept = move |_| {
        done.run(());
        app.change_settings(|settings| settings.mode = Mode::Simple);
    };
    view! {
        <section class="c-card" data-gap="" data-testid="offer-simple">
            <div class="c-card__line">
                {icon_on_ground("text-size", "jade")}
                <div><h2 class="c-card__title">{words::mode::offer_title()}</h2> <p class="t-soft t-small">{words::mode::offer_text()}</p></div>
            </div>
            <div class="l-row" data-fill="">
                <button type="button" class="c-button" data-kind="quiet" data-testid="try-simple" on:click=accept>{words::mode::offer_action()}</button>
                <button type="button" class="c-button" data-kind="plain" on:click=move |_| done.run(())>{words::common::not_now()}</button>
            </div>
        </section>
    }
    .into_any()
}
