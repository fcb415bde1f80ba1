//! After the code: is this you, how to be called, what neighbours see, how Linli looks.

use leptos::prelude::*;
use linli_wire::{
    Language,
    command::{AccountKey, ChangeProfile, LeaveAccount, Me},
    community::{ProfileChange, Role, Visibility},
    settings::Mode,
};

use super::{Joining, Step, stage, steps};
use crate::{
    components::{
        choice::{Choice, choices},
        error_state::error_state,
        field::Field,
        help_bar::call_number,
        icon::{icon, icon_on_ground},
    },
    state::{App, app},
    words::{self, join as texts, profile},
};

/// A role in words.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Resident | Role::Other => words::role::resident(),
        Role::HouseholdHead => words::role::household_head(),
        Role::Staff => words::role::staff(),
        Role::Manager => words::role::manager(),
    }
}

/// Where somebody lives: `3-1201, 3-1202`.
pub fn home_of(me: &Me) -> String {
    let units = me.household.iter().flat_map(|household| &household.units);
    units.map(|unit| format!("{}-{}", unit.building_code, unit.code)).collect::<Vec<_>>().join(", ")
}

pub(super) fn confirm(joining: Joining) -> AnyView {
    let language = app().language();
    let facts = joining.me.get_untracked().map(|me| {
        let home = home_of(&me);
        view! {
            <dl class="p-facts">
                <dt>{texts::confirm_name()}</dt> <dd data-testid="confirm-name">{me.person.name}</dd>
                <dt>{texts::confirm_community()}</dt> <dd>{me.community.name.in_language(&language).to_owned()}</dd>
                {(!home.is_empty()).then(|| view! { <dt>{texts::confirm_home()}</dt> <dd>{home}</dd> })}
                <dt>{texts::confirm_role()}</dt> <dd>{role_name(me.person.role)}</dd>
            </dl>
        }
    });
    let app = app();
    // The code is spent by now, as the letter says of itself; what can be undone is the device.
    let not_me = move |_| {
        let current = app.view.with_untracked(|view| {
            view?.accounts.iter().find(|account| account.current).map(|account| account.id)
        });
        match current {
            Some(id) => {
                joining.act.run::<LeaveAccount>(AccountKey { id }, move |_| joining.step.set(Step::NotMe))
            }
            None => joining.step.set(Step::NotMe),
        }
    };
    let content = view! {
        {steps(0)}
        <h1 tabindex="-1">{texts::is_this_you()}</h1>
        <section class="c-card" data-pad="large">{facts}</section>
        <button type="button" class="c-button" data-kind="primary" data-width="full" data-testid="confirm-yes" on:click=move |_| joining.step.set(Step::Name)>
            {icon("ok")} {texts::confirm_yes()}
        </button>
        <button type="button" class="c-button" data-kind="quiet" data-width="full" data-testid="confirm-no" aria-busy=joining.act.aria_busy() on:click=not_me>{texts::confirm_no()}</button>
        {move || joining.act.error.get().map(|error| error_state(&error, None))}
    };
    stage(None, false, content.into_any())
}

pub(super) fn not_me(joining: Joining) -> AnyView {
    // The community is no longer here to be asked.
    let phone = joining.me.with_untracked(|me| me.as_ref().map(|me| me.community.office.phone.clone()));
    let phone = phone.unwrap_or_default();
    let content = view! {
        <h1 tabindex="-1" data-testid="not-me">{texts::not_me_title()}</h1>
        <p class="t-soft">{texts::not_me_text()}</p>
        {(!phone.is_empty()).then(|| view! {
            <section class="c-card">
                <div class="c-card__line">
                    {icon_on_ground("phone", "jade")}
                    <div><p class="t-soft t-small">{words::services::office_title()}</p> <p class="t-strong t-number">{phone.clone()}</p></div>
                </div>
            </section>
            {call_number("primary", phone)}
        })}
        <button type="button" class="c-button" data-kind="quiet" data-width="full" data-testid="not-me-done" on:click=move |_| joining.finish()>{words::common::done()}</button>
    };
    stage(None, false, content.into_any())
}

fn change(app: App, change: ProfileChange) {
    app.run::<ChangeProfile>(change, |_| ());
}

pub(super) fn name(joining: Joining) -> AnyView {
    let app = app();
    let known = joining
        .me
        .with_untracked(|me| me.as_ref().map(|me| me.person.given_name.clone()))
        .unwrap_or_default();
    let value = app.kept("given name", || known.clone());
    let tried = joining.tried;
    let error = Signal::derive(move || tried.get().then(|| name_problem(&value.get())).flatten());
    let next = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let name = value.get_untracked().trim().to_owned();
        if name_problem(&name).is_some() {
            return;
        }
        if name != known {
            // What comes next shows it already.
            joining.me.update(|me| me.iter_mut().for_each(|me| me.person.given_name.clone_from(&name)));
            change(app, ProfileChange { given_name: Some(name), ..ProfileChange::default() });
        }
        joining.step.set(Step::Privacy);
    };
    let content = view! {
        {steps(1)}
        <h1 tabindex="-1">{profile::name_title()}</h1>
        <form class="c-form" novalidate on:submit=next>
            <Field id="given-name" label=profile::name_label() help=profile::name_help() value=value error=error />
            {next_button(words::common::next())}
        </form>
    };
    stage(Some(Callback::new(move |()| joining.step.set(Step::Confirm))), false, content.into_any())
}

