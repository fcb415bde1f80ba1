//! The checklist of a point: one press where all is in order, and for what is not its words and photos.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    command::{InspectPoint, PointInspect},
    repairs::Urgency,
    rounds::{CheckView, Found, MAX_FOUND, PointKey, PointView},
};

use super::{draft::Draft, said::tag, scan::Scan};
use crate::{
    components::{error_state::error_state, icon::icon},
    pages::repairs::{Photos, too_long, urgency_word},
    state::{Act, app},
    words::{self, repairs, rounds as texts},
};

/// The form. `point` follows the round: whether its label was scanned meanwhile.
pub(super) fn fill(key: PointKey, known: PointView, point: Memo<Option<PointView>>) -> AnyView {
    let draft = Draft::open(key, known.draft.clone().unwrap_or_default());
    let checks = StoredValue::new(known.checks.clone());
    let tried = RwSignal::new(false);
    let act = Act::new();
    let app = app();
    let navigate = StoredValue::new_local(use_navigate());
    let scanned = Memo::new(move |_| {
        point.with(|point| {
            point.as_ref().is_some_and(|point| point.draft.as_ref().is_some_and(|draft| draft.scanned))
        })
    });
    let failed = Memo::new(move |_| {
        draft.form.with(|form| form.answers.iter().any(|answer| answer.found.is_failed()))
    });
    let photos = RwSignal::new(draft.form.with_untracked(|form| form.photos.clone()));
    Effect::new(move |_| {
        let now = photos.get();
        if draft.form.with_untracked(|form| form.photos != now) {
            draft.form.update(|form| form.photos = now);
        }
    });
    let send = move || {
        tried.set(true);
        if checks.with_value(|checks| checks.iter().any(|check| missing(draft, check).is_some())) {
            request_animation_frame(show_first_problem);
            return;
        }
        let request = InspectPoint { point: key, form: draft.form.get_untracked() };
        act.run::<PointInspect>(request, move |_| {
            draft.end();
            app.tell(texts::saved());
            let back = format!("/rounds/{}", key.round_id);
            let _ = navigate.try_with_value(|navigate| navigate(&back, NavigateOptions::default()));
        });
    };
    let all_fine = move |_| {
        for check in checks.get_value() {
            if draft
                .form
                .with_untracked(|form| form.answers.iter().all(|answer| answer.number != check.number))
            {
                draft.answer(check.number, Found::Fine);
            }
        }
        send();
    };
    let rows = known.checks.iter().map(|check| row(draft, check.clone(), tried)).collect_view();
    view! {
        {move || if scanned.get() {
            view! { <p class="c-row__tags" data-testid="scanned">{tag("jade", "qr", texts::scanned().to_owned())}</p> }.into_any()
        } else {
            view! { <div class="c-card" data-gap="" data-tone="sunk"><p>{texts::scan_first()}</p> <Scan primary=false /></div> }.into_any()
        }}
        <form class="c-form" novalidate data-testid="checklist" on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); send() }>
            <button type="button" class="c-button p-thumb" data-kind="primary" data-width="full" data-testid="all-fine" aria-busy=act.aria_busy()
                hidden=move || failed.get() on:click=all_fine>{icon("ok")} {texts::all_fine()}</button>
            {rows}
            {move || failed.get().then(|| view! {
                <Photos name="point-photos" label=repairs::photos() photos=photos />
                {urgencies(draft)}
            })}
            {move || act.error.get().map(|error| error_state(&error, None))}
            <button type="submit" class="c-button p-thumb" data-kind=move || if failed.get() { "primary" } else { "quiet" } data-width="full" data-testid="send-point" aria-busy=act.aria_busy()>
                {icon("send")} {move || if failed.get() { texts::send_with_repair() } else { texts::send() }}
            </button>
        </form>
    }
    .into_any()
}

fn show_first_problem() {
    if let Ok(Some(problem)) = document().query_selector("[data-testid=checklist] [data-invalid=true]") {
        problem.scroll_into_view();
        if let Ok(Some(control)) = problem.query_selector("textarea, input") {
            use wasm_bindgen::JsCast;
            let _ = control.dyn_into::<web_sys::HtmlElement>().map(|control| control.focus());
        }
    }
}

