//! What the community spends: noted by the office, and taken back with a reason.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{Empty, NoteSpending, SpendingGet, SpendingNote, SpendingTakeBack, TakeBackSpending},
    id::{LedgerEntryId, OpId},
    payments::{MAX_REASON, Spending, SpendingHeading, Spendings},
    typed::{Typed, TypedPlace},
};
use serde::{Deserialize, Serialize};

use super::to_bills;
use crate::{
    components::{
        banner::OfflineBanner,
        dialog::Dialog,
        empty_state::empty_state,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::{amount, read_money},
    ipc::{self, Answer, Asked},
    pages::{
        payments::pay::{Try, is_unknown, unknown},
        repairs::too_long,
    },
    state::app,
    typing,
    words::{common, payments, payments_office, spending as texts},
};

/// The list, and the way to note one more.
#[component]
pub fn SpendingPage() -> impl IntoView {
    let asked = ipc::ask::<SpendingGet>(&[], || Empty {});
    let note = Note::kept();
    let back = Back::new();
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::note() back=to_bills()>
                <button type="button" class="c-button" data-kind="primary" data-testid="note-spending" on:click=move |_| note.open.set(true)>{icon("plus")} {texts::add()}</button>
            </PageHeader>
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(4),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(found) => page(found, note, back, asked),
            }}
        </div>
    }
}

fn page(found: Spendings, note: Note, back: Back, asked: Asked<Spendings>) -> AnyView {
    let rows = found.rows.iter().map(|row| view! { <li>{line(row, &found.currency, back)}</li> });
    let list = if found.rows.is_empty() {
        empty_state("table", texts::empty_title(), texts::empty_text(), None)
    } else {
        view! { <ul class="c-list" role="list" data-lead="icon">{rows.collect_view()}</ul> }.into_any()
    };
    let known: Vec<LedgerEntryId> = found.rows.iter().map(|row| row.id).collect();
    // It stands in the list: what was not answered was noted.
    note.attempt.until(move |id| known.contains(&LedgerEntryId(id.0)), move |_| note.forget());
    let Spendings { headings, currency, .. } = found;
    let (headings, currency) = (StoredValue::new(headings), StoredValue::new(currency));
    view! {
        {list}
        <Dialog open=note.open id="note-spending" title=texts::add()>{note.form(headings.get_value(), currency.get_value(), asked)}</Dialog>
        <Dialog open=back.open id="take-spending-back" title=texts::back_title()>{back.form(currency.get_value(), asked)}</Dialog>
    }
    .into_any()
}

fn line(row: &Spending, currency: &str, back: Back) -> AnyView {
    let clock = app().clock();
    let name = row.name.in_language(&app().language());
    let name = if name.is_empty() { row.heading.clone() } else { name.to_owned() };
    let way = if row.in_cash { texts::in_cash() } else { texts::from_bank() };
    let mut meta = vec![clock.day(&row.day), way.to_owned()];
    if let Some(by) = &row.by {
        meta.push(texts::by(by));
    }
    let taken = row.taken_back.as_ref().map(|taken| {
        let day = clock.day(&taken.day);
        taken.by.as_ref().map_or_else(
            || texts::taken_back(&day, &taken.reason),
            |by| texts::taken_back_by(&day, by, &taken.reason),
        )
    });
    let stands = taken.is_none();
    let (of, attempt) = (row.clone(), Try::kept(&format!("spending back {}", row.id)));
    view! {
        <div class="c-row" data-testid="spending" data-state=if stands { "stands" } else { "taken-back" }>
            <span class="c-row__lead">{icon(if stands { "table" } else { "history" })}</span>
            <span class="c-row__body">
                <span class="p-headline"><span class="c-row__title">{name}</span> <strong class="p-amount">{amount(row.minor, currency)}</strong></span>
                {(!row.words.is_empty()).then(|| view! { <span class="c-row__meta">{row.words.clone()}</span> })}
                <span class="c-row__meta">{meta.join(" ·\u{a0}")}</span>
                {taken.map(|words| view! { <span><span class="c-tag" data-tone="blue">{icon("history")} {payments::taken_back()}</span></span> <span class="c-row__meta">{words}</span> })}
                {row.from_statement.then(|| view! { <span class="c-row__meta">{texts::from_statement()}</span> })}
                {(stands && row.is_own && !row.from_statement).then(|| view! { <span class="c-row__meta" data-testid="own-spending">{texts::own()}</span> })}
                {(stands && !row.is_own && !row.from_statement).then(|| view! { <span class="l-row"><button type="button" class="c-button" data-kind="plain" data-edge="start" data-testid="take-back" on:click=move |_| back.ask(&of, attempt)>{icon("history")} {texts::take_back()}</button></span> })}
            </span>
        </div>
    }
    .into_any()
}

