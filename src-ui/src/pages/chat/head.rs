//! The head of a room: where one is, what is pinned, and that the community's server can read what is written.

use leptos::prelude::*;
use linli_wire::{
    chat::{BlockPerson, RoomKind, RoomView},
    command::PersonBlock,
};

use super::{
    desk::Desk,
    hits::FindDialog,
    people::neighbour_sign,
    room::title,
    said::{kind_words, place_of, plain_words, what_words},
};
use crate::{
    components::{avatar::Size, icon::icon, page_header::back_link},
    state::app,
    words::{self, chat_room as texts},
};

/// Name, who is here, search, and the way to everything about the room.
pub(super) fn head(desk: Desk) -> AnyView {
    let finds = RwSignal::new(false);
    let note = move || {
        desk.with(|view| match &view.other {
            Some(other) => place_of(other),
            None => kind_words(&view.row.kind, view.row.building.as_deref()),
        })
    };
    let other = Memo::new(move |_| {
        let is_of_two = |view: &RoomView| matches!(view.row.kind, RoomKind::Direct { .. });
        desk.with(|view| view.other.clone().filter(|_| is_of_two(view))).flatten()
    });
    let sign = move || other.get().map(|other| neighbour_sign(&other, Size::Usual));
    let id = desk.id;
    view! {
        <header class="p-room__head">
            <div class="p-room__back" data-only="narrow">{back_link(super::to_list())}</div>
            <div class="p-room__title">{sign} <div><h1 tabindex="-1" data-testid="room-title">{move || title(desk)}</h1> <p class="t-soft t-small">{note}</p></div></div>
            <div class="p-room__acts">
                {(!desk.simple).then(|| view! { <button type="button" class="c-button" data-kind="plain" data-testid="find" on:click=move |_| finds.set(true)>{icon("search")} {texts::search()}</button> })}
                <a class="c-button" data-kind="plain" data-edge="end" href=format!("/chat/{id}/about") data-testid="about-room">{icon("info")} {texts::about()}</a>
            </div>
            <FindDialog desk=desk open=finds />
        </header>
        {readable(desk)}
    }
    .into_any()
}

/// Said once in each room, calmly: who can read here.
fn readable(desk: Desk) -> AnyView {
    let name = format!("linli-room-readable-{}", desk.id);
    let storage = || window().local_storage().ok().flatten();
    let known = storage().is_some_and(|storage| storage.get_item(&name).ok().flatten().is_some());
    let shown = RwSignal::new(!known);
    let alone = desk.with(|view| matches!(view.row.kind, RoomKind::Direct { .. })).unwrap_or_default();
    let understood = move |_| {
        if let Some(storage) = storage() {
            let _ = storage.set_item(&name, "1");
        }
        shown.set(false);
    };
    let understood = StoredValue::new(understood);
    (move || {
        shown.get().then(|| view! {
            <div class="p-room__readable" data-testid="readable">
                {icon("shield")}
                <p class="t-small">{if alone { texts::readable_two() } else { texts::readable() }}</p>
                <button type="button" class="c-button" data-kind="plain" data-testid="understood" on:click=move |event| understood.with_value(|understood| understood(event))>{icon("ok")} {texts::understood()}</button>
            </div>
        })
    })
    .into_any()
}

/// Pinned messages, each a way to where it stands.
pub(super) fn pinned(desk: Desk) -> AnyView {
    let pinned = Memo::new(move |_| desk.with(|view| view.pinned.clone()).unwrap_or_default());
    (move || {
        let pinned = pinned.get();
        let count = u32::try_from(pinned.len()).unwrap_or_default();
        (count > 0).then(|| {
            let lines = pinned.into_iter().map(|row| {
                let (number, words) = (row.number, what_words(row.what, &plain_words(&row)));
                let name = if row.own { words::chat::you().to_owned() } else { row.name };
                view! {
                    <li><button type="button" class="p-quote" data-testid="pinned" on:click=move |_| desk.jump(number)>
                        <strong>{name}</strong> <span class="p-quote__words">{words}</span>
                    </button></li>
                }
            });
            view! {
                <details class="c-details p-pinned">
                    <summary>{icon("pin")} {texts::pinned(count)}</summary>
                    <ul role="list">{lines.collect_view()}</ul>
                </details>
            }
        })
    })
    .into_any()
}

/// Somebody whom one does not want to hear is not written to either; with the way back.
pub(super) fn blocked(desk: Desk) -> AnyView {
    let app = app();
    let back = move |_| {
        let other = desk.with(|view| view.other.as_ref().map(|other| other.id)).flatten();
        if let Some(person_id) = other {
            app.run::<PersonBlock>(BlockPerson { person_id, blocked: false }, |_| ());
        }
    };
    view! {
        <div class="c-banner" data-kind="info" data-testid="blocked">
            {icon("mute")} <div><p>{texts::blocked()}</p></div>
            <button type="button" class="c-button" data-kind="plain" data-testid="unblock" on:click=back>{words::chat_people::unblock()}</button>
        </div>
    }
    .into_any()
}
