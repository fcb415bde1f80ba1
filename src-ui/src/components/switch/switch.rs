//! Something that is on or off at once.

use leptos::prelude::*;

/// A switch. `help` says what it does.
#[component]
pub fn Switch(
    /// The word.
    #[prop(into)]
    label: String,
    /// What it does.
    #[prop(optional, into)]
    help: Option<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Called with the new state.
    #[prop(into)]
    change: Callback<bool>,
    /// Cannot be changed.
    #[prop(optional)]
    disabled: bool,
    /// For tests.
    #[prop(optional)]
    testid: &'static str,
) -> impl IntoView {
    view! {
        <label class="c-switch">
            <span>{label} {help.map(|help| view! { <small class="c-switch__help">{help}</small> })}</span>
            <input type="checkbox" role="switch" data-testid=testid disabled=disabled prop:checked=on
                on:change=move |event| change.run(event_target_checked(&event)) />
        </label>
    }
}
