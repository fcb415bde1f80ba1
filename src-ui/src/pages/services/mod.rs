//! Services: what the community offers through Linli, and the office to call.

use leptos::prelude::*;

use crate::{
    components::{
        banner::OfflineBanner,
        help_bar::call_office,
        icon::{icon, icon_on_ground},
        page_header::PageHeader,
    },
    format::{self, Standing},
    state::app,
    words::{self, services as texts},
};

/// Services.
#[component]
pub fn Services() -> impl IntoView {
    let app = app();
    let is_office = Memo::new(move |_| app.with_me(|me| me.person.role.is_office()).unwrap_or_default());
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() />
            <OfflineBanner />
            {office_card()}
            <ul class="c-list" role="list" data-lead="icon">
                {row("/notices", "bell", words::notices::title(), texts::notices_note())}
                {row("/repairs", "tool", words::repairs::title(), texts::repairs_note())}
                {row("/payments", "pay", words::payments::title(), words::payments::note())}
                {row("/chat", "chat", words::chat::title(), words::chat::note())}
                {row("/me/devices", "device", words::devices::title(), texts::devices_note())}
                {row("/help", "help", words::help::title(), texts::help_note())}
                {move || is_office.get().then(|| row("/office", "megaphone", words::nav::office(), texts::office_note()))}
            </ul>
        </div>
    }
}

/// A line that leads somewhere; `note` says what is there, or what waits.
pub fn row(
    href: &'static str,
    symbol: &'static str,
    title: &'static str,
    note: impl IntoView + 'static,
) -> AnyView {
    view! {
        <li>
            <a class="c-row" href=href>
                <span class="c-row__lead">{icon(symbol)}</span>
                <span class="c-row__body">
                    <span class="c-row__title">{title}</span>
                    <span class="c-row__meta">{note}</span>
                </span>
                <span class="c-row__end">{icon("chevron-right")}</span>
            </a>
        </li>
    }
    .into_any()
}

/// How the office stands now, by the community's clock; none where its times are not known.
fn standing() -> Option<Standing> {
    let app = app();
    app.minute.track();
    app.with_me(|me| {
        let opening = &me.community.office.opening;
        (!opening.is_empty()).then(|| format::standing(opening, app.clock().day_and_minute()))
    })
    .flatten()
}

/// Until when the office is open today, if it is open now.
pub fn open_until() -> Option<String> {
    match standing()? {
        Standing::OpenUntil(minute) => Some(app().clock().minute_of_day(minute)),
        Standing::OpensAt(_) | Standing::Closed => None,
    }
}

fn open_now() -> impl IntoView {
    move || {
        let clock = app().clock();
        let (tone, symbol, text) = match standing()? {
            Standing::OpenUntil(minute) => ("jade", "ok", texts::open_until(&clock.minute_of_day(minute))),
            Standing::OpensAt(minute) => ("", "clock", texts::opens_today(&clock.minute_of_day(minute))),
            Standing::Closed => ("", "clock", texts::closed_now().to_owned()),
        };
        Some(
            view! { <p class="p-open"><span class="c-tag" data-tone=tone data-testid="office-open">{icon(symbol)} {text}</span></p> },
        )
    }
}

/// The property office: hours, place, and its telephone.
pub fn office_card() -> AnyView {
    let app = app();
    let language = app.language();
    (move || {
        app.with_me(|me| {
            let office = &me.community.office;
            let lines = [office.hours.in_language(&language), office.address.in_language(&language)];
            let lines = lines.into_iter().filter(|line| !line.is_empty()).map(|line| view! { <p class="t-soft t-small">{line.to_owned()}</p> });
            view! {
                <section class="c-card" data-gap="">
                    <div class="c-card__line">
                        {icon_on_ground("building", "jade")}
                        <div><h2 class="c-card__title">{texts::office_title()}</h2> {open_now()} {lines.collect_view()}</div>
                    </div>
                    <div class="l-row" data-fill="">{call_office("primary")}</div>
                </section>
            }
        })
    })
    .into_any()
}
