//! A bill run: choose the month, look at what would be made, publish it.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{BillRunPreviewGet, BillRunPublish, BillRunsGet, Empty, PublishRun},
    payments::{BillRunPreview, BillRuns, Month, PreviewBills, TroubleKind},
};

use super::to_bills;
use crate::{
    components::{
        banner::OfflineBanner, dialog::Confirm, empty_state::empty_state, error_state::error_state,
        icon::icon, page_header::PageHeader, skeleton::skeleton_list,
    },
    format::{amount, month},
    ipc::{self, Answer, Asked},
    pages::payments::pay::{Try, is_unknown},
    state::{Act, app},
    words::{self, payments_office as texts},
};

/// Months before and behind the next one that can be chosen.
const AROUND: i32 = 3;

/// The form, the preview and the runs so far.
#[component]
pub fn Run() -> impl IntoView {
    let asked = ipc::ask::<BillRunsGet>(&[], || Empty {});
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::run_title() note=texts::run_note() back=to_bills() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(runs) => page(&runs, asked),
            }}
        </div>
    }
}

fn page(runs: &BillRuns, asked: Asked<BillRuns>) -> AnyView {
    let (chosen, due) = (RwSignal::new(runs.next_month), RwSignal::new(runs.next_due_on.clone()));
    let act = Act::new();
    let preview = RwSignal::new(None::<BillRunPreview>);
    let look = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let request = PreviewBills { month: chosen.get_untracked(), due_on: due.get_untracked() };
        act.run::<BillRunPreviewGet>(request, move |found| preview.set(Some(found)));
    };
    let months = (-AROUND..=AROUND).filter_map(|by| runs.next_month.plus(by));
    let options = months.map(|of| {
        let name = of.to_string();
        view! { <option value=name.clone() prop:selected=move || chosen.get() == of>{month(&name, true)}</option> }
    });
    let pick = move |event| {
        if let Ok(month) = event_target_value(&event).parse::<Month>() {
            preview.set(None);
            chosen.set(month);
        }
    };
    view! {
        <form class="c-form" novalidate on:submit=look>
            <div class="c-field">
                <label class="c-field__label" for="run-month">{texts::month()}</label>
                <select class="c-input" id="run-month" data-testid="run-month" on:change=pick>{options.collect_view()}</select>
            </div>
            <div class="c-field">
                <label class="c-field__label" for="run-due">{texts::run_due()}</label>
                <input class="c-input" id="run-due" type="date" data-testid="run-due" prop:value=due on:input=move |event| { preview.set(None); due.set(event_target_value(&event)); } />
            </div>
            <button type="submit" class="c-button" data-kind="primary" data-testid="preview" aria-busy=act.aria_busy()>{icon("eye")} {texts::preview()}</button>
        </form>
        {move || act.error.get().map(|error| error_state(&error, None))}
        {move || preview.get().map(|found| seen(&found, preview, asked))}
        {before(runs)}
    }
    .into_any()
}

