//! States, urgencies and acts in words, each with its symbol and tone.

use leptos::prelude::*;
use linli_wire::repairs::{Promise, RepairNeed, RepairRow, RepairState, Slot, Urgency};

use crate::{
    components::icon::icon,
    state::app,
    words::{repair_states as states, repairs as texts},
};

/// A state as a tag says it, in a word or two.
pub(super) fn state_word(state: RepairState) -> &'static str {
    match state {
        RepairState::Reported => states::reported(),
        RepairState::Assigned => states::assigned(),
        RepairState::Accepted => states::accepted(),
        RepairState::Quoted => states::quoted(),
        RepairState::Paused => states::paused(),
        RepairState::Done => states::done(),
        RepairState::Reopened => states::reopened(),
        RepairState::Disputed => states::disputed(),
        RepairState::Fixed => states::fixed(),
        RepairState::Refused => states::refused(),
        RepairState::Unfixed => states::unfixed(),
        RepairState::Withdrawn => states::withdrawn(),
        RepairState::Merged => states::merged(),
        RepairState::Unknown => states::unknown(),
    }
}

/// What a state means and what comes next.
pub(super) fn state_sentence(state: RepairState) -> &'static str {
    match state {
        RepairState::Reported => states::reported_text(),
        RepairState::Assigned => states::assigned_text(),
        RepairState::Accepted => states::accepted_text(),
        RepairState::Quoted => states::quoted_text(),
        RepairState::Paused => states::paused_text(),
        RepairState::Done => states::done_text(),
        RepairState::Reopened => states::reopened_text(),
        RepairState::Disputed => states::disputed_text(),
        RepairState::Fixed => states::fixed_text(),
        RepairState::Refused => states::refused_text(),
        RepairState::Unfixed => states::unfixed_text(),
        RepairState::Withdrawn => states::withdrawn_text(),
        RepairState::Merged => states::merged_text(),
        RepairState::Unknown => states::unknown_text(),
    }
}

/// The state as a tag.
pub(super) fn state_tag(state: RepairState) -> AnyView {
    let (tone, symbol) = match state {
        RepairState::Reported => ("", "wait"),
        RepairState::Assigned => ("blue", "me"),
        RepairState::Accepted => ("blue", "tool"),
        RepairState::Quoted => ("amber", "pay"),
        RepairState::Paused => ("amber", "clock"),
        RepairState::Done => ("jade", "help"),
        RepairState::Reopened | RepairState::Disputed => ("amber", "warn"),
        RepairState::Fixed => ("jade", "ok"),
        RepairState::Refused | RepairState::Unfixed => ("", "close"),
        RepairState::Withdrawn => ("", "back"),
        RepairState::Merged => ("", "copy"),
        RepairState::Unknown => ("", "info"),
    };
    view! { <span class="c-tag" data-tone=tone data-testid="state" data-state=state.as_str()>{icon(symbol)} {state_word(state)}</span> }.into_any()
}

/// How urgent, in a word.
pub fn urgency_word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Emergency => texts::emergency(),
        Urgency::Urgent => texts::urgent(),
        Urgency::Normal => texts::normal(),
    }
}

/// What is out of the ordinary: urgency, lateness.
pub(super) fn alarm_tags(row: &RepairRow) -> AnyView {
    let urgency = match row.urgency {
        Urgency::Emergency => Some(("red", "warn")),
        Urgency::Urgent => Some(("amber", "clock")),
        Urgency::Normal => None,
    };
    let word = urgency_word(row.urgency);
    view! {
        {urgency.map(|(tone, symbol)| view! { <span class="c-tag" data-tone=tone>{icon(symbol)} {word}</span> })}
        {row.overdue.then(|| view! { <span class="c-tag" data-tone="amber">{icon("history")} {texts::overdue()}</span> })}
    }
    .into_any()
}

/// What the person is asked for.
pub(super) fn need_word(need: RepairNeed) -> &'static str {
    match need {
        RepairNeed::Visit => texts::need_visit(),
        RepairNeed::Quote => texts::need_quote(),
        RepairNeed::Confirm => texts::need_confirm(),
        RepairNeed::Rate => texts::need_rate(),
    }
}

/// The promised time, and whether it is kept.
pub(super) fn promise_words(promise: Promise, overdue: bool) -> String {
    let by = app().clock().when(promise.by);
    match promise.kept {
        Some(true) => texts::promise_kept(&by),
        Some(false) => texts::promise_not_kept(&by),
        None if overdue => texts::promise_late(&by),
        None => texts::promise(&by),
    }
}

/// A stretch of time.
pub(super) fn slot_words(slot: Slot) -> String {
    app().clock().slot(slot.from, slot.until)
}

/// Where, in words; a home of which this device knows nothing is somebody's home.
pub(super) fn place_words(name: &str) -> String {
    if name.is_empty() { texts::a_home().to_owned() } else { name.to_owned() }
}
