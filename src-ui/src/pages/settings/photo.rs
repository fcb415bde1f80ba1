//! The photo of oneself: seen, chosen, replaced, taken away, and shown to neighbours or not.

use leptos::{html, prelude::*, task::spawn_local};
use linli_wire::{
    WireError,
    command::{Empty, PhotoRemove, PhotoSave},
};
use web_sys::HtmlInputElement;

use super::visible::Visible;
use crate::{
    components::{
        avatar::{Size, portrait},
        icon::icon,
        pending::{pending_actions, pending_mark},
        switch::Switch,
    },
    ipc,
    state::app,
    words::{self, profile as texts},
};

/// The photo with all that can be done to it.
#[component]
pub(super) fn OwnPhoto(visible: Visible) -> impl IntoView {
    let app = app();
    let photo = Memo::new(move |_| app.with_me(|me| me.photo.clone()).unwrap_or_default());
    let id = Memo::new(move |_| photo.with(|photo| photo.id));
    let name = Memo::new(move |_| app.with_me(|me| me.person.name.clone()).unwrap_or_default());
    let coming = RwSignal::new(false);
    let error = RwSignal::new(None::<WireError>);
    let input = NodeRef::<html::Input>::new();
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            error.set(None);
            coming.set(true);
            spawn_local(async move {
                let saved = ipc::call_with_file::<PhotoSave>(file).await;
                let _ = coming.try_set(false);
                let _ = error.try_set(saved.err());
            });
        }
        // So that the same photo can be chosen again after it was taken away.
        input.set_value("");
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let remove = move |_| app.run::<PhotoRemove>(Empty {}, |_| ());
    let show = Callback::new(move |on| visible.change(|visible| visible.photo = Some(on)));
    let pending = move || {
        photo.with(|photo| photo.pending.as_ref().map(|pending| {
            view! { <p class="t-small">{pending_mark(&pending.state)}</p> <div class="l-row">{pending_actions(pending)}</div> }
        }))
    };
    view! {
        <section class="c-card" data-gap="" data-testid="own-photo">
            <div class="c-card__line">
                {move || portrait(&name.get(), id.get(), "", Size::Huge)}
                <div>
                    <h3>{texts::photo()}</h3>
                    <p class="t-soft t-small">{texts::photo_help()}</p>
                    {pending}
                </div>
            </div>
            <input type="file" class="u-hidden" accept="image/*" node_ref=input tabindex="-1" aria-label=texts::photo() data-testid="choose-photo" on:change=chosen />
            <div class="c-form__actions">
                <button type="button" class="c-button" data-kind="quiet" data-testid="add-photo" aria-busy=move || coming.get().then_some("true") on:click=choose>
                    {icon("cam")} {move || if id.get().is_some() { texts::photo_change() } else { texts::photo_add() }}
                </button>
                {move || id.get().map(|_| view! {
                    <button type="button" class="c-button" data-kind="quiet" data-testid="remove-photo" on:click=remove>
                        {icon("trash")} {texts::photo_remove()}
                    </button>
                })}
            </div>
            {move || coming.get().then(|| view! { <p class="t-soft t-small" role="status">{words::editor::taking_in()}</p> })}
            {move || error.get().map(|error| {
                let (title, text) = words::trouble(&error);
                view! { <p class="c-field__error" role="alert" data-testid="photo-error">{icon("warn")} <span>{title} {words::stop()} {text}</span></p> }
            })}
            <hr />
            <Switch label=texts::photo_show() help=texts::photo_show_help() on=visible.part(|visible| visible.photo.unwrap_or_default()) change=show testid="show-photo" />
        </section>
    }
}
