//! The office's queue: how much stands where, and what to do next. Made for one hand on a phone.

use leptos::prelude::*;
use linli_wire::{
    command::{
        Empty, RepairBoardGet, RepairChoicesGet, RepairExport, RepairExportOpen, RepairQueueList, Topic,
    },
    id::BuildingId,
    repairs::{RepairBoard, RepairChoices, RepairQueuePage, RepairQueueQuery, RepairState, Urgency},
};

use super::{
    board as columns, repair_row,
    said::{state_word, urgency_word},
};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::{Back, PageHeader},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::{Act, app, remembered},
    words::{self, repair_queue as texts, repairs},
};

const STEP: u32 = 50;
/// Rows that a board begins with.
const ON_BOARD: u32 = 200;

/// Where the way back from a repair of the office leads.
pub(super) fn to_queue() -> Back {
    ("/office/repairs".to_owned(), texts::title().to_owned())
}

/// The queue with its filters.
#[component]
pub fn Queue() -> impl IntoView {
    let app = app();
    let filter = app.kept("repairs queue", RepairQueueQuery::default);
    let limit = app.kept("repairs queue limit", || STEP);
    let (as_board, show_as) = remembered("linli-repairs-board");
    let asked = ipc::ask_rows::<RepairQueueList>(
        &[Topic::Repairs, Topic::Outbox],
        move || if as_board.get() { limit.get().max(ON_BOARD) } else { limit.get() },
        move |offset, limit| RepairQueueQuery { offset, limit, ..filter.get() },
        |page, next| page.rows.extend(next.rows),
    );
    let change = Callback::new(move |query: RepairQueueQuery| {
        limit.set(STEP);
        filter.set(query);
    });
    view! {
        <div class="l-page" data-width=move || as_board.get().then_some("board")>
            <PageHeader title=texts::title()>{layout(as_board, show_as)} {ways("p-wide", filter)}</PageHeader>
            <OfflineBanner />
            {board(filter, change)}
            {move || match asked.get() {
                Answer::Loading => skeleton_list(6),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => nothing(filter, change),
                Answer::Ready(page) => rows(&page, limit, as_board.get().then(|| filter.with_untracked(|filter| filter.state))),
            }}
            {ways("p-narrow", filter)}
            <UpdatedAt />
        </div>
    }
}

/// A list or a board. There is room for a board on wide windows only, and only there the question.
fn layout(as_board: ReadSignal<bool>, show_as: Callback<bool>) -> AnyView {
    let chip = move |board: bool, symbol: &'static str, word: &'static str, testid: &'static str| {
        view! { <button type="button" class="c-chip" data-testid=testid aria-pressed=move || (as_board.get() == board).to_string() on:click=move |_| show_as.run(board)>{icon(symbol)} {word}</button> }
    };
    view! {
        <div class="c-chips p-wide" role="group" aria-label=texts::layout()>
            {chip(false, "list", texts::list(), "as-list")}
            {chip(true, "grid", texts::board(), "as-board")}
        </div>
    }
    .into_any()
}

/// Where else the office goes from here: in the head of a wide page, else at the end, below what is to do.
fn ways(place: &'static str, filter: RwSignal<RepairQueueQuery>) -> AnyView {
    let app = app();
    let exporting = Act::new();
    let export = move |_| {
        let RepairQueueQuery { state, category, .. } = filter.get_untracked();
        let wanted = RepairExport { state, category, ..RepairExport::default() };
        exporting.run::<RepairExportOpen>(wanted, move |_| app.tell(texts::exported()));
    };
    Effect::new(move |_| exporting.error.with(|error| error.iter().for_each(|error| app.complain(error))));
    view! {
        <div class=format!("l-row {place}")>
            <a class="c-button" data-kind="plain" href="/office/repairs/figures" data-testid="figures">{icon("table")} {words::repair_figures::title()}</a>
            <a class="c-button" data-kind="plain" href="/office/repairs/categories" data-testid="categories">{icon("list")} {words::repair_kinds::title()}</a>
            <button type="button" class="c-button" data-kind="plain" data-testid="export" aria-busy=exporting.aria_busy() on:click=export>{icon("download")} {texts::export()}</button>
        </div>
    }
    .into_any()
}

