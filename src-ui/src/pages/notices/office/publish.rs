//! The end of the editor: what is missing, who will see it, and sending it off.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    command::{
        CommunityMapView, NoticeForget, NoticeKey, NoticeSave, NoticeWithdraw, SaveTemplate, TemplateSave,
    },
    notices::{Audience, MAX_BODY, MAX_TITLE, NoticeContent, NoticeState, Publish, SaveNotice},
};

use super::{
    audience::{in_words, reach},
    draft::{Draft, Kept},
};
use crate::{
    components::{
        dialog::{Confirm, Dialog},
        error_state::error_state,
        field::Field,
        icon::icon,
    },
    ipc::Asked,
    pages::join::name_problem,
    state::{Act, app},
    words::{self, editor as texts},
};

/// What is missing, each with the id of its field.
pub(super) fn problems(content: &NoticeContent, publish: &Publish) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let written: Vec<_> = content
        .texts
        .values()
        .filter(|text| !(text.title.trim().is_empty() && text.body.trim().is_empty()))
        .collect();
    if written.is_empty() || written.iter().any(|text| text.title.trim().is_empty()) {
        problems.push(("title", texts::title_missing().to_owned()));
    }
    if written
        .iter()
        .any(|text| text.title.chars().count() > MAX_TITLE || text.body.chars().count() > MAX_BODY)
    {
        problems.push(("body", words::error_text("invalid_input.title").to_owned()));
    }
    if content.category.is_empty() {
        problems.push(("category", texts::category_missing().to_owned()));
    }
    match &content.audience {
        Audience::Buildings { buildings } if buildings.is_empty() => {
            problems.push(("audience", texts::audience_nobody().to_owned()))
        }
        Audience::Units { units } if units.is_empty() => {
            problems.push(("audience", texts::audience_no_units().to_owned()))
        }
        _ => {}
    }
    let begins = match publish {
        Publish::At { publish_at } => *publish_at,
        Publish::Now | Publish::Keep => crate::format::now(),
    };
    if content.expires_at.is_some_and(|ends| ends <= begins) {
        problems.push(("expires", texts::expires_before().to_owned()));
    }
    problems
}