/// What is missing at a check, in words.
fn missing(draft: Draft, check: &CheckView) -> Option<String> {
    let Some(found) = draft.found(check.number) else { return Some(texts::answer_missing().to_owned()) };
    let blank = found.words().trim().is_empty();
    let has_photo = draft.form.with(|form| !form.photos.is_empty());
    match found {
        Found::Failed { .. } if blank && !has_photo => Some(texts::failed_missing().to_owned()),
        Found::NotPossible { .. } if blank => Some(texts::reason_missing().to_owned()),
        found => too_long(found.words(), MAX_FOUND),
    }
}

fn row(draft: Draft, check: CheckView, tried: RwSignal<bool>) -> AnyView {
    let number = check.number;
    let name = format!("check-{number}");
    let title = check.words.clone();
    let problem = Memo::new(move |_| tried.get().then(|| missing(draft, &check)).flatten());
    let words = move || draft.found(number).map(|found| found.words().to_owned()).unwrap_or_default();
    // A slip of the thumb onto "fine" does not cost what was typed.
    let spoken = StoredValue::new(untrack(words));
    let option = |word: &'static str,
                  kind: &'static str,
                  make: fn(String) -> Found,
                  is: fn(&Found) -> bool| {
        let checked = move || draft.found(number).is_some_and(|found| is(&found));
        let pick = move |_| {
            draft.answer(number, make(spoken.get_value()));
        };
        view! {
            <label class="c-choice">
                <input type="radio" name=name.clone() data-testid=format!("{name}-{kind}") prop:checked=checked on:change=pick />
                <span class="c-choice__label">{word}</span>
            </label>
        }
        .into_any()
    };
    let options = [
        option(texts::fine(), "fine", |_| Found::Fine, |found| matches!(found, Found::Fine)),
        option(texts::failed(), "failed", |words| Found::Failed { words }, Found::is_failed),
        option(
            texts::not_possible(),
            "impossible",
            |words| Found::NotPossible { words },
            |found| matches!(found, Found::NotPossible { .. }),
        ),
    ];
    // The field is built when it is first needed, not with every letter.
    let asks = Memo::new(move |_| match draft.found(number) {
        None | Some(Found::Fine) => None,
        Some(Found::Failed { .. }) => Some(texts::what_is_wrong()),
        Some(Found::NotPossible { .. }) => Some(texts::why_not()),
    });
    let (field, error) = (format!("{name}-words"), format!("{name}-error"));
    let change = move |event| {
        let said = event_target_value(&event);
        spoken.set_value(said.clone());
        match untrack(|| draft.found(number)) {
            Some(Found::NotPossible { .. }) => draft.answer(number, Found::NotPossible { words: said }),
            _ => draft.answer(number, Found::Failed { words: said }),
        }
    };
    view! {
        <fieldset class="c-card c-choices" data-gap="" data-invalid=move || problem.with(Option::is_some)>
            <legend class="t-strong">{title}</legend>
            <div class="p-answers">{options}</div>
            {move || asks.get().map(|label| view! {
                <div class="c-field">
                    <label class="c-field__label" for=field.clone()>{label}</label>
                    <textarea class="c-input" id=field.clone() rows="2" data-testid=field.clone() prop:value=untrack(words) on:input=change></textarea>
                </div>
            })}
            {move || problem.get().map(|text| view! { <p class="c-field__error" id=error.clone() role="alert">{icon("warn")} <span>{text}</span></p> })}
        </fieldset>
    }
    .into_any()
}

fn urgencies(draft: Draft) -> AnyView {
    let chosen = draft.form.with_untracked(|form| form.urgency);
    let option = |urgency: Urgency| {
        view! { <option value=urgency.as_str() prop:selected=chosen == urgency>{urgency_word(urgency)}</option> }
    };
    let choose = move |event| {
        let urgency = Urgency::from_name(&event_target_value(&event)).unwrap_or_default();
        draft.form.update(|form| form.urgency = urgency);
    };
    view! {
        <div class="c-field">
            <label class="c-field__label" for="point-urgency">{words::repairs::urgency()}</label>
            <select class="c-input" id="point-urgency" data-testid="point-urgency" on:change=choose>{Urgency::ALL.map(option)}</select>
        </div>
    }
    .into_any()
}
