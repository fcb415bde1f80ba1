//! The one window.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Its label.
pub(crate) const MAIN: &str = "main";

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    // `cargo tauri dev` serves the face from an address of its own; a delivered app has none.
    let dev = app.config().build.dev_url.clone().filter(|_| tauri::is_dev()).map(|url| url.origin());
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
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
    #[cfg(target_os = "linux")]
    draw_simply_without_graphics_card(&window)?;
    #[cfg(not(target_os = "linux"))]
    let _ = window;
    Ok(())
}

/// Without a graphics card WebKit would still compose the page with OpenGL, made by the processor: a compiler is
/// loaded into two processes for it, and every frame is drawn twice. Drawn at once it takes less of everything.
#[cfg(target_os = "linux")]
fn draw_simply_without_graphics_card(window: &tauri::WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    let renders = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    };
    if std::fs::read_dir("/dev/dri").is_ok_and(|mut devices| devices.any(renders)) {
        return Ok(());
    }
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
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
