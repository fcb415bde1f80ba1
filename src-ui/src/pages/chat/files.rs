//! Photos and files that go with a message: chosen, taken in by the core, shown small, removed again.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use linli_wire::{attachments::Attachment, command::AttachmentAdd};
use web_sys::HtmlInputElement;

use super::voice;
use crate::{
    components::{
        attachment::{Shown, kind_and_size, picture_address},
        icon::icon,
    },
    format::file_size,
    ipc,
    state::app,
    words::{self, chat_room as texts},
};

/// What was chosen, each with a way to remove it.
#[component]
pub(super) fn Files(files: RwSignal<Vec<Attachment>>, most: usize) -> impl IntoView {
    let full = move || files.with(Vec::len) >= most;
    view! {
        <ul class="p-files" role="list" hidden=move || files.with(Vec::is_empty)>
            <For each=move || files.get() key=|file| file.id let(file)>{chosen(file, files)}</For>
        </ul>
        {move || full().then(|| view! { <p class="t-soft t-small">{texts::files_full(&words::number(u32::try_from(most).unwrap_or_default()))}</p> })}
    }
}

fn chosen(file: Attachment, files: RwSignal<Vec<Attachment>>) -> AnyView {
    let id = file.id;
    let sign = if file.is_picture() {
        let address = picture_address(id);
        (move || match address.get() {
            Shown::Here(address) => {
                view! { <img class="c-attachment__picture" src=address alt="" /> }.into_any()
            }
            Shown::Loading | Shown::Missing => icon("image"),
        })
        .into_any()
    } else {
        icon(if voice::is_voice(&file) { "speak" } else { "file" })
    };
    let name = if voice::is_voice(&file) { words::chat::what_voice().to_owned() } else { file.name.clone() };
    // What a recording is called inside says nothing to anybody.
    let size = if voice::is_voice(&file) { file_size(file.bytes) } else { kind_and_size(&file) };
    let label = format!("{} {name}", words::common::remove());
    view! {
        <li class="c-attachment" data-testid="chosen-file">
            {sign}
            <div><div class="c-attachment__name">{name}</div> <div class="c-attachment__size">{size}</div></div>
            <button type="button" class="c-button" data-kind="plain" aria-label=label on:click=move |_| files.update(|files| files.retain(|file| file.id != id))>{icon("trash")} {words::common::remove()}</button>
        </li>
    }
    .into_any()
}

/// The button to choose with; `large` for one that stands on a line of its own.
#[component]
pub(super) fn Choose(
    files: RwSignal<Vec<Attachment>>,
    most: usize,
    label: &'static str,
    #[prop(optional)] large: bool,
) -> impl IntoView {
    let app = app();
    let coming = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let take = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let list = input.files();
        let room = most.saturating_sub(files.with_untracked(Vec::len) + coming.get_untracked());
        let count = list.as_ref().map_or(0, web_sys::FileList::length);
        for file in (0..count).take(room).filter_map(|at| list.as_ref()?.get(at)) {
            coming.update(|coming| *coming += 1);
            spawn_local(async move {
                let added = ipc::call_with_file::<AttachmentAdd>(file).await;
                let _ = coming.try_update(|coming| *coming = coming.saturating_sub(1));
                match added {
                    Ok(added) => drop(files.try_update(|files| {
                        if !files.iter().any(|file| file.id == added.id) {
                            files.push(added);
                        }
                    })),
                    Err(error) => app.complain(&error),
                }
            });
        }
        // So that the same file can be chosen again after it was removed.
        input.set_value("");
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <input type="file" class="u-hidden" accept="image/*,application/pdf" multiple node_ref=input tabindex="-1" aria-label=label data-testid="room-files" on:change=take />
        <button type="button" class="c-button" data-kind=if large { "quiet" } else { "plain" } data-width=large.then_some("full") data-testid="attach" aria-busy=move || (coming.get() > 0).then_some("true") on:click=choose>{icon(if large { "image" } else { "attach" })} <span>{label}</span></button>
    }
}
