//! Messages at the bottom of the window, and what a screen reader hears.

use leptos::prelude::*;

use super::icon::icon;
use crate::{
    state::{App, Toast},
    words,
};

/// The messages; the region is there from the start, so that what comes is announced.
#[component]
pub fn Toasts(app: App) -> impl IntoView {
    let close = move |id: u32| app.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    view! {
        <div class="c-toasts" role="status" aria-live="polite" data-testid="toasts">
            <For each=move || app.toasts.get() key=|toast| toast.id let(Toast { id, text, .. })>
                <div class="c-toast">
                    <span>{text}</span>
                    <button type="button" class="c-button" data-kind="plain" on:click=move |_| close(id)>
                        {icon("close")}
                        {words::common::close()}
                    </button>
                </div>
            </For>
        </div>
        <div class="u-hidden" role="status" aria-live="polite">{move || app.said.get()}</div>
    }
}
