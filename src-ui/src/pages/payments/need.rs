//! For Home: what is to be paid.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, PaymentsGet, Topic},
    payments::PaymentsView,
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

fn owed(view: &PaymentsView) -> Option<Owed> {
    let today = app().clock().today();
    let currency = view.households.first()?.currency.clone();
    let mut all = Owed { owed: 0, overdue: 0, bills: 0, next: None, currency };
    for bill in view.households.iter().flat_map(|household| &household.bills).filter(|bill| bill.owed > 0) {
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
        let owed = asked.with(|view| view.and_then(owed))?;
        let (symbol, tone) = if owed.overdue > 0 { ("warn", "red") } else { ("pay", "amber") };
        let mut note = vec![texts::home_bills(owed.bills)];
        if owed.overdue > 0 {
            note.push(texts::home_overdue(&amount(owed.overdue, &owed.currency)));
        } else if let Some(next) = &owed.next {
            note.push(texts::due_by(&app().clock().day(next)));
        }
        Some(
            view! {
                <a class="c-card" data-link="" href="/payments" data-testid="bills-due">
                    <div class="c-card__line">
                        {icon_on_ground(symbol, tone)}
                        <div><h3 class="c-card__title">{texts::home_due(&amount(owed.owed, &owed.currency))}</h3> <p class="t-soft t-small">{note.join("\u{a0}· ")}</p></div>
                        {icon("chevron-right")}
                    </div>
                </a>
            }
            .into_any(),
        )
    }
}

/// What the tile of Simple mode says under its name.
pub fn tile_note() -> AnyView {
    let asked = ask();
    (move || {
        let owed = asked.with(|view| view.and_then(owed));
        owed.map_or_else(
            || texts::tile_nothing().to_owned(),
            |owed| texts::tile_owed(&amount(owed.owed, &owed.currency)),
        )
    })
    .into_any()
}
