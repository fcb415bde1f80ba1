//! Where one writes: words, files, a voice, an answer, names, and what it is about. What stands there is kept per room.

use std::collections::VecDeque;

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use linli_wire::{
    attachments::Attachment,
    chat::{About, MAX_FILES, MAX_MENTIONS, MAX_MESSAGE, ReplyLine, SayInRoom, What},
    command::{MessageSay, RoomKey, TypingTell},
    id::PersonId,
    typed::{Typed, TypedPlace},
};

use super::{
    desk::Desk,
    files::{Choose, Files},
    mentions::{Mentions, Naming},
    said::{what_words, who_wrote},
    voice::{self, Recorder, Recording},
};
use crate::{
    components::icon::icon,
    format::now,
    ipc,
    pages::repairs::too_long,
    state::{App, app},
    typing,
    words::{self, chat_room as texts},
};

/// Least milliseconds between two hints that somebody is typing.
const HINT: i64 = 4000;

/// What is being written in a room.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub(super) desk: Desk,
    pub(super) words: RwSignal<String>,
    pub(super) files: RwSignal<Vec<Attachment>>,
    pub(super) about: RwSignal<Option<About>>,
    /// People who were named, with the name as it stands in the words.
    pub(super) named: RwSignal<Vec<(PersonId, String)>>,
    /// The field.
    pub(super) area: NodeRef<html::Textarea>,
    queue: StoredValue<VecDeque<SayInRoom>>,
    sending: StoredValue<bool>,
    hinted: StoredValue<i64>,
    app: App,
}

impl Writing {
    /// What stood there before, kept from now on.
    pub(super) fn open(desk: Desk) -> Self {
        let app = app();
        let id = desk.id;
        let writing = Self {
            desk,
            words: app.kept(format!("room {id} words"), String::new),
            files: app.kept(format!("room {id} files"), Vec::new),
            about: app.kept(format!("room {id} about"), || None),
            named: app.kept(format!("room {id} named"), Vec::new),
            area: NodeRef::new(),
            queue: StoredValue::new(VecDeque::new()),
            sending: StoredValue::new(false),
            hinted: StoredValue::new(0),
            app,
        };
        let form = Memo::new(move |_| writing.typed());
        typing::remember(TypedPlace::Message { id }, form, move |kept| writing.put(kept));
        writing
    }

    /// What it would become; follows it.
    fn say(self) -> SayInRoom {
        let words = self.words.get();
        let mentions = self.named.with(|named| named_in(&words, named));
        SayInRoom {
            room_id: self.desk.id,
            words,
            files: self.files.get(),
            reply_to: self.desk.reply.with(|reply| reply.as_ref().map(|reply| reply.id)),
            mentions,
            about: self.about.get(),
        }
    }

    /// What is kept of it.
    fn typed(self) -> Typed {
        let say = self.say();
        let more = say.reply_to.is_some() || !say.mentions.is_empty() || say.about.is_some();
        let form = if more { serde_json::to_string(&say).unwrap_or_default() } else { String::new() };
        Typed { words: say.words, photos: say.files, form }
    }

    /// Gives up what stands there.
    pub(super) fn give_up(self) {
        self.put(Typed::default());
    }

    fn put(self, kept: Typed) {
        let form = serde_json::from_str::<SayInRoom>(&kept.form).ok();
        let people = self.desk.with(|view| view.people.clone()).unwrap_or_default();
        let named = form.iter().flat_map(|form| &form.mentions).filter_map(|id| {
            let person = people.iter().find(|person| person.id == *id)?;
            Some((*id, person.name.clone()))
        });
        self.named.set(named.collect());
        self.about.set(form.as_ref().and_then(|form| form.about.clone()));
        let answered = form.and_then(|form| form.reply_to);
        if self.desk.reply.with_untracked(|reply| reply.as_ref().map(|reply| reply.id)) != answered {
            // Its words come with the room, see `Desk::answered`.
            self.desk.reply.set(answered.map(|id| ReplyLine {
                id,
                number: 0,
                own: false,
                name: String::new(),
                words: texts::a_message().to_owned(),
                what: What::Words,
            }));
        }
        self.words.set(kept.words);
        self.files.set(kept.photos);
    }

