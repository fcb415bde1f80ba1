//! The label of a point: its picture is taken and searched on this device, or its code is typed.

use leptos::task::spawn_local;
use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    Code, WireError,
    command::{PointFind, PointScan},
    rounds::{FindPoint, PointKey},
};
use web_sys::HtmlInputElement;

use crate::{
    components::{
        field::{Field, FieldKind},
        icon::icon,
    },
    ipc,
    words::{self, rounds as texts},
};

/// The button, the way of typing, and under them what did not work. What is found leads to its checklist.
#[component]
pub(super) fn Scan(
    /// Whether it is what is to be done next on the page.
    #[prop(default = true)]
    primary: bool,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let (busy, typing) = (RwSignal::new(false), RwSignal::new(false));
    let error = RwSignal::new(None::<WireError>);
    let code = RwSignal::new(String::new());
    let navigate = StoredValue::new_local(use_navigate());
    let found = move |answer: Result<PointKey, WireError>| {
        if busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(PointKey { round_id, point_id }) => {
                let path = format!("/rounds/{round_id}/{point_id}");
                let _ = navigate.try_with_value(|navigate| navigate(&path, NavigateOptions::default()));
            }
            Err(trouble) => error.set(Some(trouble)),
        }
    };
    let take = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        // So that the same picture can be chosen again.
        input.set_value("");
        let Some(file) = file else { return };
        error.set(None);
        busy.set(true);
        spawn_local(async move { found(ipc::call_with_file::<PointScan>(file).await) });
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let look_up = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        error.set(None);
        busy.set(true);
        let sought = FindPoint { code: code.get_untracked() };
        spawn_local(async move { found(ipc::call::<PointFind>(sought).await) });
    };
    let kind = if primary { "primary" } else { "quiet" };
    view! {
        <div class="l-stack" data-gap="small">
            <input type="file" accept="image/*" capture="environment" class="u-hidden" node_ref=input tabindex="-1" aria-label=texts::scan() data-testid="point-picture" on:change=take />
            <button type="button" class="c-button p-thumb" data-kind=kind data-width="full" data-testid="scan-point" aria-busy=move || busy.get().then_some("true") on:click=choose>
                {icon("qr")} {move || if busy.get() { texts::scanning() } else { texts::scan() }}
            </button>
            {move || error.get().map(|error| view! { <p class="c-field__error" role="alert" data-testid="scan-error">{icon("warn")} <span>{sentence(&error)}</span></p> })}
            {move || if typing.get() {
                view! {
                    <form class="l-row" data-fill="" novalidate on:submit=look_up>
                        <Field id="point-code" label=texts::code() help=texts::code_help() value=code kind=FieldKind::Code placeholder="K7QP 3MXR" />
                        <button type="submit" class="c-button" data-kind="quiet" data-testid="find-point">{icon("search")} {texts::find()}</button>
                    </form>
                }.into_any()
            } else {
                view! { <button type="button" class="c-button" data-kind="plain" data-testid="type-point" on:click=move |_| typing.set(true)>{icon("edit")} {texts::type_code()}</button> }.into_any()
            }}
        </div>
    }
}

fn sentence(error: &WireError) -> String {
    let reason = error.details.get("reason").and_then(serde_json::Value::as_str);
    let field = error.details.get("field").and_then(serde_json::Value::as_str);
    match (error.code, reason, field) {
        (Code::NotFound, Some("not_due"), _) => texts::scan_not_due().to_owned(),
        (Code::NotFound, ..) => texts::scan_unknown().to_owned(),
        (Code::InvalidInput, _, Some("code")) => texts::scan_no_code().to_owned(),
        (Code::InvalidInput, ..) => texts::scan_nothing().to_owned(),
        _ => {
            let (title, text) = words::trouble(error);
            format!("{title}{}{text}", words::stop())
        }
    }
}
