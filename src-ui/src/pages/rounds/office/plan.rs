//! A plan: how often it falls due, its labels, and what was found on its rounds.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code,
    command::{Empty, RoundPlansList, RoundsList, Topic},
    id::RoundPlanId,
    outbox::{Pending, PendingState},
    rounds::{RoundPlanRow, RoundsQuery},
};

use super::{
    super::{
        list::rows_of,
        said::{day_words, every_words},
    },
    plans::to_plans,
};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        error_state::{error_details, error_state},
        icon::icon,
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, round_plans as texts},
};

const STEP: u32 = 20;

/// The plan that the address names.
#[component]
pub fn Plan() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<RoundPlanId>().ok());
    match id {
        Some(id) => opened(id),
        None => crate::pages::missing(),
    }
}

fn opened(id: RoundPlanId) -> AnyView {
    let asked = ipc::ask::<RoundPlansList>(&[Topic::Rounds, Topic::Outbox], || Empty {});
    let row =
        Memo::new(move |_| asked.with(|page| page?.plans.iter().find(|row| row.plan.id == id).cloned()));
    let title = Signal::derive(move || {
        row.with(|row| row.as_ref().map(|row| row.name.clone())).unwrap_or_else(|| texts::one().to_owned())
    });
    view! {
        <div class="l-page">
            <PageHeader title=title back=to_plans()>
                <a class="c-button" data-kind="quiet" href=format!("/office/rounds/{id}/edit") data-testid="edit-plan">{icon("edit")} {texts::edit()}</a>
                <a class="c-button" data-kind="quiet" href=format!("/office/rounds/{id}/labels") data-testid="plan-labels">{icon("qr")} {texts::labels()}</a>
            </PageHeader>
            <OfflineBanner />
            {move || match (asked.get(), row.get()) {
                (Answer::Loading, _) => skeleton_list(2),
                (Answer::Failed(error), _) => error_state(&error, Some(asked.retry())),
                (Answer::Ready(_), None) => banner("info", "info", Some(texts::not_here().to_owned()), texts::not_here_text().to_owned()).into_any(),
                (Answer::Ready(_), Some(row)) => facts(&row),
            }}
            {history(id)}
        </div>
    }
    .into_any()
}

fn facts(row: &RoundPlanRow) -> AnyView {
    let content = &row.plan.content;
    let fact = |name: &'static str, value: String| view! { <div class="p-fact"><dt>{name}</dt> <dd>{value}</dd></div> };
    let next = match row.plan.next_on.as_deref() {
        _ if content.retired => texts::retired().to_owned(),
        Some(day) => day_words(day),
        None => texts::next_unknown().to_owned(),
    };
    let names: Vec<String> =
        content.points.iter().map(|point| point.name.in_language(&app().language()).to_owned()).collect();
    view! {
        {row.pending.as_ref().map(pending)}
        <dl class="p-facts" data-testid="plan-facts">
            {fact(texts::every_label(), every_words(content.every))}
            {fact(texts::next_label(), next)}
            {fact(texts::days_label(), texts::days(u32::from(content.days)))}
            {fact(texts::points_label(), names.join(words::common::list_comma()))}
        </dl>
    }
    .into_any()
}

/// A save that waits or was refused. What was typed stands above; editing it again goes on from it.
fn pending(pending: &Pending) -> AnyView {
    let why = match &pending.state {
        PendingState::Stuck { error } if error.code == Code::Conflict => {
            Some(view! { <p>{texts::conflict()}</p> }.into_any())
        }
        PendingState::Stuck { error } => Some(
            view! { <p class="t-soft t-small">{words::trouble(error).1}</p> {error_details(error)} }
                .into_any(),
        ),
        _ => None,
    };
    view! {
        <section class="c-card" data-gap="" data-tone="sunk" data-testid="waiting">
            {pending_mark(&pending.state)} {why} <div class="l-row">{pending_actions(pending)}</div>
        </section>
    }
    .into_any()
}

fn history(id: RoundPlanId) -> AnyView {
    let limit = app().kept(format!("plan {id} limit"), || STEP);
    let asked = ipc::ask_rows::<RoundsList>(
        &[Topic::Rounds, Topic::Outbox],
        move || limit.get(),
        move |offset, limit| RoundsQuery { plan: Some(id), offset, limit },
        |page, next| page.rows.extend(next.rows),
    );
    view! {
        <section class="l-section" data-testid="history">
            <div class="l-section__head"><h2>{texts::history()}</h2></div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => view! { <p class="t-soft">{texts::history_empty()}</p> }.into_any(),
                Answer::Ready(page) => {
                    let more = page.total > limit.get_untracked();
                    view! {
                        {rows_of(&page.rows)}
                        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{words::common::more()}</button> })}
                    }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}
