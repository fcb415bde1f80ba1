//! A try to move money, which stays the same one until the server has answered: it is kept in the cache beside what was
//! entered for it, so that a page that was left and a restart ask for the same.

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    command::{AttemptNew, Command, Empty, KeepTyped, TypedKeep},
    id::OpId,
    typed::{Typed, TypedPlace},
};

use crate::{
    components::icon::icon,
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
        self.named(move |id| {
            self.act.run::<C>(request(id), move |reply| {
                self.id.set(None);
                done(reply);
            });
        });
    }

    /// [`Self::run`], once what is `typed` for it is kept at a place beside its id: whatever becomes of this window then, the
    /// same can be asked again. The command forgets it when it is done.
    pub(super) fn run_kept<C: Command>(
        self,
        place: TypedPlace,
        typed: impl FnOnce(OpId) -> Typed + 'static,
        request: impl FnOnce(OpId) -> C::Request + 'static,
        done: impl FnOnce(C::Reply) + 'static,
    ) where
        C::Request: 'static,
        C::Reply: 'static,
    {
        self.named(move |id| {
            ipc::call_then::<TypedKeep>(KeepTyped { place, typed: typed(id) }, move |_| {
                self.run::<C>(request, done);
            });
        });
    }

    /// Its id, while it has one; follows it.
    pub(super) fn id(self) -> Option<OpId> {
        self.id.get()
    }

    /// Whether one is asked for and not answered; does not follow it.
    pub(super) fn is_open(self) -> bool {
        self.id.with_untracked(Option::is_some)
    }

    /// Takes up a try that was not answered before its page was left, unless there is one already.
    pub(super) fn take_up(self, id: OpId) {
        if !self.is_open() {
            self.id.set(Some(id));
            self.act.error.set(Some(WireError::new(Code::ServerUnreachable, "it was not answered")));
        }
    }

    /// Ends with `then` once `is_done` says of a try that nobody answered that it was done all the same.
    pub(super) fn until(self, is_done: impl Fn(OpId) -> bool + 'static, then: impl Fn(OpId) + 'static) {
        Effect::new(move |_| {
            if let Some(id) = self.id.get().filter(|id| !self.act.busy.get() && is_done(*id)) {
                self.act.error.set(None);
                self.id.set(None);
                then(id);
            }
        });
    }

    /// Gives its id, which is made where there is none, before anything is asked under it.
    fn named(self, then: impl FnOnce(OpId) + 'static) {
        if let Some(id) = self.id.get_untracked() {
            return then(id);
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
                    then(attempt.id);
                }
                Err(error) => self.act.error.set(Some(error)),
            }
        });
    }
}

/// Whether nobody knows what became of a request.
pub(super) const fn is_unknown(code: Code) -> bool {
    matches!(code, Code::ServerUnreachable | Code::NotLinliServer | Code::Internal)
}

/// What to do when nobody knows whether it was paid.
pub(super) fn unknown(again: Callback<()>) -> AnyView {
    view! {
        <div class="c-banner" data-kind="waiting" role="alert" data-testid="payment-unknown">
            {icon("wait")}
            <div><p class="c-banner__title">{texts::unknown_title()}</p> <p>{texts::unknown_text()}</p></div>
            <button type="button" class="c-button" data-kind="quiet" data-testid="pay-again" on:click=move |_| again.run(())>{icon("refresh")} {texts::pay_again()}</button>
        </div>
    }
    .into_any()
}
