//! The long list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{Element, HtmlElement};

use super::{Shown, frame, press, show};
use crate::components::virtual_list::{FromEnd, VirtualList};

const ROWS: usize = 10_000;

/// A list of rows of different heights in a box that scrolls.
fn list(count: RwSignal<usize>) -> Shown {
    let shown = show(move || {
        let row = Callback::new(|at: usize| {
            let height = format!("{}px", 40 + at % 7 * 10);
            view! { <a href="#" style:display="block" style:height=height>{format!("row {at}")}</a> }
                .into_any()
        });
        view! {
            <div class="box" style:height="400px" style:overflow-y="auto">
                <VirtualList count=count estimate=60.0 label="Rows" row=row visible=Callback::new(|_| ()) reset=RwSignal::new(0) moved=RwSignal::new(0) />
            </div>
        }
    });
    shown
}

fn has(shown: &Shown, at: usize) -> bool {
    !shown.all(&format!("[data-index=\"{at}\"]")).is_empty()
}

#[test]
async fn of_ten_thousand_rows_only_those_nearby_exist() {
    let shown = list(RwSignal::new(ROWS));
    shown.until("filled", |shown| has(shown, 0)).await;
    assert!(shown.all("li").len() < 100, "{}", shown.all("li").len());
    assert_eq!(shown.find::<Element>("li").get_attribute("aria-setsize").as_deref(), Some("10000"));
    let around: HtmlElement = shown.find(".box");
    shown.until("as high as all rows", |_| around.scroll_height() > 500_000).await;
    around.set_scroll_top(300_000);
    shown.until("scrolled", |shown| !has(shown, 0) && shown.all("li").len() > 5).await;
    assert!(shown.all("li").len() < 100);
    let (top, bottom) = (around.get_bounding_client_rect().top(), around.get_bounding_client_rect().bottom());
    let covered = |shown: &Shown| {
        let boxes: Vec<_> = shown.all("li").iter().map(Element::get_bounding_client_rect).collect();
        boxes.iter().any(|row| row.top() <= top + 1.0) && boxes.iter().any(|row| row.bottom() >= bottom - 1.0)
    };
    shown.until("rows from edge to edge", covered).await;
}

#[test]
async fn end_and_home_lead_to_the_last_and_the_first_row() {
    let shown = list(RwSignal::new(ROWS));
    shown.until("filled", |shown| has(shown, 0)).await;
    let focused = |shown: &Shown, at: usize| {
        let link = shown.all(&format!("[data-index=\"{at}\"] a")).into_iter().next();
        link.is_some() && document().active_element() == link
    };
    shown.find::<HtmlElement>("[data-index=\"0\"] a").focus().unwrap();
    press(&document().active_element().unwrap(), "End");
    shown.until("at the end", |shown| focused(shown, ROWS - 1)).await;
    press(&document().active_element().unwrap(), "Home");
    shown.until("at the beginning", |shown| focused(shown, 0)).await;
    press(&document().active_element().unwrap().unchecked_into(), "ArrowDown");
    shown.until("one further", |shown| focused(shown, 1)).await;
}

#[test]
async fn a_list_that_grows_and_shrinks_shows_what_there_is() {
    let count = RwSignal::new(0);
    let shown = list(count);
    assert!(shown.all("li").is_empty());
    count.set(3);
    shown.until("three rows", |shown| shown.all("li").len() == 3).await;
    count.set(1);
    shown.until("one row", |shown| shown.all("li").len() == 1).await;
}

/// A list that is read from its end, or from where somebody wants it, whose rows are as high as `height` says.
fn talk(count: RwSignal<usize>, height: RwSignal<u32>, from_end: FromEnd) -> Shown {
    show(move || {
        let row = Callback::new(move |at: usize| {
            view! { <a href="#" style:display="block" style:height=move || format!("{}px", height.get())>{at}</a> }
                .into_any()
        });
        view! {
            <div class="box" style:position="fixed" style:top="0" style:width="300px" style:height="400px" style:overflow-y="auto" style:overflow-anchor="none">
                <VirtualList count=count estimate=60.0 label="Rows" row=row visible=Callback::new(|_| ()) reset=RwSignal::new(0) moved=RwSignal::new(0) from_end=from_end />
            </div>
        }
    })
}

async fn frames(count: u32) {
    for _ in 0..count {
        frame().await;
    }
}

/// Whether the last row ends where the box does, up to the space that stands below a list.
fn at_end(shown: &Shown) -> bool {
    let bottom = shown.find::<Element>(".box").get_bounding_client_rect().bottom();
    let last = shown.all("li").last().map(|row| row.get_bounding_client_rect().bottom());
    last.is_some_and(|last| (last - bottom).abs() < 30.0)
}

#[test]
async fn a_scroll_before_the_heights_are_measured_does_not_leave_the_end() {
    let (count, height) = (RwSignal::new(200), RwSignal::new(60));
    let shown = talk(count, height, FromEnd::new(None));
    shown.until("at the end", |shown| has(shown, 199) && at_end(shown)).await;
    frames(3).await;
    let around: HtmlElement = shown.find(".box");
    // Between two frames, so that the scrolling is told of before the heights are.
    JsFuture::from(js_sys::Promise::new(&mut |resolve, _| {
        drop(window().set_timeout_with_callback(&resolve));
    }))
    .await
    .unwrap();
    // What the rows hold comes, and in the same moment one of them is brought to the window.
    height.set(170);
    around.set_scroll_top(around.scroll_top() - 90);
    shown
        .until("as high as they are", |shown| shown.find::<Element>("li:last-child").client_height() == 170)
        .await;
    frames(10).await;
    shown.until("still at the end", |shown| has(shown, 199) && at_end(shown)).await;
    // Who scrolls up once all is measured stays where they are, also when another row comes.
    around.set_scroll_top(around.scroll_top() - 90);
    frames(3).await;
    count.set(201);
    frames(10).await;
    assert!(!at_end(&shown), "{}", around.scroll_top());
}

#[test]
async fn a_row_that_somebody_came_for_keeps_its_place_until_all_is_measured() {
    let (height, from_end) = (RwSignal::new(30), FromEnd::new(None));
    let shown = talk(RwSignal::new(200), height, from_end);
    shown.until("at the end", |shown| has(shown, 199) && at_end(shown)).await;
    // It is so near the end that it cannot come to its place before those below it are as high as they will be.
    from_end.wanted.set(Some((193, true)));
    frames(5).await;
    height.set(170);
    shown
        .until("as high as they are", |shown| shown.find::<Element>("li:last-child").client_height() == 170)
        .await;
    frames(10).await;
    let row = shown.all("[data-index=\"193\"] a").into_iter().next();
    let top = row.map(|row| row.get_bounding_client_rect().top());
    assert!(top.is_some_and(|top| (top - 100.0).abs() < 30.0), "a quarter down the box: {top:?}");
}
