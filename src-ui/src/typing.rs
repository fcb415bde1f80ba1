//! What is typed on a page, kept by the core from pause to pause.
//!
//! Nothing typed is lost because a page was left, a window went away without a word, or a disk was full for a while.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    command::{Command, KeepTyped, Topic, TypedGet, TypedKeep},
    typed::{Typed, TypedPlace},
};

use crate::{
    ipc::{self, Answer, Topics},
    state::{app, debounced},
};

/// Milliseconds from the last key to keeping.
const PAUSE: u64 = 400;
/// Milliseconds until what could not be kept, as on a full disk, is tried again.
const AGAIN: i32 = 5000;

/// A form whose content is kept.
#[derive(Clone, Copy)]
pub struct Typing {
    keep: Callback<()>,
    ended: StoredValue<bool>,
}

impl Typing {
    /// Keeps what stands in the form now, unless the core has it already.
    pub fn keep(self) {
        let _ = self.keep.try_run(());
    }

    /// It is out of this page's hands, and kept no more.
    pub fn end(self) {
        self.ended.set_value(true);
    }

    /// Whether it is out of this page's hands, or the page has gone.
    pub fn has_ended(self) -> bool {
        self.ended.try_get_value().unwrap_or(true)
    }
}

/// Keeps what is typed in the fields of a `place`: `now` says what stands in them, `put` puts there what stood in
/// them before a restart, or was given up since. What a person typed meanwhile is never replaced.
pub fn remember(place: TypedPlace, now: Memo<Typed>, put: impl Fn(Typed) + 'static) {
    let last_kept = StoredValue::new(Typed::default());
    let asked = ipc::ask::<TypedGet>(&[Topic::Typed], move || place);
    // What the core says while it is being given something newer is older.
    let (is_taken, ask_again) = (StoredValue::new(true), StoredValue::new(false));
    let again = asked.retry();
    let keep = move |typed: Typed| {
        let _ = is_taken.try_set_value(false);
        KeepTyped { place, typed }
    };
    let topics = use_context::<Topics>();
    let taken = move || {
        // The page was left: what lists drafts asks again.
        if is_taken.try_set_value(true).is_some()
            && let Some(topics) = topics
        {
            topics.announce(Topic::Typed);
        }
        if ask_again.try_get_value() == Some(true) {
            let _ = ask_again.try_set_value(false);
            let _ = again.try_run(());
        }
    };
    follow_from::<TypedKeep, _>(now.into(), last_kept, || (), keep, taken);
    Effect::new(move |_| {
        let Answer::Ready(kept) = asked.get() else { return };
        if !is_taken.get_value() {
            ask_again.set_value(true);
            return;
        }
        let (current, last) = (now.get_untracked(), last_kept.get_value());
        if kept == current || kept == last {
            return;
        }
        if current == last || current.is_empty() {
            last_kept.set_value(kept.clone());
            put(kept);
        } else if let Some(given_up) = kept.words.strip_prefix(&last.words) {
            // Not kept yet, so that it is there with the next pause.
            put(Typed { words: format!("{}{given_up}", current.words), ..current });
        }
    });
}

/// Follows a form of which the core has `known`, and has command `C` keep it, as `request` makes it of the form.
/// `changing` runs when it differs from what is kept, `kept` when the core has taken all of it.
pub fn follow<C, F>(
    form: impl Into<Signal<F>>,
    known: F,
    changing: impl Fn() + 'static,
    request: impl Fn(F) -> C::Request + Copy + Send + Sync + 'static,
    kept: impl Fn() + Copy + Send + Sync + 'static,
) -> Typing
where
    C: Command + 'static,
    C::Request: Clone + 'static,
    C::Reply: 'static,
    F: Clone + PartialEq + Send + Sync + 'static,
{
    follow_from::<C, F>(form.into(), StoredValue::new(known), changing, request, kept)
}

/// As [`follow`]; `last_kept` is what the core has, or is being given until it takes it.
fn follow_from<C, F>(
    form: Signal<F>,
    last_kept: StoredValue<F>,
    changing: impl Fn() + 'static,
    request: impl Fn(F) -> C::Request + Copy + Send + Sync + 'static,
    kept: impl Fn() + Copy + Send + Sync + 'static,
) -> Typing
where
    C: Command + 'static,
    C::Request: Clone + 'static,
    C::Reply: 'static,
    F: Clone + PartialEq + Send + Sync + 'static,
{
    let app = app();
    let ended = StoredValue::new(false);
    // Something was kept while something newer was typed, and it was not said.
    let unsaid = StoredValue::new(false);
    let keep = move || {
        let Some(now) = form.try_get_untracked() else { return };
        let is_kept = last_kept.try_with_value(|kept| *kept == now).unwrap_or(true);
        if ended.try_get_value().unwrap_or(true) {
            return;
        }
        if is_kept {
            if unsaid.try_get_value().unwrap_or(false) {
                unsaid.set_value(false);
                kept();
            }
            return;
        }
        last_kept.set_value(now.clone());
        // Made here: what else goes with the form is gone once the page is.
        let asked = request(now.clone());
        spawn_local(async move {
            let mut told = false;
            // Also after the page was left.
            while let Err(error) = ipc::call::<C>(asked.clone()).await {
                if !told {
                    app.complain(&error);
                    told = true;
                }
                ipc::pause(AGAIN).await;
                let newer = last_kept.try_with_value(|kept| *kept != now);
                if newer.unwrap_or(false) || ended.try_get_value().unwrap_or(false) {
                    return;
                }
            }
            // It is kept, and what was typed since is not.
            let is_all = form.try_with_untracked(|form| *form == now).unwrap_or(true);
            let _ = unsaid.try_set_value(!is_all);
            if is_all {
                kept();
            }
        });
    };
    let keep_soon = debounced(PAUSE, move |()| keep());
    Effect::new(move |_| {
        if form.with(|form| last_kept.with_value(|kept| kept != form)) {
            changing();
            keep_soon(());
        }
    });
    // The window may go away without another word.
    let hidden = window_event_listener_untyped("visibilitychange", move |_| keep());
    let left = window_event_listener_untyped("pagehide", move |_| keep());
    on_cleanup(move || {
        hidden.remove();
        left.remove();
        keep();
    });
    Typing { keep: Callback::new(move |()| keep()), ended }
}
