//! XML that strangers wrote, read one element at a time.
//!
//! Memory follows neither the file nor anything in it: a single tag or text has at most [`MAX_PIECE`] bytes, a tree that
//! is kept at most [`MAX_TREE`], and nothing is nested deeper than [`MAX_DEPTH`]. A document type is refused where it
//! begins, so there are no entities but the five of XML itself, nothing to expand, and nothing to fetch.

use std::io::{self, BufRead, Read};

use quick_xml::{Reader, events::Event};
use serde_json::json;

use crate::{Error, bank::refused};

/// Most bytes of one tag, text or comment.
pub(super) const MAX_PIECE: u64 = 64 * 1024;
/// Most bytes of an element that is kept as a [`Node`].
pub(super) const MAX_TREE: u64 = 512 * 1024;
/// Deepest nesting; a statement has about fifteen levels.
pub(super) const MAX_DEPTH: usize = 32;

/// An element with what stands in it. Names are without their prefix.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// The attribute `Ccy`.
    pub(super) currency: Option<String>,
    /// Its text, without blanks around it.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// Every element at the end of a path below this one, such as `["Amt"]`.
    pub(super) fn all<'a>(&'a self, path: &[&str]) -> Vec<&'a Self> {
        path.iter().fold(vec![self], |found, name| {
            found
                .into_iter()
                .flat_map(|node| node.children.iter().filter(|child| child.name == *name))
                .collect()
        })
    }

    /// The first element at the end of a path.
    pub(super) fn first<'a>(&'a self, path: &[&str]) -> Option<&'a Self> {
        self.all(path).into_iter().next()
    }

    /// The first text at the end of a path that is not empty.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.all(path).into_iter().map(|node| node.text.as_str()).find(|text| !text.is_empty())
    }
}

/// An element that has begun.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    currency: Option<String>,
    /// The namespace that it declares for itself.
    pub(super) namespace: Option<String>,
}

/// A document that is being read.
pub(super) struct Xml<R> {
    reader: Reader<Meter<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

enum Step {
    Open(Tag),
    Close,
    Text(String),
    End,
}

impl<R: BufRead> Xml<R> {
    /// # Errors
    /// For a text in UTF-16.
    pub(super) fn new(mut input: R) -> Result<Self, Error> {
        let start = input.fill_buf().map_err(|error| broken_off(&error))?;
        let wide: [&[u8]; 4] = [b"\xFF\xFE", b"\xFE\xFF", b"<\0", b"\0<"];
        if wide.iter().any(|start_of_wide| start.starts_with(start_of_wide)) {
            return Err(not_utf8());
        }
        let mut reader = Reader::from_reader(Meter { input, left: MAX_PIECE });
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), depth: 0 })
    }

    /// The next element within the one that was entered last, which is entered with it. None at its end, which leaves it.
    pub(super) fn child(&mut self) -> Result<Option<Tag>, Error> {
        loop {
            match self.step()? {
                Step::Open(tag) => return Ok(Some(tag)),
                Step::Close => return Ok(None),
                Step::Text(_) => {}
                Step::End if self.depth == 0 => return Ok(None),
                Step::End => return Err(cut()),
            }
        }
    }

    /// Passes over what is left of the element that was entered last.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if matches!(self.step()?, Step::End) {
                return Err(cut());
            }
        }
        Ok(())
    }

    /// The element that was entered last, whole.
    pub(super) fn tree(&mut self, tag: Tag) -> Result<Node, Error> {
        let start = self.reader.buffer_position();
        let node = |tag: Tag| Node { name: tag.name, currency: tag.currency, ..Node::default() };
        let mut open = vec![node(tag)];
        loop {
            let step = self.step()?;
            if self.reader.buffer_position() - start > MAX_TREE {
                return Err(refused(
                    "An element of the statement is too long.",
                    json!({ "limit": MAX_TREE }),
                ));
            }
            match step {
                Step::Open(tag) => open.push(node(tag)),
                Step::Text(text) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&text);
                    }
                }
                Step::Close => {
                    let Some(mut done) = open.pop() else { return Err(cut()) };
                    done.text = done.text.trim().to_owned();
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Step::End => return Err(cut()),
            }
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = MAX_PIECE;
            match self.reader.read_event_into(&mut self.buffer).map_err(|error| trouble(&error))? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(refused("The file is nested too deeply.", json!({ "limit": MAX_DEPTH })));
                    }
                    return Ok(Step::Open(tag(&start)?));
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(Step::Close);
                }
                Event::Text(text) => return text_of(&text.xml10_content()),
                Event::CData(text) => return text_of(&text.xml10_content()),
                Event::GeneralRef(reference) => return text_of(&character(&reference)?.to_string()),
                Event::Decl(declaration) => {
                    let utf8 = |encoding: &str| encoding.eq_ignore_ascii_case("utf-8");
                    if declaration.encoding().is_some_and(|encoding| !encoding.is_ok_and(|text| utf8(&text)))
                    {
                        return Err(not_utf8());
                    }
                }
                Event::DocType(_) => {
                    return Err(refused(
                        "The file declares a document type, which a statement never does.",
                        json!({}),
                    ));
                }
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
                Event::Eof => return Ok(Step::End),
            }
        }
    }
}

fn tag(start: &quick_xml::events::BytesStart<'_>) -> Result<Tag, Error> {
    let name = start.local_name().as_ref().to_owned();
    let own = match start.name().prefix() {
        Some(prefix) => format!("xmlns:{}", prefix.as_ref()),
        None => "xmlns".to_owned(),
    };
    let mut tag = Tag { name, currency: None, namespace: None };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| malformed())?;
        let value =
            || attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|_| malformed());
        if attribute.key.as_ref() == "Ccy" {
            tag.currency = Some(value()?.into_owned());
        } else if attribute.key.as_ref() == own {
            tag.namespace = Some(value()?.into_owned());
        }
    }
    Ok(tag)
}

/// What one of XML's own five entities, or a number, stands for.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Error> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| malformed())? {
        return Ok(c);
    }
    match reference.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(refused("The file uses an entity that XML does not have.", json!({}))),
    }
}

fn text_of(text: &str) -> Result<Step, Error> {
    // Only these three control characters may stand in XML; the parser lets others pass, and databases do not.
    if text.chars().any(|c| c < ' ' && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(malformed());
    }
    Ok(Step::Text(text.to_owned()))
}

fn trouble(error: &quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            refused("A tag or text of the file is too long.", json!({ "limit": MAX_PIECE }))
        }
        quick_xml::Error::Io(error) => broken_off(error),
        quick_xml::Error::Encoding(_) => not_utf8(),
        quick_xml::Error::Syntax(_) => cut(),
        _ => malformed(),
    }
}

fn not_utf8() -> Error {
    refused("The file is not written in UTF-8.", json!({}))
}

fn cut() -> Error {
    refused("The file ends before the statement does.", json!({}))
}

fn malformed() -> Error {
    refused("The file is not XML.", json!({}))
}

fn broken_off(error: &io::Error) -> Error {
    tracing::warn!(kind = %error.kind(), "a statement could not be read to its end");
    Error::refused(linli_wire::Code::Internal, "the file could not be read to its end")
}

/// Stops what would be read as one piece without an end.
struct Meter<R> {
    input: R,
    left: u64,
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(into.len());
        into.iter_mut().zip(ready).for_each(|(to, from)| *to = *from);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let ready = self.input.fill_buf()?;
        Ok(ready.get(..most).unwrap_or(ready))
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.input.consume(count);
    }
}
