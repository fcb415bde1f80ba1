//! Before the cache is open: opening, locked, how to keep it, signed out. Each trouble has its way on.

use leptos::prelude::*;
use linli_wire::{
    Code, WireError,
    command::{
        AccountKey, ChooseKeeping, Empty, Keeping, LeaveAccount, SetAside, Stage, SwitchAccount, Unlock,
        UnlockWith,
    },
};

use super::join::{Joining, Step, stage};
use crate::{
    components::{
        choice::{Choice, choices},
        dialog::Confirm,
        error_state::{error_details, error_state},
        field::{Field, FieldKind},
        help_bar::call_office,
        icon::{brand, icon, icon_on_ground},
    },
    ipc::Answer,
    state::{Act, App, app},
    words::{self, unlock as texts},
};

/// Shortest passphrase, in characters.
const SHORTEST: usize = 8;

/// The cache is being opened: the frame of the first page, nothing to press.
pub fn opening() -> AnyView {
    view! {
        <main class="l-main" id="main" aria-busy="true">
            <div class="l-stage">
                <div class="l-stage__top"><span class="p-brand">{brand()} <span>{words::app::name()}</span></span></div>
                <div class="l-stage__body"><h1 class="u-hidden">{words::app::name()}</h1> <p class="t-soft" role="status">{texts::opening()}</p></div>
            </div>
        </main>
    }
    .into_any()
}

/// A browser page without the host's token.
pub fn no_host() -> AnyView {
    view! {
        <main class="l-main" id="main">
            <div class="l-stage">
                <div class="l-stage__top"><span class="p-brand">{brand()} <span>{words::app::name()}</span></span></div>
                <div class="l-stage__body"><h1>{words::error_text("general_title")}</h1> <p class="t-soft">{texts::no_host()}</p></div>
            </div>
        </main>
    }
    .into_any()
}

/// Not even the frame could be asked for.
pub fn failed(app: App) -> AnyView {
    let error = move || match app.view.get() {
        Answer::Failed(error) => Some(error_state(&error, Some(app.view.retry()))),
        _ => None,
    };
    stage(None, false, error.into_any())
}

/// A big sign, a heading, sentences, and what to do.
fn notice(
    symbol: &'static str,
    tone: &'static str,
    title: String,
    texts: Vec<String>,
    actions: AnyView,
    error: &WireError,
) -> AnyView {
    view! {
        <div class="l-stack p-keys" data-gap="large" data-testid="locked" data-code=error.code.as_str()>
            {icon_on_ground(symbol, tone)}
            <div class="l-stack" data-gap="small">
                <h1 tabindex="-1">{title}</h1>
                {texts.into_iter().map(|text| view! { <p class="t-soft">{text}</p> }).collect_view()}
            </div>
            <div class="l-stack">{actions}</div>
            {error_details(error)}
        </div>
    }
    .into_any()
}

fn button(
    kind: &'static str,
    symbol: &'static str,
    word: &'static str,
    testid: &'static str,
    act: Act,
    press: Callback<()>,
) -> AnyView {
    view! {
        <button type="button" class="c-button" data-kind=kind data-width="full" data-testid=testid aria-busy=act.aria_busy() on:click=move |_| press.run(())>
            {icon(symbol)} {word}
        </button>
    }
    .into_any()
}

/// The cache cannot be opened: why, and what to do.
pub fn locked() -> AnyView {
    let app = app();
    let with_passphrase = app.kept("with passphrase", || false);
    // Here and not where the form is built: a change of face builds the next form before this one goes.
    let typed = app.kept("passphrase", String::new);
    let act = Act { error: app.kept("passphrase error", || None), ..Act::new() };
    // The frame is asked for again whenever anything changes, and a passphrase half typed outlasts that.
    let state = Memo::new(move |_| {
        app.view.with(|view| match &view?.stage {
            Stage::Locked { trouble, passphrase, unsent } => Some((trouble.clone(), *passphrase, *unsent)),
            _ => None,
        })
    });
    let content = move || {
        let (trouble, passphrase, unsent) = state.get()?;
        let ask = with_passphrase.get()
            || (passphrase && matches!(trouble.code, Code::PassphraseWrong | Code::KeyStoreMissing));
        Some(if ask {
            passphrase_form(act, typed)
        } else {
            trouble_page(&trouble, passphrase, unsent, with_passphrase)
        })
    };
    stage(None, false, content.into_any())
}

