//! Pictures within a text, and the files of a notice.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Code,
    attachments::{Attachment, FileBytes},
    command::{AttachmentKey, AttachmentOpen, AttachmentRead, Topic},
    id::AttachmentId,
};
use web_sys::{Blob, BlobPropertyBag, Url};

use super::icon::icon;
use crate::{format::file_size, ipc, state::app, words};

/// A picture with its words under it. Fetched when shown; asked for again when there is network.
#[component]
pub fn Picture(
    /// The file.
    id: AttachmentId,
    /// What it shows, for those who do not see it.
    alt: String,
    /// Its size, where it is known: the place is kept, so that nothing jumps when it comes.
    pixels: Option<(u32, u32)>,
    /// Called when it is pressed, to show it large; without, it cannot be pressed.
    #[prop(optional)]
    enlarge: Option<Callback<()>>,
) -> impl IntoView {
    let address = picture_address(id);
    let words_under = alt.clone();
    let (width, height) = (pixels.map(|(width, _)| width), pixels.map(|(_, height)| height));
    let shape = pixels.map(|(width, height)| format!("{width} / {height}"));
    let most = width.map(|width| format!("{width}px"));
    view! {
        <figure>
            {move || match address.get() {
                Shown::Loading => view! { <span class="c-picture-space" aria-hidden="true" style=("aspect-ratio", shape.clone()) style=("max-width", most.clone())></span> }.into_any(),
                Shown::Missing => view! { <p class="t-soft t-small">{icon("image")} " " {words::notice::picture_missing()}</p> }.into_any(),
                Shown::Here(address) => {
                    let picture = view! { <img src=address alt=alt.clone() width=width height=height data-testid="picture" /> };
                    match enlarge {
                        None => picture.into_any(),
                        Some(enlarge) => view! {
                            <button type="button" class="c-picture" aria-haspopup="dialog" data-testid="enlarge" on:click=move |_| enlarge.run(())>
                                {picture} <span class="u-hidden">{words::common::enlarge()}</span>
                            </button>
                        }
                        .into_any(),
                    }
                }
            }}
            {(!words_under.is_empty()).then(|| view! { <figcaption>{words_under}</figcaption> })}
        </figure>
    }
}

/// Whether a picture can be shown.
#[derive(Clone, PartialEq)]
pub enum Shown {
    /// Not known yet.
    Loading,
    /// Neither here nor to be had now.
    Missing,
    /// Under this address, which ends with the page that asked.
    Here(String),
}

/// The picture `id` as an address for `<img>`.
pub fn picture_address(id: AttachmentId) -> Signal<Shown> {
    let shown = RwSignal::new(Shown::Loading);
    let topics = use_context::<ipc::Topics>();
    Effect::new(move |_| {
        if let Some(topics) = topics {
            // The network may have come back.
            topics.track(Topic::App);
        }
        if matches!(shown.get_untracked(), Shown::Here(_)) {
            return;
        }
        spawn_local(async move {
            let reply = ipc::call::<AttachmentRead>(AttachmentKey { id }).await;
            let now = match reply.ok().and_then(|file| blob_address(&file)) {
                Some(address) => Shown::Here(address),
                None => Shown::Missing,
            };
            if let Some(Shown::Here(unused)) = shown.try_set(now) {
                let _ = Url::revoke_object_url(&unused);
            }
        });
    });
    on_cleanup(move || {
        if let Some(Shown::Here(address)) = shown.try_get_untracked() {
            let _ = Url::revoke_object_url(&address);
        }
    });
    shown.into()
}

fn blob_address(file: &FileBytes) -> Option<String> {
    let bytes = STANDARD.decode(&file.base64).ok()?;
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    let kind = BlobPropertyBag::new();
    kind.set_type(&file.media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// The files of a notice, each with its size and "Open".
pub fn attachments(files: Vec<Attachment>) -> AnyView {
    let rows = files.into_iter().map(|file| view! { <FileRow file=file /> });
    view! { <ul class="c-attachments" role="list">{rows.collect_view()}</ul> }.into_any()
}

#[component]
fn FileRow(file: Attachment) -> impl IntoView {
    let app = app();
    let opening = RwSignal::new(false);
    let missing = RwSignal::new(false);
    let Attachment { id, name, .. } = file.clone();
    let open = move |_| {
        opening.set(true);
        spawn_local(async move {
            let reply = ipc::call::<AttachmentOpen>(AttachmentKey { id }).await;
            let _ = opening.try_set(false);
            match reply {
                Ok(_) => {
                    let _ = missing.try_set(false);
                }
                Err(error) if matches!(error.code, Code::Offline | Code::ServerUnreachable) => {
                    let _ = missing.try_set(true);
                }
                Err(error) => app.complain(&error),
            }
        });
    };
    view! {
        <li class="c-attachment">
            {icon(if file.is_picture() { "image" } else { "file" })}
            <div>
                <div class="c-attachment__name">{name}</div>
                <div class="c-attachment__size">
                    {kind_and_size(&file)}
                    {move || missing.get().then(|| format!(" ·\u{a0}{}", words::notice::file_waiting()))}
                </div>
            </div>
            <button type="button" class="c-button" data-kind="quiet" data-testid="open-file"
                aria-busy=move || opening.get().then_some("true") on:click=open>
                {move || if opening.get() { words::notice::file_fetching() } else { words::common::open() }}
            </button>
        </li>
    }
}

/// `PDF · 420 KB`.
pub fn kind_and_size(file: &Attachment) -> String {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_uppercase());
    match ending.filter(|ending| (1..=5).contains(&ending.len())) {
        Some(ending) => format!("{ending} ·\u{a0}{}", file_size(file.bytes)),
        None => file_size(file.bytes),
    }
}
