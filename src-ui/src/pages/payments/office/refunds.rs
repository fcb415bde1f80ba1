//! Money that goes back: what waits for a second person, and what was decided.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{DecideOnRefund, Empty, RefundDecide, RefundsGet},
    payments::{self, Refund, RefundState, Way},
};

use super::to_bills;
use crate::{
    components::{
        banner::OfflineBanner, dialog::Confirm, empty_state::empty_state, error_state::error_state,
        icon::icon, page_header::PageHeader, skeleton::skeleton_list,
    },
    format::amount,
    ipc::{self, Answer},
    pages::payments::{pay::is_unknown, row::way_word},
    state::{Act, App, app},
    words::{payments_office, refunds as texts},
};

/// What waits, and below it what was decided.
#[component]
pub fn Refunds() -> impl IntoView {
    let asked = ipc::ask::<RefundsGet>(&[], || Empty {});
    let deciding = Deciding::new(asked.retry());
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::title() note=texts::note() back=to_bills() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(found) if found.refunds.is_empty() => empty_state("history", texts::nothing(), texts::nothing_text(), None),
                Answer::Ready(found) => page(&found, deciding),
            }}
            {questions(deciding)}
        </div>
    }
}

/// The way to the refunds, with the number of those that wait for the person.
pub(super) fn to_refunds() -> AnyView {
    let asked = ipc::ask::<RefundsGet>(&[], || Empty {});
    let count = move || {
        let waiting = asked.with(|found| {
            found.map_or(0, |found| found.refunds.iter().filter(|refund| refund.may_decide).count())
        });
        let count = u32::try_from(waiting).unwrap_or(u32::MAX);
        (count > 0).then(|| {
            view! { <span class="c-badge" data-testid="refunds-waiting"><span aria-hidden="true">{crate::format::badge(count)}</span> <span class="u-hidden">{texts::for_me(count)}</span></span> }
        })
    };
    view! { <a class="c-button" data-kind="quiet" href="/office/payments/refunds" data-testid="refunds">{icon("history")} {texts::title()} {count}</a> }
        .into_any()
}

fn page(found: &payments::Refunds, deciding: Deciding) -> AnyView {
    let (waiting, decided): (Vec<&Refund>, Vec<&Refund>) =
        found.refunds.iter().partition(|refund| is_waiting(refund.state));
    let rows = |refunds: Vec<&Refund>| {
        refunds.into_iter().map(|refund| view! { <li>{card(refund, Some(deciding))}</li> }).collect_view()
    };
    let nothing_waits = waiting.is_empty();
    let any_decided = !decided.is_empty();
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::waiting()}</h2></div>
            {nothing_waits.then(|| view! { <p class="t-soft">{texts::nothing_waits()}</p> })}
            <ul class="p-movements" role="list" data-testid="waiting">{rows(waiting)}</ul>
        </section>
        {any_decided.then(|| view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::decided()}</h2></div>
                <ul class="p-movements" role="list" data-testid="decided">{rows(decided)}</ul>
            </section>
        })}
    }
    .into_any()
}

/// Whether something is still to happen by itself or by somebody.
pub(super) const fn is_waiting(state: RefundState) -> bool {
    matches!(state, RefundState::Asked | RefundState::Going)
}