/// What would be made.
fn seen(
    found: &BillRunPreview,
    preview: RwSignal<Option<BillRunPreview>>,
    asked: Asked<BillRuns>,
) -> AnyView {
    if found.bills == 0 && found.trouble_count == 0 && found.left_out.is_empty() {
        return empty_state("ok", texts::preview_nothing(), String::new(), None);
    }
    let language = app().language();
    let currency = found.currency.clone();
    let money = |minor: i64| amount(minor, &currency);
    let fees = found.fees.iter().map(|fee| {
        let note = [texts::preview_lines(fee.lines), texts::preview_month_before(&money(fee.total_before))];
        view! {
            <li><div class="p-line">
                <span class="p-line__body"><span class="c-row__title">{fee.name.in_language(&language).to_owned()}</span> <span class="c-row__meta">{note.join(" ·\u{a0}")}</span></span>
                <span class="p-amount">{money(fee.total)}</span>
            </div></li>
        }
    });
    let changes = found.changes.iter().take(8).map(|change| {
        view! {
            <li><a class="p-line" href=format!("/office/payments/households/{}", change.household_id)>
                <span class="p-line__body"><span class="c-row__title">{change.units.clone()}</span> <span class="c-row__meta">{texts::preview_was(&money(change.total_before))}</span></span>
                <span class="p-amount">{money(change.total)}</span>
            </a></li>
        }
    });
    let troubles = found.troubles.iter().map(|trouble| {
        let fee = trouble.fee.in_language(&language);
        view! { <li>{format!("{} ·\u{a0}{fee} ·\u{a0}{}", trouble.unit, why(trouble.why))}</li> }
    });
    let left_out = found.left_out.iter().map(|left| {
        let said =
            format!("{} ·\u{a0}{}", month(&left.month.to_string(), true), texts::preview_lines(left.lines));
        view! { <p>{said}</p> }
    });
    let sum = money(found.total);
    view! {
        <section class="c-card" data-gap="" data-testid="run-preview">
            <p class="t-soft">{texts::preview_bills(found.bills)}</p>
            <p class="p-sum" data-testid="run-total">{sum}</p>
            <p class="t-soft t-small">{texts::preview_before(&money(found.total_before))}</p>
        </section>
        {(!found.left_out.is_empty()).then(|| view! {
            <div class="c-banner" data-kind="waiting" data-testid="left-out">{icon("warn")} <div><p class="c-banner__title">{texts::preview_left_out()}</p> {left_out.collect_view()}</div></div>
        })}
        {(found.trouble_count > 0).then(|| view! {
            <details class="c-details c-card" data-testid="run-troubles">
                <summary>{texts::preview_troubles(found.trouble_count)}</summary>
                <ul class="c-details__body">{troubles.collect_view()}</ul>
            </details>
        })}
        {(found.bills > 0).then(|| view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::preview_by_fee()}</h2></div>
                <ul class="c-list p-lines" role="list">{fees.collect_view()}</ul>
            </section>
            {(!found.changes.is_empty()).then(|| view! {
                <section class="l-section">
                    <div class="l-section__head"><h2>{texts::preview_changes()}</h2></div>
                    <ul class="c-list p-lines" role="list">{changes.collect_view()}</ul>
                </section>
            })}
            {publish(found, preview, asked)}
        })}
    }
    .into_any()
}

fn publish(
    found: &BillRunPreview,
    preview: RwSignal<Option<BillRunPreview>>,
    asked: Asked<BillRuns>,
) -> AnyView {
    let app = app();
    let (attempt, open) = (Try::kept(&found.digest), RwSignal::new(false));
    let act = attempt.act;
    let (of, due_on, digest) = (found.month, found.due_on.clone(), found.digest.clone());
    let title = texts::publish_title(found.bills, &amount(found.total, &found.currency));
    let label = texts::publish(found.bills);
    let publish = Callback::new(move |()| {
        let (due_on, digest) = (due_on.clone(), digest.clone());
        let request = move |attempt| PublishRun { attempt, month: of, due_on, digest };
        attempt.run::<BillRunPublish>(request, move |run| {
            preview.set(None);
            asked.again();
            app.tell(texts::published(run.bills));
        });
    });
    view! {
        {move || act.error.get().map(|error| match error.code {
            Code::Conflict => view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("refresh")} <div><p>{texts::changed_since()}</p></div></div> }.into_any(),
            code if is_unknown(code) => view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("wait")} <div><p class="c-banner__title">{texts::take_unknown()}</p> <p>{texts::take_unknown_text()}</p></div></div> }.into_any(),
            _ => error_state(&error, None),
        })}
        <button type="button" class="c-button" data-kind="primary" data-width="full" data-testid="publish-run" aria-busy=act.aria_busy() on:click=move |_| open.set(true)>{icon("send")} {label}</button>
        <Confirm open=open id="confirm-run" title=title text=texts::publish_text() confirm=texts::publish_now() then=publish danger=false />
    }
    .into_any()
}

fn why(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::NoArea => texts::trouble_no_area(),
        TroubleKind::NoReading => texts::trouble_no_reading(),
        TroubleKind::FirstReading => texts::trouble_first_reading(),
        TroubleKind::TooMuch => texts::trouble_too_much(),
        TroubleKind::Other => texts::trouble_other(),
    }
}

fn before(runs: &BillRuns) -> Option<AnyView> {
    let clock = app().clock();
    let rows = runs.runs.iter().map(|run| {
        let made = texts::run_row(&amount(run.total, &run.currency), &words::number(run.bills));
        view! {
            <li><div class="c-row" data-testid="run-row">
                <span class="c-row__body"><span class="c-row__title">{month(&run.month.to_string(), true)}</span> <span class="c-row__meta">{made}</span></span>
                <span class="c-row__end">{clock.date(run.at)}</span>
            </div></li>
        }
    });
    (!runs.runs.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::runs_before()}</h2></div>
                <ul class="c-list" role="list" data-lead="none">{rows.collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}
