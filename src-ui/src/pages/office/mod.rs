//! The office's side: where it leads, and what waits there.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, OfficeNoticesList, RepairBoardGet, Topic},
    notices::{OfficeFilter, OfficeNoticesQuery},
    repairs::RepairBoard,
};

use super::services::row;
use crate::{
    components::{
        banner::OfflineBanner,
        icon::{icon, icon_on_ground},
        page_header::PageHeader,
    },
    ipc,
    state::app,
    words::{self, office as texts, repair_queue},
};

/// The rooms of the office. On a phone the bar leads here; beside a wide page all of them stand in the sidebar.
#[component]
pub fn Office() -> impl IntoView {
    let board = ipc::ask::<RepairBoardGet>(&[Topic::Repairs, Topic::Outbox], || Empty {});
    let count = |filter| {
        ipc::ask::<OfficeNoticesList>(&[Topic::Notices, Topic::Outbox], move || OfficeNoticesQuery {
            filter,
            limit: 1,
            ..OfficeNoticesQuery::default()
        })
    };
    let (drafts, scheduled) = (count(OfficeFilter::Drafts), count(OfficeFilter::Scheduled));
    let repairs = move || board.ready().map(|board| said(waiting_repairs(&board, true)));
    let notices = move || {
        let (drafts, scheduled) = (drafts.ready()?.total, scheduled.ready()?.total);
        let part = |count: u32, words: fn(u32) -> String| (count > 0).then(|| words(count));
        let parts = [part(drafts, texts::count_drafts), part(scheduled, texts::count_scheduled)];
        Some(said(parts.into_iter().flatten().collect()))
    };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() />
            <OfflineBanner />
            <ul class="c-list" role="list" data-lead="icon">
                {row("/office/repairs", "tool", repair_queue::title(), repairs)}
                {row("/office/notices", "megaphone", words::nav::office_notices(), notices)}
            </ul>
            <ul class="c-list" role="list" data-lead="icon">
                {row("/office/payments", "pay", words::payments_office::title(), words::payments_office::note())}
                {row("/rounds", "calendar", words::rounds::title(), words::rounds::tile_note())}
                {row("/office/people", "people", words::nav::office_people(), ())}
                {row("/office/templates", "template", words::nav::office_templates(), ())}
                {row("/office/repairs/categories", "list", words::repair_kinds::title(), ())}
                {row("/office/repairs/figures", "table", words::repair_figures::title(), ())}
                {row("/services", "grid", words::services::title(), ())}
            </ul>
        </div>
    }
}

fn said(parts: Vec<String>) -> String {
    if parts.is_empty() { texts::nothing_waits().to_owned() } else { parts.join(" ·\u{a0}") }
}

/// What waits in the queue, the most pressing first; `whole` tells all that is open, too.
fn waiting_repairs(board: &RepairBoard, whole: bool) -> Vec<String> {
    let open = board.columns.iter().filter(|column| column.state.is_open()).map(|column| column.count).sum();
    let part = |count: u32, words: fn(u32) -> String| (count > 0).then(|| words(count));
    let parts = [
        part(board.mine, repair_queue::count_mine),
        part(board.emergencies, repair_queue::count_emergency),
        part(board.overdue, repair_queue::count_late),
        part(if whole { open } else { 0 }, repair_queue::count_open),
    ];
    parts.into_iter().flatten().collect()
}

/// For Home: what presses in the queue, as a card that leads there. Nothing for residents, and where nothing presses.
pub fn pressing() -> impl Fn() -> Option<AnyView> + Copy + Send + 'static {
    let is_office = app().with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    let board = is_office.then(|| ipc::ask::<RepairBoardGet>(&[Topic::Repairs, Topic::Outbox], || Empty {}));
    move || {
        let parts = waiting_repairs(&board?.ready()?, false);
        (!parts.is_empty()).then(|| {
            view! {
                <a class="c-card" data-link="" href="/office/repairs" data-testid="office-need">
                    <div class="c-card__line">
                        {icon_on_ground("tool", "amber")}
                        <div><h3 class="c-card__title">{repair_queue::title()}</h3> <p class="t-soft t-small">{said(parts)}</p></div>
                        {icon("chevron-right")}
                    </div>
                </a>
            }
            .into_any()
        })
    }
}
