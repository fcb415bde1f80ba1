//! What the person did and the log has not brought back: how it stands, what was typed, and after a lost race
//! what happened meanwhile.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{OpKey, OutboxDiscard},
    ops::Action,
    outbox::PendingState,
    repairs::{PendingRepair, Repair, RepairAct, RepairView},
};

use super::{acts::Desk, photos::gallery, timeline::event_words};
use crate::{
    components::{
        error_state::error_details,
        icon::icon,
        pending::{pending_actions, pending_mark},
    },
    state::app,
    words::{self, repair_acts as acts, repairs as texts},
};

/// The writes that wait or failed, oldest first.
pub(super) fn waiting(desk: Desk, view: &RepairView) -> AnyView {
    let rows = view.pending.iter().map(|pending| row(desk, pending, &view.repair));
    (!view.pending.is_empty())
        .then(|| view! { <section class="l-section" aria-label=words::outbox::title()>{rows.collect_view()}</section> })
        .into_any()
}

fn row(desk: Desk, waiting: &PendingRepair, repair: &Repair) -> AnyView {
    let when = app().clock().when(waiting.at);
    let (title, words, photos) = match &waiting.action {
        Action::ActOnRepair { act, .. } => (act_title(act), act.words(), act.photos()),
        Action::MessageOnRepair { words, photos, .. } => {
            (texts::your_message(), words.as_str(), photos.as_slice())
        }
        Action::NoteOnRepair { words, .. } => (texts::your_note(), words.as_str(), [].as_slice()),
        Action::RateRepair { rating, .. } => (texts::your_rating(), rating.words.as_str(), [].as_slice()),
        Action::JoinRepair { .. } => (texts::me_too(), "", [].as_slice()),
        Action::InspectPoint { photos, .. } => {
            (crate::words::rounds::found_on_round(), "", photos.as_slice())
        }
        _ => (texts::your_report(), "", [].as_slice()),
    };
    let lost = match (&waiting.pending.state, &waiting.action) {
        (PendingState::Stuck { error }, Action::ActOnRepair { act, .. }) if error.code == Code::Conflict => {
            let current = error
                .details
                .get("current")
                // As text, so that a repair is read by the same code wherever it comes from.
                .and_then(|current| serde_json::from_str::<Repair>(&current.to_string()).ok());
            Some(meanwhile(desk, waiting, act, current.as_ref().unwrap_or(repair), repair))
        }
        _ => None,
    };
    let is_lost = lost.is_some();
    let details = match &waiting.pending.state {
        PendingState::Stuck { error } if !is_lost => {
            Some(view! { <p class="t-soft t-small">{words::trouble(error).1}</p> {error_details(error)} })
        }
        _ => None,
    };
    view! {
        <div class="c-card" data-gap="" data-tone="sunk" data-testid="waiting">
            <div>
                <p class="t-strong">{title}</p>
                <p class="t-soft t-small">{when}</p>
                {(!words.is_empty()).then(|| view! { <p class="p-event__words">{words.to_owned()}</p> })}
            </div>
            {gallery(photos, texts::photo_of())}
            {match lost {
                Some(lost) => lost,
                None => view! { {pending_mark(&waiting.pending.state)} {details} <div class="l-row">{pending_actions(&waiting.pending)}</div> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

/// Somebody else was faster: what they did, and what was typed kept for another try.
fn meanwhile(
    desk: Desk,
    waiting: &PendingRepair,
    act: &RepairAct,
    current: &Repair,
    repair: &Repair,
) -> AnyView {
    let app = app();
    let happened = current.events.iter().rev().find(|event| event.did.needs_turn()).map(event_words);
    let key = OpKey { id: waiting.pending.op_id };
    let (kind, turn) = (act.kind(), current.turn.max(repair.turn));
    let (act, zone) = (act.clone(), app.clock().zone);
    let again = move |_| {
        desk.take_up(&act, &zone);
        desk.begin(kind, turn);
    };
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="conflict">
            {icon("people")}
            <div><p class="c-banner__title">{texts::meanwhile()}</p> {happened.map(|happened| view! { <p>{happened}</p> })} <p>{texts::meanwhile_kept()}</p></div>
        </div>
        <div class="l-row">
            <button type="button" class="c-button" data-kind="quiet" data-testid="again" on:click=again>{icon("refresh")} {texts::do_again()}</button>
            <button type="button" class="c-button" data-kind="plain" data-testid="discard-write" on:click={move |_| app.run::<OutboxDiscard>(key, |_| ())}>{icon("trash")} {words::common::discard()}</button>
        </div>
    }
    .into_any()
}

/// An act of one's own that is on its way.
fn act_title(act: &RepairAct) -> &'static str {
    match act {
        RepairAct::Assign { .. } => acts::assign(),
        RepairAct::Transfer { .. } => acts::transfer(),
        RepairAct::Accept => acts::accept(),
        RepairAct::Pause { .. } => acts::pause(),
        RepairAct::Resume => acts::resume(),
        RepairAct::ProposeVisit { .. } => acts::propose_visit(),
        RepairAct::AgreeVisit => acts::agree_visit(),
        RepairAct::Quote { .. } => acts::quote(),
        RepairAct::TakeQuoteBack => acts::take_quote_back(),
        RepairAct::ApproveQuote => texts::quote_approved(),
        RepairAct::DeclineQuote { .. } => acts::decline_quote(),
        RepairAct::UseParts { .. } => acts::use_parts(),
        RepairAct::Finish { .. } => acts::finish(),
        RepairAct::Confirm => acts::confirm(),
        RepairAct::Reopen { .. } => acts::reopen(),
        RepairAct::Refuse { .. } => acts::refuse(),
        RepairAct::CloseUnfixed { .. } => acts::close_unfixed(),
        RepairAct::Dispute { .. } => acts::dispute(),
        RepairAct::Withdraw { .. } => acts::withdraw(),
        RepairAct::Merge { .. } => acts::merge(),
        RepairAct::Move { .. } => acts::move_(),
    }
}
