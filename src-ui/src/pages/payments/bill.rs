//! A bill: how much, what for, compared with the months before, and how to pay it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code, WireError,
    command::{BillKey, BillOpen, Topic},
    id::BillId,
    payments::{BankAccount, Bill, BillState, BillView, MonthTotal},
};
use wasm_bindgen_futures::JsFuture;

use super::{
    lines::lines,
    list::to_list,
    papers::year_statement,
    row::{payment_row, reminded, state_name, state_tag},
};
use crate::{
    components::{
        banner::OfflineBanner, error_state::error_state, help_bar::call_office, icon::icon,
        page_header::PageHeader, qr::qr_drawing, skeleton::skeleton_list,
    },
    format::{amount, month},
    ipc::{self, Answer},
    pages::chat::write_to_the_office,
    state::app,
    words::{common, payments as texts},
};

/// The bill that the address names.
#[component]
pub fn BillPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<BillId>().ok());
    let Some(id) = id else {
        let error = WireError::new(Code::NotFound, "no such bill");
        return view! { <div class="l-page"><PageHeader title=texts::title() back=to_list() /> {error_state(&error, None)}</div> }.into_any();
    };
    let asked = ipc::ask::<BillOpen>(&[Topic::Payments], move || BillKey { id });
    let title = Signal::derive(move || {
        let of = asked.with(|view| view.map(|view| view.bill.month.to_string()));
        of.map_or_else(|| texts::title().to_owned(), |name| texts::bill_of(&month(&name, true)))
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title back=to_list() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => page(&view),
            }}
        </div>
    }
    .into_any()
}

fn page(view: &BillView) -> AnyView {
    let (bill, clock) = (&view.bill, app().clock());
    let state = bill.state(&clock.today());
    let is_open = matches!(state, BillState::Due | BillState::Overdue);
    let day = clock.day(&bill.due_on);
    let when = match state {
        BillState::Overdue => Some(texts::overdue_since(&day)),
        BillState::Due => Some(texts::due_by(&day)),
        BillState::Paid | BillState::Credited => None,
    };
    let shown = if is_open { bill.owed } else { bill.total };
    let part =
        (is_open && bill.owed != bill.total).then(|| texts::of_total(&amount(bill.total, &bill.currency)));
    let about = [
        view.lets.as_ref().map(|relative| texts::of_household(&relative.household)),
        (!view.units.is_empty()).then(|| texts::for_home(&view.units)),
        Some(texts::bill_number(&bill.number)),
        Some(texts::issued_on(&clock.day(&bill.issued_on))),
    ];
    view! {
        <section class="c-card" data-gap="" data-testid="bill" data-state=state_name(state)>
            <div>
                <p class="p-sum" data-testid="bill-owed">{amount(shown, &bill.currency)}</p>
                {part.map(|part| view! { <p class="t-soft">{part}</p> })}
                {when.map(|when| view! { <p>{when}</p> })}
            </div>
            {state_tag(state)}
            <p class="t-soft t-small">{about.into_iter().flatten().collect::<Vec<_>>().join(" ·\u{a0}")}</p>
        </section>
        {reminded(bill).map(|words| reminder(words, state))}
        {is_open.then(|| ways(view))}
        {lines(bill)}
        {compared(&view.months, &bill.currency)}
        {(!view.payments.is_empty()).then(|| view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::payments_made()}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">{view.payments.iter().map(|payment| view! { <li>{payment_row(payment, None)}</li> }).collect_view()}</ul>
            </section>
        })}
        {statement_of(bill)}
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::ask()}</h2></div>
            <div class="l-row" data-fill="">{ask_in_chat(view)} {call_office("quiet")}</div>
        </section>
    }
    .into_any()
}

/// The statement of the year of which the bill is.
fn statement_of(bill: &Bill) -> Option<AnyView> {
    let year: i16 = bill.issued_on.split('-').next()?.parse().ok()?;
    Some(view! { <section class="l-section"><div class="l-section__head"><h2>{texts::statement()}</h2></div> {year_statement(bill.household_id, year)}</section> }.into_any())
}

/// To the office's room, with the bill in what is written there.
fn ask_in_chat(view: &BillView) -> Option<AnyView> {
    // A relative pays, and those who live there ask.
    let is_own = app().with_me_untracked(|me| me.person.household_id == Some(view.bill.household_id));
    let is_own = is_own.unwrap_or_default();
    let about = format!("?bill={}&number={}", view.bill.id, view.bill.number);
    let write = write_to_the_office();
    is_own.then(|| {
        view! { <button type="button" class="c-button" data-kind="quiet" data-testid="ask-in-chat" on:click=move |_| write.run(about.clone())>{icon("chat")} {texts::ask_in_chat()}</button> }
            .into_any()
    })
}

