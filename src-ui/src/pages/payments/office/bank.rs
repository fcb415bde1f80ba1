//! The community's account at its bank: statements are taken in, and what they tell is decided.

use leptos::{html, prelude::*, task::spawn_local};
use linli_wire::{
    Code, WireError,
    command::{BankMovementsList, BankStatementAdd, BankStatementAddNew, MovementDecision},
    payments::{
        BankHint, BankImport, BankMovement, BankMovementState, BankMovementsPage, BankMovementsQuery,
        BankProposal, BookMovement, ProposedBecause,
    },
};
use web_sys::HtmlInputElement;

use super::{
    decide::{Asking, Decide, decide, own_place},
    settle, to_bills,
};
use crate::{
    components::{
        banner::OfflineBanner, empty_state::empty_state, error_state::error_state, icon::icon,
        page_header::PageHeader, skeleton::skeleton_list,
    },
    format::{amount, money},
    ipc::{self, Answer},
    pages::repairs::select,
    state::{Act, app},
    words::{bank as texts, common},
};

const STEP: u32 = 50;
const CLOSED: [BankMovementState; 2] = [BankMovementState::Booked, BankMovementState::SetAside];

/// The statement to take in, and the movements of a state.
#[component]
pub fn Bank() -> impl IntoView {
    let app = app();
    let state = app.kept("bank state", BankMovementState::default);
    let limit = app.kept("bank limit", || STEP);
    let asked = ipc::ask_rows::<BankMovementsList>(
        &[],
        move || limit.get(),
        move |offset, limit| BankMovementsQuery { state: state.get(), offset, limit },
        |page, next| page.rows.extend(next.rows),
    );
    let again = Callback::new(move |()| asked.again());
    let deciding = Decide::new(again);
    let states = CLOSED.map(|state| (state.as_str().to_owned(), word(state).to_owned())).to_vec();
    let chosen = Signal::derive(move || {
        Some(state.get())
            .filter(|state| *state != BankMovementState::Open)
            .map(|state| state.as_str().to_owned())
    });
    let choose = Callback::new(move |name: String| {
        limit.set(STEP);
        let found = CLOSED.into_iter().find(|state| state.as_str() == name);
        state.set(found.unwrap_or_default());
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::title() note=texts::note() back=to_bills() />
            <OfflineBanner />
            {statement(again)}
            <div class="c-chips" role="group" aria-label=texts::state()>{select("bank-state", texts::open(), states, chosen, choose)}</div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => nothing(state.get_untracked()),
                Answer::Ready(page) => list(page, limit, deciding),
            }}
            {decide(deciding)}
        </div>
    }
}

fn word(state: BankMovementState) -> &'static str {
    match state {
        BankMovementState::Booked => texts::booked(),
        BankMovementState::SetAside => texts::set_aside(),
        BankMovementState::Open | BankMovementState::Other => texts::open(),
    }
}

fn nothing(state: BankMovementState) -> AnyView {
    if state == BankMovementState::Open {
        empty_state("ok", texts::nothing_open(), texts::nothing_open_text(), None)
    } else {
        empty_state("table", texts::nothing(), texts::nothing_text(), None)
    }
}

