//! The rows of the list, in windows of 50, as far as somebody has scrolled.
//!
//! A new filter or search replaces everything once its first window is there. An announcement asks
//! again for the windows on screen and forgets the others; if notices came in at the front meanwhile,
//! the list is told by how many rows, so that what is read stays in its place.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    WireError,
    command::{NoticesList, Topic},
    id::NoticeId,
    notices::{CategoryCount, NoticeRow, NoticesPage, NoticesQuery},
};

use crate::ipc::{self, Topics};

const WINDOW: usize = 50;

/// What the list shows besides its rows.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) unread: u32,
    pub(super) categories: BTreeMap<String, CategoryCount>,
}

/// Whether there is anything to show.
#[derive(Clone, PartialEq)]
pub(super) enum Standing {
    Loading,
    Ready,
    Failed(WireError),
}

/// The rows of one list.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    windows: RwSignal<BTreeMap<usize, Vec<NoticeRow>>>,
    pub(super) counts: RwSignal<Counts>,
    pub(super) standing: RwSignal<Standing>,
    /// Raised when the list is about something else.
    pub(super) reset: RwSignal<u32>,
    /// Rows that came in at the front.
    pub(super) moved: RwSignal<i64>,
    query: RwSignal<NoticesQuery>,
    /// The query whose rows are held.
    held: StoredValue<NoticesQuery>,
    on_screen: StoredValue<(usize, usize)>,
    asked: StoredValue<Vec<usize>>,
    turn: StoredValue<u32>,
}

impl Rows {
    /// Follows `query` and the announcements about notices.
    pub(super) fn follow(query: RwSignal<NoticesQuery>) -> Self {
        let rows = Self {
            windows: RwSignal::new(BTreeMap::new()),
            counts: RwSignal::new(Counts::default()),
            standing: RwSignal::new(Standing::Loading),
            reset: RwSignal::new(0),
            moved: RwSignal::new(0),
            query,
            held: StoredValue::new(NoticesQuery::default()),
            on_screen: StoredValue::new((0, 1)),
            asked: StoredValue::new(Vec::new()),
            turn: StoredValue::new(0),
        };
        let topics = use_context::<Topics>();
        Effect::new(move |_| {
            query.track();
            if let Some(topics) = topics {
                topics.track(Topic::Notices);
            }
            rows.ask_anew();
        });
        rows
    }

    /// Row `at`, if it is here; follows it.
    pub(super) fn get(&self, at: usize) -> Option<NoticeRow> {
        self.windows.with(|windows| windows.get(&(at / WINDOW))?.get(at % WINDOW).cloned())
    }

    /// Rows `first..last` are on screen: asks for what of them is not here.
    pub(super) fn need(&self, (first, last): (usize, usize)) {
        self.on_screen.set_value((first, last));
        for window in first / WINDOW..=last.saturating_sub(1) / WINDOW {
            let here = self.windows.with_untracked(|windows| windows.contains_key(&window));
            let under_way = self.asked.with_value(|asked| asked.contains(&window));
            if !here && !under_way && window * WINDOW < self.counts.with_untracked(|counts| counts.total) {
                self.ask(window);
            }
        }
    }

    /// Asks again after a failure.
    pub(super) fn retry(self) -> Callback<()> {
        Callback::new(move |()| {
            self.standing.set(Standing::Loading);
            self.ask_anew();
        })
    }

    fn ask_anew(&self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.asked.set_value(Vec::new());
        let same = self.query.with_untracked(|query| self.held.with_value(|held| held == query));
        let (first, last) = if same { self.on_screen.get_value() } else { (0, 1) };
        let windows = first / WINDOW..=last.saturating_sub(1) / WINDOW;
        // The first window comes with the counts and says whether rows came in at the front.
        if !windows.contains(&0) {
            self.ask(0);
        }
        for window in windows {
            self.ask(window);
        }
    }

    fn ask(&self, window: usize) {
        let rows = *self;
        let turn = self.turn.get_value();
        self.asked.update_value(|asked| asked.push(window));
        let query = self.query.get_untracked();
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let request =
            NoticesQuery { offset: number(window * WINDOW), limit: number(WINDOW), ..query.clone() };
        spawn_local(async move {
            let reply = ipc::call::<NoticesList>(request).await;
            if rows.turn.try_get_value() != Some(turn) {
                return;
            }
            rows.asked.update_value(|asked| asked.retain(|asked| *asked != window));
            match reply {
                Ok(page) => rows.take(query, window, page),
                // What is shown stays, unless it answers another question than the one asked.
                Err(_) if rows.held.with_value(|held| *held == query) && rows.is_shown() => {}
                Err(error) => rows.standing.set(Standing::Failed(error)),
            }
        });
    }

    fn is_shown(&self) -> bool {
        self.windows.with_untracked(|windows| !windows.is_empty())
    }

    fn take(&self, query: NoticesQuery, window: usize, page: NoticesPage) {
        let other = self.held.with_value(|held| *held != query);
        let total = usize::try_from(page.total).unwrap_or_default();
        let came_in = if other || window != 0 { 0 } else { self.came_in(&page.rows) };
        self.windows.update(|windows| {
            if other || came_in != 0 {
                windows.clear();
            }
            windows.insert(window, page.rows);
        });
        let counts = Counts { total, unread: page.unread, categories: page.categories };
        if self.counts.with_untracked(|before| *before != counts) {
            self.counts.set(counts);
        }
        self.standing.set(Standing::Ready);
        if other {
            self.held.set_value(query);
            self.reset.update(|reset| *reset = reset.wrapping_add(1));
        } else if came_in != 0 {
            self.moved.set(came_in);
            self.need(self.on_screen.get_value());
        }
    }

    /// How many rows stand before the ones that came first so far.
    fn came_in(&self, new: &[NoticeRow]) -> i64 {
        self.windows.with_untracked(|windows| {
            let Some(old) = windows.get(&0) else { return 0 };
            let place = |rows: &[NoticeRow], id: NoticeId| rows.iter().position(|row| row.id == id);
            // The first row that both have decides; an emergency or a pin may have moved others.
            let shared = old.iter().enumerate().find_map(|(at, row)| Some((at, place(new, row.id)?)));
            shared.map_or(0, |(before, now)| {
                i64::try_from(now).unwrap_or_default() - i64::try_from(before).unwrap_or_default()
            })
        })
    }
}
