//! Asking a room something with choices.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    chat::{AskInRoom, Choice, MAX_CHOICE, MAX_CHOICES, Poll},
    command::MessageAsk,
    id::RoomId,
    typed::{Typed, TypedPlace},
};

use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, FieldKind},
        icon::icon,
        switch::Switch,
    },
    format::{from_local_input, now, to_local_input},
    pages::repairs::too_long,
    state::{Act, app},
    typing,
    words::{self, chat_poll as texts},
};

/// The form in its dialog; what was typed outlives closing it.
#[component]
pub(super) fn NewPoll(room: RoomId, open: RwSignal<bool>, sent: Callback<()>) -> impl IntoView {
    let app = app();
    let question = app.kept(format!("room {room} question"), String::new);
    let choices: [_; MAX_CHOICES] = std::array::from_fn(|_| RwSignal::new(String::new()));
    // How many of them have a field.
    let shown = RwSignal::new(FEWEST);
    let several = RwSignal::new(false);
    let until = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let act = Act::new();
    let zone = app.clock().zone;
    let local = zone.clone();
    let closes = Signal::derive(move || closing(&until.get(), &zone));
    let now = Memo::new(move |_| {
        let choices = choices.iter().take(shown.get()).map(|choice| choice.get()).collect();
        typed(room, question.get(), choices, several.get(), closes.get().ok().flatten())
    });
    typing::remember(TypedPlace::Poll { id: room }, now, move |kept| {
        let asked = serde_json::from_str::<AskInRoom>(&kept.form).ok();
        let poll = asked.map(|asked| asked.poll);
        let closes_at = poll.as_ref().and_then(|poll| poll.closes_at);
        several.set(poll.as_ref().is_some_and(|poll| poll.multiple));
        until.set(closes_at.map(|at| to_local_input(at, &local)).unwrap_or_default());
        let (asks, words) = poll.map(|poll| (poll.question, poll.choices)).unwrap_or_default();
        question.set(asks);
        shown.set(words.len().clamp(FEWEST, MAX_CHOICES));
        let words = words.into_iter().map(|choice| choice.words).chain(std::iter::repeat(String::new()));
        choices.iter().zip(words).for_each(|(choice, words)| choice.set(words));
    });
    let question_error = Signal::derive(move || question.with(|words| line_problem(words, tried.get())));
    let until_error = Signal::derive(move || {
        (tried.get() && closes.get().is_err()).then(|| texts::until_wrong().to_owned())
    });
    let said = move || -> Vec<String> {
        let words = choices.iter().take(shown.get()).map(|choice| choice.get().trim().to_owned());
        words.filter(|words| !words.is_empty()).collect()
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
            shown.set(FEWEST);
            choices.iter().for_each(|choice| choice.set(String::new()));
            open.set(false);
            sent.run(());
        });
    };
    let fields = move || {
        let fields = FIELDS.into_iter().zip(choices).zip(1..).take(shown.get());
        fields
            .map(|((id, words), number)| {
                view! { <Field id=id label=texts::choice(number) value=words optional={number > 2} /> }
            })
            .collect_view()
    };
    let add = move |_| shown.update(|shown| *shown = (*shown + 1).min(MAX_CHOICES));
    view! {
        <Dialog open=open id="new-poll" title=texts::new()>
            <form class="c-form" novalidate on:submit=send>
                <Field id="question" label=texts::question() value=question error=question_error />
                {fields}
                {move || problem.get().map(|problem| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{problem}</span></p> })}
                {move || (shown.get() < MAX_CHOICES).then(|| view! {
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

/// Fields that a poll has at least.
const FEWEST: usize = 2;
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

/// What is kept of it: nothing while no word stands in it.
fn typed(
    room: RoomId,
    question: String,
    choices: Vec<String>,
    multiple: bool,
    closes_at: Option<Timestamp>,
) -> Typed {
    let lines: Vec<&str> = std::iter::once(&question).chain(&choices).map(|line| line.trim()).collect();
    let words: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    if words.is_empty() {
        return Typed::default();
    }
    let words = words.join("\n");
    let choices = choices.into_iter().map(|words| Choice { words, votes: 0 }).collect();
    let asked = AskInRoom { room_id: room, poll: Poll { question, choices, multiple, closes_at, voters: 0 } };
    Typed { words, photos: Vec::new(), form: serde_json::to_string(&asked).unwrap_or_default() }
}

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
