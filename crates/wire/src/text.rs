//! What a line of text may hold: names, titles and file names are read by people, so what they do not
//! see must not be in them.
//!
//! Format characters turn the reading direction around, hide in the middle of a word, or make a name
//! that looks like another; a line of nothing else looks empty. The one use of them in a name is the
//! joiner between letters (Persian, Indic scripts) and within emoji, which is let through between others.

use crate::WireError;

/// What ails a line of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineTrouble {
    /// There is nothing to see in it.
    Blank,
    /// It has more characters than allowed.
    TooLong,
    /// It holds line breaks, control or format characters.
    Unprintable,
}

/// One line of 1 to `max` characters, trimmed.
///
/// # Errors
/// What ails it.
pub fn line(text: &str, max: usize) -> Result<&str, LineTrouble> {
    let text = text.trim();
    if is_blank(text) {
        return Err(LineTrouble::Blank);
    }
    if text.chars().count() > max {
        return Err(LineTrouble::TooLong);
    }
    let at_an_end = text.starts_with(is_joiner) || text.ends_with(is_joiner);
    if at_an_end || text.chars().any(|c| is_unprintable(c) && !is_joiner(c)) {
        return Err(LineTrouble::Unprintable);
    }
    Ok(text)
}

/// [`line`], for a field of a form or a request.
///
/// # Errors
/// `invalid_input` with the field.
pub fn line_of<'a>(field: &str, text: &'a str, max: usize) -> Result<&'a str, WireError> {
    line(text, max).map_err(|trouble| {
        let reason = match trouble {
            LineTrouble::Blank => "must not be empty".to_owned(),
            LineTrouble::TooLong => format!("must not be longer than {max} characters"),
            LineTrouble::Unprintable => "must be one line without control and format characters".to_owned(),
        };
        WireError::invalid(field, reason)
    })
}

/// Whether there is nothing to see in a text.
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

/// Whether a character breaks lines, controls, or is a format character (Unicode category Cf).
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_format(c)
}

/// Zero width joiner and non-joiner.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Unicode category Cf, of Unicode 16.
const fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{600}'..='\u{605}'
            | '\u{61C}'
            | '\u{6DD}'
            | '\u{70F}'
            | '\u{890}'..='\u{891}'
            | '\u{8E2}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{110BD}'
            | '\u{110CD}'
            | '\u{13430}'..='\u{1343F}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0001}'
            | '\u{E0020}'..='\u{E007F}'
    )
}

/// Whether a character leaves a mark on paper. Fillers, selectors and the empty Braille cell are letters
/// or symbols to Unicode, and nothing to the eye.
fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !is_unprintable(c)
        && !matches!(
            c,
            '\u{34F}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{2065}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFF8}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::{LineTrouble, line};

    #[test]
    fn names_of_all_scripts_are_taken() {
        for name in
            ["王秀英", " Wang Mei ", "O’Brien-Łukasz", "می\u{200C}خواهم", "👩\u{200D}🔧 Zhao", "क्\u{200D}ष"]
        {
            assert_eq!(line(name, 40), Ok(name.trim()), "{name:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_refused() {
        for blank in
            ["", "  ", "\u{200B}", "\u{3164}", "\u{2800}\u{2800}", "\u{200D}", "\u{FE0F}", "\u{2028}"]
        {
            assert_eq!(line(blank, 40), Err(LineTrouble::Blank), "{blank:?}");
        }
        for lying in [
            "tfel\u{202E}right",
            "zero\u{200B}width",
            "\u{FEFF}mark",
            "soft\u{AD}hyphen",
            "two\u{2028}lines",
            "two\nlines",
            "王梅\u{200D}",
            "tag\u{E0061}",
            "bell\u{7}",
            "iso\u{2066}lated",
        ] {
            assert_eq!(line(lying, 40), Err(LineTrouble::Unprintable), "{lying:?}");
        }
        assert_eq!(line("王王王", 2), Err(LineTrouble::TooLong));
    }
}
