//! A message: who, what, when, how it stands, and the way to everything that can be done with it.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    attachments::Attachment,
    chat::{About, MessageRow, ReactToMessage, ReactionCount, ReplyLine, What},
    command::MessageReact,
    outbox::PendingState,
};

use super::{
    desk::{Asking, Desk},
    poll,
    said::{emoji_word, what_words},
    voice,
};
use crate::{
    components::{
        attachment::{Picture, attachments},
        avatar::avatar,
        icon::icon,
        pending::{pending_actions, pending_mark},
        prose::prose,
    },
    format::Clock,
    state::app,
    words::{self, chat_message as texts},
};

/// Messages of one person that follow each other within this time stand together.
const TOGETHER: i64 = 5 * 60 * 1000;

/// A message under `before`, the one above it.
pub(super) fn message(desk: Desk, row: &MessageRow, before: Option<&MessageRow>) -> AnyView {
    let clock = app().clock();
    let new_day = before.is_none_or(|before| clock.day_of(before.at) != clock.day_of(row.at));
    let first_unread = !row.own && row.number > 0 && desk.first_unread.get() == Some(row.number);
    let together = !new_day && !first_unread && before.is_some_and(|before| follows(before, row));
    let (id, number) = (row.id, row.number);
    // No closure around it: what is built in a closure is built from scratch, and would lose the focus.
    let going = desk.going.with(|going| going.contains(&id));
    let body = if going { taken_back(desk, row) } else { bubble(desk, row, together, &clock) };
    let marked = Memo::new(move |_| number > 0 && desk.marked.get() == Some(number));
    let failed =
        row.pending.as_ref().is_some_and(|pending| matches!(pending.state, PendingState::Stuck { .. }));
    let sign = (!row.own && !desk.simple).then(|| {
        if together { ().into_any() } else { avatar(&row.name, if row.office { "jade" } else { "" }, false) }
    });
    view! {
        {new_day.then(|| day_line(&clock, row.at))}
        {first_unread.then(|| view! { <p class="p-day" data-tone="new" data-testid="first-unread"><span>{texts::new_below()}</span></p> })}
        <div class="p-said" data-own=row.own data-together=together data-failed=failed data-marked=move || marked.get() data-testid="message" data-number=number
            on:focusin=move |_| desk.here.set((number > 0).then_some(number))>
            {sign.map(|sign| view! { <span class="p-said__sign">{sign}</span> })}
            <div class="p-said__body">{body}</div>
        </div>
    }
    .into_any()
}

/// Whether a message stands together with the one above it.
fn follows(before: &MessageRow, row: &MessageRow) -> bool {
    before.from == row.from && row.reply.is_none() && row.at.millis_since(before.at).abs() < TOGETHER
}

fn day_line(clock: &Clock, at: Timestamp) -> AnyView {
    view! { <p class="p-day"><span>{clock.day_words(at)}</span></p> }.into_any()
}

fn taken_back(desk: Desk, row: &MessageRow) -> AnyView {
    let id = row.id;
    view! {
        <div class="p-bubble" data-gone="">
            <p>{icon("trash")} " " {texts::deleted()}</p>
            <button type="button" class="c-button" data-kind="plain" data-testid="undo-delete" on:click=move |_| desk.bring_back(id)>{icon("back")} {texts::undo()}</button>
        </div>
    }
    .into_any()
}

fn bubble(desk: Desk, row: &MessageRow, together: bool, clock: &Clock) -> AnyView {
    let gone = matches!(row.what, What::Deleted | What::Hidden | What::Blocked | What::Unknown);
    view! {
        <div class="p-bubble" data-gone=gone.then_some("")>
            {who(row, together)}
            {row.reply.as_ref().map(|reply| quote(desk, reply))}
            {row.about.as_ref().and_then(about)}
            {content(desk, row)}
            {files(&row.files)}
            <div class="p-bubble__foot">{foot(row, clock)} {more(desk, row, clock)}</div>
        </div>
        {reactions(row)}
        {row.pending.as_ref().filter(|pending| row.number == 0 || matches!(pending.state, PendingState::Stuck { .. })).map(|pending| {
            view! { <div class="p-said__pending">{pending_actions(pending)}</div> }
        })}
    }
    .into_any()
}

/// Who wrote it; seen only where it is not known from above.
fn who(row: &MessageRow, together: bool) -> AnyView {
    let place = row.building.as_deref().map(words::common::building);
    let name = if row.own {
        words::chat::you().to_owned()
    } else if row.name.is_empty() {
        words::chat::somebody().to_owned()
    } else {
        row.name.clone()
    };
    let seen = !row.own && !together;
    view! {
        <p class=if seen { "p-bubble__who" } else { "u-hidden" }>
            <strong>{name}</strong>
            {place.filter(|_| seen && !row.office).map(|place| view! { <span>" · "{place}</span> })}
            {(row.office && seen).then(|| view! { " " <span class="c-tag" data-tone="jade">{icon("badge")} {words::chat::works_here()}</span> })}
            {(!seen).then_some(words::common::colon())}
        </p>
    }
    .into_any()
}

/// The message that it answers; leads there.
fn quote(desk: Desk, reply: &ReplyLine) -> AnyView {
    let (number, said) = (reply.number, what_words(reply.what, &reply.words));
    let name = if reply.name.is_empty() { words::chat::you().to_owned() } else { reply.name.clone() };
    let content = view! { <span class="u-hidden">{texts::answers()}" "</span> <strong>{name}</strong> <span class="p-quote__words">{said}</span> };
    if number == 0 {
        return view! { <p class="p-quote">{content}</p> }.into_any();
    }
    view! { <button type="button" class="p-quote" data-testid="quote" on:click=move |_| desk.jump(number)>{content}</button> }
        .into_any()
}

