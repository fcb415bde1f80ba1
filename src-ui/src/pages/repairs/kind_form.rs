//! The form of a kind of repair: names, picture, promises. What is typed outlives the form.

use leptos::prelude::*;
use linli_wire::{
    Language, Localized,
    command::{KeepTyped, RepairCategorySave, SaveRepairCategory, TypedGet, TypedKeep},
    id::RepairCategoryId,
    repairs::{PromisedHours, RepairCategoryContent},
    typed::{Typed, TypedPlace},
};

use super::said::urgency_word;
use crate::{
    components::{
        choice::{Choice, choices},
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
        switch::Switch,
    },
    format::now,
    ipc,
    state::{Act, app},
    typing,
    words::{self, repair_kinds as texts},
};

/// Longest name, in characters, and most working hours that can be promised, as the server has them.
const MAX_NAME: usize = 80;
const MAX_HOURS: u16 = 2000;

/// A word in the language of the face.
type Word = fn() -> &'static str;

/// A field that does not fit, with its sentence.
type Problem = (&'static str, &'static str);

/// What is typed about a kind of repair.
#[derive(Clone, Copy)]
pub(super) struct Form {
    open: RwSignal<bool>,
    /// Which kind, and the version that the editing began from; none before any was opened, or once it is saved.
    of: RwSignal<Option<(Option<RepairCategoryId>, u64)>>,
    /// Everything that is not typed into a field.
    content: RwSignal<RepairCategoryContent>,
    /// The kind as it was when the editing began.
    first: RwSignal<RepairCategoryContent>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    emergency: RwSignal<String>,
    urgent: RwSignal<String>,
    normal: RwSignal<String>,
}

impl Form {
    /// What was typed before the face was built anew, or nothing.
    pub(super) fn kept() -> Self {
        let app = app();
        let text = |name: &str| app.kept(format!("kind {name}"), String::new);
        let form = Self {
            open: app.kept("kind open", || false),
            of: app.kept("kind of", || None),
            content: app.kept("kind content", Self::blank),
            first: app.kept("kind first", Self::blank),
            zh: text("zh"),
            en: text("en"),
            emergency: text("emergency"),
            urgent: text("urgent"),
            normal: text("normal"),
        };
        form.remember();
        form
    }

    /// Has the core keep what is typed.
    fn remember(self) {
        let now = Memo::new(move |before: Option<&KeepTyped>| match self.of.get() {
            Some((id, base_version)) => {
                let content = self.entered();
                let typed = if self.first.with(|first| *first == content) {
                    Typed::default()
                } else {
                    let words = [self.zh.get(), self.en.get()].join("\n");
                    let save = SaveRepairCategory { id, base_version, content };
                    let form = serde_json::to_string(&save).unwrap_or_default();
                    Typed { words, photos: Vec::new(), form }
                };
                KeepTyped { place: TypedPlace::RepairCategory { id }, typed }
            }
            // Saved: it is forgotten where it stood.
            None => {
                let place = before.map_or(TypedPlace::RepairCategory { id: None }, |before| before.place);
                KeepTyped { place, typed: Typed::default() }
            }
        });
        typing::follow::<TypedKeep, _>(now, now.get_untracked(), || (), |now| now, || ());
    }

    /// The kind as it stands in the form, right or wrong.
    fn entered(self) -> RepairCategoryContent {
        let mut content = self.content.get();
        for (language, name) in [(Language::zh(), self.zh.get()), (Language::en(), self.en.get())] {
            if name.is_empty() {
                content.name.0.remove(&language);
            } else {
                content.name.0.insert(language, name);
            }
        }
        let hours = |typed: RwSignal<String>| typed.with(|typed| typed.trim().parse::<u16>().ok());
        content.promised = PromisedHours {
            emergency: hours(self.emergency),
            urgent: hours(self.urgent),
            normal: hours(self.normal),
        };
        content
    }

