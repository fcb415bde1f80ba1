//! The points of a plan in its editor: where each is, what kind of repair comes of it, and what to look at.

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, RoundPointNew},
    id::RoundPointId,
    repairs::{RepairChoices, RepairPlace},
    rounds::{MAX_CHECKS, MAX_POINTS, RoundCheck, RoundPlanContent, RoundPoint},
};

use super::editor::{languages, set, text};
use crate::{
    components::icon::icon,
    ipc,
    state::app,
    words::{self, repairs, round_plans as texts},
};

type Content = RwSignal<RoundPlanContent>;
/// What can be chosen: a value as text, and its name.
type Options = StoredValue<Vec<(String, String)>>;

/// The points, each built once: typing in one disturbs no other.
pub(super) fn points(content: Content, choices: &RepairChoices) -> AnyView {
    let app = app();
    let language = app.language();
    let buildings = choices.buildings.iter().map(|building| {
        (
            place_value(RepairPlace::Building { building_id: building.id }),
            building.name.in_language(&language).to_owned(),
        )
    });
    let areas = choices.areas.iter().map(|area| {
        (place_value(RepairPlace::Area { area_id: area.id }), area.name.in_language(&language).to_owned())
    });
    let places: Options = StoredValue::new(buildings.chain(areas).collect());
    let kinds = choices.categories.iter().filter(|kind| !kind.content.retired);
    let kinds =
        kinds.map(|kind| (kind.content.key.clone(), kind.content.name.in_language(&language).to_owned()));
    let kinds: Options = StoredValue::new(kinds.collect());
    let ids = Memo::new(move |_| {
        content.with(|content| content.points.iter().map(|point| point.id).collect::<Vec<_>>())
    });
    let add = move |_| {
        ipc::call_then::<RoundPointNew>(Empty {}, move |made| match made {
            Ok(point) => content.update(|content| content.points.push(point)),
            Err(error) => app.complain(&error),
        });
    };
    view! {
        <section class="l-stack" aria-label=texts::points_label()>
            <h2>{texts::points_label()}</h2>
            <For each=move || ids.get() key=|id| *id let(id)>{point(content, id, places, kinds)}</For>
            {move || (ids.with(Vec::len) < MAX_POINTS).then(|| view! {
                <button type="button" class="c-button" data-kind="quiet" data-testid="add-point" on:click=add>{icon("plus")} {texts::add_point()}</button>
            })}
        </section>
    }
    .into_any()
}

fn place_value(place: RepairPlace) -> String {
    match place {
        RepairPlace::Home { unit_id } => format!("home {unit_id}"),
        RepairPlace::Building { building_id } => format!("building {building_id}"),
        RepairPlace::Area { area_id } => format!("area {area_id}"),
    }
}

fn read_place(value: &str) -> Option<RepairPlace> {
    match value.split_once(' ')? {
        ("building", id) => Some(RepairPlace::Building { building_id: id.parse().ok()? }),
        ("area", id) => Some(RepairPlace::Area { area_id: id.parse().ok()? }),
        _ => None,
    }
}

fn of(content: &mut RoundPlanContent, id: RoundPointId) -> Option<&mut RoundPoint> {
    content.points.iter_mut().find(|point| point.id == id)
}

