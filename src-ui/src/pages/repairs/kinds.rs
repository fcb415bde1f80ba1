//! Kinds of repair, for the office: what residents choose from, with what is promised. One is retired, never deleted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Code,
    command::{Empty, OpKey, OutboxDiscard, RepairChoicesGet, Topic},
    id::{OpId, RepairCategoryId},
    ops::Action,
    outbox::{Pending, PendingState},
    repairs::{PendingRepair, RepairCategoryContent, RepairChoices, Urgency},
};

use super::{
    kind_form::{Form, form},
    office::to_queue,
    said::urgency_word,
};
use crate::{
    components::{
        banner::OfflineBanner,
        error_state::{error_details, error_state},
        icon::icon,
        page_header::PageHeader,
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, repair_kinds as texts, repairs},
};

/// A kind, and the newest save of it that is not done.
struct Line {
    id: RepairCategoryId,
    version: u64,
    /// As the server has it; none for a new one that waits.
    known: Option<RepairCategoryContent>,
    saving: Option<Saving>,
}

/// What was typed last and is not done, be it in one save or in several behind each other.
struct Saving {
    /// The save that decides: one that was refused stops those behind it.
    pending: Pending,
    typed: RepairCategoryContent,
    base: u64,
    ops: Vec<OpId>,
}

impl Saving {
    fn is_stuck(&self) -> bool {
        matches!(self.pending.state, PendingState::Stuck { .. })
    }

    fn has_lost(&self) -> bool {
        matches!(&self.pending.state, PendingState::Stuck { error } if error.code == Code::Conflict)
    }
}

impl Line {
    /// What to show: what was typed, unless it was refused.
    fn shown(&self) -> Option<&RepairCategoryContent> {
        let typed = self.saving.as_ref().filter(|saving| self.known.is_none() || !saving.is_stuck());
        typed.map(|saving| &saving.typed).or(self.known.as_ref())
    }
}

/// The kinds with what waits; new ones that wait stand last.
fn lines(choices: RepairChoices) -> Vec<Line> {
    let mut lines: Vec<Line> = choices
        .categories
        .into_iter()
        .map(|category| Line {
            id: category.id,
            version: category.version,
            known: Some(category.content),
            saving: None,
        })
        .collect();
    for PendingRepair { pending, action, .. } in choices.saving {
        let Action::SaveRepairCategory { category_id, base_version, content } = action else { continue };
        let at = lines.iter().position(|line| line.id == category_id).unwrap_or_else(|| {
            lines.push(Line { id: category_id, version: 0, known: None, saving: None });
            lines.len() - 1
        });
        let Some(line) = lines.get_mut(at) else { continue };
        let op = pending.op_id;
        let new = || Saving {
            pending: pending.clone(),
            typed: content.clone(),
            base: base_version,
            ops: Vec::new(),
        };
        let saving = line.saving.get_or_insert_with(new);
        saving.ops.push(op);
        saving.typed = content;
        if !saving.is_stuck() {
            saving.pending = pending;
            saving.base = base_version;
        }
    }
    lines
}

/// The list, and the form over it.
#[component]
pub fn Kinds() -> impl IntoView {
    let asked = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs, Topic::Outbox], || Empty {});
    let desk = Form::kept();
    let keys = move || {
        asked.with_untracked(|choices| {
            let known = choices.map(|choices| choices.categories.iter());
            known.into_iter().flatten().map(|category| category.content.key.clone()).collect::<Vec<_>>()
        })
    };
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=to_queue()>
                <button type="button" class="c-button" data-kind="primary" data-testid="new-kind" on:click=move |_| desk.begin(None, 0, &Form::blank())>{icon("plus")} {texts::new()}</button>
            </PageHeader>
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(6),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(choices) => {
                    let is_retired = |line: &Line| line.shown().is_some_and(|content| content.retired);
                    let (retired, offered): (Vec<_>, Vec<_>) = lines(choices).into_iter().partition(is_retired);
                    view! { {part(None, &offered, desk)} {part(Some(texts::retired()), &retired, desk)} }.into_any()
                }
            }}
            {form(desk, Callback::new(move |()| keys()))}
        </div>
    }
}

