//! The labels of a plan on A4, in both languages: cut out and put up at the points.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    command::{RoundLabelsGet, RoundPlanKey, Topic},
    id::RoundPlanId,
    rounds::RoundLabel,
};

use super::to_plan;
use crate::{
    components::{
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        qr::{code, qr_drawing},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, round_plans as texts},
};

/// The labels of the plan that the address names.
#[component]
pub fn Labels() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<RoundPlanId>().ok());
    match id {
        Some(id) => sheet(id),
        None => crate::pages::missing(),
    }
}

fn sheet(id: RoundPlanId) -> AnyView {
    let asked = ipc::ask::<RoundLabelsGet>(&[Topic::Rounds], move || RoundPlanKey { id });
    let print = move |_| drop(window().print());
    let head = move || {
        let name = asked.with(|sheet| sheet.map(|sheet| sheet.name.clone())).unwrap_or_default();
        view! {
            <PageHeader title=texts::labels() note=texts::labels_note() back=to_plan(id, if name.is_empty() { texts::one() } else { &name })>
                <button type="button" class="c-button" data-kind="primary" data-testid="print" on:click=print>{icon("print")} {texts::print()}</button>
            </PageHeader>
        }
    };
    view! {
        <div class="l-page" data-width="wide">
            {head}
            {move || match asked.get() {
                Answer::Loading => skeleton_list(4),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(sheet) => view! { <ul class="c-labels" role="list">{sheet.labels.iter().map(label).collect_view()}</ul> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

fn label(label: &RoundLabel) -> AnyView {
    let community = app().with_me_untracked(|me| {
        let names: Vec<&str> =
            me.community.languages.iter().map(|language| me.community.name.in_language(language)).collect();
        names.join(" ·\u{a0}")
    });
    let lines =
        |lines: &[String]| lines.iter().map(|line| view! { <span>{line.clone()}</span> }).collect_view();
    view! {
        <li class="c-label" data-testid="label">
            <div class="c-label__code">{qr_drawing(&label.qr)} {code(&label.code)}</div>
            <div class="c-label__words">
                <p class="c-label__name">{lines(&label.names)}</p>
                <p>{lines(&label.places)}</p>
                <p class="c-label__note">{community} <span>{words::read_in(&linli_wire::Language::zh(), texts::label_note)}</span> <span>{words::read_in(&linli_wire::Language::en(), texts::label_note)}</span></p>
            </div>
        </li>
    }
    .into_any()
}
