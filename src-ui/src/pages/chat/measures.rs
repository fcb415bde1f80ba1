//! What moderators did about the person's own messages: what, why, by which rule, and how to object.

use std::time::Duration;

use leptos::{html, prelude::*};
use linli_wire::{
    chat::{Appeal, AppealTo, MAX_REASON, Measure, Moderation, SeeMeasures},
    command::{AppealMake, MeasuresSee},
    id::{ModerationId, RoomId},
    typed::{Typed, TypedPlace},
};

use super::room::visible;
use crate::{
    components::{dialog::Dialog, error_state::error_state, icon::icon},
    ipc,
    pages::repairs::{Area, too_long},
    state::{Act, app},
    typing,
    words::{self, chat_civil as texts},
};

/// How long it is on screen before it counts as seen.
const SEEN_AFTER: Duration = Duration::from_millis(500);

/// What was done, in words.
pub(super) fn measure_word(measure: Measure) -> String {
    match measure {
        Measure::Nothing => texts::nothing().to_owned(),
        Measure::Warn => texts::warn().to_owned(),
        Measure::Hide => texts::hide().to_owned(),
        Measure::Mute { days } => texts::mute_for(days),
        Measure::Remove => texts::remove().to_owned(),
        Measure::Unknown => texts::something().to_owned(),
    }
}

/// All of it, the newest first; nothing where nothing was done. It stands open while the person has not seen some of it;
/// `place` is what else the page shows, which may cover it.
pub(super) fn measures(
    found: Memo<Vec<Moderation>>,
    unseen: Memo<u32>,
    place: Memo<Option<RoomId>>,
) -> AnyView {
    let (stands_open, details) = (RwSignal::new(false), NodeRef::<html::Details>::new());
    Effect::new(move |_| {
        if unseen.get() > 0 {
            stands_open.set(true);
        }
    });
    mark_seen(found, unseen, place, details);
    let toggled = move |_| {
        if let Some(details) = details.get_untracked() {
            stands_open.set(details.open());
        }
    };
    let objecting = RwSignal::new(None::<ModerationId>);
    let open = RwSignal::new(false);
    let some = Memo::new(move |_| found.with(|found| !found.is_empty()));
    Effect::new(move |_| open.set(objecting.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && objecting.with_untracked(Option::is_some) {
            objecting.set(None);
        }
    });
    view! {
        {move || some.get().then(|| view! {
            <details class="c-details p-measures" data-testid="measures" node_ref=details prop:open=stands_open on:toggle=toggled>
                <summary>{icon("shield")} {move || texts::about_you(u32::try_from(found.with(Vec::len)).unwrap_or_default())}</summary>
                <div class="l-stack">{move || found.get().iter().map(|act| measure(act, objecting)).collect_view()}</div>
            </details>
        })}
        <Dialog open=open id="object" title=texts::object()>
            {move || objecting.get().map(|id| view! { <Object id=id done=Callback::new(move |()| objecting.set(None)) /> })}
        </Dialog>
    }
    .into_any()
}

/// What was on screen for a moment, in a window that can be seen, was seen.
fn mark_seen(
    found: Memo<Vec<Moderation>>,
    unseen: Memo<u32>,
    place: Memo<Option<RoomId>>,
    details: NodeRef<html::Details>,
) {
    let visible = visible();
    Effect::new(move |_| {
        place.track();
        let some = unseen.get() > 0 && visible.get();
        let ids: Vec<ModerationId> = found.with(|found| found.iter().map(|act| act.id).collect());
        if !some {
            return;
        }
        let see = move || {
            let shown = details.try_get_untracked().flatten();
            if shown.is_some_and(|shown| shown.open() && shown.offset_parent().is_some()) {
                ipc::call_then::<MeasuresSee>(SeeMeasures { ids }, |_| ());
            }
        };
        set_timeout(see, SEEN_AFTER);
    });
}

fn measure(act: &Moderation, objecting: RwSignal<Option<ModerationId>>) -> AnyView {
    let (clock, id) = (app().clock(), act.id);
    let appealed = act.appeal.as_ref().map(appeal);
    let may_object = act.appeal.is_none();
    view! {
        <section class="c-card" data-gap="" data-testid="measure">
            <div>
                <h2 class="c-card__title">{texts::done_to_you(&measure_word(act.measure))}</h2>
                <p class="t-soft t-small">{clock.when(act.at)}</p>
            </div>
            {(!act.words.is_empty()).then(|| view! { <blockquote class="p-quote"><span class="p-quote__words">{act.words.clone()}</span></blockquote> })}
            <dl class="p-facts">
                <div class="p-fact"><dt>{texts::why()}</dt> <dd>{act.why.clone()}</dd></div>
                <div class="p-fact"><dt>{texts::rule()}</dt> <dd>{act.rule.clone()}</dd></div>
            </dl>
            {appealed}
            {may_object.then(|| view! { <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="object-now" on:click=move |_| objecting.set(Some(id))>{icon("edit")} {texts::object()}</button></div> })}
        </section>
    }
    .into_any()
}

/// What the person has to say to it, and what came of it.
pub(super) fn appeal(appeal: &Appeal) -> AnyView {
    let clock = app().clock();
    let answer = appeal.answer.as_ref().map(|answer| {
        let title = if answer.lifted { texts::lifted() } else { texts::stays() };
        view! { <p class="t-strong" data-testid="appeal-answer">{icon(if answer.lifted { "ok" } else { "info" })} " " {title}</p> <p class="p-event__words">{answer.words.clone()}</p> }
    });
    let waits = answer.is_none().then(|| view! { <p class="t-soft t-small">{texts::waits()}</p> });
    view! {
        <div class="l-stack" data-gap="tiny" data-testid="appeal">
            <p class="t-soft t-small">{texts::objected(&clock.when(appeal.at))}</p>
            <p class="p-event__words">{appeal.words.clone()}</p>
            {answer} {waits}
        </div>
    }
    .into_any()
}

#[component]
fn Object(id: ModerationId, done: Callback<()>) -> impl IntoView {
    let app = app();
    let said = app.kept(format!("appeal {id}"), String::new);
    let now = Memo::new(move |_| Typed { words: said.get(), ..Typed::default() });
    typing::remember(TypedPlace::Appeal { id }, now, move |kept| said.set(kept.words));
    let tried = RwSignal::new(false);
    let act = Act::new();
    let error = Signal::derive(move || {
        let missing = tried.get() && said.with(|said| said.trim().is_empty());
        missing
            .then(|| words::common::required().to_owned())
            .or_else(|| said.with(|said| too_long(said, MAX_REASON)))
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if error.with_untracked(Option::is_none) {
            act.run::<AppealMake>(
                AppealTo { id, words: said.get_untracked().trim().to_owned() },
                move |_| {
                    said.set(String::new());
                    app.tell(texts::objected_now());
                    done.run(());
                },
            );
        }
    };
    view! {
        <p>{texts::object_text()}</p>
        <form class="c-form" novalidate on:submit=send>
            <Area id="appeal-words" label=texts::object_label() value=said error=error />
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| done.run(())>{words::common::cancel()}</button>
                <button type="submit" class="c-button" data-kind="primary" data-testid="appeal-send" aria-busy=act.aria_busy()>{icon("send")} {texts::object_send()}</button>
            </div>
        </form>
    }
}
