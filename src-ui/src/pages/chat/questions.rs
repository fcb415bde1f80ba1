//! What is asked about a message: what it shall say, what is wrong with it, and whether one is sure.

use leptos::prelude::*;
use linli_wire::{
    chat::{BlockPerson, Complaint, EditMessage, MAX_MESSAGE, MAX_REASON, MessageRow, ReportMessage},
    command::{MessageEdit, MessageReport, PersonBlock},
    id::MessageId,
    typed::{Typed, TypedPlace},
};

use super::{
    case::DecideForm,
    desk::{Asking, Desk},
};
use crate::{
    components::{
        attachment::Picture,
        choice::{Choice, choices},
        dialog::{Confirm, Dialog},
        error_state::error_state,
        icon::icon,
    },
    pages::repairs::{Area, too_long},
    state::{Act, app},
    typing,
    words::{self, chat_civil, chat_message as texts, chat_report},
};

/// All of them.
#[component]
pub(super) fn Questions(desk: Desk) -> impl IntoView {
    view! {
        <Edit desk=desk open=opened(desk, Asking::Edit) />
        <Report desk=desk open=opened(desk, Asking::Report) />
        <Decision desk=desk open=opened(desk, Asking::Decide) />
        {sure(desk)}
        <Links desk=desk />
        <Large desk=desk />
    }
}

/// Open while this is what is asked.
fn opened(desk: Desk, asking: Asking) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(desk.asking.get() == Some(asking)));
    Effect::new(move |_| {
        if !open.get() && desk.asking.get_untracked() == Some(asking) {
            desk.asking.set(None);
        }
    });
    open
}

/// The message that was last asked this about. It stays while its question is closed, so that what was typed does.
fn asked_about(desk: Desk, asking: Asking) -> Memo<Option<MessageRow>> {
    Memo::new(move |before: Option<&Option<MessageRow>>| {
        let before = before.cloned().flatten();
        let row = (desk.asking.get() == Some(asking)).then(|| desk.message.get()).flatten();
        let same = |row: &MessageRow| {
            before.as_ref().is_some_and(|before| before.id == row.id && before.words == row.words)
        };
        if row.as_ref().is_none_or(same) { before } else { row }
    })
}

#[component]
fn Edit(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let of = asked_about(desk, Asking::Edit);
    view! {
        <Dialog open=open id="edit-message" title=texts::edit()>
            {move || of.get().map(|row| edit_form(row, open))}
        </Dialog>
    }
}