/// What it is about; leads there.
pub(super) fn about(about: &About) -> Option<AnyView> {
    let About::Bill { id, number } = about else { return None };
    let view = view! { <a class="p-about" href=format!("/payments/{id}") data-testid="about-bill">{icon("pay")} {texts::about_bill(number)}</a> };
    Some(view.into_any())
}

fn content(desk: Desk, row: &MessageRow) -> AnyView {
    match row.what {
        What::Deleted | What::Blocked | What::Unknown => {
            view! { <p class="t-soft">{what_words(row.what, "")}</p> }.into_any()
        }
        What::Hidden => view! {
            <p class="t-soft">{icon("shield")} " " {what_words(row.what, "")}</p>
            {(!row.rule.is_empty()).then(|| view! { <p class="t-soft t-small">{texts::by_rule(&row.rule)}</p> })}
        }
        .into_any(),
        What::Poll => poll::poll(desk, row),
        What::Words | What::Photo | What::Voice | What::File => {
            let on_link = Callback::new(move |url: String| desk.link.set(Some(url)));
            (!row.blocks.is_empty()).then(|| prose(row.blocks.clone(), on_link)).into_any()
        }
    }
}

fn files(files: &[Attachment]) -> AnyView {
    let pictures = files.iter().filter(|file| file.is_picture()).map(|file| {
        view! { <Picture id=file.id alt=texts::photo_by().to_owned() pixels=file.pixels /> }
    });
    let voices = files.iter().filter(|file| voice::is_voice(file)).map(|file| voice::player(file.id));
    let others: Vec<Attachment> =
        files.iter().filter(|file| !file.is_picture() && !voice::is_voice(file)).cloned().collect();
    let pictures: Vec<_> = pictures.collect();
    view! {
        {(!pictures.is_empty()).then(|| view! { <div class="p-pictures">{pictures}</div> })}
        {voices.collect_view()}
        {(!others.is_empty()).then(|| attachments(others))}
    }
    .into_any()
}

/// When, and how it stands.
fn foot(row: &MessageRow, clock: &Clock) -> AnyView {
    let pending = row.pending.as_ref().map(|pending| pending_mark(&pending.state));
    let sent = (row.own && row.pending.is_none()).then(|| view! { <span>" · "{texts::sent()}</span> });
    view! {
        <span class="p-bubble__when">
            <time datetime=clock.machine(row.at) title=clock.exactly(row.at)>{clock.time(row.at)}</time>
            {row.edited.then(|| view! { <span>" · "{texts::edited()}</span> })}
            {row.pinned.then(|| view! { <span>" · "{icon("pin")} {texts::pinned()}</span> })}
            {row.named.then(|| view! { <span class="t-strong">" · "{words::chat::named()}</span> })}
            {sent} {pending.map(|pending| view! { " " {pending} })}
        </span>
    }
    .into_any()
}

/// The way to everything that can be done with it.
fn more(desk: Desk, row: &MessageRow, clock: &Clock) -> AnyView {
    if !super::desk::is_there(row) || row.number == 0 {
        return ().into_any();
    }
    let (asked, name) = (row.clone(), if row.own { words::chat::you().to_owned() } else { row.name.clone() });
    let label = texts::more_label(&name, &clock.time(row.at));
    // The tabulator comes to the newest message, and to all of one that has the focus; the arrows go from one to the next.
    let number = row.number;
    let stop = move || {
        let is_stop = desk.here.get() == Some(number) || desk.rows.last.get() == number;
        if is_stop { "0" } else { "-1" }
    };
    view! {
        <button type="button" class="c-button p-bubble__more" data-kind="plain" aria-haspopup="dialog" aria-label=label tabindex=stop data-testid="more"
            on:click=move |_| desk.ask(asked.clone(), Asking::Acts)>{icon("more")} {words::common::more()}</button>
    }
    .into_any()
}

fn reactions(row: &MessageRow) -> AnyView {
    let (app, id) = (app(), row.id);
    let chips = row.reactions.iter().map(|reaction| {
        let (emoji, own) = (reaction.emoji.clone(), reaction.own);
        let toggle = move |_| {
            let emoji = (!own).then(|| emoji.clone());
            app.run::<MessageReact>(ReactToMessage { id, emoji }, |_| ());
        };
        let who = who_reacted(reaction);
        view! {
            <button type="button" class="p-reaction" aria-pressed=own.to_string() aria-label=who.clone() title=who data-testid="reaction" on:click=toggle>
                <span aria-hidden="true">{reaction.emoji.clone()}</span> <span>{words::number(reaction.count)}</span>
            </button>
        }
    });
    let chips: Vec<_> = chips.collect();
    (!chips.is_empty()).then(|| view! { <div class="p-reactions">{chips}</div> }).into_any()
}

/// `Thumbs up: Li, Zhou and 3 more`.
pub(super) fn who_reacted(reaction: &ReactionCount) -> String {
    let word = emoji_word(&reaction.emoji);
    let known = u32::try_from(reaction.names.len()).unwrap_or_default();
    let names = reaction.names.join(words::common::list_comma());
    match (known, reaction.count.saturating_sub(known)) {
        (0, count) => texts::reacted_count(count, word),
        (_, 0) => texts::reacted(&names, word),
        (_, others) => texts::reacted_more(others, &names, word),
    }
}
