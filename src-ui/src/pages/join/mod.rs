//! Joining: from the letter in the hand to the first page, and the office's letter itself.
//!
//! The steps outlive a change of language or mode, which builds the face anew, and outrank the stage:
//! after the code is taken the core is ready, but the person is still to say how to be called.

mod code;
mod letter;
mod profile;
mod scan;
mod welcome;

use leptos::prelude::*;
use linli_wire::{
    Language,
    command::{AppView, Join, Me},
    join::JoinWith,
    settings::Mode,
};

use crate::{
    components::{
        icon::{brand, icon},
        stepper::stepper,
    },
    state::{Act, App, app},
    words,
};

pub use letter::LetterPage;
pub use profile::{home_of, language_choices, mode_choices, name_problem, role_name, visibility_choices};

/// Where the person stands on the way in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Letter, code or a look around.
    Welcome,
    /// Address and code.
    Code,
    /// A link, pasted or opened by the system.
    Link,
    /// Joined: is this you?
    Confirm,
    /// It was somebody else's letter.
    NotMe,
    /// How to be called.
    Name,
    /// What neighbours see.
    Privacy,
    /// Standard or Simple, and the language.
    Look,
}

/// The way in and what was typed on it.
#[derive(Clone, Copy)]
pub struct Joining {
    /// Where the person stands.
    pub step: RwSignal<Step>,
    /// Address as typed.
    pub server: RwSignal<String>,
    /// Code as typed.
    pub code: RwSignal<String>,
    /// Link as pasted.
    pub link: RwSignal<String>,
    /// Who they turned out to be.
    pub me: RwSignal<Option<Me>>,
    /// One more community beside those joined already.
    pub adding: RwSignal<bool>,
    /// Asking the community; its trouble stands on the step until something is changed or the step is left.
    pub act: Act,
    /// Whether what stands on the step was sent, so that what is missing is said.
    pub tried: RwSignal<bool>,
    seen_link: RwSignal<Option<String>>,
}

impl Joining {
    /// Nothing typed yet. A link that the system opened the app with leads to its step by itself.
    pub fn new(app: App) -> Self {
        let joining = Self {
            step: RwSignal::new(Step::Welcome),
            server: RwSignal::new(String::new()),
            code: RwSignal::new(String::new()),
            link: RwSignal::new(String::new()),
            me: RwSignal::new(None),
            adding: RwSignal::new(false),
            act: Act::new(),
            tried: RwSignal::new(false),
            seen_link: RwSignal::new(None),
        };
        Effect::new(move |before: Option<Step>| {
            let now = joining.step.get();
            if before.is_some_and(|before| before != now) {
                joining.act.error.set(None);
                joining.tried.set(false);
            }
            now
        });
        let opened = Memo::new(move |_| app.view.with(|view| view?.opened_link.clone()));
        Effect::new(move |_| {
            if let Some(link) = opened.get()
                && joining.seen_link.get_untracked().as_ref() != Some(&link)
            {
                joining.seen_link.set(Some(link.clone()));
                joining.link.set(link);
                joining.step.set(Step::Link);
                joining.adding.set(true);
            }
        });
        joining
    }

    /// Whether the way in stands before the pages.
    pub fn is_on(&self, view: &AppView) -> bool {
        let after_code =
            matches!(self.step.get(), Step::Confirm | Step::NotMe | Step::Name | Step::Privacy | Step::Look);
        let open = !matches!(
            view.stage,
            linli_wire::command::Stage::Opening
                | linli_wire::command::Stage::Locked { .. }
                | linli_wire::command::Stage::ChooseKeeping { .. }
        );
        // The core is ready a moment before its answer is here.
        open && (after_code || self.adding.get() || self.act.busy.get())
    }

    /// Asks the community with what was typed, pasted or found, and goes on to "Is this you?".
    pub fn join(self, with: JoinWith) {
        self.act.run::<Join>(with, move |me| {
            self.me.set(Some(me));
            self.step.set(Step::Confirm);
        });
    }

    /// Over: on to the pages.
    pub fn finish(&self) {
        self.code.set(String::new());
        self.link.set(String::new());
        self.me.set(None);
        self.adding.set(false);
        self.step.set(Step::Welcome);
        go_home();
    }
}

/// The way in as a page of its own address: one more community.
#[component]
pub fn AddCommunity() -> impl IntoView {
    let joining = expect_context::<Joining>();
    Effect::new(move |_| {
        joining.step.set(Step::Welcome);
        joining.adding.set(true);
    });
}

/// The step that is due.
pub fn screen() -> AnyView {
    let joining = expect_context::<Joining>();
    (move || match joining.step.get() {
        Step::Welcome => welcome::welcome(joining),
        Step::Code => code::code(joining),
        Step::Link => code::link(joining),
        Step::Confirm => profile::confirm(joining),
        Step::NotMe => profile::not_me(joining),
        Step::Name => profile::name(joining),
        Step::Privacy => profile::privacy(joining),
        Step::Look => profile::look(joining),
    })
    .into_any()
}

/// The frame of a full-screen question: back or the brand, larger text, the other language.
pub fn stage(back: Option<Callback<()>>, wide: bool, content: AnyView) -> AnyView {
    let app = app();
    let simple = app.is_simple();
    let chinese = words::tag() == "zh";
    let mode_word = if simple { words::mode::standard() } else { words::mode::to_simple() };
    let top = match back {
        Some(back) => view! {
            <button type="button" class="c-button" data-kind="plain" data-edge="start" data-testid="back" on:click=move |_| back.run(())>
                {icon("back")} {words::common::back()}
            </button>
        }
        .into_any(),
        None => view! { <span class="p-brand">{brand()} <span>{words::app::name()}</span></span> }.into_any(),
    };
    let switch_mode = move |_| {
        app.change_settings(|settings| settings.mode = if simple { Mode::Standard } else { Mode::Simple })
    };
    let switch_language = move |_| {
        app.change_settings(|settings| {
            settings.language = if chinese { Language::en() } else { Language::zh() }
        })
    };
    view! {
        <main class="l-main" id="main">
            <div class="l-stage">
                <div class="l-stage__top">
                    {top}
                    <div class="l-row">
                        <button type="button" class="c-button" data-kind="plain" data-testid="switch-mode" on:click=switch_mode>
                            {icon("text-size")} {mode_word}
                        </button>
                        <button type="button" class="c-button" data-kind="plain" data-edge="end" data-testid="switch-language"
                            lang=if chinese { "en" } else { "zh" } on:click=switch_language>
                            {icon("globe")} {if chinese { words::language::english() } else { words::language::chinese() }}
                        </button>
                    </div>
                </div>
                <div class="l-stage__body" data-width=wide.then_some("wide")>{content}</div>
            </div>
        </main>
    }
    .into_any()
}

/// The four steps, `now` of them current.
fn steps(now: usize) -> AnyView {
    stepper(
        &[
            words::join::step_code(),
            words::join::step_name(),
            words::join::step_privacy(),
            words::join::step_look(),
        ],
        now,
    )
}

/// To the first page, whatever address the window was opened with.
fn go_home() {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("/"));
    }
}
