//! Files for the bookkeeper: which one, and of which months.

use leptos::prelude::*;
use linli_wire::{
    command::PaymentsExportOpen,
    payments::{BookSheet, MAX_EXPORT_MONTHS, Month, PaymentsExport},
};

use crate::{
    components::{
        choice::{Choice, choices},
        dialog::Dialog,
        error_state::error_state,
        icon::icon,
    },
    format::month,
    state::{Act, app},
    words::{common, export as texts},
};

/// The button and its form; nothing where the clock knows no month.
pub(super) fn export() -> Option<AnyView> {
    let app = app();
    let this = Month::of_day(&app.clock().today())?;
    // Of a month that is over everything is there.
    let last = this.plus(-1)?;
    let (open, act) = (RwSignal::new(false), Act::new());
    let (from, until) = (RwSignal::new(last), RwSignal::new(last));
    let sheet = RwSignal::new(BookSheet::Journal);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wanted = PaymentsExport {
            sheet: sheet.get_untracked(),
            from: from.get_untracked(),
            until: until.get_untracked(),
        };
        act.run::<PaymentsExportOpen>(wanted, move |_| {
            open.set(false);
            app.tell(texts::saved());
        });
    };
    // The first month is never behind the last: who moves one beyond the other moves both.
    let pick_from = Callback::new(move |month: Month| {
        from.set(month);
        until.update(|until| *until = (*until).max(month));
    });
    let pick_until = Callback::new(move |month: Month| {
        until.set(month);
        from.update(|from| *from = (*from).min(month));
    });
    let sheets = move || {
        let of = |sheet, label: &'static str, help: &'static str, testid| {
            Choice::new(sheet, label, testid).help(help)
        };
        vec![
            of(BookSheet::Journal, texts::journal(), texts::journal_help(), "sheet-journal"),
            of(BookSheet::Ledger, texts::ledger(), texts::ledger_help(), "sheet-ledger"),
            of(BookSheet::Bills, texts::bills(), texts::bills_help(), "sheet-bills"),
            of(BookSheet::Payments, texts::payments(), texts::payments_help(), "sheet-payments"),
        ]
    };
    Some(view! {
        <button type="button" class="c-button" data-kind="quiet" data-testid="export" on:click=move |_| { act.error.set(None); open.set(true); }>{icon("download")} {texts::title()}</button>
        <Dialog open=open id="export-books" title=texts::title()>
            <form class="c-form" novalidate on:submit=save>
                <p class="t-soft">{texts::text()}</p>
                {months("export-from", texts::from(), this, from, pick_from)}
                {months("export-until", texts::until(), this, until, pick_until)}
                {choices("export-sheet", texts::sheet(), true, None, sheet.into(), sheets(), Callback::new(move |chosen| sheet.set(chosen)))}
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="export-now" aria-busy=act.aria_busy()>{icon("download")} {texts::save()}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any())
}

/// A month of those that can be in one file, the newest first.
fn months(
    id: &'static str,
    label: &'static str,
    this: Month,
    chosen: RwSignal<Month>,
    pick: Callback<Month>,
) -> AnyView {
    let options = (0..MAX_EXPORT_MONTHS).filter_map(|back| this.plus(-back)).map(|of| {
        let name = of.to_string();
        view! { <option value=name.clone() prop:selected=move || chosen.get() == of>{month(&name, true)}</option> }
    });
    let choose = move |event| {
        if let Ok(month) = event_target_value(&event).parse() {
            pick.run(month);
        }
    };
    view! {
        <div class="c-field">
            <label class="c-field__label" for=id>{label}</label>
            <select class="c-input" id=id data-testid=id on:change=choose>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}
