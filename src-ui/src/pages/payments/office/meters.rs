//! Reading meters, for one hand and without network: flat by flat, what it showed last and what it shows now.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Code, WireError,
    command::{MetersGet, ReadingSave, SaveReading, Topic},
    id::{FeeId, UnitId},
    payments::{Basis, MeterRow, MetersQuery, MetersView, NewReading, Reading},
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
    ipc::{self, Answer, Asked},
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
        name.map_or_else(|| texts::title().to_owned(), |name| format!("{} ·\u{a0}{name}", texts::title()))
    });
    let desk = Desk { fee_id, asked, building, only_open };
    // The list is built once: rows that change are changed in place, and what is being typed stays.
    let stands = Memo::new(move |_| match asked.get() {
        Answer::Loading => Stands::Loading,
        Answer::Failed(error) => Stands::Failed(error),
        Answer::Ready(view) if view.meters.is_empty() => Stands::Empty,
        Answer::Ready(_) => Stands::Here,
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title note=texts::note() back=back />
            <OfflineBanner />
            {move || match stands.get() {
                Stands::Loading => skeleton_list(5),
                Stands::Failed(error) => error_state(&error, Some(asked.retry())),
                Stands::Empty => empty_state("list", texts::empty_title(), texts::empty_text(), None),
                Stands::Here => list(desk),
            }}
        </div>
    }
    .into_any()
}

#[derive(Clone, PartialEq)]
enum Stands {
    Loading,
    Failed(WireError),
    Empty,
    Here,
}

/// The meters, and which of them are looked at.
#[derive(Clone, Copy)]
struct Desk {
    fee_id: FeeId,
    asked: Asked<MetersView>,
    building: RwSignal<Option<String>>,
    only_open: RwSignal<bool>,
}

impl Desk {
    /// Codes of the buildings, in their order.
    fn codes(self) -> Vec<String> {
        self.asked.with(|view| {
            let mut codes: Vec<String> =
                view.into_iter().flat_map(|view| &view.meters).map(|row| code(row).to_owned()).collect();
            codes.dedup();
            codes
        })
    }

    fn row(self, unit: UnitId) -> Option<MeterRow> {
        self.asked.with(|view| view?.meters.iter().find(|row| row.unit_id == unit).cloned())
    }

    fn measure(self) -> String {
        self.asked.with(|view| match view.map(|view| &view.fee.content.basis) {
            Some(Basis::Meter { measure }) => measure.clone(),
            _ => String::new(),
        })
    }
}

fn code(row: &MeterRow) -> &str {
    row.unit.split_once('-').map_or("", |(code, _)| code)
}

/// Whether a meter was read this month, or what was read waits.
fn is_read(row: &MeterRow, month: &str) -> bool {
    let last = row.meter.as_ref().and_then(|meter| meter.readings.first());
    row.waiting.is_some() || last.is_some_and(|last| last.day.starts_with(month))
}

