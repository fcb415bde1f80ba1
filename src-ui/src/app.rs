//! The root: which screen stands before all others, and behind it the pages with their frame.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::{use_location, use_params_map},
    path,
};
use linli_wire::{
    command::{ConnectionState, Stage},
    id::AccountId,
    settings::Mode,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    components::{avatar::Faces, bar::Bar, help_bar::HelpBar, sidebar::Sidebar, toast::Toasts},
    ipc::{NoHost, Topics},
    pages::{self, join::Joining},
    state::{App, app},
    title, words,
};

/// Puts the face into the page's `#app`.
pub fn mount() {
    let Some(place) = document().get_element_by_id("app") else { return };
    // What start.js has drawn meanwhile.
    place.set_text_content(None);
    leptos::mount::mount_to(place.unchecked_into::<HtmlElement>(), Root).forget();
}

/// What makes the face be built anew: everything else changes in place.
#[derive(Clone, PartialEq)]
struct Shown {
    screen: Screen,
    account: Option<AccountId>,
    language: String,
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq)]
enum Screen {
    Opening,
    Locked,
    ChooseKeeping,
    Join,
    SignedOut,
    Ready,
    /// The first question of all failed.
    Failed,
}

#[component]
fn Root() -> impl IntoView {
    match Topics::listen() {
        Ok(topics) => {
            provide_context(topics);
            let app = App::start();
            provide_context(app);
            provide_context(Faces::start());
            provide_context(Joining::new(app));
            view! { <Screens /> <Toasts app=app /> }.into_any()
        }
        Err(NoHost) => pages::keys::no_host(),
    }
}

#[component]
fn Screens() -> impl IntoView {
    let app = app();
    let joining = expect_context::<Joining>();
    let shown = Memo::new(move |_| {
        let settings = app.settings.get();
        let stage = match app.view.get() {
            crate::ipc::Answer::Loading => Screen::Opening,
            crate::ipc::Answer::Failed(_) => Screen::Failed,
            crate::ipc::Answer::Ready(view) => match view.stage {
                _ if joining.is_on(&view) => Screen::Join,
                Stage::Opening => Screen::Opening,
                Stage::Locked { .. } => Screen::Locked,
                Stage::ChooseKeeping { .. } => Screen::ChooseKeeping,
                Stage::Welcome => Screen::Join,
                Stage::SignedOut { .. } => Screen::SignedOut,
                Stage::Ready => Screen::Ready,
            },
        };
        let account = app
            .view
            .with(|view| view?.accounts.iter().find(|account| account.current).map(|account| account.id));
        // Which account it is makes no difference before the pages, and a step half done is not built anew.
        let account = account.filter(|_| stage == Screen::Ready);
        Shown { screen: stage, account, language: settings.language.to_string(), mode: settings.mode }
    });
    // Followed here, so that who has left takes it along.
    let unread = Memo::new(move |_| {
        app.view.with(|view| view.map_or(0, |view| view.unread_notices.saturating_add(view.unread_messages)))
    });
    Effect::new(move |_| title::unread(unread.get()));
    // A step of the way in is a page of its own.
    Effect::new(move |before: Option<pages::join::Step>| {
        let now = joining.step.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(|| request_animation_frame(|| arrive(false)));
        }
        now
    });
    move || {
        let Shown { screen, language, mode, .. } = shown.get();
        keep_focus();
        // Before the effect that sets <html>, so that the first words are right.
        app.settings.with_untracked(|settings| words::speak(&settings.language));
        let _ = language;
        untrack(move || match screen {
            Screen::Opening => pages::keys::opening(),
            Screen::Failed => pages::keys::failed(app),
            Screen::Locked => pages::keys::locked(),
            Screen::ChooseKeeping => pages::keys::choose_keeping(),
            Screen::SignedOut => pages::keys::signed_out(),
            Screen::Join => pages::join::screen(),
            Screen::Ready => view! { <Ready simple=mode == Mode::Simple /> }.into_any(),
        })
    }
}

/// The frame and the pages within.
#[component]
fn Ready(simple: bool) -> impl IntoView {
    view! {
        <Router>
            <a class="u-hidden" href="#main" rel="external">{words::app::skip_to_content()}</a>
            <div class="l-frame" data-simple=simple>
                {(!simple).then(|| view! {
                    <a class="l-jump" href="#menu" rel="external">{words::app::jump_to_menu()}</a>
                    <Sidebar />
                })}
                <main class="l-main" id="main" tabindex="-1"><Pages /></main>
                {if simple { view! { <HelpBar /> }.into_any() } else { view! { <Bar /> }.into_any() }}
            </div>
            <FollowPages />
        </Router>
    }
}

