//! Asking a room something with choices.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    chat::{AskInRoom, Choice, MAX_CHOICE, MAX_CHOICES, Poll},
    command::MessageAsk,
    id::RoomId,
};

use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, FieldKind},
        icon::icon,
        switch::Switch,
    },
    format::{from_local_input, now},
    pages::repairs::too_long,
    state::{Act, app},
    words::{self, chat_poll as texts},
};

/// The form in its dialog; what was typed outlives closing it.
#[component]
pub(super) fn NewPoll(room: RoomId, open: RwSignal<bool>, sent: Callback<()>) -> impl IntoView {
    let app = app();
    let question = app.kept(format!("room {room} question"), String::new);
    let choices = RwSignal::new(vec![RwSignal::new(String::new()), RwSignal::new(String::new())]);
    let several = RwSignal::new(false);
    let until = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let act = Act::new();
    let zone = app.clock().zone;
    let closes = Signal::derive(move || closing(&until.get(), &zone));
    let question_error = Signal::derive(move || question.with(|words| line_problem(words, tried.get())));
    let until_error = Signal::derive(move || {
        (tried.get() && closes.get().is_err()).then(|| texts::until_wrong().to_owned())
    });
    let said = move || -> Vec<String> {
        choices.with(|choices| {
            choices
                .iter()
                .map(|choice| choice.get().trim().to_owned())
                .filter(|words| !words.is_empty())
                .collect()
        })
    };
    let problem = Signal::derive(move || {
        let said = said();
        if said.len() < 2 {
            return tried.get().then(|| texts::two_needed().to_owned());
        }
        let twice =
            said.iter().enumerate().any(|(at, words)| said.iter().take(at).any(|other| other == words));
        if twice {
            return tried.get().then(|| texts::twice().to_owned());
        }
        said.iter().find_map(|words| too_long(words, MAX_CHOICE))
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let fits = question_error.with_untracked(Option::is_none) && problem.with_untracked(Option::is_none);
        let (true, Ok(closes_at)) = (fits, closes.get_untracked()) else { return };
        let poll = Poll {
            question: question.get_untracked().trim().to_owned(),
            choices: untrack(said).into_iter().map(|words| Choice { words, votes: 0 }).collect(),
            multiple: several.get_untracked(),
            closes_at,
            voters: 0,
        };
        act.run::<MessageAsk>(AskInRoom { room_id: room, poll }, move |_| {
            tried.set(false);
            question.set(String::new());
            until.set(String::new());
            several.set(false);
            choices.set(vec![RwSignal::new(String::new()), RwSignal::new(String::new())]);
            open.set(false);
            sent.run(());
        });
    };
    let fields = move || {
        choices
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, words)| {
                let label = texts::choice(u32::try_from(at + 1).unwrap_or_default());
                let id = FIELDS.get(at).copied().unwrap_or("choice");
                view! { <Field id=id label=label value=words optional={at > 1} /> }
            })
            .collect_view()
    };
    let add = move |_| choices.update(|choices| choices.push(RwSignal::new(String::new())));
    view! {
        <Dialog open=open id="new-poll" title=texts::new()>
            <form class="c-form" novalidate on:submit=send>
                <Field id="question" label=texts::question() value=question error=question_error />
                {fields}
                {move || problem.get().map(|problem| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{problem}</span></p> })}
                {move || (choices.with(Vec::len) < MAX_CHOICES).then(|| view! {
                    <div><button type="button" class="c-button" data-kind="plain" data-edge="start" data-testid="add-choice" on:click=add>{icon("plus")} {texts::add_choice()}</button></div>
                })}
                <Switch label=texts::several() on=several change=Callback::new(move |on| several.set(on)) testid="poll-several" />
                <Field id="poll-until" label=texts::until() help=texts::until_help() value=until kind=FieldKind::DateTime optional=true error=until_error />
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="send-poll" aria-busy=act.aria_busy()>{icon("send")} {texts::send()}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// Ids of the fields, unique on the page.
const FIELDS: [&str; MAX_CHOICES] = [
    "choice-1",
    "choice-2",
    "choice-3",
    "choice-4",
    "choice-5",
    "choice-6",
    "choice-7",
    "choice-8",
    "choice-9",
    "choice-10",
];

fn line_problem(words: &str, tried: bool) -> Option<String> {
    let missing = (tried && words.trim().is_empty()).then(|| words::common::required().to_owned());
    missing.or_else(|| too_long(words.trim(), MAX_CHOICE))
}

/// When it closes: never, or a time to come.
fn closing(typed: &str, zone: &str) -> Result<Option<Timestamp>, ()> {
    if typed.is_empty() {
        return Ok(None);
    }
    from_local_input(typed, zone).filter(|at| *at > now()).map(Some).ok_or(())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::closing;

    #[test]
    fn a_poll_closes_never_or_in_time_to_come() {
        assert_eq!(closing("", "UTC"), Ok(None));
        for wrong in ["x", "2020-01-01T00:00", "2999-99-99T00:00", "2999-01-01"] {
            assert_eq!(closing(wrong, "UTC"), Err(()), "{wrong}");
        }
        assert!(closing("2999-01-01T00:00", "UTC").is_ok_and(|at| at.is_some()));
    }
}