fn list(desk: Desk) -> AnyView {
    let app = app();
    let month = move || app.clock().today().get(..7).unwrap_or_default().to_owned();
    let counted = move || {
        let month = month();
        desk.asked.with(|view| {
            let meters = view.map(|view| view.meters.as_slice()).unwrap_or_default();
            let done = meters.iter().filter(|row| is_read(row, &month)).count();
            texts::done(&meters.len().to_string(), &done.to_string())
        })
    };
    // One building at a time: a page of six hundred fields is no help to anybody.
    let shown = Memo::new(move |_| {
        let codes = desk.codes();
        desk.building.get().filter(|code| codes.contains(code)).or_else(|| codes.first().cloned())
    });
    let units = Memo::new(move |_| {
        let (month, shown, only_open) = (month(), shown.get(), desk.only_open.get());
        desk.asked.with(|view| {
            let rows = view.into_iter().flat_map(|view| &view.meters);
            let is_here =
                |row: &&MeterRow| Some(code(row)) == shown.as_deref() && !(only_open && is_read(row, &month));
            rows.filter(is_here).map(|row| row.unit_id).collect::<Vec<_>>()
        })
    });
    let codes = Memo::new(move |_| desk.codes());
    let building = move || {
        let options = codes
            .get()
            .into_iter()
            .map(|code| (code.clone(), format!("{} {code}", texts::filter())))
            .collect();
        select(
            "meters-building",
            texts::filter(),
            options,
            shown.into(),
            Callback::new(move |code: String| desk.building.set(Some(code))),
        )
    };
    view! {
        <p class="t-soft" role="status" data-testid="meters-done">{counted}</p>
        <div class="c-chips" role="group" aria-label=notices::filter_label()>
            {building}
            <button type="button" class="c-chip" data-testid="meters-open" aria-pressed=move || desk.only_open.get().to_string() on:click=move |_| desk.only_open.update(|on| *on = !*on)>{texts::only_open()}</button>
        </div>
        <ul class="c-list" role="list" data-lead="none">
            <For each=move || units.get() key=|unit| unit.0 children=move |unit| view! { <li>{line(desk, unit)}</li> } />
        </ul>
    }
    .into_any()
}

