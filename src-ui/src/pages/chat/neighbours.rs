//! The directory: neighbours who put themselves into it, oneself, and those whom one does not want to hear.

use leptos::prelude::*;
use linli_wire::{
    chat::{BlockPerson, Blocked, NeighboursView},
    command::{Empty, NeighboursGet, PersonBlock, Topic},
};

use super::{desk::write_to, people::person_row};
use crate::{
    components::{
        avatar::avatar, banner::OfflineBanner, empty_state::empty_state, error_state::error_state,
        icon::icon, page_header::PageHeader, search_field::SearchField, skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    pages::settings::{Visible, listed_switch},
    state::app,
    words::chat_people as texts,
};

/// Neighbours.
#[component]
pub fn Neighbours() -> impl IntoView {
    let asked = ipc::ask::<NeighboursGet>(&[Topic::Chat, Topic::Community], || Empty {});
    let view = Memo::new(move |_| asked.ready());
    let standing = Memo::new(move |_| match asked.get() {
        Answer::Loading => Err(None),
        Answer::Failed(error) => Err(Some(error)),
        Answer::Ready(_) => Ok(()),
    });
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::note() back=super::to_list() />
            <OfflineBanner />
            {listed_switch(Visible::follow())}
            {move || match standing.get() {
                Err(None) => skeleton_list(4),
                Err(Some(error)) => error_state(&error, Some(asked.retry())),
                Ok(()) => directory(view),
            }}
        </div>
    }
}

fn directory(view: Memo<Option<NeighboursView>>) -> AnyView {
    let app = app();
    let me = app.with_me_untracked(|me| me.person.id);
    let search = app.kept("neighbours search", String::new);
    let write = write_to();
    let any = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| !view.people.is_empty())));
    let list = move || {
        let wanted = search.get().trim().to_lowercase();
        let people = view.with(|view| view.as_ref().map(|view| view.people.clone())).unwrap_or_default();
        let fits = move |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.to_lowercase().contains(&wanted))
        };
        let rows = people.into_iter().filter(|person| fits(&Some(person.name.clone())) || fits(&person.building) || fits(&person.flat)).map(|person| {
            let (id, is_me) = (person.id, me == Some(person.id));
            let act = (!is_me).then(|| view! { <button type="button" class="c-button" data-kind="quiet" data-testid="write-to" on:click=move |_| write.run(id)>{icon("chat")} {texts::write()}</button> });
            view! { <li>{person_row(&person, is_me, act.into_any())}</li> }
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            empty_state("search", texts::nobody_found(), texts::nobody_found_text(), None)
        } else {
            view! { <ul class="c-list" role="list" data-lead="avatar" data-testid="directory">{rows}</ul> }
                .into_any()
        }
    };
    let blocked = Memo::new(move |_| {
        view.with(|view| view.as_ref().map(|view| view.blocked.clone())).unwrap_or_default()
    });
    view! {
        {move || if any.get() {
            view! { <SearchField words=search label=texts::find() placeholder=texts::find_placeholder() /> {list} }.into_any()
        } else {
            empty_state("people", texts::empty_title(), texts::empty_text(), None)
        }}
        {move || blocked_list(&blocked.get())}
    }
    .into_any()
}

fn blocked_list(people: &[Blocked]) -> Option<AnyView> {
    let app = app();
    let rows = people.iter().map(|person| {
        let asked = BlockPerson { person_id: person.id, blocked: false };
        view! {
            <li><div class="c-row" data-actions="" data-testid="blocked-person">
                <span class="c-row__lead">{avatar(&person.name, "amber", false)}</span>
                <span class="c-row__body"><span class="c-row__title">{person.name.clone()}</span></span>
                <span class="c-row__end"><button type="button" class="c-button" data-kind="plain" data-testid="unblock" on:click={move |_| app.run::<PersonBlock>(asked, |_| ())}>{icon("ok")} {texts::unblock()}</button></span>
            </div></li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::blocked()}</h2></div>
                <p class="t-soft t-small">{texts::blocked_text()}</p>
                <ul class="c-list" role="list" data-lead="avatar">{rows}</ul>
            </section>
        }
        .into_any()
    })
}
