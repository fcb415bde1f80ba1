//! A report: photos first, then what, where, how urgent, and how to come in. It goes off with or without network.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use linli_wire::{
    WireError,
    command::{
        Empty, RepairChoicesGet, RepairDraftsList, RepairForget, RepairKey, RepairLike, RepairNew,
        RepairReportNow, RepairsLike, Topic,
    },
    id::RepairId,
    repairs::{
        MAX_REACH, MAX_TIMES, MAX_WORDS, RepairChoices, RepairDraft, RepairForm, RepairPlace, Slot, Urgency,
    },
};

use super::{
    cards::{card_row, shared_places},
    draft::Draft,
    form::{Area, too_long},
    list::to_list,
    photos::Photos,
    said::{slot_words, urgency_word},
};
use crate::{
    components::{
        banner::OfflineBanner,
        choice::{Choice, choices},
        dialog::Confirm,
        error_state::error_state,
        field::{Field, field_error, focus_field, form_summary},
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
        switch::Switch,
    },
    format::{from_local_input, now, to_local_input},
    ipc::{self, Answer},
    state::{Act, app},
    words::{self, repairs as texts},
};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Days that are offered as suiting, from tomorrow.
const DAYS: i64 = 3;
/// Parts of a day, by their hours on the community's clock.
const PARTS: [(u8, u8); 3] = [(9, 12), (13, 17), (18, 20)];

/// The report in the making that the address names, else the newest one, else a new one.
#[component]
pub fn New() -> impl IntoView {
    let wanted = use_query_map().with_untracked(|query| query.get("draft")?.parse::<RepairId>().ok());
    let found = RwSignal::new(Answer::<RepairDraft>::Loading);
    let open = move |fresh: bool| {
        found.set(Answer::Loading);
        spawn_local(async move {
            let answer = match draft(wanted, fresh).await {
                Ok(draft) => Answer::Ready(draft),
                Err(error) => Answer::Failed(error),
            };
            let _ = found.try_set(answer);
        });
    };
    open(false);
    view! {
        <div class="l-page">
            <PageHeader title=texts::new_title() back=to_list() />
            <OfflineBanner />
            {move || match found.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(Callback::new(move |()| open(false)))),
                Answer::Ready(draft) => view! { <Report known=draft again=Callback::new(move |()| open(true)) /> }.into_any(),
            }}
        </div>
    }
}

async fn draft(wanted: Option<RepairId>, fresh: bool) -> Result<RepairDraft, WireError> {
    if !fresh {
        let drafts = ipc::call::<RepairDraftsList>(Empty {}).await?.drafts;
        let named = drafts.iter().find(|draft| Some(draft.id) == wanted).cloned();
        if let Some(draft) = named.or_else(|| drafts.into_iter().next()) {
            return Ok(draft);
        }
    }
    ipc::call::<RepairNew>(Empty {}).await
}

#[component]
fn Report(known: RepairDraft, again: Callback<()>) -> impl IntoView {
    let was_begun = known.form != RepairForm::default();
    let draft = Draft::open(&known);
    let asked = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs, Topic::Community], || Empty {});
    // The form is built once: later answers would take the cursor away.
    let is_here = Memo::new(move |_| asked.with(|choices| choices.is_some()));
    let forgetting = RwSignal::new(false);
    let forget = Callback::new(move |()| {
        draft.end();
        ipc::call_then::<RepairForget>(RepairKey { id: draft.id }, move |_| again.run(()));
    });
    let app = app();
    let kept =
        move || draft.kept_at.get().map(|at| texts::draft_kept(&app.clock().when(at))).unwrap_or_default();
    view! {
        {was_begun.then(|| view! {
            <div class="c-banner" data-kind="info" role="status" data-testid="draft-again">
                {icon("edit")} <div><p>{texts::draft_again()}</p></div>
                <button type="button" class="c-button" data-kind="plain" data-testid="start-again" on:click=move |_| forgetting.set(true)>{icon("trash")} {texts::start_again()}</button>
            </div>
        })}
        <Confirm open=forgetting id="forget-report" title=texts::start_again() text=texts::start_again_text() confirm=words::common::discard() then=forget />
        {move || match (is_here.get(), untrack(|| asked.get())) {
            (true, Answer::Ready(choices)) => form(draft, choices),
            (_, Answer::Failed(error)) => error_state(&error, Some(asked.retry())),
            _ => skeleton_list(3),
        }}
        <p class="t-soft t-small" role="status" data-testid="kept">{kept}</p>
    }
}

