//! The invitation letter: made on demand, shown once, printed.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use linli_wire::{
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
    let letter = RwSignal::new(None::<Letter>);
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

fn paper(letter: &Letter, me: &Me) -> AnyView {
    let clock = app().clock();
    let language = &letter.language;
    let office = &me.community.office;
    let valid = texts::valid(&clock.date(letter.invitation.expires_at));
    let help = texts::help(&office.phone, office.hours.in_language(language));
    view! {
        <article class="c-letter" data-testid="letter">
            <div class="c-letter__head"><strong>{me.community.name.in_language(language).to_owned()}</strong></div>
            <p class="c-letter__to">{letter.name.clone()}<br />{letter.home.join(", ")}</p>
            <div class="l-stack" data-gap="small">
                <h2>{texts::subject()}</h2>
                <p>{texts::dear(&letter.name)}</p>
                <p>{texts::body()}</p>
            </div>
            <div class="c-letter__join">
                <ol><li>{texts::step_get(&letter.invitation.server)}</li> <li>{texts::step_scan()}</li> <li>{texts::step_done()}</li></ol>
                <div class="c-letter__code l-stack" data-gap="small">
                    {qr_drawing(&letter.qr)}
                    <div><small>{texts::address()}</small>{letter.invitation.server.trim_start_matches("https://").to_owned()}</div>
                    <div><small>{texts::code()}</small>{code(&letter.invitation.code)}</div>
                </div>
            </div>
            <div class="c-letter__foot"><p>{valid}" "{help}</p></div>
        </article>
    }
    .into_any()
}
