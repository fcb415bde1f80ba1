//! A list that is read from its end, as a conversation is: it opens there, stays there while somebody reads the newest
//! rows, and keeps its place once they look further up.

use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use super::{heights::Heights, rows_of, scroller_of};

/// How far from the end still counts as there, in pixels.
const NEAR: f64 = 32.0;
/// Frames in which nothing has changed, after which a list counts as measured: a height that is found in one moves the
/// list in the next, and the browser tells of it in the one after.
const CALM: u32 = 3;
/// Where a wanted row comes to stand, as a part of the window from its top.
const SIGHT: f64 = 0.25;

/// What a list that is read from its end is told, and tells.
#[derive(Clone, Copy)]
pub struct FromEnd {
    /// A row to bring to the window, and whether the focus goes there; taken when the list has seen it.
    pub wanted: RwSignal<Option<(usize, bool)>>,
    /// Whether the end of the list is in the window.
    pub at_end: RwSignal<bool>,
    /// The last row in the window.
    pub seen: RwSignal<Option<usize>>,
}

impl FromEnd {
    /// One that opens at `row`, or at its end.
    pub fn new(row: Option<usize>) -> Self {
        Self {
            wanted: RwSignal::new(row.map(|row| (row, false))),
            at_end: RwSignal::new(row.is_none()),
            seen: RwSignal::new(None),
        }
    }

    /// Back to the end.
    pub fn to_end(self) {
        self.wanted.set(Some((usize::MAX, false)));
    }
}

/// What stays in its place while heights become known.
#[derive(Clone, Copy, PartialEq)]
enum Hold {
    Nothing,
    End,
    Row(usize),
}

/// The place that a list holds.
#[derive(Clone, Copy)]
pub(super) struct Place {
    from_end: Option<FromEnd>,
    hold: StoredValue<Hold>,
    top: StoredValue<i32>,
    /// Frames since anything has changed.
    calm: StoredValue<u32>,
}

impl Place {
    pub(super) fn new(from_end: Option<FromEnd>) -> Self {
        let hold = if from_end.is_some() { Hold::End } else { Hold::Nothing };
        let (top, calm) = (StoredValue::new(0), StoredValue::new(0));
        Self { from_end, hold: StoredValue::new(hold), top, calm }
    }

    /// The wanted row is held from now on; gives the row that the focus goes to.
    pub(super) fn want(self, row: usize, focus: bool, count: usize) -> Option<usize> {
        self.hold.set_value(if row < count { Hold::Row(row) } else { Hold::End });
        (focus && row < count).then_some(row)
    }

    /// Somebody moves by themselves: no row is held any more.
    pub(super) fn release(self) {
        if matches!(self.hold.get_value(), Hold::Row(_)) {
            self.hold.set_value(Hold::Nothing);
        }
    }

    /// Rows are about to come at the end: who sees the end goes on seeing it.
    pub(super) fn grow(self) {
        let Some(from_end) = self.from_end else { return };
        if from_end.at_end.get_untracked() && self.hold.get_value() == Hold::Nothing {
            self.hold.set_value(Hold::End);
        }
    }

    /// Rows came or went, or turned out otherwise than they were thought to be.
    pub(super) fn stir(self) {
        self.calm.set_value(0);
    }

    /// Brings what is held to where it stood. Whether to measure once more in the next frame, until all is calm.
    pub(super) fn keep(self, list: &HtmlElement, heights: &Heights) -> bool {
        let hold = self.hold.get_value();
        if hold == Hold::Nothing {
            return false;
        }
        let Some(scroller) = scroller_of(list) else { return false };
        let by = match hold {
            Hold::Nothing => 0.0,
            Hold::End => list.get_bounding_client_rect().bottom() - bottom_of(&scroller) + margin_of(list),
            Hold::Row(row) => {
                let frame = scroller.get_bounding_client_rect();
                let top = list.get_bounding_client_rect().top() + heights.top(row);
                top - frame.top() - frame.height() * SIGHT
            }
        };
        if by.abs() > 1.0 {
            let before = scroller.scroll_top();
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a scroll position fit i32")]
            scroller.set_scroll_top(before + by.round() as i32);
            if scroller.scroll_top() != before {
                self.stir();
            }
        }
        self.calm.get_value() < CALM
    }

    /// A frame went by.
    pub(super) fn frame(self) {
        let _ = self.calm.try_update_value(|calm| *calm = calm.saturating_add(1));
    }

    /// Looks where the window stands after anything has moved.
    pub(super) fn look(self, list: &HtmlElement, heights: &Heights) {
        let (Some(from_end), Some(scroller)) = (self.from_end, scroller_of(list)) else { return };
        let (rect, end) = (list.get_bounding_client_rect(), bottom_of(&scroller));
        let at_end = rect.bottom() <= end + NEAR;
        let top = scroller.scroll_top();
        // Before all is measured, a press which brings its row to the window, or a row that became smaller, looks like
        // somebody who scrolls; they scroll on.
        let is_measured = || self.calm.get_value() >= CALM && are_measured(list, heights);
        let by = top - self.top.get_value();
        match self.hold.get_value() {
            Hold::Nothing if at_end => self.hold.set_value(Hold::End),
            Hold::End if !at_end && by < -1 && is_measured() => self.hold.set_value(Hold::Nothing),
            Hold::Row(_) if by.abs() > 1 && is_measured() => self.hold.set_value(Hold::Nothing),
            _ => {}
        }
        self.top.set_value(top);
        if from_end.at_end.get_untracked() != at_end {
            from_end.at_end.set(at_end);
        }
        let seen = (heights.count() > 0).then(|| heights.row_at(end - rect.top() - NEAR));
        if from_end.seen.get_untracked() != seen {
            from_end.seen.set(seen);
        }
    }
}

/// Whether the rows that exist are as high as they were when they were last measured.
fn are_measured(list: &HtmlElement, heights: &Heights) -> bool {
    rows_of(list).iter().all(|(at, row)| {
        let known = heights.known.get(*at).copied().flatten();
        known.is_some_and(|known| (known - row.get_bounding_client_rect().height()).abs() <= 0.5)
    })
}

/// The lower edge of what can be seen of a container.
fn bottom_of(scroller: &Element) -> f64 {
    let window = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
    scroller.get_bounding_client_rect().bottom().min(window)
}

/// What stands in the container below the list, such as who is typing: the end is where all of it can be seen.
fn margin_of(list: &HtmlElement) -> f64 {
    let Some(scroller) = scroller_of(list) else { return 0.0 };
    let left = f64::from(scroller.scroll_height() - scroller.scroll_top() - scroller.client_height());
    let below = left - (list.get_bounding_client_rect().bottom() - bottom_of(&scroller));
    below.clamp(0.0, 240.0)
}