    /// A new kind.
    pub(super) fn blank() -> RepairCategoryContent {
        RepairCategoryContent {
            key: String::new(),
            name: Localized::default(),
            icon: "tool".to_owned(),
            promised: PromisedHours::default(),
            chargeable: false,
            retired: false,
        }
    }

    /// Opens the form; one that was closed half done is as it was left.
    pub(super) fn begin(self, id: Option<RepairCategoryId>, base: u64, content: &RepairCategoryContent) {
        if self.of.get_untracked() == Some((id, base)) {
            self.open.set(true);
            return;
        }
        let first = content.clone();
        // What was typed before a restart, or given up, stands in it again.
        ipc::call_then::<TypedGet>(TypedPlace::RepairCategory { id }, move |kept| {
            let kept = kept.ok().and_then(|kept| serde_json::from_str::<SaveRepairCategory>(&kept.form).ok());
            // What was typed before somebody else's change must not go over it unseen.
            let base = kept.as_ref().map_or(base, |kept| kept.base_version);
            batch(move || {
                self.of.set(Some((id, base)));
                self.fill(kept.map_or_else(|| first.clone(), |kept| kept.content));
                self.first.set(first);
                self.open.set(true);
            });
        });
    }

    fn fill(self, content: RepairCategoryContent) {
        let name = |language: &Language| content.name.0.get(language).cloned().unwrap_or_default();
        let hours = |hours: Option<u16>| hours.map(|hours| hours.to_string()).unwrap_or_default();
        self.zh.set(name(&Language::zh()));
        self.en.set(name(&Language::en()));
        self.emergency.set(hours(content.promised.emergency));
        self.urgent.set(hours(content.promised.urgent));
        self.normal.set(hours(content.promised.normal));
        self.content.set(content);
    }

    /// The kind that comes of what was typed; `keys` are those of the others.
    fn typed(self, keys: &[String]) -> Result<RepairCategoryContent, Problem> {
        let mut content = self.content.get_untracked();
        let (zh, en) = (self.zh.get_untracked(), self.en.get_untracked());
        for (id, language, name) in
            [("kind-zh", Language::zh(), zh.trim()), ("kind-en", Language::en(), en.trim())]
        {
            if name.chars().count() > MAX_NAME {
                return Err((id, texts::name_long()));
            }
            if name.is_empty() {
                content.name.0.remove(&language);
            } else {
                content.name.0.insert(language, name.to_owned());
            }
        }
        if content.name.0.is_empty() {
            return Err(("kind-zh", texts::name_missing()));
        }
        content.promised = PromisedHours {
            emergency: hours("kind-emergency", self.emergency)?,
            urgent: hours("kind-urgent", self.urgent)?,
            normal: hours("kind-normal", self.normal)?,
        };
        if content.key.is_empty() {
            content.key = key_of(&en, keys);
        }
        Ok(content)
    }
}

fn hours(id: &'static str, typed: RwSignal<String>) -> Result<Option<u16>, Problem> {
    let typed = typed.get_untracked();
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let hours = typed.trim().parse::<u16>().ok().filter(|hours| (1..=MAX_HOURS).contains(hours));
    hours.map(Some).ok_or((id, texts::hours_wrong()))
}

/// A key that nobody has to think of: from the English name, else from the time.
fn key_of(name: &str, taken: &[String]) -> String {
    let words = name.to_lowercase();
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut key: String = words.collect::<Vec<_>>().join("-");
    key.truncate(32);
    if key.is_empty() || taken.contains(&key) {
        key = format!("kind-{}", now().0);
    }
    key
}

