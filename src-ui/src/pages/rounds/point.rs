//! A point of a round: its checklist, or what was found there.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code,
    command::{RoundKey, RoundOpen, Topic},
    id::{RoundId, RoundPointId},
    outbox::PendingState,
    rounds::{PointForm, PointKey, PointView, RoundView},
};

use super::{
    fill::fill,
    found::{lost, overtaken, told, waiting},
    round::not_here,
    said::elsewhere,
};
use crate::{
    components::{
        banner::OfflineBanner, error_state::error_state, page_header::back_link, skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    words::rounds as texts,
};

/// The point that the address names.
#[component]
pub fn Point() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| {
        params.with(|params| {
            Some(PointKey {
                round_id: params.get("id")?.parse::<RoundId>().ok()?,
                point_id: params.get("point")?.parse::<RoundPointId>().ok()?,
            })
        })
    });
    move || match key.get() {
        Some(key) => opened(key),
        None => crate::pages::missing(),
    }
}

/// What the page is about: it is built anew only when this changes, so that nothing typed is disturbed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// Nothing is known yet.
    Loading,
    /// It could not be asked, or the round is not here.
    Failed,
    /// The round has no such point.
    Gone,
    Checklist,
    Waiting,
    Lost,
    /// Somebody else's result came in over what is being filled in here.
    Overtaken,
    Result,
}

fn about(point: &PointView) -> About {
    let is_lost = point.waiting.as_ref().is_some_and(
        |waiting| matches!(&waiting.pending.state, PendingState::Stuck { error } if error.code == Code::Conflict),
    );
    match (&point.result, &point.waiting) {
        _ if is_lost => About::Lost,
        (Some(_), None) if begun(point) => About::Overtaken,
        (Some(_), _) => About::Result,
        (None, Some(_)) => About::Waiting,
        (None, None) => About::Checklist,
    }
}

/// Whether something stands in the checklist.
fn begun(point: &PointView) -> bool {
    let begun = |form: &PointForm| !form.answers.is_empty() || !form.photos.is_empty();
    point.draft.as_ref().is_some_and(begun)
}

fn opened(key: PointKey) -> AnyView {
    let asked = ipc::ask::<RoundOpen>(&[Topic::Rounds, Topic::Outbox], move || RoundKey { id: key.round_id });
    let point = Memo::new(move |_| {
        asked.with(|view| view?.points.iter().find(|point| point.id == key.point_id).cloned())
    });
    let kind = Memo::new(move |_| match asked.get() {
        Answer::Loading => About::Loading,
        Answer::Failed(_) => About::Failed,
        Answer::Ready(_) => point.with(|point| point.as_ref().map_or(About::Gone, about)),
    });
    let back = move || {
        let name = asked.with(|view| view.map(|view: &RoundView| view.row.name.clone()));
        back_link((format!("/rounds/{}", key.round_id), name.unwrap_or_else(|| texts::one().to_owned())))
    };
    Effect::new(move |_| {
        if kind.get() != About::Loading {
            request_animation_frame(|| crate::app::arrive(false));
        }
    });
    view! {
        <div class="l-page" data-width="read">
            <div class="c-page-header__back">{back}</div>
            <OfflineBanner />
            {move || {
                let now = kind.get();
                untrack(|| match (asked.get(), point.get()) {
                    (Answer::Failed(error), _) if error.code != Code::NotFound => view! { <h1 tabindex="-1">{texts::one()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                    (Answer::Loading, _) => view! { <h1 class="u-hidden">{texts::one()}</h1> {skeleton_list(3)} }.into_any(),
                    (Answer::Failed(_), _) | (Answer::Ready(_), None) => not_here(),
                    (Answer::Ready(_), Some(known)) if now == About::Checklist => view! { {head(&known)} {fill(key, known, point)} }.into_any(),
                    (Answer::Ready(_), Some(known)) => head(&known),
                })
            }}
            {move || point.get().map(|point| match kind.get() {
                About::Waiting => waiting(&point),
                About::Lost => lost(&point),
                About::Overtaken => overtaken(key, &point),
                About::Result => told(&point),
                About::Loading | About::Failed | About::Gone | About::Checklist => ().into_any(),
            })}
        </div>
    }
    .into_any()
}

fn head(point: &PointView) -> AnyView {
    view! {
        <header>
            <h1 tabindex="-1">{point.name.clone()}</h1>
            {elsewhere(point).map(|place| view! { <p class="t-soft">{place}</p> })}
        </header>
    }
    .into_any()
}
