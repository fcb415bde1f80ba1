//! What every page needs to know: the frame as the core tells it, and messages to the person.

use std::{any::Any, collections::BTreeMap, time::Duration};

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Code, Language, Timestamp, WireError,
    command::{AppGet, AppView, Command, Empty, Me, OpenUrl, SaveSettings, Text, Topic},
    settings::{Mode, Settings, Theme},
};

use crate::{
    format::{Clock, now},
    ipc::{self, Asked},
    words,
};

/// The frame of the app; every page finds it with [`app`].
#[derive(Clone, Copy)]
pub struct App {
    /// What the core says about accounts, settings, network and counts.
    pub view: Asked<AppView>,
    /// Settings as the person sees them: a change shows at once, before the core has kept it.
    pub settings: Memo<Settings>,
    changed: RwSignal<Option<Settings>>,
    /// Messages at the bottom of the window.
    pub toasts: RwSignal<Vec<Toast>>,
    /// What the live region says next.
    pub said: RwSignal<String>,
    /// Counts the minutes that the face is open: what tells the time of day follows it.
    pub minute: RwSignal<u32>,
    carried: StoredValue<BTreeMap<String, Carried>>,
}

/// What a page hands to its successor in another language or mode.
type Carried = Box<dyn Any + Send + Sync>;

/// A short message that stays until it is closed or the page is left.
#[derive(Clone)]
pub struct Toast {
    /// Tells toasts apart.
    pub id: u32,
    /// The words.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
}

/// The frame of the app.
pub fn app() -> App {
    expect_context::<App>()
}

impl App {
    /// Asks the core for the frame and keeps the page's look in step with it. Call once.
    pub fn start() -> Self {
        let view = ipc::ask::<AppGet>(&[Topic::App], || Empty {});
        let changed = RwSignal::new(None::<Settings>);
        let settings = Memo::new(move |_| changed.get().unwrap_or_else(|| view.with(chosen_or_system)));
        Effect::new(move |_| apply(&settings.get()));
        let minute = RwSignal::new(0_u32);
        set_interval(
            move || minute.update(|minute| *minute = minute.wrapping_add(1)),
            Duration::from_secs(60),
        );
        Self {
            view,
            settings,
            changed,
            toasts: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            minute,
            carried: StoredValue::new(BTreeMap::new()),
        }
    }