/// The form over the list; `keys` gives those of all kinds that are known.
pub(super) fn form(form: Form, keys: Callback<(), Vec<String>>) -> AnyView {
    let act = Act::new();
    let problem = RwSignal::new(None::<Problem>);
    let app = app();
    let is_new = move || form.of.with(|of| of.is_none_or(|(id, _)| id.is_none()));
    let title = Signal::derive(move || if is_new() { texts::new() } else { texts::edit() }.to_owned());
    Effect::new(move |_| {
        if form.open.get() {
            problem.set(None);
            act.error.set(None);
        }
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some((id, base_version)) = form.of.get_untracked() else { return };
        match form.typed(&keys.run(())) {
            Ok(content) => {
                problem.set(None);
                act.run::<RepairCategorySave>(SaveRepairCategory { id, base_version, content }, move |_| {
                    form.open.set(false);
                    form.of.set(None);
                    app.tell(words::common::saved());
                });
            }
            Err(wrong) => {
                problem.set(Some(wrong));
                focus_field(wrong.0);
            }
        }
    };
    view! {
        <Dialog open=form.open id="kind-form" title=title>
            <form class="c-form" novalidate on:submit=save>
                {fields(form, problem)}
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| form.open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="save-kind" aria-busy=act.aria_busy()>{words::common::save()}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

fn fields(form: Form, problem: RwSignal<Option<Problem>>) -> AnyView {
    use linli_wire::repairs::Urgency::{Emergency, Normal, Urgent};
    let wrong = move |id: &'static str| {
        Signal::derive(move || {
            problem.get().filter(|(at, _)| *at == id).map(|(_, sentence)| sentence.to_owned())
        })
    };
    let field = |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! { <Field id=id label=label value=value error=wrong(id) /> }.into_any()
    };
    let content = form.content;
    let icons = ICONS.into_iter().map(|(name, word)| {
        let picture = view! { <span class="p-category">{icon(name)}</span> }.into_any();
        Choice::new(name.to_owned(), word(), "kind-icon").sample(picture)
    });
    let chosen = Signal::derive(move || content.with(|content| content.icon.clone()));
    let choose = Callback::new(move |icon| content.update(|content| content.icon = icon));
    view! {
        {field("kind-zh", texts::name_zh(), form.zh)}
        {field("kind-en", texts::name_en(), form.en)}
        {choices("kind-icon", texts::icon(), true, None, chosen, icons.collect(), choose)}
        <fieldset class="p-hours">
            <legend>{texts::hours()}</legend>
            <p class="c-field__help">{texts::hours_help()}</p>
            {field("kind-emergency", urgency_word(Emergency), form.emergency)}
            {field("kind-urgent", urgency_word(Urgent), form.urgent)}
            {field("kind-normal", urgency_word(Normal), form.normal)}
        </fieldset>
        <Switch label=texts::chargeable() help=texts::chargeable_help() on=Signal::derive(move || content.with(|content| content.chargeable)) testid="kind-chargeable"
            change=Callback::new(move |on| content.update(|content| content.chargeable = on)) />
        <Switch label=texts::retired() help=texts::retired_help() on=Signal::derive(move || content.with(|content| content.retired)) testid="kind-retired"
            change=Callback::new(move |on| content.update(|content| content.retired = on)) />
    }
    .into_any()
}

/// Symbols of the sprite that say what kind of repair it is.
const ICONS: [(&str, Word); 12] = [
    ("drop", texts::icon_drop),
    ("warn", texts::icon_warn),
    ("sun", texts::icon_sun),
    ("lift", texts::icon_lift),
    ("lock", texts::icon_lock),
    ("phone", texts::icon_phone),
    ("building", texts::icon_building),
    ("leaf", texts::icon_leaf),
    ("car", texts::icon_car),
    ("mute", texts::icon_mute),
    ("shield", texts::icon_shield),
    ("tool", texts::icon_tool),
];

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn keys_are_made_of_the_english_name_or_of_the_time() {
        assert_eq!(key_of(" Water & drains ", &[]), "water-drains");
        assert!(key_of("Lifts", &["lifts".to_owned()]).starts_with("kind-"));
        assert!(key_of("水管", &[]).starts_with("kind-"));
        let long = key_of(&"ab ".repeat(30), &[]);
        assert!(long.len() <= 32 && long.starts_with("ab-ab"), "{long}");
    }
}
