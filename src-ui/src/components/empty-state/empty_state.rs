//! An empty list: what will come here, and the first step.

use leptos::prelude::*;

use super::icon::icon;

/// What will come here; `action` is the first step, if there is one.
pub fn empty_state(
    symbol: &str,
    title: impl Into<String>,
    text: impl Into<String>,
    action: Option<AnyView>,
) -> AnyView {
    view! {
        <div class="c-empty" data-testid="empty">
            {icon(symbol)} <p class="c-empty__title">{title.into()}</p> <p>{text.into()}</p> {action}
        </div>
    }
    .into_any()
}