/// That the office reminded of it, and what to do, without alarm.
fn reminder(words: String, state: BillState) -> AnyView {
    let text = if state == BillState::Overdue { texts::reminded_late() } else { texts::reminded_soon() };
    view! {
        <div class="c-banner" data-kind="info" data-testid="reminder">
            {icon("bell")} <div><p class="c-banner__title">{words}</p> <p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// How it can be paid here.
fn ways(view: &BillView) -> AnyView {
    let language = app().language();
    let counter = view.ways.counter.as_ref().map(|text| {
        view! {
            <div class="c-card" data-gap="">
                <h3 class="c-card__title">{texts::at_counter()}</h3>
                <p>{text.in_language(&language).to_owned()}</p>
            </div>
        }
    });
    view! {
        <section class="l-section" data-testid="ways">
            <div class="l-section__head"><h2>{texts::how_to_pay()}</h2></div>
            {in_app(view)}
            {view.ways.bank.as_ref().map(|bank| transfer(view, bank))}
            {counter}
        </section>
    }
    .into_any()
}

/// The way to the page on which it is paid; nothing where the app cannot do it.
fn in_app(view: &BillView) -> Option<AnyView> {
    let kept = view.account.as_ref().map_or(0, |account| account.kept);
    if kept <= 0 && !view.ways.card {
        return None;
    }
    let (id, household) = (view.bill.id, view.bill.household_id);
    let word = texts::pay_amount(&amount(view.bill.owed, &view.bill.currency));
    Some(
        view! {
            <div class="c-card" data-gap="" data-testid="in-app">
                <h3 class="c-card__title">{texts::pay_in_app()}</h3>
                <p>{texts::pay_in_app_text()}</p>
                {(kept > 0).then(|| view! { <p class="t-soft t-small">{texts::kept(&amount(kept, &view.bill.currency))}</p> })}
                <a class="c-button" data-kind="primary" data-width="full" data-testid="to-pay" href=format!("/payments/pay/{household}?bill={id}")>{icon("pay")} {word}</a>
            </div>
        }
        .into_any(),
    )
}

/// What to write on a transfer.
fn transfer(view: &BillView, bank: &BankAccount) -> AnyView {
    let bill = &view.bill;
    let reference = groups(&bill.reference);
    let app = app();
    let copied = bill.reference.clone();
    let copy = move |_| {
        let text = copied.clone();
        leptos::task::spawn_local(async move {
            let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            if written.is_ok() {
                app.tell(texts::copied());
            }
        });
    };
    let line = |label: &'static str, value: String| view! { <div><dt>{label}</dt> <dd>{value}</dd></div> };
    view! {
        <div class="c-card" data-gap="">
            <h3 class="c-card__title">{texts::by_transfer()}</h3>
            <p class="t-soft t-small">{texts::by_transfer_text()}</p>
            <dl class="p-transfer">
                {line(texts::holder(), bank.holder.clone())}
                {line(texts::account(), groups(&bank.number))}
                {(!bank.bank.is_empty()).then(|| line(texts::bank(), bank.bank.clone()))}
                {(!bank.bic.is_empty()).then(|| line("BIC", bank.bic.clone()))}
                {line(texts::amount(), amount(bill.owed, &bill.currency))}
                <div><dt>{texts::reference()}</dt> <dd class="t-strong" data-testid="reference">{reference}</dd></div>
            </dl>
            {view.transfer_code.as_ref().map(|code| view! { <figure class="p-scan" data-testid="transfer-code">{qr_drawing(code)} <figcaption class="t-soft t-small">{texts::scan()}</figcaption></figure> })}
            <div class="l-row"><button type="button" class="c-button" data-kind="quiet" on:click=copy>{icon("copy")} {texts::copy_reference()}</button></div>
        </div>
    }
    .into_any()
}

/// In groups of four, as people compare numbers.
fn groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The last months as bars, and the difference in words.
fn compared(months: &[MonthTotal], currency: &str) -> Option<AnyView> {
    // With what was billed last: a fee by the quarter is not compared with a month that had none.
    let (now, earlier) = months.split_last()?;
    let before = earlier.iter().rfind(|month| month.total != 0)?;
    let of = month(&before.month.to_string(), true);
    let said = match now.total - before.total {
        0 => texts::same_as(&of),
        more @ 1.. => texts::more_than(&amount(more, currency), &of),
        less => texts::less_than(&amount(-less, currency), &of),
    };
    let most = months.iter().map(|month| month.total).max().unwrap_or_default().max(1);
    let heard: Vec<String> = months
        .iter()
        .map(|of| format!("{}: {}", month(&of.month.to_string(), true), amount(of.total, currency)))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a part of a bar, not money")]
    let part = |of: &MonthTotal| of.total.max(0) as f64 / most as f64;
    let bars = months.iter().map(|of| {
        view! { <span>{short(of.total, currency)} <span class="p-chart__bar" style=("--part", format!("{:.3}", part(of)))></span></span> }
    });
    let names = months.iter().map(|of| view! { <span>{month_name(of)}</span> });
    Some(
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::compared()}</h2></div>
                <figure class="p-chart c-card" data-testid="compared">
                    <figcaption>{said}</figcaption>
                    <div role="img" aria-label=heard.join(common::list_comma())>
                        <div class="p-chart__bars" aria-hidden="true">{bars.collect_view()}</div>
                        <div class="p-chart__months" aria-hidden="true">{names.collect_view()}</div>
                    </div>
                </figure>
            </section>
        }
        .into_any(),
    )
}

/// An amount without its smallest parts, for a bar.
fn short(minor: i64, currency: &str) -> String {
    let whole = amount(minor, currency);
    whole.split_once('.').map_or(whole.clone(), |(whole, _)| whole.to_owned())
}

fn month_name(of: &MonthTotal) -> String {
    let name = month(&of.month.to_string(), false);
    name.split_once(' ').map_or_else(|| format!("{}月", of.month.month()), |(short, _)| short.to_owned())
}
