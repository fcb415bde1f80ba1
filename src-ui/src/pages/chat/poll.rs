//! A question with choices: how it stands, and choosing.

use leptos::prelude::*;
use linli_wire::{
    chat::{MessageRow, PollRow, VoteInPoll},
    command::PollVoteNow,
};

use super::{desk::Desk, said::part_of};
use crate::{
    components::icon::icon,
    state::app,
    words::{self, chat_poll as texts},
};

/// A poll in its message.
pub(super) fn poll(desk: Desk, row: &MessageRow) -> AnyView {
    let Some(shown) = row.poll.clone() else { return view! { <p>{row.words.clone()}</p> }.into_any() };
    let clock = app().clock();
    let PollRow { poll, chosen, closed } = shown;
    let open = !closed && row.number > 0 && desk.may_react();
    let standing = match (closed, poll.closes_at) {
        (true, Some(at)) => texts::closed_at(&clock.when(at)),
        (true, None) => texts::closed().to_owned(),
        (false, Some(at)) => texts::open_until(&clock.when(at)),
        (false, None) => String::new(),
    };
    let how = open.then(|| if poll.multiple { texts::choose_several() } else { texts::choose_one() });
    let name = format!("poll-{}", row.id);
    let labelled = name.clone();
    let lines = poll.choices.iter().enumerate().filter_map(|(at, choice)| {
        let place = u8::try_from(at).ok()?;
        let mine = chosen.contains(&place);
        let count = texts::votes(choice.votes, &words::number(poll.voters));
        let bar = view! { <span class="c-meter__track" aria-hidden="true"><span style=("--part", format!("{}%", part_of(choice, poll.voters)))></span></span> };
        let said = view! {
            <span class="p-choice__words">{mine.then(|| icon("ok"))} {choice.words.clone()} {mine.then(|| view! { <span class="u-hidden">" ("{texts::mine()}")"</span> })}</span>
            {bar} <span class="p-choice__count">{count}</span>
        };
        Some(if open {
            let press = vote(row, &chosen, place, poll.multiple);
            view! { <li><button type="button" class="p-choice" aria-pressed=mine.to_string() data-testid="poll-choice" on:click=press>{said}</button></li> }.into_any()
        } else {
            view! { <li><div class="p-choice" data-mine=mine>{said}</div></li> }.into_any()
        })
    });
    view! {
        <section class="p-poll" aria-labelledby=labelled data-testid="poll">
            <p class="t-strong" id=name>{icon("list")} " " {poll.question.clone()}</p>
            {how.map(|how| view! { <p class="t-soft t-small">{how}</p> })}
            <ul role="list">{lines.collect_view()}</ul>
            <p class="t-soft t-small">{texts::voters(poll.voters)} {(!standing.is_empty()).then(|| format!(" ·\u{a0}{standing}"))}</p>
        </section>
    }
    .into_any()
}

/// What pressing a choice does: take it or take it back, and with one choice let the other go.
fn vote(
    row: &MessageRow,
    chosen: &[u8],
    place: u8,
    multiple: bool,
) -> impl Fn(web_sys::MouseEvent) + 'static {
    let (app, id) = (app(), row.id);
    let choices = after(chosen, place, multiple);
    move |_| app.run::<PollVoteNow>(VoteInPoll { id, choices: choices.clone() }, |_| ())
}

/// What is chosen once `place` was pressed.
fn after(chosen: &[u8], place: u8, multiple: bool) -> Vec<u8> {
    let mut now: Vec<u8> =
        if multiple { chosen.iter().copied().filter(|other| *other != place).collect() } else { Vec::new() };
    if !chosen.contains(&place) {
        now.push(place);
    }
    now.sort_unstable();
    now
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::after;

    #[test]
    fn a_choice_is_taken_and_taken_back() {
        assert_eq!(after(&[], 1, false), [1]);
        assert_eq!(after(&[1], 2, false), [2]);
        assert_eq!(after(&[1], 1, false), [0_u8; 0]);
        assert_eq!(after(&[0, 2], 1, true), [0, 1, 2]);
        assert_eq!(after(&[0, 2], 2, true), [0]);
    }
}
