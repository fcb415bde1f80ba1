//! A message: who, what, when, how it stands, and the way to everything that can be done with it.

use leptos::prelude::*;
use linli_wire::{
    Code, Timestamp,
    attachments::Attachment,
    chat::{About, MessageRow, ReactToMessage, ReactionCount, ReplyLine, What},
    command::{ConnectionState, MessageReact},
    id::MessageId,
    outbox::{Pending, PendingState},
};

use super::{
    desk::{Asking, Desk, Photo},
    poll,
    said::{emoji_word, what_words, who_wrote, why_not},
    voice,
};
use crate::{
    components::{
        attachment::{Picture, attachments},
        avatar::{Size, portrait},
        icon::icon,
        pending::{behind_mark, failed_mark, pending_actions, pending_mark},
        prose::prose,
    },
    format::Clock,
    state::app,
    words::{self, chat_message as texts},
};

/// Messages of one person that follow each other within this time stand together.
const TOGETHER: i64 = 5 * 60 * 1000;

/// How a message stands to the one above it.
#[derive(Clone, Copy, PartialEq)]
struct Standing {
    new_day: bool,
    first_unread: bool,
    together: bool,
}

/// A message under `before`, the one above it. It is built once, and each part follows what it shows: a reaction leaves
/// pictures and voices where they are, and the focus with them.
pub(super) fn message(desk: Desk, row: Memo<MessageRow>, before: Memo<Option<MessageRow>>) -> AnyView {
    let (id, own) = row.with_untracked(|row| (row.id, row.own));
    let stands =
        Memo::new(move |_| row.with(|row| before.with(|before| standing(desk, row, before.as_ref()))));
    let number = Memo::new(move |_| row.with(|row| row.number));
    let going = Memo::new(move |_| desk.going.with(|going| going.contains(&id)));
    let marked = Memo::new(move |_| number.get() > 0 && desk.marked.get() == Some(number.get()));
    let failed = move || row.with(|row| row.pending.as_ref().is_some_and(is_stuck));
    let day = move || stands.get().new_day.then(|| day_line(&app().clock(), row.with(|row| row.at)));
    let who = Memo::new(move |_| row.with(|row| (row.name.clone(), row.photo, row.office)));
    let sign = move || {
        let shows = !stands.get().together;
        shows.then(|| {
            who.with(|(name, photo, office)| {
                portrait(name, *photo, if *office { "jade" } else { "" }, Size::Usual)
            })
        })
    };
    view! {
        {day}
        {move || stands.get().first_unread.then(|| view! { <p class="p-day" data-tone="new" data-testid="first-unread"><span>{texts::new_below()}</span></p> })}
        <div class="p-said" data-own=own data-together=move || stands.get().together data-failed=failed data-marked=move || marked.get() data-testid="message" data-number=number
            on:focusin=move |_| desk.here.set(Some(number.get_untracked()).filter(|number| *number > 0))>
            {(!own && !desk.simple).then(|| view! { <span class="p-said__sign">{sign}</span> })}
            <div class="p-said__body">{move || if going.get() { taken_back(desk, id) } else { bubble(desk, row, stands) }}</div>
        </div>
    }
    .into_any()
}

fn standing(desk: Desk, row: &MessageRow, before: Option<&MessageRow>) -> Standing {
    let clock = app().clock();
    let new_day = before.is_none_or(|before| clock.day_of(before.at) != clock.day_of(row.at));
    let first_unread = !row.own && row.number > 0 && desk.first_unread.get() == Some(row.number);
    let together = !new_day && !first_unread && before.is_some_and(|before| follows(before, row));
    Standing { new_day, first_unread, together }
}

/// Whether a message stands together with the one above it.
fn follows(before: &MessageRow, row: &MessageRow) -> bool {
    before.from == row.from && row.reply.is_none() && row.at.millis_since(before.at).abs() < TOGETHER
}

fn is_stuck(pending: &Pending) -> bool {
    matches!(pending.state, PendingState::Stuck { .. })
}

fn day_line(clock: &Clock, at: Timestamp) -> AnyView {
    view! { <p class="p-day"><span>{clock.day_words(at)}</span></p> }.into_any()
}

fn taken_back(desk: Desk, id: MessageId) -> AnyView {
    view! {
        <div class="p-bubble" data-gone="">
            <p>{icon("trash")} " " {texts::deleted()}</p>
            <button type="button" class="c-button" data-kind="plain" data-testid="undo-delete" on:click=move |_| desk.bring_back(id)>{icon("back")} {texts::undo()}</button>
        </div>
    }
    .into_any()
}

fn bubble(desk: Desk, row: Memo<MessageRow>, stands: Memo<Standing>) -> AnyView {
    let what = Memo::new(move |_| row.with(|row| row.what));
    let gone = move || matches!(what.get(), What::Deleted | What::Hidden | What::Blocked | What::Unknown);
    let words = move || {
        let together = stands.get().together;
        row.with(|row| {
            view! {
                {who(row, together)}
                {row.reply.as_ref().map(|reply| quote(desk, reply))}
                {row.about.as_ref().and_then(about)}
                {content(desk, row)}
            }
        })
    };
    let end = move || {
        let clock = app().clock();
        row.with(|row| view! { {foot(desk, row, &clock)} {more(desk, row, &clock)} })
    };
    let ways_out = move || {
        row.with(|row| {
            let pending = row.pending.as_ref().filter(|pending| row.number == 0 || is_stuck(pending));
            pending.map(|pending| view! { <div class="p-said__pending">{pending_actions(pending)}</div> })
        })
    };
    view! {
        <div class="p-bubble" data-gone=move || gone().then_some("")>
            {words}
            {files(desk, row)}
            <div class="p-bubble__foot">{end}</div>
        </div>
        {move || row.with(|row| reactions(desk, row))}
        {ways_out}
    }
    .into_any()
}

