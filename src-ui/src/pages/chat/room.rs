//! An open room: its messages, who is typing, and where one writes.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use linli_wire::{
    Code,
    chat::{About, MayWrite, RoomKind, RoomView},
    command::{RoomKey, RoomOpen, Topic, TypedGet},
    id::{BillId, RoomId},
    typed::TypedPlace,
};

use super::{
    acts::Acts,
    composer::{Composer, Writing},
    desk::Desk,
    head,
    new_poll::NewPoll,
    questions::Questions,
    rows::Rows,
    rules::Rules,
    said::{last_words, room_name, why_not},
    simple::SimpleComposer,
    talk,
};
use crate::{
    components::{
        banner::{OfflineBanner, banner},
        error_state::error_state,
        icon::icon,
        virtual_list::FromEnd,
    },
    ipc::{self, Answer},
    pages::outbox::{give_up, sure, unsent},
    state::app,
    words::{self, chat_room as texts},
};

/// How long a message is on screen before it counts as read.
const READ_AFTER: Duration = Duration::from_millis(500);
/// Unread messages up to which a room that was never read opens at the first of them.
const FEW: u64 = 50;

/// The room `id`.
#[component]
pub(super) fn Room(id: RoomId) -> impl IntoView {
    let asked = ipc::ask::<RoomOpen>(&[Topic::Chat], move || RoomKey { id });
    let view = Memo::new(move |_| asked.ready());
    let standing = Memo::new(move |_| match asked.get() {
        Answer::Loading => Err(None),
        Answer::Failed(error) => Err(Some(error)),
        Answer::Ready(_) => Ok(()),
    });
    Effect::new(move |_| {
        if standing.with(Result::is_ok) {
            request_animation_frame(|| crate::app::arrive(false));
        }
    });
    move || {
        match standing.get() {
        Err(None) => view! {
            <div class="l-page"><h1 class="u-hidden">{words::chat::title()}</h1> {crate::components::skeleton::skeleton_list(4)}</div>
        }
        .into_any(),
        Err(Some(error)) if error.code == Code::NotFound => view! {
            <div class="l-page">
                <div>{crate::components::page_header::back_link(super::to_list())}</div>
                <h1 tabindex="-1">{texts::not_here()}</h1>
                {banner("info", "info", None, texts::not_here_text().to_owned())}
                {left(id)}
            </div>
        }
        .into_any(),
        Err(Some(error)) => view! {
            <div class="l-page"><h1 tabindex="-1" class="u-hidden">{words::chat::title()}</h1> {error_state(&error, Some(asked.retry()))}</div>
        }
        .into_any(),
        // What it reads while it is built must not build it anew.
        Ok(()) => untrack(|| opened(id, view)),
    }
    }
}

fn opened(id: RoomId, view: Memo<Option<RoomView>>) -> AnyView {
    // The router's own query map stands still while one goes from room to room on the same page.
    let query = use_location().query;
    let wanted = Memo::new(move |_| {
        query.with(|query| query.get("at")?.parse::<u64>().ok().filter(|number| *number > 0))
    });
    let (last, first_unread) = view
        .with_untracked(|view| view.as_ref().map(|view| (view.last, view.first_unread)))
        .unwrap_or_default();
    let opens_at = wanted.get_untracked().or(first_unread.filter(|first| *first > 1 || last <= FEW));
    let row = opens_at.and_then(|number| usize::try_from(number - 1).ok()).filter(|_| last > 0);
    let rows = Rows::follow(id);
    rows.last.set(last);
    let desk = Desk::open(id, view, rows, FromEnd::new(row));
    desk.first_unread.set(first_unread);
    desk.marked.set(wanted.get_untracked());
    // The place in the address may come a moment after the room.
    let opened_for = wanted.get_untracked();
    Effect::new(move |before: Option<Option<u64>>| {
        let now = wanted.get();
        if let Some(number) = now
            && before.unwrap_or(opened_for) != now
        {
            desk.jump(number);
        }
        now
    });
    Effect::new(move |_| {
        if let Some(last) = desk.with(|view| view.last) {
            rows.grow(last);
        }
    });
    announce(desk);
    mark_read(desk);
    let writing = Writing::open(desk);
    take_about(writing);
    let asks = RwSignal::new(false);
    let to_end = Callback::new(move |()| desk.list.to_end());
    view! {
        <div class="p-room" data-testid="room">
            {head::head(desk)}
            <div class="p-room__top"><OfflineBanner /> {head::pinned(desk)}</div>
            {talk::talk(desk)}
            <footer class="p-room__foot">
                {below(desk, writing, asks)}
            </footer>
            <Acts desk=desk />
            <Questions desk=desk />
            <NewPoll room=id open=asks sent=to_end />
        </div>
    }
    .into_any()
}

/// Where one writes; or why one cannot, or what one agrees to before.
fn below(desk: Desk, writing: Writing, asks: RwSignal<bool>) -> AnyView {
    #[derive(Clone, PartialEq)]
    enum Below {
        Write,
        Rules(u32),
        Blocked,
        Not(MayWrite),
    }
    let stands = Memo::new(move |_| {
        desk.with(|view| match (&view.may_write, view.agree) {
            (MayWrite::Yes, _) if view.blocked => Below::Blocked,
            (MayWrite::Yes, Some(edition)) => Below::Rules(edition),
            (MayWrite::Yes, None) => Below::Write,
            (not, _) => Below::Not(not.clone()),
        })
    });
    let ask = Callback::new(move |()| asks.set(true));
    (move || match stands.get()? {
        Below::Write if desk.simple => Some(view! { <SimpleComposer writing=writing /> }.into_any()),
        Below::Write => Some(view! { <Composer writing=writing ask=ask /> }.into_any()),
        Below::Rules(edition) => Some(view! { <Rules desk=desk edition=edition /> }.into_any()),
        Below::Blocked => Some(head::blocked(desk)),
        Below::Not(not) => {
            let (title, text) = why_not(&not)?;
            let symbol = if matches!(not, MayWrite::Announce) { "megaphone" } else { "lock" };
            Some(view! { <div class="l-stack" data-testid="cannot-write">{banner("info", symbol, Some(title.to_owned()), text)} {begun(writing)}</div> }.into_any())
        }
    })
    .into_any()
}

