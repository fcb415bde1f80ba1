//! The one command. Which requests there are stands in `linli_wire::command`.

use linli_wire::WireError;
use tauri::{Runtime, State, plugin::TauriPlugin};

use crate::Core;

/// Largest request, in bytes: a file of 12 MB in base64, and room.
const MAX_REQUEST: usize = 20 * 1024 * 1024;

/// Answers one request of the face: JSON text in, JSON text out, so that 64-bit numbers survive.
#[tauri::command]
async fn call(core: State<'_, Core>, name: String, request: String) -> Result<String, WireError> {
    if request.len() > MAX_REQUEST {
        return Err(WireError::invalid("request", "too large"));
    }
    core.0.call(name, request).await
}

/// The plugin that holds the command; a plugin's commands are denied unless a capability names them.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("linli").invoke_handler(tauri::generate_handler![call]).build()
}
