//! What was written where it cannot be sent any more: to be read, copied, and given up. Nothing typed is lost because a
//! room closed.

use leptos::prelude::*;
use linli_wire::{
    command::{KeepTyped, Topic, TypedKeep},
    outbox::LeftDraft,
    typed::{Typed, TypedPlace},
};

use super::{kept::copy, what};
use crate::{
    components::dialog::Confirm, components::icon::icon, ipc::Topics, state::app, words::outbox as texts,
};

/// What somebody wrote, under `title`; `files` are their names. `remove` is called when it shall be given up: it asks first,
/// see [`sure`].
pub fn unsent(
    title: String,
    words: Signal<String>,
    files: Signal<Vec<String>>,
    remove: Callback<()>,
) -> AnyView {
    let named = move || {
        let names = files.with(|files| (!files.is_empty()).then(|| files.join(", ")))?;
        Some(view! { <p class="t-soft t-small">{texts::kept_files(&names)}</p> })
    };
    let some = Memo::new(move |_| words.with(|words| !words.trim().is_empty()));
    let app = app();
    view! {
        <section class="c-card" data-gap="" data-testid="unsent">
            <h2 class="c-card__title">{title}</h2>
            {move || some.get().then(|| view! { <p class="p-event__words" data-testid="unsent-words">{words}</p> })}
            {named}
            <div class="l-row">
                {move || some.get().then(|| view! {
                    <button type="button" class="c-button" data-kind="quiet" data-testid="copy-unsent" on:click=move |_| copy(app, words.get_untracked())>{icon("copy")} {texts::kept_copy()}</button>
                })}
                <button type="button" class="c-button" data-kind="plain" data-testid="remove-unsent" on:click=move |_| remove.run(())>{icon("trash")} {crate::words::common::remove()}</button>
            </div>
        </section>
    }
    .into_any()
}

/// Whether one is sure; once on a page.
pub fn sure(open: RwSignal<bool>, then: Callback<()>) -> AnyView {
    view! {
        <Confirm open=open id="remove-unsent" title=texts::unsent_remove() text=texts::kept_discard_text() confirm=crate::words::common::remove() then=then />
    }
    .into_any()
}

/// Gives up what is kept of a field.
pub fn give_up() -> Callback<TypedPlace> {
    let (app, topics) = (app(), use_context::<Topics>());
    Callback::new(move |place: TypedPlace| {
        app.run::<TypedKeep>(KeepTyped { place, typed: Typed::default() }, move |_| {
            if let Some(topics) = topics {
                topics.announce(Topic::Typed);
            }
        });
    })
}

/// What is asked before something that was typed is removed; it outlives the list.
#[derive(Clone, Copy)]
pub(super) struct Removing {
    place: RwSignal<Option<TypedPlace>>,
    open: RwSignal<bool>,
}

impl Removing {
    pub(super) fn new() -> Self {
        Self { place: RwSignal::new(None), open: RwSignal::new(false) }
    }

    pub(super) fn question(self) -> AnyView {
        let give_up = give_up();
        let then = Callback::new(move |()| {
            if let Some(place) = self.place.get_untracked() {
                give_up.run(place);
            }
        });
        sure(self.open, then).into_any()
    }
}

/// What was typed for pages that are gone.
pub(super) fn left(drafts: Vec<LeftDraft>, removing: Removing) -> Option<AnyView> {
    let cards: Vec<_> = drafts
        .into_iter()
        .map(|draft| {
            let LeftDraft { place, item } = draft;
            let title = what(&item.kind, &item.subject);
            let remove = Callback::new(move |()| {
                removing.place.set(Some(place));
                removing.open.set(true);
            });
            unsent(title, Signal::stored(item.text), Signal::stored(item.files), remove)
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section class="l-section" data-testid="left-drafts">
                <div><h2>{texts::unsent_head()}</h2> <p class="t-soft">{texts::unsent_text()}</p></div>
                <div class="l-stack">{cards}</div>
            </section>
        }
        .into_any()
    })
}
