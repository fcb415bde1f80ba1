//! Messages that were searched for, in one room or all; each leads to its place.

use leptos::prelude::*;
use linli_wire::{
    chat::{MessageHit, MessageSearch},
    command::{MessagesSearch, Topic},
    id::RoomId,
};

use super::{
    desk::Desk,
    said::{room_name, who_wrote},
};
use crate::{
    components::{
        dialog::Dialog, empty_state::empty_state, error_state::error_state, icon::icon,
        search_field::SearchField, skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, chat as texts},
};

/// Hits that are shown at first, and more with each "More".
const STEP: u32 = 30;

/// What was found for `words`; pressing one calls `taken`.
#[component]
pub(super) fn Hits(
    /// What is searched for; not empty.
    #[prop(into)]
    words: Signal<String>,
    /// Only here.
    #[prop(optional_no_strip)]
    room: Option<RoomId>,
    /// Called when one was pressed.
    taken: Callback<()>,
) -> impl IntoView {
    let app = app();
    let wanted = RwSignal::new(STEP);
    let asked = ipc::ask_rows::<MessagesSearch>(
        &[Topic::Chat],
        move || wanted.get(),
        move |offset, limit| MessageSearch { words: words.get(), room_id: room, offset, limit },
        |whole, more| whole.hits.extend(more.hits),
    );
    let total = Memo::new(move |_| asked.with(|hits| hits.map(|hits| hits.total)));
    // Spoken after each search.
    Effect::new(move |_| {
        if let Some(total) = total.get() {
            app.say(texts::results(total));
        }
    });
    move || match asked.get() {
        Answer::Loading => skeleton_list(3),
        Answer::Failed(error) => error_state(&error, Some(asked.retry())),
        Answer::Ready(hits) if hits.hits.is_empty() => {
            empty_state("search", texts::no_results(), texts::no_results_text(), None)
        }
        Answer::Ready(hits) => {
            let more = hits.total > wanted.get();
            view! {
                <p class="t-soft t-small">{texts::results(hits.total)}</p>
                <ul class="c-list" role="list" data-lead="none" data-testid="hits">{hits.hits.iter().map(|hit| view! { <li>{line(hit, room.is_none(), taken)}</li> }).collect_view()}</ul>
                {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" data-testid="more-hits" on:click=move |_| wanted.update(|wanted| *wanted += STEP)>{words::common::more()}</button> })}
            }
            .into_any()
        }
    }
}

fn line(hit: &MessageHit, with_room: bool, taken: Callback<()>) -> AnyView {
    let clock = app().clock();
    let room = with_room.then(|| room_name(&hit.kind, &hit.room, None));
    let pieces = hit.words.iter().map(|piece| {
        let text = piece.text.clone();
        if piece.hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    });
    let name = who_wrote(hit.own, &hit.name);
    view! {
        <a class="c-row" href=format!("/chat/{}?at={}", hit.room_id, hit.number) data-testid="hit" on:click=move |_| taken.run(())>
            <span class="c-row__body">
                <span class="c-row__title">{pieces.collect_view()}</span>
                <span class="c-row__meta">{name} {room.map(|room| format!(" ·\u{a0}{room}"))} " ·\u{a0}" <time datetime=clock.machine(hit.at)>{clock.when(hit.at)}</time></span>
            </span>
            <span class="c-row__end">{icon("chevron-right")}</span>
        </a>
    }
    .into_any()
}

/// Searching in the open room.
#[component]
pub(super) fn FindDialog(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| search.with(|search| search.trim().to_owned()));
    let is_any = Memo::new(move |_| found.with(|found| !found.is_empty()));
    let taken = Callback::new(move |()| open.set(false));
    view! {
        <Dialog open=open id="find-in-room" title=texts::search_room()>
            <SearchField words=search label=texts::search_room() placeholder=texts::search_placeholder() shortcut=false />
            {move || is_any.get().then(|| view! { <Hits words=found room=Some(desk.id) taken=taken /> })}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::close()}</button>
            </div>
        </Dialog>
    }
}
