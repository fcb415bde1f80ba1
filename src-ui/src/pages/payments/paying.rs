//! Paying: which bills, how much and how, on one page; what comes of it stands on [`super::made`].

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use linli_wire::{
    Code, WireError,
    command::{Command, Empty, PayBills, PayByCard, PayFromBalance, PaymentsGet, Topic},
    id::{BillId, HouseholdId, OpId, PaymentId},
    payments::{Bill, HouseholdView, MAX_BILLS_AT_ONCE, PaymentWays, Way},
    typed::{Typed, TypedPlace},
};
use serde::{Deserialize, Serialize};

use super::{
    list::to_list,
    pay::{Try, is_unknown, unknown},
};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        choice::{Choice, choices},
        empty_state::empty_state,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::{amount, month, read_money, typed_price},
    ipc::{self, Answer},
    state::app,
    typing,
    words::{common, payments as texts},
};

/// What somebody has chosen; it stays when the page is built anew.
#[derive(Clone, Copy)]
struct Chosen {
    /// None before the page knows what is owed.
    bills: RwSignal<Option<Vec<BillId>>>,
    typed: RwSignal<String>,
    way: RwSignal<Option<Way>>,
    wrong: RwSignal<Option<String>>,
}

/// What was asked for, as it is kept until it is answered.
#[derive(Serialize, Deserialize)]
struct Unanswered {
    attempt: OpId,
    bills: Vec<BillId>,
    amount: String,
    way: Way,
}

impl Chosen {
    fn forget(self) {
        self.bills.set(None);
        self.typed.set(String::new());
    }

    /// Itself as a try has it kept.
    fn typed(self, attempt: OpId) -> Typed {
        let unanswered = Unanswered {
            attempt,
            bills: self.bills.get().unwrap_or_default(),
            amount: self.typed.get(),
            way: self.way.get().unwrap_or(Way::Card),
        };
        Typed { form: serde_json::to_string(&unanswered).unwrap_or_default(), ..Typed::default() }
    }

    /// Takes up a try that nobody answered before the page was left.
    fn take_up(self, before: &Typed, attempt: Try) {
        if let Ok(before) = serde_json::from_str::<Unanswered>(&before.form) {
            self.bills.set(Some(before.bills));
            self.typed.set(before.amount);
            self.way.set(Some(before.way));
            attempt.take_up(before.attempt);
        }
    }
}

/// The bills of the household that the address names.
#[component]
pub fn PayPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<HouseholdId>().ok());
    let wanted = use_query_map().with_untracked(|query| query.get("bill")?.parse::<BillId>().ok());
    let Some(id) = id else { return lost() };
    let app = app();
    let asked = ipc::ask::<PaymentsGet>(&[Topic::Payments, Topic::Community], || Empty {});
    let chosen = Chosen {
        bills: app.kept(format!("pay bills {id}"), || wanted.map(|bill| vec![bill])),
        typed: app.kept(format!("pay amount {id}"), String::new),
        way: app.kept(format!("pay way {id}"), || None),
        wrong: RwSignal::new(None),
    };
    let attempt = Try::kept(&format!("pay {id}"));
    let now = Memo::new(move |_| attempt.id().map(|id| chosen.typed(id)).unwrap_or_default());
    typing::remember(TypedPlace::Pay { id }, now, move |before| chosen.take_up(&before, attempt));
    let back = wanted.map_or_else(to_list, |bill| (format!("/payments/{bill}"), texts::title().to_owned()));
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::pay_title() back=back />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => match view.households.iter().find(|household| household.id == id) {
                    Some(household) => page(household, &view.ways, chosen, attempt),
                    None => lost(),
                },
            }}
        </div>
    }
    .into_any()
}

fn lost() -> AnyView {
    error_state(&WireError::new(Code::NotFound, "no such household"), None)
}

