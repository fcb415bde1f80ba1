//! Templates: texts that are needed again and again.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, TemplateDelete, TemplateKey, TemplatesList, Topic},
    notices::{NoticeContent, NoticeTemplate},
};

use super::{begin, draft::Draft};
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
                Answer::Ready(list) if list.templates.is_empty() => {
                    let write = view! {
                        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| begin.with_value(|begin| begin(None))>{icon("plus")} {words::office::write()}</button>
                    };
                    empty_state("template", texts::empty_title(), texts::empty_text(), Some(write.into_any()))
                }
                Answer::Ready(list) => view! { <ul class="c-list" role="list" data-lead="icon">{list.templates.into_iter().map(row).collect_view()}</ul> }.into_any(),
            }}
            <Confirm open=open id="remove-template" title=title text=texts::remove_text() confirm=words::common::remove() then=remove />
        </div>
    }
}

/// Begins a new notice from a template, within the editor. What was typed is replaced only after a question.
#[component]
pub(super) fn TemplateChooser(draft: Draft) -> impl IntoView {
    let asked = ipc::ask::<TemplatesList>(&[Topic::Notices], || Empty {});
    let chosen = RwSignal::new(None::<NoticeTemplate>);
    let asking = RwSignal::new(false);
    let take = Callback::new(move |()| {
        if let Some(template) = chosen.get_untracked() {
            let now = draft.content.get_untracked();
            let content = NoticeContent {
                attachments: now.attachments,
                expires_at: now.expires_at,
                ..template.content
            };
            if let Some(language) = content.texts.keys().next()
                && !content.texts.contains_key(&draft.language.get_untracked())
            {
                draft.language.set(language.clone());
            }
            draft.content.set(content);
        }
    });
    let choose = move |event: web_sys::Event| {
        let id = event_target_value(&event);
        let template = asked.with_untracked(|list| {
            list?.templates.iter().find(|template| template.id.to_string() == id).cloned()
        });
        let Some(template) = template else { return };
        chosen.set(Some(template));
        let written = draft.content.with_untracked(|content| {
            content.texts.values().any(|text| !(text.title.trim().is_empty() && text.body.trim().is_empty()))
        });
        if written { asking.set(true) } else { take.run(()) }
    };
    let options = move || asked.ready().filter(|list| !list.templates.is_empty()).map(|list| list.templates);
    view! {
        {move || options().map(|templates| view! {
            <div class="c-field">
                <label class="c-field__label" for="template">{words::editor::template()}</label>
                <select class="c-input" id="template" data-testid="template" on:change=choose>
                    <option value="">{words::editor::template_none()}</option>
                    {templates.into_iter().map(|template| view! { <option value=template.id.to_string()>{template.name}</option> }).collect_view()}
                </select>
            </div>
        })}
        <Confirm open=asking id="template-replace" title=words::editor::template_replace() text=words::editor::template_replace_text()
            confirm=words::editor::template_use() then=take danger=false />
    }
}
