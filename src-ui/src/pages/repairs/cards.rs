//! Open repairs of the building and of common areas, with "me too".

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    command::{Empty, RepairChoicesGet, RepairJoin, RepairKey, RepairLike, RepairsLike, Topic},
    id::RepairId,
    repairs::{RepairCardRow, RepairChoices, RepairPlace},
};

use super::said::state_tag;
use crate::{
    components::icon::icon,
    ipc::{self, Topics},
    state::app,
    words::repairs as texts,
};

/// The places that somebody shares with neighbours, and how they are called.
pub(super) fn shared_places(choices: &RepairChoices) -> Vec<(RepairPlace, String)> {
    let language = app().language();
    let buildings = choices.buildings.iter().map(|building| {
        let place = RepairPlace::Building { building_id: building.id };
        (place, building.name.in_language(&language).to_owned())
    });
    let areas = choices
        .areas
        .iter()
        .map(|area| (RepairPlace::Area { area_id: area.id }, area.name.in_language(&language).to_owned()));
    buildings.chain(areas).collect()
}

/// What is open around the person; nothing where nothing is. What stands in their own list, `mine`, is left out.
pub(super) fn around(mine: Signal<Vec<RepairId>>) -> AnyView {
    let choices = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs, Topic::Community], || Empty {});
    let found = RwSignal::new(Vec::<(RepairCardRow, String)>::new());
    let places = StoredValue::new(Vec::<(RepairPlace, String)>::new());
    let topics = use_context::<Topics>();
    Effect::new(move |_| {
        if let Some(topics) = topics {
            topics.track(Topic::Outbox);
        }
        let Some(choices) = choices.ready() else { return };
        places.set_value(untrack(|| shared_places(&choices)));
        spawn_local(async move {
            let mut cards = Vec::new();
            for (place, name) in places.try_get_value().unwrap_or_default() {
                let like = RepairLike { place, category: String::new() };
                if let Ok(reply) = ipc::call::<RepairsLike>(like).await {
                    cards.extend(reply.cards.into_iter().map(|card| (card, name.clone())));
                }
            }
            let _ = found.try_set(cards);
        });
    });
    let shown = Memo::new(move |_| {
        let (mut cards, mine) = (found.get(), mine.get());
        cards.retain(|(card, _)| !mine.contains(&card.card.id));
        cards
    });
    (move || {
        let cards = shown.get();
        (!cards.is_empty()).then(|| view! {
            <section class="l-section" data-testid="around">
                <div class="l-section__head"><h2>{texts::around_title()}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">
                    {cards.into_iter().map(|(card, place)| view! { <li>{card_row(card, &place)}</li> }).collect_view()}
                </ul>
            </section>
        })
    })
    .into_any()
}

/// A card with "me too", or a word that one waits already.
pub(super) fn card_row(row: RepairCardRow, place: &str) -> AnyView {
    let app = app();
    let RepairCardRow { card, category_name, joined } = row;
    let id = card.id;
    let clock = app.clock();
    let promised = card.promised_by.map(|by| texts::promise(&clock.when(by)));
    let join = move |_| {
        app.run::<RepairJoin>(RepairKey { id }, move |_| app.tell(texts::joined_now()));
    };
    let end = if joined {
        view! { <a class="c-button" data-kind="plain" href=format!("/repairs/{id}")>{icon("ok")} {texts::joined()}</a> }.into_any()
    } else {
        view! { <button type="button" class="c-button" data-kind="quiet" data-testid="me-too" on:click=join>{icon("plus")} {texts::me_too()}</button> }.into_any()
    };
    view! {
        <div class="c-row" data-strong="" data-actions="" data-testid="repair-card">
            <span class="c-row__lead">{icon("tool")}</span>
            <span class="c-row__body">
                <span class="c-row__tags">{state_tag(card.state)}</span>
                <span class="c-row__title">{category_name}" ·\u{a0}"{place.to_owned()}</span>
                <span class="c-row__meta">{texts::reported_at(&clock.when(card.reported_at))}</span>
                {promised.map(|words| view! { <span class="c-row__meta">{words}</span> })}
                <span class="c-row__meta" data-testid="affected">{texts::affected(card.affected)}</span>
            </span>
            <span class="c-row__end">{end}</span>
        </div>
    }
    .into_any()
}
