//! A checklist that is being filled in, kept on this device from tap to tap.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    command::{InspectPoint, PointKeep},
    rounds::{CheckAnswer, Found, PointForm, PointKey},
};

use crate::{
    ipc,
    state::{App, app, debounced},
};

/// Milliseconds from the last key to keeping.
const PAUSE: u64 = 400;
/// Milliseconds until what could not be kept, as on a full disk, is tried again.
const AGAIN: i32 = 5000;

/// The checklist on the page.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) key: PointKey,
    pub(super) form: RwSignal<PointForm>,
    app: App,
    /// What the core has, or is being given until it takes it.
    last_kept: StoredValue<PointForm>,
    /// It is on its way, and kept no more.
    ended: StoredValue<bool>,
}

impl Draft {
    /// The checklist as the core knows it, kept from now on.
    pub(super) fn open(key: PointKey, known: PointForm) -> Self {
        let app = app();
        let name = format!("round {} {}", key.round_id, key.point_id);
        let draft = Self {
            key,
            form: app.kept(name, || known.clone()),
            app,
            last_kept: StoredValue::new(known),
            ended: StoredValue::new(false),
        };
        let keep_soon = debounced(PAUSE, move |()| draft.keep());
        Effect::new(move |_| {
            draft.form.track();
            keep_soon(());
        });
        // The window may go away without another word.
        let hidden = window_event_listener_untyped("visibilitychange", move |_| draft.keep());
        let left = window_event_listener_untyped("pagehide", move |_| draft.keep());
        on_cleanup(move || {
            hidden.remove();
            left.remove();
            draft.keep();
        });
        draft
    }

    /// What was found at a check so far.
    pub(super) fn found(self, number: u16) -> Option<Found> {
        self.form.with(|form| {
            form.answers.iter().find(|answer| answer.number == number).map(|answer| answer.found.clone())
        })
    }

    /// Answers a check.
    pub(super) fn answer(self, number: u16, found: Found) {
        self.form.update(|form| match form.answers.iter_mut().find(|answer| answer.number == number) {
            Some(answer) => answer.found = found,
            None => form.answers.push(CheckAnswer { number, found }),
        });
    }

    /// It is out of this page's hands.
    pub(super) fn end(self) {
        self.ended.set_value(true);
    }

    /// Keeps what stands in the checklist now, unless the core has it already.
    fn keep(self) {
        let Some(form) = self.form.try_get_untracked() else { return };
        let is_kept = self.last_kept.try_with_value(|kept| *kept == form).unwrap_or(true);
        if is_kept || self.ended.try_get_value().unwrap_or(true) {
            return;
        }
        self.last_kept.set_value(form.clone());
        let keep = InspectPoint { point: self.key, form };
        let app = self.app;
        spawn_local(async move {
            let mut told = false;
            // Also after the page was left: nothing typed is lost because a disk was full for a while.
            while let Err(error) = ipc::call::<PointKeep>(keep.clone()).await {
                if !told {
                    app.complain(&error);
                    told = true;
                }
                ipc::pause(AGAIN).await;
                let newer = self.last_kept.try_with_value(|kept| *kept != keep.form);
                if newer.unwrap_or(false) || self.ended.try_get_value().unwrap_or(false) {
                    return;
                }
            }
        });
    }
}
