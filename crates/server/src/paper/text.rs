//! From a text to lines of glyphs: made clean, given its faces, shaped, and broken where a line may end.
//!
//! Nothing that can be seen is lost. What no face has becomes a box with its number in it, and stays itself for whoever
//! copies the text or has it read out. What cannot be seen (controls, marks of direction, joiners) is left out, so
//! that a name cannot turn the words behind it around. A combining mark that has nothing to stand on, or stands in a
//! tower of others, gets the dotted circle that Unicode gives it (The Unicode Standard, chapter 7.9).
//!
//! Lines end where Unicode says (UAX #14): at spaces, and between Chinese characters, but never before a full stop. A
//! word that is longer than its line is cut between clusters.
//!
//! Turned down: a layout library (parley brings its own fonts, styles and bidi for texts of one line), and writing from
//! right to left, for which there is no face here: such letters are boxes, in the order they were typed.

use std::{ops::Range, rc::Rc};

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_linebreak::linebreaks;

use super::font::{Faces, Script, Weight};

/// Marks on one character; more would climb into the line above.
const MARKS: usize = 3;
/// What a mark stands on that has nothing else.
const DOTTED: char = '\u{25CC}';
/// Frames the number of a character that no face has.
const FRAME: char = '□';
/// Signs that Latin and Chinese share, and set differently.
const SHARED: [char; 8] = ['‘', '’', '“', '”', '…', '—', '·', '‧'];

/// A colour: red, green, blue.
pub type Colour = (u8, u8, u8);

/// How a text is set; the size in points.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Style {
    pub size: f32,
    pub weight: Weight,
    pub colour: Colour,
}

/// A piece of text that cannot be parted, set in one face; `width` counts in sizes of the font.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub at: Range<usize>,
    pub script: Script,
    pub glyphs: Vec<KrillaGlyph>,
    width: f32,
}

/// One line of text, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Run {
    pub text: Rc<str>,
    pub style: Style,
    /// The weight that the text has characters for.
    pub weight: Weight,
    pub clusters: Vec<Cluster>,
}

impl Run {
    /// Its width in points, without the spaces at its end.
    pub fn width(&self) -> f32 {
        width(&self.text, &self.clusters) * self.style.size
    }
}

/// A text in one line, however long.
pub fn line(faces: &Faces, text: &str, style: Style) -> Run {
    let text: Rc<str> = clean(faces, text).into();
    let weight = if faces.is_bold(&text) { style.weight } else { Weight::Regular };
    let clusters = shape(faces, &text, weight);
    Run { text, style, weight, clusters }
}

/// A text in lines of at most `width` points; none for a text with nothing to be seen.
pub fn lines(faces: &Faces, text: &str, style: Style, width: f32) -> Vec<Run> {
    let Run { text, weight, clusters, .. } = line(faces, text, style);
    let ends: Vec<usize> = linebreaks(&text).map(|(at, _)| at).collect();
    let most = width / style.size;
    let mut lines = Vec::new();
    let mut rest = clusters.as_slice();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(fitting(&text, rest, &ends, most));
        lines.push(Run { text: Rc::clone(&text), style, weight, clusters: line.to_vec() });
        rest = after;
    }
    lines
}

/// Characters of a text that no face has, each once; they are shown as boxes.
pub fn missing(faces: &Faces, text: &str) -> Vec<char> {
    let mut missing = Vec::new();
    for c in clean(faces, text).chars() {
        if faces.script(c) == Script::Missing && !missing.contains(&c) {
            missing.push(c);
        }
    }
    missing
}

/// How many clusters stand in the first line: at least one.
fn fitting(text: &str, clusters: &[Cluster], ends: &[usize], most: f32) -> usize {
    let mut used = 0.0;
    let mut end = 0;
    for (count, cluster) in clusters.iter().enumerate() {
        if count > 0 && ends.binary_search(&cluster.at.start).is_ok() {
            end = count;
        }
        used += cluster.width;
        // A space may hang over the edge, where nobody sees it.
        if used > most + 0.001 && !is_space(text, cluster) {
            return if end > 0 { end } else { count.max(1) };
        }
    }
    clusters.len()
}

