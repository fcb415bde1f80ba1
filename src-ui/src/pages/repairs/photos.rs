//! Photos: taken or chosen, taken in by the core, shown small, removed again.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use linli_wire::{Code, WireError, attachments::Attachment, command::AttachmentAdd, repairs::MAX_PHOTOS};
use web_sys::{File, HtmlInputElement};

use crate::{
    components::{
        attachment::{Picture, Shown, picture_address},
        icon::icon,
    },
    ipc,
    words::{self, repairs as texts},
};

/// Photos of a report or act. `name` is unique on the page.
#[component]
pub fn Photos(
    /// For tests, and the field's id.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// What is chosen.
    photos: RwSignal<Vec<Attachment>>,
) -> impl IntoView {
    let coming = RwSignal::new(0_u32);
    let error = RwSignal::new(None::<WireError>);
    let left_out = RwSignal::new(0_u32);
    let most = u32::try_from(MAX_PHOTOS).unwrap_or_default();
    let input = NodeRef::<html::Input>::new();
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        error.set(None);
        if let Some(files) = input.files() {
            let here = photos.with_untracked(|photos| u32::try_from(photos.len()).unwrap_or(most));
            let taken = files.length().min(most.saturating_sub(here + coming.get_untracked()));
            left_out.set(files.length() - taken);
            for file in (0..taken).filter_map(|at| files.get(at)) {
                take_in(photos, coming, error, file);
            }
        }
        // So that the same photo can be chosen again after it was removed.
        input.set_value("");
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <div class="c-field" role="group" aria-label=label>
            <p class="c-field__label">{label}</p>
            <p class="c-field__help">{texts::photos_help(most)}</p>
            <ul class="p-photos" role="list">
                <For each=move || photos.get() key=|photo| photo.id let(photo)>{small(photo, photos)}</For>
            </ul>
            <input type="file" class="u-hidden" accept="image/*" multiple node_ref=input tabindex="-1" aria-label=label data-testid=name on:change=chosen />
            <button type="button" class="c-button" data-kind="quiet" aria-busy=move || (coming.get() > 0).then_some("true") on:click=choose>{icon("cam")} {texts::photos_add()}</button>
            {move || (coming.get() > 0).then(|| view! { <p class="t-soft t-small" role="status">{words::editor::taking_in()}</p> })}
            {move || (left_out.get() > 0).then(|| complaint(texts::photos_left_out(left_out.get(), &words::number(most))))}
            {move || error.get().map(|error| {
                let (title, text) = words::trouble(&error);
                complaint(format!("{title}{}{text}", words::stop()))
            })}
        </div>
    }
}

fn complaint(words: String) -> AnyView {
    view! { <p class="c-field__error" role="alert" data-testid="photos-error">{icon("warn")} <span>{words}</span></p> }.into_any()
}

fn small(photo: Attachment, photos: RwSignal<Vec<Attachment>>) -> AnyView {
    let id = photo.id;
    let address = picture_address(id);
    let remove = move |_| photos.update(|photos| photos.retain(|photo| photo.id != id));
    let label = format!("{} {}", words::common::remove(), photo.name);
    view! {
        <li class="p-photo" data-testid="photo">
            {move || match address.get() {
                Shown::Here(address) => view! { <img class="p-photo__picture" src=address alt=photo.name.clone() /> }.into_any(),
                Shown::Loading | Shown::Missing => view! { <span class="p-photo__picture">{icon("image")}</span> }.into_any(),
            }}
            <button type="button" class="c-button" data-kind="plain" aria-label=label on:click=remove>{icon("trash")} {words::common::remove()}</button>
        </li>
    }
    .into_any()
}

/// Photos that stand on a repair, as large as there is room.
pub fn gallery(photos: &[Attachment], alt: &str) -> Option<AnyView> {
    (!photos.is_empty()).then(|| {
        let figures = photos.iter().map(|photo| {
            let pixels = photo.pixels;
            view! { <li><Picture id=photo.id alt=alt.to_owned() pixels=pixels /></li> }
        });
        view! { <ul class="p-photos" data-large="" role="list">{figures.collect_view()}</ul> }.into_any()
    })
}

fn take_in(
    photos: RwSignal<Vec<Attachment>>,
    coming: RwSignal<u32>,
    error: RwSignal<Option<WireError>>,
    file: File,
) {
    coming.update(|coming| *coming += 1);
    spawn_local(async move {
        let result = read_and_add(photos, file).await;
        let _ = coming.try_update(|coming| *coming = coming.saturating_sub(1));
        if let Err(problem) = result {
            let _ = error.try_set(Some(problem));
        }
    });
}

async fn read_and_add(photos: RwSignal<Vec<Attachment>>, file: File) -> Result<(), WireError> {
    let added = ipc::call_with_file::<AttachmentAdd>(file).await?;
    if !added.is_picture() {
        return Err(WireError::new(Code::UnsupportedFile, "not a photo"));
    }
    let _ = photos.try_update(|photos| {
        if !photos.iter().any(|photo| photo.id == added.id) {
            photos.push(added);
        }
    });
    Ok(())
}
