//! Paying from what is kept for the household: asked once more on a clear page, and the answer is never a guess.

use leptos::prelude::*;
use linli_wire::{
    Code,
    command::{AttemptNew, Command, Empty, PayBills, PayFromBalance},
    id::OpId,
    payments::BillView,
};

use crate::{
    components::{dialog::Confirm, error_state::error_state, icon::icon},
    format::amount,
    ipc,
    state::{Act, app},
    words::payments as texts,
};

/// A try to move money. Its id outlives a page that is built anew, and stays the same until the server has answered.
#[derive(Clone, Copy)]
pub(super) struct Try {
    id: RwSignal<Option<OpId>>,
    /// How it goes.
    pub(super) act: Act,
}

impl Try {
    /// The try of this name on this page.
    pub(super) fn kept(name: &str) -> Self {
        let this = Self { id: app().kept(format!("attempt {name}"), || None), act: Act::new() };
        // What the server has said no to is over; what nobody knows is asked again as it was.
        Effect::new(move |_| {
            if this.act.error.with(|error| error.as_ref().is_some_and(|error| !is_unknown(error.code))) {
                this.id.set(None);
            }
        });
        this
    }

    /// Asks, unless it is being asked.
    pub(super) fn run<C: Command>(
        self,
        request: impl FnOnce(OpId) -> C::Request + 'static,
        done: impl FnOnce(C::Reply) + 'static,
    ) where
        C::Request: 'static,
        C::Reply: 'static,
    {
        let ask = move |id: OpId| {
            self.act.run::<C>(request(id), move |reply| {
                self.id.set(None);
                done(reply);
            });
        };
        if let Some(id) = self.id.get_untracked() {
            return ask(id);
        }
        if self.act.busy.get_untracked() {
            return;
        }
        self.act.busy.set(true);
        ipc::call_then::<AttemptNew>(Empty {}, move |reply| {
            if self.act.busy.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(attempt) => {
                    self.id.set(Some(attempt.id));
                    ask(attempt.id);
                }
                Err(error) => self.act.error.set(Some(error)),
            }
        });
    }
}

/// The offer; nothing where nothing is kept.
pub(super) fn pay_from_balance(view: &BillView) -> Option<AnyView> {
    let kept = view.account.as_ref().map_or(0, |account| account.kept);
    if kept <= 0 || view.bill.owed <= 0 {
        return None;
    }
    let bill = view.bill.clone();
    let minor = kept.min(bill.owed);
    let app = app();
    let (attempt, open) = (Try::kept(&bill.id.to_string()), RwSignal::new(false));
    let act = attempt.act;
    let (household_id, bill_id) = (bill.household_id, bill.id);
    let pay = Callback::new(move |()| {
        let request = move |attempt| PayBills { attempt, household_id, bills: vec![bill_id], minor };
        attempt.run::<PayFromBalance>(request, move |payment| {
            app.tell(texts::paid_now(payment.receipt.as_deref().unwrap_or_default()));
        });
    });
    let money = |minor| amount(minor, &bill.currency);
    let word = if minor == bill.owed {
        texts::pay_amount(&money(minor))
    } else {
        texts::pay_part_amount(&money(minor))
    };
    let payee = view.ways.bank.as_ref().map(|bank| bank.holder.clone());
    let payee = payee
        .or_else(|| app.with_me_untracked(|me| me.community.name.in_language(&app.language()).to_owned()));
    let text = texts::confirm_text(&money(kept - minor), &bill.number, &payee.unwrap_or_default());
    let title = texts::confirm_title(&money(minor));
    Some(
        view! {
            <div class="c-card" data-gap="" data-testid="from-balance">
                <h3 class="c-card__title">{texts::from_balance()}</h3>
                <p>{texts::from_balance_text(&money(kept))}</p>
                {move || act.error.get().map(|error| if is_unknown(error.code) { unknown(pay) } else { error_state(&error, None) })}
                <button type="button" class="c-button" data-kind="primary" data-width="full" data-testid="pay" aria-busy=act.aria_busy() on:click=move |_| open.set(true)>{icon("pay")} {word}</button>
                <p class="t-soft t-small">{texts::needs_network()}</p>
                <Confirm open=open id="confirm-payment" title=title text=text confirm=texts::confirm_pay() then=pay danger=false />
            </div>
        }
        .into_any(),
    )
}

/// Whether nobody knows what became of a request.
pub(super) const fn is_unknown(code: Code) -> bool {
    matches!(code, Code::ServerUnreachable | Code::NotLinliServer | Code::Internal)
}

/// What to do when nobody knows whether it was paid.
fn unknown(again: Callback<()>) -> AnyView {
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="payment-unknown">
            {icon("wait")}
            <div><p class="c-banner__title">{texts::unknown_title()}</p> <p>{texts::unknown_text()}</p></div>
            <button type="button" class="c-button" data-kind="quiet" data-testid="pay-again" on:click=move |_| again.run(())>{icon("refresh")} {texts::pay_again()}</button>
        </div>
    }
    .into_any()
}
