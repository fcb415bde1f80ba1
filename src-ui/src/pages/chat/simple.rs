//! Writing in Simple mode: a large field, a voice, and sentences that are put in with one press and sent with a second.

use leptos::prelude::*;
use linli_wire::{attachments::Attachment, chat::MAX_FILES};

use super::{
    composer::{Writing, chips},
    desk::focus_box,
    files::{Choose, Files},
    voice::{self, Recorder, Recording},
};
use crate::{
    components::icon::icon,
    words::{self, chat_simple as texts},
};

/// The large way to write.
#[component]
pub(super) fn SimpleComposer(writing: Writing) -> impl IntoView {
    let taken = Callback::new(move |file: Attachment| writing.files.update(|files| files.push(file)));
    let recorder = Recorder::new(taken);
    let composing = StoredValue::new(false);
    let read = move || writing.area.get_untracked().map(|area| area.value()).unwrap_or_default();
    let empty = Memo::new(move |_| writing.is_empty());
    let kind = voice::recordable();
    let say_it = move |_| match kind {
        Some(kind) => recorder.start(kind),
        None => focus_box(),
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let is_composing = event.is_composing() || event.key_code() == 229 || composing.get_value();
        if event.key() == "Enter" && !event.shift_key() && !is_composing {
            event.prevent_default();
            writing.send();
        }
    };
    let ready = [texts::fine(), texts::call_me(), texts::need_help(), texts::thank_you()];
    let sentence = move |sentence: &'static str| {
        let put = move |_| {
            // One that is to be ended by hand ends with dots.
            let begun =
                sentence.strip_suffix('…').map(|begun| format!("{} ", begun.trim_end_matches(['…', ' '])));
            writing.words.set(begun.unwrap_or_else(|| sentence.to_owned()));
            focus_box();
        };
        view! { <button type="button" class="c-button" data-kind="quiet" data-testid="ready" on:click=put>{sentence}</button> }
    };
    view! {
        <form class="p-compose" data-simple="" novalidate on:submit=move |event| { event.prevent_default(); writing.send() }>
            {chips(writing)}
            <Files files=writing.files most=MAX_FILES />
            {move || (recorder.state.get() == Recording::On).then(|| voice::running(recorder))}
            <label class="u-hidden" for="say">{words::chat_room::message()}</label>
            <textarea class="c-input p-compose__field" id="say" rows="1" data-testid="say" placeholder=texts::placeholder() node_ref=writing.area
                prop:value=writing.words
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |_| { composing.set_value(false); writing.typed_now(read()) }
                on:input=move |_| writing.typed_now(read())
                on:keydown=on_key></textarea>
            {move || empty.get().then(|| view! {
                <div class="p-ready" role="group" aria-label=texts::ready()>{ready.map(sentence).into_iter().collect_view()}</div>
            })}
            <div class="p-ready" hidden=move || recorder.state.get() != Recording::Off>
                {move || if empty.get() {
                    view! { <button type="button" class="c-button" data-kind="primary" data-width="full" id="record-voice" data-testid="say-it" on:click=say_it>{icon("mic")} {texts::say_it()}</button> }.into_any()
                } else {
                    view! { <button type="submit" class="c-button" data-kind="primary" data-width="full" id="send-message" data-testid="send">{icon("send")} {texts::send()}</button> }.into_any()
                }}
                <Choose files=writing.files most=MAX_FILES label=texts::photo() large=true />
            </div>
        </form>
    }
}
