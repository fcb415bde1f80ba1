//! The words of a message of the neighbour chat: no document, but what somebody types into a small field. A new line is a
//! new line, nothing is larger than the rest, there are no pictures and no tables, HTML stands there as it was typed, and
//! an address of the web leads there.

use linli_wire::markdown::{Block, Inline};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::{Reader, plain};

/// Reads the words of a message.
pub fn parse_message(words: &str) -> Vec<Block> {
    let mut blocks = if is_plain(words) { lines(words) } else { read(words) };
    if words.contains("://") {
        link_blocks(&mut blocks);
    }
    blocks
}

/// The words of a message without marks.
pub fn plain_message(words: &str) -> String {
    if is_plain(words) { words.trim_end().to_owned() } else { plain(&read(words)) }
}

/// Whether nothing in the words is a mark. Most messages are such, and need no reader.
fn is_plain(words: &str) -> bool {
    const MARKS: [char; 12] = ['*', '_', '~', '`', '[', ']', '<', '>', '#', '\\', '&', '|'];
    let is_mark_line = |line: &str| {
        let text = line.trim_start();
        let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.starts_with(['-', '+', '='])
            || (digits.len() < text.len() && digits.starts_with(['.', ')']))
            || line.starts_with('\t')
            || line.len() >= text.len() + 4
    };
    !words.contains(MARKS) && !words.lines().any(is_mark_line)
}

/// Paragraphs with an empty line between them, each line a line.
fn lines(words: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut text: Vec<Inline> = Vec::new();
    for line in words.lines().chain([""]) {
        let line = line.trim();
        if line.is_empty() {
            if !text.is_empty() {
                blocks.push(Block::Paragraph { text: std::mem::take(&mut text) });
            }
            continue;
        }
        if !text.is_empty() {
            text.push(Inline::Break);
        }
        text.push(Inline::Text { text: line.to_owned() });
    }
    blocks
}

fn read(words: &str) -> Vec<Block> {
    let mut events: Vec<Event<'_>> = Vec::new();
    for event in Parser::new_ext(words, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::SoftBreak => events.push(Event::HardBreak),
            Event::Start(Tag::Heading { .. }) => {
                events.extend([Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)]);
            }
            Event::End(TagEnd::Heading(_)) => {
                events.extend([Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)]);
            }
            Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
            // What a picture was to show stands there as words.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Html(text) => typed(&text, &mut events),
            Event::InlineHtml(text) => events.push(Event::Text(text)),
            other => events.push(other),
        }
    }
    Reader { events: events.into_iter(), depth: 0 }.blocks(None)
}

/// A line of HTML as it was typed; the next one begins a line of its own.
fn typed(text: &str, events: &mut Vec<Event<'_>>) {
    if matches!(events.last(), Some(Event::Text(_))) {
        events.push(Event::HardBreak);
    }
    events.push(Event::Text(CowStr::from(text.trim_end_matches('\n').to_owned())));
}

fn link_blocks(blocks: &mut [Block]) {
    for block in blocks {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => link_inlines(text),
            Block::List { items, .. } => items.iter_mut().for_each(|item| link_blocks(item)),
            Block::Quote { blocks } => link_blocks(blocks),
            Block::Code { .. } | Block::Table { .. } | Block::Picture { .. } | Block::Rule => {}
        }
    }
}

fn link_inlines(inlines: &mut Vec<Inline>) {
    let mut linked = Vec::with_capacity(inlines.len());
    for inline in inlines.drain(..) {
        match inline {
            Inline::Text { text } => link_text(&text, &mut linked),
            Inline::Emphasis { mut text } => {
                link_inlines(&mut text);
                linked.push(Inline::Emphasis { text });
            }
            Inline::Strong { mut text } => {
                link_inlines(&mut text);
                linked.push(Inline::Strong { text });
            }
            Inline::Struck { mut text } => {
                link_inlines(&mut text);
                linked.push(Inline::Struck { text });
            }
            other @ (Inline::Code { .. } | Inline::Link { .. } | Inline::Break) => linked.push(other),
        }
    }
    *inlines = linked;
}

fn link_text(text: &str, linked: &mut Vec<Inline>) {
    const SCHEME: &str = "https://";
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME) {
        let (before, from) = rest.split_at(at);
        let address = address(from);
        if !before.is_empty() {
            linked.push(Inline::Text { text: before.to_owned() });
        }
        let label = vec![Inline::Text { text: address.to_owned() }];
        let url = Some(address).filter(|address| address.len() > SCHEME.len()).and_then(super::safe_link);
        match url {
            Some(url) => linked.push(Inline::Link { url, text: label }),
            None => linked.extend(label),
        }
        rest = from.get(address.len()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        linked.push(Inline::Text { text: rest.to_owned() });
    }
}

