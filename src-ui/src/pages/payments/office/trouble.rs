//! Payments by card that do not fit what their provider says: what to look for there, and that it is dealt with.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{CardTroubleClose, CloseTrouble},
    id::PaymentId,
    payments::{CardTrouble, CardTroubleKind, HouseholdPayments, MAX_REASON},
    typed::{Typed, TypedPlace},
};

use super::refunds::warning;
use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
    },
    format::amount,
    ipc::Asked,
    pages::repairs::too_long,
    state::{Act, app},
    typing,
    words::{common, payments_office as texts},
};

/// What somebody has to look at, with the way to close it; nothing where all fits.
pub(super) fn card_troubles(found: &HouseholdPayments, asked: Asked<HouseholdPayments>) -> Option<AnyView> {
    if found.card_troubles.is_empty() {
        return None;
    }
    let (open, of) = (RwSignal::new(false), RwSignal::new(None::<PaymentId>));
    let rows = found.card_troubles.iter().map(|trouble| {
        let id = trouble.payment_id;
        let close = move |_| {
            of.set(Some(id));
            open.set(true);
        };
        view! {
            <li class="c-banner" data-kind="waiting" data-testid="card-trouble">
                {icon("warn")}
                <div><p class="c-banner__title">{texts::trouble_title()}</p> <p>{what(trouble, found)}</p> <p>{texts::trouble_what(&trouble.intent)}</p></div>
                <button type="button" class="c-button" data-kind="quiet" data-testid="close-trouble" on:click=close>{icon("ok")} {texts::trouble_close()}</button>
            </li>
        }
    });
    Some(
        view! {
            <ul class="p-movements" role="list">{rows.collect_view()}</ul>
            <Dialog open=open id="close-card-trouble" title=texts::trouble_close_title()>
                {of.get_untracked().map(|id| form(id, open, asked))}
            </Dialog>
        }
        .into_any(),
    )
}

fn what(trouble: &CardTrouble, found: &HouseholdPayments) -> String {
    let payment = found.payments.iter().find(|payment| payment.id == trouble.payment_id);
    let sum = payment.map(|payment| amount(payment.minor, &payment.currency)).unwrap_or_default();
    match trouble.what {
        CardTroubleKind::Amount => texts::trouble_amount(&sum),
        CardTroubleKind::Currency => texts::trouble_currency(&sum),
        CardTroubleKind::Payment | CardTroubleKind::Other => texts::trouble_payment(&sum),
        CardTroubleKind::Unknown => texts::trouble_unknown(&sum),
    }
}

fn form(id: PaymentId, open: RwSignal<bool>, asked: Asked<HouseholdPayments>) -> AnyView {
    let (app, act, reason, tried) = (app(), Act::new(), RwSignal::new(String::new()), RwSignal::new(false));
    let now = Memo::new(move |_| Typed { words: reason.get(), ..Typed::default() });
    typing::remember(TypedPlace::CardTrouble { id }, now, move |before| reason.set(before.words));
    let wrong = Signal::derive(move || {
        let missing = tried.get() && reason.with(|reason| reason.trim().is_empty());
        let missing = missing.then(|| texts::trouble_reason_missing().to_owned());
        missing.or_else(|| reason.with(|reason| too_long(reason.trim(), MAX_REASON)))
    });
    let close = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if wrong.with_untracked(Option::is_some) {
            return focus_field("trouble-reason");
        }
        act.run::<CardTroubleClose>(CloseTrouble { id, reason: reason.get_untracked() }, move |_| {
            reason.set(String::new());
            open.set(false);
            asked.again();
            app.tell(texts::trouble_closed());
        });
    };
    view! {
        <form class="c-form" novalidate on:submit=close>
            <p>{texts::trouble_close_text()}</p>
            <Field id="trouble-reason" label=texts::trouble_reason() value=reason error=wrong />
            {move || act.error.get().map(|error| match error.code {
                Code::Conflict => warning("warn", texts::trouble_gone(), texts::trouble_gone_text()),
                _ => error_state(&error, None),
            })}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
                <button type="submit" class="c-button" data-kind="primary" data-testid="close-trouble-now" aria-busy=act.aria_busy()>{texts::trouble_close()}</button>
            </div>
        </form>
    }
    .into_any()
}
