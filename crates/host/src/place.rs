//! Where things stand on this computer, and what it is called.

use std::path::PathBuf;

/// Folder of the cache: `LINLI_DATA`, else the platform's place for data of programs.
pub fn data_folder() -> PathBuf {
    match std::env::var_os("LINLI_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => dirs::data_local_dir().unwrap_or_else(std::env::temp_dir).join("linli"),
    }
}

/// What "My devices" calls this computer before the person renames it, such as `Linux · laptop`.
pub fn device_name() -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Mac",
        "windows" => "Windows",
        "android" => "Android",
        "ios" => "iPhone",
        other => other,
    };
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    match host.as_deref().map(str::trim).filter(|host| !host.is_empty()) {
        Some(host) => format!("{system} · {host}").chars().take(60).collect(),
        None => system.to_owned(),
    }
}
