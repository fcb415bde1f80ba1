//! Everything about a room: what it is for, its rules, of what one is told, who is in it, and leaving it.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    Code, WireError,
    chat::{RoomKind, RoomView, Tell, TellOfRoom},
    command::{RoomKey, RoomLeave, RoomOpen, RoomTell, Topic},
    id::RoomId,
};

use super::{
    form::RoomForm,
    named,
    people::{People, neighbour_sign, number},
    said::{kind_words, place_of, room_name},
};
use crate::{
    components::{
        avatar::Size,
        banner::OfflineBanner,
        choice::{Choice, choices},
        dialog::{Confirm, Dialog},
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, chat_rooms as texts},
};

/// About the room that the address names.
#[component]
pub fn About() -> impl IntoView {
    let room = named();
    move || match room.get() {
        Some(id) => about(id),
        None => {
            let error = WireError::new(Code::NotFound, "no such room");
            view! { <div class="l-page"><PageHeader title=words::chat::room() back=super::to_list() /> {error_state(&error, None)}</div> }.into_any()
        }
    }
}

fn about(id: RoomId) -> AnyView {
    let asked = ipc::ask::<RoomOpen>(&[Topic::Chat], move || RoomKey { id });
    let view = Memo::new(move |_| asked.ready());
    let standing = Memo::new(move |_| match asked.get() {
        Answer::Loading => Err(None),
        Answer::Failed(error) => Err(Some(error)),
        Answer::Ready(_) => Ok(()),
    });
    let title = Signal::derive(move || {
        view.with(|view| {
            view.as_ref().map(|view| room_name(&view.row.kind, &view.row.name, view.row.building.as_deref()))
        })
        .unwrap_or_else(|| words::chat::room().to_owned())
    });
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=title back=(format!("/chat/{id}"), words::chat::room().to_owned()) />
            <OfflineBanner />
            {move || match standing.get() {
                Err(None) => skeleton_list(3),
                Err(Some(error)) => error_state(&error, Some(asked.retry())),
                Ok(()) => page(id, view),
            }}
        </div>
    }
    .into_any()
}

fn page(id: RoomId, view: Memo<Option<RoomView>>) -> AnyView {
    let part = move |of: fn(&RoomView) -> String| {
        Memo::new(move |_| view.with(|view| view.as_ref().map(of)).unwrap_or_default())
    };
    let (about, rules) = (part(|view| view.about.clone()), part(|view| view.rules.clone()));
    let kind = part(|view| kind_words(&view.row.kind, view.row.building.as_deref()));
    let may =
        move |of: fn(&RoomView) -> bool| Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(of)));
    let (may_change, may_leave) =
        (may(|view| view.may_change && view.content.is_some()), may(|view| view.may_leave));
    let many = may(|view| view.row.kind.is_public());
    let alone = may(|view| matches!(view.row.kind, RoomKind::Direct { .. }));
    let card = Memo::new(move |_| {
        view.with(|view| view.as_ref().and_then(|view| view.other.clone())).filter(|_| alone.get())
    });
    view! {
        {move || card.get().map(|other| view! {
            <section class="c-card" data-testid="card">
                <div class="c-card__line">{neighbour_sign(&other, Size::Huge)} <div><p>{place_of(&other)}</p> {number(&other)}</div></div>
            </section>
        })}
        {move || card.get().is_none().then(|| view! { <p class="t-soft">{kind}</p> })}
        {move || Some(about.get()).filter(|about| !about.is_empty()).map(|about| view! { <p class="p-event__words">{about}</p> })}
        {tell(id, view)}
        {move || Some(rules.get()).filter(|rules| !rules.is_empty()).map(|rules| view! {
            <section class="l-section" data-testid="room-rules">
                <div class="l-section__head"><h2>{words::chat_room::rules()}</h2></div>
                <div class="c-card"><p class="p-event__words">{rules}</p></div>
            </section>
        })}
        {move || many.get().then(|| view! { <People id=id view=view /> })}
        <section class="l-section">
            <div class="l-section__head"><h2>{texts::who_reads()}</h2></div>
            <p class="t-soft">{move || if alone.get() { words::chat_room::readable_two() } else { words::chat_room::readable() }}</p>
        </section>
        {move || may_change.get().then(|| change(id, view))}
        {move || may_leave.get().then(|| leave(id))}
    }
    .into_any()
}

/// Of what one is told while one does not look.
fn tell(id: RoomId, view: Memo<Option<RoomView>>) -> AnyView {
    let app = app();
    let kind = view.with_untracked(|view| view.as_ref().map(|view| view.row.kind.clone()));
    let usual = kind.map(|kind| Tell::Usual.in_room(&kind)).unwrap_or_default();
    let changed = RwSignal::new(None::<Tell>);
    let chosen = Signal::derive(move || {
        let known = view.with(|view| view.as_ref().map(|view| view.row.tell)).unwrap_or_default();
        match changed.get().unwrap_or(known) {
            Tell::Usual => usual,
            chosen => chosen,
        }
    });
    let options = vec![
        Choice::new(Tell::All, texts::tell_all(), "tell-all"),
        Choice::new(Tell::Mentions, texts::tell_mentions(), "tell-mentions")
            .help(texts::tell_mentions_help()),
        Choice::new(Tell::None, texts::tell_none(), "tell-none").help(texts::tell_none_help()),
    ];
    let choose = Callback::new(move |tell| {
        changed.set(Some(tell));
        app.run::<RoomTell>(TellOfRoom { room_id: id, tell }, |_| ());
    });
    view! { <section class="l-section">{choices("tell", texts::tell(), true, None, chosen, options, choose)}</section> }.into_any()
}

fn change(id: RoomId, view: Memo<Option<RoomView>>) -> AnyView {
    let app = app();
    let open = RwSignal::new(false);
    let known = move || {
        view.with_untracked(|view| {
            let view = view.as_ref()?;
            Some((view.content.clone()?, matches!(view.row.kind, RoomKind::Interest { .. })))
        })
    };
    let saved = Callback::new(move |_| {
        open.set(false);
        app.tell(words::common::saved());
    });
    view! {
        <div class="l-row"><button type="button" class="c-button" data-kind="quiet" data-testid="change-room" on:click=move |_| open.set(true)>{icon("edit")} {texts::change()}</button></div>
        <Dialog open=open id="change-room-form" title=texts::change()>
            {move || known().map(|(content, is_named)| view! { <RoomForm room=Some(id) content=content is_named=is_named saved=saved /> })}
            <div class="c-dialog__actions"><button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::close()}</button></div>
        </Dialog>
    }
    .into_any()
}

fn leave(id: RoomId) -> AnyView {
    let app = app();
    let open = RwSignal::new(false);
    let navigate = StoredValue::new_local(use_navigate());
    let go = Callback::new(move |()| {
        app.run::<RoomLeave>(RoomKey { id }, move |_| {
            app.tell(texts::left());
            let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
            let _ = navigate.try_with_value(|navigate| navigate("/chat", options));
        });
    });
    view! {
        <div class="l-row"><button type="button" class="c-button" data-kind="danger" data-testid="leave-room" on:click=move |_| open.set(true)>{icon("logout")} {texts::leave()}</button></div>
        <Confirm open=open id="leave-room-sure" title=texts::leave_title().to_owned() text=texts::leave_text().to_owned() confirm=texts::leave() then=go />
    }
    .into_any()
}
