//! Where the money goes: what the community earned and spent, for everybody.

use std::collections::BTreeMap;

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, MoneyGet},
    payments::{MoneyByMonth, MoneyRow, Month},
};

use super::list::to_list;
use crate::{
    components::{
        banner::OfflineBanner, empty_state::empty_state, error_state::error_state, page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::{amount, month},
    ipc::{self, Answer},
    pages::repairs::select,
    state::app,
    words::{common, notices, payments as texts},
};

/// Months in the chart.
const MONTHS: usize = 12;

/// A chart of the last twelve months, and one month by heading; in Simple mode, the newest months in sentences.
#[component]
pub fn Where() -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<MoneyGet>(&[], || Empty {});
    let chosen = app.kept("money month", || None::<String>);
    view! {
        <div class="l-page">
            <PageHeader title=texts::money_title() note=texts::money_note() back=to_list() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(4),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(money) if money.rows.is_empty() => empty_state("table", texts::money_empty_title(), texts::money_empty_text(), None),
                Answer::Ready(money) if app.is_simple() => simple(&money),
                Answer::Ready(money) => standard(money, chosen),
            }}
        </div>
    }
}

/// What was earned and spent by month, oldest first.
fn months(money: &MoneyByMonth) -> Vec<(Month, i64, i64)> {
    let mut sums: BTreeMap<Month, (i64, i64)> = BTreeMap::new();
    for row in &money.rows {
        let (earned, spent) = sums.entry(row.month).or_default();
        *earned += row.earned;
        *spent += row.spent;
    }
    sums.into_iter().map(|(month, (earned, spent))| (month, earned, spent)).collect()
}

fn said(of: &(Month, i64, i64), currency: &str) -> String {
    let (name, earned, spent) = of;
    texts::money_said(&amount(*earned, currency), &month(&name.to_string(), true), &amount(*spent, currency))
}

fn simple(money: &MoneyByMonth) -> AnyView {
    let newest = months(money).into_iter().rev().take(2);
    newest.map(|of| view! { <p class="c-card">{said(&of, &money.currency)}</p> }).collect_view().into_any()
}

fn standard(money: MoneyByMonth, chosen: RwSignal<Option<String>>) -> AnyView {
    let all = months(&money);
    let newest = all.last().map(|(month, ..)| month.to_string()).unwrap_or_default();
    let of_month = Signal::derive(move || {
        chosen.get().filter(|month| !month.is_empty()).unwrap_or_else(|| newest.clone())
    });
    let options =
        all.iter().rev().map(|(name, ..)| (name.to_string(), month(&name.to_string(), false))).collect();
    let shown: Vec<_> = all.iter().rev().take(MONTHS).rev().copied().collect();
    let currency = money.currency.clone();
    view! {
        {chart(&shown, &currency)}
        <div class="c-chips" role="group" aria-label=notices::filter_label()>
            {select("money-month", texts::money_month(), options, Signal::derive(move || Some(of_month.get())), Callback::new(move |month| chosen.set(Some(month))))}
        </div>
        {move || table(&money, &of_month.get())}
    }
    .into_any()
}

/// Two bars for each month.
fn chart(all: &[(Month, i64, i64)], currency: &str) -> Option<AnyView> {
    let ((first, ..), (last, ..)) = (all.first()?, all.last()?);
    let name = |of: &Month| month(&of.to_string(), false);
    let most = all.iter().map(|(_, earned, spent)| (*earned).max(*spent)).max().unwrap_or_default().max(1);
    #[expect(clippy::cast_precision_loss, reason = "a part of a bar, not money")]
    let bar = |kind: &'static str, minor: i64| {
        let part = minor.max(0) as f64 / most as f64;
        view! { <span class="p-chart__bar" data-kind=kind style=("--part", format!("{part:.3}"))></span> }
    };
    let bars = all.iter().map(|(_, earned, spent)| view! { <span class="p-chart__pair">{bar("earned", *earned)} {bar("spent", *spent)}</span> });
    let names = all.iter().map(|(of, ..)| view! { <span>{of.month()}</span> });
    let heard: Vec<String> = all.iter().map(|of| said(of, currency)).collect();
    Some(
        view! {
            <figure class="p-chart c-card" data-testid="money-chart">
                <figcaption>{texts::money_chart(&name(first), &name(last))}</figcaption>
                <div role="img" aria-label=heard.join(" ")>
                    <div class="p-chart__bars" aria-hidden="true">{bars.collect_view()}</div>
                    <div class="p-chart__months" aria-hidden="true">{names.collect_view()}</div>
                </div>
                <p class="p-legend" aria-hidden="true"><span data-kind="earned">{texts::money_earned()}</span> <span data-kind="spent">{texts::money_spent()}</span></p>
            </figure>
        }
        .into_any(),
    )
}

fn table(money: &MoneyByMonth, of: &str) -> AnyView {
    let language = app().language();
    let currency = &money.currency;
    let rows: Vec<&MoneyRow> = money.rows.iter().filter(|row| row.month.to_string() == of).collect();
    let (earned, spent): (i64, i64) =
        rows.iter().fold((0, 0), |(earned, spent), row| (earned + row.earned, spent + row.spent));
    let part = |title: &'static str, of: fn(&MoneyRow) -> i64, sum: i64| {
        let mut some: Vec<&&MoneyRow> = rows.iter().filter(|row| of(row) != 0).collect();
        some.sort_by_key(|row| std::cmp::Reverse(of(row)));
        let lines = some.into_iter().map(|row| {
            let name = row.name.in_language(&language);
            let name = match name {
                "" if row.heading == "other" => texts::money_other().to_owned(),
                "" => row.heading.clone(),
                name => name.to_owned(),
            };
            view! { <tr data-testid="money-row"><th scope="row">{name}</th> <td data-align="end">{amount(of(row), currency)}</td></tr> }
        });
        view! {
            <table class="p-money">
                <caption><h2>{title}</h2></caption>
                <tbody>{lines.collect_view()}</tbody>
                <tfoot><tr><th scope="row">{texts::total()}</th> <td data-align="end">{amount(sum, currency)}</td></tr></tfoot>
            </table>
        }
    };
    view! {
        <p role="status">{texts::money_left()} {common::colon()} <strong>{amount(earned - spent, currency)}</strong></p>
        {part(texts::money_earned(), |row| row.earned, earned)}
        {part(texts::money_spent(), |row| row.spent, spent)}
    }
    .into_any()
}
