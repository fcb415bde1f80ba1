//! Somebody else saved the notice meanwhile: theirs beside mine, and a choice.

use leptos::prelude::*;
use linli_wire::notices::{Notice, NoticeContent, OfficeNotice};

use super::draft::Draft;
use crate::{
    components::icon::icon,
    ipc::Asked,
    words::{self, editor as texts},
};

/// Shown while there is a version of somebody else; nothing is lost until one is chosen.
#[component]
pub(super) fn Conflict(draft: Draft, asked: Asked<OfficeNotice>) -> impl IntoView {
    let settled = RwSignal::new(0_u64);
    let theirs = Memo::new(move |_| asked.with(|notice| notice?.theirs.clone()));
    move || {
        let theirs = theirs.get().filter(|theirs| theirs.version > settled.get())?;
        Some(choice(draft, *theirs, settled))
    }
}

fn choice(draft: Draft, theirs: Notice, settled: RwSignal<u64>) -> AnyView {
    let version = theirs.version;
    let keep_mine = move |_| {
        draft.base_version.set(version);
        settled.set(version);
        // Kept anew under the version that it now replaces.
        draft.content.update(|_| ());
        draft.keep();
    };
    let content = theirs.content.clone();
    let take_theirs = move |_| {
        draft.replace(content.clone(), version);
        settled.set(version);
    };
    view! {
        <section class="c-card" data-gap="" data-tone="sunk" role="alert" data-testid="conflict">
            <h2>{icon("people")} " " {texts::someone_else(&theirs.author.name)}</h2>
            <div class="l-columns" data-columns="even">
                <div class="l-stack"><h3>{texts::mine()}</h3> {move || draft.content.with(text_of)}</div>
                <div class="l-stack"><h3>{theirs.author.name.clone()}</h3> {text_of(&theirs.content)}</div>
            </div>
            <div class="l-row" data-fill="">
                <button type="button" class="c-button" data-kind="quiet" data-testid="keep-mine" on:click=keep_mine>{texts::keep_mine()}</button>
                <button type="button" class="c-button" data-kind="quiet" data-testid="take-theirs" on:click=take_theirs>{texts::take_theirs()}</button>
            </div>
        </section>
    }
    .into_any()
}

fn text_of(content: &NoticeContent) -> AnyView {
    let texts = content.texts.iter().map(|(language, text)| {
        view! {
            <div lang=language.to_string()>
                <p class="t-soft t-small">{words::language_name(language)}</p>
                <p class="t-strong">{text.title.clone()}</p>
                <pre class="t-small p-plain">{text.body.clone()}</pre>
            </div>
        }
    });
    texts.collect_view().into_any()
}
