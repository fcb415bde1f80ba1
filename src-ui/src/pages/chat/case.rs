//! A reported message with what stands around it, and deciding about it.

use leptos::prelude::*;
use linli_wire::{
    attachments::Attachment,
    chat::{CaseRow, DecideCase, MAX_MUTE_DAYS, MAX_REASON, Measure, Message, MessageContent, RoomKind},
    command::CaseDecide,
    id::{MessageId, PersonId},
    typed::{Typed, TypedPlace},
};

use super::{
    questions::complaint_word,
    said::{room_name, who_wrote},
    voice,
};
use crate::{
    components::{
        attachment::{Picture, attachments},
        choice::{Choice, choices},
        error_state::error_state,
        icon::icon,
        pending::{pending_actions, pending_mark},
    },
    pages::repairs::{Area, too_long},
    state::{Act, app},
    typing,
    words::{self, chat_civil as texts, chat_message},
};

/// For how many days somebody can be let read only.
const DAYS: [u32; 4] = [1, 7, 30, MAX_MUTE_DAYS];

/// A report that waits.
pub(super) fn case(row: &CaseRow, decides: Memo<bool>) -> AnyView {
    let clock = app().clock();
    let report = &row.report;
    let reported = report.message.number;
    let mut shown: Vec<&Message> =
        report.context.iter().filter(|message| message.number != reported).collect();
    shown.push(&report.message);
    shown.sort_by_key(|message| message.number);
    let names = row.names.clone();
    let lines = shown.into_iter().map(|message| {
        let name = who(&names, message.from);
        let is_it = message.number == reported;
        let words = match message.content.words() {
            "" if message.content.is_gone() => words::chat::what_deleted().to_owned(),
            "" => words::chat::what_file().to_owned(),
            words => words.to_owned(),
        };
        view! {
            <li class="p-case__line" data-reported=is_it>
                <p><strong>{name}</strong> <span class="t-soft t-small">" ·\u{a0}"{clock.when(message.at)}</span> {is_it.then(|| view! { " " <span class="c-tag" data-tone="amber">{icon("warn")} {texts::reported()}</span> })}</p>
                <p class="p-event__words">{words}</p>
                {is_it.then(|| view! { {later(&report.later)} {beside_words(&message.content)} })}
            </li>
        }
    });
    let lines = lines.collect_view();
    let complaints = report.complaints.iter().map(|complained| {
        let words = (!complained.words.is_empty()).then(|| format!("{}{}", words::common::colon(), complained.words));
        view! { <li>{complaint_word(complained.complaint)} {words} <span class="t-soft t-small">" ·\u{a0}"{clock.when(complained.at)}</span></li> }
    });
    let (id, pending) = (report.message.id, row.pending.clone());
    let (waits, may_remove) = (pending.is_some(), row.kind.is_public() || row.kind == RoomKind::Unknown);
    view! {
        <article class="c-card" data-gap="" data-testid="case">
            <h3 class="c-card__title">{said_where(row)}</h3>
            <ol class="p-case" role="list" aria-label=texts::context()>{lines}</ol>
            <div><p class="t-strong">{texts::complaints()}</p> <ul>{complaints.collect_view()}</ul></div>
            {pending.map(|pending| view! { <div class="l-row">{pending_mark(&pending.state)} {pending_actions(&pending)}</div> })}
            {move || (decides.get() && !waits).then(|| view! { <Decide id=id may_remove=may_remove /> })}
        </article>
    }
    .into_any()
}

/// The room of a case. One of two has no name of its own for who is not in it.
fn said_where(row: &CaseRow) -> String {
    match &row.kind {
        RoomKind::Direct { persons: [one, other] } => {
            texts::between(&who(&row.names, *one), &who(&row.names, *other))
        }
        kind => texts::in_room(&room_name(kind, &row.room, row.building.as_deref())),
    }
}

fn who(names: &[(PersonId, String)], id: PersonId) -> String {
    let name = names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str());
    who_wrote(false, name.unwrap_or_default())
}

/// What a message said at later reports.
fn later(later: &[Message]) -> AnyView {
    let lines = later.iter().map(|message| {
        view! { <p class="t-soft t-small">{texts::changed_to()}</p> <p class="p-event__words" data-testid="said-later">{message.content.words().to_owned()}</p> }
    });
    lines.collect_view().into_any()
}

/// What a message says beside its words: the choices of a poll, photos, voices and files.
fn beside_words(content: &MessageContent) -> AnyView {
    if let MessageContent::Poll { poll } = content {
        let choices = poll.choices.iter().map(|choice| view! { <li>{choice.words.clone()}</li> });
        return view! { <ul>{choices.collect_view()}</ul> }.into_any();
    }
    let shown = content.files().iter().filter(|file| file.is_picture() || voice::is_voice(file));
    let shown = shown.map(|file| match file.is_picture() {
        true => view! { <Picture id=file.id alt=chat_message::photo_by().to_owned() pixels=file.pixels /> }
            .into_any(),
        false => voice::player(file.id),
    });
    let is_other = |file: &&Attachment| !file.is_picture() && !voice::is_voice(file);
    let others: Vec<_> = content.files().iter().filter(is_other).cloned().collect();
    view! {
        <div class="p-pictures">{shown.collect_view()}</div>
        {(!others.is_empty()).then(|| attachments(others))}
    }
    .into_any()
}

