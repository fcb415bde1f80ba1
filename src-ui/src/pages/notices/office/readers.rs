//! Who has read a notice, by building. Only counts, never names.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    command::{CommunityMapView, NoticeKey, NoticeReadersGet},
    id::NoticeId,
    notices::NoticeReaders,
};

use super::audience::ask_map;
use crate::{
    components::{error_state::error_state, page_header::PageHeader, skeleton::skeleton_list},
    ipc::{self, Answer},
    words::{self, readers as texts},
};

/// The readers of the notice in the address.
#[component]
pub fn Readers() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<NoticeId>().ok());
    let Some(id) = id else { return crate::pages::missing() };
    let asked = ipc::ask::<NoticeReadersGet>(&[], move || NoticeKey { id });
    let map = ask_map();
    let back = (format!("/office/notices/{id}"), words::notice::title().to_owned());
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::title() back=back />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(readers) => counts(&readers, &map.ready().unwrap_or_default()),
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
        let code = map.buildings.iter().find(|building| Some(building.id) == row.building_id).map(|building| building.code.clone());
        let name = code.map_or_else(|| words::office::title().to_owned(), |code| words::common::building(&code));
        let value = words::office::read_share(&row.read.to_string(), &row.people.to_string());
        view! {
            <div class="c-meter">
                <span>{name.clone()}</span>
                <meter min="0" max=row.people.max(1).to_string() value=row.read.to_string() aria-label=name>{value.clone()}</meter>
                <span class="c-meter__value">{value}</span>
            </div>
        }
    });
    view! {
        <section class="c-card" data-gap="" data-pad="large">
            <p><strong class="p-count">{share}" %"</strong><br />{texts::total(&read.to_string(), &people.to_string())}</p>
        </section>
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::by_building()}</h2></div>
            <section class="c-card"><div class="c-meters">{rows.collect_view()}</div></section>
        </section>
    }
    .into_any()
}
