//! The editor: texts in each language, files, whom it is for, when.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_params_map;
use linli_wire::{
    command::{NoticeKey, OfficeNoticeOpen, Topic},
    id::NoticeId,
    notices::{NoticeState, OfficeNotice, Publish},
};

use super::{
    audience::{AudiencePicker, ask_map},
    conflict::Conflict,
    draft::Draft,
    files::Files,
    list::standing,
    publish::{Foot, problems},
    templates::TemplateChooser,
    text::Texts,
};
use crate::{
    components::{
        banner::OfflineBanner,
        choice::{Choice, choices},
        error_state::error_state,
        field::{Field, FieldKind, form_summary},
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
        switch::Switch,
    },
    format::{from_local_input, now, to_local_input},
    ipc::{self, Answer, Asked},
    state::app,
    words::{self, editor as texts},
};

/// The notice in the address, opened for editing.
#[component]
pub fn Editor() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<NoticeId>().ok()));
    move || match id.get() {
        Some(id) => view! { <Opened id=id /> }.into_any(),
        None => crate::pages::missing(),
    }
}

#[component]
fn Opened(id: NoticeId) -> impl IntoView {
    let asked = ipc::ask::<OfficeNoticeOpen>(&[Topic::Notices, Topic::Outbox], move || NoticeKey { id });
    // The form is built once; later answers change it only where nothing was typed.
    let is_here = Memo::new(move |_| match asked.get() {
        Answer::Loading => Ok(false),
        Answer::Ready(_) => Ok(true),
        Answer::Failed(error) => Err(error),
    });
    view! {
        <div class="l-page" data-width="wide">
            {move || match is_here.get() {
                Ok(false) => view! { <h1 class="u-hidden">{texts::title_edit()}</h1> {skeleton_list(3)} }.into_any(),
                Err(error) => view! { <h1 tabindex="-1">{texts::title_edit()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Ok(true) => match untrack(|| asked.ready()) {
                    Some(notice) => view! { <Form asked=asked notice=notice /> }.into_any(),
                    None => ().into_any(),
                },
            }}
        </div>
    }
}

#[component]
fn Form(asked: Asked<OfficeNotice>, notice: OfficeNotice) -> impl IntoView {
    let draft = Draft::open(&notice);
    Effect::new(move |_| asked.with(|notice| notice.into_iter().for_each(|notice| draft.follow(notice))));
    let app = app();
    let zone = StoredValue::new(app.clock().zone);
    let area = NodeRef::<html::Textarea>::new();
    let map = ask_map();
    let publish_at = app.kept("publish at", || match &notice.state {
        NoticeState::Scheduled { publish_at } => zone.with_value(|zone| to_local_input(*publish_at, zone)),
        _ => String::new(),
    });
    let later = app.kept("publish later", || matches!(notice.state, NoticeState::Scheduled { .. }));
    let expires = app.kept("expires", || {
        let at = notice.content.expires_at;
        at.map(|at| zone.with_value(|zone| to_local_input(at, zone))).unwrap_or_default()
    });
    Effect::new(move |_| {
        let at = expires.with(|text| zone.with_value(|zone| from_local_input(text, zone)));
        if draft.content.with_untracked(|content| content.expires_at != at) {
            draft.content.update(|content| content.expires_at = at);
        }
    });
    let publish = Signal::derive(move || {
        let at = publish_at.with(|text| zone.with_value(|zone| from_local_input(text, zone)));
        match (later.get(), at) {
            (true, Some(publish_at)) => Publish::At { publish_at },
            _ => Publish::Now,
        }
    });
    let tried = app.kept("draft tried", || false);
    let missing = Signal::derive(move || {
        let publish = publish.get();
        let mut found = draft.content.with(|content| problems(content, &publish));
        if later.get() && publish == Publish::Now {
            found.push(("publish-at", words::common::required().to_owned()));
        }
        found
    });
    let of_field = move |field: &'static str| {
        Signal::derive(move || {
            let missing = if tried.get() { missing.get() } else { Vec::new() };
            missing.into_iter().find(|(name, _)| *name == field).map(|(_, text)| text)
        })
    };
    let is_new = notice.base_version == 0;
    let back = ("/office/notices".to_owned(), words::office::notices_title().to_owned());
    let local =
        Signal::derive(move || asked.with(|notice| notice.is_some_and(|notice| notice.has_local_changes)));
    let pending = move || asked.with(|notice| notice?.pending.clone());
    view! {
        <PageHeader title=if is_new { texts::title_new() } else { texts::title_edit() } note=standing(&notice.state) back=back />
        <OfflineBanner />
        {move || pending().map(|pending| view! {
            <div class="l-row" data-testid="editor-pending">{pending_mark(&pending.state)} {pending_actions(&pending)}</div>
        })}
        <Conflict draft=draft asked=asked />
        {form_summary(missing, tried)}
        <form class="p-editor" novalidate on:submit=move |event| event.prevent_default()>
            <div class="l-stack" data-gap="large">
                {is_new.then(|| view! { <TemplateChooser draft=draft /> })}
                <Texts draft=draft title_error=of_field("title") area=area />
                <Files draft=draft area=area />
            </div>
            <div class="l-stack" data-gap="large">
                {category(draft, of_field("category"))}
                <AudiencePicker draft=draft map=map error=of_field("audience") />
                {weight(draft)}
                {(!matches!(notice.state, NoticeState::Published { .. })).then(|| when(later, publish_at, of_field("publish-at"), zone))}
                <Field id="expires" label=texts::expires_label() help=texts::expires_help() value=expires error=of_field("expires") kind=FieldKind::DateTime optional=true />
            </div>
        </form>
        <Foot draft=draft publish=publish problems=missing tried=tried map=map local=local />
    }
}

fn category(draft: Draft, error: Signal<Option<String>>) -> AnyView {
    let app = app();
    let language = app.language();
    let options =
        app.with_me_untracked(|me| me.community.categories.clone()).unwrap_or_default().into_iter().map(
            |category| {
                let name = category.name.in_language(&language).to_owned();
                let key = category.key.clone();
                let selected = move || draft.content.with(|content| content.category == key);
                view! { <option value=category.key prop:selected=selected>{name}</option> }
            },
        );
    view! {
        <div class="c-field" data-invalid=move || error.with(Option::is_some)>
            <label class="c-field__label" for="category">{texts::category()}</label>
            <select class="c-input" id="category" data-testid="category" on:change=move |event| draft.content.update(|content| content.category = event_target_value(&event))>
                {options.collect_view()}
            </select>
            {crate::components::field::field_error("category-error".to_owned(), error)}
        </div>
    }
    .into_any()
}

fn weight(draft: Draft) -> AnyView {
    let emergency = Signal::derive(move || draft.content.with(|content| content.emergency));
    let pinned = Signal::derive(move || draft.content.with(|content| content.pinned));
    view! {
        <section class="c-card">
            <Switch label=texts::emergency() help=texts::emergency_help() on=emergency testid="emergency" change=Callback::new(move |on| draft.content.update(|content| content.emergency = on)) />
            <hr />
            <Switch label=texts::pinned() help=texts::pinned_help() on=pinned testid="pinned" change=Callback::new(move |on| draft.content.update(|content| content.pinned = on)) />
        </section>
    }
    .into_any()
}

fn when(
    later: RwSignal<bool>,
    publish_at: RwSignal<String>,
    error: Signal<Option<String>>,
    zone: StoredValue<String>,
) -> AnyView {
    const HOUR: i64 = 60 * 60 * 1000;
    let options = vec![
        Choice::new(false, texts::when_now(), "when-now"),
        Choice::new(true, texts::when_at(), "when-at"),
    ];
    let choose = Callback::new(move |wanted: bool| {
        later.set(wanted);
        if wanted && publish_at.with_untracked(String::is_empty) {
            publish_at.set(zone.with_value(|zone| to_local_input(now().plus_millis(HOUR), zone)));
        }
    });
    view! {
        {choices("when", texts::when(), true, Some("2"), later.into(), options, choose)}
        <div hidden=move || !later.get()>
            <Field id="publish-at" label=texts::publish_at_label() value=publish_at error=error kind=FieldKind::DateTime />
        </div>
    }
    .into_any()
}