fn form(draft: Draft, known: RepairChoices) -> AnyView {
    let photos = part_of(draft, |form| form.photos.clone(), |form, photos| form.photos = photos);
    let words = part_of(draft, |form| form.words.clone(), |form, words| form.words = words);
    let reach = part_of(draft, |form| form.reach.clone(), |form, reach| form.reach = reach);
    let tried = RwSignal::new(false);
    let problem = move |is_wrong: fn(&RepairForm) -> bool, sentence: fn() -> &'static str| {
        Signal::derive(move || (tried.get() && draft.form.with(is_wrong)).then(|| sentence().to_owned()))
    };
    let category_error = problem(|form| form.category.is_empty(), texts::category_missing);
    let place_error = problem(|form| form.place.is_none(), texts::place_missing);
    let words_error = Signal::derive(move || {
        let missing = tried.get() && draft.form.with(|form| form.words.trim().is_empty());
        let missing = missing.then(|| texts::words_missing().to_owned());
        missing.or_else(|| draft.form.with(|form| too_long(&form.words, MAX_WORDS)))
    });
    let reach_error = Signal::derive(move || draft.form.with(|form| too_long(&form.reach, MAX_REACH)));
    let problems = Signal::derive(move || {
        [
            (category_error, "repair-category"),
            (place_error, "repair-place"),
            (words_error, "repair-words"),
            (reach_error, "repair-reach"),
        ]
        .into_iter()
        .filter_map(|(error, id)| Some((id, error.get()?)))
        .collect::<Vec<_>>()
    });
    let at_home = Memo::new(move |_| draft.form.with(|form| form.place.is_some_and(RepairPlace::is_home)));
    let may_enter = Signal::derive(move || draft.form.with(|form| form.may_enter));
    let urgency = Signal::derive(move || draft.form.with(|form| form.urgency));
    let urgencies = [
        (Urgency::Normal, texts::normal_help(), "urgency-normal"),
        (Urgency::Urgent, texts::urgent_help(), "urgency-urgent"),
        (Urgency::Emergency, texts::emergency_help(), "urgency-emergency"),
    ];
    let urgencies = urgencies
        .into_iter()
        .map(|(urgency, help, testid)| Choice::new(urgency, urgency_word(urgency), testid).help(help));
    let choose_urgency = Callback::new(move |urgency| draft.change(|form| form.urgency = urgency));
    let categories = category_choices(draft, &known);
    let places = place_choices(draft, &known);
    view! {
        <form class="c-form" novalidate on:submit=|event: web_sys::SubmitEvent| event.prevent_default()>
            <Photos name="repair-photos" label=texts::photos() photos=photos />
            <div class="l-stack" data-gap="tiny">{categories} {field_error("repair-category-error".to_owned(), category_error)}</div>
            <div class="l-stack" data-gap="tiny">{places} {field_error("repair-place-error".to_owned(), place_error)}</div>
            {like(draft, &known)}
            <Area id="repair-words" label=texts::words() help=texts::words_help() value=words error=words_error />
            {choices("repair-urgency", texts::urgency(), true, None, urgency, urgencies.collect(), choose_urgency)}
            {move || at_home.get().then(|| view! {
                {times(draft)}
                <Switch label=texts::may_enter() help=texts::may_enter_help() on=may_enter testid="may-enter" change=Callback::new(move |on| draft.change(|form| form.may_enter = on)) />
            })}
            <Field id="repair-reach" label=texts::reach() help=texts::reach_help() value=reach error=reach_error optional=true />
            {send(draft, tried, problems)}
        </form>
    }
    .into_any()
}