    pub(super) fn is_empty(self) -> bool {
        self.words.with(|words| words.trim().is_empty()) && self.files.with(Vec::is_empty)
    }

    /// Sends what stands there, behind what was sent before.
    pub(super) fn send(self) {
        let say = untrack(|| self.say());
        let say = SayInRoom { words: say.words.trim().to_owned(), ..say };
        if untrack(|| self.is_empty()) || say.words.chars().count() > MAX_MESSAGE {
            return;
        }
        self.words.set(String::new());
        self.files.set(Vec::new());
        self.named.set(Vec::new());
        self.about.set(None);
        self.desk.reply.set(None);
        self.queue.update_value(|queue| queue.push_back(say));
        self.desk.list.to_end();
        self.desk.read(self.desk.rows.last.get_untracked());
        if !self.sending.get_value() {
            self.sending.set_value(true);
            self.send_next();
        }
    }

    /// One after the other, so that they stand in the order in which they were written; also after the room was left.
    fn send_next(self) {
        let mut waiting = self.queue.try_update_value(std::mem::take).unwrap_or_default();
        spawn_local(async move {
            while let Some(say) = waiting.pop_front() {
                if let Err(error) = ipc::call::<MessageSay>(say.clone()).await {
                    self.app.complain(&error);
                    self.give_back(say);
                }
                waiting.extend(self.queue.try_update_value(std::mem::take).unwrap_or_default());
            }
            let _ = self.sending.try_set_value(false);
        });
    }

    /// What could not even be put into the outbox stands in the field again.
    fn give_back(self, say: SayInRoom) {
        let _ = self.words.try_update(|words| {
            *words = if words.trim().is_empty() { say.words } else { format!("{}\n{words}", say.words) };
        });
        let _ = self.files.try_update(|files| files.extend(say.files));
        let _ = self.about.try_update(|about| *about = about.take().or(say.about));
    }

    /// Tells the room that somebody is typing, now and then.
    fn hint(self) {
        let at = now().0;
        if at - self.hinted.get_value() < HINT {
            return;
        }
        self.hinted.set_value(at);
        // It is a hint: nobody is told when it gets lost.
        ipc::call_then::<TypingTell>(RoomKey { id: self.desk.id }, |_| ());
    }

    /// What was typed.
    pub(super) fn typed_now(self, text: String) {
        if !text.trim().is_empty() {
            self.hint();
        }
        self.words.set(text);
    }
}

/// People whose names still stand in the words.
fn named_in(words: &str, named: &[(PersonId, String)]) -> Vec<PersonId> {
    let mut found = Vec::new();
    for (id, name) in named {
        if words.contains(&format!("@{name}")) && !found.contains(id) && found.len() < MAX_MENTIONS {
            found.push(*id);
        }
    }
    found
}

