//! The tray: how much is unread, a way to the window, a way out.

use std::time::Duration;

use linli_host::Host;
use linli_wire::command::{AppGet, AppView, Command};
use tauri::{
    AppHandle, Manager,
    menu::{MenuBuilder, MenuItemBuilder},
    tray::{TrayIconBuilder, TrayIconEvent},
};

use crate::{Core, window};

const TRAY: &str = "main";

/// The tray can wait while the window shows its first page: its menu and icon need the same thread.
const LATER: Duration = Duration::from_secs(2);

/// Adds the tray a moment from now. A desktop without one goes without.
pub(crate) fn add_later(app: AppHandle, host: &Host) {
    host.runtime().spawn(async move {
        tokio::time::sleep(LATER).await;
        let handle = app.clone();
        // Refused only when the app has ended meanwhile.
        let _ = app.run_on_main_thread(move || match build(&handle) {
            Ok(()) => drop(tauri::async_runtime::spawn(async move { show_unread(&handle).await })),
            Err(error) => tracing::warn!(target: "linli", %error, "no tray"),
        });
    });
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    // Both languages stand in the menu: it is two words, and the face's language may change.
    let open = MenuItemBuilder::with_id("open", "Open Linli · 打开邻里").build(app)?;
    let quit = MenuItemBuilder::with_id("quit", "Quit · 退出").build(app)?;
    let menu = MenuBuilder::new(app).items(&[&open, &quit]).build()?;
    let mut tray = TrayIconBuilder::with_id(TRAY).menu(&menu).tooltip("Linli 邻里");
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.on_menu_event(|app, event| match event.id().as_ref() {
        "open" => window::show(app),
        "quit" => app.exit(0),
        _ => {}
    })
    .on_tray_icon_event(|tray, event| {
        if let TrayIconEvent::Click { .. } = event {
            window::show(tray.app_handle());
        }
    })
    .build(app)?;
    Ok(())
}

/// Puts the number of unread notices and messages beside the tray's icon, and on the app's own where the desktop has
/// badges.
pub(crate) async fn show_unread(app: &AppHandle) {
    let Some(host) = app.try_state::<Core>().map(|core| core.0.clone()) else { return };
    let Ok(reply) = host.call(AppGet::NAME.to_owned(), "{}".to_owned()).await else { return };
    let Ok(view) = serde_json::from_str::<AppView>(&reply) else { return };
    let (text, badge) = match view.unread_notices.saturating_add(view.unread_messages) {
        0 => ("Linli 邻里".to_owned(), None),
        unread => (format!("Linli 邻里 · {unread}"), Some(i64::from(unread))),
    };
    // Where the desktop shows neither, the window and its title do.
    if let Some(tray) = app.tray_by_id(TRAY) {
        let _ = tray.set_tooltip(Some(text));
    }
    if let Some(window) = app.get_webview_window(window::MAIN) {
        let _ = window.set_badge_count(badge);
    }
}
