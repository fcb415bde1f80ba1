//! From pages to the bytes of a PDF: drawn, tagged, with its footers and what it says of itself.
//!
//! krilla checks it against PDF/UA-1 (ISO 14289-1) while it writes: each glyph has its characters, each picture its
//! words, each heading its title. What nobody can check by machine, the order of reading, is the order of
//! [`super::page::Tags`].
//!
//! The same paper gives the same bytes: its day and its id come from the paper, and nothing from this machine.

use jiff::{Timestamp, civil::DateTime};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::Metadata,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagTree},
    text::{GlyphId, KrillaGlyph},
};
use linli_wire::Code;

use super::{
    font::{Faces, Script, Weight},
    page::{HEIGHT, Mark, SIDE, Sheet, Tags, WIDTH},
    text::{self, Colour, Run, Style},
};
use crate::Error;

/// Light modules around a code: scanners need four.
const QUIET: usize = 4;

/// What a document says of itself.
pub struct About {
    pub language: &'static str,
    pub title: String,
    pub author: String,
    /// What makes it this document and no other.
    pub id: String,
    /// Milliseconds of Unix time.
    pub made_at: i64,
    /// Left in the footer of each page.
    pub footer: String,
    /// Right in it: the words around the number of a page and of all pages.
    pub page_of: fn(usize, usize) -> String,
    /// How footers are set.
    pub small: Style,
}

