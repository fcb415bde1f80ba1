//! Paying for family: who of another household may see and pay the bills of this one, and for whom the person may.

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    command::{
        Empty, PayForHousehold, PaymentsGet, RelativeBegin, RelativeCodeNew, RelativeEnd, RelativeKey,
        RelativeLook, Topic, TypedRelativeCode,
    },
    id::PersonId,
    join::JoinCode,
    payments::{Relative, RelativeCode, RelativeOffer},
};

use super::{list::to_list, pay::Try};
use crate::{
    components::{
        banner::OfflineBanner,
        dialog::Confirm,
        error_state::error_state,
        field::{Field, FieldKind, focus_field},
        icon::{icon, icon_on_ground},
        page_header::PageHeader,
        qr::code,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::{Act, app},
    words::{self, payments as texts},
};

/// Both directions on one page.
#[component]
pub fn RelativesPage() -> impl IntoView {
    let asked = ipc::ask::<PaymentsGet>(&[Topic::Payments], || Empty {});
    let ending = RwSignal::new(None::<Relative>);
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::relatives_title() note=texts::relatives_note() back=to_list() />
            <OfflineBanner />
            {app().with_me_untracked(|me| me.person.household_id.is_some()).unwrap_or(false).then(|| ours(asked, ending))}
            {theirs(asked, ending)}
            {end_dialog(ending)}
        </div>
    }
}

/// The person, by whom an arrangement is told from one of others for their household.
fn me() -> Option<PersonId> {
    app().with_me_untracked(|me| me.person.id)
}

type Asked = ipc::Asked<linli_wire::payments::PaymentsView>;

/// Who pays for the person's household, and a code for one more.
fn ours(asked: Asked, ending: RwSignal<Option<Relative>>) -> AnyView {
    let (act, made) = (Act::new(), app().kept("relative code", || None::<RelativeCode>));
    let make = move |_| act.run::<RelativeCodeNew>(Empty {}, move |code| made.set(Some(code)));
    view! {
        <section class="l-section" data-testid="relatives-ours">
            <div class="l-section__head"><h2>{texts::relatives_ours()}</h2></div>
            {move || list(&asked, false, ending)}
            <div class="c-card" data-gap="">
                <p>{texts::relatives_ours_text()}</p>
                {move || made.get().map(|made| code_card(&made))}
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="relative-code" aria-busy=act.aria_busy() on:click=make>{icon("key")} {move || if made.with(Option::is_some) { texts::relatives_new() } else { texts::relatives_make() }}</button></div>
            </div>
        </section>
    }
    .into_any()
}

fn code_card(made: &RelativeCode) -> AnyView {
    let when = app().clock().date(made.expires_at);
    view! {
        <div role="status">
            <p class="t-soft t-small">{texts::relatives_code()}</p>
            <p>{code(&made.code)}</p>
            <p class="t-soft t-small">{texts::relatives_until(&when)}</p>
        </div>
    }
    .into_any()
}