#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=pages::missing>
            <Route path=path!("/") view=pages::home::Home />
            <Route path=path!("/notices/:id?") view=pages::notices::Notices />
            <Route path=path!("/repairs") view=pages::repairs::List />
            <Route path=path!("/repairs/new") view=pages::repairs::New />
            <Route path=path!("/repairs/figures") view=pages::repairs::Figures />
            <Route path=path!("/repairs/:id") view=pages::repairs::Detail />
            <Route path=path!("/payments") view=pages::payments::List />
            <Route path=path!("/payments/money") view=pages::payments::Where />
            <Route path=path!("/payments/relatives") view=pages::payments::RelativesPage />
            <Route path=path!("/payments/automatic") view=pages::payments::AutomaticPage />
            <Route path=path!("/payments/pay/:id") view=|| each(|| view! { <pages::payments::PayPage /> }.into_any()) />
            <Route path=path!("/payments/made/:id") view=|| each(|| view! { <pages::payments::MadePage /> }.into_any()) />
            <Route path=path!("/payments/:id") view=|| each(|| view! { <pages::payments::BillPage /> }.into_any()) />
            <Route path=path!("/chat/new") view=pages::chat::NewRoom />
            <Route path=path!("/chat/neighbours") view=pages::chat::Neighbours />
            <Route path=path!("/chat/civil") view=pages::chat::Civil />
            <Route path=path!("/chat/:room/about") view=pages::chat::About />
            <Route path=path!("/chat/:room?") view=pages::chat::Chat />
            <Route path=path!("/rounds") view=|| office(|| view! { <pages::rounds::List /> }.into_any()) />
            <Route path=path!("/rounds/:id") view=|| office(|| each(|| view! { <pages::rounds::Detail /> }.into_any())) />
            <Route path=path!("/rounds/:id/:point") view=|| office(|| view! { <pages::rounds::Point /> }.into_any()) />
            <Route path=path!("/services") view=pages::services::Services />
            <Route path=path!("/help") view=pages::help::Help />
            <Route path=path!("/me") view=pages::settings::Me />
            <Route path=path!("/me/settings") view=pages::settings::Look />
            <Route path=path!("/me/profile") view=pages::settings::Profile />
            <Route path=path!("/me/notifications") view=pages::settings::Notifications />
            <Route path=path!("/me/keeping") view=pages::settings::KeepingPage />
            <Route path=path!("/me/devices") view=pages::devices::Devices />
            <Route path=path!("/me/devices/add") view=pages::devices::AddDevice />
            <Route path=path!("/me/outbox") view=pages::outbox::Outbox />
            <Route path=path!("/join") view=pages::join::AddCommunity />
            <Route path=path!("/office") view=|| office(|| view! { <pages::office::Office /> }.into_any()) />
            <Route path=path!("/office/notices") view=|| office(|| view! { <pages::notices::office::List /> }.into_any()) />
            <Route path=path!("/office/notices/:id") view=|| office(|| view! { <pages::notices::office::Editor /> }.into_any()) />
            <Route path=path!("/office/notices/:id/readers") view=|| office(|| each(|| view! { <pages::notices::office::Readers /> }.into_any())) />
            <Route path=path!("/office/repairs") view=|| office(|| view! { <pages::repairs::office::Queue /> }.into_any()) />
            <Route path=path!("/office/repairs/figures") view=|| office(|| view! { <pages::repairs::Figures /> }.into_any()) />
            <Route path=path!("/office/repairs/categories") view=|| office(|| view! { <pages::repairs::Kinds /> }.into_any()) />
            <Route path=path!("/office/repairs/:id") view=|| office(|| view! { <pages::repairs::Detail /> }.into_any()) />
            <Route path=path!("/office/payments") view=|| office(|| view! { <pages::payments::office::Bills /> }.into_any()) />
            <Route path=path!("/office/payments/run") view=|| office(|| view! { <pages::payments::office::Run /> }.into_any()) />
            <Route path=path!("/office/payments/arrears") view=|| office(|| view! { <pages::payments::office::Arrears /> }.into_any()) />
            <Route path=path!("/office/payments/bank") view=|| office(|| view! { <pages::payments::office::Bank /> }.into_any()) />
            <Route path=path!("/office/payments/spending") view=|| office(|| view! { <pages::payments::office::SpendingPage /> }.into_any()) />
            <Route path=path!("/office/payments/refunds") view=|| office(|| view! { <pages::payments::office::Refunds /> }.into_any()) />
            <Route path=path!("/office/payments/fees") view=|| office(|| view! { <pages::payments::office::Fees /> }.into_any()) />
            <Route path=path!("/office/payments/meters/:id") view=|| office(|| each(|| view! { <pages::payments::office::Meters /> }.into_any())) />
            <Route path=path!("/office/payments/households/:id") view=|| office(|| each(|| view! { <pages::payments::office::Household /> }.into_any())) />
            <Route path=path!("/office/rounds") view=|| office(|| view! { <pages::rounds::office::List /> }.into_any()) />
            <Route path=path!("/office/rounds/new") view=|| office(|| view! { <pages::rounds::office::Editor /> }.into_any()) />
            <Route path=path!("/office/rounds/:id") view=|| office(|| each(|| view! { <pages::rounds::office::Plan /> }.into_any())) />
            <Route path=path!("/office/rounds/:id/edit") view=|| office(|| each(|| view! { <pages::rounds::office::Editor /> }.into_any())) />
            <Route path=path!("/office/rounds/:id/labels") view=|| office(|| each(|| view! { <pages::rounds::office::Labels /> }.into_any())) />
            <Route path=path!("/office/templates") view=|| office(|| view! { <pages::notices::office::Templates /> }.into_any()) />
            <Route path=path!("/office/people") view=|| office(|| view! { <pages::community::People /> }.into_any()) />
            <Route path=path!("/office/letter/:person") view=|| office(|| each(|| view! { <pages::join::LetterPage /> }.into_any())) />
        </FlatRoutes>
    }
}