/// What the person was writing when they no longer could.
fn begun(writing: Writing) -> AnyView {
    let some = Memo::new(move |_| !writing.is_empty());
    let files = Signal::derive(move || {
        writing.files.with(|files| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>())
    });
    let asking = RwSignal::new(false);
    let remove = Callback::new(move |()| asking.set(true));
    // Told at once, so that the list beside it no longer says that there is a draft.
    let (place, forget) = (TypedPlace::Message { id: writing.desk.id }, give_up());
    let then = Callback::new(move |()| {
        writing.give_up();
        forget.run(place);
    });
    view! {
        {move || some.get().then(|| unsent(texts::begun().to_owned(), writing.words.into(), files, remove))}
        {sure(asking, then)}
    }
    .into_any()
}

/// The same for a room that is not here any more.
fn left(id: RoomId) -> AnyView {
    let place = TypedPlace::Message { id };
    let asked = ipc::ask::<TypedGet>(&[Topic::Typed], move || place);
    let (asking, give_up) = (RwSignal::new(false), give_up());
    let remove = Callback::new(move |()| asking.set(true));
    let kept = move || {
        let kept = asked.ready().filter(|kept| !kept.words.trim().is_empty() || !kept.photos.is_empty())?;
        let files = kept.photos.into_iter().map(|file| file.name).collect::<Vec<_>>();
        Some(unsent(texts::begun().to_owned(), Signal::stored(kept.words), Signal::stored(files), remove))
    };
    view! { {kept} {sure(asking, Callback::new(move |()| give_up.run(place)))} }.into_any()
}

/// What the address says that the next message is about, such as a bill; taken once, then it is gone from the address.
fn take_about(writing: Writing) {
    let query = use_location().query;
    let navigate = StoredValue::new_local(use_navigate());
    let id = writing.desk.id;
    Effect::new(move |_| {
        let found = query.with(|query| {
            Some(About::Bill { id: query.get("bill")?.parse::<BillId>().ok()?, number: query.get("number")? })
        });
        if let Some(about) = found {
            writing.about.set(Some(about));
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate.with_value(|navigate| navigate(&format!("/chat/{id}"), options));
        }
    });
}

/// A screen reader hears what others write while the room is open.
fn announce(desk: Desk) {
    let app = app();
    let newest = Memo::new(move |_| {
        desk.with(|view| {
            let last = view.row.last.as_ref().filter(|last| last.from.is_some())?;
            Some((view.last, last_words(last, &RoomKind::Unknown)))
        })
        .flatten()
    });
    let known = StoredValue::new(desk.rows.last.get_untracked());
    Effect::new(move |_| {
        let Some((number, said)) = newest.get() else { return };
        if number > known.get_value() {
            known.set_value(number);
            app.say(said);
        }
    });
}

/// Whether the window can be seen.
pub(super) fn visible() -> RwSignal<bool> {
    let visible = RwSignal::new(!document().hidden());
    let changed =
        window_event_listener_untyped("visibilitychange", move |_| _ = visible.try_set(!document().hidden()));
    on_cleanup(move || changed.remove());
    visible
}

/// What was on screen for a moment, in a window that can be seen, was read.
fn mark_read(desk: Desk) {
    let visible = visible();
    let unread = Memo::new(move |_| {
        let seen = desk.list.seen.get().and_then(|row| u64::try_from(row).ok())?;
        let number = (seen + 1).min(desk.rows.last.get());
        let read = desk.with(|view| view.read).unwrap_or_default().max(desk.told_read.get());
        (visible.get() && number > read).then_some(number)
    });
    // One that waits goes on waiting when more comes, or a lively room would never be read.
    let (waiting, again) = (StoredValue::new(None::<TimeoutHandle>), RwSignal::new(0_u32));
    Effect::new(move |_| {
        again.track();
        let Some(number) = unread.get() else { return };
        if waiting.with_value(Option::is_some) {
            return;
        }
        let tell = move || {
            let Some(now) = unread.try_get_untracked() else { return };
            waiting.set_value(None);
            if now.is_some_and(|now| now >= number) {
                desk.read(number);
            }
            again.update(|turn| *turn = turn.wrapping_add(1));
        };
        waiting.set_value(set_timeout_with_handle(tell, READ_AFTER).ok());
    });
    on_cleanup(move || {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    });
}

/// What the room is called; follows it.
pub(super) fn title(desk: Desk) -> String {
    desk.with(|view| room_name(&view.row.kind, &view.row.name, view.row.building.as_deref()))
        .unwrap_or_default()
}

/// Who is typing, in words.
pub(super) fn typing_line(desk: Desk) -> AnyView {
    let names = Memo::new(move |_| desk.with(|view| view.typing.clone()).unwrap_or_default());
    (move || {
        let names = names.get();
        let words = match names.as_slice() {
            [] => return None,
            [one] => texts::typing(one),
            [one, two] => texts::typing_two(one, two),
            _ => texts::typing_many().to_owned(),
        };
        Some(view! { <p class="p-typing" data-testid="typing">{icon("edit")} {words}</p> })
    })
    .into_any()
}
