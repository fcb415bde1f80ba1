//! The editor of a plan: its name, how often, and the points with what to look at.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use linli_wire::{
    Language, Localized, WireError,
    command::{
        Empty, KeepTyped, RepairChoicesGet, RoundPlanSave, RoundPlansList, RoundPointNew, SaveRoundPlan,
        TypedGet, TypedKeep,
    },
    id::RoundPlanId,
    repairs::RepairChoices,
    rounds::{Interval, IntervalUnit, RoundPlanContent, RoundPlanRow},
    typed::{Typed, TypedPlace},
};

use super::{checks::points, plans::to_plans, to_plan};
use crate::{
    components::{
        banner::OfflineBanner, error_state::error_state, icon::icon, page_header::PageHeader,
        skeleton::skeleton_list, switch::Switch,
    },
    format,
    ipc::{self, Answer},
    state::{Act, app},
    typing,
    words::{self, round_plans as texts},
};

/// The plan that the address names, or a new one.
#[component]
pub fn Editor() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<RoundPlanId>().ok());
    let found = RwSignal::new(Answer::<Known>::Loading);
    let now = format::to_local_input(format::now(), &app().clock().zone);
    let today = StoredValue::new(now.split('T').next().unwrap_or_default().to_owned());
    let open = move || {
        found.set(Answer::Loading);
        spawn_local(async move {
            let answer = match begin(id, today.get_value()).await {
                Ok(known) => Answer::Ready(known),
                Err(error) => Answer::Failed(error),
            };
            let _ = found.try_set(answer);
        });
    };
    open();
    let app = app();
    let start_over = Callback::new(move |()| {
        let nothing = KeepTyped { place: TypedPlace::RoundPlan { id }, typed: Typed::default() };
        ipc::call_then::<TypedKeep>(nothing, move |forgot| match forgot {
            Ok(_) => open(),
            Err(error) => app.complain(&error),
        });
    });
    let back = match id {
        Some(id) => to_plan(id, texts::one()),
        None => to_plans(),
    };
    let title = if id.is_some() { texts::edit() } else { texts::new() };
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title back=back />
            <OfflineBanner />
            {move || match found.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(Callback::new(move |()| open()))),
                Answer::Ready(known) => view! { {known.kept.map(|kept| banner(kept, start_over))} {form(known)} }.into_any(),
            }}
        </div>
    }
}

/// What the editor begins with.
#[derive(Clone, PartialEq)]
struct Known {
    row: Option<RoundPlanRow>,
    /// The plan as it is known here; a new one has one point.
    first: RoundPlanContent,
    /// What stands in the editor: `first`, or what was typed before.
    content: RoundPlanContent,
    kept: Option<Kept>,
    choices: RepairChoices,
}

/// How what was typed before stands to the plan.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    OnTop,
    /// Somebody has changed the plan since.
    Behind,
}

async fn begin(id: Option<RoundPlanId>, today: String) -> Result<Known, WireError> {
    let choices = ipc::call::<RepairChoicesGet>(Empty {}).await?;
    let row = match id {
        Some(id) => {
            let plans = ipc::call::<RoundPlansList>(Empty {}).await?.plans;
            let row = plans.into_iter().find(|row| row.plan.id == id);
            Some(row.ok_or_else(|| WireError::new(linli_wire::Code::NotFound, "no such plan"))?)
        }
        None => None,
    };
    let typed = ipc::call::<TypedGet>(TypedPlace::RoundPlan { id }).await?;
    let typed = serde_json::from_str::<SaveRoundPlan>(&typed.form).ok();
    let first = match &row {
        Some(row) => row.plan.content.clone(),
        None => blank(today).await?,
    };
    let version = row.as_ref().map_or(0, |row| row.plan.version);
    let kept =
        typed.as_ref().map(|typed| if typed.base_version < version { Kept::Behind } else { Kept::OnTop });
    let content = typed.map_or_else(|| first.clone(), |typed| typed.content);
    Ok(Known { row, first, content, kept, choices })
}

