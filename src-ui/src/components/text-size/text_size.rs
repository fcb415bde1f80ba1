//! The text size: a slider, two buttons, and a sample that follows at once.

use leptos::prelude::*;
use linli_wire::settings::TEXT_PERCENT;

use super::icon::icon;
use crate::{
    state::{app, set_scale},
    words::settings as words,
};

const STEP: u16 = 10;

/// The slider with its buttons. The whole page follows while it moves; it is kept when it rests.
#[component]
pub fn TextSize() -> impl IntoView {
    let app = app();
    let percent = RwSignal::new(app.settings.with_untracked(|settings| settings.text_percent));
    let keep = move |wanted: u16| {
        let wanted = wanted.clamp(*TEXT_PERCENT.start(), *TEXT_PERCENT.end());
        percent.set(wanted);
        app.change_settings(|settings| settings.text_percent = wanted);
    };
    let moving = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            percent.set(value);
            set_scale(value);
        }
    };
    view! {
        <div class="c-text-size">
            <button type="button" class="c-button" data-kind="quiet" data-testid="text-smaller"
                on:click=move |_| keep(percent.get_untracked().saturating_sub(STEP))>{icon("minus")} {words::smaller()}</button>
            <input type="range" min=*TEXT_PERCENT.start() max=*TEXT_PERCENT.end() step=STEP data-testid="text-size"
                aria-label=words::text_size() aria-valuetext=move || words::percent(&percent.get().to_string())
                prop:value=move || percent.get().to_string()
                on:input=moving
                on:change=move |_| keep(percent.get_untracked()) />
            <button type="button" class="c-button" data-kind="quiet" data-testid="text-larger"
                on:click=move |_| keep(percent.get_untracked().saturating_add(STEP))>{icon("plus")} {words::larger()}</button>
            <output>{move || words::percent(&percent.get().to_string())}</output>
        </div>
        <p class="c-text-size__sample">{words::sample()}</p>
    }
}
