//! The invitation letter: made on demand, shown once, printed.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
    Language,
    command::{Invite, Me, PersonKey},
    id::PersonId,
    join::Letter,
};

use crate::{
    components::{
        error_state::error_state,
        icon::icon,
        page_header::PageHeader,
        qr::{code, qr_drawing},
    },
    state::{Act, app},
    words::{self, letter as texts},
};

/// Makes a letter for the person in the address and shows it. Asking first, because the old one ends.
#[component]
pub fn LetterPage() -> impl IntoView {
    let app = app();
    let person = use_params_map().with_untracked(|params| params.get("person")?.parse::<PersonId>().ok());
    // Shown once, so a change of language does not take it away.
    let letter = app.kept("letter", || None::<Letter>);
    let act = Act::new();
    let make = Callback::new(move |()| {
        if let Some(id) = person {
            act.run::<Invite>(PersonKey { id }, move |made| letter.set(Some(made)));
        }
    });
    let print = move |_| drop(window().print());
    let back = ("/office/people".to_owned(), words::people::title().to_owned());
    let made = move || letter.with(Option::is_some);
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::title() back=back>
                <button type="button" class="c-button" data-kind="primary" data-testid="print" hidden=move || !made() on:click=print>
                    {icon("print")} {texts::print()}
                </button>
            </PageHeader>
            {move || act.error.get().map(|error| error_state(&error, Some(make)))}
            {move || match (letter.get(), app.me()) {
                (Some(letter), Some(me)) => view! {
                    <div class="c-banner" data-kind="waiting" role="status" data-print="never">{icon("eye")} <div><p>{texts::shown_once()}</p></div></div>
                    {paper(&letter, &me)}
                }.into_any(),
                _ => view! {
                    <section class="c-card" data-gap="" data-pad="large">
                        <p>{texts::make_text()}</p>
                        <p class="t-soft">{words::people::issue_again_text()}</p>
                        <button type="button" class="c-button" data-kind="primary" data-testid="make-letter" aria-busy=act.aria_busy() on:click=move |_| make.run(())>
                            {icon("print")} {words::people::issue()}
                        </button>
                    </section>
                }.into_any(),
            }}
        </div>
    }
}

/// The letter on paper: in the language of who gets it, and after it in the face's other one.
fn paper(letter: &Letter, me: &Me) -> AnyView {
    let first = letter.language.clone();
    let second = if first == Language::zh() { Language::en() } else { Language::zh() };
    let both = |part: &dyn Fn(&Language) -> AnyView| {
        [&first, &second].map(|language| words::read_in(language, || part(language)))
    };
    let server = letter.invitation.server.trim_start_matches("https://").to_owned();
    let greeting = |language: &Language| {
        view! {
            <div class="l-stack" data-gap="small" lang=language.to_string()>
                <h2>{texts::subject()}</h2>
                <p>{texts::dear(&letter.name)}</p>
                <p>{texts::body()}</p>
            </div>
        }
        .into_any()
    };
    let steps = |language: &Language| {
        view! {
            <div lang=language.to_string()>
                <ol><li>{texts::step_get(&server)}</li> <li>{texts::step_scan()}</li> <li>{texts::step_done()}</li></ol>
            </div>
        }
        .into_any()
    };
    let office = &me.community.office;
    let clock = app().clock();
    let foot = |language: &Language| {
        let valid = texts::valid(&clock.date(letter.invitation.expires_at));
        let help = texts::help(&office.phone, office.hours.in_language(language));
        view! { <p lang=language.to_string()>{valid}" "{help}</p> }.into_any()
    };
    view! {
        <article class="c-letter" data-testid="letter">
            <div class="c-letter__head"><strong lang=first.to_string()>{me.community.name.in_language(&first).to_owned()}</strong></div>
            <p class="c-letter__to">{letter.name.clone()}<br />{letter.home.join(", ")}</p>
            {both(&greeting)}
            <div class="c-letter__join">
                <div class="l-stack">{both(&steps)}</div>
                <div class="c-letter__code l-stack" data-gap="small">
                    {qr_drawing(&letter.qr)}
                    <div><small>{texts::address()}</small>{server.clone()}</div>
                    <div><small>{texts::code()}</small>{code(&letter.invitation.code)}</div>
                </div>
            </div>
            <div class="c-letter__foot l-stack" data-gap="small">{both(&foot)}</div>
        </article>
    }
    .into_any()
}
