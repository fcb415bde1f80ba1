//! What the person's households owe and have paid.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    command::{Empty, PaymentsGet, Topic},
    payments::{Bill, HouseholdView, Payment},
};

use super::{
    automatic::is_own,
    papers::statement,
    relatives::to_relatives,
    row::{bill_row, money_back_row, payment_row},
};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::{icon, icon_on_ground},
        page_header::{Back, PageHeader, home},
        skeleton::skeleton_list,
    },
    format::amount,
    ipc::{self, Answer},
    state::app,
    words::{self, payments as texts},
};

/// Bills and payments that a list shows before "more".
const STEP: usize = 6;

/// Where the way back from a bill leads.
pub(super) fn to_list() -> Back {
    ("/payments".to_owned(), texts::title().to_owned())
}

/// Bills to pay, earlier ones, and payments.
#[component]
pub fn List() -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<PaymentsGet>(&[Topic::Payments, Topic::Community], || Empty {});
    let year = app.kept("statement year", || None::<i16>);
    let back =
        if app.is_simple() { home() } else { ("/services".to_owned(), words::services::title().to_owned()) };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=back />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => {
                    let is_empty = view.households.iter().all(|household| household.bills.is_empty() && household.payments.is_empty());
                    if is_empty {
                        empty_state("pay", texts::empty_title(), texts::empty_text(), None)
                    } else {
                        let many = view.households.len() > 1;
                        view.households.iter().map(|household| of_household(household, view.ways.card, many, year)).collect_view().into_any()
                    }
                }
            }}
            {to_relatives()}
            <div class="l-row"><a class="c-button" data-kind="plain" data-edge="start" href="/payments/money" data-testid="money">{icon("table")} {texts::money_title()}</a></div>
            <UpdatedAt />
        </div>
    }
}

fn of_household(household: &HouseholdView, card: bool, named: bool, year: RwSignal<Option<i16>>) -> AnyView {
    let today = app().clock().today();
    let (due, before): (Vec<&Bill>, Vec<&Bill>) = household.bills.iter().partition(|bill| bill.owed > 0);
    let row = |bill: &&Bill| bill_row(bill, &today);
    let name = match &household.lets {
        Some(relative) => Some(texts::of_household(&relative.household)),
        None => named.then(|| texts::for_home(&household.units)),
    };
    view! {
        {name.map(|name| view! { <h2 data-testid="of-household">{name}</h2> })}
        {owed(household, &due, card, &today)}
        {section(texts::bills_due(), due.iter().map(row).collect())}
        {section(texts::bills_before(), before.iter().map(row).collect())}
        {section(texts::payments_made(), moved(household))}
        {is_own(household.id).then(|| automatic(household))}
        {statement(household.id, (&household.bills, &household.payments), year)}
    }
    .into_any()
}

/// What was paid, and what went back of what was kept, newest first.
fn moved(household: &HouseholdView) -> Vec<AnyView> {
    let paid = household.payments.iter().map(|payment: &Payment| (payment.at, payment_row(payment, None)));
    let back = household.given_back.iter().map(|back| (back.at, money_back_row(back)));
    let mut rows: Vec<(Timestamp, AnyView)> = paid.chain(back).collect();
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The way to what is paid by itself.
fn automatic(household: &HouseholdView) -> AnyView {
    let note = household.automatic.map_or_else(
        || texts::automatic_row_off().to_owned(),
        |limit| texts::automatic_row_on(&amount(limit, &household.currency)),
    );
    view! {
        <div class="c-list" data-lead="icon">
            <a class="c-row" href="/payments/automatic" data-testid="automatic-row">
                <span class="c-row__lead">{icon("refresh")}</span>
                <span class="c-row__body"><span class="c-row__title">{texts::automatic_title()}</span> <span class="c-row__meta">{note}</span></span>
                <span class="c-row__end">{icon("chevron-right")}</span>
            </a>
        </div>
    }
    .into_any()
}

/// How much, and by when.
fn owed(household: &HouseholdView, due: &[&Bill], card: bool, today: &str) -> AnyView {
    let currency = &household.currency;
    let overdue: i64 = due.iter().filter(|bill| bill.due_on.as_str() < today).map(|bill| bill.owed).sum();
    let next = due.iter().find(|bill| bill.due_on.as_str() >= today);
    let day = next.map(|bill| texts::due_by(&app().clock().day(&bill.due_on)));
    let kept = (household.kept > 0).then(|| {
        view! {
            <div class="c-card__line">
                {icon("badge")}
                <div><p>{texts::kept(&amount(household.kept, currency))}</p> <p class="t-soft t-small">{texts::kept_text()}</p></div>
            </div>
        }
    });
    let late = if overdue == household.owed {
        texts::state_overdue().to_owned()
    } else {
        texts::overdue_part(&amount(overdue, currency))
    };
    let can_pay = household.owed > 0 && (card || household.kept > 0);
    let (symbol, tone) = if household.owed > 0 { ("pay", "amber") } else { ("ok", "jade") };
    let words = if household.owed > 0 {
        view! {
            <p class="t-soft">{texts::owed()}</p>
            <p class="p-sum" data-testid="owed">{amount(household.owed, currency)}</p>
            {day.map(|day| view! { <p class="t-soft t-small">{day}</p> })}
            {(overdue > 0).then(|| view! { <p><span class="c-tag" data-tone="red">{icon("warn")} {late}</span></p> })}
        }
        .into_any()
    } else {
        view! { <p class="p-sum" data-testid="owed">{texts::nothing_owed()}</p> <p class="t-soft t-small">{texts::nothing_owed_text()}</p> }.into_any()
    };
    view! {
        <section class="c-card" data-gap="">
            <div class="c-card__line">{icon_on_ground(symbol, tone)} <div>{words}</div></div>
            {kept}
            {can_pay.then(|| view! { <a class="c-button" data-kind="primary" data-width="full" data-testid="to-pay" href=format!("/payments/pay/{}", household.id)>{icon("pay")} {texts::pay_amount(&amount(household.owed, currency))}</a> })}
        </section>
    }
    .into_any()
}

/// A list that shows a few rows, and all when asked.
fn section(title: &'static str, rows: Vec<AnyView>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let count = rows.len();
    let all = RwSignal::new(count <= STEP);
    let rows = rows.into_iter().enumerate().map(|(at, row)| {
        view! { <li hidden=move || (at >= STEP && !all.get()).then_some("")>{row}</li> }
    });
    Some(
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{title}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">{rows.collect_view()}</ul>
                {move || (!all.get()).then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| all.set(true)>{words::common::more()}</button> })}
            </section>
        }
        .into_any(),
    )
}