/// The file, and what it brought.
fn statement(again: Callback<()>) -> AnyView {
    let (brought, busy) = (RwSignal::new(None::<BankImport>), RwSignal::new(false));
    let error = RwSignal::new(None::<WireError>);
    // The file of which a part was told before, until somebody has said what to do with it.
    let doubtful = RwSignal::new_local(None::<web_sys::File>);
    let input = NodeRef::<html::Input>::new();
    let send = move |file: web_sys::File, only_new: bool| {
        busy.set(true);
        error.set(None);
        brought.set(None);
        doubtful.set(None);
        spawn_local(async move {
            let added = if only_new {
                ipc::call_with_file::<BankStatementAddNew>(file.clone()).await
            } else {
                ipc::call_with_file::<BankStatementAdd>(file.clone()).await
            };
            // None when the page has gone meanwhile.
            if busy.try_set(false).is_some() {
                return;
            }
            match added {
                Ok(import) => {
                    brought.set(Some(import));
                    again.run(());
                }
                Err(trouble) => {
                    doubtful.set((trouble.code == Code::Conflict).then_some(file));
                    error.set(Some(trouble));
                }
            }
        });
    };
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        // So that the same file can be chosen again.
        input.set_value("");
        if let Some(file) = file.filter(|_| !busy.get_untracked()) {
            send(file, false);
        }
    };
    let only_new = move |_| {
        if let Some(file) = doubtful.get_untracked().filter(|_| !busy.get_untracked()) {
            send(file, true);
        }
    };
    let leave = move |_| {
        doubtful.set(None);
        error.set(None);
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <section class="c-card" data-gap="">
            <p class="t-soft t-small">{texts::add_help()}</p>
            <input type="file" class="u-hidden" accept=".xml,.csv,.txt,application/xml,text/xml,text/csv" node_ref=input tabindex="-1" aria-label=texts::add() data-testid="statement" on:change=chosen />
            <div class="l-row"><button type="button" class="c-button" data-kind="primary" aria-busy=move || busy.get().then_some("true") on:click=choose>{icon("upload")} {texts::add()}</button></div>
            {move || busy.get().then(|| view! { <p class="t-soft t-small" role="status">{texts::adding()}</p> })}
            {move || error.get().map(|error| match error.code {
                Code::Conflict => view! {
                    <div class="c-banner" data-kind="waiting" role="alert" data-testid="told-before">
                        {icon("warn")}
                        <div><p class="c-banner__title">{texts::told_before_title()}</p> <p>{told_before(&error)}</p></div>
                        <div class="l-row">
                            <button type="button" class="c-button" data-kind="primary" data-testid="only-new" on:click=only_new>{icon("ok")} {texts::only_new()}</button>
                            <button type="button" class="c-button" data-kind="quiet" data-testid="leave-it" on:click=leave>{icon("close")} {texts::leave_it()}</button>
                        </div>
                    </div>
                }
                .into_any(),
                Code::UnsupportedFile => view! {
                    <div class="c-banner" data-kind="waiting" role="alert" data-testid="unread">
                        {icon("warn")}
                        <div><p class="c-banner__title">{texts::unread_title()}</p> <p>{unread(&error)}</p></div>
                    </div>
                }
                .into_any(),
                _ => error_state(&error, None),
            })}
            {move || brought.get().map(|brought| view! {
                <div class="c-banner" data-kind="success" role="status" data-testid="brought" data-new=brought.new data-booked=brought.booked data-open=brought.open data-known=brought.known>
                    {icon("ok")}
                    <div>
                        <p class="c-banner__title">{texts::brought_title()}</p>
                        <p>{said(&brought)}</p>
                        {(brought.elsewhere > 0).then(|| view! { <p>{texts::elsewhere(&brought.other_accounts.join(common::list_comma()))}</p> })}
                        {(brought.incomplete > 0).then(|| view! { <p>{texts::incomplete()}</p> })}
                    </div>
                </div>
            })}
        </section>
    }
    .into_any()
}

/// How much of a file was told of before.
fn told_before(error: &WireError) -> String {
    let number = |name: &str| {
        let number = error.details.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default();
        crate::words::number(u32::try_from(number).unwrap_or(u32::MAX))
    };
    texts::told_before(&number("movements"), &number("told_before"))
}

/// Where a file cannot be read.
fn unread(error: &WireError) -> String {
    let line = error.details.get("line").and_then(serde_json::Value::as_u64);
    let line = line.and_then(|line| u32::try_from(line).ok()).map(crate::words::number);
    let is_cut = error.details.get("cut").and_then(serde_json::Value::as_bool) == Some(true);
    match (line, error.details.get("column").and_then(serde_json::Value::as_str)) {
        (Some(line), _) if is_cut => texts::unread_cut(&line),
        (Some(line), Some(column)) => texts::unread_cell(column, &line),
        (Some(line), None) => texts::unread_line(&line),
        (None, _) => texts::unread().to_owned(),
    }
}