/// The address at the beginning of a text: up to what cannot stand in one, without the signs that end a sentence. What
/// is written behind it in Chinese is not part of it.
fn address(text: &str) -> &str {
    let is_end =
        |c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^');
    let mut address = text.split(is_end).next().unwrap_or_default();
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        // A bracket that was opened before the address closes behind it.
        let is_foreign =
            shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if is_foreign { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        let shorter = shorter.strip_suffix(']').unwrap_or(shorter);
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text { text: text.to_owned() }
    }

    fn link(url: &str) -> Inline {
        Inline::Link { url: url.to_owned(), text: vec![text(url)] }
    }

    fn paragraph(inlines: Vec<Inline>) -> Block {
        Block::Paragraph { text: inlines }
    }

    #[test]
    fn a_new_line_is_a_new_line_with_and_without_marks() {
        for words in ["one\ntwo\n\nthree", " one \n two\n\n\nthree\n"] {
            let lines = vec![text("one"), Inline::Break, text("two")];
            assert_eq!(parse_message(words), [paragraph(lines), paragraph(vec![text("three")])]);
        }
        let strong = |words: &str| Inline::Strong { text: vec![text(words)] };
        assert_eq!(
            parse_message("**one**\ntwo"),
            [paragraph(vec![strong("one"), Inline::Break, text("two")])]
        );
        assert_eq!(parse_message(" \n "), []);
    }

    #[test]
    fn nothing_is_a_document() {
        let strong = |words: &str| paragraph(vec![Inline::Strong { text: vec![text(words)] }]);
        assert_eq!(parse_message("# Big"), [strong("Big")]);
        assert_eq!(parse_message("Big\n==="), [strong("Big")]);
        assert_eq!(parse_message("![a cat](https://x.example/cat.png)"), [paragraph(vec![text("a cat")])]);
        let table = "|a|b|\n|-|-|\n|1|2|";
        assert!(!matches!(parse_message(table).first(), Some(Block::Table { .. })));
        assert_eq!(parse_message("[x](javascript:alert(1))"), [paragraph(vec![text("x")])]);
    }

    #[test]
    fn html_stands_there_as_it_was_typed() {
        assert_eq!(plain_message("<b>hi</b> <3"), "<b>hi</b> <3");
        assert_eq!(plain_message("<script>\nalert(1)\n</script>"), "<script>\nalert(1)\n</script>");
    }

    #[test]
    fn an_address_leads_there_and_ends_where_a_reader_sees_its_end() {
        for (words, expected) in [
            ("https://a.example", vec![link("https://a.example")]),
            ("(https://a.example/x).", vec![text("("), link("https://a.example/x"), text(").")]),
            ("https://a.example/x_(y)!", vec![link("https://a.example/x_(y)"), text("!")]),
            ("看https://a.example/b这里", vec![text("看"), link("https://a.example/b"), text("这里")]),
            (
                "a https://a.example/?b_c=1&d=2#e b",
                vec![text("a "), link("https://a.example/?b_c=1&d=2#e"), text(" b")],
            ),
            ("https:// https://b.example", vec![text("https://"), text(" "), link("https://b.example")]),
            ("http://a.example", vec![text("http://a.example")]),
        ] {
            assert_eq!(parse_message(words), [paragraph(expected)], "{words}");
        }
        let code = Inline::Code { text: "https://a.example".to_owned() };
        assert_eq!(parse_message("`https://a.example`"), [paragraph(vec![code])]);
    }

    #[test]
    fn what_needs_no_reader_says_the_same_as_with_one() {
        for words in ["Good morning", "停水了\n两点来", "3 flats, 12:30!", "a-b + c = d"] {
            assert!(is_plain(words), "{words}");
            assert_eq!(lines(words), read(words), "{words}");
        }
        for words in ["- a", "1. a", "    code", "a *b*", "2) b", "=="] {
            assert!(!is_plain(words), "{words}");
        }
    }

    #[test]
    fn rubbish_is_read_without_an_end_of_the_stack() {
        for words in
            [">".repeat(4000), "*".repeat(4000), "[".repeat(4000), "<a".repeat(2000), "https://".repeat(500)]
        {
            parse_message(&words);
            plain_message(&words);
        }
    }
}
