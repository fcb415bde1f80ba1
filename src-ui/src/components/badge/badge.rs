//! How much is unread.

use leptos::prelude::*;

use crate::{format, words};

/// The number of unread things, spoken in full; nothing when there are none.
pub fn unread_badge(count: u32) -> Option<AnyView> {
    (count > 0).then(|| {
        view! {
            <span class="c-badge">
                <span aria-hidden="true">{format::badge(count)}</span>
                <span class="u-hidden">" "{words::nav::unread(count)}</span>
            </span>
        }
        .into_any()
    })
}
