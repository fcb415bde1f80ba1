//! A room in the list.

use leptos::prelude::*;
use linli_wire::{
    chat::{RoomRow, Tell},
    outbox::PendingState,
};

use super::said::{last_words, room_name, room_sign};
use crate::{
    components::{badge::unread_badge, icon::icon},
    state::app,
    words::{self, chat as texts},
};

/// The row, a link to the room. `current` is the one that is open beside the list.
pub(super) fn room_row(row: &RoomRow, current: bool) -> AnyView {
    let clock = app().clock();
    let name = room_name(&row.kind, &row.name, row.building.as_deref());
    let last = row.last.as_ref();
    let when = last.map(|last| view! { <time datetime=clock.machine(last.at) title=clock.exactly(last.at)>{clock.when(last.at)}</time> });
    let pending = last.and_then(|last| last.pending.as_ref()).map(|pending| {
        let (symbol, word) = match pending.state {
            PendingState::Waiting => ("wait", words::pending::waiting()),
            PendingState::Sending => ("send", words::pending::sending()),
            PendingState::Stuck { .. } => ("fail", words::pending::failed()),
        };
        view! { <span class="c-pending">{icon(symbol)} {word}</span> " ·\u{a0}" }
    });
    let silent = row.tell == Tell::None;
    let tags = row.named || row.draft || silent || row.announce || row.closed;
    view! {
        <a class="c-row" href=format!("/chat/{}", row.id) data-unread={row.unread > 0} aria-current=current.then_some("true") data-testid="room-row">
            <span class="c-row__lead">{room_sign(&row.kind, &name, row.photo)}</span>
            <span class="c-row__body">
                <span class="c-row__title">{name}</span>
                {last.map(|last| view! { <span class="c-row__summary">{last_words(last, &row.kind)}</span> })}
                <span class="c-row__meta">{pending} {when}</span>
                {tags.then(|| view! {
                    <span class="c-row__tags">
                        {row.named.then(|| view! { <span class="c-tag" data-tone="amber" data-testid="named">{icon("me")} {texts::named()}</span> })}
                        {row.draft.then(|| view! { <span class="c-tag" data-tone="blue" data-testid="draft">{icon("edit")} {texts::draft()}</span> })}
                        {silent.then(|| view! { <span class="c-tag">{icon("mute")} {texts::silent()}</span> })}
                        {row.announce.then(|| view! { <span class="c-tag">{icon("megaphone")} {texts::announce_tag()}</span> })}
                        {row.closed.then(|| view! { <span class="c-tag">{icon("lock")} {texts::closed_tag()}</span> })}
                    </span>
                })}
            </span>
            <span class="c-row__end">{unread_badge(row.unread)}</span>
        </a>
    }
    .into_any()
}
