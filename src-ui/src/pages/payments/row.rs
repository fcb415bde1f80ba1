//! Bills and payments in lists.

use leptos::prelude::*;
use linli_wire::payments::{Bill, BillState, MoneyBack, Payment, PaymentState, Way};

use super::papers::receipt;
use crate::{
    components::icon::icon,
    format::{amount, month},
    state::app,
    words::{common, payments as texts},
};

/// A bill that leads to itself.
pub(super) fn bill_row(bill: &Bill, today: &str) -> AnyView {
    let state = bill.state(today);
    let (symbol, end) = match state {
        BillState::Overdue => ("warn", amount(bill.owed, &bill.currency)),
        BillState::Due => ("pay", amount(bill.owed, &bill.currency)),
        BillState::Paid | BillState::Credited => ("ok", amount(bill.total, &bill.currency)),
    };
    let clock = app().clock();
    let day = clock.day(&bill.due_on);
    let when = match state {
        BillState::Overdue => texts::overdue_since(&day),
        BillState::Due => texts::due_by(&day),
        BillState::Paid | BillState::Credited => texts::issued_on(&clock.day(&bill.issued_on)),
    };
    let is_open = matches!(state, BillState::Overdue | BillState::Due);
    view! {
        <a class="c-row" href=format!("/payments/{}", bill.id) data-strong=is_open.then_some("") data-testid="bill-row" data-state=state_name(state)>
            <span class="c-row__lead">{icon(symbol)}</span>
            <span class="c-row__body">
                <span class="p-headline"><span class="c-row__title">{texts::bill_of(&month(&bill.month.to_string(), true))}</span> <strong class="p-amount">{end}</strong></span>
                <span class="c-row__meta">{when}</span>
                {reminded(bill).map(|words| view! { <span class="c-row__meta">{words}</span> })}
                {state_tag(state)}
            </span>
            <span class="c-row__end">{icon("chevron-right")}</span>
        </a>
    }
    .into_any()
}

/// When a bill that is open was reminded of last.
pub(super) fn reminded(bill: &Bill) -> Option<String> {
    let newest = bill.reminders.last().filter(|_| bill.owed > 0)?;
    Some(texts::reminded_on(&app().clock().day(&newest.on)))
}

/// How a bill stands, as tests read it.
pub(super) const fn state_name(state: BillState) -> &'static str {
    match state {
        BillState::Overdue => "overdue",
        BillState::Due => "due",
        BillState::Paid => "paid",
        BillState::Credited => "credited",
    }
}

/// How a bill stands, in a word.
pub(super) fn state_word(state: BillState) -> &'static str {
    match state {
        BillState::Overdue => texts::state_overdue(),
        BillState::Due => texts::state_due(),
        BillState::Paid => texts::state_paid(),
        BillState::Credited => texts::state_credited(),
    }
}

/// The word on its ground.
pub(super) fn state_tag(state: BillState) -> AnyView {
    let (tone, symbol) = match state {
        BillState::Overdue => ("red", "warn"),
        BillState::Due => ("amber", "clock"),
        BillState::Paid => ("jade", "ok"),
        BillState::Credited => ("blue", "history"),
    };
    view! { <span><span class="c-tag" data-tone=tone>{icon(symbol)} {state_word(state)}</span></span> }
        .into_any()
}

/// A payment, with `more` that can be done with it; one that is under way leads to where it goes on.
pub(super) fn payment_row(payment: &Payment, more: Option<AnyView>) -> AnyView {
    let parts = payment_parts(payment, more);
    if !payment.state.is_open() {
        return view! { <div class="c-row" data-testid="payment-row">{parts}</div> }.into_any();
    }
    view! {
        <a class="c-row" href=format!("/payments/made/{}", payment.id) data-testid="payment-row">{parts} <span class="c-row__end">{icon("chevron-right")}</span></a>
    }
    .into_any()
}

/// How much, how, when, what became of it, and its receipt.
pub(super) fn payment_parts(payment: &Payment, more: Option<AnyView>) -> AnyView {
    let clock = app().clock();
    let (symbol, tone, word) = match payment.state {
        PaymentState::Paid => ("ok", "jade", None),
        PaymentState::Begun => ("wait", "amber", Some(texts::payment_begun())),
        PaymentState::Checking | PaymentState::Other => ("wait", "amber", Some(texts::payment_checking())),
        PaymentState::NotPaid => ("fail", "red", Some(texts::payment_not_paid())),
        PaymentState::GivenBack if payment.given_back.as_ref().is_some_and(|back| back.booked_wrongly) => {
            ("history", "blue", Some(texts::booked_wrongly()))
        }
        PaymentState::GivenBack => ("history", "blue", Some(texts::given_back())),
    };
    let numbers: Vec<&str> = payment.parts.iter().map(|part| part.number.as_str()).collect();
    let mut meta = vec![clock.date(payment.booked_at.unwrap_or(payment.at))];
    if !numbers.is_empty() {
        meta.push(texts::for_bills(&numbers.join(common::list_comma())));
    }
    if payment.kept > 0 && payment.state != PaymentState::GivenBack {
        meta.push(texts::kept_of_it(&amount(payment.kept, &payment.currency)));
    }
    let number = payment.receipt.as_deref().map(texts::receipt);
    let payer = payment.payer.as_deref().map(texts::paid_by);
    let back = payment
        .given_back
        .as_ref()
        .map(|back| texts::given_back_line(&clock.day(&clock.day_of(back.at)), &back.reason));
    view! {
        <span class="c-row__lead">{icon(symbol)}</span>
            <span class="c-row__body">
                <span class="p-headline"><span class="c-row__title">{way_word(payment.way)}</span> <strong class="p-amount">{amount(payment.minor, &payment.currency)}</strong></span>
                <span class="c-row__meta">{meta.join(" ·\u{a0}")}</span>
                {payer.map(|payer| view! { <span class="c-row__meta" data-testid="paid-by">{payer}</span> })}
                {number.map(|number| view! { <span class="c-row__meta">{number}</span> })}
                {word.map(|word| view! { <span><span class="c-tag" data-tone=tone>{icon(symbol)} {word}</span></span> })}
                {back.map(|back| view! { <span class="c-row__meta" data-testid="given-back">{back}</span> })}
                <div class="l-row">{receipt(payment)} {more}</div>
            </span>
    }
    .into_any()
}

/// Something of what was kept that went back to the household.
pub(super) fn money_back_row(back: &MoneyBack) -> AnyView {
    let meta = [app().clock().date(back.at), way_word(back.way).to_owned()].join(" ·\u{a0}");
    view! {
        <div class="c-row" data-testid="money-back">
            <span class="c-row__lead">{icon("history")}</span>
            <span class="c-row__body">
                <span class="p-headline"><span class="c-row__title">{texts::money_back()}</span> <strong class="p-amount">{amount(back.minor, &back.currency)}</strong></span>
                <span class="c-row__meta">{meta}</span>
                <span class="c-row__meta">{back.reason.clone()}</span>
            </span>
        </div>
    }
    .into_any()
}

/// How money came, or goes.
pub(super) fn way_word(way: Way) -> &'static str {
    match way {
        Way::Card => texts::way_card(),
        Way::Transfer => texts::way_transfer(),
        Way::Counter => texts::way_counter(),
        Way::Balance => texts::way_balance(),
        Way::Other => texts::way_other(),
    }
}
