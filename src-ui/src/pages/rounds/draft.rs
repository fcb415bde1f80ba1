//! A checklist that is being filled in, kept on this device from tap to tap.

use leptos::prelude::*;
use linli_wire::{
    command::{InspectPoint, PointKeep},
    rounds::{CheckAnswer, Found, PointForm, PointKey},
};

use crate::{
    state::app,
    typing::{self, Typing},
};

/// The checklist on the page.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) form: RwSignal<PointForm>,
    typing: Typing,
}

impl Draft {
    /// The checklist as the core knows it, kept from now on.
    pub(super) fn open(key: PointKey, known: PointForm) -> Self {
        let name = format!("round {} {}", key.round_id, key.point_id);
        let form = app().kept(name, || known.clone());
        let keep = move |form| InspectPoint { point: key, form };
        Self { form, typing: typing::follow::<PointKeep, _>(form, known, || (), keep, || ()) }
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
        self.typing.end();
    }
}
