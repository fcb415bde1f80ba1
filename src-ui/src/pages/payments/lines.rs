//! What a bill is made of, in plain words, and what is left to pay of it.

use leptos::prelude::*;
use linli_wire::payments::{Bill, BillLine, Measure};

use crate::{
    format::{amount, price, thousandths},
    state::app,
    words::payments as texts,
};

/// The lines, the total, what was taken back and paid, and what is still owed.
pub(super) fn lines(bill: &Bill) -> AnyView {
    let currency = bill.currency.clone();
    let paid: i64 = bill.paid.iter().map(|paid| paid.minor).sum();
    // What was taken back of a bill that was paid is the household's, and stands on no other line.
    let credited: i64 = bill.credits.iter().map(|credit| credit.minor).sum();
    let kept = bill.owed - (bill.total - credited - paid);
    let credits = bill.credits.iter().map(|credit| {
        let day = app().clock().day(&credit.on);
        sum(
            texts::taken_back(),
            Some(texts::taken_back_line(&day, &credit.number, &credit.reason)),
            -credit.minor,
            &currency,
            false,
        )
    });
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::what_for()}</h2></div>
            <ul class="c-list p-lines" role="list" data-testid="lines">
                {bill.lines.iter().map(|line| view! { <li>{line_row(line, &currency)}</li> }).collect_view()}
                <li>{sum(texts::total(), None, bill.total, &currency, true)}</li>
                {credits.map(|credit| view! { <li>{credit}</li> }).collect_view()}
                {(paid > 0).then(|| view! { <li>{sum(texts::paid_already(), None, -paid, &currency, false)}</li> })}
                {(kept > 0).then(|| view! { <li>{sum(texts::credit_kept(), None, kept, &currency, false)}</li> })}
                {(bill.owed != bill.total).then(|| view! { <li>{sum(texts::still_owed(), None, bill.owed, &currency, true)}</li> })}
            </ul>
        </section>
    }
    .into_any()
}

fn line_row(line: &BillLine, currency: &str) -> AnyView {
    let app = app();
    let name = line.name.in_language(&app.language()).to_owned();
    let clock = app.clock();
    let (from, until) = (clock.day(&line.from), clock.day(&line.until));
    let days =
        if line.from == line.until { texts::line_once(&from) } else { texts::line_days(&from, &until) };
    let share = line.share.map(|share| texts::share(&share.days.to_string(), &share.of.to_string()));
    let reckoned = texts::times(&quantity(line), &price(line.rate.0, currency));
    let meter = line.meter.as_ref().map(|meter| {
        texts::meter(
            &thousandths(meter.before_milli),
            &clock.day(&meter.read_on),
            &thousandths(meter.now_milli),
        )
    });
    let discount = line.discount.as_ref().map(|discount| {
        texts::discount(&amount(discount.minor, currency), discount.name.in_language(&app.language()))
    });
    let tax = (line.tax_basis_points > 0)
        .then(|| texts::tax_in_it(&amount(line.tax, currency), &percent(line.tax_basis_points)));
    let meta = [Some(days), share, Some(reckoned), meter, discount, tax].into_iter().flatten();
    view! {
        <div class="p-line">
            <span class="p-line__body">
                <span class="c-row__title">{name}</span>
                {meta.map(|text| view! { <span class="c-row__meta">{text}</span> }).collect_view()}
            </span>
            <span class="p-amount">{amount(line.total, currency)}</span>
        </div>
    }
    .into_any()
}

fn sum(title: &'static str, note: Option<String>, minor: i64, currency: &str, strong: bool) -> AnyView {
    view! {
        <div class="p-line" data-strong=strong.then_some("")>
            <span class="p-line__body"><span class="c-row__title">{title}</span> {note.map(|note| view! { <span class="c-row__meta">{note}</span> })}</span>
            <span class="p-amount">{amount(minor, currency)}</span>
        </div>
    }
    .into_any()
}

/// How much of it: `92 m²`, `4.5 m³`, `1 month`.
fn quantity(line: &BillLine) -> String {
    match &line.measure {
        Measure::SquareMetreMonths { area_milli, months: 1 } => {
            texts::square_metres(&thousandths(*area_milli))
        }
        Measure::SquareMetreMonths { area_milli, months } => {
            texts::square_metres_months(&months.to_string(), &thousandths(*area_milli))
        }
        Measure::Months => texts::months(u32::try_from(line.quantity_milli / 1000).unwrap_or(1)),
        Measure::Metered { measure } => format!("{}\u{a0}{measure}", thousandths(line.quantity_milli)),
        Measure::Once => texts::once().to_owned(),
        Measure::Other => thousandths(line.quantity_milli),
    }
}

/// Hundredths of a per cent as a number of per cents.
fn percent(basis_points: u16) -> String {
    thousandths(i64::from(basis_points) * 10)
}
