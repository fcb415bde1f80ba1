//! A report in the making, kept on this device while one types.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Timestamp,
    command::{RepairForget, RepairKeep, RepairKey},
    id::RepairId,
    repairs::{RepairDraft, RepairForm},
};

use crate::{
    format, ipc,
    state::{App, app, debounced},
};

/// Milliseconds from the last key to keeping.
const PAUSE: u64 = 400;
/// Milliseconds until what could not be kept, as on a full disk, is tried again.
const AGAIN: i32 = 5000;

/// A report on the page.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) id: RepairId,
    pub(super) form: RwSignal<RepairForm>,
    /// When it was last kept.
    pub(super) kept_at: RwSignal<Option<Timestamp>>,
    app: App,
    /// What the core has, or is being given until it takes it.
    last_kept: StoredValue<RepairForm>,
    /// It is reported or forgotten, and kept no more.
    ended: StoredValue<bool>,
}

impl Draft {
    /// The report as the core knows it, kept from now on.
    pub(super) fn open(known: &RepairDraft) -> Self {
        let app = app();
        let was_empty = known.form == RepairForm::default();
        let draft = Self {
            id: known.id,
            form: app.kept(format!("repair {}", known.id), || known.form.clone()),
            kept_at: RwSignal::new((!was_empty).then_some(known.kept_at)),
            app,
            last_kept: StoredValue::new(known.form.clone()),
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
            draft.forget_if_empty();
        });
        draft
    }

    /// Changes what stands in the form.
    pub(super) fn change(self, change: impl FnOnce(&mut RepairForm)) {
        self.form.update(change);
    }

    /// It is out of this page's hands.
    pub(super) fn end(self) {
        self.ended.set_value(true);
    }

    /// Keeps what stands in the form now, unless the core has it already.
    pub(super) fn keep(self) {
        let Some(form) = self.form.try_get_untracked() else { return };
        let is_kept = self.last_kept.try_with_value(|kept| *kept == form).unwrap_or(true);
        if is_kept || self.ended.try_get_value().unwrap_or(true) {
            return;
        }
        self.last_kept.set_value(form.clone());
        let keep = RepairDraft { id: self.id, kept_at: format::now(), form };
        let app = self.app;
        spawn_local(async move {
            let mut told = false;
            // Also after the page was left: nothing typed is lost because a disk was full for a while.
            while let Err(error) = ipc::call::<RepairKeep>(keep.clone()).await {
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
            // None when the page has gone meanwhile.
            let _ = self.kept_at.try_set(Some(format::now()));
        });
    }

    /// A form that was only opened leaves nothing behind.
    fn forget_if_empty(self) {
        let is_empty = self.form.try_with_untracked(|form| {
            form.photos.is_empty() && form.words.trim().is_empty() && form.reach.trim().is_empty()
        });
        if is_empty == Some(true) && !self.ended.try_get_value().unwrap_or(true) {
            ipc::call_then::<RepairForget>(RepairKey { id: self.id }, |_| ());
        }
    }
}
