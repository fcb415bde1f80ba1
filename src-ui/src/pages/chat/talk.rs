//! The messages, as far up as somebody looks.

use leptos::prelude::*;
use linli_wire::{chat::MessageRow, id::MessageId};

use super::{desk::Desk, message::message, room::typing_line, rows::Slot};
use crate::{
    components::{empty_state::empty_state, icon::icon, virtual_list::VirtualList},
    words::{self, chat_room as texts},
};

/// Height of a message that was never on screen.
const ESTIMATE: f64 = 96.0;

/// The list, and ways to its end and to the first unread message.
pub(super) fn talk(desk: Desk) -> AnyView {
    let waiting = Memo::new(move |_| desk.with(|view| view.waiting.clone()).unwrap_or_default());
    // The room says that a message has come under its number a moment before the message is here.
    let last = Memo::new(move |_| desk.rows.last.get().max(desk.with(|view| view.last).unwrap_or_default()));
    let count = Memo::new(move |_| usize::try_from(last.get()).unwrap_or_default() + waiting.with(Vec::len));
    let row = Callback::new(move |at: usize| {
        let number = u64::try_from(at).unwrap_or_default() + 1;
        let shown = Shown::follow(desk, number, last, waiting);
        let above = Shown::follow(desk, number.saturating_sub(1), last, waiting);
        let stands = Memo::new(move |_| shown.with(Shown::stands));
        match stands.get() {
            Stands::Nowhere => ().into_any(),
            Stands::Coming => coming(number),
            Stands::Missing => {
                view! { <p class="p-said p-said--missing t-soft t-small">{texts::missing()}</p> }.into_any()
            }
            Stands::Here(_) => {
                let Some(first) = shown.with_untracked(|shown| shown.row().cloned()) else {
                    return ().into_any();
                };
                // What is about to go keeps its last shape.
                let row = Memo::new(move |before: Option<&MessageRow>| {
                    let now = shown.with(|shown| shown.row().filter(|row| row.id == first.id).cloned());
                    now.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
                });
                let above = Memo::new(move |_| above.with(|above| above.row().cloned()));
                message(desk, row, above)
            }
        }
    });
    let visible = Callback::new(move |(first, last): (usize, usize)| {
        let number = |row: usize| u64::try_from(row).unwrap_or_default();
        let newest = desk.rows.last.get_untracked();
        // One more above, which says whether a day begins.
        desk.rows.need(number(first).min(newest), number(last).min(newest));
    });
    let empty = Memo::new(move |_| count.get() == 0);
    view! {
        <div class="p-room__talk" tabindex="-1">
            {move || if empty.get() {
                view! { <div class="p-room__empty">{empty_state("chat", texts::empty_title(), texts::empty_text(), None)}</div> }.into_any()
            } else {
                view! {
                    <VirtualList count=count estimate=ESTIMATE label=texts::messages() row=row visible=visible reset=RwSignal::new(0) moved=RwSignal::new(0_i64) from_end=desk.list />
                }
                .into_any()
            }}
            {typing_line(desk)}
        </div>
        <div class="p-room__pills">{unread_pill(desk)} {end_pill(desk, count)}</div>
    }
    .into_any()
}

/// What stands in a place of the list.
#[derive(Clone, PartialEq)]
enum Shown {
    /// Nothing: the list is about to end above.
    Nothing,
    /// What has a number.
    Numbered(Slot),
    /// What waits behind it.
    Waiting(Box<MessageRow>),
}

/// What a place of the list is built anew for; all else changes in its place.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    Nowhere,
    Coming,
    Missing,
    Here(MessageId),
}

impl Shown {
    /// Follows what stands under `number` where `last` is the newest that is known, and behind it what is `waiting`.
    fn follow(desk: Desk, number: u64, last: Memo<u64>, waiting: Memo<Vec<MessageRow>>) -> Memo<Self> {
        // How many messages there are wakes a place only if it changes which one it is.
        let behind =
            Memo::new(move |_| number.checked_sub(last.get() + 1).and_then(|at| usize::try_from(at).ok()));
        Memo::new(move |before: Option<&Self>| {
            if let Some(at) = behind.get() {
                let row = waiting.with(|waiting| waiting.get(at).cloned());
                return row.map_or(Self::Nothing, |row| Self::Waiting(Box::new(row)));
            }
            let slot = if number == 0 { Slot::Missing } else { desk.rows.get(number) };
            match (slot, before) {
                // What waited here stays until it has come under its number.
                (Slot::Coming, Some(Self::Waiting(row))) => Self::Waiting(row.clone()),
                (slot, _) => Self::Numbered(slot),
            }
        })
    }

    fn stands(&self) -> Stands {
        match self {
            Self::Nothing => Stands::Nowhere,
            Self::Numbered(Slot::Coming) => Stands::Coming,
            Self::Numbered(Slot::Missing) => Stands::Missing,
            Self::Numbered(Slot::Here(row)) | Self::Waiting(row) => Stands::Here(row.id),
        }
    }

    fn row(&self) -> Option<&MessageRow> {
        match self {
            Self::Numbered(Slot::Here(row)) | Self::Waiting(row) => Some(row),
            Self::Nothing | Self::Numbered(Slot::Coming | Slot::Missing) => None,
        }
    }
}

/// A shape of about the final size.
fn coming(number: u64) -> AnyView {
    let own = number.is_multiple_of(3);
    view! {
        <div class="p-said" data-own=own aria-hidden="true"><div class="p-said__body"><div class="p-bubble p-bubble--coming"></div></div></div>
    }
    .into_any()
}

/// To the newest message, where it is not in the window.
fn end_pill(desk: Desk, count: Memo<usize>) -> AnyView {
    let seen = StoredValue::new(0_usize);
    let below = Memo::new(move |_| {
        let count = count.get();
        if desk.list.at_end.get() {
            seen.set_value(count);
        }
        count.saturating_sub(seen.get_value())
    });
    (move || {
        (!desk.list.at_end.get()).then(|| {
            let new = u32::try_from(below.get()).unwrap_or_default();
            let words = if new > 0 && seen.get_value() > 0 { texts::new_messages(new) } else { texts::to_newest().to_owned() };
            view! { <button type="button" class="c-button p-pill" data-kind="primary" data-testid="to-end" on:click=move |_| desk.list.to_end()>{icon("chevron-down")} {words}</button> }
        })
    })
    .into_any()
}

/// To the first unread message, where the room opened below it.
fn unread_pill(desk: Desk) -> AnyView {
    let first = desk.first_unread.get_untracked();
    let unread = desk.with(|view| view.row.unread).unwrap_or_default();
    let opened_at_it =
        desk.list.wanted.with_untracked(Option::is_some) && desk.marked.with_untracked(Option::is_none);
    let wanted = RwSignal::new(first.is_some() && !opened_at_it);
    (move || {
        let first = first?;
        wanted.get().then(|| {
            let go = move |_| {
                wanted.set(false);
                desk.jump(first);
            };
            view! { <button type="button" class="c-button p-pill" data-kind="quiet" data-testid="to-unread" on:click=go>{icon("unread")} {words::chat_room::to_unread(unread)}</button> }
        })
    })
    .into_any()
}
