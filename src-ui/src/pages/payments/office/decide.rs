//! Deciding about a movement of the bank by hand: a household's bills, spending, or neither.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{
        BankMovementDecide, CommunityMap, CommunityMapView, DecideMovement, Empty, HouseholdKey,
        HouseholdPaymentsGet, MovementDecision, OfficeBillsList,
    },
    id::{BankMovementId, BillId, HouseholdId},
    payments::{
        BankMovement, BookMovement, BookOwnMovement, MovementFee, OfficeBillRow, OfficeBillsQuery,
        OpenMovementAgain, OwnPlace, SetMovementAside, SpendMovement, SpendingHeading,
    },
};

use super::{fee_form::flats, settle};
use crate::{
    components::{
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
        search_field::SearchField,
        skeleton::skeleton_list,
    },
    format::{amount, month, read_money},
    ipc::{self, Answer},
    state::{Act, App, app},
    words::{bank as texts, common},
};

/// What is asked about a movement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Whose payment it is.
    Payment,
    /// What it was spent on.
    Spending,
    /// From where or to where the community moved it.
    Own,
    /// Why it is open again.
    Again,
    /// Why it is set aside.
    Aside,
}

/// What is being decided on the page.
#[derive(Clone, Copy)]
pub(super) struct Decide {
    app: App,
    movement: RwSignal<Option<BankMovement>>,
    payment: RwSignal<bool>,
    spending: RwSignal<bool>,
    own: RwSignal<bool>,
    reopen: RwSignal<bool>,
    aside: RwSignal<bool>,
    act: Act,
    again: Callback<()>,
    /// What spending can be booked under.
    pub(super) headings: RwSignal<Vec<SpendingHeading>>,
}

impl Decide {
    /// Nothing yet; `again` is called once something was decided.
    pub(super) fn new(again: Callback<()>) -> Self {
        let [payment, spending, own, reopen, aside] = [(); 5].map(|()| RwSignal::new(false));
        let (movement, headings) = (RwSignal::new(None), RwSignal::new(Vec::new()));
        let (app, act) = (app(), Act::new());
        Self { app, movement, payment, spending, own, reopen, aside, act, again, headings }
    }

    /// Opens the question.
    pub(super) fn ask(self, movement: BankMovement, asking: Asking) {
        self.act.error.set(None);
        self.movement.set(Some(movement));
        match asking {
            Asking::Payment => self.payment.set(true),
            Asking::Spending => self.spending.set(true),
            Asking::Own => self.own.set(true),
            Asking::Again => self.reopen.set(true),
            Asking::Aside => self.aside.set(true),
        }
    }

    /// Decides. The same once more, after a lost answer, is the same.
    pub(super) fn put(self, act: Act, id: BankMovementId, decision: MovementDecision) {
        let told = match decision {
            MovementDecision::SetAside(_) => texts::done_aside(),
            MovementDecision::OpenAgain(_) => texts::done_again(),
            _ => texts::done_booked(),
        };
        act.run::<BankMovementDecide>(DecideMovement { id, decision }, move |_| {
            for open in [self.payment, self.spending, self.own, self.reopen, self.aside] {
                open.set(false);
            }
            self.app.tell(told);
            self.again.run(());
        });
    }

    fn put_asked(self, decision: MovementDecision) {
        if let Some(id) =
            self.movement.with_untracked(|movement| movement.as_ref().map(|movement| movement.id))
        {
            self.put(self.act, id, decision);
        }
    }
}

/// The questions, each in its dialog.
pub(super) fn decide(this: Decide) -> AnyView {
    view! {
        <Dialog open=this.payment id="book-movement" title=texts::hand_title()>{by_hand(this)}</Dialog>
        <Dialog open=this.spending id="spend-movement" title=texts::spend_title()>{spend(this)}</Dialog>
        <Dialog open=this.own id="own-movement" title=texts::own_title()>{own(this)}</Dialog>
        <Dialog open=this.reopen id="open-movement-again" title=texts::again_title()>{open_again(this)}</Dialog>
        <Dialog open=this.aside id="movement-aside" title=texts::aside_title()>{aside(this)}</Dialog>
    }
    .into_any()
}