/// A part of the form as a signal of its own, both ways.
fn part_of<T: Clone + PartialEq + Send + Sync + 'static>(
    draft: Draft,
    read: fn(&RepairForm) -> T,
    write: fn(&mut RepairForm, T),
) -> RwSignal<T> {
    let part = RwSignal::new(draft.form.with_untracked(read));
    Effect::new(move |_| {
        let now = part.get();
        if draft.form.with_untracked(|form| read(form) != now) {
            draft.change(|form| write(form, now));
        }
    });
    part
}

fn category_choices(draft: Draft, known: &RepairChoices) -> AnyView {
    let language = app().language();
    let chosen = Signal::derive(move || draft.form.with(|form| form.category.clone()));
    let choose = Callback::new(move |key| draft.change(|form| form.category = key));
    let offered = known.categories.iter().filter(|category| !category.content.retired).map(|category| {
        let content = &category.content;
        let picture = view! { <span class="p-category">{icon(&content.icon)}</span> }.into_any();
        Choice::new(content.key.clone(), content.name.in_language(&language), "category").sample(picture)
    });
    choices("repair-category", texts::category(), true, Some("3"), chosen, offered.collect(), choose)
}

/// What is chosen first: a place, or that it is one of the common areas.
#[derive(Clone, Copy, PartialEq)]
enum Spot {
    Here(RepairPlace),
    Area,
}

fn place_choices(draft: Draft, known: &RepairChoices) -> AnyView {
    let is_area = |place: RepairPlace| matches!(place, RepairPlace::Area { .. });
    let in_area = RwSignal::new(draft.form.with_untracked(|form| form.place.is_some_and(is_area)));
    let chosen = Signal::derive(move || match (in_area.get(), draft.form.with(|form| form.place)) {
        (true, _) => Some(Spot::Area),
        (false, place) => place.map(Spot::Here),
    });
    let choose = Callback::new(move |spot: Option<Spot>| {
        in_area.set(spot == Some(Spot::Area));
        let place = match spot {
            Some(Spot::Here(place)) => Some(place),
            Some(Spot::Area) | None => None,
        };
        draft.change(|form| form.place = place);
    });
    let homes = known.homes.iter().map(|home| {
        let name = texts::my_home(&format!("{}-{}", home.building_code, home.code));
        Choice::new(Some(Spot::Here(RepairPlace::Home { unit_id: home.id })), name, "place-home")
    });
    let (areas, buildings): (Vec<_>, Vec<_>) =
        shared_places(known).into_iter().partition(|(place, _)| is_area(*place));
    let buildings = buildings.into_iter().map(|(place, name)| {
        Choice::new(Some(Spot::Here(place)), name, "place-building").help(texts::building_help())
    });
    let common = (!areas.is_empty())
        .then(|| Choice::new(Some(Spot::Area), texts::area(), "place-area").help(texts::area_help()));
    let areas = StoredValue::new(areas);
    view! {
        {choices("repair-place", texts::place(), true, Some("2"), chosen, homes.chain(buildings).chain(common).collect(), choose)}
        {move || in_area.get().then(|| area_choice(draft, areas))}
    }
    .into_any()
}