fn part(title: Option<&'static str>, lines: &[Line], desk: Form) -> Option<AnyView> {
    (!lines.is_empty()).then(|| {
        let rows = lines.iter().map(|line| view! { <li>{row(line, desk)}</li> }).collect_view();
        view! {
            <section class="l-section">
                {title.map(|title| view! { <div class="l-section__head"><h2>{title}</h2></div> })}
                <ul class="c-list" role="list" data-lead="icon">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn row(line: &Line, desk: Form) -> AnyView {
    let language = app().language();
    let content = line.shown().cloned().unwrap_or_else(Form::blank);
    let name = content.name.in_language(&language).to_owned();
    let id = line.id;
    // What is edited is what was typed last, made from what it would replace.
    let (base, typed) = match &line.saving {
        Some(saving) if saving.is_stuck() => (line.version, saving.typed.clone()),
        Some(saving) => (saving.base, saving.typed.clone()),
        None => (line.version, content.clone()),
    };
    let typed = StoredValue::new(typed);
    let edit = move |_| typed.with_value(|typed| desk.begin(Some(id), base, typed));
    let lost = line.saving.as_ref().filter(|saving| saving.has_lost());
    let conflict = lost.zip(line.known.as_ref()).map(|(saving, known)| meanwhile(saving, known, edit));
    let pending = line.saving.as_ref().filter(|_| conflict.is_none()).map(|Saving { pending, .. }| {
        let refused = match &pending.state {
            PendingState::Stuck { error } => Some(
                view! { <span class="c-row__meta">{words::trouble(error).1}</span> {error_details(error)} },
            ),
            _ => None,
        };
        view! { {pending_mark(&pending.state)} {refused} <div class="l-row">{pending_actions(pending)}</div> }
    });
    view! {
        <div data-testid="kind-row" data-key=content.key.clone()>
            <button type="button" class="c-row" data-strong="" data-testid="edit-kind" on:click=edit>
                <span class="c-row__lead">{icon(&content.icon)}</span>
                <span class="c-row__body">
                    <span class="c-row__title">{name}</span>
                    <span class="c-row__meta">{terms(&content)}</span>
                </span>
                <span class="c-row__end">{icon("edit")} <span class="u-hidden">{texts::edit()}</span></span>
            </button>
            <div class="p-under">{pending} {conflict}</div>
        </div>
    }
    .into_any()
}

/// What is promised and whether it may cost something, in one line.
fn terms(content: &RepairCategoryContent) -> String {
    let promised = Urgency::ALL.into_iter().filter_map(|urgency| {
        let hours = content.promised.of(urgency)?;
        Some(texts::hours_short(&words::number(hours.into()), urgency_word(urgency)))
    });
    let mut terms: Vec<String> = promised.collect();
    if terms.is_empty() {
        terms.push(texts::no_promise().to_owned());
    }
    if content.chargeable {
        terms.push(texts::chargeable().to_owned());
    }
    terms.join(" ·\u{a0}")
}

/// Somebody else saved it meanwhile: how it stands now, and what was typed, for another try.
fn meanwhile(
    saving: &Saving,
    known: &RepairCategoryContent,
    again: impl Fn(web_sys::MouseEvent) + 'static,
) -> AnyView {
    let app = app();
    let language = app.language();
    let told = |content: &RepairCategoryContent| {
        let mut parts = vec![content.name.in_language(&language).to_owned(), terms(content)];
        parts.extend(content.retired.then(|| texts::retired().to_owned()));
        parts.join(" ·\u{a0}")
    };
    let ops = saving.ops.clone();
    let discard = move |_| {
        let ops = ops.clone();
        spawn_local(async move {
            // The last one first and one after the other: giving one up moves those behind it.
            for id in ops.into_iter().rev() {
                if let Err(error) = ipc::call::<OutboxDiscard>(OpKey { id }).await {
                    app.complain(&error);
                }
            }
        });
    };
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="conflict">
            {icon("people")}
            <div><p class="c-banner__title">{repairs::meanwhile()}</p> <p>{texts::now(&told(known))}</p> <p>{texts::yours(&told(&saving.typed))}</p></div>
        </div>
        <div class="l-row">
            <button type="button" class="c-button" data-kind="quiet" data-testid="again" on:click=again>{icon("refresh")} {repairs::do_again()}</button>
            <button type="button" class="c-button" data-kind="plain" data-testid="discard-write" on:click=discard>{icon("trash")} {words::common::discard()}</button>
        </div>
    }
    .into_any()
}
