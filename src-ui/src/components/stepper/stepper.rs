//! Where one stands in a few steps.

use leptos::prelude::*;

/// The steps with their names; `now` counts from 0.
pub fn stepper(steps: &[&'static str], now: usize) -> AnyView {
    let label = format!("{}/{}", now + 1, steps.len());
    let items = steps.iter().enumerate().map(|(at, name)| {
        let state = match at.cmp(&now) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "next",
        };
        view! { <li data-state=state aria-current=(at == now).then_some("step")><span>{*name}</span></li> }
    });
    view! { <ol class="c-stepper" aria-label=label>{items.collect_view()}</ol> }.into_any()
}
