//! Whom a notice is for.

use leptos::prelude::*;
use linli_wire::{
    command::{AudienceCountGet, CommunityMap, CommunityMapView, Empty, Topic},
    community::{Role, Unit},
    id::UnitId,
    notices::{Audience, AudienceCount},
};

use super::draft::Draft;
use crate::{
    components::{
        choice::{Choice, choices},
        field::field_error,
        icon::icon,
        search_field::SearchField,
    },
    ipc::{self, Asked},
    pages::join::role_name,
    state::app,
    words::{self, editor as texts},
};

/// Most units shown at a time under a search.
const SHOWN: usize = 24;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Community,
    Buildings,
    Units,
    Role,
}

const fn kind(audience: &Audience) -> Kind {
    match audience {
        Audience::Community => Kind::Community,
        Audience::Buildings { .. } => Kind::Buildings,
        Audience::Units { .. } => Kind::Units,
        Audience::Role { .. } => Kind::Role,
    }
}

/// Radio buttons, and what belongs to the chosen one.
#[component]
pub(super) fn AudiencePicker(
    /// The notice.
    draft: Draft,
    /// The community's buildings and units.
    map: Asked<CommunityMapView>,
    /// What does not fit, once saving was tried.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| draft.content.with(|content| kind(&content.audience)));
    let choose = Callback::new(move |wanted| {
        let audience = match wanted {
            Kind::Community => Audience::Community,
            Kind::Buildings => Audience::Buildings { buildings: Vec::new() },
            Kind::Units => Audience::Units { units: Vec::new() },
            Kind::Role => Audience::Role { role: Role::Resident },
        };
        draft.content.update(|content| {
            if kind(&content.audience) != wanted {
                content.audience = audience;
            }
        });
    });
    let options = vec![
        Choice::new(Kind::Community, texts::audience_all(), "audience-all"),
        Choice::new(Kind::Buildings, texts::audience_buildings(), "audience-buildings"),
        Choice::new(Kind::Units, texts::audience_units(), "audience-units"),
        Choice::new(Kind::Role, texts::audience_role(), "audience-role"),
    ];
    view! {
        <div class="l-stack">
            {choices("audience", texts::audience(), true, None, chosen.into(), options, choose)}
            {move || match chosen.get() {
                Kind::Community => None,
                Kind::Buildings => Some(buildings(draft, map)),
                Kind::Units => Some(view! { <Units draft=draft map=map /> }.into_any()),
                Kind::Role => Some(roles(draft)),
            }}
            {field_error("audience-error".to_owned(), error)}
            {reach(draft)}
        </div>
    }
}

/// How many the notice reaches; nothing while nobody is chosen.
pub(super) fn reach(draft: Draft) -> AnyView {
    let audience = Memo::new(move |_| draft.content.with(|content| content.audience.clone()));
    let asked = ipc::ask::<AudienceCountGet>(&[Topic::Community], move || audience.get());
    let chosen = move || {
        audience.with(|audience| match audience {
            Audience::Buildings { buildings } => !buildings.is_empty(),
            Audience::Units { units } => !units.is_empty(),
            Audience::Community | Audience::Role { .. } => true,
        })
    };
    (move || {
        let count = asked.ready().filter(|_| chosen())?;
        Some(view! {
            <p class="p-reach" data-testid="reach" role="status">{icon("people")} <span>{reach_in_words(count)}</span></p>
        })
    })
    .into_any()
}

fn reach_in_words(AudienceCount { people, joined, homes }: AudienceCount) -> String {
    if people == 0 {
        return texts::reach_nobody().to_owned();
    }
    let reached = if homes == 0 {
        texts::reach_people_only(&texts::reach_people(people))
    } else {
        texts::reach(&texts::reach_homes(homes), &texts::reach_people(people))
    };
    let space = if words::tag() == "zh" { "" } else { " " };
    format!("{reached}{space}{}", texts::reach_joined(joined))
}

/// The community's map, asked once for the editor.
pub(super) fn ask_map() -> Asked<CommunityMapView> {
    ipc::ask::<CommunityMap>(&[Topic::Community], || Empty {})
}

