//! A list of any length of which only the rows near the window exist.
//!
//! Rows may be of any height. A height is an estimate until the row has been on screen; when it turns
//! out different above what the person reads, the scroll position moves by the same amount, so that
//! nothing jumps (the browser's own scroll anchoring is not everywhere and is switched off here). Rows
//! that exist are in the normal flow between two paddings, so styles, selection and find-in-page work as
//! in any list. A screen reader hears the place of a row in the whole (`aria-posinset`, `aria-setsize`);
//! arrow keys, Home, End and the page keys move from row to row, Tab as everywhere.
//!
//! The list needs no scroll container of its own: it looks where it stands in the window.

mod from_end;
mod heights;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement};

use from_end::Place;
use heights::Heights;

pub use from_end::FromEnd;

/// Pixels above and below the window in which rows exist too.
const OVERSCAN: f64 = 600.0;
/// Rows that exist before the list has been measured.
const FIRST_ROWS: usize = 12;

/// A list of `count` rows.
#[component]
pub fn VirtualList(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// Height of a row that was never on screen, in pixels.
    estimate: f64,
    /// Spoken name of the list.
    #[prop(into)]
    label: String,
    /// What stands in a row; may follow signals.
    #[prop(into)]
    row: Callback<usize, AnyView>,
    /// Told the rows that exist now, first and one past the last.
    #[prop(into)]
    visible: Callback<(usize, usize)>,
    /// Raised when the list is about something else: back to the top, heights forgotten.
    #[prop(into)]
    reset: Signal<u32>,
    /// Rows that came in at the front since the last time (negative: went away).
    #[prop(into)]
    moved: Signal<i64>,
    /// For a list that is read from its end.
    #[prop(optional)]
    from_end: Option<FromEnd>,
) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    let heights = StoredValue::new(Heights::new(estimate));
    let range = RwSignal::new((0_usize, FIRST_ROWS));
    let padding = RwSignal::new((0.0_f64, 0.0_f64));
    let focus_on = StoredValue::new(None::<usize>);
    // The list itself puts the focus somewhere, not the person.
    let focusing = StoredValue::new(false);
    let width = StoredValue::new(0.0_f64);
    let held = Place::new(from_end);
    let unsettled = RwSignal::new(0_u32);
    // Whether the next frame looks at the heights already.
    let framed = StoredValue::new(false);

    // A frame or an observer may call when the list has gone already.
    let on_page = move || list.try_get_untracked().flatten();

    let place = move || {
        let Some(list) = on_page() else { return };
        let rect = list.get_bounding_client_rect();
        if rect.width() == 0.0 {
            return;
        }
        let window_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(800.0);
        let placed = heights.try_with_value(|heights| {
            let first = heights.row_at(-rect.top() - OVERSCAN);
            let last = (heights.row_at(window_height - rect.top() + OVERSCAN) + 1).min(heights.known.len());
            let end = heights.top(heights.known.len());
            ((first, last), (heights.top(first), end - heights.top(last)))
        });
        let Some((rows, pads)) = placed else { return };
        let _ = heights.try_with_value(|heights| held.look(&list, heights));
        if padding.get_untracked() != pads {
            held.stir();
            padding.set(pads);
        }
        if range.get_untracked() != rows {
            held.stir();
            range.set(rows);
            visible.run(rows);
        }
    };

    let measure = move || {
        let Some(list) = on_page() else { return };
        let rect = list.get_bounding_client_rect();
        if rect.width() == 0.0 {
            return;
        }
        let rows = rows_of(&list);
        let mut above = 0.0;
        let mut changed = false;
        let _ = heights.try_update_value(|heights| {
            if (width.get_value() - rect.width()).abs() > 0.5 {
                heights.known.fill(None);
                width.set_value(rect.width());
            }
            let reading = heights.row_at(-rect.top());
            let mut first = usize::MAX;
            for (at, element) in &rows {
                let difference = heights.set(*at, element.get_bounding_client_rect().height());
                if difference.abs() > 0.5 {
                    changed = true;
                    first = first.min(*at);
                }
                if *at < reading && rect.top() < 0.0 {
                    above += difference;
                }
            }
            if changed {
                heights.add_up_from(first);
            }
        });
        if changed {
            held.stir();
            if above.abs() > 0.5 {
                scroll_by(&list, above);
            }
            place();
        }
        if heights.try_with_value(|heights| held.keep(&list, heights)).unwrap_or_default() {
            unsettled.update(|turn| *turn = turn.wrapping_add(1));
        }
    };
    // A row far away comes in steps: scroll to where it should be, learn the heights there, fetch it.
    let reach = move || {
        let (Some(list), Some(wanted)) = (on_page(), focus_on.try_get_value().flatten()) else { return };
        match rows_of(&list).iter().find(|(at, _)| *at == wanted) {
            Some((_, element)) => {
                focusing.set_value(true);
                if focus_link(element) {
                    focus_on.set_value(None);
                }
                focusing.set_value(false);
            }
            None => {
                let top = heights.with_value(|heights| heights.top(wanted));
                scroll_by(&list, list.get_bounding_client_rect().top() + top - 120.0);
                place();
            }
        }
    };

    Effect::new(move |_| {
        let count = count.get();
        held.grow();
        heights.update_value(|heights| heights.resize(count));
        place();
        request_animation_frame(measure);
    });
    Effect::new(move |before: Option<u32>| {
        let now = reset.get();
        if before.is_some_and(|before| before != now) {
            heights.update_value(|heights| {
                heights.known.fill(None);
                heights.add_up();
            });
            if let Some(list) = list.get_untracked() {
                let top = list.get_bounding_client_rect().top();
                if top < 0.0 {
                    scroll_by(&list, top);
                }
            }
            place();
        }
        now
    });
    Effect::new(move |_| {
        let rows = moved.get();
        if rows == 0 {
            return;
        }
        let change = heights.try_update_value(|heights| heights.shift(rows)).unwrap_or_default();
        if let Some(list) = list.get_untracked()
            && list.get_bounding_client_rect().top() < 0.0
        {
            scroll_by(&list, change);
        }
        place();
    });
    // After the rows of a new range are there, and until what is held has come to rest.
    Effect::new(move |_| {
        range.track();
        unsettled.track();
        if framed.get_value() {
            return;
        }
        framed.set_value(true);
        request_animation_frame(move || {
            let _ = framed.try_set_value(false);
            held.frame();
            measure();
            reach();
        });
    });
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            width.set_value(list.get_bounding_client_rect().width());
            follow_window(&list, place, measure);
            visible.run(range.get_untracked());
        }
    });

    Effect::new(move |_| {
        let Some(from_end) = from_end else { return };
        let Some((row, focus)) = from_end.wanted.get() else { return };
        focus_on.set_value(held.want(row, focus, count.get_untracked()));
        from_end.wanted.set(None);
        request_animation_frame(move || {
            measure();
            place();
            reach();
        });
    });

    let here = StoredValue::new(0_usize);
    let go_to = move |wanted: usize| {
        here.set_value(wanted);
        focus_on.set_value(Some(wanted));
        // The list keeps the keys while the row is on its way.
        if let Some(list) = list.get_untracked() {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = list.focus_with_options(&options);
        }
        reach();
    };
    // A row whose content comes later is reached when it is there.
    let row = Callback::new(move |at: usize| {
        if focus_on.get_value() == Some(at) {
            request_animation_frame(reach);
        }
        row.run(at)
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        held.release();
        // What has keys of its own keeps them.
        if target
            .as_ref()
            .is_some_and(|target| target.matches("audio, input, select, textarea").unwrap_or(false))
        {
            return;
        }
        let here = target.and_then(|target| index_of(&target)).unwrap_or_else(|| here.get_value());
        let last = count.get_untracked().saturating_sub(1);
        let wanted = match event.key().as_str() {
            "ArrowDown" => here + 1,
            "ArrowUp" => here.saturating_sub(1),
            "PageDown" => here + 8,
            "PageUp" => here.saturating_sub(8),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        go_to(wanted.min(last));
    };

    view! {
        <ul class="c-list c-virtual" role="list" aria-label=label node_ref=list tabindex="-1" data-testid="list"
            style:padding-top=move || format!("{}px", padding.get().0)
            style:padding-bottom=move || format!("{}px", padding.get().1)
            on:keydown=on_key on:wheel=move |_| held.release() on:touchstart=move |_| held.release() on:pointerdown=move |_| held.release() on:focusin=move |_| if !focusing.get_value() { held.release() }>
            <For each=move || { let (first, last) = range.get(); first..last.min(count.get()) } key=|at| *at let(at)>
                <li data-index=at aria-setsize=move || count.get() aria-posinset=at + 1>{move || row.run(at)}</li>
            </For>
        </ul>
    }
}

/// Looks again whenever anything scrolls, the window changes, or the list does.
fn follow_window(list: &HtmlElement, place: impl Fn() + Copy + 'static, measure: impl Fn() + Copy + 'static) {
    let on_scroll = Closure::<dyn Fn()>::new(place);
    let on_resize = Closure::<dyn Fn()>::new(move || {
        measure();
        place();
    });
    let window = window();
    let scroll: js_sys::Function = on_scroll.into_js_value().unchecked_into();
    let resize: js_sys::Function = on_resize.into_js_value().unchecked_into();
    // Captured, because scrolling does not bubble and the container is not ours.
    let _ = window.add_event_listener_with_callback_and_bool("scroll", &scroll, true);
    let _ = window.add_event_listener_with_callback("resize", &resize);
    let observer = web_sys::ResizeObserver::new(&resize).ok();
    if let Some(observer) = &observer {
        observer.observe(list);
        // Where it stands may become smaller, as when somebody writes more lines below it.
        if let Some(scroller) = scroller_of(list) {
            observer.observe(&scroller);
        }
    }
    let held = StoredValue::new_local((scroll, resize, observer));
    on_cleanup(move || {
        let _ = held.try_with_value(|(scroll, resize, observer)| {
            let window = leptos::prelude::window();
            let _ = window.remove_event_listener_with_callback_and_bool("scroll", scroll, true);
            let _ = window.remove_event_listener_with_callback("resize", resize);
            if let Some(observer) = observer {
                observer.disconnect();
            }
        });
    });
}

fn rows_of(list: &HtmlElement) -> Vec<(usize, Element)> {
    let children = list.children();
    (0..children.length())
        .filter_map(|at| children.item(at))
        .filter_map(|row| Some((index_of(&row)?, row)))
        .collect()
}

fn index_of(element: &Element) -> Option<usize> {
    element.closest("[data-index]").ok()??.get_attribute("data-index")?.parse().ok()
}

/// Whether there was something to focus.
fn focus_link(row: &Element) -> bool {
    let link = row.query_selector("a, button").ok().flatten();
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok()).is_some_and(|link| link.focus().is_ok())
}

/// Scrolls the container that the list stands in.
fn scroll_by(list: &HtmlElement, pixels: f64) {
    if let Some(scroller) = scroller_of(list) {
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a scroll position fit i32")]
        scroller.set_scroll_top(scroller.scroll_top() + pixels.round() as i32);
    }
}

/// The container that the list stands in.
fn scroller_of(list: &HtmlElement) -> Option<Element> {
    let mut ancestor = list.parent_element();
    while let Some(element) = ancestor {
        let scrolls = window()
            .get_computed_style(&element)
            .ok()
            .flatten()
            .and_then(|style| style.get_property_value("overflow-y").ok())
            .is_some_and(|overflow| overflow == "auto" || overflow == "scroll");
        if scrolls {
            return Some(element);
        }
        ancestor = element.parent_element();
    }
    None
}
