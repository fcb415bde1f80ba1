//! Reading meters, for one hand and without network: flat by flat, what it showed last and what it shows now.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code, WireError,
    command::{MetersGet, ReadingSave, SaveReading, Topic},
    id::FeeId,
    payments::{MeterRow, MetersQuery, MetersView, NewReading},
};

use super::to_bills;
use crate::{
    components::{
        banner::OfflineBanner,
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    format::{read_thousandths, thousandths},
    ipc::{self, Answer},
    pages::repairs::select,
    state::{Act, app},
    words::{self, meters as texts, notices},
};

/// The meters of the fee that the address names.
#[component]
pub fn Meters() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<FeeId>().ok());
    let back = ("/office/payments/fees".to_owned(), words::fees::title().to_owned());
    let Some(fee_id) = id else {
        let error = WireError::new(Code::NotFound, "no such fee");
        return view! { <div class="l-page"><PageHeader title=texts::title() back=to_bills() /> {error_state(&error, None)}</div> }.into_any();
    };
    let asked = ipc::ask::<MetersGet>(&[Topic::Payments, Topic::Outbox], move || MetersQuery { fee_id });
    let app = app();
    let building = app.kept("meters building", || None::<String>);
    let only_open = app.kept("meters open", || false);
    let title = Signal::derive(move || {
        let name =
            asked.with(|view| view.map(|view| view.fee.content.name.in_language(&app.language()).to_owned()));
        name.map_or_else(|| texts::title().to_owned(), |name| format!("{}\u{a0}· {name}", texts::title()))
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title note=texts::note() back=back />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(5),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) if view.meters.is_empty() => empty_state("list", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(view) => list(fee_id, &view, building, only_open),
            }}
        </div>
    }
    .into_any()
}

fn list(
    fee_id: FeeId,
    view: &MetersView,
    building: RwSignal<Option<String>>,
    only_open: RwSignal<bool>,
) -> AnyView {
    let today = app().clock().today();
    let this_month = today.get(..7).unwrap_or_default().to_owned();
    let code = |row: &MeterRow| row.unit.split_once('-').map_or(String::new(), |(code, _)| code.to_owned());
    let mut codes: Vec<String> = view.meters.iter().map(code).collect();
    codes.dedup();
    let is_read = |row: &MeterRow| {
        let last = row.meter.as_ref().and_then(|meter| meter.readings.first());
        row.waiting.is_some() || last.is_some_and(|last| last.day.starts_with(&this_month))
    };
    let done = view.meters.iter().filter(|row| is_read(row)).count();
    let counted = texts::done(&view.meters.len().to_string(), &done.to_string());
    let measure = match &view.fee.content.basis {
        linli_wire::payments::Basis::Meter { measure } => measure.clone(),
        _ => String::new(),
    };
    // One building at a time: a page of six hundred fields is no help to anybody.
    let shown =
        building.get_untracked().filter(|code| codes.contains(code)).or_else(|| codes.first().cloned());
    let rows = view
        .meters
        .iter()
        .filter(|row| shown.as_ref() == Some(&code(row)) && (!only_open.get_untracked() || !is_read(row)))
        .map(|row| view! { <li>{line(fee_id, row, &measure, &today)}</li> })
        .collect_view();
    let options = codes.iter().map(|code| (code.clone(), format!("{} {code}", texts::filter()))).collect();
    let chosen = Signal::derive(move || shown.clone());
    let (track_building, track_open) = (building, only_open);
    view! {
        <p class="t-soft" role="status" data-testid="meters-done">{counted}</p>
        <div class="c-chips" role="group" aria-label=notices::filter_label()>
            {select("meters-building", texts::filter(), options, chosen, Callback::new(move |code: String| track_building.set(Some(code))))}
            <button type="button" class="c-chip" data-testid="meters-open" aria-pressed=move || track_open.get().to_string() on:click=move |_| track_open.update(|on| *on = !*on)>{texts::only_open()}</button>
        </div>
        <ul class="c-list" role="list" data-lead="none">{rows}</ul>
    }
    .into_any()
}

fn line(fee_id: FeeId, row: &MeterRow, measure: &str, today: &str) -> AnyView {
    let clock = app().clock();
    let last = row
        .meter
        .as_ref()
        .and_then(|meter| meter.readings.iter().find(|read| read.day.as_str() < today))
        .cloned();
    let (before, unit_id, today) =
        (last.as_ref().map(|last| last.value_milli), row.unit_id, today.to_owned());
    let said = last.map_or_else(
        || texts::never().to_owned(),
        |last| {
            texts::last(&clock.day(&last.day), &format!("{}\u{a0}{measure}", thousandths(last.value_milli)))
        },
    );
    let now = row.meter.as_ref().and_then(|meter| meter.readings.iter().find(|read| read.day == today));
    let waiting = row.waiting.as_ref().map(|waiting| waiting.reading.value_milli);
    let typed =
        RwSignal::new(waiting.or(now.map(|now| now.value_milli)).map(thousandths).unwrap_or_default());
    let (act, asking, wrong) = (Act::new(), RwSignal::new(false), RwSignal::new(false));
    let save = move |is_new_meter: bool| {
        let Some(value_milli) = typed.with_untracked(|typed| read_thousandths(typed)) else {
            wrong.set(true);
            return;
        };
        wrong.set(false);
        if !is_new_meter && before.is_some_and(|before| value_milli < before) {
            asking.set(true);
            return;
        }
        asking.set(false);
        let reading = NewReading { unit_id, day: today.clone(), value_milli, is_new_meter };
        act.run::<ReadingSave>(SaveReading { fee_id, reading }, |_| ());
    };
    let save = StoredValue::new(save);
    let measure = measure.to_owned();
    let used = move || {
        let value = typed.with(|typed| read_thousandths(typed))?;
        let step = before.filter(|before| value >= *before).map(|before| value - before)?;
        Some(texts::used(&format!("{}\u{a0}{measure}", thousandths(step))))
    };
    let id = format!("meter-{unit_id}");
    let label = format!("{}\u{a0}· {}", row.unit, texts::value());
    view! {
        <form class="p-meter" data-testid="meter-row" novalidate on:submit=move |event| { event.prevent_default(); save.with_value(|save| save(false)); }>
            <span class="p-line__body"><strong>{row.unit.clone()}</strong> <span class="c-row__meta">{said}</span> <span class="c-row__meta" role="status">{used}</span></span>
            <span class="p-meter__entry">
                <input class="c-input" id=id inputmode="decimal" autocomplete="off" aria-label=label data-testid="meter-value" aria-invalid=move || wrong.get().then_some("true")
                    prop:value=typed on:input=move |event| typed.set(event_target_value(&event)) />
                <button type="submit" class="c-button" data-kind="quiet" data-testid="save-reading" aria-busy=act.aria_busy()>{texts::save()}</button>
            </span>
            {move || wrong.get().then(|| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::wrong()}</span></p> })}
            {move || asking.get().then(|| view! {
                <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::less()}</span>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="new-meter" on:click=move |_| save.with_value(|save| save(true))>{texts::new_meter()}</button></p>
            })}
            {row.waiting.as_ref().map(|waiting| view! { <span class="p-meter__pending">{pending_mark(&waiting.pending.state)} {pending_actions(&waiting.pending)}</span> })}
            {move || act.error.get().map(|error| error_state(&error, None))}
        </form>
    }
    .into_any()
}
