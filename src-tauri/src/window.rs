//! The one window.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

const MAIN: &str = "main";

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    // `cargo tauri dev` serves the face from an address of its own; a delivered app has none.
    let dev = app.config().build.dev_url.clone().filter(|_| tauri::is_dev()).map(|url| url.origin());
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Linli 邻里")
        .inner_size(1200.0, 820.0)
        .min_inner_size(320.0, 480.0)
        // Nothing but the face is ever shown in this window.
        .on_navigation(move |url| {
            url.scheme() == "tauri"
                || url.host_str() == Some("tauri.localhost")
                || dev.as_ref().is_some_and(|dev| *dev == url.origin())
        })
        .build()?;
    Ok(())
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window manager may refuse; then the person looks for the window as for any other.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}
