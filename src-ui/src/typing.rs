//! What is typed on a page, kept by the core from pause to pause.
//!
//! Nothing typed is lost because a page was left, a window went away without a word, or a disk was full for a while.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::command::Command;

use crate::{
    ipc,
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

/// Follows a form of which the core has `known`, and has command `C` keep it, as `request` makes it of the form.
/// `changing` runs when it differs from what is kept, `kept` when the core has taken it.
pub fn follow<C, F>(
    form: RwSignal<F>,
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
    let app = app();
    // What the core has, or is being given until it takes it.
    let last_kept = StoredValue::new(known);
    let ended = StoredValue::new(false);
    let keep = move || {
        let Some(now) = form.try_get_untracked() else { return };
        let is_kept = last_kept.try_with_value(|kept| *kept == now).unwrap_or(true);
        if is_kept || ended.try_get_value().unwrap_or(true) {
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
            kept();
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