fn trouble(this: Decide) -> impl IntoView {
    move || {
        this.act.error.get().map(|error| {
            if error.code == Code::Conflict {
                view! { <div class="c-banner" data-kind="waiting" role="alert">{icon("warn")} <p>{texts::decided()}</p></div> }.into_any()
            } else {
                error_state(&error, None)
            }
        })
    }
}

fn actions(open: RwSignal<bool>, act: Act, label: &'static str, testid: &'static str) -> AnyView {
    view! {
        <div class="c-dialog__actions">
            <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
            <button type="submit" class="c-button" data-kind="primary" data-testid=testid aria-busy=act.aria_busy()>{label}</button>
        </div>
    }
    .into_any()
}

/// Whom money is booked for.
#[derive(Clone, PartialEq)]
struct Picked {
    household_id: HouseholdId,
    /// In the order in which they were chosen; without any all of it is kept.
    bills: Vec<BillId>,
}

fn by_hand(this: Decide) -> AnyView {
    let (words, picked) = (RwSignal::new(String::new()), RwSignal::new(None::<Picked>));
    let missing = RwSignal::new(false);
    let owes = RwSignal::new(None::<String>);
    let found = ipc::ask::<OfficeBillsList>(&[], move || OfficeBillsQuery {
        words: words.get(),
        limit: 20,
        ..OfficeBillsQuery::default()
    });
    let map = ipc::ask::<CommunityMap>(&[], || Empty {});
    let book = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(Picked { household_id, bills }) = picked.get_untracked() else { return missing.set(true) };
        let book = BookMovement { household_id, bills };
        if !book.bills.is_empty() {
            return this.put_asked(MovementDecision::Payment(book));
        }
        // The list shows some bills alone: whoever owes something has their bills paid.
        this.act.run::<HouseholdPaymentsGet>(HouseholdKey { id: household_id }, move |home| {
            let owed: i64 = home.bills.iter().map(|bill| bill.owed).sum();
            if owed > 0 {
                let currency = home.bills.first().map(|bill| bill.currency.clone()).unwrap_or_default();
                owes.set(Some(texts::hand_owes(&home.units, &amount(owed, &currency))));
                picked.set(None);
            } else {
                this.put_asked(MovementDecision::Payment(book.clone()));
            }
        });
    };
    view! {
        <form class="c-form" novalidate on:submit=book>
            <p class="t-soft t-small">{texts::hand_pick()}</p>
            <SearchField words=words label=texts::hand_find() placeholder="3-1201" shortcut=false />
            {move || match found.get() {
                Answer::Loading => skeleton_list(2),
                Answer::Failed(error) => error_state(&error, Some(found.retry())),
                Answer::Ready(page) => {
                    let open: Vec<_> = page.rows.into_iter().filter(|row| row.owed > 0).collect();
                    let owes = |home: HouseholdId| open.iter().any(|row| row.household_id == home);
                    let mut homes = match map.get() {
                        Answer::Ready(map) => words.with(|words| living_in(&map, words)),
                        _ => Vec::new(),
                    };
                    homes.retain(|(home, _)| !owes(*home));
                    if open.is_empty() && homes.is_empty() {
                        view! { <p class="t-soft" role="status">{texts::hand_none()}</p> }.into_any()
                    } else {
                        let currency = page.currency;
                        let rows = open.into_iter().map(|row| pick(&row, &currency, picked)).collect_view();
                        let homes = homes.into_iter().map(|(home, flat)| pick_home(home, &flat, picked)).collect_view();
                        view! { <ul class="p-picks" role="list">{rows} {homes}</ul> }.into_any()
                    }
                }
            }}
            {move || owes.get().filter(|_| picked.with(Option::is_none)).map(|said| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{said}</span></p> })}
            {move || (missing.get() && owes.with(Option::is_none) && picked.with(Option::is_none)).then(|| view! { <p class="c-field__error" role="alert">{icon("warn")} <span>{texts::hand_missing()}</span></p> })}
            {trouble(this)}
            {actions(this.payment, this.act, texts::hand_book(), "book-now")}
        </form>
    }
    .into_any()
}

