//! What can be done with a message, each with its word, in one dialog.

use leptos::prelude::*;
use linli_wire::{
    chat::{EMOJI, MessageRow, PinMessage, ReactToMessage, RoomKind, What},
    command::{MessagePin, MessageReact},
};
use wasm_bindgen_futures::JsFuture;

use super::{
    desk::{Asking, Desk, write_to},
    message::who_reacted,
    said::emoji_word,
};
use crate::{
    components::{dialog::Dialog, icon::icon},
    state::app,
    words::{self, chat_message as texts},
};

/// The dialog with everything that can be done.
#[component]
pub(super) fn Acts(desk: Desk) -> impl IntoView {
    let open = RwSignal::new(false);
    // The question is one of several about a message; each has a dialog of its own.
    Effect::new(move |_| open.set(desk.asking.get() == Some(Asking::Acts)));
    Effect::new(move |_| {
        if !open.get() && desk.asking.get_untracked() == Some(Asking::Acts) {
            desk.asking.set(None);
        }
    });
    let write = write_to();
    view! {
        <Dialog open=open id="message-acts" title=texts::acts()>
            {move || desk.message.get().map(|row| view! {
                {react(desk, &row)}
                <div>{acts(desk, &row, write)}</div>
            })}
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" data-testid="acts-close" on:click=move |_| open.set(false)>{words::common::close()}</button>
            </div>
        </Dialog>
    }
}

/// What can be put on it, and who has.
fn react(desk: Desk, row: &MessageRow) -> AnyView {
    let (app, id) = (app(), row.id);
    let own = row.reactions.iter().find(|reaction| reaction.own).map(|reaction| reaction.emoji.clone());
    let may_react = desk.may_react();
    // Where one may put nothing on it any more, one's own can still be taken off.
    let own_word = own.clone();
    let offered = EMOJI.into_iter().filter(move |emoji| may_react || own_word.as_deref() == Some(emoji));
    let buttons = offered.map(|emoji| {
        let mine = own.as_deref() == Some(emoji);
        let press = move |_| {
            desk.asking.set(None);
            app.run::<MessageReact>(ReactToMessage { id, emoji: (!mine).then(|| emoji.to_owned()) }, |_| ());
        };
        view! {
            <button type="button" class="p-emoji" aria-pressed=mine.to_string() data-testid="emoji" on:click=press>
                <span aria-hidden="true">{emoji}</span> <small>{emoji_word(emoji)}</small>
            </button>
        }
    });
    let who = row
        .reactions
        .iter()
        .map(|reaction| view! { <li>{reaction.emoji.clone()} " " {who_reacted(reaction)}</li> });
    let who: Vec<_> = who.collect();
    let buttons: Vec<_> = buttons.collect();
    view! {
        {(!buttons.is_empty()).then(|| view! { <div class="p-emojis" role="group" aria-label=texts::react()>{buttons}</div> })}
        {(!who.is_empty()).then(|| view! { <ul class="t-soft t-small" role="list">{who}</ul> })}
    }
    .into_any()
}

fn acts(desk: Desk, row: &MessageRow, write: Callback<linli_wire::id::PersonId>) -> Vec<AnyView> {
    let app = app();
    let (id, from, pinned) = (row.id, row.from, row.pinned);
    let (may_write, may_pin, alone, decides) = desk
        .with(|view| {
            let alone = matches!(view.row.kind, RoomKind::Direct { .. } | RoomKind::Office { .. });
            (desk.may_write() && view.agree.is_none(), view.may_pin, alone, view.moderates)
        })
        .unwrap_or_default();
    let readable = row.what != What::Blocked;
    let mut found = Vec::new();
    let mut add = |symbol: &'static str, word: &'static str, testid: &'static str, act: Callback<()>| {
        let press = move |_| {
            desk.asking.set(None);
            act.run(());
        };
        found.push(view! { <button type="button" class="c-menu__item" data-testid=testid on:click=press>{icon(symbol)} <span>{word}</span></button> }.into_any());
    };
    if may_write && readable {
        let row = row.clone();
        add("back", texts::reply(), "act-reply", Callback::new(move |()| desk.answer(&row)));
    }
    if !row.words.is_empty() && readable {
        let words = row.words.clone();
        add("copy", texts::copy(), "act-copy", Callback::new(move |()| copy(app, words.clone())));
    }
    if row.own && may_write && matches!(row.what, What::Words | What::Photo | What::Voice | What::File) {
        add("edit", texts::edit(), "act-edit", Callback::new(move |()| desk.asking.set(Some(Asking::Edit))));
    }
    if row.own {
        let press =
            move |()| if desk.simple { desk.asking.set(Some(Asking::Delete)) } else { desk.delete(id) };
        add("trash", texts::delete(), "act-delete", Callback::new(press));
    }
    if may_pin {
        let word = if pinned { texts::unpin() } else { texts::pin() };
        let pin = PinMessage { id, pinned: !pinned };
        add("pin", word, "act-pin", Callback::new(move |()| app.run::<MessagePin>(pin.clone(), |_| ())));
    }
    if !row.own {
        if !alone {
            add("chat", texts::write_to(), "act-write", Callback::new(move |()| write.run(from)));
        }
        add(
            "warn",
            texts::report(),
            "act-report",
            Callback::new(move |()| desk.asking.set(Some(Asking::Report))),
        );
        if decides {
            add(
                "shield",
                words::chat_civil::decide(),
                "act-decide",
                Callback::new(move |()| desk.asking.set(Some(Asking::Decide))),
            );
        }
        if !row.office {
            add(
                "mute",
                texts::block(),
                "act-block",
                Callback::new(move |()| desk.asking.set(Some(Asking::Block))),
            );
        }
    }
    found
}

fn copy(app: crate::state::App, words: String) {
    leptos::task::spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&words)).await;
        app.tell(if written.is_ok() { texts::copied() } else { words::outbox::kept_not_copied() });
    });
}
