//! A repair: how it stands, what the person may do, what happened, and the talk about it.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use linli_wire::{
    Code,
    command::{RepairKey, RepairOpen, Topic},
    id::RepairId,
    repairs::{Quote, QuoteAnswer, Repair, RepairState, RepairView, Visit},
};

use super::{
    acts::{Desk, buttons, dialog},
    list::to_list,
    photos::gallery,
    rate::{Rate, given},
    said::{alarm_tags, need_word, place_words, promise_words, slot_words, state_sentence, state_tag},
    talk::{Notes, Talk},
    timeline::{Earlier, timeline},
    waiting::waiting,
};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        error_state::error_state,
        icon::icon,
        page_header::back_link,
        skeleton::skeleton_list,
    },
    format::money,
    ipc::{self, Answer},
    state::app,
    words::repairs as texts,
};

/// The repair that the address names, for residents and for the office.
#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<RepairId>().ok()));
    move || match id.get() {
        Some(id) => view! { <Opened id=id /> }.into_any(),
        None => crate::pages::missing(),
    }
}

#[component]
fn Opened(id: RepairId) -> impl IntoView {
    let app = app();
    let in_office = use_location().pathname.with_untracked(|path| path.starts_with("/office"));
    let is_office = app.with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    let asked = ipc::ask::<RepairOpen>(&[Topic::Repairs, Topic::Outbox], move || RepairKey { id });
    let view = Memo::new(move |_| asked.ready());
    // What is typed on the page stays while the repair behind it changes.
    let is_here = Memo::new(move |_| match asked.get() {
        Answer::Loading => Ok(false),
        Answer::Ready(_) => Ok(true),
        Answer::Failed(error) => Err(error),
    });
    Effect::new(move |_| {
        if is_here.get() == Ok(true) {
            request_animation_frame(|| crate::app::arrive(false));
        }
    });
    let is_there =
        Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.repair.version > 0)));
    let desk = Desk::new(id);
    let earlier = Earlier::new(id);
    let back = if in_office { super::office::to_queue() } else { to_list() };
    view! {
        <div class="l-page" data-width="read">
            <div class="c-page-header__back">{back_link(back)}</div>
            <OfflineBanner />
            {move || match is_here.get() {
                Ok(false) => view! { <h1 class="u-hidden">{texts::one()}</h1> {skeleton_list(3)} }.into_any(),
                // A neighbour's report that one only joined a moment ago is not here before the network was.
                Err(error) if error.code == Code::NotFound => view! { <h1 tabindex="-1">{texts::one()}</h1> {banner("info", "info", Some(texts::not_here().to_owned()), texts::not_here_text().to_owned())} }.into_any(),
                Err(error) => view! { <h1 tabindex="-1">{texts::one()}</h1> {error_state(&error, Some(asked.retry()))} }.into_any(),
                Ok(true) => view! {
                    {move || view.get().map(|view| head(&view))}
                    {buttons(desk, view)}
                    {dialog(desk, view)}
                    {move || view.get().map(|view| waiting(desk, &view))}
                    <Rate id=id view=view />
                    {move || view.get().map(|view| body(&view, is_office, earlier))}
                    <Talk id=id view=view />
                    // What an inspection or a report will make has no notes before the server has it.
                    {move || (is_office && is_there.get()).then(|| view! { <Notes id=id view=view /> })}
                }
                .into_any(),
            }}
        </div>
    }
}

/// What it is and how it stands.
fn head(view: &RepairView) -> AnyView {
    let RepairView { row, repair, .. } = view;
    let place = place_words(&row.place_name);
    let need = row.need.map(|need| {
        view! { <p class="c-banner" data-kind="waiting" data-testid="need">{icon("info")} <span class="t-strong">{need_word(need)}</span></p> }
    });
    let unsent = repair.version == 0;
    view! {
        <div class="p-article" data-testid="repair" data-state=row.state.as_str()>
            <div class="l-row">{state_tag(row.state)} {alarm_tags(row)}</div>
            <h1 class="p-article__title" tabindex="-1">{row.category_name.clone()}" ·\u{a0}"{place}</h1>
            <p data-testid="standing">{if unsent { texts::not_sent_yet() } else { state_sentence(row.state) }}</p>
            {need}
            {facts(view)}
        </div>
    }
    .into_any()
}