fn point(content: Content, id: RoundPointId, places: Options, kinds: Options) -> AnyView {
    let known = content.with_untracked(|content| content.points.iter().find(|point| point.id == id).cloned());
    let Some(known) = known else { return ().into_any() };
    let place = move || {
        content.with(|content| content.points.iter().position(|point| point.id == id)).unwrap_or_default()
    };
    let number = move || texts::point_number(&(place() + 1).to_string());
    let names = languages().into_iter().map(|language| {
        let value = known.name.0.get(&language).cloned().unwrap_or_default();
        let key = language.clone();
        let change = Callback::new(move |text: String| {
            set(content, &key, text, |content| of(content, id).map(|point| &mut point.name));
        });
        text(
            format!("point-{id}-{language}"),
            format!("point-name-{language}"),
            texts::name(&words::language_name(&language)),
            value,
            change,
        )
    });
    let choose_place = Callback::new(move |value: String| {
        content.update(|content| {
            if let (Some(point), Some(place)) = (of(content, id), read_place(&value)) {
                point.place = place;
            }
        });
    });
    let choose_kind = Callback::new(move |key: String| {
        content.update(|content| {
            if let Some(point) = of(content, id) {
                point.category = key;
            }
        });
    });
    let numbers = Memo::new(move |_| {
        content.with(|content| {
            let point = content.points.iter().find(|point| point.id == id);
            point
                .map(|point| point.checks.iter().map(|check| check.number).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let add = move |_| {
        content.update(|content| {
            if let Some(point) = of(content, id) {
                let number = point.checks.iter().map(|check| check.number).max().unwrap_or(0) + 1;
                point.checks.push(RoundCheck { number, words: Default::default() });
            }
        });
    };
    let remove = move |_| content.update(|content| content.points.retain(|point| point.id != id));
    let several = move || content.with(|content| content.points.len() > 1);
    view! {
        <fieldset class="c-card c-form" data-gap="" data-testid="plan-point">
            <legend class="t-strong">{number}</legend>
            {names.collect_view()}
            {select(format!("place-{id}"), "point-place", repairs::place(), places, place_value(known.place), choose_place)}
            {select(format!("kind-{id}"), "point-kind", texts::kind(), kinds, known.category.clone(), choose_kind)}
            <div class="l-stack" data-gap="small" role="group" aria-label=texts::checks()>
                <p class="c-field__label">{texts::checks()}</p>
                <p class="c-field__help">{texts::checks_help()}</p>
                <For each=move || numbers.get() key=|number| *number let(number)>{check(content, id, number)}</For>
                {move || (numbers.with(Vec::len) < MAX_CHECKS).then(|| view! {
                    <button type="button" class="c-button" data-kind="plain" data-edge="start" data-testid="add-check" on:click=add>{icon("plus")} {texts::add_check()}</button>
                })}
            </div>
            {move || several().then(|| view! { <button type="button" class="c-button" data-kind="danger" on:click=remove>{icon("trash")} {texts::remove_point()}</button> })}
        </fieldset>
    }
    .into_any()
}

fn check(content: Content, id: RoundPointId, number: u16) -> AnyView {
    let known = content.with_untracked(|content| {
        let point = content.points.iter().find(|point| point.id == id)?;
        point.checks.iter().find(|check| check.number == number).cloned()
    });
    let fields = languages().into_iter().map(|language| {
        let value =
            known.as_ref().and_then(|check| check.words.0.get(&language).cloned()).unwrap_or_default();
        let key = language.clone();
        let change = Callback::new(move |text: String| {
            set(content, &key, text, |content| {
                let check = of(content, id)?.checks.iter_mut().find(|check| check.number == number)?;
                Some(&mut check.words)
            });
        });
        text(
            format!("check-{id}-{number}-{language}"),
            format!("check-words-{language}"),
            texts::check(&words::language_name(&language)),
            value,
            change,
        )
    });
    let remove = move |_| {
        content.update(|content| {
            if let Some(point) = of(content, id)
                && point.checks.len() > 1
            {
                point.checks.retain(|check| check.number != number);
            }
        });
    };
    view! {
        <div class="p-check-edit">
            {fields.collect_view()}
            <button type="button" class="c-button" data-kind="plain" data-edge="start" on:click=remove>{icon("trash")} {texts::remove_check()}</button>
        </div>
    }
    .into_any()
}

fn select(
    id: String,
    testid: &'static str,
    label: &'static str,
    options: Options,
    chosen: String,
    choose: Callback<String>,
) -> AnyView {
    // What is chosen may have been retired since: it stays, by its key.
    let mut options = options.get_value();
    if !options.iter().any(|(value, _)| *value == chosen) {
        options.push((chosen.clone(), chosen.clone()));
    }
    let options = options.into_iter().map(|(value, name)| {
        let is_chosen = value == chosen;
        view! { <option value=value prop:selected=is_chosen>{name}</option> }
    });
    view! {
        <div class="c-field">
            <label class="c-field__label" for=id.clone()>{label}</label>
            <select class="c-input" id=id data-testid=testid on:change=move |event| choose.run(event_target_value(&event))>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}
