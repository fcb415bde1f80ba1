//! A recorded voice: played, and recorded where the web view can.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{Timestamp, WireError, attachments::Attachment, command::AttachmentAdd, id::AttachmentId};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, File, FilePropertyBag, MediaRecorder, MediaRecorderOptions,
    MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

use super::desk::focus_on;
use crate::{
    components::{
        attachment::{Shown, picture_address},
        icon::icon,
    },
    format::now,
    ipc,
    state::{App, app},
    words::chat_voice as texts,
};

/// What is recorded, the first that the web view can.
const KINDS: [&str; 4] = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm"];
/// Longest recording, in seconds: within the size of a file by far.
const MOST: u32 = 300;
/// How often it is looked how long a recording is.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// Whether a file is played where it stands.
pub(super) fn is_voice(file: &Attachment) -> bool {
    file.media_type.starts_with("audio/")
}

/// A recorded voice, to be played.
pub(super) fn player(id: AttachmentId) -> AnyView {
    let address = picture_address(id);
    (move || match address.get() {
        Shown::Loading => view! { <p class="p-voice c-skeleton" aria-hidden="true"></p> }.into_any(),
        Shown::Missing => view! { <p class="t-soft t-small">{icon("speak")} " " {texts::missing()}</p> }.into_any(),
        Shown::Here(address) => view! { <audio class="p-voice" controls preload="metadata" src=address aria-label=texts::player() data-testid="voice"></audio> }.into_any(),
    })
    .into_any()
}

/// Whether a voice can be recorded here, and as what.
pub(super) fn recordable() -> Option<&'static str> {
    let has = |of: &JsValue, name: &str| {
        js_sys::Reflect::get(of, &name.into()).is_ok_and(|found| !found.is_undefined())
    };
    let devices =
        js_sys::Reflect::get(&window().navigator(), &"mediaDevices".into()).unwrap_or(JsValue::UNDEFINED);
    if !has(&window(), "MediaRecorder") || devices.is_undefined() || !has(&devices, "getUserMedia") {
        return None;
    }
    KINDS.into_iter().find(|kind| MediaRecorder::is_type_supported(kind))
}

/// How a recording stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recording {
    Off,
    /// Asked for the microphone.
    Asking,
    On,
    /// It is taken in.
    Keeping,
}

struct Running {
    recorder: MediaRecorder,
    stream: MediaStream,
    /// Kept for as long as the recorder calls them.
    _heard: Closure<dyn Fn(BlobEvent)>,
    _ended: Closure<dyn Fn()>,
}

/// A recorder, shown as a button.
#[derive(Clone, Copy)]
pub(super) struct Recorder {
    pub(super) state: RwSignal<Recording>,
    pub(super) seconds: RwSignal<u32>,
    begun: StoredValue<Timestamp>,
    running: StoredValue<Option<Running>, LocalStorage>,
    kept: StoredValue<bool>,
    taken: Callback<Attachment>,
    app: App,
}

impl Recorder {
    /// One that gives what was recorded to `taken`.
    pub(super) fn new(taken: Callback<Attachment>) -> Self {
        let recorder = Self {
            state: RwSignal::new(Recording::Off),
            seconds: RwSignal::new(0),
            begun: StoredValue::new(now()),
            running: StoredValue::new_local(None),
            kept: StoredValue::new(false),
            taken,
            app: app(),
        };
        let tick = set_interval_with_handle(move || recorder.tick(), TICK);
        on_cleanup(move || {
            if let Ok(tick) = tick {
                tick.clear();
            }
            recorder.stop(false);
        });
        recorder
    }

    fn tick(self) {
        if self.state.try_get_untracked() == Some(Recording::On) {
            let seconds = now().millis_since(self.begun.get_value()) / 1000;
            let seconds = u32::try_from(seconds).unwrap_or_default();
            if self.seconds.get_untracked() != seconds {
                self.seconds.set(seconds);
            }
            if seconds >= MOST {
                self.stop(true);
            }
        }
    }

