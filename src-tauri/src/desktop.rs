//! The desktop around the app, for the core.

use linli_core::ports::{Desktop, Notification};
use tauri::{AppHandle, Manager};
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
        let Ok(folder) = self.app.path().download_dir() else { return false };
        save_beside(&folder, name, bytes)
            .is_ok_and(|path| tauri_plugin_opener::open_path(path, None::<&str>).is_ok())
    }
}

/// Saves under the name, or under `name (2)` where a file of that name stands already.
fn save_beside(folder: &std::path::Path, name: &str, bytes: &[u8]) -> std::io::Result<std::path::PathBuf> {
    use std::io::Write;
    std::fs::create_dir_all(folder)?;
    let plain: String = name.chars().filter(|c| !matches!(c, '/' | '\\' | ':') && !c.is_control()).collect();
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((&plain, "bin"));
    let mut number = 1;
    loop {
        let name =
            if number == 1 { format!("{stem}.{ending}") } else { format!("{stem} ({number}).{ending}") };
        let path = folder.join(name);
        match std::fs::File::create_new(&path) {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn a_saved_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let one = super::save_beside(folder.path(), "plan.pdf", b"1").unwrap();
        let two = super::save_beside(folder.path(), "../plan.pdf", b"2").unwrap();
        assert_eq!(
            (std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap()),
            (b"1".to_vec(), b"2".to_vec())
        );
        assert!(two.starts_with(folder.path()), "a name never leads out of the folder");
    }
}
