//! Taking money at the counter: the amount, what it pays, and what is left over, before it is booked.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{CounterPay, PayBills},
    id::{HouseholdId, OpId, PaymentId},
    payments::{Bill, HouseholdPayments, MAX_BILLS_AT_ONCE},
    typed::{Typed, TypedPlace},
};
use serde::{Deserialize, Serialize};

use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
    },
    format::{amount, month, read_money},
    ipc::Asked,
    pages::payments::pay::{Try, is_unknown},
    state::app,
    typing,
    words::{common, payments, payments_office as texts},
};

/// What was asked for, as it is kept until it is answered.
#[derive(Serialize, Deserialize)]
struct Taken {
    attempt: OpId,
    amount: String,
}

impl Taken {
    fn typed(&self) -> Typed {
        Typed { form: serde_json::to_string(self).unwrap_or_default(), ..Typed::default() }
    }
}

/// The button and its form.
pub(super) fn take(id: HouseholdId, found: &HouseholdPayments, asked: Asked<HouseholdPayments>) -> AnyView {
    let app = app();
    let currency = StoredValue::new(found.account.currency.clone());
    let mut due: Vec<Bill> = found.bills.iter().filter(|bill| bill.owed > 0).cloned().collect();
    due.sort_by(|one, other| (&one.due_on, &one.number).cmp(&(&other.due_on, &other.number)));
    // The oldest, as many as the server takes at once.
    due.truncate(MAX_BILLS_AT_ONCE);
    let owed: i64 = due.iter().map(|bill| bill.owed).sum();
    let whole = StoredValue::new(if owed > 0 { plain(owed, &currency.get_value()) } else { String::new() });
    let typed = RwSignal::new(whole.get_value());
    let attempt = Try::kept(&format!("counter {id}"));
    let act = attempt.act;
    let kept = move |attempt| Taken { attempt, amount: typed.get() }.typed();
    let now = Memo::new(move |_| attempt.id().map(kept).unwrap_or_default());
    typing::remember(TypedPlace::Counter { id }, now, move |before| {
        if let Ok(before) = serde_json::from_str::<Taken>(&before.form) {
            typed.set(before.amount);
            attempt.take_up(before.attempt);
        }
    });
    let known: Vec<PaymentId> = found.payments.iter().map(|payment| payment.id).collect();
    // It stands among the payments: what was not answered was booked.
    attempt.until(move |id| known.contains(&PaymentId(id.0)), move |_| typed.set(whole.get_value()));
    let (open, wrong) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let minor = move || {
        typed
            .with(|typed| currency.with_value(|currency| read_money(typed, currency)))
            .map(|money| money.minor)
    };
    let bills = StoredValue::new(due.iter().map(|bill| bill.id).collect::<Vec<_>>());
    let names: Vec<String> = due
        .iter()
        .map(|bill| {
            format!("{} ·\u{a0}{}", month(&bill.month.to_string(), true), amount(bill.owed, &bill.currency))
        })
        .collect();
    let comes_to = move || {
        let money = |minor| currency.with_value(|currency| amount(minor, currency));
        minor().map(|minor| match minor - owed {
            0 => texts::take_exact().to_owned(),
            more @ 1.. => texts::take_kept(&money(more)),
            less => texts::take_short(&money(-less)),
        })
    };
    let book = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(minor) = minor() else {
            wrong.set(Some(texts::take_wrong().to_owned()));
            focus_field("take-amount");
            return;
        };
        wrong.set(None);
        let bills = bills.get_value();
        attempt.run_kept::<CounterPay>(
            TypedPlace::Counter { id },
            move |attempt| untrack(move || kept(attempt)),
            move |attempt| PayBills { attempt, household_id: id, bills, minor },
            move |payment| {
                open.set(false);
                asked.again();
                app.tell(texts::taken(payment.receipt.as_deref().unwrap_or_default()));
            },
        );
    };
    let confirm = move || {
        minor().map_or_else(
            || texts::take().to_owned(),
            |minor| currency.with_value(|currency| texts::take_confirm(&amount(minor, currency))),
        )
    };
    let names = StoredValue::new(names);
    let begin = move |_| {
        // Of a try that nobody answered it is said again.
        if !attempt.is_open() {
            act.error.set(None);
        }
        open.set(true);
    };
    view! {
        <button type="button" class="c-button" data-kind="primary" data-testid="take" on:click=begin>{icon("pay")} {texts::take()}</button>
        <Dialog open=open id="take-money" title=texts::take_title()>
            <form class="c-form" novalidate on:submit=book>
                <Field id="take-amount" label=texts::take_amount() value=typed error=wrong />
                {names.with_value(|names| (!names.is_empty()).then(|| view! {
                    <div><p class="t-soft t-small">{texts::take_bills()}</p> <ul class="p-plain">{names.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view()}</ul></div>
                }))}
                <p role="status" data-testid="take-result">{comes_to}</p>
                {move || act.error.get().map(|error| if error.code == Code::OperationReused {
                    view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("warn")} <div><p>{texts::take_booked()}</p></div>
                        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| asked.again()>{icon("refresh")} {texts::take_look()}</button></div> }.into_any()
                } else if is_unknown(error.code) {
                    view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("wait")} <div><p class="c-banner__title">{texts::take_unknown()}</p> <p>{texts::take_unknown_text()}</p></div></div> }.into_any()
                } else {
                    error_state(&error, None)
                })}
                <p class="t-soft t-small">{payments::needs_network()}</p>
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="take-now" aria-busy=act.aria_busy()>{confirm}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

/// An amount as somebody would type it.
pub(super) fn plain(minor: i64, currency: &str) -> String {
    crate::format::typed_price(minor.saturating_mul(10_000), currency)
}