fn width(text: &str, clusters: &[Cluster]) -> f32 {
    let seen = clusters.iter().rposition(|cluster| !is_space(text, cluster)).map_or(0, |last| last + 1);
    clusters.iter().take(seen).map(|cluster| cluster.width).sum()
}

fn is_space(text: &str, cluster: &Cluster) -> bool {
    text.get(cluster.at.clone()) == Some(" ")
}

fn clean(faces: &Faces, text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut marks = MARKS;
    for c in text.chars() {
        let c = match c {
            '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            c if is_unseen(c) => continue,
            c if u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c) => '\u{FFFD}',
            c => c,
        };
        if c == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
            continue;
        }
        if !faces.is_mark(c) {
            marks = if faces.script(c) == Script::Latin && !c.is_whitespace() { 0 } else { MARKS };
        } else if marks < MARKS {
            marks += 1;
        } else {
            clean.push(DOTTED);
            marks = 1;
        }
        clean.push(c);
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Controls, and what Unicode says to leave out where it is not understood (`Default_Ignorable_Code_Point`).
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

fn shape(faces: &Faces, text: &str, weight: Weight) -> Vec<Cluster> {
    let mut clusters = Vec::new();
    for (at, script) in spans(faces, text) {
        let span = text.get(at.clone()).unwrap_or_default();
        match script {
            Script::Missing => clusters.extend(span.char_indices().map(|(start, c)| {
                let start = at.start + start;
                framed(faces, start..start + c.len_utf8())
            })),
            script => clusters.extend(shape_span(faces, span, at.start, script, weight)),
        }
    }
    clusters
}

/// Stretches of a text that one face sets.
fn spans(faces: &Faces, text: &str) -> Vec<(Range<usize>, Script)> {
    let mut spans: Vec<(Range<usize>, Script)> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let before = spans.last().map(|(_, script)| *script);
        let after = rest.peek().map(|(_, next)| faces.script(*next));
        let script = if SHARED.contains(&c) && faces.is_han(c) && [before, after].contains(&Some(Script::Han))
        {
            Script::Han
        } else {
            faces.script(c)
        };
        match spans.last_mut() {
            Some((at, last)) if *last == script => at.end = start + c.len_utf8(),
            _ => spans.push((start..start + c.len_utf8(), script)),
        }
    }
    spans
}

fn shape_span(faces: &Faces, span: &str, start: usize, script: Script, weight: Weight) -> Vec<Cluster> {
    let face = faces.face(script, weight);
    let em = face.font.units_per_em();
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(span);
    buffer.guess_segment_properties();
    buffer.set_direction(Direction::LeftToRight);
    let shaped = rustybuzz::shape(&face.shaper, &[], buffer);
    let mut clusters: Vec<Cluster> = Vec::new();
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let at = start + usize::try_from(info.cluster).unwrap_or_default();
        let in_em = |units: i32| f32::from(i16::try_from(units).unwrap_or_default()) / em;
        let glyph = KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            in_em(position.x_advance),
            in_em(position.x_offset),
            in_em(position.y_offset),
            in_em(position.y_advance),
            at..at,
            None,
        );
        match clusters.last_mut() {
            Some(last) if last.at.start == at => {
                last.width += glyph.x_advance;
                last.glyphs.push(glyph);
            }
            _ => {
                let width = glyph.x_advance;
                clusters.push(Cluster { at: at..at, script, glyphs: vec![glyph], width });
            }
        }
    }
    // A cluster reaches to the next one.
    let mut end = start + span.len();
    for cluster in clusters.iter_mut().rev() {
        cluster.at.end = end;
        for glyph in &mut cluster.glyphs {
            glyph.text_range = cluster.at.clone();
        }
        end = cluster.at.start;
    }
    clusters
}

