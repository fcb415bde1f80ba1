//! The four faces that papers are set in, and which of them has a character.
//!
//! They lie in the program as they are (`assets/fonts` says how they were made): only the pages that a paper touches
//! are read from the disk, and a machine with no fonts prints like any other.

use std::sync::OnceLock;

use krilla::text::Font;
use linli_wire::Code;
use rustybuzz::ttf_parser::{GlyphId, gdef::GlyphClass};

use crate::Error;

/// How heavy a text is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    Regular,
    Bold,
}

/// A face, once for shaping and once for the document.
pub struct Face {
    pub shaper: rustybuzz::Face<'static>,
    pub font: Font,
}

/// What a character is set with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    /// Latin, Greek, Cyrillic: Noto Sans.
    Latin,
    /// Chinese, and signs as wide as its characters: Noto Sans SC.
    Han,
    /// No face has it: a box with its number.
    Missing,
}

/// All faces.
pub struct Faces {
    latin: Face,
    latin_bold: Face,
    han: Face,
    han_bold: Face,
}

impl Faces {
    /// The faces, read at the first call.
    ///
    /// # Errors
    /// `internal` when a face cannot be read, which a test rules out.
    pub fn get() -> Result<&'static Self, Error> {
        static FACES: OnceLock<Option<Faces>> = OnceLock::new();
        let faces = FACES.get_or_init(|| {
            Some(Self {
                latin: face(include_bytes!("../../../../assets/fonts/NotoSans-Regular.ttf"))?,
                latin_bold: face(include_bytes!("../../../../assets/fonts/NotoSans-Bold.ttf"))?,
                han: face(include_bytes!("../../../../assets/fonts/NotoSansSC-Regular.otf"))?,
                han_bold: face(include_bytes!("../../../../assets/fonts/NotoSansSC-Bold.otf"))?,
            })
        });
        faces.as_ref().ok_or_else(|| Error::refused(Code::Internal, "the fonts of papers cannot be read"))
    }

    /// The face of a script; what is missing is framed by a sign of the Chinese face.
    pub fn face(&self, script: Script, weight: Weight) -> &Face {
        match (script, weight) {
            (Script::Latin, Weight::Regular) => &self.latin,
            (Script::Latin, Weight::Bold) => &self.latin_bold,
            (Script::Han, Weight::Bold) => &self.han_bold,
            (Script::Han, Weight::Regular) | (Script::Missing, _) => &self.han,
        }
    }

    /// The scripts that have a character in the regular weight.
    pub fn script(&self, c: char) -> Script {
        if has(&self.latin, c) {
            Script::Latin
        } else if has(&self.han, c) {
            Script::Han
        } else {
            Script::Missing
        }
    }

    /// Whether the Chinese face has a character, even if the Latin one has it, too.
    pub fn is_han(&self, c: char) -> bool {
        has(&self.han, c)
    }

    /// Whether a text has nothing that is there in the regular weight alone.
    pub fn is_bold(&self, text: &str) -> bool {
        text.chars().all(|c| self.script(c) != Script::Han || has(&self.han_bold, c))
    }

    /// Whether a character stands upon the one before it.
    pub fn is_mark(&self, c: char) -> bool {
        let glyph = self.latin.shaper.glyph_index(c).map_or(GlyphId(0), |glyph| glyph);
        let class = self.latin.shaper.tables().gdef.and_then(|gdef| gdef.glyph_class(glyph));
        class == Some(GlyphClass::Mark)
    }
}

fn has(face: &Face, c: char) -> bool {
    face.shaper.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
}

fn face(data: &'static [u8]) -> Option<Face> {
    Some(Face { shaper: rustybuzz::Face::from_slice(data, 0)?, font: Font::new(data.into(), 0)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Faces, Script};

    #[test]
    fn every_character_that_is_promised_is_there() {
        let faces = Faces::get().unwrap();
        let all = |text: &str, script| {
            for c in text.chars() {
                assert_eq!(faces.script(c), script, "{c} U+{:04X}", u32::from(c));
            }
        };
        all("Zażółć gęślą jaźń, ČŠŽ, ŐŰ, ȘȚ, Þð, ẞ, Łódź, İğ, ŋ, Ħ", Script::Latin);
        all("Ελληνικά Ήπειρος, Український Ґанок, Ђорђе", Script::Latin);
        all("€£¥₴₽₺₹₩₫ – — … ‰ № m² ×", Script::Latin);
        all("阳光花园物业费㐀㐱䶵龥鿎𠮷𱁬﨎﨏，。、；：？！（）《》−", Script::Han);
        all("😀אب한", Script::Missing);
        let common = ('\u{4E00}'..='\u{9FEF}').filter(|c| faces.script(*c) == Script::Han).count();
        let extension_a = ('\u{3400}'..='\u{4DB5}').filter(|c| faces.script(*c) == Script::Han).count();
        assert_eq!((common, extension_a), (0x9FEF - 0x4E00 + 1, 0x4DB5 - 0x3400 + 1));
    }

    #[test]
    fn bold_has_what_fixed_words_and_common_names_need() {
        let faces = Faces::get().unwrap();
        assert!(faces.is_bold("Bill 账单 王秀英 李强 №"));
        assert!(!faces.is_bold("𠮷野家"));
    }

    #[test]
    fn marks_are_told_from_letters() {
        let faces = Faces::get().unwrap();
        assert!("\u{301}\u{308}\u{323}".chars().all(|c| faces.is_mark(c)));
        assert!(!"aé王\u{25CC} ".chars().any(|c| faces.is_mark(c)));
    }
}
