//! A picture of the letter's pattern instead of typing: chosen or taken, searched on this device, sent nowhere.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use linli_wire::{Code, WireError, command::LetterScan};
use web_sys::{File, HtmlInputElement};

use super::{Joining, Step};
use crate::{
    components::{attachment::picked, icon::icon},
    ipc,
    words::{self, join as texts, welcome},
};

/// The button, and under it what did not work. What is found leads to the step of the link, which says where it
/// leads before anything is used up.
#[component]
pub(super) fn ScanPicture(joining: Joining) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let reading = RwSignal::new(false);
    let error = RwSignal::new(None::<WireError>);
    let take = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        // So that the same picture can be chosen again.
        input.set_value("");
        let Some(file) = file else { return };
        error.set(None);
        reading.set(true);
        spawn_local(async move {
            let found = scan(&file).await;
            if reading.try_set(false).is_some() {
                return;
            }
            match found {
                Ok(link) => {
                    joining.link.set(link);
                    joining.step.set(Step::Link);
                }
                Err(trouble) => error.set(Some(trouble)),
            }
        });
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let in_words = move || {
        error.get().map(|error| match error.code {
            Code::InvalidInput => texts::scan_nothing().to_owned(),
            _ => {
                let (title, text) = words::trouble(&error);
                format!("{title}{}{text}", words::stop())
            }
        })
    };
    view! {
        <input type="file" accept="image/*" class="u-hidden" node_ref=input tabindex="-1" aria-label=welcome::scan() data-testid="scan-input" on:change=take />
        <button type="button" class="c-button" data-kind="quiet" data-testid="scan" aria-busy=move || reading.get().then_some("true") on:click=choose>
            {icon("image")} {move || if reading.get() { texts::scan_reading() } else { welcome::scan() }}
        </button>
        {move || in_words().map(|text| view! { <p class="c-field__error" role="alert" data-testid="scan-error">{icon("warn")} <span>{text}</span></p> })}
    }
}

async fn scan(file: &File) -> Result<String, WireError> {
    Ok(ipc::call::<LetterScan>(picked(file).await?).await?.text)
}