/// The common area by its name.
fn area_choice(draft: Draft, areas: StoredValue<Vec<(RepairPlace, String)>>) -> AnyView {
    let options = areas.with_value(|areas| {
        let option = |(at, (place, name)): (usize, &(RepairPlace, String))| {
            let place = *place;
            let chosen = move || draft.form.with(|form| form.place == Some(place));
            view! { <option value=at.to_string() prop:selected=chosen>{name.clone()}</option> }
        };
        areas.iter().enumerate().map(option).collect_view()
    });
    let choose = move |event| {
        let at = event_target_value(&event).parse::<usize>().ok();
        let place = areas.with_value(|areas| areas.get(at?).map(|(place, _)| *place));
        draft.change(|form| form.place = place);
    };
    view! {
        <div class="c-field">
            <label class="c-field__label" for="repair-area">{texts::area_which()}</label>
            <select class="c-input" id="repair-area" data-testid="repair-area" on:change=choose>
                <option value="" prop:selected=move || draft.form.with(|form| form.place.is_none())>{words::repair_acts::pick()}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// Open reports of the same place and category: one waits with the others instead of reporting again.
fn like(draft: Draft, known: &RepairChoices) -> AnyView {
    let names = StoredValue::new(shared_places(known));
    let place = Memo::new(move |_| {
        draft.form.with(|form| Some((form.place.filter(|place| !place.is_home())?, form.category.clone())))
    });
    (move || {
        let (place, category) = place.get().filter(|(_, category)| !category.is_empty())?;
        let asked = ipc::ask::<RepairsLike>(&[Topic::Repairs, Topic::Outbox], move || RepairLike { place, category: category.clone() });
        let name = names.with_value(|names| names.iter().find(|(known, _)| *known == place).map(|(_, name)| name.clone()));
        let name = name.unwrap_or_default();
        Some(move || {
            let cards = asked.ready().map(|found| found.cards).unwrap_or_default();
            (!cards.is_empty()).then(|| view! {
                <section class="c-card" data-gap="" data-tone="sunk" role="status" data-testid="like">
                    <div><h2 class="c-card__title">{texts::like_title()}</h2> <p class="t-soft t-small">{texts::like_text()}</p></div>
                    <ul class="c-list" role="list" data-lead="icon">{cards.into_iter().map(|card| view! { <li>{card_row(card, &name)}</li> }).collect_view()}</ul>
                </section>
            })
        })
    })
    .into_any()
}

/// The next days in parts, to be ticked.
fn times(draft: Draft) -> AnyView {
    let zone = app().clock().zone;
    let mut offered: Vec<Slot> = draft.form.with_untracked(|form| form.times.clone());
    for day in 1..=DAYS {
        let date = to_local_input(now().plus_millis(day * DAY), &zone);
        let date = date.split('T').next().unwrap_or_default().to_owned();
        for (from, until) in PARTS {
            let at = |hour: u8| from_local_input(&format!("{date}T{hour:02}:00"), &zone);
            if let (Some(from), Some(until)) = (at(from), at(until)) {
                let slot = Slot { from, until };
                if !offered.contains(&slot) {
                    offered.push(slot);
                }
            }
        }
    }
    offered.sort_by_key(|slot| slot.from);
    let chips = offered.into_iter().map(|slot| {
        let chosen = Memo::new(move |_| draft.form.with(|form| form.times.contains(&slot)));
        let toggle = move |_| {
            draft.change(|form| {
                if form.times.contains(&slot) {
                    form.times.retain(|other| *other != slot);
                } else if form.times.len() < MAX_TIMES {
                    form.times.push(slot);
                }
            });
        };
        view! {
            <button type="button" class="c-chip" data-testid="time" aria-pressed=move || chosen.get().to_string() on:click=toggle>
                {move || chosen.get().then(|| icon("ok"))} {slot_words(slot)}
            </button>
        }
    });
    view! {
        <div class="c-field">
            <p class="c-field__label" id="repair-times">{texts::times()}<span class="c-field__optional">" ("{words::common::optional()}")"</span></p>
            <div class="c-chips" role="group" aria-labelledby="repair-times">{chips.collect_view()}</div>
        </div>
    }
    .into_any()
}

fn send(draft: Draft, tried: RwSignal<bool>, problems: Signal<Vec<(&'static str, String)>>) -> AnyView {
    let app = app();
    let act = Act::new();
    let navigate = StoredValue::new_local(use_navigate());
    let press = move |_| {
        tried.set(true);
        let missing = problems.with_untracked(|problems| problems.first().map(|(id, _)| *id));
        if let Some(id) = missing {
            focus_field(id);
            return;
        }
        let report = RepairDraft { id: draft.id, kept_at: now(), form: draft.form.get_untracked() };
        act.run::<RepairReportNow>(report, move |_| {
            draft.end();
            app.tell(texts::reported_now());
            navigate.with_value(|navigate| {
                navigate(
                    &format!("/repairs/{}", draft.id),
                    NavigateOptions { replace: true, ..NavigateOptions::default() },
                )
            });
        });
    };
    view! {
        {form_summary(problems, tried)}
        {move || act.error.get().map(|error| error_state(&error, None))}
        <button type="button" class="c-button" data-kind="primary" data-width="full" data-testid="send-report" aria-busy=act.aria_busy() on:click=press>{icon("send")} {texts::send()}</button>
        <p class="t-soft t-small">{texts::send_help()}</p>
    }
    .into_any()
}