fn chip(name: String, pressed: bool, press: Callback<()>) -> AnyView {
    view! {
        <button type="button" class="c-chip" aria-pressed=pressed.to_string() on:click=move |_| press.run(())>{pressed.then(|| icon("ok"))} {name}</button>
    }
    .into_any()
}

fn buildings(draft: Draft, map: Asked<CommunityMapView>) -> AnyView {
    let app = app();
    let language = app.language();
    (move || {
        let chosen = draft.content.with(|content| match &content.audience {
            Audience::Buildings { buildings } => buildings.clone(),
            _ => Vec::new(),
        });
        let chips = map.ready().unwrap_or_default().buildings.into_iter().map(|building| {
            let id = building.id;
            let name = building.name.in_language(&language).to_owned();
            let name = if name.is_empty() { words::common::building(&building.code) } else { name };
            let press = Callback::new(move |()| {
                draft.content.update(|content| {
                    if let Audience::Buildings { buildings } = &mut content.audience {
                        if buildings.contains(&id) {
                            buildings.retain(|other| *other != id);
                        } else {
                            buildings.push(id);
                        }
                    }
                });
            });
            chip(name, chosen.contains(&id), press)
        });
        view! { <div class="c-chips" role="group" aria-label=texts::audience_buildings() data-testid="buildings">{chips.collect_view()}</div> }
    })
    .into_any()
}

#[component]
fn Units(draft: Draft, map: Asked<CommunityMapView>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let name = move |unit: &Unit, map: &CommunityMapView| {
        let building = map.buildings.iter().find(|building| building.id == unit.building_id);
        format!("{}-{}", building.map_or("", |building| building.code.as_str()), unit.code)
    };
    let toggle = move |id: UnitId| {
        Callback::new(move |()| {
            draft.content.update(|content| {
                if let Audience::Units { units } = &mut content.audience {
                    if units.contains(&id) {
                        units.retain(|other| *other != id);
                    } else {
                        units.push(id);
                    }
                }
            });
        })
    };
    let chips = move || {
        let chosen = draft.content.with(|content| match &content.audience {
            Audience::Units { units } => units.clone(),
            _ => Vec::new(),
        });
        let words = search.get().trim().to_owned();
        let map = map.ready().unwrap_or_default();
        let named: Vec<_> = map.units.iter().map(|unit| (unit.id, name(unit, &map))).collect();
        let picked = named.iter().filter(|(id, _)| chosen.contains(id));
        let found = named
            .iter()
            .filter(|(id, name)| !chosen.contains(id) && !words.is_empty() && name.contains(&words))
            .take(SHOWN);
        picked
            .chain(found)
            .map(|(id, name)| chip(name.clone(), chosen.contains(id), toggle(*id)))
            .collect_view()
    };
    view! {
        <SearchField words=search label=texts::audience_units() placeholder=texts::units_placeholder() shortcut=false />
        <div class="c-chips" role="group" aria-label=texts::audience_units()>{chips}</div>
    }
}

fn roles(draft: Draft) -> AnyView {
    let chosen = Signal::derive(move || {
        draft.content.with(|content| match &content.audience {
            Audience::Role { role } => *role,
            _ => Role::Other,
        })
    });
    let options =
        Role::KNOWN.into_iter().map(|role| Choice::new(role, role_name(role), role.as_str())).collect();
    let choose =
        Callback::new(move |role| draft.content.update(|content| content.audience = Audience::Role { role }));
    choices("audience-role", texts::audience_role(), false, Some("2"), chosen, options, choose)
}

/// The audience of a notice in words, with the names from the map.
pub(super) fn in_words(audience: &Audience, map: &CommunityMapView) -> String {
    let names: Vec<String> = match audience {
        Audience::Buildings { buildings } => map
            .buildings
            .iter()
            .filter(|building| buildings.contains(&building.id))
            .map(|building| building.code.clone())
            .collect(),
        Audience::Units { units } => {
            let units = map.units.iter().filter(|unit| units.contains(&unit.id));
            units
                .map(|unit| {
                    let building = map.buildings.iter().find(|building| building.id == unit.building_id);
                    format!("{}-{}", building.map_or("", |building| building.code.as_str()), unit.code)
                })
                .collect()
        }
        Audience::Community | Audience::Role { .. } => Vec::new(),
    };
    crate::pages::notices::audience_words(audience, &names)
}
