//! What became of a payment: paid, not paid, or being checked; never a guess.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    command::{Empty, PayBills, PayByCard, PaymentsGet, Topic},
    id::{OpId, PaymentId},
    payments::{Payment, PaymentState, Way},
};

use super::{list::to_list, row::payment_parts};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::amount,
    ipc::{self, Answer},
    state::Act,
    words::payments as texts,
};

/// The payment that the address names.
#[component]
pub fn MadePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<PaymentId>().ok());
    let asked = ipc::ask::<PaymentsGet>(&[Topic::Payments], || Empty {});
    let act = Act::new();
    // Where this host opens no browser, because it is one.
    let link = RwSignal::new(None::<String>);
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::made_title() back=to_list() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(2),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => {
                    let found = view.households.iter().flat_map(|household| &household.payments).find(|payment| Some(payment.id) == id);
                    match found {
                        Some(payment) => of(payment, act, link),
                        // It was begun a moment ago, or what became of it has not arrived.
                        None => banner("waiting", "wait", Some(texts::unknown_title().to_owned()), texts::made_unknown().to_owned()),
                    }
                }
            }}
        </div>
    }
}

fn of(payment: &Payment, act: Act, link: RwSignal<Option<String>>) -> AnyView {
    let sum = amount(payment.minor, &payment.currency);
    let (kind, symbol, title, text) = match payment.state {
        PaymentState::Paid => ("success", "ok", texts::made_paid(&sum), paid_text(payment)),
        PaymentState::Begun => {
            ("waiting", "wait", texts::made_begun(&sum), texts::made_begun_text().to_owned())
        }
        PaymentState::Checking | PaymentState::Other => {
            ("waiting", "wait", texts::made_checking(&sum), texts::made_checking_text().to_owned())
        }
        PaymentState::NotPaid => {
            ("waiting", "fail", texts::made_not_paid().to_owned(), texts::made_not_paid_text().to_owned())
        }
        PaymentState::GivenBack => {
            let reason = payment.given_back.as_ref().map(|back| back.reason.clone()).unwrap_or_default();
            let is_mistake = payment.given_back.as_ref().is_some_and(|back| back.booked_wrongly);
            let title =
                if is_mistake { texts::made_booked_wrongly(&sum) } else { texts::made_given_back(&sum) };
            ("info", "history", title, reason)
        }
    };
    let state = payment.state;
    let again = (state == PaymentState::NotPaid).then(|| {
        let to = format!("/payments/pay/{}", payment.household_id);
        view! { <a class="c-button" data-kind="primary" href=to data-testid="pay-anew">{icon("refresh")} {texts::pay_again()}</a> }
    });
    view! {
        <section class="l-section" data-testid="made" data-state=state.as_str()>
            {banner(kind, symbol, Some(title), text)}
            <div class="l-row" data-fill="">
                {(state == PaymentState::Begun && payment.way == Way::Card).then(|| go_on(payment, act, link))}
                {again}
                <a class="c-button" data-kind="plain" href="/payments">{icon("file")} {texts::to_bills()}</a>
            </div>
            <div class="c-list" data-lead="icon"><div class="c-row">{payment_parts(payment, None)}</div></div>
        </section>
    }
    .into_any()
}

fn paid_text(payment: &Payment) -> String {
    payment.receipt.as_deref().map_or_else(String::new, texts::made_paid_text)
}

/// The button that leads to the pay page once more: the same payment.
fn go_on(payment: &Payment, act: Act, link: RwSignal<Option<String>>) -> AnyView {
    let asked = PayBills {
        attempt: OpId(payment.id.0),
        household_id: payment.household_id,
        bills: payment.meant_for.clone(),
        minor: payment.minor,
    };
    let press = move |_| {
        act.run::<PayByCard>(asked.clone(), move |page| link.set(page.link.filter(|_| !page.is_open)));
    };
    view! {
        <button type="button" class="c-button" data-kind="primary" data-testid="go-on" aria-busy=act.aria_busy() on:click=press>{icon("link")} {texts::go_on()}</button>
        {move || link.get().map(|link| view! { <a class="c-button" data-kind="quiet" target="_blank" rel="noopener noreferrer" href=link>{icon("link")} {texts::go_on_here()}</a> })}
        {move || act.error.get().map(|error| error_state(&error, None))}
    }
    .into_any()
}
