//! The queue as a board: where things stand, beside each other. What is done to a repair is done on its page.

use leptos::prelude::*;
use linli_wire::repairs::{RepairRow, RepairState};

use super::said::{alarm_tags, place_words, state_tag, state_word};
use crate::{
    state::app,
    words::{self, repair_queue as texts},
};

/// States that stand under one heading: the same thing is to be done next.
const COLUMNS: [&[RepairState]; 5] = [
    &[RepairState::Reported, RepairState::Reopened, RepairState::Disputed],
    &[RepairState::Assigned],
    &[RepairState::Accepted],
    &[RepairState::Quoted, RepairState::Paused],
    &[RepairState::Done],
];

/// The rows in their columns. Closed ones stand in a column only when they were asked for.
pub(super) fn board(rows: &[RepairRow], asked: Option<RepairState>) -> AnyView {
    let closed = asked.filter(|state| !state.is_open()).map(|state| [state]);
    let columns: Vec<&[RepairState]> = match &closed {
        Some(closed) => vec![closed],
        None => COLUMNS.to_vec(),
    };
    let columns = columns.into_iter().map(|states| column(states, rows)).collect_view();
    view! { <div class="p-board" data-testid="queue">{columns}</div> }.into_any()
}

fn column(states: &[RepairState], rows: &[RepairRow]) -> AnyView {
    let title = match states {
        [RepairState::Reported, ..] => texts::column_new(),
        [RepairState::Quoted, ..] => texts::column_wait(),
        [state, ..] => state_word(*state),
        [] => "",
    };
    let is_mixed = states.len() > 1;
    let cards = rows.iter().filter(|row| states.contains(&row.state));
    let cards: Vec<_> = cards.map(|row| view! { <li>{card(row, is_mixed)}</li> }).collect();
    let count = u32::try_from(cards.len()).unwrap_or(u32::MAX);
    view! {
        <section class="p-board__column" data-testid="column">
            <h2>{title} " " <span class="t-soft">{words::number(count)}</span></h2>
            {(count == 0).then(|| view! { <p class="t-soft t-small">{texts::column_none()}</p> })}
            <ul role="list">{cards}</ul>
        </section>
    }
    .into_any()
}

/// `is_mixed` where several states stand under one heading: then the card says which, unless it is simply new.
fn card(row: &RepairRow, is_mixed: bool) -> AnyView {
    let with_state = is_mixed && row.state != RepairState::Reported;
    let when = app().clock().when(row.reported_at);
    let about = format!("{} ·\u{a0}{}", row.category_name, place_words(&row.place_name));
    let who = row.assignee.clone().map(|name| format!("{name} ·\u{a0}")).unwrap_or_default();
    view! {
        <a class="c-card" data-link="" href=format!("/office/repairs/{}", row.id) data-testid="repair-card" data-state=row.state.as_str()>
            <span class="c-row__tags">{with_state.then(|| state_tag(row.state))} {alarm_tags(row)}</span>
            <span class="c-card__title">{row.words.lines().next().unwrap_or_default().to_owned()}</span>
            <span class="c-row__meta">{about}</span>
            <span class="c-row__meta">{who}{when}</span>
            {row.pending.as_ref().map(|pending| crate::components::pending::pending_mark(&pending.state))}
        </a>
    }
    .into_any()
}
