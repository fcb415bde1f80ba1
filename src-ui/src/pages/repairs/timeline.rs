//! What happened to a repair, in plain words, with who and when, words and photos.

use leptos::prelude::*;
use linli_wire::repairs::{ActKind, Repair, RepairEvent, RepairPerson};

use super::{photos::gallery, said::slot_words};
use crate::{
    components::icon::icon,
    format::money,
    state::app,
    words::{repair_events as texts, repairs},
};

/// The events, oldest first.
pub(super) fn timeline(repair: &Repair) -> AnyView {
    let left_out = (repair.left_out > 0).then(|| {
        view! { <li class="p-event"><span class="p-event__mark">{icon("more")}</span> <p class="t-soft">{texts::left_out(repair.left_out)}</p></li> }
    });
    let mut events = repair.events.iter().map(event);
    let first = events.next();
    let rest = events.collect_view();
    view! {
        <section class="l-section">
            <h2>{repairs::timeline()}</h2>
            <ol class="p-timeline" role="list" data-testid="timeline">{first} {left_out} {rest}</ol>
        </section>
    }
    .into_any()
}

fn event(event: &RepairEvent) -> AnyView {
    let clock = app().clock();
    let words =
        (!event.words.is_empty()).then(|| view! { <p class="p-event__words">{event.words.clone()}</p> });
    let parts = (!event.parts.is_empty()).then(|| {
        let parts = event.parts.iter().map(|part| format!("{} ×{}", part.name, part.count));
        view! { <p class="t-soft t-small">{repairs::parts_used()}": "{parts.collect::<Vec<_>>().join(crate::words::common::list_comma())}</p> }
    });
    let alt = match event.did {
        ActKind::Report => repairs::photo_before(),
        ActKind::Finish => repairs::photo_after(),
        _ => repairs::photo_of(),
    };
    view! {
        <li class="p-event" data-testid="event">
            <span class="p-event__mark">{icon(symbol(event.did))}</span>
            <div class="l-stack" data-gap="tiny">
                <p class="t-strong">{event_words(event)}</p>
                <p class="t-soft t-small"><time datetime=clock.machine(event.at) title=clock.exactly(event.at)>{clock.when(event.at)}</time></p>
                {words} {parts}
                {gallery(&event.photos, alt)}
            </div>
        </li>
    }
    .into_any()
}

const fn symbol(did: ActKind) -> &'static str {
    match did {
        ActKind::Report => "cam",
        ActKind::Assign | ActKind::Transfer => "me",
        ActKind::Accept | ActKind::Resume | ActKind::UseParts => "tool",
        ActKind::Pause => "clock",
        ActKind::ProposeVisit | ActKind::AgreeVisit => "calendar",
        ActKind::Quote | ActKind::TakeQuoteBack | ActKind::ApproveQuote | ActKind::DeclineQuote => "pay",
        ActKind::Finish | ActKind::Confirm => "ok",
        ActKind::Reopen | ActKind::Dispute => "warn",
        ActKind::Refuse | ActKind::CloseUnfixed | ActKind::Withdraw => "close",
        ActKind::Merge => "copy",
        ActKind::Move => "edit",
        ActKind::Message => "chat",
        ActKind::Rate => "star",
        ActKind::Join => "people",
        ActKind::Unknown => "info",
    }
}

fn called(person: &RepairPerson) -> String {
    let is_me = app().with_me_untracked(|me| me.person.id == person.id).unwrap_or_default();
    match (is_me, person.name.is_empty()) {
        (true, _) => texts::you().to_owned(),
        (false, true) => person.given_name.clone(),
        (false, false) => person.name.clone(),
    }
}

/// What happened, as one would tell it.
pub(super) fn event_words(event: &RepairEvent) -> String {
    let clock = app().clock();
    let who = event.by.as_ref().map(called);
    let whom = event.whom.as_ref().map(called).unwrap_or_default();
    let slot = event.slot.map(slot_words).unwrap_or_default();
    let price = event.price.as_ref().map(money).unwrap_or_default();
    let until = event.until.map(|at| clock.when(at)).unwrap_or_default();
    let Some(who) = who else {
        return match event.did {
            ActKind::Confirm => texts::confirm_by_itself(),
            ActKind::Resume => texts::resume_by_itself(),
            _ => texts::by_itself(),
        }
        .to_owned();
    };
    match event.did {
        ActKind::Report => texts::report(&who),
        ActKind::Assign => texts::assign(&who, &whom),
        ActKind::Transfer => texts::transfer(&who, &whom),
        ActKind::Accept => texts::accept(&who),
        ActKind::Pause => texts::pause(&until, &who),
        ActKind::Resume => texts::resume(&who),
        ActKind::ProposeVisit => texts::propose_visit(&slot, &who),
        ActKind::AgreeVisit => texts::agree_visit(&slot, &who),
        ActKind::Quote => texts::quote(&price, &who),
        ActKind::TakeQuoteBack => texts::take_quote_back(&who),
        ActKind::ApproveQuote => texts::approve_quote(&who),
        ActKind::DeclineQuote => texts::decline_quote(&who),
        ActKind::UseParts => texts::use_parts(&who),
        ActKind::Finish => texts::finish(&who),
        ActKind::Confirm => texts::confirm(&who),
        ActKind::Reopen => texts::reopen(&who),
        ActKind::Refuse => texts::refuse(&who),
        ActKind::CloseUnfixed => texts::close_unfixed(&who),
        ActKind::Dispute => texts::dispute(&who),
        ActKind::Withdraw => texts::withdraw(&who),
        ActKind::Merge => texts::merge(&who),
        ActKind::Move => texts::move_(&who),
        ActKind::Message => texts::message(&who),
        ActKind::Rate => texts::rate(&who),
        ActKind::Join => texts::join(&who),
        ActKind::Unknown => texts::unknown(&who),
    }
}
