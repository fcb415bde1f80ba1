//! The one command, and the one mark. Which requests there are stands in `linli_wire::command`.

use std::{sync::Once, time::Instant};

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

/// When the program began to run.
pub(crate) struct Started(pub(crate) Instant);

/// The first notice stands on the screen: how long it took belongs into the log, once for each start, and the
/// network may begin.
#[tauri::command]
fn painted(started: State<'_, Started>, core: State<'_, Core>) {
    static FIRST: Once = Once::new();
    let millis = started.0.elapsed().as_millis();
    FIRST.call_once(|| {
        tracing::info!(target: "linli", "first notice painted after {millis} ms");
        core.0.face_is_there();
    });
}

/// The plugin that holds both; a plugin's commands are denied unless a capability names them.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("linli").invoke_handler(tauri::generate_handler![call, painted]).build()
}
