//! The office's side of notices: what was written, the editor, who has read, templates.

mod audience;
mod conflict;
mod draft;
mod editor;
mod files;
mod list;
mod publish;
mod readers;
mod templates;
mod text;

pub use editor::Editor;
pub use list::List;
pub use readers::Readers;
pub use templates::Templates;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    command::{NewNotice, NoticeNew},
    id::TemplateId,
};

use crate::state::app;

/// Begins a notice, empty or from a template, and opens it.
fn begin() -> impl Fn(Option<TemplateId>) + Clone + Send + Sync + 'static {
    let app = app();
    let navigate = StoredValue::new_local(use_navigate());
    move |template| {
        app.run::<NoticeNew>(NewNotice { template }, move |notice| {
            navigate.with_value(|navigate| {
                navigate(&format!("/office/notices/{}", notice.id), NavigateOptions::default())
            });
        });
    }
}
