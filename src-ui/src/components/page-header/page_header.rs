//! The head of a page: where "back" leads, the title, and actions.

use leptos::prelude::*;

use super::icon::icon;
use crate::{state::app, words};

/// Where "back" leads: address and name of that page.
pub type Back = (String, String);

/// The head of a page. In Simple mode every page but Home has a way back to it.
#[component]
pub fn PageHeader(
    /// The page's one `h1`; it takes the focus after navigation.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence under the title.
    #[prop(optional, into)]
    note: Option<String>,
    /// Where back leads.
    #[prop(optional, into)]
    back: Option<Back>,
    /// Actions at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let back = back.or_else(|| app().is_simple().then(home));
    view! {
        <header class="c-page-header">
            {back.map(|back| view! { <div class="c-page-header__back">{back_link(back)}</div> })}
            <div class="c-page-header__title">
                <h1 tabindex="-1">{title}</h1>
                {note.map(|note| view! { <p>{note}</p> })}
            </div>
            {children.map(|children| view! { <div class="c-page-header__actions">{children()}</div> })}
        </header>
    }
}

/// A link back that names the page it leads to.
pub fn back_link((href, name): Back) -> AnyView {
    let label = words::common::back_to(&name);
    view! {
        <a class="c-button" data-kind="plain" data-edge="start" href=href aria-label=label data-testid="back">
            {icon("back")}
            {name}
        </a>
    }
    .into_any()
}

/// Back to Home.
pub fn home() -> Back {
    ("/".to_owned(), words::nav::home().to_owned())
}

/// Back to Me; in Simple mode, which has no such page, to Home.
pub fn me() -> Back {
    if app().is_simple() { home() } else { ("/me".to_owned(), words::nav::me().to_owned()) }
}
