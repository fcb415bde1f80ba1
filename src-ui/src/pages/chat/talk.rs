//! The messages, as far up as somebody looks.

use leptos::prelude::*;

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
    let count = Memo::new(move |_| {
        let sent = usize::try_from(desk.rows.last.get()).unwrap_or_default();
        sent + waiting.with(Vec::len)
    });
    let row = Callback::new(move |at: usize| {
        let number = u64::try_from(at).unwrap_or_default() + 1;
        // How many messages there are wakes a row only if it changes which one it is.
        let place = Memo::new(move |_| {
            let last = desk.rows.last.get();
            number.checked_sub(last + 1).and_then(|at| usize::try_from(at).ok())
        });
        match place.get() {
            None => numbered(desk, number),
            Some(at) => {
                let own = waiting.with(|waiting| {
                    let before = at.checked_sub(1).and_then(|at| waiting.get(at).cloned());
                    waiting.get(at).cloned().map(|row| (row, before))
                });
                let Some((row, before)) = own else { return ().into_any() };
                let before = before.or_else(|| here(desk.rows.get(number.saturating_sub(1))));
                message(desk, &row, before.as_ref())
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

fn numbered(desk: Desk, number: u64) -> AnyView {
    match desk.rows.get(number) {
        Slot::Here(row) => {
            let before = number
                .checked_sub(1)
                .filter(|number| *number > 0)
                .and_then(|number| here(desk.rows.get(number)));
            message(desk, &row, before.as_ref())
        }
        Slot::Coming => coming(number),
        Slot::Missing => {
            view! { <p class="p-said p-said--missing t-soft t-small">{texts::missing()}</p> }.into_any()
        }
    }
}

fn here(slot: Slot) -> Option<linli_wire::chat::MessageRow> {
    match slot {
        Slot::Here(row) => Some(*row),
        Slot::Coming | Slot::Missing => None,
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
