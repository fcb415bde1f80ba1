//! The rooms: search over all of them, invitations, the person's own, and those one may come into.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    chat::{InvitationRow, OpenRoom, RoomsView},
    command::{Empty, OfficeRoomOpen, RoomEnter, RoomKey, RoomLeave, RoomsGet, Topic},
    id::RoomId,
};

use super::{hits::Hits, measures::measures, row::room_row};
use crate::{
    components::{
        badge::unread_badge,
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::{icon, icon_on_ground},
        page_header::{PageHeader, home},
        pending::pending_mark,
        search_field::SearchField,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::chat as texts,
};

/// The list. `open` is the room shown beside it.
#[component]
pub(super) fn List(open: Memo<Option<RoomId>>) -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<RoomsGet>(&[Topic::Chat, Topic::Typed], || Empty {});
    let search = app.kept("chat search", String::new);
    let wanted = Memo::new(move |_| search.with(|search| search.trim().to_owned()));
    let searching = Memo::new(move |_| wanted.with(|wanted| !wanted.is_empty()));
    let rooms = Memo::new(move |_| asked.ready());
    let trouble = Memo::new(move |_| match asked.get() {
        Answer::Loading => Some(None),
        Answer::Failed(error) => Some(Some(error)),
        Answer::Ready(_) => None,
    });
    view! {
        <div class="l-page">
            {head(open)}
            <OfflineBanner />
            <SearchField words=search label=texts::search_label() placeholder=texts::search_placeholder() />
            {move || if searching.get() {
                view! { <Hits words=wanted room=None taken=Callback::new(|()| ()) /> }.into_any()
            } else {
                match trouble.get() {
                    Some(None) => skeleton_list(5),
                    Some(Some(error)) => error_state(&error, Some(asked.retry())),
                    None => body(rooms, open),
                }
            }}
            <UpdatedAt />
        </div>
    }
}

/// The heading is the page's `h1` unless a room is open, whose name is it then.
fn head(open: Memo<Option<RoomId>>) -> AnyView {
    let is_open = Memo::new(move |_| open.get().is_some());
    (move || {
        if is_open.get() {
            view! { <header class="c-page-header"><div class="c-page-header__title"><h2>{texts::title()}</h2></div></header> }.into_any()
        } else if app().is_simple() {
            view! { <PageHeader title=texts::title() back=home() /> }.into_any()
        } else {
            view! { <PageHeader title=texts::title() /> }.into_any()
        }
    })
    .into_any()
}

fn body(rooms: Memo<Option<RoomsView>>, open: Memo<Option<RoomId>>) -> AnyView {
    let cases =
        Memo::new(move |_| rooms.with(|view| view.as_ref().and_then(|view| view.duty.map(|_| view.cases))));
    let list = move || {
        let now = open.get();
        rooms.with(|view| {
            let rows = view.as_ref().map(|view| view.rooms.as_slice()).unwrap_or_default();
            if rows.is_empty() {
                return empty_state("chat", texts::empty_title(), texts::empty_text(), None);
            }
            let rows = rows.iter().map(|row| view! { <li>{room_row(row, now == Some(row.id))}</li> });
            view! { <ul class="c-list" role="list" data-lead="avatar" data-testid="rooms">{rows.collect_view()}</ul> }.into_any()
        })
    };
    let invited = move || {
        rooms.with(|view| {
            invitations(view.as_ref().map(|view| view.invitations.as_slice()).unwrap_or_default())
        })
    };
    let others = move || {
        rooms.with(|view| open_rooms(view.as_ref().map(|view| view.open.as_slice()).unwrap_or_default()))
    };
    let about_me = Memo::new(move |_| {
        rooms.with(|view| view.as_ref().map(|view| view.measures.clone()).unwrap_or_default())
    });
    let unseen = Memo::new(move |_| rooms.with(|view| view.as_ref().map_or(0, |view| view.unseen)));
    view! {
        {ways(cases)}
        {measures(about_me, unseen, open)}
        {invited}
        {list}
        {others}
    }
    .into_any()
}

