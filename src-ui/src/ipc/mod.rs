//! The only way from the face to the core: typed commands out, topics in.
//!
//! Two hosts run the same core. In the app's window `window.__TAURI_INTERNALS__` is there and a
//! command is the shell's `plugin:linli|call`, or `plugin:linli|file` with the bytes of a file; in a browser it is `POST /rpc/{name}` with the token
//! that the host printed, taken from the address once and kept for this tab. Either way a request and
//! a reply are JSON *text* made and read by serde, so 64-bit numbers never become JavaScript numbers.
//!
//! [`call`] asks once, [`ask`] keeps a page's answer fresh: it asks again whenever its request or one
//! of its topics changes, and shows the old answer until the new one is there.

mod asked;
mod file;
mod host;
mod topics;

use std::{cell::Cell, pin::Pin};

use leptos::prelude::{request_animation_frame, window};
use leptos::task::spawn_local;
use linli_wire::{Code, WireError, command::Command};

pub use asked::{Answer, Asked, ask, ask_rows};
pub use file::call_with_file;
pub use host::NoHost;
pub use topics::Topics;

/// Runs a command.
///
/// # Errors
/// The command's own; `internal` when the reply cannot be read; `server_unreachable` when the
/// browser host is gone.
pub fn call<C: Command>(request: C::Request) -> impl Future<Output = Result<C::Reply, WireError>> + use<C> {
    let reply = send(C::NAME, serde_json::to_string(&request));
    async move { read::<C>(&reply.await?) }
}

/// Runs a command, then `done` with what came of it.
pub fn call_then<C: Command>(request: C::Request, done: impl FnOnce(Result<C::Reply, WireError>) + 'static) {
    let reply = send(C::NAME, serde_json::to_string(&request));
    then(reply, Box::new(move |reply| done(reply.and_then(|reply| read::<C>(&reply)))));
}

fn then(reply: Coming, done: Box<dyn FnOnce(Result<String, WireError>)>) {
    spawn_local(async move { done(reply.await) });
}

/// The text of a reply, on its way. Boxed, so that what waits for it is compiled once and not for every command.
type Coming = Pin<Box<dyn Future<Output = Result<String, WireError>>>>;

fn send(name: &'static str, request: serde_json::Result<String>) -> Coming {
    Box::pin(async move {
        let request = request.map_err(|error| unreadable(name, &error))?;
        host::send(name, request.into()).await
    })
}

fn read<C: Command>(reply: &str) -> Result<C::Reply, WireError> {
    serde_json::from_str(reply).map_err(|error| unreadable(C::NAME, &error))
}

/// Waits.
pub async fn pause(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

/// Has the first notice's time noted in the log, once it stands on the screen. Call for every notice that
/// is shown; only the first one counts.
pub fn first_notice() {
    thread_local!(static NOTED: Cell<bool> = const { Cell::new(false) });
    if !NOTED.replace(true) {
        // The frame after the one that holds the notice comes when that one was painted.
        request_animation_frame(|| request_animation_frame(host::painted));
    }
}

fn unreadable(name: &str, error: &serde_json::Error) -> WireError {
    WireError::new(Code::Internal, format!("{name}: {error}"))
}
