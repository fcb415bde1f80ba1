//! Title and text in each language, with a preview of how it will look.

use leptos::{html, prelude::*};
use linli_wire::{
    Language,
    command::{NoticePreview, Text},
    notices::{MAX_BODY, MAX_TITLE},
};
use wasm_bindgen::JsCast;

use super::draft::Draft;
use crate::{
    components::{field::field_error, icon::icon, prose::prose},
    ipc,
    state::{app, debounced},
    words::{self, editor as texts},
};

/// Milliseconds from the last key to the preview.
const PAUSE: u64 = 250;

/// Tabs by language, title, text, preview.
#[component]
pub(super) fn Texts(
    /// The notice.
    draft: Draft,
    /// What does not fit in the titles, once saving was tried.
    title_error: Signal<Option<String>>,
    /// The text field, for pictures to be put into.
    area: NodeRef<html::Textarea>,
) -> impl IntoView {
    let title = move || draft.text().title;
    let body = Memo::new(move |_| draft.text().body);
    let language = move || draft.language.get().to_string();
    let body_error = Signal::derive(move || too_long(&body.get(), MAX_BODY));
    let html = RwSignal::new(false);
    view! {
        {tabs(draft)}
        <div class="c-field" data-invalid=move || title_error.with(Option::is_some)>
            <label class="c-field__label" for="title">{texts::title_label()}</label>
            <p class="c-field__help" id="title-help">{texts::title_help()}</p>
            <input class="c-input" id="title" data-kind="title" data-testid="title" lang=language aria-describedby="title-help title-error"
                maxlength=MAX_TITLE.to_string() prop:value=title
                on:input=move |event| draft.change_text(|text| text.title = event_target_value(&event))
                on:blur=move |_| draft.keep() />
            {field_error("title-error".to_owned(), title_error)}
        </div>
        <div class="c-field" data-invalid=move || body_error.with(Option::is_some)>
            <label class="c-field__label" for="body">{texts::body_label()}</label>
            <p class="c-field__help" id="body-help">{texts::body_help()}</p>
            {tools(draft, area)}
            <textarea class="c-input" id="body" data-testid="body" lang=language rows="10" aria-describedby="body-help body-error" node_ref=area
                prop:value=body
                on:input=move |event| draft.change_text(|text| text.body = event_target_value(&event))
                on:blur=move |_| draft.keep()></textarea>
            {field_error("body-error".to_owned(), body_error)}
            <div role="status">
                {move || html.get().then(|| view! { <p class="c-banner" data-kind="info" data-testid="html-warning">{icon("info")} <span>{texts::html_warning()}</span></p> })}
            </div>
        </div>
        <Preview body=body html=html />
    }
}

fn too_long(text: &str, most: usize) -> Option<String> {
    let over = text.chars().count().saturating_sub(most);
    (over > 0).then(|| words::common::too_long(u32::try_from(over).unwrap_or(u32::MAX)))
}

fn tabs(draft: Draft) -> AnyView {
    let app = app();
    let community = app.with_me_untracked(|me| me.community.languages.clone()).unwrap_or_default();
    let languages = Memo::new(move |_| {
        let mut languages = community.clone();
        draft.content.with(|content| {
            for language in content.texts.keys() {
                if !languages.contains(language) {
                    languages.push(language.clone());
                }
            }
        });
        languages
    });
    let tab = move |language: Language| {
        let (here, there) = (language.clone(), language.clone());
        let written = {
            let language = language.clone();
            move || {
                draft
                    .content
                    .with(|content| content.texts.get(&language).is_some_and(|text| !text.title.is_empty()))
            }
        };
        view! {
            <button type="button" role="tab" lang=language.to_string() data-testid=format!("text-{language}")
                aria-selected=move || (draft.language.get() == here).to_string() on:click=move |_| draft.language.set(there.clone())>
                {move || written().then(|| icon("ok"))} {words::language_name(&language)}
            </button>
        }
    };
    view! {
        <div class="c-tabs" role="tablist" aria-label=texts::languages()>
            {move || languages.get().into_iter().map(tab).collect_view()}
        </div>
    }
    .into_any()
}

/// What Markdown needs, for those who do not know it: around or before what is selected.
fn tools(draft: Draft, area: NodeRef<html::Textarea>) -> AnyView {
    let tool = move |symbol: &'static str, word: &'static str, before: &'static str, after: &'static str| {
        let press = move |_| {
            if let Some(area) = area.get_untracked() {
                insert(&area, before, after);
                draft.change_text(|text| text.body = area.value());
            }
        };
        view! { <button type="button" class="c-button" data-kind="plain" on:click=press>{icon(symbol)} {word}</button> }
    };
    view! {
        <div class="p-editor__tools" role="toolbar" aria-label=texts::body_label()>
            {tool("bold", texts::bold(), "**", "**")}
            {tool("text-size", texts::heading(), "\n## ", "\n")}
            {tool("list", texts::list(), "\n- ", "")}
            {tool("link", texts::link(), "[", "](https://)")}
            {tool("table", texts::table(), "\n| A | B |\n| --- | ---: |\n| ", " | 0 |\n")}
        </div>
    }
    .into_any()
}

/// Puts `before` and `after` around the selection and leaves the cursor between them.
pub(super) fn insert(area: &web_sys::HtmlTextAreaElement, before: &str, after: &str) {
    let text = js_sys::JsString::from(area.value());
    let start = area.selection_start().ok().flatten().unwrap_or(text.length());
    let end = area.selection_end().ok().flatten().unwrap_or(start);
    let selected: String = text.slice(start, end).into();
    let whole = format!(
        "{}{before}{selected}{after}{}",
        String::from(text.slice(0, start)),
        String::from(text.slice(end, text.length()))
    );
    area.set_value(&whole);
    // Positions count UTF-16 units, as the browser does.
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or_default();
    let cursor = start + units(before) + units(&selected);
    let _ = area.set_selection_range(cursor, cursor);
    let _ = area.unchecked_ref::<web_sys::HtmlElement>().focus();
}

#[component]
fn Preview(
    /// The text in the open language.
    body: Memo<String>,
    /// Told whether raw HTML stands in it.
    html: RwSignal<bool>,
) -> impl IntoView {
    let app = app();
    let shown = RwSignal::new(body.get_untracked());
    let follow = debounced(PAUSE, move |text: String| shown.set(text));
    Effect::new(move |_| follow(body.get()));
    let asked = ipc::ask::<NoticePreview>(&[], move || Text { text: shown.get() });
    Effect::new(move |_| html.set(asked.with(|blocks| blocks.is_some_and(|blocks| blocks.html))));
    let simple = app.kept("preview simple", || false);
    let on_link = Callback::new(move |url: String| app.tell(url));
    view! {
        <section class="l-section" aria-label=texts::preview()>
            <div class="l-section__head">
                <h2>{texts::preview()}</h2>
                <button type="button" class="c-button" data-kind="plain" data-edge="end" aria-pressed=move || simple.get().to_string() on:click=move |_| simple.update(|simple| *simple = !*simple)>
                    {icon("eye")} {texts::preview_simple()}
                </button>
            </div>
            <div class="p-preview" data-simple=move || simple.get() data-testid="preview">
                {move || asked.ready().map(|blocks| prose(blocks.blocks, on_link))}
            </div>
        </section>
    }
}
