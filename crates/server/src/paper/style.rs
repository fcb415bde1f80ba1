//! Sizes and colours of all papers, in points. Ink and grey are those of the letter; both keep a contrast of 7:1 and
//! more on paper and on the tint.

use super::{
    font::Weight::{Bold, Regular},
    text::{Colour, Style},
};

pub const INK: Colour = (0x16, 0x20, 0x1C);
pub const GREY: Colour = (0x45, 0x52, 0x4C);
/// Rules between rows.
pub const PALE: Colour = (0xC9, 0xD2, 0xCD);
/// Behind what is to be done.
pub const TINT: Colour = (0xF0, 0xF4, 0xF1);
/// Bars: of now, and of before.
pub const NOW: Colour = (0x2F, 0x6B, 0x52);
pub const BEFORE: Colour = (0xA9, 0xBB, 0xB2);

pub const HAIR: f32 = 0.5;

pub const KIND: Style = Style { size: 22.0, weight: Bold, colour: INK };
pub const NAME: Style = Style { size: 14.0, weight: Bold, colour: INK };
pub const AMOUNT: Style = Style { size: 16.0, weight: Bold, colour: INK };
pub const TOTAL: Style = Style { size: 12.0, weight: Bold, colour: INK };
pub const HEADING: Style = Style { size: 11.5, weight: Bold, colour: INK };
pub const TEXT: Style = Style { size: 10.0, weight: Regular, colour: INK };
pub const STRONG: Style = Style { size: 10.0, weight: Bold, colour: INK };
pub const LABEL: Style = Style { size: 9.0, weight: Regular, colour: GREY };
pub const SMALL: Style = Style { size: 9.0, weight: Regular, colour: GREY };