    /// Begins, after the person has allowed it.
    pub(super) fn start(self, kind: &'static str) {
        let app = self.app;
        self.state.set(Recording::Asking);
        spawn_local(async move {
            match open(self, kind).await {
                Ok(running) => {
                    let stream = running.stream.clone();
                    self.seconds.set(0);
                    let _ = self.begun.try_set_value(now());
                    // The page went away while the person was asked.
                    if self.running.try_update_value(|slot| *slot = Some(running)).is_none() {
                        silence(&stream);
                        return;
                    }
                    self.state.set(Recording::On);
                    app.say(texts::recording());
                    request_animation_frame(|| focus_on("voice-keep"));
                }
                Err(_) => {
                    let _ = self.state.try_set(Recording::Off);
                    app.tell(texts::refused());
                }
            }
        });
    }

    /// Ends it; what was said is kept or thrown away.
    pub(super) fn stop(self, keep: bool) {
        let _ = self.kept.try_set_value(keep);
        let _ = self.running.try_with_value(|running| {
            if let Some(running) = running {
                let _ = running.recorder.stop();
                silence(&running.stream);
            }
        });
        let _ = self.state.try_set(if keep { Recording::Keeping } else { Recording::Off });
    }

    fn ended(self, parts: &js_sys::Array, kind: &str) {
        if self.kept.try_get_value() != Some(true) {
            return;
        }
        let base = kind.split(';').next().unwrap_or(kind);
        let ending = base.rsplit('/').next().unwrap_or("webm");
        let (whole, named) = (BlobPropertyBag::new(), FilePropertyBag::new());
        whole.set_type(base);
        named.set_type(base);
        let file = Blob::new_with_blob_sequence_and_options(parts, &whole).and_then(|blob| {
            File::new_with_blob_sequence_and_options(
                &js_sys::Array::of1(&blob),
                &format!("{}.{ending}", texts::file_name()),
                &named,
            )
        });
        let Ok(file) = file else { return };
        let app = self.app;
        spawn_local(async move {
            let added: Result<Attachment, WireError> = ipc::call_with_file::<AttachmentAdd>(file).await;
            let _ = self.state.try_set(Recording::Off);
            match added {
                Ok(added) => {
                    if self.taken.try_run(added).is_some() {
                        request_animation_frame(|| focus_on("send-message"));
                    }
                }
                Err(error) => app.complain(&error),
            }
        });
    }
}

async fn open(recorder: Recorder, kind: &'static str) -> Result<Running, JsValue> {
    let wish = MediaStreamConstraints::new();
    wish.set_audio(&JsValue::TRUE);
    let stream = window().navigator().media_devices()?.get_user_media_with_constraints(&wish)?;
    let stream: MediaStream = JsFuture::from(stream).await?.unchecked_into();
    let options = MediaRecorderOptions::new();
    options.set_mime_type(kind);
    options.set_audio_bits_per_second(32_000);
    let media = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)?;
    let parts = js_sys::Array::new();
    let (into, whole) = (parts.clone(), parts);
    let heard = Closure::<dyn Fn(BlobEvent)>::new(move |event: BlobEvent| {
        if let Some(part) = event.data() {
            into.push(&part);
        }
    });
    let ended = Closure::<dyn Fn()>::new(move || recorder.ended(&whole, kind));
    media.set_ondataavailable(Some(heard.as_ref().unchecked_ref()));
    media.set_onstop(Some(ended.as_ref().unchecked_ref()));
    media.start()?;
    Ok(Running { recorder: media, stream, _heard: heard, _ended: ended })
}

/// Lets the microphone go.
fn silence(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

/// `1:05`.
pub(super) fn length(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The buttons of a recording that runs.
pub(super) fn running(recorder: Recorder) -> AnyView {
    let give_up = move |_| {
        recorder.stop(false);
        request_animation_frame(|| focus_on("record-voice"));
    };
    view! {
        <div class="p-recording" role="group" aria-label=texts::recording() data-testid="recording">
            <p><span class="p-recording__dot" aria-hidden="true"></span> {texts::recording()} " " <span class="t-number">{move || length(recorder.seconds.get())}</span></p>
            <div class="l-row">
                <button type="button" class="c-button" data-kind="primary" id="voice-keep" data-testid="voice-keep" on:click=move |_| recorder.stop(true)>{icon("ok")} {texts::keep()}</button>
                <button type="button" class="c-button" data-kind="quiet" data-testid="voice-drop" on:click=give_up>{icon("trash")} {texts::drop()}</button>
            </div>
        </div>
    }
    .into_any()
}