#[component]
fn Decide(id: MessageId, may_remove: bool) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        {move || (!open.get()).then(|| view! { <div class="l-row"><button type="button" class="c-button" data-kind="primary" data-testid="decide" on:click=move |_| open.set(true)>{icon("shield")} {texts::decide()}</button></div> })}
        {move || open.get().then(|| view! { <DecideForm id=id may_remove=may_remove done=Callback::new(move |()| open.set(false)) /> })}
    }
}

/// What to do about a message, why, and by which rule.
#[component]
pub(super) fn DecideForm(
    id: MessageId,
    /// Whether somebody can be let go from the room.
    may_remove: bool,
    /// Called when it was decided, or given up.
    done: Callback<()>,
) -> impl IntoView {
    let app = app();
    let measure = RwSignal::new(Measure::Hide);
    let days = RwSignal::new(7_u32);
    let (why, rule) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let tried = RwSignal::new(false);
    let act = Act::new();
    let needed = Memo::new(move |_| measure.get() != Measure::Nothing);
    let problem = move |value: RwSignal<String>| {
        Signal::derive(move || {
            let missing = tried.get() && needed.get() && value.with(|value| value.trim().is_empty());
            missing
                .then(|| words::common::required().to_owned())
                .or_else(|| value.with(|value| too_long(value, MAX_REASON)))
        })
    };
    let (why_error, rule_error) = (problem(why), problem(rule));
    let now = Memo::new(move |_| {
        let (why, rule) = (why.get(), rule.get());
        if why.is_empty() && rule.is_empty() {
            return Typed::default();
        }
        let measure = chosen(measure.get(), days.get());
        let words = [why.as_str(), rule.as_str()].join("\n");
        let form = DecideCase { id, measure, why, rule };
        Typed { words, photos: Vec::new(), form: serde_json::to_string(&form).unwrap_or_default() }
    });
    typing::remember(TypedPlace::Decision { id }, now, move |kept| {
        let kept: Option<DecideCase> = serde_json::from_str(&kept.form).ok();
        if let Some(Measure::Mute { days: kept }) = kept.as_ref().map(|kept| kept.measure) {
            days.set(kept);
            measure.set(Measure::Mute { days: 0 });
        } else if let Some(kept) = &kept {
            measure.set(kept.measure);
        }
        let (kept_why, kept_rule) = kept.map(|kept| (kept.why, kept.rule)).unwrap_or_default();
        why.set(kept_why);
        rule.set(kept_rule);
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if why_error.with_untracked(Option::is_some) || rule_error.with_untracked(Option::is_some) {
            return;
        }
        let measure = chosen(measure.get_untracked(), days.get_untracked());
        let said = |value: RwSignal<String>| value.get_untracked().trim().to_owned();
        let decision = DecideCase { id, measure, why: said(why), rule: said(rule) };
        act.run::<CaseDecide>(decision, move |_| {
            app.tell(texts::decided());
            done.run(());
        });
    };
    let options = move || {
        let mut options = vec![
            Choice::new(Measure::Nothing, texts::nothing(), "measure-nothing").help(texts::nothing_help()),
            Choice::new(Measure::Warn, texts::warn(), "measure-warn").help(texts::warn_help()),
            Choice::new(Measure::Hide, texts::hide(), "measure-hide").help(texts::hide_help()),
            Choice::new(Measure::Mute { days: 0 }, texts::mute(), "measure-mute").help(texts::mute_help()),
        ];
        if may_remove {
            options.push(
                Choice::new(Measure::Remove, texts::remove(), "measure-remove").help(texts::remove_help()),
            );
        }
        options
    };
    let how_long = move || {
        let chip = |count: u32| {
            view! {
                <button type="button" class="c-chip" aria-pressed=move || (days.get() == count).to_string() data-testid=format!("days-{count}") on:click=move |_| days.set(count)>
                    {move || (days.get() == count).then(|| icon("ok"))} {texts::days(count)}
                </button>
            }
        };
        view! { <div class="c-chips" role="group" aria-label=texts::mute()>{DAYS.map(chip).into_iter().collect_view()}</div> }
    };
    view! {
        <form class="c-form" novalidate on:submit=send>
            {choices("measure", texts::what(), true, None, measure.into(), options(), Callback::new(move |chosen| measure.set(chosen)))}
            {move || matches!(measure.get(), Measure::Mute { .. }).then(how_long)}
            {move || needed.get().then(|| view! {
                <Area id="decide-why" label=texts::why() help=texts::why_help() value=why error=why_error />
                <Area id="decide-rule" label=texts::rule() help=texts::rule_help() value=rule error=rule_error />
            })}
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="l-row">
                <button type="submit" class="c-button" data-kind="primary" data-testid="decide-now" aria-busy=act.aria_busy()>{icon("ok")} {texts::decide_now()}</button>
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| done.run(())>{words::common::cancel()}</button>
            </div>
        </form>
    }
}

/// What was chosen, and for how long.
const fn chosen(measure: Measure, days: u32) -> Measure {
    match measure {
        Measure::Mute { .. } => Measure::Mute { days },
        measure => measure,
    }
}