fn said(brought: &BankImport) -> String {
    let [new, booked, open, known] =
        [brought.new, brought.booked, brought.open, brought.known].map(crate::words::number);
    texts::brought(&booked, &known, &new, &open)
}

fn list(page: BankMovementsPage, limit: RwSignal<u32>, deciding: Decide) -> AnyView {
    let more = page.total > limit.get_untracked();
    deciding.headings.set(page.headings);
    let rows =
        page.rows.into_iter().map(|movement| view! { <li>{row(movement, deciding)}</li> }).collect_view();
    view! {
        <ul class="p-movements" role="list" data-testid="movements">{rows}</ul>
        {more.then(|| view! { <button type="button" class="c-button" data-kind="quiet" on:click=move |_| limit.update(|limit| *limit += STEP)>{common::more()}</button> })}
    }
    .into_any()
}

fn row(movement: BankMovement, deciding: Decide) -> AnyView {
    let act = Act::new();
    let is_open = movement.state == BankMovementState::Open;
    let is_payment = movement.minor > 0 && matches!(movement.hint, None | Some(BankHint::PaidBill));
    let is_spending = movement.hint == Some(BankHint::WentOut);
    let name = if movement.name.is_empty() { texts::unnamed().to_owned() } else { movement.name.clone() };
    let proposals =
        movement.proposals.iter().map(|proposal| proposed(&movement, proposal, act, deciding)).collect_view();
    let may_be = is_open.then(|| settle::may_be(&movement, act, deciding));
    let is_own = is_open && movement.hint != Some(BankHint::OtherCurrency);
    let may_open_again = movement.own.is_some_and(|own| own.may_open_again);
    let said = said_of(&movement);
    let hint = hint(&movement);
    let kept = StoredValue::new(movement.clone());
    let button = move |asking,
                       kind: &'static str,
                       icon_name: &'static str,
                       label: &'static str,
                       testid: &'static str| {
        view! { <button type="button" class="c-button" data-kind=kind data-testid=testid on:click=move |_| deciding.ask(kept.get_value(), asking)>{icon(icon_name)} {label}</button> }
    };
    view! {
        <article class="c-card" data-gap="" data-testid="movement" data-state=movement.state.as_str()>
            <div class="p-headline">
                <p class="c-card__title">{name}</p>
                <p class="p-amount"><strong>{amount(movement.minor, &movement.currency)}</strong></p>
            </div>
            <p class="t-soft t-small">{app().clock().day(&movement.day)} " " {movement.account.clone()}</p>
            {said.into_iter().map(|line| view! { <p class="p-said">{line}</p> }).collect_view()}
            {hint.map(|hint| view! { <p class="t-soft" data-testid="hint">{icon("info")} " " {hint}</p> })}
            {proposals}
            {may_be}
            {move || act.error.get().map(|error| error_state(&error, None))}
            {is_open.then(|| view! {
                <div class="l-row">
                    {is_payment.then(|| button(Asking::Payment, "quiet", "household", texts::by_hand(), "by-hand"))}
                    {is_spending.then(|| button(Asking::Spending, "quiet", "pay", texts::spend(), "spend"))}
                    {is_own.then(|| button(Asking::Own, "plain", "refresh", texts::own(), "own"))}
                    {button(Asking::Aside, "plain", "close", texts::aside(), "aside")}
                </div>
            })}
            {may_open_again.then(|| view! { <div class="l-row">{button(Asking::Again, "plain", "history", texts::again(), "open-again")}</div> })}
        </article>
    }
    .into_any()
}