/// For whom the person pays, and a code of one more household.
fn theirs(asked: Asked, ending: RwSignal<Option<Relative>>) -> AnyView {
    let app = app();
    let form = Form {
        typed: app.kept("relative typed", String::new),
        offer: RwSignal::new(None),
        wrong: RwSignal::new(None),
        look: Act::new(),
        begin: Try::kept("relative"),
    };
    view! {
        <section class="l-section" data-testid="relatives-theirs">
            <div class="l-section__head"><h2>{texts::relatives_theirs()}</h2></div>
            {move || list(&asked, true, ending)}
            {move || match form.offer.get() {
                Some(offer) => form.confirm(&offer),
                None => form.ask(),
            }}
        </section>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Form {
    typed: RwSignal<String>,
    /// Whose household it is, once the code was looked at.
    offer: RwSignal<Option<RelativeOffer>>,
    wrong: RwSignal<Option<String>>,
    look: Act,
    begin: Try,
}

impl Form {
    fn ask(self) -> AnyView {
        let act = self.look;
        let trouble = move || act.error.with(|error| error.as_ref().and_then(beside_code));
        let error = Signal::derive(move || self.wrong.get().or_else(trouble));
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            let code = self.typed.get_untracked();
            let is_code = JoinCode::read(&code).is_some_and(|code| code.is_short());
            self.wrong.set((!is_code).then(|| texts::relatives_wrong().to_owned()));
            if !is_code {
                return focus_field("relative-typed");
            }
            act.run::<RelativeLook>(TypedRelativeCode { code }, move |offer| self.offer.set(Some(offer)));
        };
        let other = move || act.error.get().filter(|error| beside_code(error).is_none());
        view! {
            <form class="c-card c-form" novalidate on:submit=submit>
                <p>{texts::relatives_theirs_text()}</p>
                <Field id="relative-typed" label=texts::relatives_typed() value=self.typed error=error kind=FieldKind::Code />
                {move || other().map(|error| error_state(&error, None))}
                <div class="l-row"><button type="submit" class="c-button" data-kind="primary" data-testid="relative-look" aria-busy=act.aria_busy()>{icon("chevron-right")} {texts::relatives_look()}</button></div>
            </form>
        }
        .into_any()
    }

    fn confirm(self, offer: &RelativeOffer) -> AnyView {
        let (app, act) = (app(), self.begin.act);
        let yes = move |_| {
            let code = self.typed.get_untracked();
            let request = move |attempt| PayForHousehold { attempt, code };
            self.begin.run::<RelativeBegin>(request, move |relative| {
                self.typed.set(String::new());
                self.offer.set(None);
                app.tell(texts::relatives_begun(&relative.household));
            });
        };
        let no = move |_| {
            act.error.set(None);
            self.offer.set(None);
        };
        view! {
            <div class="c-card" data-gap="" data-testid="relative-offer">
                <div class="c-card__line">{icon_on_ground("home", "jade")} <div><h3 class="c-card__title">{texts::relatives_confirm(&offer.household)}</h3> <p>{texts::relatives_confirm_text()}</p></div></div>
                {move || act.error.get().map(|error| beside_code(&error).map_or_else(|| error_state(&error, None), |words| view! { <p role="alert">{words}</p> }.into_any()))}
                <div class="l-row" data-fill="">
                    <button type="button" class="c-button" data-kind="primary" data-testid="relative-begin" aria-busy=act.aria_busy() on:click=yes>{icon("ok")} {texts::relatives_yes()}</button>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="relative-not" on:click=no>{icon("close")} {texts::relatives_no()}</button>
                </div>
            </div>
        }
        .into_any()
    }
}

/// What is wrong with the code itself.
fn beside_code(error: &WireError) -> Option<String> {
    let in_words = || {
        let (title, text) = words::trouble(error);
        format!("{title}{}{text}", words::stop())
    };
    match error.code {
        Code::Conflict => Some(texts::relatives_own().to_owned()),
        Code::RelativeCodeUnknown | Code::RelativeCodeEnded => Some(in_words()),
        _ => None,
    }
}

/// Those of one direction: who goes on, and under them who did.
fn list(asked: &Asked, mine: bool, ending: RwSignal<Option<Relative>>) -> AnyView {
    let me = me();
    let view = match asked.get() {
        Answer::Loading => return skeleton_list(1),
        Answer::Failed(error) => return error_state(&error, Some(asked.retry())),
        Answer::Ready(view) => view,
    };
    let relatives = view.relatives.iter().filter(|relative| (Some(relative.person_id) == me) == mine);
    let (ended, on): (Vec<&Relative>, Vec<&Relative>) =
        relatives.partition(|relative| relative.ended_at.is_some());
    let rows = |of: Vec<&Relative>| {
        of.into_iter().map(|relative| view! { <li>{row(relative, mine, ending)}</li> }).collect_view()
    };
    let nobody = (on.is_empty() && !mine)
        .then(|| view! { <p class="t-soft" data-testid="relatives-nobody">{texts::relatives_nobody()}</p> });
    view! {
        {nobody}
        {(!on.is_empty()).then(|| view! { <ul class="c-list" role="list" data-lead="icon">{rows(on)}</ul> })}
        {(!ended.is_empty()).then(|| view! {
            <details class="c-details"><summary>{texts::relatives_earlier()}</summary> <ul class="c-list" role="list" data-lead="icon">{rows(ended)}</ul></details>
        })}
    }
    .into_any()
}

fn row(relative: &Relative, mine: bool, ending: RwSignal<Option<Relative>>) -> AnyView {
    let clock = app().clock();
    let name = if mine { texts::of_household(&relative.household) } else { relative.name.clone() };
    let since = texts::relatives_since(&clock.date(relative.since));
    let ended = relative.ended_at.map(|at| match &relative.ended_by {
        Some(name) => texts::relatives_ended_by(&clock.date(at), name),
        None => texts::relatives_ended(&clock.date(at)),
    });
    let goes_on = ended.is_none();
    let of = relative.clone();
    view! {
        <div class="c-row" data-strong=goes_on.then_some("") data-actions="" data-testid="relative" data-state=if goes_on { "on" } else { "ended" }>
            <span class="c-row__lead">{icon(if goes_on { "people" } else { "history" })}</span>
            <span class="c-row__body">
                <span class="c-row__title">{name}</span>
                <span class="c-row__meta">{since}</span>
                {ended.map(|words| view! { <span class="c-row__meta">{words}</span> })}
            </span>
            {goes_on.then(|| view! {
                <span class="c-row__end"><button type="button" class="c-button" data-kind="plain" data-testid="relative-end" on:click=move |_| ending.set(Some(of.clone()))>{icon("close")} {texts::relatives_end()}</button></span>
            })}
        </div>
    }
    .into_any()
}

fn end_dialog(ending: RwSignal<Option<Relative>>) -> AnyView {
    let (app, me) = (app(), me());
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if ending.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            // Kept until the dialog has closed, so that its words do not change while it does.
            request_animation_frame(move || drop(ending.try_set(None)));
        }
        is_open
    });
    let words = move |mine: fn(&Relative) -> String, ours: fn(&Relative) -> String| {
        Signal::derive(move || {
            let of = |relative: &Relative| {
                if Some(relative.person_id) == me { mine(relative) } else { ours(relative) }
            };
            ending.with(|relative| relative.as_ref().map(of)).unwrap_or_default()
        })
    };
    let title = words(
        |relative| texts::relatives_leave_title(&relative.household),
        |relative| texts::relatives_end_title(&relative.name),
    );
    let text =
        words(|_| texts::relatives_leave_text().to_owned(), |_| texts::relatives_end_text().to_owned());
    let end = Callback::new(move |()| {
        if let Some(relative) = ending.get_untracked() {
            app.run::<RelativeEnd>(RelativeKey { id: relative.id }, |_| ());
        }
    });
    view! { <Confirm open=open id="end-relative" title=title text=text confirm=texts::relatives_end() then=end /> }.into_any()
}

/// The way here from the list of bills.
pub(super) fn to_relatives() -> AnyView {
    view! {
        <div class="c-list" data-lead="icon">
            <a class="c-row" href="/payments/relatives" data-testid="relatives-row">
                <span class="c-row__lead">{icon("people")}</span>
                <span class="c-row__body"><span class="c-row__title">{texts::relatives_title()}</span> <span class="c-row__meta">{texts::relatives_row()}</span></span>
                <span class="c-row__end">{icon("chevron-right")}</span>
            </a>
        </div>
    }
    .into_any()
}