/// The frame of a character that no face has.
fn framed(faces: &Faces, at: Range<usize>) -> Cluster {
    let face = faces.face(Script::Missing, Weight::Regular);
    let glyph = face.shaper.glyph_index(FRAME).map_or(0, |glyph| glyph.0);
    let glyph = KrillaGlyph::new(GlyphId::new(u32::from(glyph)), 1.0, 0.0, 0.0, 0.0, at.clone(), None);
    Cluster { at, script: Script::Missing, glyphs: vec![glyph], width: 1.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::string_slice)]

    use proptest::prelude::*;

    use super::{Style, clean, line, lines, missing};
    use crate::paper::font::{Faces, Weight};

    const STYLE: Style = Style { size: 10.0, weight: Weight::Regular, colour: (0, 0, 0) };

    fn broken(text: &str, width: f32) -> Vec<String> {
        let runs = lines(Faces::get().unwrap(), text, STYLE, width);
        let text = |run: &super::Run| {
            run.clusters.iter().map(|cluster| &run.text[cluster.at.clone()]).collect::<String>()
        };
        runs.iter().map(text).collect()
    }

    #[test]
    fn lines_end_at_spaces_and_between_chinese_characters() {
        assert_eq!(broken("one two three", 45.0), ["one two ", "three"]);
        assert_eq!(broken("阳光花园物业", 40.0), ["阳光花园", "物业"]);
        // No line begins with a full stop.
        assert_eq!(broken("阳光花园。", 40.0), ["阳光花", "园。"]);
        assert_eq!(broken("12,345.00", 20.0).concat(), "12,345.00");
        assert_eq!(broken("", 40.0), Vec::<String>::new());
        assert_eq!(broken(" \u{200F}\n", 40.0), Vec::<String>::new());
    }

    #[test]
    fn a_word_longer_than_its_line_is_cut() {
        let word = "x".repeat(1000);
        let pieces = broken(&word, 100.0);
        assert_eq!(pieces.concat(), word);
        assert!(pieces.len() > 10 && pieces.iter().all(|piece| piece.len() < 30), "{pieces:?}");
        assert_eq!(broken("王", 1.0), ["王"]);
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_and_a_lone_mark_gets_a_circle() {
        let faces = Faces::get().unwrap();
        assert_eq!(clean(faces, "a\u{202E}b\u{0}c\u{FEFF}\r\n\td "), "abc d");
        assert_eq!(clean(faces, "\u{301}"), "\u{25CC}\u{301}");
        assert_eq!(clean(faces, "e\u{301}"), "e\u{301}");
        assert_eq!(clean(faces, "e\u{301}\u{301}\u{301}\u{301}"), "e\u{301}\u{301}\u{301}\u{25CC}\u{301}");
        assert_eq!(clean(faces, "\u{FFFF}"), "\u{FFFD}");
    }

    #[test]
    fn missing_characters_are_told_once() {
        let faces = Faces::get().unwrap();
        assert_eq!(missing(faces, "王😀a😀ب\u{200D}"), ['😀', 'ب']);
        assert_eq!(missing(faces, "Łukasz 𠮷 王秀英"), Vec::<char>::new());
        assert!((line(faces, "😀", STYLE).width() - 10.0).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn every_text_is_set_whole_and_within_its_width(text in any::<String>(), width in 20.0..300.0f32) {
            let faces = Faces::get().unwrap();
            let runs = lines(faces, &text, STYLE, width);
            let back: String = runs
                .iter()
                .flat_map(|run| run.clusters.iter().map(|cluster| &run.text[cluster.at.clone()]))
                .collect();
            prop_assert_eq!(back, clean(faces, &text));
            for run in &runs {
                prop_assert!(run.width() <= width + 0.1 || run.clusters.len() == 1);
            }
        }
    }
}
