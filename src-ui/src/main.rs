//! The face of Linli: what a resident or the office sees, compiled to WebAssembly.
//!
//! It holds no truth of its own: pages ask the core through [`ipc`] and ask again when a topic is
//! announced. `pages` are named as the domains, `components` are what pages are made of, `words` are
//! the texts in both languages, `format` tells times and sizes, `typing` keeps what is typed, `state`
//! is the frame around it all.

mod app;
mod components;
mod crash;
mod format;
mod ipc;
mod pages;
mod state;
mod title;
mod typing;
mod words;

// Every test of the face runs where the face does.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn main() {
    crash::catch_panics();
    app::mount();
}
