//! Notices: the list with its filters and search, and beside or behind it the notice itself.

mod detail;
mod list;
mod next;
pub mod office;
mod row;
mod rows;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::id::NoticeId;

use crate::words::notices as texts;

pub use detail::audience_words;
pub use row::{category_name, notice_row};

/// The list, and the notice that the address names. One page, so that the list keeps its place.
#[component]
pub fn Notices() -> impl IntoView {
    let params = use_params_map();
    let open = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<NoticeId>().ok()));
    keep_place(open);
    view! {
        <div class="l-split" data-show=move || if open.get().is_some() { "detail" } else { "list" }>
            <section class="l-split__list" aria-label=texts::title()><list::List open=open /></section>
            <section class="l-split__detail" aria-label=crate::words::notice::title()>
                {move || match open.get() {
                    Some(id) => view! { <detail::Detail id=id /> }.into_any(),
                    None => view! { <next::Next /> }.into_any(),
                }}
            </section>
        </div>
    }
}

/// On a phone the list and the notice take turns on the screen: the list comes back where it was left.
fn keep_place(open: Memo<Option<NoticeId>>) {
    let left_at = StoredValue::new(0.0_f64);
    let scrolled = window_event_listener_untyped("scroll", move |_| {
        if open.try_with_untracked(Option::is_none) == Some(true) {
            left_at.set_value(window().scroll_y().unwrap_or_default());
        }
    });
    on_cleanup(move || scrolled.remove());
    Effect::new(move |before: Option<bool>| {
        let is_open = open.with(Option::is_some);
        if before == Some(true) && !is_open {
            let place = left_at.get_value();
            // After the router has gone to the top.
            request_animation_frame(move || window().scroll_to_with_x_and_y(0.0, place));
        }
        is_open
    });
}
