//! A field of a form: label above, help under it, the error in words after the control.

use leptos::prelude::*;

use super::icon::icon;
use crate::words;

/// What kind of text a field takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// A secret; can be shown.
    Secret,
    /// The code of a letter: capitals in groups of four.
    Code,
    /// An address of a server.
    Address,
    /// A date and time.
    DateTime,
}

/// A field of one line.
#[component]
pub fn Field(
    /// Unique on the page.
    id: &'static str,
    /// The label.
    #[prop(into)]
    label: String,
    /// Help under the label.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is typed.
    value: RwSignal<String>,
    /// What does not fit, in words.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What kind of text it takes.
    #[prop(default = FieldKind::Text)]
    kind: FieldKind,
    /// An example.
    #[prop(optional)]
    placeholder: &'static str,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
    /// Called when the field is left.
    #[prop(optional, into)]
    blur: Option<Callback<()>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let type_ = move || match kind {
        FieldKind::Secret if !shown.get() => "password",
        FieldKind::DateTime => "datetime-local",
        FieldKind::Address => "url",
        _ => "text",
    };
    let data_kind = match kind {
        FieldKind::Code => Some("code"),
        _ => None,
    };
    let plain = matches!(kind, FieldKind::Code | FieldKind::Address | FieldKind::Secret);
    let capitals = match kind {
        FieldKind::Code => Some("characters"),
        _ if plain => Some("none"),
        _ => None,
    };
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let has_help = help.is_some();
    let described = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        move || match (has_help, error.with(Option::is_some)) {
            (_, true) => Some(error_id.clone()),
            (true, false) => Some(help_id.clone()),
            (false, false) => None,
        }
    };
    let on_input = move |event| {
        let typed = event_target_value(&event);
        value.set(if kind == FieldKind::Code { grouped(&typed) } else { typed });
    };
    view! {
        <div class="c-field" data-invalid=move || error.with(Option::is_some)>
            <label class="c-field__label" for=id>
                {label}
                {optional.then(|| view! { <span class="c-field__optional">" ("{words::common::optional()}")"</span> })}
            </label>
            {help.map(|help| view! { <p class="c-field__help" id=help_id>{help}</p> })}
            <input class="c-input" id=id type=type_ data-kind=data_kind data-testid=id placeholder=placeholder
                autocomplete=plain.then_some("off") autocapitalize=capitals spellcheck=plain.then_some("false")
                aria-describedby=described aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=value on:input=on_input on:blur=move |_| { if let Some(blur) = blur { blur.run(()) } } />
            {(kind == FieldKind::Secret).then(|| view! {
                <button type="button" class="c-button c-field__show" data-kind="plain" data-edge="start" aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)>
                    {move || icon(if shown.get() { "eye-off" } else { "eye" })}
                    {move || if shown.get() { words::unlock::passphrase_hide() } else { words::unlock::passphrase_show() }}
                </button>
            })}
            {field_error(error_id, error)}
        </div>
    }
}

/// The error of a field or group, in words.
pub fn field_error(id: String, error: Signal<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|text| {
            view! { <p class="c-field__error" id=id.clone() role="alert">{icon("warn")} <span>{text}</span></p> }
        })
    }
}

/// What is missing, linked to its fields, once saving was tried.
pub fn form_summary(problems: Signal<Vec<(&'static str, String)>>, tried: RwSignal<bool>) -> impl IntoView {
    move || {
        let problems = if tried.get() { problems.get() } else { Vec::new() };
        (!problems.is_empty()).then(|| {
            let count = u32::try_from(problems.len()).unwrap_or_default();
            let links = problems.into_iter().map(|(field, text)| {
                let jump = move |event: web_sys::MouseEvent| {
                    event.prevent_default();
                    focus_field(field);
                };
                view! { <a href=format!("#{field}") rel="external" on:click=jump>{text}</a> }
            });
            view! { <div class="c-form__summary" role="alert"><h2>{words::common::form_problem(count)}</h2> {links.collect_view()}</div> }
        })
    }
}

/// Puts the focus on the control of a field or group.
pub fn focus_field(field: &str) {
    use wasm_bindgen::JsCast;
    let found = document()
        .query_selector(&format!("#{field} input, input#{field}, select#{field}, textarea#{field}"));
    if let Some(element) =
        found.ok().flatten().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// A code as it is read out: capitals in groups of four; what cannot stand in one stays, to be seen and mended.
fn grouped(typed: &str) -> String {
    let letters: Vec<char> = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '·'))
        .flat_map(char::to_uppercase)
        .collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_pasted_code_falls_into_its_groups() {
        assert_eq!(grouped("k7qp-3mxr"), "K7QP 3MXR");
        assert_eq!(grouped(" k7 qp3"), "K7QP 3");
        assert_eq!(grouped(""), "");
    }
}