/// What is being noted. It outlives the dialog, so that nothing typed is lost by looking something up.
#[derive(Clone, Copy)]
struct Note {
    open: RwSignal<bool>,
    day: RwSignal<String>,
    heading: RwSignal<String>,
    typed: RwSignal<String>,
    words: RwSignal<String>,
    in_cash: RwSignal<bool>,
    tried: RwSignal<bool>,
    attempt: Try,
}

/// What is entered beside the words, as it is kept.
#[derive(Serialize, Deserialize)]
struct Entered {
    day: String,
    heading: String,
    amount: String,
    in_cash: bool,
    /// The try, from before it is asked for until it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<OpId>,
}

impl Note {
    fn kept() -> Self {
        let note = Self::new();
        let now = Memo::new(move |_| note.entered(note.attempt.id()));
        typing::remember(TypedPlace::Spending {}, now, move |before| note.take_up(before));
        note
    }

    /// What stands in the form; nothing where nobody typed.
    fn entered(self, attempt: Option<OpId>) -> Typed {
        let (words, amount) = (self.words.get(), self.typed.get());
        let (day, heading, in_cash) = (self.day.get(), self.heading.get(), self.in_cash.get());
        if words.trim().is_empty() && amount.is_empty() && attempt.is_none() {
            return Typed::default();
        }
        let entered = Entered { day, heading, amount, in_cash, attempt };
        Typed { words, form: serde_json::to_string(&entered).unwrap_or_default(), ..Typed::default() }
    }

    fn take_up(self, before: Typed) {
        self.words.set(before.words);
        let Ok(entered) = serde_json::from_str::<Entered>(&before.form) else { return };
        self.day.set(entered.day);
        self.heading.set(entered.heading);
        self.typed.set(entered.amount);
        self.in_cash.set(entered.in_cash);
        if let Some(attempt) = entered.attempt {
            self.attempt.take_up(attempt);
        }
    }

    fn forget(self) {
        for typed in [self.typed, self.words] {
            typed.set(String::new());
        }
        self.tried.set(false);
    }

    fn new() -> Self {
        let app = app();
        Self {
            open: app.kept("spending open", || false),
            day: app.kept("spending day", || app.clock().today()),
            heading: app.kept("spending heading", String::new),
            typed: app.kept("spending amount", String::new),
            words: app.kept("spending words", String::new),
            in_cash: app.kept("spending cash", || false),
            tried: RwSignal::new(false),
            attempt: Try::kept("spending"),
        }
    }

