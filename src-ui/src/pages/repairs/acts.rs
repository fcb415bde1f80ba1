//! What the person may do now. Which acts are offered follows from the table of acts, as the core looked it up.

use leptos::prelude::*;
use linli_wire::{
    command::{ActOnRepair, Empty, RepairActNow, RepairChoicesGet, Topic},
    id::RepairId,
    repairs::{ActKind, RepairAct, RepairView},
};

use super::form::{Entry, fields};
use crate::{
    components::{dialog::Dialog, error_state::error_state, icon::icon},
    format::money,
    ipc,
    state::{Act, app},
    words::{self, repair_acts as texts},
};

/// The acts in the order of their buttons; the first that is offered is the one to be expected.
const ORDER: [ActKind; 21] = [
    ActKind::Confirm,
    ActKind::ApproveQuote,
    ActKind::AgreeVisit,
    ActKind::Resume,
    ActKind::Accept,
    ActKind::Finish,
    ActKind::Reopen,
    ActKind::DeclineQuote,
    ActKind::Dispute,
    ActKind::ProposeVisit,
    ActKind::Assign,
    ActKind::Transfer,
    ActKind::Quote,
    ActKind::TakeQuoteBack,
    ActKind::UseParts,
    ActKind::Pause,
    ActKind::Move,
    ActKind::Merge,
    ActKind::Refuse,
    ActKind::CloseUnfixed,
    ActKind::Withdraw,
];

/// Where acts on one repair are made.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) id: RepairId,
    pub(super) typed: Entry,
    /// The act whose form is open.
    kind: RwSignal<ActKind>,
    open: RwSignal<bool>,
    /// The turn that the person saw when they opened it.
    turn: RwSignal<u64>,
    error: RwSignal<Option<(&'static str, &'static str)>>,
    act: Act,
}

impl Desk {
    pub(super) fn new(id: RepairId) -> Self {
        Self {
            id,
            typed: Entry::kept(id),
            kind: RwSignal::new(ActKind::Unknown),
            open: RwSignal::new(false),
            turn: RwSignal::new(0),
            error: RwSignal::new(None),
            act: Act::new(),
        }
    }

    /// Does an act that asks for nothing, or opens the form of one that does.
    pub(super) fn begin(self, kind: ActKind, turn: u64) {
        if needs_form(kind) {
            self.error.set(None);
            self.kind.set(kind);
            self.turn.set(turn);
            self.open.set(true);
        } else if let Ok(act) = self.typed.act(kind) {
            self.send(act, turn);
        }
    }

    fn finish(self) {
        match self.typed.act(self.kind.get_untracked()) {
            Ok(act) => self.send(act, self.turn.get_untracked()),
            Err(problem) => self.error.set(Some(problem)),
        }
    }

    fn send(self, act: RepairAct, turn: u64) {
        let desk = self;
        self.act.run::<RepairActNow>(ActOnRepair { id: self.id, turn, act }, move |_| {
            desk.open.set(false);
            desk.typed.clear();
        });
    }

    /// Puts what was typed for an act that lost a race back into its form.
    pub(super) fn take_up(self, act: &RepairAct, zone: &str) {
        let typed = self.typed;
        typed.words.set(act.words().to_owned());
        typed.photos.set(act.photos().to_vec());
        let parts = act.parts().iter().map(|part| format!("{} ×{}", part.name, part.count));
        typed.parts.set(parts.collect::<Vec<_>>().join("\n"));
        let local = |at| crate::format::to_local_input(at, zone);
        match act {
            RepairAct::Assign { worker } | RepairAct::Transfer { worker, .. } => {
                typed.picked.set(worker.to_string())
            }
            RepairAct::Pause { until, .. } => typed.at.set(local(*until)),
            RepairAct::ProposeVisit { slot, .. } => typed.at.set(local(slot.from)),
            RepairAct::Merge { into } => typed.picked.set(into.to_string()),
            RepairAct::Move { category, urgency } => {
                typed.picked.set(category.clone());
                typed.urgency.set(*urgency);
            }
            _ => {}
        }
    }
}

/// Whether an act asks for words, a time, a person.
fn needs_form(kind: ActKind) -> bool {
    !matches!(
        kind,
        ActKind::Accept
            | ActKind::Resume
            | ActKind::AgreeVisit
            | ActKind::TakeQuoteBack
            | ActKind::ApproveQuote
            | ActKind::Confirm
    )
}

