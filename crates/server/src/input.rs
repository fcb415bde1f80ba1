//! Checks of what people typed: each says which field and what about it.

use linli_wire::text;

use crate::Error;

/// One line of text, 1 to `max` characters after trimming, of characters that people see
/// ([`linli_wire::text`]).
///
/// # Errors
/// `invalid_input` with the field.
pub fn line(field: &str, text: &str, max: usize) -> Result<String, Error> {
    text::line_of(field, text, max).map(str::to_owned).map_err(Error::Refused)
}

/// Text of several lines, up to `max` characters.
///
/// # Errors
/// `invalid_input` with the field.
pub fn lines(field: &str, text: &str, max: usize) -> Result<(), Error> {
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("must not be longer than {max} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(field, "must not hold control characters"));
    }
    Ok(())
}
