//! The pages, named as the domains of the wire.

pub mod chat;
pub mod community;
pub mod devices;
pub mod help;
pub mod home;
pub mod join;
pub mod keys;
pub mod notices;
pub mod office;
pub mod outbox;
pub mod payments;
pub mod repairs;
pub mod rounds;
pub mod services;
pub mod settings;

use leptos::prelude::*;

use crate::{
    components::{empty_state::empty_state, page_header::PageHeader},
    words,
};

/// An address that leads nowhere.
pub fn missing() -> AnyView {
    let home =
        view! { <a class="c-button" data-kind="primary" href="/">{words::missing::action()}</a> }.into_any();
    view! {
        <div class="l-page" data-testid="missing">
            <PageHeader title=words::missing::title() />
            {empty_state("search", words::missing::text(), "", Some(home))}
        </div>
    }
    .into_any()
}