/// A new plan, which begins today.
async fn blank(today: String) -> Result<RoundPlanContent, WireError> {
    let point = ipc::call::<RoundPointNew>(Empty {}).await?;
    Ok(RoundPlanContent {
        name: Localized::default(),
        every: Interval { count: 1, unit: IntervalUnit::Months },
        first: today,
        days: 3,
        points: vec![point],
        retired: false,
    })
}

fn banner(kept: Kept, start_over: Callback<()>) -> AnyView {
    view! {
        <div class="c-banner" data-kind="info" role="status" data-testid="kept">
            {icon("edit")}
            <div class="l-stack">
                <p class="c-banner__title">{texts::kept()}</p>
                {(kept == Kept::Behind).then(|| view! { <p>{texts::kept_behind()}</p> })}
                <button type="button" class="c-button" data-kind="quiet" data-testid="start-over" on:click=move |_| start_over.run(())>{texts::start_over()}</button>
            </div>
        </div>
    }
    .into_any()
}

/// The languages of the community.
pub(super) fn languages() -> Vec<Language> {
    app().with_me_untracked(|me| me.community.languages.clone()).unwrap_or_default()
}

fn form(known: Known) -> AnyView {
    let app = app();
    let Known { row, first, content: begun, choices, .. } = known;
    let (id, base) = row.as_ref().map_or((None, 0), |row| (Some(row.plan.id), row.plan.version));
    let name = id.map_or_else(|| "new plan".to_owned(), |id| format!("plan {id}"));
    let content = app.kept(name, || begun.clone());
    let first = StoredValue::new(first);
    let keep = move |content: RoundPlanContent| KeepTyped {
        place: TypedPlace::RoundPlan { id },
        typed: first.with_value(|first| as_typed(SaveRoundPlan { id, base_version: base, content }, first)),
    };
    let typing = typing::follow::<TypedKeep, _>(content, begun, || (), keep, || ());
    let problem = RwSignal::new(None::<&'static str>);
    let act = Act::new();
    let navigate = StoredValue::new_local(use_navigate());
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wrong = content.with_untracked(missing);
        problem.set(wrong);
        if wrong.is_some() {
            return;
        }
        let request = SaveRoundPlan { id, base_version: base, content: content.get_untracked() };
        act.run::<RoundPlanSave>(request, move |_| {
            typing.end();
            app.tell(words::common::saved());
            let back = id.map_or_else(|| "/office/rounds".to_owned(), |id| format!("/office/rounds/{id}"));
            let _ = navigate.try_with_value(|navigate| navigate(&back, NavigateOptions::default()));
        });
    };
    let names = languages().into_iter().map(|language| {
        let value =
            content.with_untracked(|content| content.name.0.get(&language).cloned().unwrap_or_default());
        let key = language.clone();
        let change =
            Callback::new(move |text: String| set(content, &key, text, |content| Some(&mut content.name)));
        let id = format!("plan-name-{language}");
        text(id.clone(), id, texts::name(&words::language_name(&language)), value, change)
    });
    let retired = Signal::derive(move || content.with(|content| content.retired));
    let retire = Callback::new(move |on| content.update(|content| content.retired = on));
    view! {
        <form class="c-form" novalidate on:submit=save>
            {names.collect_view()}
            {when(content)}
            {points(content, &choices)}
            {id.map(|_| view! { <Switch label=texts::retire() help=texts::retire_help() on=retired testid="retire-plan" change=retire /> })}
            {move || problem.get().map(|text| view! { <p class="c-field__error" role="alert" data-testid="plan-problem">{icon("warn")} <span>{text}</span></p> })}
            {move || act.error.get().map(|error| error_state(&error, None))}
            <button type="submit" class="c-button" data-kind="primary" data-width="full" data-testid="save-plan" aria-busy=act.aria_busy()>{icon("ok")} {words::common::save()}</button>
        </form>
    }
    .into_any()
}