/// A bill to choose; those of another household make way for it.
fn pick(row: &OfficeBillRow, currency: &str, picked: RwSignal<Option<Picked>>) -> AnyView {
    let (id, household_id) = (row.id, row.household_id);
    let home = if row.units.is_empty() { &row.code } else { &row.units };
    let label = format!(
        "{home} ·\u{a0}{} ·\u{a0}{}",
        month(&row.month.to_string(), true),
        amount(row.owed, currency)
    );
    let change = move |_| {
        picked.update(|picked| {
            let mut bills = match picked.take() {
                Some(before) if before.household_id == household_id => before.bills,
                _ => Vec::new(),
            };
            match bills.iter().position(|other| *other == id) {
                Some(at) => drop(bills.remove(at)),
                None => bills.push(id),
            }
            *picked = (!bills.is_empty()).then_some(Picked { household_id, bills });
        });
    };
    let checked =
        move || picked.with(|picked| picked.as_ref().is_some_and(|picked| picked.bills.contains(&id)));
    view! { <li><label class="p-pick"><input type="checkbox" prop:checked=checked on:change=change data-testid="pick" /> <span>{label}</span></label></li> }.into_any()
}

/// A household that owes nothing, for which all of it is kept.
fn pick_home(household_id: HouseholdId, flat: &str, picked: RwSignal<Option<Picked>>) -> AnyView {
    let whole = Picked { household_id, bills: Vec::new() };
    let same = whole.clone();
    let change = move |_| {
        picked.update(|picked| {
            *picked = (picked.as_ref() != Some(&whole)).then(|| whole.clone());
        });
    };
    let checked = move || picked.with(|picked| picked.as_ref() == Some(&same));
    let label = texts::hand_keep(flat);
    view! { <li><label class="p-pick"><input type="checkbox" prop:checked=checked on:change=change data-testid="pick-home" /> <span>{label}</span></label></li> }.into_any()
}

/// Households by one of their flats, whose name begins with these words; none where nothing was typed.
fn living_in(map: &CommunityMapView, words: &str) -> Vec<(HouseholdId, String)> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(HouseholdId, String)> = Vec::new();
    for (unit, flat) in flats(map) {
        let home = map.units.iter().find(|other| other.id == unit).and_then(|unit| unit.household_id);
        let fits = flat.to_lowercase().starts_with(&words);
        if let Some(home) = home.filter(|home| fits && found.iter().all(|(known, _)| known != home)) {
            found.push((home, flat));
        }
        if found.len() == HOMES {
            break;
        }
    }
    found
}

/// Households that are offered at a time.
const HOMES: usize = 8;

/// The headings of spending to choose from; the first is chosen.
fn headings(this: Decide, heading: RwSignal<String>, id: &'static str) -> AnyView {
    let language = app().language();
    let headings = this.headings.get_untracked();
    heading.set(headings.first().map(|first| first.key.clone()).unwrap_or_default());
    let options = headings
        .into_iter()
        .map(|one| view! { <option value=one.key>{one.name.in_language(&language).to_owned()}</option> })
        .collect_view();
    view! {
        <div class="c-field">
            <label class="c-field__label" for=id>{texts::spend_heading()}</label>
            <select class="c-input" id=id data-testid=id on:change=move |event| heading.set(event_target_value(&event))>{options}</select>
        </div>
    }
    .into_any()
}

