//! Address and code, typed; or the link, pasted.

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    join::{CODE_ALPHABET, JoinLink, JoinWith, SHORT_CODE, server_address},
};

use super::{Joining, Step, scan::ScanPicture, stage, steps};
use crate::{
    components::{
        error_state::error_state,
        field::{Field, FieldKind},
        icon::{icon_on_ground, letter_drawing},
    },
    state::Act,
    words::{self, join as texts},
};

/// Beside which field an error belongs.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Address,
    Code,
    Form,
}

const fn beside(error: &WireError) -> Beside {
    match error.code {
        Code::InvitationUnknown | Code::InvitationUsed | Code::InvitationExpired => Beside::Code,
        Code::ServerUnreachable | Code::NotLinliServer | Code::ServerTooOld => Beside::Address,
        _ => Beside::Form,
    }
}

fn in_words(error: &WireError) -> String {
    let (title, text) = words::trouble(error);
    format!("{title}{}{text}", words::stop())
}

pub(super) fn code(joining: Joining) -> AnyView {
    let Joining { act, tried, .. } = joining;
    let address_missing = Memo::new(move |_| server_address(&joining.server.get()).is_none());
    let code_problem = Memo::new(move |_| joining.code.with(|code| problem_of(code)));
    // Old trouble goes as soon as something is changed.
    Effect::new(move |before: Option<(String, String)>| {
        let now = (joining.server.get(), joining.code.get());
        if before.is_some_and(|before| before != now) {
            act.error.set(None);
        }
        now
    });
    let of_error = move |place: Beside| {
        move || act.error.with(|error| error.as_ref().filter(|error| beside(error) == place).map(in_words))
    };
    let (for_address, for_code) = (of_error(Beside::Address), of_error(Beside::Code));
    let address_error = Signal::derive(move || {
        for_address()
            .or_else(|| (tried.get() && address_missing.get()).then(|| address_words(&joining.server.get())))
    });
    let code_error =
        Signal::derive(move || for_code().or_else(|| tried.get().then(|| code_problem.get()).flatten()));
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if address_missing.get_untracked() || code_problem.with_untracked(Option::is_some) {
            return;
        }
        let with =
            JoinWith::Code { server: joining.server.get_untracked(), code: joining.code.get_untracked() };
        joining.join(with);
    };
    let content = view! {
        {steps(0)}
        <h1 tabindex="-1">{texts::title()}</h1>
        {move || act.error.get().filter(|error| beside(error) == Beside::Form).map(|error| error_state(&error, None))}
        <form class="c-form" novalidate on:submit=send>
            <Field id="address" label=texts::address_label() help=texts::address_help() value=joining.server error=address_error
                kind=FieldKind::Address placeholder=texts::address_placeholder() />
            <Field id="code" label=texts::code_label() help=texts::code_help() value=joining.code error=code_error
                kind=FieldKind::Code placeholder=texts::code_placeholder() />
            <details class="c-details">
                <summary>{texts::where_is_it()}</summary>
                <div class="c-details__body">{letter_drawing()}</div>
            </details>
            {send_button(act)}
        </form>
    };
    stage(Some(Callback::new(move |()| joining.step.set(Step::Welcome))), false, content.into_any())
}

pub(super) fn link(joining: Joining) -> AnyView {
    let Joining { act, tried, .. } = joining;
    Effect::new(move |before: Option<String>| {
        let now = joining.link.get();
        if before.is_some_and(|before| before != now) {
            act.error.set(None);
        }
        now
    });
    let read = Memo::new(move |_| joining.link.with(|text| JoinLink::read(text)));
    let error = Signal::derive(move || {
        (tried.get() && read.with(Option::is_none)).then(|| words::welcome::paste_wrong().to_owned())
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if read.with_untracked(Option::is_none) {
            return;
        }
        joining.join(JoinWith::Link { text: joining.link.get_untracked() });
    };
    let content = view! {
        {steps(0)}
        <h1 tabindex="-1">{words::welcome::paste()}</h1>
        {move || act.error.get().map(|error| error_state(&error, None))}
        <form class="c-form" novalidate on:submit=send>
            <Field id="link" label=words::welcome::paste_label() value=joining.link error=error kind=FieldKind::Text
                placeholder=words::welcome::paste_placeholder() />
            {move || read.get().map(|link| view! {
                <section class="c-card">
                    <div class="c-card__line">
                        {icon_on_ground("building", "jade")}
                        <div><p class="t-soft t-small">{texts::address_label()}</p> <p class="t-strong" data-testid="link-server">{link.server}</p></div>
                    </div>
                </section>
            })}
            {send_button(act)}
        </form>
        <ScanPicture joining=joining />
    };
    let back = Callback::new(move |()| {
        joining.link.set(String::new());
        joining.step.set(Step::Welcome);
    });
    stage(Some(back), false, content.into_any())
}

fn send_button(act: Act) -> impl IntoView {
    view! {
        <button type="submit" class="c-button" data-kind="primary" data-width="full" data-testid="join" aria-busy=act.aria_busy()>
            {move || if act.busy.get() { texts::checking() } else { texts::check() }}
        </button>
    }
}

fn address_words(typed: &str) -> String {
    if typed.trim().is_empty() {
        words::common::required().to_owned()
    } else {
        texts::address_wrong().to_owned()
    }
}

/// What does not fit in a code as typed, in words; none when it can be sent.
fn problem_of(typed: &str) -> Option<String> {
    let letters: Vec<char> = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let unknown =
        letters.iter().find(|letter| !u8::try_from(**letter).is_ok_and(|byte| CODE_ALPHABET.contains(&byte)));
    if let Some(unknown) = unknown {
        return Some(texts::code_letter(&unknown.to_string()));
    }
    match letters.len() {
        0 => Some(words::common::required().to_owned()),
        short @ 1..SHORT_CODE => {
            Some(texts::code_short(u32::try_from(SHORT_CODE - short).unwrap_or_default()))
        }
        SHORT_CODE => None,
        long => Some(words::common::too_long(u32::try_from(long - SHORT_CODE).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Language;

    use super::*;

    #[test]
    fn a_code_is_checked_before_it_is_sent() {
        words::speak(&Language::en());
        assert_eq!(problem_of("K7QP 3MXR"), None);
        assert_eq!(problem_of("K7QP 3MX").as_deref(), Some("One more character, please."));
        assert_eq!(problem_of("K7QP 3MXRR").as_deref(), Some("1 letter too many."));
        assert!(problem_of("K7QP 3MX0").is_some_and(|text| text.contains('0')), "0 is not in the alphabet");
        assert!(problem_of("").is_some());
    }
}
