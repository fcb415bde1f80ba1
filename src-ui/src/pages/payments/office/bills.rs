//! Bills of all households: found by household, flat, number, month and state.

use leptos::prelude::*;
use linli_wire::{
    command::OfficeBillsList,
    payments::{BillState, OfficeBillRow, OfficeBillsPage, OfficeBillsQuery},
};

use super::{export::export, refunds::to_refunds};
use crate::{
    components::{
        banner::OfflineBanner, empty_state::empty_state, error_state::error_state, icon::icon,
        page_header::PageHeader, search_field::SearchField, skeleton::skeleton_list,
    },
    format::{amount, month},
    ipc::{self, Answer},
    pages::{
        payments::row::{state_name, state_tag, state_word},
        repairs::select,
    },
    state::app,
    words::{arrears, bank, common, fees, notices, payments_office as texts, spending},
};

const STEP: u32 = 50;
const STATES: [BillState; 4] = [BillState::Overdue, BillState::Due, BillState::Paid, BillState::Credited];

/// The list, and the ways to runs, arrears, the bank and fees, and the files for the bookkeeper.
#[component]
pub fn Bills() -> impl IntoView {
    let app = app();
    let words = app.kept("bills words", String::new);
    let state = app.kept("bills state", || None::<BillState>);
    let limit = app.kept("bills limit", || STEP);
    let asked = ipc::ask_rows::<OfficeBillsList>(
        &[],
        move || limit.get(),
        move |offset, limit| OfficeBillsQuery {
            state: state.get(),
            month: None,
            words: words.get(),
            offset,
            limit,
        },
        |page, next| page.rows.extend(next.rows),
    );
    let states = STATES.map(|state| (state_name(state).to_owned(), state_word(state).to_owned())).to_vec();
    let chosen = Signal::derive(move || state.get().map(|state| state_name(state).to_owned()));
    let choose = Callback::new(move |name: String| {
        limit.set(STEP);
        state.set(STATES.into_iter().find(|state| state_name(*state) == name));
    });
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::title() note=texts::intro()>
                <a class="c-button" data-kind="primary" href="/office/payments/run" data-testid="new-run">{icon("plus")} {texts::run()}</a>
                <a class="c-button" data-kind="quiet" href="/office/payments/arrears" data-testid="arrears">{icon("clock")} {arrears::title()}</a>
                <a class="c-button" data-kind="quiet" href="/office/payments/bank" data-testid="bank">{icon("table")} {bank::title()}</a>
                {to_refunds()}
                <a class="c-button" data-kind="quiet" href="/office/payments/spending" data-testid="spending">{icon("file")} {spending::title()}</a>
                <a class="c-button" data-kind="quiet" href="/office/payments/fees" data-testid="fees">{icon("list")} {fees::title()}</a>
                {export()}
            </PageHeader>
            <OfflineBanner />
            <SearchField words=words label=texts::find() placeholder=texts::find_example() shortcut=false />
            <div class="c-chips" role="group" aria-label=notices::filter_label()>{select("bills-state", texts::state(), states, chosen, choose)}</div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(5),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => empty_state("pay", texts::nothing_found(), texts::nothing_found_text(), None),
                Answer::Ready(page) => table(&page, limit),
            }}
        </div>
    }
}

fn table(page: &OfficeBillsPage, limit: RwSignal<u32>) -> AnyView {
    let more = page.total > limit.get_untracked();
    let rows = page.rows.iter().map(|row| line(row, &page.currency)).collect_view();
    view! {
        <p class="t-soft" role="status" data-testid="bills-owed">{texts::owed_all(page.total, &amount(page.owed, &page.currency))}</p>
        <table class="c-table" data-testid="bills">
            <thead><tr>
                <th scope="col">{texts::col_home()}</th> <th scope="col">{texts::col_bill()}</th> <th scope="col">{texts::col_due()}</th>
                <th scope="col" class="p-wide" data-align="end">{texts::col_total()}</th> <th scope="col" data-align="end">{texts::col_owed()}</th> <th scope="col">{texts::col_state()}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{common::more()}</button> })}
    }
    .into_any()
}

fn line(row: &OfficeBillRow, currency: &str) -> AnyView {
    let name = if row.units.is_empty() { row.code.clone() } else { row.units.clone() };
    view! {
        <tr data-testid="office-bill" data-state=state_name(row.state)>
            <td><a href=format!("/office/payments/households/{}", row.household_id)>{name}</a> <span class="t-soft t-small">{row.code.clone()}</span></td>
            <td data-label=texts::col_bill()>{row.number.clone()} " " <span class="t-soft">{month(&row.month.to_string(), false)}</span></td>
            <td data-label=texts::col_due()>{app().clock().day(&row.due_on)}</td>
            <td class="p-wide" data-align="end">{amount(row.total, currency)}</td>
            <td data-align="end"><strong>{amount(row.owed, currency)}</strong></td>
            <td>{state_tag(row.state)}</td>
        </tr>
    }
    .into_any()
}