/// The rows as a list, or as a board, which knows the state that was asked for.
fn rows(page: &RepairQueuePage, limit: RwSignal<u32>, board: Option<Option<RepairState>>) -> AnyView {
    let shown = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
    let more = page.total > shown;
    let rows = match board {
        Some(state) => columns::board(&page.rows, state),
        None => {
            let rows = page.rows.iter().map(|row| view! { <li>{repair_row(row, "/office/repairs")}</li> });
            view! { <ul class="c-list" role="list" data-lead="icon" data-testid="queue">{rows.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <p class="t-soft t-small" role="status">{texts::total(page.total)}</p>
        {rows}
        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.set(shown + STEP)>{words::common::more()}</button> })}
    }
    .into_any()
}

fn nothing(filter: RwSignal<RepairQueueQuery>, change: Callback<RepairQueueQuery>) -> AnyView {
    if filter.with_untracked(|filter| *filter == RepairQueueQuery::default()) {
        return empty_state("ok", texts::empty_title(), texts::empty_text(), None);
    }
    let clear = view! {
        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| change.run(RepairQueueQuery::default())>{icon("close")} {words::common::clear()}</button>
    };
    empty_state("filter", texts::none_title(), texts::none_text(), Some(clear.into_any()))
}

/// Everything, what is mine, what is late, and emergencies if there are any, with their counts; each but the first
/// is on or off. Below them the filters with many values.
fn board(filter: RwSignal<RepairQueueQuery>, change: Callback<RepairQueueQuery>) -> AnyView {
    let asked = ipc::ask::<RepairBoardGet>(&[Topic::Repairs, Topic::Outbox], || Empty {});
    let me = app().with_me_untracked(|me| me.person.id);
    let now = Memo::new(move |_| filter.get());
    let chip = move |word: &'static str,
                     testid: &'static str,
                     count: Option<u32>,
                     on: bool,
                     wanted: RepairQueueQuery| {
        let shown = count.map(|count| format!(" {}", words::number(count)));
        view! {
            <button type="button" class="c-chip" data-testid=testid aria-pressed=on.to_string() on:click=move |_| change.run(wanted.clone())>
                {on.then(|| icon("ok"))} {word} {shown}
            </button>
        }
    };
    let choose_state = move |event| {
        let state = RepairState::from_name(&event_target_value(&event));
        change.run(RepairQueueQuery { state, ..filter.get_untracked() });
    };
    let chips = move || {
        let (now, board) = (now.get(), asked.ready());
        let count = |read: fn(&RepairBoard) -> u32| board.as_ref().map(read);
        let all = now == RepairQueueQuery::default();
        let mine = me.map(|me| {
            let on = now.assignee == Some(me);
            let wanted = RepairQueueQuery { assignee: (!on).then_some(me), ..now.clone() };
            chip(texts::mine(), "queue-mine", count(|board| board.mine), on, wanted)
        });
        let late = RepairQueueQuery { overdue: !now.overdue, ..now.clone() };
        let is_emergency = now.urgency == Some(Urgency::Emergency);
        let urgent =
            RepairQueueQuery { urgency: (!is_emergency).then_some(Urgency::Emergency), ..now.clone() };
        view! {
            {chip(texts::all_open(), "queue-open", None, all, RepairQueueQuery::default())}
            {mine}
            {chip(repairs::overdue(), "queue-overdue", count(|board| board.overdue), now.overdue, late)}
            {(is_emergency || board.as_ref().is_some_and(|board| board.emergencies > 0)).then(|| chip(repairs::emergency(), "queue-emergency", count(|board| board.emergencies), is_emergency, urgent))}
        }
    };
    let states = move || {
        let columns = asked.ready().map(|board| board.columns).unwrap_or_default();
        let chosen = filter.with(|filter| filter.state);
        let shown = columns.into_iter().filter(|column| column.count > 0 || chosen == Some(column.state));
        let options = shown.map(|column| {
            let name = format!("{} {}", state_word(column.state), words::number(column.count));
            view! { <option value=column.state.as_str() prop:selected=chosen == Some(column.state)>{name}</option> }
        });
        options.collect_view()
    };
    view! {
        <div class="c-chips" role="group" aria-label=words::notices::filter_label() data-testid="board">
            {chips}
        </div>
        <div class="c-chips p-filters" role="group" aria-label=words::notices::filter_label()>
            <select class="c-chip" aria-label=texts::state() aria-current=move || filter.with(|filter| filter.state.is_some()).then_some("true") data-testid="queue-state" on:change=choose_state>
                <option value="" prop:selected=move || filter.with(|filter| filter.state.is_none())>{texts::state()}</option>
                {states}
            </select>
            {filters(filter, change)}
        </div>
    }
    .into_any()
}