/// What does not fit in a name, in words.
pub fn name_problem(name: &str) -> Option<String> {
    const LONGEST: usize = 60;
    match name.trim().chars().count() {
        0 => Some(words::common::required().to_owned()),
        1..=LONGEST => None,
        long => Some(words::common::too_long(u32::try_from(long - LONGEST).unwrap_or_default())),
    }
}

pub(super) fn privacy(joining: Joining) -> AnyView {
    let app = app();
    let me = joining.me.get_untracked();
    let visible = app.kept("visible", || me.as_ref().map(|me| me.person.visible).unwrap_or_default());
    let next = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        change(app, ProfileChange { visible: Some(visible.get_untracked()), ..ProfileChange::default() });
        joining.step.set(Step::Look);
    };
    let content = view! {
        {steps(2)}
        <h1 tabindex="-1">{profile::privacy_title()}</h1>
        <p class="t-soft">{profile::privacy_text()}</p>
        <form class="c-form" on:submit=next>
            {visibility_choices(me.as_ref(), visible.into(), Callback::new(move |wanted| visible.set(wanted)))}
            <p class="t-soft t-small">{profile::privacy_later()}</p>
            {next_button(words::common::next())}
        </form>
    };
    stage(Some(Callback::new(move |()| joining.step.set(Step::Name))), false, content.into_any())
}

/// Name and building, or name and flat; with the person's own as the example.
pub fn visibility_choices(
    me: Option<&Me>,
    visible: Signal<Visibility>,
    choose: Callback<Visibility>,
) -> AnyView {
    let name = me.map(|me| me.person.given_name.clone()).unwrap_or_default();
    let unit = me.and_then(|me| me.household.as_ref()?.units.first().cloned());
    let (building, flat) = match unit {
        Some(unit) => {
            (words::common::building(&unit.building_code), format!("{}-{}", unit.building_code, unit.code))
        }
        None => (String::new(), String::new()),
    };
    let example = |place: &str| if place.is_empty() { name.clone() } else { format!("{name}, {place}") };
    let now = visible.get_untracked();
    let options = vec![
        Choice::new(Visibility { flat: false, ..now }, profile::privacy_name(), "visible-building")
            .help(example(&building)),
        Choice::new(Visibility { flat: true, ..now }, profile::privacy_flat(), "visible-flat")
            .help(example(&flat)),
    ];
    choices("visible", profile::privacy_title(), false, None, visible, options, choose)
}

pub(super) fn look(joining: Joining) -> AnyView {
    let app = app();
    let finish = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        change(
            app,
            ProfileChange {
                language: Some(app.language()),
                simple: Some(app.is_simple()),
                ..ProfileChange::default()
            },
        );
        joining.finish();
    };
    let content = view! {
        {steps(3)}
        <h1 tabindex="-1">{profile::look_title()}</h1>
        <p class="t-soft">{profile::look_text()}</p>
        <form class="c-form" on:submit=finish>
            {mode_choices(false)}
            {language_choices(true)}
            {next_button(profile::finish())}
        </form>
    };
    stage(Some(Callback::new(move |()| joining.step.set(Step::Privacy))), false, content.into_any())
}

fn next_button(word: &'static str) -> impl IntoView {
    view! { <button type="submit" class="c-button" data-kind="primary" data-width="full" data-testid="next">{word}</button> }
}

/// Standard or Simple, with a drawn sample of each.
pub fn mode_choices(show_legend: bool) -> AnyView {
    let app = app();
    let sample = |mode: &'static str, lines: &[&'static str]| {
        let lines = lines.iter().map(|line| view! { <i>{*line}</i> }).collect_view();
        view! {
            <span class="c-choice__sample p-sample" data-mode-sample=mode aria-hidden="true">
                <b>{words::mode::sample_greeting()}</b> {lines}
            </span>
        }
        .into_any()
    };
    let options = vec![
        Choice::new(Mode::Standard, words::mode::standard(), "mode-standard")
            .help(words::mode::standard_help())
            .sample(sample("standard", &[words::mode::sample_water(), words::mode::sample_lift()])),
        Choice::new(Mode::Simple, words::mode::simple(), "mode-simple")
            .help(words::mode::simple_help())
            .sample(sample("simple", &[words::home::tile_notices()])),
    ];
    let chosen = Signal::derive(move || app.settings.with(|settings| settings.mode));
    let choose = Callback::new(move |mode| app.change_settings(|settings| settings.mode = mode));
    choices("mode", words::mode::label(), show_legend, Some("2"), chosen, options, choose)
}

/// The languages of the face, each in itself.
pub fn language_choices(show_legend: bool) -> AnyView {
    let app = app();
    let options = vec![
        Choice::new(Language::en(), words::language::english(), "language-en"),
        Choice::new(Language::zh(), words::language::chinese(), "language-zh"),
    ];
    let chosen = Signal::derive(move || app.settings.with(|settings| settings.language.clone()));
    let choose = Callback::new(move |language| app.change_settings(|settings| settings.language = language));
    choices("language", words::language::label(), show_legend, Some("2"), chosen, options, choose)
}
