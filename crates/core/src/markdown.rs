//! Markdown to the tree of [`linli_wire::markdown`], and from there to plain text.
//!
//! Raw HTML never becomes markup: of what is a tag of HTML only the words between stay, as text; what
//! merely looks like one (`<Zhao>`) stays as it was typed. Links go only where `https`, `mailto` and `tel` go; pictures
//! show only files of the notice itself (`attachment:<id>`); nesting deeper than [`MAX_DEPTH`] is
//! flattened, so that no text can exhaust the stack.

use linli_wire::{
    id::AttachmentId,
    markdown::{Block, Inline},
};
use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

mod html;
mod message;

pub use linli_wire::markdown::plain;
pub use message::{parse_message, plain_message};

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Deepest nesting of blocks and inlines that is kept.
const MAX_DEPTH: usize = 12;

/// Reads Markdown.
pub fn parse(markdown: &str) -> Vec<Block> {
    let mut reader =
        Reader { events: Parser::new_ext(markdown, OPTIONS).collect::<Vec<_>>().into_iter(), depth: 0 };
    reader.blocks(None)
}

/// Whether raw HTML stands in the text, of which only the words are shown.
pub fn holds_html(markdown: &str) -> bool {
    Parser::new_ext(markdown, OPTIONS).any(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => html::words(&text) != *text,
        _ => false,
    })
}

/// Tells the pictures in a text how large they are, so that their place can be kept.
pub fn size_pictures(blocks: &mut [Block], size_of: &dyn Fn(AttachmentId) -> Option<(u32, u32)>) {
    for block in blocks {
        match block {
            Block::Picture { id, pixels, .. } => *pixels = size_of(*id),
            Block::Quote { blocks } => size_pictures(blocks, size_of),
            Block::List { items, .. } => items.iter_mut().for_each(|item| size_pictures(item, size_of)),
            _ => {}
        }
    }
}

struct Reader<'a> {
    events: std::vec::IntoIter<Event<'a>>,
    depth: usize,
}

