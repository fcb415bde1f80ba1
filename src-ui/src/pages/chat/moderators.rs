//! Who keeps it civil: known to everybody, named by the manager.

use leptos::prelude::*;
use linli_wire::{
    chat::{CivilView, Duty, Moderator, NameModerator},
    command::{ModeratorName, PeopleList, PeopleQuery},
    id::PersonId,
};

use crate::{
    components::{
        avatar::avatar, dialog::Dialog, error_state::error_state, icon::icon, search_field::SearchField,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, chat_civil as texts},
};

/// They, and for the manager the way to name more.
#[component]
pub(super) fn Moderators(view: Memo<Option<CivilView>>, names: Memo<bool>) -> impl IntoView {
    let naming = RwSignal::new(false);
    let people = Memo::new(move |_| {
        view.with(|view| view.as_ref().map(|view| view.moderators.clone())).unwrap_or_default()
    });
    view! {
        <section class="l-section" data-testid="moderators">
            <div class="l-section__head">
                <h2>{texts::moderators()}</h2>
                {move || names.get().then(|| view! { <button type="button" class="c-button" data-kind="plain" data-edge="end" data-testid="name-somebody" on:click=move |_| naming.set(true)>{icon("plus")} {texts::name_somebody()}</button> })}
            </div>
            {move || people.with(Vec::is_empty).then(|| view! { <p class="t-soft">{texts::no_moderators()}</p> })}
            <ul class="c-list" role="list" data-lead="avatar" hidden=move || people.with(Vec::is_empty)>
                {move || people.get().iter().map(|person| view! { <li>{line(person, names.get())}</li> }).collect_view()}
            </ul>
            <Dialog open=naming id="name-moderator" title=texts::name_somebody()><Naming done=Callback::new(move |()| naming.set(false)) /></Dialog>
        </section>
    }
}

fn line(person: &Moderator, names: bool) -> AnyView {
    let (app, id) = (app(), person.id);
    let duty = match person.duty {
        Duty::Moderate => texts::duty_moderate(),
        Duty::Read => texts::duty_read(),
    };
    let end = move |_| app.run::<ModeratorName>(NameModerator { person_id: id, duty: None }, |_| ());
    view! {
        <div class="c-row" data-actions="" data-testid="moderator">
            <span class="c-row__lead">{avatar(&person.name, "jade", false)}</span>
            <span class="c-row__body"><span class="c-row__title">{person.name.clone()}</span> <span class="c-row__meta">{duty}</span></span>
            <span class="c-row__end">{names.then(|| view! { <button type="button" class="c-button" data-kind="plain" data-testid="end-duty" on:click=end>{icon("close")} {texts::end_duty()}</button> })}</span>
        </div>
    }
    .into_any()
}

/// Somebody of the community is named, to decide or to read.
#[component]
fn Naming(done: Callback<()>) -> impl IntoView {
    let app = app();
    let search = RwSignal::new(String::new());
    let asked = ipc::ask::<PeopleList>(&[], move || PeopleQuery {
        search: search.get(),
        limit: 20,
        ..PeopleQuery::default()
    });
    let name = move |person_id: PersonId, duty: Duty| {
        app.run::<ModeratorName>(NameModerator { person_id, duty: Some(duty) }, move |_| {
            app.tell(texts::named())
        });
        done.run(());
    };
    view! {
        <p class="t-soft">{texts::name_text()}</p>
        <SearchField words=search label=words::chat_people::find() placeholder=words::chat_people::find_placeholder() shortcut=false />
        {move || match asked.get() {
            Answer::Loading => skeleton_list(3),
            Answer::Failed(error) => error_state(&error, Some(asked.retry())),
            Answer::Ready(page) => {
                let rows = page.rows.into_iter().map(|person| {
                    let person = person.person;
                    let id = person.id;
                    view! {
                        <li><div class="c-row" data-actions="" data-testid="candidate">
                            <span class="c-row__lead">{avatar(&person.name, "", false)}</span>
                            <span class="c-row__body"><span class="c-row__title">{person.name.clone()}</span></span>
                            <span class="c-row__end">
                                <button type="button" class="c-button" data-kind="quiet" data-testid="name-moderate" on:click=move |_| name(id, Duty::Moderate)>{texts::name_moderate()}</button>
                                <button type="button" class="c-button" data-kind="plain" data-testid="name-read" on:click=move |_| name(id, Duty::Read)>{texts::name_read()}</button>
                            </span>
                        </div></li>
                    }
                });
                view! { <ul class="c-list" role="list" data-lead="avatar">{rows.collect_view()}</ul> }.into_any()
            }
        }}
        <div class="c-dialog__actions"><button type="button" class="c-button" data-kind="quiet" on:click=move |_| done.run(())>{words::common::close()}</button></div>
    }
}
