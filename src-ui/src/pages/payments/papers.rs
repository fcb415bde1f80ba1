//! Receipts and yearly statements: saved outside of the app as PDF, and opened there.

use std::collections::BTreeSet;

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    command::{PaymentKey, ReceiptOpen, StatementKey, StatementOpen},
    id::HouseholdId,
    payments::{Bill, Payment},
};

use crate::{
    components::{error_state::error_state, icon::icon},
    state::{Act, app},
    words::payments as texts,
};

/// What opens the receipt of a payment; nothing where it has none.
pub(super) fn receipt(payment: &Payment) -> Option<AnyView> {
    let number = payment.receipt.clone()?;
    let (app, act, id, label) = (app(), Act::new(), payment.id, texts::receipt_open_of(&number));
    let open = move |_| act.run::<ReceiptOpen>(PaymentKey { id }, move |_| app.tell(texts::paper_saved()));
    Some(
        view! {
            <button type="button" class="c-button" data-kind="plain" data-edge="start" data-align="start" data-testid="receipt" data-number=number aria-label=label aria-busy=act.aria_busy() on:click=open>{icon("file")} {texts::receipt_open()}</button>
            {progress(act)}
        }
        .into_any(),
    )
}

/// The year to choose, and what opens the statement of a household for it. `chosen` is none for the present year.
pub(super) fn statement(
    household_id: HouseholdId,
    (bills, payments): (&[Bill], &[Payment]),
    chosen: RwSignal<Option<i16>>,
) -> AnyView {
    let (app, act) = (app(), Act::new());
    let years = years(bills, payments);
    let Some(present) = years.last().copied() else { return ().into_any() };
    let year = move || chosen.get().unwrap_or(present);
    let open = move |_| {
        let key = StatementKey { household_id, year: untrack(year) };
        act.run::<StatementOpen>(key, move |_| app.tell(texts::paper_saved()));
    };
    let options = years.into_iter().rev().map(|of| {
        view! { <option value=of.to_string() prop:selected=move || year() == of>{of.to_string()}</option> }
    });
    let field = format!("statement-year-{household_id}");
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::statement()}</h2></div>
            <div class="c-card" data-gap="">
                <p class="t-soft t-small">{texts::statement_text()}</p>
                <div class="p-statement">
                    <label class="c-field__label" for=field.clone()>{texts::statement_year()}</label>
                    <select class="c-input" id=field data-testid="statement-year" on:change=move |event| chosen.set(event_target_value(&event).parse().ok())>{options.collect_view()}</select>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="open-statement" aria-busy=act.aria_busy() on:click=open>{icon("file")} {texts::statement_open()}</button>
                </div>
                {progress(act)}
            </div>
        </section>
    }
    .into_any()
}

/// What opens the statement of a household for one year.
pub(super) fn year_statement(household_id: HouseholdId, year: i16) -> AnyView {
    let (app, act) = (app(), Act::new());
    let open = move |_| {
        act.run::<StatementOpen>(StatementKey { household_id, year }, move |_| {
            app.tell(texts::paper_saved())
        });
    };
    view! {
        <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="open-year" aria-busy=act.aria_busy() on:click=open>{icon("file")} {texts::statement_of(&year.to_string())}</button></div>
        {progress(act)}
    }
    .into_any()
}

/// The present year and those in which something was billed or paid, oldest first.
fn years(bills: &[Bill], payments: &[Payment]) -> BTreeSet<i16> {
    let clock = app().clock();
    let billed = bills.iter().map(|bill| bill.issued_on.clone());
    let paid = payments.iter().filter_map(|payment| payment.booked_at).map(|at| clock.day_of(at));
    let today = clock.today();
    let days = billed.chain(paid).filter(|day| *day <= today).chain([today.clone()]);
    days.filter_map(|day| day.split('-').next()?.parse().ok()).collect()
}

/// That it is being fetched, or why it cannot be opened.
fn progress(act: Act) -> AnyView {
    view! {
        {move || act.busy.get().then(|| view! { <p class="t-soft t-small" role="status" data-testid="paper-coming">{texts::paper_coming()}</p> })}
        {move || act.error.get().filter(|_| !act.busy.get()).map(|error| trouble(&error))}
    }
    .into_any()
}

fn trouble(error: &WireError) -> AnyView {
    let (kind, symbol, title, text) = match error.code {
        Code::ServerUnreachable => ("offline", "off", texts::paper_away(), texts::paper_away_text()),
        // The words for a command that is not known speak of an update.
        Code::UnknownCommand => ("waiting", "warn", texts::paper_stuck(), texts::paper_stuck_text()),
        _ => return error_state(error, None),
    };
    view! {
        <div class="c-banner" data-kind=kind role="alert" data-testid="paper-trouble" data-code=error.code.as_str()>
            {icon(symbol)}
            <div><p class="c-banner__title">{title}</p> <p>{text}</p></div>
        </div>
    }
    .into_any()
}
