//! Keeping it civil: reports that wait, what was done, appeals, and who does it.

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    chat::{AnswerAppeal, AppealRow, CivilView, MAX_REASON, Moderation},
    command::{AppealAnswerNow, CivilGet, Empty, Topic},
    outbox::PendingState,
    typed::{Typed, TypedPlace},
};

use super::{
    case::case,
    measures::{appeal, measure_word},
    moderators::Moderators,
};
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
    ipc::{self, Answer},
    pages::repairs::{Area, too_long},
    state::{Act, app},
    typing,
    words::{self, chat_civil as texts},
};

/// Acts of the log that are shown at first, and with each press more.
const SOME: usize = 50;

/// Everything for those who keep it civil.
#[component]
pub fn Civil() -> impl IntoView {
    let asked = ipc::ask::<CivilGet>(&[Topic::Chat], || Empty {});
    let view = Memo::new(move |_| asked.ready());
    let standing = Memo::new(move |_| match asked.get() {
        Answer::Loading => Err(None),
        Answer::Failed(error) => Err(Some(error)),
        Answer::Ready(_) => Ok(()),
    });
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::note() back=super::to_list() />
            <OfflineBanner />
            {move || match standing.get() {
                Err(None) => skeleton_list(3),
                Err(Some(error)) if matches!(error.code, Code::NotAllowed | Code::NotFound) => error_state(&WireError::new(Code::NotAllowed, ""), None),
                Err(Some(error)) => error_state(&error, Some(asked.retry())),
                Ok(()) => page(view),
            }}
        </div>
    }
}

fn page(view: Memo<Option<CivilView>>) -> AnyView {
    let part =
        move |of: fn(&CivilView) -> bool| Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(of)));
    let (decides, names) = (part(|view| view.decides), part(|view| view.names));
    let open =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.open.clone())).unwrap_or_default());
    let log =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.log.clone())).unwrap_or_default());
    let shown = RwSignal::new(SOME);
    let appeals = Memo::new(move |_| {
        view.with(|view| view.as_ref().map(|view| view.appeals.clone())).unwrap_or_default()
    });
    view! {
        <section class="l-section" data-testid="cases">
            <div class="l-section__head"><h2>{texts::open()}</h2></div>
            {move || open.with(Vec::is_empty).then(|| empty_state("ok", texts::none_open(), texts::none_open_text(), None))}
            <For each=move || open.get() key=|row| (row.report.message.id, row.report.version, row.pending.is_some()) let(row)>{case(&row, decides)}</For>
        </section>
        {move || (!appeals.with(Vec::is_empty)).then(|| view! {
            <section class="l-section" data-testid="appeals">
                <div class="l-section__head"><h2>{texts::appeals()}</h2></div>
                <For each=move || appeals.get() key=|row| (row.act.id, row.act.version, row.may_answer, row.pending.clone().map(|pending| (pending.op_id, matches!(pending.state, PendingState::Stuck { .. })))) let(row)>{appealed(&row, decides)}</For>
            </section>
        })}
        <section class="l-section" data-testid="log">
            <div class="l-section__head"><h2>{texts::log()}</h2></div>
            <p class="t-soft t-small">{texts::log_note()}</p>
            {move || log.with(|log| if log.is_empty() {
                view! { <p class="t-soft">{texts::log_empty()}</p> }.into_any()
            } else {
                view! { <ul class="c-list" role="list" data-lead="none">{log.iter().take(shown.get()).map(|act| view! { <li>{logged(act)}</li> }).collect_view()}</ul> }.into_any()
            })}
            {move || (log.with(Vec::len) > shown.get()).then(|| view! {
                <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="log-more" on:click=move |_| shown.update(|shown| *shown += SOME)>{icon("more")} {words::common::more()}</button></div>
            })}
        </section>
        <Moderators view=view names=names />
    }
    .into_any()
}

/// An act as the log has it.
fn logged(act: &Moderation) -> AnyView {
    let clock = app().clock();
    let by = act.by.as_ref().map(|by| by.name.clone()).unwrap_or_default();
    let facts = (!act.why.is_empty() || !act.rule.is_empty())
        .then(|| view! { <span class="c-row__meta">{texts::why()} {words::common::colon()} {act.why.clone()} " ·\u{a0}" {texts::rule()} {words::common::colon()} {act.rule.clone()}</span> });
    view! {
        <div class="c-row" data-testid="act">
            <span class="c-row__body">
                <span class="c-row__title t-strong">{measure_word(act.measure)} " ·\u{a0}" {act.person.clone()}</span>
                {(!act.words.is_empty()).then(|| view! { <span class="c-row__summary">{act.words.clone()}</span> })}
                {facts}
                <span class="c-row__meta">{(!by.is_empty()).then(|| format!("{by} ·\u{a0}"))} {clock.when(act.at)}</span>
                {act.appeal.as_ref().map(appeal)}
            </span>
        </div>
    }
    .into_any()
}

/// What somebody has to say to what was done to them, to be answered by who may.
fn appealed(row: &AppealRow, decides: Memo<bool>) -> AnyView {
    let AppealRow { act, may_answer, pending } = row;
    let (id, may_answer, waits) = (act.id, *may_answer, pending.is_some());
    let said = RwSignal::new(String::new());
    let now = Memo::new(move |_| Typed { words: said.get(), ..Typed::default() });
    typing::remember(TypedPlace::AppealAnswer { id }, now, move |kept| said.set(kept.words));
    let tried = RwSignal::new(false);
    let doing = Act::new();
    let error = Signal::derive(move || {
        let missing = tried.get() && said.with(|said| said.trim().is_empty());
        missing
            .then(|| words::common::required().to_owned())
            .or_else(|| said.with(|said| too_long(said, MAX_REASON)))
    });
    let answer = move |lift: bool| {
        tried.set(true);
        if error.with_untracked(Option::is_none) {
            let answer = AnswerAppeal { id, lift, words: said.get_untracked().trim().to_owned() };
            doing.run::<AppealAnswerNow>(answer, |_| ());
        }
    };
    view! {
        <section class="c-card" data-gap="" data-testid="appealed">
            <h3 class="c-card__title">{measure_word(act.measure)} " ·\u{a0}" {act.person.clone()}</h3>
            {(!act.words.is_empty()).then(|| view! { <blockquote class="p-quote"><span class="p-quote__words">{act.words.clone()}</span></blockquote> })}
            <dl class="p-facts">
                <div class="p-fact"><dt>{texts::why()}</dt> <dd>{act.why.clone()}</dd></div>
                <div class="p-fact"><dt>{texts::rule()}</dt> <dd>{act.rule.clone()}</dd></div>
            </dl>
            {act.appeal.as_ref().map(appeal)}
            {pending.as_ref().map(|pending| view! { <div class="l-row">{pending_mark(&pending.state)} {pending_actions(pending)}</div> })}
            {move || (decides.get() && !may_answer).then(|| view! { <p class="t-soft" data-testid="another-answers">{texts::another_answers()}</p> })}
            {move || (decides.get() && may_answer && !waits).then(|| view! {
                <Area id="appeal-answer" label=texts::answer() value=said error=error />
                {move || doing.error.get().map(|error| error_state(&error, None))}
                <div class="l-row">
                    <button type="button" class="c-button" data-kind="primary" data-testid="appeal-keep" aria-busy=doing.aria_busy() on:click=move |_| answer(false)>{texts::keep()}</button>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="appeal-lift" on:click=move |_| answer(true)>{icon("back")} {texts::lift()}</button>
                </div>
            })}
        </section>
    }
    .into_any()
}
