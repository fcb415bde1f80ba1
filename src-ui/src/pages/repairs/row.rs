//! A repair in a list.

use leptos::prelude::*;
use linli_wire::{
    command::{RepairsList, Topic},
    repairs::{RepairNeed, RepairRow, RepairsQuery},
};

use super::said::{alarm_tags, need_word, place_words, state_tag};
use crate::{
    components::{
        attachment::{Shown, picture_address},
        icon::{icon, icon_on_ground},
        pending::pending_mark,
    },
    ipc,
    state::app,
    words::{self, repairs as texts},
};

/// Most repairs on Home that wait for the person.
const ON_HOME: usize = 3;

/// The row, a link to the repair below `root`.
pub fn repair_row(row: &RepairRow, root: &'static str) -> AnyView {
    let app = app();
    let when = app.clock().when(row.reported_at);
    let machine = app.clock().machine(row.reported_at);
    let title = row.words.lines().next().unwrap_or_default().to_owned();
    let needs = row.need.is_some_and(|need| need != RepairNeed::Rate);
    let needs = needs.then(|| {
        view! { <span class="c-tag" data-tone="amber" data-testid="need">{icon("info")} {words::home::needs_you()}</span> }
    });
    let need = row.need.map(|need| view! { <span class="c-row__meta t-strong">{need_word(need)}</span> });
    let who = row.assignee.clone().map(|name| view! { " ·\u{a0}" {name} });
    let pending = row.pending.as_ref().map(|pending| pending_mark(&pending.state));
    view! {
        <a class="c-row" data-strong=row.need.is_some() href=format!("{root}/{}", row.id) data-testid="repair-row" data-state=row.state.as_str()>
            <span class="c-row__lead">{icon(&row.icon)}</span>
            <span class="c-row__body">
                <span class="c-row__tags">{state_tag(row.state)} {needs} {alarm_tags(row)}</span>
                <span class="c-row__title">{title}</span>
                <span class="c-row__meta">{row.category_name.clone()}" ·\u{a0}"{place_words(&row.place_name)}{who}" ·\u{a0}"<time datetime=machine>{when}</time></span>
                {need}
                {(row.affected > 1).then(|| view! { <span class="c-row__meta">{texts::affected(row.affected)}</span> })}
                {pending}
            </span>
            <span class="c-row__end">{row.photo.map(thumbnail)}</span>
        </a>
    }
    .into_any()
}

fn thumbnail(id: linli_wire::id::AttachmentId) -> AnyView {
    let address = picture_address(id);
    (move || match address.get() {
        Shown::Here(address) => {
            view! { <img class="c-row__picture" src=address alt=words::notice::pictures() /> }.into_any()
        }
        Shown::Loading | Shown::Missing => {
            view! { {icon("image")} <span class="u-hidden">{words::notice::pictures()}</span> }.into_any()
        }
    })
    .into_any()
}

/// What repairs wait for the person: as cards for Home, none where none does.
pub fn needing() -> impl Fn() -> Vec<AnyView> + Copy + Send + 'static {
    let asked = ipc::ask::<RepairsList>(&[Topic::Repairs, Topic::Outbox], || RepairsQuery {
        open: Some(true),
        limit: 50,
        ..RepairsQuery::default()
    });
    move || {
        let rows = asked.ready().map(|page| page.rows).unwrap_or_default();
        let asks = |row: &&RepairRow| row.need.is_some_and(|need| need != RepairNeed::Rate);
        rows.iter().filter(asks).take(ON_HOME).map(card).collect()
    }
}

fn card(row: &RepairRow) -> AnyView {
    let need = row.need.map(need_word).unwrap_or_default();
    let about = format!("{} ·\u{a0}{}", row.category_name, row.words.lines().next().unwrap_or_default());
    view! {
        <a class="c-card" data-link="" href=format!("/repairs/{}", row.id) data-testid="repair-need">
            <div class="c-card__line">
                {icon_on_ground(&row.icon, "amber")}
                <div><h3 class="c-card__title">{need}</h3> <p class="t-soft t-small">{about}</p></div>
                {icon("chevron-right")}
            </div>
        </a>
    }
    .into_any()
}
