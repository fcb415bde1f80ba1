//! For Home: what is to be paid.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, PaymentsGet, Topic},
    payments::{HouseholdView, PaymentsView},
};

use crate::{
    components::icon::{icon, icon_on_ground},
    format::amount,
    ipc::{self, Asked},
    state::app,
    words::payments as texts,
};

/// What is owed, of that overdue, of how many bills, until when the next one is due, and in which currency.
struct Owed {
    owed: i64,
    overdue: i64,
    bills: u32,
    next: Option<String>,
    currency: String,
}

/// Of the person's own; nothing where nothing is.
fn owed(view: &PaymentsView) -> Option<Owed> {
    of(view.households.iter().filter(|household| household.lets.is_none()))
}

/// Of each household that lets the person pay, under the name that neighbours know.
fn owed_for(view: &PaymentsView) -> Vec<(String, Owed)> {
    let others = view.households.iter().filter_map(|household| Some((household.lets.as_ref()?, household)));
    others.filter_map(|(relative, of_it)| Some((relative.household.clone(), of([of_it])?))).collect()
}

fn of<'a>(households: impl IntoIterator<Item = &'a HouseholdView>) -> Option<Owed> {
    let today = app().clock().today();
    let mut all = Owed { owed: 0, overdue: 0, bills: 0, next: None, currency: String::new() };
    for (household, bill) in households.into_iter().flat_map(|of| of.bills.iter().map(move |bill| (of, bill)))
    {
        if bill.owed <= 0 {
            continue;
        }
        all.currency.clone_from(&household.currency);
        all.owed += bill.owed;
        all.bills += 1;
        if bill.due_on < today {
            all.overdue += bill.owed;
        } else if all.next.as_ref().is_none_or(|next| bill.due_on < *next) {
            all.next = Some(bill.due_on.clone());
        }
    }
    (all.owed > 0).then_some(all)
}

fn ask() -> Asked<PaymentsView> {
    ipc::ask::<PaymentsGet>(&[Topic::Payments, Topic::Community], || Empty {})
}

/// A card that leads to what is to be paid; nothing where nothing is.
pub fn due_bills() -> impl Fn() -> Option<AnyView> + Copy + Send + 'static {
    let asked = ask();
    move || {
        let (own, others) = asked.with(|view| Some((owed(view?), owed_for(view?))))?;
        let own = own.map(|owed| card(texts::home_due(&amount(owed.owed, &owed.currency)), &owed));
        let others = others
            .iter()
            .map(|(name, owed)| card(texts::home_due_for(&amount(owed.owed, &owed.currency), name), owed));
        let cards: Vec<AnyView> = own.into_iter().chain(others).collect();
        (!cards.is_empty()).then(|| cards.into_any())
    }
}

fn card(title: String, owed: &Owed) -> AnyView {
    let (symbol, tone) = if owed.overdue > 0 { ("warn", "red") } else { ("pay", "amber") };
    let mut note = vec![texts::home_bills(owed.bills)];
    if owed.overdue > 0 {
        note.push(texts::home_overdue(&amount(owed.overdue, &owed.currency)));
    } else if let Some(next) = &owed.next {
        note.push(texts::due_by(&app().clock().day(next)));
    }
    view! {
                <a class="c-card" data-link="" href="/payments" data-testid="bills-due">
                    <div class="c-card__line">
                        {icon_on_ground(symbol, tone)}
                        <div><h3 class="c-card__title">{title}</h3> <p class="t-soft t-small">{note.join(" ·\u{a0}")}</p></div>
                        {icon("chevron-right")}
                    </div>
                </a>
            }
            .into_any()
}

/// What the tile of Simple mode says under its name.
pub fn tile_note() -> AnyView {
    let asked = ask();
    (move || {
        let (own, others) = asked.with(|view| (view.and_then(owed), view.map(owed_for).unwrap_or_default()));
        let own = own.map(|owed| texts::tile_owed(&amount(owed.owed, &owed.currency)));
        let other =
            others.first().map(|(name, owed)| texts::home_due_for(&amount(owed.owed, &owed.currency), name));
        own.or(other).unwrap_or_else(|| texts::tile_nothing().to_owned())
    })
    .into_any()
}
