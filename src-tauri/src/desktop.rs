//! The desktop around the app, for the core.

use linli_core::ports::{Desktop, Notification};
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Notifications, links and files through Tauri.
pub(crate) struct TauriDesktop {
    app: AppHandle,
}

impl TauriDesktop {
    pub(crate) const fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Desktop for TauriDesktop {
    fn notify(&self, notification: Notification) {
        let shown =
            self.app.notification().builder().title(notification.title).body(notification.body).show();
        if let Err(error) = shown {
            tracing::warn!(target: "linli", %error, "a notification was not shown");
        }
    }

    fn open_url(&self, url: &str) -> bool {
        tauri_plugin_opener::open_url(url, None::<&str>).is_ok()
    }

    fn open_file(&self, name: &str, bytes: &[u8]) -> bool {
        linli_host::downloads::save(name, bytes)
            .is_ok_and(|path| tauri_plugin_opener::open_path(path, None::<&str>).is_ok())
    }
}
