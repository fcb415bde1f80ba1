//! The message to everybody on a repair, and apart from it the note of the office for itself.

use leptos::prelude::*;
use linli_wire::{
    attachments::Attachment,
    command::{RepairNoteAdd, RepairSay, SayOnRepair},
    id::RepairId,
    repairs::{ActKind, MAX_MESSAGE, RepairView},
    typed::{Typed, TypedPlace},
};

use super::{
    form::{Area, too_long},
    photos::Photos,
};
use crate::{
    components::{error_state::error_state, icon::icon},
    state::{Act, app},
    typing,
    words::repairs as texts,
};

/// The box for a message, where somebody may write one.
#[component]
pub(super) fn Talk(id: RepairId, view: Memo<Option<RepairView>>) -> impl IntoView {
    let app = app();
    let may = Memo::new(move |_| {
        view.with(|view| view.as_ref().is_some_and(|view| view.may.contains(&ActKind::Message)))
    });
    let words = app.kept(format!("repair {id} message"), String::new);
    let photos = app.kept(format!("repair {id} message photos"), Vec::<Attachment>::new);
    keep(TypedPlace::RepairMessage { id }, words, photos);
    let tried = RwSignal::new(false);
    let error = problem(words, tried, photos);
    let act = Act::new();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if error.with_untracked(Option::is_none) {
            let say = SayOnRepair {
                id,
                words: words.get_untracked().trim().to_owned(),
                photos: photos.get_untracked(),
            };
            act.run::<RepairSay>(say, move |_| {
                tried.set(false);
                words.set(String::new());
                photos.set(Vec::new());
            });
        }
    };
    move || {
        may.get().then(|| view! {
            <section class="l-section">
                <h2>{texts::write()}</h2>
                <form class="c-form" novalidate on:submit=send>
                    <Area id="message" label=texts::message() value=words error=error />
                    <Photos name="message-photos" label=texts::photos() photos=photos />
                    {move || act.error.get().map(|error| error_state(&error, None))}
                    <div class="l-row" data-fill=""><button type="submit" class="c-button" data-kind="quiet" data-testid="send-message" aria-busy=act.aria_busy()>{icon("send")} {texts::send_message()}</button></div>
                </form>
            </section>
        })
    }
}

/// What stands in the box stands there again after a restart.
fn keep(place: TypedPlace, words: RwSignal<String>, photos: RwSignal<Vec<Attachment>>) {
    let now = Memo::new(move |_| Typed { words: words.get(), photos: photos.get(), form: String::new() });
    typing::remember(place, now, move |kept| {
        words.set(kept.words);
        photos.set(kept.photos);
    });
}

fn problem(
    words: RwSignal<String>,
    tried: RwSignal<bool>,
    photos: RwSignal<Vec<Attachment>>,
) -> Signal<Option<String>> {
    Signal::derive(move || {
        let missing =
            tried.get() && words.with(|words| words.trim().is_empty()) && photos.with(Vec::is_empty);
        let missing = missing.then(|| texts::message_missing().to_owned());
        missing.or_else(|| words.with(|words| too_long(words, MAX_MESSAGE)))
    })
}

/// The office's own notes, which no resident sees.
#[component]
pub(super) fn Notes(id: RepairId, view: Memo<Option<RepairView>>) -> impl IntoView {
    let app = app();
    let words = app.kept(format!("repair {id} note"), String::new);
    let none = RwSignal::new(Vec::new());
    keep(TypedPlace::RepairNote { id }, words, none);
    let tried = RwSignal::new(false);
    let error = problem(words, tried, none);
    let act = Act::new();
    let notes = Memo::new(move |_| {
        view.with(|view| view.as_ref()?.notes.as_ref().map(|notes| notes.notes.clone())).unwrap_or_default()
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if error.with_untracked(Option::is_none) {
            let note = SayOnRepair { id, words: words.get_untracked().trim().to_owned(), photos: Vec::new() };
            act.run::<RepairNoteAdd>(note, move |_| {
                tried.set(false);
                words.set(String::new());
            });
        }
    };
    view! {
        <section class="c-card" data-gap="" data-tone="sunk" data-testid="notes">
            <div><h2>{icon("lock")} " " {texts::notes()}</h2> <p class="t-soft t-small">{texts::notes_help()}</p></div>
            {move || notes.get().into_iter().map(|note| view! {
                <div data-testid="note">
                    <p class="t-soft t-small">{note.by.name.clone()}" ·\u{a0}"{app.clock().when(note.at)}</p>
                    <p class="p-event__words">{note.words}</p>
                </div>
            }).collect_view()}
            <form class="c-form" novalidate on:submit=save>
                <Area id="note" label=texts::note() value=words error=error />
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="l-row" data-fill=""><button type="submit" class="c-button" data-kind="quiet" data-testid="save-note" aria-busy=act.aria_busy()>{icon("edit")} {texts::save_note()}</button></div>
            </form>
        </section>
    }
}