    /// A signal that is still there after a change of language or mode, which builds the face anew: for what
    /// was typed or chosen on a page. It begins with `first` when the page was left in another way. `name` is
    /// its own in the whole face.
    pub fn kept<T: Clone + Send + Sync + 'static>(
        self,
        name: impl Into<String>,
        first: impl FnOnce() -> T,
    ) -> RwSignal<T> {
        let name = name.into();
        let before = self.carried.try_update_value(|carried| carried.remove(&name)).flatten();
        let before = before.and_then(|value| value.downcast::<T>().ok());
        let signal = RwSignal::new(before.map_or_else(first, |value| *value));
        let face =
            move || self.settings.with_untracked(|settings| (settings.language.clone(), settings.mode));
        let here = face();
        on_cleanup(move || {
            if face() != here
                && let Some(value) = signal.try_get_untracked()
            {
                self.carried.update_value(|carried| drop(carried.insert(name, Box::new(value))));
            }
        });
        signal
    }

    /// Forgets what nobody took over, because the person has gone on.
    pub fn leave_kept(&self) {
        self.carried.update_value(BTreeMap::clear);
    }

    /// The person in the community that is shown; follows it.
    pub fn me(&self) -> Option<Me> {
        self.view.with(|view| view?.me.clone())
    }

    /// Looks at the person in the community that is shown; follows it.
    pub fn with_me<T>(&self, look: impl FnOnce(&Me) -> T) -> Option<T> {
        self.view.with(|view| view?.me.as_ref().map(look))
    }

    /// The same without following it, for what is built once.
    pub fn with_me_untracked<T>(&self, look: impl FnOnce(&Me) -> T) -> Option<T> {
        untrack(|| self.with_me(look))
    }

    /// The community's clock. The face is built anew when mode or community change.
    pub fn clock(&self) -> Clock {
        let zone = self.with_me_untracked(|me| me.community.time_zone.clone());
        Clock { zone: zone.unwrap_or_else(|| "UTC".to_owned()), spoken: self.is_simple() }
    }

    /// Language of the face; does not follow it, see [`crate::words`].
    pub fn language(&self) -> Language {
        self.settings.with_untracked(|settings| settings.language.clone())
    }

    /// Whether the face is in Simple mode; does not follow it, as for [`Self::clock`].
    pub fn is_simple(&self) -> bool {
        self.settings.with_untracked(|settings| settings.mode == Mode::Simple)
    }

    /// Changes the settings: shown at once, kept by the core, taken back if it cannot.
    pub fn change_settings(self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings.get_untracked();
        change(&mut settings);
        self.changed.set(Some(settings.clone()));
        spawn_local(async move {
            if let Err(error) = ipc::call::<SaveSettings>(settings).await {
                // Larger text helps even while a full disk cannot remember it.
                if error.code != Code::StorageFull {
                    self.changed.set(None);
                }
                self.complain(&error);
            }
        });
    }

    /// Shows a message until it is closed or the page is left. The same one again takes the place of the earlier one.
    pub fn tell(&self, text: impl Into<String>) {
        let text = text.into();
        self.toasts.update(|toasts| {
            let id = toasts.last().map_or(0, |last| last.id.wrapping_add(1));
            toasts.retain(|toast| toast.text != text);
            toasts.push(Toast { id, text, at: now() });
        });
    }

    /// Leaves messages behind when the page changes, except those that came with the change.
    pub fn leave_messages(&self) {
        const JUST_NOW: i64 = 1500;
        self.toasts.update(|toasts| toasts.retain(|toast| now().millis_since(toast.at) < JUST_NOW));
    }

    /// Shows what went wrong as a message.
    pub fn complain(&self, error: &WireError) {
        let (title, text) = words::trouble(error);
        self.tell(format!("{title}. {text}").replace("?.", "?").replace("。.", "。"));
    }

    /// Says something to a screen reader only.
    pub fn say(&self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    /// Opens a link, number or mail address outside of the app.
    pub fn open_outside(self, url: String) {
        ipc::call_then::<OpenUrl>(Text { text: url.clone() }, move |reply| match reply {
            Ok(_) => (),
            // Where the app runs in a browser, that one opens it.
            Err(error) if error.code == Code::UnknownCommand => {
                let _ = window().open_with_url_and_target_and_features(&url, "_blank", "noopener");
            }
            Err(error) => self.complain(&error),
        });
    }

    /// Runs a command, then `done`; what goes wrong becomes a message.
    pub fn run<C: Command>(self, request: C::Request, done: impl FnOnce(C::Reply) + 'static)
    where
        C::Request: 'static,
        C::Reply: 'static,
    {
        ipc::call_then::<C>(request, move |reply| match reply {
            Ok(reply) => done(reply),
            Err(error) => self.complain(&error),
        });
    }
}

/// A command of a form or button: whether it runs, and what went wrong the last time.
#[derive(Clone, Copy)]
pub struct Act {
    /// Whether it runs now.
    pub busy: RwSignal<bool>,
    /// Why it failed the last time.
    pub error: RwSignal<Option<WireError>>,
}

impl Act {
    /// One that has not run yet.
    pub fn new() -> Self {
        Self { busy: RwSignal::new(false), error: RwSignal::new(None) }
    }

    /// Runs command `C` unless one runs already, then `done`.
    pub fn run<C: Command>(self, request: C::Request, done: impl FnOnce(C::Reply) + 'static)
    where
        C::Request: 'static,
        C::Reply: 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        ipc::call_then::<C>(request, move |reply| {
            // None when the page has gone meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(reply) => {
                    self.error.set(None);
                    done(reply);
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// For `aria-busy`.
    pub fn aria_busy(self) -> impl Fn() -> Option<&'static str> + Copy + Send + 'static {
        move || self.busy.get().then_some("true")
    }
}

/// A choice that this device remembers under `name`, such as how a list is shown, and how to change it; off at first.
pub fn remembered(name: &'static str) -> (ReadSignal<bool>, Callback<bool>) {
    let storage = || window().local_storage().ok().flatten();
    let before = storage().and_then(|storage| storage.get_item(name).ok().flatten());
    let (on, set_on) = signal(before.is_some());
    let remember = Callback::new(move |on: bool| {
        if let Some(storage) = storage() {
            let _ = if on { storage.set_item(name, "1") } else { storage.remove_item(name) };
        }
        set_on.set(on);
    });
    (on, remember)
}

/// Runs `act` once, `millis` after the last call; for typing. The returned function may be called often.
pub fn debounced<T: Clone + Send + Sync + 'static>(
    millis: u64,
    act: impl Fn(T) + Send + Sync + 'static,
) -> impl Fn(T) + Clone + Send + Sync {
    let act = StoredValue::new(act);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    move |value: T| {
        if let Some(before) = waiting.get_value() {
            before.clear();
        }
        let run = move || {
            let _ = act.try_with_value(|act| act(value));
        };
        waiting.set_value(set_timeout_with_handle(run, Duration::from_millis(millis)).ok());
    }
}

/// Until the person has chosen, the face speaks the language of the device.
fn chosen_or_system(view: Option<&AppView>) -> Settings {
    let mut settings = view.map(|view| view.settings.clone()).unwrap_or_default();
    if !view.is_some_and(|view| view.settings_chosen) {
        let chinese = window().navigator().language().is_some_and(|language| language.starts_with("zh"));
        settings.language = if chinese { Language::zh() } else { Language::en() };
    }
    settings
}

/// Sets language, mode, theme, contrast and text size on `<html>`, where the style sheet looks for them.
fn apply(settings: &Settings) {
    words::speak(&settings.language);
    let Some(root) = document().document_element() else { return };
    let set = |name: &str, value: Option<&str>| {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    };
    set("lang", Some(words::tag()));
    set("data-mode", Some(if settings.mode == Mode::Simple { "simple" } else { "standard" }));
    set(
        "data-theme",
        match settings.theme {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        },
    );
    set("data-contrast", settings.high_contrast.then_some("high"));
    set_scale(settings.text_percent);
}

/// Shows a text size at once, before it is kept.
pub fn set_scale(percent: u16) {
    use wasm_bindgen::JsCast;
    let root = document().document_element().and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(root) = root {
        let _ = root.style().set_property("--scale", &format!("{}", f32::from(percent) / 100.0));
    }
}
