//! Asking for money to go back to a household: a payment as it came, or something of what is kept.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{RefundAsk, RefundMoney},
    id::{HouseholdId, OpId},
    payments::{HouseholdPayments, MAX_REASON, Payment, PaymentState, Way},
    typed::{Typed, TypedPlace},
};
use serde::{Deserialize, Serialize};

use super::{
    refunds::{how, is_waiting, warning},
    take::plain,
};
use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
    },
    format::{amount, read_money},
    ipc::Asked,
    pages::{
        payments::pay::{Try, is_unknown},
        repairs::too_long,
    },
    state::app,
    typing,
    words::{common, payments, payments_office, refunds as texts},
};

/// What is asked for on the page.
#[derive(Clone, Copy)]
pub(super) struct GiveBack {
    open: RwSignal<bool>,
    of: RwSignal<Option<Of>>,
}

/// What is to go back: a payment, or something of what is kept.
#[derive(Clone)]
struct Of {
    payment: Option<Payment>,
    attempt: Try,
}

/// What is entered beside the reason, as it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Money {
    amount: String,
    way: Way,
    /// Whether nothing goes back, since the payment was booked for the wrong household.
    #[serde(default)]
    booked_wrongly: bool,
    /// The try, from before it is asked for until it is answered: a restart in between asks for the same refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<OpId>,
}

impl GiveBack {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { open: RwSignal::new(false), of: RwSignal::new(None) }
    }

    fn button(self, payment: Option<Payment>, name: &str, testid: &'static str) -> AnyView {
        let attempt = Try::kept(&format!("refund {name}"));
        let ask = move |_| {
            attempt.act.error.set(None);
            self.of.set(Some(Of { payment: payment.clone(), attempt }));
            self.open.set(true);
        };
        view! { <button type="button" class="c-button" data-kind="quiet" data-testid=testid on:click=ask>{icon("history")} {texts::ask()}</button> }.into_any()
    }

    /// The offer to give back what is kept.
    pub(super) fn of_kept(self, id: HouseholdId) -> AnyView {
        self.button(None, &id.to_string(), "ask-kept")
    }

    /// The offer to give back a payment, or that it is asked for already; nothing where it is not there.
    pub(super) fn of_payment(self, payment: &Payment, found: &HouseholdPayments) -> Option<AnyView> {
        if payment.state != PaymentState::Paid || payment.way == Way::Other {
            return None;
        }
        let mut waiting = found.refunds.iter().filter(|refund| is_waiting(refund.state));
        if waiting.any(|refund| refund.payment_id == Some(payment.id)) {
            return Some(view! { <span class="c-tag" data-tone="amber">{icon("clock")} {texts::asked_already()}</span> }.into_any());
        }
        Some(self.button(Some(payment.clone()), &payment.id.to_string(), "ask-payment"))
    }
}

/// The question, in its dialog.
pub(super) fn give_back(
    this: GiveBack,
    id: HouseholdId,
    found: &HouseholdPayments,
    asked: Asked<HouseholdPayments>,
) -> AnyView {
    let (kept, currency) = (found.account.kept, StoredValue::new(found.account.currency.clone()));
    let title = Signal::derive(move || {
        let payment = this.of.with(|of| of.as_ref().map(|of| of.payment.is_some()));
        if payment == Some(true) { texts::payment_title().to_owned() } else { texts::kept_title().to_owned() }
    });
    view! {
        <Dialog open=this.open id="give-back" title=title>
            {this.of.get_untracked().map(|of| form(of, this.open, (id, kept, currency.get_value()), asked))}
        </Dialog>
    }
    .into_any()
}