fn trouble_page(
    trouble: &WireError,
    passphrase: bool,
    unsent: Option<u32>,
    with_passphrase: RwSignal<bool>,
) -> AnyView {
    let act = Act::new();
    let ask_aside = RwSignal::new(false);
    let (title, mut lines, symbol, tone) = match trouble.code {
        Code::KeyStoreLocked => {
            (texts::locked_title().to_owned(), vec![texts::locked_text().to_owned()], "lock", "jade")
        }
        Code::KeyStoreMissing => {
            (texts::missing_title().to_owned(), vec![texts::missing_text().to_owned()], "lock", "amber")
        }
        Code::KeyStoreRefused => {
            (texts::refused_title().to_owned(), vec![texts::refused_text().to_owned()], "lock", "amber")
        }
        Code::KeyStoreWiped => {
            (texts::wiped_title().to_owned(), vec![texts::wiped_text().to_owned()], "key", "amber")
        }
        Code::KeyStoreOtherUser => (
            texts::other_user_title().to_owned(),
            vec![texts::other_user_text().to_owned()],
            "people",
            "blue",
        ),
        Code::DatabaseNewer => {
            (texts::newer_title().to_owned(), vec![texts::newer_text().to_owned()], "download", "blue")
        }
        _ => {
            let (title, text) = words::trouble(trouble);
            let (symbol, tone) =
                if trouble.code == Code::StorageFull { ("device", "amber") } else { ("info", "amber") };
            (title, vec![text], symbol, tone)
        }
    };
    let lost = matches!(trouble.code, Code::KeyStoreWiped | Code::KeyStoreOtherUser | Code::DatabaseDamaged);
    if lost && let Some(count @ 1..) = unsent {
        lines.push(words::me::leave_unsent(count));
    }
    let again = Callback::new(move |()| act.run::<Unlock>(UnlockWith::KeyStore, |_| ()));
    let again_word =
        if trouble.code == Code::KeyStoreLocked { texts::locked_action() } else { words::common::retry() };
    let aside_word = match trouble.code {
        Code::KeyStoreOtherUser => texts::other_user_join(),
        Code::KeyStoreWiped => texts::wiped_join(),
        _ => texts::forget(),
    };
    let aside = Callback::new(move |()| act.run::<SetAside>(Empty {}, |_| ()));
    // The key is not coming back: first what leads on, then what tries once more.
    let gone = matches!(trouble.code, Code::KeyStoreWiped | Code::KeyStoreOtherUser) && !passphrase;
    let (again_kind, aside_kind) = if gone { ("quiet", "primary") } else { ("primary", "quiet") };
    let again = button(again_kind, "refresh", again_word, "unlock", act, again);
    let aside_button = lost.then(|| {
        button(aside_kind, "key", aside_word, "set-aside", act, Callback::new(move |()| ask_aside.set(true)))
    });
    // It opens what a key store would have opened, and nothing that is damaged or of a newer version.
    let by_passphrase = (passphrase && is_about_the_key(trouble.code)).then(|| {
        button(
            "quiet",
            "key",
            texts::use_passphrase(),
            "use-passphrase",
            act,
            Callback::new(move |()| with_passphrase.set(true)),
        )
    });
    let (first, last) = if gone { (aside_button, Some(again)) } else { (Some(again), aside_button) };
    let actions = view! {
        {first} {by_passphrase} {last}
        {call_office("plain")}
        {move || act.error.get().map(|error| error_state(&error, None))}
        <Confirm open=ask_aside id="aside" title=aside_word text=texts::forget_confirm() confirm=aside_word then=aside />
    };
    notice(symbol, tone, title, lines, actions.into_any(), trouble)
}

const fn is_about_the_key(code: Code) -> bool {
    matches!(
        code,
        Code::KeyStoreMissing
            | Code::KeyStoreLocked
            | Code::KeyStoreRefused
            | Code::KeyStoreWiped
            | Code::KeyStoreOtherUser
            | Code::PassphraseWrong
    )
}