/// How the text is kept, and the buttons that end the editing.
#[component]
pub(super) fn Foot(
    /// The notice.
    draft: Draft,
    /// When it is to be published.
    publish: Signal<Publish>,
    /// What is missing.
    problems: Signal<Vec<(&'static str, String)>>,
    /// Set when saving was tried.
    tried: RwSignal<bool>,
    /// For the names of the audience.
    map: Asked<CommunityMapView>,
    /// Whether something that was typed here has not been sent.
    local: Signal<bool>,
) -> impl IntoView {
    let app = app();
    let navigate = StoredValue::new_local(use_navigate());
    let to_list =
        move || navigate.with_value(|navigate| navigate("/office/notices", NavigateOptions::default()));
    let (asking, withdrawing, forgetting, naming) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let act = Act::new();
    let save = move |publish: Publish| {
        draft.keep();
        let save = SaveNotice {
            id: draft.id,
            base_version: draft.base_version.get_untracked(),
            content: draft.to_save(),
            publish,
        };
        act.run::<NoticeSave>(save, move |_| {
            app.tell(match publish {
                Publish::Now => texts::published().to_owned(),
                Publish::At { publish_at } => texts::scheduled(&app.clock().exactly(publish_at)),
                Publish::Keep => words::common::saved().to_owned(),
            });
            to_list();
        });
    };
    let try_publish = move |_| {
        tried.set(true);
        if problems.with_untracked(Vec::is_empty) {
            asking.set(true);
        } else {
            request_animation_frame(|| {
                drop(document().query_selector(".c-form__summary a").map(|link| {
                    link.map(|link| {
                        wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(link).focus()
                    })
                }))
            });
        }
    };
    let is_out = Memo::new(move |_| draft.state.with(|state| matches!(state, NoticeState::Published { .. })));
    let can_withdraw = Memo::new(move |_| {
        draft
            .state
            .with(|state| matches!(state, NoticeState::Published { .. } | NoticeState::Scheduled { .. }))
    });
    let word = move || match (is_out.get(), publish.get()) {
        (true, _) => texts::publish_change(),
        (false, Publish::At { .. }) => texts::schedule(),
        (false, _) => texts::publish(),
    };
    let wanted = move || if is_out.get_untracked() { Publish::Keep } else { publish.get_untracked() };
    let kept = move || match draft.kept.get() {
        Kept::Untouched => String::new(),
        Kept::Changing => texts::saving().to_owned(),
        Kept::At(at) => texts::saved_at(&app.clock().when(at)),
    };
    let withdraw = Callback::new(move |()| {
        act.run::<NoticeWithdraw>(NoticeKey { id: draft.id }, move |_| {
            app.tell(words::office::withdrawn());
            to_list();
        });
    });
    let forget = Callback::new(move |()| {
        let key = NoticeKey { id: draft.id };
        act.run::<NoticeForget>(key, move |_| to_list());
    });
    let title = Signal::derive(move || words::office::withdraw_title(&draft.text().title));
    // What is published and untouched has nothing of one's own to discard.
    let has_draft = Memo::new(move |_| {
        local.get()
            || draft.kept.get() != Kept::Untouched
            || draft.state.with(|state| matches!(state, NoticeState::Draft))
    });
    let is_draft = Memo::new(move |_| draft.state.with(|state| matches!(state, NoticeState::Draft)));
    view! {
        {move || act.error.get().map(|error| error_state(&error, None))}
        <div class="p-editor__foot">
            <span class="t-soft t-small" role="status" data-testid="kept">{kept}</span>
            <div class="l-row">
                <button type="button" class="c-button" data-kind="plain" on:click=move |_| naming.set(true)>{icon("template")} {texts::template_save()}</button>
                {move || has_draft.get().then(|| view! {
                    <button type="button" class="c-button" data-kind="plain" data-testid="discard" on:click=move |_| forgetting.set(true)>{icon("trash")} {texts::discard_draft()}</button>
                })}
                {move || can_withdraw.get().then(|| view! {
                    <button type="button" class="c-button" data-kind="danger" data-testid="withdraw" on:click=move |_| withdrawing.set(true)>{words::office::withdraw()}</button>
                })}
                {move || is_draft.get().then(|| view! {
                    <button type="button" class="c-button" data-kind="quiet" data-testid="save-draft" on:click=move |_| { tried.set(true); if problems.with_untracked(Vec::is_empty) { save(Publish::Keep) } }>{texts::save_draft()}</button>
                })}
                <button type="button" class="c-button" data-kind="primary" data-testid="publish" aria-busy=act.aria_busy() on:click=try_publish>{icon("send")} {word}</button>
            </div>
        </div>
        <Dialog open=asking id="publish-dialog" title=texts::publish_title()>
            {confirm_text(draft, publish, map)}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| asking.set(false)>{words::common::cancel()}</button>
                <button type="button" class="c-button" data-kind="primary" data-testid="publish-confirm" on:click=move |_| { asking.set(false); save(wanted()) }>{word}</button>
            </div>
        </Dialog>
        <Confirm open=withdrawing id="withdraw-dialog" title=title text=words::office::withdraw_text() confirm=words::office::withdraw() then=withdraw />
        <Confirm open=forgetting id="forget-dialog" title=texts::discard_draft() text=texts::discard_text() confirm=words::common::discard() then=forget />
        <TemplateName draft=draft open=naming />
    }
}

/// What publishing does, before it is done.
fn confirm_text(
    draft: Draft,
    publish: Signal<Publish>,
    map: Asked<CommunityMapView>,
) -> impl Fn() -> AnyView + Send + Sync + Clone + 'static {
    let app = app();
    move || {
        let content = draft.to_save();
        let title = content.texts.values().map(|text| text.title.clone()).next().unwrap_or_default();
        let when = match publish.get() {
            Publish::At { publish_at } => texts::scheduled(&app.clock().exactly(publish_at)),
            Publish::Now | Publish::Keep => texts::goes_out_now().to_owned(),
        };
        let audience = in_words(&content.audience, &map.ready().unwrap_or_default());
        view! {
            <p class="t-strong">{title}</p>
            <p class="l-row">{icon("people")} <span data-testid="publish-audience">{audience}</span></p>
            {reach(draft)}
            <p class="l-row">{icon("clock")} <span>{when}</span></p>
            {content.emergency.then(|| view! { <p class="c-field__error">{icon("warn")} <span>{texts::emergency_help()}</span></p> })}
            {(content.texts.len() > 1).then(|| view! { <p class="t-soft">{content.texts.keys().map(words::language_name).collect::<Vec<_>>().join(" ·\u{a0}")}</p> })}
        }
        .into_any()
    }
}

#[component]
fn TemplateName(draft: Draft, open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let name = RwSignal::new(String::new());
    let error =
        Signal::derive(move || name.with(|name| (!name.is_empty()).then(|| name_problem(name)).flatten()));
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wanted = name.get_untracked().trim().to_owned();
        if name_problem(&wanted).is_none() {
            open.set(false);
            let template = SaveTemplate { id: None, name: wanted, content: draft.to_save() };
            app.run::<TemplateSave>(template, move |_| app.tell(words::templates::saved()));
        }
    };
    view! {
        <Dialog open=open id="template-dialog" title=texts::template_save()>
            <form class="c-form" novalidate on:submit=save>
                <Field id="template-name" label=words::templates::name_label() value=name error=error />
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary">{words::common::save()}</button>
                </div>
            </form>
        </Dialog>
    }
}