fn edit_form(row: MessageRow, open: RwSignal<bool>) -> AnyView {
    let (id, has_files, before) = (row.id, !row.files.is_empty(), row.words);
    let words = RwSignal::new(before.clone());
    let as_it_is = before.clone();
    let now = Memo::new(move |_| {
        let words = words.get();
        Typed { words: if words == as_it_is { String::new() } else { words }, ..Typed::default() }
    });
    let put = before.clone();
    typing::remember(TypedPlace::MessageEdit { id }, now, move |kept| {
        words.set(if kept.words.is_empty() { put.clone() } else { kept.words });
    });
    let act = Act::new();
    let tried = RwSignal::new(false);
    let error = Signal::derive(move || {
        let missing = tried.get() && !has_files && words.with(|words| words.trim().is_empty());
        missing
            .then(|| texts::missing().to_owned())
            .or_else(|| words.with(|words| too_long(words, MAX_MESSAGE)))
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if error.with_untracked(Option::is_some) {
            return;
        }
        let edit = EditMessage { id, words: words.get_untracked().trim().to_owned() };
        let before = before.clone();
        act.run::<MessageEdit>(edit, move |_| {
            tried.set(false);
            words.set(before);
            open.set(false);
        });
    };
    view! {
        <form class="c-form" novalidate on:submit=save>
            <Area id="edit-words" label=texts::edit_label() value=words error=error />
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                <button type="submit" class="c-button" data-kind="primary" data-testid="edit-save" aria-busy=act.aria_busy()>{words::common::save()}</button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Report(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let of = asked_about(desk, Asking::Report);
    view! {
        <Dialog open=open id="report-message" title=chat_report::title()>
            <p>{chat_report::text()}</p>
            {move || of.get().map(|row| report_form(row.id, open))}
        </Dialog>
    }
}

#[component]
fn Decision(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let of = asked_about(desk, Asking::Decide);
    view! {
        <Dialog open=open id="decide-message" title=chat_civil::decide()>
            {move || of.get().map(|row| view! { <DecideForm id=row.id may_remove=true done=Callback::new(move |()| open.set(false)) /> })}
        </Dialog>
    }
}

fn report_form(id: MessageId, open: RwSignal<bool>) -> AnyView {
    let app = app();
    let (complaint, said) = (RwSignal::new(Complaint::Insult), RwSignal::new(String::new()));
    let now = Memo::new(move |_| Typed { words: said.get(), ..Typed::default() });
    typing::remember(TypedPlace::Complaint { id }, now, move |kept| said.set(kept.words));
    let tried = RwSignal::new(false);
    let act = Act::new();
    let error = Signal::derive(move || {
        let needed = complaint.get() == Complaint::Other && said.with(|said| said.trim().is_empty());
        (tried.get() && needed)
            .then(|| chat_report::words_missing().to_owned())
            .or_else(|| said.with(|said| too_long(said, MAX_REASON)))
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if error.with_untracked(Option::is_some) {
            return;
        }
        let report = ReportMessage {
            id,
            complaint: complaint.get_untracked(),
            words: said.get_untracked().trim().to_owned(),
        };
        act.run::<MessageReport>(report, move |_| {
            tried.set(false);
            said.set(String::new());
            open.set(false);
            app.tell(chat_report::thanks());
        });
    };
    let options = vec![
        Choice::new(Complaint::Insult, chat_report::insult(), "complaint-insult"),
        Choice::new(Complaint::Privacy, chat_report::privacy(), "complaint-privacy"),
        Choice::new(Complaint::Advertising, chat_report::advertising(), "complaint-advertising"),
        Choice::new(Complaint::Untrue, chat_report::untrue(), "complaint-untrue"),
        Choice::new(Complaint::Other, chat_report::other(), "complaint-other"),
    ];
    view! {
        <form class="c-form" novalidate on:submit=send>
            {choices("complaint", chat_report::what(), true, None, complaint.into(), options, Callback::new(move |chosen| complaint.set(chosen)))}
            <Area id="report-words" label=chat_report::words() value=said error=error optional=true />
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                <button type="submit" class="c-button" data-kind="primary" data-testid="report-send" aria-busy=act.aria_busy()>{icon("send")} {chat_report::send()}</button>
            </div>
        </form>
    }
    .into_any()
}

/// What a complaint is called.
pub(super) fn complaint_word(complaint: Complaint) -> &'static str {
    match complaint {
        Complaint::Insult => chat_report::insult(),
        Complaint::Privacy => chat_report::privacy(),
        Complaint::Advertising => chat_report::advertising(),
        Complaint::Untrue => chat_report::untrue(),
        Complaint::Other => chat_report::other(),
    }
}

/// Not to hear somebody any more; and in Simple mode, where nothing runs out, taking a message back.
fn sure(desk: Desk) -> AnyView {
    let app = app();
    let name = Signal::derive(move || {
        desk.message.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default())
    });
    let block = Callback::new(move |()| {
        let Some(row) = desk.message.get_untracked() else { return };
        let asked = BlockPerson { person_id: row.from, blocked: true };
        app.run::<PersonBlock>(asked, move |_| app.tell(texts::blocked(&row.name)));
    });
    let delete = Callback::new(move |()| {
        if let Some(row) = desk.message.get_untracked() {
            desk.delete(row.id);
        }
    });
    view! {
        <Confirm open=opened(desk, Asking::Block) id="block-person" title=Signal::derive(move || texts::block_title(&name.get())) text=texts::block_text().to_owned() confirm=texts::block() then=block />
        <Confirm open=opened(desk, Asking::Delete) id="delete-message" title=texts::delete_title().to_owned() text=texts::delete_text().to_owned() confirm=texts::delete() then=delete />
    }
    .into_any()
}

/// A link opens after it was shown where it leads.
#[component]
fn Links(desk: Desk) -> impl IntoView {
    let app = app();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(desk.link.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && desk.link.with_untracked(Option::is_some) {
            desk.link.set(None);
        }
    });
    let address = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(link) = desk.link.get() {
            address.set(link);
        }
    });
    let leave = Callback::new(move |()| app.open_outside(address.get_untracked()));
    view! { <Confirm open=open id="open-link" title=words::notice::open_link().to_owned() text=address confirm=words::common::open() then=leave danger=false /> }
}

/// A photo as large as the window has room for.
#[component]
fn Large(desk: Desk) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(desk.photo.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && desk.photo.with_untracked(Option::is_some) {
            desk.photo.set(None);
        }
    });
    view! {
        <Dialog open=open id="photo" title=words::chat::what_photo().to_owned()>
            {move || desk.photo.get().map(|photo| view! { <div class="p-large"><Picture id=photo.id alt=texts::photo_by().to_owned() pixels=photo.pixels /></div> })}
            <div class="c-dialog__actions"><button type="button" class="c-button" data-kind="quiet" data-testid="photo-close" on:click=move |_| open.set(false)>{words::common::close()}</button></div>
        </Dialog>
    }
}
