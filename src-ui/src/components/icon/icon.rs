//! A symbol of the sprite that stands in the page, always beside its word.

use leptos::prelude::*;

/// The symbol `name`.
pub fn icon(name: &str) -> AnyView {
    view! { <svg class="c-icon" aria-hidden="true"><use href=format!("#{name}") /></svg> }.into_any()
}

/// The symbol on its own ground, at the start of a card. Tones: `jade`, `red`, `amber`, `blue`, `plain`.
pub fn icon_on_ground(name: &str, tone: &'static str) -> AnyView {
    view! { <span class="c-icon-ground" data-tone=tone>{icon(name)}</span> }.into_any()
}

/// The mark of the app: two roofs, one courtyard, a light in it.
pub fn brand() -> AnyView {
    view! {
        <svg viewBox="0 0 512 512" aria-hidden="true">
            <rect width="512" height="512" rx="116" fill="#0B5345" />
            <path d="M124 214v176a24 24 0 0 0 24 24h216a24 24 0 0 0 24-24V214l-44-54-88 98-88-98z" fill="#137661" />
            <g fill="none" stroke="#FFFFFF" stroke-linejoin="round">
                <path d="M124 206v184a24 24 0 0 0 24 24h216a24 24 0 0 0 24-24V206" stroke-width="34" />
                <path d="M76 248 168 144l88 96 88-96 92 104" stroke-width="38" stroke-linecap="round" />
            </g>
            <circle cx="256" cy="332" r="40" fill="#FFCF7D" />
        </svg>
    }
    .into_any()
}

/// The letter that one holds in the hand, so that one sees where the code stands on it.
pub fn letter_drawing() -> AnyView {
    view! {
        <svg class="p-letter-drawing" viewBox="0 0 88 112" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round" aria-hidden="true">
            <path d="M4 4h60l20 20v84H4z" fill="var(--card)" />
            <path d="M64 4v20h20" />
            <path d="M16 24h28M16 36h54M16 46h40" stroke-linecap="round" stroke-width="3" />
            <g stroke="var(--jade)" fill="var(--jade-tint)"><rect x="16" y="60" width="30" height="30" rx="3" /></g>
            <path fill="var(--jade)" stroke="none" d="M21 65h8v8h-8zM33 65h8v8h-8zM21 77h8v8h-8zM34 78h4v4h-4zM38 82h4v4h-4z" />
            <path d="M54 70h18M54 80h18" stroke="var(--jade)" stroke-width="4" stroke-linecap="round" />
        </svg>
    }
    .into_any()
}
