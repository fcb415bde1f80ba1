//! States and findings in words, each with its symbol and tone.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    rounds::{Found, Interval, IntervalUnit, PointView, RoundRow, RoundState},
};

use crate::{
    components::icon::icon,
    format,
    state::app,
    words::{round_plans as plans, rounds as texts},
};

/// A tag.
pub(super) fn tag(tone: &'static str, symbol: &'static str, word: String) -> AnyView {
    view! { <span class="c-tag" data-tone=tone>{icon(symbol)} {word}</span> }.into_any()
}

/// Where a point is, unless its name says so.
pub(super) fn elsewhere(point: &PointView) -> Option<String> {
    (point.place_name != point.name && !point.place_name.is_empty()).then(|| point.place_name.clone())
}

/// Where a round stands, what was not in order, and where nobody scanned a label.
pub(super) fn tags(row: &RoundRow) -> AnyView {
    let state = match row.state {
        RoundState::Open if is_over(row) => ("amber", "warn", texts::overdue()),
        RoundState::Open => ("blue", "clock", texts::due()),
        RoundState::Done => ("jade", "ok", texts::done()),
        RoundState::Missed => ("amber", "warn", texts::missed()),
        RoundState::Unknown => ("", "info", texts::unknown()),
    };
    view! {
        {tag(state.0, state.1, state.2.to_owned())}
        {(row.failed > 0).then(|| tag("amber", "tool", texts::failed_points(row.failed)))}
        {(row.unscanned > 0).then(|| tag("", "eye-off", texts::unscanned_points(row.unscanned)))}
    }
    .into_any()
}

/// Whether its time is up, by the device's clock: the server says so a little later.
pub(super) fn is_over(row: &RoundRow) -> bool {
    row.until <= format::now()
}

/// Until when it is to be walked: its last day.
pub(super) fn until_words(row: &RoundRow) -> String {
    texts::until(&app().clock().date(row.until.plus_millis(-1)))
}

/// What was found at a check.
pub(super) fn found_tag(found: &Found) -> AnyView {
    match found {
        Found::Fine => tag("jade", "ok", texts::fine().to_owned()),
        Found::Failed { .. } => tag("amber", "warn", texts::failed().to_owned()),
        Found::NotPossible { .. } => tag("", "eye-off", texts::not_possible().to_owned()),
    }
}

/// How often a plan falls due.
pub(super) fn every_words(every: Interval) -> String {
    let count = u32::from(every.count);
    match every.unit {
        IntervalUnit::Days => plans::every_days(count),
        IntervalUnit::Weeks => plans::every_weeks(count),
        IntervalUnit::Months => plans::every_months(count),
    }
}

/// A day such as `2026-11-30` as people read it.
pub(super) fn day_words(day: &str) -> String {
    let clock = app().clock();
    let at: Option<Timestamp> = format::from_local_input(&format!("{day}T12:00"), &clock.zone);
    at.map_or_else(|| day.to_owned(), |at| clock.date(at))
}