/// A refund, with what can be decided about it here.
pub(super) fn card(refund: &Refund, deciding: Option<Deciding>) -> AnyView {
    let clock = app().clock();
    let asked = texts::asked_by(&refund.asked_by, &clock.when(refund.asked_at));
    let decided = refund.decided_by.as_deref().zip(refund.decided_at).map(|(who, at)| {
        let when = clock.when(at);
        if refund.state == RefundState::Refused {
            texts::refused_by(who, &when)
        } else {
            texts::agreed_by(who, &when)
        }
    });
    let of = refund
        .receipt
        .as_ref()
        .map_or_else(|| texts::of_kept().to_owned(), |receipt| texts::of_payment(receipt));
    let household = payments_office::household(&refund.code);
    view! {
        <article class="c-card" data-gap="" data-testid="refund" data-state=refund.state.as_str()>
            <div>
                <div class="p-headline">
                    <h3 class="c-card__title">{match deciding {
                        Some(_) => view! { <a class="c-button" data-kind="plain" data-edge="start" href=format!("/office/payments/households/{}", refund.household_id)>{icon("household")} {household}</a> }.into_any(),
                        None => of.clone().into_any(),
                    }}</h3>
                    <strong class="p-amount">{amount(refund.minor, &refund.currency)}</strong>
                </div>
                {deciding.is_some().then(|| view! { <p class="t-soft t-small">{of}</p> })}
                <p class="t-soft t-small">{if refund.booked_wrongly { texts::booked_wrongly().to_owned() } else { texts::way(way_word(refund.way)) }}</p>
            </div>
            <p class="p-said" data-testid="reason">{refund.reason.clone()}</p>
            {state_tag(refund)}
            <div class="t-soft t-small"><p>{asked}</p> {decided.map(|decided| view! { <p data-testid="decided-by">{decided}</p> })}</div>
            {what_now(refund).map(|text| view! { <p data-testid="what-now">{text}</p> })}
            {deciding.map(|deciding| actions(refund, deciding))}
        </article>
    }
    .into_any()
}

/// Why nobody here decides now.
fn what_now(refund: &Refund) -> Option<&'static str> {
    match refund.state {
        RefundState::Asked if !refund.may_decide => Some(texts::yours()),
        RefundState::Going => Some(texts::going_text()),
        RefundState::Failed => Some(texts::failed_text()),
        _ => None,
    }
}

fn state_tag(refund: &Refund) -> AnyView {
    let (tone, symbol, word) = match refund.state {
        RefundState::Asked => ("amber", "clock", texts::state_asked()),
        RefundState::Going | RefundState::Other => ("amber", "wait", texts::state_going()),
        RefundState::Done if refund.booked_wrongly => ("jade", "ok", texts::state_taken_back()),
        RefundState::Done => ("jade", "ok", texts::state_done()),
        RefundState::Refused => ("blue", "close", texts::state_refused()),
        RefundState::Failed => ("red", "fail", texts::state_failed()),
    };
    view! { <span><span class="c-tag" data-tone=tone>{icon(symbol)} {word}</span></span> }.into_any()
}

/// What is being decided on the page.
#[derive(Clone, Copy)]
pub(super) struct Deciding {
    app: App,
    of: RwSignal<Option<Refund>>,
    back: RwSignal<bool>,
    wrong: RwSignal<bool>,
    no: RwSignal<bool>,
    act: Act,
    again: Callback<()>,
}

impl Deciding {
    /// Nothing yet; `again` is called once something was decided, by the person or by somebody else.
    fn new(again: Callback<()>) -> Self {
        let [back, wrong, no] = [(); 3].map(|()| RwSignal::new(false));
        let this = Self { app: app(), of: RwSignal::new(None), back, wrong, no, act: Act::new(), again };
        Effect::new(move |_| {
            if this.act.error.with(|error| error.as_ref().is_some_and(|error| error.code == Code::Conflict)) {
                this.again.run(());
            }
        });
        this
    }

    fn ask(self, refund: Refund, open: RwSignal<bool>) {
        if !self.act.busy.get_untracked() {
            self.act.error.set(None);
            self.of.set(Some(refund));
            open.set(true);
        }
    }

    /// Decides. The same once more, after a lost answer, is the same.
    fn put(self, goes_back: bool) {
        let Some(id) = self.of.with_untracked(|of| of.as_ref().map(|of| of.id)) else { return };
        self.act.run::<RefundDecide>(DecideOnRefund { id, goes_back }, move |refund| {
            self.app.tell(match refund.state {
                RefundState::Refused => texts::told_refused().to_owned(),
                RefundState::Failed => texts::failed_text().to_owned(),
                RefundState::Going => texts::going_text().to_owned(),
                _ if refund.booked_wrongly => texts::told_taken_back().to_owned(),
                _ => texts::told_done(&amount(refund.minor, &refund.currency)),
            });
            self.again.run(());
        });
    }
}