fn form(
    Of { payment, attempt }: Of,
    open: RwSignal<bool>,
    (household_id, kept, currency): (HouseholdId, i64, String),
    asked: Asked<HouseholdPayments>,
) -> AnyView {
    let (app, act) = (app(), attempt.act);
    let first =
        Money { amount: plain(kept, &currency), way: Way::Counter, booked_wrongly: false, attempt: None };
    let (reason, typed, way) =
        (RwSignal::new(String::new()), RwSignal::new(first.amount.clone()), RwSignal::new(first.way));
    let wrongly = RwSignal::new(false);
    let tried = RwSignal::new(false);
    let payment_id = payment.as_ref().map(|payment| payment.id);
    let fixed = payment.as_ref().map(|payment| (payment.minor, payment.way));
    let place =
        payment_id.map_or(TypedPlace::KeptRefund { id: household_id }, |id| TypedPlace::PaymentRefund { id });
    let form_of = {
        let first = first.clone();
        move |attempt| {
            let money = Money { amount: typed.get(), way: way.get(), booked_wrongly: wrongly.get(), attempt };
            let form = (money != first).then(|| serde_json::to_string(&money).unwrap_or_default());
            Typed { words: reason.get(), photos: Vec::new(), form: form.unwrap_or_default() }
        }
    };
    let now = Memo::new({
        let form_of = form_of.clone();
        move |_| form_of(attempt.id())
    });
    typing::remember(place, now, move |before| {
        let money = serde_json::from_str::<Money>(&before.form).unwrap_or_else(|_| first.clone());
        reason.set(before.words);
        typed.set(money.amount);
        way.set(money.way);
        wrongly.set(money.booked_wrongly);
        if let Some(id) = money.attempt {
            attempt.take_up(id);
        }
    });
    let currency = StoredValue::new(currency);
    let money = move |minor| currency.with_value(|currency| amount(minor, currency));
    let minor = move || match fixed {
        Some((minor, _)) => Some(minor),
        None => {
            let entered =
                typed.with(|typed| currency.with_value(|currency| read_money(typed, currency)))?.minor;
            (entered <= kept).then_some(entered)
        }
    };
    let wrong_amount =
        Signal::derive(move || (tried.get() && minor().is_none()).then(|| texts::too_much(&money(kept))));
    let wrong_reason = Signal::derive(move || {
        let missing = tried.get() && reason.with(|reason| reason.trim().is_empty());
        let missing = missing.then(|| texts::reason_missing().to_owned());
        missing.or_else(|| reason.with(|reason| too_long(reason.trim(), MAX_REASON)))
    });
    let ask = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(minor) = untrack(minor) else { return focus_field("refund-amount") };
        if wrong_reason.with_untracked(Option::is_some) {
            return focus_field("refund-reason");
        }
        let words = reason.get_untracked();
        let way = fixed.map_or_else(|| way.get_untracked(), |(_, way)| way);
        let booked_wrongly = wrongly.get_untracked();
        let request = move |attempt| RefundMoney {
            attempt,
            household_id,
            payment_id,
            way,
            minor,
            reason: words,
            booked_wrongly,
        };
        let form_of = form_of.clone();
        let typed = move |id| untrack(move || form_of(Some(id)));
        attempt.run_kept::<RefundAsk>(place, typed, request, move |_| {
            reason.set(String::new());
            open.set(false);
            asked.again();
            app.tell(texts::told_asked());
        });
    };
    let look = move |_| {
        open.set(false);
        asked.again();
    };
    let trouble = move || {
        act.error.get().map(|error| match error.code {
            Code::Conflict | Code::OperationReused => view! {
                {warning("warn", texts::ask_conflict(), texts::ask_conflict_text())}
                <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="look-again" on:click=look>{icon("refresh")} {texts::look_again()}</button></div>
            }
            .into_any(),
            code if is_unknown(code) => warning("wait", texts::ask_unknown(), texts::ask_unknown_text()),
            _ => error_state(&error, None),
        })
    };
    let ways = [Way::Counter, Way::Transfer].map(|of| {
        let name = if of == Way::Counter { payments::way_counter() } else { payments::way_transfer() };
        view! { <option value=of.as_str() prop:selected=move || way.get() == of>{name}</option> }
    });
    let what = match fixed {
        Some((minor, came)) => view! {
            {matches!(came, Way::Counter | Way::Transfer).then(|| view! {
                <div class="c-field">
                    <label class="c-field__label" for="refund-what">{texts::what_label()}</label>
                    <select class="c-input" id="refund-what" data-testid="refund-what" on:change=move |event| wrongly.set(event_target_value(&event) == "wrongly")>
                        <option value="back" prop:selected=move || !wrongly.get()>{texts::what_back()}</option>
                        <option value="wrongly" prop:selected=move || wrongly.get()>{texts::booked_wrongly()}</option>
                    </select>
                </div>
            })}
            <dl class="p-transfer">
                <div><dt>{payments::amount()}</dt> <dd class="t-strong" data-testid="refund-fixed">{money(minor)}</dd></div>
                <div><dt>{texts::way_label()}</dt> <dd>{move || how(came, wrongly.get())}</dd></div>
            </dl>
            <p class="t-soft t-small">{texts::then_payment()}</p>
        }
        .into_any(),
        None => view! {
            <Field id="refund-amount" label=payments::amount() help=payments::kept_here(&money(kept)) value=typed error=wrong_amount />
            <div class="c-field">
                <label class="c-field__label" for="refund-way">{texts::way_label()}</label>
                <select class="c-input" id="refund-way" data-testid="refund-way" on:change=move |event| way.set(Way::from_name(&event_target_value(&event)))>{ways.collect_view()}</select>
            </div>
        }
        .into_any(),
    };
    view! {
        <form class="c-form" novalidate on:submit=ask>
            {what}
            <Field id="refund-reason" label=payments_office::credit_reason() value=reason error=wrong_reason />
            <p data-testid="second-person">{texts::second_person()}</p>
            {trouble}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
                <button type="submit" class="c-button" data-kind="primary" data-testid="ask-refund" aria-busy=act.aria_busy()>{texts::ask_now()}</button>
            </div>
        </form>
    }
    .into_any()
}
