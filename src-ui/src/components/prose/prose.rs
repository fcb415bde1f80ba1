//! A notice's text: a tree of blocks into elements and text nodes, never through HTML.

use leptos::prelude::*;
use linli_wire::markdown::{Block, Inline};

use super::attachment::Picture;
use crate::words;

/// What a text does when a link in it is pressed: called with where it leads.
pub type OnLink = Callback<String>;

/// The whole text.
pub fn prose(blocks: Vec<Block>, on_link: OnLink) -> AnyView {
    view! { <div class="c-prose">{block_views(blocks, on_link)}</div> }.into_any()
}

fn block_views(blocks: Vec<Block>, on_link: OnLink) -> Vec<AnyView> {
    blocks.into_iter().map(|block| block_view(block, on_link)).collect()
}

fn block_view(block: Block, on_link: OnLink) -> AnyView {
    match block {
        Block::Heading { level: 2, text } => view! { <h2>{inline_views(text, on_link)}</h2> }.into_any(),
        Block::Heading { level: 3, text } => view! { <h3>{inline_views(text, on_link)}</h3> }.into_any(),
        Block::Heading { text, .. } => view! { <h4>{inline_views(text, on_link)}</h4> }.into_any(),
        Block::Paragraph { text } => view! { <p>{inline_views(text, on_link)}</p> }.into_any(),
        Block::List { start, items } => list_view(start, items, on_link),
        Block::Quote { blocks } => {
            view! { <blockquote>{block_views(blocks, on_link)}</blockquote> }.into_any()
        }
        Block::Code { text } => view! { <pre>{text}</pre> }.into_any(),
        Block::Table { header, rows, right } => table_view(header, rows, &right, on_link),
        Block::Picture { id, alt, pixels } => view! { <Picture id=id alt=alt pixels=pixels /> }.into_any(),
        Block::Rule => view! { <hr /> }.into_any(),
    }
}

fn list_view(start: Option<u64>, items: Vec<Vec<Block>>, on_link: OnLink) -> AnyView {
    let items = items.into_iter().map(|mut item| {
        // A tight item is one paragraph; without its element it stands on the line of its mark.
        let content = match (item.len(), item.pop()) {
            (1, Some(Block::Paragraph { text })) => inline_views(text, on_link),
            (_, last) => block_views(item.into_iter().chain(last).collect(), on_link),
        };
        view! { <li>{content}</li> }
    });
    let items = items.collect_view();
    match start {
        Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.into_any(),
        None => view! { <ul>{items}</ul> }.into_any(),
    }
}

fn table_view(
    header: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    right: &[bool],
    on_link: OnLink,
) -> AnyView {
    let align = |column: usize| right.get(column).copied().unwrap_or_default().then_some("end");
    let head = header.into_iter().enumerate().map(|(column, cell)| {
        view! { <th scope="col" data-align=align(column)>{inline_views(cell, on_link)}</th> }
    });
    let head = head.collect_view();
    let body = rows.into_iter().map(|row| {
        let cells = row.into_iter().enumerate().map(|(column, cell)| {
            view! { <td data-align=align(column)>{inline_views(cell, on_link)}</td> }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="c-prose__scroll" tabindex="0" role="region" aria-label=words::editor::table()>
            <table><thead><tr>{head}</tr></thead><tbody>{body.collect_view()}</tbody></table>
        </div>
    }
    .into_any()
}

fn inline_views(text: Vec<Inline>, on_link: OnLink) -> Vec<AnyView> {
    text.into_iter().map(|inline| inline_view(inline, on_link)).collect()
}

fn inline_view(inline: Inline, on_link: OnLink) -> AnyView {
    match inline {
        Inline::Text { text } => text.into_any(),
        Inline::Emphasis { text } => view! { <em>{inline_views(text, on_link)}</em> }.into_any(),
        Inline::Strong { text } => view! { <strong>{inline_views(text, on_link)}</strong> }.into_any(),
        Inline::Struck { text } => view! { <s>{inline_views(text, on_link)}</s> }.into_any(),
        Inline::Code { text } => view! { <code>{text}</code> }.into_any(),
        Inline::Break => view! { <br /> }.into_any(),
        Inline::Link { url, text } => {
            let leads = url.clone();
            let open = move |event: web_sys::MouseEvent| {
                event.prevent_default();
                on_link.run(leads.clone());
            };
            view! { <a href=url rel="external noreferrer" on:click=open>{inline_views(text, on_link)}</a> }
                .into_any()
        }
    }
}
