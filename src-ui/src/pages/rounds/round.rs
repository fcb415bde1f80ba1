//! A round: its points with what was found, and the button to scan the next label.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code,
    command::{RoundKey, RoundOpen, Topic},
    id::RoundId,
    outbox::PendingState,
    rounds::{Found, PointView, RoundState, RoundView},
};

use super::{
    list::to_list,
    said::{elsewhere, tag, tags, until_words},
    scan::Scan,
};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        error_state::error_state,
        icon::icon,
        page_header::back_link,
        pending::pending_mark,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, rounds as texts},
};

/// The round that the address names.
#[component]
pub fn Detail() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<RoundId>().ok());
    match id {
        Some(id) => opened(id),
        None => crate::pages::missing(),
    }
}

fn opened(id: RoundId) -> AnyView {
    let asked = ipc::ask::<RoundOpen>(&[Topic::Rounds, Topic::Outbox], move || RoundKey { id });
    let is_here = Memo::new(move |_| asked.with(|view| view.is_some()));
    let is_open = Memo::new(move |_| asked.with(|view| view.is_some_and(is_to_walk)));
    Effect::new(move |_| {
        if is_here.get() {
            request_animation_frame(|| crate::app::arrive(false));
        }
    });
    view! {
        <div class="l-page" data-width="read">
            <div class="c-page-header__back">{back_link(to_list())}</div>
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => view! { <h1 class="u-hidden">{texts::one()}</h1> {skeleton_list(4)} }.into_any(),
                Answer::Failed(error) if error.code == Code::NotFound => not_here(),
                Answer::Failed(error) => view! { <h1 tabindex="-1">{texts::one()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Answer::Ready(view) => head(&view),
            }}
            {move || is_open.get().then(|| view! { <Scan /> })}
            {move || asked.ready().map(|view| points(&view))}
        </div>
    }
    .into_any()
}

/// A round that this device has no more, or does not have yet.
pub(super) fn not_here() -> AnyView {
    view! { <h1 tabindex="-1">{texts::one()}</h1> {banner("info", "info", Some(texts::not_here().to_owned()), texts::not_here_text().to_owned())} }
        .into_any()
}

fn is_to_walk(view: &RoundView) -> bool {
    view.row.state != RoundState::Done && view.row.inspected < view.row.points
}

fn head(view: &RoundView) -> AnyView {
    let row = &view.row;
    let dates = texts::from_until(&app().clock().date(row.from), &until_words(row));
    view! {
        <header class="l-stack" data-gap="small" data-testid="round" data-state=row.state.as_str()>
            <h1 tabindex="-1">{row.name.clone()}</h1>
            <p class="c-row__tags">{tags(row)}</p>
            <p class="t-soft">{dates}</p>
            <p class="t-strong">{texts::progress(&words::number(row.points), &words::number(row.inspected))}</p>
        </header>
    }
    .into_any()
}

fn points(view: &RoundView) -> AnyView {
    let round = view.row.id;
    let rows = view.points.iter().map(|point| {
        view! {
            <li>
                <a class="c-row" data-strong=is_left(point) href=format!("/rounds/{round}/{}", point.id) data-testid="point-row">
                    <span class="c-row__lead">{icon(if is_left(point) { "pin" } else { "ok" })}</span>
                    <span class="c-row__body">
                        <span class="c-row__title">{point.name.clone()}</span>
                        {elsewhere(point).map(|place| view! { <span class="c-row__meta">{place}</span> })}
                        <span class="c-row__tags">{point_tags(point)}</span>
                        {point.waiting.as_ref().map(|waiting| pending_mark(&waiting.pending.state))}
                    </span>
                    <span class="c-row__end">{icon("chevron-right")}</span>
                </a>
            </li>
        }
    });
    view! {
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::points_title()}</h2></div>
            <ul class="c-list" role="list" data-lead="icon">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// Whether a point is still to be inspected, as far as this device knows.
fn is_left(point: &PointView) -> bool {
    let goes = |state: &PendingState| !matches!(state, PendingState::Stuck { .. });
    point.result.is_none() && !point.waiting.as_ref().is_some_and(|waiting| goes(&waiting.pending.state))
}

fn point_tags(point: &PointView) -> AnyView {
    let found: Option<(Vec<Found>, bool)> = match (&point.result, &point.waiting) {
        (Some(result), _) => Some((found_of(&result.answers), result.scanned)),
        (None, Some(waiting)) => Some((found_of(&waiting.form.answers), waiting.form.scanned)),
        (None, None) => None,
    };
    let Some((found, scanned)) = found else {
        let begun = point.draft.is_some();
        return begun.then(|| tag("blue", "edit", texts::begun().to_owned())).into_any();
    };
    let failed = found.iter().filter(|found| found.is_failed()).count();
    let left_out = found.iter().filter(|found| matches!(found, Found::NotPossible { .. })).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    view! {
        {(failed + left_out == 0).then(|| tag("jade", "ok", texts::all_in_order().to_owned()))}
        {(failed > 0).then(|| tag("amber", "warn", texts::failed_checks(number(failed))))}
        {(left_out > 0).then(|| tag("", "eye-off", texts::left_out_checks(number(left_out))))}
        {(!scanned).then(|| tag("", "qr", texts::not_scanned().to_owned()))}
    }
    .into_any()
}

fn found_of(answers: &[linli_wire::rounds::CheckAnswer]) -> Vec<Found> {
    answers.iter().map(|answer| answer.found.clone()).collect()
}