/// By urgency, building and category.
fn filters(filter: RwSignal<RepairQueueQuery>, change: Callback<RepairQueueQuery>) -> AnyView {
    let asked = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs, Topic::Community], || Empty {});
    (move || asked.ready().map(|choices| selects(&choices, filter, change))).into_any()
}

fn selects(
    choices: &RepairChoices,
    filter: RwSignal<RepairQueueQuery>,
    change: Callback<RepairQueueQuery>,
) -> AnyView {
    let language = app().language();
    let urgencies =
        Urgency::ALL.map(|urgency| (urgency.as_str().to_owned(), urgency_word(urgency).to_owned()));
    let buildings = choices
        .buildings
        .iter()
        .map(|building| (building.id.to_string(), building.name.in_language(&language).to_owned()));
    let categories = choices.categories.iter().map(|category| {
        (category.content.key.clone(), category.content.name.in_language(&language).to_owned())
    });
    view! {
            {select("queue-urgency", texts::urgency(), urgencies.to_vec(),
                Signal::derive(move || filter.with(|filter| filter.urgency.map(|urgency| urgency.as_str().to_owned()))),
                Callback::new(move |name: String| change.run(RepairQueueQuery { urgency: Urgency::from_name(&name), ..filter.get_untracked() })))}
            {select("queue-building", texts::building(), buildings.collect(),
                Signal::derive(move || filter.with(|filter| filter.building.map(|building| building.to_string()))),
                Callback::new(move |id: String| change.run(RepairQueueQuery { building: id.parse::<BuildingId>().ok(), ..filter.get_untracked() })))}
            {select("queue-category", texts::category(), categories.collect(),
                Signal::derive(move || filter.with(|filter| filter.category.clone())),
                Callback::new(move |key: String| change.run(RepairQueueQuery { category: (!key.is_empty()).then_some(key), ..filter.get_untracked() })))}
    }
    .into_any()
}

/// A filter: one of a few, or all, which `label` stands for.
pub fn select(
    testid: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: Signal<Option<String>>,
    choose: Callback<String>,
) -> AnyView {
    let options = options.into_iter().map(|(value, name)| {
        let this = value.clone();
        view! { <option value=value prop:selected=move || chosen.with(|chosen| chosen.as_ref() == Some(&this))>{name}</option> }
    });
    view! {
        <select class="c-chip" aria-label=label aria-current=move || chosen.with(Option::is_some).then_some("true") data-testid=testid on:change=move |event| choose.run(event_target_value(&event))>
            <option value="" prop:selected=move || chosen.with(Option::is_none)>{label}</option>
            {options.collect_view()}
        </select>
    }
    .into_any()
}
