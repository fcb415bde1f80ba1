//! What one agrees to before the first message.

use leptos::prelude::*;
use linli_wire::{chat::AgreeToRules, command::RoomAgree};

use super::desk::{Desk, focus_box};
use crate::{
    components::{dialog::Dialog, error_state::error_state, icon::icon},
    state::Act,
    words::{self, chat_room as texts},
};

/// The way to the rules, and the rules.
#[component]
pub(super) fn Rules(desk: Desk, edition: u32) -> impl IntoView {
    let open = RwSignal::new(false);
    let act = Act::new();
    let rules = Memo::new(move |_| desk.with(|view| view.rules.clone()).unwrap_or_default());
    let agree = move |_| {
        act.run::<RoomAgree>(AgreeToRules { room_id: desk.id, edition }, move |_| {
            open.set(false);
            request_animation_frame(|| request_animation_frame(focus_box));
        });
    };
    view! {
        <div class="p-room__rules">
            <p>{texts::rules_first()}</p>
            <button type="button" class="c-button" data-kind="primary" data-testid="read-rules" on:click=move |_| open.set(true)>{icon("book")} {texts::read_rules()}</button>
        </div>
        <Dialog open=open id="rules" title=texts::rules()>
            <p class="p-event__words" data-testid="rules-text">{rules}</p>
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::not_now()}</button>
                <button type="button" class="c-button" data-kind="primary" data-testid="agree" aria-busy=act.aria_busy() on:click=agree>{icon("ok")} {texts::agree()}</button>
            </div>
        </Dialog>
    }
}