fn own(this: Decide) -> AnyView {
    let Some(movement) = this.movement.get_untracked() else { return ().into_any() };
    let place = RwSignal::new(OwnPlace::Card);
    let is_other = !movement.counted.is_empty();
    let (typed, heading, tried) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(false));
    let (currency, came_in) = (movement.currency.clone(), movement.minor > 0);
    let has_headings = this.headings.with_untracked(|headings| !headings.is_empty());
    let fee = StoredValue::new(move || {
        let typed = typed.get();
        let read = read_money(typed.trim(), &currency).map(|money| money.minor);
        if typed.trim().is_empty() { Some(None) } else { read.map(Some) }
    });
    let fee = move || fee.with_value(|fee| fee());
    let wrong =
        Signal::derive(move || (tried.get() && fee().is_none()).then(|| texts::own_fee_wrong().to_owned()));
    let book = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(fee) = untrack(fee) else { return focus_field("own-fee") };
        let fee = fee.map(|minor| MovementFee { heading: heading.get_untracked(), minor });
        this.put_asked(MovementDecision::Own(BookOwnMovement {
            place: place.get_untracked(),
            fee,
            is_other,
        }));
    };
    let places = [(OwnPlace::Card, "card"), (OwnPlace::Cash, "cash")].map(|(of, value)| {
        view! { <option value=value prop:selected=move || place.get() == of>{own_place(of, came_in)}</option> }
    });
    let choose = move |event| {
        place.set(if event_target_value(&event) == "cash" { OwnPlace::Cash } else { OwnPlace::Card });
    };
    view! {
        <form class="c-form" novalidate on:submit=book>
            <p class="t-soft t-small">{texts::own_text()}</p>
            {settle::warning(Some(movement))}
            <div class="c-field">
                <label class="c-field__label" for="own-place">{texts::own_place()}</label>
                <select class="c-input" id="own-place" data-testid="own-place" on:change=choose>{places.collect_view()}</select>
            </div>
            {has_headings.then(|| view! {
                <Field id="own-fee" label=texts::own_fee() help=texts::own_fee_help() value=typed error=wrong />
                {headings(this, heading, "own-heading")}
            })}
            {trouble(this)}
            {actions(this.own, this.act, texts::own_book(), "own-now")}
        </form>
    }
    .into_any()
}

/// Where money of the community was before, or went.
pub(super) fn own_place(place: OwnPlace, came_in: bool) -> &'static str {
    match (place, came_in) {
        (OwnPlace::Cash, true) => texts::own_cash_in(),
        (OwnPlace::Cash, false) => texts::own_cash_out(),
        (OwnPlace::Card | OwnPlace::Other, true) => texts::own_card_in(),
        (OwnPlace::Card | OwnPlace::Other, false) => texts::own_card_out(),
    }
}

fn open_again(this: Decide) -> AnyView {
    let decide = |reason| MovementDecision::OpenAgain(OpenMovementAgain { reason });
    let note = view! { <p class="t-soft t-small">{texts::again_text()}</p> }.into_any();
    let actions = move || actions(this.reopen, this.act, texts::again(), "again-now");
    with_reason(this, "again-reason", Some(note), decide, actions)
}

fn spend(this: Decide) -> AnyView {
    let (heading, words) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let movement = this.movement.get_untracked();
    let is_other = movement.as_ref().is_some_and(|movement| !movement.counted.is_empty());
    let book = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (heading, words) = (heading.get_untracked(), words.get_untracked());
        let spent = SpendMovement { heading, words, is_other };
        this.put_asked(MovementDecision::Spending(spent));
    };
    view! {
        <form class="c-form" novalidate on:submit=book>
            {settle::warning(movement)}
            {headings(this, heading, "spend-heading")}
            <Field id="spend-words" label=texts::spend_words() value=words />
            {trouble(this)}
            {actions(this.spending, this.act, texts::spend(), "spend-now")}
        </form>
    }
    .into_any()
}

fn aside(this: Decide) -> AnyView {
    let decide = |reason| MovementDecision::SetAside(SetMovementAside { reason });
    let actions = move || actions(this.aside, this.act, texts::aside(), "aside-now");
    with_reason(this, "aside-reason", None, decide, actions)
}

/// A decision for which somebody says why; `id` is that of the field.
fn with_reason<V: IntoView + 'static>(
    this: Decide,
    id: &'static str,
    note: Option<AnyView>,
    decide: fn(String) -> MovementDecision,
    actions: impl FnOnce() -> V,
) -> AnyView {
    let (reason, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let put = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked();
        if reason.trim().is_empty() {
            wrong.set(Some(texts::aside_missing().to_owned()));
            focus_field(id);
            return;
        }
        this.put_asked(decide(reason));
    };
    view! {
        <form class="c-form" novalidate on:submit=put>
            {note}
            <Field id=id label=texts::aside_reason() value=reason error=wrong />
            {trouble(this)}
            {actions()}
        </form>
    }
    .into_any()
}