/// The buttons.
pub(super) fn buttons(desk: Desk, view: Memo<Option<RepairView>>) -> AnyView {
    let is_office = app().with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    let choices = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs], || Empty {});
    let may_charge = move |key: &str| {
        choices.with(|choices| {
            let category = choices?.categories.iter().find(|category| category.content.key == key);
            category.map(|category| category.content.chargeable)
        })
    };
    let offered = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref().map(|view| {
                let charge = may_charge(&view.repair.report.category).unwrap_or_default();
                (offered(view, is_office, charge), view.repair.turn, view.clone())
            })
        })
    });
    (move || {
        let (kinds, turn, view) = offered.get()?;
        let buttons = kinds.into_iter().enumerate().map(|(at, kind)| {
            let (word, symbol) = button_words(kind, &view);
            let look = match kind {
                _ if at == 0 && is_expected(kind) => "primary",
                ActKind::Refuse | ActKind::CloseUnfixed | ActKind::Withdraw => "plain",
                _ => "quiet",
            };
            view! {
                <button type="button" class="c-button" data-kind=look data-testid=format!("act-{}", name(kind)) on:click=move |_| desk.begin(kind, turn)>{icon(symbol)} {word}</button>
            }
        });
        let buttons = buttons.collect::<Vec<_>>();
        (!buttons.is_empty()).then(|| view! { <div class="p-acts" role="group" aria-label=texts::group()>{buttons}</div> })
    })
    .into_any()
}

/// What the table of acts gives this person, where there is something to do it to.
fn offered(view: &RepairView, is_office: bool, may_charge: bool) -> Vec<ActKind> {
    let repair = &view.repair;
    let waits = repair.visit.as_ref().is_some_and(|visit| !visit.agreed && visit.by_office != is_office);
    let there = |kind: &ActKind| match kind {
        ActKind::AgreeVisit => waits,
        ActKind::Quote => may_charge,
        _ => true,
    };
    ORDER.into_iter().filter(|kind| view.may.contains(kind)).filter(there).collect()
}

/// Whether an act is the next step that others wait for.
const fn is_expected(kind: ActKind) -> bool {
    matches!(
        kind,
        ActKind::Confirm
            | ActKind::ApproveQuote
            | ActKind::AgreeVisit
            | ActKind::Resume
            | ActKind::Accept
            | ActKind::Finish
    )
}

/// The name of an act in tests.
fn name(kind: ActKind) -> String {
    let text = serde_json::to_string(&kind).unwrap_or_default();
    text.trim_matches('"').replace('_', "-")
}

fn button_words(kind: ActKind, view: &RepairView) -> (String, &'static str) {
    let price = view.repair.quote.as_ref().map(|quote| money(&quote.price));
    let fixed = |text: &'static str| text.to_owned();
    match kind {
        ActKind::Confirm => (fixed(texts::confirm()), "ok"),
        ActKind::ApproveQuote => (texts::approve_quote(&price.unwrap_or_default()), "ok"),
        ActKind::AgreeVisit => (fixed(texts::agree_visit()), "ok"),
        ActKind::ProposeVisit if view.repair.visit.is_some() => (fixed(texts::other_visit()), "calendar"),
        ActKind::ProposeVisit => (fixed(texts::propose_visit()), "calendar"),
        ActKind::Resume => (fixed(texts::resume()), "tool"),
        ActKind::Accept => (fixed(texts::accept()), "tool"),
        ActKind::Finish => (fixed(texts::finish()), "ok"),
        ActKind::Reopen => (fixed(texts::reopen()), "warn"),
        ActKind::DeclineQuote => (fixed(texts::decline_quote()), "close"),
        ActKind::Dispute => (fixed(texts::dispute()), "warn"),
        ActKind::Assign => (fixed(texts::assign()), "me"),
        ActKind::Transfer => (fixed(texts::transfer()), "switch"),
        ActKind::Quote => (fixed(texts::quote()), "pay"),
        ActKind::TakeQuoteBack => (fixed(texts::take_quote_back()), "back"),
        ActKind::UseParts => (fixed(texts::use_parts()), "list"),
        ActKind::Pause => (fixed(texts::pause()), "clock"),
        ActKind::Move => (fixed(texts::move_()), "edit"),
        ActKind::Merge => (fixed(texts::merge()), "copy"),
        ActKind::Refuse => (fixed(texts::refuse()), "close"),
        ActKind::CloseUnfixed => (fixed(texts::close_unfixed()), "close"),
        ActKind::Withdraw => (fixed(texts::withdraw()), "trash"),
        ActKind::Report | ActKind::Message | ActKind::Rate | ActKind::Join | ActKind::Unknown => {
            (String::new(), "info")
        }
    }
}

/// The form of the act that was pressed. It stays as it is while the repair behind it changes.
pub(super) fn dialog(desk: Desk, view: Memo<Option<RepairView>>) -> AnyView {
    let title = Signal::derive(move || {
        let kind = desk.kind.get();
        view.with(|view| view.as_ref().map(|view| button_words(kind, view).0)).unwrap_or_default()
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        desk.finish();
    };
    let failed = move || desk.act.error.get().map(|error| error_state(&error, None));
    view! {
        {move || (!desk.open.get()).then(failed)}
        <Dialog open=desk.open id="repair-act" title=title>
            <form class="c-form" novalidate on:submit=send>
                {untrack(|| view.with(|view| view.as_ref().map(|view| fields(desk.kind.get(), desk.typed, view, desk.error.into()))))}
                {failed}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| desk.open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="act-send" aria-busy=desk.act.aria_busy()>{title}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
