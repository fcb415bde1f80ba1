//! The plans of the office.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, RoundPlansList, Topic},
    rounds::RoundPlanRow,
};

use super::super::said::{day_words, every_words, tag};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::{Back, PageHeader},
        pending::pending_mark,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    words::{round_plans as texts, rounds},
};

/// Where the way back from a plan leads.
pub(super) fn to_plans() -> Back {
    ("/office/rounds".to_owned(), texts::title().to_owned())
}

/// All plans, retired ones last.
#[component]
pub fn List() -> impl IntoView {
    let asked = ipc::ask::<RoundPlansList>(&[Topic::Rounds, Topic::Outbox], || Empty {});
    let back = ("/rounds".to_owned(), rounds::title().to_owned());
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=back>
                <a class="c-button" data-kind="primary" href="/office/rounds/new" data-testid="new-plan">{icon("plus")} {texts::new()}</a>
            </PageHeader>
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.plans.is_empty() => empty_state("calendar", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(page) => {
                    let rows = page.plans.iter().map(|plan| view! { <li>{row(plan)}</li> }).collect_view();
                    view! { <ul class="c-list" role="list" data-lead="icon">{rows}</ul> }.into_any()
                }
            }}
            <UpdatedAt />
        </div>
    }
}

fn row(row: &RoundPlanRow) -> AnyView {
    let content = &row.plan.content;
    let points = texts::points(u32::try_from(content.points.len()).unwrap_or_default());
    let next = row.plan.next_on.as_deref().map(|day| texts::next_on(&day_words(day)));
    view! {
        <a class="c-row" data-strong="" href=format!("/office/rounds/{}", row.plan.id) data-testid="plan-row">
            <span class="c-row__lead">{icon("calendar")}</span>
            <span class="c-row__body">
                {content.retired.then(|| view! { <span class="c-row__tags">{tag("", "close", texts::retired().to_owned())}</span> })}
                <span class="c-row__title">{row.name.clone()}</span>
                <span class="c-row__meta">{every_words(content.every)}" ·\u{a0}"{points}</span>
                {next.map(|next| view! { <span class="c-row__meta">{next}</span> })}
                {row.pending.as_ref().map(|pending| pending_mark(&pending.state))}
            </span>
            <span class="c-row__end">{icon("chevron-right")}</span>
        </a>
    }
    .into_any()
}