fn line(desk: Desk, unit_id: UnitId) -> AnyView {
    let app = app();
    let row = Memo::new(move |_| desk.row(unit_id));
    let measure = desk.measure();
    let name = row.with_untracked(|row| row.as_ref().map(|row| row.unit.clone())).unwrap_or_default();
    // A day of which what was read is put right; today otherwise.
    let corrected = RwSignal::new(None::<String>);
    let day = move || corrected.get().unwrap_or_else(|| app.clock().today());
    // What was read last before that day: what is read on it takes its place.
    let last = Memo::new(move |_| {
        let day = day();
        row.with(|row| row.as_ref()?.meter.as_ref()?.readings.iter().find(|read| read.day < day).cloned())
    });
    let said = {
        let measure = measure.clone();
        move || {
            last.get().map_or_else(
                || texts::never().to_owned(),
                |last| {
                    texts::last(
                        &app.clock().day(&last.day),
                        &format!("{}\u{a0}{measure}", thousandths(last.value_milli)),
                    )
                },
            )
        }
    };
    let known = move || {
        let day = day();
        row.with(|row| {
            let row = row.as_ref()?;
            let waiting = row.waiting.as_ref().filter(|waiting| waiting.reading.day == day);
            let read =
                row.meter.as_ref().and_then(|meter| meter.readings.iter().find(|read| read.day == day));
            let of_waiting =
                |reading: &NewReading| (reading.value_milli, reading.is_new_meter, reading.old_final_milli);
            let of_read = |read: &Reading| (read.value_milli, read.is_new_meter, read.old_final_milli);
            waiting.map(|waiting| of_waiting(&waiting.reading)).or(read.map(of_read))
        })
    };
    let shown = move || untrack(known).map(|(value, ..)| thousandths(value)).unwrap_or_default();
    let (typed, old) = (RwSignal::new(shown()), RwSignal::new(String::new()));
    let (act, asking, wrong) = (Act::new(), RwSignal::new(false), RwSignal::new(false));
    let save = Callback::new(move |says_new: bool| {
        let Some(value_milli) = typed.with_untracked(|typed| read_thousandths(typed)) else {
            wrong.set(true);
            return;
        };
        let before = last.with_untracked(|last| last.as_ref().map(|last| last.value_milli));
        let is_less = before.is_some_and(|before| value_milli < before);
        // What is put right of a new meter's first day stays a new meter's, unless it is not less than before: then it
        // was none.
        let (was_new, was_old) = untrack(known).map(|(_, new, old)| (new, old)).unwrap_or_default();
        let is_new_meter = says_new || (was_new && is_less);
        if is_less && !is_new_meter {
            wrong.set(false);
            old.set(shown());
            asking.set(true);
            return;
        }
        let typed_old = old.get_untracked();
        let old_final_milli = if !says_new {
            was_old.filter(|_| is_new_meter)
        } else if typed_old.trim().is_empty() {
            None
        } else {
            let read = read_thousandths(&typed_old).filter(|old| before.is_none_or(|before| *old >= before));
            if read.is_none() {
                wrong.set(true);
                return;
            }
            read
        };
        wrong.set(false);
        asking.set(false);
        let reading = NewReading { unit_id, day: untrack(day), value_milli, is_new_meter, old_final_milli };
        act.run::<ReadingSave>(SaveReading { fee_id: desk.fee_id, reading }, move |_| {
            if corrected.get_untracked().is_some() {
                corrected.set(None);
                typed.set(shown());
            }
        });
    });
    let correct = move |_| {
        asking.set(false);
        corrected.set(last.with_untracked(|last| last.as_ref().map(|last| last.day.clone())));
        typed.set(shown());
    };
    let used = move || {
        let value = typed.with(|typed| read_thousandths(typed))?;
        let step =
            last.with(|last| last.as_ref().map(|last| value - last.value_milli)).filter(|step| *step >= 0)?;
        Some(texts::used(&format!("{}\u{a0}{measure}", thousandths(step))))
    };
    let pending = move || {
        row.with(|row| row.as_ref()?.waiting.as_ref().map(|waiting| waiting.pending.clone()))
            .map(|pending| view! { <span class="p-meter__pending">{pending_mark(&pending.state)} {pending_actions(&pending)}</span> })
    };
    let label = format!("{name} ·\u{a0}{}", texts::value());
    let old_id = format!("old-{}", unit_id.0);
    view! {
        <form class="p-meter" data-testid="meter-row" novalidate on:submit=move |event| { event.prevent_default(); save.run(false); }>
            <span class="p-line__body"><strong>{name}</strong> <span class="c-row__meta">{said}</span> <span class="c-row__meta" role="status">{used}</span></span>
            <span class="p-meter__entry">
                <input class="c-input" inputmode="decimal" autocomplete="off" aria-label=label data-testid="meter-value" aria-invalid=move || wrong.get().then_some("true")
                    prop:value=typed on:input=move |event| typed.set(event_target_value(&event)) />
                <button type="submit" class="c-button" data-kind="quiet" data-testid="save-reading" aria-busy=act.aria_busy()>{texts::save()}</button>
            </span>
            {move || wrong.get().then(|| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::wrong()}</span></p> })}
            {move || corrected.get().map(|day| view! {
                <div class="l-row">
                    <p class="t-soft t-small" role="status">{texts::corrects(&app.clock().day(&day))}</p>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="correct-no" on:click=move |_| { corrected.set(None); typed.set(shown()); }>{words::common::cancel()}</button>
                </div>
            })}
            {move || asking.get().then(|| {
                let day = last.with_untracked(|last| last.as_ref().map(|last| app.clock().day(&last.day))).unwrap_or_default();
                view! {
                    <div class="c-card" data-gap="" data-tone="sunk" role="group" aria-label=texts::less()>
                        <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::less()}</span></p>
                        <div class="c-field">
                            <label class="c-field__label" for=old_id.clone()>{texts::old_final()}</label>
                            <p class="c-field__help">{texts::old_final_help()}</p>
                            <input class="c-input" id=old_id.clone() inputmode="decimal" autocomplete="off" data-testid="old-final" prop:value=old on:input=move |event| old.set(event_target_value(&event)) />
                        </div>
                        <div class="l-row">
                            <button type="button" class="c-button" data-kind="primary" data-testid="new-meter" on:click=move |_| save.run(true)>{texts::new_meter()}</button>
                            <button type="button" class="c-button" data-kind="quiet" data-testid="correct-reading" on:click=correct>{texts::read_wrongly(&day)}</button>
                        </div>
                    </div>
                }
            })}
            {pending}
            {move || act.error.get().map(|error| error_state(&error, None))}
        </form>
    }
    .into_any()
}
