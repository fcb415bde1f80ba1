//! A file that a person chose, on its way to the core.
//!
//! The app's window takes its bytes as they are. A browser host takes text: it is read and written as base64 piece by
//! piece, and its text is put together by the engine and never passes through our memory whole. Either way a photo of
//! ten megabytes never keeps the window from answering.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{Array, JsString, Uint8Array};
use linli_wire::{
    Code, WireError,
    attachments::{MAX_FILE_BYTES, NewFile},
    command::Command,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{host, read};

/// Bytes that are taken at a time: a few milliseconds' work. Divisible by three, so that pieces of base64 follow
/// each other without padding.
const PIECE: u32 = 384 * 1024;

/// Runs a command that takes a file.
///
/// # Errors
/// `too_large`, `unsupported_file` for one that cannot be read, and the command's own.
pub async fn call_with_file<C: Command<Request = NewFile>>(file: File) -> Result<C::Reply, WireError> {
    read::<C>(&send(C::NAME, file).await?)
}

async fn send(name: &'static str, file: File) -> Result<String, WireError> {
    #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
    if file.size() > MAX_FILE_BYTES as f64 {
        let limit = serde_json::json!({ "limit": MAX_FILE_BYTES });
        return Err(WireError::new(Code::TooLarge, "the file is too large").with_details(limit));
    }
    if host::in_app() {
        let bytes = JsFuture::from(file.array_buffer()).await.map_err(unreadable)?;
        if let Some(reply) = host::send_bytes(name, &file.name(), &bytes).await {
            return reply;
        }
    }
    host::send(name, request(&file).await?).await
}

fn unreadable(_: JsValue) -> WireError {
    WireError::new(Code::UnsupportedFile, "the file cannot be read")
}

/// A [`NewFile`] as JSON. Base64 has nothing in it that JSON would write otherwise.
async fn request(file: &File) -> Result<JsString, WireError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the limit")]
    let size = file.size() as u32;
    let text = Array::new();
    let put = |piece: &str| text.push(&piece.into());
    put(&format!(r#"{{"name":{},"base64":""#, serde_json::Value::from(file.name())));
    for from in (0..size).step_by(PIECE as usize) {
        let until = size.min(from + PIECE);
        let piece = file.slice_with_f64_and_f64(from.into(), until.into()).map_err(unreadable)?;
        let bytes = JsFuture::from(piece.array_buffer()).await.map_err(unreadable)?;
        put(&STANDARD.encode(Uint8Array::new(&bytes).to_vec()));
    }
    put(r#""}"#);
    Ok(text.join(""))
}
