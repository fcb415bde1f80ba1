//! The one command, as text and with a file, and the one mark. Which requests there are stands in `linli_wire::command`.

use std::{sync::Once, time::Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use linli_wire::{WireError, attachments::NewFile};
use tauri::{
    Runtime, State,
    ipc::{InvokeBody, Request},
    plugin::TauriPlugin,
};

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

/// Answers a request that is a file: its bytes as they are, the command's name and, in base64, the file's in headers.
/// As text they would be a third longer, put together in the page and read twice here.
#[tauri::command]
async fn file(core: State<'_, Core>, request: Request<'_>) -> Result<String, WireError> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(WireError::invalid("body", "must be bytes"));
    };
    if bytes.len() > MAX_REQUEST {
        return Err(WireError::invalid("request", "too large"));
    }
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let command = header("linli-command").ok_or_else(|| WireError::invalid("linli-command", "is missing"))?;
    let name = header("linli-name").and_then(|name| String::from_utf8(STANDARD.decode(name).ok()?).ok());
    let name = name.ok_or_else(|| WireError::invalid("linli-name", "must be a name in base64"))?;
    let file = NewFile { name, base64: STANDARD.encode(bytes) };
    let text =
        serde_json::to_string(&file).map_err(|error| WireError::invalid("request", error.to_string()))?;
    core.0.call(command.to_owned(), text).await
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

/// The plugin that holds them; a plugin's commands are denied unless a capability names them.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("linli").invoke_handler(tauri::generate_handler![call, file, painted]).build()
}
