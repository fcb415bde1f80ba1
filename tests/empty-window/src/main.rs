//! The floor of the figures `start` and `memory`: a window of the same Tauri as the app's, with one static page and
//! nothing behind it. It says when the page stands on the screen, in the words of the app's own log.

/// The page stands on the screen.
#[tauri::command]
fn painted() {
    eprintln!("page painted");
}

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![painted])
        .run(tauri::generate_context!())
}
