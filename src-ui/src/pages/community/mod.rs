//! The people of the community, for the office: find one, make a letter.

use leptos::prelude::*;
use linli_wire::{
    command::{PeopleList, PeopleQuery, PersonRow, Topic},
    join::InvitationStatus,
};

use super::join::role_name;
use crate::{
    components::{
        avatar::avatar, banner::OfflineBanner, empty_state::empty_state, error_state::error_state,
        icon::icon, page_header::PageHeader, search_field::SearchField, skeleton::skeleton_list,
    },
    format,
    ipc::{self, Answer},
    state::app,
    words::{self, people as texts},
};

const STEP: u32 = 50;
/// Most rows that one press adds.
const MORE: u32 = 200;

/// People, found by a part of name, code or unit.
#[component]
pub fn People() -> impl IntoView {
    let app = app();
    let search = app.kept("people search", String::new);
    let limit = app.kept("people limit", || STEP);
    Effect::new(move |before: Option<String>| {
        let now = search.get();
        if before.is_some_and(|before| before != now) {
            limit.set(STEP);
        }
        now
    });
    let query = Memo::new(move |_| (search.get(), limit.get()));
    let asked = ipc::ask_rows::<PeopleList>(
        &[Topic::Community],
        move || query.with(|(_, limit)| *limit),
        move |offset, limit| {
            let search = query.with(|(search, _)| search.trim().to_owned());
            PeopleQuery { search, offset, limit }
        },
        |page, next| page.rows.extend(next.rows),
    );
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::title() />
            <OfflineBanner />
            <SearchField words=search label=texts::search_label() placeholder=texts::search_placeholder() />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(8),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() => empty_state("people", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(page) => {
                    let shown = page.rows.len();
                    let rows = page.rows.iter().map(|person| view! { <li>{row(person)}</li> }).collect_view();
                    view! {
                        <p class="t-soft t-small" role="status">{texts::shown(&shown.to_string(), &words::number(page.total))}</p>
                        <ul class="c-list" role="list" data-lead="avatar">{rows}</ul>
                        {more(page.total, limit)}
                    }.into_any()
                }
            }}
        </div>
    }
}

fn more(total: u32, limit: RwSignal<u32>) -> Option<AnyView> {
    (total > limit.get_untracked()).then(|| {
        view! { <button type="button" class="c-button" data-kind="quiet" data-testid="more-people" on:click=move |_| limit.update(|limit| *limit += (*limit).min(MORE))>{words::common::more()}</button> }.into_any()
    })
}

fn row(row: &PersonRow) -> AnyView {
    let person = &row.person;
    let place = if row.home.is_empty() {
        role_name(person.role).to_owned()
    } else {
        format!("{} ·\u{a0}{}", row.home.join(", "), role_name(person.role))
    };
    let word = if row.invitation.is_some() || person.joined { texts::issue_again() } else { texts::issue() };
    // The server refuses letters for rights that one does not have oneself.
    let may_invite = app().me().is_some_and(|me| me.person.role.may_invite(person.role));
    view! {
        <div class="c-row" data-strong="" data-actions="" data-testid="person-row">
            <span class="c-row__lead">{avatar(&person.name, "", false)}</span>
            <span class="c-row__body">
                <span class="c-row__title">{person.name.clone()}</span>
                <span class="c-row__meta">{place}</span>
            </span>
            <span class="c-row__end">
                {standing(person.joined, row.invitation.as_ref())}
                {may_invite.then(|| view! {
                    <a class="c-button" data-kind="plain" href=format!("/office/letter/{}", person.id) data-testid="letter-for">{icon("print")} {word}</a>
                })}
            </span>
        </div>
    }
    .into_any()
}

/// How far somebody has come on the way in.
fn standing(joined: bool, invitation: Option<&InvitationStatus>) -> AnyView {
    let clock = app().clock();
    let (tone, symbol, text) = match invitation {
        Some(InvitationStatus { used_at: Some(at), .. }) => ("jade", "ok", texts::joined(&clock.when(*at))),
        _ if joined => ("jade", "ok", texts::has_joined().to_owned()),
        Some(InvitationStatus { ended_at: Some(at), .. }) => {
            ("amber", "clock", texts::invite_expired(&clock.when(*at)))
        }
        Some(invitation) if invitation.expires_at <= format::now() => {
            ("amber", "clock", texts::invite_expired(&clock.when(invitation.expires_at)))
        }
        Some(invitation) => ("blue", "unread", texts::invited(&clock.when(invitation.issued_at))),
        None => ("", "minus", texts::not_invited().to_owned()),
    };
    view! { <span class="c-tag" data-tone=tone>{icon(symbol)} {text}</span> }.into_any()
}
