//! A search field that acts while one types, but never in the middle of composing Chinese.

use leptos::{html, prelude::*};

use super::icon::icon;
use crate::state::debounced;

/// Milliseconds from the last key to the search.
const PAUSE: u64 = 80;

/// Searches for what is typed. `found` says how many results there are, for a screen reader.
#[component]
pub fn SearchField(
    /// What to search for; set after a short pause.
    words: RwSignal<String>,
    /// Spoken label.
    label: &'static str,
    /// Examples.
    placeholder: &'static str,
    /// Takes Ctrl+K and `/`.
    #[prop(default = true)]
    shortcut: bool,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let composing = StoredValue::new(false);
    let search = debounced(PAUSE, move |text: String| words.set(text));
    let read = move || input.get_untracked().map(|input| input.value()).unwrap_or_default();
    let after_composition = search.clone();
    let clear = move |_| {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            let _ = input.focus();
        }
        words.set(String::new());
    };
    if shortcut {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && event.key() == "k" {
                event.prevent_default();
                if let Some(input) = input.get_untracked() {
                    let _ = input.focus();
                }
            }
        });
        on_cleanup(move || listener.remove());
    }
    // A search that is set from outside (cleared by a button) shows in the field.
    Effect::new(move |_| {
        let wanted = words.get();
        if let Some(input) = input.get_untracked()
            && wanted.is_empty()
        {
            input.set_value("");
        }
    });
    view! {
        <form class="c-search" role="search" on:submit=move |event| event.prevent_default()>
            {icon("search")}
            <input type="search" node_ref=input aria-label=label placeholder=placeholder data-testid="search" autocomplete="off"
                prop:value=words.get_untracked()
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |_| { composing.set_value(false); after_composition(read()) }
                on:input=move |_| { if !composing.get_value() { search(read()) } } />
            {move || if words.with(String::is_empty) {
                shortcut.then(|| view! { <kbd aria-hidden="true">"Ctrl K"</kbd> }.into_any())
            } else {
                Some(view! {
                    <button type="button" class="c-search__clear" data-testid="search-clear" on:click=clear>{icon("close")} {crate::words::common::clear()}</button>
                }.into_any())
            }}
        </form>
    }
}
