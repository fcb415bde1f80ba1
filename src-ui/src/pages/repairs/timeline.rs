//! What happened to a repair, in plain words, with who and when, words and photos.

use std::collections::BTreeSet;

use leptos::prelude::*;
use linli_wire::{
    command::{RepairOlder, RepairOlderGet},
    id::RepairId,
    repairs::{ActKind, Repair, RepairEvent, RepairEvents, RepairPerson},
};

use super::{photos::gallery, said::slot_words};
use crate::{
    components::{error_state::error_state, icon::icon},
    format::money,
    state::{Act, app},
    words::{repair_events as texts, repairs},
};

/// What was asked for beyond the events that a repair carries; stays while the repair changes.
#[derive(Clone, Copy)]
pub(super) struct Earlier {
    id: RepairId,
    told: RwSignal<Option<RepairEvents>>,
    act: Act,
}

impl Earlier {
    pub(super) fn new(id: RepairId) -> Self {
        Self { id, told: RwSignal::new(None), act: Act::new() }
    }

    fn ask(self) {
        let before = self.told.with_untracked(|told| told.as_ref()?.before);
        self.act.run::<RepairOlderGet>(RepairOlder { id: self.id, before }, move |mut page| {
            self.told.update(|told| {
                page.events.extend(told.take().into_iter().flat_map(|told| told.events));
                *told = Some(page);
            });
        });
    }
}

/// The events, oldest first.
pub(super) fn timeline(repair: &Repair, earlier: Earlier) -> AnyView {
    let (carried, left_out) = (repair.events.clone(), repair.left_out);
    let events = move || {
        earlier.told.with(|told| {
            let Parted { before, left_out, behind } = parted(&carried, left_out, told.as_ref());
            let gap = (left_out > 0).then(|| gap(left_out, earlier));
            view! { {before.into_iter().map(event).collect_view()} {gap} {behind.into_iter().map(event).collect_view()} }
        })
    };
    view! {
        <section class="l-section">
            <h2>{repairs::timeline()}</h2>
            <ol class="p-timeline" role="list" data-testid="timeline">{events}</ol>
        </section>
    }
    .into_any()
}

/// Events before and behind a gap, and how many are in it.
struct Parted<'a> {
    before: Vec<&'a RepairEvent>,
    left_out: u32,
    behind: Vec<&'a RepairEvent>,
}

fn parted<'a>(carried: &'a [RepairEvent], left_out: u32, told: Option<&'a RepairEvents>) -> Parted<'a> {
    let Some((told, oldest)) = told.and_then(|told| Some((told, told.events.first()?))) else {
        let (before, behind) = carried.split_at(carried.len().min(1));
        return Parted { before: before.iter().collect(), left_out, behind: behind.iter().collect() };
    };
    let known: BTreeSet<_> = told.events.iter().map(|event| event.id).collect();
    // What is told has no gaps: of what is carried, some may be older, and what came since is newer.
    let (before, since): (Vec<_>, Vec<_>) =
        carried.iter().filter(|event| !known.contains(&event.id)).partition(|event| event.at <= oldest.at);
    let all = told.before.map_or(0, |number| u32::try_from(number - 1).unwrap_or(u32::MAX));
    let left_out = all.saturating_sub(u32::try_from(before.len()).unwrap_or(u32::MAX));
    Parted { before, left_out, behind: told.events.iter().chain(since).collect() }
}

fn gap(left_out: u32, earlier: Earlier) -> AnyView {
    let ask = Callback::new(move |()| earlier.ask());
    view! {
        <li class="p-event">
            <span class="p-event__mark">{icon("more")}</span>
            <div class="l-stack" data-gap="tiny">
                <p class="t-soft">{texts::left_out(left_out)}</p>
                {move || match earlier.act.error.get() {
                    Some(error) => error_state(&error, Some(ask)),
                    None => view! {
                        <div><button type="button" class="c-button" data-kind="quiet" data-testid="show-earlier" aria-busy=earlier.act.aria_busy() on:click=move |_| ask.run(())>{icon("clock")} {texts::show_earlier()}</button></div>
                    }
                    .into_any(),
                }}
            </div>
        </li>
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
