//! The person's repairs, and what is open around them.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, RepairDraftsList, RepairsList, Topic},
    repairs::{RepairDraft, RepairRow, RepairsPage, RepairsQuery},
};

use super::{cards::around, repair_row};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::{Back, PageHeader, home},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, repairs as texts},
};

const STEP: u32 = 50;

/// Where the way back from a repair leads.
pub(super) fn to_list() -> Back {
    ("/repairs".to_owned(), texts::title().to_owned())
}

/// The person's repairs, open ones first.
#[component]
pub fn List() -> impl IntoView {
    let app = app();
    let limit = app.kept("repairs limit", || STEP);
    let rows = move |open: bool| {
        ipc::ask_rows::<RepairsList>(
            &[Topic::Repairs, Topic::Outbox],
            move || limit.get(),
            move |offset, limit| RepairsQuery { open: Some(open), offset, limit },
            |page, next| page.rows.extend(next.rows),
        )
    };
    let (open, closed) = (rows(true), rows(false));
    let mine = Signal::derive(move || {
        open.with(|page| page.map(|page| page.rows.iter().map(|row| row.id).collect())).unwrap_or_default()
    });
    let back =
        if app.is_simple() { home() } else { ("/services".to_owned(), words::services::title().to_owned()) };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=back />
            <OfflineBanner />
            <a class="c-button" data-kind="primary" data-width="full" href="/repairs/new" data-testid="report">{icon("cam")} {texts::report()}</a>
            {drafts()}
            {move || match (open.get(), closed.get()) {
                (Answer::Failed(error), _) => error_state(&error, Some(open.retry())),
                (_, Answer::Failed(error)) => error_state(&error, Some(closed.retry())),
                (Answer::Ready(open), Answer::Ready(closed)) if open.rows.is_empty() && closed.rows.is_empty() => {
                    empty_state("tool", texts::empty_title(), texts::empty_text(), None)
                }
                (Answer::Ready(open), Answer::Ready(closed)) => view! {
                    {part(texts::open_title(), open, limit)}
                    {part(texts::closed_title(), closed, limit)}
                }
                .into_any(),
                _ => skeleton_list(3),
            }}
            {around(mine)}
            <div class="l-row"><a class="c-button" data-kind="plain" data-edge="start" href="/repairs/figures" data-testid="figures">{icon("table")} {words::repair_figures::title()}</a></div>
            <UpdatedAt />
        </div>
    }
}

fn part(title: &'static str, page: RepairsPage, limit: RwSignal<u32>) -> Option<AnyView> {
    let row = |row: &RepairRow| view! { <li>{repair_row(row, "/repairs")}</li> };
    let more = page.total > limit.get_untracked();
    (!page.rows.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{title}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">{page.rows.iter().map(row).collect_view()}</ul>
                {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{words::common::more()}</button> })}
            </section>
        }
        .into_any()
    })
}

/// Reports that were begun and not sent.
fn drafts() -> AnyView {
    let asked = ipc::ask::<RepairDraftsList>(&[Topic::Repairs], || Empty {});
    (move || {
        let drafts = asked.ready().map(|found| found.drafts).unwrap_or_default();
        (!drafts.is_empty()).then(|| view! {
            <section class="l-section" data-testid="drafts">
                <div class="l-section__head"><h2>{texts::drafts_title()}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">{drafts.iter().map(|draft| view! { <li>{draft_row(draft)}</li> }).collect_view()}</ul>
            </section>
        })
    })
    .into_any()
}

fn draft_row(draft: &RepairDraft) -> AnyView {
    let words = draft.form.words.lines().next().unwrap_or_default().trim().to_owned();
    let title = if words.is_empty() { texts::draft_without_words().to_owned() } else { words };
    view! {
        <a class="c-row" data-strong="" href=format!("/repairs/new?draft={}", draft.id) data-testid="draft-row">
            <span class="c-row__lead">{icon("edit")}</span>
            <span class="c-row__body">
                <span class="c-row__title">{title}</span>
                <span class="c-row__meta">{texts::draft_kept(&app().clock().when(draft.kept_at))}</span>
            </span>
            <span class="c-row__end">{icon("chevron-right")}</span>
        </a>
    }
    .into_any()
}
