//! What neighbours see of the person, chosen piece by piece.

use leptos::prelude::*;
use linli_wire::{
    command::ChangeProfile,
    community::{ProfileChange, Visibility},
};

use crate::{components::switch::Switch, ipc, state::app, words};

/// What neighbours see, as the switches of one page show and change it.
#[derive(Clone, Copy)]
pub struct Visible {
    now: RwSignal<Visibility>,
    saving: StoredValue<u32>,
}

impl Visible {
    /// Follows what the core knows; what is being saved is newer.
    pub fn follow() -> Self {
        let app = app();
        let known = Memo::new(move |_| app.with_me(|me| me.person.visible).unwrap_or_default());
        let visible = Self { now: RwSignal::new(known.get_untracked()), saving: StoredValue::new(0) };
        Effect::new(move |_| {
            let known = known.get();
            if visible.saving.get_value() == 0 {
                visible.now.set(known);
            }
        });
        visible
    }

    /// A part of it.
    pub fn part<T: Send + Sync + 'static>(self, part: fn(&Visibility) -> T) -> Signal<T> {
        Signal::derive(move || self.now.with(part))
    }

    /// Changes a part and saves the whole.
    pub fn change(self, change: impl FnOnce(&mut Visibility)) {
        let app = app();
        self.now.update(change);
        self.saving.update_value(|saving| *saving += 1);
        let wish = ProfileChange { visible: Some(self.now.get_untracked()), ..ProfileChange::default() };
        ipc::call_then::<ChangeProfile>(wish, move |reply| {
            let _ = self.saving.try_update_value(|saving| *saving = saving.saturating_sub(1));
            if let Err(error) = reply {
                app.complain(&error);
            }
        });
    }
}

/// Whether neighbours see the number that the office has.
pub(super) fn phone_switch(visible: Visible) -> AnyView {
    use words::profile as texts;
    let change = Callback::new(move |on| visible.change(|visible| visible.phone = on));
    let on = visible.part(|visible| visible.phone);
    view! { <section class="c-card"><Switch label=texts::phone_show() help=texts::phone_show_help() on=on change=change testid="show-phone" /></section> }
        .into_any()
}

/// Whether the person stands in the directory.
pub fn listed_switch(visible: Visible) -> AnyView {
    use words::chat_people as texts;
    let change = Callback::new(move |on| visible.change(|visible| visible.listed = on));
    let on = visible.part(|visible| visible.listed);
    view! { <section class="c-card"><Switch label=texts::listed() help=texts::listed_help() on=on change=change testid="listed" /></section> }
        .into_any()
}