fn passphrase_form(act: Act, value: RwSignal<String>) -> AnyView {
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            act.error.set(None);
        }
        now
    });
    let error = Signal::derive(move || {
        act.error.get().map(|error| {
            let (title, text) = words::trouble(&error);
            format!("{title}. {text}")
        })
    });
    let open = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        act.run::<Unlock>(UnlockWith::Passphrase { passphrase: value.get_untracked() }, |_| ());
    };
    view! {
        <div class="l-stack p-keys" data-gap="large">
            {icon_on_ground("key", "jade")}
            <h1 tabindex="-1">{texts::passphrase_label()}</h1>
            <form class="c-form" novalidate on:submit=open>
                <Field id="passphrase" label=texts::passphrase_label() value=value error=error kind=FieldKind::Secret />
                <button type="submit" class="c-button" data-kind="primary" data-testid="open" aria-busy=act.aria_busy()>{icon("unlock")} {texts::passphrase_action()}</button>
            </form>
        </div>
    }
    .into_any()
}

/// What does not fit in a new passphrase, in words.
pub fn passphrase_problem(typed: &str) -> Option<String> {
    (typed.chars().count() < SHORTEST)
        .then(|| texts::new_passphrase_short(u32::try_from(SHORTEST).unwrap_or_default()))
}

/// First start without a key store: the person chooses.
pub fn choose_keeping() -> AnyView {
    let act = Act::new();
    let app = app();
    let keep_nothing = app.kept("keep nothing", || false);
    let value = app.kept("new passphrase", String::new);
    let tried = app.kept("keeping tried", || false);
    let error = Signal::derive(move || tried.get().then(|| passphrase_problem(&value.get())).flatten());
    let options = vec![
        Choice::new(false, texts::choose_passphrase(), "keep-passphrase")
            .help(texts::choose_passphrase_help()),
        Choice::new(true, texts::choose_nothing(), "keep-nothing").help(texts::choose_nothing_help()),
    ];
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let keeping = if keep_nothing.get_untracked() {
            Keeping::Nothing
        } else {
            tried.set(true);
            let passphrase = value.get_untracked();
            if passphrase_problem(&passphrase).is_some() {
                return;
            }
            Keeping::Passphrase { passphrase }
        };
        act.run::<ChooseKeeping>(keeping, |_| ());
    };
    let content = view! {
        <h1 tabindex="-1">{texts::none_title()}</h1>
        <p class="t-soft">{texts::none_text()}</p>
        {move || act.error.get().map(|error| error_state(&error, None))}
        <form class="c-form" novalidate on:submit=send>
            {choices("keeping", texts::none_title(), false, None, keep_nothing.into(), options, Callback::new(move |nothing| keep_nothing.set(nothing)))}
            <div hidden=move || keep_nothing.get()>
                <Field id="new-passphrase" label=texts::new_passphrase_label() help=texts::new_passphrase_help() value=value error=error kind=FieldKind::Secret />
            </div>
            <button type="submit" class="c-button" data-kind="primary" data-width="full" data-testid="next" aria-busy=act.aria_busy()>{words::common::next()}</button>
        </form>
    };
    stage(None, false, content.into_any())
}

/// The community ended this device's membership.
pub fn signed_out() -> AnyView {
    let app = app();
    let joining = expect_context::<Joining>();
    let trouble = app.view.with_untracked(|view| match &view?.stage {
        Stage::SignedOut { trouble } => Some(trouble.clone()),
        _ => None,
    });
    let trouble = trouble.unwrap_or_else(|| WireError::new(Code::SignedOut, ""));
    let (title, text) = words::trouble(&trouble);
    let act = Act::new();
    let accounts = app.view.with_untracked(|view| view.map(|view| view.accounts.clone())).unwrap_or_default();
    let others = accounts.iter().filter(|account| !account.current).map(|account| {
        let id = account.id;
        let name = account.community.as_ref().map_or_else(|| account.server.clone(), |name| name.in_language(&app.language()).to_owned());
        view! {
            <button type="button" class="c-button" data-kind="quiet" data-width="full" on:click={move |_| app.run::<SwitchAccount>(AccountKey { id }, |_| ())}>
                {icon("switch")} {name}
            </button>
        }
    });
    let others = others.collect_view();
    let gone = accounts.iter().find(|account| account.current).map(|account| account.id);
    let join = Callback::new(move |()| {
        if let Some(id) = gone {
            app.run::<LeaveAccount>(AccountKey { id }, |_| ());
        }
        joining.adding.set(true);
        joining.step.set(Step::Welcome);
    });
    let actions = view! {
        {button("primary", "key", texts::wiped_join(), "join-again", act, join)}
        {others}
        {super::outbox::kept()}
        {call_office("plain")}
    };
    stage(None, false, notice("logout", "amber", title, vec![text], actions.into_any(), &trouble))
}