/// What the bank told besides name and amount.
fn said_of(movement: &BankMovement) -> Vec<String> {
    let told = &movement.told;
    let charges = told.charges.iter().filter(|charge| charge.minor != 0);
    let mut said = told.references.clone();
    said.push(told.text.clone());
    said.extend(charges.map(|charge| texts::charges(&money(charge))));
    said.extend(told.original.as_ref().map(|original| texts::original(&money(original))));
    said.push(movement.reason.clone());
    said.retain(|line| !line.is_empty());
    said
}

/// What there is to say of how it stands.
fn hint(movement: &BankMovement) -> Option<String> {
    let receipt = |payment: &linli_wire::payments::BankPayment| payment.receipt.clone().unwrap_or_default();
    if let Some(own) = movement.own {
        return Some(texts::booked_own(own_place(own.place, movement.minor > 0)));
    }
    if movement.state == BankMovementState::Booked {
        if let Some(counted) = movement.counted.first() {
            return Some(settle::said(counted));
        }
        return Some(movement.payment.as_ref().map_or_else(
            || texts::booked_spending().to_owned(),
            |payment| texts::booked_for(&payment.code, &receipt(payment)),
        ));
    }
    let text = match movement.hint? {
        BankHint::OtherCurrency => texts::hint_other_currency(),
        BankHint::Reversal => texts::hint_reversal(),
        BankHint::PaidBill => texts::hint_paid_bill(),
        BankHint::WentOut | BankHint::Other => return None,
    };
    let returns =
        movement.payment.as_ref().map(|payment| texts::hint_returns(&payment.code, &receipt(payment)));
    Some([Some(text.to_owned()), returns].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn why(why: ProposedBecause) -> &'static str {
    match why {
        ProposedBecause::Reference | ProposedBecause::Other => texts::why_reference(),
        ProposedBecause::PaidBill => texts::why_paid_bill(),
        ProposedBecause::AccountAndAmount => texts::why_amount_account(),
        ProposedBecause::NameAndAmount => texts::why_amount_name(),
        ProposedBecause::Account => texts::why_account(),
        ProposedBecause::CameBack => texts::why_came_back(),
    }
}

/// What it may be for, with the one press that books it so.
fn proposed(movement: &BankMovement, proposal: &BankProposal, act: Act, deciding: Decide) -> AnyView {
    let home = if proposal.units.is_empty() { proposal.code.clone() } else { proposal.units.clone() };
    let bill = |bill: &linli_wire::payments::ProposedBill| {
        format!("{} ·\u{a0}{}", bill.number, amount(bill.owed, &movement.currency))
    };
    let bills = proposal.bills.iter().map(bill).collect::<Vec<_>>().join(common::list_comma());
    let owed: i64 = proposal.bills.iter().map(|bill| bill.owed).sum();
    let rest = match movement.minor - owed {
        0 => None,
        more @ 1.. => Some(texts::proposal_kept(&amount(more, &movement.currency))),
        less => Some(texts::proposal_short(&amount(-less, &movement.currency))),
    };
    let lines = [
        (!bills.is_empty()).then(|| texts::proposal(&bills, &home)),
        Some(why(proposal.why).to_owned()),
        rest,
    ];
    let lines =
        lines.into_iter().flatten().map(|line| view! { <p class="t-small">{line}</p> }).collect_view();
    let (id, household_id) = (movement.id, proposal.household_id);
    let ids: Vec<_> = proposal.bills.iter().map(|bill| bill.id).collect();
    let book = move |_| {
        let decision = MovementDecision::Payment(BookMovement { household_id, bills: ids.clone() });
        deciding.put(act, id, decision);
    };
    view! {
        <div class="c-card" data-tone="sunk" data-gap="" data-testid="proposal">
            <div>{lines}</div>
            <div class="l-row"><button type="button" class="c-button" data-kind="primary" data-testid="accept" aria-busy=act.aria_busy() on:click=book>{icon("ok")} {texts::book_for(&home)}</button></div>
        </div>
    }
    .into_any()
}
