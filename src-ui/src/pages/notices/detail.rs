//! A notice: its text, pictures and files, in its languages, read aloud if the device can.

use std::time::Duration;

use leptos::prelude::*;
use linli_wire::{
    Language,
    command::{NoticeKeys, NoticeOpen, NoticesRead, Topic},
    community::Role,
    id::NoticeId,
    notices::{Audience, NoticeGet, NoticeView},
};

use super::row::tags;
use crate::{
    components::{
        attachment::attachments,
        banner::banner,
        dialog::Confirm,
        error_state::error_state,
        help_bar::call_office,
        icon::icon,
        page_header::{Back, back_link},
        prose::prose,
    },
    ipc::{self, Answer},
    pages::join::role_name,
    state::app,
    words::{self, notice as texts},
};

/// How long a notice is on screen before it counts as read.
const READ_AFTER: Duration = Duration::from_millis(1200);

/// The notice `id`.
#[component]
pub(super) fn Detail(id: NoticeId) -> impl IntoView {
    let app = app();
    let language = RwSignal::new(None::<Language>);
    let asked = ipc::ask::<NoticeOpen>(&[Topic::Notices], move || NoticeGet { id, language: language.get() });
    let unread = Memo::new(move |_| asked.with(|view| view.is_some_and(|view| view.row.unread)));
    Effect::new(move |_| {
        if unread.get() {
            let mark = move || {
                if unread.try_get_untracked() == Some(true) {
                    app.run::<NoticesRead>(NoticeKeys { ids: vec![id] }, |_| ());
                }
            };
            let handle = set_timeout_with_handle(mark, READ_AFTER);
            on_cleanup(move || {
                if let Ok(handle) = handle {
                    handle.clear();
                }
            });
        }
    });
    let is_here = Memo::new(move |_| asked.with(|view| view.is_some()));
    Effect::new(move |_| {
        if is_here.get() {
            request_animation_frame(|| crate::app::arrive(false));
        }
    });
    let link = RwSignal::new(String::new());
    let asks_link = RwSignal::new(false);
    let on_link = Callback::new(move |url: String| {
        link.set(url);
        asks_link.set(true);
    });
    let open_link = Callback::new(move |()| app.open_outside(link.get_untracked()));
    view! {
        <div class="l-page" data-width="read">
            <div class="c-page-header__back" data-only="narrow">{back_link(to_list())}</div>
            {move || match asked.get() {
                Answer::Loading => loading(),
                Answer::Failed(error) => view! { <h1 tabindex="-1" class="u-hidden">{texts::title()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Answer::Ready(view) => article(view, language, on_link),
            }}
            <Confirm open=asks_link id="open-link" title=texts::open_link() text=link confirm=words::common::open() then=open_link danger=false />
        </div>
    }
}

fn to_list() -> Back {
    ("/notices".to_owned(), words::notices::title().to_owned())
}

fn loading() -> AnyView {
    view! {
        <div class="p-article" aria-busy="true">
            <h1 class="u-hidden">{texts::title()}</h1>
            <span class="c-skeleton" style=("--w", "30%")></span>
            <span class="c-skeleton" style=("--w", "85%")></span>
            <span class="c-skeleton" data-size="small"></span>
            <span class="c-skeleton" data-size="small"></span>
        </div>
    }
    .into_any()
}

fn article(notice: NoticeView, chosen: RwSignal<Option<Language>>, on_link: Callback<String>) -> AnyView {
    let app = app();
    let clock = app.clock();
    let simple = app.is_simple();
    let NoticeView {
        row,
        audience,
        audience_names,
        blocks,
        languages,
        attachments: files,
        expires_at,
        plain,
    } = notice;
    let lang = row.language.to_string();
    let passed = expires_at.filter(|at| *at <= crate::format::now());
    let published = view! { <time datetime=clock.machine(row.published_at) title=clock.exactly(row.published_at)>{clock.when(row.published_at)}</time> };
    view! {
        <article class="p-article" data-testid="notice">
            <div class="l-row">{tags(&row)}</div>
            <h1 class="p-article__title" tabindex="-1" lang=lang.clone()>{row.title.clone()}</h1>
            <div class="p-article__meta">
                <span>{row.author.clone()}</span> <span>{published}</span>
                {(!simple).then(|| view! { <span>{audience_words(&audience, &audience_names)}</span> })}
            </div>
            {row.changed_at.map(|at| banner("info", "edit", Some(texts::changed_at(&clock.when(at))), texts::changed_text().to_owned()))}
            {passed.map(|at| banner("info", "history", None, texts::expired_text(&clock.when(at))))}
            <div class="l-row">
                {read_aloud(plain, row.language.clone())}
                {language_buttons(&languages, &row.language, chosen)}
            </div>
            <div lang=lang>{prose(blocks, on_link)}</div>
            {(!files.is_empty()).then(|| view! { <section class="l-section"><h2>{texts::files()}</h2> {attachments(files)}</section> })}
            {(!simple).then(|| view! { <div class="l-row" data-fill="">{call_office("quiet")}</div> })}
        </article>
    }
    .into_any()
}

/// Whom a notice is for.
pub fn audience_words(audience: &Audience, names: &[String]) -> String {
    match audience {
        Audience::Community => texts::for_whole_community().to_owned(),
        Audience::Buildings { .. } if !names.is_empty() => match names {
            [code] => texts::for_buildings(&words::common::building(code)),
            many => texts::for_several_buildings(&many.join(words::common::list_comma())),
        },
        Audience::Units { .. } if !names.is_empty() => {
            texts::for_buildings(&names.join(words::common::list_comma()))
        }
        Audience::Buildings { .. } => words::editor::audience_buildings().to_owned(),
        Audience::Units { .. } => words::editor::audience_units().to_owned(),
        Audience::Role { role } => texts::for_buildings(role_words(*role)),
    }
}

fn role_words(role: Role) -> &'static str {
    role_name(role)
}

fn language_buttons(languages: &[Language], shown: &Language, chosen: RwSignal<Option<Language>>) -> AnyView {
    let others = languages.iter().filter(|language| *language != shown).cloned().map(|language| {
        let tag = language.to_string();
        let name = words::language_name(&language);
        view! {
            <button type="button" class="c-button" data-kind="plain" lang=tag data-testid="other-language" on:click=move |_| chosen.set(Some(language.clone()))>
                {icon("translate")} {name}
            </button>
        }
    });
    others.collect_view().into_any()
}

/// "Read aloud", where the device has a voice for the language.
fn read_aloud(plain: String, language: Language) -> AnyView {
    // Asked for by name, because some web views lack it altogether.
    let present =
        js_sys::Reflect::get(&window(), &"speechSynthesis".into()).is_ok_and(|speech| speech.is_object());
    let Some(speech) = window().speech_synthesis().ok().filter(|_| present) else { return ().into_any() };
    let simple = app().is_simple();
    let has_voice = RwSignal::new(voice(&speech, &language).is_some());
    let speaking = RwSignal::new(false);
    let stop = {
        let speech = speech.clone();
        move || speech.cancel()
    };
    // Some engines know their voices only a moment later.
    let look_again = {
        let (speech, language) = (speech.clone(), language.clone());
        set_timeout_with_handle(
            move || _ = has_voice.try_set(voice(&speech, &language).is_some()),
            Duration::from_millis(400),
        )
    };
    let held = StoredValue::new_local((speech.clone(), look_again.ok()));
    on_cleanup(move || {
        let _ = held.try_with_value(|(speech, waiting)| {
            speech.cancel();
            if let Some(waiting) = waiting {
                waiting.clear();
            }
        });
    });
    let press = move |_| {
        if speaking.get_untracked() {
            stop();
            speaking.set(false);
            return;
        }
        let Ok(utterance) = web_sys::SpeechSynthesisUtterance::new_with_text(&plain) else { return };
        utterance.set_lang(language.as_str());
        utterance.set_voice(voice(&speech, &language).as_ref());
        if simple {
            utterance.set_rate(0.85);
        }
        let ended = wasm_bindgen::closure::Closure::once_into_js(move || _ = speaking.try_set(false));
        utterance.set_onend(Some(wasm_bindgen::JsCast::unchecked_ref(&ended)));
        speech.cancel();
        speech.speak(&utterance);
        speaking.set(true);
    };
    let kind = if simple { "primary" } else { "quiet" };
    let word = move || match (speaking.get(), simple) {
        (true, _) => texts::stop_reading(),
        (false, true) => texts::read_aloud_simple(),
        (false, false) => texts::read_aloud(),
    };
    view! {
        <button type="button" class="c-button" data-kind=kind data-testid="read-aloud" hidden=move || !has_voice.get() on:click=press>
            {icon("speak")} {word}
        </button>
    }
    .into_any()
}

fn voice(speech: &web_sys::SpeechSynthesis, language: &Language) -> Option<web_sys::SpeechSynthesisVoice> {
    let voices = speech.get_voices();
    voices
        .iter()
        .map(wasm_bindgen::JsCast::unchecked_into::<web_sys::SpeechSynthesisVoice>)
        .find(|voice| voice.lang().to_lowercase().starts_with(language.as_str()))
}
