//! The words of raw HTML, for people who paste from elsewhere. A scanner, not a parser: what comes out is only ever
//! shown as text, so that a mistake here costs a stray word and nothing else.

/// Elements of HTML whose tags are taken out. What is not among them was not meant as a tag.
const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "img", "input", "ins", "kbd", "label", "mark", "meta", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "u", "var", "wbr",
];
/// The same, with a new line in their place.
const BLOCK: [&str; 53] = [
    "address",
    "article",
    "aside",
    "audio",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "li",
    "link",
    "main",
    "nav",
    "object",
    "ol",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "svg",
    "table",
    "tbody",
    "tr",
    "ul",
    "video",
    "thead",
];
/// Cells of a row stand apart by a space.
const CELL: [&str; 2] = ["td", "th"];
/// What stands in these is no text.
const SILENT: [&str; 3] = ["script", "style", "template"];

/// The text without its tags and comments, entities read.
pub(super) fn words(source: &str) -> String {
    let mut words = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, tag, after)) = next_tag(rest) {
        words.push_str(&entities(before));
        rest = after;
        match tag {
            Found::Nothing => {}
            Found::Element { name, closing } => {
                if BLOCK.contains(&name.as_str()) {
                    words.push('\n');
                } else if CELL.contains(&name.as_str()) {
                    words.push(' ');
                } else if !closing && SILENT.contains(&name.as_str()) {
                    let end = format!("</{name}");
                    let at = rest.to_ascii_lowercase().find(&end).unwrap_or(rest.len());
                    rest = rest.get(at..).unwrap_or_default();
                }
            }
            Found::Words(text) => words.push_str(text),
        }
    }
    words.push_str(&entities(rest));
    words
}

/// Whether this is the tag of a line break.
pub(super) fn is_break(tag: &str) -> bool {
    let name: String =
        tag.trim_start_matches(['<', '/']).chars().take_while(char::is_ascii_alphanumeric).collect();
    name.eq_ignore_ascii_case("br")
}

enum Found<'a> {
    /// A comment, a declaration, an instruction.
    Nothing,
    Element {
        name: String,
        closing: bool,
    },
    /// Something in angle brackets that is no tag.
    Words(&'a str),
}

/// What stands before the first `<`, what begins there, and what comes after it.
fn next_tag(text: &str) -> Option<(&str, Found<'_>, &str)> {
    let (before, inside) = text.split_once('<')?;
    if let Some(comment) = inside.strip_prefix("!--") {
        return Some((before, Found::Nothing, comment.split_once("-->").map_or("", |(_, after)| after)));
    }
    if inside.starts_with(['!', '?']) {
        return Some((before, Found::Nothing, inside.split_once('>').map_or("", |(_, after)| after)));
    }
    let closing = inside.starts_with('/');
    let name: String = inside
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let is_known =
        [&INLINE[..], &BLOCK[..], &CELL[..], &SILENT[..]].iter().any(|names| names.contains(&name.as_str()));
    match end_of(inside).filter(|_| is_known) {
        Some(end) => Some((before, Found::Element { name, closing }, inside.get(end..).unwrap_or_default())),
        None => {
            let (sign, after) = text.split_at(before.len() + 1);
            Some((before, Found::Words(sign.get(before.len()..).unwrap_or_default()), after))
        }
    }
}

/// Where a tag ends, past its `>`; signs within quotation marks do not count.
fn end_of(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // The ampersand last, so that nothing is read twice.
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}
