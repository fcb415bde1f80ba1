//! Which host runs the core, and how text gets there and back.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{Function, JSON, JsString, Object, Promise, Reflect};
use leptos::prelude::window;
use linli_wire::{Code, WireError, command::Topic};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventSource, MessageEvent, RequestInit, Response};

const TOKEN: &str = "linli-token";

/// The page was opened without the host's token, so nothing can be asked.
#[derive(Clone, Copy, Debug)]
pub struct NoHost;

/// Whether the face runs in the app's own window.
pub(super) fn in_app() -> bool {
    tauri().is_some()
}

/// Takes the token of the browser host from the address, so that it does not stay there.
///
/// # Errors
/// [`NoHost`] in a browser without a token.
pub(super) fn take_token() -> Result<(), NoHost> {
    if in_app() {
        return Ok(());
    }
    let storage = window().session_storage().ok().flatten().ok_or(NoHost)?;
    let location = window().location();
    if let Some(token) = location.hash().unwrap_or_default().strip_prefix("#token=") {
        storage.set_item(TOKEN, token).map_err(|_| NoHost)?;
        if let (Ok(history), Ok(path)) = (window().history(), location.pathname()) {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
        }
    }
    token().map(|_| ()).ok_or(NoHost)
}

/// Sends a command's request and waits for its reply, both JSON text.
pub(super) async fn send(name: &str, request: JsString) -> Result<String, WireError> {
    match tauri() {
        Some(tauri) => send_to_shell(&tauri, name, request).await,
        None => send_to_browser_host(name, &request).await,
    }
}

/// Runs a command that takes a file, where its bytes need not become text; none where they do.
pub(super) async fn send_bytes(name: &str, file: &str, bytes: &JsValue) -> Option<Result<String, WireError>> {
    let tauri = tauri()?;
    let headers = object(&[("linli-command", name.into()), ("linli-name", STANDARD.encode(file).into())]);
    let options = object(&[("headers", headers.into())]);
    let invoke: Function = Reflect::get(&tauri, &"invoke".into()).ok()?.dyn_into().ok()?;
    let promise: Promise =
        invoke.call3(&tauri, &"plugin:linli|file".into(), bytes, &options).ok()?.dyn_into().ok()?;
    match read_reply(JsFuture::from(promise).await) {
        // Where this way carries text only.
        Err(error) if error.details.get("field").is_some_and(|field| field == "body") => None,
        reply => Some(reply),
    }
}

/// Tells the app's window that the first notice stands on the screen; a browser host does not ask.
pub(super) fn painted() {
    if let Some(tauri) = tauri() {
        let _ = invoke(&tauri, "plugin:linli|painted", &Object::new());
    }
}

/// Every topic, as an announcement: between the first answers and the first announcement that is heard,
/// anything may have changed.
fn all_topics() -> String {
    serde_json::to_string(&Topic::ALL).unwrap_or_default()
}

/// Calls `heard` with the text of each announcement: a JSON array of topics. The first one comes as soon as
/// announcements are heard, and names them all.
pub(super) fn listen(heard: impl Fn(&str) + 'static) {
    let heard = Rc::new(heard);
    match tauri() {
        Some(tauri) => listen_to_shell(&tauri, heard),
        None => listen_to_browser_host(heard),
    }
}

fn tauri() -> Option<Object> {
    Reflect::get(&window(), &"__TAURI_INTERNALS__".into()).ok()?.dyn_into().ok()
}

fn invoke(tauri: &Object, command: &str, arguments: &Object) -> Result<Promise, JsValue> {
    let invoke: Function = Reflect::get(tauri, &"invoke".into())?.dyn_into()?;
    invoke.call2(tauri, &command.into(), arguments)?.dyn_into()
}

fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object
}

