//! Templates: texts that are needed again and again.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, TemplateDelete, TemplateKey, TemplatesList, Topic},
    notices::NoticeTemplate,
};

use super::begin;
use crate::{
    components::{
        dialog::Confirm, empty_state::empty_state, error_state::error_state, icon::icon,
        page_header::PageHeader, skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    pages::notices::category_name,
    state::app,
    words::{self, templates as texts},
};

/// The templates, each to write with.
#[component]
pub fn Templates() -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<TemplatesList>(&[Topic::Notices], || Empty {});
    let removing = RwSignal::new(None::<NoticeTemplate>);
    let open = RwSignal::new(false);
    let begin = StoredValue::new(begin());
    let title = Signal::derive(move || {
        let name = removing
            .with(|template| template.as_ref().map(|template| template.name.clone()))
            .unwrap_or_default();
        texts::remove_title(&name)
    });
    let remove = Callback::new(move |()| {
        if let Some(template) = removing.get_untracked() {
            app.run::<TemplateDelete>(TemplateKey { id: template.id }, move |_| app.tell(texts::deleted()));
        }
    });
    let row = move |template: NoticeTemplate| {
        let id = template.id;
        let to_remove = template.clone();
        let ask = move |_| {
            removing.set(Some(to_remove.clone()));
            open.set(true);
        };
        view! {
            <li>
                <div class="c-row" data-strong="" data-actions="" data-testid="template-row">
                    <span class="c-row__lead">{icon("template")}</span>
                    <span class="c-row__body">
                        <span class="c-row__title">{template.name}</span>
                        <span class="c-row__meta">{category_name(&template.content.category)}</span>
                    </span>
                    <span class="c-row__end">
                        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| begin.with_value(|begin| begin(Some(id)))>{icon("edit")} {texts::use_it()}</button>
                        <button type="button" class="c-button" data-kind="plain" on:click=ask>{icon("trash")} {words::common::remove()}</button>
                    </span>
                </div>
            </li>
        }
    };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(list) if list.templates.is_empty() => empty_state("template", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(list) => view! { <ul class="c-list" role="list" data-lead="icon">{list.templates.into_iter().map(row).collect_view()}</ul> }.into_any(),
            }}
            <Confirm open=open id="remove-template" title=title text=texts::remove_text() confirm=words::common::remove() then=remove />
        </div>
    }
}
