//! What the office wrote, by where it stands.

use leptos::prelude::*;
use linli_wire::{
    command::{OfficeNoticesList, Topic},
    notices::{NoticeState, OfficeFilter, OfficeNoticeRow, OfficeNoticesPage, OfficeNoticesQuery},
};

use super::begin;
use crate::{
    components::{
        banner::OfflineBanner,
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    pages::notices::category_name,
    state::app,
    words::{self, office as texts},
};

const STEP: u32 = 50;
/// Most rows that one press adds.
const MORE: u32 = 200;

/// The list with its tabs.
#[component]
pub fn List() -> impl IntoView {
    let app = app();
    let filter = app.kept("office filter", || OfficeFilter::Published);
    let limit = app.kept("office limit", || STEP);
    let asked = ipc::ask_rows::<OfficeNoticesList>(
        &[Topic::Notices, Topic::Outbox],
        move || limit.get(),
        move |offset, limit| OfficeNoticesQuery { filter: filter.get(), offset, limit },
        |page, next| page.rows.extend(next.rows),
    );
    let begin = begin();
    let tab = move |wanted: OfficeFilter, word: &'static str, testid: &'static str| {
        let choose = move |_| {
            limit.set(STEP);
            filter.set(wanted);
        };
        view! {
            <button type="button" role="tab" data-testid=testid aria-selected=move || (filter.get() == wanted).to_string() on:click=choose>{word}</button>
        }
    };
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::notices_title()>
                <button type="button" class="c-button" data-kind="primary" data-testid="write-notice" on:click=move |_| begin(None)>{icon("plus")} {texts::write()}</button>
            </PageHeader>
            <OfflineBanner />
            <div class="c-tabs" role="tablist" aria-label=texts::col_state()>
                {tab(OfficeFilter::Published, texts::state_published(), "tab-published")}
                {tab(OfficeFilter::Drafts, texts::state_draft(), "tab-drafts")}
                {tab(OfficeFilter::Scheduled, texts::state_scheduled(), "tab-scheduled")}
                {tab(OfficeFilter::Past, texts::state_past(), "tab-past")}
                {tab(OfficeFilter::All, words::common::all(), "tab-all")}
            </div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(6),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => nothing(filter.get()),
                Answer::Ready(page) => table(&page, limit),
            }}
        </div>
    }
}

fn nothing(filter: OfficeFilter) -> AnyView {
    match filter {
        OfficeFilter::Drafts => {
            empty_state("edit", texts::empty_drafts_title(), texts::empty_drafts_text(), None)
        }
        _ => empty_state("megaphone", texts::empty_state(), texts::empty_text(), None),
    }
}

fn table(page: &OfficeNoticesPage, limit: RwSignal<u32>) -> AnyView {
    let now = limit.get_untracked();
    let rows = page.rows.iter().map(row).collect_view();
    let more = (page.total > now).then(|| {
        view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += (*limit).min(MORE))>{words::common::more()}</button> }
    });
    view! {
        <table class="c-table" data-testid="office-notices">
            <thead>
                <tr><th scope="col">{texts::col_title()}</th> <th scope="col">{words::editor::category()}</th> <th scope="col">{texts::col_when()}</th> <th scope="col">{texts::col_read()}</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {more}
    }
    .into_any()
}

/// Where a notice stands, with its time.
pub(super) fn standing(state: &NoticeState) -> String {
    let clock = app().clock();
    match state {
        NoticeState::Draft => texts::state_draft_one().to_owned(),
        NoticeState::Scheduled { publish_at } => words::editor::scheduled(&clock.exactly(*publish_at)),
        NoticeState::Published { published_at, .. } => clock.when(*published_at),
        NoticeState::Withdrawn { withdrawn_at, .. } => {
            format!("{} ·\u{a0}{}", texts::state_withdrawn(), clock.when(*withdrawn_at))
        }
    }
}

fn row(row: &OfficeNoticeRow) -> AnyView {
    let title = if row.title.is_empty() { texts::untitled().to_owned() } else { row.title.clone() };
    let published = matches!(row.state, NoticeState::Published { .. });
    let readers = published.then(|| {
        view! { <a href=format!("/office/notices/{}/readers", row.id)>{icon("eye")} " " {texts::readers()}</a> }
    });
    view! {
        <tr data-testid="office-row">
            <td>
                <a href=format!("/office/notices/{}", row.id)>{title}</a>
                <div class="l-row">
                    {row.emergency.then(|| view! { <span class="c-tag" data-tone="red">{icon("warn")} {words::notices::emergency()}</span> })}
                    {row.pinned.then(|| view! { <span class="c-tag">{icon("pin")} {words::notices::pinned()}</span> })}
                    {row.expired.then(|| view! { <span class="c-tag">{icon("history")} {texts::state_expired()}</span> })}
                    {row.has_local_changes.then(|| view! { <span class="c-tag" data-tone="amber">{icon("edit")} {texts::local_changes()}</span> })}
                    {row.languages.iter().map(|language| view! { <span class="c-tag">{words::language_name(language)}</span> }).collect_view()}
                </div>
                {row.pending.as_ref().map(|pending| view! {
                    {pending_mark(&pending.state)} <div class="c-pending__actions">{pending_actions(pending)}</div>
                })}
            </td>
            <td data-label=words::editor::category()>{category_name(&row.category)}</td>
            <td data-label=texts::col_when()>{standing(&row.state)}</td>
            <td data-label=texts::col_read()>{readers}</td>
        </tr>
    }
    .into_any()
}