async fn send_to_shell(tauri: &Object, name: &str, request: JsString) -> Result<String, WireError> {
    let reply = match asked_already(name) {
        Some(promise) => Ok(promise),
        None => {
            let arguments = object(&[("name", name.into()), ("request", request.into())]);
            invoke(tauri, "plugin:linli|call", &arguments)
        }
    };
    let reply = match reply {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    read_reply(reply)
}

fn read_reply(reply: Result<JsValue, JsValue>) -> Result<String, WireError> {
    match reply {
        Ok(text) => text.as_string().ok_or_else(|| internal("the shell's reply is no text")),
        Err(error) => Err(read_error(&text_of(&error))),
    }
}

async fn send_to_browser_host(name: &str, request: &JsValue) -> Result<String, WireError> {
    let unreachable = |_| WireError::new(Code::ServerUnreachable, "the host of this page does not answer");
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(request);
    let token = token().unwrap_or_default();
    init.set_headers(&object(&[("Linli-Token", token.into()), ("Content-Type", "application/json".into())]));
    let answer = window().fetch_with_str_and_init(&format!("/rpc/{name}"), &init);
    let response: Response = JsFuture::from(answer)
        .await
        .map_err(unreachable)?
        .dyn_into()
        .map_err(|_| internal("fetch gave no response"))?;
    let text = JsFuture::from(response.text().map_err(unreachable)?).await.map_err(unreachable)?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() { Ok(text) } else { Err(read_error(&text)) }
}

/// What start.js has asked while the face was on its way. It is taken once: the next question is a new one.
fn asked_already(name: &str) -> Option<Promise> {
    let asked: Object = Reflect::get(&window(), &"linliAsked".into()).ok()?.dyn_into().ok()?;
    let promise = Reflect::get(&asked, &name.into()).ok()?.dyn_into().ok()?;
    let _ = Reflect::delete_property(&asked, &name.into());
    Some(promise)
}

fn listen_to_shell(tauri: &Object, heard: Rc<dyn Fn(&str)>) {
    let handler = {
        let heard = heard.clone();
        Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            if let Ok(payload) = Reflect::get(&event, &"payload".into()) {
                heard(&text_of(&payload));
            }
        })
    };
    let id = Reflect::get(tauri, &"transformCallback".into())
        .and_then(|function| function.dyn_into::<Function>())
        .and_then(|function| function.call1(tauri, &handler.into_js_value()));
    if let Ok(id) = id {
        let target = object(&[("kind", "Any".into())]);
        let arguments =
            object(&[("event", "linli://topic".into()), ("target", target.into()), ("handler", id)]);
        if let Ok(listening) = invoke(tauri, "plugin:event|listen", &arguments) {
            spawn_local(async move {
                // Whoever cannot listen has at least the newest answers.
                let _ = JsFuture::from(listening).await;
                // What nobody has taken over until now is out of date when somebody would.
                let _ = Reflect::delete_property(&window(), &"linliAsked".into());
                heard(&all_topics());
            });
        }
    }
}

fn listen_to_browser_host(heard: Rc<dyn Fn(&str)>) {
    let address = format!("/topics?token={}", token().unwrap_or_default());
    // The browser reconnects by itself; what was missed meanwhile is asked for on `open`.
    let Ok(source) = EventSource::new(&address) else { return };
    let on_message = {
        let heard = heard.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            heard(&event.data().as_string().unwrap_or_default());
        })
    };
    let on_open = Closure::<dyn Fn()>::new(move || heard(&all_topics()));
    source.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    source.set_onopen(Some(on_open.into_js_value().unchecked_ref()));
    // Lives as long as the page.
    std::mem::forget(source);
}

fn token() -> Option<String> {
    window().session_storage().ok().flatten()?.get_item(TOKEN).ok().flatten()
}

/// Text as it is, anything else as JSON.
fn text_of(value: &JsValue) -> String {
    value.as_string().or_else(|| JSON::stringify(value).ok()?.as_string()).unwrap_or_default()
}

fn read_error(text: &str) -> WireError {
    serde_json::from_str(text).unwrap_or_else(|_| internal(text.get(..200).unwrap_or(text)))
}

fn internal(message: &str) -> WireError {
    WireError::new(Code::Internal, message)
}