/// A plan as it is kept while one types; nothing where it is as it was.
fn as_typed(save: SaveRoundPlan, first: &RoundPlanContent) -> Typed {
    if save.content == *first {
        return Typed::default();
    }
    let names: Vec<&str> = save.content.name.0.values().map(String::as_str).collect();
    Typed {
        words: names.join("\n"),
        photos: Vec::new(),
        form: serde_json::to_string(&save).unwrap_or_default(),
    }
}

/// Changes a text of the plan in one language; one without letters is left out.
pub(super) fn set(
    content: RwSignal<RoundPlanContent>,
    language: &Language,
    text: String,
    of: impl FnOnce(&mut RoundPlanContent) -> Option<&mut Localized>,
) {
    content.update(|content| {
        let Some(texts) = of(content) else { return };
        if text.trim().is_empty() {
            texts.0.remove(language);
        } else {
            texts.0.insert(language.clone(), text);
        }
    });
}

fn missing(content: &RoundPlanContent) -> Option<&'static str> {
    if content.name.0.is_empty() {
        return Some(texts::name_missing());
    }
    if content.first.is_empty() {
        return Some(texts::first_missing());
    }
    if content.days == 0 || u32::from(content.days) > content.every.fewest_days() {
        return Some(texts::days_wrong());
    }
    if content.points.is_empty() {
        return Some(texts::points_missing());
    }
    let nameless = |point: &linli_wire::rounds::RoundPoint| {
        point.name.0.is_empty()
            || point.checks.is_empty()
            || point.checks.iter().any(|check| check.words.0.is_empty())
    };
    content.points.iter().any(nameless).then(texts::point_missing)
}

/// A line of text whose field has an id that is made.
pub(super) fn text(
    id: String,
    testid: String,
    label: String,
    value: String,
    change: Callback<String>,
) -> AnyView {
    view! {
        <div class="c-field">
            <label class="c-field__label" for=id.clone()>{label}</label>
            <input class="c-input" type="text" id=id.clone() data-testid=testid prop:value=value on:input=move |event| change.run(event_target_value(&event)) />
        </div>
    }
    .into_any()
}

/// How often, from when, and within how many days.
fn when(content: RwSignal<RoundPlanContent>) -> AnyView {
    let now = content.get_untracked();
    let number = |id: &'static str, label: &'static str, value: u16, change: Callback<u16>| {
        let typed = move |event| change.run(event_target_value(&event).trim().parse().unwrap_or(0));
        view! {
            <div class="c-field">
                <label class="c-field__label" for=id>{label}</label>
                <input class="c-input" type="number" inputmode="numeric" min="1" max="366" id=id data-testid=id prop:value=value.to_string() on:input=typed />
            </div>
        }
        .into_any()
    };
    let units = [
        (IntervalUnit::Days, "days", texts::unit_days()),
        (IntervalUnit::Weeks, "weeks", texts::unit_weeks()),
        (IntervalUnit::Months, "months", texts::unit_months()),
    ];
    let options = units.map(|(unit, value, word)| view! { <option value=value prop:selected=now.every.unit == unit>{word}</option> });
    let choose = move |event| {
        let unit = match event_target_value(&event).as_str() {
            "days" => IntervalUnit::Days,
            "weeks" => IntervalUnit::Weeks,
            _ => IntervalUnit::Months,
        };
        content.update(|content| content.every.unit = unit);
    };
    view! {
        <div class="p-when">
            {number("plan-every", texts::every_field(), now.every.count, Callback::new(move |count| content.update(|content| content.every.count = count)))}
            <div class="c-field">
                <label class="c-field__label" for="plan-unit">{texts::unit_field()}</label>
                <select class="c-input" id="plan-unit" data-testid="plan-unit" on:change=choose>{options}</select>
            </div>
            <div class="c-field">
                <label class="c-field__label" for="plan-first">{texts::first_field()}</label>
                <input class="c-input" type="date" id="plan-first" data-testid="plan-first" prop:value=now.first.clone() on:input=move |event| content.update(|content| content.first = event_target_value(&event)) />
            </div>
            {number("plan-days", texts::days_field(), now.days, Callback::new(move |days| content.update(|content| content.days = days)))}
        </div>
    }
    .into_any()
}