fn page(household: &HouseholdView, ways: &PaymentWays, chosen: Chosen, attempt: Try) -> AnyView {
    let known: Vec<PaymentId> = household.payments.iter().map(|payment| payment.id).collect();
    let go = use_navigate();
    attempt.until(
        move |id| known.contains(&PaymentId(id.0)),
        move |id| {
            chosen.forget();
            go(&format!("/payments/made/{id}"), Default::default());
        },
    );
    let mut due: Vec<Bill> = household.bills.iter().filter(|bill| bill.owed > 0).cloned().collect();
    due.sort_by(|one, other| (&one.due_on, &one.number).cmp(&(&other.due_on, &other.number)));
    // The oldest, as many as the server takes at once.
    due.truncate(MAX_BILLS_AT_ONCE);
    if due.is_empty() {
        return empty_state("ok", texts::nothing_owed(), texts::nothing_owed_text(), None);
    }
    let offered: Vec<Way> = [ways.card.then_some(Way::Card), (household.kept > 0).then_some(Way::Balance)]
        .into_iter()
        .flatten()
        .collect();
    let Some(first) = offered.first().copied() else {
        return empty_state("pay", texts::pay_elsewhere(), texts::pay_elsewhere_text(), None);
    };
    if chosen.way.with_untracked(|way| way.is_none_or(|way| !offered.contains(&way))) {
        chosen.way.set(Some(first));
    }
    let form =
        Form { due: StoredValue::new(due), household: StoredValue::new(household.clone()), chosen, attempt };
    form.begin();
    let payee = payee(ways);
    let whose = household.lets.as_ref().map(|relative| texts::of_household(&relative.household));
    let act = attempt.act;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.pay();
    };
    let again = Callback::new(move |()| form.pay());
    view! {
        <form class="c-form" novalidate on:submit=submit>
            {form.bills()}
            <Field id="pay-amount" label=texts::pay_how_much() help=texts::pay_part_help() value=chosen.typed error=chosen.wrong />
            {form.ways(&offered)}
            <section class="c-card" data-gap="" data-testid="pay-summary">
                <h2 class="c-card__title">{texts::pay_check()}</h2>
                <dl class="p-transfer">
                    {whose.map(|name| view! { <div><dt>{texts::pay_whose()}</dt> <dd data-testid="pay-whose">{name}</dd></div> })}
                    <div><dt>{texts::amount()}</dt> <dd class="p-sum" data-testid="pay-sum">{move || form.sum()}</dd></div>
                    <div><dt>{texts::holder()}</dt> <dd>{payee}</dd></div>
                    <div><dt>{texts::pay_for()}</dt> <dd>{move || form.names()}</dd></div>
                    <div><dt>{texts::pay_how()}</dt> <dd>{move || form.how()}</dd></div>
                </dl>
                {move || act.error.get().map(|error| match error.code {
                    code if is_unknown(code) => unknown(again),
                    // The rest is looked at before it is asked.
                    Code::InvalidInput => banner("waiting", "warn", None, texts::pay_card_rounder().to_owned()),
                    _ => error_state(&error, None),
                })}
                <button type="submit" class="c-button" data-kind="primary" data-width="full" data-testid="pay" aria-busy=act.aria_busy()>{icon("pay")} {move || form.word()}</button>
                <p class="t-soft t-small">{texts::needs_network()}</p>
            </section>
        </form>
    }
    .into_any()
}

/// Whom the money goes to: the holder of the community's account, or the community.
pub(super) fn payee(ways: &PaymentWays) -> String {
    let app = app();
    let holder = ways.bank.as_ref().map(|bank| bank.holder.clone());
    let community = || {
        app.with_me_untracked(|me| me.community.name.in_language(&app.language()).to_owned())
            .unwrap_or_default()
    };
    holder.unwrap_or_else(community)
}

/// What is owed, and what was chosen of it.
#[derive(Clone, Copy)]
struct Form {
    due: StoredValue<Vec<Bill>>,
    household: StoredValue<HouseholdView>,
    chosen: Chosen,
    attempt: Try,
}

impl Form {
    /// All bills, and all of them, where nothing was chosen yet; bills that were paid meanwhile are left out.
    fn begin(self) {
        let due = self.due.with_value(|due| due.iter().map(|bill| bill.id).collect::<Vec<_>>());
        let before = self.chosen.bills.get_untracked();
        let mut now = before.clone().unwrap_or_else(|| due.clone());
        now.retain(|bill| due.contains(bill));
        if now.is_empty() {
            now = due;
        }
        let is_new = before.as_ref() != Some(&now) || self.chosen.typed.with_untracked(String::is_empty);
        self.chosen.bills.set(Some(now));
        if is_new {
            self.all_of_it();
        }
    }

    /// The bills that are chosen, oldest first.
    fn picked(self) -> Vec<Bill> {
        let picked = self.chosen.bills.get().unwrap_or_default();
        self.due.with_value(|due| due.iter().filter(|bill| picked.contains(&bill.id)).cloned().collect())
    }

    fn owed(self) -> i64 {
        self.picked().iter().map(|bill| bill.owed).sum()
    }

    fn all_of_it(self) {
        self.chosen.wrong.set(None);
        let owed = untrack(move || self.owed());
        self.chosen.typed.set(typed_price(owed.saturating_mul(10_000), &self.currency()));
    }

    fn currency(self) -> String {
        self.household.with_value(|household| household.currency.clone())
    }

    fn money(self, minor: i64) -> String {
        amount(minor, &self.currency())
    }

    fn kept(self) -> i64 {
        self.household.with_value(|household| household.kept)
    }

    fn minor(self) -> Option<i64> {
        self.chosen.typed.with(|typed| read_money(typed, &self.currency())).map(|money| money.minor)
    }

    fn sum(self) -> String {
        self.minor().map_or_else(|| "–".to_owned(), |minor| self.money(minor))
    }

    fn names(self) -> String {
        let names: Vec<String> = self.picked().iter().map(named).collect();
        names.join(common::list_comma())
    }

    fn how(self) -> String {
        match self.chosen.way.get() {
            Some(Way::Balance) => texts::way_balance().to_owned(),
            _ => texts::way_card().to_owned(),
        }
    }

