//! How this device keeps what it receives, and the passphrase beside the key store.

use leptos::prelude::*;
use linli_wire::command::{Keeping, MaybeText, SetPassphrase};

use crate::{
    components::{
        error_state::error_state,
        field::{Field, FieldKind},
        icon::icon_on_ground,
        page_header::{self, PageHeader},
    },
    pages::keys::passphrase_problem,
    state::{Act, app},
    words::{self, keeping as texts, unlock},
};

/// What is kept and how, with what can be changed.
#[component]
pub fn KeepingPage() -> impl IntoView {
    let app = app();
    let keeping = Memo::new(move |_| app.view.with(|view| view?.keeping.clone()));
    view! {
        <div class="l-page">
            <PageHeader title=words::me::safety() back=page_header::me() />
            {move || keeping.get().map(|keeping| {
                let text = match &keeping {
                    Keeping::KeyStore { .. } => texts::key_store(),
                    Keeping::Passphrase { .. } => texts::passphrase(),
                    Keeping::Nothing => texts::nothing(),
                };
                let has_passphrase = matches!(keeping, Keeping::KeyStore { passphrase: true });
                let can_change = matches!(keeping, Keeping::KeyStore { .. });
                view! {
                    <section class="c-card"><div class="c-card__line">{icon_on_ground("shield", "jade")} <p>{text}</p></div></section>
                    {can_change.then(|| passphrase_form(has_passphrase))}
                }
            })}
        </div>
    }
}

fn passphrase_form(has_one: bool) -> AnyView {
    let app = app();
    let act = Act::new();
    let value = app.kept("new passphrase", String::new);
    let tried = RwSignal::new(false);
    let error = Signal::derive(move || tried.get().then(|| passphrase_problem(&value.get())).flatten());
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let text = value.get_untracked();
        if passphrase_problem(&text).is_none() {
            act.run::<SetPassphrase>(MaybeText { text: Some(text) }, move |_| {
                app.tell(words::common::saved())
            });
        }
    };
    let remove = move |_| {
        act.run::<SetPassphrase>(MaybeText { text: None }, move |_| app.tell(words::common::saved()))
    };
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::also_passphrase()}</h2></div>
            <p class="t-soft">{texts::also_passphrase_text()}</p>
            {move || act.error.get().map(|error| error_state(&error, None))}
            <form class="c-form" novalidate on:submit=save>
                <Field id="new-passphrase" label=unlock::new_passphrase_label() help=unlock::new_passphrase_help() value=value error=error kind=FieldKind::Secret />
                <div class="c-form__actions">
                    <button type="submit" class="c-button" data-kind="primary" aria-busy=act.aria_busy()>{words::common::save()}</button>
                    {has_one.then(|| view! { <button type="button" class="c-button" data-kind="danger" on:click=remove>{texts::remove_passphrase()}</button> })}
                </div>
            </form>
        </section>
    }
    .into_any()
}
