//! Bills that are paid by themselves from what is kept: up to how much, or not at all.

use leptos::prelude::*;
use linli_wire::{
    command::{AutomaticSet, Empty, PayAutomatically, PaymentsGet, Topic},
    id::HouseholdId,
    payments::HouseholdView,
};

use super::list::to_list;
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        empty_state::empty_state,
        error_state::error_state,
        field::{Field, focus_field},
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::{amount, read_money, typed_price},
    ipc::{self, Answer},
    state::{Act, app},
    words::payments as texts,
};

/// For the person's own household.
#[component]
pub fn AutomaticPage() -> impl IntoView {
    let asked = ipc::ask::<PaymentsGet>(&[Topic::Payments, Topic::Community], || Empty {});
    // Empty before the page knows how it stands.
    let typed = app().kept("automatic limit", String::new);
    let form = Form { typed, wrong: RwSignal::new(None), act: Act::new() };
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::automatic_title() note=texts::automatic_note() back=to_list() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(2),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => match view.households.iter().find(|household| is_own(household.id)) {
                    Some(household) => page(household, form),
                    None => empty_state("pay", texts::empty_title(), texts::empty_text(), None),
                },
            }}
        </div>
    }
}

/// Whether the household is the person's own: for another one, somebody of it decides.
pub(super) fn is_own(id: HouseholdId) -> bool {
    app().with_me_untracked(|me| me.person.household_id) == Some(Some(id))
}

#[derive(Clone, Copy)]
struct Form {
    typed: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
    act: Act,
}

fn page(household: &HouseholdView, form: Form) -> AnyView {
    let (id, currency, act) = (household.id, household.currency.clone(), form.act);
    let first = || {
        let limit = household.automatic.or(household.bills.first().map(|bill| bill.total));
        limit.map(|limit| typed_price(limit.saturating_mul(10_000), &currency)).unwrap_or_default()
    };
    if form.typed.with_untracked(String::is_empty) {
        form.typed.set(first());
    }
    let state = household.automatic.map_or_else(
        || {
            banner(
                "info",
                "info",
                Some(texts::automatic_off().to_owned()),
                texts::automatic_off_text().to_owned(),
            )
        },
        |limit| {
            let text = texts::automatic_on_text(&amount(limit, &currency));
            banner("success", "ok", Some(texts::automatic_on().to_owned()), text)
        },
    );
    let set = move |limit: Option<i64>| {
        act.run::<AutomaticSet>(PayAutomatically { household_id: id, limit }, |_| ());
    };
    let save = {
        let currency = currency.clone();
        move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            let limit = form.typed.with_untracked(|typed| read_money(typed, &currency));
            let limit = limit.map(|money| money.minor).filter(|minor| *minor > 0);
            form.wrong.set(limit.is_none().then(|| texts::pay_wrong().to_owned()));
            if limit.is_none() {
                return focus_field("automatic-limit");
            }
            set(limit);
        }
    };
    let is_on = household.automatic.is_some();
    view! {
        <div data-testid="automatic" data-state=if is_on { "on" } else { "off" }>{state}</div>
        <form class="c-card c-form" novalidate on:submit=save>
            <p>{texts::kept(&amount(household.kept, &currency))}</p>
            <Field id="automatic-limit" label=texts::automatic_limit() help=texts::automatic_limit_help() value=form.typed error=form.wrong />
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="l-row" data-fill="">
                <button type="submit" class="c-button" data-kind="primary" data-testid="automatic-save" aria-busy=act.aria_busy()>{icon("ok")} {if is_on { texts::automatic_change() } else { texts::automatic_start() }}</button>
                {is_on.then(|| view! { <button type="button" class="c-button" data-kind="quiet" data-testid="automatic-stop" on:click=move |_| set(None)>{icon("close")} {texts::automatic_stop()}</button> })}
            </div>
        </form>
    }
    .into_any()
}