    fn form(self, headings: Vec<SpendingHeading>, currency: String, asked: Asked<Spendings>) -> AnyView {
        let (app, act) = (app(), self.attempt.act);
        if headings.is_empty() {
            return view! { <p>{texts::no_headings()}</p> }.into_any();
        }
        if self.heading.with_untracked(String::is_empty) {
            self.heading.set(headings.first().map(|first| first.key.clone()).unwrap_or_default());
        }
        let minor = move || {
            let read = self.typed.with(|typed| read_money(typed, &currency));
            read.map(|money| money.minor).filter(|minor| *minor > 0)
        };
        let minor = StoredValue::new(minor);
        let minor = move || minor.with_value(|minor| minor());
        let wrong = Signal::derive(move || {
            (self.tried.get() && minor().is_none()).then(|| payments::pay_wrong().to_owned())
        });
        let wrong_day = Signal::derive(move || {
            let today = app.clock().today();
            let fits = self.day.with(|day| is_day(day) && *day <= today);
            (self.tried.get() && !fits).then(|| texts::wrong_day().to_owned())
        });
        let wrong_words = Signal::derive(move || self.words.with(|words| too_long(words.trim(), MAX_REASON)));
        let put = move || {
            self.tried.set(true);
            if wrong_day.get_untracked().is_some() {
                return focus_field("spending-day");
            }
            let Some(minor) = untrack(minor) else { return focus_field("spending-amount") };
            if wrong_words.get_untracked().is_some() {
                return focus_field("spending-words");
            }
            let (day, heading) = (self.day.get_untracked(), self.heading.get_untracked());
            let (words, in_cash) = (self.words.get_untracked(), self.in_cash.get_untracked());
            let request = move |attempt| NoteSpending { attempt, day, heading, minor, words, in_cash };
            let typed = move |id| untrack(move || self.entered(Some(id)));
            self.attempt.run_kept::<SpendingNote>(TypedPlace::Spending {}, typed, request, move |_| {
                self.forget();
                self.open.set(false);
                asked.again();
                app.tell(texts::noted());
            });
        };
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            put();
        };
        let again = Callback::new(move |()| put());
        let language = app.language();
        let options = headings.into_iter().map(|one| {
            let key = one.key.clone();
            let chosen = move || self.heading.with(|heading| *heading == key);
            view! { <option value=one.key prop:selected=chosen>{one.name.in_language(&language).to_owned()}</option> }
        });
        view! {
            <form class="c-form" novalidate on:submit=submit>
                <Field id="spending-day" label=texts::day() help=texts::day_help() value=self.day error=wrong_day placeholder="2026-11-30" />
                <div class="c-field">
                    <label class="c-field__label" for="spending-heading">{texts::heading()}</label>
                    <select class="c-input" id="spending-heading" data-testid="spending-heading" on:change=move |event| self.heading.set(event_target_value(&event))>{options.collect_view()}</select>
                </div>
                <Field id="spending-amount" label=payments::amount() value=self.typed error=wrong />
                <Field id="spending-words" label=texts::words() help=texts::words_help() value=self.words error=wrong_words />
                <label class="p-pick"><input type="checkbox" data-testid="spending-cash" prop:checked=move || self.in_cash.get() on:change=move |event| self.in_cash.set(event_target_checked(&event)) /> <span>{texts::in_cash()}</span></label>
                {move || act.error.get().map(|error| if is_unknown(error.code) { unknown(again) } else { error_state(&error, None) })}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| self.open.set(false)>{common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="spending-now" aria-busy=act.aria_busy()>{texts::add_now()}</button>
                </div>
            </form>
        }
        .into_any()
    }
}

/// Whether a text is a day such as `2026-11-30`, as far as its form goes; the server knows the calendar.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

/// What is being taken back.
#[derive(Clone, Copy)]
struct Back {
    open: RwSignal<bool>,
    of: RwSignal<Option<(Spending, Try)>>,
    reason: RwSignal<String>,
}

impl Back {
    fn new() -> Self {
        Self { open: RwSignal::new(false), of: RwSignal::new(None), reason: RwSignal::new(String::new()) }
    }

    fn ask(self, of: &Spending, attempt: Try) {
        attempt.act.error.set(None);
        self.reason.set(String::new());
        self.of.set(Some((of.clone(), attempt)));
        self.open.set(true);
    }

    fn form(self, currency: String, asked: Asked<Spendings>) -> AnyView {
        let Some((of, attempt)) = self.of.get_untracked() else { return ().into_any() };
        let (app, act, tried) = (app(), attempt.act, RwSignal::new(false));
        let wrong = Signal::derive(move || {
            let missing = tried.get() && self.reason.with(|reason| reason.trim().is_empty());
            let missing = missing.then(|| payments_office::credit_reason_missing().to_owned());
            missing.or_else(|| self.reason.with(|reason| too_long(reason.trim(), MAX_REASON)))
        });
        let id = of.id;
        let put = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            if wrong.get_untracked().is_some() {
                return focus_field("spending-reason");
            }
            let reason = self.reason.get_untracked();
            let request = move |attempt| TakeBackSpending { attempt, id, reason };
            attempt.run::<SpendingTakeBack>(request, move |_| {
                self.open.set(false);
                asked.again();
                app.tell(texts::taken());
            });
        };
        let trouble = move || {
            act.error.get().map(|error| match error.code {
                Code::Conflict => view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("warn")} <p>{texts::back_conflict()}</p></div> }.into_any(),
                _ => error_state(&error, None),
            })
        };
        let sum = amount(of.minor, &currency);
        view! {
            <form class="c-form" novalidate on:submit=put>
                <p>{texts::back_text(&sum)}</p>
                <Field id="spending-reason" label=texts::reason() value=self.reason error=wrong />
                {trouble}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| self.open.set(false)>{common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="take-back-now" aria-busy=act.aria_busy()>{texts::take_back()}</button>
                </div>
            </form>
        }
        .into_any()
    }
}
