//! Movements that the books may hold already: a refund by transfer, or spending that somebody noted.

use leptos::prelude::*;
use linli_wire::{
    command::MovementDecision,
    payments::{BankCounted, BankMovement, SettleMovement},
};

use super::decide::Decide;
use crate::{
    components::icon::icon,
    state::{Act, app},
    words::bank as texts,
};

/// What a movement may be, each with the one press that says so.
pub(super) fn may_be(movement: &BankMovement, act: Act, deciding: Decide) -> AnyView {
    let id = movement.id;
    let one = |counted: &BankCounted| {
        let entry_id = counted.entry_id;
        let settle = move |_| {
            deciding.put(act, id, MovementDecision::Settle(SettleMovement { entry_id }));
        };
        view! {
            <div class="c-card" data-tone="sunk" data-gap="" data-testid="counted">
                <div>
                    <p class="t-small">{texts::counted()}</p>
                    <p class="t-small">{said(counted)}</p>
                    <p class="t-small">{counted.words.clone()}</p>
                </div>
                <div class="l-row"><button type="button" class="c-button" data-kind="primary" data-testid="settle" aria-busy=act.aria_busy() on:click=settle>{icon("ok")} {texts::settle()}</button></div>
            </div>
        }
    };
    movement.counted.iter().map(one).collect_view().into_any()
}

/// What the books hold.
pub(super) fn said(counted: &BankCounted) -> String {
    let day = app().clock().day(&counted.day);
    if counted.household_id.is_some() {
        texts::counted_refund(&day, &counted.home)
    } else {
        texts::counted_spending(&day)
    }
}

/// Said to whoever books a movement as something else.
pub(super) fn warning(movement: Option<BankMovement>) -> Option<AnyView> {
    movement.filter(|movement| !movement.counted.is_empty()).map(|_| {
        view! { <div class="c-banner" data-kind="waiting" data-testid="counted-other">{icon("warn")} <p>{texts::counted_other()}</p></div> }
            .into_any()
    })
}
