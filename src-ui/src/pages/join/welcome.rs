//! The first page of all: a letter, or a look around.

use leptos::prelude::*;
use linli_wire::{
    command::{DemoPerson, Join},
    join::JoinWith,
};

use super::{Joining, Step, scan::ScanPicture, stage};
use crate::{
    components::{
        avatar::avatar,
        error_state::error_state,
        icon::{icon, letter_drawing},
    },
    state::{Act, app},
    words::welcome as words,
};

pub(super) fn welcome(joining: Joining) -> AnyView {
    let app = app();
    let demo = app.view.with_untracked(|view| view.map(|view| view.demo.clone())).unwrap_or_default();
    let back = joining.adding.get_untracked().then(|| Callback::new(move |()| joining.finish()));
    let go = move |step: Step| move |_| joining.step.set(step);
    let content = view! {
        <div class="p-hello" data-testid="welcome">
            <h1 tabindex="-1">{words::title()}</h1>
            <p>{crate::words::app::promise()}</p>
        </div>
        <section class="c-card" data-gap="" data-pad="large">
            <div class="p-letter-hint">
                {letter_drawing()}
                <div class="l-stack" data-gap="tiny">
                    <h2>{words::question()}</h2>
                    <p class="t-soft">{words::letter_help()}</p>
                </div>
            </div>
            <div class="l-row" data-fill="">
                <button type="button" class="c-button" data-kind="primary" data-testid="type-code" on:click=go(Step::Code)>{icon("edit")} {words::type_code()}</button>
                <ScanPicture joining=joining />
                <button type="button" class="c-button" data-kind="quiet" data-testid="paste-link" on:click=go(Step::Link)>{icon("link")} {words::paste()}</button>
            </div>
        </section>
        <p class="t-soft t-small">{words::no_letter()}</p>
        {crate::pages::outbox::kept()}
        {(!demo.is_empty()).then(|| demo_people(joining, demo))}
    };
    stage(back, true, content.into_any())
}

fn demo_people(joining: Joining, people: Vec<DemoPerson>) -> AnyView {
    // Outlives the change to the person's own language and mode.
    let act = joining.act;
    let cards = people.into_iter().enumerate().map(|(at, person)| demo_card(joining, act, at, person));
    let cards = cards.collect_view();
    view! {
        <section class="l-section">
            <div>
                <h2>{words::demo_title()}</h2>
                <p class="t-soft">{words::demo_text()}</p>
            </div>
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="p-people" aria-busy=act.aria_busy()>{cards}</div>
        </section>
    }
    .into_any()
}

fn demo_card(joining: Joining, act: Act, at: usize, person: DemoPerson) -> AnyView {
    let app = app();
    let language = app.language();
    let name = person.name.in_language(&language).to_owned();
    let about = person.about.in_language(&language).to_owned();
    let tone = match at % 3 {
        0 => "",
        1 => "jade",
        _ => "amber",
    };
    let label = words::demo_step_in(&name);
    let sign = person.name.in_language(&linli_wire::Language::zh()).to_owned();
    let testid = format!("demo-{}", person.key);
    let step_in = move |_| {
        let settings = person.settings.clone();
        act.run::<Join>(JoinWith::Link { text: person.link.clone() }, move |_| {
            app.change_settings(|now| *now = settings);
            joining.finish();
        });
    };
    view! {
        <button type="button" class="p-person" aria-description=label data-testid=testid on:click=step_in>
            {avatar(&sign, tone, false)}
            <span>
                <span class="p-person__name">{name}</span>
                <span class="p-person__note">{about}</span>
            </span>
        </button>
    }
    .into_any()
}
