//! A household at the counter: what it owes, its bills and payments.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code, WireError,
    command::{HouseholdKey, HouseholdPaymentsGet},
    id::HouseholdId,
    payments::{Bill, HouseholdPayments},
};

use super::{
    credit::credit,
    give_back::{GiveBack, give_back},
    refunds::card,
    take::take,
    to_bills,
    trouble::card_troubles,
};
use crate::{
    components::{
        banner::OfflineBanner, error_state::error_state, icon::icon, page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::{amount, month},
    ipc::{self, Answer, Asked},
    pages::payments::{
        lines::lines,
        papers::statement,
        row::{payment_row, state_name, state_tag},
    },
    state::app,
    words::{common, payments, payments_office as texts, refunds},
};

/// The household that the address names.
#[component]
pub fn Household() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<HouseholdId>().ok());
    let Some(id) = id else {
        let error = WireError::new(Code::NotFound, "no such household");
        return view! { <div class="l-page"><PageHeader title=texts::title() back=to_bills() /> {error_state(&error, None)}</div> }.into_any();
    };
    // No device of the office is told of bills: a page that somebody fills in is not built anew under their hands.
    let asked = ipc::ask::<HouseholdPaymentsGet>(&[], move || HouseholdKey { id });
    let year = app().kept("statement year", || None::<i16>);
    let title = Signal::derive(move || {
        asked.with(|found| {
            found.map_or_else(
                || texts::title().to_owned(),
                |found| {
                    if found.units.is_empty() { texts::household(&found.code) } else { found.units.clone() }
                },
            )
        })
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title back=to_bills() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(found) => page(id, &found, asked, year),
            }}
        </div>
    }
    .into_any()
}

fn page(
    id: HouseholdId,
    found: &HouseholdPayments,
    asked: Asked<HouseholdPayments>,
    year: RwSignal<Option<i16>>,
) -> AnyView {
    let currency = found.account.currency.clone();
    let owed: i64 = found.bills.iter().map(|bill| bill.owed).sum();
    let who = [texts::household(&found.code), found.people.join(common::list_comma())];
    let back = GiveBack::new();
    let payments = found.payments.iter().map(|payment| {
        view! { <li>{payment_row(payment, back.of_payment(payment, found))}</li> }
    });
    let sum = if owed > 0 { amount(owed, &currency) } else { payments::nothing_owed().to_owned() };
    view! {
        <section class="c-card" data-gap="">
            <p class="t-soft t-small">{who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ·\u{a0}")}</p>
            <div>
                {(owed > 0).then(|| view! { <p class="t-soft">{payments::owed()}</p> })}
                <p class="p-sum" data-testid="household-owed">{sum}</p>
            </div>
            {(found.account.kept > 0).then(|| view! { <p data-testid="household-kept">{payments::kept_here(&amount(found.account.kept, &currency))}</p> })}
            <div class="l-row">{take(id, found, asked)} {(found.account.kept > 0).then(|| back.of_kept(id))}</div>
        </section>
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::bills()}</h2></div>
            <div class="c-details-list">{found.bills.iter().map(|bill| of_bill(bill, asked)).collect_view()}</div>
        </section>
        <section class="l-section">
            <div class="l-section__head"><h2>{payments::payments_made()}</h2></div>
            {card_troubles(found, asked)}
            {if found.payments.is_empty() {
                view! { <p class="t-soft">{texts::no_payments()}</p> }.into_any()
            } else {
                view! { <ul class="c-list" role="list" data-lead="icon">{payments.collect_view()}</ul> }.into_any()
            }}
        </section>
        {(!found.refunds.is_empty()).then(|| view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{refunds::title()}</h2></div>
                <ul class="p-movements" role="list" data-testid="household-refunds">{found.refunds.iter().map(|refund| view! { <li>{card(refund, None)}</li> }).collect_view()}</ul>
                <div class="l-row"><a class="c-button" data-kind="quiet" href="/office/payments/refunds">{icon("history")} {refunds::all()}</a></div>
            </section>
        })}
        {statement(id, (&found.bills, &found.payments), year)}
        {give_back(back, id, found, asked)}
    }
    .into_any()
}

/// A bill that opens on its lines.
fn of_bill(bill: &Bill, asked: Asked<HouseholdPayments>) -> AnyView {
    let state = bill.state(&app().clock().today());
    let shown = if bill.owed > 0 { bill.owed } else { bill.total };
    view! {
        <details class="c-details" data-testid="household-bill" data-state=state_name(state)>
            <summary>
                <span class="p-line__body">{month(&bill.month.to_string(), true)} <span class="t-soft t-small">{payments::bill_number(&bill.number)}</span></span>
                {state_tag(state)}
                <span class="p-amount">{amount(shown, &bill.currency)}</span>
            </summary>
            <div class="c-details__body">{lines(bill)} {credit(bill, asked)}</div>
        </details>
    }
    .into_any()
}
