//! Who is in a room, and for those who may: inviting somebody, and letting somebody go.

use leptos::prelude::*;
use linli_wire::{
    chat::{Neighbour, PersonInRoom, RoomKind, RoomView},
    command::{Empty, NeighboursGet, RoomInvite, RoomKey, RoomPeopleGet, RoomRemove, Topic},
    id::RoomId,
};

use super::{desk::write_to, said::place_of};
use crate::{
    components::{
        avatar::{Size, portrait},
        dialog::{Confirm, Dialog},
        error_state::error_state,
        icon::icon,
        search_field::SearchField,
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, chat_people as texts},
};

/// The people of a room. Needs the network.
#[component]
pub(super) fn People(id: RoomId, view: Memo<Option<RoomView>>) -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<RoomPeopleGet>(&[], move || RoomKey { id });
    let me = app.with_me_untracked(|me| me.person.id);
    // Those of a room that comes with living here do not come and go by invitation.
    let may_change = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref()
                .is_some_and(|view| view.may_change && matches!(view.row.kind, RoomKind::Interest { .. }))
        })
    });
    let inviting = RwSignal::new(false);
    let going = RwSignal::new(None::<Neighbour>);
    let sure = RwSignal::new(false);
    let name = Signal::derive(move || {
        texts::remove_title(
            &going.with(|going| going.as_ref().map(|going| going.name.clone()).unwrap_or_default()),
        )
    });
    let remove = Callback::new(move |()| {
        if let Some(person) = going.get_untracked() {
            app.run::<RoomRemove>(PersonInRoom { room_id: id, person_id: person.id }, move |_| {
                app.tell(texts::removed(&person.name));
                asked.again();
            });
        }
    });
    let let_go = Callback::new(move |person: Neighbour| {
        going.set(Some(person));
        sure.set(true);
    });
    let write = write_to();
    view! {
        <section class="l-section" data-testid="people">
            <div class="l-section__head">
                <h2>{texts::in_room()}</h2>
                {move || may_change.get().then(|| view! { <button type="button" class="c-button" data-kind="plain" data-edge="end" data-testid="invite" on:click=move |_| inviting.set(true)>{icon("plus")} {texts::invite()}</button> })}
            </div>
            {move || match asked.get() {
                Answer::Loading => skeleton_list(3),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(found) => {
                    let rest = found.total.saturating_sub(u32::try_from(found.people.len()).unwrap_or_default());
                    let rows = found.people.into_iter().map(|person| {
                        let is_me = me == Some(person.id);
                        let id = person.id;
                        let acts = (!is_me).then(|| {
                            let person = person.clone();
                            view! {
                                <button type="button" class="c-button" data-kind="plain" data-testid="write-to" on:click=move |_| write.run(id)>{icon("chat")} {texts::write()}</button>
                                {may_change.get().then(|| view! { <button type="button" class="c-button" data-kind="plain" data-testid="let-go" on:click=move |_| let_go.run(person.clone())>{icon("close")} {texts::remove()}</button> })}
                            }
                        });
                        view! { <li>{person_row(&person, is_me, acts.into_any())}</li> }
                    });
                    view! {
                        <p class="t-soft t-small">{texts::count(found.total)}</p>
                        <ul class="c-list" role="list" data-lead="avatar">{rows.collect_view()}</ul>
                        {(rest > 0).then(|| view! { <p class="t-soft t-small">{texts::more(rest)}</p> })}
                    }
                    .into_any()
                }
            }}
            <Dialog open=inviting id="invite-somebody" title=texts::invite()><Invite id=id done=Callback::new(move |()| { inviting.set(false); asked.again() }) /></Dialog>
            <Confirm open=sure id="remove-person" title=name text=texts::remove_text().to_owned() confirm=texts::remove() then=remove />
        </section>
    }
}

/// The photo or the sign of a neighbour.
pub(super) fn neighbour_sign(person: &Neighbour, size: Size) -> AnyView {
    let photo = person.photo.as_ref().map(|photo| photo.id);
    portrait(&person.name, photo, if person.office { "jade" } else { "" }, size)
}

/// The number of a neighbour who shows it, to be called.
pub(super) fn number(person: &Neighbour) -> Option<AnyView> {
    let app = app();
    person.phone.clone().map(|phone| {
        let number: String =
            phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
        let call = move |_| app.open_outside(format!("tel:{number}"));
        view! { <button type="button" class="c-button" data-kind="plain" on:click=call>{icon("phone")} {phone}</button> }
            .into_any()
    })
}

/// Somebody, with what can be done at the end.
pub(super) fn person_row(person: &Neighbour, is_me: bool, acts: AnyView) -> AnyView {
    let place = place_of(person);
    let name = if is_me { format!("{} ({})", person.name, words::chat::you()) } else { person.name.clone() };
    view! {
        <div class="c-row" data-actions="" data-testid="person">
            <span class="c-row__lead">{neighbour_sign(person, Size::Usual)}</span>
            <span class="c-row__body"><span class="c-row__title">{name}</span> <span class="c-row__meta">{place}</span></span>
            <span class="c-row__end">{number(person)} {acts}</span>
        </div>
    }
    .into_any()
}

/// Somebody of the directory, or who has written in a room, is invited.
#[component]
fn Invite(id: RoomId, done: Callback<()>) -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<NeighboursGet>(&[Topic::Chat], || Empty {});
    let search = RwSignal::new(String::new());
    let list = move || match asked.get() {
        Answer::Loading => skeleton_list(3),
        Answer::Failed(error) => error_state(&error, Some(asked.retry())),
        Answer::Ready(found) => {
            let wanted = search.get().trim().to_lowercase();
            let rows = found.people.into_iter().filter(|person| person.name.to_lowercase().contains(&wanted)).take(50).map(|person| {
                let asks = PersonInRoom { room_id: id, person_id: person.id };
                let name = person.name.clone();
                let invite = move |_| {
                    let name = name.clone();
                    app.run::<RoomInvite>(asks, move |_| app.tell(texts::invited(&name)));
                    done.run(());
                };
                let act = view! { <button type="button" class="c-button" data-kind="quiet" data-testid="invite-now" on:click=invite>{icon("plus")} {texts::invite()}</button> };
                view! { <li>{person_row(&person, false, act.into_any())}</li> }
            });
            let rows: Vec<_> = rows.collect();
            if rows.is_empty() {
                view! { <p class="t-soft">{texts::nobody_to_invite()}</p> }.into_any()
            } else {
                view! { <ul class="c-list" role="list" data-lead="avatar">{rows}</ul> }.into_any()
            }
        }
    };
    view! {
        <p class="t-soft">{texts::invite_text()}</p>
        <SearchField words=search label=texts::find() placeholder=texts::find_placeholder() shortcut=false />
        {list}
        <div class="c-dialog__actions"><button type="button" class="c-button" data-kind="quiet" on:click=move |_| done.run(())>{words::common::close()}</button></div>
    }
}
