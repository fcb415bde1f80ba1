//! Services: what the community offers through Linli, and the office to call.

use leptos::prelude::*;

use crate::{
    components::{
        banner::OfflineBanner,
        help_bar::call_office,
        icon::{icon, icon_on_ground},
        page_header::PageHeader,
    },
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
                {row("/notices", "bell", words::notices::title(), Some(texts::notices_note()))}
                {row("/me/devices", "device", words::devices::title(), Some(texts::devices_note()))}
                {row("/help", "help", words::help::title(), Some(texts::help_note()))}
            </ul>
            {move || is_office.get().then(|| view! {
                <section class="l-section">
                    <div class="l-section__head"><h2>{texts::staff_area()}</h2></div>
                    <ul class="c-list" role="list" data-lead="icon">
                        {row("/office/notices", "megaphone", words::nav::office_notices(), None)}
                        {row("/office/people", "people", words::nav::office_people(), None)}
                        {row("/office/templates", "template", words::nav::office_templates(), None)}
                    </ul>
                </section>
            })}
        </div>
    }
}

fn row(href: &'static str, symbol: &'static str, title: &'static str, note: Option<&'static str>) -> AnyView {
    view! {
        <li>
            <a class="c-row" href=href>
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
                        <div><h2 class="c-card__title">{texts::office_title()}</h2> {lines.collect_view()}</div>
                    </div>
                    <div class="l-row" data-fill="">{call_office("primary")}</div>
                </section>
            }
        })
    })
    .into_any()
}
