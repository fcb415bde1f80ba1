//! Rooms in which something is unread, for Home.

use leptos::prelude::*;
use linli_wire::{
    chat::{RoomRow, Tell},
    command::{Empty, RoomsGet, Topic},
};

use super::row::room_row;
use crate::{ipc, words::chat as texts};

/// Rooms that Home shows; the list has them all.
const MOST: usize = 4;

/// A section with the rooms of which the person is told and in which something is unread, the newest first. Nothing where
/// all is read.
pub fn unread_rooms() -> impl Fn() -> Option<AnyView> + Copy + Send + 'static {
    let asked = ipc::ask::<RoomsGet>(&[Topic::Chat], || Empty {});
    let rows = Memo::new(move |_| asked.with(|view| unread(view.map(|view| view.rooms.as_slice()))));
    move || {
        rows.with(|rows| {
            let lines = rows.iter().map(|row| view! { <li>{room_row(row, false)}</li> });
            (!rows.is_empty()).then(|| {
                view! {
                    <section class="l-section" data-testid="unread-rooms">
                        <div class="l-section__head">
                            <h2>{texts::home_title()}</h2>
                            <a class="c-button" data-kind="plain" data-edge="end" href="/chat" data-testid="all-rooms">{texts::home_all()}</a>
                        </div>
                        <ul class="c-list" role="list" data-lead="avatar">{lines.collect_view()}</ul>
                    </section>
                }
                .into_any()
            })
        })
    }
}

fn unread(rooms: Option<&[RoomRow]>) -> Vec<RoomRow> {
    let rooms = rooms.unwrap_or_default().iter();
    rooms.filter(|row| row.unread > 0 && row.tell != Tell::None).take(MOST).cloned().collect()
}