fn facts(view: &RepairView) -> AnyView {
    let RepairView { row, repair, .. } = view;
    let clock = app().clock();
    let fact = |name: &'static str, value: String| {
        view! { <div class="p-fact"><dt>{name}</dt> <dd>{value}</dd></div> }
    };
    let confirm_by = repair.confirm_by.filter(|_| row.state == RepairState::Done);
    let pause = repair.pause.as_ref().filter(|_| row.state == RepairState::Paused);
    view! {
        <dl class="p-facts" data-testid="facts">
            {repair.promise.map(|promise| fact(texts::promise_label(), promise_words(promise, row.overdue)))}
            {repair.assignee.as_ref().map(|worker| fact(texts::worker_label(), if worker.name.is_empty() { worker.given_name.clone() } else { worker.name.clone() }))}
            {repair.visit.map(|visit| fact(texts::visit_label(), visit_words(visit)))}
            {repair.quote.as_ref().map(|quote| fact(texts::quote_label(), quote_words(quote)))}
            {pause.map(|pause| fact(texts::pause_label(), texts::pause(&clock.when(pause.until), &pause.words)))}
            {confirm_by.map(|at| fact(texts::confirm_label(), texts::confirm_by(&clock.when(at))))}
            {(repair.affected > 1).then(|| fact(texts::affected_label(), texts::affected(repair.affected)))}
            {(repair.reopened > 0).then(|| fact(texts::reopened_label(), texts::reopened(repair.reopened)))}
        </dl>
    }
    .into_any()
}

fn visit_words(visit: Visit) -> String {
    let slot = slot_words(visit.slot);
    match (visit.agreed, visit.by_office) {
        (true, _) => texts::visit_agreed(&slot),
        (false, true) => texts::visit_by_office(&slot),
        (false, false) => texts::visit_by_resident(&slot),
    }
}

fn quote_words(quote: &Quote) -> String {
    let answer = match quote.answer {
        QuoteAnswer::Open => texts::quote_open(),
        QuoteAnswer::Approved => texts::quote_approved(),
        QuoteAnswer::Declined => texts::quote_declined(),
    };
    texts::quote_line(answer, &money(&quote.price), &quote.words)
}

/// What was reported and what happened since.
fn body(view: &RepairView, is_office: bool, earlier: Earlier) -> AnyView {
    let repair = &view.repair;
    // The first event tells the report, unless it is not there.
    let told = repair.events.first().is_some_and(|event| event.did == linli_wire::repairs::ActKind::Report);
    view! {
        {repair.rating.as_ref().map(given)}
        {repair.merged_into.map(|into| {
            let root = if is_office { "/office/repairs" } else { "/repairs" };
            view! { <a class="c-button" data-kind="quiet" href=format!("{root}/{into}")>{icon("copy")} {texts::merged_into()}</a> }
        })}
        {(!told).then(|| view! { <p class="p-event__words">{repair.report.words.clone()}</p> {gallery(&repair.report.photos, texts::photo_before())} })}
        {coming_in(repair, is_office)}
        {timeline(repair, earlier)}
    }
    .into_any()
}

/// What a worker needs for coming: times that suit, whether to enter, how to reach somebody.
fn coming_in(repair: &Repair, is_office: bool) -> Option<AnyView> {
    let report = &repair.report;
    let times: Vec<String> = report.times.iter().map(|slot| slot_words(*slot)).collect();
    let has_words = !times.is_empty() || !report.reach.is_empty() || report.place.is_home();
    let who = is_office.then(|| repair.reporter.name.clone());
    (has_words && repair.state.is_open()).then(|| {
        view! {
            <section class="l-section">
                <h2>{texts::coming_in()}</h2>
                <dl class="p-facts">
                    {who.map(|who| view! { <div class="p-fact"><dt>{texts::reporter_label()}</dt> <dd>{who}</dd></div> })}
                    {(!times.is_empty()).then(|| view! { <div class="p-fact"><dt>{texts::times()}</dt> <dd>{times.join(crate::words::common::list_comma())}</dd></div> })}
                    {report.place.is_home().then(|| view! { <div class="p-fact"><dt>{texts::may_enter()}</dt> <dd>{if report.may_enter { texts::yes() } else { texts::no() }}</dd></div> })}
                    {(!report.reach.is_empty()).then(|| view! { <div class="p-fact"><dt>{texts::reach()}</dt> <dd>{report.reach.clone()}</dd></div> })}
                </dl>
            </section>
        }
        .into_any()
    })
}
