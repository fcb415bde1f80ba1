//! A notice in a list.

use leptos::prelude::*;
use linli_wire::notices::{NoticeRow, Piece};

use crate::{components::icon::icon, ipc, state::app, words};

/// The name of a category of the community that is shown; its key when it is not known.
pub fn category_name(key: &str) -> String {
    let app = app();
    let language = app.language();
    let name = app.with_me_untracked(|me| {
        let category = me.community.categories.iter().find(|category| category.key == key)?;
        Some(category.name.in_language(&language).to_owned())
    });
    name.flatten().unwrap_or_else(|| key.to_owned())
}

/// The row, a link to the notice. `current` is the one that is open beside the list.
pub fn notice_row(row: &NoticeRow, current: bool) -> AnyView {
    ipc::first_notice();
    let app = app();
    let spoken = app.is_simple();
    let other_language = (row.language != app.language()).then(|| row.language.to_string());
    let unread = row.unread.then(|| {
        view! { <span class="c-row__dot"></span> <span class="u-hidden">{words::notices::unread()}</span> }
    });
    let searched = !row.title_pieces.is_empty();
    let in_text = row.excerpt.iter().any(|piece| piece.hit);
    let summary = (!spoken || (searched && in_text)).then(|| pieces(&row.excerpt));
    let changed = row
        .changed_at
        .is_some()
        .then(|| view! { " " <span class="c-row__changed">"·\u{a0}"{words::notices::changed()}</span> });
    let when = app.clock().when(row.published_at);
    let machine = app.clock().machine(row.published_at);
    view! {
        <a class="c-row" href=format!("/notices/{}", row.id) data-unread=row.unread data-kind=row.emergency.then_some("emergency")
            aria-current=current.then_some("true") data-testid="notice-row">
            <span class="c-row__lead">{unread}</span>
            <span class="c-row__body">
                <span class="c-row__tags">{kinds(row)}</span>
                <span class="c-row__title" lang=other_language.clone()>{title(row)}</span>
                {summary.map(|summary| view! { <span class="c-row__summary" lang=other_language>{summary}</span> })}
                <span class="c-row__meta">{row.author.clone()}" ·\u{a0}"<time datetime=machine>{when}</time>{changed}</span>
            </span>
            {row.has_picture.then(|| view! { <span class="c-row__end">{icon("image")}<span class="u-hidden">{words::notice::pictures()}</span></span> })}
        </a>
    }
    .into_any()
}

fn title(row: &NoticeRow) -> AnyView {
    if row.title_pieces.is_empty() { row.title.clone().into_any() } else { pieces(&row.title_pieces) }
}

/// Emergency, pinned, category, changed.
pub(super) fn tags(row: &NoticeRow) -> AnyView {
    view! {
        {kinds(row)}
        {row.changed_at.is_some().then(|| view! { <span class="c-tag" data-tone="blue">{icon("edit")} {words::notices::changed()}</span> })}
    }
    .into_any()
}

/// Emergency, pinned, category.
fn kinds(row: &NoticeRow) -> AnyView {
    view! {
        {row.emergency.then(|| view! { <span class="c-tag" data-tone="red">{icon("warn")} {words::notices::emergency()}</span> })}
        {row.pinned.then(|| view! { <span class="c-tag">{icon("pin")} {words::notices::pinned()}</span> })}
        <span class="c-tag" data-tone=row.unread.then_some("jade")>{category_name(&row.category)}</span>
    }
    .into_any()
}

/// The beginning of a text, with what was searched for marked.
fn pieces(pieces: &[Piece]) -> AnyView {
    let views = pieces.iter().map(|piece| {
        let text = piece.text.clone();
        if piece.hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    });
    views.collect_view().into_any()
}
