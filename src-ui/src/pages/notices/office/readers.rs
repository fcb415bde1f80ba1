//! Who has read a notice, by building. Only counts, never names.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Timestamp,
    command::{CommunityMapView, NoticeKey, NoticeReadersGet, Topic},
    id::NoticeId,
    notices::NoticeReaders,
};

use super::audience::ask_map;
use crate::{
    components::{error_state::error_state, icon::icon, page_header::PageHeader, skeleton::skeleton_list},
    format::now,
    ipc::Topics,
    state::{Act, app},
    words::{self, readers as texts},
};

/// The readers of the notice in the address: counted when the page opens, when notices change, and when asked to.
#[component]
pub fn Readers() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<NoticeId>().ok());
    let Some(id) = id else { return crate::pages::missing() };
    let app = app();
    let counted = app.kept(format!("readers {id}"), || None::<(NoticeReaders, Timestamp)>);
    let act = Act::new();
    let count = Callback::new(move |()| {
        act.run::<NoticeReadersGet>(NoticeKey { id }, move |readers| counted.set(Some((readers, now()))));
    });
    let topics = use_context::<Topics>();
    Effect::new(move |_| {
        if let Some(topics) = topics {
            topics.track(Topic::Notices);
        }
        count.run(());
    });
    let map = ask_map();
    let back = (format!("/office/notices/{id}"), words::notice::title().to_owned());
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::title() back=back />
            {move || act.error.get().map(|error| error_state(&error, Some(count)))}
            {move || match counted.get() {
                Some((readers, at)) => view! {
                    {counts(&readers, &map.ready().unwrap_or_default())}
                    <div class="l-row" data-align="between">
                        <span class="t-soft t-small" role="status">{texts::counted_at(&app.clock().when(at))}</span>
                        <button type="button" class="c-button" data-kind="quiet" data-testid="count-again" aria-busy=act.aria_busy() on:click=move |_| count.run(())>{icon("refresh")} {texts::refresh()}</button>
                    </div>
                }.into_any(),
                None if act.error.with(Option::is_some) => ().into_any(),
                None => skeleton_list(3),
            }}
        </div>
    }
    .into_any()
}

fn counts(readers: &NoticeReaders, map: &CommunityMapView) -> AnyView {
    let read: u32 = readers.buildings.iter().map(|row| row.read).sum();
    let people: u32 = readers.buildings.iter().map(|row| row.people).sum();
    let share = u64::from(read) * 100 / u64::from(people.max(1));
    let rows = readers.buildings.iter().map(|row| {
        let code = map
            .buildings
            .iter()
            .find(|building| Some(building.id) == row.building_id)
            .map(|building| building.code.clone());
        let name =
            code.map_or_else(|| words::office::title().to_owned(), |code| words::common::building(&code));
        let value = words::office::read_share(&words::number(row.read), &words::number(row.people));
        let part = format!("{}%", u64::from(row.read) * 100 / u64::from(row.people.max(1)));
        view! {
            <div class="c-meter">
                <span>{name}</span>
                <span class="c-meter__track" aria-hidden="true"><span style=("--part", part)></span></span>
                <span class="c-meter__value">{value}</span>
            </div>
        }
    });
    view! {
        <section class="c-card" data-gap="" data-pad="large">
            <p><strong class="p-count">{share}" %"</strong><br />{texts::total(&words::number(read), &words::number(people))}</p>
        </section>
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::by_building()}</h2></div>
            <section class="c-card"><div class="c-meters">{rows.collect_view()}</div></section>
        </section>
    }
    .into_any()
}