/// A page about what the address names. The router keeps the page where the next address is of the same form: it is built
/// anew for what that one names.
fn each(page: fn() -> AnyView) -> AnyView {
    let named = use_params_map();
    (move || {
        named.track();
        page()
    })
    .into_any()
}

/// A room of the office; for everyone else there is no such page.
fn office(room: fn() -> AnyView) -> AnyView {
    let app = app();
    let may_enter = Memo::new(move |_| app.with_me(|me| me.person.role.is_office()).unwrap_or(true));
    (move || if may_enter.get() { room() } else { pages::missing() }).into_any()
}

/// After each navigation: focus on the page's heading, the title of the window, messages left behind;
/// and what a screen reader hears when the network comes and goes.
#[component]
fn FollowPages() -> impl IntoView {
    let app = app();
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.as_ref() != Some(&now) {
            let first = before.is_none();
            if !first {
                app.leave_messages();
                app.leave_kept();
            }
            request_animation_frame(move || request_animation_frame(move || arrive(first)));
        }
        now
    });
    let offline = Memo::new(move |_| {
        app.view.with(|view| view.is_some_and(|view| view.connection.state == ConnectionState::Offline))
    });
    Effect::new(move |before: Option<bool>| {
        let now = offline.get();
        match before {
            Some(false) if now => app.say(words::offline::banner_simple()),
            Some(true) if !now => app.say(words::offline::back()),
            _ => {}
        }
        now
    });
    let stuck = Memo::new(move |_| app.view.with(|view| view.map_or(0, |view| view.outbox.stuck)));
    Effect::new(move |before: Option<u32>| {
        let now = stuck.get();
        if before.is_some_and(|before| now > before) {
            app.say(words::home::unsent(now));
        }
        now
    });
}

/// What had the focus before the face is built anew has it afterwards.
fn keep_focus() {
    let Some(name) = document().active_element().and_then(|active| active.get_attribute("data-testid"))
    else {
        return;
    };
    request_animation_frame(move || {
        let again = document().query_selector(&format!("[data-testid=\"{name}\"]")).ok().flatten();
        if let Some(again) = again.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = again.focus();
        }
    });
}

/// Says where the person is: the title of the window, and the focus on the page's heading, except on the
/// `first` page and while something is typed. Pages whose heading comes later call it once it is there.
pub fn arrive(first: bool) {
    let headings = document().query_selector_all("#app main h1");
    let Ok(headings) = headings else { return };
    let heading = (0..headings.length())
        .filter_map(|at| headings.item(at)?.dyn_into::<HtmlElement>().ok())
        .find(|heading| heading.offset_parent().is_some());
    let Some(heading) = heading else { return };
    let title = heading.text_content().unwrap_or_default();
    title::of_page(title);
    let typing = document()
        .active_element()
        .is_some_and(|active| active.tag_name() == "INPUT" || active.tag_name() == "TEXTAREA");
    if !first && !typing {
        let _ = heading.set_attribute("tabindex", "-1");
        // The router has gone to the top already, or the page to where it was left.
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}