/// Writes a document.
///
/// # Errors
/// `internal` when krilla refuses it, which is a mistake of this module; the log says why.
pub fn write(faces: &Faces, sheet: Sheet, about: &About) -> Result<Vec<u8>, Error> {
    let settings = SerializeSettings {
        configuration: ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|_| broken())?,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    let Sheet { pages, tags, .. } = sheet;
    let mut leaves: Vec<Vec<Identifier>> = tags.0.iter().map(|_| Vec::new()).collect();
    let count = pages.len();
    for (number, marks) in pages.into_iter().enumerate() {
        let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(broken)?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            if let Some((place, leaf)) = draw(faces, &mut surface, mark)
                && let Some(leaves) = leaves.get_mut(place)
            {
                leaves.push(leaf);
            }
        }
        footer(faces, &mut surface, about, number + 1, count);
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new();
    tree.push(group(&tags, &mut leaves, Tags::ROOT).ok_or_else(broken)?);
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    outline
        .push_child(OutlineNode::new(about.title.clone(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| {
        tracing::error!(%error, "a paper was refused by the library that writes it");
        broken()
    })
}

fn metadata(about: &About) -> Metadata {
    let time = Timestamp::from_millisecond(about.made_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let time: DateTime = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let time = krilla::metadata::DateTime::new(u16::try_from(time.year()).unwrap_or_default())
        .month(part(time.month()))
        .day(part(time.day()))
        .hour(part(time.hour()))
        .minute(part(time.minute()))
        .second(part(time.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .language(about.language.to_owned())
        .document_id(about.id.clone())
        .creation_date(time)
}

/// A part of the tree with all that stands in it.
fn group(tags: &Tags, leaves: &mut Vec<Vec<Identifier>>, place: usize) -> Option<TagGroup> {
    let part = tags.0.get(place)?;
    let mut group = TagGroup::new(part.kind.clone());
    for leaf in std::mem::take(leaves.get_mut(place)?) {
        group.push(leaf);
    }
    for within in &part.parts {
        group.push(self::group(tags, leaves, *within)?);
    }
    Some(group)
}

/// Draws a mark; if it is content, says where it belongs.
fn draw(faces: &Faces, surface: &mut Surface<'_>, mark: Mark) -> Option<(usize, Identifier)> {
    match mark {
        Mark::Text { x, baseline, run, place } => {
            let tag = match place {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            };
            let leaf = surface.start_tagged(tag);
            draw_run(faces, surface, &run, x, baseline);
            surface.end_tagged();
            Some((place?, leaf))
        }
        Mark::Fill { x, y, width, height, colour } => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            if let Some(path) = rectangles(std::iter::once((x, y, width, height))) {
                surface.set_fill(Some(fill(colour)));
                surface.draw_path(&path);
            }
            surface.end_tagged();
            None
        }
        Mark::Modules { x, y, side, size, dark, place } => {
            let leaf = surface.start_tagged(ContentTag::Other);
            draw_modules(surface, (x, y, side), size, &dark);
            surface.end_tagged();
            Some((place, leaf))
        }
    }
}

fn draw_run(faces: &Faces, surface: &mut Surface<'_>, run: &Run, x: f32, baseline: f32) {
    let size = run.style.size;
    surface.set_fill(Some(fill(run.style.colour)));
    let mut x = x;
    for clusters in run.clusters.chunk_by(|a, b| a.script == b.script && a.script != Script::Missing) {
        let Some(first) = clusters.first() else { continue };
        let face = faces.face(first.script, run.weight);
        let glyphs: Vec<KrillaGlyph> =
            clusters.iter().flat_map(|cluster| cluster.glyphs.iter().cloned()).collect();
        surface.draw_glyphs(Point::from_xy(x, baseline), &glyphs, face.font.clone(), &run.text, size, false);
        if first.script == Script::Missing {
            let missing = run.text.get(first.at.clone()).and_then(|text| text.chars().next());
            draw_number(faces, surface, missing.unwrap_or_default(), (x, baseline), size);
        }
        x += glyphs.iter().map(|glyph| glyph.x_advance * size).sum::<f32>();
    }
}

/// The number of a character in its frame, in two lines of hexadecimal digits, as shapes and not as text.
fn draw_number(faces: &Faces, surface: &mut Surface<'_>, c: char, (x, baseline): (f32, f32), size: f32) {
    let face = faces.face(Script::Latin, Weight::Bold);
    let digits = format!("{:04X}", u32::from(c));
    let (upper, lower) = digits.split_at(digits.len() / 2);
    let small = size * if digits.len() > 4 { 0.31 } else { 0.36 };
    for (line, height) in [(upper, 0.44), (lower, 0.1)] {
        let glyphs: Vec<KrillaGlyph> = line
            .char_indices()
            .map(|(at, digit)| {
                let glyph = face.shaper.glyph_index(digit).map_or(0, |glyph| glyph.0);
                KrillaGlyph::new(GlyphId::new(u32::from(glyph)), 0.58, 0.0, 0.0, 0.0, at..at + 1, None)
            })
            .collect();
        let width: f32 = glyphs.iter().map(|glyph| glyph.x_advance * small).sum();
        let start = Point::from_xy(x + (size - width) / 2.0, baseline - height * size);
        surface.draw_glyphs(start, &glyphs, face.font.clone(), line, small, true);
    }
}

/// Dark modules in a light square that has room for the quiet zone.
fn draw_modules(surface: &mut Surface<'_>, (x, y, side): (f32, f32, f32), size: usize, dark: &[bool]) {
    surface.set_fill(Some(fill((255, 255, 255))));
    if let Some(path) = rectangles(std::iter::once((x, y, side, side))) {
        surface.draw_path(&path);
    }
    let module = side / steps(size + 2 * QUIET);
    let squares = dark.chunks(size.max(1)).enumerate().flat_map(|(row, modules)| {
        // A run of modules is one rectangle: between two, some printers leave a hair of light.
        let mut column = 0;
        modules.chunk_by(|a, b| a == b).filter_map(move |run| {
            let left = column;
            column += run.len();
            run.first().is_some_and(|dark| *dark).then(|| {
                let left = x + steps(left + QUIET) * module;
                (left, y + steps(row + QUIET) * module, steps(run.len()) * module, module)
            })
        })
    });
    surface.set_fill(Some(fill((0, 0, 0))));
    if let Some(path) = rectangles(squares) {
        surface.draw_path(&path);
    }
}

fn footer(faces: &Faces, surface: &mut Surface<'_>, about: &About, number: usize, count: usize) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    let baseline = HEIGHT - 42.0;
    let right = text::line(faces, &(about.page_of)(number, count), about.small);
    let room = WIDTH - 2.0 * SIDE - right.width() - 20.0;
    if let Some(left) = text::lines(faces, &about.footer, about.small, room).first() {
        draw_run(faces, surface, left, SIDE, baseline);
    }
    draw_run(faces, surface, &right, WIDTH - SIDE - right.width(), baseline);
    surface.end_tagged();
}

fn rectangles(rectangles: impl Iterator<Item = (f32, f32, f32, f32)>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in rectangles {
        path.push_rect(Rect::from_xywh(x, y, width, height)?);
    }
    path.finish()
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

/// A small number as a length.
fn steps(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

fn broken() -> Error {
    Error::refused(Code::Internal, "the paper could not be written")
}
