//! A write that waits, is on its way, or got stuck: shown with the thing itself.

use leptos::prelude::*;
use linli_wire::{
    command::{OpKey, OutboxDiscard, OutboxRetry},
    outbox::{Pending, PendingState},
};

use super::icon::icon;
use crate::{state::app, words};

/// How a write stands, in words.
pub fn pending_mark(state: &PendingState) -> AnyView {
    match state {
        PendingState::Waiting => mark("waiting", "wait", words::pending::waiting().to_owned()),
        PendingState::Sending => mark("sending", "send", words::pending::sending().to_owned()),
        PendingState::Stuck { error } => failed_mark(Some(&words::trouble(error).0)),
    }
}

/// That a write is stuck, and why, where it is known better than by its error.
pub fn failed_mark(why: Option<&str>) -> AnyView {
    let failed = words::pending::failed();
    let text = why.map_or_else(|| failed.to_owned(), |why| format!("{failed} ·\u{a0}{why}"));
    mark("failed", "fail", text)
}

/// That a write waits for an earlier one that is stuck.
pub fn behind_mark() -> AnyView {
    mark("waiting", "wait", words::pending::behind().to_owned())
}

fn mark(name: &'static str, symbol: &'static str, text: String) -> AnyView {
    view! { <span class="c-pending" data-state=name data-testid="pending">{icon(symbol)} {text}</span> }
        .into_any()
}

/// "Try again" and "Discard" for a write that is stuck, "Discard" for one that waits.
pub fn pending_actions(pending: &Pending) -> AnyView {
    let app = app();
    let key = OpKey { id: pending.op_id };
    let stuck = matches!(pending.state, PendingState::Stuck { .. });
    let sending = matches!(pending.state, PendingState::Sending);
    view! {
        {stuck.then(|| view! {
            <button type="button" class="c-button" data-kind="plain" data-testid="retry-write"
                on:click={move |_| app.run::<OutboxRetry>(key, |_| ())}>
                {icon("refresh")} {words::common::retry()}
            </button>
        })}
        {(!sending).then(|| view! {
            <button type="button" class="c-button" data-kind="plain" data-testid="discard-write"
                on:click={move |_| app.run::<OutboxDiscard>(key, move |_| app.tell(words::outbox::discarded()))}>
                {icon("trash")} {words::common::discard()}
            </button>
        })}
    }
    .into_any()
}
