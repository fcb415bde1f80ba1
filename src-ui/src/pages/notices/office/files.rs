//! Pictures and files of a notice: chosen or dropped, taken in by the core, sent with the notice.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use linli_wire::{
    Code, WireError,
    attachments::{Attachment, MAX_FILE_BYTES},
    command::AttachmentAdd,
    notices::MAX_ATTACHMENTS,
};
use web_sys::{DragEvent, File, FileList, HtmlInputElement};

use super::{draft::Draft, text::insert};
use crate::{
    components::{
        attachment::{Shown, kind_and_size, picture_address},
        icon::icon,
    },
    format::file_size,
    ipc, words,
    words::editor as texts,
};

/// A file on its way in, or refused.
#[derive(Clone)]
struct Incoming {
    key: u32,
    name: String,
    error: Option<WireError>,
}

/// The files with a place to drop more.
#[component]
pub(super) fn Files(draft: Draft, area: NodeRef<html::Textarea>) -> impl IntoView {
    let incoming = RwSignal::new(Vec::<Incoming>::new());
    let over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let take = move |files: Option<FileList>| {
        let Some(files) = files else { return };
        for at in 0..files.length() {
            if let Some(file) = files.get(at) {
                take_in(draft, incoming, file);
            }
        }
    };
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        take(input.files());
        // So that the same file can be chosen again after it was removed.
        input.set_value("");
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        take(event.data_transfer().and_then(|data| data.files()));
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let kept = Memo::new(move |_| draft.content.with(|content| content.attachments.clone()));
    view! {
        <section class="l-section">
            <h2>{texts::attachments()}</h2>
            <ul class="c-attachments" role="list">
                <For each=move || kept.get() key=|file| file.id let(file)><KeptRow draft=draft area=area file=file /></For>
                <For each=move || incoming.get() key=|file| (file.key, file.error.is_some()) let(file)>{incoming_row(file, incoming)}</For>
            </ul>
            <div class="c-drop" data-over=move || over.get()
                on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true) }
                on:dragleave=move |_| over.set(false)
                on:drop=dropped>
                {icon("upload")}
                <span class="l-grow">{texts::attach_text(&file_size(MAX_FILE_BYTES))}</span>
                <input type="file" class="u-hidden" multiple node_ref=input tabindex="-1" aria-label=texts::attach_choose() data-testid="file-input" on:change=chosen />
                <button type="button" class="c-button" data-kind="quiet" on:click=choose>{texts::attach_choose()}</button>
            </div>
        </section>
    }
}

fn take_in(draft: Draft, incoming: RwSignal<Vec<Incoming>>, file: File) {
    let name = file.name();
    let key = incoming.with_untracked(|files| files.last().map_or(0, |last| last.key.wrapping_add(1)));
    incoming.update(|files| files.push(Incoming { key, name, error: None }));
    spawn_local(async move {
        let result = read_and_add(draft, file).await;
        let _ = incoming.try_update(|files| match result {
            Ok(()) => files.retain(|file| file.key != key),
            Err(error) => {
                for file in files.iter_mut().filter(|file| file.key == key) {
                    file.error = Some(error.clone());
                }
            }
        });
    });
}

async fn read_and_add(draft: Draft, file: File) -> Result<(), WireError> {
    if draft.content.with_untracked(|content| content.attachments.len()) >= MAX_ATTACHMENTS {
        return Err(WireError::new(Code::TooLarge, "there are too many files"));
    }
    let added = ipc::call_with_file::<AttachmentAdd>(file).await?;
    let _ = draft.content.try_update(|content| {
        if !content.attachments.iter().any(|file| file.id == added.id) {
            content.attachments.push(added);
        }
    });
    Ok(())
}

#[component]
fn KeptRow(draft: Draft, area: NodeRef<html::Textarea>, file: Attachment) -> impl IntoView {
    let Attachment { id, name, .. } = file.clone();
    let remove = move |_| draft.content.update(|content| content.attachments.retain(|file| file.id != id));
    let put_in = move |_| {
        if let Some(area) = area.get_untracked() {
            insert(&area, &format!("\n\n![{}", texts::alt_label()), &format!("](attachment:{id})\n"));
            draft.change_text(|text| text.body = area.value());
        }
    };
    let picture = file.is_picture();
    let address = picture.then(|| picture_address(id));
    view! {
        <li class="c-attachment" data-testid="attachment">
            {match address {
                Some(address) => (move || match address.get() {
                    Shown::Here(address) => view! { <img class="c-attachment__picture" src=address alt="" /> }.into_any(),
                    Shown::Loading | Shown::Missing => icon("image"),
                }).into_any(),
                None => icon("file"),
            }}
            <div>
                <div class="c-attachment__name">{name}</div>
                <div class="c-attachment__size">{kind_and_size(&file)}</div>
            </div>
            <div class="l-row">
                {picture.then(|| view! { <button type="button" class="c-button" data-kind="plain" on:click=put_in>{icon("image")} {texts::put_in_text()}</button> })}
                <button type="button" class="c-button" data-kind="plain" on:click=remove>{icon("trash")} {words::common::remove()}</button>
            </div>
        </li>
    }
}

fn incoming_row(file: Incoming, incoming: RwSignal<Vec<Incoming>>) -> AnyView {
    let key = file.key;
    let dismiss = move |_| incoming.update(|files| files.retain(|file| file.key != key));
    let failed = file.error.is_some();
    let line = match &file.error {
        Some(error) => {
            let (title, text) = words::trouble(error);
            view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{title}". "{text}</span></p> }
                .into_any()
        }
        None => view! { <div class="c-attachment__size" role="status">{texts::taking_in()}</div> }.into_any(),
    };
    view! {
        <li class="c-attachment" data-invalid=failed>
            {icon("file")}
            <div><div class="c-attachment__name">{file.name}</div> {line}</div>
            {failed.then(|| view! { <button type="button" class="c-button" data-kind="plain" on:click=dismiss>{icon("close")} {words::common::close()}</button> })}
            {(!failed).then(|| view! { <progress class="c-progress" aria-label=texts::taking_in()></progress> })}
        </li>
    }
    .into_any()
}