/// What is asked once more before money moves.
fn questions(this: Deciding) -> AnyView {
    let about = move |say: fn(&Refund) -> String| {
        Signal::derive(move || this.of.with(|of| of.as_ref().map(say).unwrap_or_default()))
    };
    let title = about(|of| {
        texts::confirm_title(&amount(of.minor, &of.currency), &payments_office::household(&of.code))
    });
    let wrong_title = about(|of| {
        texts::confirm_wrongly(&amount(of.minor, &of.currency), &payments_office::household(&of.code))
    });
    let text = about(|of| {
        let then = if of.payment_id.is_some() { texts::then_payment() } else { texts::then_kept() };
        format!("{} {then}", how(of.way, of.booked_wrongly))
    });
    let no_title = about(|of| {
        texts::refuse_title(&amount(of.minor, &of.currency), &payments_office::household(&of.code))
    });
    view! {
        <Confirm open=this.back id="confirm-refund" title=title text=text confirm=texts::give() then=Callback::new(move |()| this.put(true)) danger=false />
        <Confirm open=this.wrong id="confirm-wrongly" title=wrong_title text=text confirm=texts::take_out() then=Callback::new(move |()| this.put(true)) danger=false />
        <Confirm open=this.no id="confirm-refusal" title=no_title text=texts::refuse_text() confirm=texts::refuse() then=Callback::new(move |()| this.put(false)) />
    }
    .into_any()
}

/// How the money gets to the household, or that it does not.
pub(super) fn how(way: Way, booked_wrongly: bool) -> &'static str {
    match way {
        _ if booked_wrongly => texts::how_wrongly(),
        Way::Card => texts::how_card(),
        Way::Counter => texts::how_counter(),
        Way::Balance => texts::how_balance(),
        Way::Transfer | Way::Other => texts::how_transfer(),
    }
}

fn actions(refund: &Refund, this: Deciding) -> AnyView {
    let id = refund.id;
    let is_this = move || this.of.with(|of| of.as_ref().is_some_and(|of| of.id == id));
    let trouble = move || {
        let error = this.act.error.get().filter(|_| is_this())?;
        Some(match error.code {
            Code::Conflict => warning("warn", texts::conflict(), texts::conflict_text()),
            code if is_unknown(code) => {
                warning("wait", payments_office::take_unknown(), payments_office::take_unknown_text())
            }
            _ => error_state(&error, None),
        })
    };
    let refund = StoredValue::new(refund.clone());
    let (may_decide, state) = refund.with_value(|refund| (refund.may_decide, refund.state));
    let (give, question) = if refund.with_value(|refund| refund.booked_wrongly) {
        (texts::take_out(), this.wrong)
    } else {
        (texts::give(), this.back)
    };
    let busy = move || (this.act.busy.get() && is_this()).then_some("true");
    view! {
        {trouble}
        {may_decide.then(|| view! {
            <div class="l-row">
                <button type="button" class="c-button" data-kind="quiet" data-testid="give-back" aria-busy=busy on:click=move |_| this.ask(refund.get_value(), question)>{icon("ok")} {give}</button>
                <button type="button" class="c-button" data-kind="plain" data-testid="refuse" on:click=move |_| this.ask(refund.get_value(), this.no)>{icon("close")} {texts::refuse()}</button>
            </div>
        })}
        {(state == RefundState::Going).then(|| view! {
            <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="look-again" on:click=move |_| this.again.run(())>{icon("refresh")} {texts::look_again()}</button></div>
        })}
    }
    .into_any()
}

/// What went otherwise than asked, and what to do.
pub(super) fn warning(symbol: &'static str, title: &'static str, text: &'static str) -> AnyView {
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="refund-trouble">
            {icon(symbol)}
            <div><p class="c-banner__title">{title}</p> <p>{text}</p></div>
        </div>
    }
    .into_any()
}
