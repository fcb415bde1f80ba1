//! Taking a part of a bill back.

use leptos::prelude::*;
use linli_wire::{
    command::{BillCredit, CreditOnBill},
    payments::{Bill, CreditPart, HouseholdPayments},
};

use super::take::plain;
use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
    },
    format::{amount, read_money},
    ipc::Asked,
    pages::payments::pay::{Try, is_unknown},
    state::app,
    words::{common, payments_office as texts},
};

/// The button and its form; nothing where nothing is left to take back.
pub(super) fn credit(bill: &Bill, asked: Asked<HouseholdPayments>) -> Option<AnyView> {
    let left: Vec<i64> = (0_u16..)
        .zip(&bill.lines)
        .map(|(at, line)| {
            let parts = bill.credits.iter().flat_map(|credit| &credit.parts).filter(|part| part.line == at);
            line.total - parts.map(|part| part.minor).sum::<i64>()
        })
        .collect();
    let first = left.iter().position(|left| *left > 0)?;
    let app = app();
    let language = app.language();
    let (currency, bill_id) = (StoredValue::new(bill.currency.clone()), bill.id);
    let left = StoredValue::new(left);
    let (line, reason) = (RwSignal::new(first), RwSignal::new(String::new()));
    let of_line = move |line: usize| left.with_value(|left| left.get(line).copied().unwrap_or_default());
    let typed = RwSignal::new(plain(of_line(first), &bill.currency));
    let attempt = Try::kept(&format!("credit {bill_id}"));
    let act = attempt.act;
    let open = RwSignal::new(false);
    let (wrong_amount, wrong_reason) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let names: Vec<(usize, String)> = bill
        .lines
        .iter()
        .enumerate()
        .filter(|(at, _)| of_line(*at) > 0)
        .map(|(at, line)| {
            (
                at,
                format!(
                    "{} ·\u{a0}{}",
                    line.name.in_language(&language),
                    amount(of_line(at), &bill.currency)
                ),
            )
        })
        .collect();
    let names = StoredValue::new(names);
    let pick = move |event| {
        if let Ok(at) = event_target_value(&event).parse::<usize>() {
            line.set(at);
            typed.set(currency.with_value(|currency| plain(of_line(at), currency)));
        }
    };
    let book = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let most = of_line(line.get_untracked());
        let minor = currency
            .with_value(|currency| read_money(&typed.get_untracked(), currency))
            .map(|money| money.minor);
        let Some(minor) = minor.filter(|minor| *minor <= most) else {
            wrong_amount
                .set(Some(currency.with_value(|currency| texts::credit_too_much(&amount(most, currency)))));
            focus_field("credit-amount");
            return;
        };
        wrong_amount.set(None);
        let reason = reason.get_untracked();
        if reason.trim().is_empty() {
            wrong_reason.set(Some(texts::credit_reason_missing().to_owned()));
            focus_field("credit-reason");
            return;
        }
        wrong_reason.set(None);
        let parts = vec![CreditPart { line: u16::try_from(line.get_untracked()).unwrap_or_default(), minor }];
        attempt.run::<BillCredit>(
            move |attempt| CreditOnBill { attempt, bill_id, reason, parts },
            move |_| {
                open.set(false);
                asked.again();
                app.tell(texts::credited());
            },
        );
    };
    Some(
        view! {
            <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="credit" on:click=move |_| { act.error.set(None); open.set(true); }>{icon("history")} {texts::credit()}</button></div>
            <Dialog open=open id="credit-bill" title=texts::credit_title()>
                <form class="c-form" novalidate on:submit=book>
                    <div class="c-field">
                        <label class="c-field__label" for="credit-line">{texts::credit_line()}</label>
                        <select class="c-input" id="credit-line" data-testid="credit-line" on:change=pick>
                            {names.with_value(|names| names.iter().map(|(at, name)| {
                                let at = *at;
                                view! { <option value=at.to_string() prop:selected=move || line.get() == at>{name.clone()}</option> }
                            }).collect_view())}
                        </select>
                    </div>
                    <Field id="credit-amount" label=texts::credit_amount() value=typed error=wrong_amount />
                    <Field id="credit-reason" label=texts::credit_reason() value=reason error=wrong_reason />
                    {move || act.error.get().map(|error| if is_unknown(error.code) {
                        view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("wait")} <div><p class="c-banner__title">{texts::take_unknown()}</p> <p>{texts::take_unknown_text()}</p></div></div> }.into_any()
                    } else {
                        error_state(&error, None)
                    })}
                    <div class="c-dialog__actions">
                        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
                        <button type="submit" class="c-button" data-kind="danger" data-testid="credit-now" aria-busy=act.aria_busy()>{texts::credit()}</button>
                    </div>
                </form>
            </Dialog>
        }
        .into_any(),
    )
}
