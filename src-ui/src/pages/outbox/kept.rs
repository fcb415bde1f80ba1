//! What a person wrote and a community may not have, since it ended this device's membership: to be read and
//! copied until they join again, which takes it along by itself.

use leptos::prelude::*;
use linli_wire::{
    command::{AccountKey, Empty, OutboxDiscardKept, OutboxKept, Topic},
    outbox::{KeptItem, KeptMembership},
};
use wasm_bindgen_futures::JsFuture;

use super::what;
use crate::{
    components::{dialog::Confirm, icon::icon},
    format::Clock,
    ipc,
    state::{App, app},
    words::outbox as texts,
};

/// The cards of all memberships that ended; nothing where there is none.
pub fn kept() -> AnyView {
    let asked = ipc::ask::<OutboxKept>(&[Topic::App, Topic::Outbox], || Empty {});
    (move || asked.ready().map(|page| page.memberships.into_iter().map(card).collect_view())).into_any()
}

fn card(kept: KeptMembership) -> AnyView {
    let app = app();
    let asking = RwSignal::new(false);
    let community = kept.community.map_or(kept.server, |name| name.in_language(&app.language()).to_owned());
    let items = kept.items.into_iter().map(|entry| view! { <li>{item(entry)}</li> }).collect_view();
    let id = kept.id;
    let discard = Callback::new(move |()| app.run::<OutboxDiscardKept>(AccountKey { id }, |_| ()));
    view! {
        <section class="l-section" data-testid="kept">
            <div>
                <h2>{texts::kept_title()}</h2>
                <p class="t-soft">{texts::kept_text()}</p>
                <p class="t-soft t-small">{community} " ·\u{a0}" {kept.name}</p>
            </div>
            <ul class="c-list" role="list" data-lead="icon">{items}</ul>
            <button type="button" class="c-button" data-kind="plain" data-testid="discard-kept" on:click=move |_| asking.set(true)>{icon("trash")} {texts::kept_discard()}</button>
            <Confirm open=asking id="discard-kept" title=texts::kept_discard() text=texts::kept_discard_text() confirm=texts::kept_discard() then=discard />
        </section>
    }
    .into_any()
}

fn item(kept: KeptItem) -> AnyView {
    let app = app();
    // No community is shown, and so no time zone of one.
    let when = Clock { zone: "UTC".to_owned(), spoken: app.is_simple() }.when(kept.at);
    let kind = if kept.kind == "draft" { "save_notice" } else { &kept.kind };
    let title = what(kind, &kept.subject);
    let files = (!kept.files.is_empty()).then(|| texts::kept_files(&kept.files.join(", ")));
    let text = kept.text.clone();
    let copy_it = move |_| copy(app, text.clone());
    let copy = (!kept.text.is_empty()).then(|| {
        view! { <button type="button" class="c-button" data-kind="plain" data-testid="copy-kept" on:click=copy_it>{icon("copy")} {texts::kept_copy()}</button> }
    });
    view! {
        <div class="c-row" data-strong="" data-actions="" data-testid="kept-row">
            <span class="c-row__lead">{icon("edit")}</span>
            <span class="c-row__body">
                <span class="c-row__title">{title}</span>
                <span class="c-row__meta">{when}</span>
                {kept.sent.then(|| view! { <span class="c-row__meta">{texts::kept_sent()}</span> })}
                {files.map(|files| view! { <span class="c-row__meta">{files}</span> })}
                {(!kept.text.is_empty()).then(|| view! { <span class="c-row__meta" style=("white-space", "pre-wrap")>{kept.text.clone()}</span> })}
            </span>
            <span class="c-row__end">{copy}</span>
        </div>
    }
    .into_any()
}

/// Copies a text, and says whether it could.
pub(super) fn copy(app: App, text: String) {
    leptos::task::spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
        app.tell(if written.is_ok() { texts::kept_copied() } else { texts::kept_not_copied() });
    });
}
