//! Notices: the list with its filters and search, and beside or behind it the notice itself.

mod detail;
mod list;
pub mod office;
mod row;
mod rows;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::id::NoticeId;

use crate::{
    components::empty_state::empty_state,
    words::notices as texts,
};

pub use detail::audience_words;
pub use row::{category_name, notice_row};

/// The list, and the notice that the address names. One page, so that the list keeps its place.
#[component]
pub fn Notices() -> impl IntoView {
    let params = use_params_map();
    let open = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<NoticeId>().ok()));
    view! {
        <div class="l-split" data-show=move || if open.get().is_some() { "detail" } else { "list" }>
            <section class="l-split__list" aria-label=texts::title()><list::List open=open /></section>
            <section class="l-split__detail" aria-label=crate::words::notice::title()>
                {move || match open.get() {
                    Some(id) => view! { <detail::Detail id=id /> }.into_any(),
                    None => view! { <div class="p-nothing">{empty_state("bell", texts::pick_title(), texts::pick_text(), None)}</div> }.into_any(),
                }}
            </section>
        </div>
    }
}
