//! What the reporter thinks of a repair: result, speed, manner, each in five words, and more if they like.

use leptos::prelude::*;
use linli_wire::{
    command::{RateRepair, RepairRate},
    id::RepairId,
    repairs::{ActKind, Rating, RepairView},
    typed::{Typed, TypedPlace},
};

use super::form::Area;
use crate::{
    components::{error_state::error_state, icon::icon},
    state::{Act, app},
    typing,
    words::{repair_rating as texts, repairs},
};

/// One of the five.
fn word(stars: u8) -> &'static str {
    match stars {
        1 => texts::very_bad(),
        2 => texts::bad(),
        3 => texts::fair(),
        4 => texts::good(),
        _ => texts::very_good(),
    }
}

/// A rating as it was given.
pub(super) fn given(rating: &Rating) -> AnyView {
    let line = |name: &'static str, stars: u8| {
        view! { <div class="p-fact"><dt>{name}</dt> <dd>{icon("star")} " " {word(stars)}</dd></div> }
    };
    view! {
        <section class="c-card" data-gap="" data-testid="rating">
            <h2>{texts::given()}</h2>
            <dl class="p-facts">{line(texts::result(), rating.result)} {line(texts::speed(), rating.speed)} {line(texts::manner(), rating.manner)}</dl>
            {(!rating.words.is_empty()).then(|| view! { <p class="p-event__words">{rating.words.clone()}</p> })}
        </section>
    }
    .into_any()
}

/// The question, while it is open.
#[component]
pub(super) fn Rate(id: RepairId, view: Memo<Option<RepairView>>) -> impl IntoView {
    let app = app();
    let asked = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref().is_some_and(|view| {
                let waits = view
                    .pending
                    .iter()
                    .any(|waiting| matches!(waiting.action, linli_wire::ops::Action::RateRepair { .. }));
                view.may.contains(&ActKind::Rate) && view.repair.rating.is_none() && !waits
            })
        })
    });
    let stars = app.kept(format!("repair {id} stars"), || [0_u8; 3]);
    let words = app.kept(format!("repair {id} rating"), String::new);
    let now = Memo::new(move |_| {
        let chosen = stars.get();
        let form = chosen.iter().any(|stars| *stars > 0).then(|| format!("{chosen:?}"));
        Typed { words: words.get(), photos: Vec::new(), form: form.unwrap_or_default() }
    });
    typing::remember(TypedPlace::RepairRating { id }, now, move |kept| {
        stars.set(serde_json::from_str(&kept.form).unwrap_or_default());
        words.set(kept.words);
    });
    let tried = RwSignal::new(false);
    let act = Act::new();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let [result, speed, manner] = stars.get_untracked();
        if [result, speed, manner].contains(&0) {
            return;
        }
        let rating = Rating { result, speed, manner, words: words.get_untracked().trim().to_owned() };
        act.run::<RepairRate>(RateRepair { id, rating }, move |_| app.tell(texts::thanks()));
    };
    let missing = move || {
        (tried.get() && stars.get().contains(&0)).then(|| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::missing()}</span></p> })
    };
    move || {
        asked.get().then(|| view! {
            <section class="c-card" data-gap="" data-testid="rate">
                <h2>{texts::title()}</h2>
                <form class="c-form" novalidate on:submit=send>
                    {scale(0, "result", texts::result(), stars)}
                    {scale(1, "speed", texts::speed(), stars)}
                    {scale(2, "manner", texts::manner(), stars)}
                    <Area id="rating-words" label=repairs::message() value=words optional=true />
                    {missing}
                    {move || act.error.get().map(|error| error_state(&error, None))}
                    <div class="l-row" data-fill=""><button type="submit" class="c-button" data-kind="primary" data-testid="send-rating" aria-busy=act.aria_busy()>{icon("send")} {texts::send()}</button></div>
                </form>
            </section>
        })
    }
}

fn scale(at: usize, name: &'static str, label: &'static str, stars: RwSignal<[u8; 3]>) -> AnyView {
    let chip = move |value: u8| {
        let chosen = Memo::new(move |_| stars.with(|stars| stars.get(at) == Some(&value)));
        let choose = move |_| {
            stars.update(|stars| {
                if let Some(slot) = stars.get_mut(at) {
                    *slot = value;
                }
            });
        };
        view! {
            <button type="button" class="c-chip" data-testid=format!("{name}-{value}") aria-pressed=move || chosen.get().to_string() on:click=choose>
                {move || chosen.get().then(|| icon("ok"))} {word(value)}
            </button>
        }
    };
    view! {
        <div class="c-field">
            <p class="c-field__label" id=format!("rate-{name}")>{label}</p>
            <div class="c-chips" role="group" aria-labelledby=format!("rate-{name}")>{[1, 2, 3, 4, 5].map(chip)}</div>
        </div>
    }
    .into_any()
}
