//! The title of the window, or of the browser's tab: what waits unread, and which page it is.

use std::cell::RefCell;

use leptos::prelude::document;

use crate::{format, words};

thread_local! {
    static TITLE: RefCell<(String, u32)> = const { RefCell::new((String::new(), 0)) };
}

/// The page is called so now.
pub fn of_page(name: String) {
    show(|title| title.0 = name);
}

/// So much is unread now.
pub fn unread(count: u32) {
    show(|title| title.1 = count);
}

fn show(change: impl FnOnce(&mut (String, u32))) {
    TITLE.with_borrow_mut(|title| {
        change(title);
        document().set_title(&words_of(&title.0, title.1, words::app::name()));
    });
}

fn words_of(page: &str, unread: u32, app: &str) -> String {
    let parts: Vec<&str> = [page, app].into_iter().filter(|part| !part.is_empty()).collect();
    let title = parts.join(" · ");
    if unread == 0 { title } else { format!("({}) {title}", format::badge(unread)) }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::words_of;

    #[test]
    fn what_is_unread_stands_first() {
        assert_eq!(words_of("Notices", 0, "Linli"), "Notices · Linli");
        assert_eq!(words_of("Notices", 3, "Linli"), "(3) Notices · Linli");
        assert_eq!(words_of("", 0, "Linli"), "Linli");
    }
}