    fn word(self) -> String {
        match (self.minor(), self.owed()) {
            (Some(minor), owed) if minor == owed => texts::pay_amount(&self.money(minor)),
            (Some(minor), owed) if minor < owed => texts::pay_part_amount(&self.money(minor)),
            _ => texts::confirm_pay().to_owned(),
        }
    }

    fn bills(self) -> AnyView {
        let due = self.due.get_value();
        let [one] = due.as_slice() else {
            let rows = due.iter().map(|bill| self.bill(bill)).collect_view();
            return view! {
                <fieldset class="c-choices" id="pay-bills">
                    <legend>{texts::pay_what()}</legend>
                    <ul class="c-card p-picks" role="list">{rows}</ul>
                </fieldset>
            }
            .into_any();
        };
        view! {
            <section class="c-card">
                <p class="p-headline"><span class="c-row__title">{named(one)}</span> <strong class="p-amount">{self.money(one.owed)}</strong></p>
                <p class="t-soft t-small">{texts::bill_number(&one.number)}</p>
            </section>
        }
        .into_any()
    }

    fn bill(self, bill: &Bill) -> AnyView {
        let id = bill.id;
        let checked =
            move || self.chosen.bills.with(|bills| bills.as_ref().is_some_and(|bills| bills.contains(&id)));
        let change = move |_| {
            self.chosen.bills.update(|bills| {
                let bills = bills.get_or_insert_default();
                match bills.iter().position(|other| *other == id) {
                    Some(at) => drop(bills.remove(at)),
                    None => bills.push(id),
                }
            });
            self.all_of_it();
        };
        let day = app().clock().day(&bill.due_on);
        view! {
            <li><label class="p-pick">
                <input type="checkbox" prop:checked=checked on:change=change data-testid="pay-bill" />
                <span class="c-row__body">
                    <span class="p-headline"><span>{named(bill)}</span> <strong class="p-amount">{self.money(bill.owed)}</strong></span>
                    <span class="c-row__meta">{texts::due_by(&day)}</span>
                </span>
            </label></li>
        }
        .into_any()
    }

    fn ways(self, offered: &[Way]) -> AnyView {
        let options = offered.iter().map(|way| match way {
            Way::Balance => Choice::new(*way, texts::from_balance(), "way-balance")
                .help(texts::from_balance_text(&self.money(self.kept()))),
            _ => Choice::new(*way, texts::way_card(), "way-card").help(texts::card_help()),
        });
        let way = Signal::derive(move || self.chosen.way.get().unwrap_or(Way::Card));
        let choose = Callback::new(move |way| self.chosen.way.set(Some(way)));
        choices("pay-way", texts::pay_how(), true, None, way, options.collect(), choose)
    }

    /// What does not fit, in words.
    fn trouble(self, minor: Option<i64>) -> Option<String> {
        let owed = self.owed();
        let Some(minor) = minor.filter(|minor| *minor > 0) else {
            return Some(texts::pay_wrong().to_owned());
        };
        if owed == 0 {
            return Some(texts::pay_none().to_owned());
        }
        if minor > owed {
            return Some(texts::pay_too_much(&self.money(owed)));
        }
        let is_short = self.chosen.way.get() == Some(Way::Balance) && minor > self.kept();
        is_short.then(|| texts::pay_kept_less(&self.money(self.kept())))
    }

    fn pay(self) {
        let (minor, trouble) = untrack(move || {
            let minor = self.minor();
            (minor, self.trouble(minor))
        });
        self.chosen.wrong.set(trouble.clone());
        let Some(minor) = minor.filter(|_| trouble.is_none()) else { return focus_field("pay-amount") };
        let household_id = self.household.with_value(|household| household.id);
        let bills = untrack(move || self.picked()).iter().map(|bill| bill.id).collect();
        let request = move |attempt| PayBills { attempt, household_id, bills, minor };
        let go = use_navigate();
        let made = move |id: PaymentId| go(&format!("/payments/made/{id}"), Default::default());
        if untrack(move || self.chosen.way.get()) == Some(Way::Balance) {
            self.run::<PayFromBalance>(request, move |payment| made(payment.id));
        } else {
            self.run::<PayByCard>(request, move |page| made(page.payment.id));
        }
    }

    fn run<C: Command<Request = PayBills>>(
        self,
        request: impl FnOnce(OpId) -> PayBills + 'static,
        done: impl FnOnce(C::Reply) + 'static,
    ) where
        C::Reply: 'static,
    {
        let chosen = self.chosen;
        let place = TypedPlace::Pay { id: self.household.with_value(|household| household.id) };
        let typed = move |id| untrack(move || chosen.typed(id));
        self.attempt.run_kept::<C>(place, typed, request, move |reply| {
            chosen.forget();
            done(reply);
        });
    }
}

fn named(bill: &Bill) -> String {
    texts::bill_of(&month(&bill.month.to_string(), true))
}
