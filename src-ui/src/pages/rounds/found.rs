//! What was found at a point: as the community has it, as it waits, and after somebody else was faster.

use leptos::prelude::*;
use linli_wire::{
    command::{OpKey, OutboxDiscard, PointForget},
    id::RepairId,
    outbox::PendingState,
    rounds::{CheckAnswer, PointForm, PointKey, PointView},
};

use super::said::{found_tag, tag};
use crate::{
    components::{
        error_state::error_details,
        icon::icon,
        pending::{pending_actions, pending_mark},
    },
    pages::repairs::gallery,
    state::app,
    words::{self, repairs, rounds as texts},
};

/// What was found, when, by whom, and the repair that came of it.
pub(super) fn told(point: &PointView) -> AnyView {
    let Some(result) = &point.result else { return ().into_any() };
    let who = texts::inspected_by(&result.by.name, &app().clock().when(result.at));
    view! {
        <section class="l-stack" data-testid="result">
            <div>
                <p>{who}</p>
                <p class="c-row__tags">{scanned_tag(result.scanned)}</p>
            </div>
            {answers(point, &result.answers)}
            {repair_link(result.repair_id)}
        </section>
    }
    .into_any()
}

/// What was found here and is on its way, or could not be sent.
pub(super) fn waiting(point: &PointView) -> AnyView {
    let Some(waiting) = &point.waiting else { return ().into_any() };
    let details = match &waiting.pending.state {
        PendingState::Stuck { error } => {
            Some(view! { <p class="t-soft t-small">{words::trouble(error).1}</p> {error_details(error)} })
        }
        _ => None,
    };
    view! {
        <section class="c-card" data-gap="" data-tone="sunk" data-testid="waiting">
            <p class="c-row__tags">{scanned_tag(waiting.form.scanned)}</p>
            {typed(point, &waiting.form)}
            {pending_mark(&waiting.pending.state)}
            {details}
            {repair_link(waiting.repair_id)}
            <div class="l-row">{pending_actions(&waiting.pending)}</div>
        </section>
    }
    .into_any()
}

/// Somebody else was faster: what they found, and what was typed here, to be given up or reported.
pub(super) fn lost(point: &PointView) -> AnyView {
    let app = app();
    let Some(waiting) = &point.waiting else { return told(point) };
    let key = OpKey { id: waiting.pending.op_id };
    let discard = Callback::new(move |()| app.run::<OutboxDiscard>(key, |_| ()));
    beside(point, &waiting.form, discard)
}

/// Somebody else's result came in while this was being filled in.
pub(super) fn overtaken(key: PointKey, point: &PointView) -> AnyView {
    let app = app();
    let Some(form) = &point.draft else { return told(point) };
    let discard = Callback::new(move |()| app.run::<PointForget>(key, |_| ()));
    beside(point, form, discard)
}

fn beside(point: &PointView, form: &PointForm, discard: Callback<()>) -> AnyView {
    let failed = form.answers.iter().any(|answer| answer.found.is_failed());
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="conflict">
            {icon("people")}
            <div><p class="c-banner__title">{texts::faster()}</p> <p>{texts::faster_text()}</p></div>
        </div>
        {told(point)}
        <section class="c-card" data-gap="" data-tone="sunk" data-testid="waiting">
            <h2>{texts::yours()}</h2>
            {typed(point, form)}
            <div class="l-row">
                {failed.then(|| view! { <a class="c-button" data-kind="quiet" href="/repairs/new">{icon("tool")} {repairs::report()}</a> })}
                <button type="button" class="c-button" data-kind="plain" data-testid="discard-write" on:click=move |_| discard.run(())>{icon("trash")} {words::common::discard()}</button>
            </div>
        </section>
    }
    .into_any()
}

fn typed(point: &PointView, form: &PointForm) -> AnyView {
    view! { {answers(point, &form.answers)} {gallery(&form.photos, repairs::photo_of())} }.into_any()
}

fn answers(point: &PointView, answers: &[CheckAnswer]) -> AnyView {
    let rows = answers.iter().map(|answer| {
        let check = point.checks.iter().find(|check| check.number == answer.number);
        let words = check.map(|check| check.words.clone()).unwrap_or_default();
        let said = answer.found.words().to_owned();
        view! {
            <li class="p-found">
                <p class="t-strong">{words}</p>
                <p class="c-row__tags">{found_tag(&answer.found)}</p>
                {(!said.is_empty()).then(|| view! { <p class="p-event__words">{said}</p> })}
            </li>
        }
    });
    view! { <ul class="p-checks" role="list">{rows.collect_view()}</ul> }.into_any()
}

fn scanned_tag(scanned: bool) -> AnyView {
    if scanned {
        tag("jade", "qr", texts::scanned().to_owned())
    } else {
        tag("", "eye-off", texts::not_scanned().to_owned())
    }
}

fn repair_link(id: Option<RepairId>) -> Option<AnyView> {
    id.map(|id| {
        view! { <a class="c-button" data-kind="quiet" href=format!("/office/repairs/{id}") data-testid="found-repair">{icon("tool")} {texts::to_repair()}</a> }
            .into_any()
    })
}
