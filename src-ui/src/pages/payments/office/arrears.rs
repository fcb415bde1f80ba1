//! Arrears: who has something overdue, how much, for how long, and how often they were reminded.

use leptos::prelude::*;
use linli_wire::{
    command::ArrearsList,
    payments::{ArrearsOrder, ArrearsPage, ArrearsQuery, ArrearsRow},
};

use super::to_bills;
use crate::{
    components::{
        banner::OfflineBanner, empty_state::empty_state, error_state::error_state, icon::icon,
        page_header::PageHeader, skeleton::skeleton_list,
    },
    format::amount,
    ipc::{self, Answer},
    state::app,
    words::{arrears as texts, common},
};

const STEP: u32 = 50;

/// Households with something overdue, and the sum of it.
#[component]
pub fn Arrears() -> impl IntoView {
    let app = app();
    let by = app.kept("arrears by", ArrearsOrder::default);
    let limit = app.kept("arrears limit", || STEP);
    let asked = ipc::ask_rows::<ArrearsList>(
        &[],
        move || limit.get(),
        move |offset, limit| ArrearsQuery { by: by.get(), offset, limit },
        |page, next| page.rows.extend(next.rows),
    );
    let chip = move |order: ArrearsOrder, word: &'static str, testid: &'static str| {
        let choose = move |_| {
            limit.set(STEP);
            by.set(order);
        };
        view! {
            <button type="button" class="c-chip" data-testid=testid aria-pressed=move || (by.get() == order).to_string() on:click=choose>
                {move || (by.get() == order).then(|| icon("ok"))} {word}
            </button>
        }
    };
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::title() note=texts::intro() back=to_bills() />
            <OfflineBanner />
            <div class="c-chips" role="group" aria-label=texts::sort()>
                {chip(ArrearsOrder::Sum, texts::by_sum(), "by-sum")}
                {chip(ArrearsOrder::Age, texts::by_age(), "by-age")}
            </div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(5),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => empty_state("ok", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(page) => table(page, by.get(), limit),
            }}
        </div>
    }
}

fn table(mut page: ArrearsPage, by: ArrearsOrder, limit: RwSignal<u32>) -> AnyView {
    // As the server does: what is here stands in the order that was chosen, also when it cannot be asked.
    page.rows.sort_by(|one, other| {
        let (sum, age) = (other.overdue.cmp(&one.overdue), one.oldest_due_on.cmp(&other.oldest_due_on));
        let first = if by == ArrearsOrder::Sum { sum.then(age) } else { age.then(sum) };
        first.then_with(|| one.code.cmp(&other.code))
    });
    let more = page.total > limit.get_untracked();
    let rows = page.rows.iter().map(|row| line(row, &page.currency)).collect_view();
    view! {
        <p role="status" data-testid="arrears-sum">{texts::sum(page.total, &amount(page.overdue, &page.currency))}</p>
        <table class="c-table" data-testid="arrears-table">
            <thead><tr>
                <th scope="col">{texts::col_home()}</th> <th scope="col" data-align="end">{texts::col_overdue()}</th>
                <th scope="col">{texts::col_oldest()}</th> <th scope="col">{texts::col_reminders()}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{common::more()}</button> })}
    }
    .into_any()
}

fn line(row: &ArrearsRow, currency: &str) -> AnyView {
    let clock = app().clock();
    let name = if row.units.is_empty() { row.code.clone() } else { row.units.clone() };
    let who = [row.code.clone(), row.people.join(common::list_comma())];
    let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ·\u{a0}");
    let days: Vec<String> = row.reminded_on.iter().map(|day| clock.day(day)).collect();
    let reminded = if row.reminders == 0 {
        texts::no_reminder().to_owned()
    } else {
        texts::reminders(row.reminders, &days.join(common::list_comma()))
    };
    view! {
        <tr data-testid="arrears-row">
            <td><a href=format!("/office/payments/households/{}", row.household_id)>{name}</a> <span class="p-who t-soft t-small">{who}</span></td>
            <td data-align="end"><strong>{amount(row.overdue, currency)}</strong> " " <span class="p-also t-soft t-small">{texts::bills(row.bills)}</span></td>
            <td data-label=texts::col_oldest()>{clock.day(&row.oldest_due_on)} " " <span class="p-also t-soft t-small">{texts::days(row.days_overdue)}</span></td>
            <td data-label=texts::col_reminders()>{reminded}</td>
        </tr>
    }
    .into_any()
}