/// The field and its buttons.
#[component]
pub(super) fn Composer(writing: Writing, ask: Callback<()>) -> impl IntoView {
    let desk = writing.desk;
    let taken = Callback::new(move |file: Attachment| writing.files.update(|files| files.push(file)));
    let recorder = Recorder::new(taken);
    let composing = StoredValue::new(false);
    let naming = Naming::new(writing);
    let too_much = Signal::derive(move || writing.words.with(|words| too_long(words, MAX_MESSAGE)));
    let read = move || writing.area.get_untracked().map(|area| area.value()).unwrap_or_default();
    let on_key = move |event: web_sys::KeyboardEvent| {
        // 229: a key of an input method that does not say so otherwise.
        if event.is_composing() || event.key_code() == 229 || composing.get_value() {
            return;
        }
        if naming.key(&event) {
            event.prevent_default();
        } else if event.key() == "Enter" && !event.shift_key() {
            event.prevent_default();
            writing.send();
        } else if event.key() == "Escape" && desk.reply.with_untracked(Option::is_some) {
            desk.reply.set(None);
        }
    };
    let is_off = move || recorder.state.get() == Recording::Off;
    let record = voice::recordable().map(|kind| {
        view! {
            <button type="button" class="c-button" data-kind="plain" id="record-voice" data-testid="record" on:click=move |_| recorder.start(kind)>{icon("mic")} <span>{words::chat_voice::record()}</span></button>
        }
    });
    view! {
        <form class="p-compose" novalidate on:submit=move |event| { event.prevent_default(); writing.send() } aria-label=texts::write()>
            {chips(writing)}
            <Files files=writing.files most=MAX_FILES />
            <Mentions naming=naming />
            <div class="p-compose__line">
                <label class="u-hidden" for="say">{texts::message()}</label>
                <textarea class="c-input p-compose__field" id="say" rows="1" data-testid="say" placeholder=texts::placeholder() node_ref=writing.area
                    aria-describedby="say-help" aria-autocomplete="list" aria-haspopup="listbox" aria-controls="mentions" aria-activedescendant=move || naming.active()
                    aria-invalid=move || too_much.with(Option::is_some).then_some("true")
                    prop:value=writing.words
                    on:compositionstart=move |_| composing.set_value(true)
                    on:compositionend=move |_| { composing.set_value(false); writing.typed_now(read()); naming.look() }
                    on:input=move |_| { writing.typed_now(read()); if !composing.get_value() { naming.look() } }
                    on:keydown=on_key></textarea>
                <button type="submit" class="c-button" data-kind="primary" id="send-message" data-testid="send" aria-disabled=move || writing.is_empty().then_some("true")>{icon("send")} {texts::send()}</button>
            </div>
            {move || too_much.get().map(|words| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{words}</span></p> })}
            {move || (recorder.state.get() == Recording::On).then(|| voice::running(recorder))}
            {move || matches!(recorder.state.get(), Recording::Asking | Recording::Keeping).then(|| view! { <p class="t-soft t-small" role="status">{words::editor::taking_in()}</p> })}
            <div class="p-compose__more" hidden=move || !is_off()>
                <Choose files=writing.files most=MAX_FILES label=texts::attach() />
                {record}
                <button type="button" class="c-button" data-kind="plain" data-testid="ask-room" on:click=move |_| ask.run(())>{icon("list")} <span>{words::chat_poll::new_short()}</span></button>
                <details class="c-details p-compose__help" data-kind="quiet"><summary>{texts::how_to()}</summary><p class="t-soft t-small" id="say-help">{texts::how_to_text()}</p></details>
            </div>
        </form>
    }
}

/// What goes with the words: the message that is answered, and what it is about; each can be taken off.
pub(super) fn chips(writing: Writing) -> AnyView {
    let desk = writing.desk;
    view! {
        {move || desk.answered().map(|reply| view! {
            <div class="p-with" data-testid="reply-to">
                {icon("back")}
                <p><strong>{texts::answer_to(&who_wrote(reply.own, &reply.name))}</strong> <span class="p-quote__words">{what_words(reply.what, &reply.words)}</span></p>
                <button type="button" class="c-button" data-kind="plain" on:click=move |_| desk.reply.set(None)>{icon("close")} {words::common::remove()}</button>
            </div>
        })}
        {move || writing.about.get().map(|about| view! {
            <div class="p-with" data-testid="about-chip">
                {super::message::about(&about)}
                <button type="button" class="c-button" data-kind="plain" on:click=move |_| writing.about.set(None)>{icon("close")} {words::common::remove()}</button>
            </div>
        })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Timestamp;

    use super::*;

    #[test]
    fn only_names_that_still_stand_there_are_told() {
        let id = |byte: u8| PersonId::new(Timestamp(0), [byte; 10]);
        let named = [(id(1), "Li".to_owned()), (id(2), "Wang Mei".to_owned()), (id(1), "Li".to_owned())];
        assert_eq!(named_in("@Li and @Wang Mei", &named), [id(1), id(2)]);
        assert_eq!(named_in("Li and @Wang", &named), []);
    }
}
