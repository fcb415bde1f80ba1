//! Shapes of the final size while the cache is read.

use leptos::prelude::*;

use crate::words;

/// A list of `rows` rows of a title and two lines, announced once as loading.
pub fn skeleton_list(rows: usize) -> AnyView {
    let shapes = (0..rows).map(|at| {
        let width = match at % 4 {
            0 => "62%",
            1 => "80%",
            2 => "55%",
            _ => "71%",
        };
        view! {
            <li>
                <div class="c-row" aria-hidden="true">
                    <span class="c-row__lead"></span>
                    <span class="c-row__body">
                        <span class="c-skeleton" style=("--w", width)></span>
                        <span class="c-skeleton" data-size="small"></span>
                        <span class="c-skeleton" data-size="small" style=("--w", "37%")></span>
                    </span>
                </div>
            </li>
        }
    });
    view! {
        <div aria-busy="true" data-testid="loading">
            <p class="u-hidden" role="status">{words::app::loading()}</p>
            <ul class="c-list" role="list">{shapes.collect_view()}</ul>
        </div>
    }
    .into_any()
}
