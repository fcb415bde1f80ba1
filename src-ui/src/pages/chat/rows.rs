//! The messages of a room, in windows by number, as far as somebody has scrolled.
//!
//! Every message that is shown has a signal of its own, so that a reaction draws one row anew and not a screen. An
//! announcement asks again for the windows on screen and forgets the others. At most two windows are asked for at once,
//! and always those that are looked at now: who flings through a year does not wait for what flew past. While the window
//! cannot be seen nothing is asked for, since the core tells of what comes to a room that nobody looks at.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    chat::{MessageRow, MessagesPage, MessagesQuery},
    command::{MessagesGet, Topic},
    id::RoomId,
};

use crate::ipc::{self, Topics};

/// Messages that are asked for together.
const WINDOW: u32 = 50;
/// Windows that are held; the farthest go first.
const MOST: usize = 30;
/// Questions under way at once.
const AT_ONCE: usize = 2;

/// A place among the numbers of a room.
#[derive(Clone, PartialEq)]
pub(super) enum Slot {
    /// Asked for.
    Coming,
    /// The message.
    Here(Box<MessageRow>),
    /// Not on this device yet.
    Missing,
}

struct Window {
    slots: Vec<ArcRwSignal<Slot>>,
    /// The announcement after which it was asked for; none while it never was.
    turn: Option<u32>,
}

/// The messages of one room.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    room: RoomId,
    windows: StoredValue<BTreeMap<u64, Window>>,
    /// First and last number on screen.
    on_screen: StoredValue<(u64, u64)>,
    under_way: StoredValue<BTreeSet<u64>>,
    turn: StoredValue<u32>,
    /// The number of the newest message.
    pub(super) last: RwSignal<u64>,
}

impl Rows {
    /// Follows the announcements about chat.
    pub(super) fn follow(room: RoomId) -> Self {
        let rows = Self {
            room,
            windows: StoredValue::new(BTreeMap::new()),
            on_screen: StoredValue::new((1, 1)),
            under_way: StoredValue::new(BTreeSet::new()),
            turn: StoredValue::new(0),
            last: RwSignal::new(0),
        };
        let topics = use_context::<Topics>();
        Effect::new(move |_| {
            if let Some(topics) = topics {
                topics.track(Topic::Chat);
            }
            rows.turn.update_value(|turn| *turn = turn.wrapping_add(1));
            rows.pump();
        });
        let seen = window_event_listener_untyped("visibilitychange", move |_| rows.pump());
        on_cleanup(move || seen.remove());
        rows
    }

    /// The message with a number; follows it.
    pub(super) fn get(self, number: u64) -> Slot {
        let (window, at) = place(number);
        let slot = self.windows.try_update_value(|windows| {
            let window = windows.entry(window).or_insert_with(Window::new);
            window.slots.get(at).cloned()
        });
        slot.flatten().map_or(Slot::Missing, |slot| slot.get())
    }

    /// These numbers are on screen: asks for what of them is not here.
    pub(super) fn need(self, first: u64, last: u64) {
        self.on_screen.set_value((first.max(1), last.max(1)));
        self.pump();
    }

    /// Another newest number: its window has more in it than when it was asked for.
    pub(super) fn grow(self, last: u64) {
        if self.last.get_untracked() != last {
            self.last.set(last);
            self.pump();
        }
    }

    fn pump(self) {
        let Some(turn) = self.turn.try_get_value().filter(|_| !document().hidden()) else { return };
        let (first, last) = self.on_screen.get_value();
        for window in place(first).0..=place(last).0 {
            let busy = self.under_way.with_value(|busy| busy.len() >= AT_ONCE || busy.contains(&window));
            let known =
                self.windows.with_value(|windows| windows.get(&window).and_then(|window| window.turn));
            if !busy && known != Some(turn) {
                self.ask(window, turn);
            }
        }
    }

    fn ask(self, window: u64, turn: u32) {
        self.under_way.update_value(|busy| _ = busy.insert(window));
        let query =
            MessagesQuery { room_id: self.room, first: window * u64::from(WINDOW) + 1, count: WINDOW };
        spawn_local(async move {
            let reply = ipc::call::<MessagesGet>(query).await;
            // None when the room was left meanwhile.
            if self.under_way.try_update_value(|busy| busy.remove(&window)).is_none() {
                return;
            }
            match reply {
                Ok(page) => {
                    let last = page.last;
                    self.take(window, turn, Some(page));
                    if self.last.get_untracked() < last {
                        self.last.set(last);
                    }
                }
                // The next announcement asks again; until then the window counts as asked for.
                Err(_) => self.take(window, turn, None),
            }
            self.pump();
        });
    }

    fn take(self, window: u64, turn: u32, page: Option<MessagesPage>) {
        let slots = self.windows.try_update_value(|windows| {
            let held = windows.entry(window).or_insert_with(Window::new);
            held.turn = Some(turn);
            held.slots.clone()
        });
        let Some(MessagesPage { rows, last }) = page else { return };
        let mut found: BTreeMap<usize, MessageRow> =
            rows.into_iter().map(|row| (place(row.number).1, row)).collect();
        for (at, slot) in slots.unwrap_or_default().into_iter().enumerate() {
            // What is newer than the answer may come any moment.
            let is_known = u64::try_from(at).is_ok_and(|at| window * u64::from(WINDOW) + at < last);
            let none = if is_known { Slot::Missing } else { Slot::Coming };
            let now = found.remove(&at).map_or(none, |row| Slot::Here(Box::new(row)));
            if slot.with_untracked(|before| *before != now) {
                slot.set(now);
            }
        }
        self.let_go();
    }

    fn let_go(self) {
        let (first, last) = self.on_screen.get_value();
        let (first, last) = (place(first).0, place(last).0);
        self.windows.update_value(|windows| {
            while windows.len() > MOST {
                let far = |window: u64| first.saturating_sub(window).max(window.saturating_sub(last));
                let Some(farthest) = windows.keys().copied().max_by_key(|window| far(*window)) else {
                    return;
                };
                windows.remove(&farthest);
            }
        });
    }
}

impl Window {
    fn new() -> Self {
        let slot = || ArcRwSignal::new(Slot::Coming);
        Self { slots: (0..WINDOW).map(|_| slot()).collect(), turn: None }
    }
}

/// The window of a number, and the place in it. Numbers begin at 1.
fn place(number: u64) -> (u64, usize) {
    let at = number.saturating_sub(1);
    (at / u64::from(WINDOW), usize::try_from(at % u64::from(WINDOW)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn numbers_begin_at_one_and_fall_into_windows() {
        assert_eq!(place(1), (0, 0));
        assert_eq!(place(50), (0, 49));
        assert_eq!(place(51), (1, 0));
        assert_eq!(place(0), (0, 0));
    }
}
