//! Me: how Linli looks and speaks, what it tells, how this device keeps what it receives.

mod keeping;
mod me;
mod photo;
mod quiet;
mod visible;

use leptos::prelude::*;
use linli_wire::{
    command::{ChangeProfile, Empty, PreferencesGet, PreferencesSave, Topic},
    community::{ProfileChange, Visibility},
    settings::{Preferences, Theme},
};

use super::join::{language_choices, mode_choices, name_problem, visibility_choices};
use crate::{
    components::{
        choice::{Choice, choices},
        error_state::error_state,
        field::Field,
        page_header::{self, PageHeader},
        skeleton::skeleton_list,
        switch::Switch,
        text_size::TextSize,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, settings as texts},
};

pub use keeping::KeepingPage;
pub use me::Me;
use photo::OwnPhoto;
use quiet::Quiet;
use visible::phone_switch;
pub use visible::{Visible, listed_switch};

/// A part of a page under its own heading.
fn section(title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{title}</h2></div>
            {content}
        </section>
    }
    .into_any()
}

/// Text, colours and language.
#[component]
pub fn Look() -> impl IntoView {
    let app = app();
    let theme = Signal::derive(move || app.settings.with(|settings| settings.theme));
    let themes = vec![
        Choice::new(Theme::System, texts::theme_system(), "theme-system"),
        Choice::new(Theme::Light, texts::theme_light(), "theme-light"),
        Choice::new(Theme::Dark, texts::theme_dark(), "theme-dark"),
    ];
    let choose_theme = Callback::new(move |theme| app.change_settings(|settings| settings.theme = theme));
    let contrast = Signal::derive(move || app.settings.with(|settings| settings.high_contrast));
    let change_contrast =
        Callback::new(move |on| app.change_settings(|settings| settings.high_contrast = on));
    let colours = view! {
        {choices("theme", texts::theme(), false, Some("3"), theme, themes, choose_theme)}
        <section class="c-card">
            <Switch label=texts::contrast() help=texts::contrast_help() on=contrast change=change_contrast testid="contrast" />
        </section>
    };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() back=page_header::me() />
            {section(words::mode::label(), mode_choices(false))}
            {section(texts::text_size(), view! { <section class="c-card" data-gap=""><TextSize /></section> }.into_any())}
            {section(words::language::label(), language_choices(false))}
            {section(texts::theme(), colours.into_any())}
        </div>
    }
}

/// How to be called, and what neighbours see.
#[component]
pub fn Profile() -> impl IntoView {
    let app = app();
    let me = app.with_me_untracked(Clone::clone);
    let name =
        app.kept("profile name", || me.as_ref().map(|me| me.person.given_name.clone()).unwrap_or_default());
    let error = Signal::derive(move || name_problem(&name.get()));
    let visible = Visible::follow();
    // The choices tell flats from buildings alone; the rest is chosen apart.
    let flat = visible.part(|visible| Visibility { flat: visible.flat, ..Visibility::default() });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if error.with_untracked(Option::is_none) {
            let change = ProfileChange {
                given_name: Some(name.get_untracked().trim().to_owned()),
                ..ProfileChange::default()
            };
            app.run::<ChangeProfile>(change, move |_| app.tell(words::common::saved()));
        }
    };
    let choose =
        Callback::new(move |wanted: Visibility| visible.change(|visible| visible.flat = wanted.flat));
    view! {
        <div class="l-page">
            <PageHeader title=words::me::profile() back=page_header::me() />
            <form class="c-form" novalidate on:submit=save>
                <Field id="given-name" label=words::profile::name_label() value=name error=error />
                <div class="c-form__actions">
                    <button type="submit" class="c-button" data-kind="primary" data-testid="save">{words::common::save()}</button>
                </div>
            </form>
            {section(texts::privacy(), view! {
                <p class="t-soft">{words::profile::privacy_text()}</p>
                {visibility_choices(me.as_ref(), flat, choose)}
                <OwnPhoto visible=visible />
                {phone_switch(visible)}
                {listed_switch(visible)}
            }.into_any())}
        </div>
    }
}

/// Which categories are told about. These follow the person to every device.
#[component]
pub fn Notifications() -> impl IntoView {
    let asked = ipc::ask::<PreferencesGet>(&[Topic::App], || Empty {});
    let is_known = Memo::new(move |_| asked.with(|known| known.is_some()));
    view! {
        <div class="l-page">
            <PageHeader title=words::me::notifications() back=page_header::me() />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(5),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(preferences) => section(texts::notify_title(), switches(preferences, asked)),
            }}
            {move || is_known.get().then(|| view! { <Quiet asked=asked /> })}
        </div>
    }
}

fn switches(known: Preferences, asked: ipc::Asked<Preferences>) -> AnyView {
    let app = app();
    let language = app.language();
    let categories = app.with_me_untracked(|me| me.community.categories.clone()).unwrap_or_default();
    let (muted, reminders) = (RwSignal::new(known.muted_categories), RwSignal::new(!known.muted_reminders));
    let remind = Callback::new(move |on: bool| {
        reminders.set(on);
        let preferences = Preferences { muted_reminders: !on, ..asked.ready().unwrap_or_default() };
        app.run::<PreferencesSave>(preferences, |_| ());
    });
    let rows = categories.into_iter().map(|category| {
        let key = category.key.clone();
        let on = Signal::derive(move || muted.with(|muted| !muted.contains(&key)));
        let key = category.key.clone();
        let change = Callback::new(move |on: bool| {
            muted.update(|muted| {
                muted.retain(|other| *other != key);
                if !on {
                    muted.push(key.clone());
                }
            });
            let mut preferences = asked.ready().unwrap_or_default();
            preferences.muted_categories = muted.get_untracked();
            app.run::<PreferencesSave>(preferences, |_| ());
        });
        view! { <hr /> <Switch label=category.name.in_language(&language) on=on change=change /> }
    });
    view! {
        <section class="c-card">
            <Switch label=texts::notify_emergency() help=texts::notify_emergency_help() on=true change=Callback::new(|_| ()) disabled=true />
            {rows.collect_view()}
            <hr />
            <Switch label=texts::notify_reminders() help=texts::notify_reminders_help() on=reminders change=remind />
        </section>
        <p class="t-soft t-small">{texts::notify_normal_help()}</p>
    }
    .into_any()
}
