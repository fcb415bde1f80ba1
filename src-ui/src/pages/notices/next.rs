//! Beside the list, before a notice is chosen: what to read next. Looking at it here does not mark it as read.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, HomeGet, HomeView, Topic},
    notices::NoticeRow,
};

use super::row::tags;
use crate::{
    components::{empty_state::empty_state, icon::icon},
    ipc,
    state::app,
    words::{self, notices as texts},
};

/// An emergency, else the newest unread notice, else that everything was read.
#[component]
pub(super) fn Next() -> impl IntoView {
    let asked = ipc::ask::<HomeGet>(&[Topic::Notices], || Empty {});
    let next = Memo::new(move |_| asked.with(|home| home.map(first)));
    move || {
        next.get().map(|next| match next {
            Some(row) => preview(&row),
            None => view! {
                <div class="p-nothing">{empty_state("ok", words::home::all_read_title(), texts::pick_text(), None)}</div>
            }
            .into_any(),
        })
    }
}

fn first(home: &HomeView) -> Option<NoticeRow> {
    let unread_emergency = home.emergencies.iter().find(|row| row.unread);
    unread_emergency.or(home.unread.first()).or(home.emergencies.first()).cloned()
}

fn preview(row: &NoticeRow) -> AnyView {
    let app = app();
    let when = app.clock().when(row.published_at);
    let lang = row.language.to_string();
    let text: String = row.excerpt.iter().map(|piece| piece.text.as_str()).collect();
    view! {
        <div class="l-page p-next" data-width="read">
            <p class="t-soft">{texts::next_to_read()}</p>
            <section class="c-card" data-gap="" data-pad="large">
                <div class="l-row">{tags(row)}</div>
                <h2 lang=lang.clone()>{row.title.clone()}</h2>
                <p class="t-soft t-small">{row.author.clone()}" ·\u{a0}"{when}</p>
                <p lang=lang>{text}</p>
                <div class="l-row">
                    <a class="c-button" data-kind="quiet" href=format!("/notices/{}", row.id)>{icon("chevron-right")} {texts::next_read_it()}</a>
                </div>
            </section>
            <p class="t-soft t-small">{texts::pick_or()}</p>
        </div>
    }
    .into_any()
}