/// To new rooms, neighbours, the office, and for those who keep it civil to their cases.
fn ways(cases: Memo<Option<u32>>) -> AnyView {
    view! {
        <div class="p-ways">
            <a class="c-button" data-kind="quiet" href="/chat/new" data-testid="new-room">{icon("plus")} {texts::new_room()}</a>
            <a class="c-button" data-kind="quiet" href="/chat/neighbours" data-testid="neighbours">{icon("people")} {texts::neighbours()}</a>
            {office_button()}
            {move || cases.get().map(|count| view! {
                <a class="c-button" data-kind="quiet" href="/chat/civil" data-testid="civil">{icon("shield")} {texts::civil()} {unread_badge(count)}</a>
            })}
        </div>
    }
    .into_any()
}

/// "Write to the office", for everybody who is not of it.
fn office_button() -> AnyView {
    let app = app();
    let write = write_to_the_office();
    let is_office = app.with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    (!is_office)
        .then(|| view! { <button type="button" class="c-button" data-kind="quiet" data-testid="write-office" on:click=move |_| write.run(String::new())>{icon("badge")} {texts::write_office()}</button> })
        .into_any()
}

/// A way to the room with the office; what it is called with stands behind the address.
pub fn write_to_the_office() -> Callback<String> {
    let app = app();
    let navigate = StoredValue::new_local(use_navigate());
    Callback::new(move |about: String| {
        app.run::<OfficeRoomOpen>(Empty {}, move |room| {
            let address = format!("/chat/{}{about}", room.id);
            let _ = navigate.try_with_value(|navigate| navigate(&address, NavigateOptions::default()));
        });
    })
}

fn invitations(rows: &[InvitationRow]) -> Option<AnyView> {
    let app = app();
    let cards = rows.iter().map(|row| {
        let key = RoomKey { id: row.id };
        let name = row.name.clone();
        view! {
            <section class="c-card" data-gap="" data-testid="invitation">
                <div class="c-card__line">
                    {icon_on_ground("chat", "jade")}
                    <div>
                        <h2 class="c-card__title">{texts::invited(&row.invitation.by, &name)}</h2>
                        {(!row.about.is_empty()).then(|| view! { <p class="t-soft t-small">{row.about.clone()}</p> })}
                    </div>
                </div>
                <div class="l-row" data-fill="">
                    <button type="button" class="c-button" data-kind="primary" data-testid="accept" on:click={move |_| app.run::<RoomEnter>(key, |_| ())}>{icon("ok")} {texts::accept()}</button>
                    <button type="button" class="c-button" data-kind="quiet" data-testid="decline" on:click={move |_| app.run::<RoomLeave>(key, |_| ())}>{texts::decline()}</button>
                </div>
            </section>
        }
    });
    let cards: Vec<_> = cards.collect();
    (!cards.is_empty()).then(|| view! { <div class="l-stack">{cards}</div> }.into_any())
}

fn open_rooms(rows: &[OpenRoom]) -> Option<AnyView> {
    let app = app();
    let lines = rows.iter().map(|row| {
        let key = RoomKey { id: row.id };
        let enter = match &row.pending {
            Some(pending) => pending_mark(&pending.state),
            None => view! { <button type="button" class="c-button" data-kind="quiet" data-testid="enter" on:click={move |_| app.run::<RoomEnter>(key, |_| ())}>{icon("plus")} {texts::enter()}</button> }.into_any(),
        };
        view! {
            <li><div class="c-row" data-actions="" data-testid="open-room">
                <span class="c-row__lead">{icon_on_ground("heart", "plain")}</span>
                <span class="c-row__body"><span class="c-row__title">{row.name.clone()}</span> <span class="c-row__summary">{row.about.clone()}</span></span>
                <span class="c-row__end">{enter}</span>
            </div></li>
        }
    });
    let lines: Vec<_> = lines.collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{texts::open_rooms()}</h2></div>
                <ul class="c-list" role="list" data-lead="avatar">{lines}</ul>
            </section>
        }
        .into_any()
    })
}