/// Who wrote it; seen only where it is not known from above.
fn who(row: &MessageRow, together: bool) -> AnyView {
    let place = row.building.as_deref().map(words::common::building);
    let name = who_wrote(row.own, &row.name);
    let seen = !row.own && !together;
    view! {
        <p class=if seen { "p-bubble__who" } else { "u-hidden" }>
            <strong>{name}</strong>
            {place.filter(|_| seen && !row.office).map(|place| view! { <span>" ·\u{a0}"{place}</span> })}
            {(row.office && seen).then(|| view! { " " <span class="c-tag" data-tone="jade">{icon("badge")} {words::chat::works_here()}</span> })}
            {(!seen).then_some(words::common::colon())}
        </p>
    }
    .into_any()
}

/// The message that it answers; leads there.
fn quote(desk: Desk, reply: &ReplyLine) -> AnyView {
    let (number, said) = (reply.number, what_words(reply.what, &reply.words));
    let name = who_wrote(reply.own, &reply.name);
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

/// Pictures and voices stay as they are when the server says more of their files, as once it has them.
fn files(desk: Desk, row: Memo<MessageRow>) -> AnyView {
    let of = |row: &MessageRow, kind: fn(&Attachment) -> bool| -> Vec<Attachment> {
        row.files.iter().filter(|file| kind(file)).cloned().collect()
    };
    let pictures = Memo::new(move |_| {
        let found = row.with(|row| of(row, Attachment::is_picture));
        found.iter().map(|file| Photo { id: file.id, pixels: file.pixels }).collect::<Vec<_>>()
    });
    let voices = Memo::new(move |_| {
        let found = row.with(|row| of(row, voice::is_voice));
        found.iter().map(|file| file.id).collect::<Vec<_>>()
    });
    let others =
        Memo::new(move |_| row.with(|row| of(row, |file| !file.is_picture() && !voice::is_voice(file))));
    let picture = move |photo: Photo| {
        let enlarge = Callback::new(move |()| desk.photo.set(Some(photo)));
        view! { <Picture id=photo.id alt=texts::photo_by().to_owned() pixels=photo.pixels enlarge=enlarge /> }
    };
    view! {
        {move || Some(pictures.get()).filter(|found| !found.is_empty()).map(|found| {
            view! { <div class="p-pictures">{found.into_iter().map(picture).collect_view()}</div> }
        })}
        {move || voices.get().into_iter().map(voice::player).collect_view()}
        {move || Some(others.get()).filter(|found| !found.is_empty()).map(attachments)}
    }
    .into_any()
}

/// When, and how it stands.
fn foot(desk: Desk, row: &MessageRow, clock: &Clock) -> AnyView {
    let pending = row.pending.as_ref().map(|pending| match &pending.state {
        // The room says it better than the error does; once one may write again, there is nothing to say.
        PendingState::Stuck { error } if error.code == Code::NotAllowed => {
            let why = desk.with(|view| why_not(&view.may_write)).flatten();
            failed_mark(why.map(|(title, _)| title))
        }
        PendingState::Waiting if waits_for_another(desk, row.id) => behind_mark(),
        state => pending_mark(state),
    });
    let sent = (row.own && row.pending.is_none()).then(|| view! { <span>" ·\u{a0}"{texts::sent()}</span> });
    view! {
        <span class="p-bubble__when">
            <time datetime=clock.machine(row.at) title=clock.exactly(row.at)>{clock.time(row.at)}</time>
            {row.edited.then(|| view! { <span>" ·\u{a0}"{texts::edited()}</span> })}
            {row.pinned.then(|| view! { " " <span class="p-bubble__fact">"·" {icon("pin")} {texts::pinned()}</span> })}
            {row.named.then(|| view! { <span class="t-strong">" ·\u{a0}"{words::chat::named()}</span> })}
            {sent} {pending.map(|pending| view! { " " <span class="p-bubble__fact">"·" {pending}</span> })}
        </span>
    }
    .into_any()
}

/// Whether what keeps a message here is not the network but an earlier one, about which the person has to decide.
fn waits_for_another(desk: Desk, id: MessageId) -> bool {
    let offline =
        app().view.with(|view| view.is_none_or(|view| view.connection.state == ConnectionState::Offline));
    let is_stopped = desk.with(|view| {
        let mut before = view.waiting.iter().take_while(|row| row.id != id);
        before.any(|row| row.pending.as_ref().is_some_and(is_stuck))
    });
    !offline && is_stopped.unwrap_or_default()
}

/// The way to everything that can be done with it.
fn more(desk: Desk, row: &MessageRow, clock: &Clock) -> AnyView {
    if !super::desk::is_there(row) || row.number == 0 {
        return ().into_any();
    }
    let (asked, name) = (row.clone(), who_wrote(row.own, &row.name));
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

/// What was put on it; where nobody may, or this person not now, it can only be read.
fn reactions(desk: Desk, row: &MessageRow) -> AnyView {
    let (app, id) = (app(), row.id);
    let chips = row.reactions.iter().map(|reaction| {
        let (emoji, own) = (reaction.emoji.clone(), reaction.own);
        let toggle = move |_| {
            let emoji = (!own).then(|| emoji.clone());
            app.run::<MessageReact>(ReactToMessage { id, emoji }, |_| ());
        };
        let who = who_reacted(reaction);
        let hint = who.clone();
        view! {
            <button type="button" class="p-reaction" aria-pressed=own.to_string() disabled=move || !own && !desk.may_react() title=hint data-testid="reaction" on:click=toggle>
                <span aria-hidden="true">{reaction.emoji.clone()}</span> <span>{words::number(reaction.count)}</span> <span class="u-hidden">{who}</span>
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
