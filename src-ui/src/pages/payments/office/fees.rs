//! Fees: what is charged, by what, and how much.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{Empty, FeesGet, Topic},
    outbox::PendingState,
    payments::{Basis, FeeContent, FeeRow},
};

use super::{
    fee_form::{Form, form},
    to_bills,
};
use crate::{
    components::{
        banner::OfflineBanner,
        empty_state::empty_state,
        error_state::{error_details, error_state},
        icon::icon,
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    format::price,
    ipc::{self, Answer},
    state::app,
    words::{self, fees as texts},
};

/// The list, and the form over it.
#[component]
pub fn Fees() -> impl IntoView {
    let asked = ipc::ask::<FeesGet>(&[Topic::Payments, Topic::Outbox], || Empty {});
    let desk = Form::kept();
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=to_bills()>
                <button type="button" class="c-button" data-kind="primary" data-testid="new-fee" on:click=move |_| desk.begin(None, 0, &Form::blank())>{icon("plus")} {texts::new()}</button>
            </PageHeader>
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) if view.fees.is_empty() => empty_state("pay", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(view) => {
                    let rows = view.fees.into_iter().map(|row| view! { <li>{line(row, &view.currency, desk)}</li> }).collect_view();
                    view! { <ul class="c-list" role="list" data-lead="icon">{rows}</ul> }.into_any()
                }
            }}
            {form(desk)}
        </div>
    }
}

fn line(row: FeeRow, currency: &str, desk: Form) -> AnyView {
    let app = app();
    let content = row.content.clone();
    let name = content.name.in_language(&app.language()).to_owned();
    let mut parts = vec![said(&content, currency), every(content.every_months).to_owned()];
    if content.basis == Basis::Once {
        parts.pop();
    }
    let flats = u32::try_from(content.units.len()).unwrap_or(u32::MAX);
    parts.push(if flats == 0 { texts::all_flats().to_owned() } else { texts::some_flats(flats) });
    let clock = app.clock();
    if content.from > clock.today() {
        parts.push(texts::from_day(&clock.day(&content.from)));
    }
    if let Some(until) = &content.until {
        parts.push(texts::until_day(&clock.day(until)));
    }
    let is_metered = matches!(content.basis, Basis::Meter { .. });
    let trouble = row.pending.as_ref().and_then(|pending| match &pending.state {
        PendingState::Stuck { error } if error.code == Code::Conflict => Some(
            view! { <span class="c-row__meta" data-testid="fee-changed">{texts::changed()}</span> }
                .into_any(),
        ),
        PendingState::Stuck { error } => Some(
            view! { <span class="c-row__meta">{words::trouble(error).1}</span> {error_details(error)} }
                .into_any(),
        ),
        _ => None,
    });
    let (id, version) = (row.id, row.version);
    let known = (version > 0).then_some(id);
    // What was refused is gone on with, from what stands now.
    let editing = row.refused.clone().unwrap_or_else(|| content.clone());
    view! {
        <div class="c-row" data-actions="" data-testid="fee-row">
            <span class="c-row__lead">{icon("pay")}</span>
            <span class="c-row__body">
                <span class="c-row__title">{name}</span>
                <span class="c-row__meta">{parts.join(" ·\u{a0}")}</span>
                {row.pending.as_ref().map(|pending| pending_mark(&pending.state))}
                {trouble}
            </span>
            <span class="c-row__end">
                {row.pending.as_ref().map(pending_actions)}
                {(is_metered && version > 0).then(|| view! { <a class="c-button" data-kind="quiet" href=format!("/office/payments/meters/{id}") data-testid="read-meters">{icon("edit")} {texts::read_meters()}</a> })}
                <button type="button" class="c-button" data-kind="plain" data-testid="edit-fee" on:click=move |_| desk.begin(known, version, &editing)>{icon("edit")} {texts::edit()}</button>
            </span>
        </div>
    }
    .into_any()
}

/// `¥2.85 a square metre`.
fn said(content: &FeeContent, currency: &str) -> String {
    let rate = price(content.rate.0, currency);
    match &content.basis {
        Basis::SquareMetre => texts::per_square_metre(&rate),
        Basis::Unit | Basis::Once => texts::per_unit(&rate),
        Basis::Meter { measure } => texts::per_measure(measure, &rate),
    }
}

/// How often.
pub(super) fn every(months: u8) -> &'static str {
    match months {
        2 => texts::every_2(),
        3 => texts::every_3(),
        6 => texts::every_6(),
        12 => texts::every_12(),
        _ => texts::every_1(),
    }
}
