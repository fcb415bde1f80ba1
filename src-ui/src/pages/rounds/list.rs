//! What is due, what is overdue, and what was done.

use std::collections::BTreeSet;

use leptos::prelude::*;
use linli_wire::{
    command::{RoundsList, Topic},
    rounds::{RoundRow, RoundState, RoundsPage, RoundsQuery},
};

use super::{
    said::{is_over, tags, until_words},
    scan::Scan,
};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::{icon, icon_on_ground},
        page_header::{Back, PageHeader, home},
        pending::pending_mark,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, rounds as texts},
};

const STEP: u32 = 50;

/// Where the way back from a round leads.
pub(super) fn to_list() -> Back {
    ("/rounds".to_owned(), texts::title().to_owned())
}

/// The rounds, those that are due first.
#[component]
pub fn List() -> impl IntoView {
    let app = app();
    let limit = app.kept("rounds limit", || STEP);
    let asked = ipc::ask_rows::<RoundsList>(
        &[Topic::Rounds, Topic::Outbox],
        move || limit.get(),
        move |offset, limit| RoundsQuery { plan: None, offset, limit },
        |page, next| page.rows.extend(next.rows),
    );
    let back =
        if app.is_simple() { home() } else { ("/services".to_owned(), words::services::title().to_owned()) };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=back>
                <a class="c-button" data-kind="quiet" href="/office/rounds" data-testid="plans">{icon("calendar")} {words::round_plans::title()}</a>
            </PageHeader>
            <OfflineBanner />
            <Scan />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(4),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => {
                    let plans = view! { <a class="c-button" data-kind="quiet" href="/office/rounds">{icon("calendar")} {words::round_plans::title()}</a> };
                    empty_state("calendar", texts::empty_title(), texts::empty_text(), Some(plans.into_any()))
                }
                Answer::Ready(page) => parts(page, limit),
            }}
            <UpdatedAt />
        </div>
    }
}

fn parts(page: RoundsPage, limit: RwSignal<u32>) -> AnyView {
    let more = page.total > limit.get_untracked();
    // Of a plan whose newest round was missed, nobody has looked since.
    let mut seen = BTreeSet::new();
    let (mut due, mut late, mut past) = (Vec::new(), Vec::new(), Vec::new());
    for row in page.rows {
        let is_newest = seen.insert(row.plan_id);
        match row.state {
            RoundState::Open if !is_over(&row) => due.push(row),
            RoundState::Open => late.push(row),
            RoundState::Missed if is_newest => late.push(row),
            _ => past.push(row),
        }
    }
    let nothing_due = due.is_empty() && late.is_empty();
    view! {
        {nothing_due.then(|| view! { <p class="t-soft" role="status">{texts::nothing_due()}</p> })}
        {part(texts::overdue_title(), &late)}
        {part(texts::due_title(), &due)}
        {part(texts::past_title(), &past)}
        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{words::common::more()}</button> })}
    }
    .into_any()
}

fn part(title: &'static str, rows: &[RoundRow]) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{title}</h2></div>
                {rows_of(rows)}
            </section>
        }
        .into_any()
    })
}

/// Rounds as a list.
pub(super) fn rows_of(rows: &[RoundRow]) -> AnyView {
    let rows = rows.iter().map(|row| view! { <li>{round_row(row)}</li> });
    view! { <ul class="c-list" role="list" data-lead="icon">{rows.collect_view()}</ul> }.into_any()
}

fn round_row(row: &RoundRow) -> AnyView {
    let from = app().clock().date(row.from);
    let is_open = row.state == RoundState::Open;
    let when = if is_open { until_words(row) } else { from };
    view! {
        <a class="c-row" data-strong=is_open href=format!("/rounds/{}", row.id) data-testid="round-row" data-state=row.state.as_str()>
            <span class="c-row__lead">{icon("calendar")}</span>
            <span class="c-row__body">
                <span class="c-row__tags">{tags(row)}</span>
                <span class="c-row__title">{row.name.clone()}</span>
                <span class="c-row__meta">{texts::progress(&words::number(row.points), &words::number(row.inspected))}" ·\u{a0}"{when}</span>
                {row.pending.as_ref().map(|pending| pending_mark(&pending.state))}
            </span>
            <span class="c-row__end">{icon("chevron-right")}</span>
        </a>
    }
    .into_any()
}

/// How many rounds are due, as a card for Home; nothing where none is.
pub fn due_card(due: u32) -> Option<AnyView> {
    (due > 0).then(|| {
        view! {
            <a class="c-card" data-link="" href="/rounds" data-testid="rounds-due">
                <div class="c-card__line">
                    {icon_on_ground("calendar", "amber")}
                    <div><h3 class="c-card__title">{texts::home_due(due)}</h3> <p class="t-soft t-small">{texts::home_due_text()}</p></div>
                    {icon("chevron-right")}
                </div>
            </a>
        }
        .into_any()
    })
}