impl Reader<'_> {
    fn blocks(&mut self, until: Option<TagEnd>) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Text directly inside a tight list item stands in no paragraph of its own.
        let mut loose: Vec<Inline> = Vec::new();
        self.depth += 1;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(end) if Some(end) == until => break,
                Event::End(_) => {}
                Event::Start(tag) if is_inline(&tag) => self.inline(tag, &mut loose, &mut blocks),
                Event::Start(tag) => {
                    flush(&mut loose, &mut blocks);
                    self.block(tag, &mut blocks);
                }
                Event::Rule => {
                    flush(&mut loose, &mut blocks);
                    blocks.push(Block::Rule);
                }
                other => push_leaf(other, &mut loose),
            }
        }
        self.depth -= 1;
        flush(&mut loose, &mut blocks);
        blocks
    }

    fn block(&mut self, tag: Tag<'_>, blocks: &mut Vec<Block>) {
        let end = tag.to_end();
        if self.depth > MAX_DEPTH {
            blocks.append(&mut self.flat(end));
            return;
        }
        match tag {
            Tag::Paragraph => self.paragraph(end, blocks, |text| Block::Paragraph { text }),
            Tag::Heading { level, .. } => {
                let level = match level {
                    HeadingLevel::H1 | HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    _ => 4,
                };
                self.paragraph(end, blocks, |text| Block::Heading { level, text });
            }
            Tag::BlockQuote(_) => {
                let quoted = self.blocks(Some(end));
                blocks.push(Block::Quote { blocks: quoted });
            }
            Tag::CodeBlock(_) => {
                let text = self.verbatim(end);
                blocks.push(Block::Code { text });
            }
            Tag::List(start) => {
                let mut items = Vec::new();
                while let Some(event) = self.events.next() {
                    match event {
                        Event::Start(Tag::Item) => items.push(self.blocks(Some(TagEnd::Item))),
                        Event::End(TagEnd::List(_)) => break,
                        _ => {}
                    }
                }
                blocks.push(Block::List { start, items });
            }
            Tag::Table(alignments) => {
                let (header, rows) = self.table();
                let right = alignments.iter().map(|alignment| *alignment == Alignment::Right).collect();
                blocks.push(Block::Table { header, rows, right });
            }
            Tag::HtmlBlock => blocks.extend(self.html(end)),
            // What the options do not switch on.
            _ => blocks.append(&mut self.flat(end)),
        }
    }

    /// A block of inlines. Pictures in it stand on their own, in their place.
    fn paragraph(&mut self, end: TagEnd, blocks: &mut Vec<Block>, make: impl Fn(Vec<Inline>) -> Block) {
        let mut text = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(found) if found == end => break,
                Event::Start(Tag::Image { dest_url, .. }) => {
                    let picture = self.picture(&dest_url);
                    if !text.is_empty() {
                        blocks.push(make(std::mem::take(&mut text)));
                    }
                    blocks.extend(picture);
                }
                Event::Start(tag) => self.inline(tag, &mut text, blocks),
                other => push_leaf(other, &mut text),
            }
        }
        if text.iter().any(|inline| !matches!(inline, Inline::Break)) {
            blocks.push(make(text));
        }
    }

    fn inlines(&mut self, end: TagEnd, blocks: &mut Vec<Block>) -> Vec<Inline> {
        let mut text = Vec::new();
        self.depth += 1;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(found) if found == end => break,
                Event::Start(tag) => self.inline(tag, &mut text, blocks),
                other => push_leaf(other, &mut text),
            }
        }
        self.depth -= 1;
        text
    }

    fn inline(&mut self, tag: Tag<'_>, text: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
        let end = tag.to_end();
        if let Tag::Image { dest_url, .. } = &tag {
            let picture = self.picture(dest_url);
            blocks.extend(picture);
            return;
        }
        if self.depth > MAX_DEPTH {
            let words = self.verbatim(end);
            push_leaf(Event::Text(words.into()), text);
            return;
        }
        let inner = self.inlines(end, blocks);
        match tag {
            Tag::Emphasis => text.push(Inline::Emphasis { text: inner }),
            Tag::Strong => text.push(Inline::Strong { text: inner }),
            Tag::Strikethrough => text.push(Inline::Struck { text: inner }),
            Tag::Link { dest_url, .. } => match safe_link(&dest_url) {
                Some(url) => text.push(Inline::Link { url, text: inner }),
                None => text.extend(inner),
            },
            _ => text.extend(inner),
        }
    }

    fn picture(&mut self, url: &str) -> Option<Block> {
        let alt = self.verbatim(TagEnd::Image);
        match url.strip_prefix("attachment:").and_then(|id| id.parse::<AttachmentId>().ok()) {
            Some(id) => Some(Block::Picture { id, alt, pixels: None }),
            // A picture from elsewhere is never fetched; what it was to show is said.
            None if !alt.trim().is_empty() => {
                Some(Block::Paragraph { text: vec![Inline::Text { text: alt }] })
            }
            None => None,
        }
    }

    fn table(&mut self) -> (Vec<Vec<Inline>>, Vec<Vec<Vec<Inline>>>) {
        let (mut header, mut rows, mut row) = (Vec::new(), Vec::new(), Vec::new());
        // A picture inside a cell has no place there and is left out.
        let mut out = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => row.push(self.inlines(TagEnd::TableCell, &mut out)),
                Event::End(TagEnd::TableHead) => header = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        (header, rows)
    }

    /// The text up to the end of a block, nested marks ignored.
    fn verbatim(&mut self, end: TagEnd) -> String {
        let mut text = String::new();
        let mut nested = 0_usize;
        for event in self.events.by_ref() {
            match event {
                Event::Start(tag) if tag.to_end() == end => nested += 1,
                Event::End(found) if found == end && nested == 0 => break,
                Event::End(found) if found == end => nested -= 1,
                Event::Text(part) | Event::Code(part) => text.push_str(&part),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }

    /// The words of a block of HTML, a line for each that it has.
    fn html(&mut self, end: TagEnd) -> Option<Block> {
        let mut source = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::End(found) if found == end => break,
                Event::Html(part) | Event::Text(part) => source.push_str(&part),
                _ => {}
            }
        }
        let words = html::words(&source);
        let mut text = Vec::new();
        for line in words.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !text.is_empty() {
                text.push(Inline::Break);
            }
            text.push(Inline::Text { text: line.to_owned() });
        }
        (!text.is_empty()).then_some(Block::Paragraph { text })
    }

    /// What is nested too deep: its words as one paragraph.
    fn flat(&mut self, end: TagEnd) -> Vec<Block> {
        let text = self.verbatim(end);
        if text.is_empty() {
            Vec::new()
        } else {
            vec![Block::Paragraph { text: vec![Inline::Text { text }] }]
        }
    }
}

const fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn push_leaf(event: Event<'_>, text: &mut Vec<Inline>) {
    match event {
        Event::Text(part) => match text.last_mut() {
            Some(Inline::Text { text: before }) => before.push_str(&part),
            _ => text.push(Inline::Text { text: part.into_string() }),
        },
        Event::Code(part) => text.push(Inline::Code { text: part.into_string() }),
        Event::SoftBreak => push_leaf(Event::Text(" ".into()), text),
        Event::HardBreak => text.push(Inline::Break),
        Event::Html(part) | Event::InlineHtml(part) => {
            if html::is_break(&part) {
                text.push(Inline::Break);
            } else {
                let words = html::words(&part);
                if !words.trim().is_empty() {
                    push_leaf(Event::Text(words.into()), text);
                }
            }
        }
        _ => {}
    }
}

fn flush(loose: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    if !loose.is_empty() {
        blocks.push(Block::Paragraph { text: std::mem::take(loose) });
    }
}

fn safe_link(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let known = ["https://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    let clean = url.len() <= 2000 && !url.chars().any(|c| c.is_control() || c.is_whitespace());
    (known && clean).then(|| url.to_owned())
}

#[cfg(test)]
mod tests;
