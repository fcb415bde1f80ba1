//! A report in the making, kept on this device while one types.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    command::{RepairForget, RepairKeep, RepairKey},
    id::RepairId,
    repairs::{RepairDraft, RepairForm},
};

use crate::{
    format, ipc,
    state::app,
    typing::{self, Typing},
};

/// A report on the page.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) id: RepairId,
    pub(super) form: RwSignal<RepairForm>,
    /// When it was last kept.
    pub(super) kept_at: RwSignal<Option<Timestamp>>,
    typing: Typing,
}

impl Draft {
    /// The report as the core knows it, kept from now on.
    pub(super) fn open(known: &RepairDraft) -> Self {
        let (id, was_empty) = (known.id, known.form == RepairForm::default());
        let form = app().kept(format!("repair {id}"), || known.form.clone());
        let kept_at = RwSignal::new((!was_empty).then_some(known.kept_at));
        let keep = move |form| RepairDraft { id, kept_at: format::now(), form };
        let kept = move || {
            // None when the page has gone meanwhile.
            let _ = kept_at.try_set(Some(format::now()));
        };
        let typing = typing::follow::<RepairKeep, _>(form, known.form.clone(), || (), keep, kept);
        let draft = Self { id, form, kept_at, typing };
        on_cleanup(move || {
            typing.keep();
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
        self.typing.end();
    }

    /// A form that was only opened leaves nothing behind.
    fn forget_if_empty(self) {
        let is_empty = self.form.try_with_untracked(|form| {
            form.photos.is_empty() && form.words.trim().is_empty() && form.reach.trim().is_empty()
        });
        if is_empty == Some(true) && !self.typing.has_ended() {
            ipc::call_then::<RepairForget>(RepairKey { id: self.id }, |_| ());
        }
    }
}
