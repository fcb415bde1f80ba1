//! Chat: the rooms and beside or behind them an open one; who lives here; and how it stays civil.

mod about;
mod acts;
mod case;
mod civil;
mod composer;
mod desk;
mod files;
mod form;
mod head;
mod hits;
mod list;
mod measures;
mod mentions;
mod message;
mod moderators;
mod neighbours;
mod new_poll;
mod people;
mod poll;
mod questions;
mod room;
mod row;
mod rows;
mod rules;
mod said;
mod simple;
mod talk;
mod unread;
mod voice;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::id::RoomId;

use crate::{
    components::{empty_state::empty_state, page_header::Back},
    words::chat as texts,
};

pub use about::About;
pub use civil::Civil;
pub use form::NewRoom;
pub use list::write_to_the_office;
pub use neighbours::Neighbours;
pub use unread::unread_rooms;

/// Where the way back from a room leads.
fn to_list() -> Back {
    ("/chat".to_owned(), texts::title().to_owned())
}

/// The room that the address names.
fn named() -> Memo<Option<RoomId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("room")?.parse::<RoomId>().ok()))
}

/// The rooms, and the one that the address names. One page, so that the list keeps its place.
#[component]
pub fn Chat() -> impl IntoView {
    let open = named();
    view! {
        <div class="l-split p-chat" data-show=move || if open.get().is_some() { "detail" } else { "list" }>
            <section class="l-split__list" aria-label=texts::title()><list::List open=open /></section>
            <section class="l-split__detail" aria-label=texts::room()>
                // A room of its own for each id: nothing of the one before is left in it.
                <For each=move || open.get() key=|id| *id let(id)><room::Room id=id /></For>
                {move || open.get().is_none().then(|| view! { <div class="l-page">{empty_state("chat", texts::choose(), texts::choose_text(), None)}</div> })}
            </section>
        </div>
    }
}
